"""The one durable-execution engine of this process (``dbos``): what began goes on after any crash.

A workflow's steps are recorded as they end; after a restart it runs again and finished steps give what they gave. So
between steps a workflow must do the same whenever it is given the same: no clock, no chance, no settings outside a step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dbos import DBOS
from sqlalchemy import Engine, create_engine, event, make_url

EDITION = "1"
"""Whoever changes which steps a workflow takes raises it: workflows of another edition are not taken up by this one."""
EXECUTOR = "actions"
"""There is one action server. Two of them on one database would need names that survive their restarts."""


def database_url(said: str, data: Path) -> str:
    """The SQLAlchemy URL: as it was said, or the file ``workflows.sqlite`` in the data folder."""
    return said or f"sqlite:///{data / 'workflows.sqlite'}"


def open_database(url: str) -> Engine:
    """An engine for our own tables in that database; what was committed survives a power cut."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    _prepare(url)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _full(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def _prepare(url: str) -> None:
    """WAL is a property of the file, and three times as quick here as the journal dbos would leave it with."""
    path = Path(str(make_url(url).database))
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=30)) as db:
        db.execute("PRAGMA journal_mode=WAL")


@contextmanager
def workflows(url: str) -> Iterator[None]:
    """Run workflows while inside; on entering, those that were cut off are taken up again.

    Everything that has workflows must be made before. Entered on an event loop, they run on that one.
    """
    if make_url(url).get_backend_name() == "sqlite":
        _prepare(url)
    DBOS(
        config={
            "name": "counsellor",
            "system_database_url": url,
            "application_version": EDITION,
            "executor_id": EXECUTOR,
            # Its INFO lines advertise; arguments of workflows, which are personal, are in its DEBUG lines.
            "log_level": "ERROR",
            "enable_otlp": False,
        }
    )
    DBOS.launch()
    try:
        yield
    finally:
        DBOS.destroy()
