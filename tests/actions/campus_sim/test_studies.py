"""Marks: what stands in the register, and what the office counts out of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from actions.campus_sim.ledger import Ledger
from actions.campus_sim.studies import Counted, counted, points
from tests.actions.campus_sim.clock import Clock

GONE = "2022010013"
"""Somebody who stayed away from an examination."""
WAITING = "2023010006"
"""Somebody whose deferred examination is still to come."""
RESAT = "2022020010"
"""Somebody with resits, passed and failed."""


async def marks_of(desk: httpx.AsyncClient, student: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await desk.get(f"/students/{student}/grades")).json()
    return answer


@pytest.mark.parametrize(
    ("score", "level", "earned"),
    [
        (100, None, 5.0),
        (85, None, 3.5),
        (60, None, 1.0),
        (59, None, 0.0),
        (0, None, 0.0),
        (None, "优秀", 4.5),
        (None, "及格", 1.5),
        (None, "不及格", 0.0),
        (None, None, None),
    ],
)
def test_points_are_those_of_the_rules(score: int | None, level: str | None, earned: float | None) -> None:
    assert points(score, level) == earned


def mark(code: str, credits: float, score: int | None, level: str | None = None) -> dict[str, Any]:
    return {"code": code, "credits": credits, "score": score, "level": level}


def test_of_one_course_the_best_attempt_counts_and_a_mark_to_come_does_not() -> None:
    marks = [
        mark("A", 5, 50),
        mark("A", 5, 60),
        mark("B", 3, 88),
        mark("C", 1, None, "良好"),
        mark("D", 2, None),
        mark("E", 2, 40),
    ]
    # (5 × 1.0 + 3 × 3.8 + 1 × 3.5 + 2 × 0) / 11, (5 × 60 + 3 × 88 + 2 × 40) / 10
    assert counted(marks) == Counted(gpa=1.81, mean=64.4, credits=9)


def test_nothing_is_counted_where_no_mark_stands() -> None:
    assert counted([mark("D", 2, None)]) is None
    assert counted([]) is None


def test_halves_are_rounded_up() -> None:
    assert counted([mark("A", 1, 71), mark("B", 3, 70)]) == Counted(gpa=2.03, mean=70.3, credits=4)


async def test_the_averages_are_those_of_the_marks(desk: httpx.AsyncClient) -> None:
    said = await marks_of(desk, "2023010001")
    whole = next(one for one in said["averages"] if one["of"] == "全部")
    meant = counted(said["grades"])
    assert meant is not None
    assert (whole["gpa"], whole["mean"], whole["credits"]) == (meant.gpa, meant.mean, meant.credits)
    assert [one["of"] for one in said["averages"]] == [
        "2023-2024",
        "2023-2024-1",
        "2023-2024-2",
        "2024-2025",
        "2024-2025-1",
        "2024-2025-2",
        "2025-2026",
        "2025-2026-1",
        "2025-2026-2",
        "全部",
    ]
    assert said["as_of"] == "2026-11-23T10:30:00+08:00"


async def test_a_rank_is_among_those_of_the_same_grade_and_major_in_one_academic_year(
    desk: httpx.AsyncClient, ledger: Ledger
) -> None:
    with ledger.reading() as db:
        mates = [
            row["student"]
            for row in db.execute(
                "SELECT student FROM students WHERE grade = 2023 AND degree = '本科' AND major = '人工智能'"
            )
        ]
    years = {
        student: next(one for one in (await marks_of(desk, student))["averages"] if one["of"] == "2025-2026")
        for student in mates
    }
    gpas = [one["gpa"] for one in years.values()]
    assert len(mates) > 5
    assert {one["among"] for one in years.values()} == {len(mates)}
    assert {student: one["rank"] for student, one in years.items()} == {
        student: 1 + sum(gpa > one["gpa"] for gpa in gpas) for student, one in years.items()
    }


async def test_postgraduates_have_a_mean_but_neither_points_nor_a_rank_of_undergraduates(
    desk: httpx.AsyncClient,
) -> None:
    whole = (await marks_of(desk, "2025015001"))["averages"][-1]
    assert (whole["gpa"], whole["rank"]) == (None, None)
    assert whole["mean"] > 0


async def test_whoever_passed_a_resit_has_sixty(desk: httpx.AsyncClient) -> None:
    resits = [one for one in (await marks_of(desk, RESAT))["grades"] if one["attempt"] == "补考"]
    assert {one["score"] for one in resits if one["passed"] and one["level"] is None} == {60}
    assert {one["passed"] for one in resits} == {True, False}


async def test_a_resit_follows_the_examination_that_was_failed(desk: httpx.AsyncClient) -> None:
    grades = (await marks_of(desk, RESAT))["grades"]
    for place, one in enumerate(grades):
        if one["attempt"] in ("补考", "重修"):
            assert (grades[place - 1]["code"], grades[place - 1]["passed"]) == (one["code"], False)


async def test_who_stayed_away_has_nought_and_no_resit(desk: httpx.AsyncClient) -> None:
    gone = [one for one in (await marks_of(desk, GONE))["grades"] if one["note"] == "旷考"]
    assert [(one["attempt"], one["score"], one["points"], one["passed"]) for one in gone] == [
        ("正常", 0, 0.0, False)
    ] * len(gone)
    assert gone


async def test_a_deferred_examination_to_come_has_no_mark(desk: httpx.AsyncClient) -> None:
    waiting = [one for one in (await marks_of(desk, WAITING))["grades"] if one["score"] is one["level"] is None]
    assert [(one["attempt"], one["note"], one["points"], one["passed"]) for one in waiting] == [
        ("缓考", "已批准缓考", None, None)
    ]


async def test_the_courses_of_the_running_term_have_no_mark_yet(desk: httpx.AsyncClient) -> None:
    said = await marks_of(desk, "2023010001")
    assert {one["term"] for one in said["running"]} == {"2026-2027-1"}
    assert len(said["running"]) == 4
    assert not {one["code"] for one in said["running"]} & {one["code"] for one in said["grades"]}


async def test_a_course_has_its_mark_to_come_from_its_first_day_until_it_is_marked(
    desk: httpx.AsyncClient, clock: Clock, ledger: Ledger
) -> None:
    clock.now = clock.now.replace(month=9, day=6)
    assert ((await marks_of(desk, "2023010001"))["term"], (await marks_of(desk, "2023010001"))["running"]) == (None, [])
    clock.now = clock.now.replace(year=2027, month=1, day=20)
    said = await marks_of(desk, "2023010001")
    assert (said["term"], len(said["running"])) == ("2026-2027-1", 4)
    with ledger.writing() as db:
        db.execute(
            "INSERT INTO grades VALUES ('2023010001', '2026-2027-1', ?, '正常', 80, NULL, NULL)",
            (said["running"][0]["code"],),
        )
    assert (await marks_of(desk, "2023010001"))["running"] == said["running"][1:]


async def test_who_does_not_study_now_still_has_marks_but_no_courses(desk: httpx.AsyncClient) -> None:
    said = await marks_of(desk, "2023010002")
    assert (len(said["grades"]) > 0, said["running"]) == (True, [])
