"""What every reader gives: the lines of a source, each knowing where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LineKind = Literal["text", "heading", "row", "header"]


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line, stripped of the blanks around it."""

    text: str
    origins: Sequence[int]
    """For each code point of ``text`` its offset in the decoded source: the decoded text of a text file; for every other
    format the text as it was extracted, in the order of extraction, before anything was removed or moved."""
    kind: LineKind = "text"
    level: int = 0
    """Depth of a heading the format itself marks, 1 for the outermost; 0 where it marks none."""
    cells: tuple[tuple[int, int], ...] = ()
    """Spans of the cells in ``text``, for ``row`` and ``header`` (the row that names the columns), one for each column of
    the table. A cell merged over columns stands for each of them. Several headers in a row name the columns together."""
    above: tuple[int, ...] = ()
    """The columns whose value is printed in a row above, merged over rows; their own span is empty."""
    gap: int = 0
    """How many empty lines stand before it."""
    trailing: bool = False
    """Whether the printed line ended in blanks: text taken from a PDF marks the ends of paragraphs that way."""
    indented: bool = False
    """Whether blanks stand before it on its printed line: official documents open paragraphs with two."""
    page: int | None = None
    """The page it stands on, where the source says so."""
    new_page: bool = False
    """Whether a page break stands before it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as its reader understood it."""

    stem: str
    lines: tuple[Line, ...]
    facts: tuple[tuple[str, str], ...] = ()
    """What the format says about the document apart from its text (front matter): title, 文号, dates."""
    notes: tuple[str, ...] = ()
    """What was left out or is uncertain, one Chinese sentence each, for the person who publishes it."""
    whole: bool = False
    """Whether each line is a whole paragraph, because the format knows paragraphs (docx, html, xlsx, pptx)."""
    inside: str = ""
    """Where in an archive it lay, ``附件/宿舍规定.docx``; empty for a file of its own."""


class UnreadableFile(Exception):
    """A file that cannot be taken in; the message is one line for the person who sent it."""
