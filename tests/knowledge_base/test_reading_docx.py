"""Word files become lines: with the numbers Word shows, revisions accepted, merged cells once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge_base.ingest import Reading, UnreadableFile, read
from knowledge_base.ingest.numbered import written
from tests.knowledge_base.papers import docx, put, repacked, values, xml

LEVELS = """
<w:abstractNum w:abstractNumId="7"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="space"/><w:lvlText w:val="第%1章"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlRestart w:val="0"/><w:lvlText w:val="第%2条"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="（%3）"/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%4"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="9"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>
<w:num w:numId="7"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="8"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="9"><w:abstractNumId w:val="8"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
<w:num w:numId="10"><w:abstractNumId w:val="9"/></w:num>
"""


def numbered(document: Any, text: str, level: int, number: int = 7, style: str | None = None) -> None:
    properties = document.add_paragraph(text, style=style)._p.get_or_add_pPr()
    properties.append(xml(f'<w:numPr {{ns}}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'))


def reading(tmp_path: Path, content: bytes) -> Reading:
    return read(put(tmp_path, "细则.docx", content))


def texts(tmp_path: Path, content: bytes) -> list[str]:
    return [line.text for line in reading(tmp_path, content).lines]


def test_automatic_numbers_are_text_as_word_shows_them(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        numbered(document, "总则", 0)
        for each in range(11):
            numbered(document, f"内容{each}。", 1)
        numbered(document, "甲；", 2)
        numbered(document, "乙。", 2)
        numbered(document, "附则", 0)
        numbered(document, "内容。", 1)
        numbered(document, "丙。", 2)
        numbered(document, "丁。", 3)

    assert texts(tmp_path, docx(build, numbering=LEVELS)) == [
        "第一章 总则",
        *(f"第{counted}条 内容{each}。" for each, counted in enumerate([*"一二三四五六七八九十", "十一"])),
        "（一）甲；",
        "（二）乙。",
        "第二章 附则",
        "第十二条 内容。",
        "（一）丙。",
        "2.1 丁。",
    ]


def test_a_list_starts_where_it_says_and_starts_again_where_another_says_so(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        numbered(document, "甲", 0, 8)
        numbered(document, "乙", 0, 8)
        numbered(document, "丙", 0, 9)
        numbered(document, "丁", 0, 10)

    assert texts(tmp_path, docx(build, numbering=LEVELS)) == ["3. 甲", "4. 乙", "1. 丙", "丁"]


@pytest.mark.parametrize(
    ("number", "format", "shown"),
    [
        (10, "chineseCounting", "十"),
        (21, "chineseCounting", "二十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCounting", "一百一十"),
        (15, "chineseLegalSimplified", "壹拾伍"),
        (20, "ideographDigital", "二〇"),
        (3, "ideographTraditional", "丙"),
        (4, "ideographZodiac", "卯"),
        (12, "decimalEnclosedCircleChinese", "⑫"),
        (2, "decimalEnclosedParen", "⑵"),
        (12, "decimalFullWidth", "１２"),
        (7, "decimalZero", "07"),
        (28, "lowerLetter", "bb"),
        (14, "upperRoman", "XIV"),
        (5, "somethingNew", "5"),
    ],
)
def test_numbers_are_written_in_the_formats_of_word(number: int, format: str, shown: str) -> None:
    assert written(number, format) == shown


def test_headings_have_the_level_of_their_style_below_the_title(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.add_heading("学位授予细则", 0)
        document.add_heading("第一章　总则", 1)
        document.add_heading("一般规定", 2)
        document.add_paragraph("第一条　内容。")

    assert [(line.kind, line.level) for line in reading(tmp_path, docx(build)).lines] == [
        ("heading", 1),
        ("heading", 2),
        ("heading", 3),
        ("text", 0),
    ]


def test_revisions_are_accepted_and_named(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        paragraph = document.add_paragraph("宿舍每日")._p
        paragraph.append(xml("<w:del {ns}><w:r><w:delText>22:00</w:delText></w:r></w:del>"))
        paragraph.append(xml("<w:ins {ns}><w:r><w:t>23:00</w:t></w:r></w:ins>"))
        paragraph.append(xml("<w:r {ns}><w:t>关门。</w:t></w:r>"))
        joined = document.add_paragraph("这一段的")._p
        joined.get_or_add_pPr().append(xml("<w:rPr {ns}><w:del/></w:rPr>"))
        document.add_paragraph("段落标记已删除。")

    found = reading(tmp_path, docx(build))
    assert [line.text for line in found.lines] == ["宿舍每日23:00关门。", "这一段的段落标记已删除。"]
    assert found.notes == ("文件带有修订痕迹，已按接受全部修订读取。",)


def test_hidden_text_contents_and_field_codes_stay_out(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        paragraph = document.add_paragraph("看得见")._p
        paragraph.append(xml("<w:r {ns}><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r>"))
        paragraph.append(
            xml(
                '<w:r {ns}><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType="end"/></w:r>'
            )
        )
        document.element.body.insert(
            0,
            xml(
                '<w:sdt {ns}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
                "<w:sdtContent><w:p><w:r><w:t>第一章　总则　1</w:t></w:r></w:p></w:sdtContent></w:sdt>"
            ),
        )

    found = reading(tmp_path, docx(build))
    assert [line.text for line in found.lines] == ["看得见"]
    assert found.notes == ("文件里的目录已略去。", "隐藏的文字未收录。")


def test_a_text_box_is_read_once_after_its_paragraph(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>示范大学文件</w:t></w:r></w:p></w:txbxContent>"
    drawing = (
        '<w:r {ns} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><mc:AlternateContent>'
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )

    def build(document: Any) -> None:
        document.add_paragraph("各学院：")._p.append(xml(drawing))
        document.add_paragraph("现印发给你们。")

    assert texts(tmp_path, docx(build)) == ["各学院：", "示范大学文件", "现印发给你们。"]


def test_a_footnote_stands_behind_its_paragraph(tmp_path: Path) -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"

    def build(document: Any) -> None:
        document.add_paragraph("学费每学年6000元")._p.append(xml('<w:r {ns}><w:footnoteReference w:id="2"/></w:r>'))
        document.add_paragraph("住宿费另计。")

    def change(name: str, content: bytes) -> bytes:
        if name == "[Content_Types].xml":
            return content.replace(
                b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
            )
        if name == "word/_rels/document.xml.rels":
            return content.replace(
                b"</Relationships>",
                f'<Relationship Id="rId99" Type="{related}" Target="footnotes.xml"/></Relationships>'.encode(),
            )
        return content

    from lxml import etree

    notes = xml(
        '<w:footnotes {ns}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>艺术类专业为9000元。</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    content = repacked(docx(build), change, {"word/footnotes.xml": etree.tostring(notes)})
    assert texts(tmp_path, content) == ["学费每学年6000元", "注1：艺术类专业为9000元。", "住宿费另计。"]


def test_merged_cells_of_a_table_are_neither_lost_nor_repeated(tmp_path: Path) -> None:
    """MaxKB#2868, #4768: a library that asks each grid place for its cell gives a merged one again and again."""

    def build(document: Any) -> None:
        document.add_paragraph("表1　奖励标准")
        table = document.add_table(4, 4)
        for row, given in enumerate(
            ["项目 奖励 奖励 备注", "项目 等级 金额 备注", "竞赛 一等 5000 每年", "竞赛 二等 3000 "]
        ):
            for column, text in enumerate(given.split(" ")):
                table.cell(row, column).text = text
        for first, last in (((0, 1), (0, 2)), ((0, 0), (1, 0)), ((0, 3), (1, 3)), ((2, 0), (3, 0))):
            text = table.cell(*first).text
            table.cell(*first).merge(table.cell(*last)).text = text

    found = reading(tmp_path, docx(build)).lines
    assert [(line.kind, line.text, line.above) for line in found] == [
        ("text", "表1　奖励标准", ()),
        ("header", "项目 | 奖励 | 备注", ()),
        ("header", "等级 | 金额", (0, 3)),
        ("row", "竞赛 | 一等 | 5000 | 每年", ()),
        ("row", "二等 | 3000", (0,)),
    ]
    assert list(values(found)) == [
        ["项目", "奖励", "奖励", "备注"],
        ["项目", "等级", "金额", "备注"],
        ["竞赛", "一等", "5000", "每年"],
        ["竞赛", "二等", "3000", ""],
    ]


