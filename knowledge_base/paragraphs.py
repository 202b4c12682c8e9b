"""From printed lines to paragraphs: hard-wrapped lines are joined, clauses and headings never glued."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .ingest import Line
from .ingest.lines import LineKind
from .numbering import marker

ENDINGS = "。！？；：!?;:…"
CLOSERS = "”’」』）)》〉】〕]"
COMMAS = "，、,"
PAIRS = {"（": "）", "(": ")", "《": "》", "〈": "〉", "“": "”", "‘": "’", "〔": "〕", "【": "】"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the stored text."""

    text: str
    origins: Sequence[int]
    kind: LineKind = "text"
    level: int = 0
    cells: tuple[tuple[int, int], ...] = ()
    above: tuple[int, ...] = ()
    """See :attr:`Line.above`."""
    pages: tuple[tuple[int, int], ...] = ()
    """(code point of this paragraph, page) wherever a page begins."""


def paragraphs(lines: Sequence[Line], *, whole: bool = False) -> list[Paragraph]:
    """The lines of a document, joined into paragraphs; ``whole``: each line is one already."""
    lines = _without_running_heads(lines)
    if whole:
        return [_joined([line]) for line in lines]
    habits = _Habits.of(lines)
    found: list[Paragraph] = []
    open_lines: list[Line] = []
    counted: dict[str, int] = {}
    for line in lines:
        if open_lines and habits.goes_on(open_lines, line, counted):
            open_lines.append(line)
            continue
        if open_lines:
            found.append(_joined(open_lines))
        open_lines = [line]
        if line.kind in ("text", "heading") and (mark := marker(line.text)):
            counted[mark.kind] = mark.value
    if open_lines:
        found.append(_joined(open_lines))
    return found


def width(text: str) -> float:
    """Printed width in full-width characters."""
    return sum(0.5 if char < "\u0250" else 1.0 for char in text)


def ends_sentence(text: str) -> bool:
    """Whether the text ends a sentence, a colon and a semicolon counting as ends."""
    return text.rstrip(CLOSERS).endswith(tuple(ENDINGS))


def open_bracket(text: str) -> bool:
    """Whether a bracket or a quotation is still open at the end of ``text``."""
    waiting: list[str] = []
    for char in text[-400:]:
        if char in PAIRS:
            waiting.append(PAIRS[char])
        elif waiting and char == waiting[-1]:
            waiting.pop()
    return bool(waiting)


@dataclass(frozen=True, slots=True)
class _Habits:
    """How this source prints its paragraphs."""

    full: float | None
    """The width of a full line, where the text is hard-wrapped."""
    gap: int
    """How many empty lines stand between two lines of one paragraph."""
    indent: bool
    """Whether every paragraph begins with blanks."""
    sure: bool
    """Whether more than one sentence is broken over lines."""
    trailing: bool
    """Whether blanks at the end of a line mark the end of a paragraph, as in text taken from a PDF."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Habits:
        text = [line for line in lines if line.kind == "text"]
        bare = [line for line in text if not line.trailing]
        marked = [line for line in text if line.trailing]
        trailing = (
            min(len(bare), len(marked)) >= 5
            and sum(ends_sentence(line.text) for line in bare) <= 0.05 * len(bare)
            and sum(ends_sentence(line.text) for line in marked) >= 0.3 * len(marked)
        )
        pairs = [
            (before, after)
            for before, after in pairwise(lines)
            if before.kind == after.kind == "text" and _goes_over(before.text) and not _starts_part(before, after)
        ]
        gaps = Counter(after.gap for _, after in pairs)
        opening = [line for line in text if marker(line.text)]
        indent = len(opening) >= 3 and sum(line.indented for line in opening) >= 0.8 * len(opening)
        full = _full_width(text)
        if full is None and indent:
            full = max(width(line.text) for line in text) - 2  # the blanks in front count
        return cls(full, gaps.most_common(1)[0][0] if gaps else 0, indent, len(pairs) >= 2, trailing)

    def goes_on(self, before: Sequence[Line], line: Line, counted: Mapping[str, int]) -> bool:
        """Whether ``line`` continues the paragraph made of the lines ``before``.

        ``counted``: the last number of each kind so far; a broken sentence does not go on with any other than the next.
        """
        last = before[-1]
        if last.kind != "text" or line.kind != "text" or OPENS.match(line.text):
            return False
        if not counted and line.gap and TITLES_END.search(last.text):
            return False  # the title, and what the document begins with
        broken = self.full is not None and _unfinished(last.text) and width(last.text) >= self.full - 3
        if _starts_part(last, line) and not (broken and _out_of_turn(line, counted)):
            return False
        unfinished = _unfinished(last.text)
        if unfinished and not ENDS_ALONE.search(last.text):
            if last.text[-1] in COMMAS:
                return True
            if open_bracket("".join(each.text for each in before)):
                return True
        if self.trailing:
            return not last.trailing
        if self.indent and line.indented:
            return False
        if self.indent and before[0].indented and unfinished and not line.gap:
            return True
        if line.gap > (max(self.gap, 1) if self.sure else 0) and not line.new_page:
            return False
        if self.full is None or width(last.text) < self.full - 3:
            return False
        # A list would number what comes after a semicolon; where paragraphs are indented, a line that is not goes on.
        return unfinished or last.text[-1] in "；;" or self.indent


ENDS_ALONE = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日$|号[）)]?$")
"""A date or a 文号 stands alone even where it fills its line."""


def _goes_over(text: str) -> bool:
    """Whether a line may be broken off: no sentence ends there, and it is no short name."""
    return _unfinished(text) and width(text) >= 15


OPENS = re.compile(
    r"(?:问|答|[QA])\s?\d{0,3}\s?[:：]|(?:注|备注|附注|抄送|抄报|主送|主题词|签发人|单位)\s?[:：]|【[^【】]{1,20}】$|(?:各|全校|全体)[^。；，]{1,30}[：:]$"
)
"""What opens a paragraph without a number: a question and its answer, a note, a salutation, the lines of an imprint."""


def _out_of_turn(line: Line, counted: Mapping[str, int]) -> bool:
    """Whether the number in front of ``line`` is neither a first one nor the next of its kind."""
    mark = marker(line.text)
    return mark is not None and mark.kind != "附件" and mark.value not in (1, counted.get(mark.kind, 0) + 1)


EDGE = 2
"""Lines at the head and the foot of a page among which a running head is looked for."""
TITLES_END = re.compile(r"(?:规定|办法|细则|条例|方案|通知|指南|章程|规则|规程|制度|意见|守则|公约|须知)[）)]?$")


def _without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that are printed again at the head or the foot of page after page."""
    pages: list[list[int]] = []
    for at, line in enumerate(lines):
        if not pages or line.new_page or (line.page is not None and line.page != lines[at - 1].page):
            pages.append([])
        pages[-1].append(at)
    if len(pages) < 3:
        return list(lines)
    edges = [{*page[:EDGE], *page[-EDGE:]} for page in pages]
    heads = Counter(said for edge in edges for said in {_head_of(lines[at]) for at in edge} if said)
    running = {said for said, count in heads.items() if count >= max(3, 0.4 * len(pages))}
    drop = {at for edge in edges for at in edge if _head_of(lines[at]) in running}
    # The title itself may be the running head: where it is printed first it stays.
    for said in running:
        first = min(at for at in drop if _head_of(lines[at]) == said)
        behind = [line.text for line in lines[first + 1 : first + 6]]
        if first < 3 and not any(TITLES_END.search(text) for text in behind if text != lines[first].text):
            drop.discard(first)
    return [line for at, line in enumerate(lines) if at not in drop]


