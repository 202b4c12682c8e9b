"""The cashier: the page behind a payment link. A bill is paid once, whatever is repeated, and not after it ran out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from actions.campus_sim import coffee, top_ups
from actions.campus_sim.campus import Here
from actions.campus_sim.orders import Kind
from actions.campus_sim.pages import button, page
from actions.campus_sim.pending import Pending, finish, order_in, pending
from actions.campus_sim.problems import Problem

TITLE = "示范大学收银台"
REHEARSAL = "（演练用的收银台，不会真的扣钱。）"

router = APIRouter(tags=["cashier"])

SETTLE: dict[Kind, Callable[[sqlite3.Connection, dict[str, Any], datetime], str]] = {
    "top_up": top_ups.settle,
    "coffee": coffee.settle,
}
"""What a payment brings about, by the kind of the order: gives the order's status then, and raises :class:`Problem` where nothing may be paid any more."""
BILLED: dict[Kind, str] = {"top_up": "校园卡充值", "coffee": "咖啡"}
CLOSED = {
    "done": "这一单已经付过了，不会再扣一次。",
    "expired": "这一单超过 15 分钟没有付，已经过期。请回到对话里重新下单。",
    "void": "这一单已经作废，请付最新的那一单。",
}


def _bill(db: sqlite3.Connection, token: str) -> tuple[Pending, dict[str, Any]]:
    found = pending(db, token=token)
    if found.kind not in SETTLE:
        raise Problem(404, "no_such_order", "没有查到这份单据。")
    return found, order_in(db, found.number)


def _lines(found: Pending, order: dict[str, Any]) -> list[str]:
    return [f"{BILLED[found.kind]}，单号 {found.number}", f"应付 {order['amount_cents'] / 100:.2f} 元"]


@router.get("/pay/{token}", include_in_schema=False)
def show_bill(token: str, campus: Here) -> Response:
    with campus.ledger.reading() as db:
        found, order = _bill(db, token)
    stage = found.stage(campus.now())
    if stage != "open":
        return page(TITLE, [*_lines(found, order), CLOSED[stage]])
    return page(TITLE, [*_lines(found, order), f"请在 {found.expires_at:%H:%M} 前支付。", REHEARSAL], button("支付"))


@router.post("/pay/{token}", include_in_schema=False)
def pay(token: str, campus: Here) -> Response:
    now = campus.now()
    try:
        with campus.ledger.writing() as db:
            found, order = _bill(db, token)
            stage = found.stage(now)
            if stage == "open":
                finish(db, found, SETTLE[found.kind](db, order, now), now)
    except Problem as problem:
        if problem.status == 404:
            raise
        return page(TITLE, [problem.message, "没有扣款。"], status=problem.status)
    if stage == "open":
        return page(TITLE, [*_lines(found, order), "支付成功。", REHEARSAL])
    return page(TITLE, [*_lines(found, order), CLOSED[stage]], status=200 if stage == "done" else 409)
