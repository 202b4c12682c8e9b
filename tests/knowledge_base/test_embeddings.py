"""Vectors kept by the hash of their text: quick to add to, and never wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_base import embeddings
from knowledge_base.embeddings import Embeddings

from .conftest import CountingEncoder


def filled(folder: Path, encoder: CountingEncoder, texts: list[str]) -> Embeddings:
    cache = Embeddings(folder, encoder)
    cache.of(texts)
    cache.save()
    return cache


def test_a_small_change_only_adds_to_the_file(tmp_path: Path, encoder: CountingEncoder) -> None:
    before = filled(tmp_path, encoder, ["甲", "乙"]).path.read_bytes()
    after = filled(tmp_path, encoder, ["乙", "丙"]).path.read_bytes()
    assert after.startswith(before)
    assert len(after) == len(before) // 2 * 3


def test_a_torn_end_is_passed_over_and_mended(tmp_path: Path, encoder: CountingEncoder) -> None:
    cache = filled(tmp_path, encoder, ["甲", "乙"])
    whole = cache.path.read_bytes()
    cache.path.write_bytes(whole[:-7])
    again = filled(tmp_path, encoder, ["甲", "乙"])
    assert (again.computed, again.path.read_bytes()) == (1, whole)


@pytest.mark.parametrize("at", [3, 40, -2])
def test_a_record_that_changed_is_computed_anew(at: int, tmp_path: Path, encoder: CountingEncoder) -> None:
    right = filled(tmp_path, encoder, ["甲"]).of(["甲"])
    path = Embeddings(tmp_path, encoder).path
    content = bytearray(path.read_bytes())
    content[at] ^= 64
    path.write_bytes(bytes(content))
    again = Embeddings(tmp_path, encoder)
    assert (again.of(["甲"]).tolist(), again.computed) == (right.tolist(), 1)


def test_a_question_and_a_passage_of_the_same_words_are_two(tmp_path: Path, encoder: CountingEncoder) -> None:
    cache = Embeddings(tmp_path, encoder)
    cache.of(["甲"])
    cache.of(["甲"], questions=True)
    assert (cache.computed, encoder.embedded, encoder.queries) == (2, 1, 1)


def test_two_writers_lose_nothing_of_each_other(tmp_path: Path, encoder: CountingEncoder) -> None:
    one, other = Embeddings(tmp_path, encoder), Embeddings(tmp_path, encoder)
    one.of(["甲"])
    other.of(["乙"])
    one.save()
    other.save()
    third = Embeddings(tmp_path, encoder)
    third.of(["甲", "乙"])
    assert third.computed == 0


def test_too_many_leave_only_what_this_process_asked_for(
    tmp_path: Path, encoder: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "MOST", 3)
    filled(tmp_path, encoder, ["甲", "乙", "丙"])
    cache = Embeddings(tmp_path, encoder)
    right = cache.of(["丙", "丁"])
    cache.save()
    again = Embeddings(tmp_path, encoder)
    assert (again.of(["丙", "丁"]).tolist(), again.computed) == (right.tolist(), 0)
    again.of(["甲"])
    assert again.computed == 1


def test_vectors_from_elsewhere_are_taken_in(tmp_path: Path, encoder: CountingEncoder) -> None:
    cache = Embeddings(tmp_path, encoder)
    cache.put(["甲"], np.full((1, 64), 0.125, dtype=np.float32))
    cache.save()
    assert Embeddings(tmp_path, encoder).of(["甲"]).tolist() == [[0.125] * 64]
    assert encoder.embedded == 0


def test_no_texts_are_an_empty_matrix(tmp_path: Path, encoder: CountingEncoder) -> None:
    assert Embeddings(tmp_path, encoder).of([]).shape == (0, 64)
