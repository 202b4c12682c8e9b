"""The four services with slots over a back office in this process: what they offer, show, send and say."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed
from actions.campus_sim.server import application
from actions.offices import OfficeClosed, Offices, Refusal
from actions.rasa_actions import Order
from actions.task import Asked, read_tasks
from actions.tasks import activity_signup, counselling_appointment, tutor_appointment, venue_booking
from tests.actions.campus_sim.back_office import SECRET, fresh_key
from tests.actions.campus_sim.clock import Clock
from tests.actions.offices.wires import Wire, fails

STUDENT, CLASSMATE, SUSPENDED, GRADUATE = "2023010001", "2023010005", "2023010002", "2022010001"
MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=CAMPUS)
TALK = {
    "deed": "book",
    "day": "2026-11-25",
    "slot": "Z01_20261125T1400",
    "mode": "面谈",
    "first": "yes",
    "category": "家庭",
    "phone": "13800138000",
}
TUTOR_TALK = {"deed": "book", "subject": "高等数学", "topic": "极限", "slot": "D01_20261125T1400", "mode": "线上"}
COURT = {
    "deed": "book",
    "kind": "badminton",
    "period": "2026-11-25T18:00/2026-11-25T20:00",
    "people": "4",
    "venue": "V15",
}
HALL = {
    "deed": "book",
    "kind": "hall",
    "period": "2026-11-27T18:00/2026-11-27T20:00",
    "people": "80",
    "venue": "V21",
    "purpose": "班级联欢",
}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "campus_sim.sqlite"
    ledger = Ledger(path)
    ledger.open(seed)
    ledger.close()
    return path


@pytest.fixture
async def offices(seeded: Path, tmp_path: Path) -> AsyncIterator[Offices]:
    """Every office, on the morning of Monday, 23 November 2026."""
    ledger = Ledger(Path(shutil.copy(seeded, tmp_path / "campus_sim.sqlite")))
    ledger.open(seed)
    app = application(Campus(ledger, Clock(MONDAY)), SECRET, Connections())
    offices = Offices.connect("http://campus", SECRET, transport=httpx.ASGITransport(app=app))
    yield offices
    await offices.close()
    ledger.close()


def order(values: Mapping[str, str], student: str = STUDENT, **changed: str) -> Order:
    return Order(student, {**values, **changed}, fresh_key())


def asked(field: str, said: str = "", chosen: str | None = None, student: str = STUDENT, **values: str) -> Asked:
    return Asked(field, {"deed": "book", **values}, student, said, chosen)


async def labels(service: Any, asked_: Asked, offices: Offices) -> list[str]:
    return [one.label for one in await service.options(asked_, offices)]


async def refused(asking: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refusal) as refusal:
        await asking
    return refusal.value.code, dict(refusal.value.details)


async def absent(offices: Offices, service: str, times: int) -> None:
    for _ in range(times):
        await offices.client.post("/_absences", json={"service": service, "student": STUDENT})


# counselling_appointment


async def test_days_and_talks_are_offered_with_name_and_hour(offices: Offices) -> None:
    days = await labels(counselling_appointment, asked("day"), offices)
    assert days[:3] == ["最早的时间", "11月24日（周二）", "11月25日（周三）"]
    assert len(days) == 8
    talks = await labels(counselling_appointment, asked("slot", day="2026-11-25"), offices)
    assert (talks[0], len(talks)) == ("11月25日（周三）09:00–09:50 程思远老师（男）", 8)
    women = await labels(counselling_appointment, asked("slot", "想找个女老师", day="2026-11-25"), offices)
    assert women == [f"11月25日（周三）{hour}:00–{hour}:50 陆雨晴老师（女）" for hour in (14, 15, 16)]
    soonest = await labels(counselling_appointment, asked("slot", "高老师", day="soonest"), offices)
    assert soonest[0] == "11月24日（周二）14:00–14:50 高静宜老师（女）"


async def test_a_talk_is_booked_without_a_word_on_why(offices: Offices) -> None:
    made = await counselling_appointment.submit(order(TALK), offices)
    assert (made["number"], made["office_status"]) == ("XL20261123-0001", "待中心确认")
    assert "11月25日（周三）14:00–14:50 陆雨晴老师，学生活动中心三楼301室" in made["told"]
    assert "知情同意书" in made["told"]
    assert "12356" in made["told"]
    assert "家庭" not in str(made)


async def test_a_talk_is_moved_and_then_given_back_by_its_number(offices: Offices) -> None:
    first = await counselling_appointment.submit(order(TALK), offices)
    own = await counselling_appointment.options(asked("booking", deed="move"), offices)
    assert [one.value for one in own] == [first["number"]]
    move = {"deed": "move", "booking": first["number"], "day": "2026-11-27", "slot": "Z04_20261127T0900"}
    moved = await counselling_appointment.submit(order(move), offices)
    assert f"原来的 {first['number']} 不用再管了" in moved["told"]
    back = await counselling_appointment.submit(order({"deed": "release", "booking": moved["number"]}), offices)
    assert (back["number"], back["office_status"]) == (moved["number"], "已取消")
    assert await refused(counselling_appointment.options(asked("booking", deed="release"), offices)) == (
        "nothing_booked",
        {},
    )


async def test_a_second_talk_in_the_week_is_refused_in_readable_words(offices: Offices) -> None:
    first = await counselling_appointment.submit(order(TALK), offices)
    second = order(TALK, slot="Z04_20261127T0900")
    details = {"number": first["number"], "start": "11月25日（周三）14:00"}
    assert await refused(counselling_appointment.submit(second, offices)) == ("one_a_week", details)


async def test_who_may_not_book_hears_it_at_the_first_question(offices: Offices) -> None:
    graduate = await refused(counselling_appointment.options(asked("day", student=GRADUATE), offices))
    assert graduate == ("student_not_active", {"status": "毕业"})
    await absent(offices, "counselling", 2)
    paused = await refused(counselling_appointment.options(asked("day"), offices))
    assert paused == ("paused", {"until": "12月23日（周三）", "absences": 2})


async def test_a_day_that_is_full_is_asked_for_again(offices: Offices) -> None:
    assert await refused(counselling_appointment.options(asked("slot", day="2026-11-29"), offices)) == ("day_full", {})


async def test_the_card_says_where_and_until_when(offices: Offices) -> None:
    shown = await counselling_appointment.preview(order(TALK, mode="视频"), offices)
    assert shown == {
        "地点": "视频，链接由中心发给你",
        "时长": "50 分钟，免费",
        "改期或取消": "开始前 24 小时以前都可以",
    }


# tutor_appointment


async def test_subjects_are_offered_and_a_tutor_who_is_named(offices: Offices) -> None:
    subjects = await labels(tutor_appointment, asked("subject"), offices)
    assert (subjects[0], len(subjects)) == ("高等数学", 8)
    named = await tutor_appointment.options(asked("subject", "约王老师问高数"), offices)
    assert named[0].label == "王启明老师（高等数学、线性代数）"
    assert [one.value for one in named if one.said] == ["D01"]
    kept = await tutor_appointment.options(asked("subject", "极限", chosen="D04"), offices)
    assert kept[0].value == "D04"
    late = await tutor_appointment.options(asked("subject", "约王老师", chosen="学业规划"), offices)
    assert "学业规划" in {one.value for one in late}


async def test_half_hours_are_those_of_the_subject_or_of_the_tutor(offices: Offices) -> None:
    of_subject = await labels(tutor_appointment, asked("slot", subject="大学物理", day="2026-11-24"), offices)
    assert of_subject == [
        f"11月24日（周二）{clock} 郭志强老师" for clock in ("14:00–14:30", "14:30–15:00", "15:00–15:30", "15:30–16:00")
    ]
    of_tutor = await labels(tutor_appointment, asked("day", subject="D03"), offices)
    assert of_tutor == [
        "最早的时间",
        *(f"11月{day}" for day in ("24日（周二）", "26日（周四）")),
        "12月1日（周二）",
        "12月3日（周四）",
    ]


async def test_a_half_hour_is_booked_shown_and_given_back(offices: Offices) -> None:
    shown = await tutor_appointment.preview(order(TUTOR_TALK), offices)
    assert shown["地点"] == "线上会议，链接由学业发展中心发给你"
    made = await tutor_appointment.submit(order(TUTOR_TALK), offices)
    assert "11月25日（周三）14:00–14:30 王启明老师，线上会议" in made["told"]
    clash = await refused(tutor_appointment.submit(order(TUTOR_TALK), offices))
    assert clash == ("overlapping_booking", {"number": made["number"], "start": "11月25日（周三）14:00"})
    back = await tutor_appointment.submit(order({"deed": "release", "booking": made["number"]}), offices)
    assert back["office_status"] == "已取消"


async def test_nobody_who_pauses_sees_the_subjects(offices: Offices) -> None:
    paused = await refused(tutor_appointment.options(asked("subject", student=SUSPENDED), offices))
    assert paused == ("student_not_active", {"status": "休学"})


# venue_booking


@pytest.mark.parametrize(
    ("period", "code", "details"),
    [
        ("2026-11-23T14:00/2026-11-23T16:00", "wrong_day", {"first": "11月24日（周二）", "last": "11月30日（周一）"}),
        ("2026-12-01T14:00/2026-12-01T16:00", "wrong_day", {"first": "11月24日（周二）", "last": "11月30日（周一）"}),
        ("2026-11-25T00:00/2026-11-25T23:59", "hours_missing", {"day": "11月25日（周三）", "so_far": "11月25日"}),
        (
            "2026-11-25T14:00/2026-11-25T18:00",
            "too_long",
            {"day": "11月25日（周三）下午", "so_far": "11月25日下午"},
        ),
        ("2026-11-25T14:00/2026-11-25T17:30", "too_long", {"day": "11月25日（周三）", "so_far": "11月25日"}),
        ("2026-11-25T14:00/2026-11-25T14:20", "too_short", {"day": "11月25日（周三）", "so_far": "11月25日"}),
        ("2026-11-25T20:00/2026-11-26T10:00", "one_day", {}),
    ],
)
async def test_a_time_that_no_place_could_have_is_refused_at_once(
    offices: Offices, period: str, code: str, details: dict[str, str]
) -> None:
    assert await refused(venue_booking.check("period", period, offices)) == (code, details)


async def test_three_hours_within_the_week_will_do(offices: Offices) -> None:
    await venue_booking.check("period", "2026-11-25T14:00/2026-11-25T17:00", offices)


def room(**values: str) -> Asked:
    period = "2026-11-25T14:00/2026-11-25T16:00"
    return asked("venue", **{"kind": "study_room", "period": period, "people": "8", **values})


async def test_places_are_offered_that_are_free_and_large_enough(offices: Offices) -> None:
    shown = await venue_booking.options(room(), offices)
    assert [(one.label, one.said) for one in shown] == [
        ("研讨室一（学生活动中心三楼305室，最多 12 人）", "研讨室一|305"),
        ("研讨室二（学生活动中心三楼306室，最多 12 人）", "研讨室二|306"),
        ("研讨室三（学生活动中心三楼307室，最多 8 人）", "研讨室三|307"),
        ("研究生研讨室（11号楼一层103室，最多 12 人）", "研究生研讨室|11号楼|103"),
    ]
    halls = await venue_booking.options(room(kind="hall"), offices)
    assert [one.said for one in halls] == ["多功能厅|105", "401", "图书馆报告厅|图书馆|110"]


@pytest.mark.parametrize(
    ("values", "code", "details"),
    [
        ({"people": "13"}, "too_many_people", {"most": 12}),
        ({"kind": "hall", "people": "201"}, "big_event", {"most": 200}),
        ({"kind": "hall", "people": "51"}, "approval_too_late", {"first": "11月26日（周四）"}),
        (
            {"kind": "badminton", "people": "4", "period": "2026-11-25T09:00/2026-11-25T10:00"},
            "closed_then",
            {"day": "11月25日（周三）", "opens": "12:00–22:00"},
        ),
    ],
)
async def test_what_no_place_can_offer_is_said_with_its_reason(
    offices: Offices, values: dict[str, str], code: str, details: dict[str, Any]
) -> None:
    assert await refused(venue_booking.options(room(**values), offices)) == (code, details)


async def test_a_full_time_names_the_nearest_others(offices: Offices) -> None:
    taken = {**COURT, "kind": "meeting_room", "venue": "V06", "period": "2026-11-25T14:00/2026-11-25T16:00"}
    await venue_booking.submit(order(taken, student=CLASSMATE), offices)
    code, details = await refused(venue_booking.options(room(kind="meeting_room"), offices))
    assert (code, details) == (
        "none_free",
        {"times": "11月25日（周三）还可以从这些时候开始：11:30、12:00、16:00、16:30"},
    )


async def test_a_court_is_shown_and_booked_with_its_fee(offices: Offices) -> None:
    assert await venue_booking.preview(order(COURT), offices) == {"费用": "20.00 元", "取消": "开始前 2 小时以前都可以"}
    made = await venue_booking.submit(order(COURT), offices)
    assert (made["office_status"], "费用 20.00 元，到体育馆前台付。" in made["told"]) == ("已预约", True)


async def test_a_crowd_is_told_of_the_approval_before_and_after(offices: Offices) -> None:
    assert (await venue_booking.preview(order(HALL), offices))["审批"] == "超过 50 人，要指导教师和业务指导单位批准"
    made = await venue_booking.submit(order(HALL), offices)
    assert (made["office_status"], "现在是“待审批”" in made["told"]) == ("待审批", True)
    assert (await refused(venue_booking.preview(order(HALL), offices)))[0] == "slot_taken"
    back = await venue_booking.submit(order({"deed": "release", "booking": made["number"]}), offices)
    assert "场地让出来了" in back["told"]


# activity_signup


async def test_activities_are_found_by_kind_day_and_words(offices: Offices) -> None:
    async def titles(said: str = "", **values: str) -> list[str]:
        found = await labels(activity_signup, asked("activity", said, **values), offices)
        return [one.split(" ")[1].split("（")[0] for one in found]

    assert await titles(kind="讲座", day="2026-11-26") == ["敦煌艺术讲座"]
    assert set(await titles("想去拍照，摄影社的", kind="any")) == {"摄影社校园外拍"}
    weekend = await labels(activity_signup, asked("activity", "周末有什么志愿", kind="志愿"), offices)
    assert weekend[0] == "11月28日（周六）09:00–12:00 图书馆志愿服务（图书馆一楼大厅，还有 12 个名额）"
    nothing = await refused(activity_signup.options(asked("activity", kind="志愿", day="2026-11-24"), offices))
    assert nothing == ("nothing_on", {"when": "11月24日（周二）", "kind": "志愿活动"})


async def test_a_full_activity_is_offered_as_a_place_in_line_only(offices: Offices) -> None:
    full = (await activity_signup.options(asked("activity", kind="讲座", day="2026-11-26"), offices))[0]
    assert (full.value, "已满，可候补" in full.label) == ("H05_20261126_waits", True)
    values = {"deed": "book", "kind": "讲座", "activity": full.value}
    assert (await activity_signup.preview(order(values), offices))["名额"] == "已经满了，确认后登记候补，排在第 1 位"
    made = await activity_signup.submit(order(values), offices)
    assert (made["office_status"], "你排在第 1 位" in made["told"]) == ("候补", True)
    unasked = {**values, "activity": "H05_20261126"}
    assert (await refused(activity_signup.preview(order(unasked, CLASSMATE), offices)))[0] == "slot_taken"
    assert (await refused(activity_signup.submit(order(unasked, CLASSMATE), offices)))[0] == "slot_taken"


async def test_who_signs_up_late_is_told_that_there_is_no_way_back(offices: Offices) -> None:
    values = {"deed": "book", "kind": "社团", "activity": "H11_20261124"}
    assert (await activity_signup.preview(order(values), offices))["取消"] == "开始前 24 小时以前都可以"
    over = {**values, "activity": "H11_20261117"}
    assert (await refused(activity_signup.preview(order(over), offices)))[0] == "signup_closed"


async def test_a_name_is_taken_off_the_list(offices: Offices) -> None:
    made = await activity_signup.submit(order({"deed": "book", "kind": "志愿", "activity": "H01_20261128"}), offices)
    assert "11月28日（周六）09:00–12:00 图书馆志愿服务，图书馆一楼大厅" in made["told"]
    back = await activity_signup.submit(order({"deed": "release", "booking": made["number"]}), offices)
    assert (back["number"], back["office_status"]) == (made["number"], "已取消")


# all four


SERVICES = {
    "activity_signup": activity_signup,
    "counselling_appointment": counselling_appointment,
    "tutor_appointment": tutor_appointment,
    "venue_booking": venue_booking,
}


@pytest.mark.parametrize("name", SERVICES)
async def test_an_office_that_does_not_answer_is_closed_to_every_question(name: str) -> None:
    offices = Wire(get=[fails(httpx.ReadError)]).offices()
    values = {"kind": "study_room", "period": "2026-11-25T14:00/2026-11-25T16:00", "people": "4", "subject": "大学物理"}
    for of in read_tasks()[name].fields:
        if of.kind == "option":
            with pytest.raises(OfficeClosed):
                await SERVICES[name].options(asked(of.name, **values), offices)


REFUSALS = {
    "activity_signup": ("student_not_active", "paused", "signup_closed", "overlapping_booking", "slot_taken"),
    "counselling_appointment": ("student_not_active", "paused", "one_a_week", "term_limit", "slot_taken"),
    "tutor_appointment": ("student_not_active", "overlapping_booking", "slot_taken"),
    "venue_booking": (
        *(
            "student_not_active",
            "no_such_venue",
            "paused",
            "venue_time_backwards",
            "wrong_day",
            "too_long",
            "too_short",
        ),
        *("venue_closed", "too_many_people", "big_event", "approval_too_late", "daily_limit", "weekly_limit"),
        *("overlapping_booking", "slot_taken"),
    ),
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_refusal_of_the_office_has_its_sentence(name: str) -> None:
    known = read_tasks()[name].refusals
    wanted = {*REFUSALS[name], "no_such_order", "already_released", "too_late", "nothing_booked"}
    assert wanted - set(known) == set()
