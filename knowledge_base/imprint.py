"""What a document says about itself: title, 文号, issuer, dates, what it repeals. What is uncertain stays ``None``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from . import terms
from .dates import DAY, arabic, days, only_day
from .document import Repeal
from .numbering import marker
from .paragraphs import Paragraph, ends_sentence
from .terms import NUMBER, PASSED, STARTS

KINDS = (
    "规定|办法|细则|条例|方案|通知|指南|章程|规则|规程|制度|意见|手册|守则|公约|须知|说明|计划|流程|法|通告|公告|决定|安排|标准|"
    "清单|目录|要求|规范|准则|纲要|答疑|问答|简章|一览表|一览|汇编|总则"
)
TITLE_END = re.compile(rf"(?:{KINDS})(?:\s*[（(〔][^（）()]{{1,20}}[）)〕])*$")
ENCLOSED = re.compile(
    r"(?:现将|印发|公布|发布|修订)\s*《(?P<title>(?:[^《》]|《[^《》]*》)+)》\s*(?:（[^（）]*）)?\s*(?:印发|予以|发布|公布|的通知|的公告)"
)
SALUTATION = re.compile(r"^(?:各|全校|全体)[^。；]{1,40}[：:]$")
SCHOOL = r"[\u4e00-\u9fff]{2,12}?(?:大学|学院)"
BODIES = ("全国人民代表大会常务委员会", "全国人民代表大会", "中共中央、国务院", "国务院、中央军委", "国务院", "教育部")
FACTS = {
    "title": ("title", "标题", "名称", "文件名称"),
    "number": ("number", "文号", "发文字号", "文件编号"),
    "issuer": (
        "issuer",
        "发布单位",
        "发布部门",
        "发布机构",
        "印发单位",
        "制定单位",
        "制定部门",
        "发文单位",
        "发文机关",
    ),
    "issued": (
        "issued",
        "印发日期",
        "发布日期",
        "公布日期",
        "成文日期",
        "发文日期",
        "印发时间",
        "发布时间",
        "发文时间",
    ),
    "effective": (
        "effective",
        "施行日期",
        "生效日期",
        "实施日期",
        "执行日期",
        "施行时间",
        "生效时间",
        "实施时间",
        "执行时间",
    ),
    "expires": ("expires", "失效日期", "废止日期", "失效时间", "废止时间"),
}
FACT = re.compile(
    rf"({'|'.join(name for names in FACTS.values() for name in names)})\s*[:：]\s*([^\s；;|]+(?: ?\d+[^\s；;|]*)*)"
)
HEAD = 16
"""Paragraphs: what a document says about itself stands above its body or below it, never in the middle."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What was found, and which paragraphs say only that."""

    title: str
    number: str | None
    issuer: str | None
    issued: date | None
    effective: date | None
    expires: date | None
    repeals: tuple[Repeal, ...]
    titles: frozenset[int]
    """Paragraphs which are the title."""
    furniture: frozenset[int]
    """Paragraphs nobody would ask for: 文号, salutation, signature, date, the sentence that encloses."""


def imprint(paragraphs: Sequence[Paragraph], facts: Sequence[tuple[str, str]], stem: str) -> Imprint:
    """Reads it. ``facts`` are what the format says apart from the text; ``stem`` is the title where nothing else is."""
    head = _head(paragraphs)
    texts = [arabic(each.text) for each in paragraphs]
    said = _said(facts, texts[: head + 1])
    enclosed = next((found for text in texts[:HEAD] if (found := ENCLOSED.search(text))), None)
    title, titles = _title(paragraphs, head, said.get("title"), enclosed)
    furniture = _furniture(texts, head, titles)
    issued = _day(said.get("issued")) or terms.issued(texts, head)
    effective = _day(said.get("effective")) or terms.effective(texts, head, issued)
    return Imprint(
        title=title or stem,
        number=terms.number(said.get("number") or "") or _stated_number(texts, head),
        issuer=said.get("issuer") or _issuer(texts, head, title or "", furniture),
        issued=issued,
        effective=effective,
        expires=_day(said.get("expires")) or terms.expires("\n".join(texts), effective or issued),
        repeals=terms.repeals(texts),
        titles=frozenset(titles),
        furniture=frozenset(furniture),
    )


def _head(paragraphs: Sequence[Paragraph]) -> int:
    """How many paragraphs stand before the first numbered part."""
    for at, each in enumerate(paragraphs[:HEAD]):
        mark = marker(each.text)
        if mark is not None and mark.kind != "附件" and not (each.kind == "heading" and each.level == 1):
            return at
    return min(len(paragraphs), HEAD)


