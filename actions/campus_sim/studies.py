"""Marks and timetables, to read only."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from actions.campus_sim.campus import Here
from actions.campus_sim.registry import student_in

router = APIRouter(tags=["studies"])


class Grade(BaseModel):
    term: str
    """``2025-2026-2``: the second term of that academic year."""
    code: str
    course: str
    credits: float
    score: int
    """0–100; 60 passes."""


class Grades(BaseModel):
    student: str
    grades: list[Grade]


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
    place: str
    teacher: str


class Timetable(BaseModel):
    student: str
    lessons: list[Lesson]


@router.get("/students/{student}/grades", response_model=Grades)
def grades_of(student: str, campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        student_in(db, student)
        rows = db.execute(
            "SELECT term, code, course, credits, score FROM grades JOIN courses USING (code) WHERE student = ?"
            " ORDER BY term, code",
            (student,),
        ).fetchall()
    return {"student": student, "grades": [dict(row) for row in rows]}


@router.get("/students/{student}/timetable", response_model=Timetable)
def timetable_of(student: str, campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        known = student_in(db, student)
        rows = db.execute(
            "SELECT term, code, course, weekday, periods, weeks, place, teacher"
            " FROM timetables JOIN courses USING (code)"
            " WHERE (timetables.college, grade, timetables.degree) = (?, ?, ?) AND ? = '在籍'"
            " ORDER BY weekday, periods",
            (known["college"], known["grade"], known["degree"], known["status"]),
        ).fetchall()
    return {"student": student, "lessons": [dict(row) for row in rows]}
