"""A divided table as the lines of a document: its header, its rows, each character knowing where it was printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lines import Line
from .division import Division
from .fragments import Fragment
from .habits import Habits
from .headings import Heading

Printed = tuple[str, list[int]]


def header(lines: Sequence[Line], pieces: Sequence[Fragment], heading: Heading) -> Line:
    """The names of the columns."""
    return _line(lines, pieces, [pieces[first:after] for first, after in heading.names], "header")


def rows(lines: Sequence[Line], pieces: Sequence[Fragment], found: Division, habits: Habits) -> Iterator[Line]:
    """The rows; what is merged with a row above is left empty and named in ``above``."""
    columns = len(habits.columns)
    merged = _merged(found, habits)
    for place, row in enumerate(found.rows):
        cells: list[Sequence[Fragment]] = [()] * columns
        for cell in row:
            cells[cell.column] = [*cells[cell.column], *pieces[cell.first : cell.after]]
        above = tuple(column for column in range(columns) if not cells[column] and place and column in merged)
        yield _line(lines, pieces, cells, "row", above)


def _merged(found: Division, habits: Habits) -> frozenset[int]:
    """Columns in which a missing cell is one merged over rows: those before the first that every row has."""
    columns = len(habits.columns)
    share = [
        sum(cell.column == column for row in found.rows for cell in row) / len(found.rows) for column in range(columns)
    ]
    always = [column for column in range(columns) if share[column] >= 0.97 and not habits.columns[column].bare]
    last = always[0] if always else max(range(columns), key=lambda column: share[column])
    return frozenset(column for column in range(last) if share[column] < 0.97)


def _line(
    lines: Sequence[Line],
    pieces: Sequence[Fragment],
    cells: Sequence[Sequence[Fragment]],
    kind: str,
    above: tuple[int, ...] = (),
) -> Line:
    printed = [_cell(lines, cell) for cell in cells]
    first = next(cell[0] for cell in cells if cell)
    at = lines[first.line].origins[first.start]
    text, origins, spans = "", [], []
    for number, (words, offsets) in enumerate(printed):
        if number:
            text += " | "
            origins += [at] * 3
        spans.append((len(text), len(text) + len(words)))
        text += words
        origins += offsets
        at = origins[-1] if origins else at
    line = lines[first.line]
    return Line(
        text,
        origins,
        kind="header" if kind == "header" else "row",
        cells=tuple(spans),
        above=above,
        gap=line.gap,
        page=line.page,
        new_page=line.new_page,
    )


def _cell(lines: Sequence[Line], cell: Sequence[Fragment]) -> Printed:
    """The words of a cell: lines joined, the blanks of one line kept."""
    text, origins = "", []
    for number, piece in enumerate(cell):
        line = lines[piece.line]
        if number and _blank_between(cell[number - 1], piece):
            text += " "
            origins.append(line.origins[piece.start - 1] if piece.start else line.origins[piece.start])
        text += line.text[piece.start : piece.end]
        origins += [line.origins[at] for at in range(piece.start, piece.end)]
    return text, origins


def _blank_between(before: Fragment, piece: Fragment) -> bool:
    if not piece.before.startswith("/"):
        return True
    ends = before.text[-1], piece.text[0]
    return all(char.isascii() and char.isalpha() for char in ends)
