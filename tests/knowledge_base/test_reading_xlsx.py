"""Workbooks become lines: what is displayed, where it stands, tables apart from titles and remarks."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from knowledge_base.ingest import Reading, read
from knowledge_base.ingest.shown import shown
from tests.knowledge_base.papers import put, repacked, values


def xlsx(build: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    build(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def reading(tmp_path: Path, build: Callable[[Any], None]) -> Reading:
    return read(put(tmp_path, "一览表.xlsx", xlsx(build)))


def fill(sheet: Any, rows: list[list[Any]], top: int = 1, left: int = 1) -> None:
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                sheet.cell(top + down, left + right, value)


def test_titles_and_remarks_are_text_and_headers_name_their_columns(tmp_path: Path) -> None:
    """ragflow#10844: a table is split from its caption; here the caption is the line before it."""

    def build(book: Any) -> None:
        sheet = book.active
        sheet.title = "场地"
        fill(
            sheet,
            [
                ["2026年场地一览表"],
                ["（单位：元）"],
                ["校区", "场地", "价格", None, "电话"],
                [None, None, "平时", "周末", None],
                ["东校区", "报告厅", 100, 200, "021-5550-1190"],
                [None, "教室", 50, 80, "021-5550-1191"],
                ["注：节假日不开放。"],
            ],
        )
        for area in ("A1:E1", "C3:D3", "A3:A4", "B3:B4", "E3:E4", "A5:A6"):
            sheet.merge_cells(area)

    found = reading(tmp_path, build).lines
    assert [(line.kind, line.text) for line in found] == [
        ("heading", "2026年场地一览表"),
        ("text", "（单位：元）"),
        ("header", "校区 | 场地 | 价格 | 电话"),
        ("header", "平时 | 周末"),
        ("row", "东校区 | 报告厅 | 100 | 200 | 021-5550-1190"),
        ("row", "教室 | 50 | 80 | 021-5550-1191"),
        ("text", "注：节假日不开放。"),
    ]
    assert list(values(found[2:-1])) == [
        ["校区", "场地", "价格", "价格", "电话"],
        ["校区", "场地", "平时", "周末", "电话"],
        ["东校区", "报告厅", "100", "200", "021-5550-1190"],
        ["东校区", "教室", "50", "80", "021-5550-1191"],
    ]


def test_tables_parted_by_empty_rows_or_columns_stay_apart(tmp_path: Path) -> None:
    """MaxKB#6396: two tables fused."""

    def build(book: Any) -> None:
        fill(book.active, [["设备", "位置"], ["打印机", "一楼"]])
        fill(book.active, [["部门", "地点"], ["后勤处", "二楼"]], top=5)
        fill(book.active, [["班车", "时间"], ["东线", "早班"]], top=5, left=5)

    assert [(line.kind, line.gap > 0, line.text) for line in reading(tmp_path, build).lines] == [
        ("header", True, "设备 | 位置"),
        ("row", False, "打印机 | 一楼"),
        ("header", True, "部门 | 地点"),
        ("row", False, "后勤处 | 二楼"),
        ("header", True, "班车 | 时间"),
        ("row", False, "东线 | 早班"),
    ]


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (0.5, "0%", "50%"),
        (0.125, "0.0%", "12.5%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-3, "0.00_ ;[Red]\\-0.00\\ ", "-3.00"),
        (1234567, "0.0,,", "1.2"),
        (5, "000", "005"),
        (0.1 + 0.2, "General", "0.3"),
        (12, '0"人"', "12人"),
        (99.5, '"¥"#,##0.00', "¥99.50"),
        (100, "[$¥-804]#,##0", "¥100"),
        (3.5, "0.##", "3.5"),
        (True, "General", "TRUE"),
        (date(2026, 9, 1), 'yyyy"年"m"月"d"日"', "2026年9月1日"),
        (datetime(2026, 9, 1), "mm-dd-yy", "09-01-26"),
        (datetime(2026, 9, 1), "[$-804]yyyy/mm/dd;@", "2026/09/01"),
        (datetime(2026, 9, 1, 14, 30), "yyyy/m/d h:mm", "2026/9/1 14:30"),
        (datetime(2026, 9, 1), "aaaa", "星期二"),
        (time(8, 5), "h:mm", "8:05"),
        (time(20, 5), "h:mm AM/PM", "8:05 下午"),
        ("021-5550-1190", "@", "021-5550-1190"),
    ],
)
def test_values_are_shown_as_the_sheet_shows_them(value: object, format: str, text: str) -> None:
    assert shown(value, format) == text


