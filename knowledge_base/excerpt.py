"""What to quote of a clause: all of a short one, the list or the sentences that answer of a long one.

An excerpt is always one contiguous slice of the stored text that begins and ends at the edge of a sentence or an entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .document import Document, Passage, Span
from .lexical import Lexical, plain
from .numbering import RANK, marker
from .wording import asked_for, given, overlap

WHOLE = 130
"""Code points: a clause up to this length is quoted whole; it fits a phone's screen."""
LONGEST = 500
"""Code points of the longest excerpt: a list is read as a whole sooner than it misleads by one of its entries."""
NEARLY = 0.5
"""What scores at least this share of the best answers nearly as well."""
SAYS_ENOUGH = 0.35
"""An entry stands for itself when it has this share of what its lead-in leaves open: pairs over the edge of a word
are in no text, so that even the entry that answers seldom has all."""
SEEN = frozenset({"money", "telephone"})
"""Kinds of ``words/wants.yml`` that can be seen in a sentence; nearly every one has some day, number or office."""
_LIST = re.compile(
    r"哪些|哪几|几种|条件|材料|情形|情况|要求|流程|步骤|程序|包括|都有|分别|标准|等级|类型|什么样|怎么处分|怎么算|怎么办|区别"
)
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；][”’）》]*|[^。！？；\n]+")


@dataclass(frozen=True, slots=True)
class _Unit:
    """One sentence, or one entry of a list."""

    start: int
    end: int
    lead: bool
    """Whether it ends in a colon and announces the entries that follow."""
    entry: bool
    """Whether it is an entry of a list."""


def excerpt(document: Document, passage: Passage, question: str, lexical: Lexical) -> Span:
    """The slice of ``document.text`` to quote for this question."""
    start, end = passage.start, passage.end
    if passage.fields or end - start <= WHOLE:
        return start, end
    units = _units(document.text, start, end)
    scores = [overlap(lexical, question, document.text[unit.start : unit.end]) for unit in units]
    best = max(range(len(units)), key=lambda at: (scores[at], -at))
    if scores[best] <= 0:
        return start, _fit(units, 0, len(units) - 1, start)
    if units[best].lead or (
        units[best].entry and (_LIST.search(question) or not _stands_out(document, units, best, question, lexical))
    ):
        first, last = _whole_list(units, best)
    else:
        first, last = _neighbours(units, scores, best)
        last = _with_its_list(units, _with_short_tail(units, last, first))
    first = _begin(units, first, best)
    first, last = _with_what_is_wanted(document.text, units, first, last, question)
    return units[first].start, _fit(units, first, last, units[first].start)


def announced(document: Document, start: int) -> str:
    """The sentence that announces the entry in which ``start`` stands: what 「有下列行为之一的，给予记过处分：」 says.

    Empty where ``start`` is not in an entry of a list, or nothing announces it.
    """
    end = document.text.find("\n", start)
    lines = document.text[: end if end >= 0 else None].split("\n")
    entry = marker(lines[-1])
    if entry is None or RANK[entry.kind] < RANK["（一）"]:
        return ""
    for line in reversed(lines[:-1]):
        mark = marker(line)
        if line.endswith(("：", ":")):
            return line[mark.end :] if mark else line
        if mark is None or RANK[mark.kind] < RANK[entry.kind]:
            return ""
    return ""


def _units(text: str, start: int, end: int) -> list[_Unit]:
    found: list[_Unit] = []
    at = start
    for line in text[start:end].split("\n"):
        mark = marker(line)
        listed = mark is not None and mark.kind not in ("条", "章", "节", "编")
        pieces = (
            [(at, at + len(line))]
            if listed
            else [(at + each.start(), at + each.end()) for each in _SENTENCE.finditer(line)]
        )
        for left, right in pieces:
            if text[left:right].strip():
                found.append(_Unit(left, right, text[right - 1] in "：:", listed))
        at += len(line) + 1
    return found


