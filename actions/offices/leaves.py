"""学生工作部: leave of absence, and the return from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND, RETURN = "leave", "leave_return"

LeaveKind = Literal["事假", "病假", "公假", "丧假", "婚育假"]


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
    contact: str | None = field(default=None, repr=False)
    """Whom to call in an emergency; without it whoever stands in the student's record."""
    proof: str | None = field(default=None, repr=False)
    """The id of an uploaded picture."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules say of a leave before it is asked for."""

    days: float
    """Calendar days in steps of 0.5; weekends and holidays within count."""
    decided_by_days: float
    """With the leave that it continues: these decide who approves."""
    status: str
    """``待辅导员审批``, over three days ``待学院审批``, over seven ``待学生工作部审批``."""
    approver: str
    decide_by: date
    proof: str | None
    """What has to be shown; ``None`` where nothing has."""
    return_by: datetime
    """Campus time without an offset."""
    supervisor_first: bool
    """Postgraduates ask their supervisor first."""


@dataclass(frozen=True, slots=True)
class LeaveOrder:
    """What waits for a decision."""

    number: str
    """For instance ``QJ20261122-0001``."""
    terms: Terms
    kind: LeaveKind
    start: datetime
    end: datetime
    """Campus time without an offset."""


@dataclass(frozen=True, slots=True)
class LeaveReturn:
    """A return from leave."""

    number: str
    """For instance ``XJ20261122-0001``."""
    leave: str
    """The number of the leave."""
    status: str
    """``已销假``, or ``待辅导员确认`` when it came later than 24 hours after the end."""
    counsellor: str
    days: float
    """Really taken."""
    in_person: bool
    """Who left the campus also taps the card at a gate or sees the counsellor."""


class Leaves:
    """The leave system, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, leave: Leave, *, key: str) -> LeaveOrder:
        """Ask for ``leave`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``), ``leave_ends_before_it_starts``,
        ``leave_in_the_past``, ``leave_too_long`` (details: ``most_days``), ``public_leave_is_registered``,
        ``personal_leave_one_day_ahead``, ``personal_leave_too_long`` (details: ``most_days``, ``days``),
        ``personal_leave_used_up`` (details: ``most_days``, ``taken``, ``left``), ``mourning_leave_too_long`` (details:
        ``most_days``), ``overlapping_leave`` (details: ``number``, ``start``, ``end`` of the earlier one). Raises also
        ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        form = asdict(leave) | {"start": _minute(leave.start), "end": _minute(leave.end)}
        return await wire.submit(self._client, "/leaves", form, _order, kind=KIND, key=key)

    async def terms(self, student: str, kind: LeaveKind, start: datetime, end: datetime, leaves_campus: bool) -> Terms:
        """How many days, who decides and by when. Refuses like :meth:`submit`, raises also ``OfficeClosed``."""
        asked = {
            "student": student,
            "kind": kind,
            "start": _minute(start),
            "end": _minute(end),
            "leaves_campus": str(leaves_campus).lower(),
        }
        return await wire.get(self._client, "/leaves/terms", _terms, **asked)

    async def come_back(self, number: str, *, student: str, key: str) -> LeaveReturn:
        """Return from the leave ``number``, once under ``key``.

        Refusals: ``no_such_order``, ``leave_not_approved`` (details: ``status``), ``returned_already``,
        ``leave_not_started`` (details: ``start``). Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        path = f"/leaves/{segment(number, 'no_such_order')}/return"
        return await wire.submit(self._client, path, {"student": student}, _returned, kind=RETURN, key=key)

    async def order(self, number: str, *, student: str) -> LeaveOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        return await wire.get(self._client, f"/leaves/{segment(number, 'no_such_order')}", _order, student=student)

    async def find(self, *, key: str) -> LeaveOrder | None:
        """The order made with ``key``, ``None`` when there is none. Raises ``OutcomeUnknown``."""
        return await wire.find(self._client, _order, kind=KIND, key=key)


def _minute(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _terms(said: Fields) -> Terms:
    return Terms(
        days=float(said["days"]),
        decided_by_days=float(said["decided_by_days"]),
        status=said["status"],
        approver=said["approver"],
        decide_by=date.fromisoformat(said["decide_by"]),
        proof=said["proof"],
        return_by=datetime.fromisoformat(said["return_by"]),
        supervisor_first=said["supervisor_first"],
    )


def _order(said: Fields) -> LeaveOrder:
    return LeaveOrder(
        number=said["number"],
        terms=_terms(said),
        kind=said["kind"],
        start=datetime.fromisoformat(said["start"]),
        end=datetime.fromisoformat(said["end"]),
    )


def _returned(said: Fields) -> LeaveReturn:
    return LeaveReturn(
        number=said["number"],
        leave=said["leave"],
        status=said["status"],
        counsellor=said["counsellor"],
        days=float(said["days"]),
        in_person=said["in_person"],
    )
