"""Documents in the manner of many schools: what is read from each, clause by clause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base import Document
from knowledge_base.document import from_json

Make = Callable[..., Document]
SAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "samples.yml").read_text(encoding="utf-8")
)
sample = pytest.mark.parametrize("said", SAMPLES, ids=[each["name"] for each in SAMPLES])


def read(said: dict[str, Any], made: Make) -> Document:
    return made(said["text"], said["file"])


@sample
def test_every_clause_is_cited_and_quoted(said: dict[str, Any], made: Make) -> None:
    found = read(said, made)
    expected = [(place, text.rstrip("\n")) for each in said["passages"] for place, text in each.items()]
    assert [(each.locator, found.text[each.start : each.end]) for each in found.passages] == expected


@sample
def test_a_document_says_what_it_is(said: dict[str, Any], made: Make) -> None:
    found = read(said, made)
    assert (found.title, found.number, found.issuer) == (said["title"], said.get("number"), said.get("issuer"))
    assert (found.issued, found.effective, found.expires) == (
        said.get("issued"),
        said.get("effective"),
        said.get("expires"),
    )
    assert [[each.title, each.number] for each in found.repeals] == said.get("repeals", [])


@sample
def test_a_document_says_whom_it_is_for_and_what_is_uncertain(said: dict[str, Any], made: Make) -> None:
    found = read(said, made)
    assert (list(found.audience.degrees), list(found.audience.campuses), list(found.audience.cohorts)) == (
        said.get("degrees", []),
        said.get("campuses", []),
        said.get("cohorts", [None, None]),
    )
    assert list(found.uncertain) == said.get("uncertain", [])


@sample
def test_the_questions_of_a_document_are_known_to_be_answered(said: dict[str, Any], made: Make) -> None:
    found = read(said, made)
    assert [question for _, question in found.known] == said.get("asks", [])
    assert all(question in found.passages[place].indexed for place, question in found.known)


@sample
def test_the_text_is_whole_and_leads_back_to_its_source(said: dict[str, Any], made: Make) -> None:
    found = read(said, made)
    assert "\n".join(found.text[block.start : block.end] for block in found.blocks) == found.text
    copied = [(at, char) for at, char in enumerate(found.text) if not char.isspace() and char != "|"]
    assert [said["text"][found.source_offset(at)] for at, _ in copied] == [char for _, char in copied]


@sample
def test_a_document_survives_being_written_and_read(said: dict[str, Any], made: Make) -> None:
    found = read(said, made)
    assert from_json(found.to_json()) == found
