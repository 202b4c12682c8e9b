"""Which date a named day is, counted from today and by the university's calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from bot.understanding import school_days, solar
from bot.understanding.counting import (
    DAY,
    WEEK,
    Calendar,
    coming,
    integer,
    month_of,
    month_start,
    weekday_before,
    weekday_behind,
)
from bot.understanding.days import Named, order

_RELATIVE = {"今": 0, "明": 1, "后": 2, "大": 3, "当": 0, "即": 0}
_SIGN = re.compile(r"[一二三四五六日天]")
_FEASTS = {"元旦": (1, 1), "劳动节": (5, 1), "五四青年节": (5, 4), "儿童节": (6, 1), "教师节": (9, 10), "国庆": (10, 1),
           "国庆节": (10, 1), "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25), "圣诞前夜": (12, 24), "圣诞夜": (12, 24), "双十一": (11, 11), "双11": (11, 11),
           "光棍节": (11, 11), "双十二": (12, 12), "双12": (12, 12), "跨年夜": (12, 31), "跨年": (12, 31), "情人节": (2, 14), "妇女节": (3, 8),
           "三八妇女节": (3, 8), "女生节": (3, 7), "植树节": (3, 12), "愚人节": (4, 1), "建党节": (7, 1), "建军节": (8, 1)}  # fmt: skip


def on(named: Named, calendar: Calendar, after: date | None = None) -> date | None:
    """The date meant, the first one of several; ``None`` when it is past, vague or does not exist.

    ``after`` is the first day of a range this day closes: 「12月5号到8号」, 「下周三到周五」.
    """
    day = None if named.told else read(named, calendar, after)
    if day is None or day < (after or calendar.today):
        return None
    # 「12月5号(周五)」 on a Saturday: one of the two is wrong, and we do not know which.
    return day if named.weekday is None or day.weekday() == named.weekday else None


def read(named: Named, calendar: Calendar, after: date | None = None) -> date | None:
    """The date a name stands for, past or not; ``None`` when it stands for none or does not exist."""
    try:
        return _READERS[named.kind](named.parts, calendar, after)
    except ValueError:
        return None


def last(named: Named, calendar: Calendar, first: date) -> date:
    """The last day of what is named and begins on ``first``: itself for a single day."""
    if "mdcount" in named.parts:
        return first + (integer(named.parts["mdcount"]) - 1) * DAY
    if named.kind == "weekdays":
        return first + (len(_SIGN.findall(named.parts["several"])) - 1) * DAY
    if named.kind == "monthwhole":
        return (first.replace(day=1) + 32 * DAY).replace(day=1) - DAY
    if named.kind == "teachweek" and (end := named.parts.get("tweek_end") or named.parts.get("bare_to")):
        term = school_days.term_of(calendar, named.parts.get("week_of", ""))
        monday = term.week(integer(end)) if term else None
        return max(monday + 6 * DAY, first) if monday else first
    if named.kind in ("weekwhole", "teachweek"):
        return first + (6 - first.weekday()) * DAY
    if named.kind == "break" and named.wide and (found := school_days.break_of(named.parts, calendar)):
        return found.last
    return first + DAY if named.weekend or named.kind == "pair" else first


def _full(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return date(2000 + integer(parts["fy"]) % 100, integer(parts["fm"]), integer(parts["fd"]))


def _packed(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    said = parts["packed"]
    return date(int(said[:4]), int(said[4:6]), int(said[6:]))


def _monthday(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    month, day = integer(parts["month"]), integer(parts["dom"])
    if year := parts.get("year"):
        start = after if after and year == "次年" else calendar.today
        return date(start.year + (year != "今年"), month, day)
    return coming(month, day, after or calendar.today)


def _monthend(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    if said := parts.get("emonth"):
        first = coming(integer(said), 1, calendar.today.replace(day=1))
    else:
        first = month_start(calendar.today, parts.get("eshift", ""))
    return (first + 32 * DAY).replace(day=1) - DAY if first else None


def _loose(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return coming(integer(parts["lm"]), integer(parts["ld"]), after or calendar.today)


def _dashed(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return coming(integer(parts["dm"]), integer(parts["dd"]), after or calendar.today)


def _monthwhole(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    if said := parts.get("whole_month") or parts.get("entire_month"):
        first = coming(integer(said), 1, calendar.today.replace(day=1))
    else:
        first = month_start(calendar.today, parts.get("whole_shift") or parts["entire_shift"])
    return max(first, calendar.today) if first else None


def _nextmonth(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return month_start(calendar.today, parts["which"]).replace(day=integer(parts["ndom"]))


def _bare(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    start = after or calendar.today
    for month in (month_start(start, ""), month_start(start, "下")):
        candidate = month.replace(day=integer(parts["bdom"]))
        if candidate >= start:
            return candidate
    return None


def _relative(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    said = parts["relative"]
    if said.startswith("当天"):
        return after
    return calendar.today + (_RELATIVE[said[0]] + said.startswith("大大")) * DAY


def _pair(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return calendar.today + _RELATIVE[parts["pair"][0]] * DAY


def _shifted(calendar: Calendar, shift: str) -> date:
    """The Monday of this week, the next (下) or the one after (下下)."""
    return calendar.monday + shift.count("下") * WEEK


def _week(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    index = order(parts["weekday"])
    if shift := parts.get("shift"):
        return _shifted(calendar, shift) + index * DAY
    # The coming one; said on that very day it is today.
    start = after or calendar.today
    return start + (index - start.weekday()) % 7 * DAY


def _weekdays(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    indices = [order(sign) for sign in _SIGN.findall(parts["several"])]
    if indices != list(range(indices[0], indices[0] + len(indices))):
        return None
    if shift := parts.get("days_shift"):
        return _shifted(calendar, shift) + indices[0] * DAY
    return _week({"weekday": parts["several"][0]}, calendar, after)


def _weekwhole(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return max(_shifted(calendar, parts.get("ws1") or parts.get("ws2") or parts["ws3"]), calendar.today)


def _ofmonth(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    first = month_of(parts, calendar)
    if first is None:
        return None
    if count := parts.get("mdcount"):
        return (first + 32 * DAY).replace(day=1) - integer(count) * DAY if "mdlast" in parts else first
    following = (first + 32 * DAY).replace(day=1)
    if rank := parts.get("rank"):
        day = weekday_behind(first - DAY, parts["nthday"]) + (integer(rank) - 1) * WEEK
        return day if day < following else None
    day = weekday_before(following, parts["nthday"])
    # The last weekend of a month ends in it.
    return day if parts["nthday"] != "末" or day + DAY < following else day - WEEK


def _same(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    shift = parts["same"].count("下")
    if "same_month" in parts:
        return month_start(calendar.today, "下" * shift).replace(day=calendar.today.day)
    return calendar.today + shift * WEEK


def _later(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    if said := parts.get("past_n") or parts.get("days_n"):
        return calendar.today + integer(said) * DAY
    count, unit = integer(parts["later_n"]), parts["later_unit"]
    if (weekday := parts.get("later_day")) and unit not in ("天", "月"):
        return calendar.monday + count * WEEK + order(weekday) * DAY
    if unit != "月":
        return calendar.today + count * (DAY if unit == "天" else WEEK)
    return month_start(calendar.today, "下" * count).replace(day=calendar.today.day)


def _next(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return after + DAY if after else None


def _feast(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return coming(*_FEASTS[parts["name"]], after or calendar.today)


def _solar(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    start = after or calendar.today
    days = (solar.day(parts["term"], year) for year in (start.year, start.year + 1))
    return next((day for day in days if day >= start), None)


def _now(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return calendar.today


def _past(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    # Known so that 「上周五」 is not read as the coming Friday; what is over is nobody's wish.
    return None


_READERS: dict[str, Callable[[dict[str, str], Calendar, date | None], date | None]] = {
    "past": _past,
    "full": _full,
    "packed": _packed,
    "monthend": _monthend,
    "monthwhole": _monthwhole,
    "lunar": school_days.lunar,
    "weekdays": _weekdays,
    "monthday": _monthday,
    "nextmonth": _nextmonth,
    "teaching": school_days.teaching,
    "teachweek": school_days.teachweek,
    "opening": school_days.opening,
    "break": school_days.day_off,
    "workday": school_days.workday,
    "relative": _relative,
    "pair": _pair,
    "ofmonth": _ofmonth,
    "same": _same,
    "weekwhole": _weekwhole,
    "week": _week,
    "later": _later,
    "feast": _feast,
    "solar": _solar,
    "now": _now,
    "next": _next,
    "bare": _bare,
    "dashed": _dashed,
    "loose": _loose,
}
