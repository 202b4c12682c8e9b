"""What is kept is answered: at once, after those before it, or by the next process."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.line import Full, Line
from bot.messages import Answered, Inbound, State, Trace
from connectors import left_behind
from connectors.bootstrap import build
from connectors.inbox import TRIES, Inbox
from connectors.settings import Settings
from connectors.tables import open_engine
from tests.connectors.wechat.official_account import OPENID, content, message
from tests.connectors.wechat.test_mount import TOKEN, signed

FOLLOWER = f"wechat:{hashlib.sha256(OPENID.encode()).hexdigest()[:32]}"


class Counting:
    """A pipeline that answers with the number of the message in its conversation; `hold` keeps it from answering."""

    def __init__(self) -> None:
        self.hold = asyncio.Event()
        self.hold.set()
        self.heard: list[str] = []

    def alarm(self, inbound: Inbound, state: State) -> Answered | None:
        if "不想活" not in inbound.text:
            return None
        stopped = replace(state, paused={"told": True})
        return Answered(({"kind": "crisis", "text": "12356"},), stopped, Trace("crisis"), alarm="r", alarm_tier="page")

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        if (alarmed := self.alarm(inbound, state)) is not None:
            return alarmed
        await self.hold.wait()
        if inbound.text == "bug":
            raise RuntimeError
        self.heard.append(inbound.text or f"payload {inbound.payload}")
        said = {"kind": "text", "text": f"{len(self.heard)}：{inbound.text}"}
        return Answered((said,), replace(state, task=inbound.text), Trace("smalltalk"))


def opened(folder: Path) -> Any:
    app = build(Settings(data=folder, inner_secret="s", wechat_token=TOKEN))  # type: ignore[arg-type]
    app.state.doors.pipeline = Counting()
    app.state.doors.dialogue.status = "ok"
    app.state.doors.dialogue._ready.set()
    return app


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = opened(tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as started:
        await started.get("/")
        yield started
    app.state.doors.inbox.close()


def doors_of(client: httpx.AsyncClient) -> Any:
    return client._transport.app.state.doors  # type: ignore[attr-defined]


async def said(client: httpx.AsyncClient, text: str, number: str) -> list[dict[str, Any]]:
    body = {"conversation": "c", "message_id": number, "text": text}
    answer = await client.post("/api/chat", json=body)
    return list(answer.json()["replies"])


async def take_up(doors: Any) -> None:
    await left_behind.answer_all(doors, await left_behind.found(doors))


async def test_a_message_behind_another_is_kept_before_its_turn(client: httpx.AsyncClient) -> None:
    doors = doors_of(client)
    doors.pipeline.hold.clear()
    both = [asyncio.create_task(said(client, text, text)) for text in ("a", "b")]
    await asyncio.sleep(0.1)
    with doors.inbox.engine.connect() as db:
        assert db.exec_driver_sql("SELECT text FROM messages ORDER BY arrived").scalars().all() == ["a", "b"]
    doors.pipeline.hold.set()
    assert [each[0]["text"] for each in await asyncio.gather(*both)] == ["1：a", "2：b"]


async def test_a_cry_for_help_does_not_wait_for_its_turn_and_still_stops_what_is_open(
    client: httpx.AsyncClient,
) -> None:
    doors = doors_of(client)
    doors.pipeline.hold.clear()
    slow = asyncio.create_task(said(client, "a", "1"))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        assert [each["kind"] for each in await said(client, "我不想活了", "2")] == ["crisis"]
    assert not slow.done()
    doors.pipeline.hold.set()
    await slow
    await asyncio.gather(*doors._running)
    with doors.inbox.engine.connect() as db:
        rows = db.exec_driver_sql("SELECT outcome FROM messages ORDER BY arrived").scalars().all()
        assert (rows, db.exec_driver_sql("SELECT count(*) FROM crisis_records").scalar()) == (
            ["replied", "handed_over"],
            1,
        )
        state = db.exec_driver_sql("SELECT state FROM conversations").scalar_one()
    assert '"told": true' in state
    assert '"task": "a"' in state


async def test_what_an_earlier_process_left_is_answered_once_in_the_order_of_arrival(tmp_path: Path) -> None:
    first = Inbox(open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}"))
    await first.accept("web:c", "o", "1", "a", None)
    await first.accept("web:c", "o", "2", "", "affirm")
    first.close()
    doors = opened(tmp_path).state.doors
    left = await left_behind.found(doors)
    # A message that comes in meanwhile stands behind them.
    newer = asyncio.create_task(
        doors.converse(channel="web", conversation="web:c", owner="o", message="3", text="b", payload=None)
    )
    await asyncio.sleep(0.05)
    await left_behind.answer_all(doors, left)
    await newer
    await take_up(doors)
    assert doors.pipeline.heard == ["a", "payload affirm", "b"]
    doors.inbox.close()


async def test_a_message_that_cannot_be_answered_is_given_up_and_listed(client: httpx.AsyncClient) -> None:
    doors = doors_of(client)
    with pytest.raises(RuntimeError):
        await said(client, "bug", "1")
    for _ in range(TRIES):
        await take_up(doors)
        listed = (await client.get("/api/chat/late", params={"conversation": "c"})).json()["messages"]
        assert [each["state"] for each in listed] == ["waiting"]
    await take_up(doors)
    listed = (await client.get("/api/chat/late", params={"conversation": "c"})).json()["messages"]
    assert [(each["message_id"], each["state"]) for each in listed] == [("1", "failed")]


async def test_a_message_given_up_while_its_student_says_it_again_comes_after_what_was_answered_meanwhile(
    tmp_path: Path,
) -> None:
    first = Inbox(open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}"))
    await first.accept("web:c", "o", "1", "a", None)
    await first.accept("web:c", "o", "2", "b", None)
    for _ in range(TRIES):
        # The process died each time.
        assert await first.take_up("web:c", "1")
    first.close()
    doors = opened(tmp_path).state.doors
    left = await left_behind.found(doors)
    again = asyncio.create_task(
        doors.converse(channel="web", conversation="web:c", owner="o", message="1", text="a", payload=None)
    )
    await asyncio.sleep(0.05)
    await left_behind.answer_all(doors, left)
    await again
    with doors.inbox.engine.connect() as db:
        rows = db.exec_driver_sql("SELECT text, outcome, reason, tries FROM messages ORDER BY arrived").all()
    assert [tuple(row) for row in rows] == [("b", "replied", None, 1), ("a", "replied", None, 0)]
    assert doors.pipeline.heard == ["b", "a"]
    doors.inbox.close()


async def test_an_answer_that_nobody_got_is_listed_once(client: httpx.AsyncClient) -> None:
    doors = doors_of(client)
    await said(client, "a", "1")
    session = await doors.sessions.look(client.cookies["counsellor_session"])
    assert session is not None
    await doors.inbox.accept("web:c", session.owner, "2", "b", None)
    await take_up(doors)
    await doors.inbox.run(lambda: None)
    shown = [(await client.get("/api/chat/late", params={"conversation": "c"})).json()["messages"] for _ in range(2)]
    assert [[each["replies"][0]["text"] for each in each_time] for each_time in shown] == [["2：b"], []]


async def test_nobody_else_sees_what_was_not_told(client: httpx.AsyncClient) -> None:
    await said(client, "a", "1")
    async with httpx.AsyncClient(transport=client._transport, base_url="http://127.0.0.1") as other:
        await other.get("/")
        assert (await other.get("/api/chat/late", params={"conversation": "c"})).json() == {"messages": []}


async def test_a_follower_gets_the_answer_of_before_the_restart_with_the_next_one(tmp_path: Path) -> None:
    first = Inbox(open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}"))
    await first.accept(FOLLOWER, "wechat", "1", "a", None, channel="wechat")
    first.close()
    app = opened(tmp_path)
    await take_up(app.state.doors)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as wechat:
        answers = [
            content(await wechat.post("/wechat", params=signed(), content=message(text, number)))
            for number, text in ((2, "b"), (3, "c"))
        ]
    assert answers == ["刚才那条消息的回复：\n\n1：a\n\n2：b", "3：c"]
    app.state.doors.inbox.close()
    second = Inbox(open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}"))
    assert await second.undelivered("wechat") == []
    second.close()


async def test_a_line_that_is_full_says_so_at_once_and_one_that_is_slow_in_time() -> None:
    line, release = Line(at_once=1, waiting=1, patience=0.05), asyncio.Event()

    async def turn() -> None:
        async with line.turn():
            await release.wait()

    first = asyncio.create_task(turn())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(turn())
    await asyncio.sleep(0)
    with pytest.raises(Full):
        await turn()
    with pytest.raises(Full):
        await waiting
    release.set()
    await first
    await turn()
    assert line.waiting == 0
