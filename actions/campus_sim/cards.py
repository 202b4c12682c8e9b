"""Campus cards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from actions.campus_sim.campus import Here
from actions.campus_sim.problems import Problem

RECENT = 10

router = APIRouter(tags=["cards"])


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
    """In 分."""
    status: Literal["正常", "挂失", "冻结"]
    as_of: datetime
    recent: list[Spending]
    """The latest first, at most ten."""


@router.get("/cards/{student}", response_model=Card)
def card_of(student: str, campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        card = db.execute("SELECT * FROM cards WHERE student = ?", (student,)).fetchone()
        if card is None:
            raise Problem(404, "no_such_card", "该学号没有校园卡。")
        recent = db.execute(
            "SELECT time, place, kind, amount_cents FROM spendings WHERE student = ? ORDER BY time DESC LIMIT ?",
            (student, RECENT),
        ).fetchall()
    return {**dict(card), "as_of": campus.now(), "recent": [dict(row) for row in recent]}
