"""The passages of a document: which clause is found, how it is cited, where a long one is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .document import Passage, Span
from .numbering import HAN
from .outline import INDICATOR, Part
from .paragraphs import Paragraph, ends_sentence

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

    def passages(self) -> Iterator[Passage]:
        for piece in self._part(self.root):
            start, end = self._trimmed(piece.start, piece.end)
            stray = piece.locator.startswith("附") and not isinstance(piece, _Row)
            if end <= start or (stray and not _says_something(self.text[start:end])):
                continue
            if isinstance(piece, _Row):
                said = "；".join(f"{name}：{self.text[a:b]}" for name, (a, b) in piece.fields if b > a)
                yield Passage(start, end, piece.locator, f"{piece.context} {said}", piece.fields, self._page(start))
            else:
                indexed = f"{piece.context} {self.text[start:end]}"
                yield Passage(start, end, piece.locator, indexed, (), self._page(start))

    def whole(self) -> Iterator[Passage]:
        """The whole text, for a file that has no clause: one line on a notice board is still to be found."""
        for piece in self._sentences(0, len(self.text), "全文", self.title):
            start, end = self._trimmed(piece.start, piece.end)
            if end > start:
                yield Passage(
                    start, end, piece.locator, f"{piece.context} {self.text[start:end]}", (), self._page(start)
                )

    def _page(self, at: int) -> int | None:
        found = [page for start, page in self.pages or () if start <= at]
        return found[-1] if found else None

    def _trimmed(self, start: int, end: int) -> Span:
        body = self.text[start:end]
        return start + len(body) - len(body.lstrip()), start + len(body.rstrip())

    def _end(self, at: int) -> int:
        return self.starts[at] + len(self.paragraphs[at].text)

    def _span(self, part: Part) -> Span:
        """Everything in a part, without its number or its heading."""
        start = self.starts[part.at] + part.skip
        return start, self._end(part.last())

    def _context(self, part: Part, lead: str = "") -> str:
        """What is put in front of a clause when it is indexed: title, headings, lead-in."""
        names = [self.title]
        for each in part.path():
            if each.heading:
                names.append(re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", self.paragraphs[each.at].text))
            elif each.kind in ("条", "一、"):
                names.append(each.label)
        return f"{' '.join(names)} {lead}".strip()[:LONGEST_CONTEXT]

    def _part(self, part: Part) -> Iterator[_Piece]:
        if part.kind in ("", "编", "章", "节", "附件", "#", "A.") or (part.heading and not self._stays_whole(part)):
            yield from self._loose(part, part.own)
            for each in part.parts:
                yield from self._part(each)
            yield from self._loose(part, part.after)
        elif self._stays_whole(part):
            if rows := self._rows_in(part):
                yield from self._around_rows(part, rows)
            else:
                start, end = self._span(part)
                yield _Piece(start, end, locator(part), self._context(part))
        else:
            yield from self._split(part)

    def _stays_whole(self, part: Part) -> bool:
        start, end = self._span(part)
        if end - start > LONGEST or part.rank == INDICATOR:
            return False
        if part.kind == "条" or not part.parts:
            return True
        inner = [self._span(each) for each in part.parts]
        return not any(each.heading for each in part.parts) and sum(b - a for a, b in inner) <= SHORT_ITEM * len(inner)

    def _rows_in(self, part: Part) -> list[int]:
        first = max(part.at, 0)
        return [at for at in range(first, part.last() + 1) if self.paragraphs[at].kind in ("row", "header")]

    def _around_rows(self, part: Part, rows: Sequence[int]) -> Iterator[_Piece]:
        """A clause that contains a table: its words, then its rows."""
        own = [at for at in range(part.at, part.last() + 1) if at not in rows]
        for group in _runs_of(own):
            start = self.starts[group[0]] + (part.skip if group[0] == part.at else 0)
            if start < self._end(group[-1]):
                yield _Piece(start, self._end(group[-1]), locator(part), self._context(part))
        yield from self._rows(part, rows)

    def _loose(self, part: Part, own: Sequence[int]) -> Iterator[_Piece]:
        """Paragraphs under a heading, and the rows of its tables."""
        rows = [at for at in own if self.paragraphs[at].kind in ("row", "header")]
        words = [at for at in own if at not in rows]
        for group in _runs_of(words):
            yield from self._grouped(part, group)
        yield from self._rows(part, rows)

    def _grouped(self, part: Part, group: Sequence[int]) -> Iterator[_Piece]:
        """Neighbouring paragraphs together while they stay short; a long one alone, or cut at its sentences."""
        whole = self._end(group[-1]) - self.starts[group[0]] <= LONGEST
        place = locator(part) or "开头"
        context = self._context(part)
        if whole:
            yield _Piece(self.starts[group[0]], self._end(group[-1]), place, context)
            return
        for number, at in enumerate(group, start=1):
            said = f"{place}第{number}段" if part.kind else place
            yield from self._sentences(self.starts[at], self._end(at), said, context)

    def _sentences(self, start: int, end: int, place: str, context: str) -> Iterator[_Piece]:
        if end - start <= LONGEST:
            yield _Piece(start, end, place, context)
            return
        body = self.text[start:end]
        ends = [found.end() for found in re.finditer(r"[。！？；\n][”’）》]*", body)] or [len(body)]
        if ends[-1] != len(body):
            ends.append(len(body))
        first = last = 0
        for stop in ends:
            if stop - first > LONGEST and last > first:
                yield _Piece(start + first, start + last, place, context)
                first = last
            last = stop
        yield _Piece(start + first, start + last, place, context)

    def _split(self, part: Part) -> Iterator[_Piece]:
        """A clause that is too long: its paragraphs and entries one by one, each with the lead-in in front."""
        opening = self.paragraphs[part.at].text[part.skip :]
        lead = opening if opening.endswith(("：", ":")) else ""
        own = ([part.at] if opening else []) + part.own
        articles = part.kind == "条"
        listed = self._lead(part, own) or lead
        for number, at in enumerate(own, start=1):
            body = self.paragraphs[at].text
            if body.endswith(("：", ":")) and part.parts and at == own[-1]:
                continue  # only announces the entries, and stands in front of each of them
            start = self.starts[at] + (part.skip if at == part.at else 0)
            place = _below(part, f"第{HAN_NUMBERS[number]}款") if articles else f"{locator(part)}第{number}段"
            if len(own) == 1:
                place = locator(part)
            yield from self._sentences(start, self._end(at), place, self._context(part))
        yield from self._entries(part, listed)
        yield from self._loose(part, part.after)

    def _lead(self, part: Part, own: Sequence[int]) -> str:
        if not own or not part.parts:
            return ""
        body = self.paragraphs[own[-1]].text
        body = body[part.skip :] if own[-1] == part.at else body
        return body if len(body) <= LONGEST_CONTEXT // 2 else re.split(r"(?<=[。；])", body)[-1][-80:]

    def _entries(self, part: Part, lead: str) -> Iterator[_Piece]:
        context = self._context(part, lead)
        group: list[Part] = []
        spans = [self._span(each) for each in part.parts]
        short = bool(spans) and sum(b - a for a, b in spans) <= SHORT_ITEM * len(spans)
        for each in part.parts:
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
        yield _Piece(start, end, _below(part, first if first == last else f"{first}至{last}"), context)

    def _rows(self, part: Part, rows: Sequence[int]) -> Iterator[_Row]:
        """Each row of a table with the header of its table."""
        names: list[str] = []
        for at in rows:
            each = self.paragraphs[at]
            start = self.starts[at]
            if each.kind == "header":
                names = [re.sub(r"\s", "", each.text[left:right]) for left, right in each.cells]
                continue
            spans = [(start + left, start + right) for left, right in each.cells]
            said = tuple((name, span) for name, span in zip(names, spans, strict=False) if name)
            if not any(right > left for left, right in spans):
                continue
            label = " ".join(_row_name(each))
            place = _below(part, label) if locator(part) else label
            yield _Row(start, self._end(at), place, self._context(part), said)


@dataclass(frozen=True, slots=True)
class _Row(_Piece):
    fields: tuple[tuple[str, Span], ...] = ()


HAN_NUMBERS = [
    HAN[0],
    *"一二三四五六七八九十",
    *(f"十{one}" for one in "一二三四五六七八九"),
    *(f"二十{one}" for one in "一二三四五六七八九"),
]
SPACED = {"编", "章", "节", "条", "附件", "#"}


def locator(part: Part) -> str:
    """Where a part stands, as people cite it: ``第三章 第十二条``, ``三、（五）18``, ``附件 A.4.9``."""
    said = ""
    before = ""
    for each in part.path():
        said += (" " if said and (before in SPACED or each.kind in SPACED) else "") + each.label
        before = each.kind
    return said


def _below(part: Part, label: str) -> str:
    place = locator(part)
    return f"{place} {label}" if part.kind in SPACED or label[0] not in "（(" else f"{place}{label}"


def _row_name(row: Paragraph) -> list[str]:
    """The first cell names a row; where it only counts, the second does."""
    cells = [row.text[left:right] for left, right in row.cells]
    if cells and re.fullmatch(r"[\d一二三四五六七八九十]{0,3}", cells[0]) and len(cells) > 1:
        return [cells[1]]
    return cells[:1]


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
