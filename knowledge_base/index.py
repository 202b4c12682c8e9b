"""The search over passages: meaning (faiss) and characters (BM25), fused, only what is in force."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before faiss loads its OpenMP: see encoder.py

import faiss
import numpy as np
from numpy.typing import NDArray

from .document import Document, Passage
from .encoder import Matrix, Vector
from .lexical import WIDENED, Lexical, tokens, widened
from .ranking import ALIKE, Pool, fuse

faiss.omp_set_num_threads(1)

POOL = 100
"""How many passages of each kind of search are fused."""
USUAL = 0.7
"""How much of the usual question is taken out of a question before it is compared.

Some passages lie near every question (hubs, Radovanović et al. 2010, JMLR 11); what all questions have in common is
what brings them up.
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found."""

    passage: Passage
    document: Document
    score: float
    """Fused: orders the hits of one question, says nothing across questions."""
    dense: float
    """Cosine."""
    lexical: float
    """BM25 of the question's own tokens."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found, and the absolute scores from which :mod:`gate` judges it."""

    hits: tuple[Hit, ...] = ()
    """Best first."""
    cosine: float = 0.0
    """The highest cosine of any passage in force."""
    meaning: float = 0.0
    """The highest inner product once the usual question is taken out."""
    bm25: float = 0.0
    """The highest BM25 of any passage in force, the widening words included."""
    asked_before: float = 0.0
    """How like the question is to the likest known one, 0…1."""
    agreement: float = 0.0
    """Which share of the five nearest by meaning are among the ten best by characters."""