def _stands_out(document: Document, units: list[_Unit], at: int, question: str, lexical: Lexical) -> bool:
    """Whether the entry ``at`` answers alone: it says most of what is asked, and no other of its list nearly as much.

    Words the lead-in has already tell no entry from another, so only what an entry adds to them counts.
    """
    lead = announced(document, units[at].start)
    known = overlap(lexical, question, lead)
    first, last = _entries(units, at)
    added = {
        each: overlap(lexical, question, f"{lead}\n{document.text[units[each].start : units[each].end]}") - known
        for each in range(first, last + 1)
    }
    mine = added.pop(at)
    return mine > 0 and mine >= SAYS_ENOUGH * (1 - known) and max(added.values(), default=0.0) < NEARLY * mine


def _entries(units: list[_Unit], at: int) -> tuple[int, int]:
    """The first and the last entry of the list in which the entry ``at`` stands."""
    first = last = at
    while first and units[first - 1].entry:
        first -= 1
    while last + 1 < len(units) and units[last + 1].entry:
        last += 1
    return first, last


def _whole_list(units: list[_Unit], at: int) -> tuple[int, int]:
    """The lead-in, every entry, and what is said of them all behind the last one, up to the next list."""
    first = at
    if units[at].entry:
        first, last = _entries(units, at)
        first = max(first - 1, 0)
    else:
        last = _with_its_list(units, at)
    while last + 1 < len(units) and not units[last + 1].entry and not units[last + 1].lead:
        last += 1
    return first, last


def _with_its_list(units: list[_Unit], last: int) -> int:
    """What a colon announces comes along: the entries, or the one line behind it where they are not numbered."""
    if not units[last].lead or last + 1 == len(units):
        return last
    return _entries(units, last + 1)[1] if units[last + 1].entry else _with_its_list(units, last + 1)


def _neighbours(units: list[_Unit], scores: list[float], best: int) -> tuple[int, int]:
    """A neighbour that answers nearly as well belongs to the answer; an entry stands for itself."""
    first = last = best
    enough = NEARLY * scores[best]
    while first and not units[first].entry and scores[first - 1] >= enough and not units[first - 1].entry:
        first -= 1
    while last + 1 < len(units) and scores[last + 1] >= enough and units[last + 1].entry == units[last].entry:
        last += 1
    return first, last


def _with_short_tail(units: list[_Unit], last: int, first: int) -> int:
    """One sentence more where the excerpt is only a few words: an exception often follows the rule."""
    if last + 1 < len(units) and units[last].end - units[first].start < 50 and not units[last + 1].entry:
        return last + 1
    return last


def _with_what_is_wanted(text: str, units: list[_Unit], first: int, last: int, question: str) -> tuple[int, int]:
    """On to the nearest sentence with the sum or the telephone asked for, where what was chosen has none and both fit together."""
    for kind in asked_for(plain(question)):
        if kind not in SEEN or given(kind, plain(text[units[first].start : units[last].end])):
            continue
        having = [at for at, unit in enumerate(units) if given(kind, plain(text[unit.start : unit.end]))]
        for at in sorted(having, key=lambda at: max(first - at, at - last)):
            left, right = min(first, at), max(last, at)
            if units[right].end - units[left].start <= LONGEST:
                first, last = left, right
                break
        # 「自然损耗的不收费；」 without what follows would say half of it.
        while (
            last in having
            and last + 1 < len(units)
            and text[units[last].end - 1] == "；"
            and not units[last].entry
            and units[last + 1].end - units[first].start <= LONGEST
        ):
            last += 1
    return first, last


def _begin(units: list[_Unit], first: int, best: int) -> int:
    """The first unit from ``first`` on with which the excerpt still reaches the end of the best one."""
    while first < best and units[best].end - units[first].start > LONGEST:
        first += 1
    return first


def _fit(units: list[_Unit], first: int, last: int, start: int) -> int:
    """The end of the longest run of whole units from ``first`` to ``last`` that fits; no colon without what it announces."""
    fitting = first
    while fitting < last and units[fitting + 1].end - start <= LONGEST:
        fitting += 1
    while fitting > first and fitting < last and units[fitting].lead:
        fitting -= 1
    if units[fitting].lead and fitting < last:
        fitting += 1  # longer than it should be rather than nothing behind the colon
    return units[fitting].end
