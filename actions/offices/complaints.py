"""学生工作部（处）: complaints and suggestions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields

KIND = "complaint"

Privacy = Literal["named", "confidential", "anonymous"]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody wants looked into."""

    privacy: Privacy
    matter: str = field(repr=False)
    """In the student's words, 1–500 characters."""
    department: str
    """Proposed."""
    student: str | None = field(default=None, repr=False)
    """``None`` exactly when anonymous."""
    place: str | None = field(default=None, repr=False)
    time: str | None = field(default=None, repr=False)
    """In words: 昨天晚上."""
    wish: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    support: tuple[str, ...] = ()
    """Units that work on it beside ``department``, proposed too."""


@dataclass(frozen=True, slots=True)
class ComplaintOrder:
    """What the office has accepted."""

    number: str
    """For instance ``TS20261122-0001``."""
    status: str
    department: str
    code: str | None = field(repr=False)
    """Follows a case without a name; ``None`` where there is one."""
    accept_by: date
    """The day it is passed on to the department by."""
    answer_by: date


class Complaints:
    """The complaints desk, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, complaint: Complaint, *, key: str) -> ComplaintOrder:
        """Hand in ``complaint`` once under ``key``.

        Refusals: ``no_such_student``, ``duplicate_complaint`` (details: ``number`` of the earlier one). Raises also
        ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/complaints", asdict(complaint), _order, kind=KIND, key=key)


def _order(said: Fields) -> ComplaintOrder:
    return ComplaintOrder(
        number=said["number"],
        status=said["status"],
        department=said["department"],
        code=said["code"],
        accept_by=date.fromisoformat(said["accept_by"]),
        answer_by=date.fromisoformat(said["answer_by"]),
    )
