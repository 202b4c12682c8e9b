"""The cashier and the printers of the transcripts, and an office that keeps no keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CARDHOLDER, STUDENT, TRANSCRIPT

FORM = TRANSCRIPT | {"student": CARDHOLDER}


async def post(desk: httpx.AsyncClient, path: str, key: str, **form: Any) -> httpx.Response:
    return await desk.post(path, json={"student": CARDHOLDER} | form, headers={"Idempotency-Key": key})


@pytest.fixture
async def number(desk: httpx.AsyncClient) -> str:
    return str((await post(desk, "/transcripts", "order-1", **FORM)).json()["number"])


async def balance(desk: httpx.AsyncClient) -> int:
    return int((await desk.get(f"/cards/{CARDHOLDER}")).json()["balance_cents"])


async def test_a_charge_is_taken_once_for_each_key_and_given_back_once(desk: httpx.AsyncClient, number: str) -> None:
    began = await balance(desk)
    paid = [await post(desk, f"/transcripts/{number}/charges", "pay-1", amount_cents=200) for _ in range(2)]
    assert [one.status_code for one in paid] == [201, 201]
    assert paid[0].json() == paid[1].json()
    assert await balance(desk) == began - 200
    charge = paid[0].json()["charge"]
    back = [await post(desk, f"/charges/{charge}/refund", key) for key in ("back-1", "back-1", "back-2")]
    assert [one.status_code for one in back] == [201, 201, 409]
    assert back[2].json()["error"]["details"] == {"refund": back[0].json()["refund"]}
    assert await balance(desk) == began


async def test_a_second_key_is_a_second_charge_because_a_cashier_cannot_know(
    desk: httpx.AsyncClient, number: str
) -> None:
    began = await balance(desk)
    for key in ("pay-1", "pay-2"):
        await post(desk, f"/transcripts/{number}/charges", key, amount_cents=200)
    assert await balance(desk) == began - 400


async def test_a_card_without_enough_is_refused_and_keeps_what_it_has(desk: httpx.AsyncClient, number: str) -> None:
    began = await balance(desk)
    refused = await post(desk, f"/transcripts/{number}/charges", "pay-1", amount_cents=100_000)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "balance_too_low")
    assert await balance(desk) == began


async def test_a_paper_left_in_the_tray_is_pulled_back_after_three_minutes(
    desk: httpx.AsyncClient, number: str, clock: Clock
) -> None:
    made = (await post(desk, f"/transcripts/{number}/prints", "print-1")).json()["print"]

    async def state() -> str:
        return str((await desk.get(f"/prints/{made}", params={"student": CARDHOLDER})).json()["state"])

    clock.now += timedelta(minutes=2, seconds=59)
    assert await state() == "tray"
    clock.now += timedelta(seconds=1)
    assert await state() == "retracted"
    assert (await desk.get(f"/prints/{made}", params={"student": STUDENT})).status_code == 404


async def test_a_paper_that_was_taken_is_not_printed_again(desk: httpx.AsyncClient, number: str) -> None:
    made = (await post(desk, f"/transcripts/{number}/prints", "print-1")).json()["print"]
    assert (await desk.put(f"/_prints/{made}", json={"state": "taken"})).json()["state"] == "taken"
    again = await post(desk, f"/transcripts/{number}/prints", "print-2")
    assert again.json()["error"]["code"] == "collected_already"
    order = (await desk.get(f"/orders/{number}", params={"student": CARDHOLDER})).json()
    assert order["status"] == "已取件"


async def test_a_printer_without_paper_prints_nothing(desk: httpx.AsyncClient, number: str) -> None:
    printer = (await desk.get(f"/transcripts/{number}", params={"student": CARDHOLDER})).json()["printer"]
    await desk.put(f"/_printers/{printer}", json={"status": "out_of_paper"})
    failed = await post(desk, f"/transcripts/{number}/prints", "print-1")
    assert failed.json()["error"]["code"] == "printer_failed"
    await desk.put(f"/_printers/{printer}", json={"status": "ok"})
    assert (await post(desk, f"/transcripts/{number}/prints", "print-1")).status_code == 201


async def test_the_book_holds_every_deed_since_a_moment_and_no_student(
    desk: httpx.AsyncClient, number: str, clock: Clock
) -> None:
    await post(desk, f"/transcripts/{number}/charges", "pay-1", amount_cents=200)
    clock.now += timedelta(hours=1)
    await post(desk, f"/transcripts/{number}/prints", "print-1")
    whole = await desk.get("/papers", params={"since": (clock.now - timedelta(hours=2)).isoformat()})
    assert [(one["kind"], one["key"], one["state"]) for one in whole.json()["entries"]] == [
        ("charge", "pay-1", None),
        ("print", "print-1", "tray"),
    ]
    assert CARDHOLDER not in whole.text
    late = (await desk.get("/papers", params={"since": clock.now.isoformat()})).json()["entries"]
    assert [one["kind"] for one in late] == ["print"]


async def test_an_office_without_keys_makes_a_second_order_that_its_marker_finds(desk: httpx.AsyncClient) -> None:
    assert (await desk.put("/_keys", json={"kept": False})).json() == {"kept": False}
    for _ in range(2):
        assert (await post(desk, "/transcripts", "order-1", **FORM, marker="case-7")).status_code == 201
    found = (await desk.get("/orders/by-marker/case-7")).json()["orders"]
    assert [one["kind"] for one in found] == ["transcript", "transcript"]
    assert len({one["number"] for one in found}) == 2
    assert (await desk.get("/orders/by-key/order-1")).status_code == 404
    assert (await desk.get("/orders/by-marker/case-8")).json() == {"orders": []}
    await desk.put("/_keys", json={"kept": True})
    for _ in range(2):
        await post(desk, "/transcripts", "order-2", **FORM, marker="case-9")
    assert len((await desk.get("/orders/by-marker/case-9")).json()["orders"]) == 1
