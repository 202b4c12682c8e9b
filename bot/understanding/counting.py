"""Steps through the calendar: from today, from a month, to a weekday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.days import order
from bot.understanding.numerals import number
from bot.understanding.school_year import SchoolYear

# A day further ahead than this without a year was most likely meant in the past: 「11月20号」 said on 22 November.
_AHEAD = timedelta(days=270)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a named day is counted from."""

    today: date
    year: SchoolYear | None = None
    """Without it teaching weeks and days off mean nothing."""

    @property
    def monday(self) -> date:
        """The Monday of this week."""
        return self.today - self.today.weekday() * DAY


def integer(said: str) -> int:
    """The value of a number; raises ``ValueError`` for none."""
    value = number(said)
    if value is None:
        raise ValueError(said)
    return value


def coming(month: int, day: int, start: date) -> date | None:
    """The first such day from ``start`` on, unless it is so far ahead that a past one was meant."""
    for year in (start.year, start.year + 1):
        candidate = date(year, month, day)
        if candidate >= start:
            return candidate if candidate - start <= _AHEAD else None
    return None


def month_start(today: date, shift: str) -> date:
    """The first day of this month, the next (下) or the one after (下下)."""
    first = today.replace(day=1)
    for _ in range(shift.count("下")):
        first = (first + 32 * DAY).replace(day=1)
    return first


def weekday_before(day: date, said: str | None) -> date:
    """The last such weekday before ``day``, or just the day before it."""
    day -= DAY
    return day if said is None else day - (day.weekday() - order(said)) % 7 * DAY


def weekday_behind(day: date, said: str | None) -> date:
    """The first such weekday after ``day``, or just the day after it."""
    day += DAY
    return day if said is None else day + (order(said) - day.weekday()) % 7 * DAY


def month_of(parts: dict[str, str], calendar: Calendar) -> date | None:
    """The first day of the month that is named: 这个月, 下个月, 12月."""
    if said := parts.get("of_month"):
        return coming(integer(said), 1, calendar.today.replace(day=1))
    return month_start(calendar.today, parts["of_shift"])
