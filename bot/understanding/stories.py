"""What a message tells of days that are over: 昨晚十一点停电, 上周一到周三."""

from __future__ import annotations

import re
from datetime import datetime, time

from bot.understanding import asked, bygone, roles
from bot.understanding.counting import Calendar
from bot.understanding.moments import Moment, distinct
from bot.understanding.ranges import LAST, Found
from bot.understanding.when import When, hour_of, part_of

_ALL_DAY = re.compile(r"(?:\([^()]{1,10}\))?\s?,?(?:我|就|都)?(?:全天|一?整天)")
# 「第十周周四那天旷课是误会，我那天一整天都在比赛」, 「补请上周二的假，那天一天都在医院」
_THAT_DAY = re.compile(r"那天(?:全天|一?整天|我?一天(?=都|我?在|没|不|[,。]))")
# 「双十一那天请了一天」, 「9月30日那天，具体几点说不清」
_ONE_DAY = re.compile(
    r"请(?:了|过)(?:的)?一天|(?:具体)?(?:几点|(?:什么)?时间|时段)[^,。;!?]{0,4}(?:不清|不记得|不知道|忘)|(?:不清|不记得|不知道|忘了)(?:具体)?(?:是)?几点"
)
# 「10.8请的假」; 「9.9包邮」 is no day.
_TELLS = re.compile(r"\s?(?:请|那天|当天|晚|早|就|我|借|订|约|的(?:时候|假|课|活动)|之?[前后]|报|交|丢|充|扣)")


def _all_day(text: str, moment: Moment, *, alone: bool) -> bool:
    """``alone``: no day to come is named, which 那天 could mean."""
    return bool(_ALL_DAY.match(text, moment.end) or (alone and _THAT_DAY.search(text, moment.end)))


def read(text: str, left: list[Moment], found: Found, calendar: Calendar) -> When:
    """What is told of days that are over."""
    gone = [
        (one, day)
        for one in left
        if one.named
        and (day := bygone.over(one.named, calendar))
        and not (one.named.kind == "feast" and roles.bound(text, one))
        and (one.named.kind != "loose" or one.named.told or asked.expected(text, one) or _TELLS.match(text, one.end))
    ]
    days = {day for _, day in gone} | {begin.date() for begin, end in found.past if begin.date() == end.date()}
    period = found.past[0] if len(found.past) == 1 else None
    at = None
    spoken = distinct([one for one, _ in gone if one.said]) or [one for one, _ in gone[:1]]
    if len(days) == 1 and len(spoken) == 1:
        day, said = next(iter(days)), spoken[0].said
        minutes = said.at() if said and said.hour is not None else None
        at = hour_of(minutes)
        if period is None and said and said.hour is None and said.part:
            period = part_of(day, said.part)
        elif (
            period is None
            and said is None
            and (
                _ONE_DAY.search(text)
                or any(_all_day(text, one, alone=len(gone) == sum(1 for each in left if each.named)) for one, _ in gone)
            )
        ):
            period = (datetime.combine(day, time(0)), datetime.combine(day, LAST))
    if period is None:
        spans = {span for one in left if one.named and (span := bygone.span(one.named, calendar))}
        first, last = next(iter(spans), (calendar.today, calendar.today))
        if len(spans) == 1 and all(first <= day <= last for day in days):
            period = (datetime.combine(first, time(0)), datetime.combine(last, LAST))
    return When(past=days.pop() if len(days) == 1 else None, past_at=at, past_period=period)
