"""A complaint: four facts out of a story, whom it concerns, and a name, half a name or none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from actions.cases.dispatch import Dispatch, Dispatcher
from actions.cases.returned import FILE, ReturnedCases
from actions.form import day
from actions.offices import Offices
from actions.offices.complaints import Complaint, ComplaintOrder, Privacy
from actions.rasa_actions import Order
from actions.settings import Settings
from actions.told import clauses, place_in, plain, time_in, wish_of

NO_TIME = "没有说明"
"""What ``task.yaml`` puts on the card where no time was told."""

_ERRAND = re.compile(
    r"^(?:我们?|这边)?(?:想|要|想要|需要|得)?(?:来)?(?:匿名|实名|保密)?(?:地|的)?"
    r"(?:投诉|反映|反馈|举报|吐槽|提(?:交)?(?:个|一个|一份|点)?(?:投诉|意见|建议))(?:一下子?|下|个|一个(?:情况|问题)?|情况|问题)?[:：,， ]*"
)
_PRIVACY = re.compile(
    r"^(?:我?(?:想|要|希望|请|就)?)(?:匿名|实名|保密|不(?:想|要|愿意?)?留(?:姓)?名|别告诉\S{1,4})(?:投诉|提交|吧|就行|处理|的)?$"
)
_TARGET = re.compile(
    r"宿管阿姨|宿管|楼管|阿姨|保安|门卫|老师|辅导员|班主任|室友|舍友|隔壁|同学|师傅|服务员|工作人员|窗口|商家|学校|学院|给|提(?:个|一个|一点|点)?(?:建议|意见)|建议|意见|投诉|反映|的|了|他们|她|他|它|这个|那个|情况|问题|事情?"
)
_HAN = re.compile(r"[一-鿿]")


def read(said: str, asked: str | None) -> Mapping[str, str]:
    """What a story tells of the four facts; ``我要投诉食堂`` tells where, but not yet what."""
    if asked not in (None, "matter"):
        # A wish or a time in an answer to something else is that answer.
        return {}
    told: list[str] = []
    found: dict[str, str] = {}
    for clause in clauses(_ERRAND.sub("", plain(said))):
        clause = _ERRAND.sub("", clause)
        if not clause or _PRIVACY.match(clause) or clause.isdigit():
            continue
        if (wish := wish_of(clause)) and told:
            found["wish"] = f"{found['wish']}，{wish}" if "wish" in found else wish
            continue
        told.append(wish_of(clause) or clause)
    matter = "，".join(told)
    if place := place_in(matter):
        found["place"] = place
    if time := time_in(matter):
        found["time"] = time
    rest = _TARGET.sub("", matter.replace(place or "", "", 1))
    if len(_HAN.findall(rest.replace(time or "", "", 1))) > 1:
        found["matter"] = matter
    return found


async def check(field: str, value: str, offices: Offices) -> None:
    """Whatever somebody complains of is taken."""


@cache
def _dispatcher() -> Dispatcher:
    """One for the process; its encoder is opened with the first complaint (30 MB, a third of a second)."""
    return Dispatcher(ReturnedCases(Settings().data / FILE))


async def _proposed(values: Mapping[str, str]) -> Dispatch:
    matter, place = values["matter"], values.get("place")
    told = f"{matter}，{place}" if place and place not in matter else matter
    # 15 to 200 ms of reading must not hold up other students' turns.
    return await asyncio.to_thread(_dispatcher().propose, told)


def _shown(proposed: Dispatch) -> str:
    """What the student sees: one department, two where it is not sure, both where it is two things."""
    if len(proposed.parts) > 1:
        both = "、".join(part.department for part in proposed.parts)
        return f"{both}（两件事分开转办，如不合适，学生处会改派）"
    if not proposed.sure and len(proposed.candidates) > 1:
        return f"{proposed.candidates[0][0]}或{proposed.candidates[1][0]}（由学生处核定）"
    return f"{proposed.lead}（如不合适，学生处会改派）"


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    return {"建议转办": _shown(await _proposed(order.values))}


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    values = order.values
    proposed = await _proposed(values)
    complaint = Complaint(
        privacy=cast(Privacy, values["privacy"]),
        matter=values["matter"],
        department=proposed.lead,
        support=tuple(unit.department for unit in proposed.support),
        student=order.student or None,
        place=values.get("place"),
        time=None if values.get("time") == NO_TIME else values.get("time"),
        wish=values.get("wish"),
        phone=values.get("phone"),
    )
    taken = await offices.complaints.submit(complaint, key=order.key)
    return {
        "number": taken.number,
        "office_status": taken.status,
        "department": taken.department,
        "support": tuple(unit.department for unit in proposed.support),
        "confidence": proposed.confidence,
        "sure": proposed.sure,
        "accept_by": day(taken.accept_by),
        "answer_by": day(taken.answer_by),
        "follow": _follow(complaint, taken),
        "choices_text": "想知道处理得怎么样，随时来问我。",
        "choices": [{"label": "看进度", "payload": _payload(taken)}],
    }


def _follow(complaint: Complaint, taken: ComplaintOrder) -> str:
    if taken.code is not None:
        return f"\n查询码 {taken.code}：这份投诉没有名字，只有它能查进度，请现在就记下来。"
    if complaint.privacy == "confidential":
        return "只有学生处知道你是谁，转办时不带姓名。"
    return ""


def _payload(taken: ComplaintOrder) -> str:
    if taken.code is not None:
        return f"start:progress_query?ticket={taken.code}&by=code"
    return f"start:progress_query?ticket={taken.number}"
