"""Which of the passages that were found comes first: the scores of all searches in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .encoder import Matrix, Vector

DENSE_SHARE = 0.6
"""Weight of meaning in the fusion of standard scores; with the next two chosen on the development questions."""
KNOWN = 5.0
"""Weight of a question that was asked before, beside the fusion's standard scores."""
ALIKE = 0.5
"""From this cosine on a known question counts as alike; both chosen on the development questions."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The passages worth ranking for one question, and what each search says of them; all arrays have one row each."""

    question: str
    query: Vector
    """``float32[d]``: the question as it was embedded."""
    places: NDArray[np.int64]
    """``int64[m]``: their places in the index."""
    vectors: Matrix
    """``float32[m, d]``"""
    meanings: NDArray[np.float32]
    """``float32[m]``: inner products, the usual question taken out."""
    own: NDArray[np.float32]
    """``float32[m]``: BM25 of the question's own tokens."""
    lexical: NDArray[np.float32]
    """``float32[m]``: BM25, the widening words included."""
    asked_before: NDArray[np.float32]
    """``float32[m]``: the cosine with the likest known question each of them answers, 0…1."""
    unasked: NDArray[np.bool_]
    """``bool[m]``: of which nobody wrote down how students ask."""


def fuse(pool: Pool) -> NDArray[np.float32]:
    """``float32[m]``: orders the passages of this one question, says nothing across questions."""
    fused: NDArray[np.float32] = DENSE_SHARE * _z(pool.meanings) + (1 - DENSE_SHARE) * _z(pool.lexical)
    # What was never written down is not unlike the question: it is not put behind what was. That holds back only the known
    # questions of something else.
    alike = np.maximum(0.0, pool.asked_before - ALIKE)
    fused += KNOWN * np.where(pool.unasked, alike.max(initial=0.0), alike)
    return fused


def _z(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard scores; zeros where all are the same."""
    spread = float(scores.std())
    return np.zeros_like(scores) if spread < 1e-9 else (scores - scores.mean()) / spread
