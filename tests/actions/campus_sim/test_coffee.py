"""The coffee robots: what they have, when they work, and that a cup is held and made once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import openpyxl
import pytest

from actions.campus_sim.coffee import A_CUP, CLOSES, LARGE_CENTS, MENU, OPENS
from tests.actions.campus_sim.back_office import ROOT
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CARDHOLDER, CLASSMATE, COFFEE, key
from tests.actions.campus_sim.test_cards import refused, stranger


async def order(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/coffee-orders", json=COFFEE | changed, headers=key())


async def robots(desk: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {one["robot"]: one for one in (await desk.get("/coffee")).json()["robots"]}


async def test_an_order_has_its_price_its_place_and_a_code_before_it_is_paid(desk: httpx.AsyncClient) -> None:
    made = (await order(desk)).json()
    code, path = made.pop("pickup_code"), made.pop("pay_path")
    assert (len(code), code.isdigit(), path.startswith("/pay/")) == (6, True, True)
    assert made == {
        "number": "KF20261123-0001",
        "status": "待支付",
        "department": "后勤保障处饮食服务中心",
        "student": CARDHOLDER,
        "name": "美式",
        "temperature": "iced",
        "size": "medium",
        "sweetness": "less",
        "cups": 2,
        "robot": "KF02",
        "place": "图书馆一楼大厅",
        "amount_cents": 1600,
        "expires_at": "2026-11-23T10:45:00+08:00",
        "created_at": "2026-11-23T10:30:00+08:00",
    }


async def test_a_large_cup_costs_more(desk: httpx.AsyncClient) -> None:
    assert (await order(desk, drink="latte", size="large", cups=1)).json()["amount_cents"] == 1300


async def test_a_paid_order_is_made_and_then_waits(desk: httpx.AsyncClient, clock: Clock) -> None:
    made = (await order(desk)).json()
    seen = []
    for pay, minutes in ((False, 1), (True, 1), (False, 3), (False, 0)):
        if pay:
            await stranger(desk, "POST", made["pay_path"])
        now = await desk.get(f"/coffee-orders/{made['number']}", params={"student": CARDHOLDER})
        seen.append((now.json()["status"], (await robots(desk))["KF02"]["cups_waiting"]))
        clock.now += timedelta(minutes=minutes)
    assert seen == [("待支付", 0), ("制作中", 2), ("制作中", 2), ("待取杯", 0)]


async def test_cups_that_wait_are_counted_one_after_the_other(desk: httpx.AsyncClient, clock: Clock) -> None:
    for _ in range(2):
        await stranger(desk, "POST", (await order(desk)).json()["pay_path"])
    clock.now += timedelta(minutes=2)
    assert (await robots(desk))["KF02"]["cups_waiting"] == 3


async def test_what_is_sold_out_is_said_and_refused(desk: httpx.AsyncClient) -> None:
    found = await robots(desk)
    assert (found["KF01"]["sold_out"], found["KF02"]["sold_out"]) == ([], ["matcha_latte"])
    details = {"name": "抹茶拿铁", "place": "图书馆一楼大厅", "left": 0}
    assert refused(await order(desk, drink="matcha_latte")) == (409, "sold_out", details)


async def test_an_unpaid_order_holds_its_cups_until_it_runs_out(desk: httpx.AsyncClient, clock: Clock) -> None:
    for _ in range(33):
        assert (await order(desk, cups=6)).status_code == 201
    assert refused(await order(desk, cups=6))[2]["left"] == 2
    clock.now += timedelta(minutes=15)
    assert (await order(desk, cups=6)).status_code == 201


async def test_an_order_that_was_withdrawn_gives_its_cups_back(desk: httpx.AsyncClient) -> None:
    made = [(await order(desk, cups=6)).json() for _ in range(33)]
    await desk.post(f"/orders/{made[0]['number']}/withdraw", json={"student": CARDHOLDER}, headers=key())
    assert (await order(desk, cups=6)).status_code == 201


async def test_a_robot_that_is_offline_says_so_and_takes_neither_order_nor_money(desk: httpx.AsyncClient) -> None:
    made = (await order(desk)).json()
    assert (await desk.put("/_robots/KF02", json={"status": "offline"})).json()["status"] == "offline"
    assert refused(await order(desk)) == (409, "robot_offline", {"place": "图书馆一楼大厅"})
    page = await stranger(desk, "POST", made["pay_path"])
    assert (page.status_code, "没有扣款" in page.text) == (409, True)


@pytest.mark.parametrize(("hour", "minute", "status"), [(7, 59, "closed"), (8, 0, "ok"), (21, 30, "closed")])
async def test_a_robot_keeps_its_hours(
    desk: httpx.AsyncClient, clock: Clock, hour: int, minute: int, status: str
) -> None:
    clock.now = clock.now.replace(hour=hour, minute=minute)
    assert (await robots(desk))["KF02"]["status"] == status
    answer = await order(desk)
    if status == "closed":
        details = {"place": "图书馆一楼大厅", "opens": "08:00", "closes": "21:30"}
        assert refused(answer) == (409, "robot_closed", details)
    else:
        assert answer.status_code == 201


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"drink": "chocolate"}, 422, "only_hot"),
        ({"drink": "tea"}, 404, "no_such_drink"),
        ({"robot": "KF99"}, 404, "no_such_robot"),
        ({"cups": 7}, 422, "invalid_request"),
        ({"cups": 0}, 422, "invalid_request"),
        ({"student": "2023019999"}, 404, "no_such_student"),
    ],
)
async def test_what_cannot_be_made_is_refused(
    desk: httpx.AsyncClient, changed: dict[str, Any], status: int, code: str
) -> None:
    assert refused(await order(desk, **changed))[:2] == (status, code)


async def test_an_order_is_shown_to_its_student_only(desk: httpx.AsyncClient) -> None:
    made = (await order(desk)).json()
    answer = await desk.get(f"/coffee-orders/{made['number']}", params={"student": CLASSMATE})
    assert refused(answer) == (404, "no_such_order", None)


def test_the_robots_keep_to_the_published_table() -> None:
    path = ROOT / "knowledge_base" / "policies" / "活动场地与自助设备一览表.xlsx"
    rows = [
        [str(cell or "") for cell in row]
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows(values_only=True)
    ]
    robots = [row for row in rows if "咖啡机器人" in row]
    prices = sorted(cents // 100 for _, cents, _ in MENU.values())
    minutes = A_CUP // timedelta(minutes=1)
    assert len(robots) == 2
    for row in robots:
        assert f"每杯{prices[0]}元至{prices[-1] + LARGE_CENTS // 100}元" in row
        assert f"{OPENS.removeprefix('0')}–{CLOSES}" in row
        assert f"约{minutes}分钟出杯" in " ".join(row)
