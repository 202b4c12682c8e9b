"""Dates and periods in a message. Rather nothing than something wrong: a form asks again, a wrong date gets filed.

Whole days run from 00:00 to 23:59; a part of a day without an hour spans :data:`bot.understanding.clock.PARTS`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.understanding import dating, days
from bot.understanding.clock import PARTS, Spoken
from bot.understanding.dating import Calendar
from bot.understanding.days import Named
from bot.understanding.moments import TO, Moment, kept, moments_of
from bot.understanding.numerals import number
from bot.understanding.school_year import SchoolYear

LAST = time(23, 59)
"""The end of a whole day."""

_BEFORE = re.compile(r"\s?(?:的)?(?:之前|以前|前(?!台|往|门|面|后)|截止|(?:之后|以后)|后(?!台|面|勤|天))")
_UNTIL = re.compile(
    r"(?P<moved>改|推迟?|延期?|延后|约|换|挪|调|等|提前|定|移|排|订|拖|留|放|直接|回|来|去)?(?:到|至|截止日?期?(?:到|至|是)?|截至|直到)\s?$"
)
_BACK = re.compile(r"回来|返校|回校|返程|销假|回学校|结束|回(?=$|[,。 ])")
# Forms a person types only when asked for a date: 12-5, 20261205.
_DASHED = re.compile(r"(?<![\d.:-])(\d{1,2})-(\d{1,2})(?![\d.:-])(?!\s?[点号日月])")
_PACKED = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")
_NUM = r"(?:\d{1,2}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_DAYS = re.compile(
    rf"(?<![第\d.月年半一二三四五六七八九十几])(?P<count>{_NUM})\s?(?P<unit>天|个?(?:星期|礼拜)|周)"
    r"(?!半|前|内|左右|以上|以内|以下|一次|[一二三四五六日末]|之?后|以后|没|多|[\d])"
)
_LEAVE = re.compile(
    r"请|假|离校|外出|回家|出差|不在校|(?:起|开始|连续|连着)(?:的|一共|共)?(?:\d|[一二两三四五六七八九十])+(?:天|周|个?星期|个?礼拜)"
)
_OVER = re.compile(r"(?:最后|后|超过|大于|不足|少于|至少|最多|不到|满|前|近|这|那|过|坏了|已经|等了|漏了|停了|好)$")
_WHOLE = re.compile(r"全天|整天|一整天|(?:请|休)?(?<![\d第后前头])[一1]天(?:假|$|,|的假)|当天")
_HOURS = re.compile(
    rf"(?:(?P<count>{_NUM}|半)\s?个?(?P<half>半)?\s?(?:小时|钟头)|(?P<minutes>\d{{2,3}}|[一二三四五六七八九]?十五?)分钟)"
)
_SOON = re.compile(
    rf"(?<![一二三四五六七八九十\d.])(?:(?P<hours>{_NUM}|半)\s?个?(?P<half>半)?\s?(?:小时|钟头)|(?P<minutes>{_NUM})分钟)(?:之后|以后|后)"
)
# A lone 「11.25」 is a day where a day is expected or an errand follows.
_EXPECTED = re.compile(r"(?:改到|改成|改为|换到|换成|约在?|定在?|日期是?|时间是?|从|在)\s?:?$")
_ERRAND = re.compile(
    r"\s?(?:来|去|拿|取|回|走|号|早上|上午|下午|晚上|中午|请假|有空|能(?!不能)|可以|修|开始|起|全天|那天|当天)"
)
_STOPS = re.compile(r"[,。;!?]")
_WISH = re.compile(r"请(?!问)|想(?!问)|希望|约|订|借|来修|上门|能不能|可不可以|可以|麻烦")
_SIDE_BY_SIDE = re.compile(r"\s?[、,和跟与及]?\s?")
_ALL_OF_THEM = re.compile(r"\s?(?:这)?(?:[两三四五]天|都|均|全)")


@dataclass(frozen=True, slots=True)
class When:
    """What a message says about time; each part ``None`` when it is not said or not clear."""

    day: date | None = None
    """The one day meant."""
    at: time | None = None
    """The hour on that day; without a day only when a question for a time is answered."""
    period: tuple[datetime, datetime] | None = None
    """From and to; the end is never before the beginning."""
    count: int | None = None
    """A length in days without knowing from when: 「请假3天」."""
    past: date | None = None
    """The one day of a story that is over: 「昨天报修的」. Nobody wishes for it, so it is never :attr:`day`."""
    until: date | None = None
    """The one day that is only a bound: 「周五之前」, 「请假到周五」."""


def read(
    text: str,
    now: datetime,
    term_start: date | None = None,
    *,
    year: SchoolYear | None = None,
    answering: bool = False,
) -> When:
    """What normalised ``text`` says about time.

    ``year`` is the university's calendar, ``term_start`` (any day of the first teaching week) stands for one of which
    nothing more is known; without either, teaching weeks are not read. ``answering``: the text answers the question
    for a date or period, so a lone ``12.5`` or ``12-5`` is a day, and a lone day or part of a day is a period.
    """
    if answering:
        text = _DASHED.sub(r"\1.\2", _PACKED.sub(r"\1-\2-\3", text))
    if year is None and term_start:
        year = SchoolYear.starting(term_start)
    calendar = Calendar(now.date(), year)
    moments = kept(text, moments_of(text, year))
    over = {day for moment in moments if moment.named and (day := dating.over(moment.named, calendar))}
    past = over.pop() if len(over) == 1 else None
    ranges = _ranges(text, moments, calendar)
    if ranges is None:
        bounds = {dating.on(one.named, calendar) for one in moments if one.named and _bound(text, one)}
        until = bounds.pop() if len(bounds) == 1 else None
        return replace(_single(text, moments, calendar, now, answering=answering), past=past, until=until)
    if len(ranges) != 1:
        return When(past=past)
    begin, end = ranges[0]
    return When(day=begin.date() if begin.date() == end.date() else None, period=(begin, end), past=past)


def iso(period: tuple[datetime, datetime]) -> str:
    """An ISO 8601 interval with minutes: ``2026-11-25T14:00/2026-11-27T18:00``."""
    return "/".join(moment.strftime("%Y-%m-%dT%H:%M") for moment in period)


def _ranges(text: str, moments: list[Moment], calendar: Calendar) -> list[tuple[datetime, datetime]] | None:
    """Every 「从…到…」; ``None`` when there is none, an empty list when one could not be read."""
    plain = [moment for moment in moments if moment.named and not moment.hour and moment.named.kind != "past"]
    found: list[tuple[datetime, datetime]] = []
    seen = broken = False
    index = 0
    while index < len(moments):
        start = moments[index]
        end, used = _closing(text, moments, index)
        index += used
        if end is None:
            continue
        day, said = start.named, start.said
        if day is None and len(plain) == 1:
            # 「明天下午想借一间研讨室，2点到4点」: the hours belong to the one day that is named.
            day, said = plain[0].named, _beside(plain[0].said, said)
        if day is None:
            continue
        seen = True
        period = _period(day, said, end, calendar)
        if period is None:
            broken = True
        elif period not in found:
            found.append(period)
    return ([] if broken else found) if seen else None


def _beside(day: Spoken | None, hour: Spoken | None) -> Spoken | None:
    """An hour with the part of the day that was said beside the date."""
    return hour.within(day.part) if hour and day and day.part and not hour.part else hour


def _closing(text: str, moments: list[Moment], index: int) -> tuple[Moment | None, int]:
    """The moment that closes the range opened at ``index``, and how many moments were used."""
    start = moments[index]
    following = moments[index + 1] if index + 1 < len(moments) else None
    if following and TO.fullmatch(text, start.end, following.start):
        return following, 2
    to = TO.match(text, start.end)
    if to and start.named and not start.said:
        short = None
        if start.named.kind == "week":
            short = days.weekday_short(text, to.end())
        elif start.named.kind in ("full", "monthday", "loose", "bare", "dashed"):
            short = days.day_short(text, to.end())
        if short:
            return Moment(short, None, short.start, short.end), 1
    # 「5号回家，8号回来」
    if following and start.named and following.named and _BACK.search(text, following.end, following.end + 6):
        return following, 2
    return None, 1


def _period(day: Named, said: Spoken | None, end: Moment, calendar: Calendar) -> tuple[datetime, datetime] | None:
    first = dating.on(day, calendar)
    last = dating.on(end.named, calendar, after=first) if first and end.named else first
    begin = _begin(first, said) if first else None
    if begin is None or last is None:
        return None
    if end.named:
        last = dating.last(end.named, calendar, last)
    finish = _finish(last, end.said, begin.hour * 60 + begin.minute if begin.date() == last else None)
    if finish is None:
        return None
    if finish <= begin and end.named is None and end.said and end.said.part in ("早", "凌晨", "上午"):
        finish += timedelta(days=1)
    return (begin, finish) if finish > begin else None


def _begin(day: date, said: Spoken | None) -> datetime | None:
    if said is None:
        return datetime.combine(day, time(0))
    if said.hour is None:
        return datetime.combine(day, PARTS[said.part][0]) if said.part else None
    return _moment(day, said.at())


def _finish(day: date, said: Spoken | None, earlier: int | None) -> datetime | None:
    if said is None:
        return datetime.combine(day, LAST)
    if said.hour is None:
        return datetime.combine(day, PARTS[said.part][1]) if said.part else None
    return _moment(day, said.at(earlier))


def _moment(day: date, minutes: int | None) -> datetime | None:
    return None if minutes is None else datetime.combine(day, time(0)) + timedelta(minutes=minutes)


def _single(text: str, moments: list[Moment], calendar: Calendar, now: datetime, *, answering: bool) -> When:
    """No range was said: one day, with or without a time, a length or a number of hours."""
    leave = answering or bool(_LEAVE.search(text))
    count = _length(text, leave=leave)
    dated = _dated(text, moments, calendar, leave=leave, answering=answering)
    lone = [moment for moment in moments if moment.named is None and moment.hour and not _bounded(text, moment)]
    if not dated:
        return _undated(text, moments, lone, now, count, answering=answering)
    known = {dating.on(moment.named, calendar) for moment in dated if moment.named}
    if len(known) > 1:
        wished = [moment for moment in dated if _WISH.search(_clause(text, moment))]
        known = {dating.on(moment.named, calendar) for moment in wished if moment.named}
        if len(known) != 1 or not _apart(text, dated):
            return _several(text, dated, calendar, count, leave=leave)
        dated = wished
    day, said = known.pop(), None
    named = dated[0].named
    if day is None or named is None:
        return When(count=count)
    timed = [moment for moment in dated if moment.said]
    if len(timed) > 1 or (not timed and len(lone) > 1):
        return When(day=day, count=count)
    if timed and _bounded(text, timed[0]):
        return When(day=day, count=count)
    if timed and not timed[0].hour and len(lone) == 1:
        said = _beside(timed[0].said, lone[0].said)
    elif timed or lone:
        said = (timed or lone)[0].said
    if named.wide:
        return _wide(named, day, calendar, count)
    if count:
        return _lasting(day, said, count)
    if said and said.hour is not None:
        return _timed(text, day, said, now)
    if said and said.part:
        return When(day=day, period=_part_of(day, said.part))
    whole = answering or bool(_WHOLE.search(text))
    return When(day=day, period=(datetime.combine(day, time(0)), datetime.combine(day, LAST)) if whole else None)


def _dated(text: str, moments: list[Moment], calendar: Calendar, *, leave: bool, answering: bool) -> list[Moment]:
    """The moments with a day that is meant, without what is over, only a bound, or a number more likely than a day."""
    found = []
    for moment in moments:
        named = moment.named
        if named is None or named.kind in ("past", "next"):
            continue
        if _bound(text, moment):
            continue
        # 「发烧38.5」 is no day at all.
        meant = answering or ((leave or _expected(text, moment)) and dating.on(named, calendar) is not None)
        if named.kind == "loose" and not meant:
            continue
        found.append(moment)
    # 「第13周要交，12月1号能出吗」: the week is only where the day lies.
    return [moment for moment in found if moment.named and moment.named.kind != "teachweek"] or found


def _expected(text: str, moment: Moment) -> bool:
    if moment.said or (moment.named and moment.named.weekday is not None) or _ERRAND.match(text, moment.end):
        return True
    return _EXPECTED.search(text, max(0, moment.start - 6), moment.start) is not None


def _bound(text: str, moment: Moment) -> bool:
    """Whether a day is only a bound: 「周五之前」, 「到周五」; 「改到周五」 is none."""
    if not moment.said and _bounded(text, moment):
        return True
    until = _UNTIL.search(text, max(0, moment.start - 8), moment.start)
    return until is not None and not until["moved"]


def _bounded(text: str, moment: Moment) -> bool:
    """「周五之前」, 「十点半以后」: a bound is no day and no hour."""
    return _BEFORE.match(text, moment.end) is not None


def _clause(text: str, moment: Moment) -> str:
    """What is said around a moment without a stop."""
    return _STOPS.split(text[: moment.start])[-1] + _STOPS.split(text[moment.end :])[0]


def _apart(text: str, dated: list[Moment]) -> bool:
    """Whether each day has a clause of its own: 「周四要考试，想请周五的假」."""
    return all(_STOPS.search(text, one.end, two.start) for one, two in itertools.pairwise(dated))


def _undated(
    text: str, moments: list[Moment], lone: list[Moment], now: datetime, count: int | None, *, answering: bool
) -> When:
    soon = _SOON.search(text)
    if soon and not any(moment.named for moment in moments):
        span = (
            timedelta(minutes=number(soon["minutes"]) or 0) if soon["minutes"] else _span(soon["hours"], soon["half"])
        )
        then = (now + span).replace(second=0, microsecond=0)
        return When(day=then.date(), at=then.time(), count=count)
    if answering and len(lone) == 1 and lone[0].said and (minutes := lone[0].said.at()) is not None:
        return When(at=(datetime.min + timedelta(minutes=minutes)).time(), count=count)
    return When(count=count)


def _several(text: str, dated: Sequence[Moment], calendar: Calendar, count: int | None, *, leave: bool) -> When:
    """Days in a row that are all meant: 「周四、周五请假」, 「25、26号两天」."""
    found: list[date] = []
    for index, moment in enumerate(dated):
        day = dating.on(moment.named, calendar, after=found[-1] if found else None) if moment.named else None
        apart = index and not _SIDE_BY_SIDE.fullmatch(text, dated[index - 1].end, moment.start)
        gap = found and day and day - found[-1] != timedelta(days=1)
        if day is None or moment.said or apart or gap or (moment.named and moment.named.wide):
            return When(count=count)
        found.append(day)
    if (count and count != len(found)) or not (leave or _ALL_OF_THEM.match(text, dated[-1].end)):
        return When(count=count)
    return When(period=(datetime.combine(found[0], time(0)), datetime.combine(found[-1], LAST)), count=count)


def _wide(named: Named, first: date, calendar: Calendar, count: int | None) -> When:
    last = dating.last(named, calendar, first)
    if count and count != (last - first).days + 1:
        return When(count=count)
    return When(period=(datetime.combine(first, time(0)), datetime.combine(last, LAST)), count=count)


def _lasting(day: date, said: Spoken | None, count: int) -> When:
    """``count`` days from ``day``; what 「明天下午请两天」 ends with is not ours to guess."""
    if said and (said.part not in ("早", "上午") or count == 1):
        return When(day=day, count=count)
    begin, last = _begin(day, said), day + timedelta(days=count - 1)
    period = (begin, datetime.combine(last, LAST)) if begin else None
    return When(day=day if count == 1 else None, period=period, count=count)


def _timed(text: str, day: date, said: Spoken, now: datetime) -> When:
    begin = _moment(day, said.at())
    if begin is None:
        return When(day=day)
    # 「今天8点」 said at noon: this evening.
    if said.part is None and begin < now and begin.hour < 12 and begin + timedelta(hours=12) > now:
        begin += timedelta(hours=12)
    hours = _HOURS.search(text, said.end)
    period = None
    if hours:
        minutes = timedelta(minutes=number(hours["minutes"]) or 0) if hours["minutes"] else None
        period = (begin, begin + (minutes or _span(hours["count"], hours["half"])))
    return When(day=begin.date(), at=begin.time(), period=period)


def _part_of(day: date, part: str) -> tuple[datetime, datetime]:
    begin, end = PARTS[part]
    return datetime.combine(day, begin), datetime.combine(day, end)


def _span(count: str, half: str | None) -> timedelta:
    """The length of 「两个半小时」."""
    if count == "半":
        return timedelta(minutes=30)
    return timedelta(hours=number(count) or 0, minutes=30 if half else 0)


def _length(text: str, *, leave: bool) -> int | None:
    """The number of days of a leave; ``None`` when none or several are said, or one that is only compared with."""
    if not leave:
        return None
    found = set()
    for match in _DAYS.finditer(text):
        value = number(match["count"])
        if value and not _OVER.search(text, max(0, match.start() - 3), match.start()):
            found.add(value if match["unit"] == "天" else 7 * value)
    return found.pop() if len(found) == 1 else None
