"""学生社区服务中心: every order of a student, and what may be done with one that is there already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

Deed = Literal["urge", "withdraw", "rate"]
Phase = Literal["waiting", "working", "done", "withdrawn", "other"]

PAGE = 500
"""Changes that an office tells at once."""


@dataclass(frozen=True, slots=True)
class Case:
    """An order of any kind, as it stands now."""

    number: str
    """For instance ``BX20261122-0001``."""
    kind: str
    """The office's word for such an order: ``repair``."""
    title: str
    """What students call it: 报修."""
    line: str = field(repr=False)
    """What it is about, in one line."""
    status: str
    department: str
    created_at: datetime
    """With its offset."""
    note: str | None = field(repr=False)
    """What the office wrote when it last changed the status."""
    next: str = field(repr=False)
    """What happens next and when, in one sentence."""
    can: tuple[str, ...]
    """What the student may do now: ``urge``, ``withdraw``, ``rate``, ``return``."""
    urged_on: date | None
    stars: int | None


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose order it is: a student's, or of whoever holds the code of a case without a name. One of the two."""

    student: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """An order that its office has moved on."""

    number: str
    phase: Phase
    """What its status comes to, whatever the office calls it."""
    department: str
    words: str = field(repr=False)
    """What the office wrote, or what happens next, in one sentence."""
    at: datetime
    """With its offset."""


@dataclass(frozen=True, slots=True)
class Made:
    """An order as its office made it, found again by its key."""

    number: str
    department: str | None
    support: tuple[str, ...]


class Progress:
    """All orders, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def cases(self, student: str) -> tuple[Case, ...]:
        """The orders of ``student``, the latest first, at most fifty. Raises ``OfficeClosed``."""
        return await wire.get(self._client, f"/students/{segment(student, 'no_such_student')}/orders", _cases)

    async def case(self, number: str, *, student: str) -> Case:
        """One order; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        return await wire.get(self._client, f"/orders/{segment(number, 'no_such_order')}", _case, student=student)

    async def by_code(self, code: str) -> Case:
        """A case without a name. Raises ``Refusal("no_such_order")`` or ``OfficeClosed``."""
        return await wire.get(self._client, f"/orders/by-code/{segment(code, 'no_such_order')}", _case)

    async def changes(self, since: datetime) -> tuple[Change, ...]:
        """What was moved on after ``since`` (with its offset), the earliest first. Raises ``OfficeClosed``."""
        found: dict[tuple[str, datetime], Change] = {}
        while True:
            page = await wire.get(self._client, "/orders/changed", _changes, since=since.isoformat(), limit=str(PAGE))
            before = len(found)
            found |= {(one.number, one.at): one for one in page}
            if len(page) < PAGE:
                return tuple(sorted(found.values(), key=lambda one: (one.at, one.number)))
            # The office writes whole seconds, and the page may have ended in the middle of one.
            since = page[-1].at - timedelta(seconds=1 if len(found) > before else 0)

    async def made(self, key: str) -> Made | None:
        """The order of any kind that was made with ``key``; ``None`` when the office says that there is none.

        Raises ``OutcomeUnknown`` when it does not say.
        """
        return await wire.find(self._client, _made, kind=None, key=key)

    async def urge(self, number: str, whose: Whose, *, key: str) -> Case:
        """Ask the office to hurry. Refusals: ``no_such_order``, ``urged_today``, ``not_urgeable`` (details: ``status``).
        Raises also ``OfficeClosed`` and ``OutcomeUnknown``."""
        return await self._do("urge", number, whose, {}, key)

    async def withdraw(self, number: str, whose: Whose, *, key: str) -> Case:
        """Take the order back. Refusals: ``no_such_order``, ``not_withdrawable`` (details: ``status``)."""
        return await self._do("withdraw", number, whose, {}, key)

    async def rate(self, number: str, whose: Whose, stars: int, words: str | None, *, key: str) -> Case:
        """1–5 stars. Refusals: ``no_such_order``, ``not_done`` (details: ``status``), ``rated_already`` (``stars``)."""
        return await self._do("rate", number, whose, {"stars": stars, "words": words}, key)

    async def _do(self, deed: Deed, number: str, whose: Whose, more: Fields, key: str) -> Case:
        path = f"/orders/{segment(number, 'no_such_order')}/{deed}"
        form = {"student": whose.student, "code": whose.code, **more}
        return await wire.submit(self._client, path, form, _case, kind=deed, key=key)


def _cases(said: Fields) -> tuple[Case, ...]:
    return tuple(_case(one) for one in said["orders"])


def _changes(said: Fields) -> tuple[Change, ...]:
    return tuple(
        Change(
            one["number"],
            one["phase"],
            one["department"],
            one["note"] or one["next"],
            datetime.fromisoformat(one["changed_at"]),
        )
        for one in said["changes"]
    )


def _made(said: Fields) -> Made:
    return Made(said["number"], said.get("department"), tuple(said.get("support") or ()))


def _case(said: Fields) -> Case:
    return Case(
        number=said["number"],
        kind=said["kind"],
        title=said["title"],
        line=said["line"],
        status=said["status"],
        department=said["department"],
        created_at=datetime.fromisoformat(said["created_at"]),
        note=said["note"],
        next=said["next"],
        can=tuple(said["can"]),
        urged_on=date.fromisoformat(said["urged_on"]) if said["urged_on"] else None,
        stars=said["stars"],
    )
