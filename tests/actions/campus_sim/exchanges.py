"""The captured exchanges under ``tests/contracts/campus_sim``: how they were made, and how to make them anew.

``python -m tests.actions.campus_sim.exchanges`` plays the requests below in their order against a fresh office under a
stopped clock and writes what it answered. Do so only when the contract is meant to change: both sides are held to it.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed
from actions.campus_sim.server import application
from tests.actions.campus_sim.back_office import ROOT, SECRET
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import (
    ANONYMOUS,
    CARDHOLDER,
    CERTIFICATE,
    CLASSMATE,
    COFFEE,
    COMPLAINT,
    FULL,
    HAZARD,
    LEAVE,
    REPAIR,
    SIGN_UP,
    STUDENT,
    SUSPENDED,
    TALK,
    TRANSCRIPT,
    TUTOR_TALK,
    VENUE,
    WEST,
)

FOLDER = ROOT / "tests" / "contracts" / "campus_sim"
MOMENT = datetime(2026, 11, 23, 10, 30, tzinfo=CAMPUS)
CODE = "482913"
CASE_CODE = "K7MQX4TX"
WHOSE = {"student": STUDENT, "code": None}


@dataclass(frozen=True)
class Said:
    name: str
    method: str
    path: str
    form: Mapping[str, Any] | None = None
    key: str | None = None


SAID = (
    Said("student", "GET", "/students/2023010001"),
    Said("student_unknown", "GET", "/students/2023019999"),
    Said("samples", "GET", "/students?limit=2"),
    Said("staff", "GET", "/staff/T2001"),
    Said("staff_unknown", "GET", "/staff/T9999"),
    Said("buildings", "GET", "/buildings"),
    Said("room", "GET", "/rooms/3号楼/502"),
    Said("room_unknown", "GET", "/rooms/3号楼/999"),
    Said("card", "GET", "/cards/2023010001"),
    Said("card_unknown", "GET", "/cards/2023019999"),
    Said("card_lost", "GET", "/cards/2023010003"),
    Said("loss_accepted", "POST", "/card-losses", {"student": CLASSMATE}, "loss-1"),
    Said("loss_already", "POST", "/card-losses", {"student": CLASSMATE}, "loss-2"),
    Said("loss_at_the_window", "POST", "/card-losses", {"student": "2023010003"}, "loss-3"),
    Said("loss_frozen", "POST", "/card-losses", {"student": "2023010004"}, "loss-4"),
    Said("loss", "GET", "/card-losses/GS20261123-0001?student=2023010005"),
    Said("unfreeze_accepted", "POST", "/card-unfreezes", {"student": CLASSMATE}, "unfreeze-1"),
    Said("unfreeze_not_lost", "POST", "/card-unfreezes", {"student": STUDENT}, "unfreeze-2"),
    Said("unfreeze", "GET", "/card-unfreezes/JG20261123-0001?student=2023010005"),
    Said("top_up_accepted", "POST", "/top-ups", {"student": CARDHOLDER, "amount_cents": 10000}, "top-up-1"),
    Said("top_up_again", "POST", "/top-ups", {"student": CARDHOLDER, "amount_cents": 5000}, "top-up-2"),
    Said("top_up_lost", "POST", "/top-ups", {"student": "2023010003", "amount_cents": 10000}, "top-up-3"),
    Said("top_up_suspended", "POST", "/top-ups", {"student": SUSPENDED, "amount_cents": 10000}, "top-up-4"),
    Said("top_up_too_high", "POST", "/top-ups", {"student": FULL, "amount_cents": 50000}, "top-up-5"),
    Said("top_up", "GET", "/top-ups/CZ20261123-0001?student=2025020001"),
    Said("coffee_menu", "GET", "/coffee"),
    Said("coffee_accepted", "POST", "/coffee-orders", COFFEE, "coffee-1"),
    Said("coffee_sold_out", "POST", "/coffee-orders", COFFEE | {"drink": "matcha_latte"}, "coffee-2"),
    Said("coffee_only_hot", "POST", "/coffee-orders", COFFEE | {"drink": "chocolate"}, "coffee-3"),
    Said("coffee_offline", "PUT", "/_robots/KF01", {"status": "offline"}),
    Said("coffee_robot_offline", "POST", "/coffee-orders", COFFEE | {"robot": "KF01"}, "coffee-4"),
    Said("coffee_online", "PUT", "/_robots/KF01", {"status": "ok"}),
    Said("coffee", "GET", "/coffee-orders/KF20261123-0001?student=2025020001"),
    Said("printers", "GET", "/printers"),
    Said("grades", "GET", "/students/2023010001/grades"),
    Said("timetable", "GET", "/students/2023010001/timetable"),
    Said("agenda", "GET", "/students/2023010001/agenda?first=2026-10-06&last=2026-10-10"),
    Said("agenda_not_active", "GET", f"/students/{SUSPENDED}/agenda?first=2026-11-23&last=2026-11-23"),
    Said("exams", "GET", "/students/2023010001/exams"),
    Said("transcript_quote", "GET", "/students/2023010001/transcript-quote?language=both&copies=3&sealed=false"),
    Said("printer", "GET", "/students/2023010001/printer"),
    Said("repair_accepted", "POST", "/repairs", REPAIR, "repair-1"),
    Said("repair_replayed", "POST", "/repairs", REPAIR, "repair-1"),
    Said("repair_key_reused", "POST", "/repairs", REPAIR | {"room": "501"}, "repair-1"),
    Said("repair_duplicate", "POST", "/repairs", REPAIR, "repair-2"),
    Said("repair_no_such_room", "POST", "/repairs", REPAIR | {"room": "999"}, "repair-3"),
    Said("repair_unfit", "POST", "/repairs", REPAIR | {"phone": "打我电话"}, "repair-4"),
    Said("repair_without_key", "POST", "/repairs", REPAIR),
    Said("repair", "GET", "/repairs/BX20261123-0001?student=2023010001"),
    Said("repair_of_another", "GET", "/repairs/BX20261123-0001?student=2023010005"),
    Said("transcript_accepted", "POST", "/transcripts", TRANSCRIPT | {"copies": 3}, "transcript-1"),
    Said("transcript_not_active", "POST", "/transcripts", TRANSCRIPT | {"student": SUSPENDED}, "transcript-2"),
    Said("transcript", "GET", "/transcripts/CJ20261123-0001?student=2023010001"),
    Said("leave_accepted", "POST", "/leaves", LEAVE, "leave-1"),
    Said("leave_overlapping", "POST", "/leaves", LEAVE | {"start": "2026-11-26T08:00"}, "leave-2"),
    Said("leave_ends_before_it_starts", "POST", "/leaves", LEAVE | {"end": "2026-11-24T08:00"}, "leave-3"),
    Said("leave_too_long", "POST", "/leaves", LEAVE | {"end": "2027-01-08T08:00"}, "leave-4"),
    Said("leave", "GET", "/leaves/QJ20261123-0001?student=2023010001"),
    Said(
        "leave_terms",
        "GET",
        "/leaves/terms?student=2023010001&kind=事假&start=2026-12-07T00:00&end=2026-12-10T23:59&leaves_campus=true",
    ),
    Said("leave_public", "POST", "/leaves", LEAVE | {"kind": "公假"}, "leave-5"),
    Said("leave_return_unapproved", "POST", "/leaves/QJ20261123-0001/return", {"student": STUDENT}, "return-1"),
    Said("leave_today", "POST", "/leaves", LEAVE | {"start": "2026-11-23T08:00", "end": "2026-11-23T18:00"}, "leave-6"),
    Said("leave_approved", "PUT", "/_orders/QJ20261123-0002", {"status": "已批准", "note": None}),
    Said("leave_returned", "POST", "/leaves/QJ20261123-0002/return", {"student": STUDENT}, "return-2"),
    Said("complaint_accepted", "POST", "/complaints", COMPLAINT, "complaint-1"),
    Said("complaint_duplicate", "POST", "/complaints", COMPLAINT, "complaint-2"),
    Said("complaint_anonymous", "POST", "/complaints", ANONYMOUS, "complaint-3"),
    Said("hazard_accepted", "POST", "/hazards", HAZARD, "hazard-1"),
    Said("case", "GET", "/orders/BX20261123-0001?student=2023010001"),
    Said("case_of_another", "GET", "/orders/BX20261123-0001?student=2023010005"),
    Said("case_by_code", "GET", f"/orders/by-code/{CASE_CODE}"),
    Said("case_by_wrong_code", "GET", "/orders/by-code/XXXXXXXX"),
    Said("urged", "POST", "/orders/BX20261123-0001/urge", WHOSE, "urge-1"),
    Said("urged_twice", "POST", "/orders/BX20261123-0001/urge", WHOSE, "urge-2"),
    Said("rated_too_early", "POST", "/orders/BX20261123-0001/rate", WHOSE | {"stars": 5, "words": None}, "rate-1"),
    Said("withdrawn", "POST", "/orders/TS20261123-0001/withdraw", WHOSE, "withdraw-1"),
    Said("withdrawn_twice", "POST", "/orders/TS20261123-0001/withdraw", WHOSE, "withdraw-2"),
    Said("repaired", "PUT", "/_orders/BX20261123-0001", {"status": "已完成", "note": "换了阀芯"}),
    Said("rated", "POST", "/orders/BX20261123-0001/rate", WHOSE | {"stars": 5, "words": "很快"}, "rate-2"),
    Said("cases", "GET", "/students/2023010001/orders"),
    Said("orders_changed", "GET", "/orders/changed?since=2026-11-23T00:00:00%2B08:00"),
    Said("order_by_key", "GET", "/orders/by-key/repair-1"),
    Said("order_by_key_unknown", "GET", "/orders/by-key/never"),
    Said("counselling_slots", "GET", "/counselling/slots?day=2026-11-25"),
    Said("counselling_accepted", "POST", "/counselling/appointments", TALK, "talk-1"),
    Said("counselling_one_a_week", "POST", "/counselling/appointments", TALK | {"slot": "Z04_20261127T0900"}, "talk-2"),
    Said("counselling_slot_taken", "POST", "/counselling/appointments", TALK | {"student": SUSPENDED}, "talk-3"),
    Said("counselling_own", "GET", f"/bookings/counselling?student={STUDENT}"),
    Said("counselling_one", "GET", f"/bookings/counselling/XL20261123-0001?student={STUDENT}"),
    Said(
        "counselling_released",
        "POST",
        "/bookings/counselling/XL20261123-0001/release",
        {"student": STUDENT},
        "release-1",
    ),
    Said(
        "counselling_already_released",
        "POST",
        "/bookings/counselling/XL20261123-0001/release",
        {"student": STUDENT},
        "release-2",
    ),
    Said("standing", "GET", f"/bookings/tutor/standing?student={STUDENT}"),
    Said("standing_not_active", "GET", f"/bookings/tutor/standing?student={SUSPENDED}"),
    Said("tutors", "GET", "/tutors"),
    Said("tutor_slots", "GET", "/tutors/slots?day=2026-11-25&subject=高等数学"),
    Said("tutor_accepted", "POST", "/tutors/appointments", TUTOR_TALK, "tutor-1"),
    Said("tutor_overlapping", "POST", "/tutors/appointments", TUTOR_TALK | {"slot": "D01_20261125T1400"}, "tutor-2"),
    Said("venues", "GET", "/venues?kind=study_room&start=2026-11-25T14:00&end=2026-11-25T16:00&people=6"),
    Said("venues_big_event", "GET", "/venues?kind=hall&start=2026-11-25T14:00&end=2026-11-25T16:00&people=250"),
    Said("venue_days", "GET", "/venues/days"),
    Said("venue_times", "GET", "/venues/times?kind=badminton&day=2026-11-24&minutes=120&people=4"),
    Said("venue_accepted", "POST", "/venues/bookings", VENUE, "venue-1"),
    Said(
        "venue_waits_for_approval",
        "POST",
        "/venues/bookings",
        VENUE
        | {"venue": "V21", "people": 80, "purpose": "班级联欢", "start": "2026-11-27T18:00", "end": "2026-11-27T20:00"},
        "venue-2",
    ),
    Said(
        "venue_wrong_day",
        "POST",
        "/venues/bookings",
        VENUE | {"start": "2026-12-01T14:00", "end": "2026-12-01T16:00"},
        "venue-3",
    ),
    Said("activities", "GET", "/activities?kind=讲座&day=2026-11-26"),
    Said("activity_accepted", "POST", "/activities/signups", SIGN_UP, "activity-1"),
    Said(
        "activity_waits",
        "POST",
        "/activities/signups",
        SIGN_UP | {"activity": "H05_20261126", "waits": True},
        "activity-2",
    ),
    Said("activity_closed", "POST", "/activities/signups", SIGN_UP | {"activity": "H01_20261121"}, "activity-3"),
    Said("transcript_sealed", "POST", "/transcripts", TRANSCRIPT | {"copies": 4, "sealed": True}, "transcript-3"),
    Said("transcript_too_many", "POST", "/transcripts", TRANSCRIPT | {"copies": 6, "language": "both"}, "transcript-4"),
    Said("certificate_accepted", "POST", "/certificates", CERTIFICATE, "certificate-1"),
    Said(
        "certificate_printed",
        "POST",
        "/certificates",
        CERTIFICATE | {"student": WEST, "delivery": "printer"},
        "certificate-2",
    ),
    Said("certificate_at_desk", "POST", "/certificates", CERTIFICATE | {"delivery": "desk"}, "certificate-3"),
    Said("certificate_not_active", "POST", "/certificates", CERTIFICATE | {"student": SUSPENDED}, "certificate-4"),
    Said("certificate", "GET", "/certificates/ZM20261123-0001?student=2023010001"),
)


def request_of(said: Said) -> dict[str, Any]:
    request: dict[str, Any] = {"method": said.method, "path": said.path}
    if said.key is not None:
        request["headers"] = {"Idempotency-Key": said.key}
    if said.form is not None:
        request["json"] = dict(said.form)
    return request


def response_of(answer: httpx.Response) -> dict[str, Any]:
    response: dict[str, Any] = {"status": answer.status_code}
    if "Idempotent-Replayed" in answer.headers:
        response["headers"] = {"Idempotent-Replayed": answer.headers["Idempotent-Replayed"]}
    return response | {"json": answer.json()}


async def play(folder: Path) -> dict[str, dict[str, Any]]:
    """Every exchange by its name, with the office's file in ``folder``."""
    ledger = Ledger(folder / "campus_sim.sqlite")
    ledger.open(seed)
    codes, tokens = iter((CASE_CODE, "H9PRT2WD")), (f"token-{place}" for place in count(1))
    campus = Campus(ledger, Clock(MOMENT), lambda: CODE, lambda: next(codes), lambda: next(tokens))
    app = application(campus, SECRET, Connections())
    played = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://campus", headers={"X-Counsellor-Secret": SECRET}
    ) as office:
        for said in SAID:
            request = request_of(said)
            answer = await office.request(
                request["method"], request["path"], json=request.get("json"), headers=request.get("headers")
            )
            played[said.name] = {"request": request, "response": response_of(answer)}
    ledger.close()
    return played


def read(name: str) -> dict[str, Any]:
    exchange: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return exchange


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name, exchange in asyncio.run(play(Path(folder))).items():
            text = json.dumps(exchange, ensure_ascii=False, indent=2) + "\n"
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
