"""Bookings of every kind: one table, one transaction that decides, and the rules that all of them share.

What is booked is a *resource* (a counsellor, a row of courts, an evening's lecture) from one minute to another. It has a
capacity: no moment may see more bookings of it than that. Whoever asks first inside the write transaction gets the place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.leaves import Minute
from actions.campus_sim.orders import MADE, Key, make_once, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.progress import set_status
from actions.campus_sim.registry import GRADUATED, student_in

Service = Literal["counselling", "tutor", "venue", "activity"]

RELEASED = "已取消"
HELD, WAITING, GONE = "held", "waiting", "released"
NOT_ACTIVE = (GRADUATED, "休学")

router = APIRouter(tags=["bookings"])


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rules of the house say of one service. Sources: the shipped documents on each of them."""

    department: str
    phone: str
    barred: tuple[str, ...]
    """Of whom it is not done: who is not on the roll any more, or pauses."""
    notice: timedelta
    """How long before the beginning a place may still be given back."""
    absences: int = 0
    """So many, and booking is paused; 0 where no rule says so."""
    counted: timedelta | None = None
    """How far back absences count; ``None`` is the running term."""
    pause: timedelta = timedelta()


RULES: dict[Service, Rule] = {
    # 心理健康服务指南 三（二）3
    "counselling": Rule(
        "心理健康教育中心", "021-5550-1170", (GRADUATED,), timedelta(hours=24), 2, None, timedelta(days=30)
    ),
    # 学生社区服务指南 一（三）4 asks for no notice
    "tutor": Rule("教务处学业发展中心", "021-5550-1230", NOT_ACTIVE, timedelta()),
    # 学生社团与活动场地管理办法 第二十六条
    "venue": Rule(
        "场地管理部门", "021-5550-1190", NOT_ACTIVE, timedelta(hours=2), 2, timedelta(days=30), timedelta(days=14)
    ),
    # 学生社团与活动场地管理办法 第二十二条
    "activity": Rule("校团委", "021-5550-1180", NOT_ACTIVE, timedelta(hours=24), 3, None, timedelta(days=30)),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have; times are campus time without an offset."""

    service: Service
    resource: str
    start: datetime
    end: datetime
    student: str
    what: str
    """What a list of bookings calls it: ``陆雨晴老师``, ``研讨室一``."""
    place: str


class Booked(BaseModel):
    """What every booking's answer says, whatever its kind."""

    number: str
    status: str
    department: str
    student: str
    what: str
    start: Minute
    end: Minute
    place: str
    created_at: datetime


class OwnBooking(BaseModel):
    number: str
    status: str
    what: str
    start: Minute
    end: Minute
    place: str


class OwnBookings(BaseModel):
    bookings: list[OwnBooking]


class ReleaseForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)


class _Giving(ReleaseForm):
    """The form with the booking it is about, so that one key cannot stand for two bookings."""

    number: str


class Release(BaseModel):
    """The slip for a place that was given back."""

    number: str
    released: str
    """The number of the booking."""
    status: Literal["已取消"]
    department: str
    student: str
    what: str
    start: Minute
    end: Minute
    place: str
    created_at: datetime


class Absence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    service: Service
    student: str = Field(max_length=20)


class Rival(BaseModel):
    model_config = ConfigDict(extra="forbid")

    service: Service


def minute(moment: datetime) -> str:
    """``2026-11-25T14:00``: minutes of one width compare as text exactly as they do as times."""
    return moment.strftime("%Y-%m-%dT%H:%M")


def local(moment: datetime) -> datetime:
    """Campus time without its offset, as bookings keep it."""
    return moment.replace(tzinfo=None)


def term_start(day: date) -> date:
    """The first day of the term ``day`` lies in, holidays before it included: 1 August or 1 February."""
    if day.month >= 8:
        return date(day.year, 8, 1)
    return date(day.year, 2, 1) if day.month >= 2 else date(day.year - 1, 8, 1)


def monday_of(day: date) -> date:
    """The first day of the week ``day`` lies in."""
    return day - timedelta(days=day.weekday())


def peak(held: Iterable[tuple[str, str]], start: str, end: str) -> int:
    """The most of ``held`` (start and end of each) that any one moment from ``start`` to ``end`` sees."""
    touching = [(begins, ends) for begins, ends in held if begins < end and ends > start]
    moments = {start, *(begins for begins, _ in touching if begins > start)}
    return max(sum(begins <= at < ends for begins, ends in touching) for at in moments)


