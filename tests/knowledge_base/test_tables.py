"""Tables: header paths, merged cells, captions, rows that are too long; every field is a slice of the text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base import Document
from knowledge_base.ingest import Line, Reading
from knowledge_base.passages import LONGEST
from knowledge_base.structure import document

ABOVE = None
"""A cell merged with the one in the row above."""
LEFT = ...
"""A cell merged with the one on its left."""
Cell = object


def row(*cells: object, kind: str = "row") -> Line:
    """A printed row: merged cells are printed once."""
    text = ""
    spans: list[tuple[int, int]] = []
    above: list[int] = []
    for column, cell in enumerate(cells):
        if cell is LEFT:
            spans.append(spans[-1])
            continue
        text += " | " if column else ""
        printed = "" if cell is ABOVE else str(cell)
        if cell is ABOVE:
            above.append(column)
        spans.append((len(text), len(text) + len(printed)))
        text += printed
    return Line(text, range(len(text)), kind=kind, cells=tuple(spans), above=tuple(above))  # type: ignore[arg-type]


def header(*cells: object) -> Line:
    return row(*cells, kind="header")


def words(text: str, kind: str = "text", level: int = 0) -> Line:
    return Line(text, range(len(text)), kind=kind, level=level, gap=1)  # type: ignore[arg-type]


def made(*lines: Line) -> Document:
    return document(Reading("指南", (words("示范大学服务指南", "heading", 1), *lines)))


def rows(found: Document) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (each.locator, [(name, found.text[start:end]) for name, (start, end) in each.fields])
        for each in found.passages
        if each.fields
    ]


WINDOWS = (
    header("窗口", "电话", "开放时间", LEFT),
    header(ABOVE, ABOVE, "工作日", "周末"),
    row("1号", "5550-1001", "8:30–17:00", "9:00–12:00"),
    row("2号", "5550-1002", "全天", LEFT),
)


def test_headers_over_each_other_name_a_column_by_their_path() -> None:
    assert rows(made(*WINDOWS))[0] == (
        "1号",
        [("窗口", "1号"), ("电话", "5550-1001"), ("开放时间·工作日", "8:30–17:00"), ("开放时间·周末", "9:00–12:00")],
    )


def test_a_cell_over_several_columns_is_one_field_under_what_their_headers_share() -> None:
    assert rows(made(*WINDOWS))[1][1] == [("窗口", "2号"), ("电话", "5550-1002"), ("开放时间", "全天")]


def test_columns_that_share_no_header_are_named_together() -> None:
    found = made(header("楼栋", "上午", "下午"), row("1号楼", "检修", LEFT))
    assert rows(found)[0][1] == [("楼栋", "1号楼"), ("上午、下午", "检修")]


BUILDINGS = (
    words("一、楼栋", "heading", 2),
    header("苑区", "楼栋", "值班电话"),
    row("东苑", "1号楼", "5550-2001"),
    row(ABOVE, "2号楼", "5550-2002"),
    row("西苑", "3号楼", "5550-2003"),
)


def test_a_row_keeps_the_merged_cell_of_the_rows_above() -> None:
    found = made(*BUILDINGS)
    assert rows(found)[1] == (
        "一、 东苑 2号楼",
        [("苑区", "东苑"), ("楼栋", "2号楼"), ("值班电话", "5550-2002")],
    )
    assert [found.text[each.start : each.end] for each in found.passages] == [
        "东苑 | 1号楼 | 5550-2001",
        "2号楼 | 5550-2002",
        "西苑 | 3号楼 | 5550-2003",
    ]


def test_a_row_is_indexed_as_a_sentence_with_its_headers_and_merged_values() -> None:
    assert made(*BUILDINGS).passages[1].indexed == (
        "示范大学服务指南 一、楼栋 苑区：东苑；楼栋：2号楼；值班电话：5550-2002"
    )


def test_the_page_can_draw_merged_cells() -> None:
    found = made(*BUILDINGS)
    table = [block for block in found.blocks if block.kind in ("header", "row")]
    assert [block.kind for block in table] == ["header", "row", "row", "row"]
    assert [[found.text[a:b] for a, b in block.cells] for block in table] == [
        ["苑区", "楼栋", "值班电话"],
        ["东苑", "1号楼", "5550-2001"],
        ["东苑", "2号楼", "5550-2002"],
        ["西苑", "3号楼", "5550-2003"],
    ]
    assert table[2].cells[0] == table[1].cells[0]
    assert found.text.count("东苑") == 1


def test_a_cell_merged_over_three_rows_is_found_from_the_last() -> None:
    found = made(header("苑区", "楼栋"), row("东苑", "1号楼"), row(ABOVE, "2号楼"), row(ABOVE, "3号楼"))
    assert rows(found)[2] == ("东苑 3号楼", [("苑区", "东苑"), ("楼栋", "3号楼")])


def test_a_caption_belongs_to_its_table() -> None:
    found = made(
        words("一、收费", "heading", 2),
        words("住宿收费如下，由财务处收取。"),
        words("表1 住宿费标准"),
        words("（单位：元/年）"),
        header("房型", "金额"),
        row("四人间", "1200"),
    )
    assert [(each.locator, each.indexed) for each in found.passages] == [
        ("一、", "示范大学服务指南 一、收费 住宿收费如下，由财务处收取。"),
        ("一、 表1 四人间", "示范大学服务指南 一、收费 表1 住宿费标准 （单位：元/年） 房型：四人间；金额：1200"),
    ]


def test_the_name_of_an_annex_stands_in_each_row_of_its_table() -> None:
    found = made(words("附件2：各学院值班电话一览表"), header("学院", "电话"), row("计算机学院", "5550-3001"))
    assert [(each.locator, each.indexed) for each in found.passages] == [
        ("附件2 计算机学院", "示范大学服务指南 附件2：各学院值班电话一览表 学院：计算机学院；电话：5550-3001")
    ]


def test_words_that_announce_a_table_stand_in_front_of_its_rows() -> None:
    found = made(
        words("第一条 收费标准如下："), header("房型", "金额"), row("四人间", "1200"), words("注：按学年收取。")
    )
    assert [each.indexed for each in found.passages] == [
        "示范大学服务指南 第一条 收费标准如下：",
        "示范大学服务指南 第一条 注：按学年收取。",
        "示范大学服务指南 第一条 第一条 收费标准如下： 房型：四人间；金额：1200",
    ]


def test_a_note_under_a_table_knows_the_table() -> None:
    found = made(words("表1 住宿费标准"), header("房型", "金额"), row("四人间", "1200"), words("注：休学的按月退还。"))
    assert found.passages[0].indexed == "示范大学服务指南 表1 住宿费标准 注：休学的按月退还。"


def test_a_table_without_a_header_has_unnamed_columns() -> None:
    found = made(row("报修", "5550-1300"), row("网络", "5550-1410"))
    assert rows(found) == [("报修", [("", "报修"), ("", "5550-1300")]), ("网络", [("", "网络"), ("", "5550-1410")])]
    assert found.passages[0].indexed == "示范大学服务指南 报修；5550-1300"


def test_a_header_printed_again_on_the_next_page_is_no_row() -> None:
    found = made(header("服务", "电话"), row("报修", "1300"), header("服务", "电话"), row("网络", "1410"))
    assert [locator for locator, _ in rows(found)] == ["报修", "网络"]
    assert rows(found)[1][1] == [("服务", "网络"), ("电话", "1410")]


def test_another_header_begins_another_table() -> None:
    found = made(header("服务", "电话"), row("报修", "1300"), header("设备", "位置"), row("打印机", "一楼"))
    assert rows(found)[1] == ("打印机", [("设备", "打印机"), ("位置", "一楼")])


def test_an_empty_cell_is_a_field_and_no_word() -> None:
    found = made(header("服务", "地点", "电话"), row("网络", "", "1410"))
    assert rows(found)[0][1] == [("服务", "网络"), ("地点", ""), ("电话", "1410")]
    assert found.passages[0].indexed == "示范大学服务指南 服务：网络；电话：1410"


def test_rows_of_the_same_name_are_told_apart() -> None:
    found = made(header("服务", "校区"), row("报修", "东校区"), row("报修", "西校区"))
    assert [locator for locator, _ in rows(found)] == ["报修 东校区", "报修 西校区"]


def test_a_row_that_only_counts_is_called_by_what_it_counts() -> None:
    found = made(header("序号", "奖项", "金额"), row("1", "国家奖学金", "8000"))
    assert rows(found)[0][0] == "国家奖学金"


def test_the_numbers_of_an_indicator_table_call_its_rows() -> None:
    found = made(
        header("一级", "类别", "二级", "三级", "部门"),
        row("A.党建引领", "基础指标", "1.加强领导", "1.纳入年度工作要点。", "两办"),
        row(ABOVE, ABOVE, ABOVE, "2.书记担任第一责任人。", "组织部"),
        row("B.队伍入驻", ABOVE, "1.力量下沉", "1.建立制度。", "学工部"),
    )
    assert [locator for locator, _ in rows(found)] == ["A.1.1", "A.1.2", "B.1.1"]
    assert dict(rows(found)[1][1])["二级"] == "1.加强领导"


def test_a_row_that_is_too_long_is_cut_at_its_cells_and_each_piece_keeps_its_name() -> None:
    condition, material = "甲" * 250, "乙" * 250
    found = made(header("奖项", "条件", "材料"), row("国家奖学金", condition, material))
    assert rows(found) == [
        ("国家奖学金", [("奖项", "国家奖学金"), ("条件", condition)]),
        ("国家奖学金", [("奖项", "国家奖学金"), ("材料", material)]),
    ]
    assert [found.text[each.start : each.end] for each in found.passages] == [condition, material]


def test_a_cell_that_is_too_long_is_cut_at_its_sentences() -> None:
    first, second = "甲" * 250 + "。", "乙" * 250 + "。"
    found = made(header("奖项", "条件"), row("国家奖学金", first + second))
    assert rows(found) == [
        ("国家奖学金", [("奖项", "国家奖学金"), ("条件", first)]),
        ("国家奖学金", [("奖项", "国家奖学金"), ("条件", second)]),
    ]


def test_a_header_with_nothing_under_it_is_still_found() -> None:
    assert made(header("咨询电话", "5550-1000")).passages[0].indexed == "示范大学服务指南 咨询电话；5550-1000"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["甲", "乙方", "", "8:30", ABOVE, LEFT]), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    )
)
def test_every_field_of_every_table_is_a_slice_and_no_printed_value_is_lost(table: Sequence[Sequence[object]]) -> None:
    cells = [["头", *each] for each in table]
    first = ["头", *("" if cell in (ABOVE, LEFT) else cell for cell in table[0])]
    found = made(header("名", "一", "二", "三"), *(row(*each) for each in [first, *cells[1:]]))
    assert all(0 <= start <= end <= len(found.text) for each in found.passages for _, (start, end) in each.fields)
    printed = [line for line in found.text.split("\n") if line.startswith("头")]
    for line, (_, said) in zip(printed, rows(found), strict=True):
        values = [value for _, value in said]
        assert all(cell in values for cell in line.split(" | ") if cell)


@pytest.mark.parametrize("length", [LONGEST - 20, LONGEST, 3 * LONGEST])
def test_no_row_is_longer_than_a_passage(length: int) -> None:
    found = made(header("名", "文"), row("甲", "，".join(["字" * 9] * (length // 10))))
    assert all(each.end - each.start <= LONGEST for each in found.passages)
