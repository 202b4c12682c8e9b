"""The store of the cases: opened once, moved by rule, every move a row that nobody changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from actions.cases.chain import canonical
from actions.cases.pen import Kept, Pen, Recipients, Stale, clean, never_backwards, pen
from actions.cases.stages import (
    ASKING,
    LEVELS,
    LOW,
    RECEIVED,
    REPORTED,
    SENT,
    SYSTEM,
    WORKING,
    Actor,
    Deed,
    Refused,
    stamp,
    step,
)
from actions.cases.tables import cases, contents, transitions

TOGETHER = ("dispatch", "return", "take", "assist", "note", "supervise", "extend", "report")
"""What staff do to one case of an incident is done to all of them that are at the same stage. Closing is each student's own."""
GIVEN = {
    "dispatch": ("department", "departments", "confidence"),
    "assist": ("departments",),
    "extend": ("due_close",),
    "rate": ("score",),
}
"""Facts that whoever acts may give; all others come from the store itself."""


class NoSuchCase(Exception):
    """There is none, or not for this person: nobody learns which."""


class Conflict(Exception):
    """The key was used for something else."""


class NotAllowed(Exception):
    """The rules say no."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Clock:
    """Deadlines, as they are worked out elsewhere."""

    limits: Callable[[str, datetime, bool], tuple[datetime, datetime]]
    """Kind of case, opening time and whether it is urgent → due for the first response, due for the end."""
    resumed: Callable[[datetime, datetime, datetime], datetime]
    """Deadline, beginning and end of a pause → the deadline after it."""
    longest: Callable[[str, datetime], datetime] = lambda kind, at: datetime.max
    """Kind of case and opening time → as far as an extension may go."""


@dataclass(frozen=True, slots=True)
class New:
    """A confirmed task or complaint."""

    key: str
    """Idempotency key of the task: one case each."""
    kind: str
    """``repair_request``, ``complaint``, …"""
    student: str = field(repr=False)
    contents: Mapping[str, Any] = field(repr=False)
    """What the student said, as JSON; kept beside the log."""
    place: str = field(default="", repr=False)
    fault: str = field(default="", repr=False)
    """The same place and fault on the same day is one incident; empty ones never are."""
    number: str = ""
    """Of the office's order; empty where there is none."""
    urgent: bool = False


def mark_of(new: New, at: datetime) -> str | None:
    """Tells whether two reports mean the same thing."""
    if not (new.place and new.fault):
        return None
    return hashlib.sha256(canonical(clean([new.kind, new.place, new.fault, str(at.date())])).encode()).hexdigest()


def sees(kept: Kept, actor: Actor) -> bool:
    """Students their own, officers what their department has or helps with, the hall and the system all."""
    if actor.kind == "student":
        return kept.student is not None and kept.student == actor.number
    if actor.kind == "officer":
        return bool(actor.department) and actor.department in (kept.state.department, *kept.state.assisting)
    return actor.kind in ("hall", "system")


def _about(writer: Pen, case: str) -> dict[str, Any]:
    """What a case that follows another one takes over: what it is called, and whether whose it is stays with the hall."""
    written = select(contents.c.body).where(contents.c.case == case, contents.c.seq == 1)
    known = json.loads(writer.db.execute(written).scalar_one())["contents"]
    return {name: known[name] for name in ("title", "private", "answers") if name in known}


