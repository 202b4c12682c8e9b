"""教务处考务科: marks, to read only. Points, averages and places are the office's own, as 学籍管理规定 第十五、十六条 count them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from actions.campus_sim.campus import Here
from actions.campus_sim.courses import PASS
from actions.campus_sim.registry import ACTIVE, student_in
from actions.campus_sim.terms import terms_in

LEVEL_POINTS = {"优秀": 4.5, "良好": 3.5, "中等": 2.5, "及格": 1.5, "不及格": 0.0}

router = APIRouter(tags=["studies"])

Attempt = Literal["正常", "补考", "缓考", "重修"]


class Grade(BaseModel):
    term: str
    """``2025-2026-2``: the second term of that academic year."""
    code: str
    course: str
    credits: float
    compulsory: bool
    attempt: Attempt
    score: int | None
    """0–100; 60 passes. ``None`` where a level stands instead, or no mark yet."""
    level: str | None
    """``优秀`` to ``不及格``."""
    note: str | None
    """``旷考`` or ``已批准缓考``."""
    points: float | None
    """0.0–5.0; ``None`` without a mark."""
    passed: bool | None


class Running(BaseModel):
    """A course whose mark is still to come."""

    term: str
    code: str
    course: str
    credits: float


class Average(BaseModel):
    """Over one term, one academic year or everything."""

    of: str
    """``2025-2026-2``, ``2025-2026`` or ``全部``."""
    gpa: float | None
    """The average of points by credits, two digits; undergraduates only."""
    mean: float | None
    """The average of scores by credits, one digit; ``None`` where only levels stand."""
    credits: float
    """Earned."""
    rank: int | None
    """Among undergraduates of the same grade and major; only for an academic year."""
    among: int | None


class Grades(BaseModel):
    student: str
    as_of: datetime
    term: str | None
    """The term that began last."""
    grades: list[Grade]
    """By term and course; of one course the first attempt first."""
    averages: list[Average]
    running: list[Running]


def points(score: int | None, level: str | None) -> float | None:
    """The points of one mark (第十五条); ``None`` without a mark."""
    if level is not None:
        return LEVEL_POINTS[level]
    if score is None:
        return None
    return (score - 50) / 10 if score >= PASS else 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """What some marks come to, of each course the best (第十六条)."""

    gpa: float
    mean: float | None
    credits: float


def counted(marks: Iterable[Mapping[str, Any]]) -> Counted | None:
    """``None`` where no mark stands yet."""
    best: dict[str, Mapping[str, Any]] = {}
    for mark in marks:
        earned = points(mark["score"], mark["level"])
        before = best.get(mark["code"])
        if earned is not None and (before is None or earned >= (points(before["score"], before["level"]) or 0.0)):
            best[mark["code"]] = mark
    if not best:
        return None
    valued = [(mark["credits"], points(mark["score"], mark["level"]) or 0.0) for mark in best.values()]
    scored = [(mark["credits"], mark["score"]) for mark in best.values() if mark["score"] is not None]
    return Counted(
        gpa=_rounded(_weighted(valued), "0.01"),
        mean=_rounded(_weighted(scored), "0.1") if scored else None,
        credits=sum(credits for credits, earned in valued if earned > 0),
    )


def _weighted(valued: Sequence[tuple[float, float]]) -> float:
    return sum(credits * value for credits, value in valued) / sum(credits for credits, _ in valued)


def _rounded(value: float, step: str) -> float:
    # As people round: Python's round would make 2.125 of thirteen digits 2.12.
    return float(Decimal(f"{value:.9f}").quantize(Decimal(step), ROUND_HALF_UP))


MARKS = "SELECT student, term, code, attempt, score, level, credits FROM grades JOIN courses USING (code)"


def _averages(db: sqlite3.Connection, student: Mapping[str, Any]) -> list[Average]:
    mates = db.execute(
        f"{MARKS} JOIN students USING (student) WHERE (students.grade, students.major, students.degree) = (?, ?, ?)",
        (student["grade"], student["major"], student["degree"]),
    ).fetchall()
    own = [mark for mark in mates if mark["student"] == student["student"]]
    undergraduate = student["degree"] == "本科"
    found = []
    for of in [*sorted({mark["term"] for mark in own} | {mark["term"][:9] for mark in own}), "全部"]:
        meant = counted(mark for mark in own if of == "全部" or mark["term"].startswith(of))
        if meant is None:
            continue
        others = _others(mates, of) if undergraduate and len(of) == len("2025-2026") else []
        found.append(
            Average(
                of=of,
                gpa=meant.gpa if undergraduate else None,
                mean=meant.mean,
                credits=meant.credits,
                rank=1 + sum(other > meant.gpa for other in others) if others else None,
                among=len(others) or None,
            )
        )
    return found


def _others(mates: list[sqlite3.Row], year: str) -> list[float]:
    """What everybody of the grade and major came to in an academic year; who has no mark in it is not counted."""
    by_student: dict[str, list[dict[str, Any]]] = {}
    for mark in mates:
        if mark["term"].startswith(year):
            by_student.setdefault(mark["student"], []).append(dict(mark))
    return [other.gpa for marks in by_student.values() if (other := counted(marks)) is not None]


def _running(db: sqlite3.Connection, student: Mapping[str, Any], started: Sequence[str]) -> list[dict[str, Any]]:
    """Courses of the terms that have begun and of which no mark stands in the register."""
    rows = db.execute(
        "SELECT DISTINCT term, code, course, credits FROM timetables JOIN courses USING (code)"
        " WHERE (timetables.college, grade, timetables.degree) = (?, ?, ?) AND ? = ?"
        " AND (term, code) NOT IN (SELECT term, code FROM grades WHERE student = ?) ORDER BY term, code",
        (
            student["college"],
            student["grade"],
            student["degree"],
            student["status"],
            ACTIVE,
            student["student"],
        ),
    )
    return [dict(row) for row in rows if row["term"] in started]


@router.get("/students/{student}/grades", response_model=Grades)
def grades_of(student: str, campus: Here) -> dict[str, Any]:
    now = campus.now()
    with campus.ledger.reading() as db:
        known = student_in(db, student)
        rows = db.execute(
            "SELECT term, code, course, credits, compulsory, attempt, score, level, note"
            " FROM grades JOIN courses USING (code) WHERE student = ?"
            " ORDER BY term, code, instr('正常缓考补考重修', attempt)",
            (student,),
        ).fetchall()
        averages = _averages(db, known)
        started = [term.term for term in terms_in(db) if term.first_day <= now.date()]
        running = _running(db, known, started)
    grades = []
    for row in rows:
        earned = points(row["score"], row["level"])
        grades.append({**dict(row), "points": earned, "passed": None if earned is None else earned > 0})
    return {
        "student": student,
        "as_of": now,
        "term": started[-1] if started else None,
        "grades": grades,
        "averages": averages,
        "running": running,
    }
