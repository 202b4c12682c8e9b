"""Days that are left out of a stretch: 「除周六周日外，下周都请假」 is Monday to Friday, 「下周除了周三」 no one stretch at all."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from bot.understanding import dating
from bot.understanding.counting import DAY, Calendar
from bot.understanding.days import order
from bot.understanding.moments import ALL_BUSY, Moment

_BUT = re.compile(
    r"除(?:了|去|开)?(?P<days>[^,。;!?除也还]{2,12}?)(?:这?[两二三]天)?(?:(?:之|以)?外|[, ]|都|下|整|全|$)"
)
_BUT_AT_LAST = re.compile(r"(?:^|[,。;!? ])(?P<days>[^,。;!?]{2,10}?)(?:这?[两二三]天)?(?:除外|不算|不用请)")
# 「除了周三，周四也请」 adds to it.
_AS_WELL = re.compile(r"[^。;!?]{0,12}(?:[也还]|另外)")
_SIGN = re.compile(r"[一二三四五六日天]")

Period = tuple[datetime, datetime]


def of(text: str, moments: list[Moment]) -> list[Moment]:
    """Those of all the ``moments`` of ``text`` that are left out."""
    spans = [
        match.span("days")
        for pattern in (_BUT, _BUT_AT_LAST)
        for match in pattern.finditer(text)
        if pattern is _BUT_AT_LAST or not (_AS_WELL.match(text, match.end()) or ALL_BUSY.match(text, match.end()))
    ]
    inside = [one for one in moments if any(start <= one.start < end for start, end in spans)]
    return [one for one in inside if one.named and not one.said and not one.named.of_days]


def without(period: Period, gone: list[Moment], calendar: Calendar) -> Period | None:
    """What is left of some whole days; ``None`` where days of their midst are gone."""
    first, last = (end.date() for end in period)
    known = [first + number * DAY for number in range((last - first).days + 1)]
    left = [day for day in known if not any(_names(one, day, calendar) for one in gone)]
    if left == known or len(known) < 2:
        return period
    if not left or left[-1] - left[0] != timedelta(days=len(left) - 1):
        return None
    begin = period[0] if left[0] == first else datetime.combine(left[0], time(0))
    end = period[1] if left[-1] == last else datetime.combine(left[-1], time(23, 59))
    return begin, end


def _names(moment: Moment, day: date, calendar: Calendar) -> bool:
    """Whether ``day`` is one of those that ``moment`` names; a weekday is one of the stretch that it is left out of."""
    named = moment.named
    if named is None:
        return False
    if named.kind == "weekdays":
        return day.weekday() in {order(sign) for sign in _SIGN.findall(named.parts["several"])}
    if named.kind == "week":
        return day.weekday() in ((5, 6) if named.weekend else (order(named.parts["weekday"]),))
    first = dating.on(named, calendar)
    return first is not None and first <= day <= dating.last(named, calendar, first)
