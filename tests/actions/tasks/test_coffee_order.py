"""What the coffee service offers and says, over a real back office in this process."""

from __future__ import annotations

import re
from typing import Any

import pytest

from actions.offices import Offices, Refusal
from actions.rasa_actions import Order
from actions.task import Asked, read_tasks
from actions.tasks.coffee_order import options, preview, submit

STUDENT = "2023010001"
CUP = {
    "drink": "americano",
    "temperature": "iced",
    "size": "medium",
    "sweetness": "less",
    "cups": "1",
    "robot": "nearest",
}


def order(key: str = "k", **said: str) -> Order:
    return Order(STUDENT, CUP | said, key)


async def offered(offices: Offices, field: str = "drink", said: str = "", **values: str) -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in await options(Asked(field, values, STUDENT, said), offices)]


async def robot(offices: Offices, name: str, **change: Any) -> None:
    (await offices.client.put(f"/_robots/{name}", json=change)).raise_for_status()


async def refusal(doing: Any) -> tuple[str, Any]:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code, refused.value.details


async def test_the_menu_tells_prices_and_what_there_is_none_of(offices: Offices) -> None:
    await robot(offices, "KF01", sold_out=["latte", "americano"])
    await robot(offices, "KF02", sold_out=["latte"])
    menu = await offered(offices)
    assert len(menu) == 8
    assert ("americano", "美式 8 元（只有图书馆一楼大厅有）") in menu
    assert menu[-1] == ("latte", "拿铁 10 元（今天售罄）")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("来一杯冰美式少糖", ["americano"]),
        ("热拿铁不加糖", ["latte"]),
        ("燕麦拿铁，半糖", ["oat_latte"]),
        ("生椰拿铁去冰", ["coconut_latte"]),
        ("抹茶拿铁有吗", ["matcha_latte"]),
        ("想喝热乎的，来杯可可", ["chocolate"]),
        ("给我女朋友点杯桂花拿铁", []),
        ("latte please, large", ["latte"]),
        ("一杯卡布", ["cappuccino"]),
    ],
)
async def test_a_drink_is_heard_in_a_sentence(offices: Offices, said: str, meant: list[str]) -> None:
    choices = await options(Asked("drink", {}, STUDENT, said), offices)
    assert [one.value for one in choices if one.said and re.search(one.said, said)] == meant


@pytest.mark.parametrize(
    ("field", "said", "meant"),
    [
        ("sweetness", "不加糖", "none"),
        ("sweetness", "少糖", "less"),
        ("sweetness", "半糖去冰", "half"),
        ("sweetness", "多加糖", "full"),
        ("sweetness", "不要糖改半糖", "half"),
        ("sweetness", "来一杯美式", None),
        ("size", "一大杯冰美式", "large"),
        ("size", "中杯", "medium"),
        ("robot", "图书馆取", "KF02"),
        ("robot", "在学生活动中心取", "KF01"),
        ("robot", "哪个近的", "nearest"),
    ],
)
def test_what_is_said_of_a_cup_is_heard(field: str, said: str, meant: str | None) -> None:
    assert read_tasks()["coffee_order"].field(field).heard(said) == meant


async def test_chocolate_is_offered_hot_and_ice_is_not_dropped_in_silence(offices: Offices) -> None:
    plain = await options(Asked("temperature", {"drink": "chocolate"}, STUDENT, "来杯可可"), offices)
    iced = await options(Asked("temperature", {"drink": "chocolate"}, STUDENT, "来杯冰可可"), offices)
    assert [(one.value, bool(one.said)) for one in plain] == [("hot", True)]
    assert [(one.value, one.said) for one in iced] == [("hot", None)]
    assert await refusal(preview(order(drink="chocolate"), offices)) == ("only_hot", {"name": "热巧克力"})


async def test_the_card_tells_where_when_and_how_much(offices: Offices) -> None:
    wanted = {"取杯点": "学生活动中心一楼大厅", "等多久": "付款后大约 2 分钟", "一共": "8.00 元"}
    assert await preview(order(), offices) == wanted
    large = await preview(order(size="large", cups="2", drink="mocha", robot="KF02"), offices)
    assert large == {"取杯点": "图书馆一楼大厅", "等多久": "付款后大约 4 分钟", "一共": "30.00 元"}


async def test_the_shorter_queue_is_taken_and_a_queue_is_told(offices: Offices) -> None:
    for robot_, cups in (("KF01", "3"), ("KF02", "1")):
        made = await submit(order(key=robot_, robot=robot_, cups=cups), offices)
        await offices.client.post(made["link"])
    card = await preview(order(), offices)
    assert (card["取杯点"], card["等多久"]) == ("图书馆一楼大厅", "前面有 1 杯，付款后大约 4 分钟")


async def test_an_order_goes_where_its_card_said(offices: Offices) -> None:
    await robot(offices, "KF01", status="offline")
    assert (await preview(order(), offices))["取杯点"] == "图书馆一楼大厅"
    made = await submit(order(), offices)
    assert (made["place"], made["what"], made["price"]) == ("图书馆一楼大厅", "中杯冰美式 1 杯", "8.00 元")
    assert (made["office_status"], len(made["pickup_code"])) == ("待支付", 6)


async def test_a_second_try_is_the_same_order_although_another_robot_is_better_by_then(offices: Offices) -> None:
    first = await submit(order(), offices)
    await offices.client.post(first["link"])
    assert await submit(order(), offices) == first


async def test_what_cannot_be_made_is_said_before_anybody_pays(offices: Offices) -> None:
    await robot(offices, "KF02", status="offline")
    assert await refusal(preview(order(robot="KF02"), offices)) == ("robot_offline", {"place": "图书馆一楼大厅"})
    await robot(offices, "KF02", status="ok", sold_out=["americano"])
    here = {"place": "图书馆一楼大厅", "name": "美式", "left": 0}
    assert await refusal(preview(order(robot="KF02"), offices)) == ("sold_out_here", here)
    await robot(offices, "KF01", sold_out=["americano"])
    assert await refusal(preview(order(), offices)) == ("sold_out", {"name": "美式", "left": 0})
    assert await refusal(preview(order(cups="7"), offices)) == ("too_many_cups", {"most": 6})


@pytest.mark.parametrize("doing", [options, preview])
async def test_nobody_chooses_for_a_minute_what_nothing_can_make(offices: Offices, doing: Any) -> None:
    asked = Asked("drink", {}, STUDENT, "") if doing is options else order()
    for name in ("KF01", "KF02"):
        await robot(offices, name, opens="08:00", closes="10:00")
    assert await refusal(doing(asked, offices)) == ("robots_closed", {"opens": "08:00", "closes": "10:00"})
    await robot(offices, "KF01", status="offline")
    assert (await refusal(doing(asked, offices)))[0] == "robots_offline"
