"""``/api/cases`` and ``/api/notices`` at the real doors, over the real store of cases."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from actions.cases.http import routes
from actions.cases.log import Cases, Clock, New
from actions.cases.outbox import Partner, signature
from actions.cases.stages import SYSTEM, Actor
from actions.cases.tables import open_engine as open_cases
from connectors import cases as door
from connectors.case_desk import CaseDesk
from connectors.inbox import Inbox
from connectors.problems import Problem, problem_response
from connectors.sessions import COOKIE, Sessions
from connectors.tables import open_engine

SECRET = "made-up"
NOON = datetime(2026, 11, 23, 12)
CLOCK = Clock(
    lambda kind, at, urgent: (at + timedelta(hours=2), at + timedelta(days=3)),
    lambda due, paused, at: due + (at - paused),
)
PARTNER = Partner("logistics", "https://partner.example/hook", "a secret of sixteen and more", ("后勤保障处", "保卫处"))
ALL = Partner("city", "https://city.example/hook", "another secret of sixteen", ())
OFFICES = {"T2004": "后勤保障处", "T2003": "学生社区服务中心"}
REPAIRS = Actor("officer", "T2004", "后勤保障处")


@dataclass
class House:
    """The doors and the action server's cases, joined in memory."""

    app: FastAPI
    store: Cases
    sessions: Sessions
    up: bool = True

    def open(self, key: str = "key-1", student: str = "2023010001", *, private: bool = False) -> str:
        contents = {"title": "宿舍报修", "answers": {"故障": "灯坏了"}, "private": private}
        kept = self.store.open(New(key, "repair_request", student, contents, number=f"BX-{key}"), NOON)
        self.store.act(kept.id, "dispatch", SYSTEM, NOON, facts={"department": "后勤保障处"})
        return kept.id

    async def who(self, **who: str) -> httpx.AsyncClient:
        session = await self.sessions.sign_in(await self.sessions.open(None), None, **who)
        client = self.nobody()
        client.cookies.set(COOKIE, str(session.cookie))
        return client

    def nobody(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://127.0.0.1")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async def office_of(number: str) -> str | None:
        return OFFICES.get(number)

    store = Cases(open_cases(f"sqlite:///{tmp_path / 'cases.sqlite'}"), CLOCK)
    actions = FastAPI()
    actions.include_router(routes(store, SECRET, office_of, lambda: NOON, partners=(PARTNER, ALL)))

    @actions.get("/cases.json")
    async def openapi() -> dict[str, Any]:
        return get_openapi(title="cases", version="1", routes=actions.routes)

    inbox = Inbox(open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}"))
    built = House(FastAPI(), store, Sessions(inbox, SECRET, 30))

    class Wire(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if not built.up:
                raise httpx.ConnectError("down")
            return await super().handle_async_request(request)

    client = httpx.AsyncClient(transport=Wire(app=actions), base_url="http://actions")
    doors = type("Doors", (), {"cases": CaseDesk(client, SECRET), "sessions": built.sessions})
    door.mount(built.app, cast(Any, doors))

    @built.app.exception_handler(Problem)
    async def problem(_request: object, problem: Problem) -> Any:
        return problem_response(problem)

    yield built
    await client.aclose()
    store.engine.dispose()
    inbox.close()


async def test_everybody_is_asked_as_who_they_are(house: House) -> None:
    mine, theirs = house.open(), house.open("key-2", "2023010002")
    seen = {}
    for name, client in {
        "student": await house.who(student="2023010001"),
        "officer": await house.who(staff="T2004"),
        "stranger": await house.who(staff="T9999"),
        "nobody": house.nobody(),
    }.items():
        answer = await client.get("/api/cases")
        seen[name] = sorted(one["case"] for one in answer.json().get("cases", [])) or answer.status_code
    assert seen == {"student": [mine], "officer": sorted([mine, theirs]), "stranger": 401, "nobody": 401}
    student = await house.who(student="2023010001")
    assert (await student.get(f"/api/cases/{theirs}")).json()["error"]["code"] == "no_such_case"


async def test_a_student_closes_their_own_case_over_the_wire_and_only_once_for_a_key(house: House) -> None:
    case = house.open()
    house.store.act(case, "take", REPAIRS, NOON)
    house.store.act(case, "report", REPAIRS, NOON, words="换了灯管")
    student = await house.who(student="2023010001")
    said = [
        await student.post(f"/api/cases/{case}/acts", json={"act": "solved"}, headers={"Idempotency-Key": "tap-0001"})
        for _ in range(2)
    ]
    assert [(one.status_code, one.json()["stage"], one.json()["outcome"]) for one in said] == [
        (200, "办结", "已解决")
    ] * 2


@pytest.mark.parametrize(
    "path", ["/notices", "/undelivered", "/notices/1", "/JB000000000000/../notices", "/jb000000000000", "/JB0", ".json"]
)
async def test_what_is_between_the_processes_stays_there(house: House, path: str) -> None:
    hall = await house.who(staff="T2003")
    assert (await hall.get(f"/api/cases{path}")).status_code == 404


async def test_nobody_names_themselves(house: House) -> None:
    """Who asks comes from the session: a header of the client's own opens nothing."""
    house.open()
    signed = CaseDesk(httpx.AsyncClient(), SECRET)._signed(staff="T2003")
    student = await house.who(student="2023010002")
    assert (await student.get("/api/cases", headers=signed)).json()["cases"] == []
    assert (await house.nobody().get("/api/cases", headers=signed)).status_code == 401


async def test_a_confidential_case_names_the_student_to_the_hall_alone(house: House) -> None:
    case = house.open(private=True)
    told = [
        (await (await house.who(**who)).get(f"/api/cases/{case}")).json()["student"]
        for who in ({"staff": "T2003"}, {"staff": "T2004"}, {"student": "2023010001"})
    ]
    assert told == ["2023010001", None, None]
    student = Actor("student", "2023010001")
    house.store.act(case, "take", REPAIRS, NOON)
    house.store.act(case, "report", REPAIRS, NOON, words="谈过了")
    house.store.act(case, "solved", student, NOON)
    house.store.act(case, "rate", student, NOON, facts={"score": 1})
    after = next(
        one for one in (await (await house.who(staff="T2003")).get("/api/cases")).json()["cases"] if one["follows"]
    )
    house.store.act(after["case"], "dispatch", SYSTEM, NOON, facts={"department": "后勤保障处"})
    assert (await (await house.who(staff="T2004")).get(f"/api/cases/{after['case']}")).json()["student"] is None
    named = house.open("key-2")
    assert (await (await house.who(staff="T2004")).get(f"/api/cases/{named}")).json()["student"] == "2023010001"


async def test_without_the_action_server_it_is_said_that_nothing_can_be_looked_up(house: House) -> None:
    student = await house.who(student="2023010001")
    house.up = False
    answer = await student.get("/api/cases")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "cases_closed")
    assert (await student.get("/api/cases/openapi.json")).status_code == 503
    assert (await student.post("/api/notices", json={"seen": [1]})).json() == {"notices": []}


async def test_the_openapi_document_shows_what_is_open_under_its_own_address(house: House) -> None:
    paths = (await house.nobody().get("/api/cases/openapi.json")).json()["paths"]
    assert sorted(paths) == ["/api/cases", "/api/cases/{case}", "/api/cases/{case}/acts"]


# partner systems


def signed(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    partner: Partner = PARTNER,
    secret: str = "",
    at: float = 0.0,
    **more: str,
) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    line = f"{method} {path}\n".encode() + body
    return {
        "X-Counsellor-Partner": partner.name,
        "X-Counsellor-Timestamp": stamp,
        "X-Counsellor-Signature": signature(secret or partner.secret, stamp, line),
        **more,
    }


HERE = {"X-Counsellor-Department": "%E5%90%8E%E5%8B%A4%E4%BF%9D%E9%9A%9C%E5%A4%84"}


async def test_a_partner_acts_for_its_department_with_a_signature(house: House) -> None:
    case, body = house.open(), b'{"act":"take"}'
    client = house.nobody()
    listed = await client.get("/api/cases?size=5", headers=signed("GET", "/cases?size=5", **HERE))
    assert [one["case"] for one in listed.json()["cases"]] == [case]
    path = f"/cases/{case}/acts"
    taken = await client.post(f"/api{path}", content=body, headers=signed("POST", path, body, **HERE))
    assert (taken.status_code, taken.json()["stage"]) == (200, "办理")
    assert taken.json()["log"][-1]["number"] == "logistics"


async def test_what_a_partner_signed_cannot_be_said_once_more_by_who_heard_it(house: House) -> None:
    case, body = house.open(), '{"act":"note","words":"水电班已派单"}'.encode()
    path = f"/cases/{case}/acts"
    headers = signed("POST", path, body, **HERE)
    # Somebody who changes it on the way does not use it up.
    tampered = await house.nobody().post(f"/api{path}", content=body + b" ", headers=headers)
    assert tampered.status_code == 401
    told = [await house.nobody().post(f"/api{path}", content=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in told] == [200, 401]
    # Its own repetition is signed anew.
    later = signed("POST", path, body, at=time.time() + 2, **HERE)
    assert (await house.nobody().post(f"/api{path}", content=body, headers=later)).status_code == 200


async def test_a_deadline_with_an_offset_is_refused_and_not_cut(house: House) -> None:
    case = house.open()
    hall = await house.who(staff="T2003")
    asked = {"act": "extend", "reason": "parts", "due_close": "2030-01-01T12:00:00+00:00"}
    answer = await hall.post(f"/api/cases/{case}/acts", json=asked)
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, "请求的内容不对：due_close")


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "a wrong secret of sixteen", **HERE},
        {"at": 1.0, **HERE},
        {**HERE, "X-Counsellor-Timestamp": "9" * 400},
        {"method": "POST", **HERE},
        {"path": "/cases?size=2", **HERE},
        {},
        {"partner": ALL, **HERE},
        {**HERE, "X-Counsellor-Partner": "nobody"},
        {"X-Counsellor-Department": "%E6%95%99%E5%8A%A1%E5%A4%84"},
    ],
    ids=[
        "forged",
        "old",
        "of no time",
        "another method",
        "another query",
        "no department",
        "of no department",
        "unknown",
        "another's",
    ],
)
async def test_a_partner_who_cannot_prove_it_is_nobody(house: House, forged: dict[str, Any]) -> None:
    house.open()
    headers = signed(**{"method": "GET", "path": "/cases", **forged})
    assert (await house.nobody().get("/api/cases", headers=headers)).status_code == 401
    # Nor does the session of whoever forwards it help.
    hall = await house.who(staff="T2003")
    assert (await hall.get("/api/cases", headers=headers)).status_code == 401


