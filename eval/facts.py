"""Whether the answer contains what was asked: held-out questions on the shipped documents, by another hand."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from eval.figures import Figure, share
from eval.shipped import TODAY, Fact, documents, held_out, library
from knowledge_base import Answer, Library

ENOUGH = 92.0
"""Goal, %."""
BINS = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
"""Edges of the reliability table."""


def run() -> list[Figure]:
    """Empty, with a line on stderr, where the held-out questions are missing."""
    asked = held_out()
    if not asked:
        print("facts: nothing measured, eval/heldout/facts.yml is missing", file=sys.stderr)
        return []
    with library(documents()) as shelf:
        return measured(shelf, asked)


def measured(shelf: Library, asked: Sequence[Fact]) -> list[Figure]:
    answered = contained = first = quotes = sound = 0
    missed: list[str] = []
    unsound: list[str] = []
    judged: list[tuple[float, bool]] = []
    for each in asked:
        said = shelf.answer(each.question, TODAY)
        if not isinstance(said, Answer):
            missed.append(f"{each.question} → declined ({said.reason}), in {each.document} {'/'.join(each.locators)}")
            continue
        answered += 1
        right = contains(said.text, each.facts)
        contained += right
        # Confidence speaks of the first clause alone.
        judged.append((said.confidence, _first_right(said, each)))
        if not right:
            place = f"{said.sources[0].document} {said.sources[0].locator}"
            missed.append(f"{each.question} → {place}, in {each.document} {'/'.join(each.locators)}")
        stored = shelf.document(said.sources[0].document_id)
        first += stored is not None and stored.source == each.document
        for source in said.sources:
            quotes += 1
            of = shelf.document(source.document_id)
            if of is None or not resolves(
                of.text, source.quote, source.start, source.end, [p.locator for p in of.passages], source.locator
            ):
                unsound.append(f"{each.question}: {source.document} {source.locator}")
            else:
                sound += 1
    return [
        share("facts: the answer contains the asked fact", contained, len(asked), goal=ENOUGH, misses=tuple(missed)),
        share("facts: answered at all", answered, len(asked)),
        share("facts: answers from the right document", first, answered),
        share(
            "facts: quotes equal to their slice, locators that resolve", sound, quotes, goal=100, misses=tuple(unsound)
        ),
        *reliability(judged),
    ]


def _first_right(said: Answer, asked: Fact) -> bool:
    """Whether the first clause holds what was asked, or one of two things that were."""
    # With the words around it: a cell merged over rows stands in a row above, and an entry is announced.
    return any(contains(said.text.split("\n\n")[0], [fact]) for fact in asked.facts)


def contains(said: str, facts: Sequence[str]) -> bool:
    """Whether an answer contains every fact, whatever the widths and line ends."""
    return all(_plain(fact) in _plain(said) for fact in facts)


def resolves(text: str, quote: str, start: int, end: int, locators: Sequence[str], locator: str) -> bool:
    """Whether a source is what it says: the quote its slice, the locator one of the document's."""
    return text[start:end] == quote and locator in locators


def reliability(judged: Sequence[tuple[float, bool]]) -> list[Figure]:
    """How often answers of each confidence are right, and the expected calibration error (Guo et al. 2017)."""
    if not judged:
        return []
    figures: list[Figure] = []
    off = 0.0
    for low, high in pairwise(BINS):
        inside = [(sure, right) for sure, right in judged if low <= sure < high]
        if not inside:
            continue
        said = sum(sure for sure, _ in inside) / len(inside)
        right = sum(right for _, right in inside)
        off += abs(said - right / len(inside)) * len(inside) / len(judged)
        named = f"facts: right where confidence is {low:.2f}–{min(high, 1.0):.2f} (mean {said:.2f})"
        figures.append(share(named, right, len(inside)))
    return [
        *figures,
        Figure("facts: expected calibration error", 100 * off, higher_is_better=False, n=len(judged)),
    ]


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
