"""后勤保障处维修中心: repairs in dormitories and public places."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.dates import working_days_after
from actions.campus_sim.orders import MADE, Key, Marked, make_once, order_of
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import GRADUATED, building_in, room_in, student_in

DEPARTMENT = "后勤保障处维修中心"
WORKING_DAYS = 2
DORMITORY = "宿舍楼"

CATEGORIES: tuple[tuple[str, str], ...] = (
    # The first word that is found decides, so the narrower categories stand first: 空调漏水 is the air conditioner's.
    ("空调", "空调 冷气"),
    ("网络", "网络 网口 网线 上网 断网 wifi"),
    ("给排水", "漏水 龙头 水管 下水 地漏 马桶 便池 堵 热水 停水 没水 花洒 淋浴 洗手池 渗水 积水"),
    ("电气照明", "灯 插座 跳闸 断电 停电 没电 开关 电路 电线 风扇"),
    ("门窗", "门 锁 窗 玻璃 纱窗 窗帘"),
    ("家具", "床 桌 椅 柜 抽屉 书架"),
)
OTHER = "其他"

_MINUTE = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}"

router = APIRouter(tags=["repairs"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class RepairForm(Marked):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    building: Line
    room: Line | None = None
    """Checked against the register for dormitories, taken as said elsewhere."""
    place: Line | None = None
    """Where in the building or the room, in words."""
    fault: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    phone: str = Field(pattern=r"^(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[0-9]{7,8})$")
    visit: Literal["in_person", "any_time"]
    """Whether somebody wants to be there, or the fitter may come in at any time."""
    hours: Annotated[str, StringConstraints(pattern=rf"^{_MINUTE}(/{_MINUTE})?$")] | None = None
    """When the student is there: an interval or a moment, with minutes. A wish; the fitter calls."""


class RepairOrder(BaseModel):
    number: str
    status: Literal["受理"]
    department: str
    due: date
    """The second working day after the report."""
    student: str
    location: str
    category: str
    fault: str
    visit: Literal["in_person", "any_time"]
    hours: str | None
    created_at: datetime


def category_of(fault: str) -> str:
    """The trade that mends ``fault``, ``其他`` when no word gives it away."""
    said = fault.lower()
    return next((name for name, words in CATEGORIES if any(word in said for word in words.split())), OTHER)


def _location(db: sqlite3.Connection, form: RepairForm) -> str:
    building = building_in(db, form.building)
    if building["kind"] == DORMITORY:
        if form.room is not None:
            room_in(db, form.building, form.room)
        elif form.place is None:
            raise Problem(404, "no_such_room", "宿舍楼报修需要房间号或具体位置。")
    return form.building + (form.room or "") + (form.place or "")


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: RepairForm) -> RepairOrder:
    student = student_in(db, form.student)
    if student["status"] == GRADUATED:
        # Who only pauses the studies may still live here; who has graduated does not.
        raise Problem(409, "student_not_active", "该学生已毕业，不能报修。", {"status": GRADUATED})
    now = campus.now()
    # The place within a room is a matter of words: two people name the same tap differently.
    room = form.building + form.room if form.room is not None else None
    location, category = _location(db, form), category_of(form.fault)
    # Two reports that are merely both 其他 are two faults; only the same words make them one.
    sort = category if category != OTHER else f"{OTHER}:{form.fault}"
    earlier = db.execute(
        "SELECT number FROM repairs WHERE location = ? AND category = ? AND day = ? AND status = '受理'",
        (room or location, sort, f"{now:%Y-%m-%d}"),
    ).fetchone()
    if earlier is not None:
        raise Problem(409, "duplicate_repair", "该位置今天已有同类报修。", {"number": earlier["number"]})
    db.execute("INSERT INTO repairs VALUES (?, ?, ?, ?, '受理')", (number, room or location, sort, f"{now:%Y-%m-%d}"))
    return RepairOrder(
        number=number,
        status="受理",
        department=DEPARTMENT,
        due=working_days_after(now.date(), WORKING_DAYS),
        student=form.student,
        location=location,
        category=category,
        fault=form.fault,
        visit=form.visit,
        hours=form.hours,
        created_at=now,
    )


@router.post("/repairs", response_model=RepairOrder, status_code=201, responses=MADE)
def report_repair(form: RepairForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active`` (graduates), ``no_such_room`` (unknown building or room,
    or a dormitory without room or place) and ``duplicate_repair`` (details: the earlier number)."""
    return make_once(campus, key, "repair", form.student, form, lambda db, number: _order(campus, db, number, form))


@router.get("/repairs/{number}", response_model=RepairOrder)
def one_repair(number: str, student: str, campus: Here) -> Any:
    order: JSONResponse = order_of(campus, "repair", number, student)
    return order
