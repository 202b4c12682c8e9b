"""Which date a named day is, counted from today and by the university's calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.days import Named, order
from bot.understanding.numerals import number
from bot.understanding.school_year import Break, SchoolYear, Term

# A day further ahead than this without a year was most likely meant in the past: 「11月20号」 said on 22 November.
_AHEAD = timedelta(days=270)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)

_MONTH_AND_DAY = {"monthday": ("month", "dom"), "loose": ("lm", "ld"), "dashed": ("dm", "dd")}
_AGO = {"昨": 1, "前": 2, "大": 3}
_OVER = re.compile(
    r"(?P<day>大?前天|昨天|昨日|昨晚|前晚|昨夜)|(?P<weeks>上上?)个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])"
    r"|上个?月(?P<dom>\d{1,2})[号日]|(?P<ago>\d{1,2}|[一二两三四五六七八九十]{1,3})(?P<unit>天|个?(?:周|星期|礼拜)|个?月)(?:之前|以前|前)"
    r"|(?P<year>[去前])年(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})月(?P<day_of>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?"
)
_RELATIVE = {"今": 0, "明": 1, "后": 2, "大": 3, "当": 0}
_FEASTS = {"元旦": (1, 1), "劳动节": (5, 1), "五四青年节": (5, 4), "儿童节": (6, 1), "教师节": (9, 10), "国庆": (10, 1),
           "国庆节": (10, 1), "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a named day is counted from."""

    today: date
    year: SchoolYear | None = None
    """Without it teaching weeks and days off mean nothing."""

    @property
    def monday(self) -> date:
        """The Monday of this week."""
        return self.today - self.today.weekday() * _DAY


def on(named: Named, calendar: Calendar, after: date | None = None) -> date | None:
    """The date meant, the first one of several; ``None`` when it is past, vague or does not exist.

    ``after`` is the first day of a range this day closes: 「12月5号到8号」, 「下周三到周五」.
    """
    try:
        day = _READERS[named.kind](named.parts, calendar, after)
    except ValueError:
        return None
    if day is None or day < (after or calendar.today):
        return None
    # 「12月5号(周五)」 on a Saturday: one of the two is wrong, and we do not know which.
    return day if named.weekday is None or day.weekday() == named.weekday else None


def over(named: Named, calendar: Calendar) -> date | None:
    """The date meant when it is over: 昨天, 上周五, 11月10号; ``None`` for any other."""
    try:
        day = _gone(named, calendar)
    except ValueError:
        return None
    if day is None or day >= calendar.today:
        return None
    return day if named.weekday is None or day.weekday() == named.weekday else None


def last(named: Named, calendar: Calendar, first: date) -> date:
    """The last day of what is named and begins on ``first``: itself for a single day."""
    if named.kind in ("weekwhole", "teachweek"):
        return first + (6 - first.weekday()) * _DAY
    if named.kind == "break" and named.wide and (found := _break_of(named.parts, calendar)):
        return found.last
    return first + _DAY if named.weekend or named.kind == "pair" else first


def _int(said: str) -> int:
    value = number(said)
    if value is None:
        raise ValueError(said)
    return value


def _coming(month: int, day: int, start: date) -> date | None:
    """The first such day from ``start`` on, unless it is so far ahead that a past one was meant."""
    for year in (start.year, start.year + 1):
        candidate = date(year, month, day)
        if candidate >= start:
            return candidate if candidate - start <= _AHEAD else None
    return None


def _month(today: date, shift: str) -> date:
    """The first day of this month, the next (下) or the one after (下下)."""
    first = today.replace(day=1)
    for _ in range(shift.count("下")):
        first = (first + 32 * _DAY).replace(day=1)
    return first


