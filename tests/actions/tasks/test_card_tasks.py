"""What the three services of the campus card say, over a real back office in this process."""

from __future__ import annotations

from typing import Any

import pytest

from actions.offices import Offices, Refusal
from actions.rasa_actions import Order
from actions.task import read_tasks
from actions.tasks import card_balance, card_loss_report, card_top_up
from tests.actions.campus_sim.test_cards import FROZEN, LOST
from tests.actions.tasks.pages import open_page

STUDENT, FULL = "2023010001", "2025010001"
SINCE = {"since": "11月20日（周五）18:00"}


def loss(deed: str = "lost", student: str = STUDENT, key: str = "k") -> Order:
    return Order(student, {"deed": deed}, key)


def top_up(amount: str = "100", student: str = STUDENT, key: str = "k") -> Order:
    return Order(student, {"amount": amount}, key)


async def refusal(doing: Any) -> tuple[str, Any]:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code, refused.value.details


async def test_the_loss_card_shows_the_money_and_only_the_end_of_the_number(offices: Offices) -> None:
    assert await card_loss_report.preview(loss(), offices) == {"校园卡": "尾号 0007", "卡内余额": "78.86 元"}


async def test_a_loss_tells_what_is_safe_where_to_go_and_what_it_costs(offices: Offices) -> None:
    told = await card_loss_report.submit(loss(), offices)
    assert (told["number"], told["office_status"]) == ("GS20261123-0001", "已挂失")
    for words in (
        "11月23日（周一）10:30起停用",
        "最晚 10:35",
        "卡里的 78.86 元",
        "每张 20 元",
        "4号窗口",
        "电子校园码",
    ):
        assert words in told["told"]
    assert "6161070007" not in told["told"]


async def test_a_second_report_is_answered_with_the_first_moment_before_anything_is_sent(offices: Offices) -> None:
    await card_loss_report.submit(loss(), offices)
    wanted = ("card_lost_already", {"since": "11月23日（周一）10:30"})
    assert await refusal(card_loss_report.preview(loss(), offices)) == wanted
    assert await refusal(card_loss_report.submit(loss(key="k2"), offices)) == wanted


async def test_the_same_report_sent_twice_is_one(offices: Offices) -> None:
    assert await card_loss_report.submit(loss(), offices) == await card_loss_report.submit(loss(), offices)


async def test_a_found_card_is_usable_once_its_owner_opened_the_page(offices: Offices) -> None:
    assert (await card_loss_report.preview(loss("found", LOST), offices))["已挂失"] == "11月20日（周五）18:00起"
    told = await card_loss_report.submit(loss("found", LOST), offices)
    assert (told["number"], told["office_status"], told["link_label"]) == ("JG20261123-0001", "待验证", "去验证")
    assert (await offices.cards.card(LOST)).status == "挂失"
    await open_page(offices, told["link"])
    assert (await offices.cards.card(LOST)).status == "正常"


@pytest.mark.parametrize("deed", ["lost", "found"])
async def test_a_frozen_card_is_neither_reported_nor_unfrozen(offices: Offices, deed: str) -> None:
    assert await refusal(card_loss_report.preview(loss(deed, FROZEN), offices)) == ("card_frozen", {})


async def test_a_card_that_is_not_lost_is_not_unfrozen(offices: Offices) -> None:
    assert await refusal(card_loss_report.preview(loss("found"), offices)) == ("card_not_lost", {})


async def test_a_top_up_shows_what_will_be_on_the_card(offices: Offices) -> None:
    shown = {"校园卡": "尾号 0007", "充值后余额": "91.36 元", "手续费": "不收"}
    assert await card_top_up.preview(top_up("12.50"), offices) == shown


async def test_a_top_up_is_on_the_card_when_it_is_paid_and_once(offices: Offices) -> None:
    told = await card_top_up.submit(top_up(), offices)
    assert (told["number"], told["amount"], told["expires_at"]) == ("CZ20261123-0001", "100.00 元", "10:45")
    assert (await offices.cards.card(STUDENT)).balance_cents == 7886
    for _ in range(2):
        await open_page(offices, told["link"])
    assert (await offices.cards.card(STUDENT)).balance_cents == 17886
    assert (await offices.cards.top_up(told["number"], student=STUDENT)).status == "已到账"


async def test_a_new_bill_says_which_one_it_replaces(offices: Offices) -> None:
    first = await card_top_up.submit(top_up(), offices)
    second = await card_top_up.submit(top_up("50", key="k2"), offices)
    assert (first["replaced"], second["replaced"]) == ("", "之前没付的那一单（CZ20261123-0001）已经作废，不要再付。")


@pytest.mark.parametrize("deed", [card_top_up.preview, card_top_up.submit])
async def test_a_card_that_takes_no_money_says_why(offices: Offices, deed: Any) -> None:
    assert await refusal(deed(top_up(student=LOST), offices)) == ("card_lost", SINCE)
    assert (await refusal(deed(top_up(student=FROZEN), offices)))[0] == "card_frozen"
    room = {"balance": "572.84", "room": "427.16"}
    assert await refusal(deed(top_up("500", FULL), offices)) == ("balance_too_high", room)


async def test_a_full_card_does_not_ask_for_an_amount_that_cannot_be_put_on(offices: Offices) -> None:
    told = await card_top_up.submit(top_up("420", FULL), offices)
    await open_page(offices, told["link"])
    assert (await refusal(card_top_up.preview(top_up("10", FULL), offices)))[0] == "card_full"


async def test_a_balance_is_told_with_its_moment_and_that_it_is_late(offices: Offices) -> None:
    order = Order(STUDENT, {}, "k")
    now = await card_balance.submit(order, offices)
    assert (now["balance"], now["as_of"], now["late"], now["today"]) == ("78.86", "11月23日（周一）10:30", "", "")
    for minutes, ago in ((10, ""), (40, "40 分钟"), (150, "2 个多小时")):
        await offices.client.put("/_cards/feed", json={"minutes_late": minutes})
        late = (await card_balance.submit(order, offices))["late"]
        assert (f"这是 {ago}前的数" in late, bool(late)) == (bool(ago), bool(ago))


async def test_a_lost_card_says_so_beside_its_balance(offices: Offices) -> None:
    told = await card_balance.submit(Order(LOST, {}, "k"), offices)
    assert told["card_status"] == "挂失（11月20日（周五）18:00起）"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("校园卡丢了", "lost"),
        ("我的饭卡不见了", "lost"),
        ("还没找到卡，先挂失", "lost"),
        ("卡找不到了", "lost"),
        ("卡找到了，给我解冻", "found"),
        ("解除挂失", "found"),
        ("我要把挂失撤掉", "found"),
        ("原来卡夹在高数书里，帮我取消挂失呗", "found"),
        ("室友捡到我的卡了，可以帮我恢复使用吗", "found"),
        ("挂失", "lost"),
    ],
)
def test_lost_and_found_are_told_apart(said: str, meant: str) -> None:
    assert read_tasks()["card_loss_report"].field("deed").heard(said) == meant
