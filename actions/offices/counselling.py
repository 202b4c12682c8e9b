"""心理健康教育中心: talks with a counsellor."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.bookings import Booking, booking
from actions.offices.wire import Fields

KIND = "counselling"

Mode = Literal["面谈", "视频"]


@dataclass(frozen=True, slots=True)
class Talk:
    """A free fifty minutes."""

    slot: str
    """The centre's own name for it."""
    counsellor: str
    gender: str
    start: datetime
    """Campus time without an offset, like ``end``."""
    end: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """What is asked for. None of it is anybody else's business.

    ``mode``, ``first`` and ``phone`` are needed for a new one; what replaces another keeps what was told then.
    """

    student: str = field(repr=False)
    slot: str = field(repr=False)
    mode: Mode | None = field(default=None, repr=False)
    first: bool | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    category: str | None = field(default=None, repr=False)
    """Read by the centre only; no answer brings it back."""
    instead_of: str | None = field(default=None, repr=False)
    """The number of an own appointment that this one replaces."""


class Counselling:
    """The centre's calendar, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def talks(self, day: date | None = None) -> tuple[Talk, ...]:
        """What is free in the next two weeks, or on ``day``, the earliest first. Raises ``OfficeClosed``."""
        narrowed = {"day": day.isoformat()} if day else {}
        return await wire.get(self._client, "/counselling/slots", _talks, **narrowed)

    async def submit(self, appointment: Appointment, *, key: str) -> Booking:
        """Ask for ``appointment`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active``, ``paused`` (details: ``until``), ``one_a_week``
        (``number``, ``start``), ``term_limit`` (``most``, ``phone``), ``slot_taken``; with ``instead_of`` also
        ``no_such_order``, ``already_released``, ``too_late``. Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        form = asdict(appointment)
        return await wire.submit(self._client, "/counselling/appointments", form, booking, kind=KIND, key=key)


def _talks(said: Fields) -> tuple[Talk, ...]:
    return tuple(
        Talk(
            slot=one["slot"],
            counsellor=one["counsellor"],
            gender=one["gender"],
            start=datetime.fromisoformat(one["start"]),
            end=datetime.fromisoformat(one["end"]),
            place=one["place"],
        )
        for one in said["slots"]
    )
