"""Every dialogue, played against the trained Rasa, the real action server and the simulator."""

from __future__ import annotations

from datetime import date

import pytest

from actions.task import read_tasks
from eval.house import House
from eval.play import play, read_dialogues, written

DIALOGUES = read_dialogues()


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue_goes_as_written(name: str, running: House) -> None:
    play(DIALOGUES[name], running)


@pytest.mark.parametrize("task", read_tasks())
def test_every_service_proves_itself_with_dialogues(task: str) -> None:
    assert any(name.startswith(f"{task}: ") for name in DIALOGUES)


def test_a_day_is_expected_as_a_student_says_it_and_compared_as_it_is_written() -> None:
    friday = date(2026, 11, 20)
    assert written("{明天} 至 {下周三}", friday) == "11月21日（周六） 至 11月25日（周三）"
    assert written("{下下周一}", friday) == "11月30日（周一）"


def test_every_service_that_writes_is_proved_against_trouble() -> None:
    """A service is not done with its happy path."""
    for name, task in read_tasks().items():
        if task.confirm is None:
            continue
        own = {key: dialogue["turns"] for key, dialogue in DIALOGUES.items() if key.startswith(f"{name}: ")}
        everything = [turn for turns in own.values() for turn in turns]
        assert any(
            turn.get("fault", {}).get("kind") == "reset_after_commit" or "truncated" in str(turn.get("fault"))
            for turn in everything
        ), name
        assert any(turn.get("fault", {}).get("kind") in ("status", "html_200") for turn in everything), name
        assert any(turn.get("tap") == "修改" or turn.get("say") == "修改" for turn in everything), name
        assert any(turn.get("route") == "policy" for turn in everything), name
        assert any(task.cancelled == turn.get("text") for turn in everything), name
        assert any(of.again == turn.get("text") for of in task.fields for turn in everything), name
