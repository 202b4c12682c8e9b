"""Lessons and examinations as a student asks for them and reads them."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from actions.campus_sim.dates import CAMPUS
from actions.offices import Offices, Refusal
from actions.rasa_actions import Order
from actions.task import Asked, Choice
from actions.tasks.timetable_query import options, submit
from actions.tasks.timetable_query.wish import wish
from tests.actions.campus_sim.clock import Clock

STUDENT, IDLE = "2023010001", "2025015001"
COURSES = ("计算机科学与技术前沿", "软件工程前沿", "计算机科学与技术专题研讨", "软件工程专题研讨")


async def offered(offices: Offices, said: str, date: str | None = None) -> list[Choice]:
    return list(await options(Asked("what", {"date": date} if date else {}, STUDENT, said), offices))


async def told(offices: Offices, what: str, student: str = STUDENT, **more: str) -> str:
    answer = await submit(Order(student, {"what": what} | more, "k"), offices)
    return str(answer.get("text") or answer["lessons"])


@pytest.mark.parametrize(
    ("said", "date", "value"),
    [
        ("我明天有什么课", "2026-11-24", "day:2026-11-24"),
        ("周三下午有没有课", "2026-11-25", "day:2026-11-25"),
        ("今天上午几节课", None, "today"),
        ("这周课多吗", None, "this_week"),
        ("查一下我下周的课", None, "next_week"),
        ("周末有课没", None, "weekend"),
        ("第十五周还有课吗我", None, "week:15"),
        ("第8周的课", None, "week:8"),
        ("第二十周", None, "week:20"),
        ("下节课在哪上", None, "next"),
        ("现在是第几周", None, "calendar"),
        ("单双周搞不清了，本周是单周吗", None, "calendar"),
        ("什么时候开始考试周", None, "calendar"),
        ("期末考试在哪个教室", None, "exams"),
        ("我下周二考哪几门", "2026-12-01", "exams"),
        ("软工前沿考试什么时候", None, "exams:软件工程前沿"),
        ("补考时间地点发我一下", None, "resits"),
        ("我四六级考场在哪", None, "elsewhere:四六级"),
        ("下学期的课表出了没", None, "next_term"),
        ("软工专题研讨谁给我们上，在哪", None, "course:软件工程专题研讨"),
    ],
)
def test_what_is_asked_for_is_read_in_a_sentence(said: str, date: str | None, value: str) -> None:
    meant = wish(said, date, COURSES)
    assert meant is not None
    assert meant.value == value
    assert meant.words in said


@pytest.mark.parametrize("said", ["查课表", "课表", "帮我看下课程表", "show me my schedule"])
def test_what_names_nothing_is_asked_about(said: str) -> None:
    assert wish(said, None, COURSES) is None


async def test_nothing_named_offers_eight_buttons(offices: Offices) -> None:
    assert [choice.label for choice in await offered(offices, "查课表")] == [
        "今天的课",
        "明天的课",
        "这周的课",
        "下周的课",
        "下一节课",
        "考试安排",
        "现在第几周",
        "别的日子",
    ]


async def test_one_choice_alone_is_meant_and_never_more_than_eight_are_offered(offices: Offices) -> None:
    for said, date in (("周三有课吗", "2026-11-25"), ("第八周", None), ("考试安排", None), ("软工前沿在哪上", None)):
        choices = await offered(offices, said, date)
        assert [bool(choice.said and re.search(choice.said, said)) for choice in choices] == [True] + [False] * (
            len(choices) - 1
        )
        assert len(choices) <= 8


async def test_a_day_tells_hours_room_and_teacher(offices: Offices) -> None:
    (lesson,) = (await offices.studies.timetable(STUDENT)).lessons[:1]
    assert await told(offices, "tomorrow") == (
        "11月24日（周二），第12周（双周），你的课：\n"
        f"18:30–20:10（9-10节）软件工程专题研讨，教学楼A座119，{lesson.teacher}老师"
    )


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("today", "11月23日（周一），第12周（双周），你没有课。"),
        ("day:2026-12-01", "12月1日（周二），第13周（单周），你没有课。"),
        ("day:2027-01-01", "1月1日（周五）是元旦放假，没有课。"),
        ("day:2027-01-05", "1月5日（周二），第18周（双周），是考试周，不上课。哪天考什么，说“考试安排”就能查。"),
        ("day:2027-01-20", "1月20日（周三）在假期里，没有课。"),
        ("day:2027-03-02", "3月2日（周二）是2026-2027学年第二学期第1周，那学期的课表还没有公布。"),
        ("weekend", "这个周末（第12周，双周，11月28日至11月29日）：你没有课。"),
        ("week:17", "第17周（单周，12月28日至1月3日）：是考试周，不上课。哪天考什么，说“考试安排”就能查。"),
        ("week:20", "2026-2027学年第一学期只有 18 周，没有第20周。"),
        ("next_term", "2026-2027学年第二学期从3月1日（周一）开始上课，课表还没有公布。"),
    ],
)
async def test_a_time_without_lessons_says_why(offices: Offices, what: str, words: str) -> None:
    assert await told(offices, what) == words


async def test_another_day_is_the_one_that_was_asked_for(offices: Offices) -> None:
    assert await told(offices, "another_day", other_day="2026-11-25") == await told(offices, "day:2026-11-25")


async def test_a_week_tells_its_days_and_its_holidays(offices: Offices) -> None:
    lines = (await told(offices, "week:4")).split("\n")
    assert lines[0] == "第4周（双周，9月28日至10月4日），你的课："
    assert lines[1] == "9月29日（周二）："
    assert lines[2].startswith("18:30–20:10（9-10节）软件工程专题研讨")
    assert lines[3:] == ["10月1日（周四）至10月4日（周日）：国庆节放假"]


async def test_odd_weeks_have_other_lessons_than_even_ones(offices: Offices) -> None:
    this, following = await told(offices, "this_week"), await told(offices, "next_week")
    assert ("软件工程专题研讨" in this, "计算机科学与技术专题研讨" in this) == (True, False)
    assert ("软件工程专题研讨" in following, "计算机科学与技术专题研讨" in following) == (False, True)
    assert this.startswith("这周（第12周，双周，11月23日至11月29日），你的课：")


async def test_a_made_up_day_says_whose_lessons_it_has(offices: Offices) -> None:
    assert (await told(offices, "day:2026-10-10")).startswith(
        "10月10日（周六），第5周（单周），补10月7日（周三）的课，你的课："
    )


async def test_the_next_lesson_is_looked_for_from_this_moment(offices: Offices, clock: Clock) -> None:
    assert (await told(offices, "next")).startswith("下一节课在11月24日（周二）：18:30–20:10")
    clock.now = datetime(2026, 11, 27, 8, 30, tzinfo=CAMPUS)
    on, coming = (await told(offices, "next")).split("\n")
    assert on.startswith("现在正在上：08:00–09:40（1-2节）计算机科学与技术前沿")
    assert coming.startswith("下一节课在今天：10:00–11:40")


async def test_without_a_next_lesson_it_says_how_far_it_looked(offices: Offices, clock: Clock) -> None:
    clock.now = datetime(2026, 12, 28, 8, tzinfo=CAMPUS)
    assert await told(offices, "next") == "从现在到2月27日（周六），课表里没有下一节课。"


async def test_which_week_it_is(offices: Offices, clock: Clock) -> None:
    assert await told(offices, "calendar") == (
        "今天是2026-2027学年第一学期第12周（双周），11月23日（周一）。\n这学期共 18 周，第17、18周是考试周（12月28日至1月10日）。"
    )
    clock.now = datetime(2027, 1, 30, 8, tzinfo=CAMPUS)
    assert (await told(offices, "calendar")).startswith("现在是假期，2026-2027学年第二学期从3月1日（周一）开始第1周。")
    clock.now = datetime(2027, 7, 30, 8, tzinfo=CAMPUS)
    assert await told(offices, "calendar") == "新学期的校历还没有公布。"


async def test_examinations_are_told_with_what_is_not_published_yet(offices: Offices) -> None:
    assert (await told(offices, "exams")).split("\n") == [
        "你的考试安排：",
        "12月3日（周四）14:00–15:40 软件工程前沿（随堂考试），教学楼A座313，座位号12月1日（周二）公布",
        "还没公布：软件工程专题研讨、计算机科学与技术专题研讨、计算机科学与技术前沿，最迟12月11日（周五）公布。",
    ]
    assert await told(offices, "exams:软件工程专题研讨") == "还没公布：软件工程专题研讨，最迟12月11日（周五）公布。"


async def test_in_the_examination_weeks_seats_are_told_and_what_is_over(offices: Offices, clock: Clock) -> None:
    clock.now = datetime(2026, 12, 30, 10, tzinfo=CAMPUS)
    lines = (await told(offices, "exams")).split("\n")
    assert lines[1] == "12月30日（周三）13:30–15:30 软件工程专题研讨（期末考试），教学楼A座214，1号座位"
    assert lines[-1] == "考完了：12月3日 软件工程前沿"


async def test_who_has_no_lessons_and_no_examinations_hears_so(offices: Offices) -> None:
    assert await told(offices, "this_week", IDLE) == "这周（第12周，双周，11月23日至11月29日）：你没有课。"
    assert await told(offices, "exams", IDLE) == "2026-2027学年第一学期没有你的考试安排。"


async def test_resits_are_not_made_up(offices: Offices) -> None:
    assert (await told(offices, "resits")).startswith("教务系统里现在没有你的补考或缓考安排。")


async def test_an_examination_that_is_not_the_schools_is_not_looked_for(offices: Offices) -> None:
    assert await told(offices, "elsewhere:六级") == "教务系统里只有学校课程的考试，没有六级的安排，我这里查不到。"


async def test_a_course_tells_its_weeks_and_its_room(offices: Offices) -> None:
    lesson = (await offices.studies.timetable(STUDENT)).lessons[0]
    assert await told(offices, "course:软件工程专题研讨") == (
        f"软件工程专题研讨：第1-16周双周，周二 9-10节，教学楼A座119，{lesson.teacher}老师"
    )


@pytest.mark.parametrize("what", ["today", "this_week", "next", "calendar", "exams"])
@pytest.mark.parametrize(("student", "code"), [("2023010002", "suspended"), ("2022010001", "graduated")])
async def test_who_does_not_study_now_is_told_so(offices: Offices, student: str, code: str, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await told(offices, what, student)
    assert refusal.value.code == code


async def test_every_answer_tells_the_moment_it_was_true(offices: Offices) -> None:
    for what in ("today", "this_week", "next", "calendar", "exams", "course:软件工程前沿"):
        answer = await submit(Order(STUDENT, {"what": what}, "k"), offices)
        assert answer["as_of"] == "11月23日（周一）10:30"
