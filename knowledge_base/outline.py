"""The tree of a document: which paragraph stands under which number or heading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from .numbering import RANK, Marker, marker, value
from .paragraphs import Paragraph, ends_sentence

LONGEST_HEADING = 40
LONGEST_NAME = 20
"""Code points of a heading that neither a number nor the format marks."""
INDICATOR = 6.5
"""Rank of the second column of an indicator table (``4.筑牢治理根基``), over the entries of its third."""
UNNUMBERED = 5.5
"""Rank of a heading that only stands on a line of its own: below 一、 and over （一）."""
WHOLE_DOCUMENT = -0.5
"""Rank of a document inside the file: the letter in front, or a further one behind."""
LETTER = re.compile(r"([A-Z])[.．]\s*(?=[^\x00-\x7f])")
BARE = re.compile(r"(\d{1,2})[\s　]+(?=[\u4e00-\u9fff])")
ASKED = re.compile(r"(?:问|Q)\s?(\d{0,3})\s?[：:.、]\s*")
NAMED = re.compile(
    r"(?:规定|办法|细则|条例|方案|通知|指南|章程|规则|规程|制度|意见|手册|守则|公约|须知|说明|计划|流程|标准|清单|要求|规范|准则|"
    r"一览表|一览|表|名单|承诺书|协议书?|申请书)(?:\s*[（(〔][^（）()]{1,20}[）)〕])*$"
)


@dataclass(slots=True)
class Part:
    """A numbered part, a heading the format marks, or the document itself."""

    kind: str
    """A :class:`Marker` kind, ``A.`` for the letters of an annex, ``#`` for an unnumbered heading, ``问`` for a question that
    is marked as one, ``""`` for the root."""
    label: str
    rank: float
    level: int
    """Depth of a heading the format marks; 0 elsewhere."""
    at: int
    """The paragraph that opens it; -1 for the root."""
    skip: int = 0
    """Code points of that paragraph which are only its number."""
    heading: bool = False
    """Whether the opening paragraph is a heading: a name, nothing to quote."""
    asks: bool = False
    """Whether it is a question, and what stands in it the answer."""
    named: list[int] = field(default_factory=list)
    """Paragraphs behind the opening one that belong to its heading: the title of an annex on a line of its own."""
    own: list[int] = field(default_factory=list)
    """Paragraphs that belong to it directly and stand before its first part, the opening one left out."""
    after: list[int] = field(default_factory=list)
    """Paragraphs of its own which come after its parts."""
    parts: list[Part] = field(default_factory=list)
    above: Part | None = None

    def value(self) -> int:
        """Its number."""
        return value(self.label)

    def path(self) -> list[Part]:
        """From the outermost part to this one, the root left out."""
        return [*(self.above.path() if self.above else []), *([self] if self.kind else [])]

    def last(self) -> int:
        """The last paragraph anywhere in it."""
        return max([self.at, *self.named, *self.own, *self.after, *(part.last() for part in self.parts)])


def outline(paragraphs: Sequence[Paragraph], furniture: Set[int], body: int = 0) -> Part:
    """The tree. Paragraphs in ``furniture`` (title, signature, dates) are left out of it.

    ``body``: where the document begins that a letter in front of it encloses; 0 where there is no such letter.
    """
    root = Part("", "", -1, 0, -1)
    here = root
    habits = _Habits.of(paragraphs, furniture, body)
    counted = 0
    for at, each in enumerate(paragraphs):
        if at in furniture:
            continue
        if body and at >= body:
            here, body = root, 0
        elif body and here is root:
            here = _under(root, Part("#", "通知", WHOLE_DOCUMENT, 0, at))
        if _names_annex(paragraphs, at, here):
            here.named.append(at)
            continue
        opened = None if each.kind in ("row", "header") else habits.opened(at, here)
        if opened is None:
            if here.kind and any(between in furniture for between in range(here.last() + 1, at)):
                here = root  # behind the signature nothing goes on
            here = _closed(here, paragraphs) if each.kind == "text" else here
            (here.after if here.parts else here.own).append(at)
            continue
        if opened.kind == "问":
            counted += 1
            opened.label = opened.label or f"第{counted}问"
        here = _under(_above(here, opened), opened)
    return root


def _closed(here: Part, paragraphs: Sequence[Paragraph]) -> Part:
    """Where words without a number go on: behind a list that was announced, with what announced it.

    「有下列情形之一的：（一）…；（二）…。处分前应当听取申辩。」 ends in a second 款, not in more of （二）.
    """
    above = here.above
    if above is None or here.heading or here.own or here.parts or here.rank < RANK["（一）"] or here is above.parts[0]:
        return here
    before = above.own[-1] if above.own else above.at
    announces = paragraphs[before].text if before >= 0 else ""
    listed = announces.endswith(("：", ":")) and not any(each.own or each.parts for each in above.parts)
    return above if listed else here


def _under(above: Part, part: Part) -> Part:
    part.above = above
    above.parts.append(part)
    return part


@dataclass(frozen=True, slots=True)
class _Habits:
    """How this document sets its parts apart."""

    paragraphs: Sequence[Paragraph]
    articles: bool
    """Whether it has 条."""
    han_outside: bool
    """Whether its 条 stand under 一、二、 and not the other way round."""
    questions: frozenset[int]
    """Paragraphs that ask what the next ones answer."""
    bare: frozenset[int]
    """Headings without a number on lines of their own."""
    decimal: bool
    """Whether it counts 1, 1.1, 1.1.1: then a bare number opens a part too."""
    titles: frozenset[int]
    """Titles of further documents behind the first: their numbers begin again."""

    @classmethod
    def of(cls, paragraphs: Sequence[Paragraph], furniture: Set[int], body: int) -> _Habits:
        said = [at for at, each in enumerate(paragraphs) if at not in furniture and each.kind in ("text", "heading")]
        marks = {at: mark for at in said if (mark := marker(paragraphs[at].text))}
        first = {mark.kind: at for at, mark in reversed(marks.items()) if at >= body}
        articles = "条" in first
        asking = {at for at in said if _asks(paragraphs, at, marks.get(at))}
        bare = {at for at in said if at not in marks and _stands_alone(paragraphs, at, furniture)}
        return cls(
            paragraphs,
            articles,
            articles and first.get("一、", first["条"]) < first["条"],
            frozenset(asking if len(asking) >= 2 else ()),
            frozenset(bare if len(bare) >= 2 and not articles else ()),
            any(mark.kind == "1.1" for mark in marks.values()),
            frozenset(at for at in said if at not in marks and _begins_another(paragraphs, at, marks)),
        )

    def opened(self, at: int, here: Part) -> Part | None:
        """The part that this paragraph opens, or ``None`` where it goes on with what is open."""
        each = self.paragraphs[at]
        text = each.text
        mark = marker(text)
        if mark and mark.kind == "附件" and ends_sentence(text):
            mark = None
        if mark is None and self.decimal and (bare := BARE.match(text)) and not ends_sentence(text):
            mark = Marker("1.", bare[1], int(bare[1]), bare.end())
        if mark is None:
            return self._unnumbered(at, here)
        rest = text[mark.end :]
        name = not rest or not re.search(r"[。；;]$", rest)
        asks = at in self.questions
        heading = (
            marker(text) is None  # 1 总则, where the parts are 1.1
            or (each.kind == "heading" and name)
            or mark.kind in ("编", "章", "节", "附件")
            or not rest
            or asks
            or (mark.kind == "一、" and self.han_outside and not ends_sentence(rest))
            or _is_heading(self.paragraphs, at, rest)
        )
        rank: float = RANK[mark.kind]
        label = mark.label
        if mark.kind == "一、" and self.articles:
            inside = here.kind in ("条", "（一）") or any(part.kind == "条" for part in here.path())
            rank = RANK["节"] + 0.5 if self.han_outside else RANK["条"] + 0.5 if inside else rank
        answering = next((part for part in here.path() if part.asks and part.kind == mark.kind), None)
        if answering is not None and not asks and mark.value != answering.value() + 1:
            rank = answering.rank + 0.5  # a list inside an answer
        if _indicates(here, mark, rest):
            rank, label, heading = INDICATOR, f"{label}.", True  # the second column of an indicator table
        level = each.level if each.kind == "heading" else 0
        if heading and mark.kind == "条":
            heading = not rest or each.kind == "heading"
        return Part(mark.kind, label, rank, level, at, len(text) if heading else mark.end, heading, asks)

    def _unnumbered(self, at: int, here: Part) -> Part | None:
        each = self.paragraphs[at]
        text = each.text
        if asked := ASKED.match(text):
            label = f"问{int(asked[1])}" if asked[1] else ""
            return Part("问", label, 6.8, 0, at, len(text), heading=True, asks=True)
        annex = any(part.kind == "附件" for part in here.path())
        if annex and (letter := LETTER.match(text)):
            return Part("A.", f"{letter[1]}.", 0.5, 0, at, letter.end(), heading=True)
        name = text.strip("【】[]")
        if each.kind == "heading":
            return Part("#", name, 0.0, each.level or 1, at, len(text), heading=True, asks=at in self.questions)
        if at in self.titles:
            return Part("#", name, WHOLE_DOCUMENT, 0, at, len(text), heading=True)
        if at in self.bare:
            return Part("#", name, UNNUMBERED, 0, at, len(text), heading=True)
        return None


def _asks(paragraphs: Sequence[Paragraph], at: int, mark: Marker | None) -> bool:
    """Whether a numbered paragraph or a heading is a question, and the next paragraph may be its answer."""
    each = paragraphs[at]
    if ASKED.match(each.text):
        return True
    if not each.text.endswith(("？", "?")) or at + 1 >= len(paragraphs) or not (mark or each.kind == "heading"):
        return False
    following = marker(paragraphs[at + 1].text)
    return following is None or mark is None or RANK[following.kind] > RANK[mark.kind]


def _stands_alone(paragraphs: Sequence[Paragraph], at: int, furniture: Set[int]) -> bool:
    """Whether a line is only a name, and words or a list follow: 报名时间."""
    each = paragraphs[at]
    if each.kind != "text" or at + 1 >= len(paragraphs) or at + 1 in furniture:
        return False
    if re.fullmatch(r"【[^【】]{2,20}】", each.text):
        return True
    if not 2 <= len(each.text) <= LONGEST_NAME or re.search(r"[，。；：！？,;:!?、|…\d@/]", each.text):
        return False
    before, after = paragraphs[at - 1] if at else None, paragraphs[at + 1]
    if before is not None and at - 1 not in furniture and before.kind == "text" and not ends_sentence(before.text):
        return False
    mark = marker(after.text)
    return after.kind == "text" and (ends_sentence(after.text) if mark is None else mark.value == 1)


def _begins_another(paragraphs: Sequence[Paragraph], at: int, marks: Mapping[int, Marker]) -> bool:
    """Whether a line is the title of another document in the same file: behind it the numbers begin again."""
    each = paragraphs[at]
    if each.kind != "text" or len(each.text) > 45 or ends_sentence(each.text) or not NAMED.search(each.text):
        return False
    after = next((marks[later] for later in range(at + 1, min(at + 7, len(paragraphs))) if later in marks), None)
    if after is None or after.value != 1 or after.kind not in ("编", "章", "条"):
        return False
    before = [mark.kind for earlier, mark in marks.items() if earlier < at]
    return after.kind in before and before[-1] != "附件"


def _indicates(here: Part, mark: Marker, rest: str) -> bool:
    """Whether a number opens the second column of a flattened indicator table."""
    kinds = {part.kind for part in here.path()}
    return mark.kind == "1." and {"附件", "A."} <= kinds and not ends_sentence(rest) and len(rest) < 16


def _names_annex(paragraphs: Sequence[Paragraph], at: int, here: Part) -> bool:
    """Whether a line is the title of the annex that was opened just before it."""
    each = paragraphs[at]
    if here.kind != "附件" or here.own or here.parts or len(here.named) >= 2 or at + 1 >= len(paragraphs):
        return False
    if each.kind in ("row", "header") or marker(each.text) or ends_sentence(each.text) or len(each.text) > 45:
        return False
    after = paragraphs[at + 1]
    return bool(NAMED.search(each.text)) or after.kind in ("row", "header") or marker(after.text) is not None


def _is_heading(paragraphs: Sequence[Paragraph], at: int, rest: str) -> bool:
    """``（一）指导思想`` names what follows; ``（一）身份证复印件；`` is an entry of a list."""
    if ends_sentence(rest) or len(rest) > LONGEST_HEADING or at + 1 >= len(paragraphs):
        return False
    following = paragraphs[at + 1]
    if following.kind in ("row", "header"):
        return True
    mark, next_mark = marker(paragraphs[at].text), marker(following.text)
    if mark is None or (next_mark and RANK[next_mark.kind] <= RANK[mark.kind]):
        return False
    before = marker(paragraphs[at - 1].text) if at else None
    if before and (before.kind, before.value) == (mark.kind, mark.value - 1):
        return False  # the last entry of a list: the one before it had nothing under it
    return following.kind == "text"


def _above(here: Part, opened: Part) -> Part:
    """The part under which ``opened`` stands."""
    at: Part = here
    while at.above is not None and not _contains(at, opened):
        at = at.above
    return at


def _contains(outer: Part, inner: Part) -> bool:
    if not outer.kind:
        return True
    if inner.kind == "附件":
        return outer.rank == WHOLE_DOCUMENT
    if inner.level and outer.level:
        return outer.level < inner.level
    if inner.kind == "#" and inner.level:
        return outer.kind == "附件" or outer.rank == WHOLE_DOCUMENT
    if outer.kind == "#" and outer.level:
        return inner.rank != WHOLE_DOCUMENT
    return outer.rank < inner.rank
