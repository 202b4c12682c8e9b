"""Documents that stay on disk until they are read are documents to everybody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge_base import Document, shelf
from knowledge_base.document import from_json
from knowledge_base.shelf import Shelf

from .conftest import DORMITORY_2021, DORMITORY_2025, GUIDE

Make = Callable[..., Document]


@pytest.fixture
def documents(made: Make) -> list[Document]:
    return [made(DORMITORY_2021), made(DORMITORY_2025), made(GUIDE)]


@pytest.fixture
def folder(documents: list[Document], tmp_path: Path) -> Path:
    shelf.write(tmp_path, documents)
    return tmp_path


def test_shelved_documents_equal_those_that_were_written(folder: Path, documents: list[Document]) -> None:
    opened = Shelf(folder)
    assert list(opened) == documents
    assert documents == list(opened)
    assert [hash(each) for each in opened] == [hash(each) for each in documents]
    assert opened[0] != documents[1]


def test_what_the_search_filters_by_is_known_without_reading_a_text(
    folder: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "read", lambda self, place: pytest.fail("read a text"))
    opened = Shelf(folder)
    day = date(2026, 1, 1)
    assert [(each.title, each.id, each.in_force(day)) for each in opened] == [
        (each.title, each.id, each.in_force(day)) for each in documents
    ]
    assert opened.sizes.tolist() == [len(each.passages) for each in documents]


def test_a_shelved_document_with_a_change_is_a_whole_document(folder: Path, documents: list[Document]) -> None:
    changed = replace(Shelf(folder)[0], repealed=date(2025, 9, 1))
    assert changed == replace(documents[0], repealed=date(2025, 9, 1))
    assert type(changed) is Document


def test_the_documents_are_still_a_plain_list_in_json(folder: Path, documents: list[Document]) -> None:
    stored = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    assert [from_json(each) for each in stored] == documents


def test_only_the_last_ones_stay_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "READ", 3)
    opened = Shelf(folder)
    first = opened.read(1)
    assert opened.read(1) is first
    opened.read(0)
    assert opened.read(1) is not first


def test_no_documents_are_an_empty_shelf(tmp_path: Path) -> None:
    shelf.write(tmp_path, [])
    assert (list(Shelf(tmp_path)), (tmp_path / "documents.json").read_text()) == ([], "[\n]")


def test_a_longer_or_shorter_file_is_refused(folder: Path) -> None:
    with (folder / "documents.json").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ValueError, match="not as long as the catalogue says"):
        Shelf(folder)


def test_a_document_in_the_place_of_another_is_refused(folder: Path) -> None:
    catalogue = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    catalogue["documents"].reverse()
    (folder / "catalogue.json").write_text(json.dumps(catalogue), encoding="utf-8")
    with pytest.raises(ValueError, match="document 0 is not the one in the catalogue"):
        _ = Shelf(folder)[0].text
