"""WeChat's side of the wire, as far as a test needs it: it signs, encrypts, delivers, and reads the reply.

Encryption here is written out, as the channel's is wechatpy's: both ends are not the same code.
"""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from fastapi import FastAPI

from connectors.channels.wechat import WechatSettings, routes

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "connectors/channels/wechat/fixtures"
TOKEN, APPID, KEY = "a-token", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW, NONCE = 1795312800, "904417263"
OPENID = "oStudent7Qm2xYc1LwKd9TzVbN0a"

Replies = Sequence[dict[str, Any]]


def fixture(name: str) -> bytes:
    """A payload as WeChat posts it."""
    return (FIXTURES / f"{name}.xml").read_bytes()


def message(text: str, msg_id: int | str = 1, openid: str = OPENID) -> bytes:
    """A text message."""
    return (
        f"<xml><ToUserName><![CDATA[gh_5a1f0c77e2b9]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{NOW}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{msg_id}</MsgId></xml>"
    ).encode()


def sign(*parts: str) -> str:
    """WeChat's signature, written out once more."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the protocol's own hash


def aes(key: str = KEY) -> Cipher[CBC]:
    """The cipher behind an EncodingAESKey."""
    raw = base64.b64decode(key + "=")
    return Cipher(AES(raw), CBC(raw[:16]))


def encrypted(plain: bytes, key: str = KEY) -> str:
    """Raw AES, so that a test decides on every byte, padding included."""
    encryptor = aes(key).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def packed(length: int, rest: bytes) -> bytes:
    """Sixteen bytes that should be random, the length, the rest, the padding."""
    plain = bytes(16) + length.to_bytes(4, "big") + rest
    size = 32 - len(plain) % 32
    return plain + bytes([size]) * size


def content(response: httpx.Response) -> str:
    """What the student reads in a plain reply."""
    assert response.status_code == 200
    return ElementTree.fromstring(response.content).findtext("Content") or ""  # noqa: S314 - our own reply


async def echo(openid: str, message_id: str, text: str) -> Replies:
    """A counsellor who repeats what was said."""
    return [{"kind": "text", "text": f"听到：{text}"}]


@dataclass
class Counsellor:
    """A `converse` that remembers what it was asked, and waits when told to."""

    answer: Callable[[str], Replies] = lambda text: [{"kind": "text", "text": f"听到：{text}"}]
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, openid: str, message_id: str, text: str) -> Replies:
        self.heard.append((openid, message_id, text))
        self.asked.set()
        if text in self.slow:
            await self.slow[text].wait()
        return self.answer(text)

    def hold(self, text: str) -> asyncio.Event:
        """Keeps the answer to `text` back until the event is set."""
        return self.slow.setdefault(text, asyncio.Event())


async def settled() -> None:
    """Waits until no answer is being worked on."""
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "wechat-answer"))


class OfficialAccount:
    """One account, its callback already set up."""

    def __init__(
        self,
        converse: Callable[[str, str, str], Awaitable[Replies]] = echo,
        *,
        look: Callable[[str, str, str], Awaitable[Replies]] | None = None,
        key: str | None = None,
        **settings: Any,
    ) -> None:
        self.now: float = NOW
        values: dict[str, Any] = {"token": TOKEN, "appid": APPID, "patience": 5.0} | settings
        self.settings = WechatSettings(**values, encoding_aes_key=key)
        self.app = FastAPI()
        self.app.router.routes.extend(routes(self.settings, converse, look, clock=lambda: self.now))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="https://counsellor.test")

    def signed(self, **changes: str) -> dict[str, str]:
        """The query of a genuine call, changed where a test wants it forged."""
        query = {"timestamp": str(NOW), "nonce": NONCE} | changes
        return {"signature": sign(self.settings.token, query["timestamp"], query["nonce"])} | query

    async def verify(self, **query: str) -> httpx.Response:
        """GET: WeChat checks the address."""
        return await self._client.get("/wechat", params=query)

    async def post(self, body: bytes, query: dict[str, str] | None = None) -> httpx.Response:
        """POST, as it is."""
        return await self._client.post("/wechat", params=self.signed() if query is None else query, content=body)

    async def say(self, text: str, msg_id: int | str = 1, openid: str = OPENID) -> httpx.Response:
        """POST a plain text message."""
        return await self.post(message(text, msg_id, openid))

    def seal(self, body: bytes, *, key: str = KEY, appid: str = APPID) -> tuple[bytes, dict[str, str]]:
        """Body and query of a message in secure mode."""
        return self.envelope(encrypted(packed(len(body), body + appid.encode()), key))

    def envelope(self, sealed: str) -> tuple[bytes, dict[str, str]]:
        """Body and query around any ciphertext, rightly signed."""
        body = (
            f"<xml><ToUserName><![CDATA[gh_5a1f0c77e2b9]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        ).encode()
        seal = sign(self.settings.token, str(NOW), NONCE, sealed)
        return body, self.signed() | {"openid": OPENID, "encrypt_type": "aes", "msg_signature": seal}

    def opened(self, response: httpx.Response) -> str:
        """What the student reads in an encrypted reply; raises unless it is rightly signed and closed."""
        assert response.status_code == 200
        reply = ElementTree.fromstring(response.content)  # noqa: S314 - our own reply
        assert [part.tag for part in reply] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
        sealed, signature, timestamp, nonce = (part.text or "" for part in reply)
        assert signature == sign(self.settings.token, timestamp, nonce, sealed)
        decryptor = aes(self.settings.encoding_aes_key or KEY).decryptor()
        plain = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        size = plain[-1]
        assert (len(plain) % 32, plain[-size:]) == (0, bytes([size]) * size)
        end = 20 + int.from_bytes(plain[16:20], "big")
        assert plain[end:-size] == self.settings.appid.encode()
        return ElementTree.fromstring(plain[20:end]).findtext("Content") or ""  # noqa: S314 - our own reply
