"""The deadlines of a case, and how much of them is used up: the two clocks, as the log of a case tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.cases.calendar import Calendar, Timetable
from actions.cases.clock import Event, What, hours_of, read
from actions.cases.limits import Priority, Table
from actions.cases.log import Clock
from actions.cases.stages import CLOCKS, State

Span = tuple[datetime, datetime]
STANDS = {"ask_student": ("supply", "report", "return", "dispatch"), "report": ("unsolved", "reopen")}
"""Acts with which the clock of 办结 stands still, and those with which it goes on."""


class Deadlines:
    """Works deadlines out from what is promised (``limits.yml``) on the hours of the offices (``calendar.yml``)."""

    def __init__(self, calendar: Calendar, promises: Table) -> None:
        self.calendar, self.promises = calendar, promises

    @property
    def clock(self) -> Clock:
        """As the log wants it."""
        return Clock(self._limits, self._resumed, self._longest)

    def _limits(self, kind: str, at: datetime, urgent: bool) -> tuple[datetime, datetime]:
        promised = self.promises.of(kind).by_priority[Priority.URGENT if urgent else Priority.NORMAL]
        clocks = read([Event(at, What.STARTED, department="", limits=promised)], self.calendar, at)
        due = clocks.answer.deadline, clocks.finish.deadline
        if due[0] is None or due[1] is None:
            raise ValueError("a clock that has just begun has a deadline")
        return due[0], due[1]

    def _longest(self, kind: str, at: datetime) -> datetime:
        promised = self.promises.of(kind)
        limits = replace(promised.by_priority[Priority.NORMAL], finish=promised.longest)
        due = read([Event(at, What.STARTED, department="", limits=limits)], self.calendar, at).finish.deadline
        return due or datetime.max

    def _resumed(self, due: datetime, paused: datetime, at: datetime) -> datetime:
        days = self.calendar.working_days
        left = days.between(paused, due) if paused < due else 0
        # What was late already stays as late as it was.
        return days.after(at, left) if left else due

    def used(self, state: State, log: Sequence[Mapping[str, Any]], clock: str, now: datetime) -> int:
        """Percent of a limit that is used up at ``now``, 0 to 999; ``clock`` is one of ``CLOCKS``.

        ``log`` are the rows of the case with ``act`` and ``at``. The answer's clock ends with the first answer.
        """
        if clock == CLOCKS[0] and state.responded_at is not None:
            return 0
        due = state.due_response if clock == CLOCKS[0] else state.due_close
        table = self._hours(state, clock)
        still = list(_standing(log, now)) if clock == CLOCKS[1] else []
        # A pause that is over has moved the deadline; the time between 反馈 and 未解决 has not.
        moved = _within(table, [span for act, span in still if act == "ask_student" and state.waiting_since is None])
        limit = table.between(state.opened_at, due) - moved
        spent = table.between(state.opened_at, now) - _within(table, [span for _, span in still])
        return min(999, 100 * spent // limit) if limit > 0 else 0

    def _hours(self, state: State, clock: str) -> Timetable:
        promised = self.promises.of(state.kind).by_priority[Priority.URGENT if state.urgent else Priority.NORMAL]
        limit = promised.answer if clock == CLOCKS[0] else promised.finish
        return hours_of(limit.unit, state.department, self.calendar)


def _standing(log: Iterable[Mapping[str, Any]], now: datetime) -> Iterable[tuple[str, Span]]:
    """When the clock stood still, and with which act it stopped."""
    since: tuple[str, datetime] | None = None
    for row in log:
        at = datetime.fromisoformat(row["at"])
        if since is not None and row["act"] in STANDS[since[0]]:
            yield since[0], (since[1], at)
            since = None
        if since is None and row["act"] in STANDS:
            since = row["act"], at
    if since is not None:
        yield since[0], (since[1], now)


def _within(table: Timetable, spans: Iterable[Span]) -> int:
    return sum(table.between(start, end) for start, end in spans)
