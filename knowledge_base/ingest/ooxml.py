"""The package around docx, xlsx and pptx: parts of XML in a zip, related to each other."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element  # lxml has no public name for it

from .archive import opened, unpacked
from .limits import Limits
from .lines import UnreadableFile

__all__ = ["MC", "A", "Element", "M", "P", "Package", "R", "W", "chosen"]

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# ISO 29500 strict names the same elements in other namespaces
STRICT: Final = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/main", A[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/presentationml/main", P[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)
DECLARATIONS: Final = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
MACROS: Final = "文件含宏，宏没有运行，只读取了文字。"


class Package:
    """An opened docx, xlsx or pptx. Raises :class:`UnreadableFile` for a bomb, a password, broken or missing parts."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._archive: zipfile.ZipFile = opened(content, limits)
        self.names = frozenset(self._archive.namelist())
        if any(entry.flag_bits & 1 for entry in self._archive.infolist()):
            raise UnreadableFile("文件有打开密码，请去掉密码再收录")
        for name in sorted(self.names):
            if name.endswith((".xml", ".rels", ".vml")):
                self._declares_nothing(name)

    @property
    def notes(self) -> tuple[str, ...]:
        """What every reader says about the package itself."""
        return (MACROS,) if any(name.endswith("vbaProject.bin") for name in self.names) else ()

    def xml(self, part: str) -> Element:
        """The root of a part."""
        content = self.content(part)
        for strict, transitional in STRICT:
            content = content.replace(strict, transitional)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from error
            raise UnreadableFile(f"文件不完整或已损坏（{posixpath.basename(part)} 不是有效的 XML）") from error

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id → (last word of its type, the part it names)."""
        folder, name = posixpath.split(part)
        where = f"{folder}/_rels/{name}.rels".lstrip("/")
        if where not in self.names:
            return {}
        return {
            str(each.get("Id")): (
                str(each.get("Type", "")).rsplit("/", 1)[-1],
                posixpath.normpath(posixpath.join("/", folder, str(each.get("Target", "")))).lstrip("/"),
            )
            for each in self.xml(where)
            if each.get("TargetMode") != "External"
        }

    def named(self, part: str, kind: str) -> str | None:
        """The part of this kind that ``part`` is related to, where it is there."""
        for found, target in self.related(part).values():
            if found == kind and target in self.names:
                return target
        return None

    def content(self, part: str) -> bytes:
        """A part, unpacked."""
        try:
            entry = self._archive.getinfo(part)
        except KeyError as error:
            raise UnreadableFile(f"文件不完整或已损坏（缺少 {posixpath.basename(part)}）") from error
        return unpacked(self._archive, entry)

    def _declares_nothing(self, part: str) -> None:
        """Office never writes a document type; who writes one wants entities to expand."""
        head = self.content(part)
        if any(word in head for word in DECLARATIONS):
            raise UnreadableFile("文件里有不允许的 XML 实体声明，未打开")


def chosen(element: Element) -> Iterator[Element]:
    """The children of an element; of alternatives only the first that says anything."""
    for child in element:
        if child.tag == f"{MC}AlternateContent":
            for alternative in child:
                if alternative.tag in (f"{MC}Choice", f"{MC}Fallback") and len(alternative):
                    yield from chosen(alternative)
                    break
        elif isinstance(child.tag, str):
            yield child
