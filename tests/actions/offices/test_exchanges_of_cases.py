"""The clients of complaints, dangers, leaves and progress against the captured exchanges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import pytest

from actions.offices import Offices, Refusal
from actions.offices.complaints import Complaint, ComplaintOrder
from actions.offices.hazards import Hazard, HazardOrder
from actions.offices.leaves import Leave, LeaveReturn, Terms
from actions.offices.progress import Case, Whose
from tests.actions.offices.test_exchanges_of_offices import replaying

Ask = Callable[[Offices], Awaitable[Any]]

STUDENT = "2023010001"
OWN = Whose(student=STUDENT)


def at(said: str) -> datetime:
    return datetime.fromisoformat(said)


BESIDE = ("学生工作部（处）",)
NAMED = Complaint("named", "菜里有虫子", "后勤保障处", STUDENT, "第二食堂", "今天中午", "希望退款", support=BESIDE)
ANONYMOUS = Complaint("anonymous", "菜里有虫子", "后勤保障处", None, "第二食堂", "今天中午", "希望退款", support=BESIDE)
HAZARD = Hazard("楼道里有人给电动车充电", "3号楼二楼楼道", "danger")
PUBLIC = Leave(STUDENT, "公假", at("2026-11-25T14:00"), at("2026-11-27T18:00"), False, "感冒发烧")


def repair(**changed: Any) -> Case:
    told: dict[str, Any] = {
        "number": "BX20261123-0001",
        "kind": "repair",
        "title": "报修",
        "line": "3号楼502 水龙头关不紧",
        "status": "受理",
        "department": "后勤保障处维修中心",
        "created_at": at("2026-11-23T10:30:00+08:00"),
        "note": None,
        "next": "预计最晚11月25日（周三）处理，需要时师傅会打你留的电话。",
        "can": ("urge", "withdraw"),
        "urged_on": None,
        "stars": None,
    }
    return Case(**(told | changed))


ANSWERED: list[tuple[str, Ask, Any]] = [
    (
        "complaint_accepted",
        lambda offices: offices.complaints.submit(NAMED, key="complaint-1"),
        ComplaintOrder("TS20261123-0001", "受理", "后勤保障处", None, date(2026, 11, 24), date(2026, 11, 30)),
    ),
    (
        "complaint_anonymous",
        lambda offices: offices.complaints.submit(ANONYMOUS, key="complaint-3"),
        ComplaintOrder("TS20261123-0002", "受理", "后勤保障处", "K7MQX4TX", date(2026, 11, 24), date(2026, 11, 30)),
    ),
    (
        "hazard_accepted",
        lambda offices: offices.hazards.submit(HAZARD, key="hazard-1"),
        HazardOrder("YH20261123-0001", "受理", at("2026-11-23T11:00:00+08:00"), "H9PRT2WD"),
    ),
    (
        "leave_terms",
        lambda offices: offices.leaves.terms(STUDENT, "事假", at("2026-12-07T00:00"), at("2026-12-10T23:59"), True),
        Terms(
            4.0,
            4.0,
            "待学院审批",
            "计算机学院分管学生工作的副书记",
            date(2026, 11, 26),
            None,
            at("2026-12-11T23:59"),
            False,
        ),
    ),
    (
        "leave_returned",
        lambda offices: offices.leaves.come_back("QJ20261123-0002", student=STUDENT, key="return-2"),
        LeaveReturn("XJ20261123-0001", "QJ20261123-0002", "已销假", "卢航宁", 0.5, False),
    ),
    ("case", lambda offices: offices.progress.case("BX20261123-0001", student=STUDENT), repair()),
    (
        "urged",
        lambda offices: offices.progress.urge("BX20261123-0001", OWN, key="urge-1"),
        repair(can=("withdraw",), urged_on=date(2026, 11, 23)),
    ),
    (
        "rated",
        lambda offices: offices.progress.rate("BX20261123-0001", OWN, 5, "很快", key="rate-2"),
        repair(
            status="已完成",
            note="换了阀芯",
            next="已经修好。没修好或又坏了，可以再报一次。",
            can=(),
            urged_on=date(2026, 11, 23),
            stars=5,
        ),
    ),
]

REFUSED: list[tuple[str, Ask, str, dict[str, Any]]] = [
    (
        "complaint_duplicate",
        lambda offices: offices.complaints.submit(NAMED, key="complaint-2"),
        "duplicate_complaint",
        {"number": "TS20261123-0001"},
    ),
    (
        "leave_public",
        lambda offices: offices.leaves.submit(PUBLIC, key="leave-5"),
        "public_leave_is_registered",
        {},
    ),
    (
        "leave_return_unapproved",
        lambda offices: offices.leaves.come_back("QJ20261123-0001", student=STUDENT, key="return-1"),
        "leave_not_approved",
        {"leave": "QJ20261123-0001", "status": "待辅导员审批"},
    ),
    (
        "case_of_another",
        lambda offices: offices.progress.case("BX20261123-0001", student="2023010005"),
        "no_such_order",
        {},
    ),
    ("case_by_wrong_code", lambda offices: offices.progress.by_code("XXXXXXXX"), "no_such_order", {}),
    (
        "urged_twice",
        lambda offices: offices.progress.urge("BX20261123-0001", OWN, key="urge-2"),
        "urged_today",
        {"number": "BX20261123-0001"},
    ),
    (
        "rated_too_early",
        lambda offices: offices.progress.rate("BX20261123-0001", OWN, 5, None, key="rate-1"),
        "not_done",
        {"number": "BX20261123-0001", "status": "受理"},
    ),
    (
        "withdrawn_twice",
        lambda offices: offices.progress.withdraw("TS20261123-0001", OWN, key="withdraw-2"),
        "not_withdrawable",
        {"number": "TS20261123-0001", "status": "已撤销"},
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


async def test_the_list_of_orders_is_read_whole_the_latest_first() -> None:
    cases = await replaying("cases").progress.cases(STUDENT)
    assert [(one.number, one.status) for one in cases] == [
        ("XJ20261123-0001", "已销假"),
        ("TS20261123-0001", "已撤销"),
        ("QJ20261123-0002", "已销假"),
        ("QJ20261123-0001", "待辅导员审批"),
        ("CJ20261123-0001", "待取件"),
        ("BX20261123-0001", "已完成"),
    ]


async def test_a_case_without_a_name_is_found_by_its_code() -> None:
    found = await replaying("case_by_code").progress.by_code("K7MQX4TX")
    assert (found.number, found.line, found.status) == ("TS20261123-0002", "菜里有虫子", "受理")


def test_no_case_tells_in_a_log_what_it_is_about() -> None:
    told = repr([repair(), NAMED, HAZARD, PUBLIC, OWN])
    assert [word for word in ("虫子", "502", "电动车", "感冒", STUDENT) if word in told] == []
