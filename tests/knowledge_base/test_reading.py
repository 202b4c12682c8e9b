"""Files become lines: encodings, formats, and what cannot be read."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.ingest import Child, Limits, UnreadableFile, files, read
from knowledge_base.ingest.encoding import decode

UNKNOWN = "内容不是文本，或编码无法识别（支持 UTF-8、GB 18030、UTF-16、Big5）"
RULE = "第一条 宿舍每日6:00开门。\n第二条 本规定自2025年9月1日起施行。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_every_encoding_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "规定.txt"
    path.write_bytes(RULE.encode(encoding))
    assert [line.text for line in read(path).lines] == [
        "第一条 宿舍每日6:00开门。",
        "第二条 本规定自2025年9月1日起施行。",
    ]


@given(st.text(alphabet="学生宿舍管理规定第一二三条，。；：（）《》“”0123456789\n ", min_size=1).filter(str.strip))
def test_what_was_written_in_chinese_is_decoded_unchanged(text: str) -> None:
    assert (decode(text.encode("utf-8")), decode(text.encode("utf-16"))) == (text, text)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.txt", b"", "文件是空的，没有可以收录的文字"),
        ("空白.md", "\ufeff \n\n　".encode(), "文件里没有可以收录的文字"),
        ("半个.txt", b"%PDF-1.7 binary", "PDF 不完整或已损坏"),
        ("乱码.txt", bytes(range(256)) * 4, UNKNOWN),
        ("两个字.txt", "戀摡".encode("utf-16-le"), UNKNOWN),
        ("带零.txt", "第一条".encode() + b"\x00" * 9 + "第二条".encode(), UNKNOWN),
        (
            "表.xyz",
            b"abc",
            "还不能读 .xyz 文件，可以读：.txt .md .markdown .html .htm .pdf .docx .docm .xlsx .xlsm .xls .pptx .pptm "
            ".png .jpg .jpeg .zip",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as error:
        read(path)
    assert str(error.value) == said


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    path.write_bytes(b"a" * (2**20 + 1))
    with Child(Limits(file_bytes=2**20)) as child, pytest.raises(UnreadableFile) as error:
        read(path, child)
    assert str(error.value) == "文件超过 1 MB"


def test_traditional_characters_are_read_in_big5(tmp_path: Path) -> None:
    rule = "第一條 宿舍每日六時開門，學生應當按時離開。\n第二條 本規定自發布之日起實施。\n"
    path = tmp_path / "規定.txt"
    path.write_bytes(rule.encode("big5"))
    assert "\n".join(line.text for line in read(path).lines) == rule.strip()


def test_chance_bytes_are_no_text() -> None:
    taken = 0
    for seed in range(500):
        try:
            decode(random.Random(seed).randbytes(40 + seed % 2))
        except UnreadableFile:
            continue
        taken += 1
    assert taken == 0


def test_a_missing_file_is_named_as_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(tmp_path / "没有.txt")
    assert str(error.value) == "没有这个文件"


def test_a_folder_gives_its_files_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", ".hidden.md", "inner/c.txt", "~$b.docx", "b.questions.yml", "b.meta.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("文")
    assert [path.relative_to(tmp_path).as_posix() for path in files([tmp_path])] == ["a.txt", "b.md", "inner/c.txt"]


def test_page_marks_go_and_tell_the_page(tmp_path: Path) -> None:
    path = tmp_path / "规定.txt"
    path.write_text("第一条 甲。\n— 1 —\n\f第二条 乙。\n- 2 -\n 第三条 丙。\n第3页\n", encoding="utf-8")
    assert [(line.text, line.page) for line in read(path).lines] == [
        ("第一条 甲。", 1),
        ("第二条 乙。", 2),
        ("第三条 丙。", 3),
    ]


def test_a_bare_number_is_a_page_mark_only_where_it_stands_apart(tmp_path: Path) -> None:
    path = tmp_path / "表.txt"
    path.write_text("名额\n30\n比例\n\n\n24\n\n\n第一条 甲。\n", encoding="utf-8")
    assert [line.text for line in read(path).lines] == ["名额", "30", "比例", "第一条 甲。"]


def test_markdown_marks_go_and_the_text_stays(tmp_path: Path) -> None:
    path = tmp_path / "规定.md"
    path.write_text(
        "---\n文号: 示大〔2025〕1号\n---\n# 标题\n\n<!-- 看不见 -->\n**第一条** 见[办法](a.md)。\n- 一项 `x`\n",
        encoding="utf-8",
    )
    reading = read(path)
    assert [line.text for line in reading.lines] == ["标题", "第一条 见办法。", "一项 x"]
    assert reading.facts == (("文号", "示大〔2025〕1号"),)


def test_every_character_of_a_line_knows_where_it_came_from(tmp_path: Path) -> None:
    text = "# 标题\n\n**第一条**　见[办法](a.md)，共 | 3 | 项。\n\n| 服务 | 电话 |\n|---|---|\n| **报修** | 1300 |\n"
    path = tmp_path / "规定.md"
    path.write_text(text, encoding="utf-8")
    for line in read(path).lines:
        differing = [(char, text[at]) for char, at in zip(line.text, line.origins, strict=True) if char != text[at]]
        assert all(char in " |" for char, _ in differing)
