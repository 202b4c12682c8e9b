"""From characters with coordinates to printed lines: for the pages of a PDF and for pictures of pages alike.

Coordinates are in points (1/72 inch), from the top left corner of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from .piece import Piece


@dataclass(frozen=True, slots=True)
class Char:
    """A printed character."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    origin: int
    """Its offset in the extracted text of the file."""
    bold: bool = False

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed line: what stands side by side, without a wide gap in it."""

    piece: Piece
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    """The height of its characters, and the width of a Chinese one."""
    bold: bool = False
    left: float = 0.0
    """The edges of the column it stands in."""
    right: float = 0.0
    column: int = 0

    @property
    def text(self) -> str:
        """What it says."""
        return self.piece.text

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2


WIDE = 1.6
"""Characters. A gap as wide as this parts two things that stand on one line."""
SIGNS = "，。；：、？！（）《》“”‘’〔〕【】"
EACH_SIDE = 4
"""Lines that both columns of a page have at least."""


def printed(chars: Iterable[Char]) -> list[Printed]:
    """The lines of a page in reading order: from the top, the left one of two columns before the right one."""
    segments = [segment for row in _rows(list(chars)) for segment in _segments(row)]
    return in_columns(segments)


def inside(chars: Iterable[Char]) -> list[Printed]:
    """The lines of one cell: whatever stands side by side is one line."""
    lines = [_line(row) for row in _rows(list(chars))]
    return [line for line in lines if line.text]


def together(lines: Sequence[Printed]) -> list[Printed]:
    """Lines that stand side by side in one column made one, a blank between them."""
    found: list[Printed] = []
    for line in lines:
        last = found[-1] if found else None
        if last and last.column == line.column and level(last, line) and line.x0 >= last.x1:
            blank = Piece("  ", [last.piece.origins[-1]] * 2)
            found[-1] = replace(
                last,
                piece=last.piece + blank + line.piece,
                x1=line.x1,
                top=min(last.top, line.top),
                bottom=max(last.bottom, line.bottom),
                bold=last.bold and line.bold,
            )
        else:
            found.append(line)
    return found


def level(one: Printed, other: Printed) -> bool:
    """Whether two lines stand at one height."""
    return abs(one.middle - other.middle) < 0.4 * max(one.size, other.size)


def _rows(chars: list[Char]) -> list[list[Char]]:
    """Characters whose middles are at one height, each row from the left."""
    rows: list[list[Char]] = []
    levels: list[float] = []
    for char in sorted(chars, key=lambda each: (each.middle, each.x0)):
        height = max(char.bottom - char.top, 1.0)
        if rows and abs(char.middle - levels[-1]) <= 0.45 * height:
            row = rows[-1]
            levels[-1] += (char.middle - levels[-1]) / (len(row) + 1)
            row.append(char)
        else:
            rows.append([char])
            levels.append(char.middle)
    return [sorted(row, key=lambda each: each.x0) for row in rows]


def _segments(row: list[Char]) -> list[Printed]:
    """The row cut at its wide gaps; blanks that are printed do not bridge one."""
    visible = [char for char in row if char.text.strip()]
    if not visible:
        return []
    size = median(char.bottom - char.top for char in visible)
    cuts = [right.x0 for left, right in pairwise(visible) if right.x0 - left.x1 > WIDE * size]
    parts: list[list[Char]] = [[] for _ in range(len(cuts) + 1)]
    for char in row:
        parts[sum(char.x0 >= cut for cut in cuts)].append(char)
    return [line for part in parts if (line := _line(part)).text]


def _line(row: list[Char]) -> Printed:
    """Characters side by side as text: a gap without a blank in it is one where Latin words or wide spaces stand apart."""
    text: list[str] = []
    origins: list[int] = []
    visible = [char for char in row if char.text.strip()]
    if not visible:
        return Printed(Piece(), 0, 0, 0, 0, 1)
    size = median(char.bottom - char.top for char in visible)
    last: Char | None = None
    for char in row:
        if last is not None and text and not text[-1].isspace() and char.text.strip():
            gap = char.x0 - last.x1
            latin = last.text[-1:].isascii() and char.text[:1].isascii()
            signed = last.text[-1:] in SIGNS or char.text[:1] in SIGNS  # they fill half of their square
            if gap > (0.25 if latin else 1.25 if signed else 0.75) * size:
                text.append(" ")
                origins.append(last.origin)
        text += char.text
        origins += range(char.origin, char.origin + len(char.text))
        last = char
    piece = Piece("".join(text), origins).one_line()
    if origins and origins == list(range(origins[0], origins[0] + len(origins))) and len(piece.text) == len(text):
        piece = Piece(piece.text, range(origins[0], origins[0] + len(origins)))
    return Printed(
        piece,
        visible[0].x0,
        max(char.x1 for char in visible),
        min(char.top for char in visible),
        max(char.bottom for char in visible),
        size,
        all(char.bold for char in visible),
    )


def in_columns(lines: Sequence[Printed]) -> list[Printed]:
    """The lines in reading order, each with the column it stands in and that column's edges."""
    if not lines:
        return []
    ordered = sorted(lines, key=lambda each: (each.top, each.x0))
    left, right = min(each.x0 for each in ordered), max(each.x1 for each in ordered)
    found: list[Printed] = []
    gutter, bands = _gutter(ordered, left, right)
    for band, split in bands:
        above = _before_columns(band, gutter) if split else len(band)
        found += [replace(each, left=left, right=right) for each in _by_row(band[:above])]
        below = band[above:]
        for column, half in enumerate(
            ([each for each in below if each.x1 <= gutter], [each for each in below if each.x0 >= gutter]), start=1
        ):
            if half:
                edges = min(each.x0 for each in half), max(each.x1 for each in half)
                found += [replace(each, left=edges[0], right=edges[1], column=column) for each in _by_row(half)]
    return found


