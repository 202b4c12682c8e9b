"""How far something has got, and what can be done about it: hurry it, take it back, say how it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.form import day
from actions.offices import Offices, Refusal
from actions.offices.progress import Case, Whose
from actions.rasa_actions import Order
from actions.settings import Settings
from actions.task import Asked, Choice
from actions.tasks.progress_query.finding import meant

MOST_OFFERED = 8
LONGEST_LINE = 24
ALWAYS = "^"
"""A pattern that any words match: what is left when only one thing can be meant."""

DEEDS = {"urge": "催办", "withdraw": "撤销", "rate": "评价"}
WAYS_ON = {
    "urge": ("催一催", "start:progress_query?ticket={ticket}&deed=urge{by}"),
    "withdraw": ("撤销这一单", "start:progress_query?ticket={ticket}&deed=withdraw{by}"),
    "rate": ("评价", "start:progress_query?ticket={ticket}&deed=rate{by}"),
    "return": ("销假", "start:leave_request?deed=return&leave={ticket}"),
    "release": ("取消预约", "start:{task}?deed=release&ticket={ticket}"),
}
SAID = {
    "urge": "(?:帮我|给我|再|麻烦)*(?:催(?:一?催|一?下|促)?|快点)(?:它|这个|这一?单)?",
    "withdraw": "(?:帮我|我想|我要|那)*(?:撤(?:了|销|回|掉)?|取消)(?:它|这个|这一?单)?(?:了)?",
    "rate": "(?:我要|我想)*(?:评价|评个?分|打分)(?:一下)?",
}
"""What a student says instead of tapping a button below an order: it is this order that is meant."""
STARS = (
    Choice("5", "5 分，非常满意", r"[5五]\s*(?:分|颗?星)|非常满意|好评"),
    Choice("4", "4 分，满意", r"[4四]\s*(?:分|颗?星)"),
    Choice("3", "3 分，一般", r"[3三]\s*(?:分|颗?星)|一般"),
    Choice("2", "2 分，不太满意", r"[2二两]\s*(?:分|颗?星)|不太满意"),
    Choice("1", "1 分，很不满意", r"[1一]\s*(?:分|颗?星)|很不满意|差评"),
)
BOOKED_BY = {
    "counselling": "counselling_appointment",
    "tutor": "tutor_appointment",
    "venue": "venue_booking",
    "activity": "activity_signup",
}
"""The service that gives a booking back, by the kind of order."""
NOT_NOW = {"urge": "not_urgeable", "withdraw": "not_withdrawable", "rate": "not_done"}

_NUMBER = re.compile(r"(?i)(?<![a-z0-9])[a-z]{2}\d{8}-\d{4}(?!\d)")
_CODE = re.compile(r"(?i)(?<![a-z0-9-])(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-hjkmnp-z2-9]{8}(?![a-z0-9-])")


def read(said: str, asked: str | None) -> Mapping[str, str]:
    """A number or a code, wherever it stands."""
    if number := _NUMBER.search(said):
        return {"ticket": number[0].upper()}
    if code := _CODE.search(said):
        return {"ticket": code[0].upper(), "by": "code"}
    return {}


async def check(field: str, value: str, offices: Offices) -> None:
    """A number is looked up with whose it is, in :func:`options` and :func:`submit`."""


async def _case(values: Mapping[str, str], student: str | None, offices: Offices) -> tuple[Case, Whose]:
    """The order that was named, and whose it is."""
    if values.get("by") == "code":
        code = values.get("ticket", "")
        try:
            return await offices.progress.by_code(code), Whose(code=code)
        except Refusal as refusal:
            raise Refusal("no_such_code") from refusal
    if not student:
        # A number without a name opens nothing; the form has asked for the sign-in before.
        raise Refusal("no_such_order")
    number = values.get("ticket") or values.get("which", "")
    return await offices.progress.case(number, student=student), Whose(student=student)


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def _line(case: Case) -> str:
    return f"{day(case.created_at.date())} {case.title} {_short(case.line)}"


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    deed = asked.values.get("deed", "look")
    if asked.field == "which":
        return await _which(asked, deed, offices)
    case, _ = await _case(asked.values, asked.student, offices)
    _allowed(case, deed)
    if asked.field == "stars":
        return STARS
    return Choice("yes", f"确认{DEEDS[deed]}：{case.title} {_short(case.line)}"), Choice("no", "先不了")


async def _which(asked: Asked, deed: str, offices: Offices) -> Sequence[Choice]:
    cases = await offices.progress.cases(asked.student or "")
    if not cases:
        raise Refusal("no_orders")
    open_to = cases if deed == "look" else [case for case in cases if deed in case.can]
    if not open_to:
        raise Refusal(f"nothing_to_{deed}")
    likely, narrowed = meant(open_to, asked.said, Settings().now().date())
    if len(likely) == 1:
        likely = [*likely, *(case for case in open_to if narrowed and case not in likely)]
        only = likely[0].number
    else:
        only = ""
    return [
        Choice(case.number, f"{_line(case)}（{case.status}）", ALWAYS if case.number == only else None)
        for case in likely[:MOST_OFFERED]
    ]


def _allowed(case: Case, deed: str) -> None:
    if deed in case.can:
        return
    details = {"number": case.number, "status": case.status, "stars": case.stars}
    if deed == "urge" and case.urged_on is not None and "withdraw" in case.can:
        raise Refusal("urged_today", details)
    if deed == "rate" and case.stars is not None:
        raise Refusal("rated_already", details)
    raise Refusal(NOT_NOW[deed], details)


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    values, deed = order.values, order.values.get("deed", "look")
    if deed != "look" and values.get("sure") != "yes":
        return {"text": f"好的，先不{DEEDS[deed]}，什么都没有改。"}
    case, whose = await _case(values, order.student, offices)
    if deed == "urge":
        case = await offices.progress.urge(case.number, whose, key=order.key)
        return {"text": f"已经替你催了：{case.title} {case.number}，{case.department}会看到。\n{case.next}"}
    if deed == "withdraw":
        case = await offices.progress.withdraw(case.number, whose, key=order.key)
        return {"text": f"{case.title} {case.number} 已撤销，不会再处理。"}
    if deed == "rate":
        stars = int(values["stars"])
        case = await offices.progress.rate(case.number, whose, stars, values.get("comment"), key=order.key)
        return {"text": f"谢谢你的评价：{case.title} {case.number}，{stars} 分。"}
    return _shown(case, whose)


def _shown(case: Case, whose: Whose) -> Mapping[str, Any]:
    at_work = f"，由{case.department}办理" if {"urge", "withdraw"} & set(case.can) else ""
    lines = [f"{case.title} {case.number}：{case.line}", f"现在是“{case.status}”{at_work}。{case.next}"]
    if case.note:
        lines.append(f"办理说明：{case.note}")
    if case.stars is not None:
        lines.append(f"你评了 {case.stars} 分。")
    ticket, by = (whose.code, "&by=code") if whose.code else (case.number, "")
    ways = [(*WAYS_ON[one], SAID.get(one)) for one in case.can if one in WAYS_ON]
    said: dict[str, Any] = {"text": "\n".join(lines)}
    if ways:
        said["choices_text"] = "接下来要做什么，点一下或者说一声。"
        names = {"ticket": ticket, "by": by, "task": BOOKED_BY.get(case.kind, "")}
        said["choices"] = [
            {"label": label, "payload": to.format_map(names)} | ({"said": words} if words else {})
            for label, to, words in ways
        ]
    return said
