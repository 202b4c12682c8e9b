"""Every five minutes both sides are compared, and each difference goes on the list once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import structlog
from dbos import DBOS

from actions.cases.letters import Letters
from actions.offices import OfficeClosed, Offices
from actions.offices.reconcile import Ours, Stage, compare

log = structlog.get_logger()

EVERY_SECONDS = 300.0
LOOKS_BACK = timedelta(days=8)
EARLIER = timedelta(days=1)
"""A saga that began just before still explains what it did afterwards; none lasts so long."""


async def sagas(since: datetime) -> dict[str, Stage]:
    """The sagas of papers begun since then, with how they stand."""
    found = await DBOS.list_workflows_async(name="paper", start_time=since.isoformat(), load_input=False)
    return {one.workflow_id: cast(Stage, one.output or "running") for one in found}


async def reconcile(offices: Offices, letters: Letters, since: datetime) -> int:
    """One comparison of what was begun since then; how many differences are new. Raises ``OfficeClosed``."""
    # Our side is read before the book and after it: what ended before must be in the book, what began until after
    # explains what is in it. So nothing that happens meanwhile is a difference.
    before = await sagas(since)
    book = await offices.papers.book(since)
    after = await sagas(since - EARLIER)
    differences = compare((Ours(saga, before.get(saga, "running")) for saga in after), book)
    new = 0
    for one in differences:
        new += await asyncio.to_thread(letters.add, one.kind, one.key, one.what, one.todo)
    return new


async def keep_reconciling(offices: Offices, letters: Letters, timezone: str, every: float = EVERY_SECONDS) -> None:
    """Compare now and then every five minutes, until cancelled. An office that is closed is compared next time."""
    while True:
        try:
            # The machine's own clock, whatever day is played: workflows are dated by it too.
            since = datetime.now(ZoneInfo(timezone)) - LOOKS_BACK
            new = await reconcile(offices, letters, since)
            log.info("reconciled", differences=new)
        except OfficeClosed:
            log.warning("not reconciled: the office is closed")
        except Exception as error:
            # Whatever it was, the next comparison must take place; the error's text may hold what a log must not.
            log.error("not reconciled", error=type(error).__name__)
        await asyncio.sleep(every)
