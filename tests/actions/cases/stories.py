"""Short words for what happens to a case in the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from actions.cases.calendar import read_calendar
from actions.cases.clock import Clocks, Event, What, read
from actions.cases.limits import Limit, Limits, Unit

OFFICE_DAYS = Limits(Limit(1, Unit.DAYS), Limit(5, Unit.DAYS))
"""As a complaint: a working day until it is passed on, five until it is answered."""
TWO_HOURS = Limits(Limit(30, Unit.MINUTES), Limit(120, Unit.MINUTES))
"""As a danger that needs it at once."""

SHIPPED = read_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def started(text: str, department: str = "教务处", limits: Limits = OFFICE_DAYS) -> Event:
    return Event(at(text), What.STARTED, department, limits)


def happened(
    text: str, what: What, department: str | None = None, limits: Limits | None = None, limit: Limit | None = None
) -> Event:
    return Event(at(text), what, department, limits, limit)


def clocks(story: Sequence[Event], now: str) -> Clocks:
    return read(story, SHIPPED, at(now))
