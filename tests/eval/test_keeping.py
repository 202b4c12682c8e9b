"""The two hard proofs of keeping, in short: broken files are refused, a killed writer leaves no half."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from eval import corruption, kills


def test_sixty_four_corruptions_are_refused_and_the_version_before_answers_as_before() -> None:
    (figure,) = corruption.run(64)
    assert (figure.n, figure.value, figure.misses) == (64, 100.0, ())


def test_every_kind_of_damage_really_changes_something(tmp_path: Path) -> None:
    (tmp_path / "case" / "versions").mkdir(parents=True)
    assert len({kind for kind, _ in corruption.KINDS}) == len(corruption.KINDS) == 16
    for change in (corruption._bits, corruption._noise, corruption._inserted, corruption._appended, corruption._moved):
        assert change(b"0123456789" * 50, random.Random(1)) != b"0123456789" * 50


def test_a_library_that_served_a_damaged_version_would_be_a_miss(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the digests, files that were damaged do serve: the measuring sees it."""
    monkeypatch.setattr("knowledge_base.manifest.check", lambda folder, files: None)
    (figure,) = corruption.run(16)
    assert figure.value < 100.0


def test_ten_kills_of_a_writer_show_nobody_a_half() -> None:
    figures = {figure.name: figure for figure in kills.run(10)}
    asked = figures["keeping: queries on a mixed or empty index"]
    assert (asked.value, asked.misses) == (0, ())
    assert asked.n > 20
    assert figures["keeping: nothing left behind, every version whole"].misses == ()


def test_a_mixture_of_two_versions_would_be_noticed() -> None:
    mixed = sorted([*kills.words(1)[:-1], kills.words(2)[-1]])
    stamp = int(mixed[0].rpartition("以第")[2].removesuffix("版为准。"))
    assert mixed not in (kills.words(stamp), kills.words(1), kills.words(2))
