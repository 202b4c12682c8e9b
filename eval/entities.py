"""How exactly facts are read out of a message, on messages that nobody here wrote rules from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bot.tasks import as_fields
from bot.understanding import answers, entities, school_year
from bot.understanding.normalise import normalise
from eval.figures import Figure, share

HELD_OUT = Path(__file__).with_name("heldout") / "understanding" / "entities.yml"
SECOND = HELD_OUT.with_name("entities_second.yml")
"""Of another hand, written and read once after everything else was done."""
NOW = datetime(2026, 11, 18, 10, 30)
ASKED_FOR = ("place", "phone", "period")
KINDS = ("place", "phone", "day", "at", "period", "money", "ticket", "student", "person", "count")


@dataclass(frozen=True, slots=True)
class Case:
    """One message and what it states."""

    text: str
    wanted: Mapping[str, str | None]
    """Only the kinds that the message tests; ``None`` where a careful reader finds none."""


def run() -> list[Figure]:
    """Facts read exactly, all together and kind by kind; a fact that must not be found counts like one that must."""
    if not HELD_OUT.exists():
        print("eval entities: heldout/understanding/entities.yml is not at hand; its figures are left out")
        return []
    return [*figures(read(HELD_OUT)), *figures(read(SECOND), "entities, second hand")]


def figures(cases: list[Case], of: str = "entities") -> list[Figure]:
    """One figure for all facts, one for what most services ask for, and one for each kind with its misses."""
    year = school_year.read(school_year.SHIPPED)
    right = dict.fromkeys(KINDS, 0)
    misses: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for case in cases:
        found = facts(case.text, year)
        for kind, wanted in case.wanted.items():
            if found[kind] == wanted:
                right[kind] += 1
            else:
                misses[kind].append(f"{case.text} → {kind} {found[kind]}, not {wanted}")
    n = {kind: right[kind] + len(misses[kind]) for kind in KINDS}
    empty = [(kind, facts(case.text, year)[kind]) for case in cases for kind, value in case.wanted.items() if not value]
    return [
        share(f"{of}: facts read exactly", sum(right.values()), sum(n.values()), goal=98.0),
        share(
            f"{of}: places, phones, periods", *(sum(each[kind] for kind in ASKED_FOR) for each in (right, n)), goal=98.0
        ),
        share(f"{of}: nothing read where nothing is said", sum(not value for _, value in empty), len(empty)),
        *(share(f"{of}: {kind}", right[kind], n[kind], misses=tuple(misses[kind])) for kind in KINDS if n[kind]),
    ]


def facts(text: str, year: school_year.SchoolYear) -> dict[str, str | None]:
    """What the counsellor makes of ``text``, as services get it, by the kinds of the held-out file."""
    found = as_fields(entities.find(text, NOW, year=year))
    at = found.get("time") or found.get("past_time") or found.get("bound")
    if at is None and not {"date", "period", "past", "past_period"} & found.keys():
        # An hour without a day fills a field only where one is asked for.
        moment = answers.read("moment", text, NOW)
        at = moment[-5:] if moment else None
    return {
        "place": found.get("location"),
        "phone": found.get("phone"),
        "day": found.get("date") or found.get("until") or found.get("past"),
        "at": at,
        "period": found.get("period") or found.get("past_period"),
        "money": found.get("money"),
        "ticket": found.get("ticket"),
        "student": found.get("student"),
        "person": found.get("person"),
        "count": found.get("count"),
    }


def read(path: Path) -> list[Case]:
    """The cases of a held-out file. Raises ``ValueError`` for a kind that is not known."""
    cases = []
    # Everything as it is written: YAML would read 14:30 as 870 and 02155501110 as an octal number.
    for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):  # noqa: S506 (it makes only text)
        wanted = {kind: _written(kind, value) for kind, value in row.items() if kind != "text"}
        if unknown := set(wanted) - set(KINDS):
            raise ValueError(f"{path}: there is no kind {sorted(unknown)[0]}")
        cases.append(Case(row["text"], wanted))
    return cases


def _written(kind: str, value: Any) -> str | None:
    """A value of the file in the spelling the services use: an interval in one piece, money as 100 or 12.50."""
    if value in ("null", "~", ""):
        return None
    if kind == "period":
        return "/".join(_minute(end) for end in value)
    if kind == "money":
        amount = Decimal(value)
        return str(int(amount)) if amount == int(amount) else f"{amount:.2f}"
    return normalise(value) if kind == "phone" else str(value)


def _minute(value: str) -> str:
    return datetime.fromisoformat(value).strftime("%Y-%m-%dT%H:%M")
