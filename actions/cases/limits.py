"""What was promised: how long each kind of case may take until it is answered and until it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from actions.cases.holidays import Wrong, loaded

LIMITS = Path(__file__).with_name("limits.yml")
DEFAULT = "default"
MOST_DAYS, MOST_MINUTES = 250, 60 * 24 * 366
"""What no limit goes beyond: a slip of the keyboard is noticed."""


class Priority(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class Unit(StrEnum):
    DAYS = "days"
    """Working days of the university, whoever has the case."""
    MINUTES = "minutes"
    """Round the clock."""
    WORKING_MINUTES = "working_minutes"
    """In the hours of the department that has the case."""


HOURS = {"hours": Unit.MINUTES, "working_hours": Unit.WORKING_MINUTES}
"""What may be written in hours, and what it is kept in."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time in its unit."""

    count: int
    unit: Unit

    def plain(self) -> dict[str, int]:
        """As it stands in YAML or in a log: ``{"days": 5}``."""
        return {self.unit.value: self.count}


@dataclass(frozen=True, slots=True)
class Limits:
    """The two promises of a case."""

    answer: Limit
    """首次响应."""
    finish: Limit
    """办结."""

    def plain(self) -> dict[str, dict[str, int]]:
        return {"answer": self.answer.plain(), "finish": self.finish.plain()}


@dataclass(frozen=True, slots=True)
class Promises:
    """The limits of one kind of case."""

    by_priority: Mapping[Priority, Limits]
    longest: Limit
    """As far as an extension of ``finish`` may go."""


class Table:
    """All kinds of cases; a kind that has no row of its own has the default one's."""

    def __init__(self, kinds: Mapping[str, Promises]) -> None:
        self.kinds = dict(kinds)

    def of(self, kind: str) -> Promises:
        return self.kinds.get(kind) or self.kinds[DEFAULT]


def limit_of(raw: Any, where: str = "limit") -> Limit:
    """From ``{"days": 5}``, ``{"hours": 2}`` and so on; raises :class:`Wrong`."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise Wrong(f"{where}: one of days, hours, minutes, working_hours, working_minutes is wanted")
    ((name, count),) = raw.items()
    if name not in HOURS and name not in set(Unit):
        raise Wrong(f"{where}: there is no {name!r}")
    unit, count_in_unit = (HOURS[name], 60) if name in HOURS else (Unit(name), 1)
    most = MOST_DAYS if unit is Unit.DAYS else MOST_MINUTES // count_in_unit
    if type(count) is not int or not 0 < count <= most:
        raise Wrong(f"{where}: {count!r} is not a number of {name}")
    return Limit(count * count_in_unit, unit)


def limits_of(raw: Any, where: str = "limits") -> Limits:
    """From ``{"answer": …, "finish": …}``, a row of the YAML or of a log; raises :class:`Wrong`."""
    if not isinstance(raw, Mapping) or set(raw) != {"answer", "finish"}:
        raise Wrong(f"{where}: answer and finish are wanted")
    return Limits(limit_of(raw["answer"], f"{where} answer"), limit_of(raw["finish"], f"{where} finish"))


def table_of(raw: Any) -> Table:
    """From the YAML of ``limits.yml``; raises :class:`Wrong`."""
    if not isinstance(raw, Mapping) or DEFAULT not in raw:
        raise Wrong(f"limits: {DEFAULT} is wanted")
    kinds = {}
    wanted = {"longest", *Priority}
    for kind, told in raw.items():
        where = f"limits {kind}"
        if not isinstance(told, Mapping) or set(told) != wanted:
            raise Wrong(f"{where}: {', '.join(sorted(wanted))} are wanted")
        kinds[str(kind)] = Promises(
            {priority: limits_of(told[priority], f"{where} {priority}") for priority in Priority},
            limit_of(told["longest"], f"{where} longest"),
        )
    return Table(kinds)


def read_limits(file: Path | str = "") -> Table:
    """The table of a file (empty: the shipped one). Raises :class:`Wrong`."""
    return table_of(loaded(Path(file or LIMITS)))
