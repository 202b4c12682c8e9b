"""Word: paragraphs with their automatic numbers, headings, tables, text boxes and notes, as if all revisions were accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .asked import Asked
from .grid import Cell, table
from .lines import Line, Reading
from .numbered import Numbering
from .ooxml import A, Element, M, Package, W, chosen
from .piece import Piece, Source, joined

MAIN: Final = "word/document.xml"
# What holds blocks or runs without being one itself
FRAMES: Final = frozenset(
    f"{W}{name}"
    for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "fldSimple", "dir", "bdo")
)
GONE: Final = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "rt", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "sdtPr")
)
# Ticked and open boxes of the symbol fonts, as the forms of Chinese offices use them
SYMBOLS: Final = {
    "F0A8": "□",
    "F0A3": "□",
    "F06F": "□",
    "F071": "□",
    "F0FE": "☑",
    "F052": "☑",
    "F0FC": "✓",
    "F0FB": "×",
}
HEADING: Final = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says, what it is based on included."""

    level: int = 0
    list: str | None = None
    at: int | None = None
    contents: bool = False
    """Whether it is a line of the table of contents."""
    title: bool = False


def read(stem: str, content: bytes, asked: Asked) -> Reading:
    """Lines of a Word file, one a paragraph. Raises :class:`UnreadableFile`."""
    package = Package(content, asked.limits)
    document = _Document(package)
    body = package.xml(MAIN).find(f"{W}body")
    if body is not None:
        document.blocks(body)
        document.rest_of_notes()
    lines = document.lines
    if any(line.kind == "heading" and line.level == 0 for line in lines):  # a title stands above the first headings
        lines = [_deeper(line) if line.kind == "heading" else line for line in lines]
    return Reading(stem, tuple(lines), notes=package.notes + document.notes, whole=True)


def _deeper(line: Line) -> Line:
    return Line(line.text, line.origins, "heading", line.level + 1, gap=line.gap, new_page=line.new_page)


