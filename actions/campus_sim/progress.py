"""学生社区服务中心: every order of a student in one list, and what may be done with one that is there already."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.kinds import WITHDRAWN, Kind, kind_of, next_of, phase_of
from actions.campus_sim.orders import MADE, Deed, Key, created, fingerprint_of
from actions.campus_sim.problems import Problem

MOST_LISTED = 50
MOST_CHANGES = 500

router = APIRouter(tags=["progress"])

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class OrderState(BaseModel):
    """An order as it stands now."""

    number: str
    kind: str
    title: str
    """What students call this kind: 报修."""
    line: str
    """What it is about, in one line."""
    status: str
    department: str
    created_at: datetime
    changed_at: datetime | None
    note: str | None
    """What the office wrote when it last changed the status."""
    next: str
    """What happens next and when, in one sentence."""
    can: list[str]
    """What the student may do now: ``urge``, ``withdraw``, ``rate``, ``return``."""
    urged_on: date | None
    stars: int | None


class OrderStates(BaseModel):
    orders: list[OrderState]


class OrderChange(BaseModel):
    """An order that the office has moved on."""

    number: str
    kind: str
    phase: Literal["waiting", "working", "done", "withdrawn", "other"]
    """What its status comes to, whatever the office calls it."""
    department: str
    note: str | None
    next: str
    changed_at: datetime


class OrderChanges(BaseModel):
    changes: list[OrderChange]
    """The earliest first."""


class Whose(BaseModel):
    """Who asks: the student whose order it is, or whoever holds the code of a case without a name."""

    model_config = ConfigDict(extra="forbid")

    student: str | None = Field(default=None, min_length=1, max_length=20)
    code: str | None = Field(default=None, min_length=1, max_length=20)

    @model_validator(mode="after")
    def _one_of_both(self) -> Whose:
        if (self.student is None) == (self.code is None):
            raise ValueError("student or code")
        return self


class Rating(Whose):
    stars: int = Field(ge=1, le=5)
    words: Words | None = None


class StatusChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    note: Words | None = None


SELECT = """SELECT orders.number, orders.kind, orders.answer, progress.status, progress.changed_at, progress.note,
            progress.urged_on, progress.stars
            FROM orders LEFT JOIN progress USING (number)"""


def _no_such_order() -> Problem:
    return Problem(404, "no_such_order", "没有查到这份单据。")


def _owned(db: sqlite3.Connection, number: str, student: str) -> sqlite3.Row:
    """Somebody else's order is 404, like one that does not exist."""
    row: sqlite3.Row | None = db.execute(
        f"{SELECT} WHERE orders.number = ? AND orders.student = ?", (number, student)
    ).fetchone()
    if row is None or not student:
        raise _no_such_order()
    return row


