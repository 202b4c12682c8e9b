"""校园卡服务中心: the balance and the latest movements of a campus card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import httpx

from actions.offices.wire import Fields, get, segment


@dataclass(frozen=True, slots=True)
class Spending:
    """One movement."""

    time: datetime
    """With its offset."""
    place: str
    kind: str
    """``消费`` or ``充值``."""
    amount_cents: int
    """In 分, always positive."""


@dataclass(frozen=True, slots=True)
class Card:
    """A campus card at one moment."""

    card: str = field(repr=False)
    balance_cents: int = field(repr=False)
    """In 分."""
    status: str
    """``正常``, ``挂失`` or ``冻结``."""
    as_of: datetime
    """With its offset."""
    recent: tuple[Spending, ...] = field(repr=False)
    """The latest first, at most ten."""


class Cards:
    """The card centre, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def card(self, student: str) -> Card:
        """The card of ``student``. Raises ``Refusal("no_such_card")`` or ``OfficeClosed``."""
        return await get(self._client, f"/cards/{segment(student, 'no_such_card')}", _card)


def _card(said: Fields) -> Card:
    return Card(
        card=said["card"],
        balance_cents=said["balance_cents"],
        status=said["status"],
        as_of=datetime.fromisoformat(said["as_of"]),
        recent=tuple(
            Spending(datetime.fromisoformat(one["time"]), one["place"], one["kind"], one["amount_cents"])
            for one in said["recent"]
        ),
    )