def held_between(db: sqlite3.Connection, service: Service, start: str, end: str) -> dict[str, list[tuple[str, str]]]:
    """Start and end of every place that is given away between two minutes, by resource."""
    held: dict[str, list[tuple[str, str]]] = {}
    for row in db.execute(
        "SELECT resource, start, ends FROM bookings WHERE service = ? AND status = ? AND start < ? AND ends > ?",
        (service, HELD, end, start),
    ):
        held.setdefault(row["resource"], []).append((row["start"], row["ends"]))
    return held


def check_standing(db: sqlite3.Connection, service: Service, student: str, today: date) -> None:
    """Whether ``student`` may book at all.

    Raises :class:`Problem` 404 ``no_such_student``, 409 ``student_not_active`` (details: ``status``), and ``paused``
    (details: ``until``, ``absences``) for who stayed away too often.
    """
    rule = RULES[service]
    status = student_in(db, student)["status"]
    if status in rule.barred:
        raise Problem(409, "student_not_active", "该学生当前不能预约。", {"status": status})
    if not rule.absences:
        return
    since = today - rule.counted if rule.counted else term_start(today)
    days = [
        date.fromisoformat(row["day"])
        for row in db.execute(
            "SELECT day FROM absences WHERE service = ? AND student = ? AND day >= ? ORDER BY day",
            (service, student, since.isoformat()),
        )
    ]
    if len(days) >= rule.absences and today < (until := days[-1] + rule.pause):
        details = {"until": until.isoformat(), "absences": len(days)}
        raise Problem(409, "paused", "多次缺席，暂停预约。", details)


def check_own(db: sqlite3.Connection, wish: Wish, *, but: str = "") -> None:
    """Raises 409 ``overlapping_booking`` (details: number, start) where the student has the same time already.

    Within one service only: a court's desk has no business knowing who sees a counsellor.
    """
    row = db.execute(
        "SELECT number, start FROM bookings WHERE service = ? AND student = ? AND status != ? AND start < ? AND ends > ?"
        " AND number != ?",
        (wish.service, wish.student, GONE, minute(wish.end), minute(wish.start), but),
    ).fetchone()
    if row is not None:
        raise Problem(
            409, "overlapping_booking", "这个时间已有预约。", {"number": row["number"], "start": row["start"]}
        )


def claim(db: sqlite3.Connection, number: str, wish: Wish, capacity: int, *, waits: bool = False) -> int:
    """Takes a place: 0, or with ``waits`` the place in the waiting line. Raises 409 ``slot_taken`` when none is left."""
    start, end = minute(wish.start), minute(wish.end)
    held = held_between(db, wish.service, start, end).get(wish.resource, [])
    line = 0
    if peak(held, start, end) >= capacity:
        if not waits:
            raise Problem(409, "slot_taken", "这个时间刚刚被约走了。")
        line = 1 + int(
            db.execute(
                "SELECT count(*) FROM bookings WHERE service = ? AND resource = ? AND start = ? AND status = ?",
                (wish.service, wish.resource, start, WAITING),
            ).fetchone()[0]
        )
    _insert(db, number, wish, WAITING if line else HELD)
    return line


def _insert(db: sqlite3.Connection, number: str, wish: Wish, status: str) -> None:
    start, end = minute(wish.start), minute(wish.end)
    row = (number, wish.service, wish.resource, start, end, wish.student, wish.what, wish.place, status)
    db.execute("INSERT INTO bookings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def let_rivals_first(campus: Campus, wish: Wish, capacity: int) -> None:
    """Whoever was asked for with ``POST /_rivals`` now takes every place that is left, in a transaction of their own."""
    with campus.ledger.writing() as db:
        rival = db.execute("SELECT rowid FROM rivals WHERE service = ? LIMIT 1", (wish.service,)).fetchone()
        if rival is None:
            return
        db.execute("DELETE FROM rivals WHERE rowid = ?", (rival["rowid"],))
        start, end = minute(wish.start), minute(wish.end)
        held = held_between(db, wish.service, start, end).get(wish.resource, [])
        for place in range(capacity - peak(held, start, end)):
            _insert(db, f"{wish.resource} {start} {place}", replace(wish, student=""), HELD)


def give_back(db: sqlite3.Connection, service: Service, number: str, student: str, now: datetime) -> sqlite3.Row:
    """Releases ``number`` and gives its row; the first who waits for the place moves up.

    Raises 404 ``no_such_order``, 409 ``already_released`` and ``too_late`` (details: start, phone, hours of notice).
    """
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM bookings WHERE number = ? AND service = ? AND student = ?", (number, service, student)
    ).fetchone()
    if row is None:
        raise Problem(404, "no_such_order", "没有查到这份预约。")
    if row["status"] == GONE:
        raise Problem(409, "already_released", "这份预约已经取消了。", {"number": number})
    rule = RULES[service]
    last = datetime.fromisoformat(row["start"]) - rule.notice
    if local(now) > last and row["status"] == HELD:
        hours = int(rule.notice / timedelta(hours=1))
        details = {"start": row["start"], "phone": rule.phone, "hours": hours}
        raise Problem(409, "too_late", "已经过了可以取消的时间。", details)
    db.execute("UPDATE bookings SET status = ? WHERE number = ?", (GONE, number))
    _tell(db, service, number, RELEASED, now)
    if row["status"] == HELD:
        _move_up(db, row, now)
    return row


