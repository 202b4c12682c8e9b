"""An answer is a quotation with its source, or an honest refusal. Nothing here writes a fact of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from .asking import Asking, about, in_one_breath, led
from .audience import limits_years
from .barred import barred
from .cited import article, cited
from .document import ANYBODY, Document, Passage, Span, Who, same_title
from .encoder import Vector
from .excerpt import LONGEST, SEEN, announced, excerpt
from .gate import Gate, Verdict
from .index import Found, Hit, Index
from .learners import margin, said_for_others, speaks_to
from .lexical import plain
from .scope import Because, not_for
from .validity import coming, follows
from .wording import asked_for, given, overlap

Reason = Literal["out_of_domain", "out_of_scope", "not_found", "unsure"]

SUGGESTIONS = 3
SECOND_WITHIN = 0.15
"""A second clause is quoted when its score is at most this share below the first."""
LONGEST_TOGETHER = 420
"""Code points of two quotations: more is not read on a phone."""
MOST_TOGETHER = 3
"""Clauses for one question that asks on."""
LIKELY = 0.6
"""Below it what a question asks first is asked together with what it asks on, and no clause for the latter is quoted."""
UNSURE = 0.8
"""Below this probability of being right the next clause is shown too, and said to be only perhaps what was meant."""


RULED_SINCE = 0.3
"""By so much less sure than today's rule on another matter's document is what was in force then no rule on it. Where rules of then do answer
(旷课 in the leave rules of 2016) the most is 0.1, where none does the least is 0.35."""
DOUBTFUL = 0.4
"""Below this the first clause is more likely wrong than right, and is said to be only perhaps what was meant, too."""
LEFT_OUT = 1 / 4
"""From this share of the documents on that are not for a degree, most of what those who name it ask is ruled nowhere here."""
SURER, SUREST = 0.4, 0.8
"""Then they are answered from this support on, or where the clause is so probably right: of 191 development questions of 硕士 and 博士 with
an answer two are below both, of 22 that were answered from something else six."""
CLEARLY_MINE = 0.2
"""By so much surer than the rule for other years has to be what else is found for this year: nothing else is 国奖 for 大一."""
CITED = Verdict(0.99, 1.0, answer=True, reason=None)
"""Of a clause asked for by its number."""


@dataclass(frozen=True, slots=True)
class Source:
    """One quoted slice of one document."""

    document_id: str
    document: str
    """Title."""
    number: str | None
    locator: str
    page: int | None
    quote: str
    """Exactly ``text[start:end]`` of the stored document."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say."""

    text: str
    """For a student's phone, without markup: where it stands, then the words themselves."""
    confidence: float
    """Probability that the first source answers the question, 0…1; of several questions, the least sure."""
    sources: tuple[Source, ...]
    question: str = ""
    """The question as it was searched: one that went on from another is whole here."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Why there is no answer, and what stands nearest."""

    reason: Reason
    suggestions: tuple[Source, ...]
    because: Because | None = None
    """What puts it out of scope; ``None`` for every other reason."""
    question: str = ""
    """As in :class:`Answer`."""


