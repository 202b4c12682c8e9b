"""What all bookings share: one place for one student, places given back, pauses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.campus_sim.bookings import peak, term_start
from tests.actions.campus_sim.back_office import BackOffice
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, SIGN_UP, STUDENT, TALK, TUTOR_TALK, VENUE, key

MANY = 50


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


def at_once(running: BackOffice, path: str, forms: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    """Status and error code of every form, posted in the same moment over connections of their own."""
    together = Barrier(len(forms))

    def post(form: dict[str, Any]) -> tuple[int, str | None]:
        with running.client() as client:
            client.get("/health")
            together.wait(30)
            answer = client.post(path, json=form, headers=key(), timeout=60)
        return answer.status_code, answer.json().get("error", {}).get("code")

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(post, forms))


def everybody(many: int = MANY) -> list[str]:
    """Students who are neither suspended nor graduated: the low numbers of two grades and all colleges."""
    return [
        f"{grade}{college:02d}{serial:04d}"
        for grade in (2024, 2025, 2026)
        for college in range(1, 11)
        for serial in (1, 2)
    ][:many]


def test_fifty_students_at_once_get_one_talk_between_them(running: BackOffice, office: httpx.Client) -> None:
    slot = office.get("/counselling/slots").json()["slots"][-1]["slot"]
    came = at_once(running, "/counselling/appointments", [TALK | {"student": one, "slot": slot} for one in everybody()])
    assert sorted(came, key=str) == [(201, None)] + [(409, "slot_taken")] * (MANY - 1)
    assert slot not in {one["slot"] for one in office.get("/counselling/slots").json()["slots"]}


def test_fifty_students_at_once_get_the_eight_courts_there_are(running: BackOffice, office: httpx.Client) -> None:
    day = date.fromisoformat(office.get("/counselling/slots").json()["slots"][0]["start"][:10]) + timedelta(days=2)
    start, end = f"{day}T18:00", f"{day}T20:00"
    forms = [VENUE | {"student": one, "venue": "V15", "start": start, "end": end, "people": 2} for one in everybody()]
    came = at_once(running, "/venues/bookings", forms)
    assert sorted(came, key=str) == [(201, None)] * 8 + [(409, "slot_taken")] * (MANY - 8)
    courts = office.get("/venues", params={"kind": "badminton", "start": start, "end": end}).json()["venues"]
    assert [one["left"] for one in courts] == [0]


def test_fifty_forms_under_one_key_make_one_order(running: BackOffice, office: httpx.Client) -> None:
    slot = office.get("/counselling/slots").json()["slots"][-2]["slot"]

    def post(_: int) -> tuple[int, str]:
        with running.client() as client:
            form = TALK | {"student": "2025050004", "slot": slot}
            answer = client.post("/counselling/appointments", json=form, headers=key("one-key"), timeout=60)
        return answer.status_code, answer.json()["number"]

    with ThreadPoolExecutor(MANY) as pool:
        came = list(pool.map(post, range(MANY)))
    assert len(set(came)) == 1
    assert came[0][0] == 201


minutes = st.integers(0, 23)
spans = st.lists(
    st.tuples(minutes, st.integers(1, 6)).map(lambda one: (f"{one[0]:02d}", f"{one[0] + one[1]:02d}")), max_size=8
)


@given(spans, minutes)
def test_the_peak_is_the_fullest_hour(held: list[tuple[str, str]], start: int) -> None:
    hours = range(start, start + 4)
    counted = max(sum(int(begins) <= hour < int(ends) for begins, ends in held) for hour in hours)
    assert peak(held, f"{start:02d}", f"{start + 4:02d}") == counted


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("2026-11-23", "2026-08-01"),
        ("2027-01-10", "2026-08-01"),
        ("2027-02-01", "2027-02-01"),
        ("2027-07-31", "2027-02-01"),
    ],
)
def test_a_term_begins_with_the_holidays_before_it(day: str, start: str) -> None:
    assert term_start(date.fromisoformat(day)).isoformat() == start


async def test_a_place_given_back_is_free_again_and_the_order_says_so(desk: httpx.AsyncClient) -> None:
    made = (await desk.post("/counselling/appointments", json=TALK, headers=key())).json()
    path = f"/bookings/counselling/{made['number']}"
    slip = await desk.post(f"{path}/release", json={"student": STUDENT}, headers=key())
    assert (slip.status_code, slip.json()["released"], slip.json()["status"]) == (201, made["number"], "已取消")
    assert (await desk.get(path, params={"student": STUDENT})).json()["status"] == "已取消"
    assert (await desk.get("/bookings/counselling", params={"student": STUDENT})).json() == {"bookings": []}
    again = await desk.post("/counselling/appointments", json=TALK | {"student": CLASSMATE}, headers=key())
    assert again.status_code == 201


async def test_a_release_is_made_once_and_for_its_own_student_only(desk: httpx.AsyncClient) -> None:
    made = (await desk.post("/counselling/appointments", json=TALK, headers=key())).json()
    path = f"/bookings/counselling/{made['number']}/release"
    assert refused(await desk.post(path, json={"student": CLASSMATE}, headers=key()))[:2] == (404, "no_such_order")
    first = await desk.post(path, json={"student": STUDENT}, headers=key("back"))
    second = await desk.post(path, json={"student": STUDENT}, headers=key("back"))
    assert (first.json(), second.headers["Idempotent-Replayed"]) == (second.json(), "true")
    details = {"number": made["number"]}
    assert refused(await desk.post(path, json={"student": STUDENT}, headers=key())) == (
        409,
        "already_released",
        details,
    )


async def test_one_key_does_not_release_two_bookings(desk: httpx.AsyncClient) -> None:
    made = []
    for start, end in (("2026-11-25T08:30", "2026-11-25T10:00"), ("2026-11-25T14:00", "2026-11-25T16:00")):
        form = VENUE | {"start": start, "end": end}
        made.append((await desk.post("/venues/bookings", json=form, headers=key())).json()["number"])
    first, second = (f"/bookings/venue/{number}/release" for number in made)
    assert (await desk.post(first, json={"student": STUDENT}, headers=key("back"))).status_code == 201
    assert (
        refused(await desk.post(second, json={"student": STUDENT}, headers=key("back")))[1] == "idempotency_key_reused"
    )


@pytest.mark.parametrize(
    ("service", "path", "form", "hours", "phone"),
    [
        ("counselling", "/counselling/appointments", TALK, 24, "021-5550-1170"),
        ("venue", "/venues/bookings", VENUE, 2, "021-5550-1190"),
        ("activity", "/activities/signups", SIGN_UP, 24, "021-5550-1180"),
    ],
)
async def test_a_place_is_given_back_in_time_or_not_at_all(
    desk: httpx.AsyncClient, clock: Clock, service: str, path: str, form: dict[str, Any], hours: int, phone: str
) -> None:
    made = (await desk.post(path, json=form, headers=key())).json()
    release = f"/bookings/{service}/{made['number']}/release"
    last = clock.now.fromisoformat(made["start"]).replace(tzinfo=clock.now.tzinfo) - timedelta(hours=hours)
    clock.now = last + timedelta(minutes=1)
    details = {"start": made["start"], "phone": phone, "hours": hours}
    assert refused(await desk.post(release, json={"student": STUDENT}, headers=key())) == (409, "too_late", details)
    clock.now = last
    assert (await desk.post(release, json={"student": STUDENT}, headers=key())).status_code == 201


@pytest.mark.parametrize(
    ("service", "path", "form", "absences", "until"),
    [
        ("counselling", "/counselling/appointments", TALK, 2, "2026-12-23"),
        ("venue", "/venues/bookings", VENUE, 2, "2026-12-07"),
        ("activity", "/activities/signups", SIGN_UP, 3, "2026-12-23"),
    ],
)
async def test_who_stays_away_too_often_waits(
    desk: httpx.AsyncClient, clock: Clock, service: str, path: str, form: dict[str, Any], absences: int, until: str
) -> None:
    for _ in range(absences - 1):
        await desk.post("/_absences", json={"service": service, "student": STUDENT})
    made = await desk.post(path, json=form, headers=key())
    assert made.status_code == 201
    await desk.post(f"/bookings/{service}/{made.json()['number']}/release", json={"student": STUDENT}, headers=key())
    await desk.post("/_absences", json={"service": service, "student": STUDENT})
    details = {"until": until, "absences": absences}
    assert refused(await desk.post(path, json=form, headers=key())) == (409, "paused", details)
    assert (await desk.post(path, json=form | {"student": CLASSMATE}, headers=key())).status_code == 201


async def test_a_rival_is_quicker_once(desk: httpx.AsyncClient) -> None:
    await desk.post("/_rivals", json={"service": "counselling"})
    assert refused(await desk.post("/counselling/appointments", json=TALK, headers=key()))[:2] == (409, "slot_taken")
    other = TALK | {"slot": "Z01_20261125T1500"}
    assert (await desk.post("/counselling/appointments", json=other, headers=key())).status_code == 201
    assert refused(await desk.post("/counselling/appointments", json=TALK | {"student": CLASSMATE}, headers=key()))[
        1
    ] == ("slot_taken")


async def test_own_bookings_are_those_to_come_of_one_service_the_earliest_first(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    for start, end in (("2026-11-25T18:00", "2026-11-25T19:00"), ("2026-11-25T14:00", "2026-11-25T16:00")):
        await desk.post("/venues/bookings", json=VENUE | {"start": start, "end": end}, headers=key())
    await desk.post("/counselling/appointments", json=TALK, headers=key())
    own = (await desk.get("/bookings/venue", params={"student": STUDENT})).json()["bookings"]
    assert [(one["start"], one["what"], one["status"]) for one in own] == [
        ("2026-11-25T14:00", "研讨室一", "已预约"),
        ("2026-11-25T18:00", "研讨室一", "已预约"),
    ]
    clock.now += timedelta(days=2, hours=4)
    own = (await desk.get("/bookings/venue", params={"student": STUDENT})).json()["bookings"]
    assert [one["start"] for one in own] == ["2026-11-25T18:00"]


async def test_every_booking_is_followed_in_the_list_of_all_orders(desk: httpx.AsyncClient) -> None:
    for path, form in (
        ("/counselling/appointments", TALK),
        ("/tutors/appointments", TUTOR_TALK),
        ("/venues/bookings", VENUE),
        ("/activities/signups", SIGN_UP),
    ):
        assert (await desk.post(path, json=form, headers=key())).status_code == 201
    await desk.post("/bookings/venue/CD20261123-0001/release", json={"student": STUDENT}, headers=key())
    orders = (await desk.get(f"/students/{STUDENT}/orders")).json()["orders"]
    assert {(one["title"], one["line"], one["status"], one["next"]) for one in orders} == {
        (
            "心理咨询预约",
            "11月25日（周三）14:00 陆雨晴老师",
            "待中心确认",
            "这个时间已经为你留好，中心会在 24 小时内打电话确认。",
        ),
        ("学业导师预约", "11月25日（周三）14:00 王启明老师", "已预约", "到时去图书馆二楼216室。"),
        ("场地预约", "11月25日（周三）14:00 研讨室一", "已取消", "已经取消，位子让出来了。"),
        ("活动报名", "11月28日（周六）09:00 图书馆志愿服务", "已报名", "到时去图书馆一楼大厅。"),
        ("取消预约", "11月25日（周三）14:00 研讨室一（CD20261123-0001）", "已取消", "已经取消，位子让出来了。"),
    }
    assert "家庭" not in str(orders)


async def test_an_application_that_is_withdrawn_holds_its_place_no_longer(desk: httpx.AsyncClient) -> None:
    hall = VENUE | {"venue": "V21", "people": 80, "start": "2026-11-27T18:00", "end": "2026-11-27T20:00"}
    made = (await desk.post("/venues/bookings", json=hall, headers=key())).json()
    withdrawn = await desk.post(f"/orders/{made['number']}/withdraw", json={"student": STUDENT}, headers=key())
    assert withdrawn.status_code == 201
    assert (await desk.get("/bookings/venue", params={"student": STUDENT})).json() == {"bookings": []}
    assert (await desk.post("/venues/bookings", json=hall | {"student": CLASSMATE}, headers=key())).status_code == 201
