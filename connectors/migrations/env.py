"""Run by Alembic inside the transaction that :func:`connectors.migrations.upgrade` opened."""

from __future__ import annotations

from alembic import context

from connectors.migrations import VERSIONS
from connectors.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSIONS,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
