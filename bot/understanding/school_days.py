"""Days that only the university's calendar knows: teaching weeks, days off, the first day of term."""

from __future__ import annotations

from datetime import date

from bot.understanding.counting import DAY, WEEK, Calendar, integer, weekday_before, weekday_behind
from bot.understanding.days import order
from bot.understanding.school_year import Break, Term


def lunar(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    found = calendar.year.coming("春节", calendar.today) if calendar.year else None
    if found is None or found.day is None:
        return None
    return found.day + (14 if "lantern" in parts else integer(parts["spring_day"]) - 1) * DAY


def term_of(calendar: Calendar, said: str) -> Term | None:
    if calendar.year is None:
        return None
    ahead = said.startswith("下") or said == "开学"
    return calendar.year.next_term(calendar.today) if ahead else calendar.year.term(calendar.today)


def teaching(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    term = term_of(calendar, parts.get("of", ""))
    monday = term.week(integer(parts["teach"])) if term else None
    return monday + order(parts["tday"]) * DAY if monday else None


def teachweek(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    term = term_of(calendar, parts.get("week_of", ""))
    if "tweek_apart" in parts:
        return None
    monday = term.week(integer(parts.get("tweek") or parts["bare_from"])) if term else None
    # Of a week that has begun the rest is meant.
    return max(monday, calendar.today) if monday and monday + WEEK > calendar.today else None


def opening(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    term = term_of(calendar, "下")
    return term.monday if term else None


def break_of(parts: dict[str, str], calendar: Calendar) -> Break | None:
    if calendar.year is None:
        return None
    name = parts.get("feastname") or parts["spellname"]
    if name.startswith(("期末", "考试")):
        term = calendar.year.term(calendar.today)
        return Break(name, (name,), term.exams, term.last) if term else None
    return calendar.year.coming(name, calendar.today)


def day_off(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    found = break_of(parts, calendar)
    return within(found, parts, calendar) if found else None


def within(found: Break, parts: dict[str, str], calendar: Calendar) -> date | None:
    """The day that is named by a break: its first, the one after it, the feast itself."""
    if calendar.year is None:
        return None
    if "those" in parts and integer(parts["those"]) != (found.last - found.first).days + 1:
        return None
    if "after" in parts:
        following = weekday_behind(found.last, parts.get("aday"))
        return calendar.year.working(following) if "worked" in parts else following
    if "before" in parts:
        return weekday_before(found.first, parts.get("bday"))
    if "spellday" in parts:
        return weekday_behind(found.first - DAY, parts["spellday"])
    if "nth" in parts:
        day = found.first + (integer(parts["nth"]) - 1) * DAY
        return day if day <= found.last else None
    if "lastday" in parts:
        return found.last
    if "firstday" in parts or "whole" in parts or found.day is None:
        return max(found.first, calendar.today) if "whole" in parts or "spell" in parts else found.first
    return found.day


def workday(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return calendar.year.working(calendar.today + DAY) if calendar.year else None
