"""What simulated students say to each service: read from ``eval/sayings/<task>.yml``, with rooms, phones and days filled in.

A file names the service's ``open`` (first sentences and what they tell), ``answers`` by field, ``corrections``, ``unread`` (answers
that cannot be read), ``aside`` (how it is asked for in the middle of something else) and ``faults`` of its office. What is
``shown`` is what the confirm card must say of the field; ``{tap: any}`` takes one of the buttons on show.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from eval.play import written

FOLDER = Path(__file__).with_name("sayings")
PERIODS = ("10:00", "14:30", "16:00")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a student does: words or a button, and what they mean for the card."""

    say: str | None
    tap: str | None
    tells: Mapping[str, str]
    """What the card shows afterwards, by field name."""


@dataclass(frozen=True, slots=True)
class Sayings:
    """Everything that is said to one service."""

    task: str
    labels: Mapping[str, str]
    """The card's label of each field, by field name."""
    open: tuple[Mapping[str, Any], ...]
    answers: Mapping[str, tuple[Mapping[str, Any], ...]]
    corrections: tuple[Mapping[str, Any], ...] = ()
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    faults: tuple[Mapping[str, Any], ...] = ()
    writes: bool = True
    """Whether it ends in an order; a query answers at once."""


def read_sayings(folder: Path = FOLDER) -> dict[str, Sayings]:
    """Every service's sayings by its name. Raises ``ValueError`` for a file that says something unknown."""
    found = {}
    for path in sorted(folder.glob("*.yml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if unknown := set(raw) - set(Sayings.__dataclass_fields__):
            raise ValueError(f"{path.name}: unknown {sorted(unknown)}")
        found[path.stem] = Sayings(
            task=path.stem,
            labels=raw.get("labels", {}),
            open=tuple(raw["open"]),
            answers={name: tuple(ways) for name, ways in raw.get("answers", {}).items()},
            corrections=tuple(raw.get("corrections", ())),
            unread={name: tuple(words) for name, words in raw.get("unread", {}).items()},
            aside=tuple(raw.get("aside", ())),
            faults=tuple(raw.get("faults", ())),
            writes=raw.get("writes", True),
        )
    return found


class Drawer:
    """Fills the blanks of sayings: ``{place}``, ``{house}``, ``{room}``, ``{phone}``, ``{money}`` and days (``{下周三}``).

    One drawer serves one dialogue: the same blank is the same room throughout, ``{place2}`` another one.
    """

    def __init__(self, chance: random.Random, today: date) -> None:
        self.chance, self.today = chance, today
        self.drawn: dict[str, str] = {}

    def _blank(self, name: str) -> str:
        chance = self.chance
        kind = name.rstrip("0123456789")
        if kind == "house":
            return str(chance.randint(1, 12))
        if kind == "room":
            return f"{chance.randint(1, 6)}{chance.randint(1, 30):02d}"
        if kind == "place":
            suffix = name.removeprefix("place")
            return f"{self.of('house' + suffix)}号楼{self.of('room' + suffix)}"
        if kind == "phone":
            return f"13{chance.randint(0, 9)}{chance.randrange(10**8):08d}"
        if kind == "money":
            return str(chance.choice((20, 30, 50, 80, 100)))
        raise ValueError(f"there is no blank {{{name}}}")

    def of(self, name: str) -> str:
        """What the blank holds in this dialogue."""
        if name not in self.drawn:
            self.drawn[name] = self._blank(name)
        return self.drawn[name]

    def fill(self, text: str) -> str:
        """``text`` with every blank filled in; days are written as the counsellor writes them."""
        return re.sub(r"\{([a-z]+\d?)\}", lambda match: self.of(match[1]), written(text, self.today))

    def said(self, way: Mapping[str, Any], name: str | None = None) -> Said:
        """One way of saying something, filled in; ``name`` is the field that its ``shown`` belongs to."""
        tells = {of: self.fill(str(shown)) for of, shown in way.get("tells", {}).items()}
        if name is not None and "shown" in way:
            tells[name] = self.fill(str(way["shown"]))
        say = self.fill(str(way["say"])) if "say" in way else None
        return Said(say, way.get("tap"), tells)
