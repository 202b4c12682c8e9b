"""How a document is laid out for its page: paragraphs, tables with merged cells, pages."""

from __future__ import annotations

from connectors.documents import Shown, shown
from knowledge_base import Block, Document


def document(
    lines: list[tuple[str, list[str]]], above: dict[tuple[int, int], int] | None = None, pages: bool = False
) -> Document:
    """Lines of (kind, cells); ``above``: (line, column) → the line in which that merged cell is printed."""
    text, blocks, spans = "", [], []
    for number, (kind, cells) in enumerate(lines):
        start, own = len(text), []
        for column, cell in enumerate(cells):
            if (printed := (above or {}).get((number, column))) is not None:
                own.append(spans[printed][column])
                continue
            own.append((len(text), len(text) + len(cell)))
            text += f"{cell} | "
        text = text.removesuffix(" | ")
        spans.append(own)
        blocks.append(Block(kind, start, len(text), tuple(own) if kind in ("header", "row") else ()))  # type: ignore[arg-type]
        text += "\n"
    starts = tuple((block.start, number) for number, block in enumerate(blocks, start=1)) if pages else None
    return Document("甲", None, None, None, None, text, tuple(blocks), (), "甲", pages=starts)


def cells(table: Shown) -> list[list[tuple[str, str, int, int, bool]]]:
    return [[(each.text, each.label, each.columns, each.rows, each.again) for each in row.cells] for row in table.rows]


def test_a_paragraph_keeps_its_place_in_the_text() -> None:
    [title, words] = shown(document([("title", ["办法"]), ("text", ["第一条 甲。"])]))
    assert (title.kind, title.text) == ("title", "办法")
    assert (words.start, words.end, words.text) == (3, 9, "第一条 甲。")


def test_every_value_of_a_row_knows_the_name_of_its_column() -> None:
    [table] = shown(document([("header", ["情形", "审批人"]), ("row", ["三天以内", "辅导员"])]))
    assert [row.header for row in table.rows] == [True, False]
    assert cells(table)[1] == [("三天以内", "情形", 1, 1, False), ("辅导员", "审批人", 1, 1, False)]


def test_a_cell_merged_over_rows_is_drawn_once_and_said_again_where_rows_stand_alone() -> None:
    lines = [
        ("header", ["楼", "设备"]),
        ("row", ["3号楼", "打印机"]),
        ("row", ["", "咖啡机"]),
        ("row", ["4号楼", "打印机"]),
    ]
    [table] = shown(document(lines, above={(2, 0): 1}))
    assert cells(table)[1:] == [
        [("3号楼", "楼", 1, 2, False), ("打印机", "设备", 1, 1, False)],
        [("3号楼", "楼", 1, 1, True), ("咖啡机", "设备", 1, 1, False)],
        [("4号楼", "楼", 1, 1, False), ("打印机", "设备", 1, 1, False)],
    ]


def test_a_header_over_two_columns_is_part_of_both_their_names() -> None:
    made = document(
        [("header", ["场地", "开放时间"]), ("header", ["场地", "工作日", "周末"]), ("row", ["报告厅", "8点", "9点"])]
    )
    top, *rest = made.blocks
    merged = Block("header", top.start, top.end, (top.cells[0], top.cells[1], top.cells[1]))
    [table] = shown(Document("甲", None, None, None, None, made.text, (merged, *rest), (), "甲"))
    assert cells(table)[0] == [("场地", "场地", 1, 1, False), ("开放时间", "开放时间", 2, 1, False)]
    assert [label for _, label, *_ in cells(table)[2]] == ["场地", "开放时间·工作日", "开放时间·周末"]


def test_a_header_after_rows_begins_another_table() -> None:
    lines = [("header", ["甲"]), ("row", ["1"]), ("header", ["乙"]), ("row", ["2"])]
    assert [len(each.rows) for each in shown(document(lines))] == [2, 2]


def test_a_page_is_named_where_it_begins() -> None:
    lines = [("text", ["第一页"]), ("text", ["第二页"])]
    assert [each.page for each in shown(document(lines, pages=True))] == [1, 2]
