"""What every door shares: one message in, replies out, kept in between. Channels get a :class:`Doors` and nothing else."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.messages import Answered, Inbound, Reply, State
from bot.pipeline import LONGEST, Pipeline
from bot.turns import Dialogue, excused, within
from bot.understanding.candidates import Candidates
from bot.words import Service
from connectors import asked
from connectors.case_desk import CaseDesk
from connectors.failpoints import reached
from connectors.inbox import Accepted, Inbox, Repeated, Waiting
from connectors.limits import ADDRESS, Here, Limits
from connectors.masking import masked
from connectors.sessions import Session, Sessions
from connectors.settings import Settings
from connectors.turnstile import Place, Turnstile
from connectors.undelivered import PULLED, Undelivered
from knowledge_base import Library

log = structlog.get_logger()


class Unavailable(Exception):
    """The message could not be kept, so it is not answered as if it had been."""


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
    cases: CaseDesk
    candidates: Candidates | None = None
    """Sentences kept for a person to review; ``None`` keeps none."""
    components: dict[str, str] = field(default_factory=dict)
    turnstile: Turnstile = field(default_factory=Turnstile)
    limits: Limits = field(default_factory=lambda: Limits({}, Here(), ""))
    undelivered: Undelivered = field(default_factory=Undelivered)
    """Answers that wait for their student's next message."""
    _running: set[asyncio.Task[None]] = field(default_factory=set)

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
        """Answers one message, or gives the same answer again.

        Raises what :class:`Inbox` raises, :class:`Unavailable`, and :class:`connectors.limits.TooMany`.

        ``conversation`` must already carry its channel's prefix, so that nobody can name another channel's.
        """
        inbound = Inbound(conversation, text, payload, channel, student, attachments)
        # From its arrival on, the wait behind others too. WeChat's deliveries have a patience of their own.
        patience = within(self.settings.answer_seconds) if channel not in PULLED else nullcontext()
        place = self.turnstile.place(conversation, student)
        try:
            with patience:
                return await self._conversed(inbound, owner, message, place)
        finally:
            place.leave()

    async def _conversed(
        self, inbound: Inbound, owner: str, message: str, place: Place
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        # The word lists need nothing but themselves, so the crisis record is in the message's own transaction.
        urgent = await self._alarm(inbound, State())
        if urgent is None and inbound.channel not in PULLED:
            # WeChat itself limits its followers, speaks for all of them from one address, and cannot be told 429.
            await self.limits.admit(owner, inbound.student, ADDRESS.get())
        try:
            accepted = await self.inbox.accept(
                inbound.conversation,
                owner,
                message,
                inbound.text,
                inbound.payload,
                inbound.attachments,
                channel=inbound.channel,
                student=inbound.student,
                crisis=urgent,
            )
            if place.first or isinstance(accepted, Repeated):
                return await self._heard(inbound, message, accepted)
            # Kept by now, so waiting loses nothing; but whoever cries for help does not stand in a line.
            if urgent is not None:
                return await self._at_once(inbound, message, urgent, place)
            with excused() if self.dialogue.status == "starting" else nullcontext():
                await place.turn()
            accepted = await self.inbox.again(inbound.conversation, message, anew=True)
        except SQLAlchemyError as error:
            return await self._without_storage(inbound, error)
        return await self._heard(inbound, message, accepted)

    async def answer_later(self, waiting: Waiting, place: Place) -> None:
        """Answers a message that was kept and not answered: the process had ended, or a bug was in the way.

        Does nothing where somebody else has answered it by now, and gives it up after some tries. Raises what the
        pipeline raises, and SQLAlchemyError.
        """
        inbound = replace(waiting.inbound, again=True)
        try:
            await place.turn()
            accepted = await self.inbox.again(inbound.conversation, waiting.message)
            if isinstance(accepted, Repeated) or not await self.inbox.take_up(inbound.conversation, waiting.message):
                return
            if waiting.given:
                await self._stopped(inbound, waiting.message, accepted.state)
                return
            replies, _trace = await self._answer(inbound, waiting.message, accepted)
            if inbound.channel in PULLED:
                self.undelivered.add(inbound.conversation, waiting.message, replies)
        finally:
            place.leave()

    async def _heard(
        self, inbound: Inbound, message: str, accepted: Accepted | Repeated
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        if isinstance(accepted, Repeated):
            return accepted.replies, accepted.trace
        return await self._answer(inbound, message, accepted)

    async def _alarm(self, inbound: Inbound, state: State) -> Answered | None:
        if len(inbound.text) > LONGEST:
            return await asyncio.to_thread(self.pipeline.alarm, inbound, state)
        return self.pipeline.alarm(inbound, state)

    async def _at_once(
        self, inbound: Inbound, message: str, answered: Answered, place: Place
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        """The card now; that the open service stops is kept when the messages before this one are done with it."""
        await self._record(inbound, message, answered)
        await self.inbox.give(inbound.conversation, message, answered)
        later = asyncio.create_task(self._stop(inbound, message, place.handed_on()), name="crisis-stop")
        self._running.add(later)
        later.add_done_callback(self._running.discard)
        return answered.replies, answered.trace.to_json()

    async def _stop(self, inbound: Inbound, message: str, place: Place) -> None:
        try:
            await place.turn()
            accepted = await self.inbox.again(inbound.conversation, message)
            if isinstance(accepted, Accepted):
                await self._stopped(inbound, message, accepted.state)
        except SQLAlchemyError as error:
            log.error("inbox.not_kept", error=type(error).__name__)
        finally:
            place.leave()

    async def _stopped(self, inbound: Inbound, message: str, state: State) -> None:
        stopped = await self._alarm(inbound, state)
        if stopped is not None:
            await self.inbox.finish(inbound.conversation, message, stopped)

    async def _answer(
        self, inbound: Inbound, message: str, accepted: Accepted
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        reached("before_answer")
        answered = await self.pipeline.answer(inbound, accepted.state)
        if answered.alarm is not None:
            await self._record(inbound, message, answered)
        reached("before_finish")
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

    async def _record(self, inbound: Inbound, message: str, answered: Answered) -> None:
        try:
            await self.inbox.record_crisis(inbound, message, answered)
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
