"""What an order of each kind is called, tells in one line, and waits for: one table, so that any order can be followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from string import Formatter
from typing import Any, Literal

from actions.campus_sim.dates import day_in_words, moment_in_words

Fields = Mapping[str, Any]
Phase = Literal["waiting", "working", "done", "withdrawn", "other"]

A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
A_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}([+-]\d{2}:\d{2})?)?")

WITHDRAWN = "已撤销"
WAITING = frozenset({"受理", "已受理", "待辅导员审批", "待学院审批", "待学生工作部审批", "待审核", "待审批"})
"""Nothing was done yet: it may still be taken back."""
WORKING = frozenset({"已转办", "处理中", "维修中", "核实中", "待辅导员确认", "转维修"})
DONE = frozenset({"已完成", "已办结", "已答复", "已排除", "已取件", "已销假"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of order."""

    title: str
    department: str
    """Where the order's own answer names none."""
    line: Callable[[Fields], str]
    """What it is about, from the body of its 201."""
    next: Mapping[str, str] = field(default_factory=dict)
    """What happens next, by status; ``{due}`` and the like come from the order, dates in words."""
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What else may be done with it, by status: an approved leave is returned from."""
    waiting: frozenset[str] = WAITING
    working: frozenset[str] = WORKING
    done: frozenset[str] = DONE
    ready: frozenset[str] = frozenset()
    """The office has done its part, the student has not yet: a paper that waits to be fetched."""
    changed: tuple[str, ...] = ()
    """SQL that a new status brings about, with ``:number`` and ``:status``."""


def _joined(*names: str) -> Callable[[Fields], str]:
    return lambda said: " ".join(str(said[name]) for name in names if said.get(name))


LANGUAGES = {"zh": "中文", "en": "英文", "both": "中英文"}


def _transcript(said: Fields) -> str:
    return f"{LANGUAGES[said['language']]}成绩单 {said['sheets']} 份" + ("，密封" if said["sealed"] else "")


def _certificate(said: Fields) -> str:
    copies = "，电子版" if said["delivery"] == "electronic" else f" {said['copies']} 份"
    return f"{LANGUAGES[said['language']]}在读证明{copies}"


def _leave(said: Fields) -> str:
    start, end = datetime.fromisoformat(said["start"]), datetime.fromisoformat(said["end"])
    last = "" if start.date() == end.date() else f" 至 {day_in_words(end.date())}"
    return f"{said['kind']} {day_in_words(start.date())}{last}，共 {said['days']:g} 天"


def _returned(said: Fields) -> str:
    return f"销假（请假单 {said['leave']}）"


def _hazard(said: Fields) -> str:
    return str(said["what"]) if said["location"] in said["what"] else f"{said['location']} {said['what']}"


def _case(said: Fields) -> str:
    matter = str(said["matter"])
    return matter if len(matter) <= 24 else f"{matter[:23]}…"


def _booking(said: Fields) -> str:
    return f"{moment_in_words(datetime.fromisoformat(said['start']))} {said['what']}"


def _given_back(said: Fields) -> str:
    return f"{_booking(said)}（{said['released']}）"


FREED = "UPDATE bookings SET status = 'released' WHERE number = :number AND :status IN ('已撤销', '未批准')"
"""A booking that was taken back or not approved holds its place no longer."""


def _booked(title: str, department: str, next: Mapping[str, str]) -> Kind:
    """A place held for somebody: given back by its own service, which has its own notice to keep."""
    return Kind(
        title,
        department,
        _booking,
        {**next, "已取消": "已经取消，位子让出来了。"},
        more=dict.fromkeys(("已预约", "已确认", "已报名", "待中心确认", "待审批", "候补"), ("release",)),
        waiting=frozenset({"待审批"}),
        working=frozenset({"待中心确认"}),
        changed=(FREED,),
    )


APPROVAL = "等{approver}审批，最晚{decide_by}有结果；批准之前假没有生效。"

UNPAID = "UPDATE pendings SET void = 1 WHERE number = :number AND done_at IS NULL AND :status = '已撤销'"
"""Who takes back what is not paid or proven yet must not be able to pay it any more."""

KINDS: dict[str, Kind] = {
    "repair": Kind(
        "报修",
        "后勤保障处维修中心",
        _joined("location", "fault"),
        {
            "受理": "预计最晚{due}处理，需要时师傅会打你留的电话。",
            "维修中": "师傅正在处理，预计最晚{due}修好。",
            "已完成": "已经修好。没修好或又坏了，可以再报一次。",
        },
        changed=("UPDATE repairs SET status = :status WHERE number = :number",),
    ),
    "transcript": Kind(
        "成绩单",
        "教务处",
        _transcript,
        {"待取件": "凭取件码到{place}取，{expires_at}前有效。", "已取件": "已经取走。"},
    ),
    "certificate": Kind(
        "在读证明",
        "教务处",
        _certificate,
        {
            "已出具": "已经开好，电子版在智慧校园平台，随时可以下载。",
            "待取件": "凭取件码到{place}取，{expires_at}前有效。",
            "办理中": "{ready_on}起可以到{place}取，带校园卡或身份证。",
            "已取件": "已经取走。",
        },
        working=WORKING | {"办理中"},
        done=DONE | {"已出具"},
        ready=frozenset({"待取件"}),
    ),
    "leave": Kind(
        "请假",
        "辅导员和二级学院",
        _leave,
        {
            "待辅导员审批": APPROVAL,
            "待学院审批": APPROVAL,
            "待学生工作部审批": APPROVAL,
            "已批准": "假已经批了。假满后 24 小时内要销假，提前回来当天销假。",
            "未批准": "没有批准，原因可以问审批人：{approver}。",
            "待辅导员确认": "销假晚于 24 小时，等辅导员确认你已返校。",
            "已销假": "已经销假，这次请假办完了。",
        },
        more={"已批准": ("return",)},
        changed=("DELETE FROM leaves WHERE number = :number AND :status IN ('已撤销', '未批准')",),
    ),
    "leave_return": Kind(
        "销假",
        "辅导员",
        _returned,
        {"待辅导员确认": "等辅导员确认你已返校。", "已销假": "已经销假，这次请假办完了。"},
        done=frozenset(),
    ),
    "complaint": Kind(
        "投诉建议",
        "学生工作部（处）",
        _case,
        {
            "受理": "最晚{accept_by}转到{department}，{answer_by}前答复；情况复杂的最长 15 个工作日。",
            "已转办": "已转到{department}，{answer_by}前答复。",
            "处理中": "{department}正在核实处理，{answer_by}前答复。",
            "已答复": "已经答复。不满意可以评价时写明，或者再提一次。",
        },
    ),
    "hazard": Kind(
        "隐患上报",
        "保卫处",
        _hazard,
        {
            "受理": "保卫处{verify_by}前核实：需要马上处置的 2 小时内排除或设置警戒，需要维修的 3 个工作日内修复。",
            "核实中": "保卫处正在现场核实。",
            "转维修": "已转后勤保障处，3 个工作日内修复。",
            "已排除": "隐患已经排除，谢谢你。",
        },
    ),
    "card_loss": Kind(
        "校园卡挂失",
        "信息化办公室校园卡服务窗口",
        lambda said: f"校园卡尾号 {said['card'][-4:]}",
        {
            "已挂失": "卡已经停用。找到了可以解挂；找不回来就到校园卡服务窗口或者补卡自助终端补办。",
            "已解挂": "卡已经恢复使用。",
        },
    ),
    "card_unfreeze": Kind(
        "校园卡解挂",
        "信息化办公室校园卡服务窗口",
        lambda said: f"校园卡尾号 {said['card'][-4:]}",
        {"待验证": "请在{expires_at}前打开验证页面确认是你本人，过期要重新申请。", "已解挂": "卡已经恢复使用。"},
        more={"待验证": ("withdraw",)},
        changed=(UNPAID,),
    ),
    "top_up": Kind(
        "校园卡充值",
        "信息化办公室校园卡服务窗口",
        lambda said: f"充值 {said['amount_cents'] / 100:.2f} 元",
        {
            "待支付": "请在{expires_at}前付款，没付会自动过期，不会扣钱。",
            "已到账": "钱已经到账。实体卡下一次刷卡消费时自动领款。",
            "已作废": "这一单已经作废，不能再付。",
        },
        more={"待支付": ("withdraw",)},
        changed=(UNPAID,),
    ),
    "coffee": Kind(
        "咖啡",
        "后勤保障处饮食服务中心",
        lambda said: f"{said['name']} {said['cups']} 杯",
        {
            "待支付": "请在{expires_at}前付款，付了机器人就开始做；没付会自动过期。",
            "制作中": "大约 2 分钟一杯，凭取杯码 {pickup_code} 到{place}取。",
        },
        more={"待支付": ("withdraw",)},
        changed=(UNPAID,),
    ),
    "counselling": _booked(
        "心理咨询预约",
        "心理健康教育中心",
        {
            "待中心确认": "这个时间已经为你留好，中心会在 24 小时内打电话确认。",
            "已确认": "到时去{place}，记得按时到。",
        },
    ),
    "tutor": _booked("学业导师预约", "教务处学业发展中心", {"已预约": "到时去{place}。"}),
    "venue": _booked(
        "场地预约",
        "场地管理部门",
        {
            "已预约": "到时去{place}，刷校园卡签到。",
            "待审批": "等{approver}批准，最晚活动开始 2 个工作日前答复；场地先给你留着。",
            "未批准": "没有批准，场地已经让出来了。",
        },
    ),
    "activity": _booked(
        "活动报名",
        "校团委",
        {"已报名": "到时去{place}。", "候补": "名额满了，前面有人退出就自动轮到你。"},
    ),
    "application": Kind("申请", "办理部门", _joined("title"), {"受理": "{department}预计最晚{due}办好。"}),
    "release": Kind("取消预约", "办理部门", _given_back, {"已取消": "已经取消，位子让出来了。"}),
}
"""By the name the order was made under. A kind that is not here is followed too, in general words."""

NEXT = {
    "waiting": "{department}已经收到，正在安排。",
    "working": "{department}正在处理。",
    "done": "已经办完。",
    WITHDRAWN: "已经撤销，不会再处理。",
}
SHOWING = ("line", "title", "item", "what", "name", "place")
"""What an order of an unknown kind may call what it is about; the first that is there."""


def kind_of(name: str) -> Kind:
    """The row of ``name``, or one that says what can be said of any order."""
    return KINDS.get(name) or Kind("申请", "办理部门", lambda said: str(_first(said)))


def _first(said: Fields) -> Any:
    return next((said[name] for name in SHOWING if said.get(name)), "")


def phase_of(kind: Kind, status: str) -> Phase:
    """What a status comes to, whatever its office calls it."""
    if status == WITHDRAWN:
        return "withdrawn"
    if status in kind.done | kind.ready:
        return "done"
    if status in kind.working:
        return "working"
    return "waiting" if status in kind.waiting else "other"


def next_of(kind: Kind, status: str, said: Fields) -> str:
    """What happens next with an order, in one sentence."""
    general = next(
        (NEXT[name] for name in ("waiting", "working", "done") if status in getattr(kind, name)), NEXT.get(status, "")
    )
    words = kind.next.get(status)
    if words is not None and all(said.get(name) for name in names_in(words)):
        return words.format_map(_in_words(said))
    return general.format_map(_in_words(said))


def names_in(words: str) -> list[str]:
    """The fields that a sentence needs."""
    return [name for _, name, _, _ in Formatter().parse(words) if name]


def _in_words(said: Fields) -> dict[str, str]:
    return {name: _value(value) for name, value in said.items()}


def _value(value: Any) -> str:
    """Days and moments as a person reads them, everything else as it stands."""
    said = str(value)
    if A_DAY.fullmatch(said):
        return day_in_words(date.fromisoformat(said))
    return moment_in_words(datetime.fromisoformat(said)) if A_MOMENT.fullmatch(said) else said
