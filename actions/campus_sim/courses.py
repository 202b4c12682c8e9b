"""Courses, marks, timetables and examinations of 示范大学: invented, and the same in every file."""

from __future__ import annotations

import random
import sqlite3
from datetime import date, datetime, time, timedelta
from itertools import islice

from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.schools import COLLEGES, person
from actions.campus_sim.terms import TERMS, Term

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
ELECTIVE = ("案例分析", "前沿", "专题研讨")
LEVELLED = ("体育(一)", "形势与政策", "实验", "实践", "实习", "学位论文开题")
"""How the names of courses end that are marked 优秀 to 不及格 instead of 0–100."""
LEVELS = ((90, "优秀"), (80, "良好"), (70, "中等"), (60, "及格"), (0, "不及格"))
PASS = 60
ABSENT, DEFERRED = 0.002, 0.01
KNOWN_WAITING = ("2023010006", "2025-2026-2")
"""A student whose last examination of that term is deferred once more, so that its mark is still to come."""

COURSES_A_TERM = 4
PERIODS = ("1-2", "3-4", "5-6", "7-8", "9-10")
BELLS = {
    "1-2": (time(8, 0), time(9, 40)),
    "3-4": (time(10, 0), time(11, 40)),
    "5-6": (time(14, 0), time(15, 40)),
    "7-8": (time(16, 0), time(17, 40)),
    "9-10": (time(18, 30), time(20, 10)),
}
RHYTHMS = (("1-16", "每周"), ("1-12", "每周"), ("1-16", "单周"), ("1-16", "双周"))
"""What the four courses of a term keep: weeks, and every one of them or every other."""
EXAM_HOURS = ((time(9), time(11)), (time(13, 30), time(15, 30)), (time(18, 30), time(20, 30)))
"""The three sittings of 考试与缓考管理办法 第八条."""
IN_CLASS_WEEK, FINALS_KNOWN_WEEK = 13, 14
"""A course that ends before week 14 is examined in class; the finals are known by the Friday of week 14 (第五条、第六条)."""


def seed_courses(db: sqlite3.Connection, chance: random.Random, this_year: int) -> None:
    """Fill the four tables; ``this_year`` is the calendar year the running first term began in."""
    courses = _catalogue()
    db.executemany(
        "INSERT INTO courses VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (code, name, credits, college, degree, not name.endswith(ELECTIVE), _graded(name))
            for college, degree, of in courses
            for code, name, credits in of
        ],
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
    _exams(db, chance)


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


def _graded(name: str) -> str:
    return "五级制" if name.endswith(LEVELLED) else "百分制"


def _terms(grade: int, this_year: int) -> list[str]:
    """Terms that are over, the oldest first: two in every academic year."""
    return [f"{year}-{year + 1}-{half}" for year in range(grade, this_year) for half in (1, 2)]


Row = tuple[str, str, str, str, int | None, str | None, str | None]
"""A row of ``grades``."""