def _by_code(db: sqlite3.Connection, code: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(f"{SELECT} JOIN codes USING (number) WHERE codes.code = ?", (code,)).fetchone()
    if row is None:
        raise _no_such_order()
    return row


def _found(db: sqlite3.Connection, number: str, who: Whose) -> sqlite3.Row:
    if who.code is None:
        return _owned(db, number, str(who.student))
    row = _by_code(db, who.code)
    if row["number"] != number:
        raise _no_such_order()
    return row


def status_in(db: sqlite3.Connection, number: str) -> str:
    """The present status of an order that exists."""
    row = db.execute(f"{SELECT} WHERE orders.number = ?", (number,)).fetchone()
    return str(row["status"] or json.loads(row["answer"])["status"])


def set_status(db: sqlite3.Connection, kind: str, number: str, status: str, now: datetime, note: str | None) -> None:
    """Move an order on, with what its own office has to do about it."""
    db.execute(
        "INSERT INTO progress (number, status, changed_at, note) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET status = excluded.status, changed_at = excluded.changed_at, note = excluded.note",
        (number, status, now.isoformat(), note),
    )
    for statement in kind_of(kind).changed:
        db.execute(statement, {"number": number, "status": status})


def _state(row: sqlite3.Row, today: date) -> OrderState:
    said: dict[str, Any] = json.loads(row["answer"])
    kind, status = kind_of(row["kind"]), row["status"] or said.get("status", "")
    department = said.get("department") or kind.department
    said |= {"department": department}
    return OrderState(
        number=row["number"],
        kind=row["kind"],
        title=kind.title,
        line=kind.line(said),
        status=status,
        department=department,
        created_at=said["created_at"],
        changed_at=row["changed_at"],
        note=row["note"],
        next=next_of(kind, status, said),
        can=_can(kind, status, row, today),
        urged_on=row["urged_on"],
        stars=row["stars"],
    )


def _can(kind: Kind, status: str, row: Mapping[str, Any] | sqlite3.Row, today: date) -> list[str]:
    deeds = []
    if status in kind.waiting | kind.working and row["urged_on"] != today.isoformat():
        deeds.append("urge")
    if status in kind.waiting:
        deeds.append("withdraw")
    if status in kind.done and row["stars"] is None:
        deeds.append("rate")
    return [*deeds, *kind.more.get(status, ())]


@router.get("/students/{student}/orders", response_model=OrderStates)
def orders_of(
    student: str, campus: Here, limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED
) -> OrderStates:
    """The latest first; an empty list for a student without orders, or none at all."""
    with campus.ledger.reading() as db:
        rows = db.execute(
            f"{SELECT} WHERE orders.student = ? ORDER BY json_extract(answer, '$.created_at') DESC, number DESC LIMIT ?",
            (student, limit),
        ).fetchall()
    return OrderStates(orders=[_state(row, campus.now().date()) for row in rows])


@router.get("/orders/changed", response_model=OrderChanges)
def orders_changed(
    since: AwareDatetime, campus: Here, limit: Annotated[int, Query(ge=1, le=MOST_CHANGES)] = MOST_CHANGES
) -> OrderChanges:
    """What was moved on after ``since``, by its last change: for whoever follows orders without asking for each."""
    after = since.astimezone(campus.now().tzinfo).isoformat()
    with campus.ledger.reading() as db:
        rows = db.execute(
            f"{SELECT} WHERE progress.changed_at > ? ORDER BY progress.changed_at, number LIMIT ?", (after, limit)
        ).fetchall()
    return OrderChanges(changes=[_change(_state(row, campus.now().date())) for row in rows])


def _change(state: OrderState) -> OrderChange:
    names = ("number", "kind", "department", "note", "next", "changed_at")
    phase = phase_of(kind_of(state.kind), state.status)
    return OrderChange(**{name: getattr(state, name) for name in names}, phase=phase)


@router.get("/orders/by-code/{code}", response_model=OrderState)
def order_by_code(code: str, campus: Here) -> OrderState:
    """A case without a name, for whoever holds its code."""
    with campus.ledger.reading() as db:
        return _state(_by_code(db, code), campus.now().date())


@router.get("/orders/{number}", response_model=OrderState)
def one_order(number: str, student: Annotated[str, Query(min_length=1)], campus: Here) -> OrderState:
    with campus.ledger.reading() as db:
        return _state(_owned(db, number, student), campus.now().date())


def _once(
    campus: Campus,
    key: str,
    deed: Deed,
    number: str,
    form: Whose,
    act: Callable[[sqlite3.Connection, sqlite3.Row, OrderState], None],
) -> Response:
    """Do ``act`` with an order once for each ``key``; the 201 is the order as it stands afterwards."""
    fingerprint = fingerprint_of(f"{deed} {number}", form)
    with campus.ledger.writing() as db:
        earlier = db.execute("SELECT fingerprint, number, answer FROM deeds WHERE key = ?", (key,)).fetchone()
        if earlier is not None:
            if earlier["fingerprint"] != fingerprint:
                details = {"number": earlier["number"]}
                raise Problem(422, "idempotency_key_reused", "该 Idempotency-Key 已用于另一份申请。", details)
            return created(earlier["answer"], replayed=True)
        row, today = _found(db, number, form), campus.now().date()
        act(db, row, _state(row, today))
        body = _state(_found(db, number, form), today).model_dump_json()
        db.execute("INSERT INTO deeds VALUES (?, ?, ?, ?, ?)", (key, deed, number, fingerprint, body))
    return created(body)


@router.post("/orders/{number}/urge", response_model=OrderState, status_code=201, responses=MADE)
def urge(number: str, form: Whose, key: Key, campus: Here) -> Response:
    """Once a day, while the order is not done. Refuses with ``no_such_order``, ``urged_today`` and ``not_urgeable``
    (details: ``status``)."""
    today = campus.now().date().isoformat()

    def act(db: sqlite3.Connection, row: sqlite3.Row, state: OrderState) -> None:
        if row["urged_on"] == today:
            raise Problem(409, "urged_today", "今天已经催办过。", {"number": number})
        if "urge" not in state.can:
            raise Problem(409, "not_urgeable", "这份单据不能催办。", {"number": number, "status": state.status})
        db.execute(
            "INSERT INTO progress (number, urges, urged_on) VALUES (?, 1, ?)"
            " ON CONFLICT DO UPDATE SET urges = urges + 1, urged_on = excluded.urged_on",
            (number, today),
        )

    return _once(campus, key, "urge", number, form, act)


@router.post("/orders/{number}/withdraw", response_model=OrderState, status_code=201, responses=MADE)
def withdraw(number: str, form: Whose, key: Key, campus: Here) -> Response:
    """Only before anything was done. Refuses with ``no_such_order`` and ``not_withdrawable`` (details: ``status``)."""

    def act(db: sqlite3.Connection, row: sqlite3.Row, state: OrderState) -> None:
        if "withdraw" not in state.can:
            raise Problem(409, "not_withdrawable", "这份单据不能撤销。", {"number": number, "status": state.status})
        set_status(db, state.kind, number, WITHDRAWN, campus.now(), None)

    return _once(campus, key, "withdraw", number, form, act)


@router.post("/orders/{number}/rate", response_model=OrderState, status_code=201, responses=MADE)
def rate(number: str, form: Rating, key: Key, campus: Here) -> Response:
    """Once, when it is done. Refuses with ``no_such_order``, ``rated_already`` (details: ``stars``) and ``not_done``
    (details: ``status``)."""

    def act(db: sqlite3.Connection, row: sqlite3.Row, state: OrderState) -> None:
        if state.stars is not None:
            raise Problem(409, "rated_already", "已经评价过。", {"number": number, "stars": state.stars})
        if "rate" not in state.can:
            raise Problem(409, "not_done", "办完以后才能评价。", {"number": number, "status": state.status})
        db.execute(
            "INSERT INTO progress (number, stars, words) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET stars = excluded.stars, words = excluded.words",
            (number, form.stars, form.words),
        )

    return _once(campus, key, "rate", number, form, act)


@router.put("/_orders/{number}", response_model=OrderState)
def move_on(number: str, change: StatusChange, campus: Here) -> OrderState:
    """For tests and rehearsals: what a member of staff does at the desk, approve or finish an order."""
    with campus.ledger.writing() as db:
        row = db.execute(f"{SELECT} WHERE orders.number = ?", (number,)).fetchone()
        if row is None:
            raise _no_such_order()
        set_status(db, row["kind"], number, change.status, campus.now(), change.note)
        row = db.execute(f"{SELECT} WHERE orders.number = ?", (number,)).fetchone()
        return _state(row, campus.now().date())
