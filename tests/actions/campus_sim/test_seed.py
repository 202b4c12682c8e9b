from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed


@pytest.fixture
def db(seeded: Path) -> Iterator[sqlite3.Connection]:
    with Ledger(seeded).reading() as connection:
        yield connection


def count(db: sqlite3.Connection, condition: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {condition}").fetchone()[0])  # noqa: S608 - our own words


def test_every_file_holds_the_same_people_and_things(seeded: Path, tmp_path: Path) -> None:
    again = Ledger(tmp_path / "again.sqlite")
    again.open(seed)
    with Ledger(seeded).reading() as one, again.reading() as other:
        assert list(one.iterdump()) == list(other.iterdump())
    again.close()


def test_two_thousand_students_of_ten_colleges_and_five_grades(db: sqlite3.Connection) -> None:
    assert count(db, "students") == 2000
    assert count(db, "(SELECT DISTINCT college, grade FROM students)") == 50
    assert count(db, "students WHERE student NOT GLOB '202[2-6][01][0-9][0-9][0-9][0-9][0-9]'") == 0
    assert count(db, "students WHERE CAST(substr(student, 1, 4) AS INTEGER) <> grade") == 0
    by_degree = dict(db.execute("SELECT degree, count(*) FROM students GROUP BY degree").fetchall())
    assert by_degree == {"本科": 1600, "研究生": 400}


def test_some_students_pause_and_those_whose_years_are_over_have_graduated(db: sqlite3.Connection) -> None:
    by_status = dict(db.execute("SELECT status, count(*) FROM students GROUP BY status").fetchall())
    assert by_status["在籍"] > 1000
    assert by_status["休学"] > 10
    over = "students WHERE grade + CASE degree WHEN '本科' THEN 4 ELSE 3 END <= 2026"
    assert by_status["毕业"] == count(db, over)


def test_the_numbers_people_try_first_are_active(db: sqlite3.Connection) -> None:
    low = "students WHERE CAST(substr(student, 7) AS INTEGER) % 5000 <= 4 AND status = '休学'"
    assert [row["student"] for row in db.execute(f"SELECT student FROM {low}")] == ["2023010002"]  # noqa: S608 - ours


def test_everybody_sleeps_in_a_registered_room_of_four_beds(db: sqlite3.Connection) -> None:
    assert count(db, "students LEFT JOIN rooms USING (building, room) WHERE rooms.floor IS NULL") == 0
    fullest = db.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM students GROUP BY building, room)").fetchone()
    assert fullest[0] <= 4


def test_twelve_dormitories_on_two_campuses_and_seven_public_places(db: sqlite3.Connection) -> None:
    dormitories = db.execute("SELECT building, campus FROM buildings WHERE kind = '宿舍楼' ORDER BY rowid").fetchall()
    assert [tuple(row) for row in dormitories] == [(f"{n}号楼", "东苑" if n < 7 else "西苑") for n in range(1, 13)]
    public = [row[0] for row in db.execute("SELECT building FROM buildings WHERE kind = '公共场所' ORDER BY rowid")]
    assert public == ["教学楼A座", "教学楼B座", "图书馆", "学生活动中心", "第一食堂", "第二食堂", "体育馆"]
    assert count(db, "rooms") == 12 * 6 * 30


def test_a_class_is_never_in_two_rooms_at_once(db: sqlite3.Connection) -> None:
    slots = "SELECT DISTINCT college, grade, degree, weekday, periods FROM timetables"
    assert count(db, "timetables") == count(db, f"({slots})") > 100


def test_marks_are_those_of_terms_that_are_over(db: sqlite3.Connection) -> None:
    assert count(db, "grades WHERE term >= '2026-2027-1'") == 0
    assert count(db, "grades JOIN students USING (student) WHERE CAST(substr(term, 1, 4) AS INTEGER) < grade") == 0
    assert count(db, "grades WHERE student = '2023010001' AND attempt IN ('正常', '缓考')") == 24


def test_every_student_has_one_card_and_every_spending_a_card(db: sqlite3.Connection) -> None:
    assert count(db, "cards") == count(db, "students JOIN cards USING (student)") == 2000
    assert count(db, "spendings LEFT JOIN cards USING (student) WHERE card IS NULL") == 0


def test_nobody_eats_at_night(db: sqlite3.Connection) -> None:
    assert count(db, "spendings WHERE CAST(substr(time, 12, 2) AS INTEGER) NOT BETWEEN 7 AND 20") == 0
