"""Durable intake: a message is kept before it is answered, answered once, and a conversation belongs to one session."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.messages import Answered, Reply, State
from connectors import asked
from connectors.tables import audit, bindings, conversations, crisis_records, messages

T = TypeVar("T")


class NotYours(Exception):
    """The conversation belongs to another session."""


class Conflict(Exception):
    """The message id was used for other words."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is kept now and waits for its answer."""

    state: State


@dataclass(frozen=True, slots=True)
class Repeated:
    """A message that was answered before."""

    replies: tuple[Reply, ...]
    trace: dict[str, Any] | None


def digest(text: str, payload: str | None, attachments: tuple[str, ...] = ()) -> str:
    """Tells whether a repeated message says the same."""
    said = (text, payload, attachments) if attachments else (text, payload)
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def storable(text: str) -> str:
    """The text without what a database refuses: lone surrogates and NUL are kept as visible marks."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Inbox:
    """One writer thread: SQLite has one anyway, and the event loop never waits for a disk."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def run(self, work: Callable[[], T]) -> T:
        """Runs database work in the writer thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    def close(self) -> None:
        self._writer.shutdown()
        self.engine.dispose()

    async def accept(
        self,
        conversation: str,
        owner: str,
        message: str,
        text: str,
        payload: str | None,
        attachments: tuple[str, ...] = (),
    ) -> Accepted | Repeated:
        """Keeps a message. Raises :class:`NotYours` and :class:`Conflict`."""
        said = digest(text, payload, attachments)
        return await self.run(lambda: self._accept(conversation, owner, message, text or payload or "", said))

    def _accept(self, conversation: str, owner: str, message: str, words: str, said: str) -> Accepted | Repeated:
        with self.engine.begin() as db:
            known = db.execute(select(conversations).where(conversations.c.id == conversation)).one_or_none()
            if known is None:
                db.execute(insert(conversations).values(id=conversation, owner=owner, state={}, at=_now()))
            elif known.owner != owner:
                raise NotYours
            at = and_(messages.c.conversation == conversation, messages.c.message == message)
            before = db.execute(select(messages).where(at)).one_or_none()
            if before is not None and before.digest != said:
                raise Conflict
            if before is not None and before.replies is not None:
                return Repeated(tuple(before.replies), before.trace)
            if before is None:
                row = {"conversation": conversation, "message": message, "digest": said, "at": _now()}
                db.execute(insert(messages).values(**row, text=storable(words)))
            return Accepted(State.from_json(known.state if known else None))

    async def finish(
        self, conversation: str, message: str, answered: Answered, question: asked.Question | None = None
    ) -> None:
        """Keeps the answer and the conversation's new state together, and the question for ``gaps`` where it is one."""

        def work() -> None:
            with self.engine.begin() as db:
                at = and_(messages.c.conversation == conversation, messages.c.message == message)
                values = {"replies": list(answered.replies), "trace": answered.trace.to_json()}
                db.execute(update(messages).where(at).values(**values))
                where = conversations.c.id == conversation
                db.execute(update(conversations).where(where).values(state=answered.state.to_json()))
                if question is not None:
                    asked.keep(db, question)

        await self.run(work)

    async def note_change(self, staff: str, action: str, document: str | None, version: int | None) -> None:
        """Who changed what in the knowledge base, and when."""
        row = {"staff": staff, "action": action, "document": document, "version": version}

        def work() -> None:
            with self.engine.begin() as db:
                db.execute(insert(audit).values(**row, at=_now()))

        await self.run(work)

    async def record_crisis(
        self, conversation: str, channel: str, student: str | None, tier: str, rule: str, text: str
    ) -> None:
        """Kept before the card is sent; only on-call staff may read the text."""
        row = {"conversation": conversation, "channel": channel, "student": student, "tier": tier, "rule": rule}

        def work() -> None:
            with self.engine.begin() as db:
                db.execute(insert(crisis_records).values(**row, text=storable(text), at=_now()))

        await self.run(work)

    async def bind(self, openid: str, student: str) -> None:
        """Binds an official account's follower to a student, replacing an earlier binding."""

        def work() -> None:
            with self.engine.begin() as db:
                changed = update(bindings).where(bindings.c.openid == openid).values(student=student, at=_now())
                if db.execute(changed).rowcount == 0:
                    db.execute(insert(bindings).values(openid=openid, student=student, at=_now()))

        try:
            await self.run(work)
        except IntegrityError:
            await self.run(work)

    async def bound(self, openid: str) -> str | None:
        """The student a follower is bound to."""

        def work() -> str | None:
            with self.engine.connect() as db:
                return db.execute(select(bindings.c.student).where(bindings.c.openid == openid)).scalar_one_or_none()

        return await self.run(work)
