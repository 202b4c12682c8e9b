"""Students, buildings and rooms."""

from __future__ import annotations

import sqlite3
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from actions.campus_sim.campus import Here
from actions.campus_sim.problems import Problem

ACTIVE = "在籍"
GRADUATED = "毕业"

router = APIRouter(tags=["registry"])


class Student(BaseModel):
    student: str
    """Ten digits: four of the grade, two of the college, four of the serial number."""
    name: str
    college: str
    major: str
    grade: int
    """The year of enrolment."""
    degree: Literal["本科", "研究生"]
    building: str
    """The dormitory, for instance ``3号楼``."""
    room: str
    phone: str
    status: Literal["在籍", "休学", "毕业"]
    counsellor: str


class Sample(BaseModel):
    student: str
    name: str
    college: str


class Samples(BaseModel):
    students: list[Sample]


class Building(BaseModel):
    building: str
    campus: Literal["东苑", "西苑"]
    kind: Literal["宿舍楼", "公共场所"]
    floors: int | None
    rooms_per_floor: int | None
    """Rooms are registered for dormitories only."""


class Buildings(BaseModel):
    buildings: list[Building]


class Room(BaseModel):
    building: str
    room: str
    campus: Literal["东苑", "西苑"]
    floor: int


def student_in(db: sqlite3.Connection, student: str) -> dict[str, Any]:
    """The row of ``student``; raises :class:`Problem` 404 ``no_such_student``."""
    row = db.execute("SELECT * FROM students WHERE student = ?", (student,)).fetchone()
    if row is None:
        raise Problem(404, "no_such_student", "没有这个学号。")
    return dict(row)


def active_student_in(db: sqlite3.Connection, student: str) -> dict[str, Any]:
    """Like :func:`student_in`; also raises 409 ``student_not_active`` with the status in its details."""
    row = student_in(db, student)
    if row["status"] != ACTIVE:
        raise Problem(409, "student_not_active", "该学生当前不在籍，不能办理。", {"status": row["status"]})
    return row


def building_in(db: sqlite3.Connection, building: str) -> dict[str, Any]:
    """The row of ``building``; raises :class:`Problem` 404 ``no_such_room``: no building, no room."""
    row = db.execute("SELECT * FROM buildings WHERE building = ?", (building,)).fetchone()
    if row is None:
        raise Problem(404, "no_such_room", "没有这栋楼。")
    return dict(row)


def room_in(db: sqlite3.Connection, building: str, room: str) -> dict[str, Any]:
    """The row of ``room``; raises :class:`Problem` 404 ``no_such_room``."""
    row = db.execute(
        "SELECT building, room, campus, floor FROM rooms JOIN buildings USING (building)"
        " WHERE (building, room) = (?, ?)",
        (building, room),
    ).fetchone()
    if row is None:
        raise Problem(404, "no_such_room", "没有这个房间。")
    return dict(row)


@router.get("/students", response_model=Samples)
def samples(campus: Here, limit: Annotated[int, Query(ge=1, le=20)] = 5) -> dict[str, Any]:
    """A few active students, for the development sign-in page."""
    with campus.ledger.reading() as db:
        rows = db.execute(
            # By serial number first: one of each college rather than twenty class-mates.
            "SELECT student, name, college FROM students WHERE status = ? ORDER BY substr(student, 7), student LIMIT ?",
            (ACTIVE, limit),
        ).fetchall()
    return {"students": [dict(row) for row in rows]}


@router.get("/students/{student}", response_model=Student)
def one_student(student: str, campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        return student_in(db, student)


@router.get("/buildings", response_model=Buildings)
def all_buildings(campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        return {"buildings": [dict(row) for row in db.execute("SELECT * FROM buildings ORDER BY rowid")]}


@router.get("/rooms/{building}/{room}", response_model=Room)
def one_room(building: str, room: str, campus: Here) -> dict[str, Any]:
    with campus.ledger.reading() as db:
        return room_in(db, building, room)
