"""The doors on a bad day: the database gone, a bug inside, a message too long to screen in one piece."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from connectors.bootstrap import build
from connectors.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return build(Settings(data=tmp_path, inner_secret="s"))  # type: ignore[arg-type]


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        await opened.get("/")  # the session is opened while the database is still there
        yield opened


def body(text: str) -> dict[str, str]:
    return {"conversation": "c", "message_id": text[:20].encode().hex(), "text": text}


def without_database(app: Any) -> None:
    with app.state.doors.inbox.engine.begin() as db:
        for table in ("messages", "conversations", "sessions", "crisis_records"):
            db.exec_driver_sql(f"DROP TABLE {table}")


async def test_with_the_database_gone_a_message_is_refused_not_lost_in_silence(
    app: Any, client: httpx.AsyncClient
) -> None:
    without_database(app)
    answer = await client.post("/api/chat", json=body("国家奖学金要什么条件？"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")


async def test_with_the_database_gone_a_crisis_sentence_still_gets_its_card(
    app: Any, client: httpx.AsyncClient
) -> None:
    without_database(app)
    answer = await client.post("/api/chat", json=body("我不想活了"))
    assert answer.status_code == 200
    assert [reply["kind"] for reply in answer.json()["replies"]] == ["crisis"]


async def test_a_crisis_record_that_cannot_be_written_does_not_hold_back_the_card(
    app: Any, client: httpx.AsyncClient
) -> None:
    with app.state.doors.inbox.engine.begin() as db:
        db.exec_driver_sql("DROP TABLE crisis_records")
    with structlog.testing.capture_logs() as logs:
        answer = await client.post("/api/chat", json=body("我不想活了"))
    assert [reply["kind"] for reply in answer.json()["replies"]] == ["crisis"]
    assert "crisis.not_recorded" in [entry["event"] for entry in logs]


async def test_a_bug_is_named_in_the_log_without_the_student_s_words(
    app: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, now: object) -> None:
        raise RuntimeError(f"could not read {text}")

    monkeypatch.setattr(app.state.doors.pipeline.understanding, "read", broken)
    with structlog.testing.capture_logs() as logs:
        answer = await client.post("/api/chat", json=body("金丝雀咏叹调"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "internal")
    assert "金丝雀" not in answer.text + repr(logs)
    assert [entry["error"] for entry in logs if entry["event"] == "bug"] == ["RuntimeError"]


async def test_the_message_can_be_sent_again_after_a_bug(
    app: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = body("国家奖学金要什么条件？")
    with monkeypatch.context() as broken:
        broken.setattr(app.state.doors.pipeline.understanding, "read", None)
        assert (await client.post("/api/chat", json=said)).status_code == 503
    assert (await client.post("/api/chat", json=said)).status_code == 200


async def test_an_empty_base_declines(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/api/chat", json=body("国家奖学金要什么条件？"))).json()
    assert [reply["kind"] for reply in answer["replies"]] == ["text"]
    assert "sources" not in answer["replies"][0]


@pytest.mark.parametrize("padding", ["今天天气不错。" * 600, "\ufdfa" * 4000])
async def test_a_crisis_sentence_in_the_middle_of_a_long_message_is_seen(
    client: httpx.AsyncClient, padding: str
) -> None:
    answer = await client.post("/api/chat", json=body(f"{padding}我不想活了。{padding}"))
    assert [reply["kind"] for reply in answer.json()["replies"]] == ["crisis"]
