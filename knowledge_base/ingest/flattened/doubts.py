"""How far a division of a flattened table can be believed: a wrong row is worse than none."""

from __future__ import annotations

from .columns import NEVER_FIRST
from .division import Division
from .habits import Cell, Habits
from .table import NEVER_LAST, RARE, Table

NEVER_BROKEN = ("counter", "code", "figure", "contact")
"""Kinds of columns made wide enough for what stands in them."""


def strained(table: Table, division: Division, habits: Habits) -> float:
    """The share of the cells that are printed as no cell would be: 0 for none."""
    cells = [(at, cell) for row in division.rows for at, cell in enumerate(row) if not cell.resumed]
    # Where the words of several rows stand on one line, they were not printed cell after cell.
    wrong = [
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
        if table.blanks[at] <= RARE / 2 and not table.pieces[at].before.startswith("/"):
            return True
        joint = table.joints[at]
        if joint is not None and column.kind in NEVER_BROKEN:
            return True
        if joint is not None and column.full(table.reach(cell.first, at - 1), joint) <= -8.0:
            return True
    return column.last(table.reach(cell.first, cell.after - 1)) - column.stops <= -8.0