class _Document:
    def __init__(self, package: Package) -> None:
        self.lines: list[Line] = []
        self._source = Source()
        self._said: set[str] = set()
        related = {kind: target for kind, target in package.related(MAIN).values() if target in package.names}
        self._styles, self._default = _styles(package.xml(related["styles"]) if "styles" in related else None)
        self._numbering = Numbering(package.xml(related["numbering"]) if "numbering" in related else None)
        self._footnotes = _notes_of(package, related.get("footnotes"), "footnote")
        self._footnotes |= _notes_of(package, related.get("endnotes"), "endnote")
        self._waiting: list[tuple[str, str]] = []
        self._boxes: list[Element] = []
        self._carried = Piece()
        self._new_page = False
        self._counted = 0

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(sorted(self._said))

    def blocks(self, element: Element) -> None:
        """Takes in all paragraphs and tables of an element."""
        for each in chosen(element):
            if each.tag == f"{W}p":
                self._paragraph(each)
            elif each.tag == f"{W}tbl":
                self._table(each)
            elif each.tag == f"{W}sdt" and _is_contents(each):
                self._said.add("文件里的目录已略去。")
            elif each.tag in FRAMES:
                self._revised(each)
                self.blocks(each)
            elif each.tag in GONE:
                self._revised(each)

    def rest_of_notes(self) -> None:
        """What a last paragraph still carried and notes that no paragraph has shown."""
        if self._carried.text:
            self._add(self._carried, 0, "text")
        self._show_notes()

    def _paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = self._style(properties)
        if style.contents:
            self._said.add("文件里的目录已略去。")
            return
        if properties is not None and _on(properties, "pageBreakBefore"):
            self._new_page = True
        label = self._label(properties, style, paragraph)
        piece = (self._source.take(label) if label else Piece()) + joined(self._inline(paragraph))
        self._source.take("\n")
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            self._said.add(REVISED)
            self._carried = self._carried + piece  # its mark is deleted: it goes on in the next paragraph
            return
        piece, self._carried = self._carried + piece, Piece()
        outline = _of(properties, "outlineLvl")
        level = int(outline) + 1 if outline.isdecimal() and int(outline) < 9 else style.level
        if style.title:
            self._add(piece, 0, "heading")
        elif level and len(piece.text) <= 100:
            self._add(piece, level, "heading")
        else:
            self._add(piece, 0, "text")
        self._show_notes()
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.blocks(box)

    def _add(self, piece: Piece, level: int, kind: str) -> None:
        start, gap = 0, 1
        for end in [*(at for at, char in enumerate(piece.text) if char == "\n"), len(piece.text)]:
            line = piece.part(start, end).one_line()
            start = end + 1
            if line.text:
                is_heading = kind == "heading"
                self.lines.append(
                    Line(
                        line.text,
                        line.origins,
                        "heading" if is_heading else "text",
                        level,
                        gap=gap,
                        new_page=self._new_page and bool(self.lines),
                    )
                )
                gap, self._new_page = 0, False

    def _show_notes(self) -> None:
        waiting, self._waiting = self._waiting, []
        for label, name in waiting:
            note = self._footnotes.pop(name, None)
            if note is None:
                continue
            pieces = [joined(self._inline(each)) for each in note.iter(f"{W}p")]
            text = joined([each.one_line() for each in pieces], " ")
            if text.text:
                self._add(self._source.take(label) + text, 0, "text")

    def _style(self, properties: Element | None) -> Style:
        return self._styles.get(_of(properties, "pStyle") or self._default, Style())

    def _label(self, properties: Element | None, style: Style, paragraph: Element) -> str:
        numbers = properties.find(f"{W}numPr") if properties is not None else None
        number, at = style.list, style.at
        if numbers is not None:
            number = _of(numbers, "numId") or number
            own = _of(numbers, "ilvl")
            at = int(own) if own.isdecimal() else at
        if not number or number == "0":
            return ""
        if at is None:
            at = self._numbering.level_of(number, _of(properties, "pStyle")) or 0
        if not any(True for _ in paragraph.iter(f"{W}t", f"{M}t", f"{W}drawing", f"{W}pict")):
            return ""  # Word numbers an empty paragraph too, but nobody cites it
        return self._numbering.label(number, at)

    def _inline(self, element: Element) -> Iterator[Piece]:
        """The text of the runs in an element."""
        for each in chosen(element):
            tag = each.tag
            if tag == f"{W}r":
                yield from self._run(each)
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                yield self._source.take("".join(part.text or "" for part in each.iter(f"{M}t")))
            elif tag in GONE:
                self._revised(each)
            elif tag in FRAMES:
                self._revised(each)
                yield from self._inline(each)

    def _run(self, run: Element) -> Iterator[Piece]:
        properties = run.find(f"{W}rPr")
        if properties is not None and _on(properties, "vanish"):
            self._said.add("隐藏的文字未收录。")
            return
        for each in chosen(run):
            match each.tag.removeprefix(W):
                case "t":
                    yield self._source.take(each.text or "")
                case "tab" | "ptab":
                    yield self._source.take("\t")
                case "br" if each.get(f"{W}type") in ("page", "column"):
                    self._new_page = self._new_page or each.get(f"{W}type") == "page"
                    yield self._source.take("\n")
                case "br" | "cr":
                    yield self._source.take("\n")
                case "noBreakHyphen":
                    yield self._source.take("-")
                case "sym":
                    code = str(each.get(f"{W}char") or "").upper()
                    yield self._source.take(SYMBOLS.get(code, ""))
                case "footnoteReference" | "endnoteReference" as kind:
                    self._counted += 1
                    name = f"{kind.removesuffix('Reference')} {each.get(f'{W}id')}"
                    self._waiting.append((f"注{self._counted}：", name))
                case "ruby":
                    for base in each.iterfind(f"{W}rubyBase"):
                        yield from self._inline(base)
                case "drawing" | "pict" | "object":
                    boxes = [box for box in each.iter(f"{W}txbxContent") if not _within(box, each)]
                    self._boxes += boxes
                    if not boxes and any(
                        True for _ in each.iter(f"{A}blip", "{urn:schemas-microsoft-com:vml}imagedata")
                    ):
                        self._said.add("文件里的图片未收录，图片里的文字没有识别。")

    def _revised(self, element: Element) -> None:
        if element.tag.removeprefix(W) in ("ins", "del", "moveTo", "moveFrom"):
            self._said.add(REVISED)

    def _table(self, element: Element) -> None:
        rows = list(_rows(element))
        cells = [list(_framed(row, "tc")) for row in rows]
        if rows and all(len(row) <= 1 for row in cells):  # a frame around text
            for row in cells:
                for each in row:
                    self.blocks(each)
            return
        found: list[Cell] = []
        opened: dict[int, int] = {}  # column → which cell found began there and may go on below
        nested: list[Element] = []
        flagged = 0
        for number, row in enumerate(rows):
            properties = row.find(f"{W}trPr")
            repeated = properties is not None and _on(properties, "tblHeader")
            flagged += repeated and flagged == number
            column = int(before) if (before := _of(properties, "gridBefore")).isdecimal() else 0
            for cell in cells[number]:
                about = cell.find(f"{W}tcPr")
                span = int(wide) if (wide := _of(about, "gridSpan")).isdecimal() and wide != "0" else 1
                merge = about.find(f"{W}vMerge") if about is not None else None
                beside = about.find(f"{W}hMerge") if about is not None else None
                if beside is not None and beside.get(f"{W}val") != "restart" and found and found[-1].row == number:
                    found[-1] = _widened(found[-1], span)
                elif merge is not None and merge.get(f"{W}val") != "restart" and column in opened:
                    at = opened[column]
                    found[at] = _lengthened(found[at])
                else:
                    inner = list(cell.iterfind(f"{W}tbl"))
                    nested += inner
                    piece = self._cell(cell)
                    found.append(Cell(number, column, piece, 1, span, repeated or _bold(cell)))
                    opened.pop(column, None)
                    if merge is not None:
                        opened[column] = len(found) - 1
                column += span
        self.lines += table(found, headers=flagged or None)
        self._show_notes()
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.blocks(box)
        for inner_table in nested:
            self._table(inner_table)

    def _cell(self, cell: Element) -> Piece:
        pieces = []
        for paragraph in _framed(cell, "p"):
            properties = paragraph.find(f"{W}pPr")
            label = self._label(properties, self._style(properties), paragraph)
            pieces.append((self._source.take(label) if label else Piece()) + joined(self._inline(paragraph)).stripped())
            self._source.take("\n")
        return joined(pieces, "\n")


