from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.campus_sim.dates import half_days, working_days_after
from tests.actions.campus_sim.forms import CLASSMATE, LEAVE, STUDENT, SUSPENDED, key


async def ask(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/leaves", json=LEAVE | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def test_a_short_leave_waits_for_the_counsellor(desk: httpx.AsyncClient) -> None:
    answer = await ask(desk)
    assert answer.status_code == 201
    assert answer.json() == LEAVE | {
        "number": "QJ20261123-0001",
        "status": "待辅导员审批",
        "approver": "卢航宁",
        "days": 2.5,
        "created_at": "2026-11-23T10:30:00+08:00",
    }


@pytest.mark.parametrize(
    ("end", "days", "status", "approver"),
    [
        ("2026-11-28T12:00", 3.0, "待辅导员审批", "卢航宁"),
        ("2026-11-28T12:01", 3.5, "待学院审批", "计算机学院学生工作办公室"),
    ],
)
async def test_more_than_three_days_go_to_the_college(
    desk: httpx.AsyncClient, end: str, days: float, status: str, approver: str
) -> None:
    made = (await ask(desk, end=end)).json()
    assert (made["days"], made["status"], made["approver"]) == (days, status, approver)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-11-25T14:00", "2026-11-25T13:59", "leave_ends_before_it_starts"),
        ("2026-11-25T14:00", "2026-11-25T14:00", "leave_ends_before_it_starts"),
        ("2026-11-22T23:59", "2026-11-24T12:00", "leave_in_the_past"),
        ("2026-11-23T08:00", "2026-11-23T10:30", "leave_in_the_past"),
        ("2026-11-25T14:00", "2026-12-25T14:01", "leave_too_long"),
    ],
)
async def test_leave_at_impossible_times_is_refused(desk: httpx.AsyncClient, start: str, end: str, code: str) -> None:
    assert refused(await ask(desk, start=start, end=end))[:2] == (422, code)


@pytest.mark.parametrize(
    ("start", "end"), [("2026-11-25T14:00", "2026-12-25T14:00"), ("2026-11-23T00:00", "2026-11-23T10:31")]
)
async def test_thirty_days_and_a_leave_from_this_morning_are_accepted(
    desk: httpx.AsyncClient, start: str, end: str
) -> None:
    assert (await ask(desk, start=start, end=end)).status_code == 201


@pytest.mark.parametrize(
    "start", ["2026-02-30T14:00", "2026-11-25", "2026-11-25T14:00:00", "2026-11-25 14:00", "２０26-11-25T14:00", 5]
)
async def test_a_time_is_a_real_minute(desk: httpx.AsyncClient, start: Any) -> None:
    assert refused(await ask(desk, start=start))[:2] == (422, "invalid_request")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-24T08:00", "2026-11-25T14:01"),
        ("2026-11-26T08:00", "2026-11-26T12:00"),
        ("2026-11-27T17:59", "2026-11-29T12:00"),
        ("2026-11-24T08:00", "2026-11-29T12:00"),
    ],
)
async def test_leaves_that_overlap_are_refused(desk: httpx.AsyncClient, start: str, end: str) -> None:
    first = (await ask(desk)).json()
    details = {"number": first["number"], "start": LEAVE["start"], "end": LEAVE["end"]}
    assert refused(await ask(desk, start=start, end=end)) == (409, "overlapping_leave", details)


async def test_leaves_that_touch_and_leaves_of_others_do_not_overlap(desk: httpx.AsyncClient) -> None:
    assert (await ask(desk)).status_code == 201
    assert (await ask(desk, start="2026-11-24T08:00", end="2026-11-25T14:00")).status_code == 201
    assert (await ask(desk, start="2026-11-27T18:00", end="2026-11-28T12:00")).status_code == 201
    assert (await ask(desk, student=CLASSMATE)).status_code == 201


async def test_only_active_students_take_leave(desk: httpx.AsyncClient) -> None:
    assert refused(await ask(desk, student=SUSPENDED)) == (409, "student_not_active", {"status": "休学"})
    assert refused(await ask(desk, student="2023019999")) == (404, "no_such_student", None)


@pytest.mark.parametrize(
    "changed", [{"kind": "婚假"}, {"reason": " "}, {"leaves_campus": None}, {"reason": "长" * 501}]
)
async def test_a_leave_says_what_it_must(desk: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    assert refused(await ask(desk, **changed))[:2] == (422, "invalid_request")


async def test_a_leave_is_shown_to_its_student_only(desk: httpx.AsyncClient) -> None:
    made = (await ask(desk)).json()
    path = f"/leaves/{made['number']}"
    assert (await desk.get(path, params={"student": STUDENT})).json() == made
    assert refused(await desk.get(path, params={"student": CLASSMATE})) == (404, "no_such_order", None)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-25T08:00", "2026-11-25T09:00", 0.5),
        ("2026-11-25T08:00", "2026-11-25T12:00", 0.5),
        ("2026-11-25T08:00", "2026-11-25T12:01", 1.0),
        ("2026-11-25T12:00", "2026-11-25T18:00", 0.5),
        ("2026-11-25T11:59", "2026-11-25T18:00", 1.0),
        ("2026-11-25T00:00", "2026-11-26T00:00", 1.0),
        ("2026-11-25T08:00", "2026-11-27T23:59", 3.0),
        ("2026-12-31T14:00", "2027-01-01T12:00", 1.0),
    ],
)
def test_every_half_day_that_is_touched_counts(start: str, end: str, days: float) -> None:
    assert half_days(datetime.fromisoformat(start), datetime.fromisoformat(end)) == days


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),
    st.integers(1, 60 * 24 * 30),
    st.integers(1, 60 * 24 * 30),
)
def test_a_leave_in_two_parts_is_never_shorter_than_in_one(begin: datetime, first: int, second: int) -> None:
    begin = begin.replace(second=0, microsecond=0)
    middle = begin + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    whole, parts = half_days(begin, end), half_days(begin, middle) + half_days(middle, end)
    assert whole <= parts <= whole + 0.5


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-11-23", "2026-11-25"),
        ("2026-11-26", "2026-11-30"),
        ("2026-11-27", "2026-12-01"),
        ("2026-11-28", "2026-12-01"),
        ("2026-11-29", "2026-12-01"),
    ],
)
def test_two_working_days_skip_the_weekend(day: str, due: str) -> None:
    assert working_days_after(datetime.fromisoformat(day).date(), 2).isoformat() == due
