"""校团委: what is on in the next three weeks, and who takes part.

学生社团与活动场地管理办法 第二十二条: what was signed up for is given back 24 hours before it begins at the latest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.bookings import (
    RULES,
    WAITING,
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
from actions.campus_sim.leaves import Minute
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.problems import Problem

AHEAD = timedelta(days=21)
CLOSES = timedelta(hours=2)
"""Nobody signs up later than this before the beginning."""

router = APIRouter(tags=["activities"])

Kind = Literal["志愿", "讲座", "比赛", "社团"]


@dataclass(frozen=True, slots=True)
class Programme:
    """Something that takes place again and again."""

    key: str
    title: str
    words: tuple[str, ...]
    """What it is searched by."""
    kind: Kind
    weekday: int
    """Monday is 0."""
    begins: time
    ends: time
    place: str
    organiser: str
    places: int
    elsewhere: int = 0
    """Of the places those that classes and clubs have filled on their own lists."""
    weeks: tuple[int, ...] = (0, 1)
    """In weeks of even (0) or odd (1) number, or both."""


PROGRAMME = (
    Programme(
        "H01", "图书馆志愿服务", ("图书馆",), "志愿", 5, time(9), time(12), "图书馆一楼大厅", "校青年志愿者协会", 20, 8
    ),
    Programme(
        "H02",
        "校园护绿志愿活动",
        ("护绿", "植树", "绿化"),
        "志愿",
        6,
        time(14),
        time(16),
        "东苑北门集合",
        "校青年志愿者协会",
        40,
        11,
    ),
    Programme(
        "H03",
        "社区爱心课堂志愿者",
        ("爱心课堂", "小朋友", "孩子"),
        "志愿",
        5,
        time(14),
        time(16, 30),
        "5号楼一层104室",
        "学生社区服务中心",
        8,
        3,
    ),
    Programme(
        "H04",
        "人工智能前沿讲座",
        ("人工智能", "AI"),
        "讲座",
        2,
        time(19),
        time(20, 30),
        "学生活动中心四楼401室",
        "计算机学院",
        300,
        140,
    ),
    Programme(
        "H05",
        "敦煌艺术讲座",
        ("敦煌", "艺术"),
        "讲座",
        3,
        time(19),
        time(20, 30),
        "图书馆一楼110室",
        "艺术与设计学院",
        200,
        200,
    ),
    Programme(
        "H06",
        "考研经验分享会",
        ("考研", "分享会"),
        "讲座",
        4,
        time(19),
        time(20, 30),
        "学生活动中心一楼105室",
        "校学生会",
        180,
        96,
        (0,),
    ),
    Programme(
        "H07", "急救技能培训", ("急救",), "讲座", 1, time(18, 30), time(20, 30), "教学楼A座305室", "校红十字会", 48, 30
    ),
    Programme(
        "H08",
        "英语演讲比赛",
        ("英语演讲", "演讲"),
        "比赛",
        6,
        time(9),
        time(11, 30),
        "教学楼B座306室",
        "外国语学院",
        30,
        12,
        (1,),
    ),
    Programme("H09", "羽毛球友谊赛", ("羽毛球",), "比赛", 5, time(14), time(17), "体育馆二层", "体育馆", 48, 22, (0,)),
    Programme(
        "H10",
        "程序设计竞赛",
        ("程序设计", "编程"),
        "比赛",
        6,
        time(13),
        time(17),
        "教学楼A座305室",
        "计算机学院",
        48,
        17,
        (0,),
    ),
    Programme("H11", "英语角", ("英语角",), "社团", 1, time(19), time(20, 30), "5号楼一层104室", "英语角社", 30, 9),
    Programme(
        "H12",
        "摄影社校园外拍",
        ("摄影", "外拍"),
        "社团",
        6,
        time(9),
        time(11, 30),
        "学生活动中心一楼大厅集合",
        "摄影社",
        25,
        10,
    ),
    Programme(
        "H13", "桌游之夜", ("桌游",), "社团", 4, time(19), time(21, 30), "学生活动中心二楼208室", "桌游社", 40, 16
    ),
)


class Activity(BaseModel):
    activity: str
    """``H01_20261128``."""
    title: str
    words: list[str]
    """What it is searched by."""
    kind: Kind
    start: Minute
    end: Minute
    place: str
    organiser: str
    places: int
    left: int
    waiting: int
    """How many wait for a place where none is left."""
    withdrawable: bool
    """Whether who signs up now may still withdraw."""


class Activities(BaseModel):
    activities: list[Activity]


class SignUpForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    activity: str = Field(max_length=40)
    waits: bool
    """Whether a place in the waiting line will do where none is left."""


class SignUpOrder(Booked):
    waiting: int
    """The place in the waiting line; 0 with a place."""


def _calendar(now: datetime) -> Iterator[tuple[Programme, datetime, datetime]]:
    """Everything that may still be signed up for, full or not, the earliest first."""
    found = []
    for ahead in range(AHEAD.days + 1):
        day = now.date() + timedelta(days=ahead)
        for one in PROGRAMME:
            start, end = datetime.combine(day, one.begins), datetime.combine(day, one.ends)
            if one.weekday == day.weekday() and _on(one, day) and start - CLOSES > now:
                found.append((one, start, end))
    yield from sorted(found, key=lambda one: (one[1], one[0].key))


def _on(programme: Programme, day: date) -> bool:
    return day.isocalendar().week % 2 in programme.weeks


def _name(programme: Programme, start: datetime) -> str:
    return f"{programme.key}_{start:%Y%m%d}"


@router.get("/activities", response_model=Activities)
def coming_activities(campus: Here, kind: Kind | None = None, day: date | None = None) -> dict[str, Any]:
    """What is on in the next three weeks and open for names, the earliest first."""
    now = local(campus.now())
    with campus.ledger.reading() as db:
        held = held_between(db, "activity", minute(now), minute(now + AHEAD + timedelta(days=1)))
        waiting = {
            (row["resource"], row["start"]): row["many"]
            for row in db.execute(
                "SELECT resource, start, count(*) AS many FROM bookings WHERE service = 'activity' AND status = ?"
                " GROUP BY resource, start",
                (WAITING,),
            )
        }
    activities = []
    for one, at, until in _calendar(now):
        if (kind is None or kind == one.kind) and (day is None or day == at.date()):
            start, end = minute(at), minute(until)
            activities.append(
                {
                    "activity": _name(one, at),
                    "title": one.title,
                    "words": list(one.words),
                    "kind": one.kind,
                    "start": start,
                    "end": end,
                    "place": one.place,
                    "organiser": one.organiser,
                    "places": one.places,
                    "left": max(0, one.places - one.elsewhere - peak(held.get(one.key, []), start, end)),
                    "waiting": waiting.get((one.key, start), 0),
                    "withdrawable": now <= at - RULES["activity"].notice,
                }
            )
    return {"activities": activities}


def _wish(form: SignUpForm, now: datetime) -> tuple[Wish, int]:
    """What is wanted, and how many places its list here has."""
    for one, start, end in _calendar(now):
        if _name(one, start) == form.activity:
            wish = Wish("activity", one.key, start, end, form.student, one.title, one.place)
            return wish, one.places - one.elsewhere
    raise Problem(409, "signup_closed", "这个活动的报名已经截止。")


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: SignUpForm) -> SignUpOrder:
    now = campus.now()
    check_standing(db, "activity", form.student, now.date())
    wish, places = _wish(form, local(now))
    check_own(db, wish)
    line = claim(db, number, wish, places, waits=form.waits)
    return SignUpOrder(
        number=number,
        status="候补" if line else "已报名",
        department="校团委",
        student=form.student,
        what=wish.what,
        start=minute(wish.start),
        end=minute(wish.end),
        place=wish.place,
        waiting=line,
        created_at=now,
    )


@router.post("/activities/signups", response_model=SignUpOrder, status_code=201, responses=MADE)
def sign_up(form: SignUpForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active``, ``paused`` (details: until), ``signup_closed``,
    ``overlapping_booking`` (details: number, start), and without ``waits`` with ``slot_taken``."""
    # What is over is refused below, unless the key has made its order before.
    with suppress(Problem):
        let_rivals_first(campus, *_wish(form, local(campus.now())))
    return make_once(campus, key, "activity", form.student, form, lambda db, number: _order(campus, db, number, form))
