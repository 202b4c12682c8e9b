"""How far something has got, and what can be done about it: hurry it, take it back, say how it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.cases.stages import ASKING, LOW, SENT, WORKING
from actions.cases.stages import REPORTED as TOLD
from actions.form import day
from actions.offices import Offices, Refusal, departments
from actions.offices.followed import Standing
from actions.offices.progress import Case, Whose
from actions.rasa_actions import Order
from actions.settings import Settings
from actions.task import Asked, Choice
from actions.tasks.progress_query.finding import meant

MOST_OFFERED = 8
AT_WORK, REPORTED = (SENT, WORKING), (TOLD, ASKING)
LONGEST_LINE = 24
ALWAYS = "^"
"""A pattern that any words match: what is left when only one thing can be meant."""

DEEDS = {
    "urge": "催办",
    "withdraw": "撤销",
    "rate": "评价",
    "solved": "确认已解决",
    "unsolved": "说还没好",
    "supply": "补充",
    "comment": "补充",
}
WAYS_ON = {
    "solved": ("已解决", "start:progress_query?ticket={ticket}&deed=solved{by}"),
    "unsolved": ("我这里还没好", "start:progress_query?ticket={ticket}&deed=unsolved{by}"),
    "supply": ("补充情况", "start:progress_query?ticket={ticket}&deed=supply{by}"),
    "urge": ("催一催", "start:progress_query?ticket={ticket}&deed=urge{by}"),
    "withdraw": ("撤销这一单", "start:progress_query?ticket={ticket}&deed=withdraw{by}"),
    "rate": ("评价", "start:progress_query?ticket={ticket}&deed=rate{by}"),
    "return": ("销假", "start:leave_request?deed=return&leave={ticket}"),
    "release": ("取消预约", "start:{task}?deed=release&ticket={ticket}"),
}
SAID = {
    "urge": "(?:帮我|给我|再|麻烦)*(?:催(?:一?催|一?下|促)?|快点)(?:它|这个|这一?单)?",
    "withdraw": "(?:帮我|我想|我要|那)*(?:撤(?:了|销|回|掉)?|取消)(?:它|这个|这一?单)?(?:了)?",
    "solved": "(?:已经?|都)*(?:解决|修好|弄好|处理好|办好|搞定)了?|好了",
    "unsolved": "(?:我(?:这里?|那里?))?(?:还|都)?没(?:有)?(?:解决|修好|弄好|处理好?|好)(?:呢|啊)?|未解决",
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
NOT_NOW = {
    "urge": "not_urgeable",
    "withdraw": "not_withdrawable",
    "rate": "not_done",
    "solved": "not_reported",
    "unsolved": "not_reported",
    "supply": "not_asked",
    "comment": "not_asked",
}
OF_THE_CASE = ("solved", "unsolved", "supply", "comment")
"""What is said about the case and not about its order."""
COMMENTED = "start:progress_query?ticket={ticket}&deed=comment{by}"
TAPPED = "start:progress_query?ticket={ticket}&deed=rate&stars={stars}{by}"

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
    _allowed(case, deed, await offices.followed.of(case.number))
    if asked.field == "stars":
        return STARS
    return Choice("yes", f"确认{DEEDS[deed]}：{case.title} {_short(case.line)}"), Choice("no", "先不了")


async def _which(asked: Asked, deed: str, offices: Offices) -> Sequence[Choice]:
    cases = await offices.progress.cases(asked.student or "")
    if not cases:
        raise Refusal("no_orders")
    if deed == "look":
        open_to: Sequence[Case] = cases
    else:
        standings = [await offices.followed.of(case.number) for case in cases]
        open_to = [case for case, standing in zip(cases, standings, strict=True) if deed in _can(case, standing)]
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


def _can(case: Case, standing: Standing | None) -> list[str]:
    """What may be done with an order and its case now, the likeliest first."""
    if standing is None:
        return list(case.can)
    told: list[str] = [one for one in ("solved", "unsolved", "supply", "rate") if one in standing.can]
    if "reopen" in standing.can:
        told.append("unsolved")
    if "urge" in standing.can and "urge" not in case.can and standing.denied:
        told.append("urge")
    # How it was is said once it is over, and of the whole case.
    return [*told, *(one for one in case.can if one not in ("rate", *told))]


def _allowed(case: Case, deed: str, standing: Standing | None) -> None:
    if deed in _can(case, standing) or (deed == "comment" and standing is not None and deed in standing.can):
        return
    details = {"number": case.number, "status": case.status, "stars": case.stars}
    if deed == "urge" and case.urged_on is not None and "withdraw" in case.can:
        raise Refusal("urged_today", details)
    if deed == "rate" and case.stars is not None:
        raise Refusal("rated_already", details)
    if deed == "solved" and standing is not None and standing.outcome is not None:
        raise Refusal("solved_already", details)
    raise Refusal(NOT_NOW[deed], details)


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    values, deed = order.values, order.values.get("deed", "look")
    if deed in ("urge", "withdraw") and values.get("sure") != "yes":
        return {"text": f"好的，先不{DEEDS[deed]}，什么都没有改。"}
    case, whose = await _case(values, order.student, offices)
    standing = await offices.followed.of(case.number)
    if deed == "look":
        return _shown(case, whose, standing)
    if deed in OF_THE_CASE:
        return await _said_of_the_case(case, whose, standing, order, offices)
    if deed == "rate":
        return await _rated(case, whose, standing, order, offices)
    if deed == "urge":
        if "urge" in case.can or standing is None or "urge" not in standing.can:
            # Where neither can be hurried, the office says why.
            case = await offices.progress.urge(case.number, whose, key=order.key)
        await offices.followed.act(case.number, "urge", key=order.key)
        return {"text": f"已经替你催了：{case.title} {case.number}，{case.department}会看到。\n{case.next}"}
    case = await offices.progress.withdraw(case.number, whose, key=order.key)
    await offices.followed.act(case.number, "withdraw", key=order.key, reason="no_longer_needed")
    return {"text": f"{case.title} {case.number} 已撤销，不会再处理。"}


async def _said_of_the_case(
    case: Case, whose: Whose, standing: Standing | None, order: Order, offices: Offices
) -> Mapping[str, Any]:
    """Solved or not, or what the office wanted to know."""
    deed = order.values["deed"]
    _allowed(case, deed, standing)
    words = order.values.get("supplied" if deed != "unsolved" else "more")
    words = None if words == "-" else words
    act = "reopen" if standing is not None and deed not in standing.can else deed
    after = await offices.followed.act(case.number, act, key=order.key, words=words)
    if after is None:
        # Somebody was quicker, on another page perhaps.
        raise Refusal(NOT_NOW[deed], {"number": case.number, "status": case.status})
    about = f"{case.title} {case.number}"
    at = _whose(after)
    if deed in ("supply", "comment"):
        goes_on = "办理期限从现在起接着算。" if deed == "supply" else ""
        return {"text": f"已经转给{at}：{about}。{goes_on}"}
    ticket, by = _ticket(case, whose)
    if deed == "unsolved" and words:
        return {
            "text": f"知道了，{about} 没有办结，{at}接着办，并且往上报了一级。你说的“{words}”也转过去了，有进展我会告诉你。"
        }
    if deed == "unsolved":
        return {
            "text": f"知道了，{about} 没有办结，{at}接着办，并且往上报了一级。有进展我会告诉你。",
            "choices_text": "还有哪里没好？想说的话补一句，办的人会看到。",
            "choices": [{"label": "补一句", "payload": COMMENTED.format(ticket=ticket, by=by)}],
        }
    stars = [
        {"label": one.label, "payload": TAPPED.format(ticket=ticket, stars=one.value, by=by), "said": one.said}
        for one in STARS
    ]
    return {
        "text": f"好的，{about} 按“已解决”办结了，谢谢你告诉我。",
        "choices_text": "给这次办理打个分？不打也可以。",
        "choices": stars,
    }


async def _rated(
    case: Case, whose: Whose, standing: Standing | None, order: Order, offices: Offices
) -> Mapping[str, Any]:
    _allowed(case, "rate", standing)
    stars, words = int(order.values["stars"]), order.values.get("comment")
    try:
        case = await offices.progress.rate(case.number, whose, stars, words, key=order.key)
    except Refusal:
        # What the student said closes the case, also where the office's own book is not ready for a rating.
        if standing is None:
            raise
    if standing is not None:
        await offices.followed.act(case.number, "rate", key=order.key, facts={"score": stars}, words=words)
    said = f"谢谢你的评价：{case.title} {case.number}，{stars} 分。"
    if standing is not None and stars <= LOW:
        said += "\n让你不满意了，我们另外开了一件继续跟进，上一级会来看。"
    return {"text": said}


def _ticket(case: Case, whose: Whose) -> tuple[str, str]:
    """How an order is named in a button: by its number, or by the code of a case without a name."""
    return (whose.code, "&by=code") if whose.code else (case.number, "")


def _whose(standing: Standing) -> str:
    return standing.department or "办理部门"


def _stands(case: Case, standing: Standing | None) -> str | None:
    """A line on the case where its order does not tell it."""
    if standing is None:
        return None
    if standing.follows and standing.outcome is None and standing.stage not in REPORTED:
        return f"你打的分不高，另外开了一件在跟进，{_whose(standing)}在看。"
    if standing.asked:
        return f"{standing.department}想请你补充：{standing.asked}"
    if standing.stage in REPORTED:
        return "办的人说办好了，等你说解决了没有。"
    if standing.stage in AT_WORK and standing.denied:
        return f"你说还没好，{_whose(standing)}在接着办。"
    if standing.outcome in ("已解决", "静默办结"):
        return (
            "你确认过已解决，这件事办结了。"
            if standing.outcome == "已解决"
            else "一直没等到你的答复，先静默办结了，不算已解决。"
        )
    return None


def _at_work(case: Case, standing: Standing | None) -> str:
    """Who has it: the department the hall sent it to counts, whatever the office's book says."""
    if standing is None or departments.whose(case.department) == standing.department:
        return f"，由{case.department}办理"
    return f"，由{standing.department}办理" if standing.department else "，正在确认转给哪个部门"


