"""Transcripts of grades, printed at self-service printers."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.orders import MADE, Key, make_once, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import active_student_in, building_in

FREE_CHINESE_COPIES = 2
CENTS_A_COPY = 200
KEPT = timedelta(days=7)

router = APIRouter(tags=["transcripts"])

PrinterStatus = Literal["ok", "out_of_paper", "offline"]


class TranscriptForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    language: Literal["zh", "en"]
    copies: int = Field(ge=1, le=5)
    sealed: bool
    """In an envelope with the university's seal over the flap."""


class TranscriptOrder(BaseModel):
    number: str
    status: Literal["待取件"]
    student: str
    language: Literal["zh", "en"]
    copies: int
    sealed: bool
    printer: str
    place: str
    """Where the printer stands, for instance ``学生活动中心一层大厅``."""
    collect_code: str
    """Six digits to type at the printer."""
    fee_cents: int
    """The first two Chinese copies of an order are free; every other copy is 2 元."""
    created_at: datetime
    expires_at: datetime


class Printer(BaseModel):
    printer: str
    building: str
    place: str
    campus: Literal["东苑", "西苑"]
    status: PrinterStatus


class Printers(BaseModel):
    printers: list[Printer]


class PrinterChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: PrinterStatus


def fee_cents(language: Literal["zh", "en"], copies: int) -> int:
    """The price of an order in 分."""
    free = FREE_CHINESE_COPIES if language == "zh" else 0
    return max(0, copies - free) * CENTS_A_COPY


def _printer_for(db: sqlite3.Connection, building: str) -> sqlite3.Row:
    printer: sqlite3.Row | None = db.execute(
        "SELECT * FROM printers WHERE status = 'ok' ORDER BY campus = ? DESC, printer LIMIT 1",
        (building_in(db, building)["campus"],),
    ).fetchone()
    if printer is None:
        raise Problem(409, "no_printer", "目前没有可用的自助打印机。")
    return printer


def _code_for(campus: Campus, db: sqlite3.Connection, printer: str, now: datetime) -> str:
    waiting = {
        row[0]
        for row in db.execute(
            "SELECT collect_code FROM transcripts WHERE printer = ? AND expires_at > ?", (printer, now.isoformat())
        )
    }
    # Two orders waiting at one printer under the same code would hand one student the other's grades.
    while (code := campus.draw_code()) in waiting:
        pass
    return code


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: TranscriptForm) -> TranscriptOrder:
    student = active_student_in(db, form.student)
    now = campus.now()
    printer = _printer_for(db, student["building"])
    code, expires = _code_for(campus, db, printer["printer"], now), now + KEPT
    db.execute("INSERT INTO transcripts VALUES (?, ?, ?, ?)", (number, printer["printer"], code, expires.isoformat()))
    return TranscriptOrder(
        number=number,
        status="待取件",
        student=form.student,
        language=form.language,
        copies=form.copies,
        sealed=form.sealed,
        printer=printer["printer"],
        place=printer["building"] + printer["place"],
        collect_code=code,
        fee_cents=fee_cents(form.language, form.copies),
        created_at=now,
        expires_at=expires,
    )


@router.post("/transcripts", response_model=TranscriptOrder, status_code=201, responses=MADE)
def order_transcript(form: TranscriptForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active`` and ``no_printer``."""
    return make_once(campus, key, "transcript", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/transcripts/{number}", response_model=TranscriptOrder)
def one_transcript(number: str, student: str, campus: Here) -> Any:
    return order_of(campus, "transcript", number, student)


@router.get("/printers", response_model=Printers)
def all_printers(campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        return {"printers": [dict(row) for row in db.execute("SELECT * FROM printers ORDER BY printer")]}


@router.put("/_printers/{printer}", response_model=Printer)
def change_printer(printer: str, change: PrinterChange, campus: Here) -> dict[str, Any]:
    """For tests and rehearsals: empty a printer's tray, or fill it again."""
    with campus.ledger.writing() as db:
        row = db.execute(
            "UPDATE printers SET status = ? WHERE printer = ? RETURNING *", (change.status, printer)
        ).fetchone()
    if row is None:
        raise Problem(404, "no_such_printer", "没有这台打印机。")
    return dict(row)
