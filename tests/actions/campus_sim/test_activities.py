from __future__ import annotations

from datetime import date, datetime
from typing import Any

import httpx

from actions.campus_sim.activities import PROGRAMME
from actions.campus_sim.dates import CAMPUS
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, SIGN_UP, STUDENT, SUSPENDED, key

FULL = "H05_20261126"
SMALL = "H03_20261128"
"""Five places are left of it."""


async def ask(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/activities/signups", json=SIGN_UP | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[str, Any]:
    error = answer.json()["error"]
    return error["code"], error.get("details")


async def coming(desk: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.get("/activities", params=params)).json()["activities"]
    return found


async def left(desk: httpx.AsyncClient, activity: str) -> tuple[int, int]:
    return next((one["left"], one["waiting"]) for one in await coming(desk) if one["activity"] == activity)


def test_everything_ends_by_ten_and_is_found_by_a_word_of_its_title() -> None:
    for one in PROGRAMME:
        assert (one.ends.hour, one.ends.minute) <= (22, 0)
        assert any(word in one.title for word in one.words), one.title
        assert one.elsewhere <= one.places


async def test_what_is_on_is_found_by_kind_and_day_the_earliest_first(desk: httpx.AsyncClient) -> None:
    everything = await coming(desk)
    assert [one["start"] for one in everything] == sorted(one["start"] for one in everything)
    assert {one["kind"] for one in everything} == {"志愿", "讲座", "比赛", "社团"}
    assert {one["kind"] for one in await coming(desk, kind="志愿")} == {"志愿"}
    assert [one["title"] for one in await coming(desk, day="2026-11-28")] == [
        "图书馆志愿服务",
        "社区爱心课堂志愿者",
        "羽毛球友谊赛",
    ]


async def test_nobody_signs_up_in_the_last_two_hours(desk: httpx.AsyncClient, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 25, 16, 59, tzinfo=CAMPUS)
    assert (await ask(desk, activity="H04_20261125")).status_code == 201
    clock.now = datetime(2026, 11, 25, 17, 0, tzinfo=CAMPUS)
    assert await coming(desk, day="2026-11-25") == []
    assert refused(await ask(desk, student=CLASSMATE, activity="H04_20261125")) == ("signup_closed", None)


async def test_a_place_is_taken_and_counted(desk: httpx.AsyncClient) -> None:
    assert await left(desk, "H01_20261128") == (12, 0)
    made = (await ask(desk)).json()
    assert (made["number"], made["status"], made["what"], made["waiting"]) == (
        "HD20261123-0001",
        "已报名",
        "图书馆志愿服务",
        0,
    )
    assert await left(desk, "H01_20261128") == (11, 0)
    details = {"number": made["number"], "start": "2026-11-28T09:00"}
    assert refused(await ask(desk)) == ("overlapping_booking", details)


async def test_who_does_not_want_to_wait_is_refused_and_who_does_stands_in_line(desk: httpx.AsyncClient) -> None:
    assert refused(await ask(desk, activity=FULL)) == ("slot_taken", None)
    first = (await ask(desk, activity=FULL, waits=True)).json()
    second = (await ask(desk, activity=FULL, waits=True, student=CLASSMATE)).json()
    assert [(one["status"], one["waiting"]) for one in (first, second)] == [("候补", 1), ("候补", 2)]
    assert await left(desk, FULL) == (0, 2)


async def test_the_first_in_line_moves_up_when_a_place_is_given_back(desk: httpx.AsyncClient) -> None:
    students = [f"2024{college:02d}0001" for college in range(1, 8)]
    made = [(await ask(desk, student=one, activity=SMALL, waits=True)).json() for one in students]
    assert [(one["status"], one["waiting"]) for one in made] == [("已报名", 0)] * 5 + [("候补", 1), ("候补", 2)]

    async def give_back(place: int) -> None:
        path = f"/bookings/activity/{made[place]['number']}/release"
        assert (await desk.post(path, json={"student": students[place]}, headers=key())).status_code == 201

    async def stands(place: int) -> tuple[str, int]:
        path = f"/bookings/activity/{made[place]['number']}"
        told = (await desk.get(path, params={"student": students[place]})).json()
        return told["status"], told["waiting"]

    await give_back(0)
    assert (await stands(5), (await stands(6))[0]) == (("已报名", 0), "候补")
    await give_back(6)
    assert await left(desk, SMALL) == (0, 0)
    await give_back(1)
    assert await left(desk, SMALL) == (1, 0)


async def test_who_waits_may_leave_the_line_at_any_time(desk: httpx.AsyncClient, clock: Clock) -> None:
    made = (await ask(desk, activity=FULL, waits=True)).json()
    clock.now = datetime(2026, 11, 26, 18, tzinfo=CAMPUS)
    path = f"/bookings/activity/{made['number']}/release"
    assert (await desk.post(path, json={"student": STUDENT}, headers=key())).status_code == 201


async def test_every_other_week_is_every_other_week(desk: httpx.AsyncClient) -> None:
    weeks = [date.fromisoformat(one["start"][:10]).isocalendar().week for one in await coming(desk, kind="比赛")]
    matches = [one for one in await coming(desk, kind="比赛") if one["title"] == "羽毛球友谊赛"]
    assert [one["activity"] for one in matches] == ["H09_20261128", "H09_20261212"]
    assert set(weeks) == {48, 49, 50}


async def test_only_active_students_sign_up(desk: httpx.AsyncClient) -> None:
    assert refused(await ask(desk, student=SUSPENDED))[0] == "student_not_active"
