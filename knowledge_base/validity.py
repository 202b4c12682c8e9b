"""Which version is in force when: who repeals whom, who supersedes whom."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from .document import Document, same_title

TITLES = 1 << 15
"""Titles kept in the form in which they are compared."""


def merged(published: Iterable[Document], incoming: Iterable[Document]) -> list[Document]:
    """Everything published with what comes in, each version once, every ``repealed`` worked out anew."""
    kept: dict[int, Document] = {}
    turns: dict[Hashable, list[int]] = {}

    def keep(turn: int, document: Document) -> None:
        kept[turn] = document
        for mark in _marks(document):
            turns.setdefault(mark, []).append(turn)

    for turn, old in enumerate(published):
        keep(turn, old)
    for turn, new in enumerate(incoming, len(kept)):
        for mark in _marks(new):
            for replaced in turns.pop(mark, ()):
                kept.pop(replaced, None)
        keep(turn, new)
    documents = list(kept.values())
    successors = _Successors.among(documents)
    return [_ended(each, successors.of(each)) for each in documents]


def _marks(document: Document) -> tuple[Hashable, Hashable]:
    """What a version is known by: one that shares a mark takes its place; versions otherwise live side by side."""
    same: Hashable = document.number or (document.title, document.since)
    return ("content", document.id), ("version", same)


def coming(documents: Iterable[Document], document: Document, as_of: date) -> Document | None:
    """The version that will take the place of ``document``: issued by ``as_of``, in force later; the earliest of several.

    The day of the change is its ``since``.
    """
    # What was issued by then can only be in force later by its ``effective``; read first, it passes over nearly all.
    later = [
        other
        for other in documents
        if (begins := other.effective) is not None
        and as_of < begins
        and (other.issued is None or other.issued <= as_of)
        and follows(other, document)
    ]
    return min(later, key=lambda other: (other.since or date.max, other.id), default=None)


@dataclass(frozen=True, slots=True)
class _Successors:
    """Who may take the place of a document, by what they are called and by what they repeal."""

    documents: Sequence[Document]
    by_title: dict[str, list[int]] = field(default_factory=dict)
    by_number: dict[str, list[int]] = field(default_factory=dict)
    """文号 of what is repealed → the places of those that say so."""
    by_name: dict[str, list[int]] = field(default_factory=dict)
    """The same for titles."""
    by_full_name: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """The same for each issuer, whose name stands before every title."""

    @classmethod
    def among(cls, documents: Sequence[Document]) -> _Successors:
        made = cls(documents)
        for place, each in enumerate(documents):
            made.by_title.setdefault(_title(each.title), []).append(place)
            for repeal in each.repeals:
                if repeal.number:
                    made.by_number.setdefault(repeal.number, []).append(place)
                made.by_name.setdefault(_title(repeal.title), []).append(place)
        return made

    def of(self, document: Document) -> list[Document]:
        """Those that do take its place, in the order of all documents."""
        title = _title(document.title)
        near = {*self.by_title.get(title, ()), *self.by_name.get(title, ())}
        if document.number:
            near.update(self.by_number.get(document.number, ()))
        if document.issuer is not None:
            near.update(self._of_issuer(document.issuer).get(title, ()))
        return [other for place in sorted(near) if follows(other := self.documents[place], document)]

    def _of_issuer(self, issuer: str) -> dict[str, list[int]]:
        found = self.by_full_name.get(issuer)
        if found is None:
            found = self.by_full_name[issuer] = {}
            for name, places in self.by_name.items():
                found.setdefault(same_title(issuer + name), []).extend(places)
        return found


def _ended(document: Document, successors: Iterable[Document]) -> Document:
    """The document with the day from which it is no longer in force, and for whom it stays so all the same."""
    ends: list[tuple[date, Document | None]] = [(document.expires, None)] if document.expires else []
    for other in successors:
        if other.since is not None:
            # A repealing clause takes effect with the document that contains it.
            ends.append((other.effective if _names(other, document) and other.effective else other.since, other))
    repealed = min((day for day, _ in ends), default=None)
    left = [(day, _left_out(other)) for day, other in sorted(ends, key=lambda end: end[0])]
    kept_for: tuple[int | None, int | None] | None = left[0][1] if left else None
    kept_until = None
    for day, open_for in left[1:]:
        narrower = kept_for and open_for and _both(kept_for, open_for)
        if kept_for and not narrower and kept_until is None:
            kept_until = day
    return replace(document, repealed=repealed, kept_for=kept_for, kept_until=kept_until)


def _left_out(successor: Document | None) -> tuple[int | None, int | None] | None:
    """The 年级 a successor is not for: 适用于2024级及以后 leaves out everybody up to 2023."""
    first, last = successor.audience.cohorts if successor else (None, None)
    if first is not None:
        return None, first - 1
    return (last + 1, None) if last is not None else None


def _both(one: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> bool:
    """Whether everybody in ``one`` is in ``other``: a later successor leaves the same people out."""
    (first, last), (start, end) = one, other
    begins = start is None or (first is not None and start <= first)
    ends = end is None or (last is not None and last <= end)
    return begins and ends


def follows(other: Document, document: Document) -> bool:
    """Whether ``other`` takes the place of ``document`` from some later day on."""
    if other.id == document.id or other.since is None:
        return False
    later = document.since is None or document.since < other.since
    return later and (_names(other, document) or _supersedes(other, document))


def _names(other: Document, document: Document) -> bool:
    """Whether ``other`` says that ``document`` is repealed."""
    for repeal in other.repeals:
        if repeal.number and (document.number or not repeal.title):
            if repeal.number == document.number:
                return True
        elif _same_name(repeal.title, document):
            return True
    return False


def _same_name(title: str, document: Document) -> bool:
    """《学生宿舍管理规定》 names 示范大学学生宿舍管理规定 too: a school leaves its own name out."""
    said, known = _title(title), _title(document.title)
    return said == known or (document.issuer is not None and known == _title(document.issuer + said))


def _supersedes(other: Document, document: Document) -> bool:
    """The same title from a later day, unless two different issuers are known."""
    same = _title(other.title) == _title(document.title)
    return same and (other.issuer is None or document.issuer is None or _one_issuer(other.issuer, document.issuer))


def _one_issuer(one: str, other: str) -> bool:
    return one == other or one in other or other in one or ("大学" not in one + other and "学院" not in one + other)


@lru_cache(maxsize=TITLES)
def _title(title: str) -> str:
    """Every title is compared with many."""
    return same_title(title)
