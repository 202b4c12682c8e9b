"""PDF pages become lines: what is printed, in reading order, without the furniture of the page, tables as grids."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pypdf
import pytest

from knowledge_base.ingest import Child, Limits, Line, UnreadableFile, read
from knowledge_base.ingest.encoding import frequent
from knowledge_base.ingest.glyphs import fold
from tests.knowledge_base.papers import Sheet, pdf, put, values

BODY = [
    "第一条　为了加强学生宿舍管理，维护正常的生活秩序，根据有关规定，结合学校",
    "实际，制定本办法。",
    "第二条　本办法适用于在校内住宿的全日制学生，其他人员参照执行，具体由后勤",
    "部门负责解释。",
]


def lines_of(tmp_path: Path, *sheets: Sheet) -> tuple[Line, ...]:
    return read(put(tmp_path, "规定.pdf", pdf(*sheets))).lines


def body(sheet: Sheet, texts: list[str], top: float = 100) -> Sheet:
    for number, text in enumerate(texts):
        sheet.text(90 + (24 if text.startswith("第") else 0), top + 22 * number, text)
    return sheet


def test_each_printed_line_knows_its_page_and_whether_it_opens_a_paragraph(tmp_path: Path) -> None:
    more = ["第三条　辅导员每周走访学生宿舍不少于一次，及时了解学生的思想动态和生活", "情况。"]
    read_lines = lines_of(tmp_path, body(Sheet(), BODY), body(Sheet(), more))
    assert [(line.text, line.page, line.indented, line.trailing, line.new_page) for line in read_lines] == [
        (BODY[0], 1, True, False, False),
        (BODY[1], 1, False, True, False),
        (BODY[2], 1, True, False, False),
        (BODY[3], 1, False, True, False),
        (more[0], 2, True, False, True),
        (more[1], 2, False, True, False),
    ]


def test_a_gap_between_lines_is_counted_in_empty_lines(tmp_path: Path) -> None:
    sheet = (
        Sheet()
        .lines(90, 100, ["甲行的文字写到这里。", "乙行的文字写到这里。", "丙行的文字写到这里。"])
        .text(90, 200, "丁行。")
    )
    assert [line.gap for line in lines_of(tmp_path, sheet)] == [0, 0, 0, 2]


def test_running_heads_and_page_numbers_go_and_the_title_stays(tmp_path: Path) -> None:
    sheets = []
    for number in range(1, 5):
        sheet = body(Sheet(), [f"第{number}条　内容是第{number}页的。", *BODY[1:2]])
        sheet.text(220, 40, "示范大学宿舍管理办法", 9).text(280, 810, f"— {number} —", 10)
        sheets.append(sheet)
    sheets[0].text(200, 70, "示范大学宿舍管理办法", 18)
    assert [line.text for line in lines_of(tmp_path, *sheets)] == [
        "示范大学宿舍管理办法",
        *(text for number in range(1, 5) for text in (f"第{number}条　内容是第{number}页的。", BODY[1])),
    ]


def test_a_number_in_the_text_at_the_foot_is_no_page_number(tmp_path: Path) -> None:
    sheet = Sheet().lines(90, 700, ["名额如下，各学院：", "30", "其余由学校统筹。"], leading=18)
    assert [line.text for line in lines_of(tmp_path, sheet)] == ["名额如下，各学院：", "30", "其余由学校统筹。"]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"左栏第{each}行的文字一直写到栏的右边。" for each in "一二三四五六"]
    right = [f"右栏第{each}行的文字一直写到栏的右边。" for each in "一二三四五六"]
    sheet = Sheet().text(200, 60, "通栏的标题在两栏的上面", 16).lines(60, 110, left).lines(320, 114, right)
    assert [line.text for line in lines_of(tmp_path, sheet)] == ["通栏的标题在两栏的上面", *left, *right]


def test_rotated_watermarks_are_no_text(tmp_path: Path) -> None:
    sheet = body(Sheet(), BODY).text(150, 500, "内部资料请勿外传", 48, turned="0.7 0.7 -0.7 0.7")
    assert [line.text for line in lines_of(tmp_path, sheet)] == BODY


def test_a_table_printed_sideways_is_read_as_it_is_meant(tmp_path: Path) -> None:
    upright = Sheet().text(80, 90, "表1　处理标准").table(ACROSS, DOWN, GRID)
    sideways = Sheet()
    for x, y, size, text, _ in upright.said:
        sideways.text(y, 842 - x, text, size, turned="0 1 -1 0")
    for x0, y0, x1, y1 in upright.ruled:
        sideways.rule(y0, 842 - x0, y1, 842 - x1)
    expected = [(line.kind, line.text, line.above) for line in lines_of(tmp_path, upright)]
    assert [(line.kind, line.text, line.above) for line in lines_of(tmp_path, sideways)] == expected
    assert len(expected) == 5


def test_radicals_in_the_place_of_characters_are_folded() -> None:
    """ragflow#6787: fonts give 一 and 人 back as U+2F00 and U+2F08, and the text is never found."""
    assert fold("⼀、⼈员⼊校须知，⻓期有效，⻚码⻅附件。") == "一、人员入校须知，长期有效，页码见附件。"
    assert fold("一、人员〇二") == "一、人员〇二"


