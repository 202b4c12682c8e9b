"""Which of a student's orders is meant: 「我上周报修的」「请假批了没」「刚才那个」."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from actions.offices.progress import Case

NAMED: tuple[tuple[str, str], ...] = (
    # What students say, and a word of the title that such an order has.
    (r"报修|维修|修理|保修|师傅|坏了|修好|修了?没|来修", "报修"),
    (r"销假", "销假"),
    (r"请假|病假|事假|丧假|假条|假批|批假|(?<!放)(?<!寒)(?<!暑)假(?=批|审|过)", "请假"),
    (r"投诉|举报|建议|意见|反映", "投诉"),
    (r"隐患|危险", "隐患"),
    (r"成绩单", "成绩单"),
    (r"挂失", "挂失"),
    (r"解挂|解冻", "解挂"),
    (r"充值|充的?钱", "充值"),
    (r"咖啡", "咖啡"),
    (r"在读证明|证明", "证明"),
    (r"心理|咨询", "咨询"),
    (r"导师|答疑", "导师"),
    (r"场地|研讨室|会议室|场馆|羽毛球|篮球", "场地"),
    (r"活动|报名|讲座|志愿", "活动"),
)
LATEST = re.compile(r"刚才|刚刚|最近(?:一|那)|最新|上一(?:个|次|单|件)|刚(?:报|提|交|请)")
_DAY = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]")
_WEEKDAYS = "一二三四五六日"


def days_said(said: str, today: date) -> tuple[date, date] | None:
    """The first and last day of when it is said to have been made; ``None`` when nothing is said of it."""
    if found := _DAY.search(said):
        try:
            day = date(today.year, int(found["month"]), int(found["day"]))
        except ValueError:
            return None
        return (day, day) if day <= today else (day.replace(year=day.year - 1),) * 2
    for word, back in (("大前天", 3), ("前天", 2), ("昨天", 1), ("昨晚", 1), ("今天", 0), ("今早", 0)):
        if word in said:
            day = today - timedelta(days=back)
            return day, day
    monday = today - timedelta(days=today.weekday())
    if found := re.search(rf"(?P<last>上|这|本)(?:个)?(?:周|星期|礼拜)(?P<weekday>[{_WEEKDAYS}天])?", said):
        first = monday - timedelta(days=7 if found["last"] == "上" else 0)
        if weekday := found["weekday"]:
            day = first + timedelta(days=_WEEKDAYS.index(weekday.replace("天", "日")))
            return day, day
        return first, first + timedelta(days=6)
    if re.search(r"上个?月", said):
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return None


def meant(cases: Sequence[Case], said: str, today: date) -> tuple[Sequence[Case], bool]:
    """The orders that the words may mean, the likeliest first, and whether they were narrowed to these.

    Words that fit no order narrow nothing: all of them are given then.
    """
    left, narrowed = list(cases), False
    wanted = [title for words, title in NAMED if re.search(words, said)]
    if of_kind := [case for case in left if any(title in case.title for title in wanted)]:
        left, narrowed = of_kind, True
    days = days_said(said, today)
    if days and (then := [case for case in left if days[0] <= case.created_at.date() <= days[1]]):
        left, narrowed = then, True
    likeness = {case.number: _alike(case.line, said) for case in left}
    most = max(likeness.values(), default=0)
    if most:
        close = [case for case in left if likeness[case.number] == most]
        left = [*close, *(case for case in left if likeness[case.number] < most)]
        if len(close) == 1:
            left, narrowed = close, True
    if LATEST.search(said) and left:
        left, narrowed = left[:1], True
    return left, narrowed


def _alike(line: str, said: str) -> int:
    """How many pairs of neighbouring characters the line shares with the words: 水龙头, 502."""
    pairs = {line[at : at + 2] for at in range(len(line) - 1) if " " not in line[at : at + 2]}
    return sum(pair in said for pair in pairs)
