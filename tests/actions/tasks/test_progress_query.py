"""Which order is meant, what is said of it, and what may be done with it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from actions.campus_sim.dates import CAMPUS
from actions.offices import Offices, Refusal
from actions.offices.complaints import Complaint
from actions.offices.leaves import Leave
from actions.offices.progress import Case
from actions.offices.repairs import Repair
from actions.rasa_actions import Order
from actions.task import Asked, read_tasks
from actions.tasks.progress_query.finding import days_said, meant
from actions.tasks.progress_query.office import ALWAYS, options, read, submit

MONDAY = date(2026, 11, 23)
STUDENT = "2023010001"


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("我上周报修的", "2026-11-16", "2026-11-22"),
        ("上周三报的", "2026-11-18", "2026-11-18"),
        ("这周的请假", "2026-11-23", "2026-11-29"),
        ("昨天的请假", "2026-11-22", "2026-11-22"),
        ("大前天报的", "2026-11-20", "2026-11-20"),
        ("上个月投诉的", "2026-10-01", "2026-10-31"),
        ("11月5号报的", "2026-11-05", "2026-11-05"),
        ("12月5日请的假", "2025-12-05", "2025-12-05"),
    ],
)
def test_when_it_was_made_is_read_backwards(said: str, first: str, last: str) -> None:
    assert days_said(said, MONDAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("said", ["我的维修单", "2月30日报的", "查进度"])
def test_words_without_a_day_tell_none(said: str) -> None:
    assert days_said(said, MONDAY) is None


def case(number: str, title: str, line: str, days_ago: int = 0, **changed: Any) -> Case:
    made = datetime(2026, 11, 23, 9, 0, tzinfo=CAMPUS) - timedelta(days=days_ago)
    told: dict[str, Any] = {
        "number": number,
        "kind": "repair",
        "title": title,
        "line": line,
        "status": "受理",
        "department": "后勤保障处维修中心",
        "created_at": made,
        "note": None,
        "next": "",
        "can": ("urge", "withdraw"),
        "urged_on": None,
        "stars": None,
    }
    return Case(**(told | changed))


CASES = (
    case("QJ1", "请假", "病假 11月25日（周三）", 0),
    case("BX2", "报修", "3号楼502 灯坏了", 1),
    case("BX1", "报修", "3号楼502 水龙头漏水", 6),
    case("TS1", "投诉建议", "菜里有虫子", 12),
)


@pytest.mark.parametrize(
    ("said", "numbers", "narrowed"),
    [
        ("查进度", ["QJ1", "BX2", "BX1", "TS1"], False),
        ("我上周报修的", ["BX2", "BX1"], True),
        ("上周二报的水龙头", ["BX1"], True),
        ("请假批了没", ["QJ1"], True),
        ("昨天报修的那个", ["BX2"], True),
        ("水龙头修得怎么样了", ["BX1"], True),
        ("刚才那个", ["QJ1"], True),
        ("上次报修刚刚那个", ["BX2"], True),
        ("投诉有结果了吗", ["TS1"], True),
        ("我的咖啡呢", ["QJ1", "BX2", "BX1", "TS1"], False),
    ],
)
def test_words_narrow_the_orders_and_words_that_fit_none_narrow_nothing(
    said: str, numbers: list[str], narrowed: bool
) -> None:
    likely, told = meant(CASES, said, MONDAY)
    assert ([one.number for one in likely], told) == (numbers, narrowed)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("bx20261123-0001到哪了", {"ticket": "BX20261123-0001"}),
        ("查询码是k7mqx4tx", {"ticket": "K7MQX4TX", "by": "code"}),
        ("学号2023010001", {}),
        ("我的维修单到哪一步了", {}),
        ("abcdefgh", {}),
    ],
)
def test_a_number_and_a_code_are_read_wherever_they_stand(said: str, told: dict[str, str]) -> None:
    assert read(said, None) == told


@pytest.mark.parametrize(
    ("said", "deed"),
    [
        ("催一下我的维修单", "urge"),
        ("报修两天了还没人来", "urge"),
        ("撤回昨天的请假", "withdraw"),
        ("取消我的报修", "withdraw"),
        ("给这次维修打个分", "rate"),
        ("我的维修单到哪一步了", None),
    ],
)
def test_what_to_do_is_told_in_passing(said: str, deed: str | None) -> None:
    assert read_tasks()["progress_query"].field("deed").heard(said) == deed


async def report(offices: Offices, room: str = "502", key: str = "one", fault: str = "水龙头关不紧") -> str:
    made = await offices.repairs.submit(Repair(STUDENT, "3号楼", fault, "13800138000", "any_time", room=room), key=key)
    return made.number


async def staff(offices: Offices, number: str, **change: str) -> None:
    answer: httpx.Response = await offices.client.put(f"/_orders/{number}", json=change)
    answer.raise_for_status()


def asked(field: str, said: str = "", student: str | None = STUDENT, **values: str) -> Asked:
    return Asked(field, values, student, said)


async def test_the_only_order_there_is_needs_no_question(offices: Offices) -> None:
    number = await report(offices)
    (only,) = await options(asked("which"), offices)
    assert (only.value, only.label, only.said) == (
        number,
        "11月23日（周一） 报修 3号楼502 水龙头关不紧（受理）",
        ALWAYS,
    )


async def test_of_several_the_one_that_is_named_is_chosen_and_the_others_stay_on_offer(offices: Offices) -> None:
    first, second = await report(offices), await report(offices, "501", "two", "灯坏了")
    both = await options(asked("which", "查进度"), offices)
    assert [(one.value, one.said) for one in both] == [(second, None), (first, None)]
    named = await options(asked("which", "水龙头那个"), offices)
    assert [(one.value, one.said) for one in named] == [(first, ALWAYS), (second, None)]


async def test_only_orders_that_allow_it_are_offered(offices: Offices) -> None:
    done, waiting = await report(offices), await report(offices, "501", "two")
    await staff(offices, done, status="已完成")
    assert [one.value for one in await options(asked("which", deed="urge"), offices)] == [waiting]
    assert [one.value for one in await options(asked("which", deed="rate"), offices)] == [done]


@pytest.mark.parametrize("deed", ["urge", "withdraw", "rate"])
async def test_where_none_allows_it_that_is_said(offices: Offices, deed: str) -> None:
    with pytest.raises(Refusal, match="no_orders"):
        await options(asked("which", deed=deed), offices)
    number = await report(offices)
    await staff(offices, number, status="已撤销")
    with pytest.raises(Refusal, match=f"nothing_to_{deed}"):
        await options(asked("which", deed=deed), offices)


async def test_what_is_confirmed_is_named_on_the_button(offices: Offices) -> None:
    number = await report(offices)
    yes, no = await options(asked("sure", deed="withdraw", ticket=number, by="own"), offices)
    assert (yes.value, yes.label, no.value) == ("yes", "确认撤销：报修 3号楼502 水龙头关不紧", "no")


@pytest.mark.parametrize(
    ("deed", "status", "code"),
    [
        ("urge", "已完成", "not_urgeable"),
        ("withdraw", "维修中", "not_withdrawable"),
        ("rate", "维修中", "not_done"),
    ],
)
async def test_what_cannot_be_done_is_said_before_anything_is_asked(
    offices: Offices, deed: str, status: str, code: str
) -> None:
    number = await report(offices)
    await staff(offices, number, status=status)
    field = "stars" if deed == "rate" else "sure"
    with pytest.raises(Refusal) as refusal:
        await options(asked(field, deed=deed, ticket=number, by="own"), offices)
    assert (refusal.value.code, refusal.value.details["status"]) == (code, status)


async def test_somebody_elses_number_and_a_wrong_code_are_like_none(offices: Offices) -> None:
    number = await report(offices)
    for student in ("2023010005", None):
        with pytest.raises(Refusal, match="no_such_order"):
            await options(asked("sure", student=student, deed="urge", ticket=number, by="own"), offices)
    with pytest.raises(Refusal, match="no_such_order"):
        await submit(Order("2023010005", {"by": "own", "ticket": number, "deed": "look"}, "k"), offices)
    with pytest.raises(Refusal, match="no_such_code"):
        await submit(Order("", {"by": "code", "ticket": "K7MQX4TX", "deed": "look"}, "k"), offices)


def order(number: str, deed: str = "look", key: str = "deed", **values: str) -> Order:
    return Order(STUDENT, {"by": "own", "which": number, "deed": deed, **values}, key)


async def test_an_order_is_shown_with_what_happens_next_and_what_may_be_done(offices: Offices) -> None:
    number = await report(offices)
    shown = await submit(order(number), offices)
    assert shown["text"] == (
        f"报修 {number}：3号楼502 水龙头关不紧\n"
        "现在是“受理”，由后勤保障处维修中心办理。预计最晚11月25日（周三）处理，需要时师傅会打你留的电话。"
    )
    assert [{name: one[name] for name in ("label", "payload")} for one in shown["choices"]] == [
        {"label": "催一催", "payload": f"start:progress_query?ticket={number}&deed=urge"},
        {"label": "撤销这一单", "payload": f"start:progress_query?ticket={number}&deed=withdraw"},
    ]
    spoken = {one["label"]: re.compile(one["said"]) for one in shown["choices"]}
    assert [label for label, said in spoken.items() if said.fullmatch("帮我催一下")] == ["催一催"]
    assert [label for label, said in spoken.items() if said.fullmatch("撤了")] == ["撤销这一单"]
    await staff(offices, number, status="已完成", note="换了阀芯")
    done = await submit(order(number), offices)
    assert "办理说明：换了阀芯" in done["text"]
    assert [one["label"] for one in done["choices"]] == ["评价"]


async def test_an_approved_leave_offers_the_return(offices: Offices) -> None:
    asked_for = Leave(STUDENT, "病假", datetime(2026, 11, 23), datetime(2026, 11, 23, 23, 59), False, "发烧")
    number = (await offices.leaves.submit(asked_for, key="leave")).number
    await staff(offices, number, status="已批准")
    shown = await submit(order(number), offices)
    assert shown["choices"] == [{"label": "销假", "payload": f"start:leave_request?deed=return&leave={number}"}]


async def test_each_deed_is_done_once_it_is_sure(offices: Offices) -> None:
    number = await report(offices)
    assert (await submit(order(number, "urge", sure="no"), offices))["text"] == "好的，先不催办，什么都没有改。"
    assert (await offices.progress.case(number, student=STUDENT)).urged_on is None
    urged = await submit(order(number, "urge", sure="yes"), offices)
    assert urged["text"].startswith(f"已经替你催了：报修 {number}，后勤保障处维修中心会看到。")
    with pytest.raises(Refusal, match="urged_today"):
        await options(asked("sure", deed="urge", ticket=number, by="own"), offices)
    gone = await submit(order(number, "withdraw", "deed-2", sure="yes"), offices)
    assert gone["text"] == f"报修 {number} 已撤销，不会再处理。"
    other = await report(offices, "501", "two")
    await staff(offices, other, status="已完成")
    rated = await submit(order(other, "rate", "deed-3", sure="yes", stars="4", comment="来得快"), offices)
    assert rated["text"] == f"谢谢你的评价：报修 {other}，4 分。"
    with pytest.raises(Refusal) as refusal:
        await options(asked("stars", deed="rate", ticket=other, by="own"), offices)
    assert (refusal.value.code, refusal.value.details["stars"]) == ("rated_already", 4)


async def test_a_case_without_a_name_is_followed_and_withdrawn_by_its_code(offices: Offices) -> None:
    made = await offices.complaints.submit(Complaint("anonymous", "太吵了", "学生工作部（处）"), key="complaint")
    values = {"by": "code", "ticket": str(made.code), "deed": "look"}
    shown = await submit(Order("", values, "k"), offices)
    assert shown["choices"][0]["payload"] == "start:progress_query?ticket=K7MQX4TX&deed=urge&by=code"
    gone = await submit(Order("", values | {"deed": "withdraw", "sure": "yes"}, "k"), offices)
    assert gone["text"] == f"投诉建议 {made.number} 已撤销，不会再处理。"