def test_characters_without_a_meaning_are_recognised_from_their_picture(tmp_path: Path) -> None:
    """ragflow#6787: garbled glyphs. Where nothing can be recognised either, no garbage comes in."""
    second_level = (bytes((high, low)).decode("gb2312") for high in range(0xD8, 0xE0) for low in range(0xA1, 0xFF))
    rare = "".join(char for char in second_level if char not in frequent())
    sheet = Sheet().lines(90, 100, [rare[at : at + 20] for at in range(0, 80, 20)])
    with Child(Limits(scans=0)) as child, pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "乱码.pdf", pdf(sheet)), child)
    assert str(error.value) == "需要文字识别的页超过 0 页，请拆分后再收录"


GRID = {
    (0, 0, 1, 1): "类别",
    (0, 1, 1, 1): "行为",
    (0, 2, 1, 1): "处理",
    (1, 0, 2, 1): "违规用电",
    (1, 1, 1, 1): "使用热得快",
    (1, 2, 1, 1): "警告",
    (2, 1, 1, 1): "私拉电线",
    (2, 2, 1, 1): "严重警告",
    (3, 0, 1, 2): "造成火情的",
    (3, 2, 1, 1): "记过",
}
ACROSS, DOWN = [80, 160, 330, 500], [100, 130, 160, 190, 220]


def test_a_ruled_table_keeps_its_merged_cells_once(tmp_path: Path) -> None:
    """MaxKB#2868, #4768: merged cells repeat or vanish. MaxKB#2271, ragflow#10644: columns are lost or run together."""
    read_lines = lines_of(tmp_path, Sheet().text(80, 90, "表1　处理标准").table(ACROSS, DOWN, GRID))
    assert [(line.kind, line.text) for line in read_lines] == [
        ("text", "表1　处理标准"),
        ("header", "类别 | 行为 | 处理"),
        ("row", "违规用电 | 使用热得快 | 警告"),
        ("row", "私拉电线 | 严重警告"),
        ("row", "造成火情的 | 记过"),
    ]
    assert read_lines[3].above == (0,)
    assert read_lines[4].cells == ((0, 5), (0, 5), (8, 10))
    assert list(values(read_lines[1:])) == [
        ["类别", "行为", "处理"],
        ["违规用电", "使用热得快", "警告"],
        ["违规用电", "私拉电线", "严重警告"],
        ["造成火情的", "造成火情的", "记过"],
    ]


def test_the_lines_of_a_cell_are_one_text(tmp_path: Path) -> None:
    cells = {
        (0, 0, 1, 1): "项目",
        (0, 1, 1, 1): "说明",
        (1, 0, 1, 1): "开放时间",
        (1, 1, 1, 1): "8:00至11:30\n13:30至17:00",
        (2, 0, 1, 1): "地点",
        (2, 1, 1, 1): "学生活动中心三楼的心理健康教育中心\n302室",
    }
    sheet = Sheet().table([80, 160, 340], [100, 130, 170, 210], cells)
    assert [line.text for line in lines_of(tmp_path, sheet)] == [
        "项目 | 说明",
        "开放时间 | 8:00至11:30 13:30至17:00",
        "地点 | 学生活动中心三楼的心理健康教育中心302室",
    ]


def test_two_tables_one_after_the_other_stay_two(tmp_path: Path) -> None:
    """MaxKB#6396: two tables fused. The second begins with a gap, and with its own header."""
    one = {(0, 0, 1, 1): "设备", (0, 1, 1, 1): "位置", (1, 0, 1, 1): "打印机", (1, 1, 1, 1): "一楼"}
    other = {(0, 0, 1, 1): "部门", (0, 1, 1, 1): "地点", (1, 0, 1, 1): "后勤处", (1, 1, 1, 1): "二楼"}
    sheet = Sheet().table([80, 200, 400], [100, 125, 150], one).table([80, 200, 400], [200, 225, 250], other)
    assert [(line.kind, line.gap > 0, line.text) for line in lines_of(tmp_path, sheet)] == [
        ("header", True, "设备 | 位置"),
        ("row", False, "打印机 | 一楼"),
        ("header", True, "部门 | 地点"),
        ("row", False, "后勤处 | 二楼"),
    ]


