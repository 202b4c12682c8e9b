"""A transcript, as the transcript service wants it."""

from __future__ import annotations

from collections.abc import Mapping

from actions.form import day
from actions.offices import Offices
from actions.offices.transcripts import Transcript
from actions.rasa_actions import Order


async def check(field: str, value: str, offices: Offices) -> None:
    """Everything a student says here is checked by its kind already."""


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    transcript = Transcript(
        student=order.student,
        language="en" if order.values["language"] == "en" else "zh",
        copies=int(order.values["count"]),
        sealed=order.values["sealed"] == "yes",
    )
    waiting = await offices.transcripts.submit(transcript, key=order.key)
    return {
        "number": waiting.number,
        "place": waiting.place,
        "collect_code": waiting.collect_code,
        "fee": "免费" if waiting.fee_cents == 0 else f"{waiting.fee_cents / 100:.2f} 元",
        "expires_at": f"{day(waiting.expires_at.date())}{waiting.expires_at:%H:%M}",
        "office_status": waiting.status,
    }
