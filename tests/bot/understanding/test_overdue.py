"""What was done before and came to nothing is followed, never begun again; ``overdue.yml`` holds the sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.understanding import overdue
from bot.understanding.normalise import normalise

ROOT = Path(__file__).resolve().parents[3]
CASES: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("overdue.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("said", CASES["overdue"])
def test_what_came_to_nothing_is_heard(said: str) -> None:
    assert overdue.meant(normalise(said))


@pytest.mark.parametrize("said", CASES["others"])
def test_what_is_wished_for_or_broken_now_is_something_else(said: str) -> None:
    assert not overdue.meant(normalise(said))


@pytest.mark.parametrize("intent", ["card_top_up", "repair_request", "coffee_order", "leave_request", "complaint"])
def test_no_sentence_that_asks_for_a_service_sounds_like_it(intent: str) -> None:
    raw = yaml.safe_load((ROOT / "training_data" / "intents" / f"{intent}.yml").read_text(encoding="utf-8"))
    said = [line[2:] for one in raw["nlu"] for line in one["examples"].splitlines()]
    assert [one for one in said if overdue.meant(normalise(one))] == []
