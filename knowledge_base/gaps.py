"""What students ask and no document answers: alike questions together, the largest heap first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answer import Decline, Reason, Source
from .embeddings import Embeddings
from .encoder import Matrix
from .library import Library
from .recorded import Recorded

APART = 0.65
"""Mean cosine distance, what all questions have in common taken out, up to which two heaps are one.

Chosen on 1,809 known questions of the shipped documents, 276 clauses: homogeneity 0.83, completeness 0.75. Two heaps of one
matter cost a reader a line; two matters in one heap hide one of them.
"""
MOST = 2_000
"""Questions that are compared, the most asked: all pairs of them are, 16 MB at this number."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean much the same."""

    count: int
    """How often any of them was asked."""
    examples: tuple[str, ...]
    """The most asked first."""
    questions: int
    """How many there are in different words."""
    reason: Reason
    """Why the most asked one is declined now."""
    nearest: tuple[Source, ...]
    """What stands nearest to it in the documents."""
    first: date
    last: date

    def to_json(self) -> dict[str, Any]:
        nearest = [{"document": each.document, "locator": each.locator, "quote": each.quote} for each in self.nearest]
        return {
            "count": self.count,
            "questions": self.questions,
            "examples": list(self.examples),
            "reason": self.reason,
            "nearest": nearest,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
        }


def gaps(library: Library, asked: Sequence[Recorded], as_of: date) -> list[Gap]:
    """The heaps of what is still not answered; a question that a newer document answers is a gap no longer."""
    unanswered = sorted((each for each in asked if not each.answered), key=lambda each: -each.count)[:MOST]
    embeddings = Embeddings(library.store.folder / "embeddings", library.encoder)
    vectors = embeddings.of([each.question for each in unanswered], questions=True)
    declined: dict[int, Decline] = {}
    for at, each in enumerate(unanswered):
        now = library.answer(each.question, as_of, vectors[at])
        if isinstance(now, Decline):
            declined[at] = now
    if not declined:
        return []
    places = list(declined)
    heaps: dict[int, list[int]] = {}
    for place, label in zip(places, alike(vectors[places], library.usual), strict=True):
        heaps.setdefault(label, []).append(place)
    found = [_gap([unanswered[at] for at in heap], declined[heap[0]]) for heap in heaps.values()]
    return sorted(found, key=lambda gap: (-gap.count, -gap.last.toordinal(), gap.examples))


def _gap(heap: Sequence[Recorded], first: Decline) -> Gap:
    return Gap(
        count=sum(each.count for each in heap),
        examples=tuple(each.question for each in heap[:EXAMPLES]),
        questions=len(heap),
        reason=first.reason,
        nearest=first.suggestions[:1],
        first=min(each.first for each in heap),
        last=max(each.last for each in heap),
    )


def alike(vectors: Matrix, usual: NDArray[np.float32] | None = None, apart: float = APART) -> list[int]:
    """A label for each row: agglomerative clustering, average linkage, cosine. ``usual`` is taken out of every row first.

    e5 puts any two questions at a cosine above 0.75; what they share says nothing about them.
    """
    if len(vectors) < 2:
        return [0] * len(vectors)
    from sklearn.cluster import AgglomerativeClustering  # never loads while serving

    own = vectors if usual is None else vectors - usual
    own = own / np.maximum(1e-9, np.linalg.norm(own, axis=1, keepdims=True))
    clustering = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=apart)
    return [int(label) for label in clustering.fit_predict(own)]
