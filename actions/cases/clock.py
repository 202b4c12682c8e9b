"""The two clocks of a case, 首次响应 and 办结, read from what happened to it. Nothing is kept: the events are all there is.

The rules, each of which the slow reference in ``eval/faults_clock.py`` follows minute by minute:

* Whole minutes: the seconds of an event are cut off.
* 首次响应 runs from the start until the office answers, asks the student something or closes the case. It never pauses:
  who asks has answered. 办结 runs until the case is stopped, not while the student must answer, and on again from where
  it stood when the case is reopened. A pause within a pause is one pause; a stop ends it.
* The limit that was set last is in force, and counts from the start: what was paused stays out, what was used stays used.
  ``working_minutes`` run in the hours of whoever had the case at the time. A limit in days is what lies between the start
  and the closing of that working day of the university, so without pauses it ends there, whoever has the case.
* A reminder is due at the first moment at which its share of the limit is used. A new limit moves what is still to come;
  what it finds used up already is due with the new limit and not before it, and what was due before under the old limit
  stays as it was.
* Late are the minutes, of day and night, in which the clock ran with nothing left of the limit that was in force then.
  Neither an extension nor a new department takes them back, and none is added while the student must answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from actions.cases.calendar import Calendar, Timetable
from actions.cases.limits import Limit, Limits, Unit

HALF, FOUR_FIFTHS, ALL = 50, 80, 100
"""Percent of the limit at which somebody is reminded, reminded again, and passed over."""
WEEKDAYS = "一二三四五六日"


class What(StrEnum):
    STARTED = "started"
    ANSWERED = "answered"
    """The office gave its first answer."""
    PAUSED = "paused"
    """The student must answer."""
    RESUMED = "resumed"
    REASSIGNED = "reassigned"
    PRIORITY_CHANGED = "priority_changed"
    EXTENDED = "extended"
    """延期: another limit for 办结."""
    STOPPED = "stopped"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a clock has to know of, at a naive moment of campus time."""

    at: datetime
    what: What
    department: str | None = None
    """Who has the case now: with ``STARTED`` and ``REASSIGNED``."""
    limits: Limits | None = None
    """What is promised now: with ``STARTED`` and ``PRIORITY_CHANGED``."""
    limit: Limit | None = None
    """What 办结 may take now: with ``EXTENDED``."""


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock at one moment."""

    state: State
    used: int
    """Minutes used of the limit, counted as the limit in force counts them."""
    limit: int
    """All minutes of the limit in force."""
    deadline: datetime | None
    """When nothing is left, if the clock runs on. ``None`` while the student must answer, unless it has passed already.
    Of a stopped clock: when it would have been."""
    half: datetime | None
    """When 50 % are used: past, or to come if the clock runs on. ``None`` when it is neither."""
    four_fifths: datetime | None
    """The same for 80 %."""
    escalation: datetime | None
    """The same for 100 %."""
    late_by: int
    """Minutes of day and night that the clock ran with nothing left."""
    provisional: bool
    """Whether the deadline may change when the public holidays of a year are announced."""

    @property
    def late(self) -> bool:
        return self.late_by > 0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks of a case."""

    answer: Reading
    """首次响应."""
    finish: Reading
    """办结."""


def read(events: Sequence[Event], calendar: Calendar, at: datetime) -> Clocks:
    """The clocks at ``at``; what happened later is not looked at.

    Raises ``ValueError`` for events that are no story: not begun by one ``STARTED``, not in their order, with an offset,
    or without what belongs to them.
    """
    story = _in_order(events, at)
    return Clocks(_answer(story, at).read(calendar), _finish(story, at).read(calendar))


def said(deadline: datetime | None, now: datetime, provisional: bool = False) -> str:
    """A deadline as a student reads it: ``11月27日（周五）17:00前``, ``今天17:00前``; a passed one ``…17:00已到期``."""
    if deadline is None:
        return "等你答复后继续计时"
    # Midnight belongs to the day that it ends: 24:00 is understood, 0:00 of the next day is not.
    day = (deadline - timedelta(minutes=1)).date()
    hour = f"{deadline.hour}:{deadline.minute:02}" if day == deadline.date() else "24:00"
    away = (day - now.date()).days
    near = {-1: "昨天", 0: "今天", 1: "明天"}.get(away)
    year = "" if day.year == now.year else f"{day.year}年"
    words = near or f"{year}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
    if deadline < now:
        return f"{words}{hour}已到期"
    return f"{words}{hour}前" + ("（节假日安排公布后可能调整）" if provisional else "")