@dataclass(frozen=True, slots=True)
class Index:
    """Every passage of every published document; immutable, safe among threads."""

    documents: tuple[Document, ...]
    engine_id: str
    dense: Any
    """``faiss.IndexFlatIP``: exact, 0.24 ms for 10,000 passages."""
    lexical: Lexical | None
    owners: NDArray[np.int32]
    """``int32[n]``: which document each passage belongs to."""
    passages: tuple[Passage, ...]
    known: Matrix
    """``float32[m, d]``: the known questions of every document, in order."""
    answered_by: NDArray[np.int32]
    """``int32[m]``: which passage answers each known question."""

    @classmethod
    def build(
        cls, documents: Sequence[Document], vectors: Matrix, engine_id: str, known: Matrix | None = None
    ) -> Index:
        """``vectors``: one row per passage, in the order of the documents and their passages; ``known`` likewise."""
        dense = faiss.IndexFlatIP(vectors.shape[1])
        dense.add(np.ascontiguousarray(vectors))
        texts = [text for document in documents for text in _searched(document)]
        lexical = Lexical.build(texts) if texts else None
        return cls.of(documents, engine_id, dense, lexical, known)

    @classmethod
    def of(
        cls,
        documents: Sequence[Document],
        engine_id: str,
        dense: Any,
        lexical: Lexical | None,
        known: Matrix | None = None,
    ) -> Index:
        """Puts the parts together. Raises ``ValueError`` where they do not fit each other."""
        passages = tuple(passage for document in documents for passage in document.passages)
        owners = np.repeat(np.arange(len(documents), dtype=np.int32), [len(each.passages) for each in documents])
        if dense.ntotal != len(passages) or (lexical.size if lexical else 0) != len(passages):
            raise ValueError(
                f"{len(passages)} passages, {dense.ntotal} vectors, {lexical.size if lexical else 0} texts"
            )
        starts = np.cumsum([0, *(len(each.passages) for each in documents)])
        answered_by = [starts[at] + place for at, each in enumerate(documents) for place, _ in each.known]
        asked = np.zeros((0, dense.d), dtype=np.float32) if known is None else known
        if len(asked) != len(answered_by):
            raise ValueError(f"{len(answered_by)} known questions, {len(asked)} vectors of them")
        return cls(
            tuple(documents), engine_id, dense, lexical, owners, passages, asked, np.array(answered_by, dtype=np.int32)
        )

    def in_force(self, as_of: date) -> NDArray[np.bool_]:
        """``bool[n]``: which passages may be quoted as current on that day."""
        current = np.array([document.in_force(as_of) for document in self.documents], dtype=bool)
        return current[self.owners] if len(self.owners) else np.zeros(0, dtype=bool)

    def search(self, question: str, vector: Vector, as_of: date, k: int = 5, usual: Vector | None = None) -> Found:
        """The ``k`` best passages in force on ``as_of``, best first. An expired policy is worse than no answer.

        ``usual`` is the mean vector of many questions, ``float32[d]``, not normalised.
        """
        allowed = self.in_force(as_of)
        if self.lexical is None or not allowed.any():
            return Found()
        own = self.lexical.scores(tokens(question))
        lexical = own + WIDENED * self.lexical.scores(widened(question))
        query = np.asarray(vector, dtype=np.float32)
        own_meaning = query if usual is None else query - USUAL * usual
        asked_before = np.where(allowed, self._asked_before(query, usual), 0.0)
        pool, vectors = self._pool(own_meaning, lexical, allowed, asked_before)
        cosines = vectors @ query
        meanings = vectors @ own_meaning
        fused = fuse(Pool(question, query, pool, vectors, meanings, own[pool], lexical[pool], asked_before[pool]))
        best = np.argsort(-fused, kind="stable")[:k]
        near, alike = np.argsort(-meanings)[:5], np.argsort(-lexical[pool])[:10]
        return Found(
            hits=tuple(
                Hit(
                    self.passages[pool[at]],
                    self.documents[self.owners[pool[at]]],
                    float(fused[at]),
                    float(cosines[at]),
                    float(own[pool[at]]),
                )
                for at in best
            ),
            cosine=float(cosines.max()),
            meaning=float(meanings.max()),
            bm25=float(lexical[pool].max()),
            agreement=len(np.intersect1d(near, alike)) / len(near),
            asked_before=float(asked_before.max()),
        )

    def _asked_before(self, query: Vector, usual: Vector | None) -> NDArray[np.float32]:
        """``float32[n]``: for each passage the cosine with the likest known question it answers, both freed of the usual."""
        likest = np.zeros(len(self.passages), dtype=np.float32)
        if not len(self.known):
            return likest
        common = np.zeros_like(query) if usual is None else USUAL * usual
        own = query - common
        # |v − c|² = |v|² − 2 v·c + |c|², so that the known questions need not be kept twice.
        products = self.known @ np.stack([own, common], axis=1)
        lengths = np.sqrt(np.maximum(1e-9, 1.0 - 2.0 * products[:, 1] + common @ common)) * np.linalg.norm(own)
        alike = (products[:, 0] - common @ own) / np.maximum(1e-9, lengths)
        np.maximum.at(likest, self.answered_by, alike.astype(np.float32))
        return likest

    def _pool(
        self,
        vector: Vector,
        lexical: NDArray[np.float32],
        allowed: NDArray[np.bool_],
        asked_before: NDArray[np.float32],
    ) -> tuple[NDArray[np.int64], Matrix]:
        """The passages worth fusing and their vectors: the best of either search, all of them allowed."""
        count = min(POOL, int(allowed.sum()))
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        _, near = self.dense.search(query, count, params=faiss.SearchParameters(sel=selector))  # type: ignore[call-arg]
        masked = np.where(allowed, lexical, -np.inf)
        top = np.argpartition(-masked, count - 1)[:count]
        likest = np.argpartition(-asked_before, count - 1)[:count]
        likest = likest[asked_before[likest] > ALIKE]
        pool = np.unique(np.concatenate([near[0][near[0] >= 0], top, likest]))
        return pool, self.dense.reconstruct_batch(pool)

    def save(self, folder: Path) -> None:
        """Writes the searchable parts beside the documents."""
        faiss.write_index(self.dense, str(folder / "dense.faiss"))
        np.save(folder / "known.npy", self.known, allow_pickle=False)
        if self.lexical is not None:
            self.lexical.save(folder / "lexical")

    @classmethod
    def load(cls, folder: Path, documents: Sequence[Document], engine_id: str) -> Index:
        """What :meth:`save` wrote; the caller has verified the files. Raises ``ValueError`` where they do not fit."""
        size = sum(len(document.passages) for document in documents)
        dense = faiss.read_index(str(folder / "dense.faiss"))
        lexical = Lexical.load(folder / "lexical", size) if size else None
        return cls.of(documents, engine_id, dense, lexical, np.load(folder / "known.npy", allow_pickle=False))


def _searched(document: Document) -> list[str]:
    """For each passage what its characters are searched in: its own text, and the questions it is known to answer."""
    texts = [passage.indexed for passage in document.passages]
    for place, question in document.known:
        texts[place] += f"\n{question}"
    return texts
