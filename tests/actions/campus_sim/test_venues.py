from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from actions.campus_sim.ledger import Ledger
from actions.campus_sim.venues import VENUES, fee_cents
from tests.actions.campus_sim.forms import CLASSMATE, SUSPENDED, VENUE, key

HALL = {"venue": "V21", "people": 80, "purpose": "班级联欢", "start": "2026-11-27T18:00", "end": "2026-11-27T20:00"}


async def ask(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/venues/bookings", json=VENUE | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[str, Any]:
    error = answer.json()["error"]
    return error["code"], error.get("details")


async def test_a_room_is_booked_and_gone(desk: httpx.AsyncClient) -> None:
    made = (await ask(desk)).json()
    assert (made["number"], made["what"], made["status"], made["fee_cents"], made["department"], made["approver"]) == (
        "CD20261123-0001",
        "研讨室一",
        "已预约",
        0,
        "学生社区服务中心3号窗口",
        None,
    )
    assert (
        refused(await ask(desk, student=CLASSMATE, start="2026-11-25T15:30", end="2026-11-25T17:00"))[0] == "slot_taken"
    )
    assert (await ask(desk, student=CLASSMATE, start="2026-11-25T16:00", end="2026-11-25T17:00")).status_code == 201


@pytest.mark.parametrize(
    ("changed", "code", "details"),
    [
        (
            {"start": "2026-11-23T14:00", "end": "2026-11-23T16:00"},
            "wrong_day",
            {"first": "2026-11-24", "last": "2026-11-30"},
        ),
        (
            {"start": "2026-12-01T14:00", "end": "2026-12-01T16:00"},
            "wrong_day",
            {"first": "2026-11-24", "last": "2026-11-30"},
        ),
        ({"end": "2026-11-25T13:00"}, "venue_time_backwards", None),
        ({"end": "2026-11-25T17:01"}, "too_long", None),
        ({"end": "2026-11-25T14:29"}, "too_short", None),
        (
            {"start": "2026-11-25T21:00", "end": "2026-11-25T22:30"},
            "venue_closed",
            {"name": "研讨室一", "opens": "08:30–22:00"},
        ),
        ({"venue": "V09"}, "too_many_people", {"most": 100}),
        ({"venue": "V22"}, "big_event", {"most": 200}),
        ({"venue": "V99"}, "no_such_venue", None),
        ({"student": SUSPENDED}, "student_not_active", {"status": "休学"}),
    ],
)
async def test_what_the_rules_forbid_is_refused(
    desk: httpx.AsyncClient, changed: dict[str, Any], code: str, details: Any
) -> None:
    people = {"V09": 101, "V22": 250}.get(changed.get("venue", ""), 6)
    times = {"start": "2026-11-25T19:30", "end": "2026-11-25T21:00"} if changed.get("venue") == "V09" else {}
    assert refused(await ask(desk, people=people, **times, **changed)) == (code, details)


async def test_the_whole_week_ahead_and_three_hours_are_allowed(desk: httpx.AsyncClient) -> None:
    assert (await ask(desk, start="2026-11-24T08:30", end="2026-11-24T11:30")).status_code == 201
    assert (await ask(desk, start="2026-11-30T19:00", end="2026-11-30T22:00")).status_code == 201


async def test_more_than_fifty_people_wait_for_approval_and_need_three_working_days(desk: httpx.AsyncClient) -> None:
    made = (await ask(desk, **HALL)).json()
    assert (made["status"], made["approver"]) == ("待审批", "指导教师和业务指导单位")
    soon = HALL | {"start": "2026-11-25T18:00", "end": "2026-11-25T20:00"}
    assert refused(await ask(desk, **soon)) == ("approval_too_late", {"first": "2026-11-26"})
    assert (await ask(desk, **(soon | {"people": 50}))).json()["status"] == "已预约"


async def test_twice_a_day_and_four_times_a_week(desk: httpx.AsyncClient) -> None:
    for day, hour in ((25, "08"), (25, "10"), (26, "09"), (27, "09")):
        start, end = f"2026-11-{day}T{hour}:30", f"2026-11-{day}T{hour}:59"
        assert (await ask(desk, start=start, end=f"2026-11-{day}T{int(hour) + 1:02d}:30")).status_code == 201, (
            start,
            end,
        )
        if (day, hour) == (25, "10"):
            third = await ask(desk, start="2026-11-25T14:00", end="2026-11-25T15:00")
            assert refused(third) == ("daily_limit", {"most": 2})
    fifth = await ask(desk, start="2026-11-28T14:00", end="2026-11-28T15:00")
    assert refused(fifth) == ("weekly_limit", {"most": 4})
    assert (await ask(desk, start="2026-11-30T14:00", end="2026-11-30T15:00")).status_code == 201


@pytest.mark.parametrize(
    ("start", "end", "cents"),
    [
        ("2026-11-25T14:00", "2026-11-25T16:00", 0),
        ("2026-11-25T16:00", "2026-11-25T18:00", 1000),
        ("2026-11-25T18:00", "2026-11-25T19:30", 1500),
        ("2026-11-28T09:00", "2026-11-28T11:00", 2000),
    ],
)
def test_a_badminton_court_costs_from_five_on_and_at_weekends(start: str, end: str, cents: int) -> None:
    court = next(one for one in VENUES if one.key == "V15")
    assert fee_cents(court, datetime.fromisoformat(start), datetime.fromisoformat(end)) == cents


async def test_a_list_tells_what_is_open_and_what_is_left(desk: httpx.AsyncClient) -> None:
    async def halls(start: str, end: str) -> list[tuple[str, bool, int]]:
        found = (await desk.get("/venues", params={"kind": "hall", "start": start, "end": end})).json()["venues"]
        return [(one["name"], one["open"], one["left"]) for one in found]

    await ask(desk, **HALL)
    assert await halls("2026-11-27T19:00", "2026-11-27T21:00") == [
        ("多功能厅", True, 0),
        ("报告厅", True, 1),
        ("图书馆报告厅", True, 1),
    ]
    assert await halls("2026-11-27T20:30", "2026-11-27T21:30") == [
        ("多功能厅", True, 1),
        ("报告厅", True, 1),
        ("图书馆报告厅", False, 0),
    ]
    assert [left for _, _, left in await halls("2026-11-23T09:00", "2026-11-23T10:00")] == [0, 0, 0]


async def test_free_times_are_those_in_which_something_is_free(desk: httpx.AsyncClient) -> None:
    async def starts(**more: Any) -> list[str]:
        params = {"kind": "meeting_room", "day": "2026-11-25", "minutes": 120, **more}
        found: list[str] = (await desk.get("/venues/times", params=params)).json()["starts"]
        return found

    await ask(desk, venue="V06", start="2026-11-25T10:30", end="2026-11-25T13:30")
    await ask(desk, venue="V06", start="2026-11-25T14:30", end="2026-11-25T17:30")
    assert await starts() == ["08:00", "08:30", "17:30", "18:00", "18:30", "19:00", "19:30", "20:00"]
    assert await starts(people=19) == []


async def test_a_room_with_a_lesson_is_not_given_away(desk: httpx.AsyncClient, ledger: Ledger) -> None:
    async def left(start: str, end: str) -> int:
        found = (await desk.get("/venues", params={"kind": "classroom", "start": start, "end": end})).json()["venues"]
        return int(next(one["left"] for one in found if one["venue"] == "V18"))

    with ledger.writing() as db:
        db.execute("DELETE FROM timetables WHERE place = '教学楼A座203'")
        db.execute(
            "INSERT INTO timetables (college, grade, degree, term, code, weekday, periods, weeks, parity, place, teacher)"
            " VALUES ('法学院', 2024, '本科', '2026-2027-1', 'ZY0901', 3, '5-6', '1-16', '', '教学楼A座203',"
            " '高宁')"
        )
    assert await left("2026-11-25T13:00", "2026-11-25T14:30") == 0
    assert await left("2026-11-25T16:00", "2026-11-25T18:00") == 1
    lesson = {"venue": "V18", "start": "2026-11-25T13:00", "end": "2026-11-25T14:30"}
    assert refused(await ask(desk, **lesson)) == ("slot_taken", None)
    assert (await ask(desk, **(lesson | {"end": "2026-11-25T13:30"}))).status_code == 201
