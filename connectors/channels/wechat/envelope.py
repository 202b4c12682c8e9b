"""The XML of a passive reply: wechatpy's, with what it does not escape made safe."""

import re

from wechatpy.replies import TextReply

from connectors.channels.wechat.message import Message

# What XML 1.0 cannot carry; lone surrogates could not even be encoded.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without the characters XML cannot carry."""
    return _FORBIDDEN.sub("", text)


def text_reply(message: Message, text: str, *, now: int) -> str:
    """The passive text reply to a message; `now` in Unix seconds."""
    reply = TextReply(source=_safe(message.account), target=_safe(message.openid), content=_safe(text), time=now)
    xml: str = reply.render()
    return xml


def _safe(text: str) -> str:
    # wechatpy puts a text into its CDATA section as it is, and `]]>` would end the section: whatever came after it
    # would be read as the reply's XML. Split over two sections, it reads back as itself.
    return printable(text).replace("]]>", "]]]]><![CDATA[>")
