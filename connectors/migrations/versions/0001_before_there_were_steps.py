"""The tables as they were made before there were migrations.

Such a database has no version. It may be of any earlier edition, so what is missing is made: tables, and columns, all of
which may be null.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _tables() -> list[sa.Table]:
    of = sa.MetaData()
    text, whole, moment = sa.Text, sa.Integer, sa.DateTime

    def wide(columns: int) -> sa.String:
        return sa.String(columns)

    return [
        sa.Table(
            "sessions",
            of,
            sa.Column("id", wide(64), primary_key=True),
            sa.Column("owner", wide(32), nullable=False),
            sa.Column("student", wide(20)),
            sa.Column("seen", sa.Float, nullable=False),
            sa.Column("staff", wide(20)),
        ),
        sa.Table(
            "conversations",
            of,
            sa.Column("id", wide(300), primary_key=True),
            sa.Column("owner", wide(64), nullable=False, index=True),
            sa.Column("state", sa.JSON, nullable=False),
            sa.Column("at", moment, nullable=False),
        ),
        sa.Table(
            "messages",
            of,
            sa.Column("conversation", wide(300), primary_key=True),
            sa.Column("message", wide(300), primary_key=True),
            sa.Column("digest", wide(64), nullable=False),
            sa.Column("text", text, nullable=False),
            sa.Column("replies", sa.JSON),
            sa.Column("trace", sa.JSON),
            sa.Column("at", moment, nullable=False),
        ),
        sa.Table(
            "crisis_records",
            of,
            sa.Column("id", whole, primary_key=True, autoincrement=True),
            sa.Column("conversation", wide(300), nullable=False),
            sa.Column("channel", wide(20), nullable=False),
            sa.Column("student", wide(20)),
            sa.Column("tier", wide(10), nullable=False),
            sa.Column("rule", wide(80), nullable=False),
            sa.Column("text", text, nullable=False),
            sa.Column("at", moment, nullable=False),
        ),
        sa.Table(
            "wechat_bindings",
            of,
            sa.Column("openid", wide(80), primary_key=True),
            sa.Column("student", wide(20), nullable=False),
            sa.Column("at", moment, nullable=False),
        ),
        sa.Table(
            "questions",
            of,
            sa.Column("id", wide(64), primary_key=True),
            sa.Column("question", text, nullable=False),
            sa.Column("answered", sa.Boolean, nullable=False),
            sa.Column("count", whole, nullable=False),
            sa.Column("first", sa.Date, nullable=False),
            sa.Column("last", sa.Date, nullable=False, index=True),
        ),
        sa.Table(
            "audit",
            of,
            sa.Column("id", whole, primary_key=True, autoincrement=True),
            sa.Column("staff", wide(20), nullable=False),
            sa.Column("action", wide(20), nullable=False),
            sa.Column("document", wide(12)),
            sa.Column("version", whole),
            sa.Column("at", moment, nullable=False),
        ),
    ]


def upgrade() -> None:
    db = op.get_bind()
    for table in _tables():
        table.create(db, checkfirst=True)
        there = {column["name"] for column in sa.inspect(db).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                op.add_column(table.name, sa.Column(column.name, column.type))
