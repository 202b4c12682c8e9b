"""The tree of a document: which paragraph stands under which number or heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .numbering import RANK, Marker, marker
from .paragraphs import Paragraph, ends_sentence

LONGEST_HEADING = 40
INDICATOR = 6.5
"""Rank of the second column of an indicator table (``4.筑牢治理根基``), over the entries of its third."""
LETTER = re.compile(r"([A-Z])[.．]\s*(?=[^\x00-\x7f])")


@dataclass(slots=True)
class Part:
    """A numbered part, a heading the format marks, or the document itself."""

    kind: str
    """A :class:`Marker` kind, ``A.`` for the letters of an annex, ``#`` for an unnumbered heading, ``""`` for the root."""
    label: str
    rank: float
    level: int
    """Depth of a heading the format marks; 0 elsewhere."""
    at: int
    """The paragraph that opens it; -1 for the root."""
    skip: int = 0
    """Code points of that paragraph which are only its number."""
    heading: bool = False
    """Whether the opening paragraph is a heading: a name, nothing to quote."""
    own: list[int] = field(default_factory=list)
    """Paragraphs that belong to it directly and stand before its first part, the opening one left out."""
    after: list[int] = field(default_factory=list)
    """Paragraphs of its own which come after its parts."""
    parts: list[Part] = field(default_factory=list)
    above: Part | None = None

    def path(self) -> list[Part]:
        """From the outermost part to this one, the root left out."""
        return [*(self.above.path() if self.above else []), *([self] if self.kind else [])]

    def last(self) -> int:
        """The last paragraph anywhere in it."""
        return max([self.at, *self.own, *self.after, *(part.last() for part in self.parts)])


def outline(paragraphs: Sequence[Paragraph], furniture: frozenset[int]) -> Part:
    """The tree. Paragraphs in ``furniture`` (title, signature, dates) are left out of it."""
    root = Part("", "", -1, 0, -1)
    here = root
    signed = False
    articles = any(each.kind == "text" and _kind(each.text) == "条" for each in paragraphs) or any(
        each.kind == "heading" and _kind(each.text) == "条" for each in paragraphs
    )
    for at, each in enumerate(paragraphs):
        if at in furniture:
            signed = signed or (not each.text.endswith(("：", ":")) and at > 3)
            continue
        opened = None if each.kind in ("row", "header") else _opened(paragraphs, at, here, signed=signed)
        if opened is None:
            (here.after if here.parts else here.own).append(at)
            continue
        if opened.kind == "一、" and articles and here.kind in ("条", "（一）"):
            opened.rank = RANK["条"] + 0.5
        above = _above(here, opened)
        opened.above = above
        above.parts.append(opened)
        here = opened
    return root


def _kind(text: str) -> str | None:
    mark = marker(text)
    return mark.kind if mark else None


def _opened(paragraphs: Sequence[Paragraph], at: int, here: Part, *, signed: bool) -> Part | None:
    """The part that this paragraph opens, or ``None`` where it goes on with what is open."""
    each = paragraphs[at]
    mark = marker(each.text)
    if mark and mark.kind == "附件" and each.kind != "heading" and not _opens_annex(each.text, mark, signed=signed):
        mark = None
    annex = any(part.kind == "附件" for part in here.path())
    if annex and mark is None and (letter := LETTER.match(each.text)):
        return Part("A.", f"{letter[1]}.", 0.5, 0, at, letter.end(), heading=True)
    if mark is None:
        return (
            Part("#", each.text, 0.0, each.level, at, len(each.text), heading=True) if each.kind == "heading" else None
        )
    rest = each.text[mark.end :]
    heading = (
        each.kind == "heading"
        or mark.kind in ("编", "章", "节", "附件")
        or not rest
        or _is_heading(paragraphs, at, rest)
    )
    rank: float = RANK[mark.kind]
    label = mark.label
    if (
        mark.kind == "1."
        and annex
        and any(part.kind == "A." for part in here.path())
        and not ends_sentence(rest)
        and len(rest) < 16
    ):
        rank, label, heading = INDICATOR, f"{label}.", True  # the second column of an indicator table
    level = each.level if each.kind == "heading" else 0
    if heading and mark.kind == "条":
        heading = not rest or each.kind == "heading"
    return Part(mark.kind, label, rank, level, at, len(each.text) if heading else mark.end, heading)


def _opens_annex(text: str, mark: Marker, *, signed: bool) -> bool:
    """``附件`` alone opens an annex; ``附件：…`` below the text only lists it, unless the signature has passed."""
    return mark.end >= len(text) or (signed and bool(re.match(r"附\s*[件表录]\s*[一二三四五六七八九十\d]+", text)))


def _is_heading(paragraphs: Sequence[Paragraph], at: int, rest: str) -> bool:
    """``（一）指导思想`` names what follows; ``（一）身份证复印件；`` is an entry of a list."""
    if ends_sentence(rest) or len(rest) > LONGEST_HEADING or at + 1 >= len(paragraphs):
        return False
    following = paragraphs[at + 1]
    if following.kind in ("row", "header"):
        return True
    mark, next_mark = marker(paragraphs[at].text), marker(following.text)
    if mark is None or (next_mark and RANK[next_mark.kind] <= RANK[mark.kind]):
        return False
    return following.kind == "text"


def _above(here: Part, opened: Part) -> Part:
    """The part under which ``opened`` stands."""
    at: Part = here
    while at.above is not None and not _contains(at, opened):
        at = at.above
    return at


def _contains(outer: Part, inner: Part) -> bool:
    if inner.kind == "附件":
        return not outer.kind
    if inner.level and outer.level:
        return outer.level < inner.level
    if inner.kind == "#":
        return outer.level > 0 and outer.level < inner.level
    if outer.kind == "#":
        return True
    return outer.rank < inner.rank
