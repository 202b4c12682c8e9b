"""Which courses a sentence names: 高数, 线代, 软工导论, 近代史, 英语二.

Mostly by rule: a short name keeps the first character of the course and some later ones in their order, or is a piece of
its name. Names that no rule gives stand in ``course_names.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("course_names.yaml")
READ = 120
"""Characters of a sentence that are looked at; nobody names a course later."""
LONGEST = 14
COMMON = frozenset(
    ("大学", "中国", "研究", "方法", "技术", "科学", "工程", "学术", "理论", "高级", "思想", "实践", "基础")
)
"""Pieces of names that are ordinary words as well, and so name nothing by themselves."""
MARK = re.compile(r"[（(]([上下一二三四五六])[）)]$")
SAID_MARK = re.compile(
    r"[（( ]?(?:第)?([上下一二三四五六1-6])(?:册|部分)?[）)]?(?!学期|学年|个|门|次|周|节|下|共|点|直|定|般|些)"
)
DIGITS = dict(zip("123456", "一二三四五六", strict=True))


@dataclass(frozen=True, slots=True)
class Named:
    """Courses that one piece of a sentence names."""

    words: str
    """As they stand in the sentence."""
    courses: tuple[str, ...]


@cache
def _known() -> Mapping[str, tuple[str, ...]]:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {course: tuple(names) for course, names in raw.items()}


@cache
def base(course: str) -> str:
    """The name without its mark: ``高等数学(上)`` → ``高等数学``."""
    return MARK.sub("", course)


def means(words: str, course: str) -> bool:
    """Whether ``words`` can be short for ``course``."""
    name = base(course)
    if words in _known().get(name, ()) or words == course:
        return True
    if words in COMMON or len(words) < 2:
        return False
    if words in name:
        return True
    # 高数 of 高等数学: the first character, and the others in their order.
    rest = iter(name[1:])
    return words[0] == name[0] and all(sign in rest for sign in words[1:])


def named(said: str, courses: Iterable[str]) -> Named | None:
    """What ``said`` names of ``courses``; ``None`` when nothing. Longer names win over shorter ones in the same place."""
    said = said[:READ]
    spans = [
        (start, end, course)
        for course in dict.fromkeys(courses)
        for start, end in [_longest(said, course)]
        if end > start
    ]
    kept = [
        (start, end, course)
        for start, end, course in spans
        if not any(begin < end and start < stop and stop - begin > end - start for begin, stop, _ in spans)
    ]
    if not kept:
        return None
    found = [course for start, end, course in kept if _marked(said[end:], course, [other for *_, other in kept])]
    start, end, _ = kept[0]
    return Named(said[start:end], tuple(found))


def _longest(said: str, course: str) -> tuple[int, int]:
    """Where the longest piece of ``said`` that can mean ``course`` stands; ``(0, 0)`` for none."""
    best = (0, 0)
    for start in range(len(said)):
        for end in range(min(len(said), start + LONGEST), start + max(1, best[1] - best[0]), -1):
            if means(said[start:end], course):
                best = (start, end)
                break
    return best


def _marked(after: str, course: str, others: list[str]) -> bool:
    """Whether the mark said behind the name, if it is one of such a course, is this course's: 英语二, 高数上."""
    said = SAID_MARK.match(after)
    if said is None:
        return True
    mark = DIGITS.get(said[1], said[1])
    marks = {found[1] for other in others if base(other) == base(course) and (found := MARK.search(other))}
    own = MARK.search(course)
    return mark not in marks or (own is not None and own[1] == mark)
