"""Handing something in until it is known what became of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from actions.offices.breaker import Backoff
from actions.offices.wire import SETTLES_SECONDS, OfficeClosed, OutcomeUnknown

Order = TypeVar("Order")

BACKOFF = Backoff(first=1.0, most=60.0)


@dataclass(frozen=True, slots=True)
class Sending:
    """How often, and with what pauses. The call that is repeated always carries the same key."""

    backoff: Backoff = BACKOFF
    attempts: int = 12
    settles: float = 0.0
    """Least pause, in seconds, after a call that may still be worked on: 0 where the office keeps keys."""

    def pause(self, attempt: int, ended: OfficeClosed | OutcomeUnknown, chance: random.Random) -> float:
        """Seconds until the attempt after the failed one number ``attempt``, counted from 0."""
        drawn = self.backoff.pause(attempt, chance)
        certainly_not = isinstance(ended, OfficeClosed) and not ended.sent
        return drawn if certainly_not else max(self.settles, drawn)

    async def until_known(
        self,
        once: Callable[[], Awaitable[Order]],
        *,
        chance: random.Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Order:
        """What ``once`` gives at last. Raises what the last attempt raised, and a ``Refusal`` at once."""
        for attempt in range(self.attempts - 1):
            try:
                return await once()
            except (OfficeClosed, OutcomeUnknown) as ended:
                pause = self.pause(attempt, ended, chance)
            await sleep(pause)
        return await once()


def sending_to(*, keeps_keys: bool) -> Sending:
    """As suits an office that keeps keys, or one that does not."""
    return Sending(settles=0.0 if keeps_keys else SETTLES_SECONDS)