class Cases:
    """The log for writing. ``engine`` is from :func:`actions.cases.tables.open_engine`."""

    def __init__(self, engine: Engine, clock: Clock, recipients: Recipients = lambda state: ()) -> None:
        self.engine = engine
        self.clock = clock
        self._recipients = recipients

    def open(self, new: New, at: datetime) -> Kept:
        """The case of a confirmed task; the same key again gives the same case.

        Raises :class:`Conflict` when the key was another student's or another kind's.
        """
        with pen(self.engine, self._recipients) as writer:
            known = writer.db.execute(select(cases).where(cases.c.key == new.key)).mappings().one_or_none()
            if known is not None:
                if known["kind"] != new.kind or known["student"] not in (new.student, None):
                    raise Conflict
                return Kept.of(known)
            mark = mark_of(new, at)
            lead = self._lead(writer, mark)
            opened = self._open(writer, new, at, mark, {})
            return self._join(writer, opened, lead, at) if lead else opened

    def _open(self, writer: Pen, new: New, at: datetime, mark: str | None, facts: Mapping[str, Any]) -> Kept:
        response, close = self.clock.limits(new.kind, at, new.urgent)
        facts = {**facts, "urgent": True} if new.urgent else facts
        due = {"due_response": stamp(response), "due_close": stamp(close)}
        actor = SYSTEM if "follows" in facts else Actor("student", new.student)
        deed = Deed("open", actor, at, facts={"kind": new.kind, **due, **facts})
        moved = step(None, deed)
        if isinstance(moved, Refused):
            raise NotAllowed(moved)
        return writer.begin(deed, moved, new.key, new.student, new.number, mark, {"contents": dict(new.contents)})

    def _lead(self, writer: Pen, mark: str | None) -> Kept | None:
        """The case of the same fault that is furthest, as long as somebody is at it."""
        if mark is None:
            return None
        alike = select(cases).where(cases.c.mark == mark, cases.c.stage.in_((RECEIVED, SENT, WORKING)))
        found = [Kept.of(row) for row in writer.db.execute(alike).mappings()]
        order = (RECEIVED, SENT, WORKING)
        return max(found, key=lambda one: (order.index(one.state.stage), one.state.incident is None), default=None)

    def _join(self, writer: Pen, opened: Kept, lead: Kept, at: datetime) -> Kept:
        facts = {"incident": lead.state.incident or lead.id, "lead_stage": lead.state.stage}
        if lead.state.department:
            facts["department"] = lead.state.department
        return self._do(writer, opened, Deed("join", SYSTEM, at, facts=facts), None)

    def act(
        self,
        case: str,
        act: str,
        actor: Actor,
        at: datetime,
        *,
        reason: str | None = None,
        facts: Mapping[str, Any] | None = None,
        words: str | None = None,
        expect: int | None = None,
        key: str | None = None,
    ) -> Kept:
        """Does something to a case, and to those of the same incident what is done together.

        ``expect`` is the ``seq`` the caller saw, ``key`` lets a caller repeat itself. Raises :class:`NoSuchCase`,
        :class:`NotAllowed`, :class:`actions.cases.pen.Stale`, :class:`Conflict`.
        """
        deed = Deed(act, actor, at, reason, facts or {}, words)
        key = f"{case}:{key}" if key is not None else None
        with pen(self.engine, self._recipients) as writer:
            kept = writer.kept(case)
            if kept is None or not sees(kept, actor):
                raise NoSuchCase
            if key is not None and self._repeated(writer, case, deed, key):
                return kept
            if expect is not None and expect != kept.seq:
                raise Stale
            if set(deed.facts) - set(GIVEN.get(act, ())):
                raise NotAllowed(Refused("wrong", "填写的内容不对：" + "、".join(sorted(deed.facts))))
            if act == "extend":
                self._within(kept, deed)
            done = self._do(writer, kept, deed, key)
            for other in self._others(writer, kept) if act in TOGETHER else ():
                self._along(writer, other, deed)
            if act == "rate" and done.state.rating is not None and done.state.rating <= LOW:
                self._follow_up(writer, done, at)
            return done

    def _within(self, kept: Kept, deed: Deed) -> None:
        """Raises :class:`NotAllowed` for an extension beyond what was promised for such cases."""
        longest = self.clock.longest(kept.state.kind, kept.state.opened_at)
        if str(deed.facts.get("due_close", "")) > stamp(longest):
            raise NotAllowed(Refused("too_long", f"最长只能延到{longest.month}月{longest.day}日{longest:%H:%M}。"))

    def system(self, case: str, act: str, at: datetime, *, reason: str | None, facts: Mapping[str, Any]) -> Kept:
        """What a timer does to one case, and to that one alone: each has clocks of its own."""
        with pen(self.engine, self._recipients) as writer:
            kept = writer.kept(case)
            if kept is None:
                raise NoSuchCase
            return self._do(writer, kept, Deed(act, SYSTEM, at, reason, facts), None)

    def _repeated(self, writer: Pen, case: str, deed: Deed, key: str) -> bool:
        row = writer.db.execute(select(transitions).where(transitions.c.key == key)).mappings().one_or_none()
        if row is None:
            return False
        if (row["case"], row["act"], row["actor_kind"]) != (case, deed.act, deed.actor.kind):
            raise Conflict
        return True

    def _do(self, writer: Pen, kept: Kept, deed: Deed, key: str | None) -> Kept:
        last = select(func.max(transitions.c.at)).where(transitions.c.case == kept.id)
        deed = replace(deed, at=never_backwards(deed.at, writer.db.execute(last).scalar_one()))
        waited = kept.state.waiting_since
        if waited is not None and deed.act in ("supply", "report", "return", "dispatch"):
            due = self.clock.resumed(kept.state.due_close, waited, deed.at)
            deed = replace(deed, facts={**deed.facts, "due_close": stamp(due)})
        moved = step(kept.state, deed)
        if isinstance(moved, Refused):
            raise NotAllowed(moved)
        return writer.add(kept, deed, moved, key)

    def _others(self, writer: Pen, kept: Kept) -> list[Kept]:
        """The cases of the same incident that stand where this one stood."""
        root = kept.state.incident or kept.id
        alike = select(cases).where((cases.c.incident == root) | (cases.c.id == root), cases.c.id != kept.id)
        alike = alike.where(cases.c.stage == kept.state.stage, cases.c.department == kept.state.department)
        return [Kept.of(row) for row in writer.db.execute(alike.order_by(cases.c.opened_at, cases.c.id)).mappings()]

    def _along(self, writer: Pen, other: Kept, deed: Deed) -> None:
        try:
            self._do(writer, other, deed, None)
        except NotAllowed:
            # Its own clock forbids it, for instance a second extension: it stays as it is and shows so.
            return

    def _follow_up(self, writer: Pen, rated: Kept, at: datetime) -> None:
        level = min(rated.state.level + 1, len(LEVELS) - 1)
        new = New(
            key=f"follow-up:{rated.id}:{rated.seq}",
            kind=rated.state.kind,
            student=rated.student or "",
            number=rated.number or "",
            contents={"follows": rated.id, **_about(writer, rated.id)},
        )
        self._open(writer, new, at, None, {"follows": rated.id, "level": level})

    def ask_and_end(self, at: datetime) -> list[Kept]:
        """Asks whoever should be asked whether it is solved, and ends what has been silent for long: the timers' round."""
        done = []
        with self.engine.connect() as db:
            waiting = select(cases).where(cases.c.stage.in_((REPORTED, ASKING))).order_by(cases.c.opened_at, cases.c.id)
            found = [Kept.of(row) for row in db.execute(waiting).mappings()]
        for kept in found:
            for act in ("silent", "ask"):
                if not isinstance(step(kept.state, Deed(act, SYSTEM, at)), Refused):
                    # The student may be quicker than the round; the next one sees how it is then.
                    with suppress(Stale, NotAllowed):
                        done.append(self.act(kept.id, act, SYSTEM, at, expect=kept.seq))
                    break
        return done
