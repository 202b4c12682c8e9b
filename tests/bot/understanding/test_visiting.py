"""When they are there for a repair: ``visiting.yml`` holds what is said and what is offered."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.understanding import answers, entities, school_year

WEDNESDAY = datetime(2026, 11, 18, 10, 30)
CASES: dict[str, str | None] = yaml.safe_load(Path(__file__).with_name("visiting.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("said", "hours"), CASES.items())
def test_the_hours_offered_for_a_visit(said: str, hours: str | None) -> None:
    found = entities.find(said, WEDNESDAY, year=school_year.read(school_year.SHIPPED))
    assert found.get("visit_hours") == hours


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("明天下午", "2026-11-19T14:00/2026-11-19T18:00"),
        ("周五三点半", "2026-11-20T15:30"),
        ("后天吧", "2026-11-20T00:00/2026-11-20T23:59"),
        ("看情况", None),
    ],
)
def test_a_time_alone_answers_the_question_for_it(said: str, hours: str | None) -> None:
    assert answers.read("hours", said, WEDNESDAY) == hours
