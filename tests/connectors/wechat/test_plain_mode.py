"""Messages and events of an account without a key."""

import asyncio
import re
from collections.abc import Iterator, MutableMapping
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.connectors.wechat.official_account import (
    FIXTURES,
    NOW,
    OPENID,
    Counsellor,
    OfficialAccount,
    Replies,
    content,
    fixture,
    message,
    settled,
)

MESSAGES = sorted(path.stem for path in FIXTURES.glob("*.xml"))


async def test_a_text_is_answered_to_its_sender() -> None:
    counsellor = Counsellor()
    answer = await OfficialAccount(counsellor).post(fixture("text"))
    reply = {part.tag: part.text for part in ElementTree.fromstring(answer.content)}  # noqa: S314 - our own reply
    assert answer.headers["content-type"].startswith("application/xml")
    assert reply == {
        "ToUserName": OPENID,
        "FromUserName": "gh_5a1f0c77e2b9",
        "CreateTime": str(NOW),
        "MsgType": "text",
        "Content": "听到：宿舍几点关门😀 /::)",
    }
    assert counsellor.heard == [(OPENID, "7540000000000000101", "宿舍几点关门😀 /::)")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text_menu_click", "满意"),
        ("text_from_article", "怎么请假"),
        ("text_markup", "网页第一行 <!DOCTYPE html> 是什么意思"),
        ("voice_recognised", "图书馆几点开门"),
        ("compatible", "明文内容，不应被读取"),  # without a key the plain fields are all there is
    ],
)
async def test_other_messages_with_words_are_answered(name: str, text: str) -> None:
    counsellor = Counsellor()
    await OfficialAccount(counsellor).post(fixture(name))
    assert [heard[2] for heard in counsellor.heard] == [text]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("image", "图片暂时看不懂，请打字告诉我。"),
        ("voice", "语音暂时看不懂，请打字告诉我。"),
        ("video", "视频暂时看不懂，请打字告诉我。"),
        ("shortvideo", "视频暂时看不懂，请打字告诉我。"),
        ("location", "位置暂时看不懂，请打字告诉我在哪里。"),
        ("link", "链接暂时看不懂，请打字告诉我。"),
        ("file", "文件暂时看不懂，请打字告诉我。"),
        ("unsupported", "这类消息暂时看不懂，请打字告诉我。"),
    ],
)
async def test_what_cannot_be_read_is_said_honestly(name: str, answer: str) -> None:
    counsellor = Counsellor()
    assert content(await OfficialAccount(counsellor).post(fixture(name))) == answer
    assert counsellor.heard == []


async def test_an_image_is_looked_at_where_wechat_keeps_it() -> None:
    seen: list[tuple[str, str, str]] = []

    async def look(openid: str, message_id: str, picture: str) -> Replies:
        seen.append((openid, message_id, picture))
        return [{"kind": "text", "text": "照片收到了。"}]

    counsellor = Counsellor()
    account = OfficialAccount(counsellor, look=look)
    assert content(await account.post(fixture("image"))) == "照片收到了。"
    await account.post(fixture("image"))
    assert seen == [(OPENID, "7540000000000000106", "http://mmbiz.qpic.cn/x")]
    assert counsellor.heard == []


async def test_an_image_without_an_address_is_not_looked_at() -> None:
    body = fixture("image").replace(b"http://mmbiz.qpic.cn/x", b"")
    assert content(await OfficialAccount(look=_never).post(body)) == "图片暂时看不懂，请打字告诉我。"


async def _never(openid: str, message_id: str, picture: str) -> Replies:
    raise AssertionError(picture)


@pytest.mark.parametrize(
    "text", ["", "  ", "[收到不支持的消息类型，暂无法显示]", "【收到不支持的消息类型，暂无法显示】"]
)
async def test_a_text_without_words_is_not_put_to_the_counsellor(text: str) -> None:
    counsellor = Counsellor()
    assert content(await OfficialAccount(counsellor).say(text)) == "这类消息暂时看不懂，请打字告诉我。"
    assert counsellor.heard == []


async def test_an_unknown_type_is_unreadable_not_an_error() -> None:
    body = fixture("text").replace(b"[text]", b"[hologram]")
    assert content(await OfficialAccount().post(body)) == "这类消息暂时看不懂，请打字告诉我。"


@pytest.mark.parametrize(
    "name", [name for name in MESSAGES if name.startswith("event_subscribe") and "popup" not in name]
)
async def test_a_new_follower_is_told_what_it_is(name: str) -> None:
    greeting = content(await OfficialAccount().post(fixture(name)))
    assert "自动回复，不是真人" in greeting
    assert len(greeting.encode()) <= 2000