_Promised = tuple[datetime, datetime | None, Limit, int]
"""From when until when (``None``: still) which limit was in force, and its minutes."""


@dataclass(frozen=True, slots=True)
class _Count:
    """What a clock is read from: when it ran, who had the case, which limits were in force."""

    runs: list[tuple[datetime, datetime]]
    """Not overlapping, in their order."""
    holders: list[tuple[datetime, str]]
    limits: list[tuple[datetime, Limit]]
    state: State
    end: datetime
    """Up to here it is read."""
    stopped: datetime
    """Where a stopped clock stands; otherwise ``end``."""

    def read(self, calendar: Calendar) -> Reading:
        start, limit = self.limits[0][0], self.limits[-1][1]
        ends = [*(since for since, _ in self.limits[1:]), None]
        promised = [
            (since, until, limit, _budget(limit, start, calendar))
            for (since, limit), until in zip(self.limits, ends, strict=True)
        ]
        half, four_fifths, escalation = (self._due(percent, promised, calendar) for percent in (HALF, FOUR_FIFTHS, ALL))
        deadline, budget = escalation, promised[-1][-1]
        if deadline is None and self.state is State.STOPPED:
            deadline = self._reached(limit, budget, calendar, on_from=self.stopped)
        return Reading(
            self.state,
            sum(hours.between(start, end) for start, end, hours in self._pieces(limit.unit, calendar)),
            budget,
            deadline,
            half,
            four_fifths,
            escalation,
            self._late(promised, calendar),
            self._provisional(limit.unit, deadline or self.end, calendar),
        )

    def _due(self, percent: int, promised: Sequence[_Promised], calendar: Calendar) -> datetime | None:
        due: datetime | None = None
        for since, until, limit, budget in promised:
            running_on = self.end if until is None and self.state is State.RUNNING else None
            reached = self._reached(limit, -(-budget * percent // 100), calendar, on_from=running_on)
            if reached is not None and reached <= since:
                due = due or since
            else:
                due = reached if reached is not None and (until is None or reached <= until) else None
        return due

    def _reached(self, limit: Limit, minutes: int, calendar: Calendar, on_from: datetime | None) -> datetime | None:
        """The first moment at which ``minutes`` are used; beyond the runs only if it is to run on from ``on_from``."""
        for start, end, hours in self._pieces(limit.unit, calendar):
            here = hours.between(start, end)
            if here >= minutes:
                return hours.after(start, minutes)
            minutes -= here
        if on_from is None:
            return None
        return hours_of(limit.unit, self.holders[-1][1], calendar).after(on_from, minutes)

    def _late(self, promised: Sequence[_Promised], calendar: Calendar) -> int:
        late = 0
        for since, until, limit, budget in promised:
            spent = self._reached(limit, budget, calendar, on_from=None)
            if spent is not None:
                first, last = max(spent, since), until or self.end
                late += sum(max(0, _minutes(max(start, first), min(end, last))) for start, end in self.runs)
        return late

    def _pieces(self, unit: Unit, calendar: Calendar) -> Iterable[tuple[datetime, datetime, Timetable]]:
        """The runs, cut where the hours that count change."""
        for start, end in self.runs:
            if unit is not Unit.WORKING_MINUTES:
                yield start, end, hours_of(unit, "", calendar)
                continue
            for since, until, department in self._held(end):
                if since < end and until > start:
                    yield max(start, since), min(end, until), calendar.of(department)

    def _held(self, last: datetime) -> Iterable[tuple[datetime, datetime, str]]:
        """Who had the case from when until when, up to ``last``."""
        ends = [*(since for since, _ in self.holders[1:]), max(last, self.holders[-1][0])]
        for (since, department), until in zip(self.holders, ends, strict=True):
            yield since, until, department

    def _provisional(self, unit: Unit, end: datetime, calendar: Calendar) -> bool:
        start = self.limits[0][0]
        if unit is not Unit.WORKING_MINUTES:
            return hours_of(unit, "", calendar).provisional(start, end)
        return any(
            calendar.of(department).provisional(since, min(until, end)) for since, until, department in self._held(end)
        )


def _budget(limit: Limit, start: datetime, calendar: Calendar) -> int:
    """The minutes of a limit; one in days is worth what lies between the start and the closing of its last day."""
    if limit.unit is not Unit.DAYS:
        return limit.count
    days = calendar.working_days
    return days.between(start, days.closing(start.date(), limit.count))


def hours_of(unit: Unit, department: str, calendar: Calendar) -> Timetable:
    """The hours in which a limit of this unit runs."""
    if unit is Unit.WORKING_MINUTES:
        return calendar.of(department)
    return calendar.always if unit is Unit.MINUTES else calendar.working_days


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


def _whole(at: datetime) -> datetime:
    if at.tzinfo is not None:
        raise ValueError("a moment of campus time has no offset")
    return at.replace(second=0, microsecond=0)


def _in_order(events: Sequence[Event], at: datetime) -> list[Event]:
    """What happened until ``at``, in whole minutes."""
    at = _whole(at)
    story: list[Event] = []
    for event in events:
        whole = Event(_whole(event.at), event.what, event.department, event.limits, event.limit)
        if (event.what is What.STARTED) == bool(story):
            raise ValueError("a case is started once, before everything else")
        if story and whole.at < story[-1].at:
            raise ValueError(f"{event.what} before {story[-1].what}")
        wanted = {
            What.STARTED: (event.department, event.limits),
            What.REASSIGNED: (event.department,),
            What.PRIORITY_CHANGED: (event.limits,),
            What.EXTENDED: (event.limit,),
        }.get(event.what, ())
        if None in wanted:
            raise ValueError(f"{event.what} without its department or limit")
        story.append(whole)
    if not story or story[0].at > at:
        raise ValueError("the case is not started yet")
    return [event for event in story if event.at <= at]


def _answer(story: Sequence[Event], at: datetime) -> _Count:
    """首次响应: one run, up to the first thing the office said."""
    start, end, state = story[0].at, _whole(at), State.RUNNING
    holders: list[tuple[datetime, str]] = []
    limits: list[tuple[datetime, Limit]] = []
    for event in story:
        if event.what in (What.ANSWERED, What.PAUSED, What.STOPPED):
            end, state = event.at, State.STOPPED
            break
        if event.department is not None:
            holders.append((event.at, event.department))
        if event.limits is not None:
            limits.append((event.at, event.limits.answer))
    return _Count([(start, end)], holders, limits, state, end, end)


def _finish(story: Sequence[Event], at: datetime) -> _Count:
    """办结: every run between the start and now."""
    end, state = _whole(at), State.STOPPED
    since, stopped = story[0].at, end
    runs: list[tuple[datetime, datetime]] = []
    holders: list[tuple[datetime, str]] = []
    limits: list[tuple[datetime, Limit]] = []
    for event in story:
        if event.department is not None:
            holders.append((event.at, event.department))
        limit = event.limit if event.limits is None else event.limits.finish
        if limit is not None:
            limits.append((event.at, limit))
        changed = _next(state, event.what)
        if state is State.RUNNING and changed is not State.RUNNING:
            runs.append((since, event.at))
        if changed is State.RUNNING and state is not State.RUNNING:
            since = event.at
        if changed is State.STOPPED and state is not State.STOPPED:
            stopped = event.at
        state = changed
    if state is State.RUNNING:
        runs.append((since, end))
    return _Count(runs, holders, limits, state, end, stopped if state is State.STOPPED else end)


def _next(state: State, what: What) -> State:
    """A case that is stopped is woken by reopening only, so that no late answer of a student starts its clock."""
    if what is What.STOPPED:
        return State.STOPPED
    if what is What.STARTED or (what is What.REOPENED and state is State.STOPPED):
        return State.RUNNING
    if state is State.RUNNING and what is What.PAUSED:
        return State.PAUSED
    if state is State.PAUSED and what is What.RESUMED:
        return State.RUNNING
    return state