def test_rows_that_word_repeats_on_each_page_name_the_columns(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        table = document.add_table(3, 2)
        for row, given in enumerate([("2025", "8:00"), ("2026", "9:00"), ("2027", "10:00")]):
            for column, text in enumerate(given):
                table.cell(row, column).text = text
        table.rows[0]._tr.get_or_add_trPr().append(xml("<w:tblHeader {ns}/>"))

    assert [line.kind for line in reading(tmp_path, docx(build)).lines] == ["header", "row", "row"]


def test_two_tables_side_by_side_in_the_text_stay_two(tmp_path: Path) -> None:
    """MaxKB#6396: two tables fused."""

    def build(document: Any) -> None:
        for given in (["设备", "位置", "打印机", "一楼"], ["部门", "电话", "后勤处", "021-5550-1300"]):
            table = document.add_table(2, 2)
            for at, text in enumerate(given):
                table.cell(at // 2, at % 2).text = text
            document.add_paragraph("")

    assert [(line.kind, line.gap > 0) for line in reading(tmp_path, docx(build)).lines] == [
        ("header", True),
        ("row", False),
        ("header", True),
        ("row", False),
    ]


def test_a_table_in_a_cell_comes_after_the_table_around_it(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        table = document.add_table(2, 2)
        for at, text in enumerate(["项目", "标准", "奖金", "见下"]):
            table.cell(at // 2, at % 2).text = text
        inner = table.cell(1, 1).add_table(2, 2)
        for at, text in enumerate(["等级", "金额", "一等", "500元"]):
            inner.cell(at // 2, at % 2).text = text

    assert texts(tmp_path, docx(build)) == ["项目 | 标准", "奖金 | 见下", "等级 | 金额", "一等 | 500元"]


def test_a_frame_of_one_cell_is_text(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "第一条　甲。"
        cell.add_paragraph("第二条　乙。")

    assert [(line.kind, line.text) for line in reading(tmp_path, docx(build)).lines] == [
        ("text", "第一条　甲。"),
        ("text", "第二条　乙。"),
    ]


def test_headers_and_footers_of_the_page_are_no_text(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "示范大学文件"
        document.sections[0].footer.paragraphs[0].text = "— 1 —"
        document.add_paragraph("第一条　甲。")

    assert texts(tmp_path, docx(build)) == ["第一条　甲。"]


def test_every_paragraph_is_a_line_of_its_own(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("第一行\n第二行")
        document.add_paragraph("另一段")

    found = reading(tmp_path, docx(build))
    assert ([(line.text, line.gap) for line in found.lines], found.whole) == (
        [("第一行", 1), ("第二行", 0), ("另一段", 1)],
        True,
    )


def test_macros_are_not_run_and_are_named(tmp_path: Path) -> None:
    content = repacked(
        docx(lambda document: document.add_paragraph("第一条　甲。")),
        lambda name, part: part.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        ),
        {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"},
    )
    found = read(put(tmp_path, "办法.docm", content))
    assert ([line.text for line in found.lines], found.notes) == (
        ["第一条　甲。"],
        ("文件含宏，宏没有运行，只读取了文字。",),
    )


def test_entities_are_refused_before_they_expand(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY a{each} "{f"&a{each - 1};" * 10}">' for each in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "哈">{laughs}]><w:document>&a11;</w:document>'.encode()
    content = repacked(docx(lambda _: None), lambda name, part: bomb if name == "word/document.xml" else part)
    with pytest.raises(UnreadableFile, match=r"^文件里有不允许的 XML 实体声明，未打开$"):
        reading(tmp_path, content)


def test_deep_nesting_is_one_line(tmp_path: Path) -> None:
    deep = b"<w:sdt><w:sdtContent>" * 5000 + b"</w:sdtContent></w:sdt>" * 5000
    content = repacked(
        docx(lambda _: None),
        lambda name, part: part.replace(b"<w:body>", b"<w:body>" + deep) if name == "word/document.xml" else part,
    )
    with pytest.raises(UnreadableFile) as error:
        reading(tmp_path, content)
    assert str(error.value) == "文件不完整或已损坏（document.xml 不是有效的 XML）"
