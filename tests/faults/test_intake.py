"""The intake killed and cut off, a small number of times; `python -m eval faults` does it by the thousand.

Each safeguard is also taken out: a campaign that stays green then proves nothing.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eval.faults_intake import Season, season

needs_a_compiler = pytest.mark.skipif(
    shutil.which("cc") is None and shutil.which("gcc") is None, reason="power cuts need a C compiler: cc"
)


def promises(found: Season) -> set[str]:
    """Which promises were broken."""
    return {line.partition(":")[0] for line in found.wrong}


async def test_nothing_is_lost_doubled_or_reordered_however_the_intake_is_killed(tmp_path: Path) -> None:
    found = await season(1, 300, tmp_path)
    assert (found.wrong, found.kills) == ([], 300)
    assert found.acknowledged > 300
    assert len(found.by_point) > 4


@needs_a_compiler
async def test_nothing_acknowledged_is_lost_with_the_power(tmp_path: Path) -> None:
    found = await season(2, 20, tmp_path, cuts=True)
    assert (found.wrong, found.kills) == ([], 20)
    assert found.acknowledged > 20


@needs_a_compiler
async def test_without_fsync_the_cuts_lose_what_was_acknowledged(tmp_path: Path) -> None:
    assert promises(await season(3, 20, tmp_path, cuts=True, without="fsync")) == {"I1"}


async def test_without_the_unique_key_messages_are_there_twice(tmp_path: Path) -> None:
    assert "I2" in promises(await season(4, 60, tmp_path, without="unique"))


async def test_without_the_turnstile_effects_lose_their_order(tmp_path: Path) -> None:
    # A season ends with the first promise that is broken, and two effects at once may break another one before the order.
    broken: set[str] = set()
    for number in range(5, 15):
        broken |= promises(await season(number, 20, tmp_path, without="order"))
        if "I6" in broken:
            return
    pytest.fail(f"the order held; broken was {broken or 'nothing'}")
