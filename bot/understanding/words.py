"""The word lists a person edits: ``training_data/words/<name>.yml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "training_data" / "words"


def load(name: str) -> dict[str, Any]:
    """One word list as plain Python values.

    Raises ``FileNotFoundError`` for an unknown name, ``ValueError`` when the file is not a mapping: a missing list
    must stop the start, not silently switch a screen off.
    """
    content = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{name}.yml must be a mapping")
    return content


@cache
def load_once(name: str) -> dict[str, Any]:
    """:func:`load`, read from disk only the first time; not to be changed by the caller."""
    return load(name)
