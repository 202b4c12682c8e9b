"""What is done once in ``bot/dialogue/quicker.py`` says the same as stock Rasa, on Rasa's own Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.serve import RASA_PYTHON

HERE = Path(__file__).resolve().parent
DIALOGUE = HERE.parents[1] / "bot" / "dialogue"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    said = subprocess.run(
        [RASA_PYTHON, HERE / "quicker_against_stock.py", tmp_path_factory.mktemp("trackers")],
        cwd=DIALOGUE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr[-3000:]
    found: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return found


def test_an_actions_answer_is_accepted_and_refused_as_stock_does(compared: dict[str, Any]) -> None:
    assert compared["answers"] > 60
    assert 20 < compared["refused"] < compared["answers"]
    assert compared["same verdicts"]


def test_every_turn_of_every_service_fills_the_same_slots(compared: dict[str, Any]) -> None:
    assert compared["turns"] > 300
    assert compared["filled"] > 300
    assert compared["same slots"]


def test_events_and_slots_are_the_same(compared: dict[str, Any]) -> None:
    assert compared["same kinds"]
    assert compared["kinds looked up"]
    assert compared["same copies"]


def test_the_domain_stays_at_home(compared: dict[str, Any]) -> None:
    assert compared["domain sent"] == {}


def test_a_tracker_comes_back_after_a_restart_as_stock_keeps_it(compared: dict[str, Any]) -> None:
    assert compared["same tracker"]
    assert compared["requested slot after"] is None
    assert compared["nobody"] is None
    assert compared["senders"] == ["one"]
