"""Kinds of words in a message: which of ``training_data/words/signs.yml`` occur, alone and two together."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.understanding import words


@cache
def kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each kind's name with its pattern, in the order of the file."""
    return tuple((name, re.compile(pattern)) for name, pattern in words.load("signs").items())


def found(text: str) -> NDArray[np.float32]:
    """``float32[kinds]``: 1 for each kind that ``text`` (spelled out) has, else 0. About 0.1 ms."""
    small = text.lower()
    return np.array([float(pattern.search(small) is not None) for _, pattern in kinds()], dtype=np.float32)
