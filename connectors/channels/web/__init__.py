"""The chat page at ``/``, the embeddable ``/widget.js``, and the JSON they speak: ``POST /api/chat``."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.background import BackgroundTask

from bot.understanding import crisis
from bot.understanding.normalise import normalise
from connectors.doors import Doors
from connectors.failpoints import reached
from connectors.inbox import NotYours
from connectors.pages import render
from connectors.problems import Problem
from connectors.sessions import COOKIE, Session, set_cookie
from connectors.uploads import Uploads

STATIC = Path(__file__).with_name("static")
OPAQUE = re.compile(r"[\x21-\x7e]{1,200}")
"""Ids are the client's own: printable ASCII, so that logs, headers and databases all take them."""
UPLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What ``POST /api/uploads`` gives."""
MOST_ATTACHMENTS = 5
WAITING = "这条消息已经收到，还在处理，请稍后再看。"
FAILED = "这条消息没有处理成功，请再发一次。"
HEARTBEAT_SECONDS = 10.0
CHANNELS = frozenset({"web", "kiosk"})


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One posted message, parsed."""

    conversation: str
    message_id: str
    text: str
    payload: str | None
    channel: str
    attachments: tuple[str, ...] = ()


async def parse(request: Request) -> ChatMessage:
    """Raises :class:`Problem` for anything that is not one message."""
    try:
        raw = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Problem(400, "malformed_json", "请求不是正确的 JSON。") from error
    if not isinstance(raw, dict):
        raise Problem(422, "invalid", "请求的内容不符合要求。")
    ids = [raw.get("conversation"), raw.get("message_id")]
    if not all(isinstance(one, str) and OPAQUE.fullmatch(one) for one in ids):
        raise Problem(422, "invalid_id", "conversation 和 message_id 必须是 1 到 200 个可见字符。")
    text, payload = raw.get("text"), raw.get("payload")
    attachments = _attachments(raw.get("attachments"))
    said = (text is not None) + (payload is not None)
    if (
        not isinstance(text, str | None)
        or not isinstance(payload, str | None)
        or said > 1
        or (not said and not attachments)
    ):
        raise Problem(422, "invalid", "text 和 payload 要有且只有一个，并且是文字。")
    if payload is not None and not 0 < len(payload) <= 2000:
        raise Problem(422, "invalid", "payload 是空的或太长。")
    if text is not None and not text.strip() and not attachments:
        raise Problem(422, "empty", "没有收到内容，请输入要问的问题或要办的事。")
    channel = raw.get("channel", "web")
    channel = channel if channel in CHANNELS else "web"
    return ChatMessage(str(ids[0]), str(ids[1]), text or "", payload, channel, attachments)


def _attachments(raw: Any) -> tuple[str, ...]:
    """The ids of uploaded files that came along; they may stand alone, without text."""
    if raw is None:
        return ()
    good = isinstance(raw, list) and len(raw) <= MOST_ATTACHMENTS
    if not good or not all(isinstance(one, str) and UPLOAD.fullmatch(one) for one in raw):
        raise Problem(422, "invalid_attachments", f"attachments 要是最多 {MOST_ATTACHMENTS} 个上传后得到的编号。")
    return tuple(dict.fromkeys(raw))


async def _own(doors: Doors, session: Session, message: ChatMessage) -> tuple[str, ...]:
    """The attachments, all of them uploads of this very session. Raises :class:`Problem`; but no photo holds back a crisis card."""
    shelf = Uploads(doors.settings.data)

    def found() -> tuple[str, ...]:
        return tuple(one for one in message.attachments if shelf.find(one, session.owner) is not None)

    own = await asyncio.to_thread(found) if message.attachments else ()
    if own == message.attachments or crisis.screen(normalise(message.text)) is not None:
        return own
    raise Problem(422, "unknown_attachment", "没有找到这张照片，请重新上传一次。")


async def _answer(doors: Doors, session: Session, message: ChatMessage) -> dict[str, Any]:
    attachments = await _own(doors, session, message)
    replies, trace = await doors.converse(
        channel=message.channel,
        conversation=f"web:{message.conversation}",
        owner=session.owner,
        message=message.message_id,
        text=message.text,
        payload=message.payload,
        student=session.student,
        attachments=attachments,
    )
    said: dict[str, Any] = {
        "conversation": message.conversation,
        "message_id": message.message_id,
        "replies": list(replies),
    }
    if doors.settings.trace:
        said["trace"] = trace
    return said


