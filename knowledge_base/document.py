"""What a document is once it has been read: canonical text, blocks to show, passages to find.

Everything that points into a document counts code points of :attr:`Document.text`, so a quote is ``text[start:end]``.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal

BlockKind = Literal["title", "heading", "text", "header", "row"]
Span = tuple[int, int]
"""Start and end in code points of the stored text, end excluded."""


Degree = Literal["本科", "硕士", "博士"]
SCHOOL_YEAR_BEGINS = 8
"""Month: from August on 大一 means those admitted this year."""
Stay = tuple[date, date]
"""First and last day of the time at a university that a question goes back to."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, as far as it is known; ``None`` is unknown and excludes nothing."""

    cohort: int | None = None
    """年级: the year of admission, 2023 for 2023级."""
    degree: Degree | None = None
    campus: str | None = None
    year: int | None = None
    """Year of study, 1 for 大一 and for who has just come; 0 where the question is which years may, below 0 where it is whether that one may."""
    stay: Stay | None = None
    """When they were here, of a 年级 that has left: what held then is their rule, not what holds today."""

    def known_from(self, other: Who) -> Who:
        """The same person, what is unknown taken from elsewhere; a year and a stay belong to their own 年级."""
        degree, campus = self.degree or other.degree, self.campus or other.campus
        if self.cohort is not None or self.year is not None or self.stay is not None:
            return Who(self.cohort, degree, campus, self.year, self.stay)
        return Who(other.cohort, degree, campus, other.year, other.stay)

    def on(self, day: date) -> Who:
        """The same person with the year of study their 年级 is in on that day, where it is not said."""
        if self.year is not None or self.cohort is None:
            return self
        begun = day.year if day.month >= SCHOOL_YEAR_BEGINS else day.year - 1
        return replace(self, year=max(begun - self.cohort + 1, 1))

    @property
    def time(self) -> Who:
        """The same person without degree and campus."""
        return Who(cohort=self.cohort, year=self.year, stay=self.stay)


ANYBODY = Who()


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a document is for; an empty part is everybody."""

    degrees: tuple[Degree, ...] = ()
    campuses: tuple[str, ...] = ()
    cohorts: tuple[int | None, int | None] = (None, None)
    """First and last 年级 it is for, both included; ``None`` is open."""
    years: tuple[int | None, int | None] = (None, None)
    """First and last year of study of its undergraduates, both included: 二年级以上 is ``(2, None)``."""

    def admits(self, who: Who) -> bool:
        """Whether the document may be quoted to this person; what is unknown about them does not exclude."""
        # 「二年级以上本科生和研究生」 asks nothing of a 研一.
        years = self.years if who.degree in (None, "本科") or self.degrees == (who.degree,) else (None, None)
        return (
            (who.degree is None or not self.degrees or who.degree in self.degrees)
            and (who.campus is None or not self.campuses or who.campus in self.campuses)
            and _within(who.cohort, self.cohorts)
            and _within(who.year if who.year and who.year > 0 else None, years)
        )


def _within(value: int | None, bounds: tuple[int | None, int | None]) -> bool:
    """Whether a value lies between two bounds that are included; what is unknown does."""
    first, last = bounds
    return value is None or ((first is None or first <= value) and (last is None or value <= last))


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the stored text as a page shows it."""

    kind: BlockKind
    start: int
    end: int
    cells: tuple[Span, ...] = ()
    """The cells of a table row, one for each column; empty for every other kind. A cell merged over columns stands for
    each of them, one merged over rows points back to the row in which it is printed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One clause, or one row of a table: the smallest thing that is found and quoted."""

    start: int
    end: int
    locator: str
    """Where it stands, as a person cites it: ``第三章 第十二条``, ``三、（五）18``, ``二、 成绩单打印``."""
    indexed: str
    """What is embedded and searched: title, headings, lead-in and the clause itself."""
    fields: tuple[tuple[str, Span], ...] = ()
    """For a table row: each header with the span of its cell; a cell merged over rows lies in a row above."""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Repeal:
    """What a document says it repeals: 《title》, with its number where one is given."""

    title: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one document."""

    title: str
    number: str | None
    """文号 without inner spaces, 沪商院学〔2024〕185号."""
    issuer: str | None
    issued: date | None
    effective: date | None
    """The day its own text says it comes into force."""
    text: str
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]
    source: str
    """The stem of the file it was read from."""
    expires: date | None = None
    """The first day after its own stated term (有效期至…)."""
    repealed: date | None = None
    """The first day it is no longer in force, as far as the published documents say; see ``validity.py``."""
    repeals: tuple[Repeal, ...] = ()
    pages: tuple[tuple[int, int], ...] | None = None
    """(start in the text, page number), ascending; ``None`` where the source has no pages."""
    runs: tuple[Span, ...] = ()
    """(start in the text, start in the decoded source) of each stretch that was copied unchanged."""
    known: tuple[tuple[int, str], ...] = ()
    """(place among the passages, a question students ask that this passage answers); see ``known.py``."""
    audience: Audience = EVERYBODY
    """Whom it is for, as its own text or what lies beside it says."""
    kept_for: tuple[int | None, int | None] | None = None
    """年级, first and last, for whom it stays in force after :attr:`repealed`: those its successor is not for."""
    kept_until: date | None = None
    """The first day it is not in force even for them, because a later version is for everybody."""
    uncertain: tuple[str, ...] = ()
    """What could not be read beyond doubt, one sentence each, for the person who publishes it."""
    id: str = field(default="")
    """The first 12 hexadecimal digits of the SHA-256 of title and text: the same content is the same document."""

    def __post_init__(self) -> None:
        if not self.id:
            digest = hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()
            object.__setattr__(self, "id", digest[:12])

    @property
    def since(self) -> date | None:
        """The first day this version is in force.

        An amended law still prints the day the law first came into force; the amended text counts from its amendment.
        """
        known = [day for day in (self.issued, self.effective) if day is not None]
        return max(known) if known else None

    def in_force(self, as_of: date, who: Who = ANYBODY) -> bool:
        """Whether this version may be quoted to ``who`` as current on ``as_of``; unknown dates do not exclude."""
        if not self.audience.admits(who.on(as_of)) or (self.since is not None and as_of < self.since):
            return False
        if who.stay is not None:
            return self._held(who)
        if self.repealed is None or as_of < self.repealed:
            return True
        if self.kept_until is not None and self.kept_until <= as_of:
            return False
        return self.kept_for is not None and who.cohort is not None and Audience(cohorts=self.kept_for).admits(who)

    def _held(self, who: Who) -> bool:
        """Whether this version held all the time those who have left were here."""
        if who.stay is None or (self.since is not None and who.stay[0] < self.since):
            return False
        kept = self.kept_for is not None and who.cohort is not None and _within(who.cohort, self.kept_for)
        return self.repealed is None or who.stay[1] <= self.repealed or kept

    def source_offset(self, index: int) -> int:
        """The code point in the decoded source file that became ``text[index]``."""
        if not 0 <= index <= len(self.text):
            raise IndexError(index)
        if not self.runs:
            return index
        at = bisect.bisect_right(self.runs, index, key=lambda run: run[0]) - 1
        start, source = self.runs[max(at, 0)]
        return source + index - start

    def page(self, index: int) -> int | None:
        """The page on which ``text[index]`` stands, or ``None`` where the source has no pages."""
        if not self.pages:
            return None
        at = bisect.bisect_right(self.pages, index, key=lambda page: page[0]) - 1
        return self.pages[at][1] if at >= 0 else None

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``; :func:`from_json` reads them back equal."""
        stored: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, date):
                value = value.isoformat()
            elif each.name == "blocks":
                value = [[b.kind, b.start, b.end, b.cells] for b in value]
            elif each.name == "passages":
                value = [[p.start, p.end, p.locator, p.indexed, p.fields, p.page] for p in value]
            elif each.name == "audience":
                value = [value.degrees, value.campuses, value.cohorts, value.years]
            elif each.name == "repeals":
                value = [[r.title, r.number] for r in value]
            stored[each.name] = value
        return stored


