"""How Chinese official documents number their parts: 编 章 节 条, 一、（一） 1. 1.1 （1） ①, 附件."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

HAN: Final = "一二三四五六七八九十百千零〇两"
_DIGITS: Final = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class Marker:
    """The number in front of a paragraph."""

    kind: str
    """``编 章 节 条 一、 （一） 1. 1.1 1.1.1 （1） ① 附件``"""
    label: str
    """As it is cited: ``第十二条``, ``三、``, ``（五）``, ``18``, ``（1）``."""
    value: int
    end: int
    """Where the words begin: after the number and the blanks behind it."""


_N = rf"[ \u3000]?(?:[{HAN}]+|\d+|[{HAN}](?:[ \u3000][{HAN}])+)[ \u3000]?"
"""The number between 第 and 条, also set apart as in 第 十二 条."""

# What may follow 第十二条 inside a sentence: then it is a reference, not a number in front of a paragraph.
_REFERENCE = (
    r"(?:规定|的|之规定|之一(?![，。])|所[^属在]|至|到|和|及|以及|或|或者|、|，|；|。|）|\)|与|中[^期止断途外文国心层等]|以上|以下|以内|列|款|项|目|例|"
    r"第|明确|要求)"
)
# 3号楼、2023级、一、二年级: a number that counts something is none in front of a paragraph.
_COUNTS = r"(?:年级|年(?!度)|月|日|周|级|等|号|栋|楼|层|班|届|节课?|章|条|款|项|类|档|次|期|学期|学年|人|名|元|分|%|％|倍|个百分点)"

_PATTERNS: Final = (
    ("编", re.compile(rf"(第{_N}(?:编|部分|篇(?!论文|幅)))[\s　：:、.．]*(?!{_REFERENCE})")),
    ("章", re.compile(rf"(第{_N}章(?!程))[\s　：:]*(?!{_REFERENCE})")),
    ("节", re.compile(rf"(第{_N}节(?!课))[\s　：:]*(?!{_REFERENCE})")),
    (
        "条",
        re.compile(rf"(第{_N}条(?:之[{HAN}])?)(?:[\s　：:、.．]+(?!第{_N}[条款项])|(?![\s　：:、.．]|{_REFERENCE}))"),
    ),
    (
        "附件",
        re.compile(
            rf"(附\s*[件表录]\s*(?:[{HAN}]+|\d{{1,2}})?)"
            r"(?:[\s　]*[：:.．、][\s　]*|[\s　]+(?!(?:所|中|的|规定|要求|第|和|及|至|、))|$)"
        ),
    ),
    ("一、", re.compile(rf"([{HAN}]+)[\s　]?(?:、(?![{HAN}]{{1,3}}(?:、|{_COUNTS}))|[.．](?!\d))[\s　]*")),
    ("（一）", re.compile(rf"[（(]\s?([{HAN}]+)\s?[）)](?!(?:项|款|目)(?!目))[\s　、.．]*")),
    ("（一）", re.compile(r"([㈠-㈩])[\s　、]*")),
    ("（1）", re.compile(r"[（(]\s?(\d{1,3})\s?[）)](?!(?:项|款|目)(?!目))[\s　、.．]*")),
    ("（1）", re.compile(r"([⑴-⒇])[\s　、]*")),
    ("（1）", re.compile(r"(\d{1,2})[）)][\s　]*")),
    ("1.1.1", re.compile(rf"(\d{{1,2}}(?:[.．]\d{{1,2}}){{2}})(?:[.．])?[\s　]+(?!{_COUNTS})")),
    (
        "1.1",
        re.compile(
            rf"(\d{{1,2}}[.．]\d{{1,2}})(?:[.．])?[\s　]+(?!{_COUNTS}|学分|学时|小时|万|亿|米|公里|元|kg|GB|MB|[A-Za-z])"
        ),
    ),
    (
        "1.",
        re.compile(
            rf"(\d{{1,3}})[ \u3000]?(?:[.．](?!\d)|[.．](?=(?:19|20)\d\d(?:年|级|届))|、(?!\d{{1,4}}(?:、|{_COUNTS}))|、(?=20\d\d))[\s　]*"
        ),
    ),
    ("1.", re.compile(r"([⒈-⒛])[\s　、]*")),
    ("①", re.compile(r"([①-⑳])[\s　、]*")),
)

RANK: Final = {
    "附件": 0,
    "编": 1,
    "章": 2,
    "节": 3,
    "条": 4,
    "一、": 5,
    "（一）": 6,
    "1.": 7,
    "1.1": 7.3,
    "1.1.1": 7.6,
    "（1）": 8,
    "①": 9,
}
"""Which number stands under which: a smaller rank is further out."""


def marker(text: str) -> Marker | None:
    """The number in front of ``text``, or ``None``."""
    for kind, pattern in _PATTERNS:
        if found := pattern.match(text):
            number = found.group(1)
            return Marker(kind, _label(kind, number), value(number), found.end())
    return None


def _label(kind: str, number: str) -> str:
    number = re.sub(r"\s", "", number)
    match kind:
        case "一、":
            return f"{number}、"
        case "（一）" | "（1）":
            inner = unicodedata.normalize("NFKC", number).strip("()（）")
            return f"（{inner}）"
        case "1." | "1.1" | "1.1.1":
            return unicodedata.normalize("NFKC", number).strip(".")
    return number


def value(number: str) -> int:
    """``第一百零二条`` → 102, ``18`` → 18, ``③`` → 3, ``2.4`` → 4; 0 where there is no number in it."""
    plain = unicodedata.normalize("NFKC", re.sub(r"\s", "", number))
    if digits := re.findall(r"\d+", plain):
        return int(digits[-1])
    total = current = 0
    for char in re.sub(r"之.$", "", plain):
        if char in _DIGITS:
            current = _DIGITS[char]
        elif char in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0
    return total + current
