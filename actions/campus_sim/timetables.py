"""教务处教学运行科: timetables, what is held on which day, and examinations; to read only."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from actions.campus_sim.campus import Here
from actions.campus_sim.courses import BELLS, FINALS_KNOWN_WEEK
from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import active_student_in, student_in
from actions.campus_sim.terms import (
    EXAM_WEEKS,
    SpecialDay,
    Term,
    days,
    held_in,
    near_term,
    special_days_in,
    term_of,
    terms_in,
)

LONGEST = 62
"""Days one may look at in one call."""
SEATS_KNOWN = timedelta(days=2)
"""Before the examination (考试与缓考管理办法 第九条)."""

router = APIRouter(tags=["studies"])

DayKind = Literal["teaching", "made_up", "holiday", "exam_week", "vacation", "unpublished"]
"""``unpublished``: in a term whose timetable is not there yet."""


class Lesson(BaseModel):
    term: str
    code: str
    course: str
    weekday: int
    """1 is Monday."""
    periods: str
    """Lessons of the day, for instance ``3-4``."""
    weeks: str
    """Teaching weeks, for instance ``1-16``."""
    parity: Literal["每周", "单周", "双周"]
    place: str
    teacher: str


class Timetable(BaseModel):
    student: str
    as_of: datetime
    lessons: list[Lesson]


class HeldLesson(BaseModel):
    course: str
    periods: str
    starts: datetime
    ends: datetime
    place: str
    teacher: str


class Day(BaseModel):
    day: date
    term: str | None
    week: int | None
    """The teaching week; ``None`` in a vacation."""
    kind: DayKind
    name: str | None
    """The holiday's, also on a day made up for it."""
    follows: date | None
    """The day off whose lessons a made-up day has."""
    lessons: list[HeldLesson]


class RunningTerm(BaseModel):
    term: str
    first_day: date
    last_day: date
    weeks: int
    exam_weeks: int
    """The last so many weeks are for examinations."""


class Agenda(BaseModel):
    student: str
    as_of: datetime
    term: RunningTerm
    """The running term, in a vacation the coming one."""
    days: list[Day]


class Exam(BaseModel):
    course: str
    kind: Literal["期末考试", "随堂考试"]
    starts: datetime
    ends: datetime
    place: str
    seat: int | None
    """Known two days before the examination."""
    seat_known: date


class Exams(BaseModel):
    student: str
    as_of: datetime
    term: str
    exams: list[Exam]
    """Published ones, the earliest first; also those that are over."""
    unpublished: list[str]
    """Courses whose examination is not published yet."""
    known_by: date
    """When everything is to be published at the latest: the Friday of week 14."""


def _lessons(db: sqlite3.Connection, student: Mapping[str, Any]) -> list[sqlite3.Row]:
    rows: list[sqlite3.Row] = db.execute(
        "SELECT term, code, course, weekday, periods, weeks, parity, place, teacher"
        " FROM timetables JOIN courses USING (code)"
        " WHERE (timetables.college, grade, timetables.degree) = (?, ?, ?) AND ? = '在籍'"
        " ORDER BY term, weekday, CAST(periods AS INTEGER)",
        (student["college"], student["grade"], student["degree"], student["status"]),
    ).fetchall()
    return rows


def _held(lessons: list[sqlite3.Row], term: Term, of: date, on: date) -> list[HeldLesson]:
    """The lessons of the day ``of``, held ``on``: another day only for one that is made up."""
    week = term.week_of(of)
    return [
        HeldLesson(
            course=lesson["course"],
            periods=lesson["periods"],
            starts=datetime.combine(on, BELLS[lesson["periods"]][0], CAMPUS),
            ends=datetime.combine(on, BELLS[lesson["periods"]][1], CAMPUS),
            place=lesson["place"],
            teacher=lesson["teacher"],
        )
        for lesson in lessons
        if lesson["term"] == term.term
        and lesson["weekday"] == of.isoweekday()
        and held_in(lesson["weeks"], lesson["parity"], week)
    ]


