"""Messages that were kept and not answered, because the process ended or a bug was in the way: answered later, once."""

from __future__ import annotations

import asyncio
from itertools import groupby

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.messages import State
from connectors.doors import Doors
from connectors.inbox import Waiting
from connectors.undelivered import PULLED

log = structlog.get_logger()

DIALOGUE_SECONDS = 90.0
"""How long a starting Rasa is waited for, before what was left behind is answered without it."""
EVERY_SECONDS = 15.0
OLD_SECONDS = 30.0
"""A message that waits longer is not being answered by whoever brought it."""
AT_ONCE = 4
"""Conversations taken up together; the others' students are there, these are not."""


async def look_after(doors: Doors, every: float = EVERY_SECONDS) -> None:
    """Takes up what an earlier process left behind, then looks again and again for what this one did."""
    try:
        left = await _found(doors)
        # A cry for help does not wait for anybody's start.
        urgent = {each.inbound.conversation for each in left if doors.pipeline.alarm(each.inbound, State()) is not None}
        await answer_all(doors, [each for each in left if each.inbound.conversation in urgent])
        others = [each for each in left if each.inbound.conversation not in urgent]
        if others:
            await doors.dialogue.ready(DIALOGUE_SECONDS)
        await answer_all(doors, others)
    except SQLAlchemyError as error:
        log.critical("inbox.unavailable", error=type(error).__name__)
    while True:
        await asyncio.sleep(every)
        try:
            await answer_all(doors, await doors.inbox.waiting(OLD_SECONDS))
        except SQLAlchemyError as error:
            log.critical("inbox.unavailable", error=type(error).__name__)


async def _found(doors: Doors) -> list[Waiting]:
    for channel in sorted(PULLED):
        for late in await doors.inbox.undelivered(channel):
            doors.undelivered.add(late.conversation, late.message, late.replies)
    return await doors.inbox.waiting(0.0)


async def answer_all(doors: Doors, left: list[Waiting]) -> None:
    """Answers them: each conversation in the order of arrival, several conversations at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(conversation: list[Waiting]) -> None:
        async with room:
            for waiting in conversation:
                try:
                    await doors.answer_later(waiting)
                except Exception as error:
                    # Its text could carry the student's words. What came after it is not answered as if it had been.
                    log.error("left_behind.failed", error=type(error).__name__)
                    return

    ordered = sorted(left, key=lambda each: each.inbound.conversation)
    groups = [list(group) for _, group in groupby(ordered, key=lambda each: each.inbound.conversation)]
    await asyncio.gather(*(one(group) for group in groups))
    if left:
        log.info("left_behind.looked_after", messages=len(left))
