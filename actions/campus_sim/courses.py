"""Courses, marks and timetables of 示范大学: invented, and the same in every file."""

from __future__ import annotations

import random
import sqlite3
from itertools import islice

from actions.campus_sim.schools import COLLEGES, person

COMMON = (
    ("高等数学(上)", 5.0),
    ("大学英语(一)", 3.0),
    ("思想道德与法治", 2.5),
    ("体育(一)", 1.0),
    ("线性代数", 3.0),
    ("大学英语(二)", 3.0),
    ("中国近现代史纲要", 2.5),
    ("形势与政策", 0.5),
)
SPECIAL = (
    "导论",
    "基础",
    "原理(上)",
    "原理(下)",
    "实验",
    "方法",
    "实践",
    "案例分析",
    "前沿",
    "专题研讨",
    "综合设计",
    "实习",
)
POSTGRADUATE = ("学术英语", "研究方法与学术规范", "中国特色社会主义理论与实践", "高级专题", "文献研读", "学位论文开题")
COURSES_A_TERM = 4
PERIODS = ("1-2", "3-4", "5-6", "7-8")


def seed_courses(db: sqlite3.Connection, chance: random.Random, this_year: int) -> None:
    """Fill the three tables; ``this_year`` is the calendar year the running first term began in."""
    courses = _catalogue()
    db.executemany(
        "INSERT INTO courses VALUES (?, ?, ?, ?, ?)",
        [(code, name, credits, college, degree) for college, degree, of in courses for code, name, credits in of],
    )
    plans = {
        (college, degree): [
            code for owner, level, of in courses if owner in {None, college} and level == degree for code, _, _ in of
        ]
        for _, college, _ in COLLEGES
        for degree in ("本科", "研究生")
    }
    _marks(db, chance, plans, this_year)
    _lessons(db, chance, plans, this_year)


def _catalogue() -> list[tuple[str | None, str, list[tuple[str, str, float]]]]:
    """``(college or None, degree, [(code, name, credits)])``."""
    found: list[tuple[str | None, str, list[tuple[str, str, float]]]] = [
        (None, "本科", [(f"GG{n:03d}", name, credits) for n, (name, credits) in enumerate(COMMON, 1)]),
        (None, "研究生", [(f"YJ{n:03d}", name, 2.0) for n, name in enumerate(POSTGRADUATE, 1)]),
    ]
    for code, college, majors in COLLEGES:
        names = [major + kind for kind in SPECIAL for major in majors[:2]]
        found.append((college, "本科", [(f"ZY{code}{n:02d}", name, 3.0) for n, name in enumerate(names, 1)]))
    return found


def _terms(grade: int, this_year: int) -> list[str]:
    """Terms that are over, the oldest first: two in every academic year."""
    return [f"{year}-{year + 1}-{half}" for year in range(grade, this_year) for half in (1, 2)]


def _marks(db: sqlite3.Connection, chance: random.Random, plans: dict[tuple[str, str], list[str]], year: int) -> None:
    rows = []
    for student, college, grade, degree in db.execute(
        "SELECT student, college, grade, degree FROM students"
    ).fetchall():
        ability = chance.gauss(80, 7)
        plan = iter(plans[college, degree])
        for term in _terms(grade, year):
            for code in islice(plan, COURSES_A_TERM):
                rows.append((student, term, code, min(100, max(30, round(chance.gauss(ability, 6))))))
    db.executemany("INSERT INTO grades VALUES (?, ?, ?, ?)", rows)


def _lessons(db: sqlite3.Connection, chance: random.Random, plans: dict[tuple[str, str], list[str]], year: int) -> None:
    rows = []
    classes = db.execute("SELECT DISTINCT college, grade, degree FROM students ORDER BY college, grade, degree")
    for college, grade, degree in classes.fetchall():
        done = len(_terms(grade, year)) * COURSES_A_TERM
        now = plans[college, degree][done : done + COURSES_A_TERM]
        # Drawn without repeating, so no class is in two rooms at once.
        slots = chance.sample([(day, periods) for day in range(1, 6) for periods in PERIODS], len(now))
        for code, (day, periods) in zip(now, slots, strict=True):
            place = f"教学楼{chance.choice('AB')}座{chance.randint(1, 5)}{chance.randint(1, 20):02d}"
            rows.append(
                (college, grade, degree, f"{year}-{year + 1}-1", code, day, periods, "1-16", place, person(chance))
            )
    db.executemany("INSERT INTO timetables VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