@dataclass(frozen=True, slots=True)
class _Quoted:
    """One question answered."""

    told: tuple[str, ...]
    """What is said, one for each of the sources."""
    verdict: Verdict
    sources: tuple[Source, ...]
    document: Document
    """The first source's."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """One question searched and judged."""

    question: str
    """Respelled."""
    vector: Vector
    found: Found
    """For the person who asks."""
    everybody: Found
    """For anybody."""
    verdict: Verdict | None = None
    """``None`` where nothing was found for this person."""
    because: Because | None = None
    """What puts it out of scope by a rule."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What questions are answered with: one edition of the library and the way to embed a question."""

    index: Index
    gate: Gate
    own: frozenset[str]
    """The universities the documents come from."""
    encode: Callable[[str], Vector]

    def answer(self, asking: Asking, as_of: date) -> Answer | Decline:
        """Searches, judges, quotes. ``as_of`` is the day whose rules count unless the question names another."""
        day = asking.as_of or as_of
        named = f"按{day.isoformat()}时有效的规定：\n" if asking.as_of else ""
        questions = asking.parts or (asking.question,)
        if self._anothers(asking):
            judged = self._judged(asking, day)
            return Decline("out_of_scope", self._nearest(judged.everybody, judged.question), "private", asking.question)
        asked = [about(asking, question) for question in questions]
        said = [self._led(each, day) for each in asked]
        if day < as_of:
            said = [self._unless_since(each, one, day, as_of) for each, one in zip(said, asked, strict=True)]
        answered = [each for each in said if isinstance(each, _Quoted)]
        if not answered:
            # Of several questions none is answered: one whole search suggests best.
            whole = self._one(asking, day) if len(questions) > 1 else said[0]
            if isinstance(whole, Decline):
                return replace(whole, question=asking.question)
            answered, questions, said = [whole], (asking.question,), [whole]
        sources = tuple(dict.fromkeys(source for each in answered for source in each.sources))
        told = (_told(each, question) for question, each in zip(questions, said, strict=True))
        lines = list(dict.fromkeys(line for lines in told for line in lines))  # two questions may share a clause
        sure = min(each.verdict.probability for each in answered)
        return Answer(named + "\n\n".join(lines), round(sure, 3), sources, asking.question)

    def support(self, asking: Asking, as_of: date) -> float:
        """How sure the gate is that these documents contain the answer, 0…1; 0 where a rule of scope declines.

        Of several questions the most, and of the message as one: any of them is answered alone. For measuring thresholds;
        whether to answer is :meth:`answer`'s to say.
        """
        if self._anothers(asking):
            return 0.0
        day = asking.as_of or as_of
        tried = [about(asking, question) for question in asking.parts or (asking.question,)]
        if len(tried) > 1:
            tried.append(asking)
        return max(self._support(each, day) for each in tried)

    def _anothers(self, asking: Asking) -> bool:
        """Whether questions in one breath are together about another person: of 「唐一鸣为什么换宿舍，是不是跟人打架」 the second alone
        asks for the rule on fighting."""
        several = len(asking.parts) > 1 or bool(led(asking.question)[1])
        return (
            several
            and in_one_breath(asking.question)
            and self.gate.anothers(asking.question, self.encode(asking.question), self.own)
        )

    def _support(self, asking: Asking, as_of: date) -> float:
        judged = self._judged(asking, as_of)
        return judged.verdict.support if judged.verdict is not None and judged.because is None else 0.0

    def _judged(self, asking: Asking, as_of: date) -> _Judged:
        who = asking.who
        # Slips of the pen are mended before anything is embedded; what was said is still what scope is judged by.
        question = self.index.respelled(asking.question)
        vector = self.encode(question)
        found = self._search(question, vector, as_of, who)
        everybody = self._search(question, vector, as_of, ANYBODY) if who != ANYBODY else found
        if not everybody.hits:
            return _Judged(question, vector, found, everybody)
        verdict = self._verdict(asking, question, vector, found) if found.hits else None
        first = found.hits[0] if found.hits else None
        because = not_for(
            asking,
            self.own,
            self.index.lexical,
            first.document if first else None,
            first.document.text[first.passage.start : first.passage.end] if first else "",
        )
        if because is None and first is not None and barred(first.document, who.year, asking.question):
            because = "cohort"
        if because is None and first is not None and _left_out(who, first.document) and not _on_years(first):
            because = "cohort"
        if because is None and everybody is not found:
            because = self._for_others(question, vector, asking, found, verdict, everybody, as_of)
        if because is None and first is not None and self.index.lexical is not None and who.degree is not None:
            elsewhere = said_for_others(who, question, first, everybody.hits, self.index.lexical)
            because = "degree" if elsewhere else None
        return _Judged(question, vector, found, everybody, verdict, because)

    def _limit(self, judged: _Judged, asking: Asking) -> _Quoted | None:
        """The clause that says for which years the document is, where the question is whether one of them may."""
        first = judged.found.hits[0] if judged.found.hits else None
        if judged.because != "cohort" or judged.verdict is None or not judged.verdict.answer:
            return None
        if first is None or self.index.lexical is None or not _left_out(asking.who, first.document):
            return None
        text = first.document.text
        for passage in first.document.passages:
            if limits_years(text[passage.start : passage.end]):
                start, end = excerpt(first.document, passage, judged.question, self.index.lexical)
                source = _quoting(first.document, passage.locator, start, end)
                if limits_years(source.quote):
                    return _Quoted((_said(first.document, source, ()),), judged.verdict, (source,), first.document)
        return None

    def _verdict(self, asking: Asking, question: str, vector: Vector, found: Found) -> Verdict:
        return self.gate.verdict(self.index, question, vector, found, self.own, asking.question)

    def _one(self, asking: Asking, as_of: date) -> _Quoted | Decline:
        judged = self._judged(asking, as_of)
        question, vector, found, verdict = judged.question, judged.vector, judged.found, judged.verdict
        if not judged.everybody.hits:
            return Decline("not_found", ())
        if judged.because is not None:
            limit = self._limit(judged, asking)
            return limit or Decline("out_of_scope", self._nearest(judged.everybody, question), judged.because)
        # 「复旦的宿舍管理规定第一条」 is no clause of ours, though its number and title are.
        elsewhere = verdict is not None and verdict.about == "school"
        if not elsewhere and (named := self._cited(asking, as_of, found)) is not None:
            return named
        if asking.dangling:
            return Decline("unsure", self._nearest(found, question))
        if verdict is not None and verdict.answer and not _surely(verdict) and self._leaves_out(asking.who, as_of):
            return Decline("unsure", self._nearest(found, question))
        if verdict is None or not verdict.answer:
            if verdict is not None and verdict.about is not None:
                return Decline("out_of_scope", self._nearest(found, question), verdict.about)
            return Decline((verdict and verdict.reason) or "not_found", self._nearest(found, question))
        quoted = [self._source(found.hits[0], question)]
        by_id = {hit.document.id: hit.document for hit in found.hits}
        second = self._second(found.hits, question, quoted[0])
        perhaps = None
        if second is not None:
            quoted.append(second)
        elif verdict.probability < UNSURE and not asking.one_of_several and not _left_out_by(found.hits[0], asking.who):
            perhaps = self._other(found.hits, question, quoted[0])
        told = [_said(by_id[source.document_id], source, found.hits) for source in quoted]
        if not found.hits[0].document.in_force(as_of):
            told[0] = f"下面是当时或者你这一年级适用的版本，现在已有新的规定：\n{told[0]}"
        if verdict.probability < DOUBTFUL and not _left_out_by(found.hits[0], asking.who):
            told[0] = f"不太确定，可能是这一条：\n{told[0]}"
        if perhaps is not None:
            quoted.append(perhaps)
            told.append(f"也可能是这一条：\n{_said(by_id[perhaps.document_id], perhaps, found.hits)}")
        later = self._coming(by_id[quoted[0].document_id], quoted[0], question, vector, as_of, asking.who)
        if later is not None:
            told.append(later[0])
            quoted.append(later[1])
        return _Quoted(tuple(told), verdict, tuple(quoted), found.hits[0].document)

    def _led(self, asking: Asking, day: date) -> _Quoted | Decline:
        """A question with what it asks on: 「国奖多少钱，什么时候发」 is ruled in two clauses, and found by neither half of both together."""
        first, rest = led(asking.question)
        whole = self._one(asking, day)
        # What the message as a whole is about decides whether it is answered at all.
        if not rest or isinstance(whole, Decline):
            return whole
        if _likely(whole) and all(_says(whole, each) for each in rest):
            return whole
        message = asking.message or asking.question
        alone = replace(asking, question=first, parts=(), message=message, one_of_several=True)
        said = self._one(alone, day)
        if isinstance(said, Decline) or not _likely(said):
            return whole
        for each in rest:
            if not _says(said, each):
                other = self._one(replace(alone, question=each), day)
                if isinstance(other, _Quoted) and _likely(other):
                    said = _with(said, other)
        return said

    def _leaves_out(self, who: Who, as_of: date) -> bool:
        """Whether many of the documents in force are not for the degree this person names."""
        if who.degree is None:
            return False
        theirs, every = (self.index.allowed(as_of, each).documents.sum() for each in (Who(degree=who.degree), ANYBODY))
        return bool(every - theirs >= LEFT_OUT * every)

    def _unless_since(self, said: _Quoted | Decline, asking: Asking, day: date, today: date) -> _Quoted | Decline:
        """A decline where what was in force on an earlier ``day`` is answered from a document on something else.

        Of 2017 the library may have the rules on leave alone: cheating in an examination was not ruled there, it is ruled elsewhere today.
        """
        if isinstance(said, Decline):
            return said
        question = self.index.respelled(asking.question)
        vector = self.encode(question)
        now = self._search(question, vector, today, ANYBODY)
        then = next((each for each in self.index.documents if each.id == said.sources[0].document_id), None)
        if not now.hits or then is None:
            return said
        today_in = now.hits[0].document
        if same_title(today_in.title) == same_title(then.title) or follows(today_in, then):
            return said
        verdict = self._verdict(asking, question, vector, now)
        if not verdict.answer or verdict.support - said.verdict.support <= RULED_SINCE:
            return said
        return Decline("not_found", self._nearest(self._search(question, vector, day, asking.who), question))

    def _cited(self, asking: Asking, as_of: date, found: Found) -> _Quoted | Decline | None:
        """The 条 asked for by its number, whole; a decline where the document has none; ``None`` where none is named."""
        named = cited(asking.question, (each for each in self.index.documents if each.in_force(as_of, asking.who)))
        if named is None:
            return None
        document, number = named
        passages = article(document, number)
        if not passages:
            return Decline("not_found", self._nearest(found, asking.question))
        start, end = passages[0].start, passages[-1].end
        if end - start > LONGEST:
            end = passages[0].end
        source = _quoting(document, _article(passages[0]), start, end)
        return _Quoted((_said(document, source, ()),), CITED, (source,), document)

    def _search(self, question: str, vector: Vector, as_of: date, who: Who) -> Found:
        return self.index.search(question, vector, as_of, k=10, usual=self.gate.usual, who=who)

    def _for_others(
        self,
        question: str,
        vector: Vector,
        asking: Asking,
        found: Found,
        verdict: Verdict | None,
        everybody: Found,
        as_of: date,
    ) -> Because | None:
        """Whether what answers is a rule for others (本科 and not 硕士), and none for this person is nearly as good."""
        first = everybody.hits[0].document
        if first.in_force(as_of, asking.who):
            return None
        other = self._verdict(asking, question, vector, everybody)
        if not other.answer:
            return None
        mine = found.hits[0] if found.hits else everybody.hits[0]
        clause = mine.document.text[mine.passage.start : mine.passage.end]
        for_other_years = not first.in_force(as_of, asking.who.time)
        less = 0.0 if for_other_years else margin(asking.who.degree, mine.document, clause, first)
        if asking.who.year and not first.audience.admits(Who(year=abs(asking.who.year))):
            less = -CLEARLY_MINE
        good = verdict is not None and verdict.answer and verdict.support >= other.support - less
        # A general rule beside one for others is a rule for this person only where it speaks to them.
        if good and (asking.who.degree is None or speaks_to(asking.who.degree, found.hits[0].document)):
            return None
        if for_other_years:
            return "cohort"
        return "degree" if not first.audience.admits(Who(degree=asking.who.degree)) else "campus"

    def _nearest(self, found: Found, question: str) -> tuple[Source, ...]:
        return tuple(self._source(hit, question) for hit in found.hits[:SUGGESTIONS])

    def _second(self, hits: Sequence[Hit], question: str, first: Source) -> Source | None:
        """A different clause that scores nearly as high and adds words of the question the first does not have."""
        if self.index.lexical is None or len(hits) < 2:
            return None
        best, other = hits[0], hits[1]
        if best.score - other.score > SECOND_WITHIN * abs(best.score):
            return None
        if other.document.id == best.document.id and _article(other.passage) == _article(best.passage):
            return None
        source = self._source(other, question)
        if len(first.quote) + len(source.quote) > LONGEST_TOGETHER or source.quote == first.quote:
            return None
        alone = overlap(self.index.lexical, question, best.passage.indexed)
        together = overlap(self.index.lexical, question, best.passage.indexed + other.passage.indexed)
        return source if together > alone + 0.05 else None

    def _other(self, hits: Sequence[Hit], question: str, first: Source) -> Source | None:
        """The next clause that is not the same one: where the first is doubtful, the second often is what was meant."""
        for hit in hits[1:3]:
            source = self._source(hit, question)
            if source.quote != first.quote and (source.document_id, source.locator) != (
                first.document_id,
                first.locator,
            ):
                return source
        return None

    def _coming(
        self, now: Document, quoted: Source, question: str, vector: Vector, as_of: date, who: Who
    ) -> tuple[str, Source] | None:
        """What will be said instead once a version that is already published takes effect."""
        later = coming(self.index.documents, now, as_of)
        if later is None or later.since is None or who.stay is not None or not later.audience.admits(who):
            return None
        # The clause that answers now says best where its successor stands.
        found = self.index.search(
            question, vector, later.since, k=3, usual=self.gate.usual, who=who, only=frozenset({later.id})
        )
        since = later.since.isoformat()
        if not found.hits:
            return None
        then = self._source(found.hits[0], question)
        if _plain(then.quote) == _plain(quoted.quote):
            return None
        return f"自{since}起改为：\n{_said(later, then, found.hits)}", then

    def _source(self, hit: Hit, question: str) -> Source:
        document, passage = hit.document, hit.passage
        start, end = passage.start, passage.end
        if self.index.lexical is not None:
            start, end = excerpt(document, passage, question, self.index.lexical)
        return _quoting(document, passage.locator, start, end)


