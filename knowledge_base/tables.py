"""The tables of a document: what names each column, where a merged cell is printed, how a row is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .document import Span
from .numbering import marker
from .paragraphs import Paragraph, ends_sentence

CAPTION = re.compile(
    r"(?:续\s?)?(表\s?[\d一二三四五六七八九十]{1,3}(?:[-－–.．][\d一二三四五六七八九十]{1,3})?)(?:[\s　：:、.．]+|$|(?=[^\d所中的是为列]))"
)
UNIT = re.compile(r"[（(]?\s*单位\s*[：:].{1,12}")
NOTE = re.compile(r"(?:注|备注|说明|附注|注释)\s?\d?\s*[：:]|[*※]")
NAMES_A_TABLE = re.compile(
    r"(?:表|一览|清单|名单|目录|明细|安排|标准|对照|分布|时刻|汇总)(?:[（(][^（）()]{1,20}[）)])?$"
)
LONGEST_NAME = 24
"""Code points of a cell that calls its row by itself."""
LONGEST_CAPTION = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One row, all spans in code points of the stored text."""

    at: int
    """Its paragraph."""
    cells: tuple[Span, ...]
    """One for each column; what is merged over rows lies in a row above, what is merged over columns is repeated."""
    fields: tuple[tuple[str, Span], ...]
    """Each cell once, under the path of its headers; a column without one is unnamed (``""``)."""
    name: str
    """What a person calls it by: its first cells, or the numbers in front of them."""


@dataclass(frozen=True, slots=True)
class Table:
    """Header rows and the rows under them."""

    headers: tuple[int, ...]
    """Paragraphs."""
    rows: tuple[Row, ...]
    caption: str = ""
    """What is printed above it: 表1 值班电话."""

    @property
    def label(self) -> str:
        """As it is cited: 表1, or the whole caption where it has no number."""
        found = CAPTION.match(self.caption)
        return re.sub(r"\s", "", found[1]) if found else self.caption


def placed(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> dict[int, tuple[Span, ...]]:
    """For each row and header the spans of its cells in the stored text, merged ones where they are printed."""
    found: dict[int, tuple[Span, ...]] = {}
    last: tuple[Span, ...] = ()
    for at, each in enumerate(paragraphs):
        if each.kind not in ("row", "header"):
            last = ()
            continue
        own = [(starts[at] + left, starts[at] + right) for left, right in each.cells]
        for column in each.above:
            if column < min(len(own), len(last)):
                own[column] = last[column]
        found[at] = last = tuple(own)
    return found


def tables(
    paragraphs: Sequence[Paragraph], text: str, cells: Mapping[int, tuple[Span, ...]], rows: Sequence[int], caption: str
) -> Iterator[Table]:
    """The tables that neighbouring paragraphs ``rows`` make: a header behind a row begins the next one."""
    headers: list[int] = []
    body: list[int] = []
    for at in rows:
        if body and paragraphs[at].kind == "header":
            if any(paragraphs[header].text == paragraphs[at].text for header in headers):
                continue  # printed again on the next page
            yield _table(paragraphs, text, cells, headers, body, caption)
            headers, body = [], []
        (headers if paragraphs[at].kind == "header" else body).append(at)
    yield _table(paragraphs, text, cells, headers, body, caption)


def captions(paragraphs: Sequence[Paragraph], first: int, free: Sequence[int]) -> list[int]:
    """The paragraphs above the table that begins at ``first`` which only name it; ``free`` may be taken."""
    found: list[int] = []
    for at in (first - 1, first - 2):
        if at not in free or len(paragraphs[at].text) > LONGEST_CAPTION:
            break
        said = paragraphs[at].text
        if CAPTION.match(said) and not ends_sentence(said):
            return [at, *found]
        if UNIT.fullmatch(said):
            found.insert(0, at)
        elif NAMES_A_TABLE.search(said.rstrip("：:")) and not re.search(r"[，。；、]", said):
            return [at, *found]
        else:
            break
    return found


def _table(
    paragraphs: Sequence[Paragraph],
    text: str,
    cells: Mapping[int, tuple[Span, ...]],
    headers: Sequence[int],
    body: Sequence[int],
    caption: str,
) -> Table:
    if not body:
        headers, body = (), headers  # one row by itself names nothing
    paths = _paths(text, [cells[at] for at in headers])
    merged = {column for at in body for column in paragraphs[at].above}
    full = [at for at in body if any(right > left for left, right in cells[at])]
    names = _distinct([_calls(text, cells[at], merged) for at in full])
    rows = tuple(
        Row(at, cells[at], tuple(_fields(cells[at], paths)), name) for at, name in zip(full, names, strict=True)
    )
    return Table(tuple(headers), rows, caption)


def _paths(text: str, headers: Sequence[Sequence[Span]]) -> list[tuple[str, ...]]:
    """For each column the distinct headers above it, from the outermost to the innermost."""
    columns = max((len(each) for each in headers), default=0)
    paths: list[tuple[str, ...]] = []
    for column in range(columns):
        said = [re.sub(r"\s", "", text[slice(*each[column])]) for each in headers if column < len(each)]
        paths.append(tuple(dict.fromkeys(name for name in said if name)))
    return paths


def _fields(cells: Sequence[Span], paths: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, Span]]:
    """Each cell once, a cell over several columns under what their headers share, else under all of them."""
    done: set[Span] = set()
    for column, span in enumerate(cells):
        if span in done:
            continue
        over = [at for at, other in enumerate(cells) if other == span and span[1] > span[0]] or [column]
        if span[1] > span[0]:
            done.add(span)
        yield _shared([paths[at] for at in over if at < len(paths)]), span


