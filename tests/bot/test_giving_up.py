"""A service given up in its own words: ``giving_up.yml`` holds the cases."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.giving_up import GivenUp, GivingUp
from bot.words import read_services

CASES = yaml.safe_load(Path(__file__).with_name("giving_up.yml").read_text(encoding="utf-8"))
SERVICES = read_services()
GIVING_UP = GivingUp(SERVICES)


@pytest.mark.parametrize(("task", "text"), [(task, text) for task, said in CASES["gives_up"].items() for text in said])
def test_what_gives_up_the_open_service_is_read(task: str, text: str) -> None:
    assert GIVING_UP.read(text, [task]) == GivenUp(task, "")


@pytest.mark.parametrize(("task", "text", "rest"), CASES["and_says_besides"])
def test_what_is_wished_instead_is_kept(task: str, text: str, rest: str) -> None:
    assert GIVING_UP.read(text, [task]) == GivenUp(task, rest)


@pytest.mark.parametrize("text", CASES["gives_nothing_up"])
def test_other_words_give_up_no_service(text: str) -> None:
    assert [task for task in SERVICES if GIVING_UP.read(text, [task])] == []


def test_without_an_open_service_its_name_must_stand_in_the_message() -> None:
    assert GIVING_UP.named("不查了") is None
    assert GIVING_UP.named("取消心理咨询") == GivenUp("counselling_appointment", "")
    assert GIVING_UP.named("取消请假，改成预约心理咨询") is None


def test_every_service_knows_what_one_does_there() -> None:
    assert [task for task, service in SERVICES.items() if not service.verbs] == []
