"""保卫处: dangers that somebody saw (学生社区应急与安全手册 十（一）1). Anybody may report one, with or without a name."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.complaints import keep_code
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.registry import student_in

DEPARTMENT = "保卫处"
VERIFIED_WITHIN = timedelta(minutes=30)

router = APIRouter(tags=["hazards"])

Urgency = Literal["now", "danger", "latent"]


class HazardForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str | None = Field(default=None, min_length=1, max_length=20)
    what: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    location: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    """In words: who sees smoke must not be asked for a room of the register."""
    urgency: Urgency
    """``now``: it is happening; ``danger``: it can hurt somebody any time; ``latent``: it should be put right."""
    photo: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """The id of an uploaded picture."""
    phone: str | None = Field(default=None, pattern=r"^(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[0-9]{7,8})$")


class HazardOrder(BaseModel):
    number: str
    status: Literal["受理"]
    department: str
    what: str
    location: str
    urgency: Urgency
    verify_by: datetime
    code: str | None
    """Where there is no name: whoever holds the code may follow the case."""
    created_at: datetime


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: HazardForm) -> HazardOrder:
    now = campus.now()
    if form.student is not None:
        student_in(db, form.student)
    return HazardOrder(
        number=number,
        status="受理",
        department=DEPARTMENT,
        what=form.what,
        location=form.location,
        urgency=form.urgency,
        verify_by=now + VERIFIED_WITHIN,
        code=keep_code(campus, db, number) if form.student is None else None,
        created_at=now,
    )


@router.post("/hazards", response_model=HazardOrder, status_code=201, responses=MADE)
def report_hazard(form: HazardForm, key: Key, campus: Here) -> Response:
    """Two reports of one danger are two reports: nothing is refused but ``no_such_student``."""
    return make_once(
        campus, key, "hazard", form.student or "", form, lambda db, number: _order(campus, db, number, form)
    )
