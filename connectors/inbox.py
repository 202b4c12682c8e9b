"""Durable intake: a message is kept before it is answered, answered once, and a conversation belongs to one session."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, and_, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.messages import Answered, Inbound, Reply, State
from connectors import asked
from connectors.tables import audit, bindings, conversations, crisis_records, messages
from connectors.writer import PATIENCE, Writer

T = TypeVar("T")

TRIES = 3
"""How often a message is taken up after a restart; one that ends the process every time is given up."""
SHOWN_HOURS = 48
"""For how long an answer that nobody got is still shown."""


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept message that nobody has answered."""

    inbound: Inbound
    message: str
    given: bool = False
    """Whether it got its crisis card, and only that the open service stops is not kept yet."""


@dataclass(frozen=True, slots=True)
class Late:
    """A message whose answer was not handed over, or that has none yet."""

    conversation: str
    message: str
    text: str
    outcome: str | None
    replies: tuple[Reply, ...]


def digest(text: str, payload: str | None, attachments: tuple[str, ...] = ()) -> str:
    """Tells whether a repeated message says the same."""
    said = (text, payload, attachments) if attachments else (text, payload)
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def storable(text: str) -> str:
    """The text without what a database refuses: lone surrogates and NUL are kept as visible marks."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def outcome(answered: Answered) -> str:
    """How a message that got this answer ended."""
    if any(reply.get("kind") == "receipt" for reply in answered.replies):
        return "ticketed"
    return "handed_over" if answered.trace.route in ("crisis", "handoff") else "replied"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


# Built once: putting a statement together takes longer than SQLite needs for it.
_AT = and_(messages.c.conversation == bindparam("c"), messages.c.message == bindparam("m"))
_OWNER = select(conversations.c.owner, conversations.c.state).where(conversations.c.id == bindparam("c"))
_BEFORE = select(messages.c.digest, messages.c.replies, messages.c.trace, messages.c.outcome).where(_AT)
_ANSWERED = update(messages).where(_AT)
_FINISHED = _ANSWERED.values({name: bindparam(f"v_{name}") for name in ("replies", "trace", "outcome")}).values(
    reason=None, delivered=False
)
_STATE = update(conversations).where(conversations.c.id == bindparam("c")).values(state=bindparam("s"))
_BOUND = select(bindings.c.student).where(bindings.c.openid == bindparam("o"))
_DELIVERED = update(messages).where(_AT).values(delivered=True)


class Inbox:
    """What the doors keep; every acknowledged row is on the disk."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = Writer(engine)
        self._new = _inserts(engine)
        with engine.connect() as db:
            self._arrived: int = db.execute(select(func.max(messages.c.arrived))).scalar_one() or 0

    async def run(self, work: Callable[[], T]) -> T:
        """Runs work in the writer thread that opens its own transaction, or needs none."""
        return await self._writer.alone(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Runs database work in the writer thread, committed together with whatever else waits."""
        return await self._writer.write(work)

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()

    # a message on its way

    async def accept(
        self,
        conversation: str,
        owner: str,
        message: str,
        text: str,
        payload: str | None,
        attachments: tuple[str, ...] = (),
        *,
        channel: str = "web",
        student: str | None = None,
        crisis: Answered | None = None,
    ) -> Accepted | Repeated:
        """Keeps a message, with its crisis record in the same transaction when the word lists raised the alarm.

        Raises :class:`NotYours`, :class:`Conflict`, and SQLAlchemyError when it cannot be kept in time.
        """
        said = digest(text, payload, attachments)
        row = {
            "conversation": conversation,
            "message": message,
            "digest": said,
            "text": storable(text or payload or ""),
            "payload": None if payload is None else storable(payload),
            "attachments": list(attachments),
            "channel": channel,
            "student": student,
        }
        return await self._writer.write(lambda db: self._accept(db, owner, row, crisis), PATIENCE)

    def _accept(self, db: Connection, owner: str, row: dict[str, Any], crisis: Answered | None) -> Accepted | Repeated:
        conversation = row["conversation"]
        new_conversation, new_message, _ = self._new
        known = db.execute(_OWNER, {"c": conversation}).one_or_none()
        at = _now()
        if known is None:
            db.execute(new_conversation, {"id": conversation, "owner": owner, "state": {}, "at": at})
            known = db.execute(_OWNER, {"c": conversation}).one()
        if known.owner != owner:
            raise NotYours
        # The key decides what is new, whoever else writes into this database.
        if db.execute(new_message, {**row, "at": at, "arrived": self._now_last()}).rowcount == 1:
            if crisis is not None:
                self._record(db, row, crisis)
            return Accepted(State.from_json(known.state))
        before = db.execute(_BEFORE, {"c": conversation, "m": row["message"]}).one()
        if before.digest != row["digest"]:
            raise Conflict
        if before.replies is not None:
            return Repeated(tuple(before.replies), before.trace)
        if before.outcome is not None:
            self._renew(db, conversation, row["message"])
        return Accepted(State.from_json(known.state))

    def _now_last(self) -> int:
        """A time of arrival after all others."""
        self._arrived = max(self._arrived + 1, time.time_ns())
        return self._arrived

    def _renew(self, db: Connection, conversation: str, message: str) -> None:
        """It was given up, and its student says it once more: it comes now, behind what was said meanwhile."""
        renewed = {"outcome": None, "reason": None, "tries": 0, "arrived": self._now_last()}
        db.execute(_ANSWERED.values(**renewed), {"c": conversation, "m": message})

    async def again(self, conversation: str, message: str, *, anew: bool = False) -> Accepted | Repeated:
        """The same for a message that is kept and had to wait for others: they have changed the conversation meanwhile.

        One that was given its card before its turn still counts as accepted: its state is not kept yet. ``anew``: its student
        waits for it, so that one that was given up meanwhile comes now.
        """

        def work(db: Connection) -> Accepted | Repeated:
            before = db.execute(_BEFORE, {"c": conversation, "m": message}).one()
            if before.replies is not None and before.outcome is not None:
                return Repeated(tuple(before.replies), before.trace)
            if anew and before.replies is None and before.outcome is not None:
                self._renew(db, conversation, message)
            return Accepted(State.from_json(db.execute(_OWNER, {"c": conversation}).one().state))

        return await self._writer.write(work, PATIENCE)

    async def give(self, conversation: str, message: str, answered: Answered) -> None:
        """Keeps an answer that does not wait for its turn; :meth:`finish` keeps the state when it comes."""
        values = {"replies": list(answered.replies), "trace": answered.trace.to_json(), "delivered": False}
        await self.write(lambda db: db.execute(_ANSWERED.values(**values), {"c": conversation, "m": message}))

    async def finish(
        self, conversation: str, message: str, answered: Answered, question: asked.Question | None = None
    ) -> None:
        """Keeps the answer and the conversation's new state together, and the question for ``gaps`` where it is one."""
        values = {
            "c": conversation,
            "m": message,
            "v_replies": list(answered.replies),
            "v_trace": answered.trace.to_json(),
            "v_outcome": outcome(answered),
        }
        state = answered.state.to_json()

        def work(db: Connection) -> None:
            db.execute(_FINISHED, values)
            db.execute(_STATE, {"c": conversation, "s": state})
            if question is not None:
                asked.keep(db, question)

        await self.write(work)

    # what was left behind

    def delivered(self, conversation: str, message: str) -> None:
        """Notes that the answer was handed over. Kept soon, not now: at worst it is shown twice."""
        self._writer.later(_DELIVERED, {"c": conversation, "m": message})

    async def waiting(self, seconds: float) -> list[Waiting]:
        """The messages that came at least so many seconds ago and were not answered, in the order of arrival."""
        before = time.time_ns() - int(seconds * 1e9)

        def work(db: Connection) -> list[Waiting]:
            found = select(messages).where(messages.c.outcome.is_(None), messages.c.arrived <= before)
            return [_waiting(row) for row in db.execute(found.order_by(messages.c.arrived))]

        return await self.write(work)

    async def take_up(self, conversation: str, message: str) -> bool:
        """Counts one more try to answer; False, and the message is given up, when there were enough."""

        def work(db: Connection) -> bool:
            key = {"c": conversation, "m": message}
            tries = db.execute(select(messages.c.tries).where(_AT), key).scalar_one() or 0
            if tries >= TRIES:
                db.execute(_ANSWERED.values(outcome="rejected_with_reason", reason="gave_up"), key)
                return False
            db.execute(_ANSWERED.values(tries=tries + 1), key)
            return True

        return await self.write(work)

    async def late(self, conversation: str, owner: str) -> list[Late]:
        """What this conversation's student was not told: answers not handed over, and messages that still have none.

        Raises :class:`NotYours`.
        """

        def work(db: Connection) -> list[Late]:
            known = db.execute(_OWNER, {"c": conversation}).one_or_none()
            if known is None or known.owner != owner:
                raise NotYours
            open_ = messages.c.outcome.is_(None) | (messages.c.outcome == "rejected_with_reason")
            return _late(db, messages.c.conversation == conversation, messages.c.delivered.is_(False) | open_)

        return await self.write(work)

    async def undelivered(self, channel: str) -> list[Late]:
        """All answers of a channel that were not handed over."""
        return await self.write(lambda db: _late(db, messages.c.channel == channel, messages.c.delivered.is_(False)))

    # besides

    async def note_change(self, staff: str, action: str, document: str | None, version: int | None) -> None:
        """Who changed what in the knowledge base, and when."""
        row = {"staff": staff, "action": action, "document": document, "version": version}
        await self.write(lambda db: db.execute(insert(audit).values(**row, at=_now())))

    async def record_crisis(self, inbound: Inbound, message: str, answered: Answered) -> None:
        """Kept before the card is sent, once for each message; only on-call staff may read the text."""
        row = {
            "conversation": inbound.conversation,
            "message": message,
            "channel": inbound.channel,
            "student": inbound.student,
            "text": storable(inbound.text or inbound.payload or ""),
        }
        await self.write(lambda db: db.execute(self._new[2], _crisis(row, answered)))

    def _record(self, db: Connection, row: dict[str, Any], crisis: Answered) -> None:
        """Tries to. Without its record the message is kept all the same: the door says so loudly and shows the card."""
        place = db.begin_nested()
        try:
            db.execute(self._new[2], _crisis(row, crisis))
            place.commit()
        except SQLAlchemyError:
            place.rollback()

    async def bind(self, openid: str, student: str) -> None:
        """Binds an official account's follower to a student, replacing an earlier binding."""

        def work(db: Connection) -> None:
            changed = update(bindings).where(bindings.c.openid == openid).values(student=student, at=_now())
            if db.execute(changed).rowcount == 0:
                db.execute(insert(bindings).values(openid=openid, student=student, at=_now()))

        try:
            await self.write(work)
        except IntegrityError:
            await self.write(work)

    async def bound(self, openid: str) -> str | None:
        """The student a follower is bound to."""

        def work(db: Connection) -> str | None:
            return db.execute(_BOUND, {"o": openid}).scalar_one_or_none()

        return await self.write(work)


def _inserts(engine: Engine) -> tuple[Any, Any, Any]:
    """New conversations, messages and crisis records, where the key is not there yet."""
    of = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    new_conversation, new_message, new_crisis = (
        of(table).on_conflict_do_nothing() for table in (conversations, messages, crisis_records)
    )
    return new_conversation, new_message, new_crisis


def _crisis(row: dict[str, Any], answered: Answered) -> dict[str, Any]:
    kept = {name: row[name] for name in ("conversation", "message", "channel", "student", "text")}
    return {**kept, "tier": answered.alarm_tier or "show", "rule": answered.alarm or "", "at": _now()}


def _waiting(row: Any) -> Waiting:
    text = row.text if row.payload is None else ""
    attachments = tuple(row.attachments or ())
    return Waiting(
        Inbound(row.conversation, text, row.payload, row.channel, row.student, attachments),
        row.message,
        given=row.replies is not None,
    )


def _late(db: Connection, *which: Any) -> list[Late]:
    since = _now() - timedelta(hours=SHOWN_HOURS)
    found = select(messages).where(*which, messages.c.at >= since)
    return [
        Late(row.conversation, row.message, row.text, row.outcome, tuple(row.replies or ()))
        for row in db.execute(found.order_by(messages.c.arrived))
    ]
