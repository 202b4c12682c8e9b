"""A repair, as the repair centre wants it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.form import day
from actions.offices import Offices, Refusal
from actions.offices.repairs import Repair
from actions.rasa_actions import Order
from actions.showing import hours as spoken
from actions.task import SKIPPED

DORMITORY = re.compile(r"(\d{1,2}号楼)(\d{3,4})?(.*)")
PUBLIC = re.compile(r"(教学楼[A-Z]座|图书馆|学生活动中心|第[一二]食堂|体育馆)(.*)")


def placed(location: str) -> tuple[str, str | None, str | None]:
    """``3号楼502`` → ``("3号楼", "502", None)``; ``图书馆二楼`` → ``("图书馆", None, "二楼")``.

    Raises ``Refusal("no_such_room")`` for a place the register could not know.
    """
    location = location.removeprefix("东苑").removeprefix("西苑")
    if found := DORMITORY.fullmatch(location):
        return found[1], found[2], found[3] or None
    if found := PUBLIC.fullmatch(location):
        return found[1], None, found[2] or None
    raise Refusal("no_such_room")


async def check(field: str, value: str, offices: Offices) -> None:
    """Asks the register at once whether the room exists, while the student still thinks about it."""
    if field != "location":
        return
    building, room, place = placed(value)
    if room is not None:
        try:
            await offices.registry.room(building, room)
        except Refusal as refusal:
            if refusal.code != "no_such_room":
                raise
            raise Refusal("not_in_house", {"building": building, "room": room, "so_far": building}) from refusal
    elif place is None and "号楼" in building:
        raise Refusal("room_missing", {"building": building, "so_far": building})


async def submit(order: Order, offices: Offices) -> Mapping[str, str]:
    building, room, place = placed(order.values["location"])
    said = order.values.get("visit_hours", SKIPPED)
    hours = None if said == SKIPPED else said
    repair = Repair(
        student=order.student,
        building=building,
        room=room,
        place=place,
        fault=order.values["fault"],
        phone=order.values["phone"],
        visit="any_time" if order.values["visit"] == "any_time" else "in_person",
        hours=hours,
    )
    accepted = await offices.repairs.submit(repair, key=order.key)
    call = "需要时师傅会打你留的电话。"
    if hours is not None:
        call = f"你说的上门时间（{spoken(hours)}）也写在单上了；师傅来之前会打你留的电话，具体以电话里说的为准。"
    return {"number": accepted.number, "due": day(accepted.due), "office_status": accepted.status, "call": call}