def _before_columns(band: Sequence[Printed], gutter: float) -> int:
    """How many lines at the top of a band stand above the columns.

    The right column begins where something stands on the right that fills it, or beside something that fills the left one;
    short pieces side by side are rows of a table.
    """
    widths = sorted(each.x1 - each.x0 for each in band)
    wide = 0.6 * widths[int(0.75 * (len(widths) - 1))]
    for at, line in enumerate(band):
        if line.x0 >= gutter and any(
            each.x1 - each.x0 >= wide for each in band[max(0, at - 8) : at + 8] if level(each, line)
        ):
            return min(number for number, each in enumerate(band[: at + 1]) if level(each, line))
    return len(band)


def _by_row(lines: Sequence[Printed]) -> list[Printed]:
    """From the top; what is at one height, from the left."""
    rows: list[list[Printed]] = []
    for line in lines:
        if rows and level(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each.x0)]


Band = tuple[list[Printed], bool]
"""Lines that follow each other, and whether they stand in two columns."""


def _gutter(lines: list[Printed], left: float, right: float) -> tuple[float, list[Band]]:
    """Where the white strip between two columns runs, and the bands of the page it parts."""
    best: tuple[int, float, list[Band]] = (0, 0.0, [(lines, False)])
    wide = right - left
    step = max(wide / 60, 2.0)
    at = left + 0.3 * wide
    while at < left + 0.7 * wide:
        bands = _bands(lines, at, wide)
        score = sum(len(band) for band, split in bands if split)
        if score > best[0]:
            best = (score, at, bands)
        at += step
    return best[1], best[2]


def _bands(lines: list[Printed], at: float, wide: float) -> list[Band]:
    bands: list[Band] = []
    run: list[Printed] = []

    def close() -> None:
        if run:
            bands.append((run.copy(), _is_two(run, at, wide)))
            run.clear()

    for line in lines:
        room = 0.3 * line.size
        if line.x0 - room < at < line.x1 + room:
            close()
            bands.append(([line], False))
        else:
            run.append(line)
    close()
    return bands


def _is_two(run: Sequence[Printed], at: float, wide: float) -> bool:
    """Whether both sides hold running text, side by side: a table without rules has short cells."""
    halves = [each for each in run if each.x1 <= at], [each for each in run if each.x0 >= at]
    if min(len(half) for half in halves) < EACH_SIDE:
        return False
    for half in halves:
        widths = sorted(each.x1 - each.x0 for each in half)
        if median(widths) < 0.25 * wide or median(len(each.text) for each in half) < 10:
            return False
        rows = sum(not level(before, after) for before, after in pairwise(half)) + 1
        if rows < len(half) * 0.8:  # more things side by side: a table
            return False
    tops = [(half[0].top, half[-1].bottom) for half in halves]
    shared = min(tops[0][1], tops[1][1]) - max(tops[0][0], tops[1][0])
    return shared > 0.3 * min(bottom - top for top, bottom in tops)
