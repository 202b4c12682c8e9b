"""What a message says about time, once it is dated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.understanding.clock import PARTS


@dataclass(frozen=True, slots=True)
class When:
    """What a message says about time; each part ``None`` when it is not said or not clear."""

    day: date | None = None
    """The one day meant."""
    at: time | None = None
    """The hour on that day; without a day only when a question for a time is answered."""
    period: tuple[datetime, datetime] | None = None
    """From and to; the end is never before the beginning."""
    count: int | None = None
    """A length in days without knowing from when: 「请假3天」."""
    past: date | None = None
    """The one day of a story that is over: 「昨天报修的」. Nobody wishes for it, so it is never :attr:`day`."""
    past_at: time | None = None
    """The hour on the day that is over: 「昨晚十一点停电」."""
    past_period: tuple[datetime, datetime] | None = None
    """From and to of a story that is over: 「上周一到周三」, 「昨天晚上」."""
    until: date | None = None
    """The one day that is only a bound: 「周五之前」, 「请假到周五」."""
    bound: time | None = None
    """The one hour that is only a bound: 「十点半以后」, 「四点前」."""


def iso(period: tuple[datetime, datetime]) -> str:
    """An ISO 8601 interval with minutes: ``2026-11-25T14:00/2026-11-27T18:00``."""
    return "/".join(moment.strftime("%Y-%m-%dT%H:%M") for moment in period)


def hour_of(minutes: int | None) -> time | None:
    """The time of day so many minutes after midnight."""
    return None if minutes is None else (datetime.min + timedelta(minutes=minutes)).time()


def part_of(day: date, part: str) -> tuple[datetime, datetime]:
    """What a part of the day spans on ``day``; ``part`` is a key of :data:`~bot.understanding.clock.PARTS`."""
    begin, end = PARTS[part]
    return datetime.combine(day, begin), datetime.combine(day, end)
