"""Simulated students: what they can say, what happens to them, and that the counsellor gets all of it right."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest

from actions.task import read_tasks
from eval.generated import BETWEEN, DIALOGUES, ENDINGS, SEED, Plan, people, plans, play_all
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
    with pytest.raises(ValueError, match="no blank"):
        draw.fill("{weather}")


def test_students_of_the_written_dialogues_are_left_alone(running: House) -> None:
    assert "2023010001" not in people(running, "在籍", 1)
    assert "2022010001" not in people(running, "毕业", 1)


def test_simulated_students_are_served_right(running: House) -> None:
    made: list[Plan] = plans(SAYINGS, 2 * len(TASKS), SEED + 1)
    assert play_all(made, running, SAYINGS) == []
