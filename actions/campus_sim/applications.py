"""通用申请: what an office takes in as a form of questions and answers, for whatever has no system of its own."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import working_days_after
from actions.campus_sim.orders import MADE, Key, make_once, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import GRADUATED, student_in

WORKING_DAYS = 3

router = APIRouter(tags=["applications"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: Line
    answer: Words


class ApplicationForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    title: Line
    """What is applied for: 访客登记."""
    department: Line
    answers: list[Answer] = Field(min_length=1, max_length=30)


class ApplicationOrder(BaseModel):
    number: str
    status: Literal["受理"]
    department: str
    due: date
    """The third working day after the application."""
    student: str
    title: str
    answers: list[Answer]
    created_at: datetime


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: ApplicationForm) -> ApplicationOrder:
    student = student_in(db, form.student)
    if student["status"] == GRADUATED:
        raise Problem(409, "student_not_active", "该学生已毕业，不能申请。", {"status": GRADUATED})
    now = campus.now()
    due = working_days_after(now.date(), WORKING_DAYS)
    return ApplicationOrder(**form.model_dump(), number=number, status="受理", due=due, created_at=now)


@router.post("/applications", response_model=ApplicationOrder, status_code=201, responses=MADE)
def apply(form: ApplicationForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student`` and ``student_not_active`` (graduates)."""
    return make_once(
        campus, key, "application", form.student, form, lambda db, number: _order(campus, db, number, form)
    )


@router.get("/applications/{number}", response_model=ApplicationOrder)
def one_application(number: str, student: str, campus: Here) -> Any:
    return order_of(campus, "application", number, student)