REVISED: Final = "文件带有修订痕迹，已按接受全部修订读取。"


def _styles(root: Element | None) -> tuple[dict[str, Style], str]:
    """Style id → what it says, and the id of the style a paragraph has that names none."""
    if root is None:
        return {}, ""
    elements = {str(each.get(f"{W}styleId")): each for each in root.iterfind(f"{W}style")}
    default = ""
    found: dict[str, Style] = {}
    for name, element in elements.items():
        if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true"):
            default = name
        level, number, at, contents, title = 0, None, None, False, False
        chain: list[Element] = []
        while element is not None and len(chain) < 20 and element not in chain:
            chain.append(element)
            element = elements.get(_of(element, "basedOn"))
        for each in reversed(chain):
            label = _of(each, "name")
            if heading := HEADING.fullmatch(label.strip()):
                level = int(heading.group(1))
            elif label.lower() == "title":
                title = True
            contents = contents or label.lower().startswith("toc ") or label.startswith("目录")
            properties = each.find(f"{W}pPr")
            if (outline := _of(properties, "outlineLvl")).isdecimal():
                level = int(outline) + 1 if int(outline) < 9 else 0
            numbers = properties.find(f"{W}numPr") if properties is not None else None
            if numbers is not None:
                number = _of(numbers, "numId") or number
                at = int(own) if (own := _of(numbers, "ilvl")).isdecimal() else at
        found[name] = Style(level, number, at, contents, title)
    return found, default


def _notes_of(package: Package, part: str | None, kind: str) -> dict[str, Element]:
    if part is None:
        return {}
    return {
        f"{kind} {each.get(f'{W}id')}": each
        for each in package.xml(part).iterfind(f"{W}{kind}")
        if each.get(f"{W}type") in (None, "normal")
    }


def _rows(element: Element) -> Iterator[Element]:
    """The rows of a table that are not deleted."""
    for row in _framed(element, "tr"):
        if row.find(f"{W}trPr/{W}del") is None:
            yield row


def _framed(element: Element, name: str) -> Iterator[Element]:
    """The children of this name, also those in a frame (a content control, an insertion)."""
    for each in chosen(element):
        if each.tag == f"{W}{name}":
            yield each
        elif each.tag in FRAMES:
            yield from _framed(each, name)


def _within(box: Element, top: Element) -> bool:
    """Whether a text box lies in another one below ``top``, or in the fallback of an alternative."""
    above = box.getparent()
    while above is not None and above is not top:
        if above.tag == f"{W}txbxContent" or str(above.tag).endswith("}Fallback"):
            return True
        above = above.getparent()
    return False


def _is_contents(element: Element) -> bool:
    gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _bold(cell: Element) -> bool:
    runs = [run for run in cell.iter(f"{W}r") if any((each.text or "").strip() for each in run.iter(f"{W}t"))]
    return bool(runs) and all((about := run.find(f"{W}rPr")) is not None and _on(about, "b") for run in runs)


def _on(properties: Element, name: str) -> bool:
    found = properties.find(f"{W}{name}")
    return found is not None and found.get(f"{W}val") not in ("0", "false", "off", "none")


def _of(element: Element | None, name: str) -> str:
    """The value of a child; empty where it is missing."""
    found = element.find(f"{W}{name}") if element is not None else None
    return "" if found is None else str(found.get(f"{W}val") or "")


def _widened(cell: Cell, by: int) -> Cell:
    return Cell(cell.row, cell.column, cell.piece, cell.rows, cell.columns + by, cell.names, cell.page)


def _lengthened(cell: Cell) -> Cell:
    return Cell(cell.row, cell.column, cell.piece, cell.rows + 1, cell.columns, cell.names, cell.page)
