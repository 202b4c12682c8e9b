"""What a file is: by its content first, by its name where content does not say."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from .lines import UnreadableFile

READERS: Final[dict[str, str]] = {
    ".txt": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".png": "picture",
    ".jpg": "picture",
    ".jpeg": "picture",
    ".zip": "zip",
}
"""Suffix → the module here that reads it: its ``read(stem, content, asked)`` gives a Reading or raises UnreadableFile."""

BESIDE: Final = (".questions.yml", ".meta.yml")
"""What stands beside a document and belongs to it (``known.py``, ``sidecar.py``) is no document."""

SAVE_ANEW: Final[dict[str, tuple[str, str]]] = {
    ".doc": ("旧版 Word 文件", ".docx"),
    ".wps": ("WPS 文字文件", ".docx"),
    ".rtf": ("RTF 文件", ".docx"),
    ".ppt": ("旧版 PowerPoint 文件", ".pptx"),
    ".dps": ("WPS 演示文件", ".pptx"),
    ".et": ("WPS 表格文件", ".xlsx"),
    ".ofd": ("OFD 版式文件", ".pdf"),
}
"""What people have and we cannot read: what it is, and as what to save it."""

MAIN_PARTS: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
MARKUP: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table)\b", re.I | re.S
)
# Names of the streams of an OLE file, as its directory writes them
OLE_STREAMS: Final = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", ".doc"),
    ("PowerPoint Document", ".ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
NAMES: Final = {
    "txt": "文本",
    "md": "文本",
    "html": "网页",
    "pdf": "PDF",
    "docx": "Word 文档（docx）",
    "xlsx": "Excel 工作簿（xlsx）",
    "xls": "Excel 工作簿（xls）",
    "pptx": "PowerPoint 演示文稿（pptx）",
    "picture": "图片",
    "zip": "zip 压缩包",
}


def kind(suffix: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    """The module that reads this content, and a note where the name says otherwise.

    Raises :class:`UnreadableFile` for a format that cannot be read and says what to do instead.
    """
    suffix = suffix.lower()
    named = READERS.get(suffix)
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("文件是空的，没有可以收录的文字")
    found = _by_content(content)
    if found is None:
        if suffix in SAVE_ANEW:
            raise UnreadableFile(_save_anew(suffix))
        if named is None:
            raise UnreadableFile(f"还不能读 {suffix or '没有扩展名的'} 文件，可以读：{' '.join(READERS)}")
        if named in ("txt", "md", "html"):
            return named, ()
        found = "txt"  # decoded, or refused where it is no text either
    if found == named or (found == "html" and named in ("txt", "md")):
        return named, ()
    return found, (f"文件名的扩展名是“{suffix or '（无）'}”，内容却是{NAMES[found]}，已按内容读取。",)


def _by_content(content: bytes) -> str | None:
    """The module for what the first bytes say, or ``None`` for what may be text."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return _zipped(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(content)
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return "picture"
    if content.startswith(b"{\\rtf"):
        raise UnreadableFile(_save_anew(".rtf"))
    if content.startswith((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")):
        raise UnreadableFile("这种压缩包读不了，请解压，或改用 zip 打包")
    if MARKUP.match(content[:4096].removeprefix(b"\xef\xbb\xbf")):
        return "html"
    return None


def _zipped(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:20_000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile("文件不完整或已损坏（压缩结构无法打开）") from error
    for part, found in MAIN_PARTS.items():
        if part in names:
            return found
    if "OFD.xml" in names:
        raise UnreadableFile(_save_anew(".ofd"))
    if "mimetype" in names and "content.xml" in names:
        raise UnreadableFile("OpenDocument 文件读不了，请另存为 .docx、.xlsx 或 .pptx 再收录")
    if "[Content_Types].xml" in names:
        raise UnreadableFile("文件不完整或已损坏（缺少正文部分）")
    return "zip"


def _ole(content: bytes) -> str:
    for stream, found in OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            if found == "encrypted":
                raise UnreadableFile("文件有打开密码，请去掉密码再收录")
            if found.startswith("."):
                raise UnreadableFile(_save_anew(found))
            return found
    raise UnreadableFile("旧版 Office 文件，认不出是哪一种，请另存为 .docx、.xlsx 或 .pptx 再收录")


def _save_anew(suffix: str) -> str:
    what, anew = SAVE_ANEW[suffix]
    return f"{what}（{suffix}）读不了，请用 Word 或 WPS 打开，另存为 {anew} 再收录"
