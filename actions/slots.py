"""How free times are offered: a few of them, narrowed to what was said, each with the words that mean it.

``下午三点那个``, ``王老师的`` and ``女老师`` are as good as a button. Words that fit several of the times on show choose none of
them; they narrow the list, and the question is asked again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from actions.offices import Offices, Refusal
from actions.offices.bookings import Booking, Service
from actions.showing import day, moment
from actions.task import Asked, Choice

MOST = 8
NUMERALS = "零一二三四五六七八九十"
PARTS: Mapping[str, tuple[int, int]] = {
    "上午|早上|早晨|一早": (0, 12),
    "中午": (11, 14),
    "下午|午后": (12, 18),
    "晚上|傍晚|晚间|夜里": (18, 24),
}
"""Words of a part of the day, and the full hours it begins and ends with."""
WEEKEND = "周末|双休日"
SATURDAY = 5
SOON = "最早|最近|越快越好|尽快|早点|随便|随时|都(?:可以|行)|哪天都"


@dataclass(frozen=True, slots=True)
class Free:
    """One time that can be had."""

    value: str
    label: str
    start: datetime
    words: tuple[str, ...] = ()
    """Patterns that mean it beside its time: whose it is, what it is about. At one place stands one sort of them."""


def offer(found: Sequence[Free], asked: Asked, *, most: int = MOST) -> list[Choice]:
    """Up to ``most`` of ``found`` that fit what was said, and in any case what is chosen already."""
    left = narrowed(found, asked.said)
    # The hour only brings forward: who asks for 九点 and finds it gone wants to see ten and eleven.
    clock = [one for one in left if any(re.search(pattern, asked.said) for pattern in _clock(one.start))]
    some = sorted([*clock, *(one for one in left if one not in clock)][:most], key=lambda one: one.start)
    some += [one for one in found if one.value == asked.chosen and one not in some]
    meant = distinct([_meaning(one) for one in some])
    return [Choice(one.value, one.label, said) for one, said in zip(some, meant, strict=True)]


def distinct(meant: Sequence[Sequence[str]]) -> list[str | None]:
    """For each choice one pattern of the words that mean it and none of the others."""
    shared = Counter(pattern for patterns in meant for pattern in set(patterns))
    return ["|".join(pattern for pattern in patterns if shared[pattern] == 1) or None for patterns in meant]


def narrowed(found: Sequence[Free], said: str) -> Sequence[Free]:
    """Those of ``found`` that fit whose, what and which part of the day was said; what fits none of them is passed over."""
    left = found
    for sort in range(max((len(one.words) for one in found), default=0)):
        pattern = _latest({one.words[sort] for one in found}, said)
        left = [one for one in left if pattern in (None, one.words[sort])] or left
    if part := _latest(PARTS, said):
        first, last = PARTS[part]
        left = [one for one in left if first <= one.start.hour < last] or left
    if re.search(WEEKEND, said):
        left = [one for one in left if one.start.weekday() >= SATURDAY] or left
    return left


def _latest(patterns: Sequence[str] | set[str] | Mapping[str, Any], said: str) -> str | None:
    """The pattern that was said last: 「上午……还是下午吧」 means the afternoon."""
    ends = {pattern: [found.end() for found in re.finditer(pattern, said)] for pattern in sorted(patterns)}
    heard = {pattern: places[-1] for pattern, places in ends.items() if places}
    return max(heard, key=lambda pattern: heard[pattern]) if heard else None


def _meaning(one: Free) -> list[str]:
    return [*_clock(one.start), *one.words]


def _clock(at: datetime) -> list[str]:
    """The ways to say a full or half hour: 15点, 下午三点, 三点半."""
    half = at.minute == 30
    after = (
        r"(?:点|时)(?:半|30|三十)|[:：]30"
        if half
        else r"(?:点整?|时)(?!半|钟头|间|\d|[一二三四五]?十|一刻|三刻)|[:：]00"
    )
    ways = [rf"(?<![\d一二三四五六七八九十两:：]){_either(at.hour)}(?:{after})"]
    if at.hour > 12:
        evening = at.hour >= 18
        part = "晚上?|傍晚|今晚|明晚" if evening else "下午|午后"
        ways.append(rf"(?:{part})的?{_either(at.hour - 12)}(?:{after})")
        ways.append(rf"(?<![\d一二三四五六七八九十两:：]){_either(at.hour - 12)}(?:{after})")
    return ways


def _either(number: int) -> str:
    """``(?:15|十五)``, with 两 for two."""
    tens, ones = divmod(number, 10)
    spoken = ("" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十") + (NUMERALS[ones] if ones else "")
    both = {f"{number:02d}", str(number), spoken or NUMERALS[0], *(("两",) if number == 2 else ())}
    return f"(?:{'|'.join(sorted(both, reverse=True))})"


def spoken_days(days: Sequence[date], asked: Asked, *, most: int = MOST - 1) -> list[Choice]:
    """``最早的时间`` and the first days of ``days``; the day that is chosen already stays, if it is free at all."""
    some = list(days)[:most]
    some += [one for one in days if one.isoformat() == asked.chosen and one not in some]
    return [
        Choice(SOONEST, "最早的时间", SOON),
        *(Choice(one.isoformat(), day(one)) for one in some),
    ]


SOONEST = "soonest"
"""The value of a day that is left open."""


def wanted_day(values: Mapping[str, str]) -> date | None:
    """The day among the answers, ``None`` when any will do."""
    said = values.get("day", SOONEST)
    return None if said == SOONEST else date.fromisoformat(said)


def label(start: datetime, end: datetime) -> str:
    """``11月25日（周三）14:00–14:50``."""
    return f"{moment(start.isoformat())}–{end:%H:%M}"


async def welcome(service: Service, asked: Asked, offices: Offices) -> None:
    """Tells who cannot book so at the first question, not at the last. Raises ``Refusal`` with readable details."""
    try:
        await offices.bookings.check_standing(service, asked.student or "")
    except Refusal as refusal:
        raise readable(refusal) from refusal


async def own(service: Service, asked: Asked, offices: Offices) -> list[Choice]:
    """The student's own bookings, to give one back. Raises ``Refusal("nothing_booked")``."""
    booked = await offices.bookings.own(service, asked.student or "")
    if not booked:
        raise Refusal("nothing_booked")
    # The only one is meant without being named.
    alone = "取消|退|不去|不要|不用|改" if len(booked) == 1 else None
    return [Choice(one.number, f"{describe(one)}（{one.status}）", alone or one.number) for one in booked]


def describe(booking: Booking) -> str:
    """``11月25日（周三）14:00–14:50 陆雨晴老师``."""
    return f"{label(booking.start, booking.end)} {booking.what}"


def readable(refusal: Refusal) -> Refusal:
    """``refusal`` with its days and times as a person reads them."""
    details = dict(refusal.details)
    if "start" in details:
        details["start"] = moment(str(details["start"]))
    for name in ("until", "first", "last"):
        if name in details:
            details[name] = day(date.fromisoformat(str(details[name])))
    return Refusal(refusal.code, details)