def _marks(db: sqlite3.Connection, chance: random.Random, plans: dict[tuple[str, str], list[str]], year: int) -> None:
    rows: list[Row] = []
    # Second tries are drawn apart, so that a change to them leaves every first mark as it was.
    later = random.Random(year)
    courses = {row["code"]: row for row in db.execute("SELECT * FROM courses")}
    for student, college, grade, degree in db.execute(
        "SELECT student, college, grade, degree FROM students"
    ).fetchall():
        ability = chance.gauss(80, 7)
        plan = iter(plans[college, degree])
        for term in _terms(grade, year):
            of = list(islice(plan, COURSES_A_TERM))
            for code in of:
                score = min(100, max(30, round(chance.gauss(ability, 6))))
                if (student, term) == KNOWN_WAITING and code == of[-1]:
                    rows.append((student, term, code, "缓考", None, None, "已批准缓考"))
                else:
                    rows += _attempts(later, (student, term, code), score, courses[code])
    db.executemany("INSERT INTO grades VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _attempts(chance: random.Random, of: tuple[str, str, str], score: int, course: sqlite3.Row) -> list[Row]:
    """One course of one student: the first examination, and what came of a failed one."""
    levelled = course["graded"] == "五级制"

    def row(attempt: str, score: int, note: str | None = None) -> Row:
        level = next(name for least, name in LEVELS if score >= least) if levelled else None
        return (*of, attempt, None if levelled else score, level, note)

    drawn = chance.random()
    if drawn < ABSENT and not levelled:
        return [row("正常", 0, "旷考")]
    rows = [row("缓考" if drawn < ABSENT + DEFERRED and not levelled else "正常", score)]
    if score >= PASS or not course["compulsory"]:
        return rows
    resit = round(chance.gauss(62, 9))
    # Whoever passes a resit has 60, however good it was (学籍管理规定 第十八条).
    rows.append(row("补考", PASS if resit >= PASS else max(20, resit)))
    if resit < PASS and chance.random() < 0.6:
        rows.append(row("重修", min(95, max(45, round(chance.gauss(72, 8))))))
    return rows


def _lessons(db: sqlite3.Connection, chance: random.Random, plans: dict[tuple[str, str], list[str]], year: int) -> None:
    rows = []
    classes = db.execute("SELECT DISTINCT college, grade, degree FROM students ORDER BY college, grade, degree")
    for college, grade, degree in classes.fetchall():
        done = len(_terms(grade, year)) * COURSES_A_TERM
        now = plans[college, degree][done : done + COURSES_A_TERM]
        # The first course meets twice a week. Drawn without repeating, so no class is in two rooms at once.
        meetings = [(code, rhythm) for code, rhythm in zip(now, RHYTHMS, strict=False)] + [
            (code, RHYTHMS[0]) for code in now[:1]
        ]
        slots = chance.sample([(day, periods) for day in range(1, 6) for periods in PERIODS], len(meetings))
        teachers = {code: person(chance) for code in now}
        for (code, (weeks, parity)), (day, periods) in zip(meetings, slots, strict=True):
            place = f"教学楼{chance.choice('AB')}座{chance.randint(1, 5)}{chance.randint(1, 20):02d}"
            term = f"{year}-{year + 1}-1"
            rows.append((college, grade, degree, term, code, day, periods, weeks, parity, place, teachers[code]))
    db.executemany("INSERT INTO timetables VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _exams(db: sqlite3.Connection, chance: random.Random) -> None:
    term = Term(*TERMS[0])
    finals = [
        (term.first_day + timedelta(weeks=week - 1, days=day), hours)
        for week in (17, 18)
        for day in range(5)
        for hours in EXAM_HOURS
    ]
    known = term.friday_of(FINALS_KNOWN_WEEK) - timedelta(days=2)
    common = {f"GG{n:03d}": sitting for n, sitting in enumerate(chance.sample(finals, len(COMMON)), 1)}
    lessons = db.execute(
        "SELECT college, grade, degree, term, code, min(weekday) AS weekday, periods, weeks, place FROM timetables"
        " GROUP BY college, grade, degree, term, code ORDER BY college, grade, degree, code"
    ).fetchall()
    taken: dict[tuple[str, int, str], set[tuple[date, tuple[time, time]]]] = {}
    rows = []
    for lesson in lessons:
        of = (lesson["college"], lesson["grade"], lesson["degree"])
        busy = taken.setdefault(of, set(common.values()))
        if int(lesson["weeks"].split("-")[1]) < FINALS_KNOWN_WEEK:
            day = term.first_day + timedelta(weeks=IN_CLASS_WEEK - 1, days=lesson["weekday"] - 1)
            kind, sitting, published = "随堂考试", (day, BELLS[lesson["periods"]]), day - timedelta(weeks=2)
            place = lesson["place"]
        else:
            kind, published = "期末考试", known
            sitting = common.get(lesson["code"]) or chance.choice([one for one in finals if one not in busy])
            busy.add(sitting)
            place = f"教学楼{chance.choice('AB')}座{chance.randint(1, 5)}{chance.randint(1, 20):02d}"
        day, hours = sitting
        starts, ends = (datetime.combine(day, at, CAMPUS).isoformat() for at in hours)
        rows.append((*of, lesson["term"], lesson["code"], kind, starts, ends, place, f"{published}"))
    db.executemany("INSERT INTO exams VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
