"""The clients of counsellors, tutors, venues and activities against the captured exchanges, and against a real office."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from actions.offices import OfficeClosed, OfficeError, Offices, Refusal, activities, counselling, tutors, venues
from actions.offices.bookings import Booking
from tests.actions.campus_sim.back_office import BackOffice, fresh_key
from tests.actions.offices.test_exchanges_of_offices import Ask, replaying
from tests.actions.offices.wires import Wire, fails, problem

STUDENT = "2023010001"
TALK = counselling.Appointment(STUDENT, "Z01_20261125T1400", "面谈", True, "13800138000", "家庭")
LATER = counselling.Appointment(STUDENT, "Z04_20261127T0900", "面谈", True, "13800138000", "家庭")
OTHER = counselling.Appointment("2023010002", "Z01_20261125T1400", "面谈", True, "13800138000", "家庭")
TUTOR_TALK = tutors.Appointment(STUDENT, "D01_20261125T1400", "极限没听懂", "当面")
AT_TWO, AT_FOUR = datetime(2026, 11, 25, 14), datetime(2026, 11, 25, 16)
ROOM = venues.Use(STUDENT, "V01", AT_TWO, AT_FOUR, 6)
HALL = venues.Use(STUDENT, "V21", datetime(2026, 11, 27, 18), datetime(2026, 11, 27, 20), 80, "班级联欢")
TOO_FAR = venues.Use(STUDENT, "V01", datetime(2026, 12, 1, 14), datetime(2026, 12, 1, 16), 6)


def talk(status: str = "待中心确认") -> Booking:
    return Booking(
        "XL20261123-0001", status, "陆雨晴老师", AT_TWO, AT_TWO + timedelta(minutes=50), "学生活动中心三楼301室"
    )


ANSWERED: list[tuple[str, Ask, Any]] = [
    ("counselling_accepted", lambda offices: offices.counselling.submit(TALK, key="talk-1"), talk()),
    ("counselling_own", lambda offices: offices.bookings.own("counselling", STUDENT), (talk(),)),
    (
        "counselling_one",
        lambda offices: offices.bookings.order("counselling", "XL20261123-0001", student=STUDENT),
        talk(),
    ),
    (
        "counselling_released",
        lambda offices: offices.bookings.release("counselling", "XL20261123-0001", student=STUDENT, key="release-1"),
        talk("已取消"),
    ),
    (
        "tutor_accepted",
        lambda offices: offices.tutors.submit(TUTOR_TALK, key="tutor-1"),
        Booking("DS20261123-0001", "已预约", "王启明老师", AT_TWO, AT_TWO + timedelta(minutes=30), "图书馆二楼216室"),
    ),
    (
        "venue_accepted",
        lambda offices: offices.venues.submit(ROOM, key="venue-1"),
        venues.VenueOrder(
            Booking("CD20261123-0001", "已预约", "研讨室一", AT_TWO, AT_FOUR, "学生活动中心三楼305室"),
            "学生社区服务中心3号窗口",
            0,
            None,
        ),
    ),
    (
        "venue_waits_for_approval",
        lambda offices: offices.venues.submit(HALL, key="venue-2"),
        venues.VenueOrder(
            Booking("CD20261123-0002", "待审批", "多功能厅", HALL.start, HALL.end, "学生活动中心一楼105室"),
            "学生社区服务中心3号窗口",
            0,
            "指导教师和业务指导单位",
        ),
    ),
    ("standing", lambda offices: offices.bookings.check_standing("tutor", STUDENT), None),
    ("venue_days", lambda offices: offices.venues.days(), (date(2026, 11, 24), date(2026, 11, 30))),
    (
        "venue_times",
        lambda offices: offices.venues.times("badminton", date(2026, 11, 24), minutes=120, people=4),
        tuple(f"{half // 2}:{half % 2 * 30:02d}" for half in range(24, 41)),
    ),
    (
        "activities",
        lambda offices: offices.activities.coming(kind="讲座", day=date(2026, 11, 26)),
        (
            activities.Activity(
                activity="H05_20261126",
                title="敦煌艺术讲座",
                words=("敦煌", "艺术"),
                kind="讲座",
                start=datetime(2026, 11, 26, 19),
                end=datetime(2026, 11, 26, 20, 30),
                place="图书馆一楼110室",
                organiser="艺术与设计学院",
                left=0,
                waiting=0,
                withdrawable=True,
            ),
        ),
    ),
    (
        "activity_accepted",
        lambda offices: offices.activities.submit(activities.SignUp(STUDENT, "H01_20261128", False), key="activity-1"),
        activities.SignUpOrder(
            Booking(
                "HD20261123-0001",
                "已报名",
                "图书馆志愿服务",
                datetime(2026, 11, 28, 9),
                datetime(2026, 11, 28, 12),
                "图书馆一楼大厅",
            ),
            0,
        ),
    ),
]

REFUSED: list[tuple[str, Ask, str, dict[str, Any]]] = [
    (
        "counselling_one_a_week",
        lambda offices: offices.counselling.submit(LATER, key="talk-2"),
        "one_a_week",
        {"number": "XL20261123-0001", "start": "2026-11-25T14:00"},
    ),
    ("counselling_slot_taken", lambda offices: offices.counselling.submit(OTHER, key="talk-3"), "slot_taken", {}),
    (
        "counselling_already_released",
        lambda offices: offices.bookings.release("counselling", "XL20261123-0001", student=STUDENT, key="release-2"),
        "already_released",
        {"number": "XL20261123-0001"},
    ),
    (
        "tutor_overlapping",
        lambda offices: offices.tutors.submit(TUTOR_TALK, key="tutor-2"),
        "overlapping_booking",
        {"number": "DS20261123-0001", "start": "2026-11-25T14:00"},
    ),
    (
        "venue_wrong_day",
        lambda offices: offices.venues.submit(TOO_FAR, key="venue-3"),
        "wrong_day",
        {"first": "2026-11-24", "last": "2026-11-30"},
    ),
    (
        "standing_not_active",
        lambda offices: offices.bookings.check_standing("tutor", "2023010002"),
        "student_not_active",
        {"status": "休学"},
    ),
    (
        "venues_big_event",
        lambda offices: offices.venues.at("hall", AT_TWO, AT_FOUR, people=250),
        "big_event",
        {"most": 200},
    ),
    (
        "activity_closed",
        lambda offices: offices.activities.submit(activities.SignUp(STUDENT, "H01_20261121", False), key="activity-3"),
        "signup_closed",
        {},
    ),
]


@pytest.mark.parametrize(("name", "ask", "meant"), ANSWERED, ids=[one[0] for one in ANSWERED])
async def test_an_answer_is_read_as_it_was_meant(name: str, ask: Ask, meant: Any) -> None:
    assert await ask(replaying(name)) == meant


@pytest.mark.parametrize(("name", "ask", "code", "details"), REFUSED, ids=[one[0] for one in REFUSED])
async def test_a_refusal_is_read_as_it_was_meant(name: str, ask: Ask, code: str, details: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        await ask(replaying(name))
    assert (refusal.value.code, refusal.value.details) == (code, details)


async def test_a_waiting_place_is_read_with_its_place_in_line() -> None:
    waits = activities.SignUp(STUDENT, "H05_20261126", True)
    order = await replaying("activity_waits").activities.submit(waits, key="activity-2")
    assert (order.booking.status, order.waiting) == ("候补", 1)


async def test_the_long_lists_are_read_whole() -> None:
    talks = await replaying("counselling_slots").counselling.talks(date(2026, 11, 25))
    assert talks[0] == counselling.Talk(
        slot="Z04_20261125T0900",
        counsellor="程思远",
        gender="男",
        start=datetime(2026, 11, 25, 9),
        end=datetime(2026, 11, 25, 9, 50),
        place="学生活动中心三楼301室",
    )
    assert len(talks) == 8
    people = await replaying("tutors").tutors.tutors()
    assert people[0] == tutors.Tutor("D01", "王启明", ("高等数学", "线性代数"))
    assert len(people) == 6
    half_hours = await replaying("tutor_slots").tutors.talks(day=date(2026, 11, 25), subject="高等数学")
    assert (half_hours[0].tutor, half_hours[0].start, len(half_hours)) == (people[0], AT_TWO, 6)
    rooms = await replaying("venues").venues.at("study_room", AT_TWO, AT_FOUR, people=6)
    assert rooms[3] == venues.Venue(
        venue="V04",
        name="图书馆研讨间",
        place="图书馆二楼201室至206室",
        most=6,
        opens=("08:00–22:00",),
        open=True,
        left=6,
        fee_cents=0,
        department="图书馆总服务台",
    )


async def test_a_talk_is_made_moved_and_given_back(offices: Offices) -> None:
    free = [one for one in await offices.counselling.talks() if one.start.weekday() < 3]
    key = fresh_key()
    made = await offices.counselling.submit(
        counselling.Appointment("2024030001", free[0].slot, "视频", True, "13800138000", "情绪"), key=key
    )
    assert (made.start, made.place) == (free[0].start, "线上视频")
    moved = await offices.counselling.submit(
        counselling.Appointment("2024030001", free[1].slot, instead_of=made.number), key=fresh_key()
    )
    assert await offices.bookings.own("counselling", "2024030001") == (moved,)
    given = await offices.bookings.release("counselling", moved.number, student="2024030001", key=fresh_key())
    assert (given.number, given.status) == (moved.number, "已取消")
    assert await offices.bookings.own("counselling", "2024030001") == ()


async def test_a_lost_answer_to_a_booking_and_to_a_release_are_found_again(
    offices: Offices, back_office: BackOffice
) -> None:
    use = venues.Use("2024030002", "V06", datetime(2026, 11, 26, 9), datetime(2026, 11, 26, 10), 12)
    back_office.fault(path="/venues/bookings", kind="reset_after_commit")
    made = await offices.venues.submit(use, key=fresh_key())
    back_office.fault(path="/bookings/venue", kind="truncated")
    given = await offices.bookings.release("venue", made.booking.number, student="2024030002", key=fresh_key())
    assert (given.number, given.status) == (made.booking.number, "已取消")
    assert (await offices.bookings.order("venue", made.booking.number, student="2024030002")).status == "已取消"


async def test_a_number_that_is_none_asks_for_no_other_record() -> None:
    told = Wire()
    for asking in (
        told.offices().bookings.order("venue", "../counselling/XL20261123-0001", student=STUDENT),
        told.offices().bookings.release("venue", "CD1/release", student=STUDENT, key="k"),
    ):
        with pytest.raises(Refusal, match="no_such_order"):
            await asking
    assert told.asked == []


CANARIES = (STUDENT, "家庭", "13800138000", "极限没听懂", "班级联欢", "陆雨晴", "canary")


async def test_who_sees_a_counsellor_and_why_is_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen = repr((TALK, TUTOR_TALK, HALL, talk()))
    for answer in (fails(httpx.ConnectError), problem(409, "slot_taken", what="陆雨晴老师")):
        offices = Wire(post=[answer], by_key=[answer], get=[answer]).offices()
        for asking in (
            offices.counselling.submit(TALK, key="case-1"),
            offices.tutors.submit(TUTOR_TALK, key="case-2"),
            offices.venues.submit(HALL, key="case-3"),
            offices.bookings.own("counselling", STUDENT),
        ):
            with pytest.raises(OfficeError) as failed:
                await asking
            seen += repr(failed.value) + str(failed.value)
    assert [canary for canary in CANARIES if canary in seen + caplog.text] == []


async def test_a_calendar_that_does_not_answer_is_closed() -> None:
    offices = Wire(get=[fails(httpx.ReadError)]).offices()
    for asking in (
        offices.counselling.talks(),
        offices.tutors.talks(),
        offices.venues.at("hall", AT_TWO, AT_FOUR),
        offices.activities.coming(),
    ):
        with pytest.raises(OfficeClosed):
            await asking
