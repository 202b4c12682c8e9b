"""Everything issue 4 asks of understanding: ``python -m eval understanding``.

Plain and hard sentences are by other hands than the training sentences, written from ``docs/intents.md``. Acted upon and
asked back are counted over both together. The two other parts, compound sentences and entities, measure on their own.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.reader import Reader
from bot.understanding import Reading, Understanding
from bot.understanding.intents import Head
from bot.understanding.normalise import normalise
from bot.understanding.train import MODEL
from bot.words import Names, read_services
from eval import intents
from eval.figures import Figure, share
from eval.intents import read_held_out
from knowledge_base import open_encoder

HELD_OUT = Path(__file__).with_name("heldout") / "understanding"
PARTS = ("compound", "entities")
"""Modules beside this one with a ``run()`` of their own."""
OUTSIDE = "out_of_scope"
BINS = 10
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Read:
    """One held-out sentence as it was understood."""

    sentence: str
    right: str
    reading: Reading

    @property
    def hit(self) -> bool:
        return self.reading.intent == self.right

    def __str__(self) -> str:
        return f"{self.sentence} → {self.reading.intent} {self.reading.confidence:.2f}, not {self.right}"


def run() -> list[Figure]:
    head = Head.load(MODEL)
    services = read_services()
    # As the product reads: the head, the services' names, their own words, an order's number.
    reader = Reader(Understanding(open_encoder(), head), services, Names(services), datetime.now)
    plain, hard = (_read(reader, HELD_OUT / f"{name}.yml") for name in ("plain", "hard"))
    figures = [
        _hits("understanding: top-1, plain", plain, goal=97.0),
        _hits("understanding: top-1, hard", hard, goal=92.0),
        *_acting([*plain, *hard], head.accept),
        *(replace(figure, goal=None) for part in (plain, hard) for figure in _of_part(part, head.accept, part is hard)),
        area("understanding: out-of-scope AUROC", [*plain, *hard], goal=0.97),
        Figure(
            "understanding: expected calibration error", 100 * calibration_error([*plain, *hard]), n=len(plain + hard)
        ),
        _fewest("plain", plain, 12),
        _fewest("hard", hard, 8),
        *intents.run(),
    ]
    for name in PARTS:
        if importlib.util.find_spec(f"eval.{name}") is not None:
            figures += importlib.import_module(f"eval.{name}").run()
    return figures


def _read(reader: Reader, path: Path) -> list[Read]:
    return [Read(sentence, intent, reader.read(normalise(sentence))) for sentence, intent in read_held_out(path)]


def _hits(name: str, read: Sequence[Read], goal: float) -> Figure:
    misses = tuple(str(one) for one in read if not one.hit)
    return share(name, len(read) - len(misses), len(read), goal=goal, misses=misses)


def _acting(read: Sequence[Read], accept: float) -> tuple[Figure, Figure]:
    """Acted upon and wrong, and asked back, both as shares of all sentences."""
    wrong = tuple(str(one) for one in read if not one.hit and one.reading.confidence >= accept)
    asked = sum(one.reading.confidence < accept for one in read)
    both = (
        share(f"understanding: wrong and acted upon (≥ {accept:g})", len(wrong), len(read), goal=2.0, misses=wrong),
        share(f"understanding: asked back (< {accept:g})", asked, len(read), goal=6.0),
    )
    return replace(both[0], higher_is_better=False), replace(both[1], higher_is_better=False)


def _of_part(read: Sequence[Read], accept: float, hard: bool) -> tuple[Figure, ...]:
    kind = "hard" if hard else "plain"
    offered = sum(one.right in one.reading.closest for one in read if one.reading.confidence < accept)
    asked = sum(one.reading.confidence < accept for one in read)
    return (
        *(replace(figure, name=f"{figure.name}, {kind}", misses=()) for figure in _acting(read, accept)),
        share(f"understanding: right one among the two offered, {kind}", offered, asked),
    )


def area(name: str, read: Sequence[Read], goal: float) -> Figure:
    """How often a sentence in scope gets a higher score of being so than one out of scope, with a bootstrap interval.

    The score is 1 - P(out_of_scope); ties count half.
    """
    scores = np.array([1 - one.reading.chance(OUTSIDE) for one in read])
    inside = np.array([one.right != OUTSIDE for one in read])
    ours, others = scores[inside], scores[~inside]
    draw = random.Random(7)
    drawn = sorted(
        auroc(
            np.array(draw.choices(ours.tolist(), k=len(ours))), np.array(draw.choices(others.tolist(), k=len(others)))
        )
        for _ in range(DRAWS)
    )
    low, high = drawn[round(0.025 * DRAWS)], drawn[round(0.975 * DRAWS) - 1]
    return Figure(name, 100 * auroc(ours, others), goal=100 * goal, n=len(read), low=100 * low, high=100 * high)


def auroc(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    """The share of pairs in the right order, 0…1."""
    ranked = np.sort(below)
    under = np.searchsorted(ranked, above, side="left") + np.searchsorted(ranked, above, side="right")
    return float(under.mean() / (2 * len(below)))


def calibration_error(read: Sequence[Read]) -> float:
    """Expected calibration error over ten bins (Naeini et al. 2015), 0…1."""
    sure = np.array([one.reading.confidence for one in read])
    hit = np.array([one.hit for one in read])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    there = [bins == place for place in range(BINS) if (bins == place).any()]
    return float(sum(mask.mean() * abs(sure[mask].mean() - hit[mask].mean()) for mask in there))


def _fewest(kind: str, read: Sequence[Read], goal: int) -> Figure:
    fewest = min(Counter(one.right for one in read).values())
    return Figure(f"understanding: fewest {kind} sentences of an intent", fewest, unit="count", goal=goal, n=len(read))
