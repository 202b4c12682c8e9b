"""An answer is a quotation with its source, or an honest refusal. Nothing here writes a fact of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .document import Document, Passage, Span
from .encoder import Vector
from .excerpt import announced, excerpt
from .gate import Gate, Judge, features, known, overlap
from .index import Found, Hit, Index
from .scope import other_university, private_data

Reason = Literal["out_of_domain", "out_of_scope", "not_found", "unsure"]

SUGGESTIONS = 3
SECOND_WITHIN = 0.15
"""A second clause is quoted when its score is at most this share below the first."""
LONGEST_TOGETHER = 420
"""Code points of two quotations: more is not read on a phone."""


@dataclass(frozen=True, slots=True)
class Source:
    """One quoted slice of one document."""

    document_id: str
    document: str
    """Title."""
    number: str | None
    locator: str
    page: int | None
    quote: str
    """Exactly ``text[start:end]`` of the stored document."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say."""

    text: str
    """For a student's phone, without markup: where it stands, then the words themselves."""
    confidence: float
    """Probability that the first source answers the question, 0…1."""
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why there is no answer, and what stands nearest."""

    reason: Reason
    suggestions: tuple[Source, ...]


def answer(
    index: Index, gate: Gate, own: frozenset[str], question: str, vector: Vector, as_of: date
) -> Answer | Decline:
    """Searches, judges, quotes. ``own`` are the universities the documents come from."""
    found = index.search(question, vector, as_of, k=10, usual=gate.usual)
    if not found.hits or index.lexical is None:
        return Decline("not_found", ())
    if other_university(question, own) or private_data(question):
        return Decline("out_of_scope", _nearest(index, found, question))
    judge = gate.judge(found)
    sure = judge.probability(features(index, question, found))
    if sure < judge.answer_at:
        return Decline(_why(index, judge, question, sure), _nearest(index, found, question))
    quoted = [_source(index, found.hits[0], question)]
    second = _second(index, found.hits, question, quoted[0])
    if second is not None:
        quoted.append(second)
    by_id = {hit.document.id: hit for hit in found.hits}
    text = "\n\n".join(_said(by_id[source.document_id].document, source, found.hits) for source in quoted)
    return Answer(text, round(sure, 3), tuple(quoted))


def _nearest(index: Index, found: Found, question: str) -> tuple[Source, ...]:
    return tuple(_source(index, hit, question) for hit in found.hits[:SUGGESTIONS])


def _why(index: Index, judge: Judge, question: str, sure: float) -> Reason:
    if sure >= judge.doubt_at:
        return "unsure"
    # The words are ours but no clause answers: the documents do not cover it.
    inside = index.lexical is not None and known(index.lexical, question) >= 0.6
    return "not_found" if inside else "out_of_domain"


def _second(index: Index, hits: tuple[Hit, ...], question: str, first: Source) -> Source | None:
    """A different clause that scores nearly as high and adds words of the question the first does not have."""
    if index.lexical is None or len(hits) < 2:
        return None
    best, other = hits[0], hits[1]
    if best.score - other.score > SECOND_WITHIN * abs(best.score):
        return None
    if other.document.id == best.document.id and _article(other.passage) == _article(best.passage):
        return None
    source = _source(index, other, question)
    if len(first.quote) + len(source.quote) > LONGEST_TOGETHER or source.quote == first.quote:
        return None
    alone = overlap(index.lexical, question, best.passage.indexed)
    together = overlap(index.lexical, question, best.passage.indexed + other.passage.indexed)
    return source if together > alone + 0.05 else None


def _article(passage: Passage) -> str:
    """The clause a passage belongs to: the locator up to its 条."""
    return passage.locator[: passage.locator.index("条") + 1] if "条" in passage.locator else passage.locator


def _source(index: Index, hit: Hit, question: str) -> Source:
    document, passage = hit.document, hit.passage
    start, end = passage.start, passage.end
    if index.lexical is not None:
        start, end = excerpt(document, passage, question, index.lexical)
    return Source(
        document_id=document.id,
        document=document.title,
        number=document.number,
        locator=passage.locator,
        page=document.page(start),
        quote=document.text[start:end],
        start=start,
        end=end,
    )


def _said(document: Document, source: Source, hits: tuple[Hit, ...]) -> str:
    """``《…》第二十条：`` and the words, or the row with a line for each column."""
    fields = next((hit.passage.fields for hit in hits if _is(hit, source) and hit.passage.fields), ())
    head = f"《{document.title}》{source.locator}："
    if fields:
        return head + "\n" + "\n".join(f"{name}：{_cell(document, cell)}" for name, cell in fields if cell[1] > cell[0])
    return f"{head}{announced(document, source.start)}\n“{source.quote}”"


def _cell(document: Document, cell: Span) -> str:
    return document.text[cell[0] : cell[1]]


def _is(hit: Hit, source: Source) -> bool:
    return hit.document.id == source.document_id and hit.passage.start <= source.start < hit.passage.end
