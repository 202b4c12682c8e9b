"""Where the vectors of passages are kept and searched: faiss in files here, pgvector in :mod:`pgvectors`.

Every store filters inside its own search. One that searched first and filtered afterwards would come back with too few
passages exactly where a filter matters: for one document, or for the day before a new rule.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before faiss loads its OpenMP: see encoder.py

import faiss
import numpy as np
from numpy.typing import NDArray

from .encoder import Matrix, Vector

faiss.omp_set_num_threads(1)

EXACT_UP_TO = 50_000
"""Passages that are searched one by one (6 ms for 100,000); more are kept in cells of eight-bit vectors."""
FEW = 2_000
"""As few allowed passages are compared one by one whatever the store: cells would miss most of them."""
SETTING = "COUNSELLOR_VECTORS"
"""``postgresql://…``: vectors are kept there instead of in files."""
_TRAINED_ON = 128
"""Vectors for each cell that k-means sees; more changed no recall."""
_AT_ONCE = 20_000
"""Rows added in one step, so that building does not need the matrix twice."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which documents, and with them which passages, a search may find."""

    documents: NDArray[np.bool_]
    """``bool[documents]``"""
    passages: NDArray[np.bool_]
    """``bool[n]``"""
    bits: NDArray[np.uint8]
    """The same as :attr:`passages`, eight to a byte, the lowest bit first: faiss's ``IDSelectorBitmap``."""
    count: int
    """How many passages."""

    @classmethod
    def of(cls, documents: Sequence[bool] | NDArray[np.bool_], owners: NDArray[np.int32]) -> Allowed:
        """``owners``: ``int32[n]``, the document of each passage."""
        chosen = np.asarray(documents, dtype=bool)
        passages = chosen[owners] if len(owners) else np.zeros(0, dtype=bool)
        return cls(chosen, passages, np.packbits(passages, bitorder="little"), int(passages.sum()))


class VectorStore(Protocol):
    """Vectors of one version of the documents, by place: 0 for the first passage of the first document."""

    @property
    def size(self) -> int:
        """How many vectors there are."""

    @property
    def dimensions(self) -> int: ...

    def add(self, vectors: Matrix, owners: NDArray[np.int32]) -> None:
        """Takes in the next rows; ``owners`` are the documents they belong to. Only before it is searched."""

    def search(self, query: Vector, k: int, allowed: Allowed) -> NDArray[np.int64]:
        """The places of the ``k`` largest inner products among what is allowed, the largest first; fewer where fewer are."""

    def reconstruct(self, places: NDArray[np.int64]) -> Matrix:
        """``float32[len(places), d]``: the vectors as they are kept."""

    def save(self, folder: Path) -> None:
        """Writes what :func:`load` needs, plain files only."""


