"""Vectors already computed, by the hash of their text: a changed document costs only its changed clauses."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .encoder import Encoder, Matrix

log = logging.getLogger(__name__)

MOST = 50_000
"""Vectors kept (75 MB at 384 dimensions); those not used for longest go first."""


class Embeddings:
    """A file of vectors for one encoder. Losing it costs time, never correctness."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.encoder = encoder
        self.path = folder / (re.sub(r"[^A-Za-z0-9.]+", "-", encoder.id) + ".npz")
        self._known: dict[str, np.ndarray] = {}
        self.computed = 0
        """How many texts had to be embedded so far."""
        self._read()

    def of(self, texts: Sequence[str], *, questions: bool = False) -> Matrix:
        """``float32[len(texts), d]``: from the file where the text is known, else from the encoder.

        ``questions`` are embedded as what is asked, everything else as what is searched.
        """
        kind = "question\n" if questions else ""
        keys = [hashlib.sha256((kind + text).encode()).hexdigest()[:32] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            wanted = list(missing.values())
            vectors = (
                np.stack([self.encoder.query(text) for text in wanted]) if questions else self.encoder.passages(wanted)
            )
            self.computed += len(missing)
            self._known.update(zip(missing, vectors, strict=True))
        for key in keys:
            self._known[key] = self._known.pop(key)  # used last stands last
        if not keys:
            return np.empty((0, self.encoder.dimensions), dtype=np.float32)
        return np.stack([self._known[key] for key in keys]).astype(np.float32)

    def save(self) -> None:
        """Replaces the file."""
        kept = list(self._known.items())[-MOST:]
        if not kept:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".tmp")
        with beside.open("wb") as file:
            np.savez(
                file,
                engine=np.array(self.encoder.id),
                keys=np.array([key for key, _ in kept]),
                vectors=np.stack([vector for _, vector in kept]).astype(np.float32),
            )
        os.replace(beside, self.path)

    def _read(self) -> None:
        if not self.path.exists():
            return
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                vectors = stored["vectors"]
                keys = stored["keys"]
                engine = str(stored["engine"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            log.warning("embeddings.unreadable path=%s error=%s", self.path.name, error)
            return
        if engine == self.encoder.id and vectors.shape == (len(keys), self.encoder.dimensions):
            self._known = dict(zip(map(str, keys), vectors, strict=True))
