"""Pictures of pages are recognised and then read like any page: columns, tables with merged cells, paragraphs."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pypdfium2
import pytest

from knowledge_base.ingest import Child, Limits, Line, Progress, UnreadableFile, read
from knowledge_base.ingest.picture import widths
from tests.knowledge_base.papers import put, values

pytest.importorskip("rapidocr")
SHIPPED = Path(__file__).parents[2] / "knowledge_base" / "policies" / "考试与缓考管理办法.pdf"
PAGE = 6
"""The page with the end of the articles, a table of merged cells and the beginning of another one."""


@cache
def picture() -> bytes:
    """That page as a scanner gives it."""
    document = pypdfium2.PdfDocument(SHIPPED)
    page = document[PAGE - 1].render(scale=200 / 72).to_pil().convert("L")
    written = io.BytesIO()
    page.save(written, "PDF", resolution=200)
    document.close()
    return written.getvalue()


def same(text: str) -> str:
    return "".join(text.replace("\u3000", "").split())


def test_a_scanned_page_says_what_the_printed_one_says(tmp_path: Path) -> None:
    told: list[Progress] = []
    with Child(progress=told.append) as child:
        scanned = read(put(tmp_path, "扫描.pdf", picture()), child)
        printed: tuple[Line, ...] = tuple(line for line in read(SHIPPED, child).lines if line.page == PAGE)
    assert [each.what for each in told[:2]] == ["PDF 页", "文字识别"]
    assert scanned.notes[0] == "第1页是扫描图，文字由识别得到，请核对。"
    # A lone page cannot know its running head.
    found = [line for line in scanned.lines if "考试与缓考管理办法" not in line.text]
    letters = sum(len(same(line.text)) for line in printed)
    wrong = sum(same(one.text) != same(other.text) for one, other in zip(found, printed, strict=False))
    assert (letters > 500, wrong) == (True, 0)
    assert [[same(cell) for cell in row] for row in values(found)] == [
        [same(cell) for cell in row] for row in values(printed)
    ]


def test_more_scans_than_allowed_are_refused_before_any_is_recognised(tmp_path: Path) -> None:
    with Child(Limits(scans=0)) as child, pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "扫描.pdf", picture()), child)
    assert str(error.value) == "需要文字识别的页超过 0 页，请拆分后再收录"


@pytest.mark.parametrize(
    ("recognised", "text"),
    [
        ("开放时间(周一至周五）", "开放时间（周一至周五）"),
        ("电话:021-5550-1300", "电话：021-5550-1300"),
        ("8:00-11:30", "8:00-11:30"),
        ("ＡＢ１２楼", "AB12楼"),
        ("f(x)", "f(x)"),
        ("甲,乙;丙", "甲，乙；丙"),
    ],
)
def test_recognised_widths_are_those_of_print(recognised: str, text: str) -> None:
    assert widths(recognised) == text
