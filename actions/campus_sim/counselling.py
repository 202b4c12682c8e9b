"""心理健康教育中心: who listens when, and appointments with them.

The rules are those of 心理健康服务指南: fifty minutes each, one a week, eight a term, confirmed within 24 hours.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from actions.campus_sim.bookings import (
    GONE,
    RULES,
    Booked,
    Wish,
    check_own,
    check_standing,
    claim,
    give_back,
    held_between,
    let_rivals_first,
    local,
    minute,
    monday_of,
    peak,
    term_start,
)
from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.leaves import Minute
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.problems import Problem

PLACE = "学生活动中心三楼301室"
ONLINE = "线上视频"
LENGTH = timedelta(minutes=50)
NOTICE = timedelta(hours=24)
"""The centre confirms within a day, so nothing sooner is offered."""
AHEAD = timedelta(days=14)
A_TERM = 8

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")

router = APIRouter(tags=["counselling"])

Category = Literal["学业", "情绪", "人际", "恋爱", "家庭", "其他"]
Mode = Literal["面谈", "视频"]


@dataclass(frozen=True, slots=True)
class Counsellor:
    """Somebody who listens."""

    key: str
    name: str
    gender: Literal["女", "男"]
    hours: dict[str, tuple[int, ...]]
    """The full hours at which a talk begins, by weekday (``一`` is Monday)."""


MORNING, AFTERNOON, EVENING = (9, 10, 11), (14, 15, 16), (18, 19)
COUNSELLORS = (
    Counsellor("Z01", "陆雨晴", "女", {"一": MORNING, "三": AFTERNOON, "五": AFTERNOON}),
    Counsellor("Z02", "唐文博", "男", {"一": AFTERNOON, "二": MORNING, "四": (*AFTERNOON, *EVENING)}),
    Counsellor("Z03", "高静宜", "女", {"二": (*AFTERNOON, *EVENING), "四": MORNING, "六": (9, 10, 13, 14, 15)}),
    Counsellor("Z04", "程思远", "男", {"一": EVENING, "三": (*MORNING, *EVENING), "五": (*MORNING, *EVENING)}),
)
"""All within the opening hours: Monday to Friday 9:00–20:00, Saturday 9:00–16:00."""


class Slot(BaseModel):
    slot: str
    """``Z01_20261125T1400``."""
    counsellor: str
    gender: Literal["女", "男"]
    start: Minute
    end: Minute
    place: str


class Slots(BaseModel):
    slots: list[Slot]


class CounsellingForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    slot: str = Field(max_length=40)
    mode: Mode | None = None
    """This and the two below are told once: a talk that replaces another keeps them."""
    first: bool | None = None
    """Whether it is the first visit: consent is signed then."""
    phone: str | None = Field(default=None, pattern=r"^1[3-9][0-9]{9}$")
    category: Category | None = Field(default=None, exclude=True)
    """Kept by the centre only: it is in no answer, and left out of what an order is recognised by."""
    instead_of: str | None = Field(default=None, max_length=40)
    """The number of an own appointment that is given up for this one, or kept where this one cannot be had."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.instead_of is None and None in (self.mode, self.first, self.phone):
            raise ValueError("a new appointment says how, whether it is the first, and whom to call")
        return self


class CounsellingOrder(Booked):
    mode: Mode
    first: bool
    instead_of: str | None


def _days(today: date) -> Iterator[date]:
    for ahead in range(AHEAD.days + 1):
        yield today + timedelta(days=ahead)


def _calendar(now: datetime) -> Iterator[tuple[Counsellor, datetime]]:
    """Every talk that may still be booked, taken or not, the earliest first."""
    for day in _days(now.date()):
        weekday = WEEKDAYS[day.weekday()]
        for hour in range(24):
            at = datetime.combine(day, time(hour))
            if at - NOTICE < now:
                continue
            yield from ((one, at) for one in COUNSELLORS if hour in one.hours.get(weekday, ()))


