"""What a document says about itself: title, 文号, issuer, dates, what it repeals. What is uncertain stays ``None``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from . import terms
from .audience import aimed
from .dates import DAY, arabic, days, only_day
from .document import Audience, Repeal
from .furniture import contents, furniture
from .numbering import marker
from .paragraphs import Paragraph, ends_sentence
from .sidecar import NOTHING_SAID, Said
from .terms import PASSED
from .titles import ENCLOSED, HEAD, close_up, inner_title, title_of

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
    "audience": ("audience", "适用对象", "适用范围"),
}
FACT = re.compile(
    rf"({'|'.join(name for key, names in FACTS.items() for name in names if key != 'audience')})\s*[:：]\s*"
    r"([^\s；;|]+(?: ?\d+[^\s；;|]*)*)"
)


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
    audience: Audience
    uncertain: tuple[str, ...]
    """What could not be read beyond doubt, one sentence each."""
    titles: frozenset[int]
    """Paragraphs which are the title."""
    furniture: frozenset[int]
    """Paragraphs nobody would ask for: 文号, salutation, signature, date, the sentence that encloses."""
    body: int = 0
    """The paragraph behind the title that a letter in front encloses; 0 where there is no such letter."""


def imprint(
    paragraphs: Sequence[Paragraph], facts: Sequence[tuple[str, str]], stem: str, given: Said = NOTHING_SAID
) -> Imprint:
    """Reads it. ``facts`` are what the format says apart from the text, ``given`` what lies beside the file and comes
    before everything else; ``stem`` is the title where nothing else is."""
    listed = contents(paragraphs)
    head = _head(paragraphs, listed)
    texts = ["" if at in listed else arabic(each.text) for at, each in enumerate(paragraphs)]
    said = _said(facts, texts[: head + 1])
    enclosed = next((found for text in texts[:HEAD] if (found := ENCLOSED.search(text))), None)
    title, titles = title_of(paragraphs, head, said.get("title"), enclosed, listed)
    inner = inner_title(paragraphs, texts, title, titles) if enclosed else ()
    titles |= set(inner)
    if inner and inner[0] and _only_says_annex(texts[inner[0] - 1]):
        listed |= {inner[0] - 1}
    title = given.title or title or stem
    facts_of = _Doubts(given.given)
    if title == stem:
        facts_of.doubt("title", "没有读到标题，用文件名代替。")
    furnished = furniture(paragraphs, texts, inner[-1] + 1 if inner else head, frozenset(titles), listed)
    again = {at for at, text in enumerate(texts) if text and close_up(text) == title} - titles
    # Whose page it is, above the title: 示范大学图书馆.
    again |= {at for at in range(min(titles, default=0)) if len(texts[at]) <= 20 and not ends_sentence(texts[at])}
    furnished |= again | {at for at, text in enumerate(texts[:head]) if FACT.match(text)} - titles
    issued = given.issued if "issued" in given.given else _day(said.get("issued")) or terms.issued(texts, head)
    if "effective" in given.given:
        effective = given.effective
    else:
        effective = _day(said.get("effective")) or _effective(texts, head, issued, facts_of)
    audience = aimed(title, texts, [said["audience"]] if "audience" in said else ())
    for sentence in audience.uncertain:
        facts_of.doubt("audience", sentence)
    for name in terms.instead(texts):
        facts_of.doubt("repeals", f"写有与《{name}》不一致时以本文件为准，没有写明废止，旧文件按仍然有效处理。")
    if issued is None and effective is None:
        facts_of.doubt("issued", "没有读到印发日期和施行日期，按一直有效处理。")
    number = given.number if "number" in given.given else terms.number(said.get("number") or "") or said.get("number")
    issuer = said.get("issuer") or _issuer(texts, head, title, furnished)
    return Imprint(
        title=title,
        number=number if number or "number" in given.given else _stated_number(texts, head),
        issuer=given.issuer if "issuer" in given.given else issuer,
        issued=issued,
        effective=effective,
        expires=given.expires
        if "expires" in given.given
        else _day(said.get("expires")) or terms.expires(texts, effective or issued),
        repeals=given.repeals if "repeals" in given.given else terms.repeals(texts),
        audience=given.audience if "audience" in given.given else audience.audience,
        uncertain=tuple(facts_of.sentences),
        titles=frozenset(titles),
        furniture=furnished,
        body=inner[-1] + 1 if inner else 0,
    )


class _Doubts:
    """What is uncertain, as far as nobody said it beside the file."""

    def __init__(self, given: frozenset[str]) -> None:
        self._given = given
        self.sentences: list[str] = []

    def doubt(self, of: str, sentence: str) -> None:
        if of not in self._given and sentence not in self.sentences:
            self.sentences.append(sentence)


def _head(paragraphs: Sequence[Paragraph], listed: frozenset[int]) -> int:
    """How many paragraphs stand before the first numbered part."""
    within = [at for at in range(len(paragraphs)) if at not in listed][:HEAD]
    for at in within:
        each = paragraphs[at]
        mark = marker(each.text)
        if mark is not None and mark.kind != "附件" and not (each.kind == "heading" and each.level == 1):
            return at
    return within[-1] + 1 if within else 0


def _said(facts: Sequence[tuple[str, str]], head: Sequence[str]) -> dict[str, str]:
    """``文号：…`` and the like, from the format itself or from lines above the body."""
    pairs = list(facts) + [(name, value) for text in head for name, value in FACT.findall(text)]
    return {key: value for key, names in FACTS.items() for name, value in reversed(pairs) if name in names and value}


def _day(said: str | None) -> date | None:
    found = days(arabic(said)) if said else []
    return found[0][0] if found else None


def _effective(texts: Sequence[str], head: int, issued: date | None, facts_of: _Doubts) -> date | None:
    """The day its own words say it comes into force; 「自印发之日起」 is the day of issue."""
    above = terms.announced(texts[:head])
    said = list(terms.beginnings(texts))
    if said:
        _, day, words = said[-1]
        if day is None and words[:1].isdigit():
            facts_of.doubt("effective", f"施行日期“{words}”不是一个日期，请填写施行日期。")
            return above
        if day is None and issued is None and above is None:
            facts_of.doubt("effective", f"写有“自{words}之日起”施行，没有读到{words}日期，请填写施行日期。")
        day = day or issued
        if day and above and day != above:
            facts_of.doubt("effective", f"文首写施行日期是{above}，正文写的是{day}，按正文处理。")
        return day or above
    if above is None and (found := [each for text in texts for each in terms.LATER.finditer(text)]):
        words = found[-1][1]
        if not re.search(r"\d{4}\s*(?:级|年级)", words):
            facts_of.doubt("effective", f"施行时间写作“{words}起”，不是具体日期，请填写施行日期。")
    return above


def _only_says_annex(text: str) -> bool:
    mark = marker(text)
    return mark is not None and mark.kind == "附件" and mark.end >= len(text)


def _stated_number(texts: Sequence[str], head: int) -> str | None:
    """A 文号 that stands alone above the body; one inside a sentence belongs to another document."""
    for text in texts[: max(head, 3)]:
        bare = re.sub(r"^.{0,20}文件\s*|\s*签发人?\s*[：:].*$", "", text)
        if found := terms.only_number(bare):
            return found
    for text in texts[:head]:
        if within := re.match(rf"[（(]({terms.NUMBER.pattern})\s*文?件?\s*(?:印发|公布|发布)", text):
            return terms.number(within[1])
    published = [(day, text) for text in texts[:head] for day, _, _ in days(text)[:1] if PASSED.search(text)]
    # 2005年1月10日 中华人民共和国国务院令第431号公布
    latest = max(published, default=None)
    return terms.number(latest[1]) if latest and terms.ORDER.search(latest[1]) else None


def _issuer(texts: Sequence[str], head: int, title: str, furniture: frozenset[int]) -> str | None:
    for at, text in enumerate(texts):
        if at and only_day(text) and at - 1 in furniture and not terms.number(texts[at - 1]):
            names = [at - 1]
            while names[0] and names[0] - 1 in furniture and _signs(texts[names[0] - 1]):
                names.insert(0, names[0] - 1)
            return "、".join(close_up(re.sub(r"[（(](?:公章|盖章|章)[）)]", "", texts[name])) for name in names)
        if terms.signed(text):
            return re.sub(rf"\s|{DAY}", "", text)
    if (found := re.match(SCHOOL, title)) and found.end() < len(title):
        return found.group()
    for text in reversed(texts[:head]):
        if days(text) and PASSED.search(text):
            plain = re.sub(r"《[^《》]*》|中华人民共和国", "", text).replace("中央军事委员会", "中央军委")
            return next((body for body in BODIES if body in plain), None)
    return None


def _signs(text: str) -> bool:
    """Whether a line may be one of several that sign together."""
    return bool(
        re.fullmatch(r"[\u4e00-\u9fff（）\s]{2,24}(?:部|处|院|会|室|团委|中心|馆|大学|学院)(?:（.{1,6}）)?", text)
    )
