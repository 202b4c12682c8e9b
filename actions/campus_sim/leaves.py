"""Leave of absence and the return from it, by the rules of 示范大学学〔2024〕21号 (考勤与请假管理办法)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import half_days, working_days_after
from actions.campus_sim.orders import MADE, Key, make_once, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.progress import set_status, status_in
from actions.campus_sim.registry import active_student_in

PERSONAL, SICK, PUBLIC, MOURNING = "事假", "病假", "公假", "丧假"
MOST_DAYS = 30
"""第十三条（四）: longer is a suspension of studies."""
MOST_PERSONAL_DAYS, MOST_PERSONAL_DAYS_A_TERM = 7, 10
"""第十条."""
MOST_MOURNING_DAYS = 3
"""第十二条; the way there and back is counted apart, so only who stays is held to it."""
VISIT_PROVES_UP_TO = 2
"""第九条: days of sick leave for which the record of a visit will do."""
RETURN_WITHIN = timedelta(hours=24)
"""第二十三条."""
AUTUMN = (8, 9, 10, 11, 12, 1)
"""Months of a year's first term."""

router = APIRouter(tags=["leaves"])

LeaveKind = Literal["事假", "病假", "公假", "丧假", "婚育假"]
LeaveStatus = Literal["待辅导员审批", "待学院审批", "待学生工作部审批"]


@dataclass(frozen=True, slots=True)
class Approval:
    """Who decides a leave of up to ``most`` days (第十三条), and within how many working days (第十四条)."""

    most: float
    status: LeaveStatus
    working_days: int
    """Of everybody on the way together: the counsellor 1, the college 2, the student affairs office 3."""


APPROVALS = (Approval(3, "待辅导员审批", 1), Approval(7, "待学院审批", 3), Approval(MOST_DAYS, "待学生工作部审批", 6))


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
    contact: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    """Whom to call in an emergency; without it whoever stands in the student's record."""
    proof: Annotated[str, StringConstraints(max_length=64)] | None = None
    """The id of an uploaded picture."""


class LeaveTerms(BaseModel):
    """What the rules say of a leave, before anybody asks for it."""

    days: float
    """Calendar days in steps of 0.5 (第八条): weekends and holidays within count."""
    decided_by_days: float
    """With the leave of the same kind that it continues (第十三条末款)."""
    status: LeaveStatus
    approver: str
    decide_by: date
    proof: str | None
    """What has to be shown; ``None`` where nothing has."""
    return_by: datetime
    """Campus time without an offset: 24 hours after the end."""
    supervisor_first: bool
    """Postgraduates ask their supervisor first (第二条)."""


class LeaveOrder(LeaveTerms):
    number: str
    student: str
    kind: LeaveKind
    start: Minute
    end: Minute
    destination: str | None
    leaves_campus: bool
    reason: str
    department: str
    created_at: datetime


class ReturnForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)


class LeaveReturn(BaseModel):
    number: str
    """``XJ`` and so on."""
    leave: str
    """The number of the leave."""
    status: Literal["已销假", "待辅导员确认"]
    """The second one when it comes later than 24 hours after the end."""
    department: str
    counsellor: str
    days: float
    """Really taken: an early return makes it fewer."""
    in_person: bool
    """Who left the campus also taps the card at a gate or sees the counsellor (第二十三条)."""
    student: str
    created_at: datetime


def _times(start: datetime, end: datetime, now: datetime) -> None:
    """``now`` without its offset. A leave that began earlier today may still be filed: people fall ill in the night."""
    if end <= start:
        raise Problem(422, "leave_ends_before_it_starts", "结束时间早于或等于开始时间。")
    if start.date() < now.date() or end <= now:
        raise Problem(422, "leave_in_the_past", "请假时间已经过去。")


def _term(day: date) -> tuple[int, bool]:
    """The academic year and whether it is its first term."""
    return (day.year if day.month >= AUTUMN[0] else day.year - 1, day.month in AUTUMN)


