"""The official account hung into the gateway: the same counsellor, a binding instead of a cookie."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.bootstrap import build
from connectors.settings import Settings
from eval.house import house
from tests.connectors.wechat.official_account import OPENID, content, message

TOKEN = "counsellor-token"


def signed() -> dict[str, str]:
    timestamp, nonce = str(int(time.time())), "904417263"
    digest = hashlib.sha1("".join(sorted([TOKEN, timestamp, nonce])).encode()).hexdigest()  # noqa: S324 - the protocol's
    return {"timestamp": timestamp, "nonce": nonce, "signature": digest}


def opened(folder: Path, **settings: Any) -> Any:
    settings = {"wechat_token": TOKEN, "public_url": "https://bot.example.edu.cn", **settings}
    return build(Settings(data=folder, inner_secret="s", **settings))  # type: ignore[arg-type]


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return opened(tmp_path)


async def say(app: Any, text: str, msg_id: int = 1, openid: str = OPENID) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.edu.cn") as client:
        return await client.post("/wechat", params=signed(), content=message(text, msg_id, openid))


async def test_a_greeting_is_answered_in_one_text(app: Any) -> None:
    assert content(await say(app, "你好")).startswith("你好，我是虚拟辅导员")


async def test_a_crisis_sentence_gets_the_numbers_even_with_the_database_gone(app: Any) -> None:
    with app.state.doors.inbox.engine.begin() as db:
        for table in ("messages", "conversations", "wechat_bindings", "crisis_records"):
            db.exec_driver_sql(f"DROP TABLE {table}")
    said = content(await say(app, "我不想活了"))
    assert all(number in said for number in ("12356", "120", "110"))


async def test_the_address_is_verified(app: Any) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.edu.cn") as client:
        answer = await client.get("/wechat", params={**signed(), "echostr": "5837"})
    assert (answer.status_code, answer.text) == (200, "5837")


async def test_the_openid_is_no_conversation_id(app: Any) -> None:
    await say(app, "你好")
    with app.state.doors.inbox.engine.connect() as db:
        (conversation,) = db.exec_driver_sql("SELECT id FROM conversations").scalars().all()
    assert OPENID not in conversation
    assert conversation.startswith("wechat:")


async def test_without_a_token_the_door_stays_shut(tmp_path: Path) -> None:
    assert (await say(opened(tmp_path, wechat_token=""), "你好")).status_code == 404


async def test_a_binding_link_binds_whoever_signs_in_and_only_for_ten_minutes(app: Any) -> None:
    sessions = app.state.doors.sessions
    assert sessions.bound_by(sessions.binding(OPENID)) == OPENID
    assert sessions.bound_by(sessions.binding(OPENID) + "x") is None
    assert re.fullmatch(r"[\w.-]+", sessions.binding(OPENID))


def test_a_follower_signs_in_once_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    settings = {"COUNSELLOR_WECHAT_TOKEN": TOKEN, "COUNSELLOR_PUBLIC_URL": "http://127.0.0.1"}
    with house(tmp_path, **settings) as started, started.client() as client:
        asked = content(client.post("/wechat", params=signed(), content=message("9号楼205灯不亮", 1)))
        link = re.search(r"/sign-in\?bind=(\S+)", asked)
        assert link is not None
        client.post("/sign-in", json={"student": "2023010005", "bind": link[1]}).raise_for_status()
        again = content(client.post("/wechat", params=signed(), content=message("登录好了", 2)))
    assert "维修师傅联系你打哪个电话" in again
