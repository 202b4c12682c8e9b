"""A case beside each order that an office has to work on, whatever dies between the two.

What a student confirmed is kept before the office is asked (``begun``). Once the office has it, its case is opened; a note that is
left over is cleared up by asking the office what became of its key. So there is no order without a case, and no case without
an order. How the office moves the order on moves the case on, too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import and_, delete, func, or_, select

from actions.cases.incidents import fault_of
from actions.cases.log import Cases, Conflict, New, NoSuchCase, NotAllowed
from actions.cases.pen import Kept, Stale, clean
from actions.cases.reading import question, show
from actions.cases.stages import ENDED, RECEIVED, SENT, SYSTEM, WORKING, Actor, possible, stamp
from actions.cases.tables import begun, cases, for_writing, transitions
from actions.offices import OutcomeUnknown, departments
from actions.offices.followed import Standing
from actions.offices.progress import Change, Progress

log = structlog.get_logger()

SETTLED = timedelta(seconds=60)
"""A note that is older belongs to a call that has ended, one way or another."""
GIVEN_UP = timedelta(hours=24)
"""After so long nobody tries the order with this key again; until then the student may."""
OVERLAP = timedelta(minutes=2)
"""Changes are asked for again from a little before the last round: the office's clock is not ours."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a student confirmed and an office is about to be asked for."""

    key: str
    """Idempotency-Key of the order, and of its case."""
    task: str
    title: str
    department: str
    """That has such cases, where neither the office nor the dispatch names another."""
    student: str = field(repr=False)
    """Empty for somebody without a name."""
    answers: Mapping[str, str] = field(repr=False)
    """What the card showed, by label."""
    place: str = field(default="", repr=False)
    fault: str = field(default="", repr=False)
    """In the student's words."""
    private: bool = False
    """Whose it is, only the hall may see."""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What the office made of it."""

    number: str
    department: str | None = None
    support: tuple[str, ...] = ()
    confidence: float | None = None
    sure: bool = True
    """Whether it is known whom it goes to; otherwise the hall decides."""


class Following:
    """Opens cases and keeps them in step with their orders. Its methods wait for a disk in a thread."""

    def __init__(self, store: Cases, progress: Progress, now: Callable[[], datetime], timezone: str) -> None:
        self.store, self.progress, self.now = store, progress, now
        self._zone = ZoneInfo(timezone)
        self._since: datetime | None = None

    # beside an order on its way

    async def begin(self, order: Begun) -> None:
        """Notes it down; on the disk when this returns."""
        body = {name: getattr(order, name) for name in Begun.__dataclass_fields__ if name not in ("key", "student")}
        row = {"key": order.key, "task": order.task, "student": order.student, "at": stamp(self.now())}

        def work() -> None:
            with for_writing(self.store.engine).begin() as db:
                db.execute(delete(begun).where(begun.c.key == order.key))
                db.execute(begun.insert().values(**row, body=json.dumps(clean(body), ensure_ascii=False)))

        await asyncio.to_thread(work)

    async def took(self, key: str, taken: Taken) -> None:
        """The office has it: its case is opened and goes to its department."""
        await asyncio.to_thread(self._open, key, taken)

    async def refused(self, key: str) -> None:
        """The office said no: there is nothing to follow."""
        await asyncio.to_thread(self._forget, key)

    def _forget(self, key: str) -> None:
        with for_writing(self.store.engine).begin() as db:
            db.execute(delete(begun).where(begun.c.key == key))

    def _open(self, key: str, taken: Taken) -> None:
        with self.store.engine.connect() as db:
            row = db.execute(select(begun).where(begun.c.key == key)).mappings().one_or_none()
        if row is None:
            # Opened before: the same order was confirmed to us twice.
            return
        order = Begun(key=key, student=row["student"], **json.loads(row["body"]))
        contents = {"title": order.title, "answers": dict(order.answers), "private": order.private}
        at = self.now()
        opened = self.store.open(
            New(
                key,
                order.task,
                order.student,
                contents,
                order.place,
                fault_of(order.fault),
                taken.number,
                order.urgent,
            ),
            at,
        )
        if self._since is not None:
            # The office may have moved it on already, before there was a case to follow it.
            self._since = min(self._since, datetime.fromisoformat(row["at"]).replace(tzinfo=self._zone) - OVERLAP)
        if opened.state.stage == RECEIVED and opened.seq == 1 and taken.sure:
            self._dispatch(opened, taken, order.department, at)
        self._forget(key)

    def _dispatch(self, opened: Kept, taken: Taken, otherwise: str, at: datetime) -> None:
        facts: dict[str, Any] = {"department": departments.whose(taken.department or "") or otherwise}
        if taken.support:
            facts["departments"] = list(taken.support)
        if taken.confidence is not None:
            facts["confidence"] = float(taken.confidence)
        with suppress(NotAllowed):
            self.store.act(opened.id, "dispatch", SYSTEM, at, facts=facts, key="first-dispatch")

    # what was left over

    async def clear_up(self) -> int:
        """Asks the offices what became of notes that are left over; how many are cleared up by that."""
        now, cleared = self.now(), 0
        for key, at in await asyncio.to_thread(self._left_over, now - SETTLED):
            try:
                made = await self.progress.made(key)
            except OutcomeUnknown:
                continue
            if made is not None:
                await self.took(key, Taken(made.number, made.department, made.support))
            elif datetime.fromisoformat(at) < now - GIVEN_UP:
                await self.refused(key)
            else:
                continue
            cleared += 1
        return cleared

    def _left_over(self, before: datetime) -> Sequence[tuple[str, str]]:
        old = select(begun.c.key, begun.c.at).where(begun.c.at < stamp(before)).order_by(begun.c.at)
        with self.store.engine.connect() as db:
            return [(row.key, row.at) for row in db.execute(old)]

    # what the offices do

    async def keep_up(self) -> int:
        """Moves cases on as their orders were; how many steps. Raises ``OfficeClosed``."""
        if self._since is None:
            first = await asyncio.to_thread(self._oldest)
            if first is None:
                return 0
            self._since = first.replace(tzinfo=self._zone) - OVERLAP
        changes = await self.progress.changes(self._since)
        done = 0
        for one in changes:
            done += await asyncio.to_thread(self._follow, one)
        if changes:
            self._since = max(self._since, changes[-1].at - OVERLAP)
        return done

    def _oldest(self) -> datetime | None:
        """When the oldest case began that is still open."""
        still = select(cases.c.opened_at).where(cases.c.stage != ENDED).order_by(cases.c.opened_at).limit(1)
        with self.store.engine.connect() as db:
            first = db.execute(still).scalar_one_or_none()
        return datetime.fromisoformat(first) if first else None

    def _follow(self, change: Change) -> int:
        kept, steps = self.find(change.number), 0
        if kept is None or kept.state.stage == ENDED or kept.state.follows is not None:
            # What follows up a low rating is not done with by what was rated.
            return 0
        at = change.at.astimezone(self._zone).replace(tzinfo=None)
        if at < self._since_when(kept.id):
            return 0
        if change.phase == "withdrawn":
            mine = Actor("student", kept.student or "")
            return self._step(kept, "withdraw", mine, reason="no_longer_needed")
        if kept.state.stage == RECEIVED and change.phase in ("working", "done"):
            whose = departments.whose(change.department)
            if whose is None:
                return 0
            self._dispatch(kept, Taken(change.number, whose), whose, self.now())
            kept = self.find(change.number) or kept
        if kept.state.stage == SENT and change.phase in ("working", "done"):
            steps += self._step(kept, "take", self._of(kept))
            kept = self.find(change.number) or kept
        if kept.state.stage == WORKING and change.phase == "done":
            steps += self._step(kept, "report", self._of(kept), words=change.words)
        return steps

    @staticmethod
    def _of(kept: Kept) -> Actor:
        """The system, which says what this department's office did."""
        return Actor("system", department=kept.state.department)

    def _since_when(self, case: str) -> datetime:
        """What the office did before is no news: before the student's 未解决, or before the hall sent it elsewhere."""
        by_hall = and_(transitions.c.act == "dispatch", transitions.c.actor_kind == "hall")
        turned = or_(transitions.c.act.in_(("unsolved", "reopen")), by_hall)
        last = select(func.max(transitions.c.at)).where(transitions.c.case == case, turned)
        with self.store.engine.connect() as db:
            at = db.execute(last).scalar_one()
        # The office writes whole seconds.
        return datetime.fromisoformat(at).replace(microsecond=0) if at else datetime.min

    def _step(self, kept: Kept, act: str, actor: Actor, *, reason: str | None = None, words: str | None = None) -> int:
        # Somebody else may be quicker; the next round sees how it is then.
        with suppress(NotAllowed, Stale, NoSuchCase):
            self.store.act(kept.id, act, actor, self.now(), reason=reason, words=words, expect=kept.seq)
            return 1
        return 0

    # for the student's own services

    def find(self, number: str) -> Kept | None:
        """The case of an order: of several, as a low rating opens another, the one that is open, or the last."""
        rows = select(cases).where(cases.c.number == number).order_by(cases.c.opened_at.desc(), cases.c.id)
        with self.store.engine.connect() as db:
            found = [Kept.of(row) for row in db.execute(rows).mappings()]
        return next((one for one in found if one.state.stage != ENDED), found[0] if found else None)

    async def of(self, number: str) -> Standing | None:
        return await asyncio.to_thread(self._standing, number)

    def _standing(self, number: str) -> Standing | None:
        kept = self.find(number)
        if kept is None:
            return None
        state, student = kept.state, Actor("student", kept.student or "")
        can = tuple(dict.fromkeys(rule.act for rule in possible(state, student, self.now())))
        asked = None
        if state.waiting_since is not None:
            asked = question(show(self.store.engine, kept.id, SYSTEM))
        follows = state.follows is not None
        return Standing(state.stage, state.department, state.outcome, asked, can, state.denied, state.rating, follows)

    async def act(
        self,
        number: str,
        act: str,
        *,
        key: str,
        reason: str | None = None,
        words: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Standing | None:
        def work() -> Standing | None:
            kept = self.find(number)
            if kept is None:
                return None
            try:
                mine = Actor("student", kept.student or "")
                self.store.act(kept.id, act, mine, self.now(), reason=reason, words=words, facts=facts, key=key)
            except (NotAllowed, NoSuchCase, Conflict):
                return None
            return self._standing(number)

        return await asyncio.to_thread(work)
