"""Campus time: one zone, working days and half days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

CAMPUS = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one zone and no daylight saving time, so a fixed offset is exact and needs no zone file."""

SATURDAY = 5
NOON = 12


def campus_now() -> datetime:
    """The present moment in campus time, whole seconds, with its offset."""
    return datetime.now(CAMPUS).replace(microsecond=0)


def clock_on(day: date | None) -> Callable[[], datetime]:
    """The campus clock, which tells the true time of day but always ``day`` where one is given."""
    if day is None:
        return campus_now
    return lambda: datetime.combine(day, campus_now().timetz())


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``; Saturdays and Sundays do not count, public holidays do."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            count -= 1
    return day


def half_days(start: datetime, end: datetime) -> float:
    """Days of leave from ``start`` to ``end`` in steps of 0.5: every morning or afternoon that is touched counts.

    An absence that ends exactly at noon or midnight does not touch what follows.
    """
    ends_on_edge = (end.minute, end.second) == (0, 0) and end.hour in {0, NOON}
    last = 2 * end.toordinal() + (end.hour >= NOON) - ends_on_edge
    first = 2 * start.toordinal() + (start.hour >= NOON)
    return (last - first + 1) / 2


def day_in_words(day: date) -> str:
    """``11月25日（周三）``."""
    return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"


def moment_in_words(moment: datetime) -> str:
    """``11月25日（周三）14:00``."""
    return f"{day_in_words(moment.date())}{moment:%H:%M}"
