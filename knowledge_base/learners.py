"""Whom a document rules on where its clause of application does not settle it: kinds of learners, and degrees beside it.

「研究生国家助学金按国家有关规定另行发放」 names the 研究生 and rules on nothing of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from .audience import limited_to
from .document import Degree, Document, Who
from .index import Hit
from .lexical import WORDS, Lexical, plain
from .wording import Wording

ABOUT = 0.5
"""The share of a matter's pairs of characters a question must have to be about it: 困难认定 is 家庭经济困难认定."""
AS_GOOD = 0.15
"""See :func:`margin`: what it is where no text decides."""
CLEARLY = 0.22
"""See :func:`said_for_others`: a share of the rare words asked. Of 64 development questions with an answer for the degree they name
the most is 0.18, of three without 0.27 and more."""
COMPARED = 5
"""Hits for anybody that are looked at."""
DEGREE_WORDS: dict[Degree, tuple[str, ...]] = {
    "本科": ("本科", "全日制普通", "本专科"),
    "硕士": ("硕士", "研究生"),
    "博士": ("博士", "研究生"),
}
_DEGREE_NAMED = re.compile(r"(?:非?全日制|在职)?(?:硕士|博士|本科)?(?:研究生|生)|硕士|博士|本科|[研博硕大][一二三四五]")
_SENTENCE = re.compile(r"[。；\n]")
_ELSEWHERE = re.compile(r"另行(?:规定|发放|制定|通知|执行|办理|安排)|另有规定|不适用|除外|不包括|不在此列")
_LIKEWISE = re.compile(r"参照|比照|依照本|按照本|也适用|同样适用")
_ACTS = re.compile(r"批准|审批|审核|负责|告知|通知|记录|评定|组织|协助")
_ENDS = re.compile(rf"{_LIKEWISE.pattern}|{_ELSEWHERE.pattern}|按(?:照)?国家|由")
_LINKS = re.compile(r"[、和与及，,]|以及")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of people that is no degree."""

    name: str
    said: re.Pattern[str]
    ruled: re.Pattern[str]
    beside: bool
    """Stands in many rules without being ruled on."""
    subject: bool
    """Is ruled on only by what begins with it."""


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of ``learners.yml``, in its order."""
    stored = yaml.safe_load((WORDS / "learners.yml").read_text(encoding="utf-8"))
    return tuple(
        Kind(
            each["name"],
            re.compile(each["said"], re.IGNORECASE),
            re.compile(each["ruled"]),
            bool(each.get("beside")),
            bool(each.get("subject")),
        )
        for each in stored
    )


def learner(said: str) -> str | None:
    """The kind of learner a question names beside the three degrees, the first of several."""
    found = [(at.start(), each.name) for each in kinds() if (at := each.said.search(said))]
    return min(found)[1] if found else None


def ruled_on(name: str, document: Document, passage: str) -> bool:
    """Whether a document rules on this kind of learner; 「国际学生另行规定」 does not."""
    kind = next((each for each in kinds() if each.name == name), None)
    if kind is None:
        return name in document.text
    if kind.subject:
        clauses = re.split(r"[，。；：\n　]", passage)
        return any(kind.ruled.match(each) and not _ACTS.search(each) for each in clauses)
    if kind.beside:
        # Parents, staff and graduates stand in many rules without being ruled on: the clause itself must name them.
        return bool(kind.ruled.search(passage))
    return any(not _ELSEWHERE.search(each) for each in _sentences(document.text) if kind.ruled.search(each))


def speaks_to(degree: Degree, document: Document) -> bool:
    """Whether a document is for this degree by its audience or names it where it rules."""
    if document.audience.degrees:
        return degree in document.audience.degrees
    return any(not _ELSEWHERE.search(each) for each in _naming(DEGREE_WORDS[degree], document.text))


