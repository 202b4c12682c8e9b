"""What a report is about, so that two of the same thing are known as one incident: the things that are named as broken."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

FAULTS = Path(__file__).resolve().parents[2] / "training_data" / "words" / "faults.yml"


@cache
def _things() -> re.Pattern[str]:
    """The longest name first: 空调 is not 空调遥控器."""
    raw = yaml.safe_load(FAULTS.read_text(encoding="utf-8"))
    names = sorted({*raw["things"], *raw["alone"]}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)), re.IGNORECASE)


def fault_of(told: str) -> str:
    """The things named in ``told``, sorted: ``插座|空调``. Empty where none is named, and then nothing is the same."""
    return "|".join(sorted({found.lower() for found in _things().findall(told)}))
