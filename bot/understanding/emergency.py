"""Is somebody in danger right now, from fire, violence or an accident? Danger to oneself is ``crisis.py``'s."""

from __future__ import annotations

import re

from bot.understanding import words

LONGEST = 60
"""Who writes more is telling a story; the rest of the pipeline reads it."""

_WORDS = words.load("emergency")
_HAPPENING = re.compile("|".join(f"(?:{pattern})" for pattern in _WORDS["happening"]))
_NOT_HAPPENING = re.compile("|".join(f"(?:{pattern})" for pattern in _WORDS["not_happening"]))


def happening(text: str) -> bool:
    """Whether the normalised text tells of a danger that cannot wait."""
    return len(text) <= LONGEST and _HAPPENING.search(text) is not None and _NOT_HAPPENING.search(text) is None
