"""What Rasa reads is what the task.yaml files say, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions.compile import BOT, GENERATED, compile_all, compile_task, main, stale, write
from actions.task import read_tasks

TASKS = read_tasks()


def test_the_committed_files_are_what_the_compiler_writes() -> None:
    assert stale() == []


@pytest.mark.parametrize("name", TASKS)
def test_every_slot_is_prefixed_by_its_task(name: str) -> None:
    rasa = yaml.safe_load(compile_task(TASKS[name]))
    assert rasa["slots"]
    assert [slot for slot in rasa["slots"] if not slot.startswith(f"{name}_")] == []
    assert rasa["forms"][f"{name}_form"]["required_slots"] == [f"{name}_{step}" for step in TASKS[name].steps]


def test_no_slot_is_defined_twice() -> None:
    slots = [slot for task in TASKS.values() for slot in yaml.safe_load(compile_task(task))["slots"]]
    assert len(slots) == len(set(slots))


def test_identity_is_no_slot() -> None:
    assert all("student" not in text for text in compile_all().values())


def test_no_wording_comes_out() -> None:
    for name, text in compile_all().items():
        rules = yaml.safe_load(text)
        assert {"responses", "nlu", "stories"} & set(rules) == set(), name


def test_what_is_missing_outdated_or_left_over_is_stale(tmp_path: Path) -> None:
    assert len(stale(tmp_path)) == len(TASKS)
    assert len(write(tmp_path)) == len(TASKS)
    assert stale(tmp_path) == []
    old, left_over = (tmp_path / GENERATED / name for name in ("repair_request.yml", "gone.yml"))
    old.write_text("# by hand\n", encoding="utf-8")
    left_over.write_text("", encoding="utf-8")
    assert stale(tmp_path) == [old, left_over]
    assert write(tmp_path) == [old, left_over]
    assert not left_over.exists()
    assert stale(tmp_path) == []


def test_check_writes_nothing_and_is_content(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (BOT / GENERATED).glob("*.yml")}
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""
    assert {path: path.stat().st_mtime_ns for path in (BOT / GENERATED).glob("*.yml")} == before
