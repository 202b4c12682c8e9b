"""The passages of a document: which clause is found, how it is cited, where a long one is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .document import Passage, Span
from .locators import HAN_NUMBERS, below, locator
from .numbering import RANK, marker
from .outline import ASKED, INDICATOR, Part
from .paragraphs import Paragraph, ends_sentence
from .tables import NOTE, Table, captions, cut, pieces, placed, tables

LONGEST = 400
"""Code points of one passage: with its headings it stays under the encoder's 500 tokens."""
SHORT_ITEM = 40
"""Entries of a list shorter than this on average are kept together, up to :data:`LONGEST`."""
LONGEST_CONTEXT = 160
"""Code points of title, headings and lead-in in front of the clause."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A passage in the making."""

    start: int
    end: int
    locator: str
    context: str
    fields: tuple[tuple[str, Span], ...] = ()
    question: str = ""
    """What it answers, where the document itself asks."""


class Clauses:
    """The clauses of one document while they are being laid out."""

    def __init__(
        self,
        paragraphs: Sequence[Paragraph],
        starts: Sequence[int],
        text: str,
        root: Part,
        title: str,
        pages: tuple[tuple[int, int], ...] | None,
    ) -> None:
        """``starts``: where each paragraph stands in ``text``; ``root``: their outline."""
        self.paragraphs = paragraphs
        self.starts = starts
        self.text = text
        self.root = root
        self.title = title
        self.pages = pages
        self.cells = placed(paragraphs, starts)

    def passages(self) -> Iterator[tuple[Passage, str]]:
        """Each passage, with the question of the document that it answers, or an empty string."""
        for piece in self._part(self.root):
            start, end = self._trimmed(piece.start, piece.end)
            stray = piece.locator.startswith("附") and not piece.fields
            if end <= start or (stray and not _says_something(self.text[start:end])):
                continue
            said = self.text[start:end]
            if piece.fields:
                cells = [(name, self.text[a:b]) for name, (a, b) in piece.fields if b > a]
                said = "；".join(f"{name}：{cell}" if name else cell for name, cell in cells)
            indexed = f"{piece.context} {said}".strip()
            yield Passage(start, end, piece.locator, indexed, piece.fields, self._page(start)), piece.question

    def whole(self) -> Iterator[Passage]:
        """The whole text, for a file that has no clause: one line on a notice board is still to be found."""
        for start, end in cut(self.text, (0, len(self.text)), LONGEST):
            start, end = self._trimmed(start, end)
            if end > start:
                yield Passage(start, end, "全文", f"{self.title} {self.text[start:end]}", (), self._page(start))

    def _page(self, at: int) -> int | None:
        found = [page for start, page in self.pages or () if start <= at]
        return found[-1] if found else None

    def _trimmed(self, start: int, end: int) -> Span:
        body = self.text[start:end]
        return start + len(body) - len(body.lstrip()), start + len(body.rstrip())

    def _end(self, at: int) -> int:
        return self.starts[at] + len(self.paragraphs[at].text)

    def _span(self, part: Part) -> Span:
        """Everything in a part, without its number or its heading; a question is part of its answer."""
        if part.asks:
            mark = marker(self.paragraphs[part.at].text)
            return self.starts[part.at] + (mark.end if mark else 0), self._end(part.last())
        return self.starts[part.at] + part.skip, self._end(part.last())

    def _context(self, part: Part, lead: str = "", *, itself: bool = True) -> str:
        """What is put in front of a clause when it is indexed: title, headings, lead-in."""
        names = [self.title]
        for each in part.path():
            if each.heading and (itself or each is not part):
                names += [self._name(at) for at in (each.at, *each.named)]
            elif each.kind in ("条", "一、"):
                names.append(each.label)
        return f"{' '.join(dict.fromkeys(names))} {lead}".strip()[:LONGEST_CONTEXT]

    def _name(self, at: int) -> str:
        return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", self.paragraphs[at].text)

    def _part(self, part: Part) -> Iterator[_Piece]:
        if part.asks:
            yield from self._answer(part)
        elif part.heading and not (part.own or part.parts or part.after):
            yield from self._only_named(part)
        elif part.kind in ("", "编", "章", "节", "附件", "#", "A.") or (part.heading and not self._stays_whole(part)):
            yield from self._inside(part)
        elif self._rows_in(part):
            yield from self._around_rows(part)
        elif self._stays_whole(part):
            start, end = self._span(part)
            yield _Piece(start, end, locator(part), self._context(part))
        else:
            yield from self._split(part)

    def _only_named(self, part: Part) -> Iterator[_Piece]:
        """A heading with nothing under it says what it says itself: 一、报名时间：9月1日至10日."""
        mark = marker(self.paragraphs[part.at].text)
        start = self.starts[part.at] + (mark.end if mark else 0)
        if part.kind in ("编", "章", "节", "A.") or self._end(part.at) - start <= 8:
            return
        yield _Piece(start, self._end(part.at), locator(part), self._context(part, itself=False))

    def _answer(self, part: Part) -> Iterator[_Piece]:
        """A question with its answer; a long answer in pieces, each with the question in front."""
        start, end = self._span(part)
        asked = ASKED.sub("", self.text[start : self._end(part.at)]).strip()
        rows = self._rows_in(part)
        if end - start <= LONGEST and not rows:
            yield _Piece(start, end, locator(part), self._context(part, itself=False), (), asked)
            return
        found = False
        for piece in self._inside(part):
            found = True
            yield replace(piece, question=asked)
        if not found:
            yield from self._sentences(start, end, locator(part), self._context(part, itself=False))

    def _inside(self, part: Part) -> Iterator[_Piece]:
        """What stands under a heading; short entries of a list stay together."""
        yield from self._loose(part, part.own)
        lead = self._lead(part, part.own)
        for listed, group in groupby(part.parts, self._is_entry):
            if listed:
                yield from self._entries(part, list(group), lead if lead.endswith(("：", ":")) else "")
            else:
                for each in group:
                    yield from self._part(each)
        yield from self._loose(part, part.after)

    def _is_entry(self, part: Part) -> bool:
        plain = not (part.heading or part.asks or part.parts or part.own)
        return plain and RANK["（一）"] <= part.rank <= RANK["①"] and part.rank != INDICATOR

    def _stays_whole(self, part: Part) -> bool:
        start, end = self._span(part)
        if end - start > LONGEST or part.rank == INDICATOR:
            return False
        if part.kind == "条" or not part.parts:
            return True
        inner = [self._span(each) for each in part.parts]
        plain = not any(each.heading or each.asks or each.kind == "条" for each in part.parts)
        return plain and sum(b - a for a, b in inner) <= SHORT_ITEM * len(inner)

    def _rows_in(self, part: Part) -> list[int]:
        first = max(part.at, 0)
        return [at for at in range(first, part.last() + 1) if at in self.cells]

    def _around_rows(self, part: Part) -> Iterator[_Piece]:
        """A clause that contains a table: its words, then the rows, then what is numbered in it."""
        words = [at for at in (part.at, *part.own) if at not in self.cells]
        taken = self._captioned([at for at in part.own if at in self.cells], words)
        for group in _runs_of([at for at in words if at not in taken.named]):
            start = self.starts[group[0]] + (part.skip if group[0] == part.at else 0)
            yield from self._sentences(start, self._end(group[-1]), locator(part), self._context(part))
        yield from self._rows(part, taken)
        for each in part.parts:
            yield from self._part(each)
        yield from self._loose(part, part.after)

    def _loose(self, part: Part, own: Sequence[int]) -> Iterator[_Piece]:
        """Paragraphs under a heading, and the rows of its tables."""
        words = [at for at in own if at not in self.cells]
        taken = self._captioned([at for at in own if at in self.cells], words)
        for group in _runs_of([at for at in words if at not in taken.named]):
            above = taken.ending.get(group[0] - 1)
            noted = above.caption if above is not None and NOTE.match(self.paragraphs[group[0]].text) else ""
            yield from self._grouped(part, group, noted)
        yield from self._rows(part, taken)

    def _grouped(self, part: Part, group: Sequence[int], noted: str = "") -> Iterator[_Piece]:
        """Neighbouring paragraphs together while they stay short; a long one alone, or cut at its sentences."""
        whole = self._end(group[-1]) - self.starts[group[0]] <= LONGEST
        above = not part.parts or group[0] < part.parts[0].at
        place = locator(part) or ("开头" if above else "末尾")
        context = self._context(part, noted)
        if whole:
            yield _Piece(self.starts[group[0]], self._end(group[-1]), place, context)
            return
        for number, at in enumerate(group, start=1):
            said = f"{place}第{number}段" if part.kind else place
            yield from self._sentences(self.starts[at], self._end(at), said, context)

    def _sentences(self, start: int, end: int, place: str, context: str) -> Iterator[_Piece]:
        for left, right in cut(self.text, (start, end), LONGEST):
            yield _Piece(left, right, place, context)

    def _split(self, part: Part) -> Iterator[_Piece]:
        """A clause that is too long: its paragraphs and entries one by one, each with the lead-in in front."""
        opening = self.paragraphs[part.at].text[part.skip :]
        lead = opening if opening.endswith(("：", ":")) else ""
        own = ([part.at] if opening else []) + part.own
        listed = self._lead(part, own) or lead
        for number, at in enumerate(own, start=1):
            body = self.paragraphs[at].text
            if body.endswith(("：", ":")) and part.parts and at == own[-1]:
                continue  # only announces the entries, and stands in front of each of them
            start = self.starts[at] + (part.skip if at == part.at else 0)
            place = self._paragraph_of(part, number) if len(own) > 1 else locator(part)
            yield from self._sentences(start, self._end(at), place, self._context(part))
        yield from self._entries(part, part.parts, listed)
        for number, at in enumerate(part.after, start=len(own) + 1):
            yield from self._sentences(
                self.starts[at], self._end(at), self._paragraph_of(part, number), self._context(part)
            )

    def _paragraph_of(self, part: Part, number: int) -> str:
        """第二款 of a clause, 第二段 of anything else."""
        if part.kind == "条" and number < len(HAN_NUMBERS):
            return below(part, f"第{HAN_NUMBERS[number]}款")
        return f"{locator(part)}第{number}段"

    def _lead(self, part: Part, own: Sequence[int]) -> str:
        if not own or not part.parts:
            return ""
        body = self.paragraphs[own[-1]].text
        body = body[part.skip :] if own[-1] == part.at else body
        return body if len(body) <= LONGEST_CONTEXT // 2 else re.split(r"(?<=[。；])", body)[-1][-80:]

    def _entries(self, part: Part, entries: Sequence[Part], lead: str) -> Iterator[_Piece]:
        context = self._context(part, lead)
        group: list[Part] = []
        spans = [self._span(each) for each in entries]
        short = bool(spans) and sum(b - a for a, b in spans) <= SHORT_ITEM * len(spans)
        for each in entries:
            start, end = self._span(each)
            if each.parts or not short or end - start > LONGEST:
                yield from self._group(part, group, context)
                group = []
                if each.parts or end - start > LONGEST:
                    yield from self._part(each)
                else:
                    yield _Piece(start, end, locator(each), context)
                continue
            if group and end - self.starts[group[0].at] > LONGEST:
                yield from self._group(part, group, context)
                group = []
            group.append(each)
        yield from self._group(part, group, context)

    def _group(self, part: Part, group: Sequence[Part], context: str) -> Iterator[_Piece]:
        if not group:
            return
        start, end = self.starts[group[0].at], self._span(group[-1])[1]
        first, last = group[0].label, group[-1].label
        yield _Piece(start, end, below(part, first if first == last else f"{first}至{last}"), context)

    def _captioned(self, rows: Sequence[int], words: Sequence[int]) -> _Tables:
        """The tables among ``rows``, each with what is printed above it to name it."""
        named: set[int] = set()
        ending: dict[int, Table] = {}
        for group in _runs_of(rows):
            above = captions(self.paragraphs, group[0], words)
            named.update(above)
            caption = " ".join(self._name(at) for at in above)
            for table in tables(self.paragraphs, self.text, self.cells, group, caption):
                ending[table.rows[-1].at if table.rows else group[-1]] = table
        return _Tables(ending, frozenset(named))

    def _rows(self, part: Part, taken: _Tables) -> Iterator[_Piece]:
        """Each row of a table with its headers and the caption of its table, else the words that announce it."""
        for table in taken.ending.values():
            if not table.rows:
                continue
            first = min([*table.headers, table.rows[0].at])
            announced = self.paragraphs[first - 1].text if first else ""
            lead = table.caption or (announced if announced.endswith(("：", ":")) and len(announced) <= 80 else "")
            place = below(part, table.label) if table.label and locator(part) else table.label or locator(part)
            context = self._context(part, lead)
            for row in table.rows:
                for (start, end), fields in pieces(row, self.text, LONGEST):
                    yield _Piece(start, end, f"{place} {row.name}".strip(), context, fields)


@dataclass(frozen=True, slots=True)
class _Tables:
    ending: dict[int, Table]
    """By the paragraph of their last rows."""
    named: frozenset[int]
    """The paragraphs which are their captions."""


def _says_something(words: str) -> bool:
    """A stray ``基础指标`` between two rows of a flattened table is nothing to quote."""
    return len(words) > 8 or ends_sentence(words) or bool(re.search(r"\d", words))


def _runs_of(numbers: Sequence[int]) -> list[list[int]]:
    groups: list[list[int]] = []
    for number in numbers:
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups
