"""What a document is once it has been read: canonical text, blocks to show, passages to find.

Everything that points into a document counts code points of :attr:`Document.text`, so a quote is ``text[start:end]``.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

BlockKind = Literal["title", "heading", "text", "row"]
Span = tuple[int, int]
"""Start and end in code points of the stored text, end excluded."""


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the stored text as a page shows it."""

    kind: BlockKind
    start: int
    end: int
    cells: tuple[Span, ...] = ()
    """The cells of a table row, in order; empty for every other kind."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One clause, or one row of a table: the smallest thing that is found and quoted."""

    start: int
    end: int
    locator: str
    """Where it stands, as a person cites it: ``第三章 第十二条``, ``三、（五）18``, ``二、 成绩单打印``."""
    indexed: str
    """What is embedded and searched: title, headings, lead-in and the clause itself."""
    fields: tuple[tuple[str, Span], ...] = ()
    """For a table row: each header with the span of its cell."""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Repeal:
    """What a document says it repeals: 《title》, with its number where one is given."""

    title: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one document."""

    title: str
    number: str | None
    """文号 without inner spaces, 沪商院学〔2024〕185号."""
    issuer: str | None
    issued: date | None
    effective: date | None
    """The day its own text says it comes into force."""
    text: str
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]
    source: str
    """The stem of the file it was read from."""
    expires: date | None = None
    """The first day after its own stated term (有效期至…)."""
    repealed: date | None = None
    """The first day it is no longer in force, as far as the published documents say; see ``validity.py``."""
    repeals: tuple[Repeal, ...] = ()
    pages: tuple[tuple[int, int], ...] | None = None
    """(start in the text, page number), ascending; ``None`` where the source has no pages."""
    runs: tuple[Span, ...] = ()
    """(start in the text, start in the decoded source) of each stretch that was copied unchanged."""
    known: tuple[tuple[int, str], ...] = ()
    """(place among the passages, a question students ask that this passage answers); see ``known.py``."""
    id: str = field(default="")
    """The first 12 hexadecimal digits of the SHA-256 of title and text: the same content is the same document."""

    def __post_init__(self) -> None:
        if not self.id:
            digest = hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()
            object.__setattr__(self, "id", digest[:12])

    @property
    def since(self) -> date | None:
        """The first day this version is in force.

        An amended law still prints the day the law first came into force; the amended text counts from its amendment.
        """
        known = [day for day in (self.issued, self.effective) if day is not None]
        return max(known) if known else None

    def in_force(self, as_of: date) -> bool:
        """Whether this version may be quoted as current on ``as_of``; unknown dates do not exclude."""
        return (self.since is None or self.since <= as_of) and (self.repealed is None or as_of < self.repealed)

    def source_offset(self, index: int) -> int:
        """The code point in the decoded source file that became ``text[index]``."""
        if not 0 <= index <= len(self.text):
            raise IndexError(index)
        if not self.runs:
            return index
        at = bisect.bisect_right(self.runs, index, key=lambda run: run[0]) - 1
        start, source = self.runs[max(at, 0)]
        return source + index - start

    def page(self, index: int) -> int | None:
        """The page on which ``text[index]`` stands, or ``None`` where the source has no pages."""
        if not self.pages:
            return None
        at = bisect.bisect_right(self.pages, index, key=lambda page: page[0]) - 1
        return self.pages[at][1] if at >= 0 else None

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``; :func:`from_json` reads them back equal."""
        stored: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, date):
                value = value.isoformat()
            elif each.name == "blocks":
                value = [[b.kind, b.start, b.end, b.cells] for b in value]
            elif each.name == "passages":
                value = [[p.start, p.end, p.locator, p.indexed, p.fields, p.page] for p in value]
            elif each.name == "repeals":
                value = [[r.title, r.number] for r in value]
            stored[each.name] = value
        return stored


def from_json(stored: dict[str, Any]) -> Document:
    """The document that :meth:`Document.to_json` wrote. Raises ``KeyError`` or ``TypeError`` on anything else."""

    def day(name: str) -> date | None:
        return date.fromisoformat(stored[name]) if stored[name] else None

    def span(pair: list[int]) -> Span:
        return pair[0], pair[1]

    return Document(
        title=stored["title"],
        number=stored["number"],
        issuer=stored["issuer"],
        issued=day("issued"),
        effective=day("effective"),
        text=stored["text"],
        blocks=tuple(Block(kind, start, end, tuple(map(span, cells))) for kind, start, end, cells in stored["blocks"]),
        passages=tuple(
            Passage(start, end, locator, indexed, tuple((name, span(cell)) for name, cell in row), page)
            for start, end, locator, indexed, row, page in stored["passages"]
        ),
        source=stored["source"],
        expires=day("expires"),
        repealed=day("repealed"),
        repeals=tuple(Repeal(title, number) for title, number in stored["repeals"]),
        pages=None if stored["pages"] is None else tuple(map(span, stored["pages"])),
        runs=tuple(map(span, stored["runs"])),
        known=tuple((place, question) for place, question in stored["known"]),
        id=stored["id"],
    )


def same_title(title: str) -> str:
    """A title without what differs between two versions or two ways of printing it.

    Spaces, book marks and 〈〉 go, and so does the year of a version: ``（2025年修订）``, ``（2019版）``, ``（修订）``.
    """
    plain = re.sub(r"\s", "", title).translate(str.maketrans("（）〈〉＜＞<>", "()《》《》《》")).strip("《》")
    return re.sub(r"\((?:\d{4}年?)?(?:第.次)?(?:修订|修正|版|年|修订版|修改)?\)$", "", plain)
