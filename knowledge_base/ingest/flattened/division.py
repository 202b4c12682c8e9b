"""The likeliest division of a flattened table into cells under given habits."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log
from random import Random

from .columns import Column, length_class
from .habits import BETWEEN, GAP, INSIDE, NEW_ROW, Cell, Habits, Rows
from .table import LETTERS_COUNT, Table

LONGEST_CELL = 60
"""Fragments of one cell at most."""
LONGEST_SAYING = 24
LONELY = -4.0
"""A row with a single cell."""
GAP_IN_FIRST_ROW = -4.0
"""Above the first row nothing is merged, so that only an empty cell is missing in it."""
RESUMED = -6.0
"""A row that goes on behind a page break."""
RESUMED_CELL = -2.5
TOLERATED = 3.5
HOPELESS = -20.0
"""Joints so bad that a longer cell is not tried."""


@dataclass(frozen=True, slots=True)
class Division:
    """A table divided into rows."""

    rows: Rows
    end: int
    """The first fragment that is no part of the table."""
    worth: float
    """Log likelihood of all fragments, those behind the table included."""


@dataclass(slots=True)
class _State:
    """The best way to end a cell of a column before a fragment."""

    worth: float = -inf
    first: int = -1
    """Where that cell begins."""
    before: int = -1
    """The state before it; -1 for none."""
    numbers: tuple[int, ...] = ()
    """The last number of each column."""
    row: int = 0
    """How many rows were begun."""
    cells: int = 0
    """How many cells its row has."""


class Divider:
    """Viterbi over cells. There are two states for each column: in a row, and in a row resumed behind a page break."""

    def __init__(
        self, table: Table, habits: Habits, held: float, random: Random | None = None, heat: float = 0.0
    ) -> None:
        """``held``: by how much text behind the table is made unlikelier; ``heat``: how much chance has a say."""
        self.table, self.habits, self.held = table, habits, held
        self.random, self.heat = random, heat
        self.count = len(habits.columns)
        self.ways = [[_State() for _ in range(2 * self.count)] for _ in range(len(table.pieces) + 1)]
        self.inner = [self._insides(column) for column in habits.columns]
        self.costs = {kind: self._costs(kind) for kind in {piece.before for piece in table.pieces}}

    def divided(self) -> Division | None:
        """The likeliest division, ``None`` where there is none."""
        for at in range(len(self.table.pieces)):
            for state in range(2 * self.count):
                entry = self._entry(at, state)
                if entry is not None:
                    self._extend(at, state, entry)
        return self._backtracked()

    def _insides(self, column: Column) -> tuple[list[float], list[float]]:
        """Sums over the fragments: of what their characters are worth, and of the joints before them."""
        table, inside = self.table, self.habits.breaks[INSIDE]
        letters, joints = [0.0], [0.0]
        often = column.often
        for at, piece in enumerate(table.pieces):
            more = sum(often.get(char, 0.0) for char in table.letters[at]) - len(piece.text) * column.scale
            letters.append(letters[-1] + table.said[at] + LETTERS_COUNT * more)
            joint = 0.0
            if at:
                joint = inside[piece.before] + table.blanks[at]
                if (broken := table.joints[at]) is not None:
                    joint += column.goes_on
                    if column.width is not None:
                        joint += column.full(table.line_width[at - 1], broken)
            joints.append(joints[-1] + joint)
        return letters, joints

    def _costs(self, kind: str) -> list[list[float]]:
        """costs[last][column]: what it is worth to go on with a cell of ``column`` after such a break."""
        habits = self.habits
        between, new = habits.breaks[BETWEEN][kind], habits.breaks[NEW_ROW][kind]
        return [
            [
                habits.steps[last][column] + (between if column > last else new + habits.gaps[last])
                for column in range(self.count)
            ]
            for last in range(self.count)
        ]

    def _entry(self, at: int, state: int) -> _State | None:
        """The best way to begin a cell with the fragment ``at``: the worth, and what came before."""
        table, count = self.table, self.count
        if state >= count:
            return self._resumed(at, state)
        column = self.habits.columns[state]
        begins = column.starts[table.starts[at]] + table.first_hard[at]
        if at == 0:
            if state:
                return None
            return _State(begins, 0, -1, (0,) * count, 1, 0)
        costs, number = self.costs[table.pieces[at].before], table.numbers[at]
        top, best, new_row = -inf, -1, False
        for last, way in enumerate(self.ways[at]):
            if way.worth <= top:
                continue  # nothing below adds to it
            if last >= count:
                worth, new = way.worth + costs[count - 1][state], True
            else:
                worth, new = way.worth + costs[last][state], state <= last
                if new:
                    worth += LONELY if way.cells == 1 else 0.0
                else:
                    worth += (GAP_IN_FIRST_ROW if way.row == 1 else GAP) * (state - last - 1)
            if column.counts:
                worth += _counting(number, way.numbers[state])
            if worth > top:
                top, best, new_row = worth, last, new
        if best < 0:
            return None
        way = self.ways[at][best]
        return _State(top + begins, at, best, way.numbers, way.row + new_row, 0 if new_row else way.cells)

    def _resumed(self, at: int, state: int) -> _State | None:
        """The best way to go on, with the fragment ``at``, with the cell of a row that a page break cut."""
        top, best = -inf, -1
        for last, way in enumerate(self.ways[at]):
            if last >= self.count:
                worth = way.worth if last < state else -inf
            else:
                worth = way.worth + RESUMED if self.table.pieces[at].new_page else -inf
            if worth > top:
                top, best = worth, last
        if best < 0:
            return None
        way = self.ways[at][best]
        if self.habits.columns[state - self.count].counts and self.table.numbers[at] is not None:
            top += RESUMED  # a number begins a cell
        return _State(top + RESUMED_CELL, at, best, way.numbers, way.row, way.cells)

    def _extend(self, at: int, state: int, entry: _State) -> None:
        """Every cell that begins with the fragment ``at``."""
        table = self.table
        resumed, place = state >= self.count, state % self.count
        column = self.habits.columns[place]
        letters, joints = self.inner[place]
        numbers = entry.numbers
        if not resumed and (number := table.numbers[at]) is not None:
            numbers = (*numbers[:place], number, *numbers[place + 1 :])
        start = entry.worth
        if self.random is not None:
            start -= self.heat * log(-log(self.random.random() + 1e-300) + 1e-300)
        shared = at > table.line_first[at]  # the line begins with another cell
        usual: float | None = None
        mended = 0.0
        for after in range(at + 1, min(at + LONGEST_CELL, len(table.pieces)) + 1):
            last = after - 1
            if last > at and (joint := table.joints[last]) is not None:
                if column.width is None:
                    ended = table.reach(at, last - 1)
                    mended += column.full(ended, joint, usual)
                    usual = max(usual or 0.0, ended)
                elif shared:
                    # The first line of the cell is narrower than what is printed on it.
                    mended = column.full(table.reach(at, last - 1), joint)
                    mended -= column.full(table.line_width[last - 1], joint)
                    shared = False
            joined = joints[after] - joints[at + 1] + mended
            if joined + TOLERATED * (last - at) < HOPELESS:
                break
            said = letters[after] - letters[at]
            length = table.offsets[after] - table.offsets[at]
            if length <= LONGEST_SAYING and column.sayings:
                said = max(said, column.sayings.get(table.words(at, after), -inf))
            worth = start + said + joined + column.last(table.reach(at, last), usual)
            worth += column.ends[table.ends[last]] + table.last_hard[last]
            if not resumed:
                worth += column.lengths[length_class(length)]
            if table.open[after] != table.open[at]:
                worth -= 4.0
            way = self.ways[after][state]
            if worth > way.worth:
                cells = entry.cells + (not resumed)
                self.ways[after][state] = _State(worth, at, entry.before, numbers, entry.row, cells)

    def _backtracked(self) -> Division | None:
        table, size = self.table, len(self.table.pieces)
        behind = [0.0] * (size + 1)
        for at in reversed(range(size)):
            behind[at] = behind[at + 1] + table.said[at] + table.plain(at) - self.held
        top, at, state = -inf, -1, -1
        for after in range(1, size + 1):
            for last, way in enumerate(self.ways[after]):
                # A table may end after any column, rather after its last.
                worth = way.worth + behind[after] - (1.0 if last % self.count == self.count - 1 else 3.0)
                worth += LONELY if way.cells == 1 else 0.0
                if worth > top:
                    top, at, state = worth, after, last
        if state < 0:
            return None
        end = at
        cells: list[Cell] = []
        while at > 0:
            way = self.ways[at][state]
            cells.append(Cell(state % self.count, way.first, at, state >= self.count))
            at, state = way.first, way.before
        rows: list[list[Cell]] = []
        last_column = self.count
        for cell in reversed(cells):
            if cell.resumed:
                rows[-1].append(cell)
                last_column = self.count  # what follows is a new row
                continue
            if cell.column <= last_column:
                rows.append([])
            rows[-1].append(cell)
            last_column = cell.column
        named = sum(column.named for column in self.habits.columns)
        return Division(tuple(map(tuple, rows)), end, top + named)


def _counting(number: int | None, last: int) -> float:
    """Numbers of one column count on, or begin again."""
    if number is None:
        return -3.0
    return 0.0 if number == last + 1 else -2.0 if number == 1 else -5.0
