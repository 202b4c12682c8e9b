"""The search over passages: meaning (faiss) and characters (BM25), fused, only what is in force."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from . import shelf, vectors
from .document import ANYBODY, Document, Passage, Who
from .encoder import Matrix, Vector
from .lexical import Lexical, tokens, widened
from .ranking import ALIKE, Pool, fuse
from .spelling import Spelling
from .vectors import Allowed, VectorStore

FILTERS = 64
"""How many filters are kept ready: a day and a kind of student each."""
PROBED = 3
"""Passages whose text, vector and tokens are compared when an index is loaded."""
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
    place: int
    """Where the passage stands in the index."""


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


class Passages(Sequence[Passage]):
    """The passages of all documents in one row; those of a shelved document are read when they are asked for."""

    def __init__(self, documents: Sequence[Document], starts: NDArray[np.int64]) -> None:
        """``starts``: ``int64[documents + 1]``, the place of each document's first passage."""
        self._documents, self._starts = documents, starts

    def __len__(self) -> int:
        return int(self._starts[-1])

    @overload
    def __getitem__(self, at: int) -> Passage: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, at: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(len(self))))
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(at)
        owner = int(np.searchsorted(self._starts, place, side="right")) - 1
        return self._documents[owner].passages[place - int(self._starts[owner])]

    def __iter__(self) -> Iterator[Passage]:
        return (passage for document in self._documents for passage in document.passages)


