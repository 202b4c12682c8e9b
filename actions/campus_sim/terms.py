"""The term calendar: which day is of which teaching week, which days are off, and which day's lessons a make-up day has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

TERMS = (("2026-2027-1", date(2026, 9, 7), 18), ("2026-2027-2", date(2027, 3, 1), 18))
"""``(term, Monday of week 1, weeks)``; the last two weeks are for examinations (学籍管理规定 第九条)."""
EXAM_WEEKS = 2
DAYS_OFF = (
    # 2026 as the State Council arranged it; 2027, not arranged yet, has the days that the law itself names.
    ("中秋节", date(2026, 9, 25), 3),
    ("国庆节", date(2026, 10, 1), 7),
    ("元旦", date(2027, 1, 1), 1),
    ("清明节", date(2027, 4, 5), 1),
    ("劳动节", date(2027, 5, 1), 2),
    ("端午节", date(2027, 6, 9), 1),
)
MADE_UP = ((date(2026, 9, 20), date(2026, 10, 6)), (date(2026, 10, 10), date(2026, 10, 7)))
"""A weekend day with lessons, and the day off whose lessons they are."""


@dataclass(frozen=True, slots=True)
class Term:
    term: str
    first_day: date
    """The Monday of week 1."""
    weeks: int

    @property
    def last_day(self) -> date:
        """The Sunday of the last week."""
        return self.first_day + timedelta(weeks=self.weeks, days=-1)

    def week_of(self, day: date) -> int:
        """The teaching week of ``day``, from 1; only meant for days of the term."""
        return (day - self.first_day).days // 7 + 1

    def friday_of(self, week: int) -> date:
        return self.first_day + timedelta(weeks=week - 1, days=4)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    name: str
    """``国庆节``, also for the day made up for it."""
    follows: date | None
    """The day off whose lessons are held; ``None`` for a day off."""


def seed_terms(db: sqlite3.Connection) -> None:
    db.executemany("INSERT INTO terms VALUES (?, ?, ?)", [(term, f"{first}", weeks) for term, first, weeks in TERMS])
    off = {first + timedelta(days=n): name for name, first, days in DAYS_OFF for n in range(days)}
    rows: list[tuple[str, str, str | None]] = [(f"{day}", name, None) for day, name in off.items()]
    rows += [(f"{day}", off[follows], f"{follows}") for day, follows in MADE_UP]
    db.executemany("INSERT INTO special_days VALUES (?, ?, ?)", rows)


def terms_in(db: sqlite3.Connection) -> list[Term]:
    """Every term of the register, the earliest first."""
    rows = db.execute("SELECT term, first_day, weeks FROM terms ORDER BY term")
    return [Term(row["term"], date.fromisoformat(row["first_day"]), row["weeks"]) for row in rows]


def term_of(terms: list[Term], day: date) -> Term | None:
    """The term ``day`` lies in; ``None`` in a vacation."""
    return next((term for term in terms if term.first_day <= day <= term.last_day), None)


def near_term(terms: list[Term], day: date) -> Term:
    """The running term, in a vacation the coming one, after all of them the last."""
    return next((term for term in terms if day <= term.last_day), terms[-1])


def special_days_in(db: sqlite3.Connection) -> dict[date, SpecialDay]:
    rows = db.execute("SELECT day, name, follows FROM special_days")
    return {
        date.fromisoformat(row["day"]): SpecialDay(
            row["name"], date.fromisoformat(row["follows"]) if row["follows"] else None
        )
        for row in rows
    }


def held_in(weeks: str, parity: str, week: int) -> bool:
    """Whether a lesson of ``weeks`` (``1-16``) and ``parity`` (``每周``, ``单周``, ``双周``) is held in teaching week ``week``."""
    first, last = (int(part) for part in weeks.split("-"))
    return first <= week <= last and (parity == "每周" or (week % 2 == 1) == (parity == "单周"))


def days(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