def from_json(stored: dict[str, Any]) -> Document:
    """The document that :meth:`Document.to_json` wrote. Raises ``KeyError`` or ``TypeError`` on anything else."""

    def day(name: str) -> date | None:
        return date.fromisoformat(stored[name]) if stored[name] else None

    def span(pair: list[int]) -> Span:
        return pair[0], pair[1]

    return Document(
        title=stored["title"],
        number=stored["number"],
        issuer=stored["issuer"],
        issued=day("issued"),
        effective=day("effective"),
        text=stored["text"],
        blocks=tuple(Block(kind, start, end, tuple(map(span, cells))) for kind, start, end, cells in stored["blocks"]),
        passages=tuple(
            Passage(start, end, locator, indexed, tuple((name, span(cell)) for name, cell in row), page)
            for start, end, locator, indexed, row, page in stored["passages"]
        ),
        source=stored["source"],
        expires=day("expires"),
        repealed=day("repealed"),
        repeals=tuple(Repeal(title, number) for title, number in stored["repeals"]),
        pages=None if stored["pages"] is None else tuple(map(span, stored["pages"])),
        runs=tuple(map(span, stored["runs"])),
        known=tuple((place, question) for place, question in stored["known"]),
        audience=Audience(
            tuple(stored["audience"][0]),
            tuple(stored["audience"][1]),
            *((first, last) for first, last in stored["audience"][2:]),
        ),
        kept_for=None if stored["kept_for"] is None else (stored["kept_for"][0], stored["kept_for"][1]),
        kept_until=day("kept_until"),
        uncertain=tuple(stored["uncertain"]),
        id=stored["id"],
    )


def same_title(title: str) -> str:
    """A title without what differs between two versions or two ways of printing it.

    Spaces, book marks and 〈〉 go, and so does the year of a version: ``（2025年修订）``, ``（2019版）``, ``（修订）``.
    """
    plain = re.sub(r"\s", "", title).translate(str.maketrans("（）〈〉＜＞<>", "()《》《》《》")).strip("《》")
    return re.sub(r"\((?:\d{4}年?)?(?:第.次)?(?:修订|修正|版|年|修订版|修改)?\)$", "", plain)
