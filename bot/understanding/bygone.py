"""Days that are over: 昨天, 上周五, 两周前, 11月10号. Nobody wishes for them, but a story is told by them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.understanding import dating, school_days
from bot.understanding.counting import DAY, WEEK, Calendar, coming, integer
from bot.understanding.days import Named, order
from bot.understanding.moments import Moment
from bot.understanding.school_year import Break

# Names that leave open whether the day is over.
_OPEN = ("week", "bare", "loose", "dashed", "monthday")
_THAT_IS = re.compile(r"(?:就是?|即|等于|也是|[,(])\s?$")
_IS = re.compile(r"\s?[,(]?(?:也?就?是|即|\()")
_MONTH_AND_DAY = {"monthday": ("month", "dom"), "loose": ("lm", "ld"), "dashed": ("dm", "dd")}

_AGO = {"昨": 1, "前": 2, "大": 3}
_OVER = re.compile(
    r"(?P<day>大?前天|昨天|昨日|昨晚|前晚|昨夜)|(?P<weeks>上上?)个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])"
    r"|上个?月(?:(?P<dom>\d{1,2}|[一二两三四五六七八九十]{1,3})[号日]|(?P<month_end>底|末|的?最后一天)|的?(?P<month_ago>今天))"
    r"|(?P<ago>\d{1,2}|[一二两三四五六七八九十]{1,3})(?P<unit>天|个?(?:周|星期|礼拜)|个?月)(?:之前|以前|前)"
    r"|(?P<year>[去前])年(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})月(?P<day_of>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?"
)
_WEEKS = re.compile(
    r"(?P<weeks>上上?)个?(?:周|星期|礼拜)(?:(?P<end>末)|(?P<several>[一二三四五六日天][一二三四五六日天、,]+))?"
)
_MONTH = re.compile(r"上个?月一?整个?月|整个上个?月")


def told(text: str, moments: list[Moment], calendar: Calendar) -> list[Moment]:
    """``moments`` where a day that is said to be yesterday or the like is over: 「周二晚上(就昨天)」, 「大前天就是15号」."""
    same = {
        over(one.named, calendar)
        for one in moments
        if one.named
        and one.named.kind == "past"
        and (_THAT_IS.search(text, max(0, one.start - 4), one.start) or _IS.match(text, one.end))
    } - {None}
    found = []
    for one in moments:
        day = replace(one.named, told=True) if one.named and one.named.kind in _OPEN else None
        if day and "shift" not in day.parts and "year" not in day.parts and over(day, calendar) in same:
            one = replace(one, named=day)
        found.append(one)
    return found


def over(named: Named, calendar: Calendar) -> date | None:
    """The date meant when it is over: 昨天, 上周五, 11月10号; ``None`` for any other."""
    try:
        day = _gone(named, calendar)
    except ValueError:
        return None
    if day is None or day >= calendar.today:
        return None
    return day if named.weekday is None or day.weekday() == named.weekday else None


def span(named: Named, calendar: Calendar) -> tuple[date, date] | None:
    """The first and the last of several days that are over: 上周末, 上周, 国庆期间; ``None`` for any other."""
    if named.kind == "break" and named.wide and (gone := _break(named, calendar)):
        return (gone.first, gone.last) if school_days.within(gone, named.parts, calendar) else None
    if named.kind == "teachweek" and not named.parts.get("week_of", "").startswith(("下", "开")):
        return _week(named, calendar)
    if named.kind == "teaching" and named.weekend:
        day = dating.read(named, calendar)
        return (day, day + DAY) if day and day + DAY < calendar.today else None
    if named.kind != "past":
        return None
    if _MONTH.fullmatch(named.parts["past"]):
        last = calendar.today.replace(day=1) - DAY
        return last.replace(day=1), last
    match = _WEEKS.fullmatch(named.parts["past"])
    if match is None:
        return None
    monday = calendar.monday - match["weeks"].count("上") * WEEK
    if match["several"]:
        indices = [order(sign) for sign in match["several"] if sign not in "、,"]
        row = indices == list(range(indices[0], indices[0] + len(indices)))
        return (monday + indices[0] * DAY, monday + indices[-1] * DAY) if row else None
    return (monday + 5 * DAY if match["end"] else monday), monday + 6 * DAY


def _week(named: Named, calendar: Calendar) -> tuple[date, date] | None:
    """The teaching week of that number when it is over: 「第九周我请了假」."""
    term = calendar.year.term(calendar.today) if calendar.year else None
    monday = term.week(integer(named.parts["tweek"])) if term and "tweek" in named.parts else None
    if monday is None or {"tweek_end", "tweek_apart"} & named.parts.keys() or monday + WEEK > calendar.today:
        return None
    return monday, monday + 6 * DAY


def closing(named: Named, calendar: Calendar, first: date) -> date | None:
    """The last day of a range that began on ``first``, which is over: the 周三 of 「上周一到周三」."""
    if named.kind == "past":
        day = over(named, calendar)
    elif named.kind in ("relative", "nextmonth") or (named.kind == "week" and "shift" in named.parts):
        day = dating.read(named, calendar)
    else:
        then = replace(calendar, today=first)
        day = dating.on(named, then, after=first)
        day = dating.last(named, then, day) if day else None
    return day if day and day >= first else None


def _gone(named: Named, calendar: Calendar) -> date | None:
    if named.told:
        return _told(named, calendar)
    if named.kind == "past":
        match = _OVER.fullmatch(named.parts["past"])
        return _ago(match, calendar) if match else None
    if named.kind in ("monthday", "loose", "dashed"):
        month, day = (integer(named.parts[name]) for name in _MONTH_AND_DAY[named.kind])
        if "year" in named.parts or coming(month, day, calendar.today):
            return None
        this = date(calendar.today.year, month, day)
        return this if this < calendar.today else this.replace(year=this.year - 1)
    if named.kind in ("full", "packed", "nextmonth", "teaching") or (named.kind == "week" and "shift" in named.parts):
        return dating.read(named, calendar)
    if named.kind == "feast":
        return _latest_feast(named, calendar)
    if named.kind == "break" and not named.wide and (gone := _break(named, calendar)):
        return school_days.within(gone, named.parts, calendar)
    return None


def _told(named: Named, calendar: Calendar) -> date | None:
    """The last such day before today: the Monday of 「周一报的修」."""
    if named.kind == "week":
        return calendar.today - ((calendar.today.weekday() - order(named.parts["weekday"]) - 1) % 7 + 1) * DAY
    if named.kind == "bare":
        this = calendar.today.replace(day=integer(named.parts["bdom"]))
        return this if this < calendar.today else ((this.replace(day=1) - DAY).replace(day=this.day))
    month, day = (integer(named.parts[name]) for name in _MONTH_AND_DAY[named.kind])
    this = date(calendar.today.year, month, day)
    return this if this < calendar.today else this.replace(year=this.year - 1)


def _latest_feast(named: Named, calendar: Calendar) -> date | None:
    """The last feast of that name where the next is too far ahead to be meant: 「双十一买的」 in November."""
    if dating.read(named, calendar, None):
        return None
    return dating.read(named, replace(calendar, today=calendar.today - 100 * DAY))


def _break(named: Named, calendar: Calendar) -> Break | None:
    """The days off of that name that are over, when none of that name are to come."""
    name = named.parts.get("feastname") or named.parts["spellname"]
    if calendar.year is None or calendar.year.coming(name, calendar.today):
        return None
    return calendar.year.latest(name, calendar.today)


def _ago(match: re.Match[str], calendar: Calendar) -> date | None:
    said = match.groupdict()
    if said["day"]:
        return calendar.today - (_AGO[said["day"][0]]) * DAY
    if said["weekday"]:
        return calendar.monday - said["weeks"].count("上") * WEEK + order(said["weekday"]) * DAY
    if said["month_end"]:
        return calendar.today.replace(day=1) - DAY
    if said["month_ago"]:
        return _months_ago(calendar.today, 1)
    if said["dom"]:
        return (calendar.today.replace(day=1) - DAY).replace(day=integer(said["dom"]))
    if said["ago"]:
        count = integer(said["ago"])
        if said["unit"].endswith("月"):
            return _months_ago(calendar.today, count)
        return calendar.today - count * (DAY if said["unit"] == "天" else WEEK)
    if said["year"]:
        return date(
            calendar.today.year - (1 if said["year"] == "去" else 2), integer(said["month"]), integer(said["day_of"])
        )
    return None


def _months_ago(today: date, count: int) -> date:
    """The same day of an earlier month; raises ``ValueError`` where that month has none."""
    first = today.replace(day=1)
    for _ in range(count):
        first = (first - DAY).replace(day=1)
    return first.replace(day=today.day)
