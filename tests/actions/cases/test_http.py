"""``/cases`` on the wire: who sees what, what can be done, and every refusal in the one shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from itsdangerous import URLSafeTimedSerializer

from actions.cases.http import routes
from actions.cases.log import Cases
from tests.actions.cases.conftest import DAY, HALL, NOON, REPAIRS, reported, task, worked_on

SECRET = "inner"
OFFICES = {"T3001": "后勤保障处", "T2001": "学生工作处", "T2003": "学生社区服务中心", "T3002": "保卫处"}


def identity(secret: str = SECRET, **said: Any) -> dict[str, str]:
    return {"X-Counsellor-Identity": URLSafeTimedSerializer(secret, salt="identity").dumps(said)}


STUDENT, OTHER = identity(student="2023010001"), identity(student="2023010002")
OFFICER, STRANGER, HALLWAY = identity(staff="T3001"), identity(staff="T3002"), identity(staff="T2003")
DOORS = identity(doors=True)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Identities are good for two minutes; the tests before these take longer."""
    for one, number in ((STUDENT, "2023010001"), (OTHER, "2023010002")):
        one.update(identity(student=number))
    for one, number in ((OFFICER, "T3001"), (STRANGER, "T3002"), (HALLWAY, "T2003")):
        one.update(identity(staff=number))
    DOORS.update(identity(doors=True))


@pytest.fixture
def client(light: Cases) -> Iterator[TestClient]:
    async def office_of(number: str) -> str | None:
        return OFFICES.get(number)

    app = FastAPI()
    app.include_router(routes(light, SECRET, office_of, lambda: NOON + DAY))
    with TestClient(app) as client:
        yield client


def code(answer: Any) -> tuple[int, str]:
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message"}
    return answer.status_code, answer.json()["error"]["code"]


def test_everybody_sees_their_own_and_nobody_else_s(client: TestClient, light: Cases) -> None:
    kept = worked_on(light, light.open(task(), NOON))
    unsent = light.open(task("task-2", "2023010002"), NOON)
    lists = {
        name: sorted(one["case"] for one in client.get("/cases", headers=who).json()["cases"])
        for name, who in {"s": STUDENT, "o": OTHER, "f": OFFICER, "x": STRANGER, "h": HALLWAY}.items()
    }
    assert lists == {
        **{"s": [kept.id], "o": [unsent.id], "f": [kept.id], "x": []},
        "h": sorted([kept.id, unsent.id]),
    }
    for who in (OTHER, STRANGER, DOORS):
        for case in (kept.id, "JB000000000000"):
            assert code(client.get(f"/cases/{case}", headers=who)) == (404, "no_such_case")
            body = {"act": "comment", "words": "x"}
            assert code(client.post(f"/cases/{case}/acts", headers=who, json=body)) == (404, "no_such_case")
    assert code(client.get("/cases", headers=DOORS)) == (404, "no_such_case")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Counsellor-Identity": ""},
        {"X-Counsellor-Identity": "x.y.z"},
        identity("another secret", student="2023010001"),
        identity(student=""),
        identity(student=7),
        identity(staff="T9999"),
        identity(nobody="x"),
        identity(doors="yes"),
    ],
)
def test_whoever_does_not_say_who_they_are_is_nobody(client: TestClient, headers: dict[str, str]) -> None:
    assert code(client.get("/cases", headers=headers)) == (401, "unauthorised")
    assert code(client.get("/cases/notices", headers=headers)) == (401, "unauthorised")


def test_an_old_identity_is_nobody_s(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "itsdangerous.timed.TimestampSigner.get_timestamp", lambda signer: int(datetime.now().timestamp()) + 200
    )
    assert code(client.get("/cases", headers=STUDENT)) == (401, "unauthorised")


def test_a_case_is_shown_with_its_whole_log_and_what_can_be_done(client: TestClient, light: Cases) -> None:
    kept = reported(light, light.open(task(), NOON))
    mine = client.get(f"/cases/{kept.id}", headers=STUDENT).json()
    assert (mine["case"], mine["seq"], mine["stage"], mine["department"]) == (kept.id, 4, "反馈", "后勤保障处")
    assert (mine["opened_at"], mine["due_close"]) == ("2026-11-23T12:00:00", "2026-11-26T12:00:00")
    assert mine["contents"]["words"] == "3号楼502的空调不制冷"
    assert [(one["act"], one["title"]) for one in mine["may"]] == [
        *[("comment", "学生留言"), ("solved", "已解决"), ("unsolved", "未解决"), ("withdraw", "撤销")],
    ]
    assert [(one["act"], one["rule"], one["words"]) for one in mine["log"]] == [
        ("open", "a_confirmed_task_opens_a_case", None),
        ("dispatch", "sent_to_its_department", None),
        ("take", "the_department_takes_it", None),
        ("report", "the_result_is_told", "已更换压缩机"),
    ]


