"""Lessons as times of day: 第3-4节 is 10:00-11:40, by the bells in the university's calendar.

Lessons are counted through the day, 下午第一节 through the afternoon; 三四节 is the third and the fourth.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import time

from bot.understanding.numerals import number

Bells = Sequence[tuple[time, time]]
"""When each lesson begins and ends, the first one first."""

_N = r"(?:1\d|[1-9]|十[一二三四五]?|[一二三四五六七八九])"
_PART = r"(?:(?P<part>上午|早上|早晨|下午|午后|晚上|傍晚|晚间)的?)?\s?"
_BEHIND_DAY = r"(?<=[天日号晚午上早一二三四五六])"
_PAIR = rf"(?P<first>{_N})\s?节?课?\s?(?:-+|~|—|到|至|、|,|/|和|[.])\s?第?(?P<last>{_N})\s?节"
_ROW = r"(?P<row>[一二三四五六七八九]{2,4}|(?<!\d)(?:12|34|56|78))节"
_TOLD_ROW = r"(?P<told_row>[一二三四五六七八九]{2,4})节"
_BIG = rf"(?P<big>{_N})大节"
_ONE = rf"(?P<one>{_N})节"
_SOME = r"(?P<edge>前|头|后|最后)(?P<some>[一二两三四1-4])节"
# 「周二前两节」: the first of the whole day; 「三天前两节课」 is none.
_FIRST = r"(?<![\d一二两三四五六七八九十几]天)(?P<of_day>前|头)(?P<first_some>[一二两三四1-4])节"
_LESSONS = re.compile(
    rf"{_PART}(?:第\s?(?:{_PAIR}|{_TOLD_ROW}|{_BIG}|{_ONE})"
    rf"|(?:(?<=[午上])|{_BEHIND_DAY}的?\s?)(?:{_PAIR.replace('first', 'bare_first').replace('last', 'bare_last')}|{_ROW}|{_FIRST})"
    rf"|{_SOME})(?:课|的课)?"
)
_NUMBERED = re.compile(rf"第\s?{_N}\s?(?:大?节|[-~到至、,]\s?第?{_N}\s?节)")
_BOUNDS = {"上": (time(0), time(12)), "早": (time(0), time(12)), "下": (time(12), time(18)), "午": (time(12), time(18))}
_EVENING = (time(18), time(23, 59))


def clocked(text: str, bells: Bells) -> str:
    """``text`` with the hours of the lessons it names in their place; a lesson that is never held stays as it is said."""
    return _LESSONS.sub(lambda match: _hours(match, bells), text) if bells and "节" in text else text


def unknown(text: str) -> bool:
    """Whether a lesson is named that has no hours: the day alone would be more than was said."""
    return _NUMBERED.search(text) is not None


def _hours(match: re.Match[str], bells: Bells) -> str:
    held = _within(match["part"], bells)
    numbers = _numbers(match, len(held))
    if not numbers:
        return match[0]
    # 「下午第一节」 is the fifth of the day; 「下午第五节」 is so all the same.
    counted = bells if numbers[0] <= len(bells) and bells[numbers[0] - 1] in held and not match["some"] else held
    some = [counted[each - 1] for each in numbers if each <= len(counted)]
    return f" {some[0][0]:%H:%M}-{some[-1][1]:%H:%M}" if len(some) == len(numbers) else match[0]


def _numbers(match: re.Match[str], held: int) -> list[int]:
    """The lessons that are named, from the first to the last; empty when they do not stand in a row."""
    if match["of_day"]:
        return list(range(1, (number(match["first_some"]) or 0) + 1))
    if match["some"]:
        count = number(match["some"]) or 0
        if not match["part"] or count > held:
            return []
        return list(range(1, count + 1)) if match["edge"] in ("前", "头") else list(range(held - count + 1, held + 1))
    if row := match["row"] or match["told_row"]:
        told = [number(sign) or 0 for sign in row]  # 「34节」 is spoken like 三四节
    elif match["big"]:
        last = 2 * (number(match["big"]) or 0)
        told = [last - 1, last]
    else:
        said = [match[name] for name in ("first", "last", "bare_first", "bare_last", "one") if match[name]]
        ends = [number(each) or 0 for each in said]
        told = list(range(ends[0], ends[-1] + 1))
    return told if told and all(two - one == 1 for one, two in itertools.pairwise(told)) else []


def _within(part: str | None, bells: Bells) -> Bells:
    """The lessons of a part of the day; all of them where none is named."""
    if part is None:
        return bells
    first, last = _BOUNDS.get(part[0], _EVENING)
    return [one for one in bells if first <= one[0] < last]