def test_the_built_in_date_is_shown_as_a_chinese_excel_shows_it(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        fill(book.active, [["批次", "日期"], ["甲批", date(2026, 9, 1)]])
        book.active["B2"].number_format = "mm-dd-yy"  # built-in format 14

    assert reading(tmp_path, build).lines[1].text == "甲批 | 2026/9/1"


def test_hidden_rows_columns_and_sheets_stay_out_and_are_named(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        sheet = book.active
        fill(sheet, [["姓名", "密码", "部门"], ["甲", "暗", "一处"], ["乙", "暗", "二处"], ["丙", "暗", "三处"]])
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        other = book.create_sheet("底稿")
        other["A1"] = "秘密"
        other.sheet_state = "veryHidden"

    found = reading(tmp_path, build)
    assert [line.text for line in found.lines] == ["姓名 | 部门", "甲 | 一处", "丙 | 三处"]
    assert found.notes == (
        "隐藏的工作表未收录：底稿。",
        "工作表“Sheet”里隐藏的行未收录。",
        "工作表“Sheet”里隐藏的列未收录。",
    )


def test_formulas_give_the_value_that_was_saved(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        fill(book.active, [["项目", "合计"], ["甲", "=1+1"], ["乙", "=2+2"]])

    content = repacked(
        xlsx(build),
        lambda name, part: re.sub(rb"<f>1\+1</f>\s*<v\s*/?>(?:</v>)?", b"<f>1+1</f><v>2</v>", part),
    )
    found = read(put(tmp_path, "合计.xlsx", content))
    assert [line.text for line in found.lines] == ["项目 | 合计", "甲 | 2", "乙"]
    assert found.notes == ("有 1 个公式没有保存过结果，未收录；用 Excel 打开并保存一次再收录。",)


def test_a_bold_first_row_names_the_columns_whatever_it_says(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        fill(book.active, [["2025年", "13800000000"], ["甲", "乙"], ["丙", "丁"]])
        for cell in book.active[1]:
            cell.font = Font(bold=True)

    assert [line.kind for line in reading(tmp_path, build).lines] == ["header", "row", "row"]


def test_rows_of_data_alone_have_no_header(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        fill(book.active, [["报修电话", "021-5550-1300"], ["急诊电话", "021-5550-1120"]])

    assert [line.kind for line in reading(tmp_path, build).lines] == ["row", "row"]


def test_several_sheets_have_headings(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        book.active["A1"] = "甲表的说明"
        book.create_sheet("设备")["A1"] = "乙表的说明"
        book.create_sheet("空表")

    assert [(line.kind, line.text) for line in reading(tmp_path, build).lines] == [
        ("heading", "Sheet"),
        ("text", "甲表的说明"),
        ("heading", "设备"),
        ("text", "乙表的说明"),
    ]


def test_what_all_sheets_open_with_is_the_title_of_the_workbook(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        for sheet, row in ((book.active, ["报告厅", "一楼"]), (book.create_sheet("设备"), ["打印机", "二楼"])):
            fill(sheet, [["示范大学一览表"], ["2026年9月印发"], ["名称", "位置"], row])
        book.active.title = "场地"

    assert [(line.kind, line.level, line.text) for line in reading(tmp_path, build).lines] == [
        ("heading", 1, "示范大学一览表"),
        ("text", 0, "2026年9月印发"),
        ("heading", 2, "场地"),
        ("header", 0, "名称 | 位置"),
        ("row", 0, "报告厅 | 一楼"),
        ("heading", 2, "设备"),
        ("header", 0, "名称 | 位置"),
        ("row", 0, "打印机 | 二楼"),
    ]


def test_a_cell_at_the_end_of_the_world_costs_nothing(tmp_path: Path) -> None:
    def build(book: Any) -> None:
        book.active["A1"] = "说明"
        book.active["XFD1048576"] = "尽头"

    assert [line.text for line in reading(tmp_path, build).lines] == ["说明", "尽头"]


def test_an_old_workbook_is_read_by_its_values() -> None:
    found = read(Path(__file__).parent / "files" / "值班表.xls")
    assert [(line.kind, line.text) for line in found.lines] == [
        ("heading", "2026年值班表"),
        ("header", "校区 | 地点 | 日期 | 人数"),
        ("row", "东苑 | 一楼 | 2026/9/1 | 2"),
        ("row", "二楼 | 2026/9/2 | 1.5"),
    ]
    assert list(values(found.lines))[-1] == ["东苑", "二楼", "2026/9/2", "1.5"]
    assert found.notes == (
        "旧版 .xls 里的数字按原值读取，百分比和货币等显示格式未保留；另存为 .xlsx 可以保留。",
        "隐藏的工作表未收录：底稿。",
    )
