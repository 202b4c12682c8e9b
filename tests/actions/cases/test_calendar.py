"""When an office is open, and what a file has to look like."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from actions.cases.calendar import CALENDAR, Calendar, Timetable, calendar_of, read_calendar
from actions.cases.holidays import Holidays, Sort, Wrong, holidays_of, in_the_package, read_holidays
from actions.offices.departments import departments
from eval.house import ROOT

MINUTE = timedelta(minutes=1)
SHIPPED = read_calendar()
OFFICE = SHIPPED.of("教务处")

NOTICE: dict[int, Any] = {
    2027: {
        "holidays": {
            "元旦": [date(2026, 12, 31), date(2027, 1, 2)],
            "春节": [date(2027, 2, 5), date(2027, 2, 11)],
        },
        "workdays": [date(2026, 12, 27), date(2027, 2, 20)],
    }
}
"""Made up: the notice for 2027 is not out."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moments() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31)).map(
        lambda one: one.replace(second=0, microsecond=0)
    )


def counted(table: Timetable, start: datetime, end: datetime) -> int:
    """Minute by minute."""
    return sum(
        any(first <= now.hour * 60 + now.minute < last for first, last in table.spans(now.date()))
        for now in (start + n * MINUTE for n in range(int((end - start) / MINUTE)))
    )


# the days


def test_the_package_knows_2004_to_2026() -> None:
    assert [year for year in range(1990, 2060) if in_the_package(year)] == list(range(2004, 2027))


@pytest.mark.parametrize(
    ("day", "sort"),
    [
        (date(2026, 11, 25), Sort.WORKDAY),
        (date(2026, 11, 28), Sort.WEEKEND),
        (date(2026, 10, 1), Sort.HOLIDAY),
        (date(2026, 10, 3), Sort.HOLIDAY),  # a Saturday within 国庆 is not merely a weekend
        (date(2026, 10, 10), Sort.MADE_UP),
        (date(2018, 12, 29), Sort.MADE_UP),  # by the notice for 2019
        (date(2018, 12, 31), Sort.HOLIDAY),
        (date(2027, 1, 1), Sort.WORKDAY),  # nobody has said otherwise yet
        (date(2027, 1, 2), Sort.WEEKEND),
    ],
)
def test_a_day_is_what_the_state_council_made_it(day: date, sort: Sort) -> None:
    assert Holidays().sort(day) is sort


def test_days_beyond_the_last_notice_are_provisional_and_so_is_the_week_before() -> None:
    days = [date(2026, 12, 20) + timedelta(days=n) for n in range(14)]
    assert [day for day in days if Holidays().certain(day)] == [day for day in days if day < date(2026, 12, 25)]
    assert Holidays().certain(date(2018, 12, 31))


def test_a_file_makes_a_later_year_certain_and_may_reach_into_the_last_week_before_it() -> None:
    known = holidays_of(NOTICE)
    assert known.sort(date(2026, 12, 27)) is Sort.MADE_UP
    assert known.sort(date(2026, 12, 31)) is Sort.HOLIDAY
    assert known.sort(date(2027, 2, 20)) is Sort.MADE_UP
    assert known.sort(date(2027, 2, 27)) is Sort.WEEKEND
    assert known.certain(date(2026, 12, 31))
    assert known.certain(date(2027, 12, 24))
    assert not known.certain(date(2027, 12, 25))
    assert not known.certain(date(2003, 12, 24))


