from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.campus_sim.dates import CAMPUS, half_days, working_days_after
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, LEAVE, STUDENT, SUSPENDED, key


async def ask(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/leaves", json=LEAVE | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def test_a_short_leave_waits_for_the_counsellor(desk: httpx.AsyncClient) -> None:
    answer = await ask(desk)
    assert answer.status_code == 201
    told = {name: value for name, value in LEAVE.items() if name not in ("contact", "proof")}
    assert answer.json() == told | {
        "number": "QJ20261123-0001",
        "status": "待辅导员审批",
        "approver": "卢航宁",
        "days": 2.5,
        "decided_by_days": 2.5,
        "decide_by": "2026-11-24",
        "proof": "医院开具的病假建议书",
        "return_by": "2026-11-28T18:00:00",
        "supervisor_first": False,
        "department": "计算机学院",
        "created_at": "2026-11-23T10:30:00+08:00",
    }


@pytest.mark.parametrize(
    ("end", "days", "status", "approver"),
    [
        ("2026-11-28T12:00", 3.0, "待辅导员审批", "卢航宁"),
        ("2026-11-28T12:01", 3.5, "待学院审批", "计算机学院分管学生工作的副书记"),
        ("2026-12-02T12:00", 7.0, "待学院审批", "计算机学院分管学生工作的副书记"),
        ("2026-12-02T12:01", 7.5, "待学生工作部审批", "学生工作部（处）"),
        ("2026-12-25T12:00", 30.0, "待学生工作部审批", "学生工作部（处）"),
    ],
)
async def test_more_than_three_days_go_to_the_college_and_more_than_seven_further(
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
        ("2026-11-25T14:00", "2026-12-25T12:01", "leave_too_long"),
    ],
)
async def test_leave_at_impossible_times_is_refused(desk: httpx.AsyncClient, start: str, end: str, code: str) -> None:
    assert refused(await ask(desk, start=start, end=end))[:2] == (422, code)


