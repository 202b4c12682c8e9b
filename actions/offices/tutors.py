"""教务处学业发展中心: academic tutors and talks with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.bookings import Booking, booking
from actions.offices.wire import Fields

KIND = "tutor"

Mode = Literal["当面", "线上"]


@dataclass(frozen=True, slots=True)
class Tutor:
    """Somebody who explains."""

    tutor: str
    name: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """A free half hour."""

    slot: str
    """The office's own name for it."""
    tutor: Tutor
    start: datetime
    """Campus time without an offset, like ``end``."""
    end: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """What is asked for."""

    student: str = field(repr=False)
    slot: str
    topic: str = field(repr=False)
    """In the student's words, 1–200 characters."""
    mode: Mode


class Tutors:
    """The tutors' calendar, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def tutors(self) -> tuple[Tutor, ...]:
        """Everybody. Raises ``OfficeClosed``."""
        return await wire.get(self._client, "/tutors", lambda said: tuple(map(_tutor, said["tutors"])))

    async def talks(
        self, *, day: date | None = None, subject: str | None = None, tutor: str | None = None
    ) -> tuple[Talk, ...]:
        """What is free from the next working day on, the earliest first. Raises ``OfficeClosed``."""
        narrowed = {"day": day.isoformat() if day else None, "subject": subject, "tutor": tutor}
        said = {name: value for name, value in narrowed.items() if value is not None}
        return await wire.get(self._client, "/tutors/slots", _talks, **said)

    async def submit(self, appointment: Appointment, *, key: str) -> Booking:
        """Ask for ``appointment`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active``, ``overlapping_booking`` (details: ``number``, ``start``),
        ``slot_taken``. Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        form = asdict(appointment)
        return await wire.submit(self._client, "/tutors/appointments", form, booking, kind=KIND, key=key)


def _tutor(said: Fields) -> Tutor:
    return Tutor(said["tutor"], said["name"], tuple(said["subjects"]))


def _talks(said: Fields) -> tuple[Talk, ...]:
    return tuple(
        Talk(
            slot=one["slot"],
            tutor=_tutor(one),
            start=datetime.fromisoformat(one["start"]),
            end=datetime.fromisoformat(one["end"]),
            place=one["place"],
        )
        for one in said["slots"]
    )
