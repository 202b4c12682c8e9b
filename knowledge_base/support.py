"""How well the found clauses support an answer: numbers that can be compared across questions and across libraries.

Retrieval scores alone cannot tell that the right document is missing. What is measured here: how near the clauses lie once
what all questions and all clauses have in common is taken out; which words of the question the clause, its document and
the whole library have; whether the clause contains the kind of thing that is asked for; whether the clauses found agree.

Nothing here may tell how large the library is: a gate fitted on a full library and the same one without a document
would learn to count documents.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .about import Floats
from .document import Document
from .encoder import Matrix, Vector
from .index import Found, Hit, Index
from .lexical import plain, tokens
from .wording import Wording, asked_for, foreign, given, sharp

FEATURES = (
    *("library_rare", "library", "clause", "clause_rare", "best", "best_rare", "words", "words_rare"),
    *("document", "document_rare", "title", "title_rare", "three", "three_rare"),
    *("library_gap", "library_gap_rare", "clause_gap", "clause_gap_rare", "document_gap", "document_gap_rare"),
    *("longest", "longest_share", "content", "length", "spoken", "foreign"),
    *("cosine", "nearest", "cosines", "cosine_margin", "meaning", "below_nearest"),
    *("centred", "centred_three", "centred_most", "centred_mean", "centred_margin"),
    *("alike_second", "alike_mean"),
    *("bm25", "bm25_first", "bm25_margin", "agreement", "one_document", "documents"),
    *("asked_before", "wants", "wants_given", "sharp_given"),
    *("about_outside", "about_person", "about_school", "speaks_of_person"),
)
LOOKED_AT = 5
"""Hits whose words, vectors and documents are compared."""
NOTHING_WANTED = 0.7
"""What counts as given where a question asks for nothing in particular: the share of given things otherwise."""
KEPT = 256
"""Documents kept folded (some 10 MB); the same id is the same text."""

_folded: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Common:
    """What all questions and what all clauses have in common, of one encoder; see ``fit.py``."""

    question: Vector
    """``float32[d]``: the mean of many questions, not normalised."""
    clause: Vector
    """``float32[d]``: the mean of many clauses, not normalised."""


def support(
    index: Index, question: str, vector: Vector, found: Found, common: Common, about: Sequence[float] | Floats
) -> NDArray[np.float64]:
    """``float64[len(FEATURES)]`` for a search that found something. About a millisecond.

    ``vector`` is the question embedded, ``about`` what :meth:`About.scores` says of it. Raises ``ValueError`` where
    nothing was found.
    """
    if index.lexical is None or not found.hits:
        raise ValueError("nothing was found: there is nothing to judge")
    told = {
        **_words(index, question, found),
        **_vectors(index, vector, found, common),
        **_scores(question, found),
        **_wants(question, found.hits[0]),
        **dict(zip(FEATURES[-len(about) :], map(float, about), strict=True)),
    }
    return np.array([told[name] for name in FEATURES], dtype=np.float64)


def _words(index: Index, question: str, found: Found) -> dict[str, float]:
    """Which words of the question stand where."""
    assert index.lexical is not None  # noqa: S101 - support() has seen to it
    wording = Wording.of(question)
    first = found.hits[0]
    rare = wording.rarity(index.lexical)
    library = wording.heard_of(index.lexical)
    clauses = [wording.covered(plain(hit.passage.indexed)) for hit in found.hits[:3]]
    words = wording.covered(_said(first))
    document = wording.covered(_document(first.document))
    title = wording.covered(plain(first.document.title))
    three = [max(each) for each in zip(*clauses, strict=True)]
    content = sum(wording.content)
    longest = wording.longest(plain(first.passage.indexed))
    told: dict[str, float] = {
        "library": wording.share(library),
        "library_rare": wording.share(library, rare),
        "clause": wording.share(clauses[0]),
        "clause_rare": wording.share(clauses[0], rare),
        "best": max(wording.share(each) for each in clauses),
        "best_rare": max(wording.share(each, rare) for each in clauses),
        "words": wording.share(words),
        "words_rare": wording.share(words, rare),
        "document": wording.share(document),
        "document_rare": wording.share(document, rare),
        "title": wording.share(title),
        "title_rare": wording.share(title, rare),
        "three": wording.share(three),
        "three_rare": wording.share(three, rare),
        "library_gap": wording.gap(library),
        "library_gap_rare": wording.gap(library, rare),
        "clause_gap": wording.gap(clauses[0]),
        "clause_gap_rare": wording.gap(clauses[0], rare),
        "document_gap": wording.gap(document),
        "document_gap_rare": wording.gap(document, rare),
        "longest": longest,
        "longest_share": longest / max(1, content),
        "content": min(30, content),
        "length": min(40, len(wording.said)),
        "spoken": wording.spoken,
        "foreign": min(2, len(foreign(index.lexical, question))),
    }
    return told


def _vectors(index: Index, vector: Vector, found: Found, common: Common) -> dict[str, float]:
    """How near the clauses lie. Some clauses lie near every question; the common part is taken out of both."""
    hits = found.hits
    cosines = np.array([hit.dense for hit in hits])
    rows = _unit(_rows(index, hits[:LOOKED_AT]) - common.clause)
    centred = rows @ _unit(np.asarray(vector, dtype=np.float32) - common.question)
    among = rows[1:] @ rows[0]
    ordered = np.sort(centred)
    return {
        "cosine": float(cosines[0]),
        "nearest": found.cosine,
        "cosines": float(cosines.mean()),
        "cosine_margin": found.cosine - float(np.median(cosines)),
        "meaning": found.meaning,
        "below_nearest": found.cosine - float(cosines[0]),
        "centred": float(centred[0]),
        "centred_three": float(centred[:3].max()),
        "centred_most": float(ordered[-1]),
        "centred_mean": float(centred.mean()),
        "centred_margin": float(centred[0] - ordered[-2]) if len(ordered) > 1 else 0.0,
        "alike_second": float(among[0]) if len(among) else 0.0,
        "alike_mean": float(among.mean()) if len(among) else 0.0,
    }


def _scores(question: str, found: Found) -> dict[str, float]:
    """What the searches themselves say, and whether the hits agree on a document."""
    hits = found.hits
    root = math.sqrt(max(1, len(tokens(question))))
    others = max((hit.lexical for hit in hits[1:]), default=0.0)
    stands_in = [hit.document.id for hit in hits[:LOOKED_AT]]
    return {
        "bm25": found.bm25 / root,
        "bm25_first": hits[0].lexical / root,
        "bm25_margin": (hits[0].lexical - others) / root,
        "agreement": found.agreement,
        "one_document": stands_in.count(stands_in[0]) / len(stands_in),
        "documents": float(len(set(stands_in))),
        "asked_before": found.asked_before,
    }


def _wants(question: str, first: Hit) -> dict[str, float]:
    """Whether the first clause contains the kind of thing the question asks for."""
    kinds = asked_for(plain(question))
    text = _said(first)
    every = [given(kind, text) for kind in kinds]
    sharply = [given(kind, text) for kind in kinds if sharp(kind)]
    return {
        "wants": float(len(kinds)),
        "wants_given": sum(every) / len(every) if every else NOTHING_WANTED,
        "sharp_given": sum(sharply) / len(sharply) if sharply else NOTHING_WANTED,
    }


def _said(hit: Hit) -> str:
    """The clause alone, folded, without title and headings."""
    return plain(hit.document.text[hit.passage.start : hit.passage.end])


def _document(document: Document) -> str:
    """The whole document, folded; kept for those that were looked at before."""
    found = _folded.get(document.id)
    if found is None:
        if len(_folded) >= KEPT:
            _folded.clear()
        found = _folded[document.id] = plain(f"{document.title}\n{document.text}")
    return found


def _rows(index: Index, hits: tuple[Hit, ...]) -> Matrix:
    """``float32[len(hits), d]``: the vectors of the passages."""
    return index.dense.reconstruct(np.array([hit.place for hit in hits], dtype=np.int64))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one; zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(lengths, 1e-9)
    return unit
