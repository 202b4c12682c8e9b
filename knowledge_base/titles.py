"""The title of a document: marked by the format, printed above the text, or named by the letter that encloses it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import terms
from .dates import days, only_day
from .document import same_title
from .furniture import RULE, SALUTATION, SEVERAL
from .numbering import marker
from .paragraphs import Paragraph, ends_sentence

KINDS = (
    "规定|办法|细则|条例|方案|通知|指南|章程|规则|规程|制度|意见|手册|守则|公约|须知|说明|计划|流程|法|通告|公告|决定|安排|标准|"
    "清单|目录|要求|规范|准则|纲要|答疑|问答|简章|一览表|一览|汇编|总则|通报|函|批复|预案|倡议书|承诺书"
)
TITLE_END = re.compile(rf"(?:{KINDS})(?:\s*[（(〔][^（）()]{{1,20}}[）)〕])*$")
_TITLED = r"(?P<title>(?:[^《》]|《[^《》]*》)+)"
ENCLOSED = re.compile(
    rf"(?:现将|印发|公布|发布|修订|兹将|现印发|现发布)\s*(?:修订后的|修订的|新修订的|制定的)?\s*《{_TITLED}》\s*(?:（[^（）]*）)?\s*"
    r"(?:印发|予以|发布|公布|下发|的通知|的公告)"
)
SAYS = re.compile(r"[\u4e00-\u9fff]{2,6}\s*[:：]\s*\S")
"""文号：… and the like."""
HEAD = 16
"""Paragraphs: what a document says about itself stands above its body or below it, never in the middle."""


def title_of(
    paragraphs: Sequence[Paragraph],
    head: int,
    said: str | None,
    enclosed: re.Match[str] | None,
    listed: frozenset[int],
) -> tuple[str | None, set[int]]:
    first = next((at for at, each in enumerate(paragraphs[:HEAD]) if each.kind == "heading" and each.level == 1), None)
    if first is not None and marker(paragraphs[first].text):
        first = None  # a file whose first heading is its first chapter
    printed, at = _printed(paragraphs, head, listed)
    if said:
        return said, {first} if first is not None else at
    heading = close_up(paragraphs[first].text) if first is not None else None
    if enclosed and (heading is None or re.search("印发|公布|发布", heading)):
        # The notice only carries the document: people know it by the name inside 《》.
        return close_up(enclosed["title"]), ({first} if first is not None else set()) | at
    if heading and first is not None:
        return heading, {first}
    return printed, at


def inner_title(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], title: str | None, titles: set[int]
) -> tuple[int, ...]:
    """Where the title stands again, behind the letter that encloses the document: one paragraph or two."""
    letter = next((at for at, text in enumerate(texts[:HEAD]) if ENCLOSED.search(text)), None)
    if title is None or letter is None:
        return ()
    for at in range(letter + 1, len(texts)):
        for lines in ((at,), (at, at + 1)):
            joined = close_up("".join(texts[line] for line in lines if line < len(texts)))
            if joined and same_title(joined) == same_title(title) and paragraphs[at].kind in ("text", "heading"):
                return lines
    return ()


def _printed(paragraphs: Sequence[Paragraph], head: int, listed: frozenset[int]) -> tuple[str | None, set[int]]:
    """The title of a plain text, on one line or on several, up to the word that says what kind of document it is."""
    lines: list[int] = []
    for at, each in enumerate(paragraphs[: head or 1]):
        text = each.text
        skip = (
            terms.only_number(text)
            or SAYS.match(text)
            or re.search(r"文\s*件$|签\s*发\s*人?\s*[：:]", text)
            or only_day(text)
            or at in listed
            or SEVERAL.fullmatch(text)
            or RULE.fullmatch(text)
        )
        if each.kind not in ("text", "heading") or skip:
            if lines:
                break
            continue
        if ends_sentence(text) or len(text) > 45 or (re.match(r"[（(]", text) and not lines) or days(text):
            if lines or SALUTATION.match(text):
                break
            continue
        lines.append(at)
        joined = close_up("".join(paragraphs[line].text for line in lines))
        if TITLE_END.search(joined):
            after = paragraphs[at + 1].text if at + 1 < len(paragraphs) else ""
            if re.fullmatch(r"[（(][^（）()]{1,20}[）)]", after) and not days(after) and not terms.number(after):
                return joined + close_up(after), {*lines, at + 1}
            return joined, set(lines)
        if len(lines) == 4:
            break
    if lines and lines[0] == 0 and len(lines) < 4 and marker(paragraphs[0].text) is None:
        return close_up(paragraphs[0].text), {0}
    return None, set()


def close_up(text: str) -> str:
    """Without blanks between Chinese characters: ``管 理 办 法`` is 管理办法."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text).strip().strip("*# ")