def _day(
    day: date, terms: list[Term], special: Mapping[date, SpecialDay], lessons: list[sqlite3.Row], known: set[str]
) -> Day:
    term, feast = term_of(terms, day), special.get(day)
    kind: DayKind = "teaching"
    held: list[HeldLesson] = []
    follows = feast.follows if feast else None
    if feast and not follows:
        kind = "holiday"
    elif term is None:
        kind = "vacation"
    elif term.term not in known:
        kind = "unpublished"
    else:
        if follows:
            kind = "made_up"
        elif term.week_of(day) > term.weeks - EXAM_WEEKS:
            kind = "exam_week"
        held = _held(lessons, term, follows or day, day)
    return Day(
        day=day,
        term=term.term if term else None,
        week=term.week_of(day) if term else None,
        kind=kind,
        name=feast.name if feast else None,
        follows=follows,
        lessons=held,
    )


@router.get("/students/{student}/timetable", response_model=Timetable)
def timetable_of(student: str, campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        lessons = _lessons(db, student_in(db, student))
    return {"student": student, "as_of": campus.now(), "lessons": [dict(row) for row in lessons]}


@router.get("/students/{student}/agenda", response_model=Agenda)
def agenda_of(student: str, campus: Here, first: date, last: date) -> Agenda:
    """What is held from ``first`` to ``last``. Refuses with ``no_such_student``, ``student_not_active`` (details:
    ``status``) and ``too_long`` for more than 62 days or none."""
    if not 0 <= (last - first).days < LONGEST:
        raise Problem(409, "too_long", "一次最多查62天。", {"most_days": LONGEST})
    now = campus.now()
    with campus.ledger.reading() as db:
        lessons = _lessons(db, active_student_in(db, student))
        terms, special = terms_in(db), special_days_in(db)
        known = {row["term"] for row in db.execute("SELECT DISTINCT term FROM timetables")}
    near = near_term(terms, now.date())
    return Agenda(
        student=student,
        as_of=now,
        term=RunningTerm(
            term=near.term,
            first_day=near.first_day,
            last_day=near.last_day,
            weeks=near.weeks,
            exam_weeks=EXAM_WEEKS,
        ),
        days=[_day(day, terms, special, lessons, known) for day in days(first, last)],
    )


def _seat(student: str, code: str) -> int:
    """A seat that the same student has again whenever the examination is looked at: nobody shares it in the class."""
    return int(student[6:]) % 5000 + int(code[2:]) % 3


@router.get("/students/{student}/exams", response_model=Exams)
def exams_of(student: str, campus: Here) -> Exams:
    """The examinations of the running term. Refuses with ``no_such_student`` and ``student_not_active``."""
    now = campus.now()
    with campus.ledger.reading() as db:
        known = active_student_in(db, student)
        term = near_term(terms_in(db), now.date())
        rows = db.execute(
            "SELECT code, course, kind, starts, ends, place, published FROM exams JOIN courses USING (code)"
            " WHERE (exams.college, grade, exams.degree, term) = (?, ?, ?, ?) ORDER BY starts",
            (known["college"], known["grade"], known["degree"], term.term),
        ).fetchall()
    published, hidden = [], []
    for row in rows:
        if date.fromisoformat(row["published"]) > now.date():
            hidden.append(row["course"])
            continue
        seat_known = datetime.fromisoformat(row["starts"]).date() - SEATS_KNOWN
        published.append(
            Exam(
                course=row["course"],
                kind=row["kind"],
                starts=row["starts"],
                ends=row["ends"],
                place=row["place"],
                seat=_seat(student, row["code"]) if now.date() >= seat_known else None,
                seat_known=seat_known,
            )
        )
    return Exams(
        student=student,
        as_of=now,
        term=term.term,
        exams=published,
        unpublished=hidden,
        known_by=term.friday_of(FINALS_KNOWN_WEEK),
    )