def test_a_file_of_holidays_is_read_from_where_the_setting_says(tmp_path: Path) -> None:
    (tmp_path / "放假.yml").write_text(yaml.safe_dump(NOTICE, allow_unicode=True), encoding="utf-8")
    assert read_holidays(tmp_path / "放假.yml") == holidays_of(NOTICE)
    assert read_holidays() == Holidays()
    spring = read_calendar(holidays=str(tmp_path / "放假.yml")).of("保卫处")
    assert spring.between(at("2027-02-05 00:00"), at("2027-02-06 00:00")) == 1440


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([], "a mapping of years is wanted"),
        ({"2027": {"holidays": {}}}, "holidays 2027: not a year"),
        ({2026: {"holidays": {}}}, "chinesecalendar knows this year already"),
        ({2027: {"workdays": []}}, "holidays are wanted"),
        ({2027: {"holidays": {}, "off": []}}, "nothing else"),
        ({2027: {"holidays": []}}, "holidays are a mapping"),
        ({2027: {"holidays": {"元旦": [date(2027, 1, 1)]}}}, "元旦: the first and the last day are wanted"),
        ({2027: {"holidays": {"元旦": ["1月1日", "1月3日"]}}}, "'1月1日' is not a day written YYYY-MM-DD"),
        ({2027: {"holidays": {"元旦": [date(2027, 1, 3), date(2027, 1, 1)]}}}, "is no holiday"),
        ({2027: {"holidays": {"元旦": [date(2026, 12, 24), date(2027, 1, 1)]}}}, "2026-12-24 is of another year"),
        ({2027: {"holidays": {}, "workdays": 5}}, "workdays are a list"),
        ({2027: {"holidays": {}, "workdays": [date(2027, 1, 4)]}}, "2027-01-04 is not a Saturday or Sunday"),
        (
            {2027: {"holidays": {"元旦": [date(2027, 1, 1), date(2027, 1, 3)]}, "workdays": [date(2027, 1, 2)]}},
            "2027-01-02 is not a Saturday or Sunday that is worked",
        ),
    ],
)
def test_a_wrong_file_of_holidays_says_what_is_wrong(wrong: Any, why: str) -> None:
    with pytest.raises(Wrong, match=why):
        holidays_of(wrong)


# the hours


@pytest.mark.parametrize(
    ("department", "day", "open_from_to"),
    [
        ("教务处", date(2026, 11, 25), "8:30-11:30 13:30-17:00"),
        ("教务处", date(2026, 11, 28), ""),
        ("教务处", date(2026, 10, 10), "8:30-11:30 13:30-17:00"),  # 调休
        ("教务处", date(2026, 10, 5), ""),  # a Monday of 国庆
        ("教务处", date(2027, 1, 19), "9:00-15:00"),  # a Tuesday of 寒假
        ("教务处", date(2027, 1, 20), ""),
        ("学生社区服务中心", date(2026, 11, 28), "9:00-16:00"),
        ("学生社区服务中心", date(2026, 10, 3), ""),  # 法定节假日窗口不开放
        ("保卫处", date(2026, 10, 3), "0:00-24:00"),
        ("一个新部门", date(2026, 11, 25), "8:30-11:30 13:30-17:00"),
    ],
)
def test_every_department_keeps_its_hours(department: str, day: date, open_from_to: str) -> None:
    spans = SHIPPED.of(department).spans(day)
    clock = [f"{first // 60}:{first % 60:02}-{last // 60}:{last % 60:02}" for first, last in spans]
    assert " ".join(clock) == open_from_to


def test_a_window_that_opens_on_sunday_makes_no_working_day_of_it() -> None:
    week = {"周一至周日": ["9:00-17:00"]}
    working = calendar_of({"hours": {"office": {"week": week}}}, Holidays()).working_days
    assert working.spans(date(2026, 11, 29)) == ()
    assert working.spans(date(2026, 9, 20)) == ((540, 1020),)  # a Sunday worked for 国庆
    assert working.closing(date(2026, 11, 27), 1) == at("2026-11-30 17:00")


def test_the_vacations_are_those_that_the_dates_of_students_are_read_by() -> None:
    ours = yaml.safe_load(CALENDAR.read_text(encoding="utf-8"))["vacations"]
    theirs = yaml.safe_load((ROOT / "bot" / "calendar.yml").read_text(encoding="utf-8"))["vacations"]
    assert ours == theirs


def test_every_department_that_has_hours_of_its_own_is_named_as_it_names_itself() -> None:
    named = set(yaml.safe_load(CALENDAR.read_text(encoding="utf-8"))["departments"])
    guide = (ROOT / "knowledge_base" / "policies" / "学生社区服务指南.md").read_text(encoding="utf-8")
    known = {one.name for one in departments()}
    assert [name for name in sorted(named) if name not in known and name not in guide] == []


