"""Tables with ruled lines: their grid on a page, and what is one table over several pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .grid import Cell
from .layout import Char, Printed, inside
from .piece import Piece, flowing, joined

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
NEAR = 3.0
"""Points. Edges as close as this are one edge."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table on one page, or put together over several."""

    box: Box
    edges: tuple[float, ...]
    """Where its columns begin, and where the last ends."""
    cells: tuple[Cell, ...]
    rows: int

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return len(self.edges) - 1


def ruled(boxes: Sequence[Box], chars: Sequence[Char], page: int) -> Ruled | None:
    """The table that these cells make, or ``None`` where they are a frame around text."""
    across = _edges([each for x0, _, x1, _ in boxes for each in (x0, x1)])
    down = _edges([each for _, y0, _, y1 in boxes for each in (y0, y1)])
    placed: list[Placed] = [
        (
            _at(down, y0),
            _at(across, x0),
            max(1, _at(down, y1) - _at(down, y0)),
            max(1, _at(across, x1) - _at(across, x0)),
            (x0, y0, x1, y1),
        )
        for x0, y0, x1, y1 in boxes
    ]
    if len(across) < 3:
        return None
    placed += _open(placed, across, down)
    cells = []
    for row, column, rows, columns, box in sorted(placed):
        lines = inside(char for char in chars if _holds(box, char))
        bold = bool(lines) and all(line.bold for line in lines)
        cells.append(Cell(row, column, _flowing(lines, box), rows, columns, bold, page))
    if sum(bool(cell.piece.text) for cell in cells) < 2:
        return None
    outer = (across[0], down[0], across[-1], down[-1])
    return Ruled(outer, tuple(across), tuple(cells), len(down) - 1)


Placed = tuple[int, int, int, int, Box]
"""Row, column, rows and columns it spans, and where it is printed."""


def _open(placed: Sequence[Placed], across: Sequence[float], down: Sequence[float]) -> list[Placed]:
    """What the ruled cells leave uncovered: a merged cell that the page cuts has no line at the cut."""
    covered = {
        (row + y, column + x) for row, column, rows, columns, _ in placed for y in range(rows) for x in range(columns)
    }
    found: list[Placed] = []
    for column in range(len(across) - 1):
        begin: int | None = None
        for row in range(len(down)):
            is_open = row < len(down) - 1 and (row, column) not in covered
            if is_open and begin is None:
                begin = row
            elif not is_open and begin is not None:
                box = (across[column], down[begin], across[column + 1], down[row])
                found.append((begin, column, row - begin, 1, box))
                begin = None
    return found


def continues(above: Ruled, below: Ruled) -> bool:
    """Whether a table at the top of a page goes on with the one at the foot of the page before."""
    if above.columns != below.columns:
        return False
    widths = [
        [(right - left) / (each.edges[-1] - each.edges[0]) for left, right in pairwise(each.edges)]
        for each in (above, below)
    ]
    return all(abs(one - other) < 0.03 for one, other in zip(*widths, strict=True))


def both(above: Ruled, below: Ruled) -> Ruled:
    """The two parts as one table: a header that is printed again goes, a row or a merged cell that was cut is whole."""
    repeated = _repeated(above, below)
    cells = [replace(cell, row=cell.row - repeated) for cell in below.cells if cell.row >= repeated]
    rows = below.rows - repeated
    first = [cell for cell in cells if cell.row == 0]
    found = list(above.cells)
    if _is_cut(above, first):
        for cell in first:
            at = _last_in(found, cell.column, above.rows)
            if at is not None:
                whole = replace(
                    found[at], piece=flowing((found[at].piece, cell.piece)), rows=found[at].rows + cell.rows - 1
                )
                found[at] = whole
        found += [replace(cell, row=cell.row + above.rows - 1) for cell in cells if cell.row > 0]
        return replace(above, cells=tuple(found), rows=above.rows + rows - 1)
    for cell in cells:
        at = _last_in(found, cell.column, above.rows) if cell.row == 0 else None
        if at is not None and _goes_on(found[at], cell):
            piece = joined((found[at].piece, cell.piece))
            found[at] = replace(found[at], piece=piece, rows=found[at].rows + cell.rows)
        else:
            found.append(replace(cell, row=cell.row + above.rows))
    return replace(above, cells=tuple(found), rows=above.rows + rows)


