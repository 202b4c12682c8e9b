"""Excel: each visible sheet, its titles as text and its tables as rows, values as they are displayed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any, Final

import openpyxl
from openpyxl.utils.datetime import from_excel

from .asked import Asked
from .lines import Reading, UnreadableFile
from .ooxml import Package
from .piece import Source
from .sheet import Area, Value, lines
from .shown import BUILT_IN, is_moment, shown

HIDDEN: Final = {
    "sheet": "隐藏的工作表未收录：{}。",
    "row": "工作表“{}”里隐藏的行未收录。",
    "column": "工作表“{}”里隐藏的列未收录。",
}


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of a workbook. Raises :class:`UnreadableFile`."""
    package = Package(content, asked.limits)
    notes = list(package.notes)
    book = _opened(content, values=True)
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if hidden:
        notes.append(HIDDEN["sheet"].format("、".join(hidden)))
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if sum(len(sheet._cells) for sheet in visible) > asked.limits.cells:
        raise UnreadableFile(f"工作簿超过 {asked.limits.cells // 10_000} 万个单元格，请拆分后再收录")
    source = Source()
    areas = []
    for sheet in visible:
        area, said = _area(sheet, book.epoch)
        areas.append(area)
        notes += said
    if missing := _without_result(content, book, package):
        notes.append(f"有 {missing} 个公式没有保存过结果，未收录；用 Excel 打开并保存一次再收录。")
    return Reading(stem, tuple(lines(areas, source)), notes=tuple(notes), whole=True)


def _opened(content: bytes, *, values: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of every extension it leaves out
        return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def _area(sheet: Any, epoch: Any) -> tuple[Area, Sequence[str]]:
    """The visible cells of a sheet, hidden rows and columns taken out of the counting."""
    rows = {number for number, about in sheet.row_dimensions.items() if about.hidden}
    columns = set()
    for about in sheet.column_dimensions.values():
        if about.hidden:
            columns |= set(range(about.min or 0, min(about.max or 0, sheet.max_column) + 1))
    merged = {(each.min_row, each.min_col): (each.max_row, each.max_col) for each in sheet.merged_cells.ranges}
    found: list[Value] = []
    lost_row = lost_column = False
    for (row, column), cell in sheet._cells.items():
        last_row, last_column = merged.get((row, column), (row, column))
        down = [at for at in range(row, last_row + 1) if at not in rows] if last_row - row < 10_000 else [row]
        across = [at for at in range(column, last_column + 1) if at not in columns]
        text = "" if cell.value is None else _text(cell, epoch)
        if not text and (row, column) not in merged:
            continue
        if not down or not across:
            lost_row, lost_column = lost_row or (bool(text) and not down), lost_column or (bool(text) and not across)
            continue
        found.append(
            Value(
                down[0] - _before(rows, down[0]),
                across[0] - _before(columns, across[0]),
                text,
                len(down),
                len(across),
                bool(cell.font and cell.font.b),
            )
        )
    said = [HIDDEN["row"].format(sheet.title)] if lost_row else []
    said += [HIDDEN["column"].format(sheet.title)] if lost_column else []
    return Area(sheet.title, found), said


def _before(hidden: set[int], at: int) -> int:
    return sum(each < at for each in hidden)


def _text(cell: Any, epoch: Any) -> str:
    value, built_in = cell.value, cell._style.numFmtId
    format = cell.number_format
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and built_in in BUILT_IN
        and is_moment(BUILT_IN[built_in])
    ):
        value = from_excel(value, epoch)  # openpyxl does not know the Chinese built-in dates
    return shown(value, format, built_in).replace("_x000D_", "").strip()


def _without_result(content: bytes, book: Any, package: Package) -> int:
    """How many formulas have never been calculated, as in files that a program wrote."""
    parts = [name for name in package.names if name.startswith("xl/worksheets/")]
    if not any(b"<f>" in package.content(name) or b"<f " in package.content(name) for name in parts):
        return 0
    written = _opened(content, values=False)
    return sum(
        cell.data_type == "f" and book[sheet.title][cell.coordinate].value is None
        for sheet in written.worksheets
        if sheet.sheet_state == "visible"
        for cell in sheet._cells.values()
    )
