"""教务处: marks, timetables and examinations, to read only. Every answer tells the moment it was true."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import httpx

from actions.offices.wire import Fields, Refusal, get, segment

STANDING = {"休学": "suspended", "毕业": "graduated"}


@dataclass(frozen=True, slots=True)
class Grade:
    """One attempt at one course."""

    term: str
    """``2025-2026-2``: the second term of that academic year."""
    code: str
    course: str
    credits: float
    attempt: str
    """``正常``, ``补考``, ``缓考`` or ``重修``."""
    score: int | None = field(repr=False)
    """0–100; ``None`` where a level stands instead, or no mark yet."""
    level: str | None = field(repr=False)
    """``优秀``, ``良好``, ``中等``, ``及格`` or ``不及格``."""
    note: str | None = field(repr=False)
    """``旷考`` or ``已批准缓考``."""
    points: float | None = field(repr=False)
    """0.0–5.0; ``None`` without a mark."""
    passed: bool | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Course:
    """A course whose mark is still to come."""

    term: str
    code: str
    course: str


@dataclass(frozen=True, slots=True)
class Average:
    """What the office counted over a stretch of studies."""

    of: str
    """A term ``2025-2026-2``, an academic year ``2025-2026`` or ``全部``."""
    gpa: float | None = field(repr=False)
    """0.00–5.00; undergraduates only."""
    mean: float | None = field(repr=False)
    """The average score; ``None`` where only levels stand."""
    credits: float = field(repr=False)
    """Earned."""
    rank: int | None = field(repr=False)
    """Among those of the same grade and major; only for an academic year."""
    among: int | None


@dataclass(frozen=True, slots=True)
class Grades:
    """The register of one student's marks at one moment."""

    as_of: datetime
    """With its offset."""
    term: str | None
    """The term that began last."""
    grades: tuple[Grade, ...]
    """By term and course; of one course the first attempt first."""
    averages: tuple[Average, ...]
    running: tuple[Course, ...]

    @property
    def courses(self) -> dict[str, str]:
        """Every course, marked or to come: its name by its code."""
        return {one.code: one.course for one in self.grades} | {one.code: one.course for one in self.running}

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term with a course, the earliest first."""
        return tuple(sorted({one.term for one in self.grades} | {one.term for one in self.running}))

    def average(self, of: str) -> Average | None:
        """What was counted over ``of``; ``None`` where there is no mark."""
        return next((one for one in self.averages if one.of == of), None)


@dataclass(frozen=True, slots=True)
class WeeklyLesson:
    """A line of the timetable."""

    term: str
    course: str
    weekday: int
    """1 is Monday."""
    periods: str
    weeks: str
    """Teaching weeks, for instance ``1-16``."""
    parity: str
    """``每周``, ``单周`` or ``双周``."""
    place: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """Everything a student attends."""

    as_of: datetime
    lessons: tuple[WeeklyLesson, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as it is held on a day."""

    course: str
    periods: str
    """For instance ``3-4``."""
    starts: datetime
    ends: datetime
    place: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the term calendar and what is held on it."""

    day: date
    term: str | None
    week: int | None
    """The teaching week; ``None`` in a vacation."""
    kind: str
    """``teaching``, ``made_up``, ``holiday``, ``exam_week``, ``vacation`` or ``unpublished`` (no timetable yet)."""
    name: str | None
    """The holiday's."""
    follows: date | None
    """The day off whose lessons a made-up day has."""
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Days in a row."""

    as_of: datetime
    term: str
    """The running term, in a vacation the coming one."""
    first_day: date
    """The Monday of its week 1."""
    last_day: date
    weeks: int
    exam_weeks: int
    days: tuple[Day, ...]

    def week_of(self, day: date) -> int | None:
        """The teaching week of ``day``; ``None`` outside the term."""
        return (day - self.first_day).days // 7 + 1 if self.first_day <= day <= self.last_day else None


@dataclass(frozen=True, slots=True)
class Exam:
    """A published examination."""

    course: str
    kind: str
    """``期末考试`` or ``随堂考试``."""
    starts: datetime
    ends: datetime
    place: str
    seat: int | None
    seat_known: date
    """From when the seat is published."""


@dataclass(frozen=True, slots=True)
class Exams:
    """The examinations of the running term."""

    as_of: datetime
    term: str
    exams: tuple[Exam, ...]
    """The earliest first; also those that are over."""
    unpublished: tuple[str, ...]
    """Courses whose examination is not published yet."""
    known_by: date
    """When everything is to be published at the latest."""


class Studies:
    """The registers of marks and lessons, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def grades(self, student: str) -> Grades:
        """Every mark of ``student``. Raises ``Refusal("no_such_student")`` or ``OfficeClosed``."""
        return await get(self._client, f"{_of(student)}/grades", _grades)

    async def timetable(self, student: str) -> Timetable:
        """Every line of the timetable; empty for who does not study now. Raises like :meth:`grades`."""
        return await get(self._client, f"{_of(student)}/timetable", _timetable)

    async def agenda(self, student: str, first: date, last: date) -> Agenda:
        """What is held from ``first`` to ``last``, at most 62 days.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``). Raises also ``OfficeClosed``.
        """
        return await get(
            self._client, f"{_of(student)}/agenda", _agenda, first=first.isoformat(), last=last.isoformat()
        )

    async def exams(self, student: str) -> Exams:
        """The examinations of the running term. Refuses and raises like :meth:`agenda`."""
        return await get(self._client, f"{_of(student)}/exams", _exams)


