"""The timers of the cases: every few seconds what is due is done. Nothing is remembered between rounds but the log itself.

A round that dies in the middle is simply begun again: each step looks at how the case stands, and the log refuses a second one.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import structlog
from sqlalchemy import select

from actions.cases.deadlines import Deadlines
from actions.cases.following import Following
from actions.cases.log import Cases, NoSuchCase, NotAllowed
from actions.cases.outbox import Outbox, Partner, deliver
from actions.cases.pen import Kept, Stale
from actions.cases.stages import CLOCKS, LEVELS, RECEIVED, SENT, USED, WORKING
from actions.cases.tables import cases, transitions
from actions.offices import OfficeClosed

log = structlog.get_logger()

EVERY_SECONDS = 5.0
REMIND_SECONDS = 60.0
"""Clocks count whole minutes."""
WEBHOOK_SECONDS = 5.0
REMINDED = 100
"""From this share on it is passed over the department's head; below it is reminded."""


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody is to be reminded, or passed over."""

    kept: Kept
    clock: str
    used: int


def due(store: Cases, deadlines: Deadlines, now: datetime) -> list[Due]:
    """What the clocks ask for now: of each clock the highest share that was passed and not yet acted on."""
    running = select(cases).where(cases.c.stage.in_((RECEIVED, SENT, WORKING))).order_by(cases.c.opened_at, cases.c.id)
    found = []
    with store.engine.connect() as db:
        for row in db.execute(running).mappings().all():
            kept = Kept.of(row)
            if kept.state.waiting_since is not None:
                continue
            steps = select(transitions.c.act, transitions.c.at).where(transitions.c.case == kept.id)
            story = [dict(step) for step in db.execute(steps.order_by(transitions.c.seq)).mappings()]
            for place, clock in enumerate(CLOCKS):
                share = deadlines.used(kept.state, story, clock, now)
                passed = max((one for one in USED if share >= one), default=0)
                if passed > kept.state.reminded[place]:
                    found.append(Due(kept, clock, passed))
    return found


def remind(store: Cases, deadlines: Deadlines, now: datetime) -> int:
    """Reminds at 50 and 80 %, goes one level up at 100 and 200 %; how many steps."""
    steps = 0
    for one in due(store, deadlines, now):
        top = one.kept.state.level == len(LEVELS) - 1
        act, reason = ("supervise", "overdue") if one.used >= REMINDED and not top else ("urge", None)
        with suppress(NotAllowed, Stale, NoSuchCase):
            facts = {"clock": one.clock, "used": one.used}
            store.system(one.kept.id, act, now, reason=reason, facts=facts)
            steps += 1
    return steps


class Rounds:
    """Everything that happens to cases by itself."""

    def __init__(
        self,
        following: Following,
        deadlines: Deadlines,
        partners: Sequence[Partner],
        chance: random.Random | None = None,
    ) -> None:
        self.following, self.deadlines, self.partners = following, deadlines, partners
        self.store, self.now = following.store, following.now
        self._box = Outbox(self.store.engine)
        self._chance = chance or random.Random()  # noqa: S311 - pauses between attempts, no secrets
        self._looked = 0.0
        self._client = httpx.AsyncClient(timeout=WEBHOOK_SECONDS, trust_env=False)

    async def once(self) -> None:
        """One round; a part that fails does not hold up the others."""
        parts: Sequence[tuple[str, Callable[[], Awaitable[Any]]]] = (
            ("clear_up", self.following.clear_up),
            ("keep_up", self.following.keep_up),
            ("ask_and_end", lambda: asyncio.to_thread(self.store.ask_and_end, self.now())),
            ("remind", self._remind),
        )
        for name, part in parts:
            try:
                await part()
            except OfficeClosed:
                log.warning("cases.office_closed", part=name)
            except Exception as error:
                # Its text could carry what a student wrote.
                log.error("cases.round_failed", part=name, error=type(error).__name__)

    async def _remind(self) -> None:
        if time.monotonic() - self._looked >= REMIND_SECONDS:
            self._looked = time.monotonic()
            await asyncio.to_thread(remind, self.store, self.deadlines, self.now())

    async def keep_on(self, every: float = EVERY_SECONDS) -> None:
        """Round after round, until cancelled; partners beside it, each on its own, so that one that hangs holds up nobody."""
        async with asyncio.TaskGroup() as all_of_them:
            for one in self.partners:
                all_of_them.create_task(self._tell(one, every))
            while True:
                await self.once()
                await asyncio.sleep(every)

    async def _tell(self, partner: Partner, every: float) -> None:
        while True:
            try:
                await deliver(self._box, partner, self._client, self.now(), time.time(), self._chance)
            except Exception as error:
                log.error("webhook.round_failed", partner=partner.name, error=type(error).__name__)
            await asyncio.sleep(every)

    async def close(self) -> None:
        await self._client.aclose()