# what students are told


async def test_a_student_is_told_what_became_of_their_cases_until_it_was_seen(house: House) -> None:
    case = house.open()
    house.open("key-2", "2023010002")
    house.store.act(case, "take", REPAIRS, NOON)
    house.store.act(case, "report", REPAIRS, NOON, words="换了灯管")
    house.store.act(case, "ask", SYSTEM, NOON)
    student, other = await house.who(student="2023010001"), await house.who(student="2023010002")
    first = (await student.post("/api/notices", json={"seen": []})).json()["notices"]
    assert [one["replies"] for one in first] == [
        [{"kind": "text", "text": "宿舍报修 BX-key-1：后勤保障处已经接办。"}],
        [{"kind": "text", "text": "宿舍报修 BX-key-1：后勤保障处反馈了办理结果：\n换了灯管"}],
        [
            {
                "kind": "choices",
                "text": "宿舍报修 BX-key-1：这件事解决了吗？没好的话，说一声「我这里还没好」就会接着办。",
                "choices": [
                    {"label": "已解决", "payload": "start:progress_query?ticket=BX-key-1&deed=solved"},
                    {"label": "我这里还没好", "payload": "start:progress_query?ticket=BX-key-1&deed=unsolved"},
                ],
            }
        ],
    ]
    ids = [one["id"] for one in first]
    # Somebody else's eyes do not count.
    assert (await other.post("/api/notices", json={"seen": ids})).json() == {"notices": []}
    again = (await student.post("/api/notices", json={"seen": ids[:1]})).json()["notices"]
    assert [one["id"] for one in again] == ids[1:]
    assert (await student.post("/api/notices", json={"seen": ids})).json() == {"notices": []}


