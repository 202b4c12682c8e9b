"""The habits of a whole table: how its lines are broken, which column follows which, and each column's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from .columns import Background, Column
from .headings import Kind
from .table import Table

BREAKS = (" ", "  ", *(f"/{mark}{gap}" for mark in ("", "_") for gap in "012"))
INSIDE, BETWEEN, NEW_ROW = 0, 1, 2
"""Where a break may stand: inside a cell, between two cells of a row, between two rows."""

BROKEN_RULE = -8.0
"""Log likelihood of a line that ends in blanks inside a cell, where blanks mark the ends of cells; twice that for the other way."""
GAP = -3.0
"""Log likelihood of a cell missing between others or at the end of its row, besides what the table shows of it."""
GAPS: Mapping[Kind, float] = {"note": -1.0, "any": -1.0}
"""The same for columns that are often empty."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Fragments that were read as one cell."""

    column: int
    first: int
    """Its first fragment."""
    after: int
    """The fragment after its last."""
    resumed: bool = False
    """Whether it goes on with the cell of its column on the page before."""


Rows = tuple[tuple[Cell, ...], ...]


class Habits:
    """All that is learnt from a division of a table, or expected from the names of its columns."""

    def __init__(self, table: Table, kinds: Sequence[Kind], background: Background) -> None:
        self.columns = tuple(Column(kind, background) for kind in kinds)
        self.marked = table.marked
        self.breaks = self._breaks(({}, {}, {}))
        """For each place the log likelihood of each kind of break."""
        self.steps = self._steps({})
        """steps[here][there]: log likelihood that the cell after one of column ``here`` is of column ``there``."""
        gaps = [GAPS.get(kind, GAP) for kind in kinds]
        self.gaps = [sum(gaps[column + 1 :]) for column in range(len(kinds))]
        """What it costs to end a row after each column."""

    def learn(self, table: Table, rows: Rows, order: Sequence[int] | None = None) -> None:
        """Takes the habits of a division; ``order``: which of its columns stands in each place now."""
        place = range(len(self.columns)) if order is None else [order.index(at) for at in range(len(order))]
        for number, column in enumerate(self.columns):
            mine = [cell for row in rows for cell in row if place[cell.column] == number and not cell.resumed]
            column.learn(
                [(table.pieces[cell.first].text, table.words(cell.first, cell.after)) for cell in mine],
                [table.printed(cell.first, cell.after) for cell in mine],
            )
        if order is not None:
            return  # where rows begin is to be found anew
        places: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
        seen: Counter[tuple[int, int]] = Counter()
        last: int | None = None
        for row in rows:
            for cell in row:
                if last is not None and not cell.resumed:
                    places[BETWEEN if cell.column > last else NEW_ROW][table.pieces[cell.first].before] += 1
                    seen[last, cell.column] += 1
                places[INSIDE].update(table.pieces[at].before for at in range(cell.first + 1, cell.after))
                last = cell.column
        self.breaks = self._breaks(places)
        self.steps = self._steps(seen)

    def _breaks(self, counts: Sequence[Mapping[str, int]]) -> list[dict[str, float]]:
        found = []
        for place, seen in enumerate(counts):
            total = sum(seen.values()) + 8
            found.append({kind: log((seen.get(kind, 0) + 8 * self._prior(kind, place)) / total) for kind in BREAKS})
        if self.marked:
            for kind in BREAKS:
                if kind.startswith("/"):
                    # Whoever prints the ends of cells does so by rule: what a first, wrong division counted is no evidence.
                    inner, outer = (BROKEN_RULE, 0.0) if "_" in kind else (0.0, 2 * BROKEN_RULE)
                    found[INSIDE][kind] += inner
                    found[BETWEEN][kind] += outer
                    found[NEW_ROW][kind] += outer
        return found

    def _prior(self, kind: str, place: int) -> float:
        if kind == " ":
            return (0.05, 0.4, 0.01)[place]
        if kind == "  ":
            return (0.01, 0.2, 0.01)[place]
        if not self.marked:
            return (0.15, 0.06, 0.14)[place]
        # Where some lines end in blanks and others do not, the blanks end cells.
        return (0.005, 0.12, 0.25)[place] if "_" in kind else (0.3, 0.01, 0.03)[place]

    def _steps(self, seen: Mapping[tuple[int, int], int]) -> list[list[float]]:
        count = len(self.columns)
        found = []
        for here in range(count):
            prior = [_step(here, there, count) for there in range(count)]
            total = sum(prior)
            times = sum(seen.get((here, there), 0) for there in range(count)) + 3
            found.append([log((seen.get((here, at), 0) + 3 * prior[at] / total) / times) for at in range(count)])
        return found


def _step(here: int, there: int, count: int) -> float:
    """How often a cell of column ``there`` is expected after one of column ``here``, in any unit."""
    if there > here:
        return 4.0 if there == here + 1 else 0.3 / (there - here)
    if here == count - 1:
        return 2.0 if there == 0 else 1.0 if there < count - 1 else 0.1
    return (0.5 if there == 0 else 0.25) / (count - here)
