"""What of a timetable a sentence asks for: 明天, 下周, 第十周, 下一节课, 高数考试, 第几周.

Days themselves are read by whoever heard the sentence; here they come as a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from actions.course_names import named

NUMERALS = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}

ELSEWHERE = re.compile(r"四六级|[四六]级(?!楼)|雅思|托福|教资|普通话|考研|驾照|计算机[一二三四]级")
WEEK_NUMBER = re.compile(
    r"第几(?:教学)?周|几周了|哪一?周|单周还是双周|是不是?[单双]周|是[单双]周吗|[单双]+周搞不清|还有几周|到第?几周|多少周"
    r"|(?:什么时候|啥时候|几号|哪天)[^,，。]{0,4}(?:考试周|放假|开学|结课)|校历"
)
EXAM = re.compile(r"考试(?!周)|考场|座位|期末考|期中考?|考哪|几号考|哪天考|什么时候考|啥时候考|考几|考完|开考|要考")
RESIT = re.compile(r"补考|缓考")
NEXT = re.compile(r"下一?[节堂门](?!周|学)|接下来|等会儿?|待会儿?|马上要?上")
FREE = re.compile(r"没课的?时[间候]|空课|有空的|哪天没课|空闲")
NEXT_TERM = re.compile(r"下个?学期")
NEXT_WEEK = re.compile(r"下个?(?:周|星期|礼拜)(?![一二三四五六日天末1-7])")
WEEKEND = re.compile(r"(?P<next>下个?)?(?:这个?)?(?:周|星期)末|双休日?")
THIS_WEEK = re.compile(r"(?:这一?个?|本)(?:周|星期|礼拜)(?![一二三四五六日天末1-7])|一周的?课|整周|周课表")
NUMBERED = re.compile(r"第\s?(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})\s?(?:教学)?周")
TOMORROW = re.compile(r"明[天日儿早晚]")
TODAY = re.compile(r"今[天日儿晚早]|上午|下午|晚上|早上|中午|早八|现在|这会儿")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as the value of the one field."""

    value: str
    """``day:2026-11-25``, ``today``, ``tomorrow``, ``this_week``, ``next_week``, ``weekend``, ``next_weekend``, ``week:10``,
    ``next``, ``next_term``, ``exams``, ``exams:高等数学(上)``, ``resits``, ``course:高等数学(上)``, ``calendar`` or ``elsewhere:四级``."""
    words: str
    """The piece of the sentence that says so; empty when the date alone does."""


def wish(said: str, date: str | None, courses: Iterable[str]) -> Wish | None:
    """What ``said`` asks for, with the one ``date`` that was read in it; ``None`` when it names nothing."""
    if elsewhere := ELSEWHERE.search(said):
        return Wish(f"elsewhere:{elsewhere[0]}", elsewhere[0])
    if resit := RESIT.search(said):
        return Wish("resits", resit[0])
    course = named(said, courses)
    exam = EXAM.search(said)
    if exam:
        return Wish(f"exams:{'、'.join(course.courses)}", course.words) if course else Wish("exams", exam[0])
    if week_number := WEEK_NUMBER.search(said):
        return Wish("calendar", week_number[0])
    if coming := NEXT.search(said):
        return Wish("next", coming[0])
    if date:
        return Wish(f"day:{date}", "")
    if numbered := NUMBERED.search(said):
        return Wish(f"week:{_number(numbered['n'])}", numbered[0])
    if weekend := WEEKEND.search(said):
        return Wish("next_weekend" if weekend["next"] else "weekend", weekend[0])
    for pattern, value in (
        (NEXT_TERM, "next_term"),
        (NEXT_WEEK, "next_week"),
        (THIS_WEEK, "this_week"),
        (FREE, "this_week"),
    ):
        if match := pattern.search(said):
            return Wish(value, match[0])
    if course:
        return Wish(f"course:{'、'.join(course.courses)}", course.words)
    for pattern, value in ((TOMORROW, "tomorrow"), (TODAY, "today")):
        if match := pattern.search(said):
            return Wish(value, match[0])
    return None


def _number(said: str) -> int:
    """``12``, ``十二``, ``十`` or ``二十`` as a number."""
    if said.isdigit():
        return int(said)
    tens, _, ones = said.rpartition("十")
    if "十" not in said:
        return NUMERALS[said[0]]
    return NUMERALS.get(tens, 1) * 10 + NUMERALS.get(ones, 0)
