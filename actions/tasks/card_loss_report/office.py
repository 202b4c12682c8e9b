"""A lost card, frozen at once; a found one, on its way to be unfrozen by its owner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actions.form import moment
from actions.offices import Offices, Refusal
from actions.offices.cards import Card, Loss, Unfreeze, tail, yuan
from actions.rasa_actions import Order
from actions.task import read_words

WORDS = read_words(Path(__file__).with_name("words.yaml"))


async def check(field: str, value: str, offices: Offices) -> None:
    """The deed is one of two buttons."""


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """Which card it is; says at once what is done already."""
    card = await offices.cards.card(order.student)
    lost = order.values["deed"] == "lost"
    if card.status == "冻结":
        raise Refusal("card_frozen")
    if lost and card.lost_since:
        raise Refusal("card_lost_already", {"since": moment(card.lost_since.isoformat())})
    if not lost and card.lost_since is None:
        raise Refusal("card_not_lost")
    return _shown(card)


def _shown(card: Card) -> Mapping[str, str]:
    lines = {"校园卡": tail(card.card), "卡内余额": yuan(card.balance_cents)}
    return lines | ({"已挂失": f"{moment(card.lost_since.isoformat())}起"} if card.lost_since else {})


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    try:
        if order.values["deed"] == "lost":
            return _lost(await offices.cards.report_lost(order.student, key=order.key))
        return _found(await offices.cards.ask_to_unfreeze(order.student, key=order.key))
    except Refusal as refusal:
        if "since" not in refusal.details:
            raise
        raise Refusal(refusal.code, {"since": moment(refusal.details["since"])}) from refusal


def _lost(loss: Loss) -> Mapping[str, Any]:
    told = WORDS["lost"].format(
        number=loss.number,
        card=tail(loss.card),
        since=moment(loss.since.isoformat()),
        effective_by=f"{loss.effective_by:%H:%M}",
        balance=yuan(loss.balance_cents),
        fee=f"{loss.replacement_fee_cents / 100:g}",
    )
    return {"number": loss.number, "office_status": loss.status, "told": told}


def _found(unfreeze: Unfreeze) -> Mapping[str, Any]:
    return {
        "number": unfreeze.number,
        "office_status": unfreeze.status,
        "told": WORDS["found"].format(number=unfreeze.number, expires_at=f"{unfreeze.expires_at:%H:%M}"),
        "link": unfreeze.link,
        "link_label": WORDS["verify"],
        "link_text": WORDS["verify_text"].format(card=tail(unfreeze.card)),
    }
