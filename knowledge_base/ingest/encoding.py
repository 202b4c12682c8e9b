"""Which encoding a text file is in: UTF-8 with and without a mark, GB 18030, UTF-16."""

from __future__ import annotations

import codecs
import re

from .lines import UnreadableFile

BINARY_STARTS = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip/docx/xlsx",
    b"\xd0\xcf\x11\xe0": "doc/xls",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
}

# What Chinese office text is made of. GB 18030 decodes nearly every byte string to *something*; garbage falls outside.
PLAUSIBLE = re.compile(
    r"[\t\n\r\f\v -~\u00a0-\u00ff\u2010-\u206f\u2150-\u24ff\u2500-\u27bf\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
)


def decode(data: bytes) -> str:
    """The text of a file, byte order mark removed. Raises :class:`UnreadableFile` for what is not text."""
    if not data.strip():
        raise UnreadableFile("文件是空的，没有可以收录的文字")
    for start, name in BINARY_STARTS.items():
        if data.startswith(start):
            raise UnreadableFile(f"内容不是文本（看起来是 {name} 文件）")
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text, strict=encoding not in ("utf-8", "utf-8-sig")):
            return text
    raise UnreadableFile("内容不是文本，或编码无法识别（支持 UTF-8、GB 18030、UTF-16）")


def _candidates(data: bytes) -> list[str]:
    if data.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    candidates = ["utf-8", "gb18030"]
    if len(data) % 2 == 0:
        # Without a mark the line ends and ASCII digits tell the byte order: their zero bytes stand on one side.
        odd, even = data[1::2].count(0), data[0::2].count(0)
        candidates += ["utf-16-le", "utf-16-be"] if odd >= even else ["utf-16-be", "utf-16-le"]
    return candidates


def _is_text(text: str, *, strict: bool) -> bool:
    sample = text[:200_000]
    if "\x00" in sample:
        return False
    control = sum(1 for char in sample if char < " " and char not in "\t\n\r\f\v")
    if control > len(sample) / 200:
        return False
    return not strict or len(PLAUSIBLE.findall(sample)) >= 0.97 * len(sample)
