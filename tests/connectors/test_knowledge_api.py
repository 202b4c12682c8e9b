"""``/api/knowledge``: staff keep the documents; students, strangers and other sites do not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from connectors import gateway, knowledge
from connectors.case_desk import CaseDesk
from connectors.doors import Doors
from connectors.inbox import Inbox
from connectors.sessions import Sessions
from connectors.settings import Settings
from connectors.tables import open_engine
from knowledge_base import Library

READING_ROOM = """# 示范大学自习室使用办法

示范图〔2026〕3号

第一条 自习室每日7:00开放，22:30关闭。

第二条 离开超过三十分钟的，座位释放。

第三条 本办法自2026年9月1日起施行。
"""
BICYCLES = """# 示范大学自行车停放办法

示范保〔2026〕9号

第一条 自行车停放在车棚内，每辆自行车每学期收费二十元。

第二条 本办法自2026年9月1日起施行。
"""
TODAY = date(2026, 11, 25)


def registry(request: httpx.Request) -> httpx.Response:
    """The action server: one student, one member of staff."""
    known = {"/students/2023010001": {"student": "2023010001"}, "/staff/T2001": {"staff": "T2001"}}
    found = known.get(request.url.path)
    return (
        httpx.Response(200, json=found) if found else httpx.Response(404, json={"error": {"code": "no", "message": ""}})
    )


@dataclass
class Desk:
    """A service without Rasa, and the folder it keeps."""

    doors: Doors
    data: Path
    app: Any

    def browser(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers, timeout=120)

    @asynccontextmanager
    async def signed_in(self, number: str | None) -> AsyncIterator[httpx.AsyncClient]:
        async with self.browser() as browser:
            if number:
                assert (await browser.post("/sign-in", json={"staff": number})).status_code == 200
            yield browser

    def audited(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.data / "doors.sqlite") as db:
            return db.execute("SELECT staff, action, document IS NOT NULL, version FROM audit ORDER BY id").fetchall()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COUNSELLOR_TODAY", TODAY.isoformat())
    settings = Settings(data=tmp_path)
    inbox = Inbox(open_engine(settings.database))
    offices = httpx.AsyncClient(base_url="http://actions", transport=httpx.MockTransport(registry))
    doors = Doors(
        settings=settings,
        pipeline=cast(Any, SimpleNamespace(now=settings.now)),
        library=Library.open(tmp_path / "knowledge"),
        dialogue=cast(Any, SimpleNamespace(status="ok")),
        inbox=inbox,
        sessions=Sessions(inbox, "made-up", 30),
        services={},
        questions=(),
        offices=offices,
        cases=CaseDesk(offices, "made-up"),
    )
    yield Desk(doors, tmp_path, gateway.build(doors))
    inbox.close()


@pytest.fixture
async def staff(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.signed_in("T2001") as browser:
        yield browser


def file(text: str | bytes, name: str = "自习室.md") -> dict[str, tuple[str, bytes]]:
    return {"file": (name, text.encode() if isinstance(text, str) else text)}


ROUTES = [
    ("GET", "/documents"),
    ("GET", "/documents/0123456789ab"),
    ("POST", "/documents"),
    ("DELETE", "/documents/0123456789ab"),
    ("GET", "/versions"),
    ("POST", "/publish"),
    ("POST", "/rollback"),
    ("GET", "/diff"),
    ("GET", "/gaps"),
    ("GET", "/verify"),
    ("POST", "/ask"),
    ("GET", "/openapi.json"),
]


@pytest.mark.parametrize(("who", "status", "code"), [(None, 401, "not_signed_in"), ("2023010001", 403, "staff_only")])
async def test_nobody_but_staff_comes_in(desk: Desk, who: str | None, status: int, code: str) -> None:
    async with desk.signed_in(who) as browser:
        for method, path in ROUTES:
            answer = await browser.request(
                method, f"/api/knowledge{path}", json={"question": "x"} if path == "/ask" else {}
            )
            assert (path, answer.status_code, answer.json()["error"]["code"]) == (path, status, code)
    assert not (desk.data / "knowledge").exists()


async def test_every_route_is_one_of_those_that_ask_who_comes(desk: Desk, staff: httpx.AsyncClient) -> None:
    described = (await staff.get("/api/knowledge/openapi.json")).json()["paths"]
    there = {
        (method.upper(), path.replace("{document}", "0123456789ab")) for path, of in described.items() for method in of
    }
    assert there == {(method, f"/api/knowledge{path}") for method, path in ROUTES if path != "/openapi.json"}


async def test_who_is_signed_in_as_staff_is_told_so_and_is_no_student(desk: Desk, staff: httpx.AsyncClient) -> None:
    assert (await staff.get("/api/me")).json() == {"student": None, "staff": "T2001"}
    assert (await staff.post("/sign-in", json={"student": "2023010001"})).json()["student"] == "2023010001"
    assert (await staff.get("/api/me")).json() == {"student": "2023010001"}
    assert (await staff.get("/api/knowledge/versions")).status_code == 403


@pytest.mark.parametrize(("number", "status"), [("T9999", 404), ("T20", 422), ("t2001", 422), ("T2001/..", 422)])
async def test_an_unknown_number_is_no_staff(desk: Desk, number: str, status: int) -> None:
    async with desk.browser() as browser:
        assert (await browser.post("/sign-in", json={"staff": number})).status_code == status
        assert (await browser.get("/api/me")).json() == {"student": None}


async def test_staff_with_an_idle_session_have_to_sign_in_again(desk: Desk, staff: httpx.AsyncClient) -> None:
    desk.doors.sessions.clock = lambda: 10.0**10
    assert (await staff.get("/api/knowledge/versions")).status_code == 401


async def test_a_document_is_taken_in_shown_asked_about_and_taken_back(desk: Desk, staff: httpx.AsyncClient) -> None:
    taken = await staff.post("/api/knowledge/documents", files=file(READING_ROOM))
    assert taken.status_code == 201, taken.text
    (document,) = taken.json()["documents"]
    assert (document["title"], document["passages"], document["standing"]) == ("示范大学自习室使用办法", 3, "in_force")
    listed = (await staff.get("/api/knowledge/documents")).json()
    assert (listed["version"], listed["state"], listed["documents"]) == (1, "ok", [document])
    shown = (await staff.get(f"/api/knowledge/documents/{document['id']}")).json()
    assert [clause["locator"] for clause in shown["clauses"]] == ["第一条", "第二条", "第三条"]
    asked = (await staff.post("/api/knowledge/ask", json={"question": "自习室几点关门"})).json()
    assert asked["sources"][0]["quote"] == "自习室每日7:00开放，22:30关闭。"
    removed = await staff.delete(f"/api/knowledge/documents/{document['id']}")
    assert (removed.status_code, removed.json()["version"]) == (200, 2)
    assert (await staff.get("/api/knowledge/documents")).json()["documents"] == []
    assert desk.audited() == [("T2001", "ingest", 1, 1), ("T2001", "remove", 1, 2)]
    assert [path.name for path in desk.data.iterdir() if path.name.startswith("upload-")] == []


async def test_a_draft_waits_is_compared_published_and_rolled_back(desk: Desk, staff: httpx.AsyncClient) -> None:
    await staff.post("/api/knowledge/documents", files=file(READING_ROOM))
    drafted = await staff.post(
        "/api/knowledge/documents", files=file(READING_ROOM.replace("22:30", "23:30")), data={"draft": "1"}
    )
    assert (drafted.json()["version"], drafted.json()["draft"]) == (2, True)
    roles = {each["version"]: each["role"] for each in (await staff.get("/api/knowledge/versions")).json()["versions"]}
    assert roles == {1: "serving", 2: "draft"}
    assert (await staff.get("/api/knowledge/diff")).json()["new"] == 2
    assert (await staff.post("/api/knowledge/publish", json={})).json()["version"] == 2
    assert desk.doors.library.version == 2
    assert (await staff.post("/api/knowledge/rollback", json={})).json() == {"version": 1, "before": 2}
    assert desk.doors.library.version == 1
    assert (await staff.post("/api/knowledge/rollback", json={})).status_code == 404
    assert (await staff.get("/api/knowledge/verify")).json()["well"] is True
    assert [row[1] for row in desk.audited()] == ["ingest", "draft", "publish", "rollback"]


async def test_what_students_asked_in_vain_is_shown_without_who_asked(desk: Desk, staff: httpx.AsyncClient) -> None:
    await staff.post("/api/knowledge/documents", files=file(READING_ROOM))
    with sqlite3.connect(desk.data / "doors.sqlite") as db:
        rows = [("a", "游泳馆什么时候开放", 0, 2), ("b", "游泳馆几点开门", 0, 1), ("c", "自习室几点关门", 1, 5)]
        db.executemany("INSERT INTO questions VALUES (?, ?, ?, ?, '2026-11-20', '2026-11-24')", rows)
    (gap,) = (await staff.get("/api/knowledge/gaps")).json()["gaps"]
    assert (gap["count"], gap["questions"], gap["examples"]) == (3, 2, ["游泳馆什么时候开放", "游泳馆几点开门"])


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [(b"", "empty.md", "空"), (b"MZ\x00\x01", "rules.exe", ".exe"), (b"\x00\x01\x02" * 50, "rules.md", "")],
)
async def test_a_file_that_cannot_be_read_is_one_clear_line(
    desk: Desk, staff: httpx.AsyncClient, content: bytes, name: str, said: str
) -> None:
    answer = await staff.post("/api/knowledge/documents", files=file(content, name))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "unreadable_file")
    assert said in error["message"]
    assert str(desk.data) not in error["message"]
    assert "\n" not in error["message"]
    assert desk.audited() == []


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/documents", {"json": {}}, 415),
        ("POST", "/documents", {"files": {"other": ("a.md", b"x")}}, 422),
        ("POST", "/documents", {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ("POST", "/documents", {"files": [("file", ("a.md", b"x")), ("file", ("b.md", b"y"))]}, 400),
        ("POST", "/publish", {"json": {"version": "two"}}, 422),
        ("POST", "/publish", {"json": {"version": -1}}, 422),
        ("POST", "/publish", {"json": {}}, 404),
        ("POST", "/publish", {"content": b"{"}, 422),
        ("POST", "/rollback", {"json": {"version": 7}}, 404),
        ("GET", "/diff?old=1&new=x", {}, 422),
        ("GET", "/diff?new=1", {}, 422),
        ("GET", "/diff?old=1&new=2", {}, 409),
        ("POST", "/ask", {"json": {"question": ""}}, 422),
        ("POST", "/ask", {"json": {"question": "x", "degree": "幼儿园"}}, 422),
        ("POST", "/ask", {"json": {"question": "x" * 501}}, 422),
        ("GET", "/documents/--yes", {}, 404),
        ("DELETE", "/documents/--yes", {}, 404),
        ("PUT", "/documents", {}, 405),
        ("POST", "/ask", {"content": b"x" * 70_000}, 413),
    ],
)
async def test_bad_input_is_refused_in_the_one_shape(
    staff: httpx.AsyncClient, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = await staff.request(method, f"/api/knowledge{path}", **sent)
    assert answer.status_code == status, answer.text
    assert set(answer.json()["error"]) == {"code", "message"}


async def test_a_document_may_be_longer_than_a_message_but_not_without_end(
    desk: Desk, staff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = READING_ROOM + "\n".join(f"\n第{n}条 第{n}号座位在第{n}排。" for n in range(4, 40)) + "　" * 70_000
    assert (await staff.post("/api/knowledge/documents", files=file(long))).status_code == 201
    monkeypatch.setattr(knowledge, "LARGEST_UPLOAD", 100_000)
    answer = await staff.post("/api/knowledge/documents", files=file(long))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


async def test_a_stranger_s_upload_is_refused_before_it_is_read(desk: Desk) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 10_000

    async with desk.browser() as stranger:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await stranger.post("/api/knowledge/documents", content=endless(), headers=headers)
    assert (answer.status_code, sent < 10) == (401, True)


@pytest.mark.parametrize("name", ["../../evil.md", "C:\\temp\\evil.md", ".evil.md"])
async def test_the_name_of_a_file_leads_nowhere(desk: Desk, staff: httpx.AsyncClient, name: str) -> None:
    answer = await staff.post("/api/knowledge/documents", files=file(READING_ROOM, name))
    assert answer.status_code == 201, answer.text
    assert answer.json()["documents"][0]["source"] == "evil"


async def test_another_site_changes_nothing_even_one_that_may_embed_the_widget(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.doors.settings.widget_sites = "https://www.x.edu.cn"
    desk.app = gateway.build(desk.doors)
    async with desk.signed_in("T2001") as staff:
        for origin in ("https://elsewhere.example", "https://www.x.edu.cn", "null"):
            answer = await staff.post("/api/knowledge/rollback", json={}, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")


async def test_health_says_when_what_was_published_does_not_serve(desk: Desk, staff: httpx.AsyncClient) -> None:
    async def knowledge() -> str:
        return str((await staff.get("/health")).json()["components"]["knowledge"])

    assert await knowledge() == "empty"
    await staff.post("/api/knowledge/documents", files=file(READING_ROOM))
    assert await knowledge() == "ok"
    (desk.data / "knowledge" / "versions" / "1" / "documents.json").write_bytes(b"[]")
    desk.doors.library = Library.open(desk.data / "knowledge")
    said = (await staff.get("/health")).json()
    assert (said["status"], said["components"]["knowledge"]) == ("degraded", "degraded")


async def test_the_log_of_a_change_names_nobody(
    desk: Desk, staff: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await staff.post("/api/knowledge/documents", files=file(BICYCLES, "自行车.md"))
    said = capsys.readouterr().out
    assert "knowledge.changed" in said
    assert "T2001" not in said
    assert json.dumps("自行车")[1:-1] not in said
    assert "自行车" not in said
