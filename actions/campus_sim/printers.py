"""The self-service printers: which one is nearest, and the code under which papers wait there."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.problems import Problem
from actions.campus_sim.registry import building_in

KEPT = timedelta(days=7)
DESK = "学生社区服务中心2号窗口（学生活动中心一楼）"
DESK_HOURS = "周一至周五 8:30–17:30，周六、周日 9:00–16:00"

router = APIRouter(tags=["printers"])

PrinterStatus = Literal["ok", "out_of_paper", "offline"]


class Printer(BaseModel):
    printer: str
    building: str
    place: str
    campus: Literal["东苑", "西苑"]
    status: PrinterStatus
    hours: str
    """Monday to Friday, for instance ``12:00–22:00``."""
    weekend_hours: str


class Printers(BaseModel):
    printers: list[Printer]


class PrinterChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class Pickup:
    """Where papers are fetched."""

    printer: str | None
    """``None`` at the desk."""
    place: str
    hours: str


def nearest(db: sqlite3.Connection, building: str) -> tuple[Pickup, list[Printer]]:
    """The printer for who lives in ``building``, and the nearer ones that do not work now.

    Those on the same campus stand first. Raises :class:`Problem` 409 ``no_printer`` when none works.
    """
    rows = db.execute(
        "SELECT * FROM printers ORDER BY campus = ? DESC, printer", (building_in(db, building)["campus"],)
    ).fetchall()
    skipped: list[Printer] = []
    for printer in (Printer.model_validate(dict(row)) for row in rows):
        if printer.status == "ok":
            return Pickup(printer.printer, printer.building + printer.place, opening(printer)), skipped
        skipped.append(printer)
    raise Problem(409, "no_printer", "目前没有可用的自助打印机。")


def opening(printer: Printer) -> str:
    """Its hours in words."""
    if printer.hours == printer.weekend_hours:
        return f"每日 {printer.hours}"
    return f"周一至周五 {printer.hours}，周六、周日 {printer.weekend_hours}"


def wait_at(campus: Campus, db: sqlite3.Connection, number: str, pickup: Pickup, now: datetime) -> tuple[str, datetime]:
    """Lets the order ``number`` wait; gives the code to collect it with and when that ends."""
    where, expires = pickup.printer or "", now + KEPT
    waiting = {
        row[0]
        for row in db.execute(
            "SELECT collect_code FROM pickups WHERE printer = ? AND expires_at > ?", (where, now.isoformat())
        )
    }
    # Two orders waiting in one place under the same code would hand one student the other's papers.
    while (code := campus.draw_code()) in waiting:
        pass
    db.execute("INSERT INTO pickups VALUES (?, ?, ?, ?)", (number, where, code, expires.isoformat()))
    return code, expires


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
