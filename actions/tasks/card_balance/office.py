"""A card's balance, always with the moment it was true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from actions.form import day, moment
from actions.offices import Offices
from actions.offices.cards import Card
from actions.rasa_actions import Order

USUAL_DELAY = timedelta(minutes=10)
"""How far the accounts may lag behind without a word (校园卡管理办法第十三条)."""
SHOWN = 3


async def check(field: str, value: str, offices: Offices) -> None:
    """There is nothing to check: the service asks nothing."""


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    card = await offices.cards.card(order.student)
    recent = "\n".join(
        f"{moment(one.time.isoformat())} {one.place} {'+' if one.kind == '充值' else '-'}{one.amount_cents / 100:.2f} 元"
        for one in card.recent[:SHOWN]
    )
    since = f"（{moment(card.lost_since.isoformat())}起）" if card.lost_since else ""
    spent = card.spent_today_cents
    return {
        "balance": f"{card.balance_cents / 100:.2f}",
        "as_of": f"{day(card.as_of.date())}{card.as_of:%H:%M}",
        "late": _late(card),
        "card_status": card.status + since,
        "today": f"今天一共消费 {spent / 100:.2f} 元。\n" if spent else "",
        "recent": f"最近几笔：\n{recent}" if recent else "近期没有消费记录。",
    }


def _late(card: Card) -> str:
    """A balance that lags behind is not the present one, and says so."""
    if card.late <= USUAL_DELAY:
        return ""
    minutes = int(card.late.total_seconds() // 60)
    ago = f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 个多小时"
    return f"注意：校园卡系统的账晚了，这是 {ago}前的数，后来的消费和充值还没算进来。"
