"""When an office is open, and how long: the arithmetic of working minutes.

All moments are naive campus time, as ``actions.settings.Settings.now`` gives them: China keeps one zone without daylight
saving time (since 1991), so the difference of two is exact. Minutes are whole; a span ends before its last instant, so
17:00 is the end of the minute 16:59 and ``24:00`` is the next midnight.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from actions.cases.holidays import Holidays, Sort, Wrong, day_of, loaded, read_holidays

CALENDAR = Path(__file__).with_name("calendar.yml")
OFFICE = "office"
DAY = 24 * 60
WEEKDAYS = "一二三四五六日"
FURTHEST = 30
"""Years in which an office has to open at all."""

Span = tuple[int, int]
"""From and to, minutes of the day."""
Week = tuple[tuple[Span, ...], ...]
"""The spans of Monday to Sunday."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_WEEKDAYS = re.compile(rf"周([{WEEKDAYS}])(?:至周([{WEEKDAYS}]))?")


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one kind of office."""

    week: Week
    vacation: Week
    made_up: tuple[Span, ...]
    holiday: tuple[Span, ...]

    def spans(self, sort: Sort, weekday: int, vacation: bool) -> tuple[Span, ...]:
        """A holiday goes before a vacation, and a vacation before 调休."""
        if sort is Sort.HOLIDAY:
            return self.holiday
        if vacation:
            return self.vacation[weekday]
        return self.made_up if sort is Sort.MADE_UP else self.week[weekday]

    @property
    def constant(self) -> bool:
        """Whether every day is like every other, so that no calendar can be wrong about it."""
        return len({*self.week, *self.vacation, self.made_up, self.holiday}) == 1


@dataclass(frozen=True, slots=True)
class Vacation:
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Year:
    """The days of a year, and sums over them: ``[n]`` is what the first ``n`` days have together."""

    first: int
    """The ordinal of 1 January."""
    spans: tuple[tuple[Span, ...], ...]
    minutes: tuple[int, ...]
    uncertain: tuple[int, ...]


@dataclass(slots=True)
class Timetable:
    """One kind of hours laid over the days of the calendar."""

    hours: Hours
    holidays: Holidays
    vacations: tuple[Vacation, ...]
    working_days_only: bool = False
    """Whether only the days count that are working days of the country."""
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, repr=False)
    _years: dict[int, Year] = field(default_factory=dict, repr=False)

    def spans(self, day: date) -> tuple[Span, ...]:
        """When it is open on ``day``."""
        known = self._days.get(day)
        if known is None:
            sort = self.holidays.sort(day)
            vacation = any(one.first <= day <= one.last for one in self.vacations)
            counted = not self.working_days_only or sort in (Sort.WORKDAY, Sort.MADE_UP)
            known = self._days[day] = self.hours.spans(sort, day.weekday(), vacation) if counted else ()
        return known

    def certain(self, day: date) -> bool:
        """Whether the hours of ``day`` hold whatever the State Council will announce."""
        return (self.hours.constant and not self.working_days_only) or self.holidays.certain(day)

    def between(self, start: datetime, end: datetime) -> int:
        """Open minutes from ``start`` to ``end``; 0 when the end is not after the start."""
        if end <= start:
            return 0
        years = sum(self._year(year).minutes[-1] for year in range(start.year, end.year))
        return years + self._so_far(end) - self._so_far(start)

    def after(self, start: datetime, minutes: int) -> datetime:
        """The first moment by which ``minutes`` were open since ``start``: ``start`` itself for 0, and the evening's 17:00
        rather than the next morning's 8:30. Raises :class:`Wrong` when it does not open for decades."""
        if minutes <= 0:
            return start
        wanted, year = self._so_far(start) + minutes, start.year
        while wanted > (sums := self._year(year).minutes)[-1]:
            wanted -= sums[-1]
            year += 1
            if year > start.year + FURTHEST:
                raise Wrong(f"an office that is not open {minutes} minutes within {FURTHEST} years")
        nth = bisect_left(sums, wanted) - 1
        wanted -= sums[nth]
        for first, last in self._year(year).spans[nth]:
            if wanted <= last - first:
                return datetime(year, 1, 1) + timedelta(days=nth, minutes=first + wanted)
            wanted -= last - first
        raise AssertionError("the day has fewer minutes than its sum")

    def closing(self, start: date, count: int) -> datetime:
        """When the ``count``-th open day after ``start`` closes; the day itself does not count (民法典 第二百零一条, 第二百零三条)."""
        day = datetime(start.year, start.month, start.day)
        for _ in range(366 * FURTHEST):
            day += timedelta(days=1)
            if spans := self.spans(day.date()):
                count -= 1
                if count <= 0:
                    return day + timedelta(minutes=spans[-1][1])
        raise Wrong(f"an office that has not {count} working days more within {FURTHEST} years")

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Whether any day that the time from ``start`` to ``end`` touches may still change."""
        if end <= start:
            return False
        first, last = start.date(), (end - timedelta(minutes=1)).date()
        for year in range(first.year, last.year + 1):
            sums = self._year(year).uncertain
            begin = first.toordinal() - self._year(year).first if year == first.year else 0
            stop = last.toordinal() - self._year(year).first + 1 if year == last.year else len(sums) - 1
            if sums[stop] > sums[begin]:
                return True
        return False

    def _so_far(self, at: datetime) -> int:
        """Open minutes of the year before ``at``."""
        year, minute = self._year(at.year), at.hour * 60 + at.minute
        nth = at.toordinal() - year.first
        so_far = year.minutes[nth]
        for first, last in year.spans[nth]:
            if first >= minute:
                break
            so_far += (last if last < minute else minute) - first
        return so_far

    def _year(self, number: int) -> Year:
        known = self._years.get(number)
        if known is None:
            days = [
                date.fromordinal(n) for n in range(date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal() + 1)
            ]
            spans = tuple(self.spans(day) for day in days)
            minutes = accumulate((sum(last - first for first, last in each) for each in spans), initial=0)
            uncertain = accumulate((not self.certain(day) for day in days), initial=0)
            known = self._years[number] = Year(days[0].toordinal(), spans, tuple(minutes), tuple(uncertain))
        return known


EVERY_DAY: Week = (((0, DAY),),) * 7


class Calendar:
    """The timetables of all departments."""

    def __init__(
        self,
        hours: Mapping[str, Hours],
        departments: Mapping[str, str],
        vacations: Sequence[Vacation],
        holidays: Holidays,
    ) -> None:
        def laid(one: Hours, working_days_only: bool = False) -> Timetable:
            return Timetable(one, holidays, tuple(vacations), working_days_only)

        self._kinds = {name: laid(one) for name, one in hours.items()}
        self._departments = dict(departments)
        self.working_days = laid(hours[OFFICE], working_days_only=True)
        """The office hours of working days: what a period counted in days runs on, whoever has the case."""
        self.always = laid(Hours(EVERY_DAY, EVERY_DAY, EVERY_DAY[0], EVERY_DAY[0]))
        """Round the clock."""

    def of(self, department: str) -> Timetable:
        """The hours that ``department`` keeps: its own, or those of the office."""
        return self._kinds[self._departments.get(department, OFFICE)]


def calendar_of(raw: Any, holidays: Holidays) -> Calendar:
    """From the YAML of ``calendar.yml``; raises :class:`Wrong`."""
    _keys(raw, "calendar", {"hours"}, {"vacations", "departments"})
    hours = raw["hours"]
    if not isinstance(hours, Mapping) or OFFICE not in hours:
        raise Wrong(f"hours: {OFFICE} is wanted")
    departments = raw.get("departments", {})
    if not isinstance(departments, Mapping):
        raise Wrong("departments: a mapping of names to hours is wanted")
    for department, name in departments.items():
        if name not in hours:
            raise Wrong(f"departments {department}: there are no hours {name!r}")
    vacations = raw.get("vacations", [])
    if not isinstance(vacations, list):
        raise Wrong("vacations: a list is wanted")
    return Calendar(
        {name: _hours(told, f"hours {name}") for name, told in hours.items()},
        departments,
        _vacations(vacations),
        holidays,
    )


def read_calendar(file: Path | str = "", holidays: Path | str = "") -> Calendar:
    """The calendar of a file (empty: the shipped one) with the holidays of another (empty: only what is in the package).

    The two settings ``hours`` and ``holidays``. Raises :class:`Wrong`.
    """
    return calendar_of(loaded(Path(file or CALENDAR)), read_holidays(holidays))


def _keys(raw: Any, where: str, wanted: set[str], allowed: set[str]) -> None:
    if not isinstance(raw, Mapping):
        raise Wrong(f"{where}: a mapping is wanted")
    if missing := sorted(wanted - set(raw)):
        raise Wrong(f"{where}: {', '.join(missing)} is missing")
    if unknown := sorted(str(key) for key in set(raw) - wanted - allowed):
        raise Wrong(f"{where}: there is no {', '.join(unknown)}")


def _vacations(raw: Sequence[Any]) -> list[Vacation]:
    read: list[Vacation] = []
    for number, told in enumerate(raw, 1):
        where = f"vacations {number}"
        _keys(told, where, {"name", "first", "last"}, set())
        one = Vacation(str(told["name"]), day_of(told["first"], where), day_of(told["last"], where))
        if one.last < one.first:
            raise Wrong(f"{where}: it ends before it begins")
        if other := next((other for other in read if other.first <= one.last and one.first <= other.last), None):
            raise Wrong(f"{where}: {one.name} overlaps with {other.name}")
        read.append(one)
    return read


def _hours(raw: Any, where: str) -> Hours:
    if isinstance(raw, Mapping) and "every_day" in raw:
        _keys(raw, where, {"every_day"}, set())
        spans = _spans(raw["every_day"], f"{where} every_day")
        if not spans:
            raise Wrong(f"{where}: it never opens")
        return Hours((spans,) * 7, (spans,) * 7, spans, spans)
    _keys(raw, where, {"week"}, {"vacation", "made_up", "holiday"})
    week = _week(raw["week"], f"{where} week")
    if not any(week):
        raise Wrong(f"{where}: it never opens")
    return Hours(
        week,
        _week(raw["vacation"], f"{where} vacation") if "vacation" in raw else week,
        _spans(raw["made_up"], f"{where} made_up") if "made_up" in raw else week[0],
        _spans(raw.get("holiday", []), f"{where} holiday"),
    )


def _week(raw: Any, where: str) -> Week:
    if not isinstance(raw, Mapping):
        raise Wrong(f"{where}: a mapping of weekdays is wanted")
    days: dict[int, tuple[Span, ...]] = {}
    for name, told in raw.items():
        found = _WEEKDAYS.fullmatch(str(name))
        if found is None:
            raise Wrong(f"{where}: {name!r} is neither 周一 nor 周一至周五")
        first = WEEKDAYS.index(found[1])
        last = WEEKDAYS.index(found[2]) if found[2] else first
        if last < first:
            raise Wrong(f"{where}: {name} runs backwards")
        for weekday in range(first, last + 1):
            if weekday in days:
                raise Wrong(f"{where}: 周{WEEKDAYS[weekday]} is named twice")
            days[weekday] = _spans(told, f"{where} {name}")
    return tuple(days.get(weekday, ()) for weekday in range(7))


def _spans(raw: Any, where: str) -> tuple[Span, ...]:
    if not isinstance(raw, list):
        raise Wrong(f"{where}: a list of spans is wanted")
    spans: list[Span] = []
    for told in raw:
        found = _SPAN.fullmatch(str(told))
        if found is None:
            raise Wrong(f"{where}: {told!r} is not a span like 8:30-11:30")
        begin, begin_minute, end, end_minute = (int(part) for part in found.groups())
        first, last = 60 * begin + begin_minute, 60 * end + end_minute
        if begin_minute > 59 or end_minute > 59 or not first < last <= DAY:
            raise Wrong(f"{where}: {told} is not a span of one day")
        if spans and first < spans[-1][1]:
            raise Wrong(f"{where}: {told} begins before the span before it ends")
        spans.append((first, last))
    return tuple(spans)
