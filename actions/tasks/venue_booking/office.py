"""A place for some hours: to book, to give back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from actions.offices import Offices, Refusal
from actions.offices.venues import Use, Venue
from actions.rasa_actions import Order
from actions.showing import day
from actions.slots import describe, distinct, own, readable, welcome
from actions.task import Asked, Choice, read_words

WORDS = read_words(Path(__file__).with_name("words.yaml"))
LONGEST, SHORTEST = timedelta(hours=3), timedelta(minutes=30)
WITHOUT_APPROVAL = 50
RELEASES_ITSELF = "study_room"
NEAR = 4
"""So many other beginnings are named when a time is full."""
PARTS: Mapping[tuple[int, int], str] = {(8, 12): "上午", (12, 18): "下午", (14, 18): "下午", (18, 22): "晚上"}
"""What was said when a span is a whole part of a day."""
BUILDING = re.compile(r"学生活动中心|图书馆|体育馆|教学楼[AB]座|第一食堂|\d+号楼")


def _span(period: str) -> tuple[datetime, datetime]:
    start, end = (datetime.fromisoformat(part) for part in period.split("/"))
    return start, end


async def check(field: str, value: str, offices: Offices) -> None:
    """A time must lie in the days that can be booked, and be one to three hours of one of them."""
    if field != "period":
        return
    start, end = _span(value)
    first, last = await offices.venues.days()
    if not first <= start.date() <= last:
        raise Refusal("wrong_day", {"first": day(first), "last": day(last)})
    if start.date() != end.date():
        raise Refusal("one_day")
    named = f"{start.month}月{start.day}日"
    if (start.hour, end.hour, end.minute) == (0, 23, 59):
        raise Refusal("hours_missing", {"day": day(start.date()), "so_far": named})
    if end - start > LONGEST:
        part = PARTS.get((start.hour, end.hour), "")
        raise Refusal("too_long", {"day": day(start.date()) + part, "so_far": named + part})
    if end - start < SHORTEST:
        raise Refusal("too_short", {"day": day(start.date()), "so_far": named})


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    """Own bookings, or the places that are free the whole time and large enough."""
    if asked.field == "booking":
        return await own("venue", asked, offices)
    await welcome("venue", asked, offices)
    kind, people = asked.values["kind"], int(asked.values["people"])
    start, end = _span(asked.values["period"])
    try:
        found = await offices.venues.at(kind, start, end, people=people)
    except Refusal as refusal:
        raise readable(refusal) from refusal
    if max(one.most for one in found) < people:
        raise Refusal("too_many_people", {"most": max(one.most for one in found)})
    fitting = [one for one in found if one.most >= people]
    if not any(one.open for one in fitting):
        opens = "、".join(dict.fromkeys(span for one in fitting for span in one.opens))
        raise Refusal("closed_then", {"day": day(start.date()), "opens": opens})
    free = [one for one in fitting if one.left]
    if not free:
        raise Refusal("none_free", {"times": await _other_times(kind, start, end, people, offices)})
    names = [one.name for one in found]
    meant = distinct([_words(one, names) for one in free]) if len(free) > 1 else ["约|订|借|用|打|要"]
    return [Choice(one.venue, _label(one), said) for one, said in zip(free, meant, strict=True)]


async def _other_times(kind: str, start: datetime, end: datetime, people: int, offices: Offices) -> str:
    """The free beginnings of that day that lie nearest to what was wanted."""
    minutes = (end - start) // timedelta(minutes=1)
    starts = await offices.venues.times(kind, start.date(), minutes=minutes, people=people)
    if not starts:
        return WORDS["none_left"]
    near = sorted(starts, key=lambda one: abs(_minutes(one) - start.hour * 60 - start.minute))[:NEAR]
    return f"{day(start.date())}还可以从这些时候开始：{'、'.join(sorted(near))}"


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _label(venue: Venue) -> str:
    left = f"，还有 {venue.left} 个空着" if venue.left > 1 else ""
    return f"{venue.name}（{venue.place}，最多 {venue.most} 人{left}）"


def _words(venue: Venue, names: Sequence[str]) -> list[str]:
    """Its name, its building and its number; 报告厅 alone names nothing where there is a 图书馆报告厅."""
    own_name, rooms = venue.name.split("（")[0], re.findall(r"\d{3}", venue.place)
    alone = not any(own_name in other for other in names if other != venue.name)
    return [
        *([re.escape(own_name)] if alone else ()),
        *BUILDING.findall(venue.place)[:1],
        *(rooms if len(rooms) == 1 else ()),
    ]


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """The fee, whether it needs approval, and until when it can be given back."""
    if order.values["deed"] == "release":
        return {}
    start, end = _span(order.values["period"])
    found = await offices.venues.at(order.values["kind"], start, end)
    venue = next((one for one in found if one.venue == order.values["venue"]), None)
    if venue is None or not venue.left:
        raise Refusal("slot_taken")
    lines = {"费用": _yuan(venue.fee_cents) if venue.fee_cents else WORDS["free"]}
    if int(order.values["people"]) > WITHOUT_APPROVAL:
        lines["审批"] = WORDS["approval"]
    return {**lines, "取消": WORDS["notice"]}


def _yuan(cents: int) -> str:
    return f"{cents / 100:.2f} 元"


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    try:
        if order.values["deed"] == "release":
            number = order.values["booking"]
            given = await offices.bookings.release("venue", number, student=order.student, key=order.key)
            told = WORDS["released"].format(number=given.number, when=describe(given))
            return {"number": given.number, "office_status": given.status, "told": told}
        start, end = _span(order.values["period"])
        use = Use(
            student=order.student,
            venue=order.values["venue"],
            start=start,
            end=end,
            people=int(order.values["people"]),
            purpose=order.values.get("purpose"),
        )
        made = await offices.venues.submit(use, key=order.key)
    except Refusal as refusal:
        raise readable(refusal) from refusal
    told = WORDS["waits" if made.approver else "booked"].format(
        number=made.booking.number,
        when=describe(made.booking),
        place=made.booking.place,
        approver=made.approver,
        fee=WORDS["fee"].format(fee=_yuan(made.fee_cents), department=made.department) if made.fee_cents else "",
        sign_in=WORDS["sign_in"] if order.values["kind"] == RELEASES_ITSELF else "",
    )
    return {"number": made.booking.number, "office_status": made.booking.status, "told": told}
