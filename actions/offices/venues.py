"""The places one can book, whichever desk keeps them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

import httpx

from actions.offices import wire
from actions.offices.bookings import Booking, booking
from actions.offices.wire import Fields

KIND = "venue"


@dataclass(frozen=True, slots=True)
class Venue:
    """A place, and how it stands in the time asked about."""

    venue: str
    name: str
    place: str
    most: int
    """People it takes."""
    opens: tuple[str, ...]
    """``08:30–22:00``, on that day."""
    open: bool
    """Whether it is open the whole time."""
    left: int
    """Courts, tables or rooms that are free the whole time."""
    fee_cents: int
    department: str


@dataclass(frozen=True, slots=True)
class Use:
    """What is asked for."""

    student: str = field(repr=False)
    venue: str
    start: datetime
    """Campus time without an offset, like ``end``; seconds are dropped."""
    end: datetime
    people: int
    purpose: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """What the office has accepted."""

    booking: Booking
    department: str
    fee_cents: int
    approver: str | None
    """Who decides where the status is ``待审批``."""


class Venues:
    """The calendar of places, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def days(self) -> tuple[date, date]:
        """The first and the last day that may be booked today. Raises ``OfficeClosed``."""
        return await wire.get(self._client, "/venues/days", _days)

    async def at(self, kind: str, start: datetime, end: datetime, *, people: int = 1) -> tuple[Venue, ...]:
        """Every venue of ``kind``, whatever its size, as it stands from ``start`` to ``end``.

        Refusals: ``big_event`` (details: ``most``), ``approval_too_late`` (``first``). Raises also ``OfficeClosed``.
        """
        said = {"kind": kind, "start": _minute(start), "end": _minute(end)}
        return await wire.get(self._client, "/venues", _venues, **said, people=people)

    async def times(self, kind: str, day: date, *, minutes: int, people: int) -> tuple[str, ...]:
        """From when on (``14:00``) something of ``kind`` is free on ``day`` for 30–180 minutes. Raises ``OfficeClosed``."""
        said: dict[str, str | int] = {
            "kind": kind,
            "day": day.isoformat(),
            "minutes": minutes,
            "people": people,
        }
        return await wire.get(self._client, "/venues/times", lambda answer: tuple(answer["starts"]), **said)

    async def submit(self, use: Use, *, key: str) -> VenueOrder:
        """Book ``use`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active``, ``no_such_venue``, ``paused`` (details: ``until``),
        ``venue_time_backwards``, ``wrong_day`` (``first``, ``last``), ``too_long``, ``too_short``, ``venue_closed``
        (``name``, ``opens``), ``too_many_people`` and ``big_event`` (``most``), ``approval_too_late`` (``first``),
        ``daily_limit``, ``weekly_limit``, ``overlapping_booking`` (``number``, ``start``), ``slot_taken``.
        Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        form = asdict(use) | {"start": _minute(use.start), "end": _minute(use.end)}
        return await wire.submit(self._client, "/venues/bookings", form, _order, kind=KIND, key=key)


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _days(said: Fields) -> tuple[date, date]:
    return date.fromisoformat(said["first"]), date.fromisoformat(said["last"])


def _venues(said: Fields) -> tuple[Venue, ...]:
    return tuple(
        Venue(
            venue=one["venue"],
            name=one["name"],
            place=one["place"],
            most=one["most"],
            opens=tuple(one["opens"]),
            open=one["open"],
            left=one["left"],
            fee_cents=one["fee_cents"],
            department=one["department"],
        )
        for one in said["venues"]
    )


def _order(said: Fields) -> VenueOrder:
    return VenueOrder(booking(said), said["department"], said["fee_cents"], said["approver"])
