from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.server import application
from actions.campus_sim.transcripts import fee_cents
from tests.actions.campus_sim.back_office import SECRET
from tests.actions.campus_sim.clock import Clock
from tests.actions.campus_sim.forms import CLASSMATE, GRADUATE, STUDENT, SUSPENDED, TRANSCRIPT, key


async def order(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/transcripts", json=TRANSCRIPT | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


def drawing(codes: list[str]) -> Callable[[], str]:
    waiting = iter(codes)
    return lambda: next(waiting)


async def test_a_transcript_waits_at_a_printer_for_a_week(desk: httpx.AsyncClient) -> None:
    answer = await order(desk)
    made = answer.json()
    code = made.pop("collect_code")
    assert (len(code), code.isdigit(), answer.status_code) == (6, True, 201)
    assert made == {
        "number": "CJ20261123-0001",
        "status": "待取件",
        "student": STUDENT,
        "language": "zh",
        "copies": 2,
        "sealed": False,
        "printer": "DY01",
        "place": "学生活动中心一层大厅",
        "fee_cents": 0,
        "created_at": "2026-11-23T10:30:00+08:00",
        "expires_at": "2026-11-30T10:30:00+08:00",
    }


@pytest.mark.parametrize(
    ("language", "copies", "fee"),
    [("zh", 1, 0), ("zh", 2, 0), ("zh", 3, 200), ("zh", 5, 600), ("en", 1, 200), ("en", 5, 1000)],
)
def test_two_chinese_copies_are_free_and_every_other_is_two_yuan(language: Any, copies: int, fee: int) -> None:
    assert fee_cents(language, copies) == fee


async def test_the_fee_is_in_the_order(desk: httpx.AsyncClient) -> None:
    assert (await order(desk, language="en", copies=3)).json()["fee_cents"] == 600


@pytest.mark.parametrize(
    "changed", [{"copies": 0}, {"copies": 6}, {"copies": 1.5}, {"language": "fr"}, {"sealed": "?"}]
)
async def test_what_the_printer_cannot_do_is_refused(desk: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    assert refused(await order(desk, **changed))[:2] == (422, "invalid_request")


@pytest.mark.parametrize(("student", "status"), [(SUSPENDED, "休学"), (GRADUATE, "毕业")])
async def test_only_active_students_print(desk: httpx.AsyncClient, student: str, status: str) -> None:
    assert refused(await order(desk, student=student)) == (409, "student_not_active", {"status": status})


async def test_the_printer_is_on_the_students_own_campus_while_one_works(
    desk: httpx.AsyncClient, ledger: Ledger
) -> None:
    with ledger.reading() as db:
        west = db.execute(
            "SELECT student FROM students JOIN buildings USING (building)"
            " WHERE campus = '西苑' AND status = '在籍' LIMIT 1"
        ).fetchone()["student"]
    assert (await order(desk, student=west)).json()["printer"] == "DY04"
    await desk.put("/_printers/DY04", json={"status": "out_of_paper"})
    assert (await order(desk, student=west)).json()["printer"] == "DY01"


async def test_without_a_working_printer_there_is_no_transcript(desk: httpx.AsyncClient) -> None:
    for printer in ("DY01", "DY02", "DY04"):
        await desk.put(f"/_printers/{printer}", json={"status": "offline"})
    assert refused(await order(desk)) == (409, "no_printer", None)
    await desk.put("/_printers/DY03", json={"status": "ok"})
    assert (await order(desk)).json()["place"] == "图书馆二层自助服务区"


async def test_an_unknown_printer_cannot_be_changed(desk: httpx.AsyncClient) -> None:
    assert refused(await desk.put("/_printers/DY99", json={"status": "ok"})) == (404, "no_such_printer", None)


async def test_the_printers_tell_their_place_and_status(desk: httpx.AsyncClient) -> None:
    printers = (await desk.get("/printers")).json()["printers"]
    assert [one["printer"] for one in printers] == ["DY01", "DY02", "DY03", "DY04", "DY05"]
    assert printers[2] == {
        "printer": "DY03",
        "building": "图书馆",
        "place": "二层自助服务区",
        "campus": "东苑",
        "status": "out_of_paper",
    }


async def test_two_orders_at_one_printer_never_share_a_code(ledger: Ledger, clock: Clock) -> None:
    campus = Campus(ledger, clock, drawing(["000001", "000001", "000001", "000002"]))
    transport = httpx.ASGITransport(app=application(campus, SECRET, Connections()))
    headers = {"X-Counsellor-Secret": SECRET}
    async with httpx.AsyncClient(transport=transport, base_url="http://campus", headers=headers) as desk:
        assert [(await order(desk)).json()["collect_code"] for _ in range(2)] == ["000001", "000002"]


async def test_a_transcript_is_shown_to_its_student_only(desk: httpx.AsyncClient) -> None:
    made = (await order(desk)).json()
    path = f"/transcripts/{made['number']}"
    assert (await desk.get(path, params={"student": STUDENT})).json() == made
    assert refused(await desk.get(path, params={"student": CLASSMATE})) == (404, "no_such_order", None)
