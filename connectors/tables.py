"""The tables of the doors: sessions, conversations, messages, crisis records, WeChat bindings, questions, audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
    text,
)

from connectors import migrations

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
    Column("arrived", BigInteger),  # nanoseconds; grows with every message, also when the clock is set back
    Column("channel", String(20)),
    Column("student", String(20)),  # who was signed in when it arrived: for an answer after a restart
    Column("payload", Text),  # of a tapped button; ``text`` then repeats it
    Column("attachments", JSON),
    Column("outcome", String(24)),  # null while it waits; then replied, ticketed, handed_over or rejected_with_reason
    Column("reason", String(80)),
    Column("tries", Integer),  # how often it was taken up after a restart
    Column("delivered", Boolean),  # whether the answer was handed to who asked; null where that was not kept
    Index("ix_messages_arrived", "arrived"),
    Index(
        "ix_messages_waiting", "arrived", sqlite_where=text("outcome IS NULL"), postgresql_where=text("outcome IS NULL")
    ),
    Index(
        "ix_messages_undelivered",
        "channel",
        sqlite_where=text("delivered IS 0"),
        postgresql_where=text("delivered IS false"),
    ),
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
    Column("message", String(300)),
    Index("ix_crisis_records_message", "conversation", "message", unique=True),  # a message is one case, however often
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
    """An engine whose acknowledged rows survive a power cut, on a database of today's tables.

    SQLite or PostgreSQL; raises ValueError for another database. ``execution_options(begin="IMMEDIATE")`` makes SQLite's
    transactions take the write lock when they begin: one that reads first could not take it later.
    """
    backend = make_url(url).get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"COUNSELLOR_DATABASE_URL must name SQLite or PostgreSQL, not {backend}")
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=backend != "sqlite")
    if backend == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _record: Any) -> None:
            # The driver would begin transactions when it sees fit, and none before a SAVEPOINT.
            connection.isolation_level = None
            for pragma in ("busy_timeout=3000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(db: Connection) -> None:
            db.exec_driver_sql(f"BEGIN {db.get_execution_options().get('begin', '')}")

    try:
        migrations.upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine
