"""How a proof of enrolment is come by, as a student reads it."""

from __future__ import annotations

import pytest

from actions.offices import Offices, Refusal
from actions.rasa_actions import Order
from actions.task import read_tasks
from actions.tasks.enrolment_certificate import preview, submit

TASK = read_tasks()["enrolment_certificate"]


def order(student: str = "2023010001", **said: str) -> Order:
    return Order(student, {"language": "zh", "purpose": "实习、求职", "delivery": "electronic"} | said, "k")


async def test_an_electronic_one_is_there_at_once(offices: Offices) -> None:
    assert await preview(order(), offices) == {"费用": "免费"}
    made = await submit(order(), offices)
    assert TASK.done.format_map(made).split("\n")[:3] == [
        "在读证明开好了，编号 ZM20261123-0001。",
        "电子版在智慧校园平台，现在就能下载，带电子签章，和盖章的纸质版一样有效。",
        "费用：免费。",
    ]
    assert made["office_status"] == "已出具"


async def test_a_printed_one_tells_its_place_code_and_time(offices: Offices) -> None:
    said = order(delivery="printer", count="2")
    assert (await preview(said, offices))["取件地点"] == "学生活动中心一楼大厅自助服务区"
    made = await submit(said, offices)
    lines = made["how"].split("\n")
    assert lines[0] == "取件地点：学生活动中心一楼大厅自助服务区（每日 6:30–23:00）"
    assert lines[1].startswith("取件码：")
    assert lines[2] == "带校园卡或身份证，到机器上输入取件码就能打印，11月30日（周一）10:30前有效。"


async def test_one_signed_by_hand_tells_when_it_is_ready(offices: Offices) -> None:
    said = order(delivery="desk")
    assert (await preview(said, offices))["领取"] == "学生社区服务中心2号窗口，2 个工作日办结"
    made = await submit(said, offices)
    assert made["made"] == "已经交给教务处学籍科办理"
    assert made["how"].startswith("11月25日（周三）起可以取：学生社区服务中心2号窗口（学生活动中心一楼）")


async def test_a_card_orders_nothing(offices: Offices) -> None:
    await preview(order(delivery="printer"), offices)
    assert await offices.certificates.find(key="k") is None


@pytest.mark.parametrize("delivery", ["electronic", "printer", "desk"])
@pytest.mark.parametrize(("student", "code"), [("2023010002", "suspended"), ("2022010001", "graduated")])
async def test_who_does_not_study_now_is_told_what_else_there_is(
    offices: Offices, student: str, code: str, delivery: str
) -> None:
    for ask in (preview, submit):
        with pytest.raises(Refusal) as refusal:
            await ask(order(student, delivery=delivery), offices)
        assert refusal.value.code == code
        assert code in TASK.refusals


async def test_without_a_printer_another_way_is_asked_for(offices: Offices) -> None:
    for printer in ("DY01", "DY02", "DY04"):
        await offices.client.put(f"/_printers/{printer}", json={"status": "offline"})
    with pytest.raises(Refusal) as refusal:
        await preview(order(delivery="printer"), offices)
    assert TASK.refusals[refusal.value.code].ask == "delivery"


async def test_without_a_purpose_none_stands_on_it(offices: Offices) -> None:
    said = order(delivery="desk")
    values = {name: value for name, value in said.values.items() if name != "purpose"}
    made = await submit(Order(said.student, values, "k"), offices)
    kept = (await offices.client.get(f"/certificates/{made['number']}", params={"student": said.student})).json()
    assert (kept["purpose"], kept["copies"]) == (None, 1)


@pytest.mark.parametrize(
    ("said", "delivery"),
    [
        ("要电子版的", "electronic"),
        ("打印一份在读证明", "printer"),
        ("对方要手写签字的", "desk"),
        ("要打印出来盖红章", "desk"),
        ("开在读证明", None),
    ],
)
def test_how_it_is_wanted_is_heard_in_a_sentence(said: str, delivery: str | None) -> None:
    assert TASK.field("delivery").heard(said) == delivery


@pytest.mark.parametrize(
    ("said", "purpose"),
    [("办签证要用", "签证、出国"), ("公司要的", "实习、求职"), ("给房东看", "租房、落户"), ("开在读证明", None)],
)
def test_what_it_is_for_is_heard_in_a_sentence(said: str, purpose: str | None) -> None:
    assert TASK.field("purpose").heard(said) == purpose
