"""What is found in a sentence, and what must not be: ``entities.yml`` holds the cases."""

from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import entities, school_year

NOW = datetime(2026, 11, 22, 10)
TERM = date(2026, 9, 14)
GROUPS: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("entities.yml").read_text(encoding="utf-8")
)
CASES = [
    pytest.param(said, found, id=f"{group}: {said}") for group, cases in GROUPS.items() for said, found in cases.items()
]


@pytest.mark.parametrize(("said", "found"), CASES)
def test_exactly_this_is_found(said: str, found: dict[str, str]) -> None:
    assert entities.find(said, NOW, TERM) == found


Facts = dict[str, list[tuple[str, dict[str, str | None]]]]
FACTS: list[Facts] = [
    yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    for name in (
        "facts.yml",
        "facts_second.yml",
        "facts_siblings.yml",
        "facts_third.yml",
        "facts_fourth.yml",
        "facts_fifth.yml",
        "facts_sixth.yml",
        "facts_seventh.yml",
        "facts_eighth.yml",
        "facts_ninth.yml",
        "facts_tenth.yml",
        "facts_eleventh.yml",
        "facts_twelfth.yml",
        "facts_thirteenth.yml",
    )
]
WEDNESDAY = datetime(2026, 11, 18, 10, 30)


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        pytest.param(*case, id=f"{group}: {case[0]}")
        for facts in FACTS
        for group, cases in facts.items()
        for case in cases
    ],
)
def test_these_facts_are_read_as_students_write_them(said: str, facts: dict[str, str | None]) -> None:
    found = entities.find(said, WEDNESDAY, year=school_year.read(school_year.SHIPPED))
    assert {name: found.get(name) for name in facts} == facts


def test_there_are_at_least_150_cases() -> None:
    assert len(CASES) >= 150


def test_a_teaching_week_means_nothing_without_the_start_of_term() -> None:
    assert entities.find("第12周周五", NOW) == {}
    assert entities.find("第12周周五", NOW, date(2026, 9, 16)) == {"date": "2026-12-04"}


@pytest.mark.parametrize(
    ("today", "said", "day"),
    [
        (datetime(2026, 11, 25, 9), "周三", "2026-11-25"),
        (datetime(2026, 11, 26, 9), "周三", "2026-12-02"),
        (datetime(2026, 11, 26, 9), "这周五", "2026-11-27"),
        (datetime(2026, 11, 26, 9), "下周一", "2026-11-30"),
        (datetime(2026, 11, 26, 9), "下下周一", "2026-12-07"),
        (datetime(2026, 12, 31, 9), "明天", "2027-01-01"),
        (datetime(2026, 12, 31, 9), "5号", "2027-01-05"),
        (datetime(2028, 2, 28, 9), "明天", "2028-02-29"),
        (datetime(2026, 11, 22, 9), "今天8点半到10点", None),
    ],
)
def test_a_day_is_counted_from_today(today: datetime, said: str, day: str | None) -> None:
    found: dict[str, Any] = entities.find(said, today)
    assert found.get("date") == day or day is None


WORDS = [
    "明天",
    "后天",
    "下周三",
    "周五",
    "12月5号",
    "8号",
    "12.5",
    "到",
    "-",
    "上午",
    "下午",
    "晚上",
    "3点",
    "两",
    "3",
    "天",
    "假",
    "请",
    "，",
]


@given(st.lists(st.sampled_from(WORDS), max_size=9).map("".join))
def test_no_date_is_past_and_no_period_ends_before_it_begins(said: str) -> None:
    found = entities.find(said, NOW, TERM)
    assert found.get("date", "2026-11-22") >= "2026-11-22"
    if "period" in found:
        begin, end = (datetime.fromisoformat(moment) for moment in found["period"].split("/"))
        assert NOW.date() <= begin.date()
        assert begin < end


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(said: str) -> None:
    assert all(value for value in entities.find(said, NOW).values())


def test_a_hundred_kilobytes_are_not_read_to_the_end() -> None:
    begin = perf_counter()
    entities.find("明天到后天3号楼502" * 10_000, NOW)
    assert perf_counter() - begin < 1