HEAD = {(0, 0, 1, 1): "类别", (0, 1, 1, 1): "行为", (0, 2, 1, 1): "处理"}


def test_a_table_goes_on_on_the_next_page_without_its_header_again(tmp_path: Path) -> None:
    first = {**HEAD, (1, 0, 1, 1): "甲类", (1, 1, 1, 1): "行为一", (1, 2, 1, 1): "警告"}
    second = {**HEAD, (1, 0, 1, 1): "乙类", (1, 1, 1, 1): "行为二", (1, 2, 1, 1): "记过"}
    pages = (Sheet().table(ACROSS, [700, 730, 760], first), Sheet().table(ACROSS, [80, 110, 140], second))
    assert [(line.kind, line.text, line.page) for line in lines_of(tmp_path, *pages)] == [
        ("header", "类别 | 行为 | 处理", 1),
        ("row", "甲类 | 行为一 | 警告", 1),
        ("row", "乙类 | 行为二 | 记过", 2),
    ]


def test_a_row_cut_by_the_page_is_one_row(tmp_path: Path) -> None:
    first = {**HEAD, (1, 0, 1, 1): "甲类", (1, 1, 1, 1): "在宿舍楼内使用明火并且不听", (1, 2, 1, 1): "警告"}
    second = {
        (0, 0, 1, 1): "",
        (0, 1, 1, 1): "劝阻的。",
        (0, 2, 1, 1): "",
        (1, 0, 1, 1): "乙类",
        (1, 1, 1, 1): "行为二",
        (1, 2, 1, 1): "记过",
    }
    pages = (Sheet().table(ACROSS, [700, 730, 760], first), Sheet().table(ACROSS, [80, 110, 140], second))
    assert [line.text for line in lines_of(tmp_path, *pages)] == [
        "类别 | 行为 | 处理",
        "甲类 | 在宿舍楼内使用明火并且不听劝阻的。 | 警告",
        "乙类 | 行为二 | 记过",
    ]


def test_a_merged_cell_cut_by_the_page_holds_for_the_rows_of_both(tmp_path: Path) -> None:
    first = {**HEAD, (1, 0, 1, 1): "甲类", (1, 1, 1, 1): "行为一", (1, 2, 1, 1): "警告"}
    second = {
        (0, 0, 2, 1): "",
        (0, 1, 1, 1): "行为二",
        (0, 2, 1, 1): "记过",
        (1, 1, 1, 1): "行为三",
        (1, 2, 1, 1): "开除",
    }
    pages = (Sheet().table(ACROSS, [700, 730, 760], first), Sheet().table(ACROSS, [80, 110, 140], second))
    assert list(values(lines_of(tmp_path, *pages))) == [
        ["类别", "行为", "处理"],
        ["甲类", "行为一", "警告"],
        ["甲类", "行为二", "记过"],
        ["甲类", "行为三", "开除"],
    ]


def test_text_between_two_tables_keeps_them_apart(tmp_path: Path) -> None:
    first = {**HEAD, (1, 0, 1, 1): "甲类", (1, 1, 1, 1): "行为一", (1, 2, 1, 1): "警告"}
    pages = (
        Sheet().table(ACROSS, [700, 730, 760], first),
        Sheet().text(80, 70, "表2　另一张表").table(ACROSS, [80, 110, 140], first),
    )
    assert [line.kind for line in lines_of(tmp_path, *pages)] == ["header", "row", "text", "header", "row"]


def test_a_frame_around_text_is_no_table(tmp_path: Path) -> None:
    sheet = Sheet().rule(60, 80, 540, 80).rule(60, 200, 540, 200).rule(60, 80, 60, 200).rule(540, 80, 540, 200)
    assert [(line.kind, line.text) for line in lines_of(tmp_path, body(sheet, BODY))] == [
        ("text", text) for text in BODY
    ]


def test_nothing_inside_a_table_is_lost_where_a_rule_is_missing(tmp_path: Path) -> None:
    sheet = Sheet().table(ACROSS, [100, 130, 160], {**HEAD, (1, 0, 1, 1): "甲类", (1, 1, 1, 1): "行为一"})
    sheet.text(333, 143, "警告", 10)  # in the corner that no line closes
    assert [line.text for line in lines_of(tmp_path, sheet)] == ["类别 | 行为 | 处理", "甲类 | 行为一 | 警告"]