def test_a_student_reads_no_staff_number_and_no_internal_note(client: TestClient, light: Cases) -> None:
    kept = worked_on(light, light.open(task(), NOON))
    light.act(kept.id, "note", REPAIRS, NOON, words="同学态度不好")
    mine = client.get(f"/cases/{kept.id}", headers=STUDENT)
    theirs = client.get(f"/cases/{kept.id}", headers=OFFICER)
    assert [leak for leak in ("T3001", "态度", "2023010001") if leak in mine.text] == []
    assert [leak for leak in ("T3001", "态度", "2023010001") if leak in theirs.text] == ["T3001", "态度", "2023010001"]


def test_a_case_goes_its_whole_way_over_the_wire(client: TestClient, light: Cases) -> None:
    case = light.open(task(), NOON).id

    def act(who: dict[str, str], **asked: Any) -> tuple[str, str | None]:
        answer = client.post(f"/cases/{case}/acts", headers=who, json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["stage"], answer.json()["outcome"]

    assert act(HALLWAY, act="dispatch", department="后勤保障处", departments=["保卫处"]) == ("转办", None)
    assert act(OFFICER, act="take") == ("办理", None)
    assert act(OFFICER, act="extend", reason="parts", due_close="2026-11-30T12:00:00") == ("办理", None)
    assert act(STRANGER, act="note", words="已到场") == ("办理", None)
    assert act(OFFICER, act="report", words="换好了") == ("反馈", None)
    assert act(STUDENT, act="unsolved", words="我这里还没好") == ("办理", None)
    assert act(OFFICER, act="report", words="又换了") == ("反馈", None)
    assert act(HALLWAY, act="ask") == ("回访", None)
    assert act(STUDENT, act="solved") == ("办结", "已解决")
    assert act(STUDENT, act="rate", score=1) == ("办结", "已解决")
    follow = client.get("/cases", headers=STUDENT, params={"stage": "受理"}).json()["cases"]
    assert [(one["follows"], one["level"]) for one in follow] == [(case, "校级督办")]


def test_whoever_returns_a_case_is_answered_and_does_not_see_it_any_more(client: TestClient, light: Cases) -> None:
    kept = worked_on(light, light.open(task(), NOON))
    answer = client.post(f"/cases/{kept.id}/acts", headers=OFFICER, json={"act": "return", "reason": "not_ours"})
    assert (answer.status_code, answer.json()["stage"], answer.json()["may"]) == (200, "受理", [])
    assert code(client.get(f"/cases/{kept.id}", headers=OFFICER)) == (404, "no_such_case")


@pytest.mark.parametrize(
    ("who", "asked", "expected"),
    [
        (OFFICER, {"act": "solved"}, (409, "only_the_student_closes")),
        (HALLWAY, {"act": "withdraw", "reason": "by_mistake"}, (409, "only_the_student_closes")),
        (HALLWAY, {"act": "silent"}, (409, "only_the_student_closes")),
        (STUDENT, {"act": "solved"}, (409, "not_now")),
        (STUDENT, {"act": "comment", "words": "x", "seq": 2}, (409, "stale")),
        (OFFICER, {"act": "report"}, (409, "missing")),
        (OFFICER, {"act": "report", "words": "x", "due_close": "2030-01-01T00:00:00"}, (409, "wrong")),
        (OFFICER, {"act": "delete"}, (409, "unknown_act")),
        (OFFICER, {"act": "note", "words": "字" * 2001}, (422, "invalid")),
        (OFFICER, {"act": "note", "words": "x", "student": "2023010002"}, (422, "invalid")),
        (OFFICER, {"act": "note", "words": "x", "facts": {}}, (422, "invalid")),
        (OFFICER, {}, (422, "invalid")),
        (OFFICER, [], (422, "invalid")),
    ],
)
def test_a_refusal_has_a_code_and_a_sentence(
    client: TestClient, light: Cases, who: dict[str, str], asked: Any, expected: tuple[int, str]
) -> None:
    kept = worked_on(light, light.open(task(), NOON))
    answer = client.post(f"/cases/{kept.id}/acts", headers=who, json=asked)
    assert code(answer) == expected
    assert "您" not in answer.text


@pytest.mark.parametrize(
    "query", ["size=0", "size=101", "stage=x", "start=x", "start=2026_JB", "level=9", "level=-1", "kind=" + "x" * 41]
)
def test_a_list_that_cannot_be_is_422(client: TestClient, query: str) -> None:
    assert code(client.get(f"/cases?{query}", headers=HALLWAY)) == (422, "invalid")


def test_pages_lead_to_the_next(client: TestClient, light: Cases) -> None:
    made = {light.open(task(f"task-{place}"), NOON).id for place in range(5)}
    first = client.get("/cases", headers=HALLWAY, params={"size": 3}).json()
    second = client.get("/cases", headers=HALLWAY, params={"size": 3, "start": first["next"]}).json()
    assert {one["case"] for one in first["cases"] + second["cases"]} == made
    assert (first["total"], second["next"]) == (5, None)


def test_what_is_overdue_is_marked_and_can_be_listed(client: TestClient, light: Cases) -> None:
    late = light.open(task(), NOON - 5 * DAY)
    light.open(task("task-2"), NOON)
    found = client.get("/cases", headers=HALLWAY, params={"overdue": True}).json()["cases"]
    assert [(one["case"], one["overdue"]) for one in found] == [(late.id, True)]


def test_an_act_that_is_posted_again_under_its_key_is_done_once(client: TestClient, light: Cases) -> None:
    kept = worked_on(light, light.open(task(), NOON))
    headers = {**OFFICER, "Idempotency-Key": "desk-000001"}
    body = {"act": "note", "words": "已到场"}
    answers = [client.post(f"/cases/{kept.id}/acts", headers=headers, json=body) for _ in range(3)]
    assert [(one.status_code, one.json()["seq"]) for one in answers] == [(200, 4)] * 3
    other = client.post(f"/cases/{kept.id}/acts", headers=headers, json={"act": "report", "words": "好了"})
    assert code(other) == (409, "conflict")


def test_the_doors_fetch_what_students_are_to_be_told_and_say_when_they_were(client: TestClient, light: Cases) -> None:
    worked_on(light, light.open(task(), NOON))
    told = []
    while notices := client.get("/cases/notices", headers=DOORS).json():
        assert [(one["student"], one["recipient"]) for one in notices] == [("2023010001", "student")]
        told.append(notices[0]["text"])
        assert client.post(f"/cases/notices/{notices[0]['id']}", headers=DOORS).json() == {"ok": True}
    assert told == ["你反映的事：已转到后勤保障处。", "你反映的事：后勤保障处已经接办。"]
    assert code(client.post("/cases/notices/999", headers=DOORS)) == (404, "no_such_notice")
    for path in ("notices", "undelivered"):
        for who in (STUDENT, OFFICER):
            assert code(client.get(f"/cases/{path}", headers=who)) == (404, "no_such_page")
    assert client.get("/cases/undelivered", headers=HALLWAY).json() == []


def test_the_doors_ask_which_cases_wait_for_a_word_of_their_student(client: TestClient, light: Cases) -> None:
    done, asked = (
        light.open(task(key=key, number=number), NOON) for key, number in (("a-key", "BX1"), ("b-key", "BX2"))
    )
    reported(light, done)
    light.act(worked_on(light, asked).id, "ask_student", REPAIRS, NOON, words="是哪一盏灯？")
    light.open(task(key="c-key", number="BX3"), NOON)
    of = {"student": "2023010001"}
    waiting = client.get("/cases/awaited", params=of, headers=DOORS).json()
    assert sorted((one["number"], one["wants"], one["department"], one["asked"]) for one in waiting) == [
        ("BX1", "verdict", "后勤保障处", None),
        ("BX2", "words", "后勤保障处", "是哪一盏灯？"),
    ]
    assert client.get("/cases/awaited", params={"student": "2023010002"}, headers=DOORS).json() == []
    assert code(client.get("/cases/awaited", params=of, headers=STUDENT)) == (404, "no_such_page")


def test_the_openapi_document_has_a_model_for_every_answer(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert sorted(paths) == [
        *(
            "/cases",
            "/cases/awaited",
            "/cases/notices",
            "/cases/notices/{notice}",
            "/cases/undelivered",
            "/cases/{case}",
        ),
        "/cases/{case}/acts",
    ]
    for path in paths.values():
        for operation in path.values():
            for status in ("200", "401", "404", "409", "422"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema.get("$ref") or schema["items"]["$ref"]


def test_staff_of_an_office_that_is_called_otherwise_stand_for_their_department(
    client: TestClient, light: Cases
) -> None:
    kept = light.open(task(), NOON)
    light.act(kept.id, "dispatch", HALL, NOON, facts={"department": "学生工作部（处）"})
    seen = client.get("/cases", headers=identity(staff="T2001")).json()
    assert [one["case"] for one in seen["cases"]] == [kept.id]
