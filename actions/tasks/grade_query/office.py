"""Marks as the register has them, with the moment they stood there. Nothing here is counted or guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from actions.form import day
from actions.offices import Offices
from actions.offices.studies import Average, Grade, Grades
from actions.rasa_actions import Order
from actions.task import Asked, Choice
from actions.tasks.grade_query.wish import wish

HALVES = {"1": "第一学期", "2": "第二学期"}
LATEST = 3
"""Terms that are offered as buttons."""
TO_COME = "成绩一般在考试周结束后 10 天内出来。"


async def check(field: str, value: str, offices: Offices) -> None:
    """What is offered comes from the student's own register: there is nothing to check beside it."""


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    """What was asked for in words first, then the latest terms and the overviews."""
    student = str(asked.student)
    grades = await offices.studies.grades(student)
    offered = {f"term:{term}": stretch(term) for term in reversed(grades.terms[-LATEST:])}
    offered |= {"gpa": "绩点和排名", "failed": "没通过的课", "all": "全部成绩"}
    meant = wish(asked.said, grades, student)
    first: list[Choice] = []
    if meant is not None:
        label = offered.pop(meant.value, None) or _label(meant.value, grades)
        first = [Choice(meant.value, label, re.escape(meant.words))]
    return first + [Choice(value, label) for value, label in offered.items()]


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    grades = await offices.studies.grades(order.student)
    kind, _, rest = order.values["what"].partition(":")
    match kind:
        case "courses":
            marks = _courses(grades, rest.split(","))
        case "term" | "year":
            marks = _stretch(grades, rest)
        case "gpa":
            marks = _points(grades)
        case "failed":
            marks = _failed(grades)
        case "all":
            marks = _all(grades)
        case "others":
            # Nothing of this stands in the register, so no moment is told with it.
            return {"text": "成绩只能本人查，我只查得到你自己的。想查自己的，说课名或者学期就行。"}
        case "elsewhere":
            return {"text": f"教务系统里只有学校课程的总评成绩，没有{rest}的成绩，我这里查不到。"}
        case _:
            marks = f"你的成绩和这学期的课里都没有“{rest}”。可能课名不一样，说全名再试试，或者说“全部成绩”。"
    as_of = f"{day(grades.as_of.date())}{grades.as_of:%H:%M}"
    return {"marks": marks, "as_of": as_of}


def stretch(of: str) -> str:
    """``2025-2026-2`` as a person says it: ``2025-2026学年第二学期``; a year without its term."""
    return f"{of[:9]}学年{HALVES.get(of[10:], '')}"


def _label(value: str, grades: Grades) -> str:
    kind, _, rest = value.partition(":")
    if kind == "courses":
        return "、".join(grades.courses[code] for code in rest.split(","))
    return stretch(rest) if kind in ("term", "year") else rest or "别人的成绩"


def _number(value: float) -> str:
    """Credits as a person writes them: ``5``, ``2.5``."""
    return f"{value:g}"


def _mark(grade: Grade) -> str:
    """One attempt: ``72 分，绩点 2.2，通过``, ``补考 60 分，绩点 1.0，通过``, ``已批准缓考，成绩还没出来``."""
    if grade.points is None:
        return f"{_short(grade)}，成绩还没出来" if grade.note else _short(grade)
    return f"{_short(grade)}，绩点 {grade.points:.1f}，{'通过' if grade.passed else '没通过'}"


def _by_course(grades: Sequence[Grade]) -> list[list[Grade]]:
    """The attempts at each course together."""
    return [list(of) for _, of in groupby(grades, key=lambda one: (one.term, one.code))]


def _courses(grades: Grades, codes: Sequence[str]) -> str:
    lines = []
    for attempts in _by_course([one for one in grades.grades if one.code in codes]):
        first = attempts[0]
        name = f"{first.course}（{stretch(first.term)}，{_number(first.credits)} 学分）"
        lines.append(f"{name}：{'；'.join(_mark(one) for one in attempts)}。")
    to_come = [one for one in grades.running if one.code in codes]
    lines += [f"{one.course}（{stretch(one.term)}）：还没有成绩。" for one in to_come]
    return "\n".join([*lines, *([TO_COME] if to_come else [])])


def _line(attempts: Sequence[Grade]) -> str:
    """A course in a list: ``线性代数 88 分（3 学分）``."""
    marks = "；".join(_short(one) for one in attempts)
    failed = "" if any(one.passed or one.passed is None for one in attempts) else "，没通过"
    return f"{attempts[0].course} {marks}{failed}（{_number(attempts[0].credits)} 学分）"


def _short(grade: Grade) -> str:
    name = "" if grade.attempt == "正常" else f"{grade.attempt} "
    if grade.points is None:
        return grade.note or "还没有成绩"
    note = f"（{grade.note}）" if grade.note else ""
    return f"{name}{grade.level or f'{grade.score} 分'}{note}"


def _summary(average: Average) -> str:
    """What the office counted, in one line."""
    parts = []
    if average.gpa is not None:
        parts.append(f"平均学分绩点 {average.gpa:.2f}")
    if average.mean is not None:
        parts.append(f"加权平均分 {average.mean:.1f}")
    parts.append(f"得到 {_number(average.credits)} 学分")
    if average.rank is not None:
        parts.append(f"专业排名第 {average.rank}（同年级同专业 {average.among} 人）")
    return "，".join(parts) + "。"


def _stretch(grades: Grades, of: str) -> str:
    found = [one for one in grades.grades if one.term.startswith(of)]
    to_come = [one for one in grades.running if one.term.startswith(of)]
    lines = []
    if found:
        lines = [f"{stretch(of)}，你的成绩：", *(_line(attempts) for attempts in _by_course(found))]
    if average := grades.average(of):
        lines.append(_summary(average))
    if to_come:
        courses = "、".join(one.course for one in to_come)
        lines.append(f"{'' if found else stretch(of) + '，'}还没有成绩的课：{courses}。{TO_COME}")
    return "\n".join(lines) or f"教务系统里没有你 {stretch(of)}的成绩。"


def _points(grades: Grades) -> str:
    whole = grades.average("全部")
    if whole is None:
        return "教务系统里还没有你的成绩，绩点也就还没有。"
    years = [one for one in grades.averages if len(one.of) == len("2025-2026")]
    lines = [f"入学到现在：{_summary(whole)}", *(f"{stretch(one.of)}：{_summary(one)}" for one in reversed(years))]
    return "\n".join(lines)


def _failed(grades: Grades) -> str:
    by_course: dict[str, list[Grade]] = {}
    for one in grades.grades:
        by_course.setdefault(one.code, []).append(one)
    marked = [attempts for attempts in by_course.values() if any(one.passed is not None for one in attempts)]
    failed = [attempts for attempts in marked if not any(one.passed for one in attempts)]
    mended = [
        attempts for attempts in marked if attempts not in failed and any(one.passed is False for one in attempts)
    ]
    if not marked:
        return "教务系统里还没有你的成绩。"
    lines = ["没通过的课：", *(_line(attempts) for attempts in failed)] if failed else ["你有成绩的课都通过了。"]
    if mended:
        lines += ["当时没过、后来通过的：", *(_line(attempts) for attempts in mended)]
    return "\n".join(lines)


def _all(grades: Grades) -> str:
    whole = grades.average("全部")
    lines = [_stretch(grades, term) for term in grades.terms]
    if whole is not None:
        lines.append(f"合计：{_summary(whole)}")
    return "\n\n".join(lines) or "教务系统里还没有你的成绩。"
