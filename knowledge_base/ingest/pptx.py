"""PowerPoint: the title of each slide as a heading, then its text and tables from top to bottom. Notes stay out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .asked import Asked
from .grid import Cell, table
from .lines import Line, Reading, UnreadableFile
from .ooxml import A, Element, P, Package, R, chosen
from .piece import Piece, Source, joined

MAIN: Final = "ppt/presentation.xml"
LEFT_OUT: Final = ("dt", "ftr", "sldNum", "hdr")
"""Placeholders of the furniture of a slide: date, footer, number, header."""


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of a presentation; a slide is a page. Raises :class:`UnreadableFile`."""
    package = Package(content, asked.limits)
    related = package.related(MAIN)
    slides = [related.get(str(each.get(f"{R}id")), ("", ""))[1] for each in package.xml(MAIN).iter(f"{P}sldId")]
    slides = [each for each in slides if each in package.names]
    if len(slides) > asked.limits.pages:
        raise UnreadableFile(f"幻灯片超过 {asked.limits.pages} 张，请拆分后再收录")
    source, notes, lines = Source(), set(package.notes), list[Line]()
    for number, part in enumerate(slides, start=1):
        slide = package.xml(part)
        if slide.get("show") in ("0", "false"):
            notes.add("隐藏的幻灯片未收录。")
            continue
        before = len(lines)
        for shape in _ordered(slide):
            lines += _shape(shape, source, number)
            if shape.tag == f"{P}pic":
                notes.add("幻灯片里的图片未收录，图片里的文字没有识别。")
        if len(lines) > before and before:
            first = lines[before]
            lines[before] = Line(
                first.text, first.origins, first.kind, first.level, first.cells, gap=1, page=number, new_page=True
            )
    return Reading(stem, tuple(lines), notes=tuple(sorted(notes)), whole=True)


def _ordered(slide: Element) -> list[Element]:
    """The shapes of a slide: its title first, the others by the place of their top, then from the left."""
    shapes = list(_shapes(slide.find(f"{P}cSld/{P}spTree"), (0, 0)))
    return [shape for *_, shape in sorted(shapes, key=lambda each: each[:3])]


def _shapes(tree: Element | None, moved: tuple[int, int]) -> Iterator[tuple[int, int, int, Element]]:
    """(0 for the title else 1, top, left, shape) in slide coordinates (EMU); groups are taken apart."""
    if tree is None:
        return
    for shape in chosen(tree):
        kind = _placeholder(shape)
        if shape.tag == f"{P}grpSp":
            outer, inner = _corner(shape, "off"), _corner(shape, "chOff")
            top = moved[0] + (outer[0] - inner[0] if outer and inner else 0)
            left = moved[1] + (outer[1] - inner[1] if outer and inner else 0)
            yield from _shapes(shape, (top, left))
        elif shape.tag in (f"{P}sp", f"{P}graphicFrame", f"{P}pic") and kind not in LEFT_OUT:
            place = _corner(shape, "off") or (
                0,
                0,
            )  # without one it lies where the layout puts it: the body, below the title
            title = kind in ("title", "ctrTitle")
            yield (0 if title else 1), moved[0] + place[0], moved[1] + place[1], shape


def _placeholder(shape: Element) -> str:
    found = next(shape.iter(f"{P}ph"), None) if shape.tag != f"{P}grpSp" else None
    return "" if found is None else str(found.get("type") or "body")


def _corner(shape: Element, name: str) -> tuple[int, int] | None:
    """(top, left) of a shape, where it says so itself."""
    for each in shape.iter(f"{A}{name}"):
        try:
            return int(each.get("y") or 0), int(each.get("x") or 0)
        except ValueError:
            return None
    return None


def _shape(shape: Element, source: Source, page: int) -> list[Line]:
    if (grid := next(shape.iter(f"{A}tbl"), None)) is not None:
        return _table(grid, source, page)
    title = _placeholder(shape) in ("title", "ctrTitle")
    body = shape.find(f"{P}txBody")
    if body is None:
        return []
    paragraphs = [_text(each, source) for each in body.iterfind(f"{A}p")]
    if title:
        whole = joined([each.one_line() for each in paragraphs], " ").one_line()
        return [Line(whole.text, whole.origins, "heading", 1, gap=1, page=page)] if whole.text else []
    pieces = [each.one_line() for each in paragraphs]
    return [Line(each.text, each.origins, gap=1, page=page) for each in pieces if each.text]


def _text(paragraph: Element, source: Source) -> Piece:
    pieces = []
    for each in chosen(paragraph):
        if each.tag in (f"{A}r", f"{A}fld"):
            pieces.append(source.take("".join(text.text or "" for text in each.iterfind(f"{A}t"))))
        elif each.tag == f"{A}br":
            pieces.append(source.take("\n"))
    source.take("\n")
    return joined(pieces)


def _table(grid: Element, source: Source, page: int) -> list[Line]:
    about = grid.find(f"{A}tblPr")
    named = about is not None and about.get("firstRow") in ("1", "true")
    cells = []
    for number, row in enumerate(grid.iterfind(f"{A}tr")):
        for column, cell in enumerate(row.iterfind(f"{A}tc")):
            if cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true"):
                continue
            piece = joined([_text(each, source).stripped() for each in cell.iter(f"{A}p")], "\n")
            rows, columns = (_count(cell.get(name)) for name in ("rowSpan", "gridSpan"))
            cells.append(Cell(number, column, piece, rows, columns, names=named and number == 0))
    return table(cells, page=page)


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and text != "0" else 1
