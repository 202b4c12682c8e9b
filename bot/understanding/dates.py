"""Dates and periods in a message. Rather nothing than something wrong: a form asks again, a wrong date gets filed.

Whole days run from 00:00 to 23:59; a part of a day without an hour spans :data:`bot.understanding.clock.PARTS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.understanding import clock, days
from bot.understanding.clock import PARTS, Spoken
from bot.understanding.days import Calendar, Named
from bot.understanding.numerals import number

LAST = time(23, 59)
"""The end of a whole day."""

_TO = re.compile(
    r"\s?(?:的|就|开始|起|出发|走|放假|请假|离校|回家)?\s?,?\s?(?:一直|直|请假|请)?\s?(?:到了?|至|-+|~+|—+|–+|→)\s?"
)
_JOIN = re.compile(r"\s?(?:的|\(|,)?\s?")
_BEFORE = re.compile(r"\s?(?:的)?(?:之前|以前|前(?!台|往|门|面)|截止|(?:之后|以后)|后(?!台|面|勤|天))")
_DENIED = re.compile(r"(?:不是|不要|别|并非|而非|不想要?)(?:在)?\s?$")
_BACK = re.compile(r"回来|返校|回校|返程|销假|回学校|结束")
# Forms a person types only when asked for a date: 12-5, 20261205.
_DASHED = re.compile(r"(?<![\d.:-])(\d{1,2})-(\d{1,2})(?![\d.:-])(?!\s?[点号日月])")
_PACKED = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")
_NUM = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAYS = re.compile(
    rf"(?<![第\d.月年半])(?P<count>{_NUM})\s?(?P<unit>天|个?(?:星期|礼拜)|周)(?!半|前|内|左右|以上|以内|以下|一次|[一二三四五六日末]|之?后|以后|没|多|[\d])"
)
_LEAVE = re.compile(r"请|假|离校|外出|回家|出差|不在校")
_OVER = re.compile(r"(?:超过|大于|不足|少于|至少|最多|不到|满|前|近|这|那|过|坏了|已经|等了|漏了|停了|好)$")
_WHOLE = re.compile(r"全天|整天|一整天|(?:请|休)?(?<!\d)[一1]天(?:假|$|,|的假)|当天")
_HOURS = re.compile(rf"(?P<count>{_NUM}|半)\s?个?(?P<half>半)?\s?(?:小时|钟头)")


@dataclass(frozen=True, slots=True)
class When:
    """What a message says about time; each part ``None`` when it is not said or not clear."""

    day: date | None = None
    """The one day meant."""
    at: time | None = None
    """The hour on that day."""
    period: tuple[datetime, datetime] | None = None
    """From and to; the end is never before the beginning."""
    count: int | None = None
    """A length in days without knowing from when: 「请假3天」."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """A day, with the time said beside it."""

    named: Named | None
    said: Spoken | None
    start: int
    end: int


def read(text: str, now: datetime, term_start: date | None = None, *, answering: bool = False) -> When:
    """What normalised ``text`` says about time.

    ``answering``: the text answers the question for a date or period, so a lone ``12.5`` or ``12-5`` is a day, and a
    lone day or part of a day is a period.
    """
    if answering:
        text = _DASHED.sub(r"\1.\2", _PACKED.sub(r"\1-\2-\3", text))
    calendar = Calendar(now.date(), term_start)
    moments = [moment for moment in _moments(text) if not _DENIED.search(text, max(0, moment.start - 4), moment.start)]
    ranges = _ranges(text, moments, calendar)
    if ranges is None:
        return _single(text, moments, calendar, now, answering=answering)
    if len(ranges) != 1:
        return When()
    begin, end = ranges[0]
    return When(day=begin.date() if begin.date() == end.date() else None, period=(begin, end))


def iso(period: tuple[datetime, datetime]) -> str:
    """An ISO 8601 interval with minutes: ``2026-11-25T14:00/2026-11-27T18:00``."""
    return "/".join(moment.strftime("%Y-%m-%dT%H:%M") for moment in period)


def _moments(text: str) -> list[_Moment]:
    """Every day with its time, and times that stand alone, in order."""
    found: list[_Moment] = []
    for day in days.named(text):
        joined = _JOIN.match(text, day.end)
        said = clock.spoken(text, joined.end() if joined else day.end)
        found.append(_Moment(day, said, day.start, said.end if said else day.end))
    lone: list[_Moment] = []
    for index, begin in enumerate([0, *(moment.end for moment in found)]):
        limit = found[index].start if index < len(found) else len(text)
        while (said := clock.first(text, begin)) and said.end <= limit:
            lone.append(_Moment(None, said, said.start, said.end))
            begin = said.end
    return sorted(found + lone, key=lambda moment: moment.start)


def _ranges(text: str, moments: list[_Moment], calendar: Calendar) -> list[tuple[datetime, datetime]] | None:
    """Every 「从…到…」; ``None`` when there is none, an empty list when one could not be read."""
    bare = [moment.named for moment in moments if moment.named and not moment.said and moment.named.kind != "past"]
    found: list[tuple[datetime, datetime]] = []
    seen = broken = False
    index = 0
    while index < len(moments):
        start = moments[index]
        end, used = _closing(text, moments, index)
        index += used
        if end is None:
            continue
        # 「明天想借一间研讨室，2点到4点」: the hours belong to the one day that is named.
        day = start.named or (bare[0] if len(bare) == 1 else None)
        if day is None:
            continue
        seen = True
        period = _period(day, start.said, end, calendar)
        if period is None:
            broken = True
        elif period not in found:
            found.append(period)
    return ([] if broken else found) if seen else None


def _closing(text: str, moments: list[_Moment], index: int) -> tuple[_Moment | None, int]:
    """The moment that closes the range opened at ``index``, and how many moments were used."""
    start = moments[index]
    following = moments[index + 1] if index + 1 < len(moments) else None
    if following and _TO.fullmatch(text, start.end, following.start):
        return following, 2
    to = _TO.match(text, start.end)
    if to and start.named and start.named.kind == "week" and (short := days.weekday_short(text, to.end())):
        return _Moment(short, None, short.start, short.end), 1
    # 「5号回家，8号回来」
    if following and start.named and following.named and _BACK.search(text, following.end, following.end + 6):
        return following, 2
    return None, 1


def _period(day: Named, said: Spoken | None, end: _Moment, calendar: Calendar) -> tuple[datetime, datetime] | None:
    first = day.on(calendar)
    last = end.named.on(calendar, after=first) if first and end.named else first
    begin = _begin(first, said) if first else None
    if begin is None or last is None:
        return None
    if end.named and end.named.weekend:
        last += timedelta(days=1)
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


def _single(text: str, moments: list[_Moment], calendar: Calendar, now: datetime, *, answering: bool) -> When:
    """No range was said: one day, with or without a time, a length or a number of hours."""
    leave = bool(_LEAVE.search(text))
    count = _length(text, leave=answering or leave)
    skipped = ("past",) if answering else ("past", "loose")
    dated = [moment for moment in moments if moment.named and moment.named.kind not in skipped]
    known = {moment.named.on(calendar) for moment in dated if moment.named}
    day = known.pop() if len(known) == 1 else None
    if day is None or any(_BEFORE.match(text, moment.end) for moment in dated):
        return When(count=count)
    if dated[0].named and dated[0].named.weekend:
        return When(period=(datetime.combine(day, time(0)), datetime.combine(day + timedelta(days=1), LAST)))
    timed = [moment for moment in dated if moment.said] or [
        moment for moment in moments if moment.named is None and moment.said and moment.said.hour is not None
    ]
    if len(timed) > 1:
        return When(day=day, count=count)
    said = timed[0].said if timed else None
    if count:
        return _lasting(day, said, count)
    if said and said.hour is not None:
        return _timed(text, day, said, now)
    if said and said.part:
        return When(day=day, period=_part_of(day, said.part) if answering or leave else None)
    whole = answering or bool(_WHOLE.search(text))
    return When(day=day, period=(datetime.combine(day, time(0)), datetime.combine(day, LAST)) if whole else None)


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
    return When(day=begin.date(), at=begin.time(), period=(begin, begin + _span(hours)) if hours else None)


def _part_of(day: date, part: str) -> tuple[datetime, datetime]:
    begin, end = PARTS[part]
    return datetime.combine(day, begin), datetime.combine(day, end)


def _span(hours: re.Match[str]) -> timedelta:
    if hours["count"] == "半":
        return timedelta(minutes=30)
    return timedelta(hours=number(hours["count"]) or 0, minutes=30 if hours["half"] else 0)


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
