"""How Chinese official documents number their parts: 编 章 节 条, 一、（一） 1. （1） ①, 附件."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HAN: Final = "一二三四五六七八九十百千零〇两"
_DIGITS: Final = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class Marker:
    """The number in front of a paragraph."""

    kind: str
    """``编 章 节 条 一、 （一） 1. （1） ① 附件``"""
    label: str
    """As it is cited: ``第十二条``, ``三、``, ``（五）``, ``18``, ``（1）``."""
    value: int
    end: int
    """Where the words begin: after the number and the blanks behind it."""


# What may follow 第十二条 inside a sentence: then it is a reference, not a number in front of a paragraph.
_REFERENCE = r"(?:规定|的|之规定|所|至|到|和|及|以及|或|或者|、|，|；|。|与|中|以上|以下|列|款|项|目|第)"

_PATTERNS: Final = (
    ("编", re.compile(rf"(第[{HAN}\d]+编)[\s　]*")),
    ("章", re.compile(rf"(第[{HAN}\d]+章)[\s　]*(?!{_REFERENCE})")),
    ("节", re.compile(rf"(第[{HAN}\d]+节)[\s　]*(?!{_REFERENCE})")),
    ("条", re.compile(rf"(第[{HAN}\d]+条(?:之[{HAN}])?)(?:[\s　：:]+|(?!{_REFERENCE}))")),
    ("附件", re.compile(rf"(附\s*[件表录]\s*[{HAN}\d]*)(?:[\s　]*[：:][\s　]*|[\s　]+|$)")),
    ("一、", re.compile(rf"([{HAN}]+)、(?![{HAN}]{{1,2}}[、等年级])[\s　]*")),
    ("（一）", re.compile(rf"[（(]([{HAN}]+)[）)](?!(?:项|款|目)(?!目))[\s　]*")),
    ("（1）", re.compile(r"[（(](\d{1,3})[）)](?!(?:项|款|目)(?!目))[\s　]*")),
    ("（1）", re.compile(r"(\d{1,2})[）)][\s　]*")),
    ("1.", re.compile(r"(\d{1,3})(?:[.．](?!\d)|、)[\s　]*")),
    ("①", re.compile(r"([①-⑳])[\s　]*")),
)

RANK: Final = {"附件": 0, "编": 1, "章": 2, "节": 3, "条": 4, "一、": 5, "（一）": 6, "1.": 7, "（1）": 8, "①": 9}
"""Which number stands under which: a smaller rank is further out."""


def marker(text: str) -> Marker | None:
    """The number in front of ``text``, or ``None``."""
    for kind, pattern in _PATTERNS:
        if found := pattern.match(text):
            number = found.group(1)
            return Marker(kind, _label(kind, number), value(number), found.end())
    return None


def _label(kind: str, number: str) -> str:
    match kind:
        case "一、":
            return f"{number}、"
        case "（一）" | "（1）":
            return f"（{number}）"
        case "附件":
            return re.sub(r"\s", "", number)
    return number


def value(number: str) -> int:
    """``第一百零二条`` → 102, ``18`` → 18, ``③`` → 3; 0 where there is no number in it."""
    if digits := re.search(r"\d+", number):
        return int(digits.group())
    if "①" <= number <= "⑳":
        return ord(number) - ord("①") + 1
    total = current = 0
    for char in re.sub(r"之.$", "", number):
        if char in _DIGITS:
            current = _DIGITS[char]
        elif char in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0
    return total + current
