"""The clocks of a case against a slow reference: 100,000 generated cases, and every one has to agree in every figure.

The reference shares nothing with ``actions/cases``: it reads the same YAML by itself, walks through a case minute by
minute and counts. The cases are made to be nasty: calendars with lunch, nights, vacations and 调休, starts around New
Year, public holidays and the years that nobody has announced, events that fall on one another and on opening times.
"""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from multiprocessing import get_context
from typing import Any

from chinese_calendar import constants  # type: ignore[import-untyped]

from actions.cases.calendar import Calendar, calendar_of
from actions.cases.clock import Event, Reading, What, read
from actions.cases.holidays import holidays_of
from actions.cases.limits import Limits, limit_of
from eval.figures import Figure, share

SEED = 20261127
CASES, CASES_OF_A_CALENDAR, PROCESSES = 100_000, 50, 2
DAY = 1440
GOAL = 100.0
LAST = max(constants.holidays).year
"""The last year of which the package has the notice."""

Told = dict[str, Any]
"""An event in plain words: ``at`` in minutes, ``what``, and what belongs to it."""
Years = dict[int, dict[str, Any]]
"""Holidays by year."""
Figures = tuple[Any, ...]
"""What a clock says: state, used, limit, deadline, 50 %, 80 %, 100 %, late minutes, provisional; moments in minutes."""


@dataclass(frozen=True, slots=True)
class Case:
    """One generated case in a generated world."""

    calendar: Told
    """As ``calendar.yml``."""
    holidays: Years
    """As a file of holidays."""
    story: list[Told]
    at: int
    """When it is read, minutes since day 1 of the calendar's count."""


# the slow reference


@dataclass(slots=True)
class World:
    """A calendar as somebody reads it who has only the two files and the package's list of days."""

    calendar: Told
    holidays: Years
    rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    """For each kind of hours and each day 1,440 flags: worked out once, because 100,000 cases ask again and again."""

    def kind(self, department: str) -> str:
        return str(self.calendar.get("departments", {}).get(department, "office"))

    def open(self, kind: str, number: int) -> bytes:
        """The minutes of day ``number`` that are open: of the named hours, ``always``, or ``days`` for working days."""
        if (kind, number) not in self.rows:
            self.rows[kind, number] = self._minutes(kind, date.fromordinal(number))
        return self.rows[kind, number]

    def _minutes(self, kind: str, day: date) -> bytes:
        if kind == "always":
            spans = ["0:00-24:00"]
        elif kind == "days":
            spans = self._spans("office", day) if self.sort(day) in "工班" else []
        else:
            spans = self._spans(kind, day)
        row = bytearray(DAY)
        for span in spans:
            first, last = (60 * int(end.split(":")[0]) + int(end.split(":")[1]) for end in span.split("-"))
            for minute in range(first, last):
                row[minute] = 1
        return bytes(row)

    def _spans(self, kind: str, day: date) -> list[str]:
        told = self.calendar["hours"][kind]
        if "every_day" in told:
            return list(told["every_day"])
        if self.sort(day) == "假":
            return list(told.get("holiday", []))
        for vacation in self.calendar.get("vacations", []):
            if vacation["first"] <= day <= vacation["last"]:
                return self._weekday(told.get("vacation", told["week"]), day.isoweekday())
        if self.sort(day) == "班":
            return list(told.get("made_up", self._weekday(told["week"], 1)))
        return self._weekday(told["week"], day.isoweekday())

    def _weekday(self, week: Told, weekday: int) -> list[str]:
        for name, spans in week.items():
            first, last = ("一二三四五六日".index(name[at]) + 1 for at in (1, -1))
            if first <= weekday <= last:
                return list(spans)
        return []

    def sort(self, day: date) -> str:
        """假 a public holiday, 班 a worked weekend, 休 a weekend, 工 any other day."""
        for told in self.holidays.values():
            if day in told.get("workdays", []):
                return "班"
            if any(first <= day <= last for first, last in told["holidays"].values()):
                return "假"
        weekend = day.isoweekday() > 5
        if day in constants.holidays:
            return "假"
        if day in constants.workdays and weekend:
            return "班"
        return "休" if weekend else "工"

    def _alike(self, told: Told) -> bool:
        """Whether the hours are the same on every sort of day, however that is written: ``一日: 8:00-20:00`` on each of them."""
        if not told or "every_day" in told:
            return bool(told)
        weeks = [self._weekday(told[name], day) for name in ("week", "vacation") if name in told for day in range(1, 8)]
        others = [list(told.get("made_up", weeks[0])), list(told.get("holiday", []))]
        return all(spans == weeks[0] for spans in [*weeks, *others])

    def announced(self, kind: str, number: int) -> bool:
        """Whether nothing can change the hours of that day any more."""
        if kind == "always" or self._alike(self.calendar["hours"].get(kind, {})):
            return True
        day = date.fromordinal(number)
        wanted = {day.year, day.year + 1} if (day.month, day.day) >= (12, 25) else {day.year}
        return all(2004 <= year <= LAST or year in self.holidays for year in wanted)