# the arithmetic


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-25 08:30", 0, "2026-11-25 08:30"),
        ("2026-11-25 06:00", 1, "2026-11-25 08:31"),
        ("2026-11-25 08:30", 180, "2026-11-25 11:30"),  # the end of the morning, not the beginning of the afternoon
        ("2026-11-25 08:30", 181, "2026-11-25 13:31"),
        ("2026-11-27 16:30", 30, "2026-11-27 17:00"),
        ("2026-11-27 16:30", 31, "2026-11-30 08:31"),
        ("2026-09-30 16:30", 60, "2026-10-08 09:00"),  # over 国庆
        ("2026-10-09 16:30", 60, "2026-10-10 09:00"),  # into a worked Saturday
        ("2027-01-15 16:30", 60, "2027-01-19 09:30"),  # into 寒假
        ("2026-12-31 16:30", 60, "2027-01-01 09:00"),  # nobody has announced 元旦 yet
    ],
)
def test_working_minutes_go_on_where_the_office_opens_again(start: str, minutes: int, end: str) -> None:
    assert OFFICE.after(at(start), minutes) == at(end)
    assert OFFICE.between(at(start), at(end)) == minutes


def test_round_the_clock_has_no_gap_at_midnight() -> None:
    assert SHIPPED.always.after(at("2026-12-31 23:30"), 60) == at("2027-01-01 00:30")
    assert SHIPPED.always.between(at("2024-01-01 00:00"), at("2029-01-01 00:00")) == 5 * 365 * 1440 + 2 * 1440


def test_the_time_backwards_is_no_time() -> None:
    assert OFFICE.between(at("2026-11-26 09:00"), at("2026-11-25 09:00")) == 0


@given(moments(), st.integers(0, 4000))
def test_between_counts_every_open_minute_once(start: datetime, minutes: int) -> None:
    end = start + minutes * MINUTE
    for table in (OFFICE, SHIPPED.of("学生社区服务中心"), SHIPPED.working_days):
        assert table.between(start, end) == counted(table, start, end)


@given(moments(), st.integers(1, 20_000))
def test_after_is_the_first_moment_by_which_so_many_minutes_were_open(start: datetime, minutes: int) -> None:
    end = OFFICE.after(start, minutes)
    assert OFFICE.between(start, end) == minutes
    assert OFFICE.between(start, end - MINUTE) == minutes - 1


@given(st.lists(moments(), min_size=2, max_size=6).map(sorted))
def test_the_time_between_is_the_sum_of_its_parts(cuts: list[datetime]) -> None:
    assert OFFICE.between(cuts[0], cuts[-1]) == sum(OFFICE.between(one, other) for one, other in pairwise(cuts))


@given(moments(), moments())
def test_a_time_is_provisional_if_one_of_its_days_is(start: datetime, end: datetime) -> None:
    days = [start.date() + timedelta(days=n) for n in range((end - MINUTE).toordinal() - start.toordinal() + 1)]
    wanted = start < end and not all(Holidays().certain(day) for day in days)
    assert OFFICE.provisional(start, end) is wanted
    assert SHIPPED.always.provisional(start, end) is False
    assert SHIPPED.of("保卫处").provisional(start, end) is False


# what a file has to look like


def test_an_office_that_never_opens_again_is_told_and_not_waited_for() -> None:
    ever = [{"name": "停课", "first": date(2026, 1, 1), "last": date(2090, 1, 1)}]
    told = {"hours": {"office": {"week": {"周一": ["9:00-10:00"]}, "vacation": {}}}, "vacations": ever}
    closed = calendar_of(told, Holidays()).of("教务处")
    with pytest.raises(Wrong, match="not open 1 minutes within 30 years"):
        closed.after(at("2026-11-25 09:00"), 1)
    with pytest.raises(Wrong, match="not 1 working days more"):
        closed.closing(date(2026, 11, 25), 1)


