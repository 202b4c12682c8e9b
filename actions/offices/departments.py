"""Which department a complaint most likely concerns: the words of its duties, counted, and the words that decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("departments.yml")


@dataclass(frozen=True, slots=True)
class Department:
    """A row of the plan's table."""

    name: str
    duty: tuple[str, ...]
    """The table's own words."""
    words: tuple[str, ...]
    """What students call these things."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom to send it to, and why."""

    department: str
    because: tuple[str, ...]
    """The words that spoke for it, longest first; empty when none did and the first department takes it."""


@cache
def departments() -> tuple[Department, ...]:
    """The table. The first department receives what no other one is known for."""
    raw = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["departments"]
    return tuple(Department(one["name"], tuple(one["duty"]), tuple(one["words"])) for one in raw)


def names() -> frozenset[str]:
    """The departments of the table."""
    return frozenset(one.name for one in departments())


def whose(office: str) -> str | None:
    """The department an office belongs to: 后勤保障处维修中心 → 后勤保障处. ``None`` where the table has none."""
    return next((one.name for one in departments() if office.startswith(one.name)), None)


def propose(complaint: str, among: Sequence[Department] | None = None) -> Proposal:
    """The department whose words the complaint uses, each counted once with its length.

    A word within a longer one that was found too does not count again: 校园网 is not 网 besides. Of equals the one that is
    named first wins. Latin letters are compared without case.
    """
    told = complaint.lower()
    rows = departments() if among is None else among
    best, most = Proposal(rows[0].name, ()), (0, 0)
    for row in rows:
        words = _said(told, row.words)
        if not words:
            continue
        rank = (sum(len(word) for word in words), -min(told.index(word.lower()) for word in words))
        if not best.because or rank > most:
            best, most = Proposal(row.name, words), rank
    return best


def _said(told: str, words: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for word in sorted(words, key=len, reverse=True):
        if word.lower() in told and not any(word in longer for longer in found):
            found.append(word)
    return tuple(found)
