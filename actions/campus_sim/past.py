"""What one student had done in the week before the first day: something to follow, to rate and to return from."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

STUDENT = "2023020001"
"""The second sample on the sign-in page."""
REPAIR: dict[str, Any] = {
    "status": "受理",
    "department": "后勤保障处维修中心",
    "student": STUDENT,
    "visit": "any_time",
}
ORDERS: tuple[tuple[str, str, dict[str, Any], str | None], ...] = (
    # Kind, number, body of the 201, and the status it has now where that is another one.
    (
        "repair",
        "BX20261116-0001",
        REPAIR
        | {
            "due": "2026-11-18",
            "location": "8号楼615",
            "category": "给排水",
            "fault": "洗手池下水慢",
            "created_at": "2026-11-16T19:12:00+08:00",
        },
        "已完成",
    ),
    (
        "repair",
        "BX20261119-0001",
        REPAIR
        | {
            "due": "2026-11-23",
            "location": "8号楼615",
            "category": "空调",
            "fault": "空调不制热",
            "created_at": "2026-11-19T21:40:00+08:00",
        },
        None,
    ),
    (
        "leave",
        "QJ20261118-0001",
        {
            "student": STUDENT,
            "kind": "事假",
            "start": "2026-11-20T00:00",
            "end": "2026-11-24T23:59",
            "destination": "苏州",
            "leaves_campus": True,
            "reason": "姐姐结婚",
            "status": "待学院审批",
            "approver": "电子信息学院分管学生工作的副书记",
            "days": 5.0,
            "decided_by_days": 5.0,
            "decide_by": "2026-11-23",
            "proof": None,
            "return_by": "2026-11-25T23:59:00",
            "supervisor_first": False,
            "department": "电子信息学院",
            "created_at": "2026-11-18T09:05:00+08:00",
        },
        "已批准",
    ),
)


def seed_orders(db: sqlite3.Connection) -> None:
    """Their rows, as the routes would have written them."""
    for kind, number, told, now in ORDERS:
        answer = json.dumps({"number": number, **told}, ensure_ascii=False)
        db.execute("INSERT INTO orders VALUES (?, ?, ?, '', ?, ?)", (f"seed-{number}", kind, STUDENT, number, answer))
        db.execute("INSERT INTO sequences VALUES (?, ?, 1)", (number[:2], number[2:10]))
        if kind == "repair":
            row = (number, told["location"], told["category"], told["created_at"][:10], now or told["status"])
            db.execute("INSERT INTO repairs VALUES (?, ?, ?, ?, ?)", row)
        else:
            row = (number, STUDENT, told["kind"], told["start"], told["end"])
            db.execute("INSERT INTO leaves VALUES (?, ?, ?, ?, ?)", row)
        if now is not None:
            db.execute("INSERT INTO progress (number, status) VALUES (?, ?)", (number, now))
