"""Tables of which only the text is left: their cells printed one after the other, their lines broken, over pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ..lines import Line
from .columns import Background
from .division import Division
from .fitting import fit
from .fragments import Fragment, fragments
from .habits import Habits
from .headings import Heading, headings, kind_of
from .rows import header, rows
from .table import Table

__all__ = ["unflattened"]

CANDIDATES = 3
"""Rows of names that are tried where several could be one."""
FEWEST_ROWS = 4
"""Less than that shows no habits, and a wrong row is worse than text."""
CLAUSE = re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十百]+[章节条]|附件")
"""What ends a table, unless its own first cells are numbered like this."""
CONTINUED = re.compile(r"[（(]?(?:续表|接上[页表]|续上[页表])\d*[）)]?")


def unflattened(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with every flattened table made into its header and its rows; all other lines as they were."""
    found: list[Line] = []
    for text, group in groupby(lines, key=lambda line: line.kind == "text"):
        printed = list(group)
        found.extend(_unflattened(printed) if text else printed)
    return tuple(found)


def _unflattened(lines: Sequence[Line]) -> Iterator[Line]:
    pieces = fragments(lines)
    done = at = 0  # lines given out, fragments looked at
    while at < len(pieces):
        likely = _headings(pieces, at)
        table = _table(pieces, likely) if likely else None
        if table is None or len(table.division.rows) < FEWEST_ROWS:
            at = max(heading.end for heading in likely) if likely else at + 1
            continue
        yield from lines[done : pieces[table.heading.start].line]
        yield header(lines, pieces, table.heading)
        yield from rows(lines, table.body, table.division, table.habits)
        behind = table.body[table.division.end :]
        last = table.body[table.division.end - 1].line
        # The body may have been cut before a clause: what follows its last line is text again.
        done = behind[0].line if behind else next((piece.line for piece in pieces if piece.line > last), len(lines))
        at = next((place for place, piece in enumerate(pieces) if piece.line >= done), len(pieces))
    yield from lines[done:]


@dataclass(frozen=True, slots=True)
class _Table:
    heading: Heading
    body: Sequence[Fragment]
    division: Division
    habits: Habits
    worth: float


def _headings(pieces: Sequence[Fragment], at: int) -> list[Heading]:
    """The likeliest rows of names that begin with a fragment."""
    if not pieces[at].before.startswith("/") and at:
        return []
    first = pieces[at].text
    both = first + pieces[at + 1].text if at + 1 < len(pieces) else first
    if kind_of(first) in (None, "any") and kind_of(both) in (None, "any"):
        return []
    broken = [piece for piece in pieces if piece.before.startswith("/")]
    marked = 0.1 * len(broken) < sum("_" in piece.before for piece in broken) < 0.9 * len(broken)
    found = list(headings(pieces, at, marked=marked))
    return sorted(found, key=lambda each: -each.worth)[:CANDIDATES]


def _table(pieces: Sequence[Fragment], likely: Sequence[Heading]) -> _Table | None:
    """The likeliest table below one of the rows of names."""
    background = Background(pieces)
    page = _page(pieces)
    best: _Table | None = None
    for heading in likely:
        body = _body(pieces, heading)
        if not body:
            continue
        found = fit(Table(body, background, page), heading.kinds, background)
        if found is None:
            continue
        names = "".join(piece.text for piece in pieces[heading.start : heading.end])
        worth = found[0].worth + 5 * heading.worth + background.says(names) / 2
        if best is None or worth > best.worth:
            best = _Table(heading, body, *found, worth)
    if best is None or (rest := _before_clause(best.body)) is best.body:
        return best
    # Only now: a shorter body is always likelier, and no reason to prefer a row of names.
    found = fit(Table(rest, background, page), best.heading.kinds, background) if rest else None
    return _Table(best.heading, rest, *found, best.worth) if found is not None else None


def _before_clause(body: Sequence[Fragment]) -> Sequence[Fragment]:
    """What stands before the next clause of the document; all of it where the table's own first cells are numbered so."""
    if CLAUSE.match(body[0].text):
        return body
    at = next((at for at, each in enumerate(body) if each.before.startswith("/") and CLAUSE.match(each.text)), None)
    return body if at is None else body[:at]


def _body(pieces: Sequence[Fragment], heading: Heading) -> list[Fragment]:
    """What stands below the names, without the names a table repeats on each page."""
    names = [piece.text for piece in pieces[heading.start : heading.end]]
    said = "".join(names)
    body: list[Fragment] = []
    at, cut = heading.end, False
    while at < len(pieces):
        begins = pieces[at].before.startswith("/")
        if begins and CONTINUED.fullmatch(pieces[at].text):
            at, cut = at + 1, True
            continue
        repeated = _repeated(pieces, at, said) if begins and said.startswith(pieces[at].text) else 0
        if repeated:
            at, cut = at + repeated, True
            continue
        piece = pieces[at]
        body.append(
            replace(piece, new_page=True, before=piece.before if piece.before[0] == "/" else "/0") if cut else piece
        )
        at, cut = at + 1, False
    return body


def _repeated(pieces: Sequence[Fragment], at: int, said: str) -> int:
    """How many fragments from ``at`` on say the names again."""
    again = ""
    for after in range(at, len(pieces)):
        again += pieces[after].text
        if again == said:
            return after + 1 - at
        if not said.startswith(again):
            break
    return 0


def _page(pieces: Sequence[Fragment]) -> float:
    """The width of a full line."""
    widths = []
    for _, line in groupby(pieces, key=lambda piece: piece.line):
        printed = list(line)
        widths.append(sum(piece.width for piece in printed) + 0.5 * (len(printed) - 1))
    return sorted(widths)[int(0.97 * (len(widths) - 1))]
