from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.printers import DESK
from actions.campus_sim.server import application
from actions.campus_sim.transcripts import academic_year, fee_cents
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
        "department": "教务处学籍科",
        "student": STUDENT,
        "language": "zh",
        "copies": 2,
        "sheets": 2,
        "sealed": False,
        "printer": "DY01",
        "place": "学生活动中心一楼大厅自助服务区",
        "hours": "每日 6:30–23:00",
        "fee_cents": 0,
        "created_at": "2026-11-23T10:30:00+08:00",
        "expires_at": "2026-11-30T10:30:00+08:00",
    }


@pytest.mark.parametrize(
    ("sheets", "free_left", "fee"), [(1, 5, 0), (5, 5, 0), (6, 5, 200), (2, 0, 400), (10, 3, 1400)]
)
def test_what_is_not_free_any_more_is_two_yuan_a_sheet(sheets: int, free_left: int, fee: int) -> None:
    assert fee_cents(sheets, free_left) == fee


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 8, 31), 2025), (date(2026, 9, 1), 2026), (date(2027, 2, 28), 2026)]
)
def test_an_academic_year_begins_in_september(day: date, year: int) -> None:
    assert academic_year(day) == year


async def test_five_sheets_of_an_academic_year_are_free_whatever_their_language(
    desk: httpx.AsyncClient, clock: Clock
) -> None:
    assert [
        (await order(desk, copies=2)).json()["fee_cents"],
        (await order(desk, copies=2, language="en")).json()["fee_cents"],
        (await order(desk, copies=2, language="both")).json()["fee_cents"],
        (await order(desk, copies=1)).json()["fee_cents"],
    ] == [0, 0, 600, 200]
    assert (await order(desk, student=CLASSMATE, copies=5)).json()["fee_cents"] == 0
    clock.now = clock.now.replace(year=2027, month=9)
    assert (await order(desk, copies=5)).json()["fee_cents"] == 0


async def test_both_languages_are_one_order_of_twice_as_many_sheets(desk: httpx.AsyncClient) -> None:
    made = (await order(desk, language="both", copies=3)).json()
    assert (made["language"], made["copies"], made["sheets"]) == ("both", 3, 6)


async def test_ten_sheets_are_the_most(desk: httpx.AsyncClient) -> None:
    assert (await order(desk, copies=10)).status_code == 201
    assert refused(await order(desk, copies=6, language="both")) == (
        409,
        "too_many_copies",
        {"sheets": 12, "most": 10},
    )


async def test_what_is_sealed_is_fetched_at_the_desk_and_needs_no_printer(desk: httpx.AsyncClient) -> None:
    for printer in ("DY01", "DY02", "DY04"):
        await desk.put(f"/_printers/{printer}", json={"status": "offline"})
    made = (await order(desk, sealed=True, copies=7)).json()
    assert (made["printer"], made["place"], made["fee_cents"]) == (None, DESK, 400)
    assert made["hours"] == "周一至周五 8:30–17:30，周六、周日 9:00–16:00"


async def quote(desk: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    said = {"language": "zh", "copies": 2, "sealed": "false"} | asked
    answer: dict[str, Any] = (await desk.get(f"/students/{STUDENT}/transcript-quote", params=said)).json()
    return answer


async def test_a_quote_is_what_the_order_comes_to_and_orders_nothing(desk: httpx.AsyncClient) -> None:
    asked = await quote(desk, copies=6)
    assert (asked["sheets"], asked["free_left"], asked["fee_cents"]) == (6, 5, 200)
    assert (await quote(desk, copies=6)) == asked
    made = (await order(desk, copies=6)).json()
    assert {name: made[name] for name in ("fee_cents", "printer", "place", "hours")} == {
        name: asked[name] for name in ("fee_cents", "printer", "place", "hours")
    }
    assert (await quote(desk, copies=6))["free_left"] == 0


async def test_a_quote_names_the_nearer_printers_that_do_not_work(desk: httpx.AsyncClient) -> None:
    assert (await quote(desk))["skipped"] == []
    for printer, status in (("DY01", "out_of_paper"), ("DY02", "offline")):
        await desk.put(f"/_printers/{printer}", json={"status": status})
    asked = await quote(desk)
    assert (asked["printer"], asked["place"]) == ("DY04", "教学楼B座一层大厅")
    assert [(one["printer"], one["status"]) for one in asked["skipped"]] == [
        ("DY01", "out_of_paper"),
        ("DY02", "offline"),
        ("DY03", "out_of_paper"),
    ]


async def test_a_quote_is_refused_like_the_order(desk: httpx.AsyncClient) -> None:
    said = {"language": "zh", "copies": 2, "sealed": False}
    answer = await desk.get(f"/students/{SUSPENDED}/transcript-quote", params=said)
    assert refused(answer) == (409, "student_not_active", {"status": "休学"})


@pytest.mark.parametrize(
    "changed", [{"copies": 0}, {"copies": 11}, {"copies": 1.5}, {"language": "fr"}, {"sealed": "?"}]
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
        "hours": "8:00–22:00",
        "weekend_hours": "8:00–22:00",
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