@dataclass(frozen=True, slots=True)
class Index:
    """Every passage of every published document; immutable, safe among threads."""

    documents: tuple[Document, ...]
    engine_id: str
    dense: VectorStore
    lexical: Lexical | None
    owners: NDArray[np.int32]
    """``int32[n]``: which document each passage belongs to."""
    passages: Passages
    known: Matrix
    """``float32[m, d]``: the known questions of every document, in order."""
    answered_by: NDArray[np.int32]
    """``int32[m]``: which passage answers each known question."""
    unasked: NDArray[np.bool_]
    """``bool[n]``: passages without a known question."""
    spelling: Spelling | None = None
    _filters: dict[Any, Allowed] = field(default_factory=dict, compare=False, repr=False)
    _freed: dict[str, tuple[Vector | None, NDArray[np.float32]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        vectors_of: Matrix,
        engine_id: str,
        known: Matrix | None = None,
        before: Index | None = None,
    ) -> Index:
        """``vectors_of``: one row per passage, in the order of the documents and their passages; ``known`` likewise.

        ``before`` is the version before: what has not changed since is taken from it, with the same result.
        """
        sizes = np.array([len(each.passages) for each in documents], dtype=np.int64)
        owners = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
        if len(owners) != len(vectors_of):
            raise ValueError(f"{len(owners)} passages, {len(vectors_of)} vectors")
        dense = vectors.build(vectors_of, owners, before.dense if before else None)
        texts = [text for document in documents for text in _searched(document)]
        lexical = Lexical.build(texts, before.lexical if before else None) if texts else None
        starts = np.concatenate([[0], np.cumsum(sizes)])
        answered_by = [starts[at] + place for at, each in enumerate(documents) for place, _ in each.known]
        spelling = Spelling.build(lexical, _names(documents), before.spelling if before else None) if lexical else None
        return cls.of(documents, sizes, engine_id, dense, lexical, known, answered_by, spelling)

    @classmethod
    def of(
        cls,
        documents: Sequence[Document],
        sizes: NDArray[np.int64],
        engine_id: str,
        dense: VectorStore,
        lexical: Lexical | None,
        known: Matrix | None = None,
        answered_by: Sequence[int] | NDArray[np.int32] = (),
        spelling: Spelling | None = None,
    ) -> Index:
        """Puts the parts together; ``sizes`` are the passages of each document. Raises ``ValueError`` where they do not fit."""
        count = int(sizes.sum())
        owners = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
        if dense.size != count or (lexical.size if lexical else 0) != count:
            raise ValueError(f"{count} passages, {dense.size} vectors, {lexical.size if lexical else 0} texts")
        asked = np.zeros((0, dense.dimensions), dtype=np.float32) if known is None else known
        by = np.array(answered_by, dtype=np.int32)
        if asked.shape != (len(by), dense.dimensions) or not np.isfinite(asked).all():
            raise ValueError(f"{len(by)} known questions, vectors of them {asked.shape}")
        if len(by) and not 0 <= int(by.min()) <= int(by.max()) < count:
            raise ValueError("a known question is answered by no passage")
        passages = Passages(documents, np.concatenate([[0], np.cumsum(sizes)]))
        unasked = np.ones(count, dtype=bool)
        unasked[by] = False
        # Column by column a product by one vector takes half as long.
        known_columns = np.asfortranarray(asked)
        return cls(tuple(documents), engine_id, dense, lexical, owners, passages, known_columns, by, unasked, spelling)

    def allowed(self, as_of: date, who: Who = ANYBODY, only: Collection[str] | None = None) -> Allowed:
        """What may be quoted to ``who`` as current on ``as_of``; ``only`` are ids of documents, ``None`` for all."""
        key = (as_of, who)
        found = self._filters.get(key)
        if found is None:
            current = np.array([each.in_force(as_of, who) for each in self.documents], dtype=bool)
            found = Allowed.of(current, self.owners)
            if len(self._filters) >= FILTERS:
                self._filters.clear()
            self._filters[key] = found
        if only is None:
            return found
        chosen = np.array([each.id in only for each in self.documents], dtype=bool)
        return Allowed.of(found.documents & chosen, self.owners)

    def respelled(self, question: str) -> str:
        """The question without slips of the pen, as far as they are beyond doubt. Whoever embeds it embeds this."""
        if self.lexical is None or self.spelling is None:
            return question
        return self.spelling.respelled(question, self.lexical)

    def search(
        self,
        question: str,
        vector: Vector,
        as_of: date,
        k: int = 5,
        usual: Vector | None = None,
        *,
        who: Who = ANYBODY,
        only: Collection[str] | None = None,
    ) -> Found:
        """The ``k`` best passages in force on ``as_of``, best first. An expired policy is worse than no answer.

        ``usual`` is the mean vector of many questions, ``float32[d]``, not normalised. ``who`` asks, and ``only`` in
        documents of these ids: both narrow the search itself.
        """
        allowed = self.allowed(as_of, who, only)
        if self.lexical is None or not allowed.count:
            return Found()
        question = self.respelled(question)
        own_words, other_words = tokens(question), widened(question)
        query = np.asarray(vector, dtype=np.float32)
        own_meaning = query if usual is None else query - USUAL * usual
        asked_before = self._asked_before(query, usual) * allowed.passages
        near = self.dense.search(own_meaning, POOL, allowed)
        alike = self.lexical.match(own_words, other_words, POOL, allowed.passages)
        likest = np.flatnonzero(asked_before > ALIKE)
        likest = likest[np.argsort(-asked_before[likest], kind="stable")[:POOL]]
        pool = np.unique(np.concatenate([near, alike.places, likest]))
        rows = self.dense.reconstruct(pool)
        own, lexical = alike.at(pool)
        cosines = rows @ query
        meanings = rows @ own_meaning
        fused = fuse(Pool(question, query, pool, rows, meanings, own, lexical, asked_before[pool], self.unasked[pool]))
        best = np.argsort(-fused, kind="stable")[:k]
        nearest, likeliest = np.argsort(-meanings)[:5], np.argsort(-lexical)[:10]
        return Found(
            hits=tuple(
                Hit(
                    self.passages[int(pool[at])],
                    self.documents[self.owners[pool[at]]],
                    float(fused[at]),
                    float(cosines[at]),
                    float(own[at]),
                    int(pool[at]),
                )
                for at in best
            ),
            cosine=float(cosines.max()),
            meaning=float(meanings.max()),
            bm25=float(lexical.max()),
            agreement=len(np.intersect1d(nearest, likeliest)) / len(nearest),
            asked_before=float(asked_before.max()),
        )

    def _asked_before(self, query: Vector, usual: Vector | None) -> NDArray[np.float32]:
        """``float32[n]``: for each passage the cosine with the likest known question it answers, both freed of the usual."""
        likest = np.zeros(len(self.passages), dtype=np.float32)
        if not len(self.known):
            return likest
        common = np.zeros_like(query) if usual is None else USUAL * usual
        own = query - common
        lengths = self._lengths(usual) * np.linalg.norm(own)
        alike = (self.known @ own - common @ own) / np.maximum(1e-9, lengths)
        np.maximum.at(likest, self.answered_by, alike.astype(np.float32))
        return likest

    def _lengths(self, usual: Vector | None) -> NDArray[np.float32]:
        """``float32[m]``: how long the known questions are once the usual is taken out; kept for the last one that was asked for."""
        kept = self._freed.get("usual")
        if kept is not None and kept[0] is usual:
            return kept[1]
        common = np.zeros(self.dense.dimensions, dtype=np.float32) if usual is None else USUAL * usual
        # |v − c|² = |v|² − 2 v·c + |c|², so that the known questions need not be kept twice.
        lengths = np.sqrt(np.maximum(1e-9, 1.0 - 2.0 * (self.known @ common) + common @ common)).astype(np.float32)
        self._freed["usual"] = (usual, lengths)
        return lengths

    def save(self, folder: Path) -> None:
        """Writes the documents and the searchable parts, plain files only."""
        shelf.write(folder, self.documents)
        self.dense.save(folder)
        np.save(folder / "known.npy", np.ascontiguousarray(self.known), allow_pickle=False)
        np.save(folder / "answered_by.npy", self.answered_by, allow_pickle=False)
        if self.lexical is not None:
            self.lexical.save(folder / "lexical")
        if self.spelling is not None:
            self.spelling.save(folder / "spelling.json")
        (folder / "probe.json").write_text(json.dumps(self._probe(self.documents)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, documents: Sequence[Document] | None, engine_id: str) -> Index:
        """What :meth:`save` wrote; the caller has verified the files.

        ``documents`` are those of the folder where the caller has them already; by default they stay on disk until they
        are read. Raises ``ValueError``, ``KeyError``, ``OSError`` or ``RuntimeError`` where parts do not fit each other.
        """
        shelved = shelf.Shelf(folder)
        there: Sequence[Document] = shelved if documents is None else documents
        sizes = shelved.sizes if documents is None else np.array([len(each.passages) for each in documents])
        size = int(sizes.sum())
        lexical = Lexical.load(folder / "lexical", size) if size else None
        known = np.load(folder / "known.npy", allow_pickle=False)
        answered_by = np.load(folder / "answered_by.npy", allow_pickle=False)
        spelling = Spelling.load(folder / "spelling.json") if size else None
        dense = vectors.load(folder)
        index = cls.of(there, sizes.astype(np.int64), engine_id, dense, lexical, known, answered_by, spelling)
        if index._probe(there) != json.loads((folder / "probe.json").read_text(encoding="utf-8")):
            raise ValueError("texts, vectors and characters are not of the same passages")
        return index

    def _probe(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        """What a few passages say of themselves in each part; parts of two versions would contradict each other."""
        size = len(self.passages)
        told: list[dict[str, Any]] = []
        for place in sorted({round(at * (size - 1) / (PROBED - 1)) for at in range(PROBED)} if size else ()):
            document = documents[int(self.owners[place])]
            at = place - int(np.searchsorted(self.owners, self.owners[place]))
            text = _searched(document)[at]
            vector = self.dense.reconstruct(np.array([place]))[0]
            scores = self.lexical.at(tokens(text), np.array([place])) if self.lexical else np.zeros(1)
            told.append(
                {
                    "place": place,
                    "document": document.id,
                    "characters": len(text),
                    "vector": [round(float(value), 4) for value in vector[:8]],
                    "bm25": round(float(scores[0]), 2),
                }
            )
        return told


def _names(documents: Sequence[Document]) -> list[str]:
    """Titles and headings."""
    found = [each.title for each in documents]
    for each in documents:
        found += [each.text[block.start : block.end] for block in each.blocks if block.kind in ("title", "heading")]
    return list(dict.fromkeys(found))


def _searched(document: Document) -> list[str]:
    """For each passage what its characters are searched in: its own text, and the questions it is known to answer."""
    texts = [passage.indexed for passage in document.passages]
    for place, question in document.known:
        texts[place] += f"\n{question}"
    return texts
