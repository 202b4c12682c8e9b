"""What all bookings have in common, whichever office keeps them: one's own, and giving one back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

RELEASE = "release"

Service = Literal["counselling", "tutor", "venue", "activity"]


@dataclass(frozen=True, slots=True)
class Booking:
    """Something of one's own that has not begun yet; who sees a counsellor stays out of logs."""

    number: str
    """For instance ``CD20261122-0001``."""
    status: str
    what: str = field(repr=False)
    """``研讨室一``, ``陆雨晴老师``."""
    start: datetime = field(repr=False)
    """Campus time without an offset, like ``end``."""
    end: datetime = field(repr=False)
    place: str = field(repr=False)


class Bookings:
    """The bookings of every service, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def own(self, service: Service, student: str) -> tuple[Booking, ...]:
        """What ``student`` has booked and what has not begun, the earliest first. Raises ``OfficeClosed``."""
        return await wire.get(self._client, f"/bookings/{service}", _bookings, student=student)

    async def check_standing(self, service: Service, student: str) -> None:
        """Whether ``student`` may book at all. Refusals: ``no_such_student``, ``student_not_active`` (details:
        ``status``), ``paused`` (``until``, ``absences``). Raises also ``OfficeClosed``.
        """
        await wire.get(self._client, f"/bookings/{service}/standing", _nothing, student=student)

    async def order(self, service: Service, number: str, *, student: str) -> Booking:
        """The booking ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        path = f"/bookings/{service}/{segment(number, 'no_such_order')}"
        return await wire.get(self._client, path, booking, student=student)

    async def release(self, service: Service, number: str, *, student: str, key: str) -> Booking:
        """Give ``number`` back once under ``key``; gives it as it stood, with its new status.

        Refusals: ``no_such_order``, ``already_released``, ``too_late`` (details: ``start``, ``phone``, ``hours`` of
        notice). Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        path = f"/bookings/{service}/{segment(number, 'no_such_order')}/release"
        return await wire.submit(self._client, path, {"student": student}, _released, kind=RELEASE, key=key)


def _nothing(said: Fields) -> None:
    """There is nothing to read: an answer at all means yes."""


def booking(said: Fields) -> Booking:
    """A booking as any office's answer tells it."""
    return Booking(
        number=said["number"],
        status=said["status"],
        what=said["what"],
        start=datetime.fromisoformat(said["start"]),
        end=datetime.fromisoformat(said["end"]),
        place=said["place"],
    )


def _released(said: Fields) -> Booking:
    return booking({**said, "number": said["released"]})


def _bookings(said: Fields) -> tuple[Booking, ...]:
    return tuple(booking(one) for one in said["bookings"])
