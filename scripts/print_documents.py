"""Makes the shipped PDF, DOCX and XLSX documents anew from ``docs/print``: each file there is one document.

``<stem>.html`` → PDF (Chromium), ``<stem>.md`` → DOCX, ``<stem>.yml`` → XLSX. In a table ``^`` belongs to the cell above and ``<`` to
the cell on the left: both become merged cells.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pdfplumber
import yaml
from docx import Document
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

ROOT = Path(__file__).resolve().parent.parent
SOURCES, PRINTED = ROOT / "docs" / "print", ROOT / "knowledge_base" / "policies"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
OFFICES = {"教": "教务处", "学": "学生工作部（处）"}
"""Who is named as the author, by the last word of the 文号."""
RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
"""What some fonts give back for 一, 人 and 入: such a PDF looks right and cannot be searched."""

Table = list[list[str]]
Span = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 0."""


def main() -> None:
    for source in sorted(SOURCES.iterdir()):
        match source.suffix:
            case ".html":
                target = print_pdf(source)
            case ".md":
                target = write_docx(source)
            case ".yml":
                target = write_xlsx(source)
            case _:
                continue
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} KB")


def print_pdf(source: Path) -> Path:
    target = PRINTED / f"{source.stem}.pdf"
    chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if chromium is None:
        sys.exit("Chromium is needed to print PDFs: install it, or take the files that are there.")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-pdf-tagging", "--no-pdf-header-footer"]
    named = "--user-agent=Chromium"  # the PDF names its creator: not this machine
    command = [chromium, *options, named, f"--print-to-pdf={target}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with pdfplumber.open(target) as pdf:
        wrong = {char for page in pdf.pages for char in RADICALS.findall(page.extract_text())}
    if wrong:
        sys.exit(
            f"{target.name}: the font gives radicals back ({''.join(sorted(wrong))}); install Droid Sans Fallback."
        )
    return target


# DOCX ---------------------------------------------------------------------------------------------------------------


def write_docx(source: Path) -> Path:
    """文号 on the first line, ``#`` the title, ``##`` a chapter, ``widths:`` and ``|`` a table, all else paragraphs."""
    word = Document()
    _page(word)
    lines = [line.strip() for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows: Table = []
    widths: list[int] = []
    for number, line in enumerate(lines):
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            _docx_table(word, rows, widths)
            rows = []
        if line.startswith("widths:"):
            widths = [int(each) for each in line.partition(":")[2].split()]
        elif line.startswith("# "):
            word.add_paragraph(line[2:], style="Title")
        elif line.startswith("## "):
            word.add_paragraph(line[3:], style="Heading 1")
        else:
            paragraph = word.add_paragraph(line)
            if number == 0 or (line.startswith("（") and "印发" in line):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            else:
                paragraph.paragraph_format.first_line_indent = Pt(24)
    if rows:
        _docx_table(word, rows, widths)
    about = word.core_properties
    about.title = next(line[2:] for line in lines if line.startswith("# "))
    about.author = about.last_modified_by = OFFICES[lines[0].partition("〔")[0][-1]]
    about.created = about.modified = _issued(lines)
    about.comments = ""
    target = PRINTED / f"{source.stem}.docx"
    word.save(str(target))
    return target


def _issued(lines: Iterable[str]) -> datetime:
    found = re.search(r"(\d{4})年(\d{1,2})月(\d{1,2})日印发", "\n".join(lines))
    if found is None:
        sys.exit("A document without its day of issue cannot be printed.")
    return datetime(int(found[1]), int(found[2]), int(found[3]), 9)


def _page(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    for name, font, size in (("Normal", "FangSong", 12), ("Title", "SimHei", 18), ("Heading 1", "SimHei", 14)):
        style = word.styles[name]
        if style.type != WD_STYLE_TYPE.PARAGRAPH or not isinstance(style, ParagraphStyle):
            continue
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        if name != "Normal":
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    _page_number(foot)
    foot.add_run(" —")


def _page_number(paragraph: Paragraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _docx_table(word: Word, rows: Table, widths: Sequence[int]) -> None:
    table = word.add_table(len(rows), len(rows[0]), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = table.cell(at, column)
            cell.width = Cm(15.6 * widths[column] / sum(widths))
            if text not in ("^", "<"):
                cell.text = text
    for first_row, first, last_row, last in _spans(rows):
        table.cell(first_row, first).merge(table.cell(last_row, last))
    for at in range(2 if "^" in rows[1] else 1):
        table.rows[at]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _spans(rows: Table) -> list[Span]:
    """The cells that are merged."""
    found: list[Span] = []
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text in ("^", "<"):
                continue
            last = column
            while last + 1 < len(row) and row[last + 1] == "<":
                last += 1
            last_row = at
            while last_row + 1 < len(rows) and rows[last_row + 1][column] == "^":
                last_row += 1
            if (last_row, last) != (at, column):
                found.append((at, column, last_row, last))
    return found


# XLSX ---------------------------------------------------------------------------------------------------------------


def write_xlsx(source: Path) -> Path:
    said: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    book = Workbook()
    book.remove(book.active)
    for sheet in said["sheets"]:
        _sheet(book, said["title"], said["imprint"], sheet)
    book.properties.title, book.properties.creator = said["title"], said["author"]
    book.properties.created = book.properties.modified = _issued([said["imprint"]])
    target = PRINTED / f"{source.stem}.xlsx"
    book.save(target)
    return target


def _sheet(book: Any, title: str, imprint: str, said: dict[str, Any]) -> None:
    """A title, the imprint, two header rows, the rows, the notes."""
    sheet = book.create_sheet(said["name"])
    header, rows = _cells(said["header"]), _cells(said["rows"])
    width = len(header[0])
    thin = Side(style="thin")
    for at, text in enumerate((title, imprint), start=1):
        sheet.append([text])
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=width)
        sheet.cell(at, 1).alignment = Alignment(horizontal="center", vertical="center")
        sheet.cell(at, 1).font = Font(size=16 if at == 1 else 11, bold=at == 1)
    first = 3
    for at, row in enumerate(header + rows, start=first):
        in_header = at < first + len(header)
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(at, column, None if text in ("^", "<") else _value(text))
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if in_header else None)
            if in_header:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7E6E6")
    for block, offset in ((header, first), (rows, first + len(header))):
        for top, left, bottom, right in _spans(block):
            sheet.merge_cells(None, top + offset, left + 1, bottom + offset, right + 1)
    for at, note in enumerate(said["notes"], start=first + len(header) + len(rows)):
        sheet.cell(at, 1, note).alignment = Alignment(wrap_text=True, vertical="center")
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=width)
        sheet.row_dimensions[at].height = 32
    for column, wide in enumerate(said["widths"], start=1):
        sheet.column_dimensions[get_column_letter(column)].width = wide
    sheet.freeze_panes = sheet.cell(first + len(header), 1)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.print_title_rows = f"1:{first + len(header) - 1}"


def _cells(text: str) -> Table:
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]


def _value(text: str) -> str | int:
    return int(text) if text.isdigit() else text


if __name__ == "__main__":
    main()
