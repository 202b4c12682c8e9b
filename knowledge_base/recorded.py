"""What was really asked: kept by the doors without who asked it, in the table ``questions`` of ``doors.sqlite``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from sqlalchemy import Boolean, Date, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from .document import Document


class Unreadable(ValueError):
    """Recorded questions that cannot be read, in one sentence."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One question as the doors kept it: names and numbers masked, the same words only once."""

    question: str
    answered: bool
    """Whether it was, the last time."""
    count: int
    first: date
    last: date


def recorded(database: Path | str) -> list[Recorded]:
    """Every recorded question, the most asked first; none where no doors ever ran. Raises :class:`Unreadable`.

    ``database`` is the file ``doors.sqlite``, or the URL of another one (``COUNSELLOR_DATABASE_URL``).
    """
    if isinstance(database, Path):
        if not database.is_file():
            return []
        # mode=ro: looking never makes or changes anything.
        database = f"sqlite:///{database.resolve().as_uri()}?mode=ro&uri=true"
    query = "SELECT question, answered, count, first, last FROM questions ORDER BY count DESC, last DESC, question"
    try:
        engine = create_engine(database)
        try:
            if not inspect(engine).has_table("questions"):
                return []
            with engine.connect() as db:
                found = db.execute(text(query).columns(answered=Boolean, first=Date, last=Date))
                return [Recorded(*row) for row in found]
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as error:
        raise Unreadable("记录的问题读不出来") from error


def known(documents: Iterable[Document]) -> list[str]:
    """The documents' own known questions, each once."""
    return list(dict.fromkeys(question for each in documents for _, question in each.known))


def in_file(path: Path) -> list[str]:
    """The questions of a file: one a line, or YAML, a list of questions or of ``{question: …}``. Raises :class:`Unreadable`."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix.lower() not in (".yml", ".yaml"):
            return [line.strip() for line in text.splitlines() if line.strip()]
        stored = yaml.safe_load(text) or []
        return [str(each["question"] if isinstance(each, dict) else each) for each in stored]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise Unreadable(f"{path.name} 不是每行一个问题的文件") from error
