from __future__ import annotations

from typing import Any

import httpx
import pytest

from actions.campus_sim.printers import DESK
from tests.actions.campus_sim.forms import CERTIFICATE, CLASSMATE, GRADUATE, STUDENT, SUSPENDED, TRANSCRIPT, key


async def order(desk: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await desk.post("/certificates", json=CERTIFICATE | changed, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def test_an_electronic_certificate_is_there_at_once(desk: httpx.AsyncClient) -> None:
    answer = await order(desk)
    made = answer.json()
    code = made.pop("verify_code")
    assert (answer.status_code, len(code), code.isdigit()) == (201, 6, True)
    assert made == {
        "number": "ZM20261123-0001",
        "status": "已出具",
        "department": "教务处学籍科",
        "student": STUDENT,
        "language": "zh",
        "copies": 1,
        "purpose": "实习",
        "delivery": "electronic",
        "printer": None,
        "place": None,
        "hours": None,
        "collect_code": None,
        "expires_at": None,
        "ready_on": None,
        "created_at": "2026-11-23T10:30:00+08:00",
    }


async def test_a_printed_one_waits_a_week_at_the_nearest_printer_that_works(desk: httpx.AsyncClient) -> None:
    await desk.put("/_printers/DY01", json={"status": "offline"})
    nearest = (await desk.get(f"/students/{STUDENT}/printer")).json()
    assert (nearest["place"], [one["printer"] for one in nearest["skipped"]]) == ("教学楼A座一层大厅", ["DY01"])
    made = (await order(desk, delivery="printer", copies=3)).json()
    assert (made["status"], made["printer"], made["place"]) == ("待取件", "DY02", nearest["place"])
    assert (len(made["collect_code"]), made["expires_at"]) == (6, "2026-11-30T10:30:00+08:00")


async def test_what_is_stamped_by_hand_is_ready_on_the_second_working_day(desk: httpx.AsyncClient) -> None:
    made = (await order(desk, delivery="desk")).json()
    assert (made["status"], made["place"], made["ready_on"]) == ("办理中", DESK, "2026-11-25")
    assert (made["printer"], made["collect_code"]) == (None, None)


async def test_postgraduates_have_theirs_from_their_own_office(desk: httpx.AsyncClient) -> None:
    assert (await order(desk, student="2025015001")).json()["department"] == "研究生处"


@pytest.mark.parametrize(("student", "status"), [(SUSPENDED, "休学"), (GRADUATE, "毕业")])
async def test_who_does_not_study_now_is_not_certified_to(desk: httpx.AsyncClient, student: str, status: str) -> None:
    assert refused(await order(desk, student=student)) == (409, "student_not_active", {"status": status})
    assert refused(await desk.get(f"/students/{student}/printer"))[1] == "student_not_active"


@pytest.mark.parametrize(
    "changed", [{"copies": 0}, {"copies": 11}, {"language": "fr"}, {"delivery": "post"}, {"purpose": "实" * 61}]
)
async def test_what_the_office_cannot_do_is_refused(desk: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    assert refused(await order(desk, **changed))[:2] == (422, "invalid_request")


async def test_only_paper_needs_a_printer(desk: httpx.AsyncClient) -> None:
    for printer in ("DY01", "DY02", "DY04"):
        await desk.put(f"/_printers/{printer}", json={"status": "out_of_paper"})
    assert refused(await order(desk, delivery="printer")) == (409, "no_printer", None)
    assert (await order(desk)).status_code == 201


async def test_certificates_and_transcripts_wait_at_one_printer_under_codes_of_their_own(
    desk: httpx.AsyncClient,
) -> None:
    codes = {(await order(desk, delivery="printer")).json()["collect_code"] for _ in range(3)}
    codes |= {
        (await desk.post("/transcripts", json=TRANSCRIPT, headers=key())).json()["collect_code"] for _ in range(3)
    }
    assert len(codes) == 6


async def test_a_certificate_is_shown_to_its_student_only(desk: httpx.AsyncClient) -> None:
    made = (await order(desk)).json()
    path = f"/certificates/{made['number']}"
    assert (await desk.get(path, params={"student": STUDENT})).json() == made
    assert refused(await desk.get(path, params={"student": CLASSMATE})) == (404, "no_such_order", None)
