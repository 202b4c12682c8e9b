"""A danger, straight to the security office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from actions.form import moment
from actions.offices import Offices
from actions.offices.hazards import Hazard, Urgency
from actions.rasa_actions import Order
from actions.task import SKIPPED
from actions.told import clauses, in_any_house, place_in, plain

LEAVE_FIRST = "先离开那里，不要自己处理。保卫处 24 小时电话 021-5550-1101，现在就可以打；着火打 119，有人受伤打 120。"
THEN: Mapping[Urgency, str] = {
    "now": "需要马上处置的，2 小时内排除或设置警戒。",
    "danger": "经过那里请绕开；需要马上处置的，2 小时内排除或设置警戒。情况变急就打 021-5550-1101。",
    "latent": "需要维修的会转给后勤，3 个工作日内修好。",
}

_ERRAND = re.compile(
    r"^(?:我们?|这里|这边)?(?:想|要|需要|得)?(?:来)?(?:上报|举报|报告|反映|反馈|报)(?:一下|下)?(?:一个|个|一处|一条)?(?:安全)?(?:隐患|危险|情况)?[:：,， ]*"
    r"|^(?:有|发现)(?:一个|个|一处|一条)?(?:安全)?隐患[:：,， ]*"
)
_EMPTY = re.compile(
    r"(?:有|发现|安全|隐患|危险|情况|问题|这里|那里|一个|个|一处|很|的|了|是|在|着急|不|急|只|暂时|没事|我|要)+"
)


def read(said: str, asked: str | None) -> Mapping[str, str]:
    """What is dangerous, and where, unless it is a corridor of some house.

    Who is asked for the place by itself is not asked for a photo too: three questions are enough.
    """
    found: dict[str, str] = {}
    told = [one for one in (_ERRAND.sub("", clause) for clause in clauses(plain(said))) if one and not one.isdigit()]
    what = "，".join(told)
    place = place_in(what)
    if place and not in_any_house(place):
        found["location"] = place
    if not _EMPTY.fullmatch(what.replace(place or "", "", 1) or "有"):
        found["what"] = what
    if asked == "location":
        found["photo"] = SKIPPED
    return found


async def check(field: str, value: str, offices: Offices) -> None:
    """Nothing is refused: whoever sees smoke must not be asked for a registered room."""


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    return {"先做这件事": LEAVE_FIRST} if order.values["urgency"] == "now" else {}


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    values = order.values
    urgency = cast(Urgency, values["urgency"])
    hazard = Hazard(
        what=values["what"],
        location=values["location"],
        urgency=urgency,
        student=order.student or None,
        photo=values.get("photo"),
        phone=values.get("phone"),
    )
    taken = await offices.hazards.submit(hazard, key=order.key)
    return {
        "number": taken.number,
        "office_status": taken.status,
        "first": f"{LEAVE_FIRST}\n" if urgency == "now" else "",
        "verify_by": moment(taken.verify_by.isoformat()),
        "then": THEN[urgency],
        "code": taken.code,
        "choices_text": "想知道处理得怎么样，随时来问我。",
        "choices": [{"label": "看进度", "payload": f"start:progress_query?ticket={taken.code}&by=code"}],
    }
