"""Presentations become lines: titles as headings, text and tables from top to bottom, notes left out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.util import Inches

from knowledge_base.ingest import Reading, read
from tests.knowledge_base.papers import put, values


def reading(tmp_path: Path, presentation: Any) -> Reading:
    written = io.BytesIO()
    presentation.save(written)
    return read(put(tmp_path, "说明会.pptx", written.getvalue()))


def box(slide: Any, top: float, text: str) -> Any:
    frame = slide.shapes.add_textbox(Inches(1), Inches(top), Inches(5), Inches(1))
    frame.text_frame.text = text
    return frame


def test_slides_are_pages_with_their_titles_as_headings(tmp_path: Path) -> None:
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.placeholders[1].text = "第一点\n第二点"
    first.shapes.title.text = "转专业说明"
    first.notes_slide.notes_text_frame.text = "这里要讲慢一点"
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    box(second, 4, "写在下面的")
    box(second, 2, "写在上面的")
    second.shapes.title.text = "申请时间"
    found = reading(tmp_path, presentation).lines
    assert [(line.kind, line.text, line.page, line.new_page) for line in found] == [
        ("heading", "转专业说明", 1, False),
        ("text", "第一点", 1, False),
        ("text", "第二点", 1, False),
        ("heading", "申请时间", 2, True),
        ("text", "写在上面的", 2, False),
        ("text", "写在下面的", 2, False),
    ]


def test_a_table_on_a_slide_keeps_its_merged_cells_once(tmp_path: Path) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(2)).table
    for row, given in enumerate(["学院 名额 条件", "文学院 10 绩点3.0", "文学院 5 无处分"]):
        for column, text in enumerate(given.split()):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 0).text = "文学院"
    found = reading(tmp_path, presentation).lines
    assert [(line.kind, line.text) for line in found] == [
        ("header", "学院 | 名额 | 条件"),
        ("row", "文学院 | 10 | 绩点3.0"),
        ("row", "5 | 无处分"),
    ]
    assert list(values(found))[-1] == ["文学院", "5", "无处分"]


def test_hidden_slides_and_pictures_are_left_out_and_named(tmp_path: Path) -> None:
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (20, 20)).save(picture, "PNG")
    presentation = Presentation()
    shown, hidden = (presentation.slides.add_slide(presentation.slide_layouts[6]) for _ in range(2))
    box(shown, 1, "公开的")
    shown.shapes.add_picture(picture, Inches(1), Inches(3))
    box(hidden, 1, "藏着的")
    hidden._element.set("show", "0")
    found = reading(tmp_path, presentation)
    assert [line.text for line in found.lines] == ["公开的"]
    assert found.notes == ("幻灯片里的图片未收录，图片里的文字没有识别。", "隐藏的幻灯片未收录。")


def test_shapes_in_a_group_are_read_where_they_stand(tmp_path: Path) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    box(slide, 3, "中间的")
    group = slide.shapes.add_group_shape()
    for top, text in ((5, "下面的"), (1, "上面的")):
        group.shapes.add_textbox(Inches(1), Inches(top), Inches(4), Inches(0.5)).text_frame.text = text
    assert [line.text for line in reading(tmp_path, presentation).lines] == ["上面的", "中间的", "下面的"]
