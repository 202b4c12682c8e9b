"""The clients against the captured exchanges: what they ask is what was asked, and what they read is what it meant."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from actions.offices import Offices, Refusal
from actions.offices.cards import Spending
from actions.offices.leaves import Leave, LeaveOrder, Terms
from actions.offices.registry import Building, Room, Sample, Staff, Student
from actions.offices.repairs import Repair, RepairOrder
from actions.offices.transcripts import Printer, Transcript, TranscriptOrder
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
    sealed=False,
    printer="DY01",
    place="学生活动中心一层大厅",
    collect_code="482913",
    fee_cents=200,
    expires_at=at("2026-11-30T10:30:00+08:00"),
)


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
    ("leave_accepted", lambda offices: offices.leaves.submit(leave(), key="leave-1"), LEAVE_ORDER),
    ("leave", lambda offices: offices.leaves.order("QJ20261123-0001", student="2023010001"), LEAVE_ORDER),
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


async def test_a_card_is_read_with_its_spendings() -> None:
    captured = read("card")["response"]["json"]
    card = await replaying("card").cards.card("2023010001")
    assert (card.card, card.balance_cents, card.status) == (captured["card"], captured["balance_cents"], "正常")
    assert card.as_of == at("2026-11-23T10:30:00+08:00")
    first = captured["recent"][0]
    assert card.recent[0] == Spending(at(first["time"]), first["place"], first["kind"], first["amount_cents"])
    assert len(card.recent) == len(captured["recent"])
