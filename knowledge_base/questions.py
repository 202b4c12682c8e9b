"""Question files: what students ask, and which clauses answer. Used for fitting and for evaluation, never while serving."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from .document import Document, same_title

_ELEMENT = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[编章节条款段]|附件\s*\d*|[一二三四五六七八九十]+(?=、)|[（(][一二三四五六七八九十\d]+[）)]|[A-Z](?=\.)|\d+|[^\s、.（）()]+"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and where its answer stands."""

    question: str
    document: str
    """The stem of the file, or the title."""
    locators: tuple[str, ...]
    """Any of these is right."""


def asked(path: Path) -> list[Asked]:
    """The questions of a file: a list of ``{question, document, locators}``. Raises ``KeyError`` on another shape."""
    stored = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return [Asked(str(each["question"]), str(each["document"]), tuple(map(str, each["locators"]))) for each in stored]


def outside(path: Path) -> list[str]:
    """Questions nothing answers: a plain list of strings."""
    return [str(each) for each in yaml.safe_load(path.read_text(encoding="utf-8")) or []]


def answers(document: Document, locator: str, question: Asked) -> bool:
    """Whether a clause is one of those that answer ``question``."""
    same = question.document == document.source or same_title(question.document) == same_title(document.title)
    return same and any(matches(locator, expected) for expected in question.locators)


def matches(locator: str, expected: str) -> bool:
    """Whether a clause stands where ``expected`` says.

    条 are compared as whole numbers (第十二条 is not 第二十二条); anything else by the last elements of the path, where
    a clause that holds the whole of a short part counts for each entry of that part.
    """
    found, wanted = _elements(locator), _elements(expected)
    articles = [each for each in wanted if each.endswith("条")]
    if articles:
        return articles[-1] in found
    if not wanted or not found:
        return False
    if found[-len(wanted) :] == wanted:
        return True
    shorter = len(found) < len(wanted) and found == wanted[: len(found)]
    return shorter or _close(found[-1]) == _close(expected)


def _elements(locator: str) -> Sequence[str]:
    return [each.replace("(", "（").replace(")", "）") for each in _ELEMENT.findall(locator)]


def _close(text: str) -> str:
    return re.sub(r"\W", "", text)
