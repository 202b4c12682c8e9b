"""Tables without ruled lines: rows of words that stand below each other in the same columns, as in a three-line table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from .grid import Cell
from .layout import Printed, level
from .piece import flowing
from .ruled import Ruled

ROWS = 3
"""Complete rows, its header among them, that a table has at least."""
NAME = 12
"""Code points: the first of two columns holds names, not sentences."""
APART = 2.6
"""Heights of a character from one row to the next, at most."""

Row = list[Printed]


def with_tables(lines: Sequence[Printed], page: int) -> list[Printed | Ruled]:
    """The lines of a page, with a table in the place of those that make one."""
    rows: list[Row] = []
    for line in lines:
        if rows and rows[-1][0].column == line.column == 0 and level(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    found: list[Printed | Ruled] = []
    at = 0
    while at < len(rows):
        end = _end(rows, at) if len(rows[at]) > 1 else at
        if end > at:
            found.append(_table(rows[at:end], page))
            at = end
        else:
            found += rows[at]
            at += 1
    return found


def _end(rows: Sequence[Row], begin: int) -> int:
    """Behind the last row of the table that begins here; ``begin`` itself where none does."""
    columns = [(each.x0, each.x1) for each in rows[begin]]
    complete, end, at = [rows[begin]], begin, begin + 1
    while at < len(rows) and rows[at][0].column == 0:
        before, row = rows[at - 1][0], rows[at]
        if row[0].middle - before.middle > APART * max(before.size, row[0].size):
            break
        # As many pieces as columns are the cells in order; fewer must tell by where they stand.
        places = list(range(len(row))) if len(row) == len(columns) else [_place(columns, each) for each in row]
        if None in places or len(set(places)) < len(places):
            break
        wider = list(columns)
        for place, each in zip(places, row, strict=True):
            if place is not None:
                wider[place] = min(wider[place][0], each.x0), max(wider[place][1], each.x1)
        if any(left[1] + 0.5 * row[0].size > right[0] for left, right in pairwise(wider)):
            break
        columns = wider
        at += 1
        if len(row) == len(columns):
            complete.append(row)
            end = at
        elif 0 not in places and end == at - 1:
            end = at  # the rest of the cells above
    if len(complete) < ROWS:
        return begin
    if len(columns) == 2 and median(len(row[0].text) for row in complete) > NAME:
        return begin
    return end


def _place(columns: Sequence[tuple[float, float]], line: Printed) -> int | None:
    """The one column that a piece stands in."""
    over = [at for at, (x0, x1) in enumerate(columns) if line.x0 < x1 and line.x1 > x0]
    return over[0] if len(over) == 1 else None


def _table(rows: Sequence[Row], page: int) -> Ruled:
    whole = next(row for row in rows if len(row) == max(len(each) for each in rows))
    columns = [(each.x0, each.x1) for each in whole]
    for row in rows:
        for place, each in enumerate(row):
            at = place if len(row) == len(columns) else _nearest(columns, each)
            columns[at] = min(columns[at][0], each.x0), max(columns[at][1], each.x1)
    cells: list[Cell] = []
    number = -1
    for row in rows:
        places = list(range(len(row))) if len(row) == len(columns) else [_nearest(columns, each) for each in row]
        if number >= 0 and 0 not in places and len(row) < len(columns):
            for place, each in zip(places, row, strict=True):
                at = next(at for at, cell in enumerate(cells) if (cell.row, cell.column) == (number, place))
                cells[at] = Cell(
                    number, place, flowing((cells[at].piece, each.piece)), names=cells[at].names, page=page
                )
            continue
        number += 1
        said = dict(zip(places, row, strict=True))
        for place in range(len(columns)):
            piece = said[place].piece if place in said else flowing(())
            cells.append(Cell(number, place, piece, names=place in said and said[place].bold, page=page))
    edges = (*(x0 for x0, _ in columns), columns[-1][1])
    box = edges[0], rows[0][0].top, edges[-1], max(each.bottom for each in rows[-1])
    return Ruled(box, edges, tuple(cells), number + 1)


def _nearest(columns: Sequence[tuple[float, float]], line: Printed) -> int:
    return min(range(len(columns)), key=lambda at: max(columns[at][0] - line.x1, line.x0 - columns[at][1]))
