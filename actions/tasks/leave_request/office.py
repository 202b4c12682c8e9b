"""A leave as the leave system wants it, and the return from one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from actions.form import day, moment
from actions.offices import Offices, Refusal
from actions.offices.leaves import Leave, LeaveKind, Terms
from actions.rasa_actions import Order
from actions.task import Asked, Choice
from actions.told import clauses, plain, without_times

RECORDED = "用学籍里登记的"
"""What ``task.yaml`` puts on the card where nobody else was named."""
PUBLIC = "公假"
_ASKING = re.compile(
    r"请(?!问|教).{0,8}假|[销消]假|[事病公丧婚产]假|假期|批假|休息|离校|回(?:一?趟)?(?:老)?家$|出校|外出|^去[一-鿿]{2,3}$|你好|谢谢"
)
_REQUEST = re.compile(
    r"特?此?申请[^，]*?假|(?:我|就|先|得|要|想|需要|特此?|申请|帮我?|给我|麻烦|能不能|可以|[跟和向]?[您你])*请(?!问|教|了)[^，]{0,10}?的?(?:[事病公丧婚产]|陪产|婚育)?假(?!条|期|系统)|[跟和向][^，]{1,4}告个?假"
)
"""In one clause with the reason: 「奶奶去世了要请假回家」, 「请一天假去献血」."""
_BESIDE = re.compile(
    r"^(?:我的?|我们?)?(?:电话|手机|联系|时间|日期|地点|目的地|紧急联系人|辅导员|班主任|学号|姓名|班级|续假|销)|"
    r"^我?是[^，]{0,12}(?:班|级|专业|学院|学生|\d{3,4})的?$|批[一下掉了]|报备|[给帮]我.{0,3}[办批销]|请(?:掉|了$|周|[一两二三\d]+[节天])|"
    r"(?:可以|行|好|申请|批)[吗么嘛]$|说[过好]了$|也(?:一起)?请|^(?:很)?急$|辛苦|报告一下"
)
"""Told beside a leave, and no reason for it."""
_ONLY_AWAY = re.compile(
    r"(?:.{0,6}(?:课|晚自习|早操|班会|军训)|(?:要|得|先|就)?(?:回|去|离)(?:一?趟)?(?:老?家|去|校|学校)?|[吧吗呢呀啊行可以]*)的?$"
)
_WHEN = re.compile(r"[从到至起开始，\s]|上午|下午|全天|一天|半天|[一二两三四五六七八九十\d]+(?:天|个?小时)")
_AWAY = re.compile(r"(?:离校|出校|外出)[，,]?(?:去|到|回)(?P<place>[一-鿿]{2,8}?)(?=看|参|办|探|出差|做|治|[，,。]|$)")
_BECAUSE = re.compile(r"^(?:因为?|由于|原因是?|理由是?)[:：]?")
_RETURN = re.compile(r"销(?:掉|一?下|个|了)?[^，。]{0,6}假|销掉")
LEAST = 2
"""Characters of a reason beside times: 牙疼."""
_HAN = re.compile(r"[一-鿿]")
ALWAYS = "^"
"""A pattern that any words match: there is only one to choose."""


def read(said: str, asked: str | None) -> Mapping[str, str]:
    """The reason and where to, where the first sentence tells them: 「我发烧了，想请一天病假」."""
    if asked is not None:
        return {}
    found: dict[str, str] = {}
    if away := _AWAY.search(said):
        found["destination"] = away["place"]
    if (reason := _reason(plain(said))) is not None:
        found["reason"] = reason
    return found


def _reason(said: str) -> str | None:
    """What is told beside the wish for leave itself, as it was said; ``None`` where that is nothing, or they are back."""
    if _RETURN.search(said):
        return None
    told: list[str] = []
    for clause in clauses(said):
        asks = _REQUEST.search(clause)
        parts = (clause[: asks.start()], clause[asks.end() :]) if asks else (clause,)
        for part in parts:
            bare = _WHEN.sub("", without_times(part))
            only = asks is not None and _ONLY_AWAY.fullmatch(bare)
            if only or _ASKING.search(part) or _BESIDE.search(part) or len(_HAN.findall(bare)) < LEAST:
                continue
            told.append(_BECAUSE.sub("", part).strip("的 "))
    return "，".join(told) or None


async def check(field: str, value: str, offices: Offices) -> None:
    """Says at once of public leave that nobody asks for it alone; the rest is judged with the whole request."""
    if field == "leave_kind" and value == PUBLIC:
        raise Refusal("public_leave_is_registered")


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    cases = [case for case in await offices.progress.cases(asked.student or "") if "return" in case.can]
    if not cases:
        raise Refusal("nothing_to_return")
    said = ALWAYS if len(cases) == 1 else None
    return [Choice(case.number, case.line, said) for case in cases[:8]]


def _period(values: Mapping[str, str]) -> tuple[datetime, datetime]:
    start, end = (datetime.fromisoformat(part) for part in values["period"].split("/"))
    return start, end


async def preview(order: Order, offices: Offices) -> Mapping[str, str]:
    values = order.values
    if values.get("deed") == "return":
        return {}
    kind, away = cast(LeaveKind, values["leave_kind"]), values["leaves_campus"] == "yes"
    terms = await offices.leaves.terms(order.student, kind, *_period(values), away)
    lines = {"共": f"{terms.days:g} 天（按自然日算，周末也算）", "审批": _approval(terms)}
    if terms.proof and not values.get("proof"):
        lines["要交的证明"] = f"{terms.proof}，24 小时内交给辅导员"
    if terms.supervisor_first:
        lines["研究生"] = "先征得导师同意"
    if away:
        lines["如果离开本市"] = "辅导员批准前会和家长核实"
    return lines


def _approval(terms: Terms) -> str:
    together = "" if terms.decided_by_days == terms.days else f"（和前面连着的假合起来 {terms.decided_by_days:g} 天）"
    return f"{terms.approver}{together}，最晚{day(terms.decide_by)}有结果"


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    if order.values.get("deed") == "return":
        return await _come_back(order, offices)
    values = order.values
    start, end = _period(values)
    leave = Leave(
        student=order.student,
        kind=cast(LeaveKind, values["leave_kind"]),
        start=start,
        end=end,
        leaves_campus=values["leaves_campus"] == "yes",
        reason=values["reason"],
        destination=values.get("destination"),
        contact=None if values.get("contact") == RECORDED else values.get("contact"),
        proof=values.get("proof"),
    )
    waiting = await offices.leaves.submit(leave, key=order.key)
    terms = waiting.terms
    lines = [
        f"已提交，请假单号 {waiting.number}，共 {terms.days:g} 天，现在是“{terms.status}”。",
        f"审批人：{terms.approver}，最晚{day(terms.decide_by)}有结果。批准之前假还没有生效。",
    ]
    if terms.proof and leave.proof is None:
        lines.append(f"记得 24 小时内把{terms.proof}交给辅导员。")
    lines.append(f"假满后跟我说“销假”就行，最晚{moment(terms.return_by.isoformat(timespec='minutes'))}。")
    return {"number": waiting.number, "office_status": terms.status, "text": "\n".join(lines)}


async def _come_back(order: Order, offices: Offices) -> Mapping[str, Any]:
    back = await offices.leaves.come_back(order.values["leave"], student=order.student, key=order.key)
    if back.status == "已销假":
        lines = [f"已销假，编号 {back.number}，这次实际请假 {back.days:g} 天。欢迎回来。"]
    else:
        lines = [f"销假已提交，编号 {back.number}。比规定的 24 小时晚了，要等辅导员{back.counsellor}确认。"]
    if back.in_person:
        lines.append("离校请假的，还要在校内刷一次校园卡，或者到辅导员那里当面确认。")
    return {"number": back.number, "office_status": back.status, "text": "\n".join(lines)}
