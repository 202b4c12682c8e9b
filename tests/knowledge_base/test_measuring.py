"""The evaluation says what it could not measure, and counts what it could."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import retrieval
from knowledge_base import Library
from knowledge_base.questions import Asked


def test_without_questions_nothing_is_measured_and_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retrieval.run(tmp_path / "questions.yml") == []
    assert capsys.readouterr().err == "retrieval: nothing measured, questions.yml or the documents are missing\n"


def test_a_wrong_clause_in_front_is_a_miss_and_named(library: Library) -> None:
    right = Asked("宿舍几点关门", "宿舍2025", ("第一条",))
    wrong = Asked("宿舍几点关门", "宿舍2025", ("第二条",))
    first, five = retrieval._found(library, [right, wrong])
    assert (first.value, first.n, five.value) == (50.0, 2, 100.0)
    assert [miss.split("：")[0].split(": ")[0] for miss in first.misses] == ["宿舍几点关门 → 宿舍2025 第二条"]


def test_quotes_answers_and_time_are_counted(library: Library) -> None:
    answered, right, quotes, time = retrieval._answered(library, [Asked("宿舍几点关门", "宿舍2025", ("第一条",))])
    assert (answered.value, right.value, quotes.value, time.unit) == (100.0, 100.0, 100.0, "ms")


def test_an_outside_question_that_is_answered_is_a_miss(library: Library) -> None:
    figure = retrieval._declined(library, ["今天天气怎么样", "宿舍几点关门"])
    assert (figure.value, len(figure.misses)) == (50.0, 1)
