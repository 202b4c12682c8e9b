"""教务处学籍科: transcripts of grades, as 学籍管理规定 第三十八条 has them.

Self-service printers print them with an electronic seal; what must be sealed in an envelope is done at the desk.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.orders import MADE, Key, Marked, make_once, order_of
from actions.campus_sim.printers import DESK, DESK_HOURS, Pickup, Printer, nearest, wait_at
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import active_student_in

DEPARTMENT = "教务处学籍科"
FREE_SHEETS_A_YEAR = 5
CENTS_A_SHEET = 200
MOST_SHEETS = 10
"""In one order."""
YEAR_BEGINS = 9
"""The month an academic year begins in."""

router = APIRouter(tags=["transcripts"])

Language = Literal["zh", "en", "both"]
"""``both``: so many in Chinese and as many in English."""


class TranscriptForm(Marked):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    language: Language
    copies: int = Field(ge=1, le=MOST_SHEETS)
    """Of each language."""
    sealed: bool
    """In an envelope with the university's seal over the flap."""


class TranscriptOrder(BaseModel):
    number: str
    status: Literal["待取件"]
    department: str
    student: str
    language: Language
    copies: int
    sheets: int
    """In all: ``both`` counts twice."""
    sealed: bool
    printer: str | None
    """``None`` for what is sealed at the desk."""
    place: str
    """Where it is fetched, for instance ``教学楼A座一层大厅``."""
    hours: str
    """When that is open."""
    collect_code: str
    """Six digits to type at the printer, or to show at the desk."""
    fee_cents: int
    """Five sheets of an academic year are free, every other is 2 元; paid when it is fetched."""
    created_at: datetime
    expires_at: datetime


class Quote(BaseModel):
    """What an order would come to at this moment."""

    sheets: int
    free_left: int
    """Sheets still free in this academic year, before this order."""
    fee_cents: int
    printer: str | None
    place: str
    hours: str
    skipped: list[Printer]
    """Nearer printers that do not work now."""


def fee_cents(sheets: int, free_left: int) -> int:
    """The price of an order in 分."""
    return max(0, sheets - free_left) * CENTS_A_SHEET


def academic_year(day: date) -> int:
    """The year the academic year of ``day`` began in."""
    return day.year if day.month >= YEAR_BEGINS else day.year - 1


def _free_left(db: sqlite3.Connection, student: str, day: date) -> int:
    printed = db.execute(
        "SELECT coalesce(sum(sheets), 0) FROM transcripts WHERE student = ? AND year = ?",
        (student, academic_year(day)),
    ).fetchone()[0]
    return max(0, FREE_SHEETS_A_YEAR - int(printed))


def _quote(db: sqlite3.Connection, form: TranscriptForm, day: date) -> Quote:
    student = active_student_in(db, form.student)
    sheets = form.copies * (2 if form.language == "both" else 1)
    if sheets > MOST_SHEETS:
        raise Problem(409, "too_many_copies", "一次最多打印10份。", {"sheets": sheets, "most": MOST_SHEETS})
    free_left = _free_left(db, form.student, day)
    pickup, skipped = (Pickup(None, DESK, DESK_HOURS), []) if form.sealed else nearest(db, student["building"])
    return Quote(
        sheets=sheets,
        free_left=free_left,
        fee_cents=fee_cents(sheets, free_left),
        printer=pickup.printer,
        place=pickup.place,
        hours=pickup.hours,
        skipped=skipped,
    )


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: TranscriptForm) -> TranscriptOrder:
    now = campus.now()
    quote = _quote(db, form, now.date())
    code, expires = wait_at(campus, db, number, Pickup(quote.printer, quote.place, quote.hours), now)
    db.execute(
        "INSERT INTO transcripts VALUES (?, ?, ?, ?)",
        (number, form.student, academic_year(now.date()), quote.sheets),
    )
    return TranscriptOrder(
        number=number,
        status="待取件",
        department=DEPARTMENT,
        student=form.student,
        language=form.language,
        copies=form.copies,
        sheets=quote.sheets,
        sealed=form.sealed,
        printer=quote.printer,
        place=quote.place,
        hours=quote.hours,
        collect_code=code,
        fee_cents=quote.fee_cents,
        created_at=now,
        expires_at=expires,
    )


@router.post("/transcripts", response_model=TranscriptOrder, status_code=201, responses=MADE)
def order_transcript(form: TranscriptForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active``, ``too_many_copies`` and ``no_printer``."""
    return make_once(campus, key, "transcript", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/transcripts/{number}", response_model=TranscriptOrder)
def one_transcript(number: str, student: str, campus: Here) -> Any:
    return order_of(campus, "transcript", number, student)


@router.get("/students/{student}/transcript-quote", response_model=Quote)
def quote_transcript(
    student: str,
    language: Language,
    copies: Annotated[int, Query(ge=1, le=MOST_SHEETS)],
    sealed: bool,
    campus: Here,
) -> Quote:
    """What an order would come to; nothing is made. Refuses as the order would."""
    form = TranscriptForm(student=student, language=language, copies=copies, sealed=sealed)
    with campus.ledger.reading() as db:
        return _quote(db, form, campus.now().date())
