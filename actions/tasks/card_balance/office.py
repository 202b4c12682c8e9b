"""A card's balance, always with the moment it was true."""

from __future__ import annotations

from collections.abc import Mapping

from actions.form import day
from actions.offices import Offices
from actions.rasa_actions import Order


async def check(field: str, value: str, offices: Offices) -> None:
    """There is nothing to check: the service asks nothing."""


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    card = await offices.cards.card(order.student)
    recent = "\n".join(
        f"{day(one.time.date())}{one.time:%H:%M} {one.place} {'+' if one.kind == '充值' else '-'}{one.amount_cents / 100:.2f} 元"
        for one in card.recent[:3]
    )
    return {
        "balance": f"{card.balance_cents / 100:.2f}",
        "as_of": f"{day(card.as_of.date())}{card.as_of:%H:%M}",
        "card_status": card.status,
        "recent": f"最近几笔：\n{recent}" if recent else "近期没有消费记录。",
    }
