"""Plain text, also text taken out of a PDF: page marks, form feeds and blanks at the edges go."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .asked import Asked
from .encoding import decode
from .lines import Line, Reading

BLANKS = " \t\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d"
LINE_ENDS = re.compile(r"\r\n|\n|\r|\f|\u2028|\u2029|\x85")

DASHED_MARK = re.compile(r"[—–\-－―─·•]+\s*(\d{1,4})\s*[—–\-－―─·•]+")
WORDED_MARK = re.compile(
    r"第\s*(\d{1,4})\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?|(?:[Pp]age|P\.)\s*(\d{1,4})(?:\s*/\s*\d+)?"
)
BARE_MARK = re.compile(r"\d{1,3}")


@dataclass(slots=True)
class _Printed:
    line: Line
    feed: bool
    """Whether a form feed stands before the line."""
    gap_after: int = 0


def read(stem: str, content: bytes, asked: Asked = Asked()) -> Reading:  # noqa: B008 - frozen
    """Lines of a text file. Raises :class:`UnreadableFile` for what is not text."""
    return Reading(stem, tuple(without_page_marks(_printed(decode(content)))))


def _printed(text: str) -> list[_Printed]:
    found: list[_Printed] = []
    gap, feed, start = 0, False, 0
    for end, after, broke in _line_bounds(text):
        raw = text[start:end]
        body = raw.strip(BLANKS)
        feed = feed or "\f" in raw[: len(raw) - len(raw.lstrip(BLANKS))]
        if body:
            at = start + raw.index(body)
            indented = "\u3000" in text[start:at] or at - start >= 2
            line = Line(body, range(at, at + len(body)), gap=gap, trailing=at + len(body) < end, indented=indented)
            if found:
                found[-1].gap_after = gap
            found.append(_Printed(line, feed))
            gap, feed = 0, False
        else:
            gap += 1
        feed = feed or broke == "\f"
        start = after
    return found


def _line_bounds(text: str) -> list[tuple[int, int, str]]:
    """(end of the line, start of the next, what stands between) for each line."""
    bounds = [(found.start(), found.end(), found.group()) for found in LINE_ENDS.finditer(text)]
    return [*bounds, (len(text), len(text), "")]


def without_page_marks(printed: list[_Printed]) -> list[Line]:
    """The lines without their page marks; each knows its page where the marks or form feeds count without a gap."""
    kept: list[Line] = []
    marks: list[tuple[int, int]] = []  # (how many lines were kept before it, its number)
    feeds: list[int] = []
    broke = False
    for at, each in enumerate(printed):
        if each.feed and kept:
            feeds.append(len(kept))
            broke = True
        number = _mark(printed, at, marks[-1][1] if marks else None)
        if number is not None:
            marks.append((len(kept), number))
            broke = True
            continue
        kept.append(replace(each.line, new_page=broke))
        broke = False
    return _paged(kept, marks, feeds)


def _mark(printed: list[_Printed], at: int, previous: int | None) -> int | None:
    each = printed[at]
    body = each.line.text
    if found := DASHED_MARK.fullmatch(body) or WORDED_MARK.fullmatch(body):
        return int(next(group for group in found.groups() if group))
    if not BARE_MARK.fullmatch(body):
        return None
    # A bare number may as well be the cell of a table: it is a page mark only where it stands apart or counts on.
    last = at + 1 == len(printed)
    fed = each.feed or last or printed[at + 1].feed
    apart = each.line.gap >= 2 or each.gap_after >= 2
    return int(body) if fed or apart or int(body) == (previous or -1) + 1 else None


def _paged(lines: list[Line], marks: list[tuple[int, int]], feeds: list[int]) -> list[Line]:
    numbers = [number for _, number in marks]
    if len(marks) >= 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (1, 2):
        ends = marks  # a mark stands at the foot of its page
    elif feeds:
        ends = [(at, number) for number, at in enumerate(feeds, start=1)]
    else:
        return lines
    paged: list[Line] = []
    for at, line in enumerate(lines):
        page = next((number for end, number in ends if at < end), ends[-1][1] + 1)
        paged.append(replace(line, page=page))
    return paged