@pytest.mark.parametrize(
    ("start", "end"), [("2026-11-25T14:00", "2026-12-25T12:00"), ("2026-11-23T00:00", "2026-11-23T10:31")]
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
    "changed", [{"kind": "长假"}, {"reason": " "}, {"leaves_campus": None}, {"reason": "长" * 501}]
)
async def test_a_leave_says_what_it_must(desk: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    assert refused(await ask(desk, **changed))[:2] == (422, "invalid_request")


async def test_a_leave_is_shown_to_its_student_only(desk: httpx.AsyncClient) -> None:
    made = (await ask(desk)).json()
    path = f"/leaves/{made['number']}"
    assert (await desk.get(path, params={"student": STUDENT})).json() == made
    assert refused(await desk.get(path, params={"student": CLASSMATE})) == (404, "no_such_order", None)


@pytest.mark.parametrize(
    ("changed", "code", "details"),
    [
        ({"kind": "公假"}, "public_leave_is_registered", None),
        ({"kind": "事假", "start": "2026-11-23T14:00"}, "personal_leave_one_day_ahead", None),
        (
            {"kind": "事假", "end": "2026-12-02T12:01"},
            "personal_leave_too_long",
            {"most_days": 7, "days": 7.5},
        ),
        ({"kind": "丧假", "end": "2026-11-28T12:01"}, "mourning_leave_too_long", {"most_days": 3}),
    ],
)
async def test_each_kind_of_leave_has_the_limits_of_the_rules(
    desk: httpx.AsyncClient, changed: dict[str, Any], code: str, details: Any
) -> None:
    assert refused(await ask(desk, **changed)) == (422, code, details)


async def test_the_way_to_a_funeral_is_counted_apart(desk: httpx.AsyncClient) -> None:
    far = {"kind": "丧假", "end": "2026-11-29T18:00", "leaves_campus": True, "destination": "昆明"}
    assert (await ask(desk, **far)).json()["days"] == 4.5


async def test_ten_days_of_personal_leave_in_a_term_are_enough(desk: httpx.AsyncClient) -> None:
    first = {"kind": "事假", "start": "2026-11-25T00:00", "end": "2026-12-01T23:59"}
    assert (await ask(desk, **first)).status_code == 201
    second = {"kind": "事假", "start": "2026-12-07T00:00"}
    used_up = (409, "personal_leave_used_up", {"most_days": 10, "taken": 7.0, "left": 3.0})
    assert refused(await ask(desk, **second, end="2026-12-10T12:00")) == used_up
    assert (await ask(desk, **second, end="2026-12-09T23:59")).status_code == 201
    # The next term begins anew.
    assert (await ask(desk, kind="事假", start="2027-03-01T00:00", end="2027-03-05T23:59")).status_code == 201


async def test_a_leave_in_two_pieces_is_decided_by_both_together(desk: httpx.AsyncClient) -> None:
    days = [("2026-11-25T00:00", "2026-11-26T23:59"), ("2026-11-27T00:00", "2026-11-28T23:59")]
    made = [(await ask(desk, start=start, end=end)).json() for start, end in days]
    assert [(one["days"], one["decided_by_days"], one["status"]) for one in made] == [
        (2.0, 2.0, "待辅导员审批"),
        (2.0, 4.0, "待学院审批"),
    ]
    apart = (await ask(desk, start="2026-12-02T00:00", end="2026-12-02T23:59")).json()
    assert (apart["decided_by_days"], apart["proof"]) == (1.0, "病历或挂号记录")


async def test_the_terms_are_those_of_the_order_and_write_nothing(desk: httpx.AsyncClient) -> None:
    asked = {name: LEAVE[name] for name in ("student", "kind", "start", "end")} | {"leaves_campus": "false"}
    terms = (await desk.get("/leaves/terms", params=asked)).json()
    again = (await desk.get("/leaves/terms", params=asked)).json()
    made = (await ask(desk)).json()
    assert terms == again == {name: made[name] for name in terms}
    assert refused(await desk.get("/leaves/terms", params=asked))[:2] == (409, "overlapping_leave")


async def test_a_postgraduate_asks_the_supervisor_first(desk: httpx.AsyncClient) -> None:
    made = await ask(desk, student="2026015001")
    assert made.json()["supervisor_first"] is True


async def approved(desk: httpx.AsyncClient, **changed: Any) -> str:
    made = (await ask(desk, **changed)).json()
    await desk.put(f"/_orders/{made['number']}", json={"status": "已批准"})
    return str(made["number"])


async def come_back(desk: httpx.AsyncClient, leave: str, student: str = STUDENT) -> httpx.Response:
    return await desk.post(f"/leaves/{leave}/return", json={"student": student}, headers=key())


async def test_a_return_ends_an_approved_leave_early_and_frees_the_rest(desk: httpx.AsyncClient, clock: Clock) -> None:
    leave = await approved(desk, leaves_campus=True, destination="杭州")
    clock.now = datetime(2026, 11, 26, 9, 0, tzinfo=CAMPUS)
    back = (await come_back(desk, leave)).json()
    assert (back["number"], back["status"], back["days"], back["in_person"]) == (
        "XJ20261126-0001",
        "已销假",
        1.0,
        True,
    )
    assert (await ask(desk, start="2026-11-27T08:00", end="2026-11-27T12:00")).status_code == 201
    assert refused(await come_back(desk, leave)) == (409, "returned_already", {"leave": leave})


async def test_a_return_after_a_day_waits_for_the_counsellor(desk: httpx.AsyncClient, clock: Clock) -> None:
    on_time, late = await approved(desk), await approved(desk, student=CLASSMATE)
    clock.now = datetime(2026, 11, 28, 18, 0, tzinfo=CAMPUS)
    assert (await come_back(desk, on_time)).json()["status"] == "已销假"
    clock.now = datetime(2026, 11, 28, 18, 1, tzinfo=CAMPUS)
    back = (await come_back(desk, late, CLASSMATE)).json()
    assert (back["status"], back["days"]) == ("待辅导员确认", 2.5)


async def test_only_ones_own_approved_leave_that_has_begun_is_returned_from(desk: httpx.AsyncClient) -> None:
    waiting = (await ask(desk)).json()["number"]
    details = {"leave": waiting, "status": "待辅导员审批"}
    assert refused(await come_back(desk, waiting)) == (409, "leave_not_approved", details)
    assert refused(await come_back(desk, waiting, CLASSMATE)) == (404, "no_such_order", None)
    assert refused(await come_back(desk, "QJ20261123-9999")) == (404, "no_such_order", None)
    await desk.put(f"/_orders/{waiting}", json={"status": "已批准"})
    started = {"leave": waiting, "start": LEAVE["start"]}
    assert refused(await come_back(desk, waiting)) == (409, "leave_not_started", started)


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
