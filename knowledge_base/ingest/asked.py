"""What a reader is told beside the content: its limits, and where to report how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .limits import DEFAULT, Limits


def _unheard(done: int, total: int, what: str, seconds: float, scan: bool) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read."""

    limits: Limits = DEFAULT
    progress: Callable[[int, int, str, float, bool], None] = field(default=_unheard)
    """Called before each page with (its number, pages in all, what is counted, the CPU seconds it may take in addition, whether
    a picture is recognised)."""
