"""信息化办公室校园卡服务窗口: campus cards, their balance, and reporting one lost."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.pending import order_now
from actions.campus_sim.problems import Problem

DEPARTMENT = "信息化办公室校园卡服务窗口"
RECENT = 10
IN_FORCE = timedelta(minutes=5)
"""Until every terminal knows of a loss (校园卡管理办法第十七条)."""
REPLACEMENT_CENTS = 2000
"""第二十条."""

router = APIRouter(tags=["cards"])

CardStatus = Literal["正常", "挂失", "冻结"]


class Spending(BaseModel):
    time: datetime
    place: str
    kind: Literal["消费", "充值"]
    amount_cents: int
    """In 分, always positive; ``kind`` says which way it went."""


class Card(BaseModel):
    card: str
    student: str
    balance_cents: int
    """In 分, at ``as_of``."""
    status: CardStatus
    """Now, even where the balance is late."""
    lost_since: datetime | None
    as_of: datetime
    answered_at: datetime
    """When this was said: later than ``as_of`` while the accounts lag behind."""
    spent_today_cents: int
    """What was spent on the day of ``as_of`` until then."""
    recent: list[Spending]
    """The latest first, at most ten."""


class FeedChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    minutes_late: int = Field(ge=0, le=24 * 60)


class CardForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)


class LossOrder(BaseModel):
    number: str
    status: Literal["已挂失", "已解挂"]
    department: str
    student: str
    card: str
    balance_cents: int
    """What is on the account, in 分; it stays the student's."""
    effective_by: datetime
    """When every terminal knows."""
    replacement_fee_cents: int
    """What a new card costs, in 分."""
    created_at: datetime


def card_in(db: sqlite3.Connection, student: str) -> dict[str, Any]:
    """The row of ``student``'s card; raises :class:`Problem` 404 ``no_such_card``."""
    row = db.execute("SELECT * FROM cards WHERE student = ?", (student,)).fetchone()
    if row is None:
        raise Problem(404, "no_such_card", "该学号没有校园卡。")
    return dict(row)


def loss_in(db: sqlite3.Connection, student: str) -> dict[str, Any] | None:
    """The loss that stands now, ``number`` and ``since``; ``None`` when the card is not lost."""
    row = db.execute(
        "SELECT number, since FROM card_losses WHERE student = ? AND until IS NULL ORDER BY since DESC", (student,)
    ).fetchone()
    return None if row is None else dict(row)


@router.get("/cards/{student}", response_model=Card)
def card_of(student: str, campus: Here) -> dict[str, Any]:
    now = campus.now()
    with campus.ledger.reading() as db:
        card, loss = card_in(db, student), loss_in(db, student)
        late = db.execute("SELECT minutes_late FROM card_feed").fetchone()[0]
        as_of = now - timedelta(minutes=late)
        if late:
            card["balance_cents"] -= _moved_since(db, student, as_of)
        # Without a delay nothing is cut off: a clock that was set back must not hide what was booked.
        until = as_of.isoformat() if late else "9"
        recent = db.execute(
            "SELECT time, place, kind, amount_cents FROM spendings WHERE student = ? AND time <= ?"
            " ORDER BY time DESC, rowid DESC LIMIT ?",
            (student, until, RECENT),
        ).fetchall()
        spent = db.execute(
            "SELECT coalesce(sum(amount_cents), 0) FROM spendings"
            " WHERE student = ? AND kind = '消费' AND substr(time, 1, 10) = ? AND time <= ?",
            (student, f"{as_of:%Y-%m-%d}", until),
        ).fetchone()[0]
    return {
        **card,
        "lost_since": loss["since"] if loss else None,
        "as_of": as_of,
        "answered_at": now,
        "spent_today_cents": spent,
        "recent": [dict(row) for row in recent],
    }


def _moved_since(db: sqlite3.Connection, student: str, moment: datetime) -> int:
    """By how much the balance grew after ``moment``, in 分."""
    moved = db.execute(
        "SELECT coalesce(sum(CASE kind WHEN '充值' THEN amount_cents ELSE -amount_cents END), 0)"
        " FROM spendings WHERE student = ? AND time > ?",
        (student, moment.isoformat()),
    ).fetchone()[0]
    return int(moved)


@router.put("/_cards/feed", response_model=FeedChange)
def change_feed(change: FeedChange, campus: Here) -> FeedChange:
    """For tests and rehearsals: let the accounts lag behind."""
    with campus.ledger.writing() as db:
        db.execute("UPDATE card_feed SET minutes_late = ?", (change.minutes_late,))
    return change


def _loss(campus: Campus, db: sqlite3.Connection, number: str, form: CardForm) -> LossOrder:
    card, now = card_in(db, form.student), campus.now()
    if loss := loss_in(db, form.student):
        raise Problem(409, "card_lost_already", "该校园卡已经挂失。", loss)
    if card["status"] == "冻结":
        raise Problem(409, "card_frozen", "该校园卡已冻结，无法消费，不需要挂失。")
    db.execute("UPDATE cards SET status = '挂失' WHERE student = ?", (form.student,))
    db.execute("INSERT INTO card_losses VALUES (?, ?, ?, NULL)", (form.student, number, now.isoformat()))
    return LossOrder(
        number=number,
        status="已挂失",
        department=DEPARTMENT,
        student=form.student,
        card=card["card"],
        balance_cents=card["balance_cents"],
        effective_by=now + IN_FORCE,
        replacement_fee_cents=REPLACEMENT_CENTS,
        created_at=now,
    )


@router.post("/card-losses", response_model=LossOrder, status_code=201, responses=MADE)
def report_loss(form: CardForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_card``, ``card_lost_already`` (details: ``since`` and ``number``, which is null for a loss
    reported at the window) and ``card_frozen``."""
    return make_once(campus, key, "card_loss", form.student, form, lambda db, number: _loss(campus, db, number, form))


@router.get("/card-losses/{number}", response_model=LossOrder)
def one_loss(number: str, student: str, campus: Here) -> Any:
    with campus.ledger.reading() as db:
        row = db.execute("SELECT until FROM card_losses WHERE number = ?", (number,)).fetchone()
    return order_now(campus, "card_loss", number, student, "已解挂" if row and row["until"] else "已挂失")
