"""A talk with a counsellor: to book, to move, to give back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from actions.fitting import MOBILE
from actions.offices import Offices, Refusal
from actions.offices.bookings import Booking
from actions.offices.counselling import Appointment, Mode, Talk
from actions.rasa_actions import Order
from actions.slots import Free, describe, label, offer, own, readable, spoken_days, wanted_day, welcome
from actions.task import Asked, Choice, read_words

WORDS = read_words(Path(__file__).with_name("words.yaml"))
VIDEO = "视频"


async def check(field: str, value: str, offices: Offices) -> None:
    """A telephone that others pick up will not do. Days and times are checked against the calendar, when they are offered."""
    if field == "phone" and not MOBILE.fullmatch(value):
        raise Refusal("mobile_only")


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    """Own appointments, days with a free talk, free talks."""
    if asked.field == "booking":
        return await own("counselling", asked, offices)
    if asked.field == "day":
        await welcome("counselling", asked, offices)
        talks = await offices.counselling.talks()
        if not talks:
            raise Refusal("nothing_free")
        return spoken_days(sorted({one.start.date() for one in talks}), asked)
    talks = await offices.counselling.talks(wanted_day(asked.values))
    if not talks:
        raise Refusal("day_full")
    return offer([_free(one) for one in talks], asked)


def _free(talk: Talk) -> Free:
    name = f"{talk.counsellor[0]}(?:老师|咨询师)|{talk.counsellor}"
    gender = f"{talk.gender}(?:老师|咨询师|的|生|心理)"
    text = f"{label(talk.start, talk.end)} {talk.counsellor}老师（{talk.gender}）"
    return Free(talk.slot, text, talk.start, (name, gender))


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """Where, how long, and until when it can be changed."""
    if order.values["deed"] == "release":
        return {}
    place = WORDS["online" if order.values.get("mode") == VIDEO else "office"]
    where = {"地点": place} if order.values["deed"] == "book" else {}
    return {**where, "时长": WORDS["free"], "改期或取消": WORDS["notice"]}


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    try:
        match order.values["deed"]:
            case "release":
                number = order.values["booking"]
                given = await offices.bookings.release("counselling", number, student=order.student, key=order.key)
                return _told("released", given)
            case "move":
                old = order.values["booking"]
                appointment = Appointment(order.student, order.values["slot"], instead_of=old)
                return _told("moved", await offices.counselling.submit(appointment, key=order.key), old=old)
            case _:
                first = order.values["first"] == "yes"
                appointment = Appointment(
                    student=order.student,
                    slot=order.values["slot"],
                    mode=cast(Mode, order.values["mode"]),
                    first=first,
                    phone=order.values["phone"],
                    category=order.values.get("category"),
                )
                made = await offices.counselling.submit(appointment, key=order.key)
                return _told("booked", made, first=WORDS["first"] if first else "")
    except Refusal as refusal:
        raise readable(refusal) from refusal


def _told(words: str, booking: Booking, **more: str) -> Mapping[str, Any]:
    facts = {"number": booking.number, "when": describe(booking), "place": booking.place, **more}
    return {"number": booking.number, "office_status": booking.status, "told": WORDS[words].format(**facts)}