def _head_of(line: Line) -> str:
    """A line as a running head, whatever page it counts; empty for what cannot be one."""
    if line.kind != "text" or len(line.text) > 40 or ends_sentence(line.text) or marker(line.text):
        return ""
    return re.sub(r"\d+", "#", re.sub(r"\s", "", line.text))


def _unfinished(text: str) -> bool:
    return not ends_sentence(text)


def _starts_part(before: Line, line: Line) -> bool:
    """Whether ``line`` opens a numbered part: never glued to what stands before it."""
    mark = marker(line.text)
    if mark is None:
        return False
    if mark.kind == "条" and _unfinished(before.text) and mark.end < len(line.text):
        # 「依照本办法 / 第十二条应当…」: a clause begins after a sentence, or sets its number apart with a blank.
        return line.text[mark.end - 1] in " 　\t：:" or width(before.text) < 15
    return True


def _full_width(lines: Sequence[Line]) -> float | None:
    """The width at which the text is wrapped, or ``None`` where every paragraph has a line of its own."""
    widths = sorted(width(line.text) for line in lines)
    if not widths:
        return None
    unfinished = [width(line.text) for line in lines if _goes_over(line.text)]
    if not unfinished:
        return None
    # A wrapped text has no line wider than its page, and its unfinished lines all reach the edge.
    full = sorted(unfinished)[round(0.9 * (len(unfinished) - 1))]
    wider = sum(each > full + 4 for each in widths)
    if full > 60 or wider > 0.02 * len(widths):
        return None
    return full


def _joined(lines: Sequence[Line]) -> Paragraph:
    text = ""
    origins: list[int] = []
    pages: list[tuple[int, int]] = []
    for line in lines:
        if text and _two_words(text[-1], line.text[0]):
            text += " "
            origins.append(line.origins[0])
        if line.page is not None:
            pages.append((len(text), line.page))
        text += line.text
        origins.extend(line.origins)
    kept = None
    if lines[0].kind == "text":
        text, kept = _single_blanks(text)
    if kept is not None:
        shift = {old: new for new, old in enumerate(kept)}
        pages = [(shift.get(at, 0), page) for at, page in pages]
        origins = [origins[at] for at in kept]
    first = lines[0]
    return Paragraph(text, origins, first.kind, first.level, first.cells, first.above, tuple(pages))


def _two_words(before: str, after: str) -> bool:
    """Whether a blank belongs between two lines: between Latin words, never inside a number or Chinese text."""
    latin = all(char.isascii() and char.isalnum() for char in (before, after))
    return latin and not (before.isdigit() and after.isdigit())


def _single_blanks(text: str) -> tuple[str, list[int] | None]:
    """Runs of blanks become one; the kept positions, or ``None`` where nothing changed."""
    if not re.search(r"[ \t\u00a0\u3000]{2}", text):
        return text, None
    kept = [
        at
        for at, char in enumerate(text)
        if not (char in " \t\u00a0\u3000" and at and text[at - 1] in " \t\u00a0\u3000")
    ]
    return "".join(text[at] for at in kept), kept
