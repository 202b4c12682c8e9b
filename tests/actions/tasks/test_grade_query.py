"""Marks as a student asks for them and reads them."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from actions.campus_sim.dates import CAMPUS
from actions.offices import Offices
from actions.rasa_actions import Order
from actions.task import Asked, Choice
from actions.tasks.grade_query import options, submit
from actions.tasks.grade_query.wish import wish
from tests.actions.campus_sim.clock import Clock

STUDENT = "2023010001"
RESAT, GONE, WAITING, POSTGRADUATE, FRESHMAN = "2022020010", "2022010013", "2023010006", "2025015001", "2026010001"


async def offered(offices: Offices, said: str, student: str = STUDENT) -> list[Choice]:
    return list(await options(Asked("what", {}, student, said), offices))


async def told(offices: Offices, said: str, student: str = STUDENT) -> str:
    """What is answered to words that name something, as the form finds it."""
    choices = await offered(offices, said, student)
    meant = [choice for choice in choices if choice.said and re.search(choice.said, said)]
    assert len(meant) == 1
    answer = await submit(Order(student, {"what": meant[0].value}, "k"), offices)
    return str(answer.get("text") or answer["marks"])


async def test_nothing_named_offers_the_latest_terms_and_the_overviews(offices: Offices) -> None:
    assert [(choice.value, choice.label, choice.said) for choice in await offered(offices, "查成绩")] == [
        ("term:2026-2027-1", "2026-2027学年第一学期", None),
        ("term:2025-2026-2", "2025-2026学年第二学期", None),
        ("term:2025-2026-1", "2025-2026学年第一学期", None),
        ("gpa", "绩点和排名", None),
        ("failed", "没通过的课", None),
        ("all", "全部成绩", None),
    ]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("高数考了多少分", "courses:GG001"),
        ("上学期英语多少", "courses:GG002,GG006"),
        ("大一上学期英语多少", "courses:GG002"),
        ("软工前沿出分了吗", "courses:ZY0118"),
        ("这学期成绩出来了吗", "term:2026-2027-1"),
        ("上学期的成绩", "term:2025-2026-2"),
        ("查一下大二下学期的所有成绩", "term:2024-2025-2"),
        ("大一的绩点是几点几", "year:2023-2024"),
        ("2024-2025学年第一学期", "term:2024-2025-1"),
        ("上学年成绩", "year:2025-2026"),
        ("我绩点多少", "gpa"),
        ("我在专业排第几", "gpa"),
        ("已修多少学分了", "gpa"),
        ("我挂科了没", "failed"),
        ("帮我看看有没有不及格的课", "failed"),
        ("全部成绩", "all"),
        ("四级过没过", "elsewhere:四级"),
        ("体测成绩出了没，我多少分", "elsewhere:体测"),
        ("量子力学考了多少分", "unknown:量子力学"),
        ("数据结构挂了没", "unknown:数据结构"),
        ("查一下我室友的高数成绩", "others"),
        ("2023010005的成绩", "others"),
        ("帮我同学查一下高数", "others"),
        ("她的绩点是多少", "others"),
        ("室友说成绩出来了，我的高数多少", "courses:GG001"),
        ("同学你好帮我查一下高数成绩", "courses:GG001"),
        ("2023010001的高数成绩", "courses:GG001"),
    ],
)
async def test_what_is_asked_for_is_read_in_a_sentence(offices: Offices, said: str, value: str) -> None:
    meant = wish(said, await offices.studies.grades(STUDENT), STUDENT)
    assert meant is not None
    assert meant.value == value
    assert meant.words in said


@pytest.mark.parametrize(
    "said",
    [
        "查成绩",
        "成绩出来了吗",
        "王老师给我打了几分",
        "你能看到我的分数吗，给我说说",
        "这次考试考了多少分",
        "期末考试分数查一下",
    ],
)
async def test_what_names_nothing_is_asked_about(offices: Offices, said: str) -> None:
    assert wish(said, await offices.studies.grades(STUDENT), STUDENT) is None


async def test_a_course_is_told_with_term_credits_points_and_whether_it_was_passed(offices: Offices) -> None:
    assert await told(offices, "高数考了多少分") == (
        "高等数学(上)（2023-2024学年第一学期，5 学分）：70 分，绩点 2.0，通过。"
    )


async def test_every_answer_tells_the_moment_it_was_true(offices: Offices) -> None:
    answer = await submit(Order(STUDENT, {"what": "gpa"}, "k"), offices)
    assert answer["as_of"] == "11月23日（周一）10:30"


async def test_every_number_of_a_term_stands_in_the_register(offices: Offices) -> None:
    grades = await offices.studies.grades(STUDENT)
    lines = (await told(offices, "大一下学期的成绩")).split("\n")
    of_term = [one for one in grades.grades if one.term == "2023-2024-2"]
    assert lines[0] == "2023-2024学年第二学期，你的成绩："
    assert lines[1:5] == [f"{one.course} {one.level or f'{one.score} 分'}（{one.credits:g} 学分）" for one in of_term]
    average = grades.average("2023-2024-2")
    assert average is not None
    assert lines[5] == f"平均学分绩点 {average.gpa:.2f}，加权平均分 {average.mean:.1f}，得到 9 学分。"
    assert len(lines) == 6


async def test_an_academic_year_tells_the_rank(offices: Offices) -> None:
    year = (await offices.studies.grades(STUDENT)).average("2023-2024")
    assert year is not None
    assert f"专业排名第 {year.rank}（同年级同专业 {year.among} 人）。" in await told(offices, "大一的绩点")


async def test_resits_are_told_one_after_the_other(offices: Offices) -> None:
    assert await told(offices, "大英二多少分", RESAT) == (
        "大学英语(二)（2022-2023学年第二学期，3 学分）：53 分，绩点 0.0，没通过；补考 56 分，绩点 0.0，没通过；"
        "重修 72 分，绩点 2.2，通过。"
    )
    assert "大学英语(二) 53 分；补考 56 分；重修 72 分（3 学分）" in await told(offices, "全部成绩", RESAT)


async def test_what_was_failed_and_what_was_mended_are_told_apart(offices: Offices) -> None:
    failed, mended = (await told(offices, "我挂科了没", RESAT)).split("当时没过、后来通过的：\n")
    assert failed == "没通过的课：\n电子信息工程前沿 59 分，没通过（3 学分）\n通信工程前沿 59 分，没通过（3 学分）\n"
    assert "大学英语(二)" in mended


async def test_who_failed_nothing_hears_so(offices: Offices) -> None:
    assert await told(offices, "我挂科了没", WAITING) == "你有成绩的课都通过了。"


async def test_who_stayed_away_hears_why_there_is_a_nought(offices: Offices) -> None:
    assert "软件工程前沿 0 分（旷考），没通过（3 学分）" in await told(offices, "我挂科了没", GONE)


async def test_a_deferred_examination_to_come_has_no_number(offices: Offices) -> None:
    assert await told(offices, "软件工程案例分析考了多少", WAITING) == (
        "软件工程案例分析（2025-2026学年第二学期，3 学分）：已批准缓考，成绩还没出来。"
    )


async def test_a_course_without_a_mark_is_said_so(offices: Offices) -> None:
    assert await told(offices, "软工前沿出分了吗") == (
        "软件工程前沿（2026-2027学年第一学期）：还没有成绩。\n成绩一般在考试周结束后 10 天内出来。"
    )


async def test_a_term_without_marks_names_its_courses(offices: Offices) -> None:
    answer = await told(offices, "这学期成绩")
    assert answer.startswith("2026-2027学年第一学期，还没有成绩的课：")
    assert "平均" not in answer


async def test_in_the_vacation_this_term_is_the_one_just_over(offices: Offices, clock: Clock) -> None:
    clock.now = datetime(2027, 1, 20, 9, tzinfo=CAMPUS)
    assert (await told(offices, "这学期成绩")).startswith("2026-2027学年第一学期")
    clock.now = datetime(2027, 3, 2, 9, tzinfo=CAMPUS)
    assert (await told(offices, "上学期成绩")).startswith("2026-2027学年第一学期")


async def test_a_term_long_before_is_not_made_up(offices: Offices) -> None:
    assert await told(offices, "2019-2020学年第一学期") == "教务系统里没有你 2019-2020学年第一学期的成绩。"


async def test_postgraduates_hear_a_mean_and_no_points(offices: Offices) -> None:
    answer = await told(offices, "我绩点多少", POSTGRADUATE)
    assert answer.startswith("入学到现在：加权平均分 ")
    assert "绩点" not in answer


async def test_a_freshman_has_no_marks_yet(offices: Offices) -> None:
    assert await told(offices, "我绩点多少", FRESHMAN) == "教务系统里还没有你的成绩，绩点也就还没有。"
    assert await told(offices, "我挂科了没", FRESHMAN) == "教务系统里还没有你的成绩。"


async def test_nobody_is_told_another_ones_marks(offices: Offices) -> None:
    for said in ("查一下我室友的高数成绩", "2023010005的成绩"):
        assert await told(offices, said) == "成绩只能本人查，我只查得到你自己的。想查自己的，说课名或者学期就行。"


async def test_what_the_register_does_not_hold_is_said_so(offices: Offices) -> None:
    assert "没有六级的成绩" in await told(offices, "我六级过了没")
    assert "都没有“量子力学”" in await told(offices, "量子力学考了多少分")


async def test_never_more_than_eight_are_offered_and_one_alone_is_meant(offices: Offices) -> None:
    for said in ("查成绩", "高数", "上学期", "绩点", "量子力学考了多少分"):
        choices = await offered(offices, said)
        assert len(choices) <= 8
        assert sum(choice.said is not None for choice in choices) <= 1
        assert len({choice.value for choice in choices}) == len(choices)
