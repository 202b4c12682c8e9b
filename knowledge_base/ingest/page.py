"""Pages put together: furniture gone, tables over several pages whole, margins and gaps told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from .aligned import with_tables
from .grid import table
from .layout import Printed, together
from .lines import Line
from .ruled import Ruled, both, continues
from .running import furniture

INDENT: Final = 1.5
"""Characters right of the margin from which a line is indented."""
SHORT: Final = 2.0
"""Characters short of the right margin from which a line ended of its own accord."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page, furniture included."""

    number: int
    height: float
    lines: tuple[Printed, ...]
    tables: tuple[Ruled, ...]


def lines(pages: Sequence[Page]) -> Iterator[Line]:
    """The text of the pages as lines: furniture gone, tables over several pages put together, gaps and margins told."""
    gone = furniture([page.lines for page in pages], [page.height for page in pages])
    kept = [_tidy(page, out) for page, out in zip(pages, gone, strict=True)]
    leading = _leading(kept)
    margins = _margins(kept)
    shown: list[tuple[Page, list[Printed | Ruled]]] = []
    open_table: tuple[int, int] | None = None  # (page, place) of a table that ends its page
    for page in kept:
        items = _ordered(page)
        if items and open_table is not None and isinstance(items[0], Ruled):
            at, place = open_table
            above = shown[at][1][place]
            if isinstance(above, Ruled) and continues(above, items[0]):
                shown[at][1][place] = both(above, items[0])
                items = items[1:]
                if not items:
                    continue  # the table may go on still further
        shown.append((page, items))
        if items:
            open_table = (len(shown) - 1, len(items) - 1) if isinstance(items[-1], Ruled) else None
    first = True
    for page, items in shown:
        begins = True
        last: Printed | Ruled | None = None
        for item in items:
            new_page = begins and not first
            if isinstance(item, Ruled):
                rows = table(item.cells, page=page.number)
                yield from (replace(row, new_page=True) if new_page and not at else row for at, row in enumerate(rows))
                begins = begins and not rows
            else:
                yield _told(item, last, page, leading, margins, new_page)
                begins = False
            first, last = first and begins, item


def _tidy(page: Page, gone: set[int]) -> Page:
    """Without its furniture, tables without rules found, and what stands side by side in one line."""
    items = with_tables([line for at, line in enumerate(page.lines) if at not in gone], page.number)
    tables = tuple(each for each in items if isinstance(each, Ruled))
    lines = together([each for each in items if not isinstance(each, Ruled)])
    return replace(page, lines=tuple(lines), tables=(*page.tables, *tables))


def _ordered(page: Page) -> list[Printed | Ruled]:
    """Lines and tables from the top: a table stands before the first line that begins below it."""
    items: list[Printed | Ruled] = []
    waiting = sorted(page.tables, key=lambda each: each.box[1])
    for line in page.lines:
        while waiting and waiting[0].box[1] < line.top and (line.column == 0 or waiting[0].box[0] < line.x1):
            items.append(waiting.pop(0))
        items.append(line)
    return [*items, *waiting]


def _told(
    line: Printed,
    last: Printed | Ruled | None,
    page: Page,
    leading: float,
    margins: dict[tuple[int, int], tuple[float, float]],
    new_page: bool,
) -> Line:
    left, right = margins.get((page.number, line.column), (line.left, line.right))
    gap = 1 if isinstance(last, Ruled) else 0
    if isinstance(last, Printed) and last.column == line.column:
        usual = max(leading * line.size, line.size)
        gap = max(0, round((line.middle - last.middle - usual) / usual - 0.1))
    return Line(
        line.text,
        line.piece.origins,
        gap=gap,
        trailing=right - line.x1 > SHORT * line.size,
        indented=line.x0 - left >= INDENT * line.size,
        page=page.number,
        new_page=new_page,
    )


def _leading(pages: Sequence[Page]) -> float:
    """How far apart the lines of a paragraph stand, in heights of their characters."""
    steps = [
        (below.middle - above.middle) / below.size
        for page in pages
        for above, below in zip(page.lines, page.lines[1:], strict=False)
        if above.column == below.column and abs(above.size - below.size) < 0.5 and below.middle > above.middle
    ]
    return median(steps) if steps else 1.5


def _margins(pages: Sequence[Page]) -> dict[tuple[int, int], tuple[float, float]]:
    """(page, column) → left and right margin. Pages of one parity share them: a bound book mirrors its margins."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for parity in (0, 1):
        own = [page for page in pages if page.number % 2 == parity]
        for column in (0, 1, 2):
            lines = [line for page in own for line in page.lines if line.column == column]
            if len(lines) < 3:
                continue
            edges = _left(lines), max(line.x1 for line in lines)
            for page in own:
                found[page.number, column] = edges
    return found


def _left(lines: Sequence[Printed]) -> float:
    """The leftmost place at which lines begin again and again."""
    starts = Counter(round(line.x0 / 2) for line in lines)
    often = [start for start in starts if sum(starts[start + near] for near in (-1, 0, 1)) >= max(2, 0.08 * len(lines))]
    if not often:
        return min(line.x0 for line in lines)
    return min(line.x0 for line in lines if round(line.x0 / 2) == min(often))
