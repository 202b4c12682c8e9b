from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from actions.campus_sim.counselling import COUNSELLORS
from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.ledger import Ledger
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, GRADUATE, STUDENT, SUSPENDED, TALK, key


async def ask(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/counselling/appointments", json=TALK | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def slots(desk: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.get("/counselling/slots", params=params)).json()["slots"]
    return found


def test_everybody_listens_within_the_opening_hours_of_the_guide() -> None:
    for one in COUNSELLORS:
        for weekday, hours in one.hours.items():
            closes = 16 if weekday == "六" else 20
            assert weekday != "日"
            assert all(hour >= 9 and hour + 50 / 60 <= closes for hour in hours), (one.name, weekday)


async def test_nothing_sooner_than_a_day_and_nothing_later_than_two_weeks_is_offered(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    starts = [datetime.fromisoformat(one["start"]).replace(tzinfo=CAMPUS) for one in await slots(desk)]
    assert starts == sorted(starts)
    assert min(starts) == datetime(2026, 11, 24, 11, tzinfo=CAMPUS)
    assert max(starts).date() == clock.now.date() + timedelta(days=14)


async def test_a_day_shows_its_free_talks_only(desk: httpx.AsyncClient) -> None:
    before = [one["slot"] for one in await slots(desk, day="2026-11-25")]
    assert (await ask(desk)).status_code == 201
    after = [one["slot"] for one in await slots(desk, day="2026-11-25")]
    assert set(before) - set(after) == {TALK["slot"]}
    assert await slots(desk, day="2026-11-29") == []


async def test_why_somebody_comes_is_in_no_answer(desk: httpx.AsyncClient, ledger: Ledger) -> None:
    made = await desk.post("/counselling/appointments", json=TALK, headers=key("talk"))
    number = made.json()["number"]
    answers = [
        made.text,
        (await desk.get("/orders/by-key/talk")).text,
        (await desk.get(f"/bookings/counselling/{number}", params={"student": STUDENT})).text,
        (await desk.get("/bookings/counselling", params={"student": STUDENT})).text,
        (await desk.post(f"/bookings/counselling/{number}/release", json={"student": STUDENT}, headers=key())).text,
    ]
    assert [TALK["category"] in one or TALK["phone"] in one for one in answers] == [False] * 5
    with ledger.reading() as db:
        kept = db.execute("SELECT number, category FROM counselling_reasons").fetchall()
    assert [tuple(row) for row in kept] == [(number, "家庭")]


async def test_a_reason_need_not_be_given(desk: httpx.AsyncClient, ledger: Ledger) -> None:
    assert (await ask(desk, category=None)).status_code == 201
    with ledger.reading() as db:
        assert db.execute("SELECT count(*) FROM counselling_reasons").fetchone()[0] == 0


async def test_one_talk_a_week_and_eight_a_term(desk: httpx.AsyncClient, clock: Clock) -> None:
    made = (await ask(desk)).json()
    details = {"number": made["number"], "start": "2026-11-25T14:00"}
    assert refused(await ask(desk, slot="Z04_20261127T0900")) == (409, "one_a_week", details)
    clock.now = datetime(2026, 9, 1, 9, tzinfo=CAMPUS)
    for week in range(7):
        clock.now = datetime(2026, 9, 1, 9, tzinfo=CAMPUS) + timedelta(weeks=week)
        assert (await ask(desk, slot=f"Z01_{clock.now + timedelta(days=1):%Y%m%d}T1400")).status_code == 201
    clock.now = datetime(2026, 12, 1, 9, tzinfo=CAMPUS)
    details = {"most": 8, "phone": "021-5550-1170"}
    assert refused(await ask(desk, slot="Z01_20261202T1400")) == (409, "term_limit", details)
    clock.now = datetime(2027, 3, 2, 9, tzinfo=CAMPUS)
    assert (await ask(desk, slot="Z01_20270303T1400")).status_code == 201


async def test_who_pauses_the_studies_may_come_and_who_has_graduated_may_not(desk: httpx.AsyncClient) -> None:
    assert (await ask(desk, student=SUSPENDED)).status_code == 201
    assert refused(await ask(desk, student=GRADUATE)) == (409, "student_not_active", {"status": "毕业"})
    assert refused(await ask(desk, student="2023019999"))[:2] == (404, "no_such_student")


@pytest.mark.parametrize(
    "slot", ["Z01_20261118T1400", "Z01_20261123T1400", "Z01_20261125T1300", "Z09_20261125T1400", "x"]
)
async def test_what_is_over_or_was_never_offered_cannot_be_had(desk: httpx.AsyncClient, slot: str) -> None:
    assert refused(await ask(desk, slot=slot))[:2] == (409, "slot_taken")


async def test_a_talk_is_moved_in_one_step_and_keeps_what_was_told(desk: httpx.AsyncClient) -> None:
    first = (await ask(desk, mode="视频")).json()
    move = {"student": STUDENT, "slot": "Z04_20261127T0900", "instead_of": first["number"]}
    made = (await desk.post("/counselling/appointments", json=move, headers=key())).json()
    assert (made["mode"], made["first"], made["place"], made["instead_of"]) == (
        "视频",
        True,
        "线上视频",
        first["number"],
    )
    own = (await desk.get("/bookings/counselling", params={"student": STUDENT})).json()["bookings"]
    assert [one["number"] for one in own] == [made["number"]]
    assert TALK["slot"] in {one["slot"] for one in await slots(desk)}


async def test_a_move_to_a_taken_talk_leaves_the_old_one(desk: httpx.AsyncClient) -> None:
    mine = (await ask(desk)).json()
    await ask(desk, student=CLASSMATE, slot="Z04_20261127T0900")
    move = {"student": STUDENT, "slot": "Z04_20261127T0900", "instead_of": mine["number"]}
    assert refused(await desk.post("/counselling/appointments", json=move, headers=key()))[1] == "slot_taken"
    own = (await desk.get("/bookings/counselling", params={"student": STUDENT})).json()["bookings"]
    assert [(one["number"], one["status"]) for one in own] == [(mine["number"], "待中心确认")]


@pytest.mark.parametrize(
    "changed", [{"phone": "110"}, {"category": "八卦"}, {"mode": None}, {"first": None}, {"extra": 1}]
)
async def test_a_new_appointment_says_what_it_must(desk: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    assert refused(await ask(desk, **changed))[:2] == (422, "invalid_request")
