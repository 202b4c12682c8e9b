"""The people, houses, printers and cards of 示范大学: invented, and the same in every file."""

from __future__ import annotations

import random
import sqlite3
from datetime import datetime, timedelta

from actions.campus_sim.coffee import seed_robots
from actions.campus_sim.courses import seed_courses
from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.past import seed_orders
from actions.campus_sim.schools import COLLEGES, person
from actions.campus_sim.terms import seed_terms

SEED = 20261122
GRADES = (2022, 2023, 2024, 2025, 2026)
UNDERGRADUATES, POSTGRADUATES = 32, 8
"""In each of 5 grades and 10 colleges: 2,000 students."""
POSTGRADUATE_SERIALS = 5000
YEARS = {"本科": 4, "研究生": 3}
THIS_YEAR = 2026
"""The academic year the seed stands in: 2026–2027."""
SUSPENDED = 0.02
LOW_SERIAL = 4

DORMITORIES = tuple((f"{n}号楼", "东苑" if n <= 6 else "西苑") for n in range(1, 13))
FLOORS, ROOMS_PER_FLOOR, BEDS = 6, 30, 4
PUBLIC_PLACES = (
    ("教学楼A座", "东苑"),
    ("教学楼B座", "西苑"),
    ("图书馆", "东苑"),
    ("学生活动中心", "东苑"),
    ("第一食堂", "东苑"),
    ("第二食堂", "西苑"),
    ("体育馆", "西苑"),
)
PRINTERS = (
    # As the workbook 活动场地与自助设备一览表 lists them; the older terminal there without a number takes no orders.
    ("DY01", "学生活动中心", "一楼大厅自助服务区", "东苑", "ok", "6:30–23:00", "6:30–23:00"),
    ("DY02", "教学楼A座", "一层大厅", "东苑", "ok", "7:00–22:00", "7:00–22:00"),
    ("DY03", "图书馆", "二层自助服务区", "东苑", "out_of_paper", "8:00–22:00", "8:00–22:00"),
    ("DY04", "教学楼B座", "一层大厅", "西苑", "ok", "7:00–22:00", "7:00–22:00"),
    ("DY05", "体育馆", "一层前台", "西苑", "offline", "12:00–22:00", "9:00–22:00"),
)

KNOWN_STATUS = {"2023010001": "在籍", "2023010002": "休学", "2022010001": "毕业"}
"""Students the tests and rehearsals call by number; 2023010001 lives in 3号楼502."""
KNOWN_CARDS = {"2023010001": "正常", "2023010003": "挂失", "2023010004": "冻结"}
KNOWN_HOME = ("2023010001", "3号楼", "502")

MEALS = (("第一食堂", 900, 1800), ("第二食堂", 800, 2000), ("校园超市", 300, 4500), ("浴室", 120, 400))
TOP_UPS = (5000, 10000, 20000)
LAST_EVENING = datetime(2026, 11, 20, 20, 0, tzinfo=CAMPUS)
OPEN_MINUTES = 13 * 60
LOST = LAST_EVENING - timedelta(hours=2)
"""Since when the cards that are lost already have been: reported at the window, so without a number of ours."""


def seed(db: sqlite3.Connection) -> None:
    """Fill an empty file; every run gives the same rows."""
    chance = random.Random(SEED)
    homes = _buildings(db)
    db.executemany("INSERT INTO printers VALUES (?, ?, ?, ?, ?, ?, ?)", PRINTERS)
    active = _students(db, chance, homes)
    _cards(db, chance, active)
    seed_terms(db)
    seed_courses(db, random.Random(SEED + 1), THIS_YEAR)
    seed_robots(db)
    seed_orders(db)