def _full(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return date(2000 + _int(parts["fy"]) % 100, _int(parts["fm"]), _int(parts["fd"]))


def _packed(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    said = parts["packed"]
    return date(int(said[:4]), int(said[4:6]), int(said[6:]))


def _monthday(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    month, day = _int(parts["month"]), _int(parts["dom"])
    if year := parts.get("year"):
        start = after if after and year == "次年" else calendar.today
        return date(start.year + (year != "今年"), month, day)
    return _coming(month, day, after or calendar.today)


def _monthend(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    if said := parts.get("emonth"):
        first = _coming(_int(said), 1, calendar.today.replace(day=1))
    else:
        first = _month(calendar.today, parts.get("eshift", ""))
    return (first + 32 * _DAY).replace(day=1) - _DAY if first else None


def _loose(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return _coming(_int(parts["lm"]), _int(parts["ld"]), after or calendar.today)


def _dashed(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return _coming(_int(parts["dm"]), _int(parts["dd"]), after or calendar.today)


def _nextmonth(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return _month(calendar.today, parts["which"]).replace(day=_int(parts["ndom"]))


def _bare(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    start = after or calendar.today
    for month in (_month(start, ""), _month(start, "下")):
        candidate = month.replace(day=_int(parts["bdom"]))
        if candidate >= start:
            return candidate
    return None


def _term(calendar: Calendar, said: str) -> Term | None:
    if calendar.year is None:
        return None
    ahead = said.startswith("下") or said == "开学"
    return calendar.year.next_term(calendar.today) if ahead else calendar.year.term(calendar.today)


def _teaching(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    term = _term(calendar, parts.get("of", ""))
    monday = term.week(_int(parts["teach"])) if term else None
    return monday + order(parts["tday"]) * _DAY if monday else None


def _teachweek(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    term = _term(calendar, parts.get("week_of", ""))
    monday = term.week(_int(parts["tweek"])) if term else None
    # Of a week that has begun the rest is meant.
    return max(monday, calendar.today) if monday and monday + _WEEK > calendar.today else None


def _opening(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    term = _term(calendar, "下")
    return term.monday if term else None


def _break_of(parts: dict[str, str], calendar: Calendar) -> Break | None:
    if calendar.year is None:
        return None
    name = parts.get("feastname") or parts["spellname"]
    if name.startswith(("期末", "考试")):
        term = calendar.year.term(calendar.today)
        return Break(name, (name,), term.exams, term.last) if term else None
    return calendar.year.coming(name, calendar.today)


def _break(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    found = _break_of(parts, calendar)
    if found is None or calendar.year is None:
        return None
    if "after" in parts:
        following = found.last + _DAY
        return calendar.year.working(following) if "worked" in parts else following
    if "before" in parts:
        return found.first - _DAY
    if "nth" in parts:
        day = found.first + (_int(parts["nth"]) - 1) * _DAY
        return day if day <= found.last else None
    if "lastday" in parts:
        return found.last
    if "firstday" in parts or "whole" in parts or found.day is None:
        return max(found.first, calendar.today) if "whole" in parts or "spell" in parts else found.first
    return found.day


def _workday(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return calendar.year.working(calendar.today + _DAY) if calendar.year else None


def _relative(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    said = parts["relative"]
    if said.startswith("当天"):
        return after
    return calendar.today + (_RELATIVE[said[0]] + said.startswith("大大")) * _DAY


def _pair(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return calendar.today + _RELATIVE[parts["pair"][0]] * _DAY


def _shifted(calendar: Calendar, shift: str) -> date:
    """The Monday of this week, the next (下) or the one after (下下)."""
    return calendar.monday + shift.count("下") * _WEEK


def _week(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    index = order(parts["weekday"])
    if shift := parts.get("shift"):
        return _shifted(calendar, shift) + index * _DAY
    # The coming one; said on that very day it is today.
    start = after or calendar.today
    return start + (index - start.weekday()) % 7 * _DAY


def _weekwhole(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return max(_shifted(calendar, parts.get("ws1") or parts["ws2"]), calendar.today)


def _same(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return calendar.today + parts["same"].count("下") * _WEEK


def _later(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    count, unit = _int(parts["later_n"]), parts["later_unit"]
    if unit != "月":
        return calendar.today + count * (_DAY if unit == "天" else _WEEK)
    return _month(calendar.today, "下" * count).replace(day=calendar.today.day)


def _next(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return after + _DAY if after else None


def _feast(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return _coming(*_FEASTS[parts["name"]], after or calendar.today)


def _gone(named: Named, calendar: Calendar) -> date | None:
    if named.kind == "past":
        match = _OVER.fullmatch(named.parts["past"])
        return _ago(match, calendar) if match else None
    if named.kind in ("monthday", "loose", "dashed"):
        month, day = (_int(named.parts[name]) for name in _MONTH_AND_DAY[named.kind])
        if "year" in named.parts or _coming(month, day, calendar.today):
            return None
        this = date(calendar.today.year, month, day)
        return this if this < calendar.today else this.replace(year=this.year - 1)
    if named.kind in ("full", "packed", "nextmonth", "teaching") or (named.kind == "week" and "shift" in named.parts):
        return _READERS[named.kind](named.parts, calendar, None)
    return None


def _ago(match: re.Match[str], calendar: Calendar) -> date | None:
    said = match.groupdict()
    if said["day"]:
        return calendar.today - (_AGO[said["day"][0]]) * _DAY
    if said["weekday"]:
        return calendar.monday - said["weeks"].count("上") * _WEEK + order(said["weekday"]) * _DAY
    if said["dom"]:
        return (calendar.today.replace(day=1) - _DAY).replace(day=_int(said["dom"]))
    if said["ago"]:
        count = _int(said["ago"])
        return None if said["unit"] == "月" else calendar.today - count * (_DAY if said["unit"] == "天" else _WEEK)
    if said["year"]:
        return date(calendar.today.year - (1 if said["year"] == "去" else 2), _int(said["month"]), _int(said["day_of"]))
    return None


def _past(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    # Known so that 「上周五」 is not read as the coming Friday; what is over is nobody's wish.
    return None


_READERS: dict[str, Callable[[dict[str, str], Calendar, date | None], date | None]] = {
    "past": _past,
    "full": _full,
    "packed": _packed,
    "monthend": _monthend,
    "monthday": _monthday,
    "nextmonth": _nextmonth,
    "teaching": _teaching,
    "teachweek": _teachweek,
    "opening": _opening,
    "break": _break,
    "workday": _workday,
    "relative": _relative,
    "pair": _pair,
    "same": _same,
    "weekwhole": _weekwhole,
    "week": _week,
    "later": _later,
    "feast": _feast,
    "next": _next,
    "bare": _bare,
    "dashed": _dashed,
    "loose": _loose,
}
