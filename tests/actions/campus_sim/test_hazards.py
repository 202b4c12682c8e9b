from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.actions.campus_sim.forms import HAZARD, STUDENT, key


async def report(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/hazards", json=HAZARD | changed, headers=key())


async def test_a_danger_reaches_the_security_office_without_a_name_and_is_checked_in_half_an_hour(
    desk: httpx.AsyncClient,
) -> None:
    made = (await report(desk)).json()
    code = made.pop("code")
    assert made == {
        "number": "YH20261123-0001",
        "status": "受理",
        "department": "保卫处",
        "what": "楼道里有人给电动车充电",
        "location": "3号楼二楼楼道",
        "urgency": "danger",
        "verify_by": "2026-11-23T11:00:00+08:00",
        "created_at": "2026-11-23T10:30:00+08:00",
    }
    found = (await desk.get(f"/orders/by-code/{code}")).json()
    assert (found["number"], found["department"]) == ("YH20261123-0001", "保卫处")


async def test_who_gives_a_name_follows_it_by_the_number(desk: httpx.AsyncClient) -> None:
    made = (await report(desk, student=STUDENT, photo="a" * 32, phone="13800138000")).json()
    assert made["code"] is None
    found = (await desk.get(f"/orders/{made['number']}", params={"student": STUDENT})).json()
    assert found["next"] == (
        "保卫处11月23日（周一）11:00前核实：需要马上处置的 2 小时内排除或设置警戒，需要维修的 3 个工作日内修复。"
    )


async def test_two_reports_of_one_danger_are_both_taken(desk: httpx.AsyncClient) -> None:
    numbers = [(await report(desk)).json()["number"] for _ in range(2)]
    assert numbers == ["YH20261123-0001", "YH20261123-0002"]


@pytest.mark.parametrize("changed", [{"what": " "}, {"location": ""}, {"urgency": "soon"}, {"phone": "123"}])
async def test_a_report_says_what_and_where(desk: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    answer = await report(desk, **changed)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
