"""学生工作部（处）: complaints and suggestions, named, confidential or anonymous (学生社区服务指南 一（三）1)."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import working_days_after
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import student_in

ACCEPT_DAYS, ANSWER_DAYS = 1, 5
"""Working days until it is passed on, and until it is answered."""

router = APIRouter(tags=["complaints"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Privacy = Literal["named", "confidential", "anonymous"]


class ComplaintForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str | None = Field(default=None, min_length=1, max_length=20)
    privacy: Privacy
    """``confidential``: the name stays with 学生工作部（处）; ``anonymous``: there is none."""
    matter: Text
    place: Line | None = None
    time: Line | None = None
    wish: Text | None = None
    phone: str | None = Field(default=None, pattern=r"^(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[0-9]{7,8})$")
    department: Line
    """Proposed; 学生工作部（处） decides."""
    support: list[Line] = Field(default_factory=list, max_length=5)
    """协同部门, proposed too."""

    @model_validator(mode="after")
    def _a_name_where_there_is_one(self) -> ComplaintForm:
        if (self.student is None) != (self.privacy == "anonymous"):
            raise ValueError("a student, or anonymous")
        return self


class ComplaintOrder(BaseModel):
    number: str
    status: Literal["受理"]
    department: str
    support: list[str]
    privacy: Privacy
    matter: str
    place: str | None
    time: str | None
    wish: str | None
    code: str | None
    """Where there is no name: whoever holds the code may follow the case."""
    accept_by: date
    answer_by: date
    created_at: datetime


def keep_code(campus: Campus, db: sqlite3.Connection, number: str) -> str:
    """A new code under which ``number`` can be followed without a name."""
    while True:
        code = campus.draw_case_code()
        if db.execute("INSERT OR IGNORE INTO codes VALUES (?, ?)", (code, number)).rowcount:
            return code


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: ComplaintForm) -> ComplaintOrder:
    now = campus.now()
    if form.student is not None:
        student_in(db, form.student)
        earlier = db.execute(
            "SELECT complaints.number FROM complaints LEFT JOIN progress USING (number)"
            " WHERE student = ? AND matter = ? AND day = ? AND progress.status IS NOT '已撤销'",
            (form.student, form.matter, f"{now:%Y-%m-%d}"),
        ).fetchone()
        if earlier is not None:
            raise Problem(409, "duplicate_complaint", "今天已经提交过相同的投诉。", {"number": earlier["number"]})
        db.execute("INSERT INTO complaints VALUES (?, ?, ?, ?)", (number, form.student, form.matter, f"{now:%Y-%m-%d}"))
    return ComplaintOrder(
        **form.model_dump(exclude={"student", "phone"}),
        number=number,
        status="受理",
        code=keep_code(campus, db, number) if form.student is None else None,
        accept_by=working_days_after(now.date(), ACCEPT_DAYS),
        answer_by=working_days_after(now.date(), ANSWER_DAYS),
        created_at=now,
    )


@router.post("/complaints", response_model=ComplaintOrder, status_code=201, responses=MADE)
def complain(form: ComplaintForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student`` and ``duplicate_complaint`` (details: the earlier number)."""
    return make_once(
        campus, key, "complaint", form.student or "", form, lambda db, number: _order(campus, db, number, form)
    )
