"""What can only be looked up: students, rooms, cards, marks."""

from __future__ import annotations

import httpx
import pytest

from tests.actions.campus_sim.clock import Clock


async def test_a_student_is_found_by_number(desk: httpx.AsyncClient) -> None:
    assert (await desk.get("/students/2023010001")).json() == {
        "student": "2023010001",
        "name": "苏明",
        "college": "计算机学院",
        "major": "人工智能",
        "grade": 2023,
        "degree": "本科",
        "building": "3号楼",
        "room": "502",
        "phone": "18660372507",
        "status": "在籍",
        "counsellor": "卢航宁",
    }


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/students/2023019999", "no_such_student"),
        ("/students/%E2%91%A0", "no_such_student"),
        ("/students/2023019999/grades", "no_such_student"),
        ("/students/2023019999/timetable", "no_such_student"),
        ("/cards/2023019999", "no_such_card"),
        ("/rooms/3号楼/999", "no_such_room"),
        ("/rooms/3号楼/031", "no_such_room"),
        ("/rooms/13号楼/101", "no_such_room"),
        ("/rooms/图书馆/101", "no_such_room"),
    ],
)
async def test_what_is_not_registered_is_404(desk: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await desk.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


async def test_the_samples_are_active_students_of_different_colleges(desk: httpx.AsyncClient) -> None:
    samples = (await desk.get("/students", params={"limit": 3})).json()["students"]
    assert [one["student"] for one in samples] == ["2023010001", "2023020001", "2023030001"]
    assert samples[0] == {"student": "2023010001", "name": "苏明", "college": "计算机学院"}
    assert len((await desk.get("/students")).json()["students"]) == 5


@pytest.mark.parametrize("limit", ["0", "21", "many"])
async def test_samples_are_a_few(desk: httpx.AsyncClient, limit: str) -> None:
    assert (await desk.get("/students", params={"limit": limit})).status_code == 422


async def test_a_room_knows_its_campus_and_floor(desk: httpx.AsyncClient) -> None:
    assert (await desk.get("/rooms/3号楼/502")).json() == {
        "building": "3号楼",
        "room": "502",
        "campus": "东苑",
        "floor": 5,
    }


async def test_the_buildings_stand_in_their_order(desk: httpx.AsyncClient) -> None:
    buildings = (await desk.get("/buildings")).json()["buildings"]
    assert len(buildings) == 19
    assert buildings[2] == {
        "building": "3号楼",
        "campus": "东苑",
        "kind": "宿舍楼",
        "floors": 6,
        "rooms_per_floor": 30,
    }
    assert buildings[12] == {
        "building": "教学楼A座",
        "campus": "东苑",
        "kind": "公共场所",
        "floors": None,
        "rooms_per_floor": None,
    }


async def test_a_card_tells_its_balance_now_and_the_latest_spending_first(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    card = (await desk.get("/cards/2023010001")).json()
    assert (card["student"], card["status"], card["as_of"]) == ("2023010001", "正常", clock.now.isoformat())
    assert card["balance_cents"] > 0
    times = [one["time"] for one in card["recent"]]
    assert times == sorted(times, reverse=True)
    assert 0 < len(times) <= 10
    assert set(card["recent"][0]) == {"time", "place", "kind", "amount_cents"}


@pytest.mark.parametrize(
    ("student", "status"), [("2023010003", "挂失"), ("2023010004", "冻结"), ("2022010001", "冻结")]
)
async def test_a_card_tells_its_status(desk: httpx.AsyncClient, student: str, status: str) -> None:
    assert (await desk.get(f"/cards/{student}")).json()["status"] == status


async def test_marks_come_by_term(desk: httpx.AsyncClient) -> None:
    marks = (await desk.get("/students/2023010001/grades")).json()
    assert marks["student"] == "2023010001"
    assert {one["term"] for one in marks["grades"]} == {
        f"{y}-{y + 1}-{half}" for y in (2023, 2024, 2025) for half in (1, 2)
    }
    first = marks["grades"][0]
    assert (first["term"], first["code"], first["course"], first["credits"]) == (
        "2023-2024-1",
        "GG001",
        "高等数学(上)",
        5.0,
    )


async def test_a_timetable_is_of_the_running_term(desk: httpx.AsyncClient) -> None:
    lessons = (await desk.get("/students/2023010001/timetable")).json()["lessons"]
    assert len({one["course"] for one in lessons}) == 4
    assert {one["term"] for one in lessons} == {"2026-2027-1"}
    assert lessons == sorted(lessons, key=lambda one: (one["weekday"], int(one["periods"].split("-")[0])))


@pytest.mark.parametrize("student", ["2023010002", "2022010001"])
async def test_who_does_not_study_now_has_no_lessons(desk: httpx.AsyncClient, student: str) -> None:
    assert (await desk.get(f"/students/{student}/timetable")).json()["lessons"] == []
