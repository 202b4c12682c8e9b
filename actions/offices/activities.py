"""校团委: activities to take part in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

import httpx

from actions.offices import wire
from actions.offices.bookings import Booking, booking
from actions.offices.wire import Fields

KIND = "activity"


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that is on."""

    activity: str
    """The office's own name for it."""
    title: str
    words: tuple[str, ...]
    """What it is searched by."""
    kind: str
    """志愿, 讲座, 比赛 or 社团."""
    start: datetime
    """Campus time without an offset, like ``end``."""
    end: datetime
    place: str
    organiser: str
    left: int
    """Places that are free."""
    waiting: int
    """How many wait where none is left."""
    withdrawable: bool
    """Whether who signs up now may still withdraw."""


@dataclass(frozen=True, slots=True)
class SignUp:
    """What is asked for."""

    student: str = field(repr=False)
    activity: str
    waits: bool
    """Whether a place in the waiting line will do."""


@dataclass(frozen=True, slots=True)
class SignUpOrder:
    """What the office has noted."""

    booking: Booking
    waiting: int
    """The place in the waiting line; 0 with a place."""


class Activities:
    """The list of activities, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def coming(self, *, kind: str | None = None, day: date | None = None) -> tuple[Activity, ...]:
        """What is on in the next three weeks and open for names, the earliest first. Raises ``OfficeClosed``."""
        narrowed = {"kind": kind, "day": day.isoformat() if day else None}
        said = {name: value for name, value in narrowed.items() if value is not None}
        return await wire.get(self._client, "/activities", _activities, **said)

    async def submit(self, sign_up: SignUp, *, key: str) -> SignUpOrder:
        """Sign up once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active``, ``paused`` (details: ``until``), ``signup_closed``,
        ``overlapping_booking`` (``number``, ``start``), ``slot_taken`` (full, and not to wait). Raises also
        ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        form = asdict(sign_up)
        return await wire.submit(self._client, "/activities/signups", form, _order, kind=KIND, key=key)


def _activities(said: Fields) -> tuple[Activity, ...]:
    return tuple(
        Activity(
            activity=one["activity"],
            title=one["title"],
            words=tuple(one["words"]),
            kind=one["kind"],
            start=datetime.fromisoformat(one["start"]),
            end=datetime.fromisoformat(one["end"]),
            place=one["place"],
            organiser=one["organiser"],
            left=one["left"],
            waiting=one["waiting"],
            withdrawable=one["withdrawable"],
        )
        for one in said["activities"]
    )


def _order(said: Fields) -> SignUpOrder:
    return SignUpOrder(booking(said), said["waiting"])
