"""Taking part in an activity: to sign up, to wait for a place, to withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from actions.offices import Offices, Refusal
from actions.offices.activities import Activity, SignUp
from actions.rasa_actions import Order
from actions.showing import day
from actions.slots import Free, describe, label, offer, own, readable, welcome
from actions.task import Asked, Choice, read_words

WORDS = read_words(Path(__file__).with_name("words.yaml"))
ANY = "any"
CALLED = {ANY: "活动", "志愿": "志愿活动", "社团": "社团活动"}
WAITS = "_waits"
"""Ends the value of an activity that was full when it was offered: only who was told so stands in line."""


async def check(field: str, value: str, offices: Offices) -> None:
    """What is on is looked up, when it is offered."""


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    """Own names on lists, or what is on and fits what was said."""
    if asked.field == "booking":
        return await own("activity", asked, offices)
    await welcome("activity", asked, offices)
    kind, wanted = asked.values["kind"], asked.values.get("day")
    when = date.fromisoformat(wanted) if wanted else None
    coming = await offices.activities.coming(kind=None if kind == ANY else kind, day=when)
    if not coming:
        raise Refusal("nothing_on", {"when": day(when) if when else "最近三周", "kind": CALLED.get(kind, kind)})
    return offer([_free(one) for one in coming], asked)


def _free(activity: Activity) -> Free:
    left = WORDS["left"].format(left=activity.left) if activity.left else WORDS["full"]
    text = f"{label(activity.start, activity.end)} {activity.title}（{activity.place}，{left}）"
    value = activity.activity if activity.left else activity.activity + WAITS
    return Free(value, text, activity.start, ("|".join((activity.title, *activity.words)),))


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    """How many places are left, and until when one can withdraw."""
    if order.values["deed"] == "release":
        return {}
    name = order.values["activity"]
    coming = await offices.activities.coming()
    activity = next((one for one in coming if one.activity == name.removesuffix(WAITS)), None)
    if activity is None:
        raise Refusal("signup_closed")
    if not activity.left and not name.endswith(WAITS):
        raise Refusal("slot_taken")
    places = WORDS["places_left"] if activity.left else WORDS["places_full"]
    return {
        "主办": activity.organiser,
        "名额": places.format(left=activity.left, place=activity.waiting + 1),
        "取消": WORDS["notice" if activity.withdrawable else "too_close"],
    }


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    try:
        if order.values["deed"] == "release":
            number = order.values["booking"]
            given = await offices.bookings.release("activity", number, student=order.student, key=order.key)
            told = WORDS["released"].format(number=given.number, when=describe(given))
            return {"number": given.number, "office_status": given.status, "told": told}
        name = order.values["activity"]
        sign_up = SignUp(order.student, name.removesuffix(WAITS), name.endswith(WAITS))
        made = await offices.activities.submit(sign_up, key=order.key)
    except Refusal as refusal:
        raise readable(refusal) from refusal
    told = WORDS["waits" if made.waiting else "booked"].format(
        number=made.booking.number, when=describe(made.booking), place=made.booking.place, waiting=made.waiting
    )
    return {"number": made.booking.number, "office_status": made.booking.status, "told": told}