def by_standing(refusal: Refusal) -> Refusal:
    """``student_not_active`` told apart: ``suspended`` and ``graduated`` need other words; any other refusal as it is."""
    if refusal.code != "student_not_active":
        return refusal
    return Refusal(STANDING.get(str(refusal.details.get("status")), refusal.code), refusal.details)


def _of(student: str) -> str:
    return f"/students/{segment(student, 'no_such_student')}"


def _grades(said: Fields) -> Grades:
    return Grades(
        as_of=datetime.fromisoformat(said["as_of"]),
        term=said["term"],
        grades=tuple(
            Grade(
                term=one["term"],
                code=one["code"],
                course=one["course"],
                credits=one["credits"],
                attempt=one["attempt"],
                score=one["score"],
                level=one["level"],
                note=one["note"],
                points=one["points"],
                passed=one["passed"],
            )
            for one in said["grades"]
        ),
        averages=tuple(
            Average(one["of"], one["gpa"], one["mean"], one["credits"], one["rank"], one["among"])
            for one in said["averages"]
        ),
        running=tuple(Course(one["term"], one["code"], one["course"]) for one in said["running"]),
    )


def _timetable(said: Fields) -> Timetable:
    return Timetable(
        as_of=datetime.fromisoformat(said["as_of"]),
        lessons=tuple(
            WeeklyLesson(
                term=one["term"],
                course=one["course"],
                weekday=one["weekday"],
                periods=one["periods"],
                weeks=one["weeks"],
                parity=one["parity"],
                place=one["place"],
                teacher=one["teacher"],
            )
            for one in said["lessons"]
        ),
    )


def _agenda(said: Fields) -> Agenda:
    term = said["term"]
    return Agenda(
        as_of=datetime.fromisoformat(said["as_of"]),
        term=term["term"],
        first_day=date.fromisoformat(term["first_day"]),
        last_day=date.fromisoformat(term["last_day"]),
        weeks=term["weeks"],
        exam_weeks=term["exam_weeks"],
        days=tuple(_day(one) for one in said["days"]),
    )


def _day(said: Fields) -> Day:
    return Day(
        day=date.fromisoformat(said["day"]),
        term=said["term"],
        week=said["week"],
        kind=said["kind"],
        name=said["name"],
        follows=date.fromisoformat(said["follows"]) if said["follows"] else None,
        lessons=tuple(
            Lesson(
                course=one["course"],
                periods=one["periods"],
                starts=datetime.fromisoformat(one["starts"]),
                ends=datetime.fromisoformat(one["ends"]),
                place=one["place"],
                teacher=one["teacher"],
            )
            for one in said["lessons"]
        ),
    )


def _exams(said: Fields) -> Exams:
    return Exams(
        as_of=datetime.fromisoformat(said["as_of"]),
        term=said["term"],
        exams=tuple(
            Exam(
                course=one["course"],
                kind=one["kind"],
                starts=datetime.fromisoformat(one["starts"]),
                ends=datetime.fromisoformat(one["ends"]),
                place=one["place"],
                seat=one["seat"],
                seat_known=date.fromisoformat(one["seat_known"]),
            )
            for one in said["exams"]
        ),
        unpublished=tuple(said["unpublished"]),
        known_by=date.fromisoformat(said["known_by"]),
    )