@pytest.mark.parametrize(
    "name", ["unsubscribe", "scan", "location", "click", "view", "template_sent", "subscribe_popup", "revoke"]
)
async def test_other_events_are_only_acknowledged(name: str) -> None:
    counsellor = Counsellor()
    answer = await OfficialAccount(counsellor).post(fixture(f"event_{name}"))
    assert (answer.status_code, answer.content, counsellor.heard) == (200, b"success", [])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" \n", id="blank"),
        pytest.param(b"hello", id="words"),
        pytest.param(b'{"MsgType": "text"}', id="json"),
        pytest.param(b"<xml></xml>", id="no fields"),
        pytest.param(b"<xml/>", id="no fields, short"),
        pytest.param(fixture("text").replace(b"xml>", b"html>"), id="wrong root"),
        pytest.param(fixture("text").replace(b"xml>", b"xmlx>"), id="nearly the root"),
        pytest.param(fixture("text")[:-8], id="cut short"),
        pytest.param(re.sub(rb"<MsgType>.*</MsgType>", b"", fixture("text")), id="no MsgType"),
        pytest.param(re.sub(rb"<MsgId>.*</MsgId>", b"", fixture("text")), id="no MsgId"),
        pytest.param(re.sub(rb"<MsgId>.*</MsgId>", b"<MsgId>1e9</MsgId>", fixture("text")), id="odd MsgId"),
        pytest.param(re.sub(rb"<FromUserName>.*</FromUserName>", b"", fixture("text")), id="no sender"),
        pytest.param(re.sub(rb"<ToUserName>.*</ToUserName>", b"", fixture("text")), id="no account"),
        pytest.param(re.sub(rb"<Event>.*</Event>", b"", fixture("event_scan")), id="no Event"),
        pytest.param(fixture("text").replace("宿舍".encode(), b"\xff\xfe"), id="invalid UTF-8"),
        pytest.param(fixture("text").decode().encode("utf-16"), id="UTF-16"),
        pytest.param(fixture("text").replace(b"</MsgId>", b"</MsgId><Content>b</Content>"), id="two contents"),
        pytest.param(fixture("text").replace(b"</MsgId>", b"</MsgId><MsgType>event</MsgType>"), id="two types"),
        pytest.param(fixture("text").replace(b"</MsgId>", b"</MsgId><CreateTime>1</CreateTime>"), id="two times"),
        pytest.param(fixture("event_scan").replace(b"</xml>", b"<EventKey>a</EventKey></xml>"), id="two keys"),
        pytest.param(fixture("text").replace(b"<Content>", b"<Content><b/>"), id="a tag in the content"),
        pytest.param(re.sub(rb"<MsgId>.*</MsgId>", b"<MsgId>1_0</MsgId>", fixture("text")), id="MsgId only for int()"),
        pytest.param(re.sub(rb"<xml>.*</xml>", b"<xml>text</xml>", fixture("text"), flags=re.DOTALL), id="no tags"),
        pytest.param(message("a", openid="o" * 65), id="openid too long"),
        pytest.param(message("a", openid="o p"), id="openid with a space"),
        pytest.param(b"<xml>" * 12000, id="deep"),
        pytest.param(b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>", id="deep and closed"),
    ],
)
async def test_what_wechat_would_never_send_is_refused_without_a_word(body: bytes) -> None:
    counsellor = Counsellor()
    answer = await OfficialAccount(counsellor).post(body)
    assert (answer.status_code, answer.content, counsellor.heard) == (400, b"", [])


@pytest.mark.parametrize(
    "prologue",
    [
        b'<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/hostname">',
        b'<?xml version="1.0"?>\n<!DOCTYPE xml>',
        b'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE xml>',
        b"<!-- --><!DOCTYPE xml>",
        b"\x00<!DOCTYPE xml>",
        b"<!\x00DOCTYPE xml>",
    ],
)
async def test_a_doctype_is_refused(prologue: bytes) -> None:
    counsellor = Counsellor()
    answer = await OfficialAccount(counsellor).post(prologue + fixture("text"))
    assert (answer.status_code, answer.content, counsellor.heard) == (400, b"", [])


async def test_an_undeclared_entity_is_refused() -> None:
    body = re.sub(rb"<Content>.*</Content>", b"<Content>&a;</Content>", fixture("text"))
    assert (await OfficialAccount().post(body)).status_code == 400


@pytest.mark.parametrize(
    "prologue", [b'<?xml version="1.0" encoding="UTF-8"?>\n', b'<?xml version="1.0" encoding="gbk"?>', b"\xef\xbb\xbf"]
)
async def test_a_declaration_or_byte_order_mark_is_harmless(prologue: bytes) -> None:
    assert content(await OfficialAccount().post(prologue + message("宿舍"))) == "听到：宿舍"


