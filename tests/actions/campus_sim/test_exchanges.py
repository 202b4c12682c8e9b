from __future__ import annotations

from pathlib import Path

from tests.actions.campus_sim.exchanges import FOLDER, play, read


async def test_the_office_still_answers_as_captured(tmp_path: Path) -> None:
    captured = {path.stem: read(path.stem) for path in FOLDER.glob("*.json")}
    assert await play(tmp_path) == captured