def margin(degree: Degree | None, mine: Document, clause: str, others: Document) -> float:
    """How much less sure a rule for this person may be than one for others before it is taken for missing, 0…1.

    None where the other document says theirs is ruled elsewhere (研究生的学籍管理另行规定): what is left is near, not theirs.
    """
    if degree is None:
        return AS_GOOD
    words = DEGREE_WORDS[degree]
    if not mine.audience.degrees and any(not _ELSEWHERE.search(each) for each in _naming(words, clause)):
        return 1.0
    return 0.0 if any(_ELSEWHERE.search(each) for each in _naming(words, others.text)) else AS_GOOD


def said_for_others(who: Who, question: str, first: Hit, hits: Sequence[Hit], lexical: Lexical) -> bool:
    """Whether a clause that rules for other degrees has clearly more of what is asked than the first one for this degree.

    「我研究生想中期退课」 finds the 硕士学位细则 for its 研究生 alone; what is asked stands in the rules for 本科.
    """
    rest = _DEGREE_NAMED.sub("", question)
    wording = Wording.of(rest)
    rare = wording.rarity(lexical)

    def said(hit: Hit) -> float:
        clause = hit.document.text[hit.passage.start : hit.passage.end]
        return wording.share(wording.covered(plain(clause)), rare)

    for_others = [said(hit) for hit in hits[:COMPARED] if not hit.document.audience.admits(Who(degree=who.degree))]
    return bool(for_others) and max(for_others) - said(first) > CLEARLY


def ruled_for(degree: Degree, document: Document, passage: str, question: str) -> bool:
    """Whether a document whose audience is open rules for this degree in this matter.

    One whose clause of application names only other degrees rules for this one where the clause itself names it and in
    the matters in which it is to follow; what it says is ruled elsewhere it does not rule at all.
    """
    words = DEGREE_WORDS[degree]
    limited = limited_to(document.text.split("\n"))
    others = {word for each in DEGREE_WORDS.values() for word in each} - set(words)
    titled = any(word in document.title for word in others)
    if degree in limited or not (limited or titled):
        return True
    if any(not _ELSEWHERE.search(each) for each in _naming(words, passage)):
        return True
    named = _naming(words, document.text)
    elsewhere = [each for each in named if _ELSEWHERE.search(each)]
    followed = [matter for each in named if _LIKEWISE.search(each) for matter in _matters(each, words)]
    left = max((_shared(matter, question) for each in elsewhere for matter in _matters(each, words)), default=0.0)
    if left >= ABOUT and left >= max((_shared(matter, question) for matter in followed), default=0.0):
        return False
    if followed:
        return any(not each or _shared(each, question) >= ABOUT or each in passage for each in followed)
    # A title that names others, and a text that speaks of these.
    return not limited and len(named) > len(elsewhere)


def _matters(segment: str, words: tuple[str, ...]) -> list[str]:
    """What a segment says of whom it names, up to 参照 or 另行; an empty one is everything."""
    at = min(segment.find(word) + len(word) for word in words if word in segment)
    said = _ENDS.split(segment[at:])[0]
    return [each for each in (each.strip("的 　") for each in _LINKS.split(said)) if each] or [""]


def _shared(matter: str, asked: str) -> float:
    """The share of the neighbouring pairs of a matter that stand in what is asked, 0…1."""
    pairs = {matter[at : at + 2] for at in range(len(matter) - 1)}
    return sum(pair in asked for pair in pairs) / len(pairs) if pairs else 0.0


def _naming(words: tuple[str, ...], text: str) -> list[str]:
    """The parts of sentences that name one of these, each up to where it says that they follow or are ruled elsewhere."""
    return [
        each for sentence in _sentences(text) for each in _segments(sentence) if any(word in each for word in words)
    ]


def _segments(sentence: str) -> list[str]:
    found: list[str] = []
    open_ = ""
    for clause in re.split(r"(?<=[，,])", sentence):
        open_ += clause
        if _ELSEWHERE.search(clause) or _LIKEWISE.search(clause):
            found.append(open_)
            open_ = ""
    return [*found, open_] if open_ else found


def _sentences(text: str) -> list[str]:
    return _SENTENCE.split(text)
