"""Every order can be followed, hurried, taken back and rated, each by its rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.kinds import KINDS, kind_of, next_of
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.orders import PREFIXES
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import (
    ANONYMOUS,
    CLASSMATE,
    COMPLAINT,
    HAZARD,
    LEAVE,
    REPAIR,
    STUDENT,
    TRANSCRIPT,
    key,
)

OWN = {"student": STUDENT}


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def make(desk: httpx.AsyncClient, path: str, form: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = (await desk.post(path, json=form, headers=key())).json()
    return made


async def repair(desk: httpx.AsyncClient) -> str:
    return str((await make(desk, "/repairs", REPAIR))["number"])


async def state(desk: httpx.AsyncClient, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"/orders/{number}", params=OWN)).json()
    return found


async def do(desk: httpx.AsyncClient, deed: str, number: str, **form: Any) -> httpx.Response:
    return await desk.post(f"/orders/{number}/{deed}", json=form or OWN, headers=key())


async def test_a_student_sees_every_order_of_every_kind_and_nobody_else_does(desk: httpx.AsyncClient) -> None:
    for path, form in [("/repairs", REPAIR), ("/transcripts", TRANSCRIPT), ("/leaves", LEAVE)]:
        await make(desk, path, form)
    await make(desk, "/complaints", COMPLAINT)
    await make(desk, "/complaints", ANONYMOUS)
    await make(desk, "/hazards", HAZARD | {"student": STUDENT})
    own = (await desk.get(f"/students/{STUDENT}/orders")).json()["orders"]
    assert [(one["title"], one["line"], one["status"]) for one in own] == [
        ("隐患上报", "3号楼二楼楼道 楼道里有人给电动车充电", "受理"),
        ("投诉建议", "菜里有虫子", "受理"),
        ("请假", "病假 11月25日（周三） 至 11月27日（周五），共 2.5 天", "待辅导员审批"),
        ("成绩单", "中文成绩单 2 份", "待取件"),
        ("报修", "3号楼502 水龙头关不紧", "受理"),
    ]
    assert (await desk.get(f"/students/{CLASSMATE}/orders")).json() == {"orders": []}


async def test_the_latest_order_stands_first(desk: httpx.AsyncClient, clock: Clock) -> None:
    await make(desk, "/leaves", LEAVE)
    clock.now = datetime(2026, 11, 24, 9, 0, tzinfo=CAMPUS)
    await make(desk, "/repairs", REPAIR)
    orders = (await desk.get(f"/students/{STUDENT}/orders")).json()["orders"]
    assert [one["number"] for one in orders] == ["BX20261124-0001", "QJ20261123-0001"]
    latest = await desk.get(f"/students/{STUDENT}/orders", params={"limit": 1})
    assert [one["number"] for one in latest.json()["orders"]] == ["BX20261124-0001"]


async def test_an_order_says_what_happens_next_and_when(desk: httpx.AsyncClient) -> None:
    number = await repair(desk)
    found = await state(desk, number)
    assert (found["department"], found["next"], found["can"]) == (
        "后勤保障处维修中心",
        "预计最晚11月25日（周三）处理，需要时师傅会打你留的电话。",
        ["urge", "withdraw"],
    )


async def test_somebody_elses_number_is_like_one_that_does_not_exist(desk: httpx.AsyncClient) -> None:
    number = await repair(desk)
    nobody = (404, "no_such_order", None)
    assert refused(await desk.get(f"/orders/{number}", params={"student": CLASSMATE})) == nobody
    assert refused(await desk.get("/orders/BX20261123-9999", params=OWN)) == nobody
    for deed in ("urge", "withdraw"):
        assert refused(await do(desk, deed, number, student=CLASSMATE)) == nobody
    assert refused(await do(desk, "rate", number, student=CLASSMATE, stars=5)) == nobody


async def test_a_case_without_a_name_is_followed_by_its_code_only(desk: httpx.AsyncClient) -> None:
    made = await make(desk, "/complaints", ANONYMOUS)
    found = (await desk.get(f"/orders/by-code/{made['code']}")).json()
    assert (found["number"], found["line"]) == (made["number"], "菜里有虫子")
    assert refused(await desk.get(f"/orders/{made['number']}", params=OWN))[:2] == (404, "no_such_order")
    assert refused(await desk.get(f"/orders/{made['number']}", params={"student": ""}))[:2] == (422, "invalid_request")
    assert refused(await desk.get("/orders/by-code/AAAAAAA2"))[:2] == (404, "no_such_order")
    assert (await do(desk, "urge", made["number"], code=made["code"])).status_code == 201


async def test_a_code_opens_its_own_case_only(desk: httpx.AsyncClient) -> None:
    first, second = [await make(desk, "/complaints", ANONYMOUS | {"matter": one}) for one in ("太吵", "太脏")]
    assert refused(await do(desk, "withdraw", first["number"], code=second["code"]))[:2] == (404, "no_such_order")
    assert refused(await do(desk, "withdraw", first["number"], code="AAAAAAA2"))[:2] == (404, "no_such_order")


@pytest.mark.parametrize("form", [{}, {"student": STUDENT, "code": "K7MQX4TX"}, {"student": ""}, {"code": ""}])
async def test_a_deed_says_whose_order_it_is_in_one_way(desk: httpx.AsyncClient, form: dict[str, Any]) -> None:
    number = await repair(desk)
    answer = await desk.post(f"/orders/{number}/urge", json=form, headers=key())
    assert refused(answer)[:2] == (422, "invalid_request")


async def test_an_office_is_hurried_once_a_day(desk: httpx.AsyncClient, clock: Clock) -> None:
    number = await repair(desk)
    assert (await do(desk, "urge", number)).json()["can"] == ["withdraw"]
    assert refused(await do(desk, "urge", number)) == (409, "urged_today", {"number": number})
    clock.now = datetime(2026, 11, 24, 8, 0, tzinfo=CAMPUS)
    assert (await do(desk, "urge", number)).json()["urged_on"] == "2026-11-24"


async def test_what_is_done_is_neither_hurried_nor_taken_back(desk: httpx.AsyncClient) -> None:
    number = await repair(desk)
    await desk.put(f"/_orders/{number}", json={"status": "已完成", "note": "换了阀芯"})
    details = {"number": number, "status": "已完成"}
    assert refused(await do(desk, "urge", number)) == (409, "not_urgeable", details)
    assert refused(await do(desk, "withdraw", number)) == (409, "not_withdrawable", details)
    found = await state(desk, number)
    assert (found["note"], found["can"]) == ("换了阀芯", ["rate"])


async def test_work_that_has_begun_is_hurried_but_not_taken_back(desk: httpx.AsyncClient) -> None:
    number = await repair(desk)
    await desk.put(f"/_orders/{number}", json={"status": "维修中"})
    assert (await state(desk, number))["can"] == ["urge"]
    assert refused(await do(desk, "withdraw", number))[:2] == (409, "not_withdrawable")


async def test_a_rating_is_given_once_and_when_it_is_done(desk: httpx.AsyncClient) -> None:
    number = await repair(desk)
    assert refused(await do(desk, "rate", number, **OWN, stars=5)) == (
        409,
        "not_done",
        {"number": number, "status": "受理"},
    )
    await desk.put(f"/_orders/{number}", json={"status": "已完成"})
    for stars in (0, 6, "五"):
        assert refused(await do(desk, "rate", number, **OWN, stars=stars))[:2] == (422, "invalid_request")
    rated = (await do(desk, "rate", number, **OWN, stars=4, words="来得快")).json()
    assert (rated["stars"], rated["can"]) == (4, [])
    assert refused(await do(desk, "rate", number, **OWN, stars=1)) == (
        409,
        "rated_already",
        {"number": number, "stars": 4},
    )


async def test_a_withdrawn_repair_may_be_reported_again(desk: httpx.AsyncClient) -> None:
    number = await repair(desk)
    withdrawn = (await do(desk, "withdraw", number)).json()
    assert (withdrawn["status"], withdrawn["next"], withdrawn["can"]) == ("已撤销", "已经撤销，不会再处理。", [])
    assert await repair(desk) == "BX20261123-0002"


async def test_a_withdrawn_leave_gives_its_days_back(desk: httpx.AsyncClient) -> None:
    number = (await make(desk, "/leaves", LEAVE))["number"]
    assert (await do(desk, "withdraw", number)).json()["status"] == "已撤销"
    assert (await make(desk, "/leaves", LEAVE))["number"] == "QJ20261123-0002"


async def test_a_leave_that_was_not_approved_gives_its_days_back(desk: httpx.AsyncClient) -> None:
    number = (await make(desk, "/leaves", LEAVE))["number"]
    await desk.put(f"/_orders/{number}", json={"status": "未批准", "note": "期中考试周"})
    found = await state(desk, number)
    assert (found["next"], found["note"]) == ("没有批准，原因可以问审批人：卢航宁。", "期中考试周")
    assert (await make(desk, "/leaves", LEAVE))["number"] == "QJ20261123-0002"


@pytest.mark.parametrize("deed", ["urge", "withdraw"])
async def test_the_same_key_does_it_once_and_gives_the_same_answer(desk: httpx.AsyncClient, deed: str) -> None:
    number, one = await repair(desk), key("once")
    first = await desk.post(f"/orders/{number}/{deed}", json=OWN, headers=one)
    again = await desk.post(f"/orders/{number}/{deed}", json=OWN, headers=one)
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    found = (await desk.get("/orders/by-key/once")).json()
    assert found == {"kind": deed, "number": number, "order": first.json()}
    other = await desk.post(f"/orders/{number}/urge", json={"student": CLASSMATE}, headers=one)
    assert refused(other) == (422, "idempotency_key_reused", {"number": number})


async def test_a_refused_deed_leaves_its_key_free(desk: httpx.AsyncClient) -> None:
    number, one = await repair(desk), key("once")
    rating = OWN | {"stars": 3}
    assert refused(await desk.post(f"/orders/{number}/rate", json=rating, headers=one))[:2] == (409, "not_done")
    await desk.put(f"/_orders/{number}", json={"status": "已完成"})
    assert (await desk.post(f"/orders/{number}/rate", json=rating, headers=one)).status_code == 201


async def test_an_order_of_a_kind_that_is_not_in_the_table_is_followed_too(
    desk: httpx.AsyncClient, ledger: Ledger
) -> None:
    answer = """{"number": "ZZ20261123-0001", "status": "受理", "department": "档案馆", "item": "档案查询",
                 "created_at": "2026-11-23T10:30:00+08:00"}"""
    with ledger.writing() as db:
        row = ("k", "archive", STUDENT, "f", "ZZ20261123-0001", answer)
        db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", row)
    found = await state(desk, "ZZ20261123-0001")
    assert (found["title"], found["line"], found["next"], found["can"]) == (
        "申请",
        "档案查询",
        "档案馆已经收到，正在安排。",
        ["urge", "withdraw"],
    )


async def test_only_an_order_that_exists_can_be_moved_on(desk: httpx.AsyncClient) -> None:
    answer = await desk.put("/_orders/BX20261123-0001", json={"status": "已完成"})
    assert refused(answer)[:2] == (404, "no_such_order")


async def test_a_sample_student_has_something_to_follow_from_the_first_day(desk: httpx.AsyncClient) -> None:
    orders = (await desk.get("/students/2023020001/orders")).json()["orders"]
    assert [(one["title"], one["line"], one["status"], one["can"]) for one in orders] == [
        ("报修", "8号楼615 空调不制热", "受理", ["urge", "withdraw"]),
        ("请假", "事假 11月20日（周五） 至 11月24日（周二），共 5 天", "已批准", ["return"]),
        ("报修", "8号楼615 洗手池下水慢", "已完成", ["rate"]),
    ]
    back = await desk.post("/leaves/QJ20261118-0001/return", json={"student": "2023020001"}, headers=key())
    assert (back.status_code, back.json()["days"]) == (201, 3.5)


async def test_the_first_orders_leave_the_numbers_of_their_days_to_others(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = datetime(2026, 11, 19, 22, 0, tzinfo=CAMPUS)
    assert await repair(desk) == "BX20261119-0002"


def booked(status: str, **more: Any) -> dict[str, Any]:
    told = {
        "what": "研讨室一",
        "start": "2026-11-25T14:00",
        "end": "2026-11-25T16:00",
        "place": "学生活动中心三楼305室",
    }
    return told | {"status": status, "department": "学生社区服务中心", "approver": None} | more


@pytest.mark.parametrize(
    ("status", "next_step", "can"),
    [
        ("已预约", "到时去学生活动中心三楼305室，刷校园卡签到。", ("release",)),
        ("待审批", "等校团委批准，最晚活动开始 2 个工作日前答复；场地先给你留着。", ("release",)),
        ("已取消", "已经取消，位子让出来了。", ()),
    ],
)
def test_a_booking_is_followed_and_given_back_by_its_own_service(
    status: str, next_step: str, can: tuple[str, ...]
) -> None:
    kind, told = kind_of("venue"), booked(status, approver="校团委")
    assert (kind.line(told), next_of(kind, status, told)) == ("11月25日（周三）14:00 研讨室一", next_step)
    assert (kind.more.get(status, ()), status in kind.waiting) == (can, status == "待审批")


def test_every_kind_of_order_has_its_row() -> None:
    assert set(PREFIXES) - set(KINDS) == set()
