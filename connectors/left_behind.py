"""Messages that were kept and not answered, because the process ended or a bug was in the way: answered later, once."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.messages import State
from connectors.doors import Doors
from connectors.inbox import Waiting
from connectors.turnstile import Place
from connectors.undelivered import PULLED

log = structlog.get_logger()

DIALOGUE_SECONDS = 90.0
"""How long a starting Rasa is waited for, before what was left behind is answered without it."""
EVERY_SECONDS = 15.0
OLD_SECONDS = 30.0
"""A message that waits longer is not being answered by whoever brought it."""
AT_ONCE = 4
"""Conversations taken up together; the others' students are there, these are not."""


Left = list[tuple[Waiting, Place]]


async def found(doors: Doors) -> Left:
    """What an earlier process left behind, each with its place: whatever comes in from now on stands behind it."""
    try:
        for channel in sorted(PULLED):
            for late in await doors.inbox.undelivered(channel):
                doors.undelivered.add(late.conversation, late.message, late.replies)
        return _placed(doors, await doors.inbox.waiting(0.0))
    except SQLAlchemyError as error:
        log.critical("inbox.unavailable", error=type(error).__name__)
        return []


async def look_after(doors: Doors, left: Left, every: float = EVERY_SECONDS) -> None:
    """Answers what :func:`found` found, then looks again and again for what this process leaves behind."""
    # A cry for help does not wait for anybody's start.
    urgent = {
        waiting.inbound.conversation
        for waiting, _ in left
        if doors.pipeline.alarm(waiting.inbound, State()) is not None
    }
    await answer_all(doors, [each for each in left if each[0].inbound.conversation in urgent])
    others = [each for each in left if each[0].inbound.conversation not in urgent]
    if others:
        await doors.dialogue.ready(DIALOGUE_SECONDS)
    await answer_all(doors, others)
    while True:
        await asyncio.sleep(every)
        try:
            await answer_all(doors, _placed(doors, await doors.inbox.waiting(OLD_SECONDS)))
        except SQLAlchemyError as error:
            log.critical("inbox.unavailable", error=type(error).__name__)


def _placed(doors: Doors, left: list[Waiting]) -> Left:
    return [(each, doors.turnstile.place(each.inbound.conversation, each.inbound.student)) for each in left]


async def answer_all(doors: Doors, left: Left) -> None:
    """Answers them in the order of arrival, conversations side by side."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(waiting: Waiting, place: Place) -> None:
        try:
            await place.turn()
            async with room:
                await doors.answer_later(waiting, place)
        except Exception as error:
            # Its text could carry the student's words.
            log.error("left_behind.failed", error=type(error).__name__)
        finally:
            place.leave()

    await asyncio.gather(*(one(waiting, place) for waiting, place in left))
    if left:
        log.info("left_behind.looked_after", messages=len(left))
