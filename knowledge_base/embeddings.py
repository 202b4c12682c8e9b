"""Vectors already computed, by the hash of their text: a changed document costs only its changed clauses."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encoder import Encoder, Matrix

log = logging.getLogger(__name__)

MOST = 600_000
"""Vectors in the file (0.9 GB at 384 dimensions); beyond that only those this process asked for are kept."""
_AT_ONCE = 4_096
"""Texts looked up and checked in one step."""


class Embeddings:
    """A file of vectors for one encoder. Losing it costs time, never correctness.

    Records of one length follow each other: hash, vector, checksum. New ones are added at the end, so a small change
    writes little; a torn end, or a record that does not fit its checksum, is computed anew.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.encoder = encoder
        self.path = folder / (re.sub(r"[^A-Za-z0-9.]+", "-", encoder.id) + ".vectors")
        self.computed = 0
        """How many texts had to be embedded so far."""
        self._record = np.dtype([("key", "V16"), ("vector", "<f4", (encoder.dimensions,)), ("check", "<u4")])
        self._stored: NDArray[Any] = self._mapped()
        self._places = self._found()
        self._fresh: dict[bytes, NDArray[np.float32]] = {}
        self._used: dict[bytes, None] = {}

    def of(self, texts: Sequence[str], *, questions: bool = False) -> Matrix:
        """``float32[len(texts), d]``: from the file where the text is known, else from the encoder.

        ``questions`` are embedded as what is asked, everything else as what is searched.
        """
        found = np.empty((len(texts), self.encoder.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            found[start : start + len(part)] = self._of(part, [self._key(text, questions) for text in part], questions)
        return found

    def put(self, texts: Sequence[str], vectors: Matrix) -> None:
        """Takes in vectors of passages that were computed elsewhere, by this very encoder."""
        self._fresh |= {self._key(text, False): row for text, row in zip(texts, vectors, strict=True)}

    def save(self) -> None:
        """Adds what was computed to the file, on the disk when this returns."""
        if not self._fresh:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if len(self._stored) + len(self._fresh) > MOST:
                self._rewrite()
            else:
                with self.path.open("ab") as file:
                    whole = file.tell() // self._record.itemsize * self._record.itemsize
                    file.truncate(whole)  # what a writer that was killed left of a record
                    file.write(self._records(self._fresh).tobytes())
                    file.flush()
                    os.fsync(file.fileno())
        self._stored, self._fresh = self._mapped(), {}
        self._places = self._found()

    def _of(self, texts: Sequence[str], keys: Sequence[bytes], questions: bool) -> Matrix:
        self._used.update(dict.fromkeys(keys))
        vectors = self._kept(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        if missing:
            wanted = list(missing.values())
            encoder = self.encoder
            new = np.stack([encoder.query(text) for text in wanted]) if questions else encoder.passages(wanted)
            self.computed += len(missing)
            fresh = dict(zip(missing, new.astype(np.float32), strict=True))
            self._fresh |= fresh
            vectors |= fresh
        return np.stack([vectors[key] for key in keys])

    def _kept(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are known, those of the file only with their checksum."""
        vectors = {key: self._fresh[key] for key in keys if key in self._fresh}
        there = [(key, place) for key in dict.fromkeys(keys) if (place := self._places.get(key)) is not None]
        rows = self._stored["vector"][[place for _, place in there]]
        checks = self._stored["check"][[place for _, place in there]].tolist()
        for (key, _), row, check in zip(there, rows, checks, strict=True):
            if _check(key, row) == check:
                vectors.setdefault(key, row)
        return vectors

    def _records(self, vectors: dict[bytes, NDArray[np.float32]]) -> NDArray[Any]:
        records = np.empty(len(vectors), dtype=self._record)
        for at, (key, vector) in enumerate(vectors.items()):
            records[at] = (np.void(key), vector, _check(key, vector))
        return records

    def _rewrite(self) -> None:
        """Keeps what this process asked for, and nothing else."""
        kept: dict[bytes, NDArray[np.float32]] = {}
        used = list(self._used)
        for start in range(0, len(used), _AT_ONCE):
            kept |= self._kept(used[start : start + _AT_ONCE])
        beside = self.path.with_suffix(".tmp")
        with beside.open("wb") as file:
            file.write(self._records(kept).tobytes())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path)

    def _mapped(self) -> NDArray[Any]:
        """The whole records of the file, not read before they are used."""
        try:
            count = self.path.stat().st_size // self._record.itemsize
            if count:
                return np.memmap(self.path, dtype=self._record, mode="r", shape=(count,))
        except FileNotFoundError:
            pass
        except OSError as error:
            log.warning("embeddings.unreadable path=%s error=%s", self.path.name, type(error).__name__)
        return np.empty(0, dtype=self._record)

    def _found(self) -> dict[bytes, int]:
        keys = self._stored["key"].tobytes()
        return {keys[16 * at : 16 * at + 16]: at for at in range(len(keys) // 16)}

    @staticmethod
    def _key(text: str, questions: bool) -> bytes:
        kind = "question\n" if questions else ""
        return hashlib.sha256((kind + text).encode()).digest()[:16]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, among processes too."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _check(key: bytes, vector: NDArray[np.float32]) -> int:
    return zlib.crc32(np.asarray(vector, dtype="<f4").tobytes(), zlib.crc32(key))