def _surely(verdict: Verdict) -> bool:
    return verdict.support >= SURER or verdict.probability >= SUREST


def _likely(said: _Quoted) -> bool:
    return said.verdict.probability >= LIKELY


def _with(said: _Quoted, other: _Quoted) -> _Quoted:
    """Both answers; what both quote of one clause becomes one quotation."""
    new = other.sources[0]
    for at, old in enumerate(said.sources):
        if (old.document_id, old.locator) != (new.document_id, new.locator):
            continue
        start, end = min(old.start, new.start), max(old.end, new.end)
        if (start, end) == (old.start, old.end) or end - start > LONGEST or said.told[at].count(old.quote) != 1:
            return said
        both = _quoting(other.document, old.locator, start, end)
        told = said.told[at].replace(_quotation(other.document, old), _quotation(other.document, both))
        return replace(
            said,
            told=(*said.told[:at], told, *said.told[at + 1 :]),
            sources=(*said.sources[:at], both, *said.sources[at + 1 :]),
        )
    if len(said.sources) >= MOST_TOGETHER:
        return said
    return replace(said, told=(*said.told, other.told[0]), sources=(*said.sources, new))


def _says(said: _Quoted, asked: str) -> bool:
    """Whether the quotations have what is asked for, where that can be seen: a sum of money, a telephone."""
    kinds = asked_for(plain(asked))
    quoted = plain("\n".join(source.quote for source in said.sources))
    return all(kind in SEEN and given(kind, quoted) for kind in kinds)


