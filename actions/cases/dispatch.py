"""Whom a complaint goes to: who takes the lead, how sure that is, which units support, and both parts of a compound one.

In this order: a correction that staff made of the very same words (``returned.py``), a rule of ``overrides.yml``, the model
(``dispatch_model.py``), and where that cannot be had, the words of the plan's table alone. The model proposes; below its
threshold the proposal names two departments and staff decide.

``python -m actions.cases.dispatch fit`` learns from all hands, ``… review`` goes through what was sent back,
``… show TEXT`` tells what would be proposed and why.
"""

from __future__ import annotations

import argparse
import logging
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import yaml

from actions.cases import parts
from actions.cases.dispatch_model import Model, Vector, named
from actions.offices import departments
from knowledge_base import Encoder, open_encoder

log = logging.getLogger(__name__)

OVERRIDES = Path(__file__).with_name("overrides.yml")
SUPPORT = Path(__file__).with_name("support.yml")
MOST_SUPPORT = 3
LONGEST = 500
"""Characters that are read; an office takes no more."""
REMEMBERED = 64
"""Readings kept in memory: a card is shown several times before it is sent."""

Source = Literal["correction", "rule", "model", "words"]


@dataclass(frozen=True, slots=True)
class Support:
    """A unit that works on it beside the one in the lead."""

    department: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One grievance of a complaint."""

    text: str
    department: str
    confidence: float
    """0…1, calibrated on hands that the model had not seen."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A proposal; a person may always decide otherwise."""

    lead: str
    confidence: float
    """0…1. 1 where a person or a rule has decided."""
    sure: bool
    """Whether one department is proposed; else the first two of ``candidates`` are, and staff decide."""
    candidates: tuple[tuple[str, float], ...]
    """The likeliest departments with their chances, the lead first."""
    parts: tuple[Part, ...]
    """One, or two where the complaint is two."""
    support: tuple[Support, ...]
    source: Source
    because: str
    """What decided, for staff: the rule's reason, the correction, or the duties whose words were used."""


