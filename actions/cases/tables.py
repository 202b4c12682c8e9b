"""The tables of the cases, on SQLite or PostgreSQL, and the triggers that let nobody change the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    text,
)

from actions.cases.chain import GENESIS

metadata = MetaData()

cases = Table(
    "cases",  # what the log says of each case by now, for looking things up; verify compares it with the log
    metadata,
    Column("id", String(14), primary_key=True),
    Column(
        "key", String(200), nullable=False, unique=True
    ),  # of the confirmed task: this constraint forbids a second case
    Column("seq", Integer, nullable=False),
    Column("student", String(20), index=True),  # null once erased
    Column("number", String(40), index=True),  # of the office's order; null once erased
    Column("mark", String(64), index=True),  # digest of place, fault and day; null once erased
    Column("incident", String(14), index=True),
    Column("kind", String(40), nullable=False, index=True),
    Column("department", String(40), nullable=False, index=True),
    Column("assisting", Text, nullable=False),  # |name|name|
    Column("stage", String(10), nullable=False, index=True),
    Column("level", Integer, nullable=False),
    Column("opened_at", String(26), nullable=False, index=True),
    Column("due_close", String(26), nullable=False),
    Column("state", Text, nullable=False),  # all of it, canonical JSON
)

transitions = Table(
    "transitions",
    metadata,
    Column("pos", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, … over all cases
    Column("case", String(14), nullable=False),
    Column("seq", Integer, nullable=False),  # 1, 2, 3, … within the case
    Column("at", String(26), nullable=False),
    Column("act", String(20), nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("actor", String(20), nullable=False),  # a staff number; empty for the student, who is the case's own
    Column("actor_department", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("from_stage", String(10), nullable=False),
    Column("to_stage", String(10), nullable=False),
    Column("facts", Text, nullable=False),  # canonical JSON
    Column("contents", String(64), nullable=False),  # keyed digest of what was written, which lies in ``contents``
    Column("key", String(200), unique=True),  # of the caller who may repeat itself; null where none was given
    Column("before", String(64), nullable=False, unique=True),  # no row has two successors: the chain cannot fork
    Column("hash", String(64), nullable=False, unique=True),
    UniqueConstraint("case", "seq"),
)

head = Table(
    "head",  # one row, locked by whoever writes
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("pos", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

contents = Table(
    "contents",  # everything a person wrote, and who: the only table that is ever deleted from
    metadata,
    Column("case", String(14), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("salt", String(64), nullable=False),  # goes with the contents: then nobody can guess them from the digest
    Column("body", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pos", Integer, nullable=False),
    Column("case", String(14), nullable=False, index=True),
    Column("recipient", String(60), nullable=False),  # ``student`` or ``partner:<name>``
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", String(26), nullable=False, index=True),
    Column("done_at", String(26)),
    Column("dead", Boolean, nullable=False, default=False),  # given up: on the list that a person sees
    UniqueConstraint("pos", "recipient"),
)

begun = Table(
    "begun",  # what is on its way to an office: kept before it is sent, gone once its case is open
    metadata,
    Column("key", String(200), primary_key=True),
    Column("task", String(40), nullable=False),
    Column("student", String(20), nullable=False),
    Column("body", Text, nullable=False),  # what the student confirmed, JSON
    Column("at", String(26), nullable=False, index=True),
)

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS transitions_stay BEFORE UPDATE ON transitions
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS transitions_remain BEFORE DELETE ON transitions
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER IF NOT EXISTS transitions_once BEFORE INSERT ON transitions
       WHEN EXISTS (SELECT 1 FROM transitions WHERE pos = NEW.pos OR ("case" = NEW."case" AND seq = NEW.seq)
                    OR "before" = NEW."before" OR hash = NEW.hash OR "key" = NEW."key")
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION the_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE OR REPLACE TRIGGER transitions_stay BEFORE UPDATE OR DELETE ON transitions
       FOR EACH ROW EXECUTE FUNCTION the_log_is_append_only()""",
    """CREATE OR REPLACE TRIGGER transitions_remain BEFORE TRUNCATE ON transitions
       FOR EACH STATEMENT EXECUTE FUNCTION the_log_is_append_only()""",
)
_MAKING = 73052021
"""Number of the advisory lock under which PostgreSQL's tables are made by one process at a time."""


def open_engine(url: str) -> Engine:
    """An engine whose committed rows survive a power cut; makes tables and triggers that are missing.

    ``url`` is SQLAlchemy's; ``postgresql://`` means psycopg.
    """
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _record: Any) -> None:
            # The driver would begin transactions when it likes; they are begun below.
            connection.isolation_level = None
            for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # IMMEDIATE: two writers wait for each other here instead of failing at their first write.
            writing = connection.get_execution_options().get("writing", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    with for_writing(engine).begin() as db:
        if engine.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MAKING})
        new = not inspect(db).has_table(head.name)
        metadata.create_all(db)
        if new:
            db.execute(insert(head).values(id=1, pos=0, hash=GENESIS))
        for statement in _SQLITE if engine.dialect.name == "sqlite" else _POSTGRESQL:
            db.execute(text(statement))
    return engine


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """For reading several things that belong together: what is written meanwhile is not seen."""
    # SQLite's transactions are such anyway.
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**level) as db:
        yield db


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions are a writer's from their beginning."""
    return engine.execution_options(writing=True)