def _limits(db: sqlite3.Connection, student: str, asked: LeaveAsked, days: float, now: datetime) -> None:
    kind, start = asked.kind, asked.start
    if kind == PUBLIC:
        raise Problem(422, "public_leave_is_registered", "公假由组织单位统一登记，学生不必逐个申请。")
    if days > MOST_DAYS:
        raise Problem(422, "leave_too_long", "一次请假最长 30 天。", {"most_days": MOST_DAYS})
    if kind == PERSONAL:
        if start.date() <= now.date():
            raise Problem(422, "personal_leave_one_day_ahead", "事假应当至少提前 1 天申请。")
        if days > MOST_PERSONAL_DAYS:
            details = {"most_days": MOST_PERSONAL_DAYS, "days": days}
            raise Problem(422, "personal_leave_too_long", "事假每次不超过 7 天。", details)
        taken = sum(
            half_days(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["ends"]))
            for row in db.execute("SELECT start, ends FROM leaves WHERE student = ? AND kind = ?", (student, PERSONAL))
            if _term(date.fromisoformat(row["start"][:10])) == _term(start.date())
        )
        if taken + days > MOST_PERSONAL_DAYS_A_TERM:
            left = max(0.0, MOST_PERSONAL_DAYS_A_TERM - taken)
            details = {"most_days": MOST_PERSONAL_DAYS_A_TERM, "taken": taken, "left": left}
            raise Problem(409, "personal_leave_used_up", "事假一学期累计不超过 10 天。", details)
    if kind == MOURNING and not asked.leaves_campus and days > MOST_MOURNING_DAYS:
        raise Problem(422, "mourning_leave_too_long", "丧假 3 天。", {"most_days": MOST_MOURNING_DAYS})


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """The part of a request that the rules speak of."""

    kind: str
    start: datetime
    end: datetime
    leaves_campus: bool


def _days_before(db: sqlite3.Connection, student: str, asked: LeaveAsked) -> float:
    """Days of the leaves of one kind that this one continues without a gap: together they decide who approves."""
    days, start = 0.0, asked.start
    rows = db.execute(
        "SELECT start, ends FROM leaves WHERE student = ? AND kind = ? AND ends <= ? ORDER BY ends DESC",
        (student, asked.kind, asked.start.isoformat(timespec="minutes")),
    )
    for row in rows:
        first, last = datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["ends"])
        if half_days(last, start) > 1:
            # More than the night between lies untouched.
            break
        days, start = days + half_days(first, last), first
    return days


def _proof(kind: str, days: float) -> str | None:
    if kind != SICK:
        return None
    return "病历或挂号记录" if days <= VISIT_PROVES_UP_TO else "医院开具的病假建议书"


def _terms(db: sqlite3.Connection, student: dict[str, Any], asked: LeaveAsked, now: datetime) -> LeaveTerms:
    _times(asked.start, asked.end, now.replace(tzinfo=None))
    days = half_days(asked.start, asked.end)
    _limits(db, student["student"], asked, days, now)
    earlier = db.execute(
        # Minutes of one width compare as text exactly as they do as times.
        "SELECT number, start, ends FROM leaves WHERE student = ? AND start < ? AND ends > ? ORDER BY start",
        (student["student"], asked.end.isoformat(timespec="minutes"), asked.start.isoformat(timespec="minutes")),
    ).fetchone()
    if earlier is not None:
        details = {"number": earlier["number"], "start": earlier["start"], "end": earlier["ends"]}
        raise Problem(409, "overlapping_leave", "与已有的请假时间重叠。", details)
    together = days + _days_before(db, student["student"], asked)
    approval = next((one for one in APPROVALS if together <= one.most), APPROVALS[-1])
    approvers = {
        "待辅导员审批": student["counsellor"],
        "待学院审批": f"{student['college']}分管学生工作的副书记",
        "待学生工作部审批": "学生工作部（处）",
    }
    return LeaveTerms(
        days=days,
        decided_by_days=together,
        status=approval.status,
        approver=approvers[approval.status],
        decide_by=working_days_after(now.date(), approval.working_days),
        proof=_proof(asked.kind, days),
        return_by=asked.end + RETURN_WITHIN,
        supervisor_first=student["degree"] == "研究生",
    )


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: LeaveForm) -> LeaveOrder:
    student, now = active_student_in(db, form.student), campus.now()
    asked = LeaveAsked(
        form.kind, datetime.fromisoformat(form.start), datetime.fromisoformat(form.end), form.leaves_campus
    )
    terms = _terms(db, student, asked, now)
    db.execute("INSERT INTO leaves VALUES (?, ?, ?, ?, ?)", (number, form.student, form.kind, form.start, form.end))
    return LeaveOrder(
        **terms.model_dump(),
        **form.model_dump(exclude={"contact", "proof"}),
        number=number,
        department=student["college"],
        created_at=now,
    )


