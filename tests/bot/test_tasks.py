"""What a message says to the open question: buttons by their words first, then values, then what it tells of other fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.tasks import Turn, read_turn
from bot.understanding import Reading, entities, smalltalk
from bot.understanding.normalise import normalise

NOW = datetime(2026, 11, 20, 10, 0)
CARD = [
    {"label": "确认提交", "payload": "affirm"},
    {"label": "修改", "payload": "deny"},
    {"label": "不办了", "payload": "cancel"},
]
AGAIN = [{"label": "再试一次", "payload": "affirm"}, *CARD[1:]]
CLOSED = [{"label": "再试一次", "payload": "resume"}, {"label": "不办了", "payload": "cancel"}]


def heard(text: str, prompt: dict[str, Any]) -> Turn | None:
    said = normalise(text)
    exact = smalltalk.exact(said)
    found = entities.find(said, NOW)
    reading = Reading(said, exact or "out_of_scope", 0.3, (), found, None if exact else object())  # type: ignore[arg-type]
    return read_turn(reading, {"given": [], "fields": ["count"], "choices": [], **prompt}, NOW)


def confirm(choices: list[dict[str, str]]) -> dict[str, Any]:
    given = [{"name": "count", "kind": "count", "label": "份数", "value": "2"}]
    return {"asking": "confirmed", "kind": "confirm", "choices": choices, "given": given}


@pytest.mark.parametrize("text", ["再试一次", "再试一次吧", "那就再试一下", "重新提交一次"])
def test_words_of_the_button_try_again_and_count_nothing(text: str) -> None:
    turn = heard(text, confirm(AGAIN))
    assert turn is not None
    assert (turn.intent, dict(turn.entities)) == ("answer", {"value": "yes"})


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [("确认提交", "answer", "yes"), ("修改", "answer", "no"), ("不办了", "cancel", None)],
)
def test_the_words_of_a_button_are_that_button(text: str, intent: str, value: str | None) -> None:
    turn = heard(text, confirm(CARD))
    assert turn is not None
    assert (turn.intent, turn.entities.get("value"), turn.certain) == (intent, value, True)


@pytest.mark.parametrize("text", ["再试一次", "再试试"])
def test_trying_again_while_the_options_of_an_office_cannot_be_had_is_a_resume(text: str) -> None:
    turn = heard(text, {"asking": "day", "kind": "choice", "choices": CLOSED})
    assert turn == Turn("resume", {}, certain=True)


def test_trying_again_is_nothing_where_no_button_says_so() -> None:
    assert heard("再试试", {"asking": "day", "kind": "choice", "choices": CARD[2:]}) is None


def test_what_answers_a_field_filled_by_another_entity_is_told_under_that_entity_with_what_else_was_said() -> None:
    prompt = {"asking": "day", "entity": "date", "kind": "date", "fields": ["day", "date", "phone"]}
    turn = heard("明天，电话13812345678", prompt)
    assert turn is not None
    told = {name: value for name, value in turn.entities.items() if name != "utterance"}
    assert (turn.intent, told) == ("correct", {"date": "2026-11-21", "phone": "13812345678"})
    assert heard("明天", prompt) == Turn("answer", {"value": "2026-11-21", "utterance": "明天"}, certain=True)


ORDERS = [
    {"label": "报修 BX20261120-0001：8号楼203 水龙头漏水", "payload": "answer:BX20261120-0001"},
    {"label": "报修 BX20261120-0002：8号楼203 灯不亮", "payload": "answer:BX20261120-0002"},
]


@pytest.mark.parametrize(("text", "number"), [("水龙头那个", 1), ("灯不亮那单", 2), ("我说的是漏水的那个", 1)])
def test_a_choice_is_named_by_what_is_in_it(text: str, number: int) -> None:
    turn = heard(text, {"asking": "which", "kind": "choice", "choices": ORDERS})
    assert turn is not None
    assert turn.entities["value"] == f"BX20261120-000{number}"


def test_that_one_of_what_both_have_is_neither() -> None:
    assert heard("8号楼那个", {"asking": "which", "kind": "choice", "choices": ORDERS}) is None
