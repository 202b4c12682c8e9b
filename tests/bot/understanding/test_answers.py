"""Answers to open questions, kind by kind: ``answers.yml`` holds the cases."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import answers

NOW = datetime(2026, 11, 22, 10)
CHOICES = [
    {"label": "病假", "payload": "answer:sick"},
    {"label": "事假", "payload": "answer:personal"},
    {"label": "公假", "payload": "answer:official"},
    {"label": "取消", "payload": "cancel"},
]
CASES: list[tuple[str, object, str | None]] = yaml.safe_load(
    Path(__file__).with_name("answers.yml").read_text(encoding="utf-8")
)
KINDS = [
    "location",
    "phone",
    "date",
    "period",
    "count",
    "money",
    "ticket",
    "moment",
    "photo",
    "text",
    "choice",
    "confirm",
    "sign_in",
]


@pytest.mark.parametrize(("kind", "typed", "value"), CASES)
def test_an_answer_is_read_for_its_kind(kind: str, typed: object, value: str | None) -> None:
    assert answers.read(kind, str(typed), NOW, CHOICES) == value


def test_without_choices_nothing_is_chosen() -> None:
    assert answers.read("choice", "1", NOW) is None


FIRST = [{"label": label, "payload": f"answer:{label}"} for label in ("是第一次", "以前来过")]
LANGUAGES = [{"label": label, "payload": f"answer:{label}"} for label in ("中文", "英文", "中英文都要")]


@pytest.mark.parametrize(
    ("said", "choices", "value"),
    [
        ("不是第一次", FIRST, None),
        ("是第一次的", FIRST, "是第一次"),
        ("不要英文要中文", LANGUAGES, "中文"),
        ("中英文都要吧", LANGUAGES, "中英文都要"),
    ],
)
def test_a_choice_that_is_denied_is_not_chosen_and_the_longest_that_is_named_is(
    said: str, choices: list[dict[str, str]], value: str | None
) -> None:
    assert answers.read("choice", said, NOW, choices) == value


@given(st.sampled_from(KINDS), st.text(max_size=40))
def test_any_answer_is_read_without_an_error(kind: str, typed: str) -> None:
    assert answers.read(kind, typed, NOW, CHOICES) != ""


HOURS: list[tuple[str, str]] = [
    hour
    for name in ("hours_second.yml", "hours_third.yml", "hours_fourth.yml")
    for hour in yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("said", "at"), HOURS)
def test_an_hour_without_a_day_answers_the_question_for_a_time(said: str, at: str) -> None:
    moment = answers.read("moment", said, datetime(2026, 11, 18, 10, 30))
    assert moment is not None
    assert moment[-5:] == at
