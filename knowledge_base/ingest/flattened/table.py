"""The fragments below a row of names, and what of each is the same whichever column it stands in."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from .columns import CLOSING, NEVER_FIRST, OPENING, Background, Joint, end_class, letter, start_class
from .fragments import Fragment

LETTERS_COUNT = 0.5
"""Neighbouring characters are not independent of each other: their likelihoods count half."""
NUMBER = re.compile(r"[（(]?(\d{1,3})(?:[.．、）)]|$)|([A-Z])[.．、]")
MEASURES = "个名次人年月日天周学项条份门位级分元小节种张件本所家批轮倍届期篇场只台套间层栋号万千百%％℃"
NEVER_LAST = "，、（(“《〈〔【"
RARE = -9.0
"""Log likelihood of a blank inside a sentence, where Chinese is written without."""


class Table:
    """Fragments with their sums, so that what lies between two of them is a difference."""

    def __init__(
        self, pieces: Sequence[Fragment], background: Background, page: float, echoes: Sequence[float] | None = None
    ) -> None:
        """``page``: the width of a full line of the document; ``echoes``: see :func:`_echoes`."""
        self.echoes = _echoes(pieces) if echoes is None else echoes
        self.pieces = pieces
        self.background = background
        self.page = page
        broken = [piece for piece in pieces if piece.before.startswith("/")]
        marks = sum("_" in piece.before for piece in broken)
        self.marked = 0.1 * len(broken) < marks < 0.9 * len(broken)
        """Whether blanks at the end of a line tell something."""
        self.text = "".join(piece.text for piece in pieces)
        self.letters = [[letter(char) for char in piece.text] for piece in pieces]
        self.said = [background.says(piece.text) * LETTERS_COUNT for piece in pieces]
        self.offsets, self.open = [0], [0]
        for piece in pieces:
            depth = sum(char in OPENING for char in piece.text) - sum(char in CLOSING for char in piece.text)
            self.offsets.append(self.offsets[-1] + len(piece.text))
            self.open.append(self.open[-1] + depth)
        self.starts = [start_class(piece.text) for piece in pieces]
        self.ends = [end_class(piece.text[-1]) for piece in pieces]
        self.numbers = [_number(piece.text) for piece in pieces]
        self.first_hard = [-8.0 if piece.text[0] in NEVER_FIRST else 0.0 for piece in pieces]
        self.last_hard = [-6.0 if piece.text[-1] in NEVER_LAST else 0.0 for piece in pieces]
        self.ends_line = [at + 1 == len(pieces) or pieces[at + 1].before.startswith("/") for at in range(len(pieces))]
        self.line_first: list[int] = []
        """For each fragment the first of its line."""
        self.line_width: list[float] = []
        """For each fragment how wide its line is up to its end."""
        for at, piece in enumerate(pieces):
            new = at == 0 or piece.before.startswith("/")
            self.line_first.append(at if new else self.line_first[-1])
            self.line_width.append(piece.width if new else self.line_width[-1] + 0.5 + piece.width)
        self.joints = [self._joint(at) for at in range(len(pieces))]
        """Before each fragment that begins a line."""
        self.blanks = [self._blank(at) for at in range(len(pieces))]
        """How likely what stands before each fragment stands inside a cell, as far as the characters beside it tell."""

    def first(self, count: int) -> Table:
        """The table up to the fragment ``count``."""
        return Table(self.pieces[:count], self.background, self.page, self.echoes)

    def words(self, first: int, after: int) -> str:
        """The characters of a cell, without blanks."""
        return self.text[self.offsets[first] : self.offsets[after]]

    def printed(self, first: int, after: int) -> list[float]:
        """The widths of the lines of a cell."""
        return [self.reach(first, at) for at in range(first, after) if at + 1 == after or self.ends_line[at]]

    def reach(self, first: int, last: int) -> float:
        """How much of the line of ``last`` a cell fills that begins with ``first``."""
        begin = max(first, self.line_first[last])
        return self.line_width[last] - (self.line_width[begin - 1] + 0.5 if begin > self.line_first[last] else 0.0)

    def plain(self, at: int) -> float:
        """Log likelihood that text which is no table is broken as it is after this fragment."""
        if not self.ends_line[at]:
            return self.blanks[at + 1] / 2
        if self.line_width[at] > self.page - 2:
            return -1.5
        return -3.0 if self.ends[at] in ("stop", "semicolon") or self.pieces[at].text[-1] in "：:" else -7.0

    def _joint(self, at: int) -> Joint | None:
        piece = self.pieces[at]
        if at == 0 or not piece.before.startswith("/"):
            return None
        line = "".join(each.text for each in self.pieces[self.line_first[at - 1] : at])
        return Joint.between(self.pieces[at - 1], piece, line)

    def _blank(self, at: int) -> float:
        if at == 0:
            return 0.0
        if "dash" in (self.starts[at - 1], self.starts[at]):
            return -12.0  # a dash stands for a cell
        if self.pieces[at].before.startswith("/"):
            return self.echoes[at]
        last, first = self.pieces[at - 1].text[-1], self.pieces[at].text[0]
        if last.isascii() and first.isascii():
            return -1.0 if last.isalpha() and first.isalpha() else RARE
        if last.isdigit():
            return -1.5 if first in MEASURES else RARE
        if first.isdigit():
            # 「召开 1 次」 has a blank in a sentence, 「教务处 1」 has none.
            rest = self.pieces[at].text.lstrip("0123456789.")
            if not rest and at + 1 < len(self.pieces) and self.pieces[at + 1].before == " ":
                rest = self.pieces[at + 1].text
            return -2.0 if rest and rest[0] in MEASURES else RARE
        latin = any(char.isascii() and char.isalpha() for char in (last, first))
        return -4.0 if latin else RARE


def _number(text: str) -> int | None:
    found = NUMBER.match(text)
    if found is None:
        return None
    return int(found[1]) if found[1] else ord(found[2]) - ord("A") + 1


def _echoes(pieces: Sequence[Fragment]) -> list[float]:
    """How likely each line goes on with the cell of the line above, as far as the same words stand elsewhere.

    What is followed now by this and now by that is a whole cell (``教务处``), what is always followed by the same is not
    (``各二级学`` / ``院``).
    """
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for above, piece in pairwise(pieces):
        after[above.text][piece.text[:2]] += 1
        before[piece.text][above.text[-2:]] += 1
    found = [0.0]
    for above, piece in pairwise(pieces):
        ways, sources = after[above.text], before[piece.text]
        worth = 0.0
        if len(ways) > 1 and len(above.text) > 1:
            worth -= min(3.0 * (len(ways) - 1), 9.0)
        elif ways.total() > 1:
            worth += 2.0
        if len(sources) > 1 and len(piece.text) > 2:
            worth -= min(1.5 * (len(sources) - 1), 4.5)
        found.append(worth if piece.before.startswith("/") else 0.0)
    return found
