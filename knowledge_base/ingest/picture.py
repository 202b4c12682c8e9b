"""Pictures of pages: characters recognised with their boxes, rules found, so that the rest is as with any page.

rapidocr with its bundled models (PP-OCR, Chinese and English) on the CPU: six to eight seconds of one core for a dense page.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from functools import cache
from statistics import median
from typing import Any, Final

from .asked import Asked
from .layout import Char, printed
from .lines import Reading, UnreadableFile
from .page import Page, lines
from .piece import Source
from .ruled import Box, Ruled, ruled

PIXELS: Final = 8_000_000
"""A page of A4 at 200 dpi has four million; a larger picture is made smaller."""
LARGEST: Final = 100_000_000
"""Pixels of a picture that is opened at all: it takes three bytes each."""
WIDTH: Final = 595.0
"""Points: a picture alone is taken for a page of A4."""
DOUBTFUL: Final = 0.8
"""The recogniser's own score below which a line is reported as doubtful."""
PAIRS: Final = {"(": "（", ")": "）", ",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
WIDE: Final = {
    chr(code): chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of a picture. Raises :class:`UnreadableFile`."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = LARGEST
    try:
        opened = Image.open(io.BytesIO(content))
        if opened.width * opened.height > LARGEST:
            raise UnreadableFile(f"图片超过 {LARGEST // 1_000_000} 百万像素")
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise UnreadableFile("图片不完整或已损坏") from error
    if picture.width * picture.height > PIXELS:
        shrunk = (PIXELS / (picture.width * picture.height)) ** 0.5
        picture = picture.resize((max(1, int(picture.width * shrunk)), max(1, int(picture.height * shrunk))))
    asked.progress(1, 1, "文字识别", asked.limits.seconds_per_scan, True)
    page, doubtful = recognised(picture, picture.width / WIDTH, Source(), 1)
    notes = ["文字由图片识别得到，请核对。"] + ([f"文字识别有 {doubtful} 行把握不大。"] if doubtful else [])
    return Reading(stem, tuple(lines([page])), notes=tuple(notes))


def recognised(picture: Any, scale: float, source: Source, number: int) -> tuple[Page, int]:
    """The page on an RGB picture, ``scale`` pixels to a point, and how many of its lines are doubtful.

    Raises :class:`UnreadableFile` where the recogniser is not installed.
    """
    import numpy

    pixels = numpy.asarray(picture)[:, :, ::-1]  # the models were trained on BGR
    said = _engine()(pixels, use_cls=False, return_word_box=True)
    chars: list[Char] = []
    doubtful = 0
    if said.boxes is not None:
        for text, score, words in zip(said.txts, said.scores, said.word_results, strict=True):
            doubtful += float(score) < DOUBTFUL and bool(text.strip())
            chars += _chars(words, scale, source)
    tables: list[Ruled] = []
    for boxes in _grids(pixels, scale):
        outer = (
            min(x for x, *_ in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )
        if (found := ruled(boxes, _within(chars, outer), number)) is not None:
            tables.append(found)
    taken = {id(char) for each in tables for char in _within(chars, each.box)}
    rest = [char for char in chars if id(char) not in taken]
    return Page(number, picture.height / scale, tuple(printed(rest)), tuple(tables)), doubtful


@cache
def _engine() -> Any:
    logging.disable(logging.WARNING)
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise UnreadableFile("是扫描件，要识别文字，而文字识别组件（rapidocr）没有安装") from error
    one = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    return RapidOCR(params={"Global.log_level": "critical", **one})


def _chars(words: Any, scale: float, source: Source) -> Iterator[Char]:
    """The characters of one recognised line. A word of Latin letters has one box, shared out among them."""
    parts = [(str(text), [(float(x) / scale, float(y) / scale) for x, y in box]) for text, _, box in words]
    whole = widths("".join(text for text, _ in parts))
    origins = source.take(whole + "\n").origins
    han = [max(x for x, _ in box) - min(x for x, _ in box) for text, box in parts if len(text) == 1 and text > "\u2e80"]
    at = 0
    for text, box in parts:
        left, right = min(x for x, _ in box), max(x for x, _ in box)
        top, bottom = min(y for _, y in box), max(y for _, y in box)
        size = min(median(han) if han else 0.75 * (bottom - top), bottom - top)
        middle, width = (top + bottom) / 2, (right - left) / max(len(text), 1)
        for place in range(len(text)):
            x = left + place * width
            yield Char(whole[at], x, x + width, middle - size / 2, middle + size / 2, origins[at])
            at += 1


def widths(text: str) -> str:
    """Recognised text with the widths of print: Latin letters and digits half, punctuation between Chinese full."""
    chars = [WIDE.get(char, char) for char in text]
    opened: list[int] = []
    for at, char in enumerate(chars):
        beside = [chars[near] for near in (at - 1, at + 1) if 0 <= near < len(chars)]
        if char in PAIRS and any("\u3000" <= each <= "\u9fff" or each >= "\uff00" for each in beside):
            chars[at] = PAIRS[char]
        if chars[at] in "（(":
            opened.append(at)
        elif chars[at] in "）)" and opened:
            first = opened.pop()
            if chars[first] == "（" or chars[at] == "）":  # one of a pair was seen beside Chinese
                chars[first], chars[at] = "（", "）"
    return "".join(chars)


def _grids(pixels: Any, scale: float) -> Iterator[list[Box]]:
    """The cells of each ruled table on a picture, in points."""
    import cv2
    import numpy
    from pdfplumber import table

    grey = cv2.cvtColor(numpy.ascontiguousarray(pixels), cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    edges = []
    long = max(int(22 * scale), 20)
    for orientation, shape in (("h", (long, 1)), ("v", (1, long))):
        kept = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        _, _, found, _ = cv2.connectedComponentsWithStats(kept, connectivity=8)
        for left, top, width, height, _ in found[1:]:
            x0, y0, x1, y1 = (float(each) / scale for each in (left, top, left + width, top + height))
            if (y1 - y0 if orientation == "h" else x1 - x0) > 6:
                continue  # a filled area
            if orientation == "h":
                y0 = y1 = (y0 + y1) / 2
            else:
                x0 = x1 = (x0 + x1) / 2
            edge = {"x0": x0, "x1": x1, "top": y0, "bottom": y1, "orientation": orientation}
            edges.append({**edge, "width": x1 - x0, "height": y1 - y0})
    merged = table.merge_edges(edges, 3, 3, 4, 4)
    cells = table.intersections_to_cells(table.edges_to_intersections(merged, 3, 3))
    for group in table.cells_to_tables(cells):
        yield [(float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in group]


def _within(chars: list[Char], box: Box) -> list[Char]:
    x0, y0, x1, y1 = box
    return [char for char in chars if x0 <= (char.x0 + char.x1) / 2 <= x1 and y0 <= char.middle <= y1]
