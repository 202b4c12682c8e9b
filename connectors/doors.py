"""What every door shares: one message in, replies out, kept in between. Channels get a :class:`Doors` and nothing else."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.messages import Answered, Inbound, Reply, State
from bot.pipeline import Pipeline
from bot.turns import Dialogue
from bot.understanding.candidates import Candidates
from bot.words import Service
from connectors import asked
from connectors.inbox import Accepted, Inbox, Repeated
from connectors.masking import masked
from connectors.sessions import Session, Sessions
from connectors.settings import Settings
from knowledge_base import Library

log = structlog.get_logger()


class Unavailable(Exception):
    """The message could not be kept, so it is not answered as if it had been."""


class Turnstile:
    """Lets one message of a conversation through at a time, in the order of arrival."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        lock = self._locks.get(conversation)
        if lock is None:
            lock = self._locks[conversation] = asyncio.Lock()
        async with lock:
            yield


@dataclass(slots=True)
class Doors:
    """Everything a channel may use."""

    settings: Settings
    pipeline: Pipeline
    library: Library
    dialogue: Dialogue
    inbox: Inbox
    sessions: Sessions
    services: dict[str, Service]
    questions: tuple[str, ...]
    offices: httpx.AsyncClient
    """The action server, for the sign-in page and for ``/health``."""
    candidates: Candidates | None = None
    """Sentences kept for a person to review; ``None`` keeps none."""
    components: dict[str, str] = field(default_factory=dict)
    turnstile: Turnstile = field(default_factory=Turnstile)

    async def who(self, cookie: str | None) -> Session:
        """The session of a cookie. With the database gone a stranger's: enough for a crisis card, too little for more."""
        try:
            return await self.sessions.open(cookie)
        except SQLAlchemyError as error:
            log.critical("sessions.unavailable", error=type(error).__name__)
            return Session(secrets.token_hex(16), None)

    async def converse(
        self,
        *,
        channel: str,
        conversation: str,
        owner: str,
        message: str,
        text: str = "",
        payload: str | None = None,
        student: str | None = None,
        attachments: tuple[str, ...] = (),
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        """Answers one message, or gives the same answer again. Raises what :class:`Inbox` raises, and :class:`Unavailable`.

        ``conversation`` must already carry its channel's prefix, so that nobody can name another channel's.
        """
        inbound = Inbound(conversation, text, payload, channel, student, attachments)
        async with self.turnstile.turn(conversation):
            try:
                accepted = await self.inbox.accept(conversation, owner, message, text, payload, attachments)
            except SQLAlchemyError as error:
                return await self._without_storage(inbound, error)
            if isinstance(accepted, Repeated):
                return accepted.replies, accepted.trace
            return await self._answer(inbound, message, accepted)

    async def _answer(
        self, inbound: Inbound, message: str, accepted: Accepted
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        answered = await self.pipeline.answer(inbound, accepted.state)
        if answered.alarm is not None:
            await self._record(inbound, answered)
        trace = answered.trace.to_json()
        try:
            question = asked.worth_keeping(inbound, accepted.state, answered, self.settings)
            await self.inbox.finish(inbound.conversation, message, answered, question)
        except SQLAlchemyError as error:
            log.error("inbox.not_kept", error=type(error).__name__)
        await self._keep(answered)
        # One line a message, in fields, without the student's words or who they are.
        timings = trace["timings_ms"]
        log.info(
            "message.answered",
            channel=inbound.channel,
            route=trace["route"],
            intent=trace["intent"],
            task=trace["task"],
            ms=timings.get("total"),
        )
        return answered.replies, trace

    async def _record(self, inbound: Inbound, answered: Answered) -> None:
        try:
            await self.inbox.record_crisis(
                inbound.conversation,
                inbound.channel,
                inbound.student,
                answered.alarm_tier or "show",
                answered.alarm or "",
                inbound.text or inbound.payload or "",
            )
        except SQLAlchemyError as error:
            # The card must reach the student even when the record cannot be written.
            log.critical("crisis.not_recorded", error=type(error).__name__)

    async def _keep(self, answered: Answered) -> None:
        """What was taken wrongly is kept for a review, without who said it; a message is answered whether or not it can be."""
        store = self.candidates
        if store is None or not answered.candidates or answered.alarm is not None:
            return
        kept = [replace(one, text=masked(one.text)) for one in answered.candidates]
        try:
            await self.inbox.run(lambda: store.keep(kept, self.settings.now().date()))
        except (sqlite3.Error, OSError) as error:
            log.error("candidates.not_kept", error=type(error).__name__)

    async def _without_storage(
        self, inbound: Inbound, error: SQLAlchemyError
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        """With the database gone nothing is promised, but a crisis sentence still gets its card."""
        log.critical("inbox.unavailable", error=type(error).__name__)
        answered = self.pipeline.alarm(inbound, State())
        if answered is None:
            raise Unavailable from error
        return answered.replies, answered.trace.to_json()