async def _noted(sent: Callable[[], None]) -> None:
    reached("after_ack")
    sent()


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _stream(answer: asyncio.Task[dict[str, Any]], sent: Callable[[], None]) -> AsyncIterator[str]:
    """Each reply as an event, a heartbeat while one is awaited, the whole answer at the end."""
    while not (await asyncio.wait({answer}, timeout=HEARTBEAT_SECONDS))[0]:
        yield ": still working\n\n"
    try:
        said = answer.result()
    except Exception as error:
        # The status line is long gone: the event says what a status would have said.
        problem = error if isinstance(error, Problem) else Problem(503, type(error).__name__, "没有成功，请稍后再试。")
        yield _event("error", {"error": {"code": problem.code, "message": problem.message}})
        return
    for reply in said["replies"]:
        yield _event("reply", reply)
    yield _event("done", said)
    sent()


def error_page(problem: Problem) -> HTMLResponse:
    """An error as a page, for someone who followed a link."""
    return render("error.html", problem.status, title=problem.message, message="可以回到首页继续提问。")


def mount(app: FastAPI, doors: Doors) -> None:
    app.mount("/static/web", StaticFiles(directory=STATIC), name="web")

    @app.get("/")
    async def page(request: Request) -> Response:
        response = FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})
        return set_cookie(
            response, await doors.sessions.open(request.cookies.get(COOKIE)), doors.settings.secure_cookies
        )

    @app.get("/widget.js")
    async def widget() -> Response:
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=headers)

    @app.get("/favicon.ico")
    async def favicon() -> Response:
        return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")

    @app.get("/api/services")
    async def services() -> dict[str, Any]:
        offered = [
            {
                "task": one.task,
                "title": one.title,
                "example": one.example,
                "online": one.online,
                "payload": f"start:{one.task}",
            }
            for one in doors.services.values()
        ]
        return {"services": offered, "questions": list(doors.questions)}

    @app.post("/api/chat")
    async def chat(request: Request) -> Response:
        message = await parse(request)
        session = await doors.who(request.cookies.get(COOKIE))

        def sent() -> None:
            doors.inbox.delivered(f"web:{message.conversation}", message.message_id)

        if "text/event-stream" in request.headers.get("accept", ""):
            answer = asyncio.ensure_future(_answer(doors, session, message))
            # What fails at once (not yours, used twice) still gets its status.
            await asyncio.wait({answer}, timeout=0.05)
            if answer.done() and answer.exception() is not None:
                await answer
            headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
            stream = StreamingResponse(_stream(answer, sent), media_type="text/event-stream", headers=headers)
            return set_cookie(stream, session, doors.settings.secure_cookies)
        said = await _answer(doors, session, message)
        # Who hung up meanwhile got nothing: the answer stays on the list below.
        there = not await request.is_disconnected()
        response = JSONResponse(said, background=BackgroundTask(_noted, sent) if there else None)
        return set_cookie(response, session, doors.settings.secure_cookies)

    @app.get("/api/chat/late")
    async def late(request: Request, conversation: str) -> Response:
        """What this conversation's student was not told: shown when the page comes back."""
        session = await doors.sessions.look(request.cookies.get(COOKIE))
        try:
            found = await doors.inbox.late(f"web:{conversation}", session.owner) if session is not None else []
        except NotYours:
            # A page asks before anything was said, too: nobody learns which of both it is.
            found = []

        def sent() -> None:
            for each in found:
                if each.replies:
                    doors.inbox.delivered(each.conversation, each.message)

        listed = [
            {
                "message_id": each.message,
                "text": each.text,
                "state": "answered" if each.replies else "waiting" if each.outcome is None else "failed",
                "replies": list(each.replies)
                or [{"kind": "text", "text": WAITING if each.outcome is None else FAILED}],
            }
            for each in found
        ]
        return JSONResponse({"messages": listed}, background=BackgroundTask(_noted, sent))
