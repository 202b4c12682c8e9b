"""A service asked for somebody else: ``for_others.yml`` holds the cases."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.for_others import OWN, meant
from bot.words import read_services

CASES = yaml.safe_load(Path(__file__).with_name("for_others.yml").read_text(encoding="utf-8"))


def rows(of: str) -> list[tuple[str, str]]:
    return [(task, text) for task, said in CASES[of].items() for text in said]


@pytest.mark.parametrize(("task", "text"), rows("others"))
def test_what_is_asked_for_somebody_else_is_heard(task: str, text: str) -> None:
    assert meant(text, task, {}, "2023010001")


@pytest.mark.parametrize(("task", "text"), rows("own"))
def test_what_only_tells_of_somebody_is_one_s_own(task: str, text: str) -> None:
    assert not meant(text, task, {}, "2023010001")


def test_another_student_s_number_means_another_and_one_s_own_does_not() -> None:
    assert meant("给2023010002充50", "card_top_up", {"student": "2023010002"}, "2023010001")
    assert not meant("给2023010001充50", "card_top_up", {"student": "2023010001"}, "2023010001")


def test_every_service_of_one_s_own_exists() -> None:
    assert set(read_services()) >= OWN
