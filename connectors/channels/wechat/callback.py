"""`GET|POST /wechat`: who may speak, and what WeChat gets back.

WeChat shows 「该公众号提供的服务出现故障」 unless one of its three deliveries of a message gets a valid reply, `success`
or an empty body with a 200 within five seconds. So an honest message always ends in a 200; before the last delivery a
503 asks for the next one. Everything else gets a bare status and learns nothing from it.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.channels.wechat.cipher import Cipher
from connectors.channels.wechat.deliveries import Courier, Deliveries, Given
from connectors.channels.wechat.envelope import text_reply
from connectors.channels.wechat.message import Message, encrypted, read
from connectors.channels.wechat.refusal import Forged, Malformed, Refusal, TooLarge
from connectors.channels.wechat.render import Reply
from connectors.channels.wechat.sentences import GREETING, UNREADABLE
from connectors.channels.wechat.settings import WechatSettings
from connectors.channels.wechat.signature import check, check_time
from connectors.failpoints import reached

log = structlog.get_logger(__name__)

Converse = Callable[[str, str, str], Awaitable[Sequence[Reply]]]
"""`await converse(openid, message_id, text)` → replies in the shape of /api/chat; idempotent on message_id."""

Look = Callable[[str, str, str], Awaitable[Sequence[Reply]]]
"""`await look(openid, message_id, picture)` → replies to an image message; `picture` is the address WeChat gave."""

BODY_LIMIT = 64 * 1024
"""Bytes. WeChat's own messages stay below ten thousand."""

# What may stand in a log line; any other name was chosen by whoever wrote the XML.
_EVENTS = (
    *("subscribe", "unsubscribe", "scan", "location", "click", "view", "templatesendjobfinish"),
    *("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"),
    "user_authorization_revoke",
)


def routes(
    settings: WechatSettings,
    converse: Converse,
    look: Look | None = None,
    *,
    courier: Courier | None = None,
    clock: Callable[[], float] = time.time,
) -> list[BaseRoute]:
    """The official account's two routes at `/wechat`. Without `look` images are not seen. `clock` gives Unix seconds.

    Starlette's own routes: what FastAPI does around a handler (parameters, models, dependencies) is for none of this, and took
    a fifth of all the time of a message.
    """
    key = settings.encoding_aes_key
    cipher = None if key is None else Cipher(settings.token, key, settings.appid)
    deliveries = Deliveries(
        clock=clock,
        patience=settings.patience,
        capacity=settings.capacity,
        memory=settings.memory,
        public_url=settings.public_url,
        courier=courier,
    )

    async def verify(request: Request) -> Response:
        """WeChat checks the address: `echostr` goes back as it came."""
        try:
            _check_call(request, settings, now=clock())
            if "echostr" not in request.query_params:
                raise Malformed("echostr")
        except Refusal as refusal:
            return _refuse(refusal)
        # nosniff: whatever a signed echostr holds, no browser may take it for a page.
        return PlainTextResponse(request.query_params["echostr"], headers={"X-Content-Type-Options": "nosniff"})

    async def receive(request: Request) -> Response:
        """A message or an event."""
        started = time.perf_counter()
        try:
            message = await _message(request, settings, cipher, now=clock())
        except Refusal as refusal:
            return _refuse(refusal)
        given = await _given(message, deliveries, converse, look)
        log.info(
            "message.answered",
            channel="wechat",
            kind=message.kind,
            wechat_event=message.event if message.event in _EVENTS or not message.event else "other",
            outcome=given.outcome,
            again=given.again,
            encrypted=cipher is not None,
            ms=round((time.perf_counter() - started) * 1000),
        )
        if given.outcome == "success":
            return PlainTextResponse("success")
        if given.outcome == "redeliver":
            return Response(status_code=503)
        now = int(clock())
        reply = text_reply(message, given.text, now=now)
        if cipher is not None:
            # A plain reply to an encrypted message would be shown to the student as a broken service.
            reply = cipher.encrypt_message(reply, secrets.token_hex(8), str(now))
        sent = BackgroundTask(_sent, courier, message.openid, given.ids) if courier is not None and given.ids else None
        reached("before_ack")
        return Response(reply, media_type="application/xml", background=sent)

    return [
        Route("/wechat", verify, methods=["GET"], include_in_schema=False),
        Route("/wechat", receive, methods=["POST"], include_in_schema=False),
    ]


async def _sent(courier: Courier, openid: str, ids: Sequence[str]) -> None:
    reached("after_ack")
    courier.handed(openid, ids)


async def _given(message: Message, deliveries: Deliveries, converse: Converse, look: Look | None) -> Given:
    if message.kind == "text":
        ask = partial(converse, message.openid, message.id, message.text)
        return await deliveries.answer(message.key, message.openid, ask, id=message.id)
    if message.picture and look is not None:
        see = partial(look, message.openid, message.id, message.picture)
        return await deliveries.answer(message.key, message.openid, see, id=message.id)
    if message.kind == "event" and message.event != "subscribe":
        return Given("", again=False, outcome="success")
    say = partial(_say, GREETING if message.kind == "event" else UNREADABLE[message.kind])
    return await deliveries.answer(message.key, message.openid, say)


async def _say(sentence: str) -> Sequence[Reply]:
    return [{"kind": "text", "text": sentence}]


async def _message(request: Request, settings: WechatSettings, cipher: Cipher | None, *, now: float) -> Message:
    """The message in the request; Refusal for anything that is not WeChat's, in the mode the account is in."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > BODY_LIMIT:
        raise TooLarge("length")
    query = request.query_params
    if cipher is None:
        _check_call(request, settings, now=now)
        body = await _body(request)
        try:
            return read(body)
        except Malformed as error:
            if query.get("encrypt_type") != "aes":
                raise
            # 安全模式: nobody will be answered until the key is set, which is worth its own name in the log.
            raise Malformed("key_not_configured") from error
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    check_time(timestamp, now=now, window=settings.window)
    # msg_signature also covers the body, so it is the one that counts; WeChat sends both, and both right.
    if "signature" in query:
        check(query["signature"], settings.token, timestamp, nonce)
    if "msg_signature" not in query:
        raise Forged("not_encrypted")
    # In 兼容模式 the body holds the plain fields as well. They are signed by nobody and are not read.
    envelope = {"Encrypt": encrypted(await _body(request))}
    if not envelope["Encrypt"]:
        raise Forged("not_encrypted")
    return read(cipher.decrypt_message(envelope, query["msg_signature"], timestamp, nonce).encode())


def _check_call(request: Request, settings: WechatSettings, *, now: float) -> None:
    query = request.query_params
    timestamp = query.get("timestamp", "")
    check(query.get("signature", ""), settings.token, timestamp, query.get("nonce", ""))
    check_time(timestamp, now=now, window=settings.window)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                raise TooLarge("body")
    except ClientDisconnect as error:
        raise Malformed("disconnected") from error
    return bytes(body)


def _refuse(refusal: Refusal) -> Response:
    log.warning("wechat.refused", reason=refusal.reason, status=refusal.status)
    return Response(status_code=refusal.status)
