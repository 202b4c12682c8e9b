"""The doors on a bad day: the database gone, a bug inside, a message too long to screen in one piece."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from PIL import Image

from bot.messages import Answered, Candidate, Inbound, State, Trace
from bot.words import read_words
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


def photo(message: str, *ids: str) -> dict[str, object]:
    return {"conversation": "c", "message_id": message, "attachments": list(ids)}


async def uploaded(client: httpx.AsyncClient, colour: str = "red") -> str:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    answer = await client.post("/api/uploads", files={"file": ("photo.png", out.getvalue(), "image/png")})
    return str(answer.json()["id"])


async def test_a_photo_may_come_alone_and_is_kept_for_its_question(client: httpx.AsyncClient, app: Any) -> None:
    sent = await uploaded(client)
    answer = await client.post("/api/chat", json=photo("m1", sent, sent))
    assert (answer.status_code, [reply["kind"] for reply in answer.json()["replies"]]) == (200, ["text"])
    with app.state.doors.inbox.engine.connect() as db:
        (state,) = db.exec_driver_sql("SELECT state FROM conversations WHERE id = 'web:c'").one()
    assert json.loads(state)["photos"] == [sent]


async def test_a_message_id_with_another_photo_is_refused(client: httpx.AsyncClient) -> None:
    first, second = await uploaded(client), await uploaded(client, "blue")
    assert (await client.post("/api/chat", json=photo("m1", first))).status_code == 200
    assert (await client.post("/api/chat", json=photo("m1", first))).status_code == 200
    assert (await client.post("/api/chat", json=photo("m1", second))).status_code == 409


async def test_a_photo_of_another_session_or_of_nobody_is_refused(client: httpx.AsyncClient, app: Any) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as somebody_else:
        theirs = await uploaded(somebody_else)
    own = await uploaded(client)
    for said in (photo("m1", theirs), photo("m2", own, theirs), photo("m3", "0" * 32), photo("m4", "up1")):
        answer = await client.post("/api/chat", json=said)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_attachment")
    with app.state.doors.inbox.engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM messages").scalar() == 0


async def test_a_photo_that_is_not_there_does_not_hold_back_the_crisis_card(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json={**photo("m1", "0" * 32), "text": "我不想活了"})
    assert [reply["kind"] for reply in answer.json()["replies"]] == ["crisis"]


class Misunderstanding:
    """A pipeline to which every message shows that it was taken wrongly."""

    def alarm(self, inbound: Inbound, state: State) -> None:
        return None

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        wrong = Candidate(inbound.text, "none_fits", taken="card_top_up")
        said = ({"kind": "text", "text": "好的"},)
        alarm = "page.x" if inbound.text == "alarm" else None
        return Answered(said, state, Trace("smalltalk"), alarm=alarm, candidates=(wrong,))


async def test_what_was_not_understood_is_kept_for_a_review_without_whom(client: httpx.AsyncClient, app: Any) -> None:
    app.state.doors.pipeline = Misunderstanding()
    for text in ("找张伟老师13812345678", "alarm"):
        assert (await client.post("/api/chat", json=body(text))).status_code == 200
    assert [one.text for one in app.state.doors.candidates.waiting()] == ["找〈姓名〉老师〈电话〉"]


async def test_a_sentence_that_cannot_be_kept_is_answered_all_the_same(
    client: httpx.AsyncClient, app: Any, tmp_path: Path
) -> None:
    app.state.doors.pipeline = Misunderstanding()
    app.state.doors.candidates.path = tmp_path / "no" / "such" / "folder.sqlite"
    with structlog.testing.capture_logs() as logs:
        assert (await client.post("/api/chat", json=body("加点钱"))).status_code == 200
    assert "candidates.not_kept" in [entry["event"] for entry in logs]


async def test_whoever_waits_behind_a_service_that_hangs_is_answered_in_the_same_time(tmp_path: Path) -> None:
    words = read_words()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        settings = Settings(data=tmp_path, inner_secret="s", dialogue_url=url, answer_seconds=1.5)  # type: ignore[arg-type]
        app = build(settings)
        app.state.doors.dialogue.status = "ok"
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.get("/")
            said = ("3号楼502空调不制冷，帮我报修", "我饭卡里还有多少钱")
            answers = await asyncio.gather(*(client.post("/api/chat", json=body(each)) for each in said))
        read = [answer.json()["replies"][0]["text"] for answer in answers]
        # Of the second one nothing was begun, and it says so.
        assert read == [words["still_working"], words["dialogue_busy"]]
        await app.state.doors.dialogue.close()
