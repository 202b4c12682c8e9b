"""Files as offices make them, written for a test: PDF pages character by character, small docx, xlsx, pptx and zip files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

A4 = (595.0, 842.0)


@dataclass
class Sheet:
    """A page of a PDF, measured in points from the top left corner."""

    said: list[tuple[float, float, float, str, str]] = field(default_factory=list)
    ruled: list[tuple[float, float, float, float]] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 12, *, turned: str = "1 0 0 1") -> Sheet:
        """``turned``: the first four numbers of the text matrix."""
        self.said.append((x, y, size, text, turned))
        return self

    def lines(self, x: float, y: float, texts: Sequence[str], size: float = 12, leading: float = 20) -> Sheet:
        for number, text in enumerate(texts):
            self.text(x, y + number * leading, text, size)
        return self

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        self.ruled.append((x0, y0, x1, y1))
        return self

    def table(
        self, across: Sequence[float], down: Sequence[float], cells: dict[tuple[int, int, int, int], str]
    ) -> Sheet:
        """``cells``: (row, column, rows, columns) → text; a line in it is a printed line."""
        for (row, column, rows, columns), text in cells.items():
            x0, x1, y0, y1 = across[column], across[column + columns], down[row], down[row + rows]
            for edge in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                self.rule(*edge)
            for number, line in enumerate(text.split("\n")):
                if line:
                    self.text(x0 + 3, y0 + 13 + 13 * number, line, 10)
        return self


def pdf(*sheets: Sheet) -> bytes:
    """A PDF whose text is Adobe's GB1 font that is not embedded: every character as wide as high, ASCII half as wide."""
    objects: list[bytes] = [b"", b""]
    font = _add(
        objects,
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
        b"/DW 1000/W[1 95 500 814 939 500]/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4"
        b"/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>>>]>>",
    )
    pages = []
    for sheet in sheets:
        parts = []
        for x, y, size, text, turned in sheet.said:
            codes = text.encode("utf-16-be").hex()
            parts.append(f"BT /F {size} Tf {turned} {x:.2f} {A4[1] - y:.2f} Tm <{codes}> Tj ET")
        parts += [f"0.5 w {x0:.2f} {A4[1] - y0:.2f} m {x1:.2f} {A4[1] - y1:.2f} l S" for x0, y0, x1, y1 in sheet.ruled]
        stream = "\n".join(parts).encode()
        content = _add(objects, b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        pages.append(
            _add(
                objects,
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F %d 0 R>>>>/Contents %d 0 R>>"
                % (font, content),
            )
        )
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % each for each in pages))
    return _file(objects)


def _add(objects: list[bytes], body: bytes) -> int:
    objects.append(body)
    return len(objects)


def _file(objects: list[bytes]) -> bytes:
    written, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return written + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(written),
    )


def docx(build: Callable[[Any], None], *, numbering: str = "") -> bytes:
    """A Word file; ``numbering``: abstractNum and num elements of its numbering part."""
    document = Document()
    if numbering:
        part = document.part.numbering_part.element
        for each in list(part):
            part.remove(each)
        for each in list(xml(f"<w:wrap {{ns}}>{numbering}</w:wrap>")):
            part.append(each)
    build(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def xml(text: str) -> Any:
    """An element of WordprocessingML; ``{ns}`` stands for the namespace declarations."""
    return parse_xml(text.replace("{ns}", nsdecls("w", "a", "wp", "r", "pic")))


def zipped(members: dict[str, bytes] | Sequence[tuple[str, bytes]], *, pack: bool = True) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED) as archive:
        for name, content in dict(members).items():
            archive.writestr(name, content)
    return written.getvalue()


def repacked(
    package: bytes, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> bytes:
    """A zip with some of its members changed, left out (``None``) or added."""
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for name in archive.namelist():
            changed = change(name, archive.read(name))
            if changed is not None:
                members[name] = changed
    return zipped({**members, **(extra or {})})


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def values(lines: Sequence[Any]) -> Iterator[list[str]]:
    """For each row of a table its cells, the value of a merged one taken from the row that prints it."""
    last: list[str] = []
    for line in lines:
        if not line.cells:
            last = []
            continue
        own = [line.text[start:end] for start, end in line.cells]
        last = [last[at] if at in line.above else text for at, text in enumerate(own)]
        yield last
