"""Markdown: headings, paragraphs, lists, tables and front matter. The marks go, the offsets stay true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .asked import Asked
from .encoding import decode
from .lines import Line, Reading
from .txt import BLANKS, LINE_ENDS

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*")
RULE = re.compile(r"(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}")
QUOTE_OR_BULLET = re.compile(r"(?:>[ \t]?)+|[-*+][ \t]+")
DIVIDER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
# **bold**, __bold__, *slanted*, `code`, [label](address), ![label](address), escapes, HTML tags
INLINE = re.compile(
    r"(?P<escape>\\)[\\`*_{}\[\]()#+\-.!|<>~]"
    r"|(?P<bold>\*\*|__|~~|`)"
    r"|(?P<slant>(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*]))"
    r"|(?P<image>!?\[)(?=[^\]\n]*\]\([^)\n]*\))"
    r"|(?P<link>\]\([^)\n]*\))"
    r"|(?P<tag></?[a-zA-Z][^<>\n]*>)"
)


def read(stem: str, content: bytes, asked: Asked = Asked()) -> Reading:  # noqa: B008 - frozen
    """Lines of a Markdown file. Raises :class:`UnreadableFile` for what is not text."""
    text = decode(content)
    facts: tuple[tuple[str, str], ...] = ()
    begin = 0
    if front := FRONT_MATTER.match(text):
        facts = tuple(_facts(front.group(1)))
        begin = front.end()
    hidden = [found.span() for found in COMMENT.finditer(text, begin)]
    return Reading(stem, tuple(_lines(text, begin, hidden)), facts)


def _facts(front: str) -> list[tuple[str, str]]:
    """``name: value`` lines of the front matter, as written."""
    pairs = (line.partition(":") if ":" in line else line.partition("：") for line in front.splitlines())
    return [(name.strip(), value.strip().strip("'\"")) for name, colon, value in pairs if colon and value.strip()]


def _lines(text: str, begin: int, hidden: list[tuple[int, int]]) -> list[Line]:
    found: list[Line] = []
    gap, table = 0, 0
    for start, end in _spans(text, begin):
        origins: Sequence[int] = range(start, end)
        for first, after in hidden:
            if first < end and after > start:
                origins = [at for at in origins if not first <= at < after]
        body = "".join(text[at] for at in origins)
        trailing = body != body.rstrip(BLANKS)
        body, origins = _stripped(body, origins)
        if not body or RULE.fullmatch(body):
            gap, table = gap + 1, 0
            continue
        if body.startswith("|") or (table and "|" in body):
            if DIVIDER.fullmatch(body):
                continue
            table += 1
            line = _row(body, origins, header=table == 1, gap=gap)
        elif heading := HEADING.fullmatch(body):
            table = 0
            label, at = _plain(heading.group(2), origins[heading.start(2) : heading.end(2)])
            line = Line(label, at, kind="heading", level=len(heading.group(1)), gap=gap)
        else:
            table = 0
            if mark := QUOTE_OR_BULLET.match(body):
                body, origins = _stripped(body[mark.end() :], origins[mark.end() :])
                gap = max(gap, 1)  # each entry of a list is a paragraph of its own
            label, at = _plain(body, origins)
            line = Line(label, at, gap=gap, trailing=trailing)
        if line.text:
            found.append(line)
            gap = 0
    return found


def _spans(text: str, begin: int) -> list[tuple[int, int]]:
    spans, start = [], begin
    for ending in LINE_ENDS.finditer(text, begin):
        spans.append((start, ending.start()))
        start = ending.end()
    return [*spans, (start, len(text))]


def _stripped(body: str, origins: Sequence[int]) -> tuple[str, Sequence[int]]:
    left = len(body) - len(body.lstrip(BLANKS))
    right = len(body.rstrip(BLANKS))
    return body[left:right], origins[left:right]


def _plain(body: str, origins: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Without inline marks."""
    drop: set[int] = set()
    for found in INLINE.finditer(body):
        marked = found.span("escape") if found.group("escape") else found.span()
        drop.update(range(*marked))
    if not drop:
        return body, origins
    kept = [at for at in range(len(body)) if at not in drop]
    return _stripped("".join(body[at] for at in kept), [origins[at] for at in kept])


def _row(body: str, origins: Sequence[int], *, header: bool, gap: int) -> Line:
    """A table row as it is stored: the cells with `` | `` between them."""
    bars = [at for at, char in enumerate(body) if char == "|" and (at == 0 or body[at - 1] != "\\")]
    edges = [-1, *bars, len(body)]
    pieces = [(left + 1, right) for left, right in pairwise(edges)]
    if body.startswith("|"):
        pieces = pieces[1:]
    if body.endswith("|") and len(pieces) > 1:
        pieces = pieces[:-1]
    text, at, cells = "", [], []
    for number, (left, right) in enumerate(pieces):
        if number:
            text += " | "
            at += [origins[left - 1]] * 3
        cell, cell_origins = _plain(*_stripped(body[left:right], origins[left:right]))
        cells.append((len(text), len(text) + len(cell)))
        text += cell
        at += list(cell_origins)
    return Line(text, at, kind="header" if header else "row", cells=tuple(cells), gap=gap)
