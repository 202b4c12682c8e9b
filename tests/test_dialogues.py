"""Every dialogue, played against the trained Rasa, the real action server and the simulator."""

from __future__ import annotations

import pytest

from actions.task import read_tasks
from eval.house import House
from eval.play import play, read_dialogues

DIALOGUES = read_dialogues()


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue_goes_as_written(name: str, running: House) -> None:
    play(DIALOGUES[name], running)


@pytest.mark.parametrize("task", read_tasks())
def test_every_service_proves_itself_with_dialogues(task: str) -> None:
    assert any(name.startswith(f"{task}: ") for name in DIALOGUES)