async def test_who_is_not_signed_in_is_told_nothing(house: House) -> None:
    house.store.act(house.open(), "take", REPAIRS, NOON)
    for client in (house.nobody(), await house.who(staff="T2004")):
        assert (await client.post("/api/notices", json={"seen": []})).json() == {"notices": []}


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"seen": 1}', '{"seen": ["1"]}', '{"seen": [true]}', '{"seen": [0]}']
)
async def test_what_was_seen_is_a_list_of_numbers(house: House, body: str) -> None:
    client = await house.who(student="2023010001")
    assert (await client.post("/api/notices", content=body)).status_code == 422


async def test_a_department_reads_nothing_in_a_confidential_case_that_tells_whose_it_is(house: House) -> None:
    contents = {
        "title": "投诉建议",
        "answers": {"事项": "电脑开机要十分钟，电话13812345678，我叫王五"},
        "private": True,
    }
    case = house.store.open(New("key-9", "complaint", "2023010001", contents, number="TS-9"), NOON).id
    house.store.act(case, "dispatch", SYSTEM, NOON, facts={"department": "后勤保障处"})
    house.store.act(case, "comment", Actor("student", "2023010001"), NOON, words="学号2023010001，快点")
    seen = {}
    for who in ("T2003", "T2004"):
        shown = (await (await house.who(staff=who)).get(f"/api/cases/{case}")).json()
        seen[who] = (shown["contents"]["answers"]["事项"], shown["log"][-1]["words"])
    assert seen == {
        "T2003": ("电脑开机要十分钟，电话13812345678，我叫王五", "学号2023010001，快点"),
        "T2004": ("电脑开机要十分钟,电话〈号码〉,我叫〈姓名〉", "学号〈号码〉,快点"),
    }


