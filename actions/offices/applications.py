"""Any office without a system of its own: an application of questions and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND = "application"


@dataclass(frozen=True, slots=True)
class Application:
    """What is applied for."""

    student: str = field(repr=False)
    title: str
    department: str
    answers: Mapping[str, str] = field(repr=False)
    """What the student said, as the card showed it, by label."""


@dataclass(frozen=True, slots=True)
class ApplicationOrder:
    """What the office has taken in."""

    number: str
    """For instance ``SQ20261122-0001``."""
    status: str
    department: str
    due: date
    """The last day on which the student hears of it."""


class Applications:
    """The desk for everything else, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, application: Application, *, key: str) -> ApplicationOrder:
        """Hand in ``application`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``). Raises also ``OfficeClosed`` and
        ``OutcomeUnknown``.
        """
        form = {
            "student": application.student,
            "title": application.title,
            "department": application.department,
            "answers": [{"label": label, "answer": answer} for label, answer in application.answers.items()],
        }
        return await wire.submit(self._client, "/applications", form, _order, kind=KIND, key=key)

    async def order(self, number: str, *, student: str) -> ApplicationOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        path = f"/applications/{segment(number, 'no_such_order')}"
        return await wire.get(self._client, path, _order, student=student)


def _order(said: Fields) -> ApplicationOrder:
    return ApplicationOrder(said["number"], said["status"], said["department"], date.fromisoformat(said["due"]))