def _shared(paths: Sequence[tuple[str, ...]]) -> str:
    if not paths:
        return ""
    common: list[str] = []
    for names in zip(*paths, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return "·".join(common) or "、".join(dict.fromkeys("·".join(path) for path in paths if path))


def _calls(text: str, cells: Sequence[Span], merged: set[int]) -> list[str]:
    """The cells that call a row by its name, the first ones first.

    Merged columns group the rows, the first column that is not merged tells them apart: 东苑 2号楼. Where these carry
    numbers, as in an indicator table, the numbers are the name: A.1.3.
    """
    said: list[str] = []
    for column, span in enumerate(cells):
        words = " ".join(text[slice(*span)].split())
        if not words or (said and span == cells[column - 1]):
            continue
        if not re.fullmatch(r"[\d一二三四五六七八九十]{0,3}[.、]?", words) or column in merged:
            said.append(words)
        if column not in merged and said:
            break
    rest = [" ".join(text[slice(*span)].split()) for span in cells]
    numbers = [number for words in said if (number := _number(words))]
    if len(numbers) >= 2 and _number(said[-1]):
        return [".".join(numbers)]
    if said and len(said[-1]) > LONGEST_NAME and (mark := marker(said[-1])):
        said[-1] = mark.label
    first = " ".join(words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…" for words in said)
    return [
        first or next((words for words in rest if words), ""),
        *(words for words in rest if words and words not in said),
    ]


def _number(words: str) -> str:
    """The letter or number in front of a cell: ``A`` of A.党建引领."""
    if letter := re.match(r"([A-Z])[.．、]\s*(?=[^\x00-\x7f])", words):
        return letter[1]
    mark = marker(words)
    return mark.label if mark and mark.kind == "1." and mark.end < len(words) else ""


def _distinct(calls: Sequence[Sequence[str]]) -> list[str]:
    """A name for each row; rows of the same name are told apart by their next cells, as far as these differ."""
    names = [each[0] for each in calls]
    for depth in (1, 2):
        twice = {name for name in names if names.count(name) > 1}
        names = [
            f"{name} {each[depth]}"
            if name in twice and len(each) > depth and len(each[depth]) <= LONGEST_NAME
            else name
            for name, each in zip(names, calls, strict=True)
        ]
    return names


def pieces(row: Row, text: str, longest: int) -> Iterator[tuple[Span, tuple[tuple[str, Span], ...]]]:
    """A row as one slice, or as several where it is longer than ``longest``: its name stands in each of them.

    Each comes with its fields; the first slice that only names the row is not given alone.
    """
    own = [(name, span) for name, span in row.fields if span[1] > span[0]]
    said = sum(len(name) + span[1] - span[0] + 2 for name, span in own)
    here = [(name, span) for name, span in own if _printed_in(span, row, text)]
    if said <= longest or not here:
        inside = [span for _, span in here] or [span for _, span in own]
        yield (inside[0][0], inside[-1][1]), row.fields
        return
    key = own[:1] if own[0][1][1] - own[0][1][0] <= longest // 4 else []
    room = longest - sum(len(name) + span[1] - span[0] + 2 for name, span in key)
    group: list[tuple[str, Span]] = []
    for name, span in here:
        if (name, span) in key:
            continue
        if group and sum(len(n) + b - a + 2 for n, (a, b) in [*group, (name, span)]) > room:
            yield _slice(group), (*key, *group)
            group = []
        for part in cut(text, span, room):
            if part != span:
                yield part, (*key, (name, part))
            else:
                group.append((name, span))
    if group:
        yield _slice(group), (*key, *group)


def _printed_in(span: Span, row: Row, text: str) -> bool:
    """Whether a cell is printed in the row itself, not in one above."""
    last = max(right for _, right in row.cells)
    return "\n" not in text[span[0] : last]


def _slice(fields: Sequence[tuple[str, Span]]) -> Span:
    return fields[0][1][0], fields[-1][1][1]


def cut(text: str, span: Span, longest: int) -> list[Span]:
    """A stretch in pieces of at most ``longest`` code points, cut after sentences, else after commas, else anywhere."""
    start, end = span
    if end - start <= longest:
        return [span]
    for ends in (r"[。！？；;!?\n][”’）》]*", r"[，、,：: |]"):
        edges = [start, *(start + found.end() for found in re.finditer(ends, text[start:end]))]
        edges = sorted({*edges, end})
        if len(edges) > 2:
            return [piece for group in _together(list(pairwise(edges)), longest) for piece in cut(text, group, longest)]
    return [(at, min(at + longest, end)) for at in range(start, end, longest)]


def _together(parts: Sequence[Span], longest: int) -> list[Span]:
    """Neighbouring stretches together while they stay short."""
    found: list[Span] = []
    for start, end in parts:
        if found and end - found[-1][0] <= longest:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