def _repeated(above: Ruled, below: Ruled) -> int:
    """How many rows at the top are the header of the table above, printed again."""

    def row(of: Ruled, number: int) -> list[tuple[int, str]]:
        return [(cell.column, "".join(cell.piece.text.split())) for cell in of.cells if cell.row == number]

    same = 0
    while (
        same < min(4, below.rows - 1, above.rows)
        and any(text for _, text in row(above, same))
        and row(above, same) == row(below, same)
    ):
        same += 1
    return same


def _is_cut(above: Ruled, first: Sequence[Cell]) -> bool:
    """Whether the first row below is the rest of the last one above.

    A row has a name in its first column. Without one, and with cells that go on in the middle of a sentence, it is the
    rest of a row; where every other column is filled, it is a row of its own under a merged cell.
    """
    names = [cell for cell in first if cell.column == 0]
    filled = [cell for cell in first if cell.piece.text]
    if not filled or not names or names[0].piece.text or names[0].rows > 1:
        return False
    last = [cell for cell in above.cells if cell.row + cell.rows == above.rows]
    before = {cell.column: cell for cell in last}
    if any(cell.column not in before or not before[cell.column].piece.text for cell in filled):
        return False
    if any(cell.rows > 1 for cell in last if cell.column == 0):
        # under a merged cell only what stops in the middle of a sentence is cut
        return any(
            len(before[cell.column].piece.text) > 12 and not _ends(before[cell.column].piece.text) for cell in filled
        ) and (len(filled) < len(first) - 1)
    return len(filled) < len(first) - 1 or not all(_ends(before[cell.column].piece.text) for cell in filled)


def _ends(text: str) -> bool:
    return text.rstrip("”’」』）)").endswith(("。", "；", "！", "？", ";", "."))


def _goes_on(above: Cell, below: Cell) -> bool:
    """Whether one merged cell was cut by the page: printed in one of its halves, it spans the rows of both."""
    if above.columns != below.columns or (above.piece.text and below.piece.text):
        return False
    return above.rows > 1 or below.rows > 1 or below.column == 0


def _last_in(cells: Sequence[Cell], column: int, rows: int) -> int | None:
    """Which cell reaches the foot of the table in this column."""
    for at, cell in enumerate(cells):
        if cell.column == column and cell.row + cell.rows == rows:
            return at
    return None


def _edges(values: Sequence[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > NEAR:
            found.append(value)
    return found


def _at(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda at: abs(edges[at] - value))


def _holds(box: Box, char: Char) -> bool:
    x0, y0, x1, y1 = box
    return x0 <= (char.x0 + char.x1) / 2 < x1 and y0 <= char.middle < y1


def _flowing(lines: Sequence[Printed], box: Box) -> Piece:
    """The lines of a cell as running text; a line that ended although more would have fitted ends something."""
    if not lines:
        return Piece()
    margin = min(min(line.x0 - box[0] for line in lines), min(box[2] - line.x1 for line in lines))
    room = box[2] - box[0] - 2 * max(margin, 0.0)
    whole = lines[0].piece
    for before, line in pairwise(lines):
        fits = (before.x1 - before.x0) + _first_word(line) <= room - 0.3 * line.size
        whole = (
            joined((whole, line.piece), " ")
            if fits and before.text[-1] not in "，、；。"
            else flowing((whole, line.piece))
        )
    return whole


def _first_word(line: Printed) -> float:
    """The width of what would have had to fit on the line before: a word, a number, or one Chinese character."""
    length = 0
    while length < len(line.text) and line.text[length].isascii() and not line.text[length].isspace():
        length += 1
    if length:
        return 0.5 * line.size * length
    closing = len(line.text) - len(line.text[1:].lstrip("，。；：、！？）》”")) if len(line.text) > 1 else 1
    return line.size * max(1, closing)