class Walk:
    """One clock, walked minute by minute."""

    def __init__(self, world: World, name: str, started: Told) -> None:
        self.world, self.name, self.start = world, name, int(started["at"])
        self.state = "running"
        self.used = {"days": 0, "minutes": 0, "working_minutes": 0}
        self.due: dict[int, int | None] = {50: None, 80: None, 100: None}
        self.late = 0
        self.whose = [(self.start, str(started["department"]))]
        self.unit, self.limit = "", 0
        self.stood: int | None = None
        self._promise(self.start, started["limits"][name])

    def _promise(self, now: int, told: Told) -> None:
        ((unit, count),) = told.items()
        if unit in ("hours", "working_hours"):
            unit, count = {"hours": "minutes", "working_hours": "working_minutes"}[unit], 60 * count
        self.unit, self.limit = unit, count if unit != "days" else self._until_the_day(count)
        for percent, when in self.due.items():
            if not self._share_is_used(percent):
                self.due[percent] = None
            elif when is None:
                self.due[percent] = now

    def _until_the_day(self, count: int) -> int:
        """Open minutes from the start to the end of the ``count``-th working day after the first one."""
        number, minute = divmod(self.start, DAY)
        minutes = sum(self.world.open("days", number)[minute:])
        while count:
            number += 1
            minutes += sum(self.world.open("days", number))
            count -= any(self.world.open("days", number))
        return minutes

    def _share_is_used(self, percent: int) -> bool:
        return 100 * self.used[self.unit] >= percent * self.limit

    def hear(self, told: Told) -> None:
        now, what = int(told["at"]), told["what"]
        if self.name == "answer":
            if self.state == "stopped":
                return
            if what in ("answered", "paused", "stopped"):
                self.state, self.stood = "stopped", now
                return
        elif what == "stopped" and self.state != "stopped":
            self.state, self.stood = "stopped", now
        elif what == "reopened" and self.state == "stopped":
            self.state, self.stood = "running", None
        elif what == "paused" and self.state == "running":
            self.state = "paused"
        elif what == "resumed" and self.state == "paused":
            self.state = "running"
        if what == "reassigned":
            self.whose.append((now, told["department"]))
        if what == "priority_changed":
            self._promise(now, told["limits"][self.name])
        if what == "extended" and self.name == "finish":
            self._promise(now, told["limit"])

    def look(self, now: int) -> None:
        """Writes down what is due at this moment."""
        for percent, when in self.due.items():
            if when is None and self._share_is_used(percent):
                self.due[percent] = now

    def pass_to(self, start: int, end: int) -> None:
        """Lets the minutes from ``start`` to ``end`` pass."""
        if self.state != "running":
            return
        own = self.world.kind(self.whose[-1][1])
        kinds = {"days": "days", "minutes": "always", "working_minutes": own}
        while start < end:
            number, minute = divmod(start, DAY)
            until = min(end - number * DAY, DAY)
            for unit, kind in kinds.items():
                if unit != self.unit:  # counted for a limit to come
                    self.used[unit] += sum(self.world.open(kind, number)[minute:until])
            for is_open in self.world.open(kinds[self.unit], number)[minute:until]:
                start += 1
                if self.used[self.unit] >= self.limit:
                    self.late += 1
                if is_open:
                    self.used[self.unit] += 1
                    self.look(start)

    def figures(self, at: int) -> Figures:
        """What it says at the end of its walk, looked at ``at``."""
        late, used = self.late, self.used[self.unit]
        due = dict(self.due)
        if self.state == "running":
            self._run_on(at)
            due = dict(self.due)
            deadline = due[100]
        elif self.state == "stopped" and due[100] is None:
            assert self.stood is not None
            self.state = "running"
            self._run_on(self.stood)
            self.state = "stopped"
            deadline = self.due[100]
        else:
            deadline = due[100]
        open_end = at if self.name == "finish" or self.stood is None else self.stood
        provisional = self._provisional(open_end if deadline is None else deadline)
        return (self.state, used, self.limit, deadline, due[50], due[80], due[100], late, provisional)

    def _run_on(self, now: int) -> None:
        while self.due[100] is None:
            self.pass_to(now, (now // 60 + 1) * 60)
            now = (now // 60 + 1) * 60

    def _provisional(self, end: int) -> bool:
        hands = [since for since, _ in self.whose if since < end]
        for now in {*hands, *(number * DAY for number in range(self.start // DAY + 1, -(-end // DAY)))}:
            department = [name for since, name in self.whose if since <= now][-1]
            kind = {"days": "days", "minutes": "always"}.get(self.unit) or self.world.kind(department)
            if not self.world.announced(kind, now // DAY):
                return True
        return False


def slow(world: World, story: list[Told], at: int) -> tuple[Figures, Figures]:
    """Both clocks, the slow way."""
    walks = [Walk(world, name, story[0]) for name in ("answer", "finish")]
    now = story[0]["at"]
    for moment, events in groupby((told for told in story[1:] if told["at"] <= at), key=lambda told: told["at"]):
        together = list(events)
        for walk in walks:
            walk.pass_to(now, moment)
            for told in together:
                walk.hear(told)
        now = moment
    for walk in walks:
        walk.pass_to(now, at)
    answer, finish = (walk.figures(at) for walk in walks)
    return answer, finish


# the one that is examined


def moment(minutes: int) -> datetime:
    """Minutes since the calendar's first day, as the moment they mean."""
    number, minute = divmod(minutes, DAY)
    return datetime.combine(date.fromordinal(number), datetime.min.time()) + timedelta(minutes=minute)


def minutes_of(at: datetime | None) -> int | None:
    return None if at is None else at.toordinal() * DAY + at.hour * 60 + at.minute


def event(told: Told) -> Event:
    limits = told.get("limits")
    return Event(
        moment(told["at"]),
        What(told["what"]),
        told.get("department"),
        Limits(limit_of(limits["answer"]), limit_of(limits["finish"])) if limits else None,
        limit_of(told["limit"]) if "limit" in told else None,
    )


def _figures(reading: Reading) -> Figures:
    moments = (reading.deadline, reading.half, reading.four_fifths, reading.escalation)
    told = (minutes_of(at) for at in moments)
    return (reading.state.value, reading.used, reading.limit, *told, reading.late_by, reading.provisional)


def fast(calendar: Calendar, story: list[Told], at: int) -> tuple[Figures, Figures]:
    """Both clocks, as the product reads them."""
    clocks = read([event(told) for told in story], calendar, moment(at))
    return _figures(clocks.answer), _figures(clocks.finish)


# the generated cases

DEPARTMENTS = ("学生工作部（处）", "后勤保障处", "保卫处", "教务处")
AROUND = (
    date(2018, 12, 27),  # 29 December was worked for the New Year of 2019
    date(2024, 2, 8),
    date(2025, 9, 26),
    date(2026, 2, 12),
    date(2026, 9, 18),
    date(2026, 9, 30),
    date(2026, 10, 9),
    date(2026, 11, 27),
    date(2026, 12, 23),
    date(2026, 12, 30),
    date(2027, 1, 15),
    date(2027, 12, 27),
    date(2028, 2, 26),
    date(2029, 12, 30),
)
WEEKS = (
    {"周一至周五": ["8:30-11:30", "13:30-17:00"]},
    {"周一至周五": ["8:30-17:30"], "周六至周日": ["9:00-16:00"]},
    {"周一": ["9:00-12:00", "12:00-12:01"], "周三至周四": ["0:00-7:30", "8:00-24:00"], "周日": ["23:59-24:00"]},
    {"周二至周日": ["9:00-11:00", "13:00-15:00", "19:00-21:30"]},
    {"周五": ["10:00-16:45"]},
    {"周一至周日": ["0:00-24:00"]},
)
HAPPENS = (
    *("answered", "paused", "paused", "resumed", "resumed", "reassigned"),
    *("priority_changed", "extended", "stopped", "reopened", "reopened"),
)
OTHER_SPANS: tuple[list[str], ...] = ([], ["9:00-12:00"], ["8:30-11:30", "14:00-17:00"], ["0:00-24:00"])


def world_of(chance: random.Random) -> tuple[Told, Years]:
    """A calendar and a file of holidays."""
    hours: Told = {"office": _hours(chance, WEEKS[:5])}
    for name in ("second", "third"):
        hours[name] = {"every_day": ["0:00-24:00"]} if chance.random() < 0.25 else _hours(chance, WEEKS)
    departments = {name: chance.choice(list(hours)) for name in DEPARTMENTS if chance.random() < 0.7}
    vacations: list[Told] = []
    for year in (2024, 2026, 2027):
        if chance.random() < 0.5:
            first = date(year, chance.choice((1, 2, 7, 9, 12)), chance.randint(1, 28))
            length = chance.choice((0, 3, 20, 45))
            if vacations and first <= vacations[-1]["last"]:
                continue
            vacations.append({"name": "假期", "first": first, "last": first + timedelta(days=length)})
    calendar: Told = {"hours": hours, "departments": departments, "vacations": vacations}
    holidays = {year: _year(chance, year) for year in (2027, 2028) if chance.random() < 0.5}
    return calendar, holidays


def _hours(chance: random.Random, weeks: tuple[Told, ...]) -> Told:
    told: Told = {"week": chance.choice(weeks)}
    if chance.random() < 0.5:
        told["vacation"] = {"周二": ["9:00-15:00"], "周四": ["9:00-15:00"]} if chance.random() < 0.7 else {}
    if chance.random() < 0.3:
        told["made_up"] = chance.choice(OTHER_SPANS)
    if chance.random() < 0.3:
        told["holiday"] = chance.choice(OTHER_SPANS)
    return told


def _year(chance: random.Random, year: int) -> Told:
    """New Year with the days before it, a week in February, and weekends worked for them."""
    saturdays = [date(year, 1, 1) + timedelta(days=n) for n in range(90)]
    worked = [day for day in saturdays if day.isoweekday() == 6 and chance.random() < 0.3]
    first = date(year, 2, chance.randint(1, 20))
    spring = [first, first + timedelta(days=7)]
    worked = [day for day in worked if day > date(year, 1, 3) and not spring[0] <= day <= spring[1]]
    eve = date(year, 1, 1) - timedelta(days=chance.randint(0, 3))
    return {"holidays": {"元旦": [eve, date(year, 1, 3)], "春节": spring}, "workdays": worked}


def limit(chance: random.Random) -> Told:
    """Mostly short ones: a slow reference takes its time."""
    unit = chance.choice(("days", "days", "minutes", "hours", "working_minutes", "working_hours"))
    most = {"days": 3, "minutes": 600, "hours": 30, "working_minutes": 600, "working_hours": 16}[unit]
    if unit == "days" and chance.random() < 0.06:
        most = 15
    return {unit: chance.randint(1, most)}


def story_of(chance: random.Random) -> tuple[list[Told], int]:
    """What happened in a case, and when it is looked at."""
    start = (chance.choice(AROUND).toordinal() + chance.randint(-2, 4)) * DAY + _minute(chance)
    both = {"answer": limit(chance), "finish": limit(chance)}
    story: list[Told] = [{"at": start, "what": "started", "department": chance.choice(DEPARTMENTS), "limits": both}]
    now = start
    for _ in range(chance.choice((0, 1, 2, 3, 4, 6, 9))):
        now = _later(chance, now)
        what = chance.choice(HAPPENS)
        told: Told = {"at": now, "what": what}
        if what == "reassigned":
            told["department"] = chance.choice(DEPARTMENTS)
        if what == "priority_changed":
            told["limits"] = {"answer": limit(chance), "finish": limit(chance)}
        if what == "extended":
            told["limit"] = limit(chance)
        story.append(told)
    at = _later(chance, now)
    if chance.random() < 0.1 and len(story) > 1:
        at = chance.choice(story)["at"]  # looked at while things were still to happen
    return story, at


def _minute(chance: random.Random) -> int:
    """A minute of the day, often one at which some office opens or closes."""
    edges = (0, 450, 480, 510, 540, 690, 720, 721, 810, 1020, 1050, 1290, 1439)
    return chance.choice(edges) if chance.random() < 0.5 else chance.randrange(DAY)


def _later(chance: random.Random, now: int) -> int:
    step = chance.random()
    if step < 0.15:
        return now
    if step < 0.4:
        return now + chance.randint(1, 180)
    if step < 0.5:
        return now + chance.choice((1, 60, 720, DAY, 7 * DAY))
    if step < 0.97:
        edge = (now // DAY + chance.choice((0, 0, 1, 1, 2))) * DAY + _minute(chance)
        return max(now, edge)
    return now + chance.randint(5, 40) * DAY


def generated(number: int, count: int = CASES_OF_A_CALENDAR, seed: int = SEED) -> list[Case]:
    """The ``count`` cases of the ``number``-th world."""
    chance = random.Random(f"{seed}/{number}")
    calendar, holidays = world_of(chance)
    stories = [story_of(chance) for _ in range(count)]
    return [Case(calendar, holidays, story, at) for story, at in stories]


def compared(cases: list[Case]) -> list[str]:
    """One line for every case of a world in which the two disagree."""
    calendar = calendar_of(cases[0].calendar, holidays_of(cases[0].holidays))
    world = World(cases[0].calendar, cases[0].holidays)
    misses = []
    for case in cases:
        wanted, got = slow(world, case.story, case.at), fast(calendar, case.story, case.at)
        if wanted != got:
            misses.append(f"{case.story} at {case.at}: {got} instead of {wanted}")
    return misses


def _world(number: int) -> tuple[int, list[str]]:
    cases = generated(number)
    return len(cases), [f"world {number}: {miss}" for miss in compared(cases)]


def run(cases: int = CASES) -> list[Figure]:
    """The share of cases in which both clocks agree in all nine figures."""
    n, misses = 0, []
    worlds = range(cases // CASES_OF_A_CALENDAR)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for count, missed in pool.map(_world, worlds, chunksize=10):
            n += count
            misses += missed
    return [share("SLA clock: equal to the slow reference", n - len(misses), n, goal=GOAL, misses=tuple(misses))]
