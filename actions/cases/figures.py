"""How well the departments answer: 响应率, 解决率, 满意率 and what was in time, by department and kind.

Counted from the cases as they are now; ``scripts/recount.py`` counts the same from the rows of the log alone, and both print the same.
The denominators leave out what cannot be known yet:

- ``response``: first answered within its limit, of what was answered or is past that limit;
- ``solved``: 已解决, of what the student or silence has judged. 静默办结 counts below the line and never above it;
- ``satisfied``: four or five, of what was rated;
- ``in_time``: reported within its limit, of what was reported or is past it. A report the student denied does not count.

What was withdrawn counts only for what had happened before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.cases.stages import SILENT, SOLVED, WITHDRAWN, State

SATISFIED = 4


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one department for one kind of case."""

    department: str
    """Empty for what nobody has been given yet."""
    kind: str
    cases: int
    silent: int
    withdrawn: int
    response: tuple[int, int]
    """Numerator and denominator, like the next ones."""
    solved: tuple[int, int]
    satisfied: tuple[int, int]
    in_time: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        pairs = {name: list(getattr(self, name)) for name in ("response", "solved", "satisfied", "in_time")}
        counts = {name: getattr(self, name) for name in ("department", "kind", "cases", "silent", "withdrawn")}
        return {**counts, **pairs}


def _share(counts: list[bool], good: list[bool]) -> tuple[int, int]:
    return sum(one and other for one, other in zip(counts, good, strict=True)), sum(counts)


def _row(department: str, kind: str, members: list[State], as_of: datetime) -> Row:
    stays = [one.outcome != WITHDRAWN for one in members]
    answered = [
        one.responded_at is not None or (stay and one.due_response < as_of)
        for one, stay in zip(members, stays, strict=True)
    ]
    reported = [
        stay and (one.reported_at is not None or (one.waiting_since is None and one.due_close < as_of))
        for one, stay in zip(members, stays, strict=True)
    ]
    quick = [one.responded_at is not None and one.responded_at <= one.due_response for one in members]
    timely = [
        one.reported_at is not None and one.reported_due is not None and one.reported_at <= one.reported_due
        for one in members
    ]
    judged = [one.outcome in (SOLVED, SILENT) or one.denied for one in members]
    return Row(
        department,
        kind,
        cases=len(members),
        silent=sum(one.outcome == SILENT for one in members),
        withdrawn=len(members) - sum(stays),
        response=_share(answered, quick),
        solved=_share(judged, [one.outcome == SOLVED for one in members]),
        satisfied=_share(
            [one.rating is not None for one in members], [(one.rating or 0) >= SATISFIED for one in members]
        ),
        in_time=_share(reported, timely),
    )


def count(states: Iterable[State], as_of: datetime) -> list[Row]:
    """Sorted by department and kind; ``as_of`` decides what is past its limit."""
    groups: dict[tuple[str, str], list[State]] = {}
    for state in states:
        groups.setdefault((state.department, state.kind), []).append(state)
    return [_row(*group, members, as_of) for group, members in sorted(groups.items())]