def _name(counsellor: Counsellor, at: datetime) -> str:
    return f"{counsellor.key}_{at:%Y%m%dT%H%M}"


@router.get("/counselling/slots", response_model=Slots)
def free_slots(campus: Here, day: date | None = None) -> dict[str, Any]:
    """Free talks of the next two weeks, from a day from now on; with ``day`` only those of that day."""
    now = local(campus.now())
    with campus.ledger.reading() as db:
        held = held_between(db, "counselling", minute(now), minute(now + AHEAD + timedelta(days=2)))
    slots = []
    for one, at in _calendar(now):
        start, end = minute(at), minute(at + LENGTH)
        if (day is None or at.date() == day) and not peak(held.get(one.key, []), start, end):
            slots.append(
                {
                    "slot": _name(one, at),
                    "counsellor": one.name,
                    "gender": one.gender,
                    "start": start,
                    "end": end,
                    "place": PLACE,
                }
            )
    return {"slots": slots}


def _wish(form: CounsellingForm, now: datetime) -> Wish:
    for one, at in _calendar(now):
        if _name(one, at) == form.slot:
            return Wish("counselling", one.key, at, at + LENGTH, form.student, f"{one.name}老师", PLACE)
    raise Problem(409, "slot_taken", "这个时间不能预约了。")


def _limits(db: sqlite3.Connection, wish: Wish) -> None:
    """One talk a week and eight a term, as the guide says."""
    monday = monday_of(wish.start.date())
    rows = db.execute(
        "SELECT number, start FROM bookings WHERE service = 'counselling' AND student = ? AND status != ?"
        " AND start >= ? ORDER BY start",
        (wish.student, GONE, term_start(wish.start.date()).isoformat()),
    ).fetchall()
    for row in rows:
        if monday <= date.fromisoformat(row["start"][:10]) < monday + timedelta(days=7):
            raise Problem(409, "one_a_week", "每周一次。", {"number": row["number"], "start": row["start"]})
    if len(rows) >= A_TERM:
        raise Problem(409, "term_limit", "本学期次数已满。", {"most": A_TERM, "phone": RULES["counselling"].phone})


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: CounsellingForm, wish: Wish) -> CounsellingOrder:
    now = campus.now()
    check_standing(db, "counselling", form.student, now.date())
    before: dict[str, Any] = {}
    if form.instead_of is not None:
        give_back(db, "counselling", form.instead_of, form.student, now)
        answer = db.execute("SELECT answer FROM orders WHERE number = ?", (form.instead_of,)).fetchone()["answer"]
        before = json.loads(answer)
    mode: Mode = form.mode or before["mode"]
    first: bool = before["first"] if form.first is None else form.first
    wish = replace(wish, place=ONLINE if mode == "视频" else PLACE)
    check_own(db, wish)
    _limits(db, wish)
    claim(db, number, wish, 1)
    if form.category is not None:
        db.execute("INSERT INTO counselling_reasons VALUES (?, ?)", (number, form.category))
    return CounsellingOrder(
        number=number,
        status="待中心确认",
        department=RULES["counselling"].department,
        student=form.student,
        what=wish.what,
        start=minute(wish.start),
        end=minute(wish.end),
        place=wish.place,
        mode=mode,
        first=first,
        instead_of=form.instead_of,
        created_at=now,
    )


@router.post("/counselling/appointments", response_model=CounsellingOrder, status_code=201, responses=MADE)
def make_appointment(form: CounsellingForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active`` (who has graduated), ``paused`` (details: until),
    ``one_a_week`` (details: number, start), ``term_limit`` (details: most, phone), ``slot_taken``, and, with
    ``instead_of``, as a release does."""

    def make(db: sqlite3.Connection, number: str) -> CounsellingOrder:
        return _order(campus, db, number, form, _wish(form, local(campus.now())))

    # A slot that is over is refused below, unless the key has made its order before.
    with suppress(Problem):
        let_rivals_first(campus, _wish(form, local(campus.now())), 1)
    return make_once(campus, key, "counselling", form.student, form, make)
