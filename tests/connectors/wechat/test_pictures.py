"""A student's picture: fetched from WeChat's own hosts only, kept like an upload, and kindly refused when it cannot be had."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from bot.messages import Answered, Inbound, State, Trace
from connectors.bootstrap import build
from connectors.channels.wechat import mount
from connectors.channels.wechat.pictures import Pictures, Unreachable
from connectors.channels.wechat.sentences import NOT_FETCHED
from connectors.settings import Settings
from connectors.uploads import LARGEST_PICTURE, Uploads
from tests.connectors.wechat.official_account import OPENID, content, fixture
from tests.connectors.wechat.test_mount import TOKEN, signed

FOLLOWER = f"wechat:{hashlib.sha256(OPENID.encode()).hexdigest()[:32]}"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "JPEG")
    return out.getvalue()


class WechatPictures:
    """WeChat's picture host: remembers what it was asked for."""

    def __init__(self, answer: Callable[[], httpx.Response]) -> None:
        self.asked: list[str] = []
        self.answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self.answer()


class Listening:
    """A pipeline that remembers what reached it."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []

    def alarm(self, inbound: Inbound, state: State) -> None:
        return None

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        self.heard.append(inbound)
        return Answered(({"kind": "text", "text": "照片收到了。"},), state, Trace("task"))


class House:
    """The official account over real doors, with a host of pictures and a pipeline that only listens."""

    def __init__(self, folder: Path, answer: Callable[[], httpx.Response]) -> None:
        self.host, self.pipeline = WechatPictures(answer), Listening()
        settings = Settings(data=folder, inner_secret="s", wechat_token=TOKEN, public_url="https://bot.example.edu.cn")  # type: ignore[arg-type]
        doors = build(settings).state.doors
        doors.pipeline = self.pipeline
        self.uploads, self.app = Uploads(folder), FastAPI()
        mount(self.app, doors, transport=httpx.MockTransport(self.host))

    async def send(self, body: bytes) -> str:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.edu.cn") as client:
            return content(await client.post("/wechat", params=signed(), content=body))


@pytest.fixture
def open_house(tmp_path: Path) -> Callable[[Callable[[], httpx.Response]], House]:
    return lambda answer: House(tmp_path, answer)


async def test_a_picture_becomes_an_attachment_of_its_sender(open_house: Any) -> None:
    house = open_house(lambda: httpx.Response(200, content=picture()))
    assert await house.send(fixture("image")) == "照片收到了。"
    (heard,) = house.pipeline.heard
    (upload,) = heard.attachments
    assert (heard.channel, heard.text, heard.payload) == ("wechat", "", None)
    assert house.uploads.find(upload, FOLLOWER) is not None
    assert house.uploads.find(upload, "wechat") is None
    assert house.host.asked == ["https://mmbiz.qpic.cn/x"]


async def test_the_same_picture_delivered_again_is_fetched_once(open_house: Any) -> None:
    house = open_house(lambda: httpx.Response(200, content=picture()))
    assert await house.send(fixture("image")) == await house.send(fixture("image"))
    assert (len(house.host.asked), len(house.pipeline.heard)) == (1, 1)


def _no_network() -> httpx.Response:
    raise httpx.ConnectError("no route")


@pytest.mark.parametrize(
    "answer",
    [
        _no_network,
        lambda: httpx.Response(404),
        lambda: httpx.Response(302, headers={"Location": "https://mmbiz.qpic.cn/y"}),
        lambda: httpx.Response(200, content=bytes(LARGEST_PICTURE + 1)),
    ],
    ids=["no network", "gone", "elsewhere", "too large"],
)
async def test_a_picture_that_cannot_be_had_is_kindly_answered(
    open_house: Any, answer: Callable[[], httpx.Response]
) -> None:
    house = open_house(answer)
    assert await house.send(fixture("image")) == NOT_FETCHED
    assert (len(house.host.asked), house.pipeline.heard) == (1, [])


async def test_what_is_no_picture_says_what_would_be(open_house: Any) -> None:
    house = open_house(lambda: httpx.Response(200, content=b"<html>"))
    said = await house.send(fixture("image"))
    assert said == "只能上传照片：JPEG、PNG、WebP 或 HEIC。也可以打字说说情况，一样能办。"
    assert house.pipeline.heard == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8091/orders",
        "http://169.254.169.254/latest",
        "https://qpic.cn.evil.example/x",
        "https://evilqpic.cn/x",
        "https://mmbiz.qpic.cn@evil.example/x",
        "https://mmbiz.qpic.cn:8443/x",
        "file:///etc/passwd",
        "ftp://mmbiz.qpic.cn/x",
        "//mmbiz.qpic.cn/x",
        "",
    ],
)
async def test_only_wechat_s_own_hosts_are_asked(address: str) -> None:
    host = WechatPictures(lambda: httpx.Response(200, content=picture()))
    with pytest.raises(Unreachable):
        await Pictures(httpx.MockTransport(host)).fetch(address)
    assert host.asked == []
