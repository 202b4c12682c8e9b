"""Both sides compared: what our sagas hold to be done, and what stands in the office's book.

Each difference has a kind and a key of its own, so that a list which takes a pair once shows it once, however often it is
found. What is still under way is left alone until it is older than any saga may be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from actions.offices.papers import Entry

Stage = Literal["running", "collected", "refunded", "refused", "unpaid", "unprinted", "listed"]


@dataclass(frozen=True, slots=True)
class Ours:
    """One saga of ours."""

    saga: str
    """Its keys at the office are ``<saga>.pay``, ``<saga>.print`` and ``<saga>.refund``."""
    stage: Stage


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference, to be seen to by a person."""

    kind: str
    """``mismatch.`` and what it is, for instance ``mismatch.charged_twice``."""
    key: str
    """The saga, or the entry of the book that nobody of ours knows."""
    what: str
    todo: str


WORDS = {
    "charged_twice": ("同一次打印扣了不止一笔款。", "保留一笔，其余全额退回。"),
    "paid_without_paper": ("已经扣款，没有取走的材料，也没有退款。", "核对打印机记录；没有取走的，全额退回。"),
    "not_charged": ("材料已经取走，账上没有这笔扣款。", "核对费用：不是免费的，联系学生补交。"),
    "refund_missing": ("我们记为已退款，账上没有这笔退款。", "全额退回这笔扣款。"),
    "print_missing": ("我们记为已取走，打印机没有这次打印。", "核对打印机记录；没有打出来的，全额退回。"),
    "unexpected_charge": ("我们记为没有扣款，账上有扣款。", "没有对应材料的，全额退回。"),
    "unknown_entry": ("账上有一笔我们没有发起的业务。", "查明是谁发起的；不该有的，冲正。"),
}
"""What happened, and what to do about it."""


def compare(ours: Iterable[Ours], book: Iterable[Entry]) -> tuple[Mismatch, ...]:
    """Every difference between finished sagas and the book. A saga that runs explains its entries, nothing more."""
    sagas = {one.saga: one for one in ours}
    entries: dict[str, list[Entry]] = defaultdict(list)
    found = []
    for entry in book:
        saga, _, deed = entry.key.rpartition(".")
        if saga not in sagas or DEEDS.get(deed) != entry.kind:
            found.append(_mismatch("unknown_entry", entry.entry, entry.number))
        else:
            entries[saga].append(entry)
    for saga, one in sagas.items():
        if one.stage not in ("running", "listed"):
            found += [_mismatch(kind, saga, _order(entries[saga], saga)) for kind in _wrong(one, entries[saga])]
    return tuple(found)


DEEDS = {"pay": "charge", "print": "print", "refund": "refund"}
"""How our deeds are called in the book."""


def _wrong(one: Ours, entries: list[Entry]) -> list[str]:
    charges = sum(entry.kind == "charge" for entry in entries)
    refunds = sum(entry.kind == "refund" for entry in entries)
    taken = sum(entry.state == "taken" for entry in entries)
    printed = any(entry.kind == "print" for entry in entries)
    wrong = []
    if charges - refunds > 1:
        wrong.append("charged_twice")
    if one.stage == "collected":
        if not printed:
            wrong.append("print_missing")
    elif one.stage == "refunded":
        if refunds == 0:
            wrong.append("refund_missing")
    elif charges > refunds:
        wrong.append("unexpected_charge")
    if taken and one.stage != "collected" and charges <= refunds:
        wrong.append("not_charged")
    if not wrong and charges > refunds and not taken:
        wrong.append("paid_without_paper")
    return wrong


def _order(entries: list[Entry], saga: str) -> str:
    return entries[0].number if entries else saga


def _mismatch(kind: str, key: str, number: str) -> Mismatch:
    what, todo = WORDS[kind]
    return Mismatch(f"mismatch.{kind}", key, f"{number}：{what}", todo)
