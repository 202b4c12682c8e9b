"""Clauses asked for by their number: 「宿舍管理规定第十一条说了什么」 needs no search, only the document that is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .document import Document, Passage
from .lexical import pairs, plain
from .numbering import value

LONGEST_NAME = 14
"""Characters before 第…条 in which a document's name is looked for."""
SHORTEST_NAME = 4
ALIKE = 0.75
"""Share of the pairs of characters of a name that the title must have: people say 考试管理办法 for 考试与缓考管理办法."""

_ANY = frozenset(
    pairs("管理办法")
    + pairs("管理规定")
    + pairs("实施细则")
    + pairs("暂行条例")
    + pairs("工作细则")
    + pairs("工作方案")
)
"""What any rule may be called: 食堂管理办法 is not named by 社团管理办法."""
_ARTICLE = re.compile(r"第\s*([零〇一二三四五六七八九十百千\d]{1,7})\s*条")


def cited(question: str, documents: Iterable[Document]) -> tuple[Document, int] | None:
    """The document and the number of the one 条 a question names; ``None`` where it names none, several, or no document.

    ``documents`` are those that may be quoted.
    """
    found = list(_ARTICLE.finditer(question))
    if len({value(each[1]) for each in found}) != 1:
        return None
    before = re.sub(r"[《》“”\"'（）()的中里\s]", "", question[: found[0].start()])[-LONGEST_NAME:]
    rated = sorted(((_named(before, each), each) for each in documents), key=lambda pair: -pair[0])
    if not rated or not rated[0][0] or (len(rated) > 1 and rated[1][0] == rated[0][0]):
        return None
    return rated[0][1], value(found[0][1])


def article(document: Document, number: int) -> list[Passage]:
    """The passages of that 条, in order; empty where the document has none."""
    return [
        each
        for each in document.passages
        if any(value(named) == number for named in _ARTICLE.findall(each.locator.split("附")[0]))
    ]


def _named(before: str, document: Document) -> int:
    """How many pairs of characters of the longest name at the end of ``before`` the title has; 0 where it is not named."""
    title = set(pairs(plain(document.title)))
    for length in range(len(before), SHORTEST_NAME - 1, -1):
        name = pairs(plain(before[-length:]))
        shared = sum(pair in title for pair in name)
        tells = any(pair in title and pair not in _ANY for pair in name)
        if tells and name[0] in title and shared >= ALIKE * len(name):
            return shared
    return 0
