from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from actions.campus_sim.repairs import category_of
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, GRADUATE, REPAIR, STUDENT, SUSPENDED, key


async def report(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/repairs", json=REPAIR | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def test_a_repair_is_accepted_with_a_number_and_a_day(desk: httpx.AsyncClient) -> None:
    answer = await report(desk)
    assert answer.status_code == 201
    assert answer.json() == {
        "number": "BX20261123-0001",
        "status": "受理",
        "department": "后勤保障处维修中心",
        "due": "2026-11-25",
        "student": STUDENT,
        "location": "3号楼502",
        "category": "给排水",
        "fault": "水龙头关不紧",
        "visit": "any_time",
        "hours": None,
        "created_at": "2026-11-23T10:30:00+08:00",
    }


async def test_the_hours_that_suit_are_kept_and_must_be_times(desk: httpx.AsyncClient) -> None:
    for room, hours in (("501", "2026-11-25T14:00/2026-11-25T18:00"), ("502", "2026-11-25T15:00")):
        assert (await report(desk, room=room, hours=hours)).json()["hours"] == hours
    assert (await report(desk, room="503", hours="明天下午")).status_code == 422


async def test_numbers_count_up_and_begin_anew_each_day(desk: httpx.AsyncClient, clock: Clock) -> None:
    numbers = [(await report(desk, room=room)).json()["number"] for room in ("501", "502")]
    clock.now += timedelta(days=1)
    numbers.append((await report(desk)).json()["number"])
    assert numbers == ["BX20261123-0001", "BX20261123-0002", "BX20261124-0001"]


async def test_a_weekend_is_not_two_working_days(desk: httpx.AsyncClient, clock: Clock) -> None:
    clock.now += timedelta(days=4)  # Friday
    assert (await report(desk)).json()["due"] == "2026-12-01"


async def test_the_same_fault_in_the_same_room_on_the_same_day_is_one_repair(desk: httpx.AsyncClient) -> None:
    first = (await report(desk)).json()["number"]
    again = await report(desk, student=CLASSMATE, fault="厕所地漏堵了", place="卫生间")
    assert refused(again) == (409, "duplicate_repair", {"number": first})


async def test_another_fault_another_room_and_another_day_are_other_repairs(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    await report(desk)
    assert (await report(desk, fault="灯不亮")).status_code == 201
    assert (await report(desk, room="503")).status_code == 201
    clock.now += timedelta(days=1)
    assert (await report(desk)).status_code == 201


async def test_two_odd_faults_are_two_repairs_unless_the_words_are_the_same(desk: httpx.AsyncClient) -> None:
    first = (await report(desk, fault="墙皮掉了")).json()
    assert first["category"] == "其他"
    assert (await report(desk, fault="天花板发霉")).status_code == 201
    assert refused(await report(desk, fault="墙皮掉了")) == (409, "duplicate_repair", {"number": first["number"]})


@pytest.mark.parametrize(
    "where",
    [
        {"room": "999"},
        {"building": "13号楼"},
        {"building": "火星"},
        {"room": None, "place": None},
    ],
)
async def test_a_place_that_cannot_be_found_is_refused(desk: httpx.AsyncClient, where: dict[str, Any]) -> None:
    assert refused(await report(desk, **where)) == (404, "no_such_room", None)


@pytest.mark.parametrize(
    ("where", "location"),
    [
        ({"room": None, "place": "三楼走廊"}, "3号楼三楼走廊"),
        ({"place": "阳台"}, "3号楼502阳台"),
        ({"building": "图书馆", "room": None}, "图书馆"),
        ({"building": "图书馆", "room": None, "place": "二楼自习区"}, "图书馆二楼自习区"),
        ({"building": "教学楼A座", "room": "305"}, "教学楼A座305"),
    ],
)
async def test_a_public_place_needs_no_room(desk: httpx.AsyncClient, where: dict[str, Any], location: str) -> None:
    answer = await report(desk, **where)
    assert (answer.status_code, answer.json().get("location")) == (201, location)


async def test_graduates_have_no_room_to_mend_but_who_pauses_has(desk: httpx.AsyncClient) -> None:
    assert refused(await report(desk, student=GRADUATE)) == (409, "student_not_active", {"status": "毕业"})
    assert (await report(desk, student=SUSPENDED)).status_code == 201


async def test_an_unknown_student_is_refused(desk: httpx.AsyncClient) -> None:
    assert refused(await report(desk, student="2023019999")) == (404, "no_such_student", None)


@pytest.mark.parametrize("phone", ["13800138000", "0571-88206666", "057188206666", "88206666"])
async def test_mobile_and_campus_phones_will_do(desk: httpx.AsyncClient, phone: str) -> None:
    assert (await report(desk, phone=phone)).status_code == 201


@pytest.mark.parametrize("phone", ["", "1380013800", "138001380000", "12800138000", "1380013800０", "打我电话"])
async def test_other_phones_will_not(desk: httpx.AsyncClient, phone: str) -> None:
    assert refused(await report(desk, phone=phone))[:2] == (422, "invalid_request")


@pytest.mark.parametrize(
    ("fault", "category"),
    [
        ("空调漏水", "空调"),
        ("WiFi连不上", "网络"),
        ("马桶堵了", "给排水"),
        ("厕所灯坏了", "电气照明"),
        ("门锁打不开", "门窗"),
        ("床板断了", "家具"),
        ("有异味", "其他"),
    ],
)
def test_the_words_give_the_trade_away(fault: str, category: str) -> None:
    assert category_of(fault) == category


async def test_a_repair_is_shown_to_its_student_only(desk: httpx.AsyncClient) -> None:
    made = (await report(desk)).json()
    path = f"/repairs/{made['number']}"
    assert (await desk.get(path, params={"student": STUDENT})).json() == made
    for student in (CLASSMATE, "", "%"):
        assert refused(await desk.get(path, params={"student": student})) == (404, "no_such_order", None)
    assert refused(await desk.get(path))[:2] == (422, "invalid_request")


async def test_a_number_of_another_kind_is_not_a_repair(desk: httpx.AsyncClient) -> None:
    made = (await report(desk)).json()
    answer = await desk.get(f"/leaves/{made['number']}", params={"student": STUDENT})
    assert refused(answer) == (404, "no_such_order", None)