def _said(facts: Sequence[tuple[str, str]], head: Sequence[str]) -> dict[str, str]:
    """``文号：…`` and the like, from the format itself or from lines above the body."""
    pairs = list(facts) + [(name, value) for text in head for name, value in FACT.findall(text)]
    return {key: value for key, names in FACTS.items() for name, value in reversed(pairs) if name in names and value}


def _day(said: str | None) -> date | None:
    found = days(arabic(said)) if said else []
    return found[0][0] if found else None


def _title(
    paragraphs: Sequence[Paragraph], head: int, said: str | None, enclosed: re.Match[str] | None
) -> tuple[str | None, set[int]]:
    first = next((at for at, each in enumerate(paragraphs[:HEAD]) if each.kind == "heading" and each.level == 1), None)
    printed, at = _printed_title(paragraphs, head)
    if said:
        return said, {first} if first is not None else at
    heading = _close_up(paragraphs[first].text) if first is not None else None
    if enclosed and (heading is None or "印发" in heading):
        # The notice only carries the document: people know it by the name inside 《》.
        return _close_up(enclosed["title"]), ({first} if first is not None else set()) | at
    if heading and first is not None:
        return heading, {first}
    return printed, at


def _printed_title(paragraphs: Sequence[Paragraph], head: int) -> tuple[str | None, set[int]]:
    """The title of a plain text, on one line or on several, up to the word that says what kind of document it is."""
    lines: list[int] = []
    for at, each in enumerate(paragraphs[: head or 1]):
        text = each.text
        skip = NUMBER.fullmatch(text.strip("（）() ")) or FACT.match(text) or text.endswith("文件") or only_day(text)
        if each.kind not in ("text", "heading") or skip:
            if lines:
                break
            continue
        if ends_sentence(text) or len(text) > 45 or (re.match(r"[（(]", text) and not lines) or days(text):
            if lines or SALUTATION.match(text):
                break
            continue
        lines.append(at)
        joined = _close_up("".join(paragraphs[line].text for line in lines))
        if TITLE_END.search(joined):
            after = paragraphs[at + 1].text if at + 1 < len(paragraphs) else ""
            if re.fullmatch(r"[（(][^（）()]{1,20}[）)]", after) and not days(after) and not NUMBER.search(after):
                return joined + _close_up(after), {*lines, at + 1}
            return joined, set(lines)
        if len(lines) == 4:
            break
    if lines and lines[0] == 0 and len(lines) < 4 and marker(paragraphs[0].text) is None:
        return _close_up(paragraphs[0].text), {0}
    return None, set()


def _close_up(text: str) -> str:
    """Without blanks between Chinese characters: ``管 理 办 法`` is 管理办法."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text).strip().strip("*# ")


def _stated_number(texts: Sequence[str], head: int) -> str | None:
    """A 文号 that stands alone above the body; one inside a sentence belongs to another document."""
    for text in texts[: max(head, 3)]:
        bare = re.sub(r"^.{0,20}文件\s*", "", text).strip("（）()[] 　")
        if NUMBER.fullmatch(bare):
            return terms.number(bare)
    return None


def _issuer(texts: Sequence[str], head: int, title: str, furniture: set[int]) -> str | None:
    for at, text in enumerate(texts):
        if at and only_day(text) and at - 1 in furniture and not NUMBER.search(texts[at - 1]):
            return re.sub(r"\s", "", texts[at - 1])
        if terms.signed(text):
            return re.sub(rf"\s|{DAY}", "", text)
    if (found := re.match(SCHOOL, title)) and found.end() < len(title):
        return found.group()
    for text in reversed(texts[:head]):
        if days(text) and PASSED.search(text):
            plain = re.sub(r"《[^《》]*》", "", text)
            return next((body for body in BODIES if body in plain), None)
    return None


def _furniture(texts: Sequence[str], head: int, titles: set[int]) -> set[int]:
    found: set[int] = set()
    for at, text in enumerate(texts):
        if at in titles:
            continue
        above = at < head
        if only_day(text) or terms.signed(text):
            found.add(at)
            before = texts[at - 1] if at else ""
            if before and len(before) <= 30 and not re.search(r"[，。；：！？|]", before) and marker(before) is None:
                found.add(at - 1)
        elif _only_imprint(text, above=above, below=at >= len(texts) - 4):
            found.add(at)
    return found - titles


def _only_imprint(text: str, *, above: bool, below: bool) -> bool:
    bare = text.strip("（）() ")
    if SALUTATION.match(text) or NUMBER.fullmatch(bare) or re.match(r"抄送[：:]|主送[：:]", text):
        return True
    if above and (ENCLOSED.search(text) or FACT.match(text) or re.fullmatch(r".{2,20}文件", text)):
        return True
    if above and days(text) and not text.endswith("。") and (PASSED.search(text) or re.search(STARTS, text)):
        return True
    return below and bool(days(text)) and bool(re.search(r"印发\s*$", text))
