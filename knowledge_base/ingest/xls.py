"""Excel's old format. What is displayed is worked out from the values: the reader gives no number formats."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from .asked import Asked
from .lines import Reading, UnreadableFile
from .piece import Source
from .sheet import Area, Value, lines
from .shown import shown

NOTE = "旧版 .xls 里的数字按原值读取，百分比和货币等显示格式未保留；另存为 .xlsx 可以保留。"


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of an old workbook. Raises :class:`UnreadableFile`."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError as error:
        raise UnreadableFile("文件有打开密码，请去掉密码再收录") from error
    except calamine.CalamineError as error:
        raise UnreadableFile("文件不完整或已损坏") from error
    notes, areas, count = [NOTE], [], 0
    for about in book.sheets_metadata:
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != calamine.SheetVisibleEnum.Visible:
            notes.append(f"隐藏的工作表未收录：{about.name}。")
            continue
        sheet = book.get_sheet_by_name(about.name)
        merged = dict(sheet.merged_cell_ranges or [])
        values = []
        for row, cells in enumerate(sheet.to_python(skip_empty_area=False)):
            count += len(cells)
            if count > asked.limits.cells:
                raise UnreadableFile(f"工作簿超过 {asked.limits.cells // 10_000} 万个单元格，请拆分后再收录")
            for column, value in enumerate(cells):
                text = _text(value)
                last = merged.get((row, column), (row, column))
                if text or (row, column) in merged:
                    values.append(Value(row, column, text, last[0] - row + 1, last[1] - column + 1))
        areas.append(Area(about.name, values))
    return Reading(stem, tuple(lines(areas, Source())), notes=tuple(notes), whole=True)


def _text(value: object) -> str:
    match value:
        case datetime() if value.time() == time():
            return shown(value, "yyyy/m/d")
        case datetime():
            return shown(value, "yyyy/m/d h:mm")
        case date() | time() | timedelta() | bool() | int() | float():
            return shown(value, "General")
        case _:
            return str(value).strip()
