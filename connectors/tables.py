"""The tables of the doors: sessions, conversations, messages, crisis records, WeChat bindings, questions, audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    text,
)

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie's value: the file alone opens nobody's session
    Column("owner", String(32), nullable=False),  # outlives the rotation of the id at sign-in
    Column("student", String(20)),
    Column("seen", Float, nullable=False),
    Column("staff", String(20)),  # nobody is both at once
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("state", JSON, nullable=False),
    Column("at", DateTime, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation", String(300), primary_key=True),
    Column("message", String(300), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("replies", JSON),  # null until answered
    Column("trace", JSON),
    Column("at", DateTime, nullable=False),
)

crisis_records = Table(
    "crisis_records",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation", String(300), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("student", String(20)),
    Column("tier", String(10), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", DateTime, nullable=False),
)

bindings = Table(
    "wechat_bindings",
    metadata,
    Column("openid", String(80), primary_key=True),
    Column("student", String(20), nullable=False),
    Column("at", DateTime, nullable=False),
)

questions = Table(
    "questions",  # read by knowledge_base/recorded.py too
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the masked question: the same words are kept once
    Column("question", Text, nullable=False),
    Column("answered", Boolean, nullable=False),  # the last time
    Column("count", Integer, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("staff", String(20), nullable=False),
    Column("action", String(20), nullable=False),
    Column("document", String(12)),
    Column("version", Integer),
    Column("at", DateTime, nullable=False),
)


def open_engine(url: str) -> Engine:
    """An engine whose acknowledged rows survive a power cut; creates what is missing."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=3000", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")

    metadata.create_all(engine)
    _add_columns(engine)
    return engine


def _add_columns(engine: Engine) -> None:
    """Columns that a later edition added to a table that is there already; all of them may be null."""
    for table in metadata.sorted_tables:
        there = {column["name"] for column in inspect(engine).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                kind = column.type.compile(engine.dialect)
                with engine.begin() as db:
                    db.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))
