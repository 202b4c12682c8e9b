"""Whether an answer will do: of its kind, within its limits, and asked for at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from actions.task import SKIPPED, Field

TICKET = re.compile(r"[A-Z]{2}\d{8}-\d{4}|[A-Z0-9]{6,12}")
"""An order's number, or the code that an anonymous case is followed with."""
UPLOAD = re.compile(r"[0-9A-Za-z_-]{8,64}")
MONEY = re.compile(r"\d{1,6}(?:\.\d{1,2})?")
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"\(?(?P<area>010|02\d|0[3-9]\d{2})\)?[ –—-]*(?P<first>[2-8]\d{2,3})[ –—-]?(?P<last>\d{4})")
"""With its area code: seven or eight digits alone are a number in every town."""


class Unfit(Exception):
    """An answer that was read but will not do; ``code`` names a sentence among the task's refusals.

    ``so_far`` among the details is the part of the answer that stands: the pipeline reads the next words as its end.
    """

    def __init__(self, code: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details = details or {}


def applies(of: Field, values: Mapping[str, str | None]) -> bool:
    """Whether the field is asked at all, given the other answers."""
    wanted = (of.when or {}).items()
    return all(values.get(name) in (value if isinstance(value, list) else [value]) for name, value in wanted)


def fits(of: Field, value: str, now: datetime) -> bool:
    """Whether a value is one of the field's kind at all. Raises :class:`Unfit` when it is, but cannot be taken.

    An ``option`` is only known to its office, which is asked elsewhere.
    """
    if value == SKIPPED:
        return bool(of.optional)
    match of.kind:
        case "choice":
            return value in {choice.value for choice in of.choices}
        case "phone":
            return MOBILE.fullmatch(value) is not None or LANDLINE.fullmatch(value) is not None
        case "count":
            return re.fullmatch(r"[0-9]{1,3}", value) is not None and of.least <= int(value) <= of.most
        case "money":
            return MONEY.fullmatch(value) is not None and of.least <= float(value) <= of.most
        case "ticket":
            return TICKET.fullmatch(value) is not None
        case "photo":
            return UPLOAD.fullmatch(value) is not None
        case "date":
            return _instant(value) is not None and len(value) == len("2026-11-25")
        case "moment":
            at = _instant(value)
            if at is not None and at < now.replace(tzinfo=None):
                raise Unfit("moment_in_the_past")
            return at is not None
        case "period":
            return _period(value, now)
        case "hours":
            return _hours(value, now)
        case "text":
            # A lone number or emoji tells an office nothing.
            return re.search(r"[^\W\d_]", value) is not None and len(value.strip()) <= of.longest
        case _:
            return bool(value.strip())


def as_sent(of: Field, value: str) -> str:
    """A fitting value as offices take it: ``(021) 5550-1110`` is ``021-55501110``."""
    landline = LANDLINE.fullmatch(value) if of.kind == "phone" else None
    return f"{landline['area']}-{landline['first']}{landline['last']}" if landline else value


def _instant(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _hours(value: str, now: datetime) -> bool:
    """From when to when, or a moment. What is over is none: nobody complains of it, it is asked or left out."""
    ends = [_instant(part) for part in value.split("/")]
    if len(ends) > 2 or None in ends:
        return False
    start, end = ends[0], ends[-1]
    return start is not None and end is not None and start <= end and end >= now.replace(tzinfo=None)


def _period(value: str, now: datetime) -> bool:
    try:
        start, end = (datetime.fromisoformat(part) for part in value.split("/"))
    except ValueError:
        return False
    if end <= start:
        raise Unfit("leave_ends_before_it_starts")
    today: date = now.date()
    if end < now or start.date() < today:
        raise Unfit("leave_in_the_past")
    return True