def _shown(case: Case, whose: Whose, standing: Standing | None) -> Mapping[str, Any]:
    at_work = _at_work(case, standing) if {"urge", "withdraw"} & set(case.can) else ""
    # What its office says of the next step is over where the student is asked.
    following = "" if standing is not None and standing.stage in REPORTED else case.next
    lines = [f"{case.title} {case.number}：{case.line}", f"现在是“{case.status}”{at_work}。{following}"]
    if case.note:
        lines.append(f"办理说明：{case.note}")
    if (line := _stands(case, standing)) is not None:
        lines.append(line)
    # The office's book keeps the first rating; after a case was taken up again there is another one.
    stars = standing.rating if standing is not None and standing.rating is not None else case.stars
    if stars is not None:
        lines.append(f"你评了 {stars} 分。")
    ticket, by = _ticket(case, whose)
    ways = [(*WAYS_ON[one], SAID.get(one)) for one in _can(case, standing) if one in WAYS_ON]
    said: dict[str, Any] = {"text": "\n".join(lines)}
    if ways:
        said["choices_text"] = "接下来要做什么，点一下或者说一声。"
        names = {"ticket": ticket, "by": by, "task": BOOKED_BY.get(case.kind, "")}
        said["choices"] = [
            {"label": label, "payload": to.format_map(names)} | ({"said": words} if words else {})
            for label, to, words in ways
        ]
    return said
