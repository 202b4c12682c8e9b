"""The FastAPI app: the channels, the shared pages, one place where errors become answers."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors import cases, documents, knowledge, signing_in, uploads
from connectors.channels import kiosk, terminal, web, wechat
from connectors.doors import Doors, Unavailable
from connectors.inbox import Conflict, NotYours
from connectors.left_behind import found, look_after
from connectors.limits import Addressed, TooMany
from connectors.problems import Problem, problem_response

log = structlog.get_logger()

CHANNELS = [web, wechat, kiosk, terminal]

LARGEST_BODY = 64 * 1024
"""Bytes; nothing a student sends in words is longer."""
COUNTED_BY_THEMSELVES = frozenset({("POST", knowledge.DOCUMENTS), ("POST", uploads.UPLOADS)})
"""What may be longer: the route first asks who sends it, then reads it as it comes and counts."""

# As they stand on the wire: they are added to every answer.
SECURITY_HEADERS = {
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        b"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
    b"cross-origin-opener-policy": b"same-origin",
}


class BodyLimit:
    """Refuses a long body before anything reads it, whether its length is declared or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) in COUNTED_BY_THEMSELVES:
            await self.app(scope, receive, send)
            return
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
            if size > LARGEST_BODY:
                refusal = problem_response(Problem(413, "too_large", "内容太长了，请缩短后再发。"))
                refusal.headers["Connection"] = "close"
                await refusal(scope, receive, send)
                return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": b"".join(chunks), "more_body": False}

        await self.app(scope, replay, send)


class OwnPages:
    """Refuses a request that another site's page sends, and gives every answer the headers a browser is to keep to.

    Plain ASGI: Starlette's ``BaseHTTPMiddleware`` runs each request in a task of its own, over a millisecond of every turn.
    """

    def __init__(self, app: ASGIApp, embedding: frozenset[str]) -> None:
        self.app = app
        self.embedding = embedding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        origin = asked.get("origin")
        # Without an origin it is no browser's, or one that says by itself whose page sends it.
        own = (
            asked.get("sec-fetch-site") in (None, "same-origin", "none") if origin is None else self._own(asked, origin)
        )
        if scope["method"] not in ("GET", "HEAD") and not own:
            refusal = problem_response(Problem(403, "foreign_origin", "请求来自别的网站，已拒绝。"))
            await refusal(scope, receive, send)
            return
        # Module scripts, masks and dictionaries of an embedded widget are fetched with CORS; they hold no secret.
        shared = scope["path"] == "/widget.js" or scope["path"].startswith("/static/web/")

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                own_already = {name for name, _ in given}
                message["headers"] = [*given, *((n, v) for n, v in SECURITY_HEADERS.items() if n not in own_already)]
                if shared:
                    headers = MutableHeaders(scope=message)
                    headers["Access-Control-Allow-Origin"] = "*"
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        await self.app(scope, receive, headed)

    def _own(self, asked: Headers, origin: str) -> bool:
        try:
            return urlsplit(origin).netloc == asked.get("host") or origin in self.embedding
        except ValueError:
            return False


async def _watch(doors: Doors) -> None:
    """Looks after the other processes: quickly while something is not well, calmly when all is."""
    while True:
        dialogue = await doors.dialogue.look()
        try:
            answer = (await doors.offices.get("/health", timeout=3.0)).json()
            actions, offices = "ok", str(answer.get("offices", "down"))
        except (httpx.HTTPError, ValueError):
            actions, offices = "down", "down"
        if dialogue == "starting":
            actions, offices = (state if state == "ok" else "starting" for state in (actions, offices))
        doors.components.update(dialogue=dialogue, actions=actions, offices=offices)
        await asyncio.sleep(1.0 if set(doors.components.values()) == {"ok"} else 0.5)


def build(doors: Doors) -> FastAPI:
    """The app over everything that ``bootstrap`` built."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # What is loaded by now stays: a full collection need not walk it in the middle of somebody's turn.
        gc.collect()
        gc.freeze()
        # Before the first message is let in, so that it stands behind those that came before it.
        left = await found(doors)
        tasks = [asyncio.create_task(each) for each in (_watch(doors), look_after(doors, left), doors.limits.watch())]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await doors.dialogue.close()
        await doors.offices.aclose()
        doors.inbox.close()

    app = FastAPI(title="虚拟辅导员", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.doors = doors

    @app.get("/health")
    async def health() -> dict[str, Any]:
        # Rasa's state is known at every turn, the others' at every look of the watch.
        known = {**doors.components, "dialogue": doors.dialogue.status}
        await asyncio.to_thread(doors.library.refresh)
        components = {"knowledge": doors.library.state, **known}
        well = all(state in ("ok", "empty") for state in components.values())
        return {"status": "ok" if well else "degraded", "components": components}

    for channel in CHANNELS:
        channel.mount(app, doors)
    documents.mount(app, doors)
    signing_in.mount(app, doors)
    knowledge.mount(app, doors)
    uploads.mount(app, doors)
    cases.mount(app, doors)

    embedding = frozenset(doors.settings.embedding_origins)
    app.add_middleware(OwnPages, embedding=embedding)

    @app.exception_handler(TooMany)
    async def too_many(_request: Request, problem: TooMany) -> Response:
        refusal = problem_response(problem)
        refusal.headers["Retry-After"] = str(problem.seconds)
        return refusal

    @app.exception_handler(Problem)
    async def a_problem(_request: Request, problem: Problem) -> Response:
        return problem_response(problem)

    @app.exception_handler(NotYours)
    async def not_yours(_request: Request, _error: NotYours) -> Response:
        return problem_response(Problem(404, "no_such_conversation", "没有这个对话。"))

    @app.exception_handler(Conflict)
    async def conflict(_request: Request, _error: Conflict) -> Response:
        return problem_response(Problem(409, "message_id_reused", "这个 message_id 已经用于别的内容。"))

    @app.exception_handler(Unavailable)
    async def unavailable(_request: Request, _error: Unavailable) -> Response:
        return problem_response(Problem(503, "unavailable", "服务暂时不可用，请稍后再试。紧急情况请拨打 120 或 110。"))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, _error: RequestValidationError) -> Response:
        return problem_response(Problem(422, "invalid", "请求的内容不符合要求。"))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        said = {404: "没有这个页面。", 405: "不支持这种请求。"}.get(error.status_code, "请求没有成功。")
        problem = Problem(
            error.status_code, {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "error"), said
        )
        if "text/html" in request.headers.get("accept", ""):
            return web.error_page(problem)
        return problem_response(problem)

    @app.exception_handler(Exception)
    async def a_bug(_request: Request, error: Exception) -> Response:
        # A bug stays a bug: named in the log without its text, which could carry a student's words.
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = f"{frame.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}" if frame else "?"
        log.error("bug", error=type(error).__name__, where=where)
        return JSONResponse({"error": {"code": "internal", "message": "出了点问题，已经记录，请稍后再试。"}}, 503)

    app.add_middleware(Addressed)
    app.add_middleware(BodyLimit)
    if embedding:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(embedding),
            allow_credentials=True,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
        )
    return app
