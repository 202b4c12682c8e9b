"""Putting money on a campus card: an order first, the money after it was paid."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.cards import DEPARTMENT, card_in, loss_in
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.pending import Stage, give_up, order_now, pending, wait_for
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import student_in

LEAST_CENTS, MOST_CENTS, FULL_CENTS = 1_000, 50_000, 100_000
"""For one top-up, and for what may be on a card (校园卡管理办法第十条)."""

router = APIRouter(tags=["cards"])

TopUpStatus = Literal["待支付", "已到账", "已过期", "已作废"]
STATUS: dict[Stage, TopUpStatus] = {"open": "待支付", "done": "已到账", "expired": "已过期", "void": "已作废"}


class TopUpForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    amount_cents: int = Field(ge=LEAST_CENTS, le=MOST_CENTS)


class TopUpOrder(BaseModel):
    number: str
    status: TopUpStatus
    department: str
    student: str
    card: str
    amount_cents: int
    pay_path: str
    """The cashier's page, to be opened in a browser."""
    expires_at: datetime
    replaces: str | None
    """The number of an unpaid order that this one made void: one bill at a time, so nobody pays twice."""
    created_at: datetime


def refuse_unfit(db: sqlite3.Connection, student: str, amount_cents: int) -> dict[str, Any]:
    """The card that takes ``amount_cents``; raises :class:`Problem` where it does not."""
    card = card_in(db, student)
    if loss := loss_in(db, student):
        raise Problem(409, "card_lost", "该校园卡已挂失，不能充值。", loss)
    if student_in(db, student)["status"] == "休学":
        raise Problem(409, "card_suspended", "休学期间校园卡暂停使用。")
    if card["status"] == "冻结":
        raise Problem(409, "card_frozen", "该校园卡已冻结，不能充值。")
    if card["balance_cents"] + amount_cents > FULL_CENTS:
        details = {"balance_cents": card["balance_cents"], "room_cents": max(0, FULL_CENTS - card["balance_cents"])}
        raise Problem(409, "balance_too_high", "充值后余额超过上限。", details)
    return card


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: TopUpForm) -> TopUpOrder:
    card, now = refuse_unfit(db, form.student, form.amount_cents), campus.now()
    replaced = give_up(db, "top_up", form.student, now)
    token, expires = wait_for(db, campus, number, "top_up", form.student)
    return TopUpOrder(
        number=number,
        status="待支付",
        department=DEPARTMENT,
        student=form.student,
        card=card["card"],
        amount_cents=form.amount_cents,
        pay_path=f"/pay/{token}",
        expires_at=expires,
        replaces=replaced,
        created_at=now,
    )


def settle(db: sqlite3.Connection, order: dict[str, Any], now: datetime) -> str:
    """The bill of ``order`` is paid: the money is on the card. Raises :class:`Problem` where the card no longer takes it."""
    refuse_unfit(db, order["student"], order["amount_cents"])
    db.execute(
        "UPDATE cards SET balance_cents = balance_cents + ? WHERE student = ?",
        (order["amount_cents"], order["student"]),
    )
    db.execute(
        "INSERT INTO spendings VALUES (?, ?, '线上充值', '充值', ?)",
        (order["student"], now.isoformat(), order["amount_cents"]),
    )
    return STATUS["done"]


@router.post("/top-ups", response_model=TopUpOrder, status_code=201, responses=MADE)
def order_top_up(form: TopUpForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_card``, ``card_lost`` (details: ``since``, ``number``), ``card_frozen``, ``card_suspended``
    and ``balance_too_high`` (details: ``balance_cents``, ``room_cents``)."""
    return make_once(campus, key, "top_up", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/top-ups/{number}", response_model=TopUpOrder)
def one_top_up(number: str, student: str, campus: Here) -> Any:
    with campus.ledger.reading() as db:
        stage = pending(db, number=number).stage(campus.now())
    return order_now(campus, "top_up", number, student, STATUS[stage])
