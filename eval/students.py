"""What simulated students say to each service: read from ``eval/sayings/<task>.yml``, with rooms, phones and days filled in.

A file names the service's ``open`` (first sentences and what they tell), ``answers`` by field, ``corrections``, ``unread`` (answers
that cannot be read), ``aside`` (how it is asked for in the middle of something else) and ``faults`` of its office. What is
``shown`` is what the confirm card must say of the field; ``{tap: any}`` takes one of the buttons on show.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from eval.play import written

FOLDER = Path(__file__).with_name("sayings")


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
    """First sentences. ``first: {task, opening, staff}`` is done before, so that there is something to take back or ask about:
    another order (begun with ``opening``), which a member of staff then moves on to ``staff``."""
    answers: Mapping[str, tuple[Mapping[str, Any], ...]]
    corrections: tuple[Mapping[str, Any], ...] = ()
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    faults: tuple[Mapping[str, Any], ...] = ()
    """What goes wrong in the office: faults of the simulator, or ``{rival: service}`` for somebody quicker."""
    refused: tuple[Mapping[str, str], ...] = ()
    """Whom the office refuses (``who``: a standing) or what it does not take twice (``again``), and in which ``words``."""
    ends: tuple[str, ...] = ()
    """Of a query: one of these stands in the answer."""
    not_within: tuple[str, ...] = ()
    """Services that it would spoil if done in the middle of them: a card reported lost cannot be topped up."""
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
            refused=tuple(raw.get("refused", ())),
            ends=tuple(raw.get("ends", ())),
            not_within=tuple(raw.get("not_within", ())),
            writes=raw.get("writes", True),
        )
    return found


class Drawer:
    """Fills the blanks of sayings: ``{place}``, ``{house}``, ``{room}``, ``{phone}``, ``{money}`` and days
    (``{下周三}``, ``{5天后}``).

    One drawer serves one dialogue: the same blank is the same room throughout, ``{place2}`` another one. ``rooms`` (house, room)
    belong to this dialogue alone, so that nobody reports what another has reported.
    """

    def __init__(self, chance: random.Random, today: date, rooms: Sequence[tuple[int, int]]) -> None:
        self.chance, self.today, self.rooms = chance, today, rooms
        self.drawn: dict[str, str] = {}

    def _blank(self, name: str) -> str:
        chance = self.chance
        kind = name.rstrip("0123456789")
        which = int(name.removeprefix(kind) or "1") - 1
        if kind == "house":
            return str(self.rooms[which][0])
        if kind == "room":
            return str(self.rooms[which][1])
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
        text = re.sub(r"\{(\d)天后\}", lambda match: written("{今天}", self.today + timedelta(int(match[1]))), text)
        return re.sub(r"\{([a-z]+\d?)\}", lambda match: self.of(match[1]), written(text, self.today))

    def said(self, way: Mapping[str, Any], name: str | None = None) -> Said:
        """One way of saying something, filled in; ``name`` is the field that its ``shown`` belongs to."""
        tells = {of: self.fill(str(shown)) for of, shown in way.get("tells", {}).items()}
        if name is not None and "shown" in way:
            tells[name] = self.fill(str(way["shown"]))
        say = self.fill(str(way["say"])) if "say" in way else None
        return Said(say, way.get("tap"), tells)
