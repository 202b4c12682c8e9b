"""后勤保障处维修中心: repairs in dormitories and public places."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND = "repair"

Visit = Literal["in_person", "any_time"]
"""Whether the student wants to be there, or the fitter may come in at any time."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What is broken, where, and whom to call."""

    student: str = field(repr=False)
    building: str
    """As in the register: ``3号楼``, ``图书馆``."""
    fault: str = field(repr=False)
    """In the student's words, 1–500 characters."""
    phone: str = field(repr=False)
    visit: Visit
    room: str | None = field(default=None, repr=False)
    place: str | None = field(default=None, repr=False)
    """Where in the building or room, in words. A dormitory needs a room or a place."""
    hours: str | None = None
    """When the student is there: an ISO 8601 interval with minutes (2026-11-25T14:00/2026-11-25T18:00), or one moment."""


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """What the office has accepted."""

    number: str
    """For instance ``BX20261122-0001``."""
    status: str
    department: str
    due: date
    """The day it should be mended by."""
    location: str = field(repr=False)
    """For instance ``3号楼502``."""
    fault: str = field(repr=False)
    created_at: datetime
    """With its offset."""


class Repairs:
    """The repair centre, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, repair: Repair, *, key: str) -> RepairOrder:
        """Report ``repair`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (who has graduated), ``no_such_room`` (also for an unknown
        building, and a dormitory without room or place), ``duplicate_repair`` (details: ``number`` of the earlier one).
        Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        said = asdict(repair)
        if repair.hours is None:
            # An office of an older edition knows no hours; what nobody said is not sent.
            del said["hours"]
        return await wire.submit(self._client, "/repairs", said, _order, kind=KIND, key=key)

    async def order(self, number: str, *, student: str) -> RepairOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        return await wire.get(self._client, f"/repairs/{segment(number, 'no_such_order')}", _order, student=student)

    async def find(self, *, key: str) -> RepairOrder | None:
        """The order made with ``key``, ``None`` when there is none. Raises ``OutcomeUnknown``."""
        return await wire.find(self._client, _order, kind=KIND, key=key)


def _order(said: Fields) -> RepairOrder:
    return RepairOrder(
        number=said["number"],
        status=said["status"],
        department=said["department"],
        due=date.fromisoformat(said["due"]),
        location=said["location"],
        fault=said["fault"],
        created_at=datetime.fromisoformat(said["created_at"]),
    )
