"""Ranges of days and hours in a message: 周一到周三, 下午2点到4点, 5号回家8号回来."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.understanding import bygone, clock, dating, days, lengths, roles
from bot.understanding.clock import PARTS, Spoken
from bot.understanding.counting import DAY, Calendar
from bot.understanding.days import Named
from bot.understanding.moments import TO, Moment
from bot.understanding.numerals import number

Period = tuple[datetime, datetime]
LAST = time(23, 59)
"""The end of a whole day."""
_EVENING = 20
_MORNING = 8
"""Hours: what begins in the evening and ends on the next day by this hour lasts a night."""

_IN_A_ROW = {("早", "下午"), ("上午", "下午"), ("中午", "下午"), ("下午", "晚")}
# 「11号到13号我请假了」, 「从9号病到13号，这几天的缺勤能补假条吗」
_OVER = re.compile(
    r"\s?,?(?:我们?|就|都|已经|是|因为[^,。]{1,6})*(?:请过|请了|请的?假了|请的假|住院了|住的院|外出了|去了|回了|参加了|没[来去](?!过)|没上课|缺勤|旷课)"
    r"|\s?,?(?:我们?|就|都)*(?:这几天的?(?:缺勤|缺课|旷课|课没)|(?:现在|还|能不能|可以|能|想|要|来|得)*补(?:请|假|病假|事假|[一个张]{1,2}假条))"
)
# 「10点到12点或者下午2点到4点」
_OR_ELSE = re.compile(r"\s?[,、]?\s?(?:或者?|还是|要么|和|以及|还有)\s?|\s?[,、;]\s?")
_SIDE_BY_SIDE = re.compile(r"\s?(?:[、,和跟与及]|还有)?\s?")
# 「早九晚五」
_NINE_TO_FIVE = re.compile(r"[早朝][^早晚\s]{1,4}晚[^早晚\s]{1,4}")
_TO_THE_END = ("下午", "晚")
_FROM_THE_START = ("早", "上午")
_AND = re.compile(r"\s?的?(?:全天|一?整天)?(?:都)?\s?(?:[、,和跟与及加]|还有|加上)\s?")
_BACK = re.compile(r"回来|出院|收假|返校|回校|返程|销假|回学校|结束|回(?=$|[,。 ])")


# 「下午两点半开始三点半结束」, 「09:30抵达，16:00离校」
_SETS_IN = re.compile(
    r"\s?(?:就|才)?(?:开始(?!上课|考试|开会|考)|出发|抵达|到达|到校|到(?=[,。 ])|入校|进校|入场|进场|开场|开门|布台|上台)"
)
_BREAKS_UP = re.compile(
    r"\s?(?:就|才|前)?(?:结束|离校|离开|返校|返程|返回|回校|回来|回(?=$|[,。 ])|散场|退场|撤场|收工|[走撤](?=$|[,。 了])|出校)"
)
# 「前晚十点停的，昨早七点发现没了」
_LEFT_THERE = re.compile(r"\s?(?:停|放|锁|晾|搁|寄存)(?:好|在[^,。;!?]{0,8})?(?:的|了)?")
_FOUND_GONE = re.compile(r"[^,。;!?]{0,3}(?:发现|就?没了|就?不见|没影)")
_TO_AT_LAST = re.compile(r"[^。;!?]{1,14}到\s?")
_NEAR_BY = re.compile(r"[^。;!?]{1,10}")
# 「昨天中午十二点晾在3号楼楼顶的被子，下午五点就不见了」
_SOME_WAY_ON = re.compile(r"[^。;!?]{1,20}")
# 「两点之后三点之前」, 「三点之前两点之后」
_AFTER = re.compile(r"\s?(?:之后|以后|后)[,、到和]?\s?")
_BEFORE = re.compile(r"\s?(?:之前|以前|前)[,、到和]?\s?")
_THESE = re.compile(
    r"(?:请|课)[^,。;!?]{0,4}这(?P<first>[两三四五六七\d])天|这(?P<then>[两三四五六七\d])天[^,。;!?]{0,4}(?:请|假)"
)
# 「昨天和今天的课都没去」
_MISSED = re.compile(r"(?:的?课)?(?:我|就|都|也)*(?:没(?:有)?[去来上到]|旷|缺)")


@dataclass(frozen=True, slots=True)
class Found:
    """What was said from here to there."""

    ahead: tuple[Period, ...]
    past: tuple[Period, ...]
    """Ranges that have begun on a day that is over: 「上周一到周三」."""
    broken: bool
    """Whether one could not be read."""
    left: tuple[Moment, ...]
    """The moments that belong to no range that is over."""


def find(text: str, moments: list[Moment], calendar: Calendar) -> Found:
    """Every 「从…到…」."""
    plain = [moment for moment in moments if moment.named and not moment.hour and not _same_day(moment)]
    dated = [moment for moment in moments if moment.named and moment.hour]
    ahead: list[Period] = []
    past: list[Period] = []
    told: list[Moment] = []
    broken = False
    index = 0
    while index < len(moments):
        start = moments[index]
        if (row := _row(text, moments, index, calendar)) and row[1] > 1:
            told += moments[index : index + row[1]]
            past += [row[0]] if row[0] not in past else []
            index += row[1]
            continue
        if period := _unbroken(text, moments, index, calendar):
            ahead += [period] if period not in ahead else []
            index += 2
            continue
        end, used = _closing(text, moments, index)
        if end is None and (bounds := _within(text, moments, index)):
            (start, end), used = bounds, 2
        some = moments[index : index + used]
        index += used
        if end is None:
            continue
        day, said = start.named, start.said
        if day is None and len(plain) == 1:
            # 「明天下午想借一间研讨室，2点到4点」: the hours belong to the one day that is named.
            some = [*some, plain[0]]
            day, said = plain[0].named, beside(plain[0].said, said)
        if day is None and not plain and len(dated) == 1:
            # 「周六九点前后来，前后是指八点半到九点半」: the range in which the one hour lies that has a day.
            begins = beside(dated[0].said, said)
            if dated[0].said and _around(dated[0].said, begins, end.said):
                day, said = dated[0].named, begins
        if day is None:
            opened = index - used
            if ahead and start.hour and end.hour and _OR_ELSE.fullmatch(text, moments[opened - 1].end, start.start):
                # Another stretch of the same day; 「8点到10点，8:00-10:00」 says one twice.
                broken = broken or _hours(start.said, end.said) != _hours_of(ahead[-1])
            continue
        if day.wide and said and said.hour is not None:
            # 「周末下午2点到4点」 leaves open on which of the days.
            broken = True
            continue
        period = _period(day, said, end, calendar)
        if period and end.named and not TO.fullmatch(text, start.end, end.start):
            period = _these_days(text, period)
        if period and _OVER.match(text, end.end) and (gone := _gone(day, said, end, calendar, period)):
            period = gone
        if period is None:
            broken = True
        elif period[0].date() < calendar.today:
            told += some
            past += [period] if period not in past else []
        elif period not in ahead:
            ahead.append(period)
    if not (ahead or past or broken) and (period := _apart(text, moments, calendar)):
        ahead.append(period)
    return Found(tuple(ahead), tuple(past), broken, tuple(one for one in moments if one not in told))


def _row(text: str, moments: list[Moment], index: int, calendar: Calendar) -> tuple[Period, int] | None:
    """Days that are over and stand side by side, the later ones first or last: 「上周四和上周五」, 「昨天和前天」."""
    known: list[date] = []
    for at in range(index, len(moments)):
        one = moments[at]
        if one.named is None or one.said:
            break
        if known and not _SIDE_BY_SIDE.fullmatch(text, moments[at - 1].end, one.start):
            break
        day = bygone.over(one.named, calendar)
        if day is None and known and one.named.kind in ("week", "bare"):
            day = bygone.closing(one.named, calendar, known[-1])
        if day is None and known and known[-1] == calendar.today - DAY and _MISSED.match(text, one.end):
            day = dating.on(one.named, calendar)
            if day == calendar.today:
                return (datetime.combine(min(known), time(0)), datetime.combine(day, LAST)), len(known) + 1
        if day is None or day >= calendar.today or (known and abs((day - known[-1]).days) != 1):
            break
        known.append(day)
    if not known:
        return None
    return (datetime.combine(min(known), time(0)), datetime.combine(max(known), LAST)), len(known)


def _unbroken(text: str, moments: list[Moment], index: int, calendar: Calendar) -> Period | None:
    """A leave over the end of one day and the beginning of the next: 「周四下午和周五全天请假」."""
    if index + 1 >= len(moments) or not lengths.lasting(text):
        return None
    one, two = moments[index : index + 2]
    if not one.named or not two.named or one.hour or two.hour or not (one.said or two.said):
        return None
    if one.said is None and "天" not in text[one.end : two.start]:
        # 「周四和周五上午」 may be two mornings.
        return None
    if (one.said and one.said.part not in _TO_THE_END) or (two.said and two.said.part not in _FROM_THE_START):
        return None
    first = dating.on(one.named, calendar)
    second = dating.on(two.named, calendar, after=first) if first else None
    if first is None or second is None or second - first != DAY or not _AND.fullmatch(text, one.end, two.start):
        return None
    return _period(one.named, one.said, two, calendar)


def _apart(text: str, moments: list[Moment], calendar: Calendar) -> Period | None:
    """The range whose ends stand apart, in any order: 「请到下周二，从今天算起」, 「寒假留校到2月10号」."""
    named = [one for one in moments if one.named and not (one.named.told or one.named.kind == "past")]
    closing = [one for one in named if roles.closes(text, one)]
    if len(closing) != 1 or closing[0].named is None:
        return None
    opening = [one for one in named if one is not closing[0] and roles.opens(text, one)]
    wide = [
        one
        for one in named
        if one.named and one.named.kind == "break" and one.named.wide and one.end <= closing[0].start
    ]
    start = opening[0] if len(opening) == 1 else wide[0] if len(wide) == 1 and not opening else None
    if start is None or start.named is None or len(named) > 2:
        return None
    return _period(start.named, start.said, closing[0], calendar)


def _hours(start: Spoken | None, end: Spoken | None) -> tuple[int | None, int | None]:
    """Minutes since midnight of the ends of a range within one day."""
    first = start.at() if start else None
    return first, end.at(first) if end else None


def _hours_of(period: Period) -> tuple[int, int]:
    return period[0].hour * 60 + period[0].minute, period[1].hour * 60 + period[1].minute


def beside(day: Spoken | None, hour: Spoken | None) -> Spoken | None:
    """An hour with the part of the day that was said beside the date."""
    return hour.within(day.part) if hour and day and day.part and not hour.part else hour


def _closing(text: str, moments: list[Moment], index: int) -> tuple[Moment | None, int]:
    """The moment that closes the range opened at ``index``, and how many moments were used."""
    start = moments[index]
    following = moments[index + 1] if index + 1 < len(moments) else None
    if following and TO.fullmatch(text, start.end, following.start):
        return following, 2
    if following and _NINE_TO_FIVE.fullmatch(text, start.said.start if start.said else start.end, following.end):
        return following, 2
    if following and following.named is None and start.said and following.said and not (start.hour or following.hour):
        # 「周五上午和下午都请假」
        parts = (start.said.part, following.said.part)
        if parts in _IN_A_ROW and _SIDE_BY_SIDE.fullmatch(text, start.end, following.start):
            return following, 2
    to = TO.match(text, start.end)
    if to and start.hour and start.said and start.said.part:
        # 「下午2-4借舞蹈房」
        hour = clock.hour_alone(text, to.end(), start.said.part)
        if hour:
            return Moment(None, hour, hour.start, hour.end), 1
    if to and start.named and not start.said:
        short = None
        if start.named.kind == "week":
            short = days.weekday_short(text, to.end())
        elif start.named.kind in ("full", "monthday", "loose", "bare", "dashed", "nextmonth"):
            short = days.day_short(text, to.end())
        if short:
            return Moment(short, None, short.start, short.end), 1
    if following and start.hour and following.hour and _lasts(text, start, following):
        return following, 2
    # 「5号回家，8号回来」
    if following and start.named and following.named and _BACK.search(text, following.end, following.end + 6):
        return following, 2
    return None, 1


def _lasts(text: str, start: Moment, end: Moment) -> bool:
    """Whether two hours open and close what goes on between: 「两点半开始三点半结束」, 「从昨晚十点放在大厅，到今早八点」."""
    if roles.opens(text, start) and _TO_AT_LAST.fullmatch(text, start.end, end.start):
        return True
    if _LEFT_THERE.match(text, start.end) and _FOUND_GONE.match(text, end.end):
        return _SOME_WAY_ON.fullmatch(text, start.end, end.start) is not None
    if _NEAR_BY.fullmatch(text, start.end, end.start) is None:
        return False
    return bool(end.named is None and _SETS_IN.match(text, start.end) and _BREAKS_UP.match(text, end.end))


def _within(text: str, moments: list[Moment], index: int) -> tuple[Moment, Moment] | None:
    """Two hours that bound what lies between them: 「三点之前两点之后」."""
    if index + 1 >= len(moments):
        return None
    one, two = moments[index : index + 2]
    if not one.said or not two.said or not (one.hour and two.hour) or two.named:
        return None
    if _AFTER.fullmatch(text, one.end, two.start) and _BEFORE.match(text, two.end):
        return one, two
    if _BEFORE.fullmatch(text, one.end, two.start) and _AFTER.match(text, two.end):
        return replace(one, said=beside(one.said, two.said)), replace(two, said=one.said)
    return None


def _around(hour: Spoken, begin: Spoken | None, end: Spoken | None) -> bool:
    first, last = _hours(begin, end)
    at = hour.at()
    return at is not None and first is not None and last is not None and first <= at <= last


def _these_days(text: str, period: Period) -> Period:
    """Whole days where the leave is for 这三天, from 「26号早上去」 to 「28号晚上回」."""
    said = _THESE.search(text)
    count = number(said["first"] or said["then"]) if said else None
    first, last = (each.date() for each in period)
    if count != (last - first).days + 1:
        return period
    return datetime.combine(first, time(0)), datetime.combine(last, LAST)


def _same_day(moment: Moment) -> bool:
    """「周日当天入校」 names one day, not two."""
    return moment.named is not None and moment.named.parts.get("relative", "").startswith("当天")


def _period(day: Named, said: Spoken | None, end: Moment, calendar: Calendar) -> Period | None:
    first = dating.on(day, calendar)
    if first:
        last = dating.on(end.named, calendar, after=first) if end.named else first
        last = dating.last(end.named, calendar, last) if last and end.named else last
    else:
        first = bygone.over(day, calendar)
        last = bygone.closing(end.named, calendar, first) if first and end.named else first
    start = begin(first, said) if first else None
    if start is None or last is None:
        return None
    night = last - start.date() == timedelta(days=1) and start.hour >= _EVENING
    if night and end.said and end.said.part is None and end.said.hour is not None and end.said.hour <= _MORNING:
        # 「22:00到次日6:00」 ends in the morning.
        return start, datetime.combine(last, time(end.said.hour, end.said.minute))
    finish = _finish(last, end.said, start.hour * 60 + start.minute if start.date() == last else None)
    if finish is None:
        return None
    if finish <= start and end.named is None and end.said and end.said.part in ("早", "凌晨", "上午"):
        finish += timedelta(days=1)
    return (start, finish) if finish > start else None


def _gone(day: Named, said: Spoken | None, end: Moment, calendar: Calendar, ahead: Period) -> Period | None:
    """The range in the past that 「11号到13号我请假了」 means where it is nearer than the one to come."""
    if day.kind not in ("bare", "loose", "monthday", "week") or {"year", "shift"} & day.parts.keys():
        return None
    gone = _period(replace(day, told=True), said, end, calendar)
    return gone if gone and calendar.today - gone[0].date() < ahead[0].date() - calendar.today else None


def begin(day: date, said: Spoken | None) -> datetime | None:
    """When what begins on ``day`` begins; ``None`` for an hour that stays unclear."""
    if said is None:
        return datetime.combine(day, time(0))
    if said.hour is None:
        return datetime.combine(day, PARTS[said.part][0]) if said.part else None
    return moment(day, said.at())


def _finish(day: date, said: Spoken | None, earlier: int | None) -> datetime | None:
    if said is None:
        return datetime.combine(day, LAST)
    if said.hour is None:
        return datetime.combine(day, PARTS[said.part][1]) if said.part else None
    return moment(day, said.at(earlier))


def moment(day: date, minutes: int | None) -> datetime | None:
    """A day with minutes since its midnight; 1440 is the next day."""
    return None if minutes is None else datetime.combine(day, time(0)) + timedelta(minutes=minutes)
