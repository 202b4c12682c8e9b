"""Writes rows into the log: one pen at a time, whole or not at all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update

from actions.cases.chain import canonical, digest, sealed
from actions.cases.stages import Deed, Moved, State, stamp
from actions.cases.tables import cases, contents, for_writing, head, outbox, transitions

UNTOLD = ("note", "erase")
"""Acts of others that the student is not told."""
UNTOLD_OF_THE_SYSTEM = ("urge", "dispatch")
"""Reminders are the office's; and where it goes first the receipt has said."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nobody takes an O for a 0."""


def _of_the_house(deed: Deed) -> bool:
    return deed.act in UNTOLD or (deed.actor.kind == "system" and deed.act in UNTOLD_OF_THE_SYSTEM)


Recipients = Callable[[State], tuple[str, ...]]
"""Who besides the student is told of a change: names of partners."""


class Stale(Exception):
    """Somebody else was quicker: the case is not as the caller saw it."""


def storable(text: str) -> str:
    """The text without what a database refuses: lone surrogates and NUL are kept as visible marks."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def clean(value: Any) -> Any:
    """The same for everything in a JSON value."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): clean(one) for name, one in value.items()}
    return [clean(one) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Kept:
    """A case's row."""

    id: str
    seq: int
    student: str | None
    number: str | None
    """Of the office's order."""
    mark: str | None
    state: State

    @classmethod
    def of(cls, row: RowMapping) -> Kept:
        state = State.from_json(json.loads(row["state"]))
        return cls(row["id"], row["seq"], row["student"], row["number"], row["mark"], state)


def columns(state: State) -> dict[str, Any]:
    """What the table of cases says of a state."""
    return {
        "incident": state.incident,
        "kind": state.kind,
        "department": state.department,
        "assisting": "|".join(("", *state.assisting, "")),
        "stage": state.stage,
        "level": state.level,
        "opened_at": stamp(state.opened_at),
        "due_close": stamp(state.due_close),
        "state": canonical(state.to_json()),
    }


class Pen:
    """Holds the head of the chain for the length of one transaction."""

    def __init__(self, db: Connection, recipients: Recipients) -> None:
        self.db = db
        self._recipients = recipients
        # On PostgreSQL this line is where writers queue; on SQLite they queued at BEGIN IMMEDIATE.
        self.pos, self._before = db.execute(select(head.c.pos, head.c.hash).with_for_update()).one()

    def kept(self, case: str) -> Kept | None:
        row = self.db.execute(select(cases).where(cases.c.id == case)).mappings().one_or_none()
        return Kept.of(row) if row else None

    def begin(
        self, deed: Deed, moved: Moved, key: str, student: str, number: str, mark: str | None, body: Mapping[str, Any]
    ) -> Kept:
        """The first row of a new case."""
        case = "JB" + "".join(secrets.choice(LETTERS) for _ in range(12))
        about = {"student": student, "number": number or None, "mark": mark}
        values = {"id": case, "key": key, "seq": 1, **about}
        self.db.execute(insert(cases).values(**values, **columns(moved.state)))
        self._row(case, 1, None, deed, moved, key, {**about, **body})
        return Kept(case, 1, student, number or None, mark, moved.state)

    def add(self, before: Kept, deed: Deed, moved: Moved, key: str | None = None) -> Kept:
        """One more row of a case. Raises :class:`Stale`."""
        seq = before.seq + 1
        values = {"seq": seq, **columns(moved.state)}
        about = (None, None, None) if moved.state.erased else (before.student, before.number, before.mark)
        values.update(zip(("student", "number", "mark"), about, strict=True))
        at = (cases.c.id == before.id) & (cases.c.seq == before.seq)
        if self.db.execute(update(cases).where(at).values(**values)).rowcount != 1:
            raise Stale
        body = {"words": deed.words} if deed.words and deed.words.strip() else None
        self._row(before.id, seq, before.state, deed, moved, key, body)
        if moved.state.erased and not before.state.erased:
            self.db.execute(delete(contents).where(contents.c.case == before.id))
        return Kept(before.id, seq, *about, moved.state)

    def _row(
        self,
        case: str,
        seq: int,
        state: State | None,
        deed: Deed,
        moved: Moved,
        key: str | None,
        body: Mapping[str, Any] | None,
    ) -> None:
        written = ""
        if body is not None:
            salt, text = secrets.token_hex(32), canonical(clean(body))
            self.db.execute(insert(contents).values(case=case, seq=seq, salt=salt, body=text))
            written = sealed(salt, text)
        by_student = deed.actor.kind == "student"
        row = {
            "pos": self.pos + 1,
            "case": case,
            "seq": seq,
            "at": stamp(deed.at),
            "act": deed.act,
            "actor_kind": deed.actor.kind,
            # The student is the case's own; the number would have to be erased, and a row cannot be.
            "actor": "" if by_student else deed.actor.number,
            "actor_department": "" if by_student else deed.actor.department,
            "reason": deed.reason or "",
            "rule": moved.rule.name,
            "from_stage": state.stage if state else "",
            "to_stage": moved.state.stage,
            "facts": canonical(dict(deed.facts)),
            "contents": written,
            "key": key,
            "before": self._before,
        }
        self.pos, self._before = self.pos + 1, digest(row)
        self.db.execute(insert(transitions).values(**row, hash=self._before))
        self.db.execute(update(head).values(pos=self.pos, hash=self._before))
        told = () if by_student or _of_the_house(deed) else ("student",)
        # A partner whose department loses the case hears of it too.
        names = [name for one in (state, moved.state) if one is not None for name in self._recipients(one)]
        due = {"pos": self.pos, "case": case, "due": row["at"], "attempts": 0, "dead": False}
        for recipient in (*told, *(f"partner:{name}" for name in dict.fromkeys(names))):
            self.db.execute(insert(outbox).values(**due, recipient=recipient))


@contextmanager
def pen(engine: Engine, recipients: Recipients) -> Iterator[Pen]:
    """The one pen there is; everything written with it is committed together."""
    with for_writing(engine).begin() as db:
        yield Pen(db, recipients)


def never_backwards(at: datetime, last: str) -> datetime:
    """The time of a new row: a clock that was set back makes no log run backwards."""
    return max(at, datetime.fromisoformat(last))