class FaissVectors:
    """faiss in memory: every vector (``Flat``), or eight bits a dimension in cells (``IVF…,SQ8``) for large libraries."""

    FILE = "dense.faiss"

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def planned(cls, dimensions: int, sample: Matrix, count: int, before: VectorStore | None = None) -> FaissVectors:
        """An empty store for ``count`` vectors like those in ``sample``.

        Cells that were trained for the version before are used again while the library has not doubled or halved:
        training costs seconds, and one changed notice moves no centre.
        """
        if count <= EXACT_UP_TO:
            return cls(faiss.IndexFlatIP(dimensions))
        cells = _cells(count)
        if isinstance(before, FaissVectors) and before.cells == cells and before.dimensions == dimensions:
            emptied = faiss.clone_index(before._index)
            emptied.reset()
            return cls(emptied)
        index: Any = faiss.index_factory(dimensions, f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.cp.max_points_per_centroid = _TRAINED_ON
        draw = np.random.default_rng(7)
        chosen = np.sort(draw.choice(len(sample), min(len(sample), cells * _TRAINED_ON), replace=False))
        index.train(np.ascontiguousarray(sample[chosen], dtype=np.float32))
        return cls(index)

    @property
    def size(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._index.d)

    @property
    def cells(self) -> int:
        """How many cells; 0 where every vector is compared."""
        return int(self._index.nlist) if isinstance(self._index, faiss.IndexIVF) else 0

    def add(self, vectors: Matrix, owners: NDArray[np.int32]) -> None:
        for start in range(0, len(vectors), _AT_ONCE):
            self._index.add(np.ascontiguousarray(vectors[start : start + _AT_ONCE], dtype=np.float32))
        if self.cells:
            self._index.make_direct_map()

    def search(self, query: Vector, k: int, allowed: Allowed) -> NDArray[np.int64]:
        count = min(k, allowed.count)
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        row = np.ascontiguousarray(query, dtype=np.float32).reshape(1, -1)
        library: Any = faiss
        selector = library.IDSelectorBitmap(len(allowed.passages), faiss.swig_ptr(allowed.bits))
        if not self.cells:
            return self._found(row, count, library.SearchParameters(sel=selector))
        if allowed.count <= FEW:
            places = np.flatnonzero(allowed.passages)
            best = np.argsort(-(self.reconstruct(places) @ row[0]), kind="stable")[:count]
            return places[best]
        for probed in (min(64, max(32, self.cells // 8)), self.cells):
            found = self._found(row, count, library.SearchParametersIVF(sel=selector, nprobe=probed))
            if len(found) == count:
                break
        return found

    def _found(self, row: Matrix, count: int, parameters: Any) -> NDArray[np.int64]:
        _, places = self._index.search(row, count, params=parameters)
        return np.asarray(places[0][places[0] >= 0], dtype=np.int64)

    def reconstruct(self, places: NDArray[np.int64]) -> Matrix:
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(places, dtype=np.int64)))

    def save(self, folder: Path) -> None:
        faiss.write_index(self._index, str(folder / self.FILE))

    @classmethod
    def load(cls, folder: Path) -> FaissVectors:
        """Raises ``ValueError`` or ``RuntimeError`` where the file is not one that :meth:`save` wrote."""
        index: Any = faiss.read_index(str(folder / cls.FILE))
        if type(index).__name__ not in ("IndexFlatIP", "IndexIVFScalarQuantizer"):
            raise ValueError(f"{cls.FILE} holds a {type(index).__name__}")
        if index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise ValueError(f"{cls.FILE} measures another distance")
        loaded = cls(index)
        if loaded.cells:
            _check_cells(index)
            index.make_direct_map()
        elif not bool(np.isfinite(faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)).all()):
            raise ValueError(f"{cls.FILE} holds what is no number")
        return loaded


def build(
    vectors: Matrix, owners: NDArray[np.int32], before: VectorStore | None = None, setting: str | None = None
) -> VectorStore:
    """A store with these rows, of the kind ``setting`` asks for (by default :data:`SETTING` of the environment)."""
    url = os.environ.get(SETTING, "") if setting is None else setting
    store: VectorStore
    if url:
        from .pgvectors import PostgresVectors

        store = PostgresVectors.planned(url, vectors.shape[1])
    else:
        store = FaissVectors.planned(vectors.shape[1], vectors, len(vectors), before)
    store.add(vectors, owners)
    return store


def load(folder: Path) -> VectorStore:
    """What a store's ``save`` wrote. Raises ``ValueError``, ``RuntimeError`` or ``OSError`` where it does not fit."""
    beside = folder / "vectors.json"
    if beside.exists():
        from .pgvectors import PostgresVectors

        return PostgresVectors.load(os.environ.get(SETTING, ""), json.loads(beside.read_text(encoding="utf-8")))
    return FaissVectors.load(folder)


def _cells(count: int) -> int:
    """Cells for so many vectors: the power of two nearest to 1.3 √n (512 for 100,000 and 1,024 for a million)."""
    return int(2 ** round(math.log2(1.3 * math.sqrt(count))))


def _check_cells(index: Any) -> None:
    """Raises ``ValueError`` unless every place from 0 to n − 1 stands in exactly one cell."""
    seen = np.zeros(index.ntotal, dtype=bool)
    for ids in _ids(index):
        if len(ids) and (ids.min() < 0 or ids.max() >= index.ntotal or seen[ids].any()):
            raise ValueError("a cell names a passage that is not there, or one that another cell has")
        seen[ids] = True
    if not seen.all():
        raise ValueError("a passage stands in no cell")


def _ids(index: Any) -> Iterator[NDArray[np.int64]]:
    lists = index.invlists
    for cell in range(index.nlist):
        length = lists.list_size(cell)
        yield faiss.rev_swig_ptr(lists.get_ids(cell), length).copy() if length else np.zeros(0, dtype=np.int64)
