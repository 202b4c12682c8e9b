from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.server import application
from tests.actions.campus_sim.back_office import SECRET
from tests.actions.campus_sim.forms import REPAIR, key

NO_SECRET = {"error": {"code": "secret_missing", "message": "缺少内部密钥，或密钥不对。"}}


@pytest.mark.parametrize("secret", ["", "made-up-inner-secre", "made-up-inner-secret2", "秘密"])
@pytest.mark.parametrize("path", ["/students/2023010001", "/_faults", "/orders/by-key/x", "/no/such/route"])
async def test_nothing_is_said_without_the_secret(desk: httpx.AsyncClient, path: str, secret: str) -> None:
    answer = await desk.get(path, headers={"X-Counsellor-Secret": secret.encode()})
    assert (answer.status_code, answer.json()) == (401, NO_SECRET)


async def test_health_and_the_contract_are_open(desk: httpx.AsyncClient) -> None:
    del desk.headers["X-Counsellor-Secret"]
    assert (await desk.get("/health")).json() == {"status": "ok"}
    assert (await desk.get("/openapi.json")).json()["info"]["title"] == "示范大学 campus_sim"


@pytest.mark.parametrize("path", ["/students/2023010001/secrets", "/students/", "/rooms/3号楼/", "/docs", "/redoc"])
async def test_an_unknown_route_is_a_problem_too(desk: httpx.AsyncClient, path: str) -> None:
    answer = await desk.get(path)
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": {"code": "no_such_route", "message": "没有这个接口。"}},
    )


async def test_a_wrong_method_is_a_problem_too(desk: httpx.AsyncClient) -> None:
    answer = await desk.put("/repairs", json=REPAIR)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


async def test_an_unfit_form_is_named_by_field_and_never_quoted(desk: httpx.AsyncClient) -> None:
    form = REPAIR | {"phone": "1380013-secret", "visit": "secret", "fault": "   ", "more": "secret"}
    answer = await desk.post("/repairs", json=form, headers=key())
    assert answer.status_code == 422
    assert answer.json() == {
        "error": {
            "code": "invalid_request",
            "message": "请求内容不符合接口约定。",
            "details": {
                "fields": [
                    {"field": "body.fault", "problem": "string_too_short"},
                    {"field": "body.phone", "problem": "string_pattern_mismatch"},
                    {"field": "body.visit", "problem": "literal_error"},
                    {"field": "body.more", "problem": "extra_forbidden"},
                ]
            },
        }
    }


@pytest.mark.parametrize(
    "body",
    ['{"fault": "', "[]", "null", "", '{"\\ud83d": 1}', '{"fault": "\\ud83d"}', "[" * 100_000, '{"student": 1e400}'],
)
async def test_a_body_that_cannot_be_read_is_a_problem_not_a_crash(desk: httpx.AsyncClient, body: str) -> None:
    answer = await desk.post("/repairs", content=body, headers=key() | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) in [(422, "invalid_request"), (400, "invalid_request")]


async def test_bytes_that_are_no_text_are_a_problem_not_a_crash(desk: httpx.AsyncClient) -> None:
    content = '{"fault": "水龙头"}'.encode("gbk")
    answer = await desk.post("/repairs", content=content, headers=key() | {"Content-Type": "application/json"})
    assert answer.json()["error"]["code"] == "invalid_request"


async def test_a_fault_of_our_own_tells_no_stack(tmp_path: Path) -> None:
    app = application(Campus(Ledger(tmp_path / "never-laid-out.sqlite")), SECRET, Connections())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://campus") as client:
        answer = await client.get("/students/2023010001", headers={"X-Counsellor-Secret": SECRET})
    assert (answer.status_code, answer.json()) == (
        500,
        {"error": {"code": "internal_error", "message": "办事系统内部错误。"}},
    )
