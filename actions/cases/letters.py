"""The dead-letter list: what no program could finish, each with the person who sees to it until somebody settles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, UniqueConstraint, insert, select, update
from sqlalchemy.exc import IntegrityError

DESKS = Path(__file__).with_name("desks.yml")

metadata = MetaData()

table = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(60), nullable=False),
    Column("key", String(300), nullable=False),
    Column("what", Text, nullable=False),
    Column("todo", Text, nullable=False),
    Column("office", String(60), nullable=False),
    Column("person", String(60), nullable=False),
    Column("since", String(32), nullable=False),
    Column("settled_at", String(32)),
    Column("settled_by", String(60)),
    Column("note", Text),
    # Each thing is raised once, however often it is found.
    UniqueConstraint("kind", "key"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is answerable."""

    matter: str
    office: str
    person: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the list."""

    id: int
    kind: str
    """For instance ``paper.charge`` or ``mismatch.charged_twice``."""
    key: str
    """What it is about: an order's number, never a student's."""
    what: str
    """What happened, for the person to read."""
    todo: str
    """What to do about it."""
    office: str
    person: str
    since: str
    """Local time in ISO 8601."""


@cache
def desks() -> tuple[Desk, ...]:
    return tuple(Desk(**one) for one in yaml.safe_load(DESKS.read_text(encoding="utf-8"))["desks"])


def desk_for(kind: str) -> Desk:
    """The first desk whose matter ``kind`` begins with; the last of the file takes what is nobody's."""
    return next(one for one in desks() if kind.startswith(one.matter))


class Letters:
    """The list, in a database."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now
        metadata.create_all(engine)

    def add(self, kind: str, key: str, what: str, todo: str) -> bool:
        """Put it on the list; ``False`` when it stood there before, settled or not."""
        desk = desk_for(kind)
        row = {"kind": kind, "key": key, "what": what, "todo": todo, "office": desk.office, "person": desk.person}
        try:
            with self._engine.begin() as db:
                db.execute(insert(table).values(**row, since=self._now().isoformat(timespec="seconds")))
        except IntegrityError:
            return False
        return True

    def open(self) -> tuple[Letter, ...]:
        """What nobody has settled yet, the oldest first."""
        columns = [table.c[name] for name in Letter.__dataclass_fields__]
        with self._engine.connect() as db:
            rows = db.execute(select(*columns).where(table.c.settled_at.is_(None)).order_by(table.c.id)).all()
        return tuple(Letter(*row) for row in rows)

    def settle(self, letter: int, by: str, note: str) -> bool:
        """Take it off the list, with who saw to it and how; ``False`` when no such letter is open."""
        done = {"settled_at": self._now().isoformat(timespec="seconds"), "settled_by": by, "note": note}
        with self._engine.begin() as db:
            found = db.execute(update(table).where(table.c.id == letter, table.c.settled_at.is_(None)).values(**done))
        return found.rowcount == 1
