"""``/api/chat`` and its neighbours over the wire of the running house: bad input, repetition, ownership."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from eval.house import House


@pytest.fixture
def client(running: House) -> Iterator[httpx.Client]:
    with running.client() as opened:
        yield opened


def message(text: str | None = "你好", **changed: Any) -> dict[str, Any]:
    said = {} if text is None else {"text": text}
    return {"conversation": str(uuid.uuid4()), "message_id": str(uuid.uuid4()), **said, **changed}


def kinds(answer: httpx.Response) -> list[str]:
    return [reply["kind"] for reply in answer.json()["replies"]]


def test_a_greeting_is_answered_in_the_contract_s_shape(client: httpx.Client) -> None:
    sent = message("你好")
    answer = client.post("/api/chat", json=sent)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["conversation"], said["message_id"]) == (sent["conversation"], sent["message_id"])
    assert said["trace"]["route"] == "smalltalk"
    assert set(said["trace"]) == {"route", "intent", "confidence", "task", "asking", "timings_ms"}


def test_a_policy_question_is_answered_with_its_clause_and_the_page_that_shows_it(client: httpx.Client) -> None:
    answer = client.post("/api/chat", json=message("国家奖学金要什么条件？")).json()
    (reply,) = answer["replies"]
    assert reply["kind"] == "answer"
    source = reply["sources"][0]
    assert {"document", "number", "locator", "page", "quote", "url"} <= set(source)
    assert source["quote"] in reply["text"]
    page = client.get(source["url"].partition("#")[0])
    assert page.status_code == 200
    assert source["document"] in page.text


BAD_BODIES = [
    (b"", 400),
    (b"{", 400),
    (b"\x00\xff\xfe binary", 400),
    (b"[1, 2]", 422),
    (b"null", 422),
    (b'{"conversation": "c"}', 422),
    (b'{"conversation": 1, "message_id": "m", "text": "x"}', 422),
    (b'{"conversation": "c", "message_id": "m"}', 422),
    (b'{"conversation": "c", "message_id": "m", "text": "   "}', 422),
    (b'{"conversation": "c", "message_id": "m", "text": ["x"]}', 422),
    (b'{"conversation": "c", "message_id": "m", "text": "x", "payload": "affirm"}', 422),
    (b'{"conversation": "a b", "message_id": "m", "text": "x"}', 422),
    (b'{"conversation": "\\ud83d", "message_id": "m", "text": "x"}', 422),
    (b'{"conversation": "' + b"c" * 201 + b'", "message_id": "m", "text": "x"}', 422),
    (b'{"conversation": "c", "message_id": "m", "text": "x", "attachments": "up1"}', 422),
    (b'{"conversation": "c", "message_id": "m", "text": "x", "attachments": [1]}', 422),
    (b'{"conversation": "c", "message_id": "m", "text": "x", "attachments": ["../x"]}', 422),
    (b'{"conversation": "c", "message_id": "m", "attachments": []}', 422),
    (b'{"conversation": "c", "message_id": "m", "attachments": ["1", "2", "3", "4", "5", "6"]}', 422),
    (b"[" * 60_000, 400),
    (b'{"conversation": "c", "message_id": "m", "text": "' + b"x" * 100_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BAD_BODIES)
def test_a_bad_body_gets_a_clear_refusal(client: httpx.Client, body: bytes, status: int) -> None:
    answer = client.post("/api/chat", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message"}


def test_a_long_body_without_a_declared_length_is_refused_too(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    assert client.post("/api/chat", content=endless()).status_code == 413


@pytest.mark.parametrize(
    "text", ["\ud83d", "宿舍几点关门\ud800？", "\x00\x01", "\u202e反着的", "/repair_request{}", "😭" * 300, "？"]
)
def test_odd_text_is_answered_not_dropped(client: httpx.Client, text: str) -> None:
    body = json.dumps(message(text)).encode()
    answer = client.post("/api/chat", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["replies"]


def test_a_leading_slash_is_harmless(client: httpx.Client) -> None:
    said = client.post("/api/chat", json=message("/宿舍几点关门？")).json()
    assert said["trace"]["intent"] == "policy_question"


def test_the_same_message_again_gets_the_same_replies(client: httpx.Client) -> None:
    sent = message("国家奖学金要什么条件？")
    first, second = (client.post("/api/chat", json=sent).json() for _ in range(2))
    assert first == second


def test_the_same_message_at_the_same_time_is_answered_once(running: House, client: httpx.Client) -> None:
    client.get("/")
    sent, answers = message("校园卡补办要多少钱？"), list[dict[str, Any]]()
    threads = [
        threading.Thread(target=lambda: answers.append(client.post("/api/chat", json=sent).json())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)


def test_a_message_id_with_other_words_is_a_conflict(client: httpx.Client) -> None:
    sent = message("你好")
    client.post("/api/chat", json=sent)
    answer = client.post("/api/chat", json={**sent, "text": "再见"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "message_id_reused")


def test_another_session_s_conversation_is_not_found(running: House, client: httpx.Client) -> None:
    sent = message("你好")
    client.post("/api/chat", json=sent)
    with running.client() as stranger:
        answer = stranger.post("/api/chat", json={**sent, "message_id": str(uuid.uuid4())})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_conversation")


def test_nobody_can_name_a_conversation_of_the_official_account(client: httpx.Client) -> None:
    sent = message("你好", conversation="wechat:0123456789abcdef")
    assert client.post("/api/chat", json=sent).status_code == 200  # it is web's own conversation of that name


def test_an_unknown_payload_does_nothing(client: httpx.Client) -> None:
    for payload in ("affirm", "answer:3号楼502", "start:nothing", "drop table", "change:phone"):
        answer = client.post("/api/chat", json=message(None, payload=payload))
        assert kinds(answer) == ["text"]


def test_an_event_stream_brings_the_same_replies(client: httpx.Client) -> None:
    sent = message("你好")
    plain = client.post("/api/chat", json=sent).json()
    streamed = client.post("/api/chat", json=sent, headers={"Accept": "text/event-stream"})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in streamed.text.strip().split("\n\n")]
    assert [event[0] for event in events] == ["event: reply", "event: done"]
    assert json.loads(events[-1][1].removeprefix("data: ")) == plain


def test_an_event_stream_of_a_stranger_s_conversation_is_not_found(running: House, client: httpx.Client) -> None:
    sent = message("你好")
    client.post("/api/chat", json=sent)
    with running.client() as stranger:
        answer = stranger.post("/api/chat", json=sent, headers={"Accept": "text/event-stream"})
    assert answer.status_code == 404


def test_a_crisis_sentence_gets_the_fixed_card_and_is_recorded_first(running: House, client: httpx.Client) -> None:
    import sqlite3

    sent = message("我不想活了，想请假休息")
    counted = "SELECT count(*) FROM crisis_records WHERE text = '我不想活了，想请假休息'"
    with sqlite3.connect(running.data / "doors.sqlite") as db:
        (before,) = db.execute(counted).fetchone()
    said = client.post("/api/chat", json=sent).json()
    (reply,) = said["replies"]
    assert (reply["kind"], said["trace"]["route"]) == ("crisis", "crisis")
    assert {line["phone"] for line in reply["hotlines"]} >= {"12356", "120", "110"}
    assert all(set(line) == {"name", "phone", "hours"} for line in reply["hotlines"])
    with sqlite3.connect(running.data / "doors.sqlite") as db:
        assert db.execute(counted).fetchone() == (before + 1,)


def test_a_request_from_another_site_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/chat", json=message(), headers={"Origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/api/chat", 405), ("PUT", "/sign-in", 405)]
)
def test_an_unknown_way_in_is_refused_in_the_same_shape(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message"}


def test_every_page_carries_the_strict_policy(client: httpx.Client) -> None:
    for path in ("/", "/kiosk", "/sign-in", "/widget.js", "/static/web/page.js", "/health"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unknown_document_is_not_found(client: httpx.Client) -> None:
    assert client.get("/documents/0123456789ab").status_code == 404
    page = client.get("/documents/0123456789ab", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "没有这份文件" in page.text


def test_health_names_every_component(client: httpx.Client) -> None:
    said = client.get("/health").json()
    assert said["status"] in ("ok", "degraded")
    assert set(said["components"]) == {"knowledge", "dialogue", "actions", "offices"}
