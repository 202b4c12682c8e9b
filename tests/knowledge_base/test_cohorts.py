"""Which 年级 is meant, in which year they are, and which version held while they were here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge_base.cohorts import cohort, school_year_then, stay, year_of_study
from knowledge_base.document import Audience, Degree, Document, Stay, Who, from_json

TODAY = date(2026, 11, 22)
RULES = Document("评优办法", None, None, None, date(2021, 9, 1), "", (), (), "评优办法")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("大一新生评优要什么条件", 1),
        ("弟弟刚入学，评优要交什么材料", 1),
        ("我是26级的，评优要什么条件", 1),
        ("二年级学生评优要什么条件", 2),
        ("24级的评优要什么条件", 3),
        ("评优要什么条件", None),
        ("大一的成绩要多少才能评优", None),
        ("大一挂的科影响评优不", None),
        ("大二评优看不看大一的课", 0),
        ("大一新生能评优吗", -1),
        ("大一点的宿舍在哪", None),
        ("新生班导生怎么选", None),
        ("23级当年大一怎么评优的", None),
        ("萌新评优要什么条件", 1),
        ("入学才两个月，评优要什么条件", 1),
        ("高三毕业没几个月，评优要什么条件", 1),
        ("刚走进校园，评优要什么条件", 1),
        ("进大学头一个学期，评优要什么条件", 1),
        ("今年高考进来的，评优要什么条件", 1),
        ("初来乍到，评优要什么条件", 1),
        ("今年高考分数线是多少", None),
        ("大学第一个暑假能留校吗", None),
    ],
)
def test_the_year_of_study_of_whom_a_question_is_about(said: str, expected: int | None) -> None:
    assert year_of_study(said, TODAY) == expected


def test_a_new_school_year_begins_in_august() -> None:
    assert [year_of_study("25级评优要什么条件", date(2026, month, 1)) for month in (7, 8)] == [1, 2]


@pytest.mark.parametrize(
    ("said", "degree", "expected"),
    [
        ("19级学长当年评优看什么", None, (date(2020, 8, 31), date(2023, 6, 30))),
        ("2021级评优看什么", None, (date(2022, 8, 31), date(2025, 6, 30))),
        ("2023级研究生评优看什么", "硕士", (date(2024, 8, 31), date(2026, 6, 30))),
        ("2023级评优看什么", "本科", None),
        ("2021级五年制的评优看什么", None, (date(2022, 8, 31), date(2026, 6, 30))),
        ("2019届毕业生评优看什么", None, (date(2018, 9, 1), date(2019, 6, 30))),
        ("2021年毕业的学姐评优看什么", None, (date(2020, 9, 1), date(2021, 6, 30))),
        ("2027届毕业生评优看什么", None, None),
        ("我2021级的，评优看什么", None, None),
        ("我2021级的，那会儿评优看什么", None, (date(2022, 8, 31), date(2025, 6, 30))),
        ("2021级休学的评优看什么", None, None),
        ("2018级毕业证丢了去哪补办", None, None),
        ("前几届评优看什么", None, (date(2022, 9, 1), date(2026, 7, 31))),
        ("学姐那一届评优看什么", None, (date(2022, 9, 1), date(2026, 7, 31))),
        ("往届毕业生当兵要什么", None, None),
        ("评优看什么", None, None),
    ],
)
def test_when_those_who_have_left_were_here(said: str, degree: Degree | None, expected: Stay | None) -> None:
    assert stay(said, TODAY, degree) == expected


def test_a_cohort_is_not_guessed_from_two_years() -> None:
    assert cohort("我记得大二才能评，他说大一就行", TODAY) is None
    assert cohort("我大二，评优看什么", TODAY) == 2025


def test_a_cohort_goes_back_to_the_end_of_the_school_year_it_names() -> None:
    assert school_year_then("20级大三的时候评优看什么", TODAY) == date(2023, 7, 31)
    assert school_year_then("20级大三评优看什么", TODAY) is None


def test_the_year_before_ours_goes_back_to_its_end() -> None:
    assert school_year_then("上一届评优看什么", TODAY) == date(2026, 7, 31)
    assert school_year_then("上一届学生会怎么换届", TODAY) is None


@pytest.mark.parametrize(
    ("came", "left", "repealed", "held"),
    [
        (2021, 2025, None, True),
        (2022, 2026, date(2026, 9, 1), True),
        (2022, 2026, date(2025, 9, 1), False),
        (2019, 2023, None, False),
    ],
)
def test_only_what_held_all_the_time_they_were_here_is_their_rule(
    came: int, left: int, repealed: date | None, held: bool
) -> None:
    person = Who(cohort=came, stay=(date(came + 1, 8, 31), date(left, 6, 30)))
    assert replace(RULES, repealed=repealed).in_force(TODAY, person) is held


def test_what_stays_in_force_for_a_cohort_holds_for_them_after_they_left() -> None:
    old = replace(RULES, repealed=date(2024, 9, 1), kept_for=(None, 2022))
    assert old.in_force(TODAY, Who(cohort=2022, stay=(date(2023, 8, 31), date(2026, 6, 30))))


def test_a_cohort_known_from_elsewhere_is_in_its_year_of_that_day() -> None:
    rules = replace(RULES, audience=Audience(years=(2, None)))
    assert [rules.in_force(day, Who(cohort=2026)) for day in (TODAY, date(2027, 9, 1))] == [False, True]


def test_the_years_of_study_are_stored_with_the_document() -> None:
    rules = replace(RULES, audience=Audience(("本科",), years=(2, None)))
    assert from_json(rules.to_json()) == rules


def test_a_stay_and_a_year_are_not_mixed_with_another_cohort() -> None:
    asked = Who(cohort=2019, stay=(date(2020, 8, 31), date(2023, 6, 30)))
    assert asked.known_from(Who(cohort=2025, degree="硕士", year=2)) == replace(asked, degree="硕士")
    assert Who(degree="本科").known_from(Who(cohort=2025, year=2)) == Who(2025, "本科", year=2)
