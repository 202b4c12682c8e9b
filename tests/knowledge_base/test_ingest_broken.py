"""Broken files: each fixture cut short and its bytes flipped at seeded places gives a reading or one line, never more."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.ingest import Child, Limits, Reading, Refused, readings
from tests.knowledge_base.papers import Sheet, docx, pdf, put, zipped
from tests.knowledge_base.test_reading_html import VSB
from tests.knowledge_base.test_reading_pdf import ACROSS, DOWN, GRID
from tests.knowledge_base.test_reading_xlsx import fill, xlsx

PLACES = 60


def word(document: Any) -> None:
    document.add_heading("办法", 0)
    document.add_paragraph("第一条　甲。")
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"


def slides() -> bytes:
    import io

    from pptx import Presentation

    presentation = Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = "说明"
    written = io.BytesIO()
    presentation.save(written)
    return written.getvalue()


@cache
def whole(name: str) -> bytes:
    match name:
        case "a.pdf":
            return pdf(Sheet().text(90, 60, "第一条　甲。").table(ACROSS, DOWN, GRID), Sheet().text(90, 60, "第二条"))
        case "a.docx":
            return docx(word)
        case "a.xlsx":
            return xlsx(lambda book: fill(book.active, [["甲", "乙"], [1, 0.5], ["丙", None]]))
        case "a.pptx":
            return slides()
        case "a.html":
            return VSB.encode()
        case "a.txt":
            return "第一条　宿舍每日6:00开门。\n".encode("gb18030") * 20
        case _:
            return zipped({"甲.txt": b"a rule\n" * 9, "乙.docx": docx(word)})


def broken(content: bytes, seed: int) -> Iterator[bytes]:
    """The content cut at a place, and with a few bytes changed from there on."""
    chance = random.Random(seed)
    at = chance.randrange(1, len(content))
    yield content[:at]
    changed = bytearray(content)
    for place in range(at, min(at + chance.randrange(1, 9), len(content))):
        changed[place] ^= chance.randrange(1, 256)
    yield bytes(changed)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx", "a.pptx", "a.html", "a.txt", "a.zip"])
def test_a_broken_file_is_read_or_refused_in_one_line(tmp_path: Path, name: str) -> None:
    content = whole(name)
    outcomes = {"read": 0, "refused": 0}
    with Child(Limits(seconds=20)) as child:
        for seed in range(PLACES // 2):
            for damaged in broken(content, seed):
                for got in readings(put(tmp_path, name, damaged), child):
                    assert isinstance(got, Reading | Refused)
                    if isinstance(got, Refused):
                        said = str(got.error)
                        assert said
                        assert "\n" not in said
                        assert "时限" not in said
                        assert "中断" not in said
                    outcomes["refused" if isinstance(got, Refused) else "read"] += 1
    assert sum(outcomes.values()) >= PLACES
    assert outcomes["refused"] > 0 or name in ("a.html", "a.txt")
