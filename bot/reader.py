"""A sentence read with everything that tells what it means: the head, the services' names, their own words, an order's number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.understanding import Reading, overdue, tickets
from bot.words import Names, Service

FOLLOWING = "progress_query"
COMPLAINING = "complaint"
SURELY = 0.8
"""From here on another service is meant, although an order is named."""
BY_ITS_WORDS = 0.9
"""How likely a service is whose own words stand in the sentence, when the head had it among the likeliest two."""


class Understands(Protocol):
    """What reads a sentence by itself."""

    def read(self, text: str, now: datetime) -> Reading: ...

    def glance(self, text: str) -> tuple[tuple[str, float], ...]: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads messages and pieces of messages alike."""

    understanding: Understands
    services: Mapping[str, Service]
    names: Names
    now: Callable[[], datetime]

    def read(self, text: str) -> Reading:
        """One sentence understood; a message that is nothing but a service's name means that service.

        One that names an order is about that order, unless it surely asks for another service (销假 QJ…).
        """
        reading = self.understanding.read(text, self.now())
        named = self.names.task(text) or self.names.heads(text)
        elsewhere = reading.intent in self.services and reading.confidence >= SURELY
        if named is None and not elsewhere and FOLLOWING in self.services and tickets.asked_after(reading.text):
            named = FOLLOWING
        if named is not None:
            return replace(reading, intent=named, confidence=1.0, ranking=((named, 1.0),))
        said = self.names.said(reading.text, reading.closest) if reading.vector is not None else None
        if said is None and self._done_before(reading):
            said = FOLLOWING
        return _led_by(said, reading) if said is not None else reading

    def _done_before(self, reading: Reading) -> bool:
        """「充值没到账」 sounds like a wish to top up: what was done already is followed, never begun again."""
        complains = reading.intent == COMPLAINING and reading.confidence >= SURELY
        doing = reading.intent in self.services and reading.intent != FOLLOWING and not complains
        return doing and FOLLOWING in self.services and overdue.meant(reading.text)

    def glance(self, text: str) -> tuple[tuple[str, float], ...]:
        """Every intent with what the words alone say for it: for where a sentence vector would cost too much."""
        return self.understanding.glance(text)


def _led_by(task: str, reading: Reading) -> Reading:
    """The same reading with ``task`` at the front."""
    chance = max(BY_ITS_WORDS, reading.chance(task))
    rest = [(name, each) for name, each in reading.ranking if name != task]
    # What is left is shared as the head would have it.
    share = (1 - chance) / (sum(each for _, each in rest) or 1.0)
    ranking = ((task, chance), *((name, each * share) for name, each in rest))
    return replace(reading, intent=task, confidence=chance, ranking=ranking)
