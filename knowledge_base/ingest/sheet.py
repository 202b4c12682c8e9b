"""What stands on a sheet: titles, one or more tables, remarks. For every format of spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from .grid import Cell, table
from .lines import Line
from .piece import Piece, Source

UNNAMED: Final = re.compile(r"(?:sheet|工作表)\s*\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A cell of a sheet as it is displayed; ``down`` and ``across``: over how many rows and columns it is merged."""

    row: int
    column: int
    text: str
    down: int = 1
    across: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """The filled cells of a sheet."""

    name: str
    values: Sequence[Value]


def lines(areas: Sequence[Area], source: Source) -> Iterator[Line]:
    """The lines of the sheets that hold anything.

    What all sheets open with is the title of the workbook and comes first and once, as the heading of level 1. A sheet has a
    heading of level 2 unless it is the only one and its name says nothing new.
    """
    filled = [area for area in areas if any(each.text for each in area.values)]
    found = [list(_sheet(area, source)) for area in filled]
    common = _common(found)
    for at, (area, sheet) in enumerate(zip(filled, found, strict=True)):
        if common and at == 0:
            yield replace(sheet[0], kind="heading", level=1)
            yield from sheet[1:common]
        name = area.name.strip()
        if len(filled) > 1 or not (UNNAMED.fullmatch(name) or any(name in line.text for line in sheet[:common])):
            title = source.take(name)
            source.take("\n")
            yield Line(title.text, title.origins, "heading", 2 if common else 1, gap=1)
        yield from sheet[common:]


def _sheet(area: Area, source: Source) -> Iterator[Line]:
    for block in _blocks(area.values):
        yield from _block(block, source)


def _common(sheets: Sequence[Sequence[Line]]) -> int:
    """How many lines of text all sheets open with."""
    same = 0
    while all(len(sheet) > same and sheet[same].kind == "text" for sheet in sheets) and (
        len({sheet[same].text for sheet in sheets}) == 1
    ):
        same += 1
        if len(sheets) == 1:
            break  # of one sheet the first line is its title
    return same if len(sheets) > 1 or any(line.cells for sheet in sheets for line in sheet) else 0


def _blocks(values: Sequence[Value]) -> Iterator[list[Value]]:
    """The tables of a sheet: empty rows and then empty columns part them."""
    for rows in _parted(values, lambda each: (each.row, each.down)):
        parts = list(_parted(rows, lambda each: (each.column, each.across)))
        # A title over two tables stands in one of them; only where each part is a table of its own are they apart
        if len(parts) > 1 and all(len({each.row for each in part}) > 1 for part in parts):
            yield from parts
        else:
            yield rows


def _parted(values: Sequence[Value], extent: Callable[[Value], tuple[int, int]]) -> Iterator[list[Value]]:
    reached: int | None = None
    part: list[Value] = []
    for each in sorted((each for each in values), key=lambda each: extent(each)[0]):
        start, length = extent(each)
        if reached is not None and start > reached + 1:
            if any(value.text for value in part):
                yield part
            part = []
        part.append(each)
        last = start + length - 1 if each.text else start
        reached = last if len(part) == 1 else max(reached or 0, last)
    if any(value.text for value in part):
        yield part


def _block(values: Sequence[Value], source: Source) -> Iterator[Line]:
    """One table with the titles above it and the remarks below."""
    rows: dict[int, list[Value]] = {}
    for each in sorted(values, key=lambda each: (each.row, each.column)):
        rows.setdefault(each.row, []).append(each)
    numbers = sorted(rows)
    first, last = 0, len(numbers)
    wide = any(sum(bool(each.text) for each in rows[number]) > 1 for number in numbers)
    while wide and first < last and _alone(rows, numbers, first, values):
        first += 1
    while wide and last > first and _alone(rows, numbers, last - 1, values):
        last -= 1
    inside = numbers[first:last]
    gap = 1
    for number in numbers[:first]:
        for line in _text(rows[number], source):
            yield line if gap == 0 else Line(line.text, line.origins, gap=gap)
    body = [each for number in inside for each in rows[number]]
    if body:
        yield from _table(body, source)
    for number in numbers[last:]:
        yield from _text(rows[number], source)


def _alone(rows: dict[int, list[Value]], numbers: list[int], at: int, values: Sequence[Value]) -> bool:
    """Whether a row holds one cell only, none of a cell merged downwards reaching into it or out of it."""
    printed = [each for each in rows[numbers[at]] if each.text]
    reached = any(each.row < numbers[at] <= each.row + each.down - 1 and each.text for each in values)
    return len(printed) == 1 and printed[0].down == 1 and not reached


def _text(row: Sequence[Value], source: Source) -> Iterator[Line]:
    for each in row:
        piece = source.take(each.text)
        source.take("\n")
        start = 0
        for end in [*(at for at, char in enumerate(piece.text) if char == "\n"), len(piece.text)]:
            part = piece.part(start, end).one_line()
            start = end + 1
            if part.text:
                yield Line(part.text, part.origins, gap=1)


def _table(values: Sequence[Value], source: Source) -> list[Line]:
    top, left = min(each.row for each in values), min(each.column for each in values)
    right = max(each.column + each.across for each in values if each.text)
    cells = []
    covered = {
        (row, column)
        for each in values
        for row in range(each.row, each.row + min(each.down, 10_000))
        for column in range(each.column, min(each.column + each.across, right))
    }
    for each in values:
        if each.column >= right:
            continue
        piece: Piece = source.take(each.text)
        source.take("\n")
        across = min(each.across, right - each.column)
        cells.append(Cell(each.row - top, each.column - left, piece, each.down, across, each.bold))
    rows = sorted({each.row for each in values})
    empty = [
        Cell(row - top, column - left, Piece())
        for row in rows
        for column in range(left, right)
        if (row, column) not in covered
    ]
    return table([*cells, *empty])
