"""What a message needs to be answered after a restart, in which order, and how it ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for column in (
        sa.Column("arrived", sa.BigInteger),
        sa.Column("channel", sa.String(20)),
        sa.Column("student", sa.String(20)),
        sa.Column("payload", sa.Text),
        sa.Column("attachments", sa.JSON),
        sa.Column("outcome", sa.String(24)),
        sa.Column("reason", sa.String(80)),
        sa.Column("tries", sa.Integer),
        sa.Column("delivered", sa.Boolean),
    ):
        op.add_column("messages", column)
    op.add_column("crisis_records", sa.Column("message", sa.String(300)))
    op.create_index("ix_crisis_records_message", "crisis_records", ["conversation", "message"], unique=True)
    op.execute("UPDATE messages SET outcome = 'replied' WHERE replies IS NOT NULL")
    # Whether these were typed or tapped was not kept, so they are not answered by guessing: they are listed.
    op.execute("UPDATE messages SET outcome = 'rejected_with_reason', reason = 'upgrade' WHERE replies IS NULL")
    waits = sa.text("outcome IS NULL")
    op.create_index("ix_messages_waiting", "messages", ["arrived"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_messages_arrived", "messages", ["arrived"])
    op.create_index(
        "ix_messages_undelivered",
        "messages",
        ["channel"],
        sqlite_where=sa.text("delivered IS 0"),
        postgresql_where=sa.text("delivered IS false"),
    )
