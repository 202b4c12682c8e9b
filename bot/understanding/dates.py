"""Dates and periods in a message. Rather nothing than something wrong: a form asks again, a wrong date gets filed.

Whole days run from 00:00 to 23:59; a part of a day without an hour spans :data:`bot.understanding.clock.PARTS`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.understanding import (
    again,
    asked,
    bygone,
    dating,
    excepted,
    hearsay,
    lengths,
    lesson_times,
    ranges,
    roles,
    stories,
)
from bot.understanding.clock import Spoken
from bot.understanding.counting import Calendar
from bot.understanding.days import Named
from bot.understanding.moments import TOLD, Moment, distinct, kept, moments_of
from bot.understanding.numerals import number
from bot.understanding.ranges import LAST
from bot.understanding.school_year import SchoolYear
from bot.understanding.when import When, hour_of, part_of

# Forms a person types only when asked for a date: 12-5, 20261205.
_DASHED = re.compile(r"(?<![\d.:-])(\d{1,2})-(\d{1,2})(?![\d.:-])(?!\s?[点号日月])")
_PACKED = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")
_WHOLE = re.compile(r"全天|整天|一整天|(?:请|休)?(?<![\d第后前头])[一1]天(?:假|$|,|的假)|当天")
_WHOLE_DAY = re.compile(r"\s?,?(?:我们?|都)?(?:全天|一?整天)")
# 「这个周末，两天」
_SO_MANY = re.compile(r"\s?,?\s?(?:这)?[两二]天(?=[, 。]|都|我)")
_STOPS = re.compile(r"[,。;!?]")
_OR = re.compile(r"\s?(?:、|/|或者?|还是)\s?")
_BREATHS = re.compile(r"[,。;!?\s]")
_ONLY = re.compile(r"\s?(?:就|是|在)?(?:的|半天的?假?|吧|就行|就好|就?够了?|都行)*\s?")
_WISH = re.compile(r"请(?!问)|想(?!问)|希望|约|订|借|来修|上门|能不能|可不可以|可以|麻烦")
_NEEDED = re.compile(r"需要?用|使用|占用|望|咨询|报备|预定|安排在")
_SIDE_BY_SIDE = re.compile(r"\s?[、,和跟与及]?\s?")
# What lasts over all the days that are named beside it.
_THROUGHOUT = re.compile(r"[借租](?!口)|占用|外出|不在(?![吗乎意])|回家|回老家|离校|外宿|出去|出远门|不回")
_CHOICE = re.compile(r"请|想|希望|约|订|借|来|上门|能|可以|行|麻烦|或|哪|几|吗|么|有空|方便|课(?!去)|训练|[修看弄取拿]")
# 「明儿后半晌」, 「下周六整个下午」
_DIALECTS = {"前": "上午", "后": "下午", "晌午": "中午"}
_DIALECT = re.compile(r"(?<![以之])(?:(前|后)半?晌|(晌午)头?)(?!午)")
_LISTED = re.compile(r"(?<=(?<!\d)\d\d) (?=(?:\d\d )*\d\d[号日])")
_DAY_SPELT = re.compile(r"[二三]?十[一二三四五六七八九]?")
# 「月底二十八二十九三十这三天」
_SPELT_DAYS = re.compile(rf"(?:月底的?)?(?P<days>(?:{_DAY_SPELT.pattern}){{2,5}})号?(?=这[两三四五]天)")
# 「下周一到周三，不，到周四请假」: only the end of the range is put right.
_END_PUT_RIGHT = re.compile(
    r"(?<=[到至])[^,。;!?到至]{1,8}[,。!]\s?[哦噢额呃啊诶欸哎]*(?:(?:不|等等|等一下|等下)[,。!]|(?:不对|(?:说|写|打|记)?错了?)[,。! ]*)\s?(?:应该)?是?[到至](?=[\d一二两三四五六七八九十周星礼下本这明后])"
)
# 「自28日起连请五日」; 「请5日的假」 is one day.
_SO_MANY_DAYS = re.compile(r"(?<=(?:连请|为期|共计|连续)[两三四五六七八九十])日")
_FIRST_WEEK = re.compile(r"(?<=学期)的?首周|(?<=开学)首周")
_WHOLE_PART = re.compile(r"(?:一?整个)(?=上午|下午|晚上|早上|中午)")
_ALL_OF_THEM = re.compile(r"\s?(?:我们?|寝室|宿舍)?(?:连续|连着|一共|总共)?(?:这)?(?:[两三四五](?:个整)?天|都|均|全)")


# 「11月10号起就没热水，请两天假」
_OUT_SINCE = re.compile(r"\s?(?:开始|起)[^,。;!?]{0,4}(?:没|停|漏|坏|断|堵|不[亮热转出])")


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
    if hearsay.supposed(text):
        return When()
    # 「20 21 22号这三天」
    text = _LISTED.sub("、", text)
    text = _END_PUT_RIGHT.sub("", _SO_MANY_DAYS.sub("天", text))
    text = _FIRST_WEEK.sub("第1周", _SPELT_DAYS.sub(_numbered, text))
    text = _WHOLE_PART.sub("", _DIALECT.sub(lambda said: _DIALECTS[said[1] or said[2]], text))
    if year and (answering or lengths.lasting(text) or _WISH.search(text) or _NEEDED.search(text)):
        # Who asks what is held then wants no hours.
        text = lesson_times.clocked(text, year.lessons)
    if answering and lesson_times.unknown(text):
        return When()
    if answering:
        text = _DASHED.sub(r"\1.\2", _PACKED.sub(r"\1-\2-\3", text))
    if year is None and term_start:
        year = SchoolYear.starting(term_start)
    calendar = Calendar(now.date(), year)
    said = hearsay.ours(text, again.restated(text, again.in_month(moments_of(text, year, now))))
    gone = excepted.of(text, said)
    said = [one for one in said if one not in gone]
    moments = bygone.told(text, again.in_week(again.merged(kept(text, said))), calendar)
    found = ranges.find(text, moments, calendar)
    left = list(found.left)
    story = stories.read(text, left, found, calendar)
    story = _from_then(text, story, left, answering=answering)
    bounds = {dating.on(one.named, calendar) for one in left if one.named and roles.bound(text, one)}
    hours = {one.said.at() for one in left if one.said and one.hour and roles.bounded(text, one)}
    bound = hour_of(hours.pop()) if len(hours) == 1 else None
    if found.ahead or found.broken:
        if found.broken or len(found.ahead) != 1:
            return story
        if (period := excepted.without(found.ahead[0], gone, calendar)) is None:
            return story
        begin, end = period
        day = begin.date() if begin.date() == end.date() else None
        return replace(story, day=day, period=(begin, end), bound=bound)
    if current := next((one for one in left if one.named and one.named.kind == "now"), None):
        left.remove(current)
        if hours_said := lengths.hours(text, current.end):
            begin = now.replace(second=0, microsecond=0)
            return replace(story, day=begin.date(), period=(begin, begin + hours_said))
    single = _single(text, left, calendar, now, answering=answering)
    return replace(
        single,
        period=excepted.without(single.period, gone, calendar) if single.period else None,
        past=story.past,
        past_at=story.past_at,
        past_period=story.past_period,
        until=bounds.pop() if len(bounds) == 1 else None,
        bound=bound,
    )


def _from_then(text: str, story: When, left: list[Moment], *, answering: bool) -> When:
    """What began on a day that is over and lasts so many days: 「11月16日起休息两周」."""
    if story.past is None or story.past_period or not (answering or lengths.lasting(text)):
        return story
    count = lengths.days(text)
    opening = [one for one in left if one.named and roles.opens(text, one)]
    if not count or len(opening) != 1 or opening[0].said or _OUT_SINCE.match(text, opening[0].end):
        return story
    last = story.past + timedelta(days=count - 1)
    return replace(story, past_period=(datetime.combine(story.past, time(0)), datetime.combine(last, LAST)))


def _single(text: str, moments: list[Moment], calendar: Calendar, now: datetime, *, answering: bool) -> When:
    """No range was said: one day, with or without a time, a length or a number of hours."""
    leave = answering or lengths.lasting(text)
    count = lengths.days(text) if leave else None
    dated = asked.days(text, moments, calendar, leave=leave, answering=answering)
    lone = [moment for moment in moments if moment.named is None and moment.hour and not roles.bounded(text, moment)]
    if not dated:
        return _undated(text, moments, lone, now, count, answering=answering)
    dated = again.once(dated, calendar)
    known = {dating.on(moment.named, calendar) for moment in dated if moment.named}
    if len(known) > 1:
        # 「后天要用，明天能好吗」: the day that the thing is for gives way to the one asked for.
        dated = [moment for moment in dated if not roles.occasion(text, moment)] or dated
        known = {dating.on(moment.named, calendar) for moment in dated if moment.named}
    if len(known) > 1:
        # 「元旦三天假我再叠一天，请12月31号」
        asked_for = [moment for moment in dated if text[: moment.start].rstrip().endswith(("请", "请假"))]
        if len(asked_for) == 1 and asked_for[0] is dated[-1]:
            dated = asked_for
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
    timed = distinct([replace(moment, named=named) for moment in dated if moment.said])
    if len(timed) > 1 or (not timed and len(lone) > 1):
        return When(day=day, count=count)
    if timed and roles.bounded(text, timed[0]):
        return When(day=day, count=count)
    if timed and timed[0].hour and any(_OR.fullmatch(text, timed[0].end, other.start) for other in lone):
        # 「明天两点或三点」 leaves the hour open.
        return When(day=day, count=count)
    if timed and not timed[0].hour and len(lone) == 1:
        said = ranges.beside(timed[0].said, lone[0].said)
    elif timed or lone:
        said = (timed or lone)[0].said
    if said is None and not count and (part := _part_alone(text, moments)):
        said = part
    if named.kind == "weekdays" and not (leave or _told_of(text, dated[0])):
        return When(count=count)
    if "loosely" in named.parts and not (leave or _THROUGHOUT.search(text) or _ALL_OF_THEM.match(text, dated[0].end)):
        # 「明后天能来吗」 leaves open which of the two.
        return When(count=count)
    both = _ALL_OF_THEM.match(text, dated[0].end) or _SO_MANY.match(text, dated[0].end)
    if named.wide and said and (said.part or said.hour is not None) and not (both and not dated[0].said):
        # 「周末下午」 leaves open on which of the days.
        return When(count=count)
    if named.wide:
        return _wide(named, day, calendar, count)
    if count:
        return _lasting(day, said, count)
    if said and not dated[0].said and _WHOLE_DAY.match(text, dated[0].end):
        # 「周四全天外出，早上六点出发」
        return When(day=day, period=(datetime.combine(day, time(0)), datetime.combine(day, LAST)))
    if said and said.hour is not None:
        return _timed(text, day, said, now)
    if said and said.part:
        return When(day=day, period=part_of(day, said.part))
    whole = answering or bool(_WHOLE.search(text))
    return When(day=day, period=(datetime.combine(day, time(0)), datetime.combine(day, LAST)) if whole else None)


def _numbered(match: re.Match[str]) -> str:
    """「二十八二十九三十」 as days that stand side by side, where they do."""
    found = [number(said) or 0 for said in _DAY_SPELT.findall(match["days"])]
    row = all(two - one == 1 for one, two in itertools.pairwise(found))
    return "、".join(f"{day}号" for day in found) if row else match[0]


def _part_alone(text: str, moments: list[Moment]) -> Spoken | None:
    """The one part of the day of a message where it, or the day, is all a clause says: 「明天请半天假，上午」."""
    spoken = [one for one in moments if one.said]
    if len(spoken) != 1 or spoken[0].named:
        return None
    alone = [one for one in moments if _ONLY.fullmatch(_phrase(text, one))]
    return spoken[0].said if alone else None


def _phrase(text: str, moment: Moment) -> str:
    """What is said around a moment without a stop or a blank."""
    return _BREATHS.split(text[: moment.start])[-1] + _BREATHS.split(text[moment.end :])[0]


def _told_of(text: str, moment: Moment) -> bool:
    """Whether it is all the days that are told of: 「下周一二换灯」; 「周四五能来吗」 leaves open which."""
    return bool(_ALL_OF_THEM.match(text, moment.end)) or not _CHOICE.search(_clause(text, moment))


def _clause(text: str, moment: Moment) -> str:
    """What is said around a moment without a stop."""
    return _STOPS.split(text[: moment.start])[-1] + _STOPS.split(text[moment.end :])[0]


def _apart(text: str, dated: list[Moment]) -> bool:
    """Whether each day has a clause of its own: 「周四要考试，想请周五的假」."""
    return all(_STOPS.search(text, one.end, two.start) for one, two in itertools.pairwise(dated))


def _undated(
    text: str, moments: list[Moment], lone: list[Moment], now: datetime, count: int | None, *, answering: bool
) -> When:
    soon = lengths.soon(text)
    if soon and not any(moment.named for moment in moments):
        then = (now + soon).replace(second=0, microsecond=0)
        return When(day=then.date(), at=then.time(), count=count)
    lasting = lengths.ahead(text)
    if lasting and not moments:
        begin = now.replace(second=0, microsecond=0)
        return When(day=begin.date(), period=(begin, begin + lasting), count=count)
    # 「1点那场，写的是13点」: one hour said twice is one.
    hours = {one.said.at() for one in lone if one.said}
    if answering and len(hours) == 1 and (at := hour_of(hours.pop())) is not None:
        return When(at=at, count=count)
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
    if (count and count != len(found)) or not (
        leave or _ALL_OF_THEM.match(text, dated[-1].end) or _THROUGHOUT.search(text)
    ):
        return When(count=count)
    return When(period=(datetime.combine(found[0], time(0)), datetime.combine(found[-1], LAST)), count=count)


def _wide(named: Named, first: date, calendar: Calendar, count: int | None) -> When:
    last = dating.last(named, calendar, first)
    if count and count != (last - first).days + 1:
        return When(count=count)
    period = (datetime.combine(first, time(0)), datetime.combine(last, LAST))
    return When(day=first if first == last else None, period=period, count=count)


def _lasting(day: date, said: Spoken | None, count: int) -> When:
    """``count`` days from ``day``; what 「明天下午请两天」 ends with is not ours to guess."""
    if said and (said.part not in ("早", "上午") or count == 1):
        # The day alone would pass for all of it.
        return When(day=day if count == 1 else None, count=count)
    begin, last = ranges.begin(day, said), day + timedelta(days=count - 1)
    period = (begin, datetime.combine(last, LAST)) if begin else None
    return When(day=day if count == 1 else None, period=period, count=count)


def _timed(text: str, day: date, said: Spoken, now: datetime) -> When:
    begin = ranges.moment(day, said.at())
    if begin is None:
        return When(day=day)
    # 「今天8点」 said at noon: this evening.
    told = TOLD.match(text, said.end)
    if said.part is None and not told and begin < now and begin.hour < 12 and begin + timedelta(hours=12) > now:
        begin += timedelta(hours=12)
    hours = lengths.hours(text, said.end) or lengths.wished(text)
    period = (begin, begin + hours) if hours else None
    return When(day=begin.date(), at=begin.time(), period=period)
