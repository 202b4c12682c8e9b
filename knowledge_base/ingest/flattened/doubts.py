"""How far a division of a flattened table can be believed: a wrong row is worse than none."""

from __future__ import annotations

from .columns import NEVER_FIRST
from .division import Division
from .habits import Cell, Habits
from .table import NEVER_LAST, RARE, Table

FEWEST_ROWS = 4
"""Less than that shows no habits, and a wrong row is worse than text."""
MOST_STRAINED = 0.02
"""Measured on 44 tables printed with Chromium and extracted with PDFium, cell after cell, and with pdfplumber, line by line:
what was read right had 0 %, what was extracted line by line 4 % at least."""
LEAST_GAIN = 0.5
"""By how much each fragment has to be likelier in the table than as plain text (log likelihood)."""
NEVER_BROKEN = ("counter", "code", "figure", "contact")
"""Kinds of columns made wide enough for what stands in them."""
NEVER_PRINTED = -8.0
"""Log likelihood of a line too long or too short for its column."""


def believable(table: Table, division: Division, habits: Habits) -> bool:
    """Whether this is a table and was read right, as far as the table itself tells."""
    cells = [cell for row in division.rows for cell in row]
    if len(division.rows) < FEWEST_ROWS or len({cell.column for cell in cells}) < len(habits.columns):
        return False
    plain = sum(table.said) + sum(table.plain(at) for at in range(len(table.pieces)))
    if division.worth - plain < LEAST_GAIN * division.end:
        return False
    return strained(table, division, habits) <= MOST_STRAINED


def strained(table: Table, division: Division, habits: Habits) -> float:
    """The share of the cells that are printed as no cell would be."""
    cells = [(at, cell) for row in division.rows for at, cell in enumerate(row) if not cell.resumed]
    wrong = [
        # Where the words of several rows stand on one line, they were not printed cell after cell.
        (at == 0 and table.line_first[cell.first] < cell.first) or _is_strained(table, cell, habits)
        for at, cell in cells
    ]
    return sum(wrong) / len(cells)


def _is_strained(table: Table, cell: Cell, habits: Habits) -> bool:
    column = habits.columns[cell.column]
    first, last = table.pieces[cell.first].text, table.pieces[cell.after - 1].text
    if first[0] in NEVER_FIRST or last[-1] in NEVER_LAST or table.open[cell.first] != table.open[cell.after]:
        return True
    for at in range(cell.first + 1, cell.after):
        joint = table.joints[at]
        if joint is None:
            if table.blanks[at] <= RARE / 2:
                return True
        elif column.kind in NEVER_BROKEN or column.full(table.reach(cell.first, at - 1), joint) <= NEVER_PRINTED:
            return True
    return column.last(table.reach(cell.first, cell.after - 1)) - column.stops <= NEVER_PRINTED
