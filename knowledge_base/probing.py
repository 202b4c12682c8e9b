"""Probe queries: what a version finds before it is written must be what it finds when it is read back.

Digests prove that bytes are unchanged, not that they are an index: a probe asks the index itself, as a student would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from .encoder import Encoder
from .index import Index
from .manifest import Damaged

PROBES = 3
DEEP = 10
"""How many hits of each probe are compared."""
LONG = 60
"""Characters of a passage that are asked for."""

Probe = Mapping[str, Any]
"""``{"question", "as_of", "hits": [[document id, start], …]}``, JSON."""


def probes(index: Index, encoder: Encoder) -> list[Probe]:
    """A few passages asked for in their own words. Raises :class:`Damaged` where none of them finds itself."""
    asked: list[Probe] = []
    themselves = 0
    every = [(document, passage) for document in index.documents for passage in document.passages]
    for document, passage in (every[at] for at in _spread(len(every))):
        question = " ".join(document.text[passage.start : passage.end].split())[:LONG]
        # On its first day a document is in force unless it never was.
        as_of = document.since or document.repealed or date.today()
        hits = _hits(index, encoder, question, as_of)
        words = document.text[passage.start : passage.end]
        own = {(each.id, other.start) for each, other in every if each.text[other.start : other.end] == words}
        themselves += any((id, start) in own for id, start in hits) or not document.in_force(as_of)
        asked.append({"question": question, "as_of": as_of.isoformat(), "hits": [list(hit) for hit in hits]})
    if asked and not themselves:
        raise Damaged("no passage is found by its own words")
    return asked


def compare(index: Index, encoder: Encoder, expected: Sequence[Probe]) -> None:
    """Raises :class:`Damaged` where a probe finds something else than what was written down."""
    for probe in expected:
        found = _hits(index, encoder, probe["question"], date.fromisoformat(probe["as_of"]))
        if [list(hit) for hit in found] != [list(hit) for hit in probe["hits"]]:
            raise Damaged(f"“{probe['question'][:20]}” finds something else than before it was published")


def _hits(index: Index, encoder: Encoder, question: str, as_of: date) -> list[tuple[str, int]]:
    found = index.search(question, encoder.query(question), as_of, DEEP)
    return [(hit.document.id, hit.passage.start) for hit in found.hits]


def _spread(size: int) -> list[int]:
    """The first, some between and the last."""
    count = min(PROBES, size)
    return sorted({round(at * (size - 1) / max(1, count - 1)) for at in range(count)})
