"""Forms that are right, to be made wrong in one place."""

from __future__ import annotations

from typing import Any

from tests.actions.campus_sim.back_office import fresh_key

STUDENT = "2023010001"
CLASSMATE = "2023010005"
WEST = "2023010003"
"""Lives on the other campus, in 12号楼."""
SUSPENDED = "2023010002"
GRADUATE = "2022010001"
CARDHOLDER = "2025020001"
"""Who buys coffee and tops up, so that the orders of the others stay as they are."""
FULL = "2025010001"
"""Whose card holds more than half of what it may."""

REPAIR: dict[str, Any] = {
    "student": STUDENT,
    "building": "3号楼",
    "room": "502",
    "place": None,
    "fault": "水龙头关不紧",
    "phone": "13800138000",
    "visit": "any_time",
}
TRANSCRIPT: dict[str, Any] = {"student": STUDENT, "language": "zh", "copies": 2, "sealed": False}
COFFEE: dict[str, Any] = {
    "student": CARDHOLDER,
    "robot": "KF02",
    "drink": "americano",
    "temperature": "iced",
    "size": "medium",
    "sweetness": "less",
    "cups": 2,
}
CERTIFICATE: dict[str, Any] = {
    "student": STUDENT,
    "language": "zh",
    "copies": 1,
    "purpose": "实习",
    "delivery": "electronic",
}
LEAVE: dict[str, Any] = {
    "student": STUDENT,
    "kind": "病假",
    "start": "2026-11-25T14:00",
    "end": "2026-11-27T18:00",
    "destination": None,
    "leaves_campus": False,
    "reason": "感冒发烧",
    "contact": None,
    "proof": None,
}
COMPLAINT: dict[str, Any] = {
    "student": STUDENT,
    "privacy": "named",
    "matter": "菜里有虫子",
    "place": "第二食堂",
    "time": "今天中午",
    "wish": "希望退款",
    "phone": None,
    "department": "后勤保障处",
    "support": ["学生工作部（处）"],
}
ANONYMOUS = COMPLAINT | {"student": None, "privacy": "anonymous"}
HAZARD: dict[str, Any] = {
    "student": None,
    "what": "楼道里有人给电动车充电",
    "location": "3号楼二楼楼道",
    "urgency": "danger",
    "photo": None,
    "phone": None,
}
TALK: dict[str, Any] = {
    "student": STUDENT,
    "slot": "Z01_20261125T1400",
    "mode": "面谈",
    "first": True,
    "phone": "13800138000",
    "category": "家庭",
    "instead_of": None,
}
TUTOR_TALK: dict[str, Any] = {"student": STUDENT, "slot": "D01_20261125T1400", "topic": "极限没听懂", "mode": "当面"}
VENUE: dict[str, Any] = {
    "student": STUDENT,
    "venue": "V01",
    "start": "2026-11-25T14:00",
    "end": "2026-11-25T16:00",
    "people": 6,
    "purpose": None,
}
SIGN_UP: dict[str, Any] = {"student": STUDENT, "activity": "H01_20261128", "waits": False}


def key(said: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": said or fresh_key()}