def _buildings(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every dormitory room as ``(building, room)``."""
    db.executemany(
        "INSERT INTO buildings VALUES (?, ?, '宿舍楼', ?, ?)",
        [(name, campus, FLOORS, ROOMS_PER_FLOOR) for name, campus in DORMITORIES],
    )
    db.executemany("INSERT INTO buildings VALUES (?, ?, '公共场所', NULL, NULL)", PUBLIC_PLACES)
    rooms = [
        (name, f"{floor}{door:02d}", floor)
        for name, _ in DORMITORIES
        for floor in range(1, FLOORS + 1)
        for door in range(1, ROOMS_PER_FLOOR + 1)
    ]
    db.executemany("INSERT INTO rooms VALUES (?, ?, ?)", rooms)
    return [(building, room) for building, room, _ in rooms]


def _students(db: sqlite3.Connection, chance: random.Random, homes: list[tuple[str, str]]) -> dict[str, bool]:
    """Whether each student is on campus, by number."""
    beds = [home for home in homes for _ in range(BEDS) if home != KNOWN_HOME[1:]]
    chance.shuffle(beds)
    rows: list[tuple[str, str, str, str, int, str, str, str, str, str, str]] = []
    for grade in GRADES:
        for code, college, majors in COLLEGES:
            counsellor = person(chance)
            for serial, degree in _serials():
                student = f"{grade}{code}{serial:04d}"
                building, room = KNOWN_HOME[1:] if student == KNOWN_HOME[0] else beds.pop()
                phone = f"1{chance.choice((38, 39, 58, 77, 86, 89))}{chance.randrange(10**8):08d}"
                status = _status(chance, student, grade, degree)
                rows.append(
                    (
                        student,
                        person(chance),
                        college,
                        chance.choice(majors),
                        grade,
                        degree,
                        building,
                        room,
                        phone,
                        status,
                        counsellor,
                    )
                )
    db.executemany("INSERT INTO students VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return {row[0]: row[9] != "毕业" for row in rows}


def _serials() -> list[tuple[int, str]]:
    undergraduates = [(n, "本科") for n in range(1, UNDERGRADUATES + 1)]
    return undergraduates + [(POSTGRADUATE_SERIALS + n, "研究生") for n in range(1, POSTGRADUATES + 1)]


def _status(chance: random.Random, student: str, grade: int, degree: str) -> str:
    drawn = chance.random()
    if student in KNOWN_STATUS:
        return KNOWN_STATUS[student]
    if grade + YEARS[degree] <= THIS_YEAR:
        return "毕业"
    # The low serial numbers are the ones people type when they try the service.
    return "休学" if drawn < SUSPENDED and int(student[6:]) % POSTGRADUATE_SERIALS > LOW_SERIAL else "在籍"


def _cards(db: sqlite3.Connection, chance: random.Random, active: dict[str, bool]) -> None:
    cards, spendings = [], []
    for student, on_campus in active.items():
        status = chance.choices(("正常", "挂失", "冻结"), (97, 2, 1))[0] if on_campus else "冻结"
        card = f"6{int(student) * 7 % 10**9:09d}"
        cards.append((student, card, chance.randrange(50, 60_000), KNOWN_CARDS.get(student, status)))
        for day in range(chance.randint(4, 12) if on_campus else 0):
            moment = LAST_EVENING - timedelta(days=day, minutes=chance.randint(0, OPEN_MINUTES))
            if chance.random() < 0.1:
                spendings.append((student, moment.isoformat(), "充值机", "充值", chance.choice(TOP_UPS)))
            else:
                place, least, most = chance.choice(MEALS)
                spendings.append((student, moment.isoformat(), place, "消费", chance.randrange(least, most, 10)))
    db.executemany("INSERT INTO cards VALUES (?, ?, ?, ?)", cards)
    db.executemany("INSERT INTO spendings VALUES (?, ?, ?, ?, ?)", spendings)
    db.execute(
        "INSERT INTO card_losses SELECT student, NULL, ?, NULL FROM cards WHERE status = '挂失'", (LOST.isoformat(),)
    )
    db.execute("INSERT INTO card_feed VALUES (0)")
