"""Orders that wait for the student on a page of their own: to pay, or to prove who is there. Once, and not for ever."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from actions.campus_sim.campus import Campus
from actions.campus_sim.orders import Kind, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.progress import set_status

WAITS = timedelta(minutes=15)

Stage = Literal["open", "done", "expired", "void"]


@dataclass(frozen=True, slots=True)
class Pending:
    """What one order waits for."""

    number: str
    kind: Kind
    student: str
    expires_at: datetime
    done_at: datetime | None
    void: bool

    def stage(self, now: datetime) -> Stage:
        """Done stays done; what was not done in time can never be done."""
        if self.done_at is not None:
            return "done"
        if self.void:
            return "void"
        return "open" if now < self.expires_at else "expired"


def wait_for(db: sqlite3.Connection, campus: Campus, number: str, kind: Kind, student: str) -> tuple[str, datetime]:
    """Let ``number`` wait from now on. Gives the token of its page, which nobody can guess, and when it runs out."""
    token, expires = campus.draw_token(), campus.now() + WAITS
    db.execute(
        "INSERT INTO pendings (number, kind, student, token, expires_at) VALUES (?, ?, ?, ?, ?)",
        (number, kind, student, token, expires.isoformat()),
    )
    return token, expires


def give_up(db: sqlite3.Connection, kind: Kind, student: str, now: datetime) -> str | None:
    """Make what ``student`` still has open of ``kind`` void; its number. Two open bills would be paid twice."""
    row = db.execute(
        "UPDATE pendings SET void = 1 WHERE kind = ? AND student = ? AND done_at IS NULL AND void = 0 AND expires_at > ?"
        " RETURNING number",
        (kind, student, now.isoformat()),
    ).fetchone()
    if row is None:
        return None
    set_status(db, kind, row["number"], "已作废", now, None)
    return str(row["number"])


def pending(db: sqlite3.Connection, *, token: str | None = None, number: str | None = None) -> Pending:
    """By the token of its page or by the order's number; raises :class:`Problem` 404 ``no_such_order``."""
    row = db.execute("SELECT * FROM pendings WHERE token = ? OR number = ?", (token, number)).fetchone()
    if row is None:
        raise Problem(404, "no_such_order", "没有查到这份单据。")
    done = row["done_at"] and datetime.fromisoformat(row["done_at"])
    return Pending(
        row["number"], row["kind"], row["student"], datetime.fromisoformat(row["expires_at"]), done, bool(row["void"])
    )


def finish(db: sqlite3.Connection, done: Pending, status: str, now: datetime) -> None:
    """Mark it as done, with the ``status`` of its order now; the caller has looked at its stage in this transaction."""
    db.execute("UPDATE pendings SET done_at = ? WHERE number = ?", (now.isoformat(), done.number))
    set_status(db, done.kind, done.number, status, now, None)


def order_in(db: sqlite3.Connection, number: str) -> dict[str, Any]:
    """The order ``number`` as it was answered when it was made."""
    row = db.execute("SELECT answer FROM orders WHERE number = ?", (number,)).fetchone()
    order: dict[str, Any] = json.loads(row["answer"])
    return order


def order_now(campus: Campus, kind: Kind, number: str, student: str, status: str) -> dict[str, Any]:
    """The order of ``student`` as it was made, with the ``status`` it has now; somebody else's is 404."""
    order: dict[str, Any] = json.loads(bytes(order_of(campus, kind, number, student).body))
    return order | {"status": status}
