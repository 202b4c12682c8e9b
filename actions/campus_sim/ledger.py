"""The one durable file of the back office."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EDITION = 3
"""The layout and the seed of the file, kept in SQLite's ``user_version``; 0 is a file nothing was written to."""

TABLES = (
    """CREATE TABLE students (student TEXT PRIMARY KEY, name TEXT NOT NULL, college TEXT NOT NULL, major TEXT NOT NULL,
       grade INTEGER NOT NULL, degree TEXT NOT NULL, building TEXT NOT NULL, room TEXT NOT NULL, phone TEXT NOT NULL,
       status TEXT NOT NULL, counsellor TEXT NOT NULL)""",
    """CREATE TABLE buildings (building TEXT PRIMARY KEY, campus TEXT NOT NULL, kind TEXT NOT NULL, floors INTEGER,
       rooms_per_floor INTEGER)""",
    "CREATE TABLE rooms (building TEXT, room TEXT, floor INTEGER NOT NULL, PRIMARY KEY (building, room))",
    """CREATE TABLE printers (printer TEXT PRIMARY KEY, building TEXT NOT NULL, place TEXT NOT NULL,
       campus TEXT NOT NULL, status TEXT NOT NULL, hours TEXT NOT NULL, weekend_hours TEXT NOT NULL)""",
    """CREATE TABLE cards (student TEXT PRIMARY KEY, card TEXT NOT NULL UNIQUE, balance_cents INTEGER NOT NULL,
       status TEXT NOT NULL)""",
    "CREATE TABLE spendings (student TEXT, time TEXT, place TEXT, kind TEXT, amount_cents INTEGER)",
    "CREATE INDEX spendings_of ON spendings (student, time)",
    """CREATE TABLE courses (code TEXT PRIMARY KEY, course TEXT NOT NULL, credits REAL NOT NULL,
       college TEXT, degree TEXT NOT NULL, compulsory INTEGER NOT NULL, graded TEXT NOT NULL)""",
    # A resit, a deferred examination and a retaken course are rows of their own: nothing that was marked is written over.
    """CREATE TABLE grades (student TEXT, term TEXT, code TEXT, attempt TEXT, score INTEGER, level TEXT, note TEXT,
       PRIMARY KEY (student, term, code, attempt)) WITHOUT ROWID""",
    """CREATE TABLE timetables (college TEXT, grade INTEGER, degree TEXT, term TEXT, code TEXT, weekday INTEGER,
       periods TEXT, weeks TEXT, parity TEXT, place TEXT, teacher TEXT)""",
    "CREATE INDEX timetables_of ON timetables (college, grade, degree)",
    "CREATE TABLE terms (term TEXT PRIMARY KEY, first_day TEXT NOT NULL, weeks INTEGER NOT NULL)",
    "CREATE TABLE special_days (day TEXT PRIMARY KEY, name TEXT NOT NULL, follows TEXT)",
    """CREATE TABLE exams (college TEXT, grade INTEGER, degree TEXT, term TEXT, code TEXT, kind TEXT, starts TEXT,
       ends TEXT, place TEXT, published TEXT)""",
    "CREATE INDEX exams_of ON exams (college, grade, degree)",
    # The key is claimed in the transaction that makes the order: this constraint, not the code, forbids a second one.
    """CREATE TABLE orders (key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, student TEXT NOT NULL,
       fingerprint TEXT NOT NULL, number TEXT UNIQUE, answer TEXT)""",
    "CREATE TABLE sequences (prefix TEXT, day TEXT, last INTEGER NOT NULL, PRIMARY KEY (prefix, day))",
    """CREATE TABLE repairs (number TEXT PRIMARY KEY, location TEXT NOT NULL, category TEXT NOT NULL,
       day TEXT NOT NULL, status TEXT NOT NULL)""",
    "CREATE INDEX repairs_at ON repairs (location, day)",
    """CREATE TABLE pickups (number TEXT PRIMARY KEY, printer TEXT NOT NULL, collect_code TEXT NOT NULL,
       expires_at TEXT NOT NULL)""",
    "CREATE TABLE transcripts (number TEXT PRIMARY KEY, student TEXT NOT NULL, year INTEGER NOT NULL, sheets INTEGER NOT NULL)",
    "CREATE INDEX transcripts_of ON transcripts (student, year)",
    """CREATE TABLE leaves (number TEXT PRIMARY KEY, student TEXT NOT NULL, kind TEXT NOT NULL, start TEXT NOT NULL,
       ends TEXT NOT NULL)""",
    "CREATE INDEX leaves_of ON leaves (student, start)",
    # A row for each time a card was reported lost; ``until`` is empty while it still is.
    "CREATE TABLE card_losses (student TEXT NOT NULL, number TEXT, since TEXT NOT NULL, until TEXT)",
    "CREATE INDEX card_losses_of ON card_losses (student, since)",
    "CREATE TABLE card_feed (minutes_late INTEGER NOT NULL)",
    """CREATE TABLE pendings (number TEXT PRIMARY KEY, kind TEXT NOT NULL, student TEXT NOT NULL,
       token TEXT NOT NULL UNIQUE, expires_at TEXT NOT NULL, done_at TEXT, void INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX pendings_of ON pendings (student, kind)",
    """CREATE TABLE robots (robot TEXT PRIMARY KEY, building TEXT NOT NULL, place TEXT NOT NULL, campus TEXT NOT NULL,
       status TEXT NOT NULL, opens TEXT NOT NULL, closes TEXT NOT NULL)""",
    """CREATE TABLE coffee_stock (robot TEXT, drink TEXT, cups_a_day INTEGER NOT NULL,
       PRIMARY KEY (robot, drink)) WITHOUT ROWID""",
    """CREATE TABLE coffees (number TEXT PRIMARY KEY, robot TEXT NOT NULL, drink TEXT NOT NULL, cups INTEGER NOT NULL,
       day TEXT NOT NULL, pickup_code TEXT NOT NULL)""",
    "CREATE INDEX coffees_at ON coffees (robot, day)",
    "CREATE INDEX orders_of ON orders (student, number)",
    # What became of an order since its 201, which never changes; no row while nothing did.
    """CREATE TABLE progress (number TEXT PRIMARY KEY, status TEXT, changed_at TEXT, note TEXT,
       urges INTEGER NOT NULL DEFAULT 0, urged_on TEXT, stars INTEGER, words TEXT)""",
    # Whoever holds the code may follow a case that has no name on it.
    "CREATE TABLE codes (code TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE)",
    """CREATE TABLE deeds (key TEXT NOT NULL UNIQUE, deed TEXT NOT NULL, number TEXT NOT NULL,
       fingerprint TEXT NOT NULL, answer TEXT)""",
    """CREATE TABLE complaints (number TEXT PRIMARY KEY, student TEXT NOT NULL, matter TEXT NOT NULL,
       day TEXT NOT NULL)""",
    """CREATE TABLE bookings (number TEXT PRIMARY KEY, service TEXT NOT NULL, resource TEXT NOT NULL, start TEXT NOT NULL,
       ends TEXT NOT NULL, student TEXT NOT NULL, what TEXT NOT NULL, place TEXT NOT NULL, status TEXT NOT NULL)""",
    "CREATE INDEX bookings_at ON bookings (service, start)",
    "CREATE INDEX bookings_of ON bookings (student, service)",
    "CREATE TABLE absences (service TEXT NOT NULL, student TEXT NOT NULL, day TEXT NOT NULL)",
    "CREATE TABLE rivals (service TEXT NOT NULL)",
    # Apart from the orders: nobody but the centre reads why somebody came.
    "CREATE TABLE counselling_reasons (number TEXT PRIMARY KEY, category TEXT NOT NULL)",
    # What the caller wrote into an order; not unique, as a remark in a form is not.
    "CREATE TABLE markers (marker TEXT NOT NULL, key TEXT NOT NULL)",
    "CREATE INDEX markers_of ON markers (marker)",
    "CREATE INDEX markers_at ON markers (key)",
    "CREATE TABLE modes (mode TEXT PRIMARY KEY)",
    # Charges, refunds and prints in their order, with no student in it. Nothing here forbids a second charge for one
    # order: a cashier cannot know what is owed, so whoever charges has to see to it.
    """CREATE TABLE paper_book (entry TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, number TEXT NOT NULL,
       amount_cents INTEGER NOT NULL, created_at TEXT NOT NULL)""",
    "CREATE TABLE refunds (charge TEXT PRIMARY KEY, refund TEXT NOT NULL)",
    "CREATE TABLE prints (print TEXT PRIMARY KEY, number TEXT NOT NULL, state TEXT NOT NULL, take_by TEXT NOT NULL)",
)


class WrongEdition(Exception):
    """The file was written by another edition of the simulator."""


class Ledger:
    """SQLite in WAL with ``synchronous=FULL``: an order that was answered survives a power cut."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched before :meth:`open`."""
        self._path = path
        self._kept: sqlite3.Connection | None = None

    def open(self, seed: Callable[[sqlite3.Connection], None]) -> None:
        """Make the file when it is not there, laid out and seeded in one transaction.

        Raises :class:`WrongEdition`, or ``OSError`` and ``sqlite3.Error`` when the place cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One connection stays open: closing the last one would checkpoint the WAL after every single request.
        self._kept = self._connect()
        with self.writing() as db:
            edition = db.execute("PRAGMA user_version").fetchone()[0]
            if edition == 0:
                for table in TABLES:
                    db.execute(table)
                seed(db)
                db.execute(f"PRAGMA user_version={EDITION}")
            elif edition != EDITION:
                raise WrongEdition

    def close(self) -> None:
        """Let go of the file; the write-ahead log is folded into it."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA busy_timeout=5000")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        return db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to look things up with."""
        db = self._connect()
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a write transaction: committed at the end, rolled back by any exception."""
        db = self._connect()
        try:
            # IMMEDIATE: two writers wait for each other here instead of failing at their first write.
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        finally:
            db.close()
