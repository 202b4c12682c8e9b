"""Corrections in short words: ``corrections.yml`` holds what is given, what is said, what it changes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot import corrections
from bot.understanding.normalise import normalise

NOW = datetime(2026, 11, 23, 22, 50)
CARDS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("corrections.yml").read_text(encoding="utf-8")
)
CASES = [(card, str(said), changes) for card, one in CARDS.items() for said, changes in one["said"].items()]


@pytest.mark.parametrize(("card", "said", "changes"), CASES)
def test_what_is_said_at_the_card_changes_this_and_nothing_else(card: str, said: str, changes: dict[str, Any]) -> None:
    read = corrections.read(normalise(said), CARDS[card]["given"], NOW, bare=True)
    assert {one.field: one.value for one in read} == changes


def test_a_value_alone_changes_nothing_while_another_question_is_open() -> None:
    assert corrections.read("200", CARDS["top_up"]["given"], NOW) == ()


@pytest.mark.parametrize("said", ["改英文", "换个地方", "改成半糖"])
def test_a_change_is_heard_as_one_though_nobody_knows_yet_of_what(said: str) -> None:
    assert corrections.changes(said)


@pytest.mark.parametrize("said", ["确认", "空调不制冷", "好的"])
def test_other_words_are_no_change(said: str) -> None:
    assert not corrections.changes(said)


@given(st.sampled_from(sorted(CARDS)), st.text(max_size=50))
def test_any_words_are_read_without_an_error(card: str, said: str) -> None:
    names = {one["name"] for one in CARDS[card]["given"]}
    assert {one.field for one in corrections.read(said, CARDS[card]["given"], NOW, bare=True)} <= names
