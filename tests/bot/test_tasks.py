"""What a message says to the open question: buttons by their words first, then values, then what it tells of other fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.tasks import Turn, known, read_turn, tapped
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


OWN_NUMBER = [{"label": "用登记的号码 138****0000", "payload": "answer:13800000000"}]


@pytest.mark.parametrize("text", ["用登记的就行", "就用登记的吧", "用我的手机号就好", "好的"])
def test_who_is_content_with_the_number_on_show_names_it(text: str) -> None:
    turn = heard(text, {"asking": "phone", "kind": "phone", "choices": OWN_NUMBER})
    assert turn is not None
    assert turn.entities["value"] == "13800000000"


LANGUAGES = [{"label": "中文", "payload": "answer:zh"}, {"label": "英文", "payload": "answer:en"}]


@pytest.mark.parametrize(
    ("text", "value"),
    [("只要中文的就行", "zh"), ("英文的就成", "en"), ("就第二个吧", "en"), ("不对，我要第二个", "en")],
)
def test_who_is_content_with_a_choice_names_it(text: str, value: str) -> None:
    turn = heard(text, {"asking": "language", "kind": "choice", "choices": LANGUAGES})
    assert turn is not None
    assert turn.entities["value"] == value


def test_a_correction_beside_an_answer_must_be_named() -> None:
    given = [{"name": "count", "kind": "count", "label": "份数", "value": "2"}]
    prompt = {"asking": "people", "kind": "count", "given": given, "fields": ["count", "people"]}
    assert heard("份数改三份", prompt) == Turn("correct", {"count": "3", "utterance": "份数改三份"}, certain=True)
    answer = heard("改成三个人", prompt)
    assert answer is not None
    assert (answer.intent, answer.entities["value"]) == ("answer", "3")


def test_the_value_that_stands_there_already_is_no_change() -> None:
    assert heard("改成两份", confirm(CARD)) == Turn("correct", {"utterance": "改成两份"}, certain=True)


def test_a_button_may_set_only_what_was_given() -> None:
    prompt = {"kind": "confirm", "given": [{"name": "own", "entity": "phone"}], "fields": ["own", "phone", "sure"]}
    assert known("set:phone=13812345678", prompt)
    assert not known("set:sure=yes", prompt)
    assert tapped("set", "phone=13812345678") == Turn("correct", {"phone": "13812345678"}, certain=True)
