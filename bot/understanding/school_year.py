"""The university's calendar as configured: terms, vacations, days off, 调休. ``bot/calendar.yml`` unless told otherwise."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

SETTING = "COUNSELLOR_CALENDAR"
SHIPPED = Path(__file__).resolve().parents[1] / "calendar.yml"
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Term:
    """A term, counted in weeks that begin on Monday."""

    name: str
    monday: date
    """The first day of week 1."""
    teaching_weeks: int
    exam_weeks: int

    @property
    def exams(self) -> date:
        """The Monday after the last teaching week."""
        return self.monday + self.teaching_weeks * _WEEK

    @property
    def last(self) -> date:
        """The last Sunday that belongs to the term."""
        return self.exams + self.exam_weeks * _WEEK - _DAY

    def week(self, number: int) -> date | None:
        """The Monday of a teaching or exam week, counted from 1; ``None`` when the term has no such week."""
        weeks = self.teaching_weeks + self.exam_weeks
        return self.monday + (number - 1) * _WEEK if 1 <= number <= weeks else None


@dataclass(frozen=True, slots=True)
class Break:
    """Days off in a row."""

    name: str
    said: tuple[str, ...]
    first: date
    last: date
    day: date | None = None
    """The feast itself; a vacation has none."""


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """What a university's days are called."""

    terms: tuple[Term, ...] = ()
    breaks: tuple[Break, ...] = ()
    workdays: frozenset[date] = frozenset()
    """Weekend days that are worked."""
    lessons: tuple[tuple[time, time], ...] = ()
    """When each lesson of a day begins and ends; empty where the calendar does not say."""

    @classmethod
    def starting(cls, first_week: date) -> SchoolYear:
        """A year of which only a day of the first teaching week is known."""
        return cls((Term("", first_week - first_week.weekday() * _DAY, 30, 0),))

    def term(self, today: date, shift: int = 0) -> Term | None:
        """The term that ``today`` lies in, or the coming one in a vacation; ``shift`` 1 gives the one after it."""
        ahead = [term for term in self.terms if term.last >= today]
        return ahead[shift] if shift < len(ahead) else None

    def next_term(self, today: date) -> Term | None:
        """The term that begins next."""
        return next((term for term in self.terms if term.monday > today), None)

    def coming(self, said: str, today: date) -> Break | None:
        """The break of that name that is on or comes next; ``None`` when it is over."""
        return next((one for one in self.breaks if said in one.said and one.last >= today), None)

    def latest(self, said: str, today: date) -> Break | None:
        """The last break of that name that is over; ``None`` when the calendar knows none."""
        return next((one for one in reversed(self.breaks) if said in one.said and one.last < today), None)

    def works(self, day: date) -> bool:
        """Whether offices and classes work on ``day``."""
        if day in self.workdays:
            return True
        return day.weekday() < 5 and not any(one.first <= day <= one.last for one in self.breaks if one.day)

    def working(self, day: date) -> date:
        """The first day from ``day`` on that is worked."""
        while not self.works(day):
            day += _DAY
        return day


def read(path: Path) -> SchoolYear:
    """The calendar in a file. Raises ``ValueError`` that names the file and what is wrong with it."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _year(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as wrong:
        raise ValueError(f"calendar {path}: {wrong}") from wrong


@cache
def current() -> SchoolYear:
    """The calendar that this process goes by, read once."""
    named = os.environ.get(SETTING, "")
    return read(Path(named) if named else SHIPPED)


def _year(content: Any) -> SchoolYear:
    fields = _fields(content, "the file", ("terms",), ("vacations", "holidays", "workdays", "lessons"))
    terms = tuple(sorted(_all(fields, "terms", _term), key=lambda term: term.monday))
    if not terms:
        raise ValueError("terms must not be empty")
    for one, following in itertools.pairwise(terms):
        if following.monday <= one.last:
            raise ValueError(f"term {following.name} begins before {one.name} ends")
    breaks = [*_all(fields, "vacations", _vacation), *_all(fields, "holidays", _holiday)]
    workdays = frozenset(_all(fields, "workdays", _date))
    if wrong := sorted(day for day in workdays if day.weekday() < 5):
        raise ValueError(f"workdays are Saturdays and Sundays that are worked, {wrong[0]} is neither")
    lessons = tuple(_all(fields, "lessons", _lesson))
    for (_, end), (start, _) in itertools.pairwise(lessons):
        if start < end:
            raise ValueError(f"lessons must follow one another, {start:%H:%M} lies before {end:%H:%M}")
    return SchoolYear(terms, tuple(sorted(breaks, key=lambda one: one.first)), workdays, lessons)


def _all(fields: dict[str, Any], name: str, reader: Callable[[Any, str], T]) -> list[T]:
    rows = fields.get(name) or []
    if not isinstance(rows, list):
        raise ValueError(f"{name} must be a list")
    return [reader(row, f"{name}, row {number}") for number, row in enumerate(rows, 1)]


def _term(row: Any, where: str) -> Term:
    fields = _fields(row, where, ("name", "first_monday", "teaching_weeks"), ("exam_weeks",))
    monday = _date(fields["first_monday"], where)
    if monday.weekday():
        raise ValueError(f"{where}: first_monday {monday} is no Monday")
    weeks = [fields["teaching_weeks"], fields.get("exam_weeks", 0)]
    if any(type(count) is not int or not 0 <= count <= 30 for count in weeks) or not weeks[0]:
        raise ValueError(f"{where}: teaching_weeks and exam_weeks must be whole numbers up to 30")
    return Term(str(fields["name"]), monday, weeks[0], weeks[1])


def _vacation(row: Any, where: str) -> Break:
    fields = _fields(row, where, ("name", "first", "last"), ("said",))
    return _break(fields, where, None)


def _holiday(row: Any, where: str) -> Break:
    fields = _fields(row, where, ("name", "day", "first", "last"), ("said",))
    day = _date(fields["day"], where)
    one = _break(fields, where, day)
    if not one.first <= day <= one.last:
        raise ValueError(f"{where}: day {day} is not among its days off")
    return one


def _break(fields: dict[str, Any], where: str, day: date | None) -> Break:
    name, said = str(fields["name"]), fields.get("said") or [fields["name"]]
    if not isinstance(said, list) or not all(isinstance(one, str) and one for one in said):
        raise ValueError(f"{where}: said must be a list of names")
    first, last = _date(fields["first"], where), _date(fields["last"], where)
    if last < first:
        raise ValueError(f"{where}: last {last} lies before first {first}")
    return Break(name, tuple(said), first, last, day)


def _lesson(row: Any, where: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part) for part in str(row).split("-"))
    except ValueError as wrong:
        raise ValueError(f"{where}: {row!r} is no lesson like 08:00-08:45") from wrong
    if end <= start:
        raise ValueError(f"{where}: {row} ends before it begins")
    return start, end


def _fields(row: Any, where: str, needed: tuple[str, ...], allowed: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ValueError(f"{where} must be a mapping")
    if missing := [name for name in needed if name not in row]:
        raise ValueError(f"{where}: {missing[0]} is missing")
    if unknown := [name for name in row if name not in (*needed, *allowed)]:
        raise ValueError(f"{where}: there is no {unknown[0]}")
    return row


def _date(value: Any, where: str) -> date:
    # A date with a time of day is a datetime, which is a date too.
    if type(value) is not date:
        raise ValueError(f"{where}: {value!r} is no day like 2026-09-07")
    return value
