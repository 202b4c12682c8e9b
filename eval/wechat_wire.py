"""WeChat's side of the wire in secure mode, small and quick: what a campaign delivers, and what it reads back."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

TOKEN, APPID, KEY = "a-token", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_RAW = base64.b64decode(KEY + "=")
_ENCRYPTED = re.compile(rb"<Encrypt><!\[CDATA\[([^\]]*)\]\]></Encrypt>")
_CONTENT = re.compile(r"<Content><!\[CDATA\[(.*?)\]\]></Content>", re.DOTALL)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the protocol's own hash


def delivery(openid: str, msg_id: int, text: str) -> bytes:
    """A whole HTTP request: one text message, encrypted and signed now."""
    now = int(time.time())
    xml = (
        f"<xml><ToUserName><![CDATA[gh_campaign]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{msg_id}</MsgId></xml>"
    ).encode()
    plain = bytes(16) + len(xml).to_bytes(4, "big") + xml + APPID.encode()
    size = 32 - len(plain) % 32
    encryptor = Cipher(AES(_RAW), CBC(_RAW[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(plain + bytes([size]) * size) + encryptor.finalize()).decode()
    body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    query = {
        "timestamp": str(now),
        "nonce": "n",
        "signature": sign(TOKEN, str(now), "n"),
        "msg_signature": sign(TOKEN, str(now), "n", sealed),
        "encrypt_type": "aes",
    }
    head = f"POST /wechat?{urlencode(query)} HTTP/1.1\r\nHost: campaign\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def opened(body: bytes) -> str:
    """The words of an encrypted reply; raises for anything else."""
    found = _ENCRYPTED.search(body)
    if found is None:
        raise ValueError(f"no reply: {body[:80]!r}")
    decryptor = Cipher(AES(_RAW), CBC(_RAW[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(found[1])) + decryptor.finalize()
    words = _CONTENT.search(plain[20 : 20 + int.from_bytes(plain[16:20], "big")].decode())
    return words[1] if words else ""


async def posted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    """Status and body of the answer. Raises OSError or IncompleteReadError when the other side dies."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return int(head[9:12]), body
