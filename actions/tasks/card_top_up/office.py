"""Money for a campus card: an order, and the page where it is paid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from actions.form import moment
from actions.offices import Offices, Refusal
from actions.offices.cards import tail, yuan
from actions.rasa_actions import Order

FULL_CENTS, LEAST_CENTS = 100_000, 1_000
"""What may be on a card, and the least that is put on it at once (校园卡管理办法第十条). The office looks again."""


async def check(field: str, value: str, offices: Offices) -> None:
    """An amount is checked by its kind; what the card still takes is known with the card."""


def cents(order: Order) -> int:
    """What is to be put on, in 分."""
    return int(Decimal(order.values["amount"]) * 100)


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """Which card, and what will be on it; says before anything is ordered that the card takes no money."""
    card = await offices.cards.card(order.student)
    if card.lost_since:
        raise Refusal("card_lost", {"since": moment(card.lost_since.isoformat())})
    if card.status == "冻结":
        raise Refusal("card_frozen")
    if card.balance_cents + cents(order) > FULL_CENTS:
        raise _too_high(card.balance_cents, FULL_CENTS - card.balance_cents)
    return {"校园卡": tail(card.card), "充值后余额": yuan(card.balance_cents + cents(order)), "手续费": "不收"}


def _too_high(balance_cents: int, room_cents: int) -> Refusal:
    code = "balance_too_high" if room_cents >= LEAST_CENTS else "card_full"
    return Refusal(code, {"balance": f"{balance_cents / 100:.2f}", "room": f"{max(0, room_cents) / 100:.2f}"})


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    try:
        top_up = await offices.cards.order_top_up(order.student, cents(order), key=order.key)
    except Refusal as refusal:
        if refusal.code == "balance_too_high":
            raise _too_high(refusal.details["balance_cents"], refusal.details["room_cents"]) from refusal
        if refusal.code == "card_lost":
            raise Refusal("card_lost", {"since": moment(refusal.details["since"])}) from refusal
        raise
    return {
        "number": top_up.number,
        "office_status": top_up.status,
        "amount": yuan(top_up.amount_cents),
        "expires_at": f"{top_up.expires_at:%H:%M}",
        "replaced": f"之前没付的那一单（{top_up.replaces}）已经作废，不要再付。" if top_up.replaces else "",
        "link": top_up.link,
        "link_label": "去支付",
        "link_text": f"付 {yuan(top_up.amount_cents)}，充到{tail(top_up.card)} 的校园卡：",
    }
