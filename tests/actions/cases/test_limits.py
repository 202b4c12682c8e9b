"""What was promised for each kind of case, and that it is what students are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actions.campus_sim import certificates, complaints, hazards, repairs
from actions.campus_sim.dates import working_days_after
from actions.cases.calendar import read_calendar
from actions.cases.clock import Event, What, read
from actions.cases.holidays import Holidays, Sort, Wrong
from actions.cases.limits import DEFAULT, Limit, Limits, Priority, Unit, limit_of, limits_of, read_limits, table_of
from actions.task import read_tasks

TABLE = read_limits()
CALENDAR = read_calendar()


def limits(kind: str, priority: Priority = Priority.NORMAL) -> Limits:
    return TABLE.of(kind).by_priority[priority]


def test_every_kind_is_a_service_or_the_default() -> None:
    assert set(TABLE.kinds) - {DEFAULT} <= set(read_tasks())
    assert TABLE.of("venue_booking") == TABLE.kinds[DEFAULT]


def test_the_limits_are_those_of_the_orders_that_the_offices_make() -> None:
    complaint = limits("complaint")
    assert complaint.answer == Limit(complaints.ACCEPT_DAYS, Unit.DAYS)
    assert complaint.finish == Limit(complaints.ANSWER_DAYS, Unit.DAYS)
    assert TABLE.of("complaint").longest == Limit(15, Unit.DAYS)
    assert limits("repair_request").finish == Limit(repairs.WORKING_DAYS, Unit.DAYS)
    assert limits("enrolment_certificate").finish == Limit(certificates.WORKING_DAYS, Unit.DAYS)
    verified = Limit(int(hazards.VERIFIED_WITHIN.total_seconds()) // 60, Unit.MINUTES)
    assert limits("hazard_report").answer == limits("hazard_report", Priority.URGENT).answer == verified
    assert limits("hazard_report", Priority.URGENT).finish == Limit(120, Unit.MINUTES)


def test_a_deadline_in_days_falls_on_the_day_that_the_order_tells_the_student() -> None:
    """At every hour of every day of a term in which nothing is off but weekends."""
    start, promised = datetime(2026, 10, 12), limits("complaint")
    for hour in range(24 * 60):
        begun = start + timedelta(hours=hour)
        clocks = read([Event(begun, What.STARTED, "教务处", promised)], CALENDAR, begun)
        days = [working_days_after(begun.date(), count) for count in (complaints.ACCEPT_DAYS, complaints.ANSWER_DAYS)]
        assert [clocks.answer.deadline, clocks.finish.deadline] == [
            datetime(day.year, day.month, day.day, 17) for day in days
        ]
        assert all(Holidays().sort(day) is Sort.WORKDAY for day in days)
        assert not clocks.finish.provisional


def test_nothing_urgent_may_take_longer_than_usual() -> None:
    monday = datetime(2026, 10, 12, 8, 30)
    for kind in TABLE.kinds:
        usual, urgent = (
            read([Event(monday, What.STARTED, "教务处", limits(kind, priority))], CALENDAR, monday)
            for priority in Priority
        )
        for slow, quick in ((usual.answer, urgent.answer), (usual.finish, urgent.finish)):
            assert slow.deadline is not None
            assert quick.deadline is not None
            assert quick.deadline <= slow.deadline


def test_no_limit_is_longer_than_the_longest_extension() -> None:
    monday = date(2026, 10, 12)
    for kind, promises in TABLE.kinds.items():
        assert promises.longest.unit is Unit.DAYS
        furthest = CALENDAR.working_days.closing(monday, promises.longest.count)
        begun = datetime(2026, 10, 12, 8, 30)
        finish = read([Event(begun, What.STARTED, "教务处", limits(kind))], CALENDAR, begun).finish
        assert finish.deadline is not None
        assert finish.deadline <= furthest


def test_a_limit_is_written_down_and_read_again() -> None:
    for promises in TABLE.kinds.values():
        for one in promises.by_priority.values():
            assert limits_of(one.plain()) == one
    assert limit_of({"hours": 24}) == Limit(1440, Unit.MINUTES)
    assert limit_of({"working_hours": 2}) == Limit(120, Unit.WORKING_MINUTES)


ROW = {"answer": {"days": 1}, "finish": {"days": 5}}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([], "limits: default is wanted"),
        ({"repair_request": {}}, "limits: default is wanted"),
        ({"default": {"normal": ROW}}, "limits default: longest, normal, urgent are wanted"),
        ({"default": {"normal": ROW, "urgent": {"answer": {"days": 1}}, "longest": {"days": 9}}}, "answer and finish"),
        (
            {"default": {"normal": ROW, "urgent": {**ROW, "finish": {"weeks": 1}}, "longest": {"days": 9}}},
            "limits default urgent finish: there is no 'weeks'",
        ),
        ({"default": {"normal": ROW, "urgent": ROW, "longest": {"days": 0}}}, "longest: 0 is not a number of days"),
        ({"default": {"normal": ROW, "urgent": ROW, "longest": {"days": 251}}}, "251 is not a number of days"),
        ({"default": {"normal": ROW, "urgent": ROW, "longest": {"days": True}}}, "True is not a number of days"),
        ({"default": {"normal": ROW, "urgent": ROW, "longest": {"hours": 99999}}}, "99999 is not a number of hours"),
        ({"default": {"normal": ROW, "urgent": ROW, "longest": 5}}, "longest: one of days, hours"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(wrong: Any, why: str) -> None:
    with pytest.raises(Wrong, match=why):
        table_of(wrong)
