"""PDF: printed lines with their page, ruled tables as grids, pages without text recognised from their picture."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import pdfplumber
import pypdfium2

from .asked import Asked
from .encoding import frequent
from .glyphs import fold
from .layout import Char, printed
from .lines import Reading, UnreadableFile
from .page import Page, lines
from .piece import Source
from .ruled import Box, Ruled, ruled

PASSWORD: Final = 4
"""pdfium's error code for a document that needs a password."""
FEW: Final = 20
"""Visible characters below which a page with a picture on it is a scan with a stamp or a number."""
GARBLED: Final = 0.3
"""The share of characters without a meaning, or of rare Chinese ones, above which a font's mapping is broken."""

Turn = Literal["upright", "up", "down"]
"""Which way text runs on a page: from the left, from the foot, from the top."""


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of a PDF. Raises :class:`UnreadableFile`."""
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    pictures = _opened(content)
    count = len(pictures)
    if count > asked.limits.pages:
        raise UnreadableFile(f"PDF 有 {count} 页，超过 {asked.limits.pages} 页，请拆分后再收录")
    if not count:
        raise UnreadableFile("PDF 里没有页面")
    notes: list[str] = []
    if b"/JavaScript" in content or b"/JS " in content or b"/JS(" in content:
        notes.append("PDF 里的脚本没有运行。")
    pages = list(_pages(content, pictures, asked, notes))
    return Reading(stem, tuple(lines(pages)), notes=tuple(notes))


def _opened(content: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD:
            raise UnreadableFile("PDF 有打开密码，请去掉密码再收录") from error
        raise UnreadableFile("PDF 不完整或已损坏") from error


def _pages(content: bytes, pictures: Any, asked: Asked, notes: list[str]) -> Iterator[Page]:
    source = Source()
    scanned: list[int] = []
    garbled: list[int] = []
    empty: list[int] = []
    pictured: list[int] = []
    doubtful = 0
    count = len(pictures)
    with pdfplumber.open(io.BytesIO(content)) as document:
        if len(document.pages) != count:
            notes.append(f"PDF 的目录结构有损坏，读到 {len(document.pages)} 页，实有 {count} 页。")
        for number, page in enumerate(document.pages, start=1):
            asked.progress(number, count, "PDF 页", asked.limits.seconds_per_page, False)
            chars, way = _chars(page, source)
            visible = [char.text for char in chars if char.text.strip()]
            broken = _is_garbled(visible)
            if broken or (len(visible) < FEW and _is_pictured(page)):
                if len(scanned) + len(garbled) == asked.limits.scans:
                    raise UnreadableFile(f"需要文字识别的页超过 {asked.limits.scans} 页，请拆分后再收录")
                from .picture import recognised

                asked.progress(number, count, "文字识别", asked.limits.seconds_per_scan, True)
                (garbled if broken else scanned).append(number)
                picture, scale = _picture(pictures, number - 1)
                found, doubts = recognised(picture, scale, source, number)
                doubtful += doubts
                yield found
            else:
                if _is_pictured(page):
                    pictured.append(number)
                elif not visible:
                    empty.append(number)
                yield _page(page, chars, way, number)
            page.close()
    if scanned:
        notes.append(f"第{_listed(scanned)}页是扫描图，文字由识别得到，请核对。")
    if doubtful:
        notes.append(f"文字识别有 {doubtful} 行把握不大。")
    if garbled:
        notes.append(f"第{_listed(garbled)}页的字体没有正确的编码，文字由识别得到，请核对。")
    if pictured:
        notes.append(f"第{_listed(pictured)}页有图片，图片里的文字没有识别。")
    if empty:
        notes.append(f"第{_listed(empty)}页没有文字。")


def _chars(page: Any, source: Source) -> tuple[list[Char], Turn]:
    """The characters of a page that stand as it is read, printed once each, and how the page is turned for that.

    Those that stand otherwise are stamps and watermarks.
    """
    printed_so = [(str(char["text"]), _turn(char["matrix"]), char) for char in page.chars]
    turns = Counter(turn for text, turn, _ in printed_so if text.strip())
    most = turns.most_common(1)[0][0] if turns else None
    # A wide table may be printed sideways on an upright page.
    way: Turn = most if most in ("up", "down") and turns[most] > 0.7 * turns.total() else "upright"
    found: list[Char] = []
    seen: set[tuple[str, int, int]] = set()
    for said, turn, char in printed_so:
        text = fold(said)
        origin = source.take(text).origins
        if turn != way or not origin:
            continue
        x0, top, x1, bottom = _turned((char["x0"], char["top"], char["x1"], char["bottom"]), page, way)
        # Bold print may be the same character twice, a hair apart
        place = text, round(x0), round(top)
        if text.strip() and any((text, place[1] + x, place[2] + y) in seen for x in (-1, 0, 1) for y in (-1, 0, 1)):
            continue
        seen.add(place)
        font = str(char["fontname"])
        bold = any(word in font for word in ("Bold", "bold", "Black", "Heavy", "SimHei", "黑"))
        found.append(Char(text, x0, x1, top, bottom, origin[0], bold))
    source.take("\n")
    return found, way


def _turn(matrix: tuple[float, ...]) -> Turn | None:
    """How a character stands by its text matrix; ``None`` for what leans."""
    a, b, *_ = matrix
    if abs(b) <= 0.05 * abs(a):
        return "upright" if a > 0 else None
    if abs(a) <= 0.05 * abs(b):
        return "up" if b > 0 else "down"
    return None


def _turned(box: Any, page: Any, way: Turn) -> Box:
    """A box of the page as it stands when the page is turned so that its text is upright."""
    x0, top, x1, bottom = (float(each) for each in box)
    match way:
        case "up":
            return float(page.height) - bottom, x0, float(page.height) - top, x1
        case "down":
            return top, float(page.width) - x1, bottom, float(page.width) - x0
        case _:
            return x0, top, x1, bottom


def _is_garbled(visible: Sequence[str]) -> bool:
    """Whether a font gives its characters no meaning, or a wrong one."""
    if len(visible) < FEW:
        return False
    lost = sum(
        text.startswith("(cid:") or "\ue000" <= text[0] <= "\uf8ff" or text[0] in "\ufffd\x00" for text in visible
    )
    if lost > GARBLED * len(visible):
        return True
    han = [text for text in visible if "\u3400" <= text[0] <= "\u9fff"]
    return len(han) >= FEW and sum(text not in frequent() for text in han) > GARBLED * len(han)


def _is_pictured(page: Any) -> bool:
    """Whether pictures cover a good part of the page."""
    area = sum(max(0.0, each["x1"] - each["x0"]) * max(0.0, each["bottom"] - each["top"]) for each in page.images)
    return bool(area > 0.2 * page.width * page.height)


def _picture(document: Any, number: int) -> tuple[Any, float]:
    """A page as an RGB picture, with its scale: pixels in a point."""
    from .picture import PIXELS

    page = document[number]
    width, height = page.get_size()
    scale = min(200 / 72, (PIXELS / max(width * height, 1.0)) ** 0.5)
    picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    page.close()
    return picture, scale


def _page(page: Any, chars: list[Char], way: Turn, number: int) -> Page:
    tables: list[Ruled] = []
    if len(page.lines) + len(page.rects) + len(page.curves) >= 4:
        for each in page.find_tables():
            boxes = [_turned(cell, page, way) for cell in each.cells if cell]
            found = ruled(boxes, _in(chars, _turned(each.bbox, page, way)), number)
            if found is not None:
                tables.append(found)
    taken = {id(char) for each in tables for char in _in(chars, each.box)}
    rest = [char for char in chars if id(char) not in taken]
    height = page.height if way == "upright" else page.width
    return Page(number, float(height), tuple(printed(rest)), tuple(tables))


def _in(chars: Sequence[Char], box: Box) -> list[Char]:
    x0, y0, x1, y1 = box
    return [char for char in chars if x0 <= (char.x0 + char.x1) / 2 <= x1 and y0 <= char.middle <= y1]


def _listed(numbers: Sequence[int]) -> str:
    """1、2、5–9"""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
