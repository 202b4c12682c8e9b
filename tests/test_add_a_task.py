"""``docs/add-a-task.md`` to the letter: its blocks make a service in a copy of this tree, which is trained and played for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from eval.house import ROOT

BLOCK = re.compile(
    r"^`(actions/tasks/visitor_registration/[\w.]+)`[^\n]*\n(?:[^`\n][^\n]*\n)*\n```yaml\n(.*?)^```$", re.M | re.S
)


def files() -> list[str]:
    """Every file of this tree that is not made by a program."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def copied(folder: Path) -> Path:
    """The tree as a newcomer has it: the same environments, what is embedded kept, no model and no visitor yet."""
    for name in files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    for name in (".venv", "bot/dialogue/.venv"):
        (folder / name).symlink_to((ROOT / name).resolve())
    for name in ("vectors", "embeddings"):
        if (ROOT / "build" / name).exists():
            shutil.copytree(ROOT / "build" / name, folder / "build" / name)
    return folder


def run(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COUNSELLOR_")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def test_the_walk_makes_a_service_that_is_understood_and_done(tmp_path: Path) -> None:
    folder = copied(tmp_path / "counsellor")
    written = dict(BLOCK.findall((ROOT / "docs" / "add-a-task.md").read_text(encoding="utf-8")))
    task = "actions/tasks/visitor_registration"
    assert sorted(written) == [f"{task}/dialogues.yaml", f"{task}/sentences.yml", f"{task}/task.yaml"]
    for name, block in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(block, encoding="utf-8")
    made = run(folder, "scripts/compile")
    assert made.split() == ["bot/dialogue/generated/visitor_registration.yml", "bot/hall/visitor_registration.yml"]
    run(folder, "scripts/compile", "--check")
    played = run(folder, "scripts/test", "tests/test_dialogues.py", "-k", "visitor_registration")
    assert re.search(r"^5 passed", played, re.M) or "....." in played
