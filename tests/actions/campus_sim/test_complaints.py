from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from actions.campus_sim.campus import draw_case_code
from actions.campus_sim.ledger import Ledger
from tests.actions.campus_sim.forms import ANONYMOUS, CLASSMATE, COMPLAINT, STUDENT, key


async def complain(desk: httpx.AsyncClient, form: dict[str, Any]) -> httpx.Response:
    return await desk.post("/complaints", json=form, headers=key())


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("details")


async def test_a_complaint_is_passed_on_in_one_working_day_and_answered_in_five(desk: httpx.AsyncClient) -> None:
    made = (await complain(desk, COMPLAINT)).json()
    assert made == {
        "number": "TS20261123-0001",
        "status": "受理",
        "department": "后勤保障处",
        "support": ["学生工作部（处）"],
        "privacy": "named",
        "matter": "菜里有虫子",
        "place": "第二食堂",
        "time": "今天中午",
        "wish": "希望退款",
        "code": None,
        "accept_by": "2026-11-24",
        "answer_by": "2026-11-30",
        "created_at": "2026-11-23T10:30:00+08:00",
    }


async def test_an_anonymous_complaint_keeps_no_name_anywhere(desk: httpx.AsyncClient, ledger: Ledger) -> None:
    made = (await complain(desk, ANONYMOUS)).json()
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{8}", made["code"])
    with ledger.reading() as db:
        assert db.execute("SELECT student FROM orders WHERE number = ?", (made["number"],)).fetchone()[0] == ""
        assert db.execute("SELECT count(*) FROM complaints").fetchone()[0] == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"privacy": "anonymous"},
        {"student": None},
        {"student": None, "privacy": "confidential"},
        {"matter": " "},
        {"matter": "长" * 501},
        {"phone": "打我电话"},
        {"department": ""},
    ],
)
async def test_a_complaint_has_a_name_or_none_and_says_what_it_must(
    desk: httpx.AsyncClient, changed: dict[str, Any]
) -> None:
    assert refused(await complain(desk, COMPLAINT | changed))[:2] == (422, "invalid_request")


async def test_the_same_complaint_twice_in_a_day_is_one(desk: httpx.AsyncClient) -> None:
    first = (await complain(desk, COMPLAINT)).json()["number"]
    assert refused(await complain(desk, COMPLAINT)) == (409, "duplicate_complaint", {"number": first})
    assert (await complain(desk, COMPLAINT | {"student": CLASSMATE})).status_code == 201
    assert (await complain(desk, COMPLAINT | {"matter": "汤里有头发"})).status_code == 201
    await desk.post(f"/orders/{first}/withdraw", json={"student": STUDENT}, headers=key())
    assert (await complain(desk, COMPLAINT)).status_code == 201


async def test_who_is_in_no_register_cannot_give_that_name(desk: httpx.AsyncClient) -> None:
    assert refused(await complain(desk, COMPLAINT | {"student": "2023019999"}))[:2] == (404, "no_such_student")


def test_a_code_cannot_be_guessed_or_taken_for_a_word_or_a_number() -> None:
    codes = {draw_case_code() for _ in range(500)}
    assert len(codes) == 500
    assert [code for code in codes if not re.fullmatch(r"(?=.*\d)(?=.*[A-Z])[2-9A-HJKMNP-Z]{8}", code)] == []