def test_a_table_without_rules_is_a_table_too(tmp_path: Path) -> None:
    """A three-line table has no lines between its columns: only where the words stand tells them."""
    sheet = Sheet().text(80, 90, "表1　奖学金").rule(80, 100, 500, 100).rule(80, 125, 500, 125).rule(80, 225, 500, 225)
    for row, (name, count, condition) in enumerate(
        [
            ("等级", "人数", "条件"),
            ("一等", "10人", "绩点3.8以上"),
            ("二等", "20人", "绩点3.5以上并且没有"),
            ("", "", "违纪处分"),
        ]
    ):
        y = 118 + row * 20
        sheet.text(110, y, name).text(250, y, count).text(330 if row else 370, y, condition)
    sheet.text(80, 260, "第一条　奖学金每学年评定一次，由学生本人申请。")
    assert [(line.kind, line.text) for line in lines_of(tmp_path, sheet)] == [
        ("text", "表1　奖学金"),
        ("header", "等级 | 人数 | 条件"),
        ("row", "一等 | 10人 | 绩点3.8以上"),
        ("row", "二等 | 20人 | 绩点3.5以上并且没有违纪处分"),
        ("text", "第一条　奖学金每学年评定一次，由学生本人申请。"),
    ]


def test_rows_above_two_columns_are_read_across(tmp_path: Path) -> None:
    left = [f"左栏第{each}行的文字一直写到栏的右边。" for each in "一二三四五六"]
    right = [f"右栏第{each}行的文字一直写到栏的右边。" for each in "一二三四五六"]
    sheet = Sheet().lines(60, 130, left).lines(320, 134, right)
    sheet.text(60, 80, "校医院").text(330, 80, "24小时").text(60, 100, "保卫处").text(330, 100, "24小时")
    assert [line.text for line in lines_of(tmp_path, sheet)] == ["校医院  24小时", "保卫处  24小时", *left, *right]


def test_an_encrypted_pdf_says_that_it_has_a_password(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(body(Sheet(), BODY))))
    writer.encrypt("secret")
    written = io.BytesIO()
    writer.write(written)
    with pytest.raises(UnreadableFile, match=r"^PDF 有打开密码，请去掉密码再收录$"):
        read(put(tmp_path, "密.pdf", written.getvalue()))


def test_a_pdf_that_only_forbids_changes_is_read(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(body(Sheet(), BODY))))
    writer.encrypt("", owner_password="secret")
    written = io.BytesIO()
    writer.write(written)
    assert [line.text for line in read(put(tmp_path, "限.pdf", written.getvalue())).lines] == BODY


def test_scripts_in_a_pdf_are_not_run_and_are_named(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(body(Sheet(), BODY))))
    script = {"/S": "/JavaScript", "/JS": "app.alert('hello');"}
    action = pypdf.generic.DictionaryObject(
        {
            pypdf.generic.NameObject("/S"): pypdf.generic.NameObject(script["/S"]),
            pypdf.generic.NameObject("/JS"): pypdf.generic.TextStringObject(script["/JS"]),
        }
    )
    writer.root_object[pypdf.generic.NameObject("/OpenAction")] = writer._add_object(action)
    written = io.BytesIO()
    writer.write(written)
    reading = read(put(tmp_path, "脚本.pdf", written.getvalue()))
    assert ([line.text for line in reading.lines], reading.notes) == (BODY, ("PDF 里的脚本没有运行。",))


def test_every_character_knows_its_place_in_what_was_extracted(tmp_path: Path) -> None:
    found = lines_of(tmp_path, body(Sheet(), BODY).text(280, 810, "— 1 —", 10), body(Sheet(), BODY))
    told = [origin for line in found for origin in line.origins]
    assert (len(told), told == sorted(set(told))) == (sum(len(line.text) for line in found), True)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="prints with Chromium, which is not installed")
def test_what_a_browser_prints_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = ["第一条　为规范课程考试，制定本办法。", "第二条　本办法自2025年9月1日起施行。"]
    page = put(
        tmp_path,
        "办法.html",
        (
            "<meta charset=utf-8><style>body{font:12pt 'Noto Serif CJK SC'} td,th{border:1px solid}</style>"
            + "".join(f"<p>{each}</p>" for each in written)
            + "<table><tr><th>一级</th><th>人数</th></tr><tr><td rowspan=2>甲</td><td>10人</td></tr><tr><td>20人</td></tr></table>"
        ).encode(),
    )
    subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--no-pdf-header-footer",
            f"--print-to-pdf={tmp_path}/办法.pdf",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    read_lines = read(tmp_path / "办法.pdf").lines
    assert [line.text for line in read_lines] == [*written, "一级 | 人数", "甲 | 10人", "20人"]
    assert list(values(read_lines))[-1] == ["甲", "20人"]