OK = {"周一": ["9:00-10:00"]}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (None, "calendar: a mapping is wanted"),
        ({}, "calendar: hours is missing"),
        ({"hours": {"desk": {"week": OK}}}, "hours: office is wanted"),
        ({"hours": {"office": {"week": OK}}, "holidays": {}}, "calendar: there is no holidays"),
        ({"hours": {"office": {}}}, "hours office: week is missing"),
        ({"hours": {"office": {"week": {}}}}, "hours office: it never opens"),
        ({"hours": {"office": {"every_day": []}}}, "hours office: it never opens"),
        ({"hours": {"office": {"week": OK, "every_day": ["0:00-24:00"]}}}, "hours office: there is no week"),
        ({"hours": {"office": {"week": ["9:00-10:00"]}}}, "a mapping of weekdays is wanted"),
        ({"hours": {"office": {"week": {"星期一": ["9:00-10:00"]}}}}, "'星期一' is neither 周一 nor 周一至周五"),
        ({"hours": {"office": {"week": {"周五至周一": ["9:00-10:00"]}}}}, "周五至周一 runs backwards"),
        ({"hours": {"office": {"week": {**OK, "周一至周五": []}}}}, "周一 is named twice"),
        ({"hours": {"office": {"week": {"周一": "9:00-10:00"}}}}, "周一: a list of spans is wanted"),
        ({"hours": {"office": {"week": {"周一": ["9点到10点"]}}}}, "'9点到10点' is not a span like"),
        ({"hours": {"office": {"week": {"周一": ["9:60-10:00"]}}}}, "9:60-10:00 is not a span of one day"),
        ({"hours": {"office": {"week": {"周一": ["10:00-9:00"]}}}}, "10:00-9:00 is not a span of one day"),
        ({"hours": {"office": {"week": {"周一": ["9:00-9:00"]}}}}, "9:00-9:00 is not a span of one day"),
        ({"hours": {"office": {"week": {"周一": ["22:00-24:01"]}}}}, "22:00-24:01 is not a span of one day"),
        ({"hours": {"office": {"week": {"周一": ["9:00-12:00", "11:00-13:00"]}}}}, "11:00-13:00 begins before"),
        ({"hours": {"office": {"week": OK}}, "departments": {"保卫处": "night"}}, "保卫处: there are no hours 'night'"),
        ({"hours": {"office": {"week": OK}}, "departments": ["保卫处"]}, "departments: a mapping"),
        ({"hours": {"office": {"week": OK}}, "vacations": {}}, "vacations: a list is wanted"),
        (
            {"hours": {"office": {"week": OK}}, "vacations": [{"name": "寒假", "first": date(2027, 1, 1)}]},
            "vacations 1: last is missing",
        ),
        (
            {
                "hours": {"office": {"week": OK}},
                "vacations": [{"name": "寒假", "first": date(2027, 2, 1), "last": date(2027, 1, 1)}],
            },
            "vacations 1: it ends before it begins",
        ),
        (
            {
                "hours": {"office": {"week": OK}},
                "vacations": [
                    {"name": "寒假", "first": date(2027, 1, 1), "last": date(2027, 2, 1)},
                    {"name": "暑假", "first": date(2027, 2, 1), "last": date(2027, 3, 1)},
                ],
            },
            "vacations 2: 暑假 overlaps with 寒假",
        ),
    ],
)
def test_a_wrong_calendar_says_what_is_wrong(wrong: Any, why: str) -> None:
    with pytest.raises(Wrong, match=why):
        calendar_of(wrong, Holidays())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "hours.yml").write_text("hours: [", encoding="utf-8")
    with pytest.raises(Wrong, match=r"hours\.yml"):
        read_calendar(tmp_path / "hours.yml")
    with pytest.raises(Wrong, match=r"gone\.yml"):
        read_calendar(tmp_path / "gone.yml")


def test_a_calendar_can_do_without_vacations_and_departments() -> None:
    assert isinstance(calendar_of({"hours": {"office": {"week": OK}}}, Holidays()), Calendar)
