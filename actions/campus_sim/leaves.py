"""Leave of absence."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import half_days
from actions.campus_sim.orders import MADE, Key, make_once, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import active_student_in

COUNSELLOR_DECIDES_UP_TO = 3.0
"""Days; longer leave goes to the college."""
LONGEST = timedelta(days=30)

router = APIRouter(tags=["leaves"])

LeaveKind = Literal["事假", "病假", "公假"]
LeaveStatus = Literal["待辅导员审批", "待学院审批"]


def _real(said: str) -> str:
    datetime.fromisoformat(said)
    return said


Minute = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$", max_length=16), AfterValidator(_real)
]
"""Campus time to the minute, for instance ``2026-11-25T14:00``."""


class LeaveForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    kind: LeaveKind
    start: Minute
    end: Minute
    destination: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None
    leaves_campus: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class LeaveOrder(BaseModel):
    number: str
    status: LeaveStatus
    approver: str
    """The counsellor's name, or the college's office for more than three days."""
    days: float
    """In steps of 0.5; weekends count."""
    student: str
    kind: LeaveKind
    start: Minute
    end: Minute
    destination: str | None
    leaves_campus: bool
    reason: str
    created_at: datetime


def _check(start: datetime, end: datetime, now: datetime) -> None:
    """``now`` without its offset. A leave that began earlier today may still be filed: people fall ill in the night."""
    if end <= start:
        raise Problem(422, "leave_ends_before_it_starts", "结束时间早于或等于开始时间。")
    if start.date() < now.date() or end <= now:
        raise Problem(422, "leave_in_the_past", "请假时间已经过去。")
    if end - start > LONGEST:
        raise Problem(422, "leave_too_long", "一次请假最长 30 天。", {"most_days": LONGEST.days})


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: LeaveForm) -> LeaveOrder:
    student = active_student_in(db, form.student)
    now = campus.now()
    start, end = datetime.fromisoformat(form.start), datetime.fromisoformat(form.end)
    _check(start, end, now.replace(tzinfo=None))
    earlier = db.execute(
        # Minutes of one width compare as text exactly as they do as times.
        "SELECT number, start, ends FROM leaves WHERE student = ? AND start < ? AND ends > ? ORDER BY start",
        (form.student, form.end, form.start),
    ).fetchone()
    if earlier is not None:
        details = {"number": earlier["number"], "start": earlier["start"], "end": earlier["ends"]}
        raise Problem(409, "overlapping_leave", "与已有的请假时间重叠。", details)
    db.execute("INSERT INTO leaves VALUES (?, ?, ?, ?)", (number, form.student, form.start, form.end))
    days = half_days(start, end)
    short = days <= COUNSELLOR_DECIDES_UP_TO
    return LeaveOrder(
        **form.model_dump(),
        number=number,
        status="待辅导员审批" if short else "待学院审批",
        approver=student["counsellor"] if short else f"{student['college']}学生工作办公室",
        days=days,
        created_at=now,
    )


@router.post("/leaves", response_model=LeaveOrder, status_code=201, responses=MADE)
def ask_for_leave(form: LeaveForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active``, ``leave_ends_before_it_starts``, ``leave_in_the_past``,
    ``leave_too_long`` and ``overlapping_leave`` (details: the earlier number, start and end)."""
    return make_once(campus, key, "leave", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/leaves/{number}", response_model=LeaveOrder)
def one_leave(number: str, student: str, campus: Here) -> Any:
    return order_of(campus, "leave", number, student)
