"""Campus cards: the balance, a loss, what was found, and money that is put on once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.campus_sim import top_ups
from actions.campus_sim.cards import REPLACEMENT_CENTS
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.unfreezes import code_for
from tests.actions.campus_sim.back_office import ROOT
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, FULL, STUDENT, SUSPENDED, key

LOST, FROZEN = "2023010003", "2023010004"


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def post(desk: httpx.AsyncClient, path: str, student: str = STUDENT, **more: Any) -> httpx.Response:
    return await desk.post(path, json={"student": student} | more, headers=key())


async def card(desk: httpx.AsyncClient, student: str = STUDENT) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"/cards/{student}")).json()
    return found


async def stranger(desk: httpx.AsyncClient, method: str, path: str, **said: Any) -> httpx.Response:
    """A browser: it knows the address and no secret."""
    transport = desk._transport
    async with httpx.AsyncClient(transport=transport, base_url="http://campus") as browser:
        return await browser.request(method, path, **said)


async def test_a_loss_is_reported_once_and_the_second_report_says_since_when(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    made = (await post(desk, "/card-losses")).json()
    assert made == {
        "number": "GS20261123-0001",
        "status": "已挂失",
        "department": "信息化办公室校园卡服务窗口",
        "student": STUDENT,
        "card": "6161070007",
        "balance_cents": 7886,
        "effective_by": "2026-11-23T10:35:00+08:00",
        "replacement_fee_cents": 2000,
        "created_at": "2026-11-23T10:30:00+08:00",
    }
    clock.now += timedelta(hours=3)
    already = {"number": "GS20261123-0001", "since": "2026-11-23T10:30:00+08:00"}
    assert refused(await post(desk, "/card-losses")) == (409, "card_lost_already", already)
    now = await card(desk)
    assert (now["status"], now["lost_since"]) == ("挂失", "2026-11-23T10:30:00+08:00")


async def test_a_loss_from_the_window_has_a_day_and_no_number(desk: httpx.AsyncClient) -> None:
    details = {"number": None, "since": "2026-11-20T18:00:00+08:00"}
    assert refused(await post(desk, "/card-losses", LOST)) == (409, "card_lost_already", details)


async def test_a_frozen_card_needs_no_report(desk: httpx.AsyncClient) -> None:
    assert refused(await post(desk, "/card-losses", FROZEN)) == (409, "card_frozen", None)


async def test_a_card_that_was_found_is_unfrozen_by_the_code_sent_to_the_phone(desk: httpx.AsyncClient) -> None:
    loss = (await post(desk, "/card-losses")).json()
    made = (await post(desk, "/card-unfreezes")).json()
    token = made["verify_path"].removeprefix("/verify/")
    shown = await stranger(desk, "GET", made["verify_path"])
    assert ("186****2507" in shown.text, "18660372507" in shown.text) == (True, False)
    wrong = await stranger(desk, "POST", made["verify_path"], data={"code": "000000"})
    assert (wrong.status_code, (await card(desk))["status"]) == (422, "挂失")
    right = await stranger(desk, "POST", made["verify_path"], data={"code": code_for(token)})
    assert (right.status_code, (await card(desk))["status"], (await card(desk))["lost_since"]) == (200, "正常", None)
    for path in (f"/card-unfreezes/{made['number']}", f"/card-losses/{loss['number']}"):
        assert (await desk.get(path, params={"student": STUDENT})).json()["status"] == "已解挂"
        order = (await desk.get(f"/orders/{path.split('/')[-1]}", params={"student": STUDENT})).json()
        assert order["status"] == "已解挂"


async def test_the_page_of_an_unfreeze_runs_out_and_a_newer_one_makes_it_void(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    await post(desk, "/card-losses")
    old, new = [(await post(desk, "/card-unfreezes")).json() for _ in range(2)]
    for order, said in ((old, "已作废"), (new, "已过期")):
        token = order["verify_path"].removeprefix("/verify/")
        page = await stranger(desk, "POST", order["verify_path"], data={"code": code_for(token)})
        assert (said in page.text, (await card(desk))["status"]) == (True, "挂失")
        clock.now += timedelta(minutes=15)


@pytest.mark.parametrize(("student", "code"), [(STUDENT, "card_not_lost"), (FROZEN, "card_frozen")])
async def test_only_a_lost_card_is_unfrozen(desk: httpx.AsyncClient, student: str, code: str) -> None:
    assert refused(await post(desk, "/card-unfreezes", student))[:2] == (409, code)


async def test_a_bill_that_is_paid_again_and_again_is_paid_once(desk: httpx.AsyncClient) -> None:
    made = (await post(desk, "/top-ups", amount_cents=10000)).json()
    assert (made["status"], (await card(desk))["balance_cents"]) == ("待支付", 7886)
    for said in ("支付成功", "已经付过了", "已经付过了"):
        assert said in (await stranger(desk, "POST", made["pay_path"])).text
    now = await card(desk)
    assert now["balance_cents"] == 17886
    assert now["recent"][0] == {
        "time": "2026-11-23T10:30:00+08:00",
        "place": "线上充值",
        "kind": "充值",
        "amount_cents": 10000,
    }
    number = made["number"]
    assert (await desk.get(f"/top-ups/{number}", params={"student": STUDENT})).json() == made | {"status": "已到账"}
    assert (await desk.get(f"/orders/{number}", params={"student": STUDENT})).json()["status"] == "已到账"


async def test_looking_at_a_bill_pays_nothing(desk: httpx.AsyncClient) -> None:
    made = (await post(desk, "/top-ups", amount_cents=10000)).json()
    page = await stranger(desk, "GET", made["pay_path"])
    assert ("应付 100.00 元" in page.text, (await card(desk))["balance_cents"]) == (True, 7886)


async def test_a_bill_cannot_be_paid_after_a_quarter_of_an_hour(desk: httpx.AsyncClient, clock: Clock) -> None:
    made = (await post(desk, "/top-ups", amount_cents=10000)).json()
    clock.now += timedelta(minutes=15)
    assert (await stranger(desk, "POST", made["pay_path"])).status_code == 409
    order = (await desk.get(f"/top-ups/{made['number']}", params={"student": STUDENT})).json()
    assert (order["status"], (await card(desk))["balance_cents"]) == ("已过期", 7886)


async def test_a_second_order_makes_the_unpaid_first_one_void(desk: httpx.AsyncClient) -> None:
    first = (await post(desk, "/top-ups", amount_cents=10000)).json()
    second = (await post(desk, "/top-ups", amount_cents=5000)).json()
    assert (first["replaces"], second["replaces"]) == (None, first["number"])
    statuses = [(await stranger(desk, "POST", one["pay_path"])).status_code for one in (first, second)]
    assert (statuses, (await card(desk))["balance_cents"]) == ([409, 200], 12886)


async def test_a_bill_that_was_withdrawn_cannot_be_paid(desk: httpx.AsyncClient) -> None:
    made = (await post(desk, "/top-ups", amount_cents=10000)).json()
    await desk.post(f"/orders/{made['number']}/withdraw", json={"student": STUDENT}, headers=key())
    assert (await stranger(desk, "POST", made["pay_path"])).status_code == 409
    assert (await card(desk))["balance_cents"] == 7886


async def test_a_card_lost_before_the_payment_takes_no_money(desk: httpx.AsyncClient) -> None:
    made = (await post(desk, "/top-ups", amount_cents=10000)).json()
    await post(desk, "/card-losses")
    page = await stranger(desk, "POST", made["pay_path"])
    assert (page.status_code, "没有扣款" in page.text, (await card(desk))["balance_cents"]) == (409, True, 7886)


@pytest.mark.parametrize(
    ("student", "amount", "code", "details"),
    [
        (LOST, 10000, "card_lost", {"number": None, "since": "2026-11-20T18:00:00+08:00"}),
        (FROZEN, 10000, "card_frozen", None),
        (SUSPENDED, 10000, "card_suspended", None),
        (FULL, 50000, "balance_too_high", {"balance_cents": 57284, "room_cents": 42716}),
    ],
)
async def test_a_card_that_takes_no_money_says_why(
    desk: httpx.AsyncClient, student: str, amount: int, code: str, details: Any
) -> None:
    assert refused(await post(desk, "/top-ups", student, amount_cents=amount)) == (409, code, details)


@pytest.mark.parametrize("amount", [999, 50001, 1000.5, "100"])
async def test_a_top_up_keeps_to_its_limits(desk: httpx.AsyncClient, amount: Any) -> None:
    assert refused(await post(desk, "/top-ups", amount_cents=amount))[:2] == (422, "invalid_request")


@pytest.mark.parametrize("path", ["/pay/guessed", "/verify/guessed"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_page_that_nobody_was_given_is_not_there(desk: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await stranger(desk, method, path)).status_code == 404


async def test_nothing_else_is_open_to_a_browser(desk: httpx.AsyncClient) -> None:
    assert (await stranger(desk, "GET", f"/cards/{STUDENT}")).status_code == 401


@pytest.mark.parametrize("path", ["/card-losses", "/card-unfreezes", "/top-ups"])
async def test_an_order_is_shown_to_its_student_only(desk: httpx.AsyncClient, path: str) -> None:
    if path == "/card-unfreezes":
        await post(desk, "/card-losses")
    made = (await post(desk, path, **({"amount_cents": 1000} if path == "/top-ups" else {}))).json()
    answer = await desk.get(f"{path}/{made['number']}", params={"student": CLASSMATE})
    assert refused(answer) == (404, "no_such_order", None)


async def test_a_balance_that_is_late_says_so_and_leaves_out_what_came_after(
    desk: httpx.AsyncClient, ledger: Ledger, clock: Clock
) -> None:
    with ledger.writing() as db:
        for minutes, amount in ((50, 900), (10, 700)):
            moment = (clock.now - timedelta(minutes=minutes)).isoformat()
            db.execute("INSERT INTO spendings VALUES (?, ?, '第一食堂', '消费', ?)", (STUDENT, moment, amount))
            db.execute("UPDATE cards SET balance_cents = balance_cents - ? WHERE student = ?", (amount, STUDENT))
    now = await card(desk)
    assert (now["balance_cents"], now["spent_today_cents"], now["as_of"]) == (6286, 1600, now["answered_at"])
    await desk.put("/_cards/feed", json={"minutes_late": 30})
    late = await card(desk)
    assert (late["balance_cents"], late["spent_today_cents"]) == (6986, 900)
    assert (late["as_of"], late["answered_at"]) == ("2026-11-23T10:00:00+08:00", "2026-11-23T10:30:00+08:00")
    assert late["recent"][0]["amount_cents"] == 900


def test_the_office_keeps_to_the_rules_on_the_campus_card() -> None:
    rules = (Path(ROOT) / "knowledge_base" / "policies" / "校园卡管理办法.md").read_text(encoding="utf-8")
    least, most, full = (cents // 100 for cents in (top_ups.LEAST_CENTS, top_ups.MOST_CENTS, top_ups.FULL_CENTS))
    assert f"每次不低于{least}元、不超过{most}元，卡内余额不得超过{full}元" in rules
    assert f"补办费每张{REPLACEMENT_CENTS // 100}元" in rules