def _left_out(who: Who, document: Document) -> bool:
    """Whether the one year of study the question is about is none the document is for."""
    asked = who.year is not None and who.year < 0
    return asked and not document.audience.admits(Who(degree=who.degree, year=-(who.year or 0)))


def _left_out_by(hit: Hit, who: Who) -> bool:
    """Whether it is the very clause that leaves out the year the question is about: then nothing is doubtful."""
    return _on_years(hit) and _left_out(who, hit.document)


def _on_years(hit: Hit) -> bool:
    return limits_years(hit.document.text[hit.passage.start : hit.passage.end])


def _quoting(document: Document, locator: str, start: int, end: int) -> Source:
    """A slice of a document as a source; it opens on the page on which it begins."""
    return Source(
        document_id=document.id,
        document=document.title,
        number=document.number,
        locator=locator,
        page=document.page(start),
        quote=document.text[start:end],
        start=start,
        end=end,
    )


def _told(each: _Quoted | Decline, question: str) -> tuple[str, ...]:
    return each.told if isinstance(each, _Quoted) else (f"“{question}”这一问，文件里没有找到能回答的条款。",)


def _article(passage: Passage) -> str:
    """The clause a passage belongs to: the locator up to its 条."""
    return passage.locator[: passage.locator.index("条") + 1] if "条" in passage.locator else passage.locator


def _said(document: Document, source: Source, hits: Sequence[Hit]) -> str:
    """``《…》第二十条：`` and the words, or the row with a line for each column."""
    fields = next((hit.passage.fields for hit in hits if _is(hit, source) and hit.passage.fields), ())
    head = f"《{document.title}》{source.locator}："
    if fields:
        lines = ((name, _cell(document, cell)) for name, cell in fields if cell[1] > cell[0])
        return head + "\n" + "\n".join(f"{name}：{words}" if name else words for name, words in lines)
    return head + _quotation(document, source)


def _quotation(document: Document, source: Source) -> str:
    return f"{announced(document, source.start)}\n“{source.quote}”"


def _cell(document: Document, cell: Span) -> str:
    return document.text[cell[0] : cell[1]]


def _is(hit: Hit, source: Source) -> bool:
    return hit.document.id == source.document_id and hit.passage.start <= source.start < hit.passage.end


def _plain(quote: str) -> str:
    return "".join(char for char in quote if char.isalnum())
