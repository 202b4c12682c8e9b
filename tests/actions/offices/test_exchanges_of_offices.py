"""The clients against the captured exchanges: what they ask is what was asked, and what they read is what it meant."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from actions.offices import Offices, Refusal
from actions.offices.cards import Loss, Spending, TopUp, Unfreeze
from actions.offices.certificates import Certificate, CertificateOrder, Place
from actions.offices.coffee import CoffeeOrder, Drink, Robot, Wish
from actions.offices.leaves import Leave, LeaveOrder, Terms
from actions.offices.registry import Building, Room, Sample, Staff, Student
from actions.offices.repairs import Repair, RepairOrder
from actions.offices.studies import Average, Course, Exam, Grade, Lesson, WeeklyLesson, by_standing
from actions.offices.transcripts import Printer, Quote, Transcript, TranscriptOrder
from tests.actions.campus_sim.exchanges import read

Ask = Callable[[Offices], Awaitable[Any]]


def at(said: str) -> datetime:
    return datetime.fromisoformat(said)


REPAIR = Repair("2023010001", "3号楼", "水龙头关不紧", "13800138000", "any_time", room="502")
NOWHERE = Repair("2023010001", "3号楼", "水龙头关不紧", "13800138000", "any_time", room="999")
REPAIR_ORDER = RepairOrder(
    number="BX20261123-0001",
    status="受理",
    department="后勤保障处维修中心",
    due=date(2026, 11, 25),
    location="3号楼502",
    fault="水龙头关不紧",
    created_at=at("2026-11-23T10:30:00+08:00"),
)
TRANSCRIPT_ORDER = TranscriptOrder(
    number="CJ20261123-0001",
    status="待取件",
    language="zh",
    copies=3,
    sheets=3,
    sealed=False,
    printer="DY01",
    place="学生活动中心一楼大厅自助服务区",
    hours="每日 6:30–23:00",
    collect_code="482913",
    fee_cents=0,
    expires_at=at("2026-11-30T10:30:00+08:00"),
)

CERTIFICATE = Certificate("2023010001", "zh", 1, "实习", "electronic")
CERTIFICATE_ORDER = CertificateOrder(
    number="ZM20261123-0001",
    status="已出具",
    department="教务处学籍科",
    language="zh",
    copies=1,
    delivery="electronic",
    verify_code="482913",
    place=None,
    hours=None,
    collect_code=None,
    expires_at=None,
    ready_on=None,
)
DESK = "学生社区服务中心2号窗口（学生活动中心一楼）"
DESK_HOURS = "周一至周五 8:30–17:30，周六、周日 9:00–16:00"


def leave(start: str = "2026-11-25T14:00", end: str = "2026-11-27T18:00") -> Leave:
    return Leave("2023010001", "病假", at(start), at(end), False, "感冒发烧")


LEAVE_ORDER = LeaveOrder(
    number="QJ20261123-0001",
    terms=Terms(
        days=2.5,
        decided_by_days=2.5,
        status="待辅导员审批",
        approver="卢航宁",
        decide_by=date(2026, 11, 24),
        proof="医院开具的病假建议书",
        return_by=at("2026-11-28T18:00"),
        supervisor_first=False,
    ),
    kind="病假",
    start=at("2026-11-25T14:00"),
    end=at("2026-11-27T18:00"),
)

LOSS = Loss(
    number="GS20261123-0001",
    status="已挂失",
    card="6161070035",
    balance_cents=12428,
    since=at("2026-11-23T10:30:00+08:00"),
    effective_by=at("2026-11-23T10:35:00+08:00"),
    replacement_fee_cents=2000,
)
UNFREEZE = Unfreeze(
    number="JG20261123-0001",
    status="待验证",
    card="6161070035",
    link="http://campus/verify/token-1",
    expires_at=at("2026-11-23T10:45:00+08:00"),
)
TOP_UP = TopUp(
    number="CZ20261123-0001",
    status="待支付",
    card="6175140007",
    amount_cents=10000,
    link="http://campus/pay/token-2",
    expires_at=at("2026-11-23T10:45:00+08:00"),
    replaces=None,
)
WISH = Wish("2025020001", "KF02", "americano", "iced", "medium", "less", 2)
COFFEE_ORDER = CoffeeOrder(
    number="KF20261123-0001",
    status="待支付",
    name="美式",
    cups=2,
    place="图书馆一楼大厅",
    amount_cents=1600,
    link="http://campus/pay/token-4",
    pickup_code="482913",
    expires_at=at("2026-11-23T10:45:00+08:00"),
)

ANSWERED: list[tuple[str, Ask, Any]] = [
    (
        "student",
        lambda offices: offices.registry.student("2023010001"),
        Student(
            student="2023010001",
            name="苏明",
            college="计算机学院",
            major="人工智能",
            grade=2023,
            degree="本科",
            building="3号楼",
            room="502",
            phone="18660372507",
            status="在籍",
            counsellor="卢航宁",
        ),
    ),
    (
        "samples",
        lambda offices: offices.registry.samples(2),
        (Sample("2023010001", "苏明", "计算机学院"), Sample("2023020001", "孙宇雪", "电子信息学院")),
    ),
    ("staff", lambda offices: offices.registry.staff("T2001"), Staff("T2001", "沈若兰", "学生工作处")),
    ("room", lambda offices: offices.registry.room("3号楼", "502"), Room("3号楼", "502", "东苑", 5)),
    ("repair_accepted", lambda offices: offices.repairs.submit(REPAIR, key="repair-1"), REPAIR_ORDER),
    ("repair_replayed", lambda offices: offices.repairs.submit(REPAIR, key="repair-1"), REPAIR_ORDER),
    ("repair", lambda offices: offices.repairs.order("BX20261123-0001", student="2023010001"), REPAIR_ORDER),
    ("order_by_key", lambda offices: offices.repairs.find(key="repair-1"), REPAIR_ORDER),
    ("order_by_key_unknown", lambda offices: offices.repairs.find(key="never"), None),
    (
        "transcript_accepted",
        lambda offices: offices.transcripts.submit(Transcript("2023010001", "zh", 3, False), key="transcript-1"),
        TRANSCRIPT_ORDER,
    ),
    (
        "transcript",
        lambda offices: offices.transcripts.order("CJ20261123-0001", student="2023010001"),
        TRANSCRIPT_ORDER,
    ),
    (
        "transcript_sealed",
        lambda offices: offices.transcripts.submit(Transcript("2023010001", "zh", 4, True), key="transcript-3"),
        replace(
            TRANSCRIPT_ORDER,
            number="CJ20261123-0002",
            copies=4,
            sheets=4,
            sealed=True,
            printer=None,
            place=DESK,
            hours=DESK_HOURS,
            fee_cents=400,
        ),
    ),
    (
        "transcript_quote",
        lambda offices: offices.transcripts.quote(Transcript("2023010001", "both", 3, False)),
        Quote(6, 5, 200, "DY01", "学生活动中心一楼大厅自助服务区", "每日 6:30–23:00", ()),
    ),
    (
        "certificate_accepted",
        lambda offices: offices.certificates.submit(CERTIFICATE, key="certificate-1"),
        CERTIFICATE_ORDER,
    ),
    (
        "certificate",
        lambda offices: offices.certificates.order("ZM20261123-0001", student="2023010001"),
        CERTIFICATE_ORDER,
    ),
    (
        "certificate_printed",
        lambda offices: offices.certificates.submit(
            replace(CERTIFICATE, student="2023010003", delivery="printer"), key="certificate-2"
        ),
        replace(
            CERTIFICATE_ORDER,
            number="ZM20261123-0002",
            status="待取件",
            delivery="printer",
            place="教学楼B座一层大厅",
            hours="每日 7:00–22:00",
            collect_code="482913",
            expires_at=at("2026-11-30T10:30:00+08:00"),
        ),
    ),
    (
        "certificate_at_desk",
        lambda offices: offices.certificates.submit(replace(CERTIFICATE, delivery="desk"), key="certificate-3"),
        replace(
            CERTIFICATE_ORDER,
            number="ZM20261123-0003",
            status="办理中",
            delivery="desk",
            place=DESK,
            hours=DESK_HOURS,
            ready_on=date(2026, 11, 25),
        ),
    ),
    (
        "printer",
        lambda offices: offices.certificates.printer("2023010001"),
        Place("学生活动中心一楼大厅自助服务区", "每日 6:30–23:00"),
    ),
    ("leave_accepted", lambda offices: offices.leaves.submit(leave(), key="leave-1"), LEAVE_ORDER),
    ("leave", lambda offices: offices.leaves.order("QJ20261123-0001", student="2023010001"), LEAVE_ORDER),
]

ANSWERED += [
    ("loss_accepted", lambda offices: offices.cards.report_lost("2023010005", key="loss-1"), LOSS),
    ("loss", lambda offices: offices.cards.loss("GS20261123-0001", student="2023010005"), LOSS),
    ("unfreeze_accepted", lambda offices: offices.cards.ask_to_unfreeze("2023010005", key="unfreeze-1"), UNFREEZE),
    ("unfreeze", lambda offices: offices.cards.unfreeze("JG20261123-0001", student="2023010005"), UNFREEZE),
    ("top_up_accepted", lambda offices: offices.cards.order_top_up("2025020001", 10000, key="top-up-1"), TOP_UP),
    (
        "top_up_again",
        lambda offices: offices.cards.order_top_up("2025020001", 5000, key="top-up-2"),
        replace(
            TOP_UP,
            number="CZ20261123-0002",
            amount_cents=5000,
            link="http://campus/pay/token-3",
            replaces="CZ20261123-0001",
        ),
    ),
    (
        "top_up",
        lambda offices: offices.cards.top_up("CZ20261123-0001", student="2025020001"),
        replace(TOP_UP, status="已作废"),
    ),
    ("coffee_accepted", lambda offices: offices.coffee.submit(WISH, key="coffee-1"), COFFEE_ORDER),
    ("coffee", lambda offices: offices.coffee.order("KF20261123-0001", student="2025020001"), COFFEE_ORDER),
]

REFUSED: list[tuple[str, Ask, str, dict[str, Any]]] = [
    ("student_unknown", lambda offices: offices.registry.student("2023019999"), "no_such_student", {}),
    ("staff_unknown", lambda offices: offices.registry.staff("T9999"), "no_such_staff", {}),
    ("room_unknown", lambda offices: offices.registry.room("3号楼", "999"), "no_such_room", {}),
    ("card_unknown", lambda offices: offices.cards.card("2023019999"), "no_such_card", {}),
    (
        "repair_duplicate",
        lambda offices: offices.repairs.submit(REPAIR, key="repair-2"),
        "duplicate_repair",
        {"number": "BX20261123-0001"},
    ),
    ("repair_no_such_room", lambda offices: offices.repairs.submit(NOWHERE, key="repair-3"), "no_such_room", {}),
    (
        "repair_of_another",
        lambda offices: offices.repairs.order("BX20261123-0001", student="2023010005"),
        "no_such_order",
        {},
    ),
    (
        "transcript_not_active",
        lambda offices: offices.transcripts.submit(Transcript("2023010002", "zh", 2, False), key="transcript-2"),
        "student_not_active",
        {"status": "休学"},
    ),
    (
        "transcript_too_many",
        lambda offices: offices.transcripts.submit(Transcript("2023010001", "both", 6, False), key="transcript-4"),
        "too_many_copies",
        {"sheets": 12, "most": 10},
    ),
    (
        "certificate_not_active",
        lambda offices: offices.certificates.submit(replace(CERTIFICATE, student="2023010002"), key="certificate-4"),
        "student_not_active",
        {"status": "休学"},
    ),
    (
        "agenda_not_active",
        lambda offices: offices.studies.agenda("2023010002", date(2026, 11, 23), date(2026, 11, 23)),
        "student_not_active",
        {"status": "休学"},
    ),
    (
        "leave_overlapping",
        lambda offices: offices.leaves.submit(leave(start="2026-11-26T08:00"), key="leave-2"),
        "overlapping_leave",
        {"number": "QJ20261123-0001", "start": "2026-11-25T14:00", "end": "2026-11-27T18:00"},
    ),
    (
        "leave_ends_before_it_starts",
        lambda offices: offices.leaves.submit(leave(end="2026-11-24T08:00"), key="leave-3"),
        "leave_ends_before_it_starts",
        {},
    ),
    (
        "leave_too_long",
        lambda offices: offices.leaves.submit(leave(end="2027-01-08T08:00"), key="leave-4"),
        "leave_too_long",
        {"most_days": 30},
    ),
]

REFUSED += [
    (
        "loss_already",
        lambda offices: offices.cards.report_lost("2023010005", key="loss-2"),
        "card_lost_already",
        {"number": "GS20261123-0001", "since": "2026-11-23T10:30:00+08:00"},
    ),
    (
        "loss_at_the_window",
        lambda offices: offices.cards.report_lost("2023010003", key="loss-3"),
        "card_lost_already",
        {"number": None, "since": "2026-11-20T18:00:00+08:00"},
    ),
    ("loss_frozen", lambda offices: offices.cards.report_lost("2023010004", key="loss-4"), "card_frozen", {}),
    (
        "unfreeze_not_lost",
        lambda offices: offices.cards.ask_to_unfreeze("2023010001", key="unfreeze-2"),
        "card_not_lost",
        {},
    ),
    (
        "top_up_lost",
        lambda offices: offices.cards.order_top_up("2023010003", 10000, key="top-up-3"),
        "card_lost",
        {"number": None, "since": "2026-11-20T18:00:00+08:00"},
    ),
    (
        "top_up_suspended",
        lambda offices: offices.cards.order_top_up("2023010002", 10000, key="top-up-4"),
        "card_suspended",
        {},
    ),
    (
        "top_up_too_high",
        lambda offices: offices.cards.order_top_up("2025010001", 50000, key="top-up-5"),
        "balance_too_high",
        {"balance_cents": 57284, "room_cents": 42716},
    ),
    (
        "coffee_sold_out",
        lambda offices: offices.coffee.submit(replace(WISH, drink="matcha_latte"), key="coffee-2"),
        "sold_out",
        {"name": "抹茶拿铁", "place": "图书馆一楼大厅", "left": 0},
    ),
    (
        "coffee_only_hot",
        lambda offices: offices.coffee.submit(replace(WISH, drink="chocolate"), key="coffee-3"),
        "only_hot",
        {"name": "热巧克力"},
    ),
    (
        "coffee_robot_offline",
        lambda offices: offices.coffee.submit(replace(WISH, robot="KF01"), key="coffee-4"),
        "robot_offline",
        {"place": "学生活动中心一楼大厅"},
    ),
]


def replaying(name: str) -> Offices:
    """Offices over a wire that knows one exchange, and fails the test for any other request."""
    exchange = read(name)

    def answer(request: httpx.Request) -> httpx.Response:
        said = {"method": request.method, "path": unquote(request.url.raw_path.decode())}
        if "Idempotency-Key" in request.headers:
            said["headers"] = {"Idempotency-Key": request.headers["Idempotency-Key"]}
        if request.content:
            said["json"] = json.loads(request.content)
        assert said == exchange["request"]
        response = exchange["response"]
        return httpx.Response(response["status"], json=response["json"], headers=response.get("headers"))

    return Offices.connect("http://campus", "made-up", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(("name", "ask", "meant"), ANSWERED, ids=[one[0] for one in ANSWERED])
async def test_an_answer_is_read_as_it_was_meant(name: str, ask: Ask, meant: Any) -> None:
    assert await ask(replaying(name)) == meant


@pytest.mark.parametrize(("name", "ask", "code", "details"), REFUSED, ids=[one[0] for one in REFUSED])
async def test_a_refusal_is_read_as_it_was_meant(name: str, ask: Ask, code: str, details: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        await ask(replaying(name))
    assert (refusal.value.code, refusal.value.details) == (code, details)


async def test_the_long_lists_are_read_whole() -> None:
    buildings = await replaying("buildings").registry.buildings()
    assert buildings[2] == Building("3号楼", "东苑", "宿舍楼", 6, 30)
    assert buildings[12] == Building("教学楼A座", "东苑", "公共场所", None, None)
    assert len(buildings) == 19
    printers = await replaying("printers").transcripts.printers()
    assert printers[2] == Printer("DY03", "图书馆", "二层自助服务区", "东苑", "out_of_paper")
    assert len(printers) == 5


async def test_marks_are_read_with_what_the_office_counted() -> None:
    captured = read("grades")["response"]["json"]
    grades = await replaying("grades").studies.grades("2023010001")
    assert (grades.as_of, grades.term) == (at("2026-11-23T10:30:00+08:00"), "2026-2027-1")
    first = captured["grades"][0]
    assert grades.grades[0] == Grade(
        term="2023-2024-1",
        code="GG001",
        course="高等数学(上)",
        credits=5.0,
        attempt="正常",
        score=first["score"],
        level=None,
        note=None,
        points=first["points"],
        passed=True,
    )
    assert len(grades.grades) == len(captured["grades"])
    year = next(one for one in captured["averages"] if one["of"] == "2025-2026")
    assert grades.average("2025-2026") == Average(
        "2025-2026", year["gpa"], year["mean"], year["credits"], year["rank"], year["among"]
    )
    assert grades.average("2026-2027") is None
    assert grades.running[0] == Course("2026-2027-1", "ZY0117", "计算机科学与技术前沿")


async def test_a_timetable_is_read_line_by_line() -> None:
    captured = read("timetable")["response"]["json"]["lessons"]
    timetable = await replaying("timetable").studies.timetable("2023010001")
    assert timetable.lessons[0] == WeeklyLesson(
        term="2026-2027-1",
        course="软件工程专题研讨",
        weekday=2,
        periods="9-10",
        weeks="1-16",
        parity="双周",
        place="教学楼A座119",
        teacher=captured[0]["teacher"],
    )
    assert len(timetable.lessons) == len(captured)


@pytest.mark.parametrize(
    ("code", "status", "meant"),
    [
        ("student_not_active", "休学", "suspended"),
        ("student_not_active", "毕业", "graduated"),
        ("student_not_active", "保留学籍", "student_not_active"),
        ("no_printer", "休学", "no_printer"),
    ],
)
def test_who_does_not_study_now_is_told_apart_by_the_reason(code: str, status: str, meant: str) -> None:
    assert by_standing(Refusal(code, {"status": status})).code == meant


async def test_days_are_read_with_their_lessons_and_why_there_are_none() -> None:
    agenda = await replaying("agenda").studies.agenda("2023010001", date(2026, 10, 6), date(2026, 10, 10))
    assert (agenda.term, agenda.first_day, agenda.last_day) == ("2026-2027-1", date(2026, 9, 7), date(2027, 1, 10))
    assert [(day.kind, day.name, day.follows, len(day.lessons)) for day in agenda.days] == [
        ("holiday", "国庆节", None, 0),
        ("holiday", "国庆节", None, 0),
        ("teaching", None, None, 1),
        ("teaching", None, None, 2),
        ("made_up", "国庆节", date(2026, 10, 7), 1),
    ]
    assert agenda.days[2].lessons[0] == Lesson(
        course="软件工程前沿",
        periods="5-6",
        starts=at("2026-10-08T14:00:00+08:00"),
        ends=at("2026-10-08T15:40:00+08:00"),
        place="教学楼A座313",
        teacher=read("agenda")["response"]["json"]["days"][2]["lessons"][0]["teacher"],
    )
    assert (agenda.week_of(date(2026, 10, 8)), agenda.week_of(date(2026, 9, 6))) == (5, None)


async def test_examinations_are_read_with_what_is_not_known_yet() -> None:
    exams = await replaying("exams").studies.exams("2023010001")
    assert exams.exams == (
        Exam(
            course="软件工程前沿",
            kind="随堂考试",
            starts=at("2026-12-03T14:00:00+08:00"),
            ends=at("2026-12-03T15:40:00+08:00"),
            place="教学楼A座313",
            seat=None,
            seat_known=date(2026, 12, 1),
        ),
    )
    assert (len(exams.unpublished), exams.known_by) == (3, date(2026, 12, 11))


async def test_a_card_is_read_with_its_spendings() -> None:
    captured = read("card")["response"]["json"]
    card = await replaying("card").cards.card("2023010001")
    assert (card.card, card.balance_cents, card.status) == (captured["card"], captured["balance_cents"], "正常")
    assert card.as_of == at("2026-11-23T10:30:00+08:00")
    assert (card.lost_since, card.late, card.spent_today_cents) == (None, timedelta(0), 0)
    first = captured["recent"][0]
    assert card.recent[0] == Spending(at(first["time"]), first["place"], first["kind"], first["amount_cents"])
    assert len(card.recent) == len(captured["recent"])


async def test_a_lost_card_says_since_when() -> None:
    assert (await replaying("card_lost").cards.card("2023010003")).lost_since == at("2026-11-20T18:00:00+08:00")


async def test_a_menu_is_read_with_what_each_robot_can_make() -> None:
    menu = await replaying("coffee_menu").coffee.menu()
    assert menu.drinks[0] == Drink("americano", "美式", 800, 1100, True)
    assert (len(menu.drinks), menu.most_cups, menu.minutes_a_cup) == (8, 6, 2)
    assert menu.robots[1] == Robot("KF02", "图书馆一楼大厅", "东苑", "ok", "08:00", "21:30", 0, ("matcha_latte",))
    assert [one.makes("matcha_latte") for one in menu.robots] == [True, False]
