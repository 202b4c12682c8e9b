"""How a submission ends, for every way the wire can fail."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from actions.offices import OfficeClosed, OfficeError, OutcomeUnknown, Refusal, open_wire, wire
from actions.offices.leaves import Leave
from actions.offices.repairs import Repair, RepairOrder
from tests.actions.offices.wires import NO_SUCH_ORDER, Answer, Wire, fails, problem, says, text

REPAIR = Repair("2023010001", "3号楼", "水龙头关不紧", "13800138000", "any_time", room="502")
ORDER = {
    "number": "BX20261123-0001",
    "status": "受理",
    "department": "后勤保障处维修中心",
    "due": "2026-11-25",
    "student": "2023010001",
    "location": "3号楼502",
    "category": "给排水",
    "fault": "水龙头关不紧",
    "visit": "any_time",
    "created_at": "2026-11-23T10:30:00+08:00",
}
MADE = RepairOrder(
    number="BX20261123-0001",
    status="受理",
    department="后勤保障处维修中心",
    due=date(2026, 11, 25),
    location="3号楼502",
    fault="水龙头关不紧",
    created_at=datetime.fromisoformat("2026-11-23T10:30:00+08:00"),
)
FOUND = says(200, {"kind": "repair", "number": "BX20261123-0001", "order": ORDER})
LOGIN_PAGE = "<!DOCTYPE html><html><title>统一身份认证</title></html>"

LOST: dict[str, Answer] = {
    "read time-out": fails(httpx.ReadTimeout),
    "write time-out": fails(httpx.WriteTimeout),
    "reset": fails(httpx.ReadError),
    "broken off": fails(httpx.RemoteProtocolError),
    "broken pipe": fails(httpx.WriteError),
    "500": problem(500, "internal_error"),
    "503": problem(503, "fault_on_request"),
    "504 of a proxy": text(504, "<html>Gateway Time-out</html>"),
    "login page with 200": text(200, LOGIN_PAGE),
    "redirect to a login page": lambda request: httpx.Response(302, headers={"Location": "/login"}),
    "truncated": text(201, json.dumps(ORDER)[:60]),
    "empty": text(201, b""),
    "wrong charset": text(201, json.dumps(ORDER, ensure_ascii=False).encode("gbk")),
    "other JSON": says(201, {"ok": True}),
    "a list": says(201, [ORDER]),
    "a day that is none": says(201, ORDER | {"due": "soon"}),
    "null for a day": says(201, ORDER | {"due": None}),
    "4xx page of a proxy": text(404, "<html>not found</html>"),
    "4xx of another shape": says(409, {"error": "duplicate"}),
    "bad gzip": lambda request: httpx.Response(201, headers={"Content-Encoding": "gzip"}, content=b"no gzip"),
    "408": problem(408, "too_slow"),
}
NOT_SENT: dict[str, Answer] = {
    "connection refused": fails(httpx.ConnectError),
    "connection time-out": fails(httpx.ConnectTimeout),
    "no free connection": fails(httpx.PoolTimeout),
    "401": problem(401, "secret_missing"),
    "403": text(403, "forbidden"),
    "429": problem(429, "too_many"),
}


def each(answers: dict[str, Answer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("answer", [pytest.param(answer, id=name) for name, answer in answers.items()])


async def submit(told: Wire) -> RepairOrder:
    return await told.offices().repairs.submit(REPAIR, key="case-7")


async def test_an_order_is_one_post_with_the_key_and_the_secret() -> None:
    told = Wire(post=[says(201, ORDER)])
    assert await submit(told) == MADE
    assert told.asked == ["POST"]
    sent = told.requests[0]
    assert (sent.url.path, sent.headers["Idempotency-Key"], sent.headers["X-Counsellor-Secret"]) == (
        "/repairs",
        "case-7",
        "made-up",
    )
    assert json.loads(sent.content) == {
        "student": "2023010001",
        "building": "3号楼",
        "room": "502",
        "place": None,
        "fault": "水龙头关不紧",
        "phone": "13800138000",
        "visit": "any_time",
    }


@each(LOST)
async def test_a_lost_answer_whose_order_is_found_is_a_success(answer: Answer) -> None:
    told = Wire(post=[answer], by_key=[FOUND])
    assert await submit(told) == MADE
    assert told.asked == ["POST", "by-key"]
    assert told.requests[1].url.path == "/orders/by-key/case-7"


@each(LOST)
async def test_a_lost_answer_without_an_order_is_a_closed_office(answer: Answer) -> None:
    told = Wire(post=[answer], by_key=[NO_SUCH_ORDER])
    with pytest.raises(OfficeClosed) as closed:
        await submit(told)
    assert (told.asked, closed.value.sent) == (["POST", "by-key"], True)


@each(
    {
        **{name: answer for name, answer in LOST.items() if name != "a day that is none"},
        **NOT_SENT,
        "order of another kind": says(200, {"kind": "leave", "number": "QJ20261123-0001", "order": ORDER}),
        "unreadable order": says(200, {"kind": "repair", "number": "x", "order": {}}),
        "404 of a wrong path": problem(404, "no_such_route"),
    }
)
async def test_a_lost_answer_and_a_look_up_that_does_not_say_is_an_unknown_outcome(answer: Answer) -> None:
    told = Wire(post=[fails(httpx.ReadTimeout)], by_key=[answer])
    with pytest.raises(OutcomeUnknown):
        await submit(told)
    assert told.asked.count("POST") == 1


async def test_a_look_up_is_tried_once_more() -> None:
    told = Wire(post=[fails(httpx.ReadError)], by_key=[fails(httpx.ReadError), FOUND])
    assert await submit(told) == MADE
    assert told.asked == ["POST", "by-key", "by-key"]


@each(NOT_SENT)
async def test_what_never_reached_the_office_is_not_looked_up(answer: Answer) -> None:
    told = Wire(post=[answer])
    with pytest.raises(OfficeClosed) as closed:
        await submit(told)
    assert (told.asked, closed.value.sent) == (["POST"], False)


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_a_code_is_a_refusal_with_its_details_and_is_not_looked_up(status: int) -> None:
    told = Wire(post=[problem(status, "duplicate_repair", number="BX20261123-0001")])
    with pytest.raises(Refusal) as refusal:
        await submit(told)
    assert (refusal.value.code, refusal.value.details) == ("duplicate_repair", {"number": "BX20261123-0001"})
    assert told.asked == ["POST"]


async def test_a_refusal_without_details_has_none() -> None:
    told = Wire(post=[says(409, {"error": {"code": "no_printer", "message": "…"}})])
    with pytest.raises(Refusal) as refusal:
        await submit(told)
    assert refusal.value.details == {}


@pytest.mark.parametrize("key", ["", "k" * 256, "a/b", "../x", "键", "a b", "a\n"])
async def test_a_key_that_could_not_be_looked_up_again_is_our_mistake(key: str) -> None:
    told = Wire(post=[says(201, ORDER)])
    with pytest.raises(ValueError, match="not an idempotency key"):
        await told.offices().repairs.submit(REPAIR, key=key)
    assert told.asked == []


async def test_half_an_emoji_reaches_the_office_to_be_refused_there() -> None:
    told = Wire(post=[problem(422, "invalid_request")])
    half = Repair("2023010001", "3号楼", "漏水\ud83d", "13800138000", "any_time", room="502")
    with pytest.raises(Refusal, match="invalid_request"):
        await told.offices().repairs.submit(half, key="case-7")


class Trickle(httpx.AsyncByteStream):
    """A byte every 20 ms, for ever: no single read is slow."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.02)
            yield b" "


