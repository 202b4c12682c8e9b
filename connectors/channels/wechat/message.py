"""What WeChat posted: XML read once, at the door, into one frozen Message.

wechatpy parses; what it would trip over or take for granted is refused here, before and after.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from wechatpy import parse_message
from wechatpy.events import SubscribeEvent, SubscribeScanEvent, SubscribeScanProductEvent

from connectors.channels.wechat.refusal import WECHATPY_FAULTS, Malformed

KINDS = ("text", "event", "image", "voice", "video", "shortvideo", "location", "link", "file")
"""The MsgTypes known to arrive; any other becomes `other`."""

# XML 1.0 has no place for these, yet phones send them and WeChat passes them on.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Nothing but an XML declaration may stand before the root. So there is no DOCTYPE and there are no entities, while a
# student may still ask what `<!DOCTYPE html>` means.
_PROLOGUE = re.compile(r"\s*(?:<\?xml\s[^<>]*\?>\s*)?<xml[\s/>]")
_FIELDS = (
    *("Encrypt", "ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"),
    *("Content", "Recognition", "PicUrl", "Event", "EventKey"),
)
# The envelope's reader: of the text decoded here, whatever encoding it declares.
_ENVELOPE = etree.XMLParser(
    encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
)
# wechatpy tells these apart by the EventKey; a new follower is a new follower.
_NEW_FOLLOWER = (SubscribeEvent, SubscribeScanEvent, SubscribeScanProductEvent)
_OPENID = re.compile(r"[!-~]{1,64}")
_MSG_ID = re.compile(r"[0-9]{1,20}")
# Stickers and other new kinds arrive as a text that says only this.
_UNSUPPORTED = re.compile(r"[\[【]收到不支持的消息类型，暂无法显示[\]】]")


@dataclass(frozen=True, slots=True)
class Message:
    """One message or event from one student."""

    openid: str
    """Who wrote: FromUserName. Never logged."""
    account: str
    """To which account: ToUserName, the sender of our reply."""
    kind: str
    """One of KINDS, or `other`; `text` means there are words to answer."""
    key: str
    """The same for every delivery of the same message."""
    id: str = ""
    """MsgId, 64 bits in decimal; empty for events."""
    text: str = ""
    """The student's words, if kind is `text`. Never logged."""
    picture: str = ""
    """Where WeChat keeps the picture, if kind is `image`. Never logged: whoever has it can see the picture."""
    event: str = ""
    """Lower case, if kind is `event`."""


def encrypted(body: bytes) -> str:
    """The `Encrypt` field of the body, empty when there is none; Malformed when the body is not WeChat's XML.

    Not left to wechatpy, which would compare the signature over it before we can.
    """
    try:
        root = etree.fromstring(_xml(body).encode(), _ENVELOPE)
    except etree.XMLSyntaxError as error:
        raise Malformed("xml") from error
    fields = [field for field in root if field.tag in _FIELDS]
    if len({field.tag for field in fields}) < len(fields) or any(len(field) or field.attrib for field in fields):
        raise Malformed("duplicate")
    return next((field.text or "" for field in fields if field.tag == "Encrypt"), "").strip()


def read(body: bytes) -> Message:
    """The message in the body; Malformed when it does not say from whom, to whom, what, or which."""
    try:
        parsed = parse_message(_xml(body))
    except WECHATPY_FAULTS as error:
        raise Malformed("xml") from error
    # New kinds and events are an UnknownMessage with no attributes of their own: the fields are read as they came.
    found = _plain(parsed._data)
    openid, account, kind = found["FromUserName"], found["ToUserName"], found["MsgType"].lower()
    if not (_OPENID.fullmatch(openid) and _OPENID.fullmatch(account)):
        raise Malformed("address")
    if kind == "event":
        return _event(openid, account, parsed, found)
    # Not wechatpy's `id`: int() also takes 1_0 and other scripts' digits.
    msg_id = found["MsgId"]
    if not _MSG_ID.fullmatch(msg_id):
        raise Malformed("id")
    text = ""
    if kind == "text":
        text = _UNSUPPORTED.sub("", found["Content"]).strip()
    elif kind == "voice":
        # WeChat has all but retired its own recognition: since 2023 the field comes, but empty.
        text = found["Recognition"]
    if text:
        kind = "text"
    elif kind == "text" or kind not in KINDS:
        kind = "other"
    picture = found["PicUrl"].strip() if kind == "image" else ""
    return Message(openid, account, kind, key=f"{openid}|{msg_id}", id=msg_id, text=text, picture=picture)


def _event(openid: str, account: str, parsed: Any, found: Mapping[str, str]) -> Message:
    event = found["Event"].lower()
    if not event:
        raise Malformed("event")
    # Two different events may share a second. TEMPLATESENDJOBFINISH has a MsgID, which names the notice sent, not
    # the event, and is not read.
    key = "|".join((openid, found["CreateTime"], event, found["EventKey"]))
    if isinstance(parsed, _NEW_FOLLOWER):
        event = "subscribe"
    return Message(openid, account, "event", key=key, event=event)


def _xml(body: bytes) -> str:
    """The body as text that is safe to parse."""
    if not body.strip():
        raise Malformed("empty")
    try:
        # Decoded here, so that no encoding named in the declaration counts.
        xml = _FORBIDDEN.sub("", body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Malformed("encoding") from error
    if not _PROLOGUE.match(xml):
        raise Malformed("prologue")
    return xml


def _plain(found: Mapping[str, Any]) -> dict[str, str]:
    """The fields this channel reads, a missing one empty.

    A field given twice comes from the parser as a list and is refused: two readers could disagree on which one counts.
    So is one with attributes or tags in it, a dict.
    """
    plain = {name: found.get(name) or "" for name in _FIELDS}
    if not all(isinstance(value, str) for value in plain.values()):
        raise Malformed("duplicate")
    return plain