def _tell(db: sqlite3.Connection, service: Service, number: str, status: str, now: datetime) -> None:
    """The order says what became of it to whoever looks at it later, here or in the list of all orders."""
    db.execute("UPDATE orders SET answer = json_set(answer, '$.status', ?) WHERE number = ?", (status, number))
    set_status(db, service, number, status, now, None)


def _move_up(db: sqlite3.Connection, freed: sqlite3.Row, now: datetime) -> None:
    first = db.execute(
        "SELECT number FROM bookings WHERE service = ? AND resource = ? AND start = ? AND status = ?"
        " ORDER BY rowid LIMIT 1",
        (freed["service"], freed["resource"], freed["start"], WAITING),
    ).fetchone()
    if first is not None:
        db.execute("UPDATE bookings SET status = ? WHERE number = ?", (HELD, first["number"]))
        db.execute("UPDATE orders SET answer = json_set(answer, '$.waiting', 0) WHERE number = ?", (first["number"],))
        _tell(db, freed["service"], first["number"], "已报名", now)


@router.get("/bookings/{service}", response_model=OwnBookings)
def own_bookings(service: Service, student: str, campus: Here) -> dict[str, Any]:
    """What ``student`` has booked and what has not begun yet, the earliest first."""
    with campus.ledger.reading() as db:
        rows = db.execute(
            "SELECT number, what, start, ends AS end, place,"
            " coalesce(progress.status, json_extract(answer, '$.status')) AS status"
            " FROM bookings JOIN orders USING (number) LEFT JOIN progress USING (number)"
            " WHERE service = ? AND bookings.student = ? AND bookings.status != ? AND start > ? ORDER BY start, number",
            (service, student, GONE, minute(local(campus.now()))),
        ).fetchall()
    return {"bookings": [dict(row) for row in rows]}


class Standing(BaseModel):
    service: Service
    student: str


@router.get("/bookings/{service}/standing", response_model=Standing)
def standing(service: Service, student: str, campus: Here) -> Standing:
    """That ``student`` may book; otherwise refuses as the booking itself would: ``no_such_student``,
    ``student_not_active``, ``paused`` (details: until, absences)."""
    with campus.ledger.reading() as db:
        check_standing(db, service, student, campus.now().date())
    return Standing(service=service, student=student)


@router.get("/bookings/{service}/{number}", response_model=None)
def one_booking(service: Service, number: str, student: str, campus: Here) -> JSONResponse:
    return order_of(campus, service, number, student)


@router.post("/bookings/{service}/{number}/release", response_model=Release, status_code=201, responses=MADE)
def release(service: Service, number: str, form: ReleaseForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_order``, ``already_released`` and ``too_late`` (details: start, phone, hours)."""

    def make(db: sqlite3.Connection, slip: str) -> Release:
        now = campus.now()
        row = give_back(db, service, number, form.student, now)
        return Release(
            number=slip,
            released=number,
            status="已取消",
            department=RULES[service].department,
            student=form.student,
            what=row["what"],
            start=row["start"],
            end=row["ends"],
            place=row["place"],
            created_at=now,
        )

    giving = _Giving(student=form.student, number=number)
    return make_once(campus, key, "release", form.student, giving, make)


@router.post("/_absences", response_model=Absence, status_code=201)
def note_absence(absence: Absence, campus: Here) -> Absence:
    """For tests and rehearsals: somebody booked and did not come today."""
    with campus.ledger.writing() as db:
        today = campus.now().date().isoformat()
        db.execute("INSERT INTO absences VALUES (?, ?, ?)", (absence.service, absence.student, today))
    return absence


@router.post("/_rivals", response_model=Rival, status_code=201)
def ask_for_rival(rival: Rival, campus: Here) -> Rival:
    """For tests and rehearsals: somebody quicker takes what the next order of this service asks for."""
    with campus.ledger.writing() as db:
        db.execute("INSERT INTO rivals VALUES (?)", (rival.service,))
    return rival
