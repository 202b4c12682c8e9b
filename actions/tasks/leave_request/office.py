"""A leave, as the leave system wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from actions.offices import Offices
from actions.offices.leaves import Leave, LeaveKind
from actions.rasa_actions import Order


async def check(field: str, value: str, offices: Offices) -> None:
    """Overlaps and limits are the leave system's to judge, when it has the whole request."""


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    start, end = (datetime.fromisoformat(part) for part in order.values["period"].split("/"))
    leave = Leave(
        student=order.student,
        kind=cast(LeaveKind, order.values["leave_kind"]),
        start=start,
        end=end,
        leaves_campus=order.values["leaves_campus"] == "yes",
        reason=order.values["reason"],
        destination=order.values.get("destination"),
    )
    waiting = await offices.leaves.submit(leave, key=order.key)
    return {
        "number": waiting.number,
        "days": f"{waiting.days:g}",
        "approver": waiting.approver,
        "office_status": waiting.status,
    }
