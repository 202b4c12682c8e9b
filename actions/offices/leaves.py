"""学生工作部: leave of absence."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND = "leave"

LeaveKind = Literal["事假", "病假", "公假"]


@dataclass(frozen=True, slots=True)
class Leave:
    """What is asked for."""

    student: str = field(repr=False)
    kind: LeaveKind
    start: datetime
    """Campus time without an offset; seconds are dropped."""
    end: datetime
    leaves_campus: bool
    reason: str = field(repr=False)
    """In the student's words, 1–500 characters."""
    destination: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LeaveOrder:
    """What waits for a decision."""

    number: str
    """For instance ``QJ20261122-0001``."""
    status: str
    """``待辅导员审批`` or, over three days, ``待学院审批``."""
    approver: str
    days: float
    """In steps of 0.5; weekends count."""
    kind: LeaveKind
    start: datetime
    end: datetime
    """Campus time without an offset."""


class Leaves:
    """The leave system, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, leave: Leave, *, key: str) -> LeaveOrder:
        """Ask for ``leave`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``), ``leave_ends_before_it_starts``,
        ``leave_in_the_past``, ``leave_too_long`` (details: ``most_days``), ``overlapping_leave`` (details: ``number``,
        ``start``, ``end`` of the earlier one). Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        minutes = {"start": leave.start.isoformat(timespec="minutes"), "end": leave.end.isoformat(timespec="minutes")}
        form = asdict(leave) | minutes
        return await wire.submit(self._client, "/leaves", form, _order, kind=KIND, key=key)

    async def order(self, number: str, *, student: str) -> LeaveOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        return await wire.get(self._client, f"/leaves/{segment(number, 'no_such_order')}", _order, student=student)

    async def find(self, *, key: str) -> LeaveOrder | None:
        """The order made with ``key``, ``None`` when there is none. Raises ``OutcomeUnknown``."""
        return await wire.find(self._client, _order, kind=KIND, key=key)


def _order(said: Fields) -> LeaveOrder:
    return LeaveOrder(
        number=said["number"],
        status=said["status"],
        approver=said["approver"],
        days=float(said["days"]),
        kind=said["kind"],
        start=datetime.fromisoformat(said["start"]),
        end=datetime.fromisoformat(said["end"]),
    )
