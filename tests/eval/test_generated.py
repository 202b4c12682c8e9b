"""Simulated students: what they can say, what happens to them, and that the counsellor gets all of it right."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any, cast

import httpx
import pytest

from actions.task import read_tasks
from eval.generated import (
    BETWEEN,
    DIALOGUES,
    ENDINGS,
    SEED,
    Plan,
    Talk,
    Wrong,
    _card,
    _digress,
    _serve,
    people,
    plans,
    play_all,
)
from eval.house import House
from eval.students import Drawer, read_sayings

SAYINGS = read_sayings()
TASKS = read_tasks()


def test_every_service_has_students() -> None:
    assert sorted(SAYINGS) == sorted(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_every_question_of_a_service_has_an_answer(task: str) -> None:
    told = {name for way in SAYINGS[task].open for name in way.get("tells", {})}
    asked = {of.name for of in TASKS[task].fields if of.default is None}
    assert asked - set(SAYINGS[task].answers) - told == set()


@pytest.mark.parametrize("task", TASKS)
def test_what_students_tell_is_named_as_the_service_names_it(task: str) -> None:
    labels, fields = SAYINGS[task].labels, {of.name: of.label for of in TASKS[task].fields}
    assert {name: fields.get(name) for name in labels} == dict(labels)
    assert set(SAYINGS[task].answers) | set(SAYINGS[task].unread) <= set(fields)
    for way in (*SAYINGS[task].open, *SAYINGS[task].corrections):
        assert set(way.get("tells", {})) <= set(fields)


@pytest.mark.parametrize("task", TASKS)
def test_the_words_of_a_refusal_and_of_an_end_stand_in_the_service(task: str) -> None:
    written = " ".join(refusal.text for refusal in TASKS[task].refusals.values())
    for way in SAYINGS[task].refused:
        assert way["words"] in written
        assert ("who" in way) != ("again" in way)
    assert SAYINGS[task].writes == (TASKS[task].confirm is not None)
    assert SAYINGS[task].writes or SAYINGS[task].ends


def test_what_is_done_before_is_a_service_of_its_own() -> None:
    before = [way["first"] for sayings in SAYINGS.values() for way in sayings.open if "first" in way]
    assert {first["task"] for first in before} <= set(TASKS)
    assert {name for first in before for name in first} == {"task", "opening", "staff"}


def test_the_same_seed_gives_the_same_plans() -> None:
    assert plans(SAYINGS, 60, 1) == plans(SAYINGS, 60, 1)
    assert plans(SAYINGS, 60, 1) != plans(SAYINGS, 60, 2)


def test_the_plans_cover_everything_that_may_happen() -> None:
    made = plans(SAYINGS, DIALOGUES, SEED)
    assert len(made) >= 500
    assert min(Counter(plan.task for plan in made).values()) >= len(made) // len(TASKS)
    kinds, endings = Counter(kind for plan in made for kind in plan.between), Counter(plan.ending for plan in made)
    assert set(kinds) == set(BETWEEN)
    assert min(kinds.values()) >= 100
    assert set(endings) == set(ENDINGS)
    assert min(endings.values()) >= 15
    assert {plan.depth for plan in made} == {0, 1, 2, 5}
    assert any(not plan.signed_in for plan in made)


def test_no_two_students_report_the_same_room() -> None:
    rooms = [room for plan in plans(SAYINGS, DIALOGUES, SEED) for room in plan.rooms]
    assert len(set(rooms)) == len(rooms)


def test_a_blank_stays_what_it_was_drawn() -> None:
    draw = Drawer(random.Random(1), date(2026, 11, 20), ((3, 502), (8, 101)))
    way = {"say": "{house}#{room}坏了，{下周三}来，电话{phone}", "shown": "{place}", "tells": {"other": "{place2}"}}
    said = draw.said(way, "location")
    assert said.say == f"3#502坏了，11月25日（周三）来，电话{draw.of('phone')}"
    assert dict(said.tells) == {"other": "8号楼101", "location": "3号楼502"}
    assert draw.fill("{5天后}14:00") == "11月25日（周三）14:00"
    with pytest.raises(ValueError, match="no blank"):
        draw.fill("{weather}")


def test_students_of_the_written_dialogues_are_left_alone(running: House) -> None:
    assert "2023010001" not in people(running, "在籍", 1)
    assert "2022010001" not in people(running, "毕业", 1)


def test_simulated_students_are_served_right(running: House) -> None:
    made: list[Plan] = plans(SAYINGS, 2 * len(TASKS), SEED + 1)
    assert play_all(made, running, SAYINGS) == []


# the judge: a dialogue that goes wrong is seen to go wrong


def _talk(answer: dict[str, Any]) -> Talk:
    """A conversation in which the counsellor always answers the same."""
    client = httpx.Client(
        base_url="http://counsellor", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    )
    plan = Plan(1, "card_top_up", True, "confirm", (), 0, ((3, 502), (8, 101)))
    chance = random.Random(1)
    draw = Drawer(chance, date(2026, 11, 20), plan.rooms)
    return Talk(plan, cast(House, None), client, client, SAYINGS, "2026010001", chance, draw)


def _says(text: str, asking: str | None, **more: Any) -> dict[str, Any]:
    return {
        "replies": [{"kind": "text", "text": text} | more],
        "trace": {"route": "task", "task": "card_top_up", "asking": asking},
    }


def test_a_card_that_shows_something_else_is_wrong() -> None:
    talk = _talk(_says("请核对", "confirmed", kind="confirm", fields=[{"label": "金额", "value": "100 元"}]))
    talk.send(text="充100")
    _card(talk, SAYINGS["card_top_up"], {"amount": "100 元"})
    with pytest.raises(Wrong, match="wanted '50 元', came '100 元'"):
        _card(talk, SAYINGS["card_top_up"], {"amount": "50 元"})


def test_a_question_that_does_not_come_back_is_wrong() -> None:
    talk = _talk(_says("不客气", None))
    talk.trace = {"asking": "amount", "task": "card_top_up"}
    with pytest.raises(Wrong, match="the question after small_talk: wanted 'amount', came None"):
        _digress(talk, "small_talk", SAYINGS["card_top_up"], 0, {})


def test_an_end_without_a_receipt_is_wrong() -> None:
    talk = _talk(_says("好的", None))
    talk.send(text="充100")
    with pytest.raises(Wrong, match="receipts of card_top_up: wanted 1, came 0"):
        _serve(talk, "card_top_up", "confirm", 0)


def test_a_query_without_an_answer_is_wrong() -> None:
    talk = _talk(_says("好的", None))
    talk.send(text="查余额")
    with pytest.raises(Wrong, match="no answer of card_balance"):
        _serve(talk, "card_balance", "confirm", 0)


def test_a_question_left_open_after_a_cancel_is_wrong() -> None:
    talk = _talk(_says("充多少？", "amount"))
    talk.send(text="充值")
    with pytest.raises(Wrong, match="what is open at the end: wanted None, came 'amount'"):
        _serve(talk, "card_top_up", "cancel", 0)


def test_a_dialogue_in_circles_is_wrong() -> None:
    talk = _talk(_says("充多少？", "amount", choices=[{"label": "50 元", "payload": "answer:50"}]))
    talk.send(text="充值")
    with pytest.raises(Wrong, match="circles"):
        _serve(talk, "card_top_up", "confirm", 0)
