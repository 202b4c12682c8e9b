"""What a message means: its normalised text, its intent, its entities. Crisis sentences are screened before any of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.understanding import entities, school_year, smalltalk
from bot.understanding.intents import Head, Vector
from bot.understanding.spelling_out import plain


class Encoder(Protocol):
    """Gives float32[384], L2-normalised, for a question."""

    def query(self, text: str) -> Vector: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, understood."""

    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    """Every intent with its probability, most likely first."""
    entities: Mapping[str, str]
    vector: Vector | None
    """Of the sentence spelled out, for the policy search; ``None`` when an exact match needed none."""

    def chance(self, intent: str) -> float:
        """The probability of one intent."""
        return next((chance for name, chance in self.ranking if name == intent), 0.0)

    @property
    def closest(self) -> tuple[str, ...]:
        """The two most likely intents: what is offered when neither is sure."""
        return tuple(name for name, _ in self.ranking[:2])


class Understanding:
    """Reads normalised text. CPU-bound (about 20 ms): call it in a thread."""

    def __init__(self, encoder: Encoder, head: Head) -> None:
        self.encoder = encoder
        self.head = head
        # Read here, so that a wrong calendar stops the start and not the first message.
        self.year = school_year.current()

    def read(self, text: str, now: datetime) -> Reading:
        found = entities.find(text, now, year=self.year)
        if intent := smalltalk.exact(text):
            return Reading(text, intent, 1.0, ((intent, 1.0),), found, None)
        # Spelled out for the head and the search; entities and offices read what was typed.
        said = plain(text)
        vector = self.encoder.query(said)
        ranking = self.head.ranking(vector, said)
        return Reading(text, ranking[0][0], ranking[0][1], ranking, found, vector)

    def glance(self, text: str) -> tuple[tuple[str, float], ...]:
        """Every intent with what the words alone say for it, most likely first. About 0.4 ms."""
        if intent := smalltalk.exact(text):
            return ((intent, 1.0),)
        return self.head.glance(plain(text))
