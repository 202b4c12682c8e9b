from __future__ import annotations

from datetime import date, datetime
from typing import Any

import httpx
import pytest

from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.tutors import TUTORS, earliest_day
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, SUSPENDED, TUTOR_TALK, key


async def ask(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/tutors/appointments", json=TUTOR_TALK | changed, headers=key())


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


def test_everybody_explains_within_the_opening_hours_of_the_guide() -> None:
    for one in TUTORS:
        for weekday, hours in one.hours.items():
            assert weekday in "一二三四五"
            assert all(9 <= hour < 20 for hour in hours), one.name


@pytest.mark.parametrize(
    ("today", "earliest"),
    [
        ("2026-11-23", "2026-11-24"),
        ("2026-11-26", "2026-11-27"),
        ("2026-11-27", "2026-11-30"),
        ("2026-11-28", "2026-12-01"),
        ("2026-11-29", "2026-12-01"),
    ],
)
def test_a_talk_is_booked_one_working_day_ahead(today: str, earliest: str) -> None:
    assert earliest_day(date.fromisoformat(today)).isoformat() == earliest


async def test_talks_are_found_by_subject_by_tutor_and_by_day(desk: httpx.AsyncClient) -> None:
    async def found(**params: str) -> list[dict[str, Any]]:
        slots: list[dict[str, Any]] = (await desk.get("/tutors/slots", params=params)).json()["slots"]
        return slots

    assert {one["name"] for one in await found(subject="高等数学")} == {"王启明", "蒋海燕"}
    assert {one["name"] for one in await found(tutor="D03")} == {"郭志强"}
    assert [one["slot"] for one in await found(tutor="D03", day="2026-11-24")] == [
        "D03_20261124T1400",
        "D03_20261124T1430",
        "D03_20261124T1500",
        "D03_20261124T1530",
    ]
    assert await found(day="2026-11-23") == []
    assert await found(tutor="D99") == []


async def test_half_an_hour_is_given_once_and_the_next_one_is_free(desk: httpx.AsyncClient) -> None:
    made = (await ask(desk)).json()
    assert (made["what"], made["start"], made["end"], made["place"], made["status"]) == (
        "王启明老师",
        "2026-11-25T14:00",
        "2026-11-25T14:30",
        "图书馆二楼216室",
        "已预约",
    )
    assert code(await ask(desk, student=CLASSMATE)) == "slot_taken"
    assert (await ask(desk, student=CLASSMATE, slot="D01_20261125T1430")).status_code == 201


async def test_nobody_is_with_two_tutors_at_once(desk: httpx.AsyncClient) -> None:
    made = (await ask(desk, slot="D01_20261125T1500")).json()
    again = await ask(desk, slot="D06_20261125T1500")
    details = {"number": made["number"], "start": "2026-11-25T15:00"}
    assert (code(again), again.json()["error"]["details"]) == ("overlapping_booking", details)


async def test_online_is_a_place_too_and_what_is_over_cannot_be_had(desk: httpx.AsyncClient, clock: Clock) -> None:
    assert (await ask(desk, mode="线上")).json()["place"] == "线上会议"
    clock.now = datetime(2026, 11, 25, 9, tzinfo=CAMPUS)
    assert code(await ask(desk, student=CLASSMATE, slot="D01_20261125T1500")) == "slot_taken"
    assert code(await ask(desk, student=SUSPENDED, slot="D01_20261127T0900")) == "student_not_active"
