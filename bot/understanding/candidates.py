"""Sentences that were taken wrongly or not at all, kept for a person to look at: ``python -m bot.understanding review``.

Kept are the words, masked, why, what they were taken for and what the student then said they were: nobody's name, no conversation,
no time of day. A crisis sentence is never kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.messages import Candidate
from bot.understanding import crisis, phones, places
from bot.understanding.normalise import normalise

FILE = "candidates.sqlite"
"""Under the data folder."""
SHORTEST, LONGEST = 2, 200
"""Characters. One says nothing; whoever writes more tells a story, and stories name people."""

_TABLE = """
CREATE TABLE IF NOT EXISTS candidates (
    id TEXT PRIMARY KEY,          -- SHA-256 of the masked words: the same words are kept once
    text TEXT NOT NULL,
    because TEXT NOT NULL,        -- the last time
    taken TEXT,                   -- the intent it was taken for
    label TEXT,                   -- what the student then said it was
    count INTEGER NOT NULL,
    first TEXT NOT NULL,          -- days
    last TEXT NOT NULL,
    verdict TEXT                  -- accepted as an intent, or dropped; null until a person looked at it
)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One sentence as it waits for a review."""

    id: str
    text: str
    because: str
    taken: str | None
    label: str | None
    count: int
    last: date


def without_identity(text: str) -> str:
    """The words on one line without telephones, student numbers and rooms; buildings stay, for they name nobody."""
    said = normalise(text)
    spans = [(one.start, one.end, "〈电话〉") for one in phones.mobiles(said)]
    spans += [(one.start, one.end, "〈学号〉") for one in phones.students(said)]
    spans += [(one.start, one.end, one.building + "〈房间〉") for one in places.find(said) if one.detail]
    end = len(said) + 1
    for start, stop, mark in sorted(spans, reverse=True):
        if stop <= end:
            said, end = said[:start] + mark + said[stop:], start
    return said


class Candidates:
    """The store, one small SQLite file. Raises ``sqlite3.Error`` where it cannot be written."""

    def __init__(self, path: Path, keep_days: int = 180) -> None:
        self.path, self.keep_days = path, keep_days

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=3.0)) as db:
            db.execute("PRAGMA secure_delete=ON")
            db.execute(_TABLE)
            with db:
                yield db

    def keep(self, candidates: Iterable[Candidate], today: date) -> None:
        """Counts each sentence, and forgets those not seen for ``keep_days`` that nobody has looked at."""
        if self.keep_days <= 0:
            return
        with self._open() as db:
            for one in candidates:
                text = without_identity(one.text)
                if not SHORTEST <= len(text) <= LONGEST or crisis.screen(text) or "crisis" in (one.taken, one.label):
                    continue
                name = hashlib.sha256(text.encode("utf-8")).hexdigest()
                row = (name, text, one.because, one.taken, one.label, today.isoformat(), today.isoformat())
                db.execute(
                    "INSERT INTO candidates (id, text, because, taken, label, count, first, last) VALUES (?, ?, ?, ?, ?, 1, ?, ?)"
                    " ON CONFLICT (id) DO UPDATE SET because = excluded.because, taken = excluded.taken,"
                    " label = coalesce(excluded.label, label), count = count + 1, last = excluded.last",
                    row,
                )
            before = (today - timedelta(days=self.keep_days)).isoformat()
            db.execute("DELETE FROM candidates WHERE last < ?", (before,))

    def waiting(self) -> list[Kept]:
        """What nobody has looked at yet, the most frequent first."""
        if not self.path.exists():
            return []
        with self._open() as db:
            rows = db.execute(
                "SELECT id, text, because, taken, label, count, last FROM candidates WHERE verdict IS NULL"
                " ORDER BY count DESC, last DESC, id"
            ).fetchall()
        return [
            Kept(name, text, because, taken, label, count, date.fromisoformat(last))
            for name, text, because, taken, label, count, last in rows
        ]

    def settle(self, name: str, verdict: str) -> None:
        """``verdict`` is the intent a sentence was accepted for, or ``dropped``."""
        with self._open() as db:
            db.execute("UPDATE candidates SET verdict = ? WHERE id = ?", (verdict, name))
