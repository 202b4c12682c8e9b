"""Printed lines cut at their blanks: the smallest pieces of which the cells of a flattened table are made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..lines import Line

WORD = re.compile(r"[^\s\u3000]+")
RADICALS = {
    ord(char): plain
    for char in map(chr, range(0x2E80, 0x2FE0))
    if len(plain := unicodedata.normalize("NFKC", char)) == 1 and plain != char
}
"""Some PDFs say 「⽂」, the radical, where they print 「文」: the same character to everybody who compares words."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Printed characters without a blank between them."""

    text: str
    """For comparing: radicals are the characters they look like. As long as what is printed."""
    line: int
    """The place of its line among the lines."""
    start: int
    """Where it begins in its line."""
    width: float
    """Printed width in full-width characters."""
    before: str
    """What stands before it: ``" "`` one blank, ``"  "`` wider ones, else a line break (see :func:`_line_break`)."""
    new_page: bool
    """Whether a page may begin with it."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def fragments(lines: Sequence[Line]) -> list[Fragment]:
    """The fragments of ``lines`` in their order."""
    found: list[Fragment] = []
    for number, line in enumerate(lines):
        plain = line.text.translate(RADICALS)
        last = 0
        for word in WORD.finditer(plain):
            if word.start():
                between = plain[last : word.start()]
                before, new_page = (" " if between in (" ", "\u00a0") else "  "), False
            else:
                before = _line_break(lines[number - 1] if number else None, line)
                new_page = line.new_page or (number > 0 and line.page != lines[number - 1].page)
            found.append(Fragment(word.group(), number, word.start(), width(word.group()), before, new_page))
            last = word.end()
    return found


def _line_break(above: Line | None, line: Line) -> str:
    """``/``, then whether the line above ends in blanks, then how many empty lines follow it: ``/_1``."""
    return f"/{'_' if above is not None and above.trailing else ''}{min(line.gap, 2)}"


def width(text: str) -> float:
    """Printed width in full-width characters."""
    return sum(0.5 if char < "\u0250" else 1.0 for char in text)
