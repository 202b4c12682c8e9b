"""The one small value every evaluation returns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside its goal."""

    name: str
    """What was measured, as a reader would say it."""
    value: float
    """The measured value, in ``unit``."""
    unit: str = "%"
    """``%``, ``ms``, ``MB``, ``s`` or ``count``."""
    goal: float | None = None
    """What the issue asks for; ``None`` where it asks for nothing."""
    higher_is_better: bool = True
    n: int = 0
    """How many cases stand behind the value."""
    low: float | None = None
    high: float | None = None
    """The 95 % interval, in ``unit``; ``None`` where there is none."""
    misses: tuple[str, ...] = field(default=())
    """Every case that went wrong, one line each."""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is met; ``None`` without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal


def share(name: str, right: int, n: int, *, goal: float | None = None, misses: tuple[str, ...] = ()) -> Figure:
    """A share of ``right`` in ``n`` in percent with its Wilson score interval (Wilson 1927, 95 %)."""
    if n == 0:
        return Figure(name, 0.0, goal=goal)
    z, p = 1.959964, right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Figure(name, 100 * p, goal=goal, n=n, low=100 * (middle - half), high=100 * (middle + half), misses=misses)
