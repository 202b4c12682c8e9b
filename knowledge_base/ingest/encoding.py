"""Which encoding a text file is in: UTF-8 with and without a mark, GB 18030, UTF-16, Big5."""

from __future__ import annotations

import codecs
import re
from functools import cache

from .lines import UnreadableFile

BINARY_STARTS = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip/docx/xlsx",
    b"\xd0\xcf\x11\xe0": "doc/xls",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
}

# What office text is made of beside Chinese characters.
SIGNS = re.compile(r"[\t\n\r\f\v -~\u00a0-\u00ff\u2010-\u206f\u2150-\u24ff\u2500-\u27bf\u3000-\u303f\uff00-\uffef]")
FAMILIAR = 0.85
"""Least share of familiar characters in text that may as well be something else. Nearly every byte string is *some*
Chinese in GB 18030, UTF-16 or Big5, but then rare Chinese: a third of its characters are in the lists, at most."""


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
    raise UnreadableFile("内容不是文本，或编码无法识别（支持 UTF-8、GB 18030、UTF-16、Big5）")


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
    return [*candidates, "big5hkscs"]


def _is_text(text: str, *, strict: bool) -> bool:
    sample = text[:200_000]
    if "\x00" in sample:
        return False
    control = sum(1 for char in sample if char < " " and char not in "\t\n\r\f\v")
    if control > len(sample) / 200:
        return False
    if not strict:
        return True
    foreign = [char for char in sample if not char.isascii()]
    familiar = frequent()
    known = sum(1 for char in foreign if char in familiar or SIGNS.match(char))
    return known >= FAMILIAR * len(foreign)


@cache
def frequent() -> frozenset[str]:
    """The frequent characters of both scripts: level 1 of GB 2312-80 (3,755) and of Big5 (5,401)."""
    simplified = (bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    lows = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = (bytes((high, low)) for high in range(0xA4, 0xC7) for low in lows)
    both = {each.decode("gb2312", "ignore") for each in simplified} | {
        each.decode("big5", "ignore") for each in traditional
    }
    return frozenset(both - {""})
