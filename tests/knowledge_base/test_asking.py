"""Who asks, as of when, how many things, and what goes on from what."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.asker import named_day, who
from knowledge_base.asking import about, goes_on, heard, parts, whole
from knowledge_base.document import Who

TODAY = date(2026, 11, 22)
CASES = yaml.safe_load((Path(__file__).parent / "data" / "asking.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("said", "expected"), CASES["who"], ids=str)
def test_who_asks_is_read_from_the_question(said: str, expected: dict[str, Any]) -> None:
    assert who(said, TODAY) == Who(**expected)


@pytest.mark.parametrize(("said", "expected"), CASES["as_of"], ids=str)
def test_the_day_a_question_names_is_its_last(said: str, expected: date | None) -> None:
    assert named_day(said, TODAY) == expected


@pytest.mark.parametrize(("said", "expected"), CASES["parts"], ids=str)
def test_several_questions_are_taken_one_by_one(said: str, expected: list[str]) -> None:
    assert parts(said) == tuple(expected)


@pytest.mark.parametrize(("said", "expected"), CASES["goes_on"], ids=str)
def test_only_what_says_nothing_by_itself_goes_on(said: str, expected: bool) -> None:
    assert goes_on(said) is expected


@pytest.mark.parametrize(("said", "before", "expected"), CASES["whole"], ids=str)
def test_a_question_that_goes_on_is_made_whole(said: str, before: str, expected: str) -> None:
    assert whole(said, before) == expected


def test_what_was_said_about_oneself_is_remembered_by_the_next_question() -> None:
    first = heard("我2023级，转专业什么时候报名", TODAY)
    assert heard("那要交什么材料", TODAY, first.question).who == Who(cohort=2023, year=4)


def test_a_question_of_its_own_forgets_the_one_before() -> None:
    assert heard("校园卡补办多少钱", TODAY, "我2023级，转专业什么时候报名").who == Who()


def test_what_one_of_several_questions_is_a_part_of_stays_with_it() -> None:
    asking = heard("宿舍几点熄灯？校园卡丢了去哪补？", TODAY)
    assert [about(asking, each).message for each in asking.parts] == [asking.question] * 2
    assert about(heard("宿舍几点熄灯", TODAY), "宿舍几点熄灯").message == ""


@pytest.mark.parametrize(("said", "expected"), CASES["without_asker"], ids=str)
def test_who_asks_is_not_searched_for(said: str, expected: list[str]) -> None:
    asking = heard(said, TODAY)
    assert (asking.question, asking.parts) == (said, tuple(expected))


def test_a_question_searched_without_who_asks_is_still_a_single_one_and_keeps_its_message() -> None:
    asking = heard("我2023级，转专业有什么条件", TODAY)
    alone = about(asking, asking.parts[0])
    assert (alone.message, alone.one_of_several, alone.who) == (asking.question, False, Who(cohort=2023, year=4))


def test_a_year_that_names_a_document_leaves_today_as_the_day_asked_about() -> None:
    assert heard("2021年的宿舍规定还有效吗", TODAY).as_of is None