async def test_what_staff_write_for_each_other_reaches_no_student(house: House) -> None:
    case = house.open()
    officer, student = await house.who(staff="T2004"), await house.who(student="2023010001")
    path = f"/api/cases/{case}/acts"
    assert (await officer.post(path, json={"act": "return", "reason": "unclear", "words": "别理他"})).status_code == 200
    told = (await student.post("/api/notices", json={"seen": []})).json()["notices"]
    shown = (await student.get(f"/api/cases/{case}")).json()
    assert "别理他" not in f"{told} {shown}"
    assert len(told) == 1


async def test_a_question_that_was_answered_in_words_is_not_asked_any_more(house: House) -> None:
    case = house.open()
    house.store.act(case, "take", REPAIRS, NOON)
    house.store.act(case, "report", REPAIRS, NOON, words="好了")
    house.store.act(case, "ask", SYSTEM, NOON)
    house.store.act(case, "solved", Actor("student", "2023010001"), NOON)
    student = await house.who(student="2023010001")
    told = (await student.post("/api/notices", json={"seen": []})).json()["notices"]
    assert [one["replies"][0]["kind"] for one in told] == ["text", "text"]


async def test_an_order_is_taken_back_where_its_office_hears_of_it(house: House) -> None:
    case = house.open()
    student = await house.who(student="2023010001")
    assert "withdraw" not in [one["act"] for one in (await student.get(f"/api/cases/{case}")).json()["may"]]
    body = {"act": "withdraw", "reason": "by_mistake"}
    answer = await student.post(f"/api/cases/{case}/acts", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "withdraw_at_the_office")


@pytest.mark.parametrize(
    "body",
    [
        {"act": "dispatch", "department": "不存在的部门"},
        {"act": "dispatch", "department": "后勤保障处 "},
        {"act": "assist", "departments": ["x|后勤保障处|"]},
    ],
)
async def test_a_case_goes_to_departments_of_the_plan_only(house: House, body: dict[str, Any]) -> None:
    case = house.open()
    answer = await (await house.who(staff="T2003")).post(f"/api/cases/{case}/acts", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_such_department")
