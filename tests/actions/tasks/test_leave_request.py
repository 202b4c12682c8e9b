"""A leave shows its days and who decides before it is sent, and is returned from."""

from __future__ import annotations

from datetime import datetime

import pytest

from actions.offices import Offices, Refusal
from actions.offices.leaves import Leave
from actions.rasa_actions import Order
from actions.task import Asked
from actions.tasks.leave_request.office import check, options, preview, read, submit

STUDENT = "2023010001"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("我发烧了,今天请一天病假,离校去杭州看病", {"destination": "杭州", "reason": "我发烧了"}),
        ("爷爷去世了,明天到后天请丧假回老家", {"reason": "爷爷去世了"}),
        ("因为要参加英语竞赛,下周一请假", {"reason": "要参加英语竞赛"}),
        ("请病假,明天,不离校,感冒了", {"reason": "感冒了"}),
        ("我想请事假,下周三到下周五,不离校", {}),
        ("明天请一天事假,回家", {}),
        ("想请假,下周四到下周五,回老家办身份证", {"reason": "回老家办身份证"}),
        ("奶奶去世了要请假回家", {"reason": "奶奶去世了"}),
        ("请一天假去医院拔智齿", {"reason": "去医院拔智齿"}),
        ("脚崴了走不了路,体育课请个假", {"reason": "脚崴了走不了路"}),
        ("因参加数学建模国赛,特申请9月7日至10日请假", {"reason": "参加数学建模国赛"}),
        ("请明天上午的假,理由:身体不适", {"reason": "身体不适"}),
        ("周五下午请假,辅导员是张老师,电话13812345678", {}),
        ("麻烦批一下明天的假,急", {}),
        ("请假从周四到周六,我室友也一起请", {}),
        ("已经返校,帮我销一下假", {}),
        ("想请三天假回家", {}),
        ("我要销假", {}),
        ("请假", {}),
    ],
)
def test_the_reason_and_where_to_are_taken_from_the_first_sentence(said: str, told: dict[str, str]) -> None:
    assert read(said, None) == told


def test_an_answer_to_a_question_is_no_reason_besides() -> None:
    assert read("杭州市第一医院", "destination") == {}


async def test_public_leave_is_explained_as_soon_as_it_is_chosen(offices: Offices) -> None:
    with pytest.raises(Refusal, match="public_leave_is_registered"):
        await check("leave_kind", "公假", offices)
    await check("leave_kind", "病假", offices)
    await check("reason", "公假", offices)


def order(kind: str = "病假", period: str = "2026-11-25T00:00/2026-11-26T23:59", **values: str) -> Order:
    told = {"deed": "request", "leave_kind": kind, "period": period, "leaves_campus": "no", "reason": "发烧"}
    return Order(values.pop("student", STUDENT), told | {"contact": "用学籍里登记的"} | values, "leave-key")


async def test_the_card_shows_days_who_decides_and_what_to_hand_in(offices: Offices) -> None:
    assert await preview(order(), offices) == {
        "共": "2 天（按自然日算，周末也算）",
        "审批": "卢航宁，最晚11月24日（周二）有结果",
        "要交的证明": "病历或挂号记录，24 小时内交给辅导员",
    }
    away = await preview(order("事假", "2026-11-27T00:00/2026-11-30T23:59", leaves_campus="yes"), offices)
    assert away == {
        "共": "4 天（按自然日算，周末也算）",
        "审批": "计算机学院分管学生工作的副书记，最晚11月26日（周四）有结果",
        "如果离开本市": "辅导员批准前会和家长核实",
    }


async def test_a_photo_of_the_proof_is_proof_enough_and_a_postgraduate_asks_the_supervisor(offices: Offices) -> None:
    card = await preview(order(proof="a" * 32, student="2026015001"), offices)
    assert ("要交的证明" in card, card["研究生"]) == (False, "先征得导师同意")


async def test_a_leave_that_continues_another_says_that_both_count(offices: Offices) -> None:
    await submit(order(), offices)
    card = await preview(order(period="2026-11-27T00:00/2026-11-28T23:59"), offices)
    assert card["审批"] == ("计算机学院分管学生工作的副书记（和前面连着的假合起来 4 天），最晚11月26日（周四）有结果")


async def test_the_receipt_tells_when_to_expect_an_answer_and_when_to_come_back(offices: Offices) -> None:
    done = await submit(order(), offices)
    assert (done["number"], done["office_status"]) == ("QJ20261123-0001", "待辅导员审批")
    assert done["text"] == (
        "已提交，请假单号 QJ20261123-0001，共 2 天，现在是“待辅导员审批”。\n"
        "审批人：卢航宁，最晚11月24日（周二）有结果。批准之前假还没有生效。\n"
        "记得 24 小时内把病历或挂号记录交给辅导员。\n"
        "假满后跟我说“销假”就行，最晚11月27日（周五）23:59。"
    )


async def approved(offices: Offices, *, away: bool = False) -> str:
    leave = Leave(STUDENT, "病假", datetime(2026, 11, 23), datetime(2026, 11, 23, 23, 59), away, "发烧")
    number = (await offices.leaves.submit(leave, key="approved")).number
    (await offices.client.put(f"/_orders/{number}", json={"status": "已批准"})).raise_for_status()
    return number


def coming_back(leave: str) -> Order:
    return Order(STUDENT, {"deed": "return", "leave": leave}, "return-key")


async def test_only_an_approved_leave_is_offered_and_the_only_one_is_meant(offices: Offices) -> None:
    asked = Asked("leave", {"deed": "return"}, STUDENT, "我要销假")
    await submit(order(), offices)
    with pytest.raises(Refusal, match="nothing_to_return"):
        await options(asked, offices)
    number = await approved(offices)
    (only,) = await options(asked, offices)
    assert (only.value, only.label, only.said) == (number, "病假 11月23日（周一），共 1 天", "^")


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (False, "已销假，编号 XJ20261123-0001，这次实际请假 0.5 天。欢迎回来。"),
        (
            True,
            "已销假，编号 XJ20261123-0001，这次实际请假 0.5 天。欢迎回来。\n"
            "离校请假的，还要在校内刷一次校园卡，或者到辅导员那里当面确认。",
        ),
    ],
)
async def test_a_return_is_confirmed_with_the_days_really_taken(offices: Offices, away: bool, text: str) -> None:
    number = await approved(offices, away=away)
    assert await preview(coming_back(number), offices) == {}
    done = await submit(coming_back(number), offices)
    assert (done["office_status"], done["text"]) == ("已销假", text)
