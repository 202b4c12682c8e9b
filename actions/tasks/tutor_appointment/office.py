"""Half an hour with an academic tutor: to book, to give back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from actions.offices import Offices, Refusal
from actions.offices.bookings import Booking
from actions.offices.tutors import Appointment, Mode, Talk, Tutor
from actions.rasa_actions import Order
from actions.slots import MOST, Free, describe, label, offer, own, readable, spoken_days, wanted_day, welcome
from actions.task import Asked, Choice, read_words

WORDS = read_words(Path(__file__).with_name("words.yaml"))
SUBJECTS: Mapping[str, str] = {
    "高等数学": "高数|高等数学|微积分",
    "线性代数": "线代|线性代数",
    "概率统计": "概率|统计学|数理统计",
    "大学物理": "大物|物理",
    "程序设计": "程序|编程|写代码|[Cc]语言|[Pp]ython|[Jj]ava",
    "英语与写作": "英语|英文|[四六]级",
    "论文写作": "论文|文献综述",
    "学业规划": "规划|选课|保研|考研|转专业|绩点|学习方法",
}
"""What a tutor may be asked, and the words that mean it."""


async def check(field: str, value: str, offices: Offices) -> None:
    """Days and times are checked against the calendar, when they are offered."""


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    """Own appointments, subjects and tutors, days with a free half hour, free half hours."""
    if asked.field == "booking":
        return await own("tutor", asked, offices)
    if asked.field == "subject":
        await welcome("tutor", asked, offices)
        return _subjects(await offices.tutors.tutors(), asked)
    wanted = asked.values["subject"]
    subject, tutor = (wanted, None) if wanted in SUBJECTS else (None, wanted)
    if asked.field == "day":
        talks = await offices.tutors.talks(subject=subject, tutor=tutor)
        if not talks:
            raise Refusal("nothing_free")
        return spoken_days(sorted({one.start.date() for one in talks}), asked)
    talks = await offices.tutors.talks(day=wanted_day(asked.values), subject=subject, tutor=tutor)
    if not talks:
        raise Refusal("day_full")
    return offer([_free(one) for one in talks], asked)


def _subjects(tutors: Sequence[Tutor], asked: Asked) -> list[Choice]:
    """The subjects; before them the tutors who were named, and then only a name decides."""
    named = [one for one in tutors if one.tutor == asked.chosen or re.search(_name(one), asked.said)]
    people = [Choice(one.tutor, f"{one.name}老师（{'、'.join(one.subjects)}）", _name(one)) for one in named]
    subjects = [Choice(name, name, None if people else words) for name, words in SUBJECTS.items()]
    kept = [one for one in subjects if one.value == asked.chosen]
    rest = [one for one in subjects if one.value != asked.chosen]
    return (people + kept + rest)[:MOST]


def _name(tutor: Tutor) -> str:
    return f"{tutor.name[0]}(?:老师|教授|导师)|{tutor.name}"


def _free(talk: Talk) -> Free:
    return Free(talk.slot, f"{label(talk.start, talk.end)} {talk.tutor.name}老师", talk.start, (_name(talk.tutor),))


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """Where, how long, and until when it can be given back."""
    if order.values["deed"] == "release":
        return {}
    place = WORDS["online" if order.values["mode"] == "线上" else "office"]
    return {"地点": place, "时长": WORDS["length"], "取消": WORDS["notice"]}


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    try:
        if order.values["deed"] == "release":
            number = order.values["booking"]
            given = await offices.bookings.release("tutor", number, student=order.student, key=order.key)
            return _told("released", given)
        appointment = Appointment(
            student=order.student,
            slot=order.values["slot"],
            topic=order.values["topic"],
            mode=cast(Mode, order.values["mode"]),
        )
        return _told("booked", await offices.tutors.submit(appointment, key=order.key))
    except Refusal as refusal:
        raise readable(refusal) from refusal


def _told(words: str, booking: Booking) -> Mapping[str, Any]:
    facts = {"number": booking.number, "when": describe(booking), "place": booking.place}
    return {"number": booking.number, "office_status": booking.status, "told": WORDS[words].format(**facts)}
