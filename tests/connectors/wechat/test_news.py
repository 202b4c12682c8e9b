"""What became of a follower's cases stands in front of the next answer, and counts as told once that was sent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.bootstrap import build
from connectors.channels.wechat.news import News
from connectors.settings import Settings
from tests.connectors.wechat.official_account import OPENID, content, message
from tests.connectors.wechat.test_mount import TOKEN, say, signed

STUDENT = "2023010001"
BUTTONS = [{"label": "已解决", "payload": "a"}, {"label": "我这里还没好", "payload": "b"}]
DONE = {"id": 7, "text": "宿舍报修 BX1：后勤保障处反馈了办理结果：\n换了阀芯", "choices": []}
ASK = {"id": 8, "text": "宿舍报修 BX1：这件事解决了吗？", "choices": BUTTONS}
NEWS = "你办的事有新进展：\n· 宿舍报修 BX1：后勤保障处反馈了办理结果：\n换了阀芯\n· 宿舍报修 BX1：这件事解决了吗？（回复「已解决」或「我这里还没好」）"


class Desk:
    """An action server that has news, and forgets what was seen."""

    def __init__(self) -> None:
        self.news = [DONE, ASK]
        self.alive = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.alive:
            raise httpx.ConnectError("down", request=request)
        if request.url.path == "/cases/awaited":
            return httpx.Response(200, json=[])
        assert request.url.params["student"] == STUDENT
        if request.method == "GET":
            return httpx.Response(200, json=self.news)
        seen = int(request.url.path.rsplit("/", 1)[-1])
        self.news = [one for one in self.news if one["id"] != seen]
        return httpx.Response(200, json={"ok": True})


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def app(tmp_path: Path, desk: Desk) -> Any:
    settings = {"wechat_token": TOKEN, "public_url": "https://bot.example.edu.cn"}
    built = build(Settings(data=tmp_path, inner_secret="s", **settings))  # type: ignore[arg-type]
    built.state.doors.cases._actions = httpx.AsyncClient(base_url="http://actions", transport=httpx.MockTransport(desk))
    await built.state.doors.inbox.bind(OPENID, STUDENT)
    yield built
    built.state.doors.inbox.close()


async def settled() -> None:
    while tasks := [task for task in asyncio.all_tasks() if task.get_name() == "wechat-news"]:
        await asyncio.gather(*tasks)


async def test_the_news_stand_in_front_once(app: Any, desk: Desk) -> None:
    first = content(await say(app, "谢谢"))
    await settled()
    assert first == f"{NEWS}\n\n不客气，有事随时找我。"
    assert desk.news == []
    assert content(await say(app, "谢谢", 2)) == "不客气，有事随时找我。"


async def test_a_redelivery_is_told_the_same_and_another_message_does_not_repeat_it(app: Any, desk: Desk) -> None:
    """Before anything counts as seen."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.edu.cn") as client:
        posts = [client.post("/wechat", params=signed(), content=message("谢谢", number)) for number in (1, 1, 2)]
        told = [content(each) for each in await asyncio.gather(*posts)]
    assert sorted(text.count("你办的事有新进展") for text in told) == [0, 1, 1]
    assert told[0] == told[1]


async def test_nothing_stands_before_a_crisis_card(app: Any, desk: Desk) -> None:
    said = content(await say(app, "我不想活了"))
    await settled()
    assert "新进展" not in said
    assert desk.news == [DONE, ASK]


async def test_without_the_desk_there_is_an_answer(app: Any, desk: Desk) -> None:
    desk.alive = False
    assert content(await say(app, "谢谢")) == "不客气，有事随时找我。"


async def test_somebody_who_is_not_bound_hears_nothing(app: Any, desk: Desk) -> None:
    assert content(await say(app, "谢谢", openid="oSomebodyElse000000000000000")) == "不客气，有事随时找我。"
    assert desk.news == [DONE, ASK]


def notice(number: int, words: str) -> dict[str, Any]:
    return {"id": number, "text": words, "choices": []}


async def test_what_does_not_fit_is_told_with_the_next_answer(app: Any, desk: Desk) -> None:
    desk.news = [notice(number, f"第{number}件" + "办" * 150) for number in (1, 2, 3)]
    told = []
    for number in (1, 2, 3):
        told.append(content(await say(app, "谢谢", number)))
        await settled()
    assert [[f"第{n}件" in text for n in (1, 2, 3)] for text in told] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert desk.news == []


async def test_a_long_word_of_an_office_is_cut_and_the_answer_below_stands(app: Any, desk: Desk) -> None:
    desk.news = [notice(1, "长" * 2000)]
    said = content(await say(app, "谢谢"))
    assert "长长长…" in said
    assert said.endswith("不客气，有事随时找我。")
    assert len(said.encode()) < 2000


async def test_an_answer_that_was_never_fetched_holds_the_news_for_a_while_only(app: Any, desk: Desk) -> None:
    now = 0.0
    news = News(app.state.doors.cases, clock=lambda: now)
    thanks: list[Any] = [{"kind": "text", "text": "不客气"}]
    counts = []
    for number, at in (("1", 0.0), ("2", 60.0), ("3", 901.0)):
        now = at
        counts.append(len(await news.in_front(OPENID, number, STUDENT, thanks)))
    assert counts == [2, 1, 2]
