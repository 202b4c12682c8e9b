"""Leaving an office alone that does not answer, and how long to wait before asking again.

A breaker is *closed* while the office answers. After ``LOST_CALLS`` calls in a row without an answer it is *open*: calls
end at once. When the rest is over it is *half-open*: one call tries, and its end decides.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LOST_CALLS = 5
"""So many in a row: one dialogue that met one fault does not close an office for everybody."""
LEAST_REST_SECONDS = 5.0

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter: anything from nothing to a bound that doubles, so that those who failed together do not return together."""

    first: float
    """The bound of the first pause, in seconds."""
    most: float
    """No bound is above it."""

    def pause(self, attempt: int, chance: random.Random) -> float:
        """Seconds to wait after the failed attempt number ``attempt``, counted from 0."""
        # Beyond 2**32 the bound has long been reached, and floats would overflow.
        return chance.uniform(0.0, min(self.most, self.first * 2.0 ** min(attempt, 32)))


RESTS = Backoff(first=5.0, most=55.0)
"""On top of the least rest, by how often the office was found still down: at most a minute in all."""


class Breaker:
    """Of one office. Only touched on one event loop, and never waits itself."""

    def __init__(self, now: Callable[[], float] = time.monotonic, chance: random.Random | None = None) -> None:
        self._now = now
        self._chance = chance or random.Random()  # noqa: S311 - jitter, not a secret
        self._lost = 0
        self._openings = 0
        self._rests_until: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        if self._rests_until is None:
            return "closed"
        return "open" if self._now() < self._rests_until else "half-open"

    def admits(self) -> bool:
        """Whether a call may be made now. Who is admitted must say how it ended, by one of the three below."""
        if self.state == "closed":
            return True
        if self.state == "open" or self._trying:
            return False
        self._trying = True
        return True

    def answered(self) -> None:
        """The office said something that can be read, a refusal too."""
        self._lost = self._openings = 0
        self._rests_until = None
        self._trying = False

    def lost(self) -> None:
        """The office said nothing, or nothing that can be read."""
        self._lost += 1
        # Calls that were under way when it opened end here as well; they must not make the rest longer.
        if self._trying or (self._rests_until is None and self._lost >= LOST_CALLS):
            rest = LEAST_REST_SECONDS + RESTS.pause(self._openings, self._chance)
            self._rests_until = self._now() + rest
            self._openings += 1
            self._trying = False

    def released(self) -> None:
        """The caller gave up before the office could answer: that says nothing about it."""
        self._trying = False
