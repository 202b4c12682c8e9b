"""Lessons and examinations as the register has them, with the moment they stood there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from actions.form import day
from actions.offices import Offices, Refusal
from actions.offices.studies import Agenda, by_standing
from actions.rasa_actions import Order
from actions.task import Asked, Choice
from actions.tasks.timetable_query import words
from actions.tasks.timetable_query.wish import wish

BUTTONS = {
    "today": "今天的课",
    "tomorrow": "明天的课",
    "this_week": "这周的课",
    "next_week": "下周的课",
    "next": "下一节课",
    "exams": "考试安排",
    "calendar": "现在第几周",
    "another_day": "别的日子",
}
AHEAD = (14, 61)
"""Days in which the next lesson is looked for, first near by."""
DATED = "^"
"""A pattern that any words fit: the date that was read in them is what they mean."""


async def check(field: str, value: str, offices: Offices) -> None:
    """Any day may be looked at."""


async def options(asked: Asked, offices: Offices) -> Sequence[Choice]:
    """What was asked for in words first, then the buttons."""
    timetable = await offices.studies.timetable(str(asked.student))
    meant = wish(asked.said, asked.values.get("date"), (one.course for one in timetable.lessons))
    offered = dict(BUTTONS)
    first: list[Choice] = []
    if meant is not None:
        label = offered.pop(meant.value, None) or _label(meant.value)
        first = [Choice(meant.value, label, re.escape(meant.words) or DATED)]
    return (first + [Choice(value, label) for value, label in offered.items()])[: len(BUTTONS)]


async def submit(order: Order, offices: Offices) -> Mapping[str, Any]:
    what, _, rest = order.values["what"].partition(":")
    if what == "elsewhere":
        # Nothing of this stands in the register, so no moment is told with it.
        return {"text": f"教务系统里只有学校课程的考试，没有{rest}的安排，我这里查不到。"}
    try:
        lessons, as_of = await _lessons(order, offices)
    except Refusal as refusal:
        raise by_standing(refusal) from refusal
    return {"lessons": lessons, "as_of": words.as_of_words(as_of)}


async def _lessons(order: Order, offices: Offices) -> tuple[str, datetime]:
    """What is to be said, and the moment it was true."""
    what, _, rest = order.values["what"].partition(":")
    studies, student = offices.studies, order.student
    if what in ("exams", "resits"):
        exams = await studies.exams(student)
        if what == "resits":
            return words.resits_words(exams), exams.as_of
        return words.exams_words(exams, rest.split("、") if rest else ()), exams.as_of
    timetable = await studies.timetable(student)
    if what == "course":
        return words.course_words([one for one in timetable.lessons if one.course in rest.split("、")]), timetable.as_of
    # The office says which day it is: its calendar and ours may be apart at midnight, and in a rehearsal.
    today = timetable.as_of.date()
    if what == "next":
        return await _next(order, offices, today)
    if what in ("calendar", "next_term", "week"):
        agenda = await studies.agenda(student, today, today)
        if what == "calendar":
            return words.calendar_words(agenda), agenda.as_of
        if what == "next_term":
            return await _next_term(order, offices, agenda)
        return await _week(order, offices, agenda, int(rest))
    first, last, title = _days(what, rest or order.values.get("other_day", ""), today)
    agenda = await studies.agenda(student, first, last)
    if title:
        return words.days_words(agenda.days, title + words.span_words(agenda.days)), agenda.as_of
    return words.day_words(agenda.days[0]), agenda.as_of


def _days(what: str, named: str, today: date) -> tuple[date, date, str]:
    """The first and the last day asked for, and what several of them are called."""
    monday = today - timedelta(days=today.weekday())
    match what:
        case "today":
            return today, today, ""
        case "tomorrow":
            return today + timedelta(days=1), today + timedelta(days=1), ""
        case "this_week":
            return monday, monday + timedelta(days=6), "这周"
        case "next_week":
            return monday + timedelta(days=7), monday + timedelta(days=13), "下周"
        case "weekend":
            return monday + timedelta(days=5), monday + timedelta(days=6), "这个周末"
        case "next_weekend":
            return monday + timedelta(days=12), monday + timedelta(days=13), "下个周末"
        case _:
            return date.fromisoformat(named), date.fromisoformat(named), ""


async def _next(order: Order, offices: Offices, today: date) -> tuple[str, datetime]:
    for ahead in AHEAD:
        agenda = await offices.studies.agenda(order.student, today, today + timedelta(days=ahead))
        if any(lesson.starts > agenda.as_of for one in agenda.days for lesson in one.lessons):
            break
    return words.next_words(agenda), agenda.as_of


async def _week(order: Order, offices: Offices, agenda: Agenda, week: int) -> tuple[str, datetime]:
    if not 1 <= week <= agenda.weeks:
        return f"{words.term_words(agenda.term)}只有 {agenda.weeks} 周，没有第{week}周。", agenda.as_of
    monday = agenda.first_day + timedelta(weeks=week - 1)
    found = await offices.studies.agenda(order.student, monday, monday + timedelta(days=6))
    return words.days_words(found.days, f"第{week}周（{words.parity_words(found.days)}）"), found.as_of


async def _next_term(order: Order, offices: Offices, agenda: Agenda) -> tuple[str, datetime]:
    """Looks for the first day of the term after the running one, within two months of its end."""
    after = agenda.last_day + timedelta(days=1)
    found = await offices.studies.agenda(order.student, after, after + timedelta(days=AHEAD[-1]))
    first = next((one for one in found.days if one.term), None)
    if first is None:
        return "下学期的校历和课表还没有公布。", found.as_of
    begins = f"{words.term_words(str(first.term))}从{day(first.day)}开始上课"
    state = "课表还没有公布" if first.kind == "unpublished" else "课表已经有了，说“第1周的课”之类的日子就能查"
    return f"{begins}，{state}。", found.as_of


def _label(value: str) -> str:
    what, _, rest = value.partition(":")
    match what:
        case "day":
            return day(date.fromisoformat(rest))
        case "week":
            return f"第{rest}周的课"
        case "exams":
            return f"{rest}考试"
        case "weekend" | "next_weekend":
            return "周末的课"
        case "resits":
            return "补考和缓考"
        case "next_term":
            return "下学期的课表"
        case _:
            return rest