async def test_control_characters_are_dropped() -> None:
    assert content(await OfficialAccount().say("宿\x08舍\x00几\x1f点\uffff")) == "听到：宿舍几点"


@pytest.mark.parametrize("said", ["]]>", "]]></Content><Content>换成别的", "a]]]]>b", "&lt;<b>&amp;", "\x08\ud800好"])
async def test_no_answer_can_break_out_of_the_reply(said: str) -> None:
    account = OfficialAccount(Counsellor(answer=lambda text: [{"kind": "text", "text": said}]))
    assert content(await account.say("问")) == said.replace("\x08", "").replace("\ud800", "")


async def raw(account: OfficialAccount, chunks: Iterator[bytes], *headers: tuple[bytes, bytes]) -> object:
    """The status of a call whose body arrives in these chunks, and then breaks off."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        chunk = next(chunks, None)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(part: MutableMapping[str, Any]) -> None:
        sent.append(part)

    query = urlencode(account.signed()).encode()
    scope = {"type": "http", "method": "POST", "path": "/wechat", "query_string": query, "headers": list(headers)}
    await account.app(scope, receive, send)
    return sent[0]["status"]


async def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    chunks = iter([b" "])
    length = (b"content-length", b"65537")
    assert (await raw(OfficialAccount(), chunks, length), list(chunks)) == (413, [b" "])


async def test_a_body_that_does_not_say_so_is_read_no_further_than_the_limit() -> None:
    chunks = iter([b" " * 1024] * 100)
    assert (await raw(OfficialAccount(), chunks), len(list(chunks))) == (413, 35)


async def test_a_caller_who_hangs_up_is_no_error() -> None:
    assert await raw(OfficialAccount(), iter([b"<xml>"])) == 400


async def test_a_body_at_the_limit_is_read() -> None:
    body = message("好")
    assert content(await OfficialAccount().post(body + b" " * (64 * 1024 - len(body)))) == "听到：好"


async def test_logs_hold_fields_but_neither_words_nor_openid() -> None:
    async def quoting(openid: str, message_id: str, text: str) -> Replies:
        if "密码" in text:
            raise RuntimeError(f"{openid} said {text}")
        return [{"kind": "text", "text": text}]

    account = OfficialAccount(quoting)
    with capture_logs() as logs:
        await account.say("我的小秘密", 1)
        await account.say("我的密码", 2)
        await account.post(b"hello")
        await account.post(fixture("event_scan").replace(b"[SCAN]", "[我的小秘密]".encode()))
    assert [line["event"] for line in logs] == [
        "message.answered",
        "wechat.failed",
        "message.answered",
        "wechat.refused",
        "message.answered",
    ]
    assert dict(logs[0]) | {"ms": 0} == {
        "event": "message.answered",
        "log_level": "info",
        "channel": "wechat",
        "kind": "text",
        "wechat_event": "",
        "outcome": "reply",
        "again": False,
        "encrypted": False,
        "ms": 0,
    }
    assert logs[1]["error"] == "RuntimeError"
    for secret in (OPENID, "秘密", "密码"):
        assert secret not in str(logs)


def mutations() -> st.SearchStrategy[bytes]:
    """Real payloads with bytes cut out, put in, or repeated."""

    def mutate(name: str, places: list[tuple[int, int, bytes]]) -> bytes:
        body = fixture(name)
        for start, length, inserted in places:
            start %= len(body) + 1
            body = body[:start] + inserted + body[start + length :]
        return body

    pieces = st.sampled_from(
        [b"", b"<", b">", b"]]>", b"<![CDATA[", b"&#0;", b"&#8;", b"&a;", b"<!DOCTYPE x>", b"<?x?>", b"\xff", b"\x00"]
    ) | st.binary(max_size=4)
    places = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40), pieces), max_size=4)
    return st.builds(mutate, st.sampled_from(MESSAGES), places)


@settings(max_examples=300, deadline=None)
@given(body=mutations() | st.binary(max_size=200))
def test_no_body_whatever_is_a_server_error(body: bytes) -> None:
    async def deliver() -> httpx.Response:
        answer = await OfficialAccount().post(body)
        await settled()
        return answer

    answer = asyncio.run(deliver())
    assert answer.status_code in (200, 400)
    assert b"Traceback" not in answer.content


@settings(max_examples=200, deadline=None)
@given(
    query=st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "msg_signature"]), st.text(max_size=50))
)
def test_no_query_whatever_is_a_server_error(query: dict[str, str]) -> None:
    answer = asyncio.run(OfficialAccount().post(message("好"), query))
    assert (answer.status_code, answer.content) == (403, b"")
