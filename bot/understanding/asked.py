"""Which of the days in a message are the ones asked for: not what is over, only bounds, or only says why."""

from __future__ import annotations

import itertools
import re

from bot.understanding import bygone, dating, roles
from bot.understanding.counting import Calendar
from bot.understanding.days import DATED, Named
from bot.understanding.moments import Moment

# A lone 「11.25」 is a day where a day is expected or an errand follows.
_EXPECTED = re.compile(r"(?:改到|改成|改为|换到|换成|约在?|定在?|日期是?|时间是?|从|在)\s?:?$")
_ERRAND = re.compile(
    r"\s?(?:来|去|拿|取|回|走|号|早上|上午|下午|晚上|中午|请假|有空|能(?!不能)|可以|修|开始|起|全天|那天|当天)"
)
_EVENT = r"(?:体测|体检|考试|考核|考级|讲座|活动|比赛|彩排|预约|航班|火车|高铁|班会|答辩|面试|聚餐|晚会|运动会|院运会|演出|复试|报名|招聘会|宣讲会|迎新|团日|值班|假期?)"
_EVENT_BEHIND = re.compile(rf"\s?(?:的|有|是|号的)?[^\W\d]{{0,2}}?{_EVENT}")
_EVENT_AHEAD = re.compile(rf"{_EVENT}(?:是|在|定在|于|日期|时间|:)?\s?$")
# 「今天没修成，明天下午三点再来」
_HAPPENED_TODAY = re.compile(
    r"(?:(?!请|约|订|借|想|要|能|可以|有空|[吗到和、])[^,。;!?]){0,10}?(?:没(?!课|空|事|时间)[^,。;!?吗]{1,6}|了(?!解)[^,。;!?吗]{0,6}|过了?)[,。;]"
)
# 「请了今天的假，明天也想请」
_HAD_ASKED = re.compile(r"(?:请|约|订|借)[了过]\s?$")
_NOW_TOO = re.compile(r"[,。;][^,。;]{0,6}(?:也|再|还)(?:想|要|需要|得)?(?:请|约|订|借)")
# 「从周一开始请了三天病假，今天到期，能续吗」
_RUNS_OUT = re.compile(r"\s?(?:就|刚好|正好|已经|的?假)*(?:到期|期满|结束|用完)")
_ALONE = re.compile(r"(?:(?<=^)|(?<=[\s,。;!?(]))\d{1,2}[./]\d{1,2}(?=$|[\s,。;!?)])")
_ABOUT_TIME = re.compile(r"[那当]天|[那当]晚|跨年|晚归|请假|离校|外出|返校|期间|哪天|日期|几号")
_WHICH_IS = re.compile(r"\s?[,(]?\s?(?:是|就是|也就是)?\s?")


def days(text: str, moments: list[Moment], calendar: Calendar, *, leave: bool, answering: bool) -> list[Moment]:
    """The moments with a day that is meant, without what is over, only a bound, or a number more likely than a day."""
    found = []
    story = any(one.named and (one.named.told or one.named.kind == "past") for one in moments)
    for moment in moments:
        named = moment.named
        if named is None or named.told or named.kind in ("past", "next"):
            continue
        if roles.bound(text, moment) or roles.still(text, moment) or (story and roles.sequel(text, moment)):
            continue
        if story and _RUNS_OUT.match(text, moment.end):
            continue
        if _told_before(text, moment, moments, calendar):
            continue
        # 「发烧38.5」 is no day at all.
        meant = answering or ((leave or expected(text, moment)) and dating.on(named, calendar) is not None)
        if named.kind == "loose" and not meant:
            continue
        found.append(moment)
    if any(one.named and not _anaphor(one.named) for one in found):
        # 「25号我有考试，当天请一天假」
        found = [one for one in found if one.named and not _anaphor(one.named)]
    # 「11月12号开始发烧，想请明天后天」: what is over is not asked for.
    over = [
        one for one in found if one.named and not dating.on(one.named, calendar) and bygone.over(one.named, calendar)
    ]
    found = [one for one in found if one not in over]
    if any(roles.bound(text, one) for one in moments if one.named):
        # 「下周一要交，周五前能办好吗」
        found = [one for one in found if not roles.occasion(text, one)]
    # 「12到14周的周三」: as many days as weeks.
    if any(one.named and {"tweek_end", "bare_to"} & one.named.parts.keys() for one in found) and len(found) > 1:
        return []
    found = _narrowest(_dates_of(text, found, calendar), calendar)
    # 「第13周要交，12月1号能出吗」: the week is only where the day lies.
    return [moment for moment in found if moment.named and not moment.named.of_days] or found


def _told_before(text: str, moment: Moment, moments: list[Moment], calendar: Calendar) -> bool:
    """Whether only what happened today is told, or what was asked for before, and another day follows that is meant now."""
    today = moment.named is not None and dating.on(moment.named, calendar) == calendar.today
    told = _HAPPENED_TODAY.match(text, moment.end) if today else None
    before = _HAD_ASKED.search(text, max(0, moment.start - 4), moment.start)
    end = told.end() if told else moment.end
    if told is None and (before is None or not _NOW_TOO.search(text, moment.end)):
        return False
    later = (dating.on(one.named, calendar) for one in moments if one.named and one.start >= end)
    return any(day and day > calendar.today for day in later)


def expected(text: str, moment: Moment) -> bool:
    """Whether a number that may be a day (「12.5」) stands where a day is told."""
    if moment.start == 0 and moment.end == len(text):
        return True
    if moment.named and "lsign" in moment.named.parts:
        return True
    if moment.said or (moment.named and moment.named.weekday is not None) or _ERRAND.match(text, moment.end):
        return True
    if _EXPECTED.search(text, max(0, moment.start - 6), moment.start):
        return True
    # 「12/8的体测」, 「体测12/8」: the day of an event; alone in its clause beside words about time.
    if _EVENT_BEHIND.match(text, moment.end) or _EVENT_AHEAD.search(text, max(0, moment.start - 8), moment.start):
        return True
    return _ALONE.fullmatch(text, moment.start, moment.end) is not None and _ABOUT_TIME.search(text) is not None


def _dates_of(text: str, found: list[Moment], calendar: Calendar) -> list[Moment]:
    """``found`` without what only says which day today is (今天18号), or which weekday a date is (周三25号)."""
    left = list(found)
    for one, two in itertools.pairwise(found):
        if one.named is None or two.named is None or one.said or not _WHICH_IS.fullmatch(text, one.end, two.start):
            continue
        first, second = dating.on(one.named, calendar), dating.on(two.named, calendar)
        if first == second == calendar.today and len(left) > 2:
            left = [other for other in left if other not in (one, two)]
        plain = one.named.kind == "week" and "shift" not in one.named.parts and two.named.kind in DATED
        if plain and first and second and first != second and first.weekday() == second.weekday():
            left.remove(one)
    return left


def _narrowest(found: list[Moment], calendar: Calendar) -> list[Moment]:
    """``found`` without the stretches in which another of its days lies: 「这周末，周六」 is Saturday."""
    single = {dating.on(one.named, calendar) for one in found if one.named and not one.named.wide} - {None}
    left = []
    for one in found:
        first = dating.on(one.named, calendar) if one.named and one.named.wide else None
        last = dating.last(one.named, calendar, first) if one.named and first else None
        if first and last and any(day and first <= day <= last for day in single):
            continue
        left.append(one)
    return left


def _anaphor(named: Named) -> bool:
    """Whether 「当天」 stands for a day that is named elsewhere."""
    return named.kind == "relative" and named.parts["relative"].startswith("当天")
