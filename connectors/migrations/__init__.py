"""The steps from one edition of the doors' tables to the next, taken at start by :func:`connectors.tables.open_engine`.

``versions/`` holds one Alembic revision a file, each with the schema of its own day written out: a revision never imports
``connectors.tables``, which is always today's. A table or column added there needs a revision here; a test compares them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""The newest revision. Written down, so that a database that has it is opened without loading Alembic."""
VERSIONS = "doors_version"
"""The table that says which revision a database has; named, as others may keep theirs in the same database."""
_LOCK = 0x636F756E  # "coun", any number that nobody else locks


def upgrade(engine: Engine) -> None:
    """Brings the database to :data:`HEAD`: in one transaction, and one process at a time; the others wait and find it done."""
    with engine.connect() as db:
        if _revision(db) == HEAD:
            return
    with engine.execution_options(begin="IMMEDIATE").begin() as db:
        if db.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if _revision(db) == HEAD:
            return
        from alembic import command

        settings = configuration()
        settings.attributes["connection"] = db
        command.upgrade(settings, "head")


def configuration() -> Config:
    """Alembic's configuration of this folder, without a file."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return settings


def _revision(db: Connection) -> str | None:
    if not inspect(db).has_table(VERSIONS):
        return None
    found: str | None = db.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar_one_or_none()  # noqa: S608 - ours
    return found
