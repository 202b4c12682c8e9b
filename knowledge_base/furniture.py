"""What every official document carries and nobody asks for: letterhead, salutation, signature, contents, distribution."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from . import terms
from .dates import days, only_day
from .numbering import Marker, marker
from .paragraphs import Paragraph, ends_sentence
from .terms import NUMBER, PASSED, STARTS

SALUTATION = re.compile(r"^(?:各|全校|全体|校内|机关|校属)[^。；]{1,40}[：:]$")
LETTERHEAD = re.compile(
    r".{2,30}(?:文件|简报|会议纪要)|签发人?\s*[：:].*|(?:秘密|机密|绝密|特急|加急|平急)(?:★.*)?|[\u4e00-\u9fff]{2,20}办公室编印"
)
ON_THE_WEB = re.compile(
    r"(?:更新|发布|发稿|来源|信息来源|作者|编辑|供稿|浏览|点击|阅读)(?:时间|日期|单位|次数|量|人|者)?\s*[：:].*"
)
RULE = re.compile(r"[★☆＊*—–\-_=─━\s]+")
DISTRIBUTION = re.compile(
    r"(?:抄\s?送|抄\s?报|主\s?送|发\s?送|主\s?题\s?词|关\s?键\s?词|校\s?对|打\s?字|共\s?印|印\s?数|附\s?注)\s*[：:].*|[（(]?(?:此件|本件)[^。]{0,12}公开[^。]{0,8}[）)]?|[（(]?此页无正文[）)]?|共印\s*\d+\s*份.*"
)
PUBLISHES = re.compile(
    r"《[^《》]+(?:《[^《》]*》[^《》]*)*》.{0,60}(?:现予|现将|予以|现正式|现)\s*(?:印发|公布|发布|下发)|(?:现将|现印发|现发布|兹将)\s*《.*(?:印发|发布|公布|下发)"
)
SEVERAL = re.compile(
    r"(?:[\u4e00-\u9fff]{2,12}(?:部|处|院|室|团委|中心|馆)(?:（.{1,6}）)?[\s　、]+){1,6}[\u4e00-\u9fff]{2,12}(?:部|处|院|室|团委|中心|馆)"
)
"""Several offices that issue together, on the line above the title."""
CONTENTS = re.compile(r"[目\s　]{1,6}[录次][\s　]*")
LEADER = re.compile(r"(?:[.．·…。\-—_]{3,}|\s{2,}|\t)\s*[\d〇一二三四五六七八九十ivxIVX\-—]{1,6}$")


def contents(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """The paragraphs of a table of contents: the word 目录 and its entries, or entries with dots and a page number."""
    found: set[int] = set()
    for at, each in enumerate(paragraphs):
        if each.kind in ("text", "heading") and CONTENTS.fullmatch(each.text):
            found |= {at, *_entries(paragraphs, at + 1)}
    dotted = [
        at
        for at, each in enumerate(paragraphs)
        if each.kind == "text" and LEADER.search(each.text) and len(each.text) < 80
    ]
    if len(dotted) >= 3:
        found |= {at for at in dotted if re.search(r"[.．·…]{3,}", paragraphs[at].text)}
    return frozenset(found)


def _entries(paragraphs: Sequence[Paragraph], first: int) -> list[int]:
    """The entries of the contents that begin at ``first``: up to the one that is printed a second time, as a heading."""
    entries: list[int] = []
    names: set[str] = set()
    later = [_name(each.text) for each in paragraphs]
    for at in range(first, len(paragraphs)):
        each = paragraphs[at]
        name = later[at]
        mark = marker(each.text)
        entry = mark is not None or name in later[at + 1 :] or bool(LEADER.search(each.text))
        if each.kind in ("row", "header") or not name or name in names or not entry or ends_sentence(each.text):
            break
        if mark and mark.kind == "条" and not _printed_again(name, later[at + 1 :]):
            break
        names.add(name)
        entries.append(at)
    # What is never printed again is no entry but the first heading of the text.
    while (
        entries
        and not _printed_again(later[entries[-1]], later[entries[-1] + 1 :])
        and not LEADER.search(paragraphs[entries[-1]].text)
    ):
        entries.pop()
    return entries


def _printed_again(name: str, later: Sequence[str]) -> bool:
    return any(each.startswith(name) for each in later)


def _name(text: str) -> str:
    """An entry without its dots, its page and its blanks."""
    return re.sub(r"\s", "", LEADER.sub("", text))


def furniture(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], head: int, titles: frozenset[int], listed: frozenset[int]
) -> frozenset[int]:
    """Paragraphs nobody would ask for. ``texts`` are theirs with Arabic dates; ``head`` of them stand above the body."""
    found: set[int] = set(listed)
    for at, text in enumerate(texts):
        if at in titles or paragraphs[at].kind in ("row", "header"):
            continue
        if only_day(text) or terms.signed(text):
            found.add(at)
            found.update(_signatures(texts, at))
        elif _says_only_that(text, above=at < head, below=at >= len(texts) - 6):
            found.add(at)
    return frozenset((found | _annexes(paragraphs, found)) - titles)


def _signatures(texts: Sequence[str], day: int) -> list[int]:
    """The names of those who sign, printed above the day: one, or several that issue together."""
    found: list[int] = []
    for at in range(day - 1, max(-1, day - 4), -1):
        name = texts[at]
        if len(name) > 30 or re.search(r"[，。；：！？|]", name) or marker(name) is not None:
            break
        if found and not re.search(
            r"(?:部|处|院|会|室|学|团委|中心|馆)(?:[（(].{1,6}[）)])?$", re.sub(r"\s", "", name)
        ):
            break
        found.append(at)
    return found


def _says_only_that(text: str, *, above: bool, below: bool) -> bool:
    bare = text.strip("（）() ")
    if RULE.fullmatch(text) or (above and ON_THE_WEB.fullmatch(text) and len(text) <= 60):
        return True
    if above and re.fullmatch(r"[（(][^（）()。]{2,30}\d{4}\s*年\s*\d{1,2}\s*月[）)]", text):
        return True
    if SALUTATION.match(text) or NUMBER.fullmatch(bare) or DISTRIBUTION.fullmatch(text):
        return True
    if above and (
        SEVERAL.fullmatch(text)
        or LETTERHEAD.fullmatch(re.sub(r"\s", "", text))
        or terms.only_number(bare)
        or _only_publishes(text)
    ):
        return True
    if above and re.fullmatch(rf"{NUMBER.pattern}\s*签发人?\s*[：:].*", text):
        return True
    if above and days(text) and not text.endswith("。") and (PASSED.search(text) or re.search(STARTS, text)):
        return True
    return below and bool(days(text)) and bool(re.search(r"印\s?发\s*$", text))


def _only_publishes(text: str) -> bool:
    """Whether a paragraph only says that a document is published: 现将《…》印发给你们，请遵照执行。"""
    return bool(PUBLISHES.search(text)) and len(re.sub(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》", "", text)) <= 90


def _annexes(paragraphs: Sequence[Paragraph], signed: Set[int]) -> set[int]:
    """The lines that only list the annexes: 「附件：1.… 2.…」, or 附件1：… above 附件2：… and above the signature."""
    found: set[int] = set()
    for at in range(len(paragraphs) - 1, -1, -1):
        each = paragraphs[at]
        mark = marker(each.text)
        if each.kind != "text" or mark is None or mark.kind != "附件" or ends_sentence(each.text.rstrip("：:")):
            continue
        counted = marker(each.text[mark.end :])
        entries = _numbered(paragraphs, at + 1) if counted or each.text.endswith(("：", ":")) else []
        after = entries[-1] + 1 if entries else at + 1
        if (
            entries
            or (counted and counted.kind == "1.")
            or (mark.end < len(each.text) and _nothing(paragraphs, after, signed, found, mark))
        ):
            found |= {at, *entries}
    return found


def _numbered(paragraphs: Sequence[Paragraph], first: int) -> list[int]:
    """The entries 1. 2. that follow, none of them a sentence."""
    found: list[int] = []
    for at in range(first, len(paragraphs)):
        mark = marker(paragraphs[at].text)
        if mark is None or mark.kind not in ("1.", "附件") or mark.end >= len(paragraphs[at].text):
            break
        if ends_sentence(paragraphs[at].text) or len(paragraphs[at].text) > 60:
            break
        found.append(at)
    return found


def _nothing(paragraphs: Sequence[Paragraph], after: int, signed: Set[int], listed: Set[int], mark: Marker) -> bool:
    """Whether nothing of an annex follows its name: the text ends, is signed, or names the next."""
    if after >= len(paragraphs) or after in signed or after in listed:
        return True
    following = marker(paragraphs[after].text)
    if following is None or following.kind != "附件" or paragraphs[after].kind != "text":
        return False
    return following.end >= len(paragraphs[after].text) or following.value <= mark.value
