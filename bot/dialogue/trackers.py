"""Keeps each tracker as one row. Runs on Rasa's Python.

Stock Rasa keeps one row per event through SQLAlchemy's object mapper: it reads and counts all of them at every turn, a third of
the turn's time. A tracker of ours is one service, some thirty events long (docs/decisions/0003), so a row with its events as JSON is
read and written whole. Any database SQLAlchemy reaches with ``INSERT … ON CONFLICT``: SQLite by default, PostgreSQL.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

_SCHEMA = """CREATE TABLE IF NOT EXISTS trackers
    (sender TEXT PRIMARY KEY, events TEXT NOT NULL, saved_at DOUBLE PRECISION NOT NULL)"""
_READ = sa.text("SELECT events FROM trackers WHERE sender = :sender")
_KEYS = sa.text("SELECT sender FROM trackers")
_WRITE = sa.text(
    "INSERT INTO trackers (sender, events, saved_at) VALUES (:sender, :events, :saved_at) "
    "ON CONFLICT (sender) DO UPDATE SET events = excluded.events, saved_at = excluded.saved_at"
)


class WholeTrackers(TrackerStore):
    """``url`` is SQLAlchemy's. A tracker has one session (``domain.yml``), so what is read is all there is."""

    def __init__(self, url: str) -> None:
        super().__init__(domain=None)  # Rasa sets it when the model is loaded
        self._engine = sa.create_engine(
            url, poolclass=sa.pool.QueuePool
        )  # a file of SQLite's would be opened anew each time
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _write_ahead)
        with self._engine.begin() as database:
            database.execute(sa.text(_SCHEMA))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Written before this returns: a restart between two turns loses nothing."""
        events = json.dumps([event.as_dict() for event in tracker.events], ensure_ascii=False)
        with self._engine.begin() as database:
            database.execute(_WRITE, {"sender": tracker.sender_id, "events": events, "saved_at": time.time()})

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as it was saved, or None."""
        with self._engine.connect() as database:
            kept = database.execute(_READ, {"sender": sender_id}).scalar()
        if kept is None:
            return None
        return DialogueStateTracker.from_dict(sender_id, json.loads(kept), self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Every sender there is a tracker for."""
        with self._engine.connect() as database:
            return list(database.execute(_KEYS).scalars())


def _write_ahead(connection: Any, _record: Any) -> None:
    """One fsync a turn instead of two; a commit still means the disk has it."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
