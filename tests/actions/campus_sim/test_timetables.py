"""What is held on which day, and when the examinations are."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.terms import TERMS, Term, held_in, near_term, term_of
from tests.actions.campus_sim.clock import Clock

STUDENT = "2023010001"
FIRST, SECOND = (Term(*term) for term in TERMS)


async def agenda(desk: httpx.AsyncClient, first: str, last: str | None = None, student: str = STUDENT) -> Any:
    params = {"first": first, "last": last or first}
    return (await desk.get(f"/students/{student}/agenda", params=params)).json()


async def one_day(desk: httpx.AsyncClient, day: str) -> dict[str, Any]:
    days: list[dict[str, Any]] = (await agenda(desk, day))["days"]
    return days[0]


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 9, 7), 1),
        (date(2026, 9, 13), 1),
        (date(2026, 9, 14), 2),
        (date(2026, 11, 23), 12),
        (date(2027, 1, 10), 18),
    ],
)
def test_the_weeks_count_from_the_seventh_of_september(day: date, week: int) -> None:
    assert term_of([FIRST, SECOND], day) == FIRST
    assert FIRST.week_of(day) == week


def test_between_the_terms_is_a_vacation_and_the_coming_term_is_near() -> None:
    for day in (date(2026, 9, 6), date(2027, 1, 11), date(2027, 2, 28), date(2027, 7, 5)):
        assert term_of([FIRST, SECOND], day) is None
    assert near_term([FIRST, SECOND], date(2026, 8, 1)) == FIRST
    assert near_term([FIRST, SECOND], date(2027, 1, 11)) == SECOND
    assert near_term([FIRST, SECOND], date(2028, 1, 1)) == SECOND
    assert SECOND.first_day == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("weeks", "parity", "week", "held"),
    [
        ("1-16", "每周", 16, True),
        ("1-16", "每周", 17, False),
        ("3-8", "每周", 2, False),
        ("1-16", "单周", 11, True),
        ("1-16", "单周", 12, False),
        ("1-16", "双周", 12, True),
        ("1-16", "双周", 11, False),
    ],
)
def test_a_lesson_is_held_in_its_weeks(weeks: str, parity: str, week: int, held: bool) -> None:
    assert held_in(weeks, parity, week) is held


async def test_a_day_has_the_lessons_of_the_timetable_with_their_hours(desk: httpx.AsyncClient) -> None:
    lessons = (await desk.get(f"/students/{STUDENT}/timetable")).json()["lessons"]
    for day in (await agenda(desk, "2026-11-23", "2026-11-27"))["days"]:
        weekday = date.fromisoformat(day["day"]).isoweekday()
        wanted = [
            (one["course"], one["periods"], one["place"])
            for one in lessons
            if one["weekday"] == weekday and held_in(one["weeks"], one["parity"], 12)
        ]
        assert [(one["course"], one["periods"], one["place"]) for one in day["lessons"]] == wanted
        assert (day["kind"], day["week"], day["term"]) == ("teaching", 12, "2026-2027-1")
        times = [one["starts"] for one in day["lessons"]]
        assert times == sorted(times)
    friday = (await one_day(desk, "2026-11-27"))["lessons"]
    assert [(one["periods"], one["starts"], one["ends"]) for one in friday[:1]] == [
        ("1-2", "2026-11-27T08:00:00+08:00", "2026-11-27T09:40:00+08:00")
    ]


async def test_odd_and_even_weeks_differ(desk: httpx.AsyncClient) -> None:
    odd, even = [
        {one["course"] for day in (await agenda(desk, first, last))["days"] for one in day["lessons"]}
        for first, last in (("2026-11-16", "2026-11-22"), ("2026-11-23", "2026-11-29"))
    ]
    assert len(odd - even) == len(even - odd) == 1


async def test_nothing_is_held_on_a_holiday_which_is_named(desk: httpx.AsyncClient) -> None:
    day = await one_day(desk, "2026-10-02")
    assert (day["kind"], day["name"], day["week"], day["lessons"]) == ("holiday", "国庆节", 4, [])


async def test_a_made_up_saturday_has_the_lessons_of_the_day_off(desk: httpx.AsyncClient, ledger: Ledger) -> None:
    day = await one_day(desk, "2026-10-10")
    assert (day["kind"], day["name"], day["follows"]) == ("made_up", "国庆节", "2026-10-07")
    with ledger.reading() as db:
        wanted = db.execute(
            "SELECT course FROM timetables JOIN courses USING (code) WHERE (timetables.college, grade,"
            " timetables.degree) = ('计算机学院', 2023, '本科') AND weekday = 3 AND parity <> '双周'"
        ).fetchall()
    assert [one["course"] for one in day["lessons"]] == [row["course"] for row in wanted]
    assert {one["starts"][:10] for one in day["lessons"]} == {"2026-10-10"}


@pytest.mark.parametrize(
    ("day", "kind", "week"),
    [
        ("2027-01-04", "exam_week", 18),
        ("2027-01-11", "vacation", None),
        ("2027-03-01", "unpublished", 1),
        ("2027-04-05", "holiday", 6),
    ],
)
async def test_a_day_without_lessons_says_why(desk: httpx.AsyncClient, day: str, kind: str, week: int | None) -> None:
    said = await one_day(desk, day)
    assert (said["kind"], said["week"], said["lessons"]) == (kind, week, [])


async def test_the_agenda_tells_the_running_term(desk: httpx.AsyncClient, clock: Clock) -> None:
    said = await agenda(desk, "2026-11-23")
    assert said["term"] == {
        "term": "2026-2027-1",
        "first_day": "2026-09-07",
        "last_day": "2027-01-10",
        "weeks": 18,
        "exam_weeks": 2,
    }
    assert said["as_of"] == clock.now.isoformat()


@pytest.mark.parametrize(("first", "last"), [("2026-11-23", "2026-11-22"), ("2026-09-01", "2026-11-02")])
async def test_nobody_looks_at_no_day_or_at_too_many(desk: httpx.AsyncClient, first: str, last: str) -> None:
    assert (await agenda(desk, first, last))["error"]["code"] == "too_long"


@pytest.mark.parametrize("path", ["agenda?first=2026-11-23&last=2026-11-23", "exams"])
@pytest.mark.parametrize(("student", "status"), [("2023010002", "休学"), ("2022010001", "毕业")])
async def test_who_does_not_study_now_has_neither_lessons_nor_examinations(
    desk: httpx.AsyncClient, path: str, student: str, status: str
) -> None:
    error = (await desk.get(f"/students/{student}/{path}")).json()["error"]
    assert (error["code"], error["details"]) == ("student_not_active", {"status": status})


async def exams(desk: httpx.AsyncClient) -> dict[str, Any]:
    said: dict[str, Any] = (await desk.get(f"/students/{STUDENT}/exams")).json()
    return said


async def test_before_the_fourteenth_week_only_what_is_examined_in_class_is_known(desk: httpx.AsyncClient) -> None:
    said = await exams(desk)
    assert [one["kind"] for one in said["exams"]] == ["随堂考试"]
    assert (len(said["unpublished"]), said["known_by"]) == (3, "2026-12-11")


async def test_what_is_examined_in_class_is_known_two_weeks_before(desk: httpx.AsyncClient, clock: Clock) -> None:
    day = date.fromisoformat((await exams(desk))["exams"][0]["starts"][:10])
    for days, known in ((15, []), (14, ["随堂考试"])):
        clock.now = datetime.combine(day, clock.now.timetz())
        clock.now = clock.now.fromordinal(day.toordinal() - days).replace(hour=10, tzinfo=CAMPUS)
        assert [one["kind"] for one in (await exams(desk))["exams"]] == known


async def test_the_finals_are_in_the_examination_weeks_and_known_by_the_fourteenth_friday(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = datetime(2026, 12, 11, 8, tzinfo=CAMPUS)
    said = await exams(desk)
    finals = [one for one in said["exams"] if one["kind"] == "期末考试"]
    assert (len(finals), said["unpublished"]) == (3, [])
    assert {FIRST.week_of(date.fromisoformat(one["starts"][:10])) for one in finals} <= {17, 18}
    assert {one["starts"][11:16] for one in finals} <= {"09:00", "13:30", "18:30"}


async def test_a_seat_is_known_two_days_before(desk: httpx.AsyncClient, clock: Clock) -> None:
    exam = (await exams(desk))["exams"][0]
    assert exam["seat"] is None
    clock.now = datetime.fromisoformat(f"{exam['seat_known']}T00:00:00+08:00")
    assert (await exams(desk))["exams"][0]["seat"] > 0
    assert (date.fromisoformat(exam["starts"][:10]) - date.fromisoformat(exam["seat_known"])).days == 2


def test_nobody_has_two_examinations_at_once(ledger: Ledger) -> None:
    with ledger.reading() as db:
        rows = db.execute("SELECT college, grade, degree, starts FROM exams").fetchall()
    assert set(Counter(tuple(row) for row in rows).values()) == {1}


def test_everybody_sits_a_common_course_at_the_same_time(ledger: Ledger) -> None:
    with ledger.reading() as db:
        rows = db.execute(
            "SELECT code, starts, college FROM exams WHERE code LIKE 'GG%' AND kind = '期末考试'"
        ).fetchall()
    by_code: dict[str, set[str]] = {}
    for row in rows:
        by_code.setdefault(row["code"], set()).add(row["starts"])
    assert len(rows) > len(by_code)
    assert {len(starts) for starts in by_code.values()} == {1}
