"""The XML of a passive reply, plain or encrypted."""

import re
import secrets

from connectors.channels.wechat.cipher import Cipher
from connectors.channels.wechat.message import Message
from connectors.channels.wechat.signature import sign

# What XML 1.0 cannot carry; lone surrogates could not even be encoded.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without the characters XML cannot carry."""
    return _FORBIDDEN.sub("", text)


def cdata(text: str) -> str:
    """A CDATA section that reads back as `text`, whatever it holds: `]]>` is split over two sections."""
    return f"<![CDATA[{printable(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def text_reply(message: Message, text: str, *, now: int) -> bytes:
    """The passive text reply to a message; `now` in Unix seconds."""
    return (
        f"<xml><ToUserName>{cdata(message.openid)}</ToUserName>"
        f"<FromUserName>{cdata(message.account)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime>"
        f"<MsgType>{cdata('text')}</MsgType>"
        f"<Content>{cdata(text)}</Content></xml>"
    ).encode()


def sealed(reply: bytes, cipher: Cipher, token: str, *, now: int) -> bytes:
    """The reply as secure mode wants it; a plain one would be shown to the student as a broken service."""
    encrypted, timestamp, nonce = cipher.encrypt(reply), str(now), secrets.token_hex(8)
    return (
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt>"
        f"<MsgSignature>{cdata(sign(token, timestamp, nonce, encrypted))}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp>"
        f"<Nonce>{cdata(nonce)}</Nonce></xml>"
    ).encode()
