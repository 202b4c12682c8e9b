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
    return [replace(each, repealed=_repealed(each, kept)) for each in kept]


def _repealed(document: Document, all_documents: Sequence[Document]) -> date | None:
    ends = [document.expires] if document.expires else []
    for other in all_documents:
        if other is document or other.since is None:
            continue
        later = document.since is None or document.since < other.since
        if later and (_names(other, document) or _supersedes(other, document)):
            # A repealing clause takes effect with the document that contains it.
            ends.append(other.effective if _names(other, document) and other.effective else other.since)
    return min(ends) if ends else None


def _names(other: Document, document: Document) -> bool:
    """Whether ``other`` says that ``document`` is repealed."""
    for repeal in other.repeals:
        if repeal.number and document.number:
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
