"""The tables are brought up to date at every start, on both databases, with everything that is in them."""

from __future__ import annotations

import multiprocessing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from connectors import migrations
from connectors.inbox import Accepted, Inbox, Repeated
from connectors.tables import metadata, open_engine

# What the edition before the migrations made of its tables, as its own `create_all` wrote it.
EARLIER = """
CREATE TABLE sessions (id VARCHAR(64) NOT NULL PRIMARY KEY, owner VARCHAR(32) NOT NULL, student VARCHAR(20), seen FLOAT NOT NULL,
    staff VARCHAR(20));
CREATE TABLE conversations (id VARCHAR(300) NOT NULL PRIMARY KEY, owner VARCHAR(64) NOT NULL, state JSON NOT NULL,
    at {moment} NOT NULL);
CREATE INDEX ix_conversations_owner ON conversations (owner);
CREATE TABLE messages (conversation VARCHAR(300) NOT NULL, message VARCHAR(300) NOT NULL, digest VARCHAR(64) NOT NULL,
    text TEXT NOT NULL, replies JSON, trace JSON, at {moment} NOT NULL, PRIMARY KEY (conversation, message));
CREATE TABLE wechat_bindings (openid VARCHAR(80) NOT NULL PRIMARY KEY, student VARCHAR(20) NOT NULL, at {moment} NOT NULL);
CREATE TABLE questions (id VARCHAR(64) NOT NULL PRIMARY KEY, question TEXT NOT NULL, answered BOOLEAN NOT NULL,
    count INTEGER NOT NULL, first DATE NOT NULL, last DATE NOT NULL);
CREATE INDEX ix_questions_last ON questions (last);
CREATE TABLE crisis_records (id {key}, conversation VARCHAR(300) NOT NULL, channel VARCHAR(20) NOT NULL,
    student VARCHAR(20), tier VARCHAR(10) NOT NULL, rule VARCHAR(80) NOT NULL, text TEXT NOT NULL, at {moment} NOT NULL);
CREATE TABLE audit (id {key}, staff VARCHAR(20) NOT NULL, action VARCHAR(20) NOT NULL, document VARCHAR(12),
    version INTEGER, at {moment} NOT NULL);
"""
TYPES = {
    "sqlite": {"key": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "moment": "DATETIME"},
    "postgresql": {"key": "SERIAL NOT NULL PRIMARY KEY", "moment": "TIMESTAMP"},
}
ROWS = """
INSERT INTO conversations VALUES ('web:c', 'o', '{"task": "repair_request"}', '2026-11-20 08:00:00');
INSERT INTO messages VALUES ('web:c', '1', 'one', '你好', '[{"kind": "text", "text": "好"}]', '{}', '2026-11-20 08:00:00');
INSERT INTO messages VALUES ('web:c', '2', 'two', 'affirm', NULL, NULL, '2026-11-20 08:00:01');
INSERT INTO crisis_records (conversation, channel, tier, rule, text, at)
    VALUES ('web:c', 'web', 'page', 'r', 't', '2026-11-20 08:00:00');
INSERT INTO crisis_records (conversation, channel, tier, rule, text, at)
    VALUES ('web:c', 'web', 'page', 'r', 't', '2026-11-20 08:00:01');
INSERT INTO wechat_bindings VALUES ('openid', '2023010001', '2026-11-20 08:00:00');
"""


def earlier(url: str) -> None:
    """A database of the edition before the migrations, with rows in it."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as db:
        for statement in (EARLIER.format(**TYPES[engine.dialect.name]) + ROWS).split(";"):
            if statement.strip():
                db.exec_driver_sql(statement.replace("%", "%%"))
    engine.dispose()


def differences(url: str) -> list[object]:
    engine = open_engine(url)
    with engine.connect() as db:
        settings = {"version_table": migrations.VERSIONS, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(db, opts=settings), metadata)
    engine.dispose()
    return list(found)


def test_an_empty_database_gets_today_s_tables(database: str) -> None:
    assert differences(database) == []


def test_a_database_of_the_edition_before_gets_today_s_tables(database: str) -> None:
    earlier(database)
    assert differences(database) == []


async def test_what_was_in_a_database_of_the_edition_before_is_there_and_works(database: str) -> None:
    earlier(database)
    inbox = Inbox(open_engine(database))
    assert await inbox.bound("openid") == "2023010001"
    with inbox.engine.connect() as db:
        rows = db.execute(text("SELECT message, outcome, reason, delivered FROM messages ORDER BY message")).all()
        assert [tuple(row) for row in rows] == [
            ("1", "replied", None, None),
            ("2", "rejected_with_reason", "upgrade", None),
        ]
        assert db.execute(text("SELECT count(*) FROM crisis_records")).scalar() == 2
    accepted = await inbox.accept("web:c", "o", "3", "你好", None)
    assert isinstance(accepted, Accepted)
    assert accepted.state.task == "repair_request"
    # What could not be answered by itself may be sent again.
    with inbox.engine.begin() as db:
        db.execute(text("UPDATE messages SET digest = (SELECT digest FROM messages WHERE message = '3')"))
    assert isinstance(await inbox.accept("web:c", "o", "2", "你好", None), Accepted)
    assert isinstance(await inbox.accept("web:c", "o", "1", "你好", None), Repeated)
    inbox.close()


def test_a_database_is_upgraded_once_when_several_processes_start_together(database: str) -> None:
    earlier(database)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(opened, [database] * 3) == [migrations.HEAD] * 3


def opened(url: str) -> str:
    engine = open_engine(url)
    with engine.connect() as db:
        found = db.execute(text(f"SELECT version_num FROM {migrations.VERSIONS}")).scalar_one()  # noqa: S608
    engine.dispose()
    return str(found)


def test_the_newest_step_is_the_one_that_is_written_down() -> None:
    assert ScriptDirectory.from_config(migrations.configuration()).get_heads() == [migrations.HEAD]


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier(database)
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE ix_messages_waiting (id INTEGER)")  # takes the name of the last thing made
    with pytest.raises(Exception, match="already"):
        open_engine(database)
    assert not inspect(engine).has_table(migrations.VERSIONS)
    assert "outcome" not in {column["name"] for column in inspect(engine).get_columns("messages")}
    engine.dispose()


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="not mysql"):
        open_engine("mysql://nowhere/doors")
