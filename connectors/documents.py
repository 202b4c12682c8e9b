"""``/documents/{id}``: a policy document opened at its clause, with the quoted characters lit by ``document.js``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.doors import Doors
from connectors.pages import render
from connectors.problems import Problem
from knowledge_base import Block, Document


@dataclass(slots=True)
class Cell:
    """One cell as it is drawn."""

    start: int
    end: int
    text: str
    label: str
    """What its column is called: on a phone each row is a card and says so before each value."""
    columns: int = 1
    rows: int = 1
    again: bool = False
    """Printed in a row above and merged over this one: drawn only where rows stand by themselves."""


@dataclass(frozen=True, slots=True)
class Row:
    header: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A paragraph, or a table with its rows."""

    kind: str
    start: int = 0
    end: int = 0
    text: str = ""
    page: int | None = None
    """The page that begins here, where the source has pages."""
    rows: tuple[Row, ...] = field(default=())


def mount(app: FastAPI, doors: Doors) -> None:
    @app.get("/documents/{document}")
    async def document(request: Request, document: str) -> Response:
        doors.library.refresh()
        found = doors.library.document(document)
        if found is None:
            if "text/html" in request.headers.get("accept", ""):
                return render("error.html", 404, title="没有这份文件", message="这份文件不在库里，可能已经更新。")
            raise Problem(404, "no_such_document", "没有这份文件。")
        today = doors.pipeline.now().date()
        return render("document.html", 200, document=_about(found, today), blocks=list(shown(found)))


def _about(found: Document, today: date) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "number": found.number,
        "issuer": found.issuer,
        "issued": found.issued,
        "effective": found.effective,
        "repealed": found.repealed,
        "in_force": found.in_force(today),
        "coming": found.since is not None and found.since > today,
    }


def shown(document: Document) -> Iterator[Shown]:
    """The document top to bottom; neighbouring rows are one table, and a header after rows begins another."""
    begins = dict(_pages_by_block(document))
    for is_table, group in groupby(document.blocks, key=lambda block: block.kind in ("header", "row")):
        blocks = list(group)
        if not is_table:
            for each in blocks:
                text = document.text[each.start : each.end]
                yield Shown(each.kind, each.start, each.end, text, begins.get(each.start))
            continue
        for table in _tables(blocks):
            page = next((begins[each.start] for each in table if each.start in begins), None)
            yield Shown("table", page=page, rows=tuple(_rows(document, table)))


def _pages_by_block(document: Document) -> Iterator[tuple[int, int]]:
    """(start of the block, the page that begins in it)."""
    for start, page in document.pages or ():
        at = next((block.start for block in document.blocks if block.start <= start < block.end), None)
        if at is not None:
            yield at, page


def _tables(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    table: list[Block] = []
    for each in blocks:
        if table and each.kind == "header" and table[-1].kind == "row":
            yield table
            table = []
        table.append(each)
    yield table


def _rows(document: Document, table: Sequence[Block]) -> Iterator[Row]:
    names: dict[int, str] = {}
    last: dict[int, Cell] = {}
    for number, block in enumerate(table):
        # A table whose columns nobody named still shows its first row as what it is.
        header = block.kind == "header"
        cells: list[Cell] = []
        for column, (start, end) in enumerate(block.cells):
            text = document.text[start:end]
            if header and text and text not in names.get(column, ""):
                names[column] = f"{names[column]}·{text}" if column in names else text
            above = last.get(column)
            if above is not None and start < block.start and (above.start, above.end) == (start, end):
                if not (cells and cells[-1].again and cells[-1].start == start):
                    if above.columns == 1 or not any(each.start == start for each in cells):
                        above.rows += 1
                    cells.append(Cell(start, end, text, names.get(column, ""), again=True))
                continue
            if cells and not cells[-1].again and (cells[-1].start, cells[-1].end) == (start, end) and end > start:
                cells[-1].columns += 1
                last[column] = cells[-1]
                continue
            cell = Cell(start, end, text, names.get(column, ""))
            cells.append(cell)
            last[column] = cell
        yield Row(header, tuple(cells))
        if number + 1 < len(table) and header != (table[number + 1].kind == "header"):
            last = {}  # no cell reaches from the header into the body
