"""教务处学业发展中心: academic tutors, what they help with, and talks with them.

学生社区服务指南 一（三）4: thirty minutes each, booked one working day ahead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.bookings import (
    RULES,
    Booked,
    Wish,
    check_own,
    check_standing,
    claim,
    held_between,
    let_rivals_first,
    local,
    minute,
    peak,
)
from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import SATURDAY, working_days_after
from actions.campus_sim.leaves import Minute
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.problems import Problem

PLACE = "图书馆二楼216室"
ONLINE = "线上会议"
LENGTH = timedelta(minutes=30)
AHEAD = timedelta(days=14)
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")

router = APIRouter(tags=["tutors"])

Mode = Literal["当面", "线上"]
Subject = Literal["高等数学", "线性代数", "概率统计", "大学物理", "程序设计", "英语与写作", "论文写作", "学业规划"]


@dataclass(frozen=True, slots=True)
class Tutor:
    """Somebody who explains."""

    key: str
    name: str
    subjects: tuple[Subject, ...]
    hours: dict[str, tuple[int, ...]]
    """The full hours in which two talks begin, by weekday (``一`` is Monday)."""


TUTORS = (
    Tutor("D01", "王启明", ("高等数学", "线性代数"), {"一": (14, 15), "三": (14, 15, 16), "五": (9, 10)}),
    Tutor("D02", "蒋海燕", ("高等数学", "概率统计"), {"二": (9, 10), "四": (18, 19)}),
    Tutor("D03", "郭志强", ("大学物理",), {"二": (14, 15), "四": (14, 15, 16)}),
    Tutor("D04", "李佳怡", ("程序设计",), {"一": (18, 19), "三": (18, 19), "五": (15, 16)}),
    Tutor("D05", "谢安琪", ("英语与写作", "论文写作"), {"二": (10, 11), "三": (9, 10, 11)}),
    Tutor("D06", "韩建国", ("学业规划", "论文写作"), {"一": (9, 10), "三": (15, 16), "四": (9, 10)}),
)
"""All within the opening hours of the centre: Monday to Friday 9:00–20:00."""


class OneTutor(BaseModel):
    tutor: str
    name: str
    subjects: list[Subject]


class Tutors(BaseModel):
    tutors: list[OneTutor]


class Slot(BaseModel):
    slot: str
    """``D01_20261125T1400``."""
    tutor: str
    name: str
    subjects: list[Subject]
    start: Minute
    end: Minute
    place: str


class Slots(BaseModel):
    slots: list[Slot]


class TutorForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    slot: str = Field(max_length=40)
    topic: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    mode: Mode


class TutorOrder(Booked):
    topic: str
    mode: Mode


def earliest_day(today: date) -> date:
    """The next working day; what is asked at a weekend arrives on Monday, and is for Tuesday."""
    arrives = today if today.weekday() < SATURDAY else working_days_after(today, 1)
    return working_days_after(arrives, 1)


def _calendar(now: datetime) -> Iterator[tuple[Tutor, datetime]]:
    """Every talk that may still be booked, taken or not, the earliest first."""
    day = earliest_day(now.date())
    while day <= now.date() + AHEAD:
        weekday = WEEKDAYS[day.weekday()]
        for half_hour in range(48):
            at = datetime.combine(day, time(half_hour // 2, half_hour % 2 * 30))
            yield from ((one, at) for one in TUTORS if at.hour in one.hours.get(weekday, ()))
        day += timedelta(days=1)


def _name(tutor: Tutor, at: datetime) -> str:
    return f"{tutor.key}_{at:%Y%m%dT%H%M}"


@router.get("/tutors", response_model=Tutors)
def all_tutors() -> dict[str, Any]:
    return {"tutors": [{"tutor": one.key, "name": one.name, "subjects": list(one.subjects)} for one in TUTORS]}


@router.get("/tutors/slots", response_model=Slots)
def free_slots(
    campus: Here, day: date | None = None, subject: Subject | None = None, tutor: str | None = None
) -> dict[str, Any]:
    """Free talks of the next two weeks from the next working day on; each parameter narrows them."""
    now = local(campus.now())
    with campus.ledger.reading() as db:
        held = held_between(db, "tutor", minute(now), minute(now + AHEAD + timedelta(days=1)))
    slots = []
    for one, at in _calendar(now):
        start, end = minute(at), minute(at + LENGTH)
        wanted = (
            (day is None or at.date() == day)
            and (subject is None or subject in one.subjects)
            and (tutor is None or tutor == one.key)
        )
        if wanted and not peak(held.get(one.key, []), start, end):
            named = {"tutor": one.key, "name": one.name, "subjects": list(one.subjects)}
            slots.append({"slot": _name(one, at), **named, "start": start, "end": end, "place": PLACE})
    return {"slots": slots}


def _wish(form: TutorForm, now: datetime) -> Wish:
    for one, at in _calendar(now):
        if _name(one, at) == form.slot:
            place = PLACE if form.mode == "当面" else ONLINE
            return Wish("tutor", one.key, at, at + LENGTH, form.student, f"{one.name}老师", place)
    raise Problem(409, "slot_taken", "这个时间不能预约了。")


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: TutorForm) -> TutorOrder:
    check_standing(db, "tutor", form.student, campus.now().date())
    wish = _wish(form, local(campus.now()))
    check_own(db, wish)
    claim(db, number, wish, 1)
    return TutorOrder(
        number=number,
        status="已预约",
        department=RULES["tutor"].department,
        student=form.student,
        what=wish.what,
        start=minute(wish.start),
        end=minute(wish.end),
        place=wish.place,
        topic=form.topic,
        mode=form.mode,
        created_at=campus.now(),
    )


@router.post("/tutors/appointments", response_model=TutorOrder, status_code=201, responses=MADE)
def make_appointment(form: TutorForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active``, ``overlapping_booking`` (details: number, start) and
    ``slot_taken``."""
    # A slot that is over is refused below, unless the key has made its order before.
    with suppress(Problem):
        let_rivals_first(campus, _wish(form, local(campus.now())), 1)
    return make_once(campus, key, "tutor", form.student, form, lambda db, number: _order(campus, db, number, form))
