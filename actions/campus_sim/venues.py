"""Places a student can book: 示范大学活动场地与自助设备一览表, and the rules of 学生社团与活动场地管理办法 第五章.

One to seven days ahead, up to three hours, twice a day and four times a week. More than fifty people are an activity that
needs approval (第十八条): three working days ahead, and beyond two hundred by the big-event procedure, not here.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.campus_sim.bookings import (
    GONE,
    Booked,
    Wish,
    check_own,
    check_standing,
    claim,
    held_between,
    let_rivals_first,
    local,
    minute,
    monday_of,
    peak,
)
from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.courses import BELLS
from actions.campus_sim.dates import SATURDAY, working_days_after
from actions.campus_sim.leaves import Minute
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.problems import Problem

FIRST_DAY, LAST_DAY = 1, 7
LONGEST, SHORTEST = timedelta(hours=3), timedelta(minutes=30)
A_DAY, A_WEEK = 2, 4
FREELY_UP_TO, WITH_APPROVAL_UP_TO = 50, 200
APPROVAL_WORKING_DAYS = 3
FREE_UNTIL = time(17)
"""Courts cost nothing on working days before five."""

router = APIRouter(tags=["venues"])

Kind = Literal[
    "study_room",
    "meeting_room",
    "activity_room",
    "music_room",
    "dance_room",
    "badminton",
    "table_tennis",
    "basketball",
    "classroom",
    "hall",
]
Hours = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Venue:
    """One line of the table of venues."""

    key: str
    name: str
    kind: Kind
    place: str
    most: int
    """People; of one court or room where there are several."""
    hours: Hours
    """Monday to Friday."""
    weekend: Hours
    office: str
    units: int = 1
    """Courts, tables or rooms of the same kind, any of which will do."""
    cents_an_hour: int = 0
    teaching_room: str | None = None
    """As timetables write it; lessons come first."""


DESK, CLUBS, LIBRARY, GYM = "学生社区服务中心3号窗口", "校团委社团事务办公室", "图书馆总服务台", "体育馆前台"
CENTRE, CENTRE_WEEKEND = (("08:30", "22:00"),), (("09:00", "22:00"),)
LATE, READING = (("08:00", "23:00"),), (("08:00", "22:00"),)
PLAY, PLAY_WEEKEND = (("12:00", "22:00"),), (("09:00", "22:00"),)
OUTSIDE = (("06:00", "22:00"),)
BETWEEN_MEALS = (("14:00", "16:00"), ("19:30", "21:00"))

VENUES = (
    Venue("V01", "研讨室一", "study_room", "学生活动中心三楼305室", 12, CENTRE, CENTRE_WEEKEND, DESK),
    Venue("V02", "研讨室二", "study_room", "学生活动中心三楼306室", 12, CENTRE, CENTRE_WEEKEND, DESK),
    Venue("V03", "研讨室三", "study_room", "学生活动中心三楼307室", 8, CENTRE, CENTRE_WEEKEND, DESK),
    Venue("V04", "图书馆研讨间", "study_room", "图书馆二楼201室至206室", 6, READING, READING, LIBRARY, units=6),
    Venue("V05", "研究生研讨室", "study_room", "11号楼一层103室", 12, LATE, LATE, DESK),
    Venue("V06", "图书馆大研讨室", "meeting_room", "图书馆三楼310室", 18, READING, READING, LIBRARY),
    Venue("V07", "社团活动室一", "activity_room", "学生活动中心二楼208室", 40, CENTRE, CENTRE_WEEKEND, CLUBS),
    Venue("V08", "社团活动室二", "activity_room", "学生活动中心二楼210室", 40, CENTRE, CENTRE_WEEKEND, CLUBS),
    Venue("V09", "学生交流厅", "activity_room", "第一食堂二楼东侧", 100, BETWEEN_MEALS, BETWEEN_MEALS, DESK),
    Venue("V10", "咖啡谈心角", "activity_room", "5号楼一层104室", 8, CENTRE_WEEKEND, CENTRE_WEEKEND, DESK),
    Venue("V11", "电影放映室", "activity_room", "6号楼一层102室", 30, (("18:00", "22:00"),), CENTRE_WEEKEND, DESK),
    Venue(
        "V12",
        "音乐排练室（有钢琴）",
        "music_room",
        "学生活动中心二楼203室",
        25,
        (("08:30", "21:30"),),
        (("09:00", "21:30"),),
        DESK,
    ),
    Venue("V13", "舞蹈排练厅", "dance_room", "学生活动中心二楼201室", 40, CENTRE, CENTRE_WEEKEND, DESK),
    Venue("V14", "瑜伽室", "dance_room", "体育馆三层303室", 30, PLAY, (("09:00", "21:00"),), GYM),
    Venue("V15", "羽毛球场", "badminton", "体育馆二层", 6, PLAY, PLAY_WEEKEND, GYM, units=8, cents_an_hour=1000),
    Venue("V16", "乒乓球台", "table_tennis", "体育馆二层", 4, PLAY, PLAY_WEEKEND, GYM, units=12, cents_an_hour=500),
    Venue("V17", "篮球场", "basketball", "体育馆南侧", 20, OUTSIDE, OUTSIDE, GYM, units=6),
    Venue(
        "V18",
        "普通教室A203",
        "classroom",
        "教学楼A座二层203室",
        60,
        READING,
        READING,
        DESK,
        teaching_room="教学楼A座203",
    ),
    Venue(
        "V19",
        "普通教室B204",
        "classroom",
        "教学楼B座二层204室",
        60,
        READING,
        READING,
        DESK,
        teaching_room="教学楼B座204",
    ),
    Venue(
        "V20",
        "阶梯教室A102",
        "classroom",
        "教学楼A座一层102室",
        150,
        READING,
        READING,
        DESK,
        teaching_room="教学楼A座102",
    ),
    Venue("V21", "多功能厅", "hall", "学生活动中心一楼105室", 220, CENTRE, CENTRE_WEEKEND, DESK),
    Venue("V22", "报告厅", "hall", "学生活动中心四楼401室", 300, CENTRE, CENTRE_WEEKEND, DESK),
    Venue("V23", "图书馆报告厅", "hall", "图书馆一楼110室", 200, (("09:00", "21:00"),), (("09:00", "17:00"),), LIBRARY),
)


class VenueState(BaseModel):
    venue: str
    name: str
    kind: Kind
    place: str
    most: int
    opens: list[str]
    """``08:30–22:00``, once or twice for the day asked about."""
    open: bool
    """Whether it is open the whole time asked about."""
    left: int
    """How many of its courts, tables or rooms are free the whole time."""
    fee_cents: int
    """For the whole time."""
    department: str


class VenueStates(BaseModel):
    venues: list[VenueState]


class VenueForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    student: str = Field(max_length=20)
    venue: str = Field(max_length=10)
    start: Minute
    end: Minute
    people: int = Field(ge=1, le=2000)
    purpose: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None


class VenueOrder(Booked):
    people: int
    purpose: str | None
    fee_cents: int
    approver: str | None
    """Who decides where the status is ``待审批``."""


def _hours(venue: Venue, day: date) -> Hours:
    return venue.hours if day.weekday() < SATURDAY else venue.weekend


def _open(venue: Venue, start: datetime, end: datetime) -> bool:
    begins, ends = f"{start:%H:%M}", f"{end:%H:%M}"
    return start.date() == end.date() and any(
        first <= begins and ends <= last for first, last in _hours(venue, start.date())
    )


def fee_cents(venue: Venue, start: datetime, end: datetime) -> int:
    """The price in 分: by the minute, on working days only from five in the afternoon on."""
    if start.weekday() < SATURDAY:
        start = max(start, datetime.combine(start.date(), FREE_UNTIL))
    minutes = max(timedelta(), end - start) // timedelta(minutes=1)
    return venue.cents_an_hour * minutes // 60


def _lessons(db: sqlite3.Connection, day: date) -> dict[str, list[tuple[str, str]]]:
    """When lessons are held in each room that day; kept free in every week, whichever the class meets in."""
    busy: dict[str, list[tuple[str, str]]] = {}
    for row in db.execute("SELECT DISTINCT place, periods FROM timetables WHERE weekday = ?", (day.isoweekday(),)):
        first, last = BELLS[row["periods"]]
        busy.setdefault(row["place"], []).append((f"{day}T{first:%H:%M}", f"{day}T{last:%H:%M}"))
    return busy


def _left(
    venue: Venue,
    held: dict[str, list[tuple[str, str]]],
    busy: dict[str, list[tuple[str, str]]],
    start: str,
    end: str,
) -> int:
    if venue.teaching_room is not None and peak(busy.get(venue.teaching_room, []), start, end):
        return 0
    return max(0, venue.units - peak(held.get(venue.key, []), start, end))


@router.get("/venues", response_model=VenueStates)
def venues_at(
    campus: Here, kind: Kind, start: Minute, end: Minute, people: Annotated[int, Query(ge=1)] = 1
) -> dict[str, Any]:
    """Every venue of ``kind`` and how it stands from ``start`` to ``end``; what has begun is over.

    Refuses, for so many ``people``, with ``big_event`` (details: most) and ``approval_too_late`` (details: first).
    """
    begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
    check_crowd(people, begins.date(), campus.now().date())
    with campus.ledger.reading() as db:
        held, busy = held_between(db, "venue", start, end), _lessons(db, begins.date())
    past = begins <= local(campus.now())
    return {
        "venues": [
            {
                "venue": one.key,
                "name": one.name,
                "kind": one.kind,
                "place": one.place,
                "most": one.most,
                "opens": [f"{first}–{last}" for first, last in _hours(one, begins.date())],
                "open": _open(one, begins, ends),
                "left": 0 if past or not _open(one, begins, ends) else _left(one, held, busy, start, end),
                "fee_cents": fee_cents(one, begins, ends),
                "department": one.office,
            }
            for one in VENUES
            if one.kind == kind
        ]
    }


class BookableDays(BaseModel):
    first: date
    last: date


@router.get("/venues/days", response_model=BookableDays)
def bookable_days(campus: Here) -> dict[str, date]:
    """The first and the last day that may be booked today."""
    first, last = _days(campus.now().date())
    return {"first": first, "last": last}


def _days(today: date) -> tuple[date, date]:
    return today + timedelta(days=FIRST_DAY), today + timedelta(days=LAST_DAY)


class FreeTimes(BaseModel):
    starts: list[str]
    """``14:00``: where a place of this kind is free from then on for the time asked about."""


@router.get("/venues/times", response_model=FreeTimes)
def free_times(
    campus: Here,
    kind: Kind,
    day: date,
    minutes: Annotated[int, Query(ge=30, le=180)] = 60,
    people: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """From which half hours of ``day`` on a place for ``people`` is free for ``minutes``."""
    midnight = datetime.combine(day, time())
    now, length = local(campus.now()), timedelta(minutes=minutes)
    with campus.ledger.reading() as db:
        held = held_between(db, "venue", minute(midnight), minute(midnight + timedelta(days=1)))
        busy = _lessons(db, day)
    starts = []
    for half_hour in range(48):
        begins = midnight + timedelta(minutes=30 * half_hour)
        ends = begins + length
        if begins > now and any(
            one.kind == kind
            and one.most >= people
            and _open(one, begins, ends)
            and _left(one, held, busy, minute(begins), minute(ends))
            for one in VENUES
        ):
            starts.append(f"{begins:%H:%M}")
    return {"starts": starts}


def check_time(start: datetime, end: datetime, now: datetime) -> None:
    """Raises 422 ``venue_time_backwards``, 409 ``wrong_day`` (details: first, last), ``too_long``, ``too_short``."""
    if end <= start:
        raise Problem(422, "venue_time_backwards", "结束时间早于或等于开始时间。")
    first, last = _days(now.date())
    if not first <= start.date() <= last:
        raise Problem(409, "wrong_day", "只能提前 1 至 7 天预约。", {"first": f"{first}", "last": f"{last}"})
    if end - start > LONGEST:
        raise Problem(409, "too_long", "每次不超过 3 小时。")
    if end - start < SHORTEST:
        raise Problem(409, "too_short", "每次至少半小时。")


def check_crowd(people: int, day: date, today: date) -> None:
    """Raises 409 ``big_event`` (details: most) and ``approval_too_late`` (details: first)."""
    if people > WITH_APPROVAL_UP_TO:
        raise Problem(409, "big_event", "超过 200 人的活动随活动审批安排场地。", {"most": WITH_APPROVAL_UP_TO})
    first = working_days_after(today, APPROVAL_WORKING_DAYS)
    if people > FREELY_UP_TO and day < first:
        raise Problem(409, "approval_too_late", "超过 50 人须提前 3 个工作日申请。", {"first": f"{first}"})


def _check_often(db: sqlite3.Connection, student: str, day: date) -> None:
    monday = monday_of(day)
    rows = db.execute(
        "SELECT start FROM bookings WHERE service = 'venue' AND student = ? AND status != ? AND start >= ? AND start < ?",
        (student, GONE, f"{monday}", f"{monday + timedelta(days=7)}"),
    ).fetchall()
    if sum(row["start"].startswith(f"{day}") for row in rows) >= A_DAY:
        raise Problem(409, "daily_limit", "每日不超过 2 次。", {"most": A_DAY})
    if len(rows) >= A_WEEK:
        raise Problem(409, "weekly_limit", "每周不超过 4 次。", {"most": A_WEEK})


def _venue(key: str) -> Venue:
    for venue in VENUES:
        if venue.key == key:
            return venue
    raise Problem(404, "no_such_venue", "没有这个场地。")


def _wish(form: VenueForm, venue: Venue) -> Wish:
    start, end = datetime.fromisoformat(form.start), datetime.fromisoformat(form.end)
    return Wish("venue", venue.key, start, end, form.student, venue.name, venue.place)


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: VenueForm, venue: Venue) -> VenueOrder:
    now, wish = campus.now(), _wish(form, venue)
    check_standing(db, "venue", form.student, now.date())
    check_time(wish.start, wish.end, local(now))
    if not _open(venue, wish.start, wish.end):
        opens = "、".join(f"{first}–{last}" for first, last in _hours(venue, wish.start.date()))
        raise Problem(409, "venue_closed", "这个时间不开放。", {"name": venue.name, "opens": opens})
    if form.people > venue.most:
        raise Problem(409, "too_many_people", "超过容纳人数。", {"most": venue.most})
    check_crowd(form.people, wish.start.date(), now.date())
    _check_often(db, form.student, wish.start.date())
    check_own(db, wish)
    lessons = _lessons(db, wish.start.date()).get(venue.teaching_room or "", [])
    if peak(lessons, form.start, form.end):
        raise Problem(409, "slot_taken", "这个时间有课。")
    claim(db, number, wish, venue.units)
    approval = form.people > FREELY_UP_TO
    return VenueOrder(
        number=number,
        status="待审批" if approval else "已预约",
        department=venue.office,
        student=form.student,
        what=wish.what,
        start=form.start,
        end=form.end,
        place=wish.place,
        people=form.people,
        purpose=form.purpose,
        fee_cents=fee_cents(venue, wish.start, wish.end),
        approver="指导教师和业务指导单位" if approval else None,
        created_at=now,
    )


@router.post("/venues/bookings", response_model=VenueOrder, status_code=201, responses=MADE)
def book_venue(form: VenueForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_student``, ``student_not_active``, ``no_such_venue``, ``paused`` (details: until),
    ``venue_time_backwards``, ``wrong_day`` (details: first, last), ``too_long``, ``too_short``, ``venue_closed``
    (details: name, opens), ``too_many_people`` and ``big_event`` (details: most), ``approval_too_late`` (details: first),
    ``daily_limit``, ``weekly_limit``, ``overlapping_booking`` (details: number, start) and ``slot_taken``."""
    venue = _venue(form.venue)
    let_rivals_first(campus, _wish(form, venue), venue.units)
    return make_once(
        campus, key, "venue", form.student, form, lambda db, number: _order(campus, db, number, form, venue)
    )
