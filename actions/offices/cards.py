"""校园卡服务窗口: a campus card's balance, reporting it lost, unfreezing it, putting money on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

LOSS, UNFREEZE, TOP_UP = "card_loss", "card_unfreeze", "top_up"


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
    lost_since: datetime | None
    as_of: datetime
    """With its offset."""
    late: timedelta
    """By how much the balance was behind when the office said it."""
    spent_today_cents: int = field(repr=False)
    """What was spent on the day of ``as_of`` until then."""
    recent: tuple[Spending, ...] = field(repr=False)
    """The latest first, at most ten."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A card reported lost."""

    number: str
    """For instance ``GS20261122-0001``."""
    status: str
    card: str = field(repr=False)
    balance_cents: int = field(repr=False)
    since: datetime
    effective_by: datetime
    """When every terminal knows."""
    replacement_fee_cents: int


@dataclass(frozen=True, slots=True)
class Unfreeze:
    """A card that waits for its owner to prove who is there."""

    number: str
    """For instance ``JG20261122-0001``."""
    status: str
    card: str = field(repr=False)
    link: str = field(repr=False)
    """The page to do so; whoever has it stands for the student."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TopUp:
    """Money that waits to be paid."""

    number: str
    """For instance ``CZ20261122-0001``."""
    status: str
    card: str = field(repr=False)
    amount_cents: int
    link: str = field(repr=False)
    """The cashier's page."""
    expires_at: datetime
    replaces: str | None
    """The number of an unpaid order that this one made void."""


def tail(card: str) -> str:
    """A card's number as a bystander may see it: ``尾号 0007``."""
    return f"尾号 {card[-4:]}"


def yuan(cents: int) -> str:
    """``1250`` → ``12.50 元``."""
    return f"{cents / 100:.2f} 元"


class Cards:
    """The card centre, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def card(self, student: str) -> Card:
        """The card of ``student``. Raises ``Refusal("no_such_card")`` or ``OfficeClosed``."""
        return await wire.get(self._client, f"/cards/{segment(student, 'no_such_card')}", _card)

    async def report_lost(self, student: str, *, key: str) -> Loss:
        """Freeze the card of ``student`` once under ``key``.

        Refusals: ``no_such_card``, ``card_lost_already`` (details: ``since``, ``number`` or ``None``), ``card_frozen``.
        Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/card-losses", {"student": student}, _loss, kind=LOSS, key=key)

    async def ask_to_unfreeze(self, student: str, *, key: str) -> Unfreeze:
        """Get the page where ``student`` unfreezes a card that was found, once under ``key``.

        Refusals: ``no_such_card``, ``card_not_lost``, ``card_frozen``. Raises also ``OfficeClosed`` and
        ``OutcomeUnknown``.
        """
        form = {"student": student}
        return await wire.submit(self._client, "/card-unfreezes", form, self._unfreeze, kind=UNFREEZE, key=key)

    async def order_top_up(self, student: str, amount_cents: int, *, key: str) -> TopUp:
        """Order ``amount_cents`` for the card of ``student`` once under ``key``; nothing moves before it is paid.

        Refusals: ``no_such_card``, ``card_lost`` (details: ``since``), ``card_frozen``, ``card_suspended``,
        ``balance_too_high`` (details: ``balance_cents``, ``room_cents``). Raises also ``OfficeClosed`` and
        ``OutcomeUnknown``.
        """
        form = {"student": student, "amount_cents": amount_cents}
        return await wire.submit(self._client, "/top-ups", form, self._top_up, kind=TOP_UP, key=key)

    async def loss(self, number: str, *, student: str) -> Loss:
        """The report ``number`` as it is now; another student's is ``Refusal("no_such_order")`` too."""
        return await wire.get(self._client, f"/card-losses/{segment(number, 'no_such_order')}", _loss, student=student)

    async def unfreeze(self, number: str, *, student: str) -> Unfreeze:
        """The order ``number`` as it is now, like :meth:`loss`."""
        path = f"/card-unfreezes/{segment(number, 'no_such_order')}"
        return await wire.get(self._client, path, self._unfreeze, student=student)

    async def top_up(self, number: str, *, student: str) -> TopUp:
        """The order ``number`` as it is now, like :meth:`loss`."""
        path = f"/top-ups/{segment(number, 'no_such_order')}"
        return await wire.get(self._client, path, self._top_up, student=student)

    def _unfreeze(self, said: Fields) -> Unfreeze:
        return Unfreeze(
            number=said["number"],
            status=said["status"],
            card=said["card"],
            link=str(self._client.base_url.join(said["verify_path"])),
            expires_at=datetime.fromisoformat(said["expires_at"]),
        )

    def _top_up(self, said: Fields) -> TopUp:
        return TopUp(
            number=said["number"],
            status=said["status"],
            card=said["card"],
            amount_cents=said["amount_cents"],
            link=str(self._client.base_url.join(said["pay_path"])),
            expires_at=datetime.fromisoformat(said["expires_at"]),
            replaces=said["replaces"],
        )


def _card(said: Fields) -> Card:
    as_of = datetime.fromisoformat(said["as_of"])
    return Card(
        card=said["card"],
        balance_cents=said["balance_cents"],
        status=said["status"],
        lost_since=datetime.fromisoformat(said["lost_since"]) if said["lost_since"] else None,
        as_of=as_of,
        late=datetime.fromisoformat(said["answered_at"]) - as_of,
        spent_today_cents=said["spent_today_cents"],
        recent=tuple(
            Spending(datetime.fromisoformat(one["time"]), one["place"], one["kind"], one["amount_cents"])
            for one in said["recent"]
        ),
    )


def _loss(said: Fields) -> Loss:
    return Loss(
        number=said["number"],
        status=said["status"],
        card=said["card"],
        balance_cents=said["balance_cents"],
        since=datetime.fromisoformat(said["created_at"]),
        effective_by=datetime.fromisoformat(said["effective_by"]),
        replacement_fee_cents=said["replacement_fee_cents"],
    )
