"""At the self-service printer: charging the campus card for a transcript, printing it, and giving the money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

PrintState = Literal["tray", "taken", "retracted"]


@dataclass(frozen=True, slots=True)
class Charge:
    """What was taken from the card."""

    charge: str
    """For instance ``SK20261123-0001``."""
    number: str
    """The order it pays for."""
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Print:
    """One paper at the printer."""

    print: str
    """For instance ``DY20261123-0001``."""
    number: str
    state: PrintState
    """``tray`` until it is ``taken``, or pulled back (``retracted``)."""
    take_by: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """A charge that was given back whole."""

    refund: str
    charge: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the office's book; nobody's name is in it."""

    kind: Literal["charge", "refund", "print"]
    key: str
    number: str
    """The order."""
    entry: str
    """The number of the charge, refund or print."""
    amount_cents: int
    state: PrintState | None
    created_at: datetime


class Papers:
    """Cashier and printers of the transcripts, over one client. All of it may be repeated with the same key."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def charge(self, number: str, student: str, amount_cents: int, *, key: str) -> Charge:
        """Take the fee of the order ``number`` from the card.

        Refusals: ``no_such_order``, ``no_such_card``, ``card_lost``, ``card_frozen``, ``balance_too_low`` (details:
        ``balance_cents``). Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        path = f"/transcripts/{segment(number, 'no_such_order')}/charges"
        form = {"student": student, "amount_cents": amount_cents}
        return await wire.submit(self._client, path, form, _charge, kind="charge", key=key)

    async def print(self, number: str, student: str, *, key: str) -> Print:
        """Print the order ``number`` at its printer.

        Refusals: ``no_such_order``, ``at_the_desk``, ``collected_already``, ``expired``, ``printer_failed`` (details:
        ``status``). Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        path = f"/transcripts/{segment(number, 'no_such_order')}/prints"
        return await wire.submit(self._client, path, {"student": student}, _print, kind="print", key=key)

    async def look(self, made: str, student: str) -> Print:
        """The paper as it is now. Raises ``Refusal("no_such_print")`` or ``OfficeClosed``."""
        return await wire.get(self._client, f"/prints/{segment(made, 'no_such_print')}", _print, student=student)

    async def refund(self, charge: str, student: str, *, key: str) -> Refund:
        """Give the whole of ``charge`` back.

        Refusals: ``no_such_charge``, ``refunded_already`` (details: ``refund``). Raises also ``OfficeClosed`` and
        ``OutcomeUnknown``.
        """
        path = f"/charges/{segment(charge, 'no_such_charge')}/refund"
        return await wire.submit(self._client, path, {"student": student}, _refund, kind="refund", key=key)

    async def book(self, since: datetime) -> tuple[Entry, ...]:
        """Every charge, refund and print since then (with its offset), the oldest first. Raises ``OfficeClosed``."""
        return await wire.get(self._client, "/papers", _book, since=since.isoformat())


def _charge(said: Fields) -> Charge:
    return Charge(said["charge"], said["number"], said["amount_cents"])


def _print(said: Fields) -> Print:
    return Print(said["print"], said["number"], said["state"], datetime.fromisoformat(said["take_by"]))


def _refund(said: Fields) -> Refund:
    return Refund(said["refund"], said["charge"], said["amount_cents"])


def _book(said: Fields) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            kind=one["kind"],
            key=one["key"],
            number=one["number"],
            entry=one["entry"],
            amount_cents=one["amount_cents"],
            state=one["state"],
            created_at=datetime.fromisoformat(one["created_at"]),
        )
        for one in said["entries"]
    )
