"""What WeChat posted: XML read once, at the door, into one frozen Message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.channels.wechat.refusal import Malformed

KINDS = ("text", "event", "image", "voice", "video", "shortvideo", "location", "link", "file")
"""The MsgTypes known to arrive; any other becomes `other`."""

# XML 1.0 has no place for these, yet phones send them and WeChat passes them on.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Nothing but an XML declaration may stand before the root. So there is no DOCTYPE and there are no entities, while a
# student may still ask what `<!DOCTYPE html>` means.
_PROLOGUE = re.compile(r"\s*(?:<\?xml\s[^<>]*\?>\s*)?<xml[\s/>]")
_FIELDS = (
    *("Encrypt", "ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"),
    *("Content", "Recognition", "Event", "EventKey"),
)
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
    event: str = ""
    """Lower case, if kind is `event`."""


def fields(body: bytes) -> dict[str, str]:
    """The top-level fields this channel reads; Malformed when the body is not WeChat's XML.

    A field given twice is refused: two readers could disagree on which one counts.
    """
    if not body.strip():
        raise Malformed("empty")
    try:
        # Decoded here, so that no encoding named in the declaration counts.
        xml = _FORBIDDEN.sub("", body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Malformed("encoding") from error
    if not _PROLOGUE.match(xml):
        raise Malformed("prologue")
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Malformed("xml") from error
    found: dict[str, str] = {}
    for child in root:
        if child.tag not in _FIELDS:
            continue
        if child.tag in found:
            raise Malformed("duplicate")
        found[child.tag] = (child.text or "").strip()
    return found


def read(found: Mapping[str, str]) -> Message:
    """The message in these fields; Malformed when it does not say from whom, to whom, what, or which."""
    openid, account, kind = (found.get(name, "") for name in ("FromUserName", "ToUserName", "MsgType"))
    if not (_OPENID.fullmatch(openid) and _OPENID.fullmatch(account)):
        raise Malformed("address")
    if not kind:
        raise Malformed("kind")
    if kind == "event":
        return _event(openid, account, found)
    msg_id = found.get("MsgId", "")
    if not _MSG_ID.fullmatch(msg_id):
        raise Malformed("id")
    text = ""
    if kind == "text":
        text = _UNSUPPORTED.sub("", found.get("Content", "")).strip()
    elif kind == "voice":
        # WeChat has all but retired its own recognition: since 2023 the field comes, but empty.
        text = found.get("Recognition", "")
    if text:
        kind = "text"
    elif kind == "text" or kind not in KINDS:
        kind = "other"
    return Message(openid, account, kind, key=f"{openid}|{msg_id}", id=msg_id, text=text)


def _event(openid: str, account: str, found: Mapping[str, str]) -> Message:
    # Two different events may share a second. TEMPLATESENDJOBFINISH has a MsgID, which names the notice sent, not
    # the event, and is not read.
    event = found.get("Event", "").lower()
    if not event:
        raise Malformed("event")
    key = "|".join((openid, found.get("CreateTime", ""), event, found.get("EventKey", "")))
    return Message(openid, account, "event", key=key, event=event)