def trickles(request: httpx.Request) -> httpx.Response:
    return httpx.Response(201, stream=Trickle())


async def test_a_body_that_trickles_in_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "POST_SECONDS", 0.2)
    monkeypatch.setattr(wire, "GET_SECONDS", 0.2)
    told = Wire(post=[trickles], by_key=[FOUND])
    async with asyncio.timeout(5):
        assert await submit(told) == MADE
    told = Wire(post=[trickles], by_key=[trickles])
    async with asyncio.timeout(5):
        with pytest.raises(OutcomeUnknown):
            await submit(told)
    told = Wire(get=[trickles])
    async with asyncio.timeout(5):
        with pytest.raises(OfficeClosed):
            await told.offices().registry.buildings()


async def test_the_limits_are_one_second_to_connect_three_to_post_and_two_to_get() -> None:
    told = Wire(post=[fails(httpx.ReadError)], by_key=[FOUND])
    await submit(told)
    limits = [request.extensions["timeout"] for request in told.requests]
    assert limits == [
        {"connect": 1.0, "read": 3.0, "write": 3.0, "pool": 3.0},
        {"connect": 1.0, "read": 2.0, "write": 2.0, "pool": 2.0},
    ]


@each({**LOST, **NOT_SENT})
async def test_a_get_is_tried_twice_and_then_the_office_is_closed(answer: Answer) -> None:
    told = Wire(get=[answer])
    with pytest.raises(OfficeClosed):
        await told.offices().repairs.order("BX20261123-0001", student="2023010001")
    assert told.asked == ["GET", "GET"]