def _returned(campus: Campus, db: sqlite3.Connection, number: str, leave: str, student: str) -> LeaveReturn:
    row = db.execute(
        "SELECT answer FROM orders WHERE number = ? AND kind = 'leave' AND student = ?", (leave, student)
    ).fetchone()
    if row is None:
        raise Problem(404, "no_such_order", "没有查到这份请假单。")
    said, status, now = json.loads(row["answer"]), status_in(db, leave), campus.now()
    if status in ("已销假", "待辅导员确认"):
        raise Problem(409, "returned_already", "这次请假已经销过假。", {"leave": leave})
    if status != "已批准":
        raise Problem(409, "leave_not_approved", "只有已批准的请假需要销假。", {"leave": leave, "status": status})
    start, end = datetime.fromisoformat(said["start"]), datetime.fromisoformat(said["end"])
    moment = now.replace(tzinfo=None)
    if moment < start:
        raise Problem(409, "leave_not_started", "假期还没有开始。", {"leave": leave, "start": said["start"]})
    late = moment > end + RETURN_WITHIN
    back = min(end, moment.replace(second=0))
    if back < end:
        ends = max(back, start + timedelta(minutes=1)).isoformat(timespec="minutes")
        db.execute("UPDATE leaves SET ends = ? WHERE number = ?", (ends, leave))
    set_status(db, "leave", leave, "待辅导员确认" if late else "已销假", now, None)
    person = db.execute("SELECT college, counsellor FROM students WHERE student = ?", (student,)).fetchone()
    return LeaveReturn(
        number=number,
        leave=leave,
        status="待辅导员确认" if late else "已销假",
        department=person["college"],
        counsellor=person["counsellor"],
        days=half_days(start, back) if back > start else 0.5,
        in_person=said["leaves_campus"],
        student=student,
        created_at=now,
    )


@router.post("/leaves", response_model=LeaveOrder, status_code=201, responses=MADE)
def ask_for_leave(form: LeaveForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active``, ``leave_ends_before_it_starts``, ``leave_in_the_past``,
    ``public_leave_is_registered``, ``leave_too_long``, ``personal_leave_one_day_ahead``, ``personal_leave_too_long``,
    ``personal_leave_used_up`` (details: taken and left), ``mourning_leave_too_long`` and ``overlapping_leave`` (details:
    the earlier number, start and end)."""
    return make_once(campus, key, "leave", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/leaves/terms", response_model=LeaveTerms)
def terms_of_leave(
    student: str, kind: LeaveKind, start: Minute, end: Minute, leaves_campus: bool, campus: Here
) -> LeaveTerms:
    """How many days, who decides and by when. Refuses like the POST, and writes nothing."""
    asked = LeaveAsked(kind, datetime.fromisoformat(start), datetime.fromisoformat(end), leaves_campus)
    with campus.ledger.reading() as db:
        return _terms(db, active_student_in(db, student), asked, campus.now())


@router.post("/leaves/{number}/return", response_model=LeaveReturn, status_code=201, responses=MADE)
def return_from_leave(number: str, form: ReturnForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_order`` (also for another student's), ``leave_not_approved`` (details: ``status``),
    ``returned_already`` and ``leave_not_started`` (details: ``start``)."""
    return make_once(
        campus,
        key,
        "leave_return",
        form.student,
        _Return(student=form.student, leave=number),
        lambda db, made: _returned(campus, db, made, number, form.student),
    )


class _Return(ReturnForm):
    """What makes one return the same as another: the student and the leave in the path."""

    leave: str


@router.get("/leaves/{number}", response_model=LeaveOrder)
def one_leave(number: str, student: Annotated[str, Query(min_length=1)], campus: Here) -> Any:
    return order_of(campus, "leave", number, student)