class Memory(Protocol):
    """What remembers corrections."""

    def find(self, text: str) -> str | None:
        """The right department of these or nearly these words."""


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: re.Pattern[str]
    department: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """A row of the plan's table: who supports whom when it is about what."""

    lead: str
    support: str
    row: str
    about: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the model makes of a text."""

    labels: tuple[str, ...]
    whole: Vector
    found: tuple[Part, ...]
    sure: float
    """From this confidence on."""


@cache
def rules(path: Path = OVERRIDES) -> tuple[Rule, ...]:
    raw = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return tuple(Rule(re.compile(one["pattern"]), one["department"], one["reason"]) for one in raw)


@cache
def pairings(path: Path = SUPPORT) -> tuple[Pairing, ...]:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))["pairs"]
    return tuple(Pairing(one["lead"], one["support"], one["row"], tuple(one["about"]), one["reason"]) for one in raw)


def rule_for(text: str) -> Rule | None:
    """The first rule that takes ``text``."""
    return next((rule for rule in rules() if rule.pattern.search(text)), None)


class Dispatcher:
    """Proposes departments. The encoder is opened with the first complaint, never before; safe among threads."""

    def __init__(self, memory: Memory | None = None, encoder: Callable[[], Encoder] = open_encoder) -> None:
        self.memory = memory
        self._open = encoder
        self._lock = threading.Lock()
        self._model: Model | None = None
        self._encoder: Encoder | None = None
        self._tried = False
        self._reading = lru_cache(maxsize=REMEMBERED)(self._read)

    def propose(self, text: str) -> Dispatch:
        """Whom ``text`` goes to. Never raises for any text; costs 30 to 200 ms, so call it in a thread."""
        told = text[:LONGEST]
        reading = self._reading(told)
        if self.memory is not None and (department := self.memory.find(told)):
            return _decided(told, department, "correction", "工作人员改派过同样的投诉", reading)
        if (rule := rule_for(told)) is not None:
            return _decided(told, rule.department, "rule", rule.reason, reading)
        if reading is None:
            counted = departments.propose(told)
            part = Part(told, counted.department, 0.0)
            because = "、".join(counted.because)
            return Dispatch(
                part.department,
                0.0,
                False,
                ((part.department, 0.0),),
                (part,),
                _support(told, (part,)),
                "words",
                because,
            )
        candidates = _ranked(reading)
        lead, confidence = candidates[0]
        found = reading.found or (Part(told, lead, confidence),)
        if len(found) > 1:
            chances = dict(candidates)
            # Who is likelier of the whole leads; the other one supports.
            main = max(found, key=lambda part: chances[part.department])
            lead, confidence = main.department, main.confidence
            candidates = ((lead, confidence), *(each for each in candidates if each[0] != lead))
        return Dispatch(
            lead=lead,
            confidence=confidence,
            sure=confidence >= reading.sure,
            candidates=candidates[:3],
            parts=found,
            support=_support(told, tuple(sorted(found, key=lambda part: part.department != lead))),
            source="model",
            because=_because(told, lead),
        )

    def _read(self, text: str) -> _Reading | None:
        self._load()
        model, encoder = self._model, self._encoder
        if model is None:
            return None
        if encoder is None:
            # Characters and duties are right less often, and not calibrated: never sure.
            return _Reading(model.labels, model.chances(model.by_words(text)), (), 2.0)

        def glance(side: str) -> Vector:
            return model.chances(model.by_words(side))

        def read(side: str) -> Vector:
            return model.chances(model.scores(encoder.query(side), side))

        whole = read(text)
        judging = parts.judges()
        found = parts.find(text, whole, glance, read, judging)
        two: tuple[Part, ...] = ()
        if found is not None and found.chance >= judging.least:
            one, other, _ = parts.pair(found.first, found.then)
            two = (
                Part(found.cut.first, model.labels[one], float(found.first[one])),
                Part(found.cut.then, model.labels[other], float(found.then[other])),
            )
        return _Reading(model.labels, whole, two, model.sure)

    def _load(self) -> None:
        with self._lock:
            if self._tried:
                return
            self._tried = True
            try:
                self._model = Model.load()
            except (OSError, ValueError, KeyError) as error:
                log.warning("dispatch.no_model error=%s", type(error).__name__)
                return
            try:
                encoder = self._open()
            except Exception as error:  # whatever keeps an engine from loading, complaints go on
                log.warning("dispatch.no_encoder error=%s", type(error).__name__)
                return
            # The same weights in another engine give the same vectors but for rounding.
            if encoder.id.rpartition("/")[2] == self._model.encoder.rpartition("/")[2]:
                self._encoder = encoder
            else:
                log.warning("dispatch.other_encoder id=%s", encoder.id)


def _ranked(reading: _Reading) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-reading.whole, kind="stable")
    return tuple((reading.labels[place], float(reading.whole[place])) for place in order)


def _decided(text: str, department: str, source: Source, because: str, reading: _Reading | None) -> Dispatch:
    """What a person or a rule has decided leads; a second part of it still goes to its own department."""
    part = Part(text, department, 1.0)
    others = tuple(each for each in (reading.found if reading else ()) if each.department != department)
    support = _support(text, (part, *others[:1]) if reading and len(reading.found) > len(others) else (part,))
    return Dispatch(department, 1.0, True, ((department, 1.0),), (part,), support, source, because)


def _support(text: str, found: Sequence[Part]) -> tuple[Support, ...]:
    """Beside the first part's department: the second part's, then who the table pairs with it."""
    lead = found[0].department
    units = [Support(part.department, f"投诉里的另一件事：{_short(part.text)}") for part in found[1:]]
    for row in pairings():
        if row.lead == lead and any(word in found[0].text for word in row.about):
            units.append(Support(row.support, f"{row.reason}（任务分解表 {row.row}）"))
    first = {unit.department: unit for unit in reversed(units) if unit.department != lead}
    return tuple(unit for unit in units if first.get(unit.department) is unit)[:MOST_SUPPORT]


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"


def _because(text: str, lead: str) -> str:
    words = [word for duty, said in named(text).items() if duty.startswith(f"{lead}: ") for word in said]
    return "、".join(dict.fromkeys(words))


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 0; 2 for a wrong command."""
    parser = argparse.ArgumentParser(prog="python -m actions.cases.dispatch", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fit", help="learn from training_data/dispatch")
    commands.add_parser("review", help="go through the complaints that were sent back")
    show = commands.add_parser("show", help="what would be proposed")
    show.add_argument("text")
    said = parser.parse_args(arguments)
    if said.command == "fit":
        from actions.cases import fit_dispatch

        fit_dispatch.main()
    elif said.command == "review":
        from actions.cases import returned

        returned.main()
    else:
        found = Dispatcher().propose(said.text)
        print(f"{found.lead}  {found.confidence:.2f}  {'' if found.sure else '（待核定）'}{found.because}")
        for part in found.parts:
            print(f"  {part.department}  {part.confidence:.2f}  {part.text}")
        for unit in found.support:
            print(f"  协同 {unit.department}：{unit.reason}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
