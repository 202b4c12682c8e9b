"""Which version is in force when: who repeals whom, who supersedes whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from .document import Document, same_title


def replaces(new: Document, old: Document) -> bool:
    """Whether ``new`` is the same version again and takes the place of ``old``; versions otherwise live side by side."""
    if new.id == old.id:
        return True
    if new.number or old.number:
        return new.number == old.number
    return same_title(new.title) == same_title(old.title) and new.title == old.title and new.since == old.since


def merged(published: Iterable[Document], incoming: Iterable[Document]) -> list[Document]:
    """Everything published with what comes in, each version once, every ``repealed`` worked out anew."""
    kept = list(published)
    for new in incoming:
        kept = [old for old in kept if not replaces(new, old)]
        kept.append(new)
    return [_ended(each, kept) for each in kept]


def coming(documents: Iterable[Document], document: Document, as_of: date) -> Document | None:
    """The version that will take the place of ``document``: issued by ``as_of``, in force later; the earliest of several.

    The day of the change is its ``since``.
    """
    later = [
        other
        for other in documents
        if other.since is not None
        and as_of < other.since
        and (other.issued is None or other.issued <= as_of)
        and _follows(other, document)
    ]
    return min(later, key=lambda other: (other.since or date.max, other.id), default=None)


def _ended(document: Document, all_documents: Sequence[Document]) -> Document:
    """The document with the day from which it is no longer in force, and for whom it stays so all the same."""
    ends: list[tuple[date, Document | None]] = [(document.expires, None)] if document.expires else []
    for other in all_documents:
        if _follows(other, document) and other.since is not None:
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


def _follows(other: Document, document: Document) -> bool:
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
    said, known = same_title(title), same_title(document.title)
    return said == known or (document.issuer is not None and known == same_title(document.issuer + said))


def _supersedes(other: Document, document: Document) -> bool:
    """The same title from a later day, unless two different issuers are known."""
    same = same_title(other.title) == same_title(document.title)
    return same and (other.issuer is None or document.issuer is None or _one_issuer(other.issuer, document.issuer))


def _one_issuer(one: str, other: str) -> bool:
    return one == other or one in other or other in one or ("大学" not in one + other and "学院" not in one + other)
