"""Public holidays and 调休: what the State Council arranged, as far as somebody has told us.

The package chinesecalendar knows the years up to its last release (1.11.0: 2004–2026); a file knows later ones. The
notice for a year also rules over the last days of the year before (29 December 2018 was worked for 元旦 2019), so these
are certain only when both years are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]
import yaml

SATURDAY = 5
REACH = 7
"""Days at the end of December that the notice for the next year may change."""


class Wrong(ValueError):
    """A file of hours, holidays or limits that cannot be used; the text says where and why."""


class Sort(StrEnum):
    WORKDAY = "workday"
    MADE_UP = "made_up"
    """A Saturday or Sunday that is worked for a day off elsewhere (调休)."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    """A day off for a public holiday, whatever weekday it is."""


@dataclass(frozen=True, slots=True)
class Holidays:
    """Which days are worked in the whole country."""

    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    """The years that the file speaks of; chinesecalendar goes before it."""

    def sort(self, day: date) -> Sort:
        """Beyond everything that is known only the weekday counts."""
        if day in self.off:
            return Sort.HOLIDAY
        if day in self.made_up:
            return Sort.MADE_UP
        return in_the_country(day)

    def certain(self, day: date) -> bool:
        """Whether the notice that rules over ``day`` is known; a day that is not is provisional."""
        return self._known(day.year) and self._known((day + timedelta(days=REACH)).year)

    def _known(self, year: int) -> bool:
        return year in self.years or in_the_package(year)


@cache
def in_the_country(day: date) -> Sort:
    """What chinesecalendar says of ``day``; beyond the years it knows, what the weekday says."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        off, name = day.weekday() >= SATURDAY, None
    if off:
        return Sort.WEEKEND if name is None else Sort.HOLIDAY
    return Sort.MADE_UP if day.weekday() >= SATURDAY else Sort.WORKDAY


@cache
def in_the_package(year: int) -> bool:
    """Whether chinesecalendar knows ``year``."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def day_of(raw: Any, where: str) -> date:
    """A day of a file."""
    if type(raw) is not date:
        raise Wrong(f"{where}: {raw!r} is not a day written YYYY-MM-DD")
    return raw


def holidays_of(raw: Any) -> Holidays:
    """From ``{2027: {holidays: {元旦: [2027-01-01, 2027-01-03]}, workdays: [2027-01-09]}}``.

    A holiday has its first and its last day off; the days of a year may begin in the last week of the one before.
    Raises :class:`Wrong`, also for a year that chinesecalendar knows: two sources for one day would be one too many.
    """
    if not isinstance(raw, Mapping):
        raise Wrong("holidays: a mapping of years is wanted")
    off: set[date] = set()
    worked: set[date] = set()
    for year, told in raw.items():
        where = f"holidays {year}"
        if type(year) is not int or not 2004 <= year <= 2100:
            raise Wrong(f"{where}: not a year")
        if in_the_package(year):
            raise Wrong(f"{where}: chinesecalendar knows this year already")
        if not isinstance(told, Mapping) or not {"holidays"} <= set(told) <= {"holidays", "workdays"}:
            raise Wrong(f"{where}: holidays are wanted, workdays are allowed, nothing else")
        if not isinstance(told["holidays"], Mapping):
            raise Wrong(f"{where}: holidays are a mapping of names")
        days, made_up = set(), set()
        for name, ends in told["holidays"].items():
            if not isinstance(ends, list) or len(ends) != 2:
                raise Wrong(f"{where} {name}: the first and the last day are wanted")
            first, last = (day_of(end, f"{where} {name}") for end in ends)
            if not first <= last <= first + timedelta(days=30):
                raise Wrong(f"{where} {name}: {first} to {last} is no holiday")
            days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
        if not isinstance(told.get("workdays", []), list):
            raise Wrong(f"{where}: workdays are a list")
        for one in told.get("workdays", []):
            made_up.add(day_of(one, f"{where} workdays"))
        for day in days | made_up:
            if not date(year, 1, 1) - timedelta(days=REACH) <= day <= date(year, 12, 31):
                raise Wrong(f"{where}: {day} is of another year")
        for day in made_up:
            if day.weekday() < SATURDAY or day in days:
                raise Wrong(f"{where} workdays: {day} is not a Saturday or Sunday that is worked")
        off, worked = off | days, worked | made_up
    return Holidays(frozenset(off), frozenset(worked), frozenset(raw))


def read_holidays(file: Path | str = "") -> Holidays:
    """Of a file; without one only chinesecalendar is known. Raises :class:`Wrong`."""
    return holidays_of(loaded(Path(file))) if file else Holidays()


def loaded(path: Path) -> Any:
    """The YAML of a file, or :class:`Wrong`."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Wrong(f"{path.name}: {error}") from error
