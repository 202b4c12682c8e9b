"""教务处学籍科 and 研究生处: proofs of enrolment, free, as 学籍管理规定 第三十九条 has them."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import working_days_after
from actions.campus_sim.orders import MADE, Key, make_once, order_of
from actions.campus_sim.printers import DESK, DESK_HOURS, Pickup, Printer, nearest, wait_at
from actions.campus_sim.registry import active_student_in

DEPARTMENTS = {"本科": "教务处学籍科", "研究生": "研究生处"}
WORKING_DAYS = 2
"""For what somebody signs or stamps by hand at the desk."""

router = APIRouter(tags=["certificates"])

Language = Literal["zh", "en", "both"]
Delivery = Literal["electronic", "printer", "desk"]
"""``electronic`` and ``printer`` carry the electronic seal; ``desk`` the stamp, a signature or a foreign form."""


class CertificateForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    language: Language
    copies: int = Field(ge=1, le=10)
    """Of each language; an electronic one can be used as often as one likes."""
    purpose: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] | None = None
    """Stands on the certificate; ``None`` for a certificate that names none."""
    delivery: Delivery


class CertificateOrder(BaseModel):
    number: str
    status: Literal["已出具", "待取件", "办理中"]
    department: str
    student: str
    language: Language
    copies: int
    purpose: str | None
    delivery: Delivery
    verify_code: str
    """Six digits; with the number they let anybody who is shown the certificate check it."""
    printer: str | None
    place: str | None
    """Where it is fetched; ``None`` for an electronic one."""
    hours: str | None
    collect_code: str | None
    expires_at: datetime | None
    """Until when it waits at the printer."""
    ready_on: date | None
    """At the desk: the second working day."""
    created_at: datetime


class Place(BaseModel):
    """The printer a certificate would come out of at this moment."""

    printer: str
    place: str
    hours: str
    skipped: list[Printer]
    """Nearer printers that do not work now."""


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: CertificateForm) -> CertificateOrder:
    student = active_student_in(db, form.student)
    now = campus.now()
    pickup, code, expires, ready = None, None, None, None
    status: Literal["已出具", "待取件", "办理中"] = "已出具"
    if form.delivery == "printer":
        pickup, _ = nearest(db, student["building"])
        code, expires = wait_at(campus, db, number, pickup, now)
        status = "待取件"
    elif form.delivery == "desk":
        pickup, ready, status = Pickup(None, DESK, DESK_HOURS), working_days_after(now.date(), WORKING_DAYS), "办理中"
    return CertificateOrder(
        number=number,
        status=status,
        department=DEPARTMENTS[student["degree"]],
        student=form.student,
        language=form.language,
        copies=form.copies,
        purpose=form.purpose,
        delivery=form.delivery,
        verify_code=campus.draw_code(),
        printer=pickup.printer if pickup else None,
        place=pickup.place if pickup else None,
        hours=pickup.hours if pickup else None,
        collect_code=code,
        expires_at=expires,
        ready_on=ready,
        created_at=now,
    )


@router.post("/certificates", response_model=CertificateOrder, status_code=201, responses=MADE)
def order_certificate(form: CertificateForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active`` (details: ``status``) and ``no_printer``."""
    return make_once(
        campus, key, "certificate", form.student, form, lambda db, number: _order(campus, db, number, form)
    )


@router.get("/certificates/{number}", response_model=CertificateOrder)
def one_certificate(number: str, student: str, campus: Here) -> Any:
    return order_of(campus, "certificate", number, student)


@router.get("/students/{student}/printer", response_model=Place)
def printer_of(student: str, campus: Here) -> Place:
    """The nearest printer that works. Refuses as an order to a printer would."""
    with campus.ledger.reading() as db:
        pickup, skipped = nearest(db, active_student_in(db, student)["building"])
    return Place(printer=str(pickup.printer), place=pickup.place, hours=pickup.hours, skipped=skipped)
