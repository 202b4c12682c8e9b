"""A table of any format as lines: merged cells neither lost nor repeated, the rows that name the columns marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .lines import Line
from .piece import Piece, joined

LONGEST_HEADER = 40
"""Code points in a cell that names a column."""
# What stands in a row of data and hardly ever names a column: times, amounts, telephone numbers, whole sentences
DATA = re.compile(
    r"\d{1,2}[:：]\d{2}|\d{5,}|\d{3,4}[-—]\d{3,}|^[\d.,%％+\-]+$|[。；;]$|^\d+(?:\.\d+)?\s*[元天次个分人%％年月日]$"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell where it begins; rows and columns from 0."""

    row: int
    column: int
    piece: Piece
    rows: int = 1
    columns: int = 1
    names: bool = False
    """Whether the format marks it as naming something: ``th``, a repeated header row, bold print."""
    page: int | None = None


def table(cells: Sequence[Cell], *, headers: int | None = None, gap: int = 1, page: int | None = None) -> list[Line]:
    """The rows of a table. ``headers``: how many rows name the columns, ``None`` where the format does not say.

    A row holds what is printed in it, ``甲 | 乙``. A table of one column is text; a first row that is merged over all
    columns is the table's title and comes before it as text.
    """
    cells = [cell for cell in cells if cell.rows > 0 and cell.columns > 0]
    if not cells:
        return []
    width = max(cell.column + cell.columns for cell in cells)
    by_row: dict[int, list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        by_row.setdefault(cell.row, []).append(cell)
    numbers = sorted(by_row)
    lines: list[Line] = []
    while width > 1 and numbers and (title := _title(by_row[numbers[0]], width)):
        piece = title.piece.one_line()
        lines.append(Line(piece.text, piece.origins, gap=gap, page=title.page or page))
        headers = max(0, headers - 1) if headers is not None else None
        numbers = numbers[1:]
        gap = 0
    rows = [(number, by_row[number]) for number in numbers]
    if width == 1:
        return lines + _text([cell for _, row in rows for cell in row], gap, page)
    named = _headers([row for _, row in rows], width) if headers is None else headers
    first = numbers[0] if numbers else 0
    reaching: list[Cell] = []
    for place, (number, row) in enumerate(rows):
        is_header = place < named or (headers is None and named > 0 and number < first + named)
        line = _row(row, reaching, number, width, header=is_header, page=page)
        reaching = [cell for cell in [*reaching, *row] if cell.row + cell.rows > number + 1]
        if line.text:
            lines.append(line if place else _with_gap(line, gap))
    return lines


def _title(row: Sequence[Cell], width: int) -> Cell | None:
    """The cell of a row that is merged over the whole width."""
    printed = [cell for cell in row if cell.piece.one_line().text]
    if len(printed) == 1 and printed[0].columns == width and printed[0].rows == 1:
        return printed[0]
    return None


def _text(cells: Sequence[Cell], gap: int, page: int | None) -> list[Line]:
    """What stands in a frame of one column."""
    lines: list[Line] = []
    for cell in cells:
        for piece in _paragraphs(cell.piece):
            lines.append(Line(piece.text, piece.origins, gap=max(gap, 1), page=cell.page or page))
    return lines


def _paragraphs(piece: Piece) -> list[Piece]:
    found, start = [], 0
    for end in [*(at for at, char in enumerate(piece.text) if char == "\n"), len(piece.text)]:
        if (line := piece.part(start, end).one_line()).text:
            found.append(line)
        start = end + 1
    return found


def _headers(rows: Sequence[Sequence[Cell]], width: int) -> int:
    """How many rows name the columns, where nothing says so."""
    if len(rows) < 2:
        return 0
    flagged = 0
    for row in rows[:-1]:
        printed = [cell for cell in row if cell.piece.text.strip()]
        if not printed or not all(cell.names for cell in printed):
            break
        flagged += 1
    first = rows[0]
    if not flagged and not _can_name(first, width):
        return 0
    top = first[0].row
    # Names over several columns are told apart in the row below, beside which the other names reach down.
    depth = min((cell.rows for cell in first), default=1)
    if any(cell.columns > 1 for cell in first):
        depth = max(cell.rows for cell in first)
        if all(cell.columns > 1 for cell in first) and depth == 1:
            depth = 2
    depth = depth if depth <= 4 else 1
    within = sum(1 for row in rows if row[0].row < top + depth)
    return min(max(flagged if flagged < len(rows) else 1, within, 1), len(rows) - 1)


def _can_name(row: Sequence[Cell], width: int) -> bool:
    """Whether these cells could name columns: short, no data, nearly all filled."""
    texts = [cell.piece.one_line().text for cell in row]
    filled = [text for text in texts if text]
    if not filled or any(len(text) > LONGEST_HEADER or DATA.search(text) for text in filled):
        return False
    return len(texts) - len(filled) <= max(1, width // 3)


def _row(
    row: Sequence[Cell], reaching: Sequence[Cell], number: int, width: int, *, header: bool, page: int | None
) -> Line:
    spans: list[tuple[int, int] | None] = [None] * width
    above = sorted(
        {
            column
            for cell in reaching
            if cell.row + cell.rows > number
            for column in range(cell.column, cell.column + cell.columns)
        }
    )
    pieces: list[Piece] = []
    at = 0
    for cell in row:
        piece = cell.piece.one_line()
        if piece.text and pieces:
            at += 3
        for column in range(cell.column, min(cell.column + cell.columns, width)):
            spans[column] = (at, at + len(piece.text))
        if piece.text:
            pieces.append(piece)
            at += len(piece.text)
    whole = joined(pieces, " | ")
    cells, last = [], 0
    for span in spans:
        last = span[1] if span is not None else last
        cells.append(span if span is not None and span[1] <= len(whole.text) else (last, last))
    pages = [cell.page for cell in row if cell.page is not None]
    return Line(
        whole.text,
        whole.origins,
        kind="header" if header else "row",
        cells=tuple(cells),
        above=tuple(above),
        page=min(pages) if pages else page,
    )


def _with_gap(line: Line, gap: int) -> Line:
    return Line(
        line.text,
        line.origins,
        line.kind,
        line.level,
        line.cells,
        line.above,
        gap,
        page=line.page,
        new_page=line.new_page,
    )
