"""The index: filters inside every search, parts that belong together, small changes that cost little."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import Document
from knowledge_base.document import Audience, Who
from knowledge_base.index import Index
from knowledge_base.shelf import Shelved

from .conftest import DORMITORY_2021, DORMITORY_2025, GUIDE, CountingEncoder

Make = Callable[..., Document]
TODAY = date(2026, 1, 1)


def built(documents: list[Document], encoder: CountingEncoder, before: Index | None = None) -> Index:
    rows = encoder.passages([passage.indexed for each in documents for passage in each.passages])
    return Index.build(documents, rows, encoder.id, before=before)


@pytest.fixture
def documents(made: Make) -> list[Document]:
    return [replace(made(DORMITORY_2021), repealed=date(2025, 9, 1)), made(DORMITORY_2025), made(GUIDE)]


def titles(index: Index, encoder: CountingEncoder, question: str, **said: object) -> set[str]:
    found = index.search(question, encoder.query(question), TODAY, 50, **said)  # type: ignore[arg-type]
    return {hit.document.title for hit in found.hits}


def test_what_is_not_in_force_is_never_found(documents: list[Document], encoder: CountingEncoder) -> None:
    index = built(documents, encoder)
    assert titles(index, encoder, "宿舍楼几点关门") == {
        "示范大学学生宿舍管理规定（2025年修订）",
        "示范大学学生服务指南",
    }
    then = index.search("宿舍楼几点关门", encoder.query("宿舍楼几点关门"), date(2022, 1, 1), 50)
    assert {hit.document.title for hit in then.hits} == {"示范大学学生宿舍管理规定"}


def test_who_asks_narrows_the_search_itself(documents: list[Document], encoder: CountingEncoder) -> None:
    documents[2] = replace(documents[2], audience=Audience(degrees=("硕士", "博士")))
    index = built(documents, encoder)
    assert "示范大学学生服务指南" in titles(index, encoder, "成绩单打印")
    assert "示范大学学生服务指南" not in titles(index, encoder, "成绩单打印", who=Who(degree="本科"))


def test_one_document_alone_can_be_asked(documents: list[Document], encoder: CountingEncoder) -> None:
    index = built(documents, encoder)
    assert titles(index, encoder, "宿舍楼几点关门", only=[documents[2].id]) == {"示范大学学生服务指南"}
    assert titles(index, encoder, "宿舍楼几点关门", only=[]) == set()
    assert titles(index, encoder, "宿舍楼几点关门", only=[documents[0].id]) == set()


def test_a_loaded_index_finds_the_same_and_reads_only_what_it_found(
    documents: list[Document], encoder: CountingEncoder, tmp_path: Path
) -> None:
    index = built(documents, encoder)
    index.save(tmp_path)
    loaded = Index.load(tmp_path, None, encoder.id)
    vector = encoder.query("成绩单在哪打印")
    there, here = (each.search("成绩单在哪打印", vector, TODAY, 1) for each in (loaded, index))
    assert there == here
    assert all(isinstance(each, Shelved) for each in loaded.documents)
    assert list(loaded.passages) == list(index.passages)
    assert loaded.passages[-1] == loaded.passages[len(loaded.passages) - 1] == index.documents[2].passages[-1]
    assert loaded.passages[1:3] == tuple(list(index.passages)[1:3])


def test_an_index_built_on_the_one_before_is_the_same_to_the_byte(
    documents: list[Document], encoder: CountingEncoder, tmp_path: Path, made: Make
) -> None:
    before = built(documents, encoder)
    changed = [documents[0], documents[2], made(DORMITORY_2025.replace("23:30", "22:45"))]
    for name, index in (("new", built(changed, encoder)), ("on", built(changed, encoder, before))):
        (tmp_path / name).mkdir()
        index.save(tmp_path / name)
    question = "宿舍楼几点关门，成绩单在哪打印"
    new, on = (Index.load(tmp_path / name, None, encoder.id) for name in ("new", "on"))
    assert on.search(question, encoder.query(question), TODAY, 9) == new.search(
        question, encoder.query(question), TODAY, 9
    )
    assert new.lexical is not None
    assert on.lexical is not None
    assert set(new.lexical.vocabulary) == set(on.lexical.vocabulary)
    assert {word: on.lexical.frequency(word) for word in on.lexical.vocabulary} == {
        word: new.lexical.frequency(word) for word in new.lexical.vocabulary
    }


def test_only_changed_clauses_are_cut_into_tokens_again(
    documents: list[Document], encoder: CountingEncoder, monkeypatch: pytest.MonkeyPatch, made: Make
) -> None:
    before = built(documents, encoder)
    cut: list[str] = []
    from knowledge_base import lexical

    real = lexical.tokens
    monkeypatch.setattr(lexical, "tokens", lambda text: cut.append(text) or real(text))
    built([*documents[:2], made(GUIDE.replace("24小时", "全天"))], encoder, before)
    assert len([text for text in cut if "全天" in text]) == 1
    assert not any("成绩单打印" in text for text in cut)


@pytest.mark.parametrize("part", ["dense.faiss", "lexical/prints.npy", "documents.json", "probe.json"])
def test_parts_of_two_versions_do_not_make_one(
    part: str, documents: list[Document], encoder: CountingEncoder, tmp_path: Path
) -> None:
    one, other = tmp_path / "1", tmp_path / "2"
    for folder, chosen in (
        (one, documents),
        (other, [documents[0], documents[1], replace(documents[2], passages=tuple(reversed(documents[2].passages)))]),
    ):
        folder.mkdir()
        built(chosen, encoder).save(folder)
    (one / part).write_bytes((other / part).read_bytes())
    if part == "lexical/prints.npy":
        (one / "lexical" / "data.npy").write_bytes((other / "lexical" / "data.npy").read_bytes())
        (one / "lexical" / "indices.npy").write_bytes((other / "lexical" / "indices.npy").read_bytes())
    with pytest.raises(ValueError, match=r"not of the same passages|not as long as|does not fit"):
        Index.load(one, None, encoder.id)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("known.npy", np.zeros((3, 64), dtype=np.float32)),
        ("known.npy", np.zeros((0, 63), dtype=np.float32)),
        ("answered_by.npy", np.array([99], dtype=np.int32)),
    ],
)
def test_known_questions_that_point_nowhere_are_refused(
    name: str, values: np.ndarray, documents: list[Document], encoder: CountingEncoder, tmp_path: Path
) -> None:
    built(documents, encoder).save(tmp_path)
    np.save(tmp_path / name, values)
    with pytest.raises(ValueError, match="known question"):
        Index.load(tmp_path, None, encoder.id)


def test_nothing_is_pickled(documents: list[Document], encoder: CountingEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    built(documents, encoder).save(folder)
    for path in folder.rglob("*.npy"):
        np.load(path, allow_pickle=False)
    for path in folder.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} == {".npy", ".json", ".faiss"}


def test_an_empty_library_is_saved_and_read(encoder: CountingEncoder, tmp_path: Path) -> None:
    Index.build([], np.zeros((0, 64), dtype=np.float32), encoder.id).save(tmp_path)
    loaded = Index.load(tmp_path, None, encoder.id)
    assert (loaded.documents, loaded.search("宿舍", encoder.query("宿舍"), TODAY).hits) == ((), ())