@each({**LOST, **NOT_SENT})
async def test_a_get_that_succeeds_the_second_time_is_a_success(answer: Answer) -> None:
    told = Wire(get=[answer, says(200, ORDER)])
    assert await told.offices().repairs.order("BX20261123-0001", student="2023010001") == MADE


async def test_a_refused_get_is_not_tried_again() -> None:
    told = Wire(get=[NO_SUCH_ORDER])
    with pytest.raises(Refusal, match="no_such_order"):
        await told.offices().repairs.order("BX20261123-0001", student="2023010001")
    assert told.asked == ["GET"]


async def test_finding_by_key_tells_an_order_none_and_not_known_apart() -> None:
    assert await Wire(by_key=[FOUND]).offices().repairs.find(key="case-7") == MADE
    assert await Wire(by_key=[NO_SUCH_ORDER]).offices().repairs.find(key="case-7") is None
    with pytest.raises(OutcomeUnknown):
        await Wire(by_key=[fails(httpx.ConnectError)]).offices().repairs.find(key="case-7")


@pytest.mark.parametrize("said", ["", "2023010001/grades", "..", "2023010001?x=1", "a b", "%2e%2e", "1" * 65])
async def test_what_is_no_name_asks_for_no_other_record(said: str) -> None:
    told = Wire(get=[says(200, {})])
    offices = told.offices()
    for asking, code in [
        (offices.registry.student(said), "no_such_student"),
        (offices.cards.card(said), "no_such_card"),
        (offices.registry.room(said, "502"), "no_such_room"),
        (offices.registry.room("3号楼", said), "no_such_room"),
        (offices.repairs.order(said, student="2023010001"), "no_such_order"),
        (offices.transcripts.order(said, student="2023010001"), "no_such_order"),
        (offices.leaves.order(said, student="2023010001"), "no_such_order"),
    ]:
        with pytest.raises(Refusal, match=code):
            await asking
    assert told.asked == []


async def test_another_student_in_the_query_stays_one_value() -> None:
    told = Wire(get=[NO_SUCH_ORDER])
    with pytest.raises(Refusal):
        await told.offices().repairs.order("BX20261123-0001", student="1&student=2")
    assert dict(told.requests[0].url.params) == {"student": "1&student=2"}


CANARIES = ("2023010001", "水龙头关不紧", "13800138000", "502", "canary", "回家看病")


@each({**LOST, **NOT_SENT, "refused": problem(409, "duplicate_repair", location="3号楼502")})
async def test_no_student_is_in_an_error_or_a_log(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = Wire(post=[answer], by_key=[answer], get=[answer])
    offices = told.offices()
    leave = Leave("2023010001", "事假", datetime(2026, 11, 25, 14), datetime(2026, 11, 26), True, "回家看病")
    seen = ""
    for asking in (
        offices.repairs.submit(REPAIR, key="case-7"),
        offices.leaves.submit(leave, key="case-8"),
        offices.registry.student("2023010001"),
        offices.cards.card("2023010001"),
    ):
        with pytest.raises(OfficeError) as failed:
            await asking
        seen += "".join(traceback.format_exception(failed.value)) + repr(failed.value)
        assert (failed.value.__cause__, failed.value.__context__) == (None, None)
    seen += caplog.text + repr(REPAIR) + repr(leave) + repr(MADE)
    assert [canary for canary in CANARIES if canary in seen.replace("line 502", "")] == []


def test_the_errors_are_one_family() -> None:
    assert all(issubclass(error, OfficeError) for error in (Refusal, OfficeClosed, OutcomeUnknown))


async def test_no_proxy_of_the_environment_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with open_wire("http://127.0.0.1:8091", "made-up") as client:
        assert client.trust_env is False
        mounts: dict[Any, Any] = client._mounts
        assert mounts == {}
