"""How a value reads on a card or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from actions.task import Field

WEEKDAYS = "一二三四五六日"


def masked(phone: str) -> str:
    """A phone number as a bystander may see it: ``138****5678``."""
    return f"{phone[:3]}****{phone[-4:]}" if re.fullmatch(r"1\d{10}", phone) else phone


def moment(text: str) -> str:
    """``2026-11-25T14:00`` as a person reads it: ``11月25日（周三）14:00``."""
    at = datetime.fromisoformat(text)
    return f"{day(at.date())}{at:%H:%M}"


def day(value: date) -> str:
    """``11月25日（周三）``; the weekday is read back because that is where spoken dates go wrong."""
    return f"{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"


def period(value: str) -> str:
    """``11月25日（周三）14:00 至 11月27日（周五）18:00``, or whole days without hours."""
    start, end = value.split("/")
    whole_days = start.endswith("T00:00") and end.endswith("T23:59")
    if not whole_days:
        return f"{moment(start)} 至 {moment(end)}"
    first, last = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    return f"{day(first)}全天" if first == last else f"{day(first)} 至 {day(last)}"


def hours(value: str) -> str:
    """From when to when, within one day without naming it twice; or a moment."""
    start, _, end = value.partition("/")
    if end and start[:10] == end[:10] and not (start.endswith("T00:00") and end.endswith("T23:59")):
        return f"{moment(start)}–{end[11:]}"
    return period(value) if end else moment(start)


def shown(of: Field, value: str, labels: Mapping[str, str] | None = None) -> str:
    """A value as the confirm card shows it; ``labels`` are what the office calls the options that were chosen, by field."""
    if of.kind == "option":
        return (labels or {}).get(of.name, value)
    if of.kind == "period":
        return period(value)
    if of.kind == "hours":
        return hours(value)
    if of.kind == "date":
        return day(date.fromisoformat(value))
    if of.kind == "moment":
        return moment(value)
    if of.kind == "money":
        return f"{value} 元"
    if of.kind == "photo":
        return "已附上"
    return of.shown(value)
