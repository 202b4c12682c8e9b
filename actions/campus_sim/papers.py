"""At the self-service printer: a paper is charged to the campus card, printed, and taken, or pulled back and refunded.

Each is a deed on an order of a transcript, done once for each key. The cashier here knows neither printers nor
whether a paper came out: whoever charges has to see to it. ``GET /papers`` is the book that both sides are compared by.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.cards import card_in, loss_in
from actions.campus_sim.orders import MADE, Deed, Key, Marked, created, file_under, fingerprint_of, key_for, serial
from actions.campus_sim.problems import Problem
from actions.campus_sim.progress import set_status, status_in

TRAY = timedelta(minutes=3)
"""What lies in the tray for so long is pulled back into the machine, for the next one not to find it."""

router = APIRouter(tags=["papers"])

PrintState = Literal["tray", "taken", "retracted"]


class ChargeForm(Marked):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    amount_cents: int = Field(gt=0, le=100_000)


class Charge(BaseModel):
    charge: str
    """For instance ``SK20261123-0001``."""
    number: str
    """The order it pays for."""
    amount_cents: int
    card: str
    created_at: datetime


class RefundForm(Marked):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)


class Refund(BaseModel):
    refund: str
    """For instance ``TK20261123-0001``."""
    charge: str
    number: str
    amount_cents: int
    """All of the charge."""
    created_at: datetime


class PrintForm(Marked):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)


class Print(BaseModel):
    print: str
    """For instance ``DY20261123-0001``."""
    number: str
    printer: str
    sheets: int
    state: PrintState
    """``tray`` until it is ``taken`` or, at ``take_by``, ``retracted``."""
    take_by: datetime
    created_at: datetime


class PrintChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: PrintState


class Entry(BaseModel):
    """One line of the book."""

    kind: Literal["charge", "refund", "print"]
    key: str
    """The Idempotency-Key it came with, or the marker where keys are not kept."""
    number: str
    """The order."""
    entry: str
    """The number of the charge, refund or print itself."""
    amount_cents: int
    """0 for a print."""
    state: PrintState | None
    """Of a print."""
    created_at: datetime


class Book(BaseModel):
    entries: list[Entry]
    """The oldest first."""


def _order(db: sqlite3.Connection, number: str, student: str) -> dict[str, Any]:
    row = db.execute(
        "SELECT answer FROM orders WHERE number = ? AND student = ? AND kind = 'transcript'", (number, student)
    ).fetchone()
    if row is None:
        raise Problem(404, "no_such_order", "没有查到这份单据。")
    order: dict[str, Any] = json.loads(row["answer"])
    return order


def _once(
    campus: Campus,
    key: str,
    deed: Deed,
    number: str,
    form: Marked,
    act: Callable[[sqlite3.Connection, datetime], BaseModel],
) -> Response:
    """``act`` once for each ``key``; a refusal by it leaves the key free."""
    fingerprint = fingerprint_of(f"{deed} {number}", form)
    with campus.ledger.writing() as db:
        kept = key_for(db, key)
        earlier = db.execute("SELECT fingerprint, number, answer FROM deeds WHERE key = ?", (kept,)).fetchone()
        if earlier is not None:
            if earlier["fingerprint"] != fingerprint:
                details = {"number": earlier["number"]}
                raise Problem(422, "idempotency_key_reused", "该 Idempotency-Key 已用于另一份申请。", details)
            return created(earlier["answer"], replayed=True)
        now = campus.now()
        done = act(db, now)
        body = done.model_dump_json()
        number = done.model_dump()["number"]
        db.execute("INSERT INTO deeds VALUES (?, ?, ?, ?, ?)", (kept, deed, number, fingerprint, body))
        file_under(db, form.marker, kept)
        entry = done.model_dump()[deed]
        db.execute(
            "INSERT INTO paper_book VALUES (?, ?, ?, ?, ?, ?)",
            (entry, deed, form.marker or kept, number, done.model_dump().get("amount_cents", 0), now.isoformat()),
        )
    return created(body)


@router.post("/transcripts/{number}/charges", response_model=Charge, status_code=201, responses=MADE)
def charge_card(number: str, form: ChargeForm, key: Key, campus: Here) -> Response:
    """Takes the fee from the student's campus card. Refuses with ``no_such_order``, ``no_such_card``, ``card_lost``
    (details: ``since``, ``number``), ``card_frozen`` and ``balance_too_low`` (details: ``balance_cents``)."""

    def act(db: sqlite3.Connection, now: datetime) -> Charge:
        _order(db, number, form.student)
        card = card_in(db, form.student)
        if loss := loss_in(db, form.student):
            raise Problem(409, "card_lost", "该校园卡已挂失，不能付款。", loss)
        if card["status"] == "冻结":
            raise Problem(409, "card_frozen", "该校园卡已冻结，不能付款。")
        if card["balance_cents"] < form.amount_cents:
            raise Problem(409, "balance_too_low", "校园卡余额不足。", {"balance_cents": card["balance_cents"]})
        _move(db, form.student, -form.amount_cents, now)
        made = serial(db, "SK", now.date())
        return Charge(charge=made, number=number, amount_cents=form.amount_cents, card=card["card"], created_at=now)

    return _once(campus, key, "charge", number, form, act)


@router.post("/charges/{charge}/refund", response_model=Refund, status_code=201, responses=MADE)
def refund_charge(charge: str, form: RefundForm, key: Key, campus: Here) -> Response:
    """Gives all of a charge back, to a card that is lost or frozen too. Refuses with ``no_such_charge`` and
    ``refunded_already`` (details: ``refund``)."""

    def act(db: sqlite3.Connection, now: datetime) -> Refund:
        paid = db.execute("SELECT * FROM paper_book WHERE entry = ? AND kind = 'charge'", (charge,)).fetchone()
        if paid is None:
            raise Problem(404, "no_such_charge", "没有查到这笔扣款。")
        _order(db, paid["number"], form.student)
        back = db.execute("SELECT refund FROM refunds WHERE charge = ?", (charge,)).fetchone()
        if back is not None:
            raise Problem(409, "refunded_already", "这笔扣款已经退回。", {"refund": back["refund"]})
        _move(db, form.student, paid["amount_cents"], now)
        made = serial(db, "TK", now.date())
        db.execute("INSERT INTO refunds VALUES (?, ?)", (charge, made))
        return Refund(
            refund=made, charge=charge, number=paid["number"], amount_cents=paid["amount_cents"], created_at=now
        )

    return _once(campus, key, "refund", charge, form, act)


def _move(db: sqlite3.Connection, student: str, cents: int, now: datetime) -> None:
    """``cents`` onto the card, or off it when negative."""
    db.execute("UPDATE cards SET balance_cents = balance_cents + ? WHERE student = ?", (cents, student))
    db.execute(
        "INSERT INTO spendings VALUES (?, ?, '自助打印', ?, ?)",
        (student, now.isoformat(), "充值" if cents > 0 else "消费", abs(cents)),
    )


@router.post("/transcripts/{number}/prints", response_model=Print, status_code=201, responses=MADE)
def print_paper(number: str, form: PrintForm, key: Key, campus: Here) -> Response:
    """Prints at the order's printer. Refuses with ``no_such_order``, ``at_the_desk``, ``collected_already``, ``expired``
    and ``printer_failed`` (details: ``status``)."""

    def act(db: sqlite3.Connection, now: datetime) -> Print:
        order = _order(db, number, form.student)
        if order["printer"] is None:
            raise Problem(409, "at_the_desk", "这份单据在窗口办理。")
        if status_in(db, number) != "待取件":
            raise Problem(409, "collected_already", "这份单据已经取走。")
        if now >= datetime.fromisoformat(order["expires_at"]):
            raise Problem(409, "expired", "取件码已经过期。")
        status = db.execute("SELECT status FROM printers WHERE printer = ?", (order["printer"],)).fetchone()["status"]
        if status != "ok":
            raise Problem(409, "printer_failed", "打印机现在打不了。", {"status": status})
        fate = campus.fate(number)
        if fate == "jammed":
            raise Problem(409, "printer_failed", "打印机卡纸，没有打出来。", {"status": fate})
        made = serial(db, "DY", now.date())
        db.execute("INSERT INTO prints VALUES (?, ?, 'tray', ?)", (made, number, (now + TRAY).isoformat()))
        if fate != "tray":
            _end(db, made, number, fate, now)
        return Print(
            print=made,
            number=number,
            printer=order["printer"],
            sheets=order["sheets"],
            state="tray",
            take_by=now + TRAY,
            created_at=now,
        )

    return _once(campus, key, "print", number, form, act)


def _end(db: sqlite3.Connection, made: str, number: str, state: str, now: datetime) -> None:
    db.execute("UPDATE prints SET state = ? WHERE print = ?", (state, made))
    if state == "taken":
        set_status(db, "transcript", number, "已取件", now, None)


def _state(row: sqlite3.Row, now: datetime) -> str:
    over = row["state"] == "tray" and now >= datetime.fromisoformat(row["take_by"])
    return "retracted" if over else str(row["state"])


@router.get("/prints/{made}", response_model=Print)
def one_print(made: str, student: Annotated[str, Query(min_length=1)], campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        row = db.execute("SELECT * FROM prints WHERE print = ?", (made,)).fetchone()
        if row is None:
            raise Problem(404, "no_such_print", "没有查到这次打印。")
        _order(db, row["number"], student)
        answer = db.execute(
            "SELECT answer FROM deeds WHERE deed = 'print' AND json_extract(answer, '$.print') = ?", (made,)
        ).fetchone()["answer"]
        return dict(json.loads(answer)) | {"state": _state(row, campus.now())}


@router.get("/papers", response_model=Book)
def book(since: AwareDatetime, campus: Here) -> dict[str, Any]:
    """Every charge, refund and print since then: for the comparison of both sides, so without any student."""
    now = campus.now()
    with campus.ledger.reading() as db:
        rows = db.execute("SELECT * FROM paper_book ORDER BY rowid").fetchall()
        states = {row["print"]: _state(row, now) for row in db.execute("SELECT * FROM prints")}
    # Compared as moments: the texts may have been written under another offset.
    return {
        "entries": [
            {**dict(row), "state": states.get(row["entry"])}
            for row in rows
            if datetime.fromisoformat(row["created_at"]) >= since
        ]
    }


@router.put("/_prints/{made}", response_model=Print)
def change_print(made: str, change: PrintChange, campus: Here) -> dict[str, Any]:
    """For tests and rehearsals: the student takes the paper, or walks away."""
    with campus.ledger.writing() as db:
        row = db.execute("SELECT * FROM prints WHERE print = ?", (made,)).fetchone()
        if row is None:
            raise Problem(404, "no_such_print", "没有查到这次打印。")
        _end(db, made, row["number"], change.state, campus.now())
        student = db.execute("SELECT student FROM orders WHERE number = ?", (row["number"],)).fetchone()["student"]
    return one_print(made, student, campus)
