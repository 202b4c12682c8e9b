"""What an office reads out of free words fills only what is not known, and only where free words were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from actions.form import Turn
from actions.rasa_actions import ValidateForm
from actions.task import read_tasks


class Office:
    """Reads the same out of all words, and notes what it was asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None]] = []

    def read(self, said: str, asked: str | None) -> Mapping[str, str]:
        self.heard.append((said, asked))
        return {"matter": "菜里有虫子", "place": "食堂", "time": "昨天"}

    async def check(self, field: str, value: str, offices: Any) -> None: ...

    async def submit(self, order: Any, offices: Any) -> Mapping[str, Any]:
        return {}


def told(turn: Turn, **values: str | None) -> tuple[Mapping[str, str], list[tuple[str, str | None]]]:
    office = Office()
    task = read_tasks()["complaint"]
    action = ValidateForm(task, office, None, "", datetime.now)  # type: ignore[arg-type]
    known = {of.name: None for of in task.fields} | values
    return action._told(turn, known), office.heard


WORDS = {"utterance": "昨天食堂的菜里有虫子"}


def test_the_first_sentence_fills_what_is_not_known() -> None:
    found, heard = told(Turn("complaint", WORDS, (), None), place="图书馆", time="没有说明")
    assert found == {"matter": "菜里有虫子", "time": "昨天"}
    assert heard == [("昨天食堂的菜里有虫子", None)]


def test_what_is_said_instead_of_signing_in_belongs_to_the_first_sentence() -> None:
    found, heard = told(Turn("correct", WORDS, (), "sign_in"))
    assert (found["place"], heard) == ("食堂", [("昨天食堂的菜里有虫子", None)])


def test_what_the_turn_itself_filled_stands() -> None:
    found, _ = told(Turn("complaint", WORDS, ("place",), None))
    assert found == {"matter": "菜里有虫子", "time": "昨天"}


def test_an_answer_in_free_words_may_tell_more() -> None:
    found, heard = told(Turn("answer", WORDS, ("matter",), "matter"), matter="昨天食堂的菜里有虫子")
    assert found == {"place": "食堂", "time": "昨天"}
    assert heard == [("昨天食堂的菜里有虫子", "matter")]


@pytest.mark.parametrize(
    "turn",
    [
        Turn("answer", WORDS, ("privacy",), "privacy"),
        Turn("answer", WORDS, (), "confirmed"),
        Turn("correct", WORDS, ("place",), "matter"),
        Turn("resume", WORDS, (), None),
        Turn("complaint", {}, (), None),
    ],
    ids=["a choice", "the card", "a correction", "another action", "no words"],
)
def test_other_words_are_left_to_the_form(turn: Turn) -> None:
    assert told(turn) == ({}, [])
