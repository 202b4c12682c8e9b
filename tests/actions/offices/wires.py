"""Wires that answer as they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from actions.offices import Offices

Answer = Callable[[httpx.Request], httpx.Response]


class Wire:
    """Answers POSTs, look-ups by key and other GETs from three lists; the last answer of a list is repeated."""

    def __init__(
        self, *, post: list[Answer] | None = None, by_key: list[Answer] | None = None, get: list[Answer] | None = None
    ) -> None:
        self.answers = {"POST": post or [], "by-key": by_key or [], "GET": get or []}
        self.asked: list[str] = []
        self.requests: list[httpx.Request] = []

    def offices(self) -> Offices:
        return Offices.connect("http://campus", "made-up", transport=httpx.MockTransport(self._answer))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        kind = "by-key" if request.url.path.startswith("/orders/by-key/") else request.method
        self.asked.append(kind)
        self.requests.append(request)
        answers = self.answers[kind]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer(request)


def says(status: int, body: Any) -> Answer:
    return lambda request: httpx.Response(status, content=json.dumps(body).encode())


def problem(status: int, code: str, **details: Any) -> Answer:
    return says(status, {"error": {"code": code, "message": "…", "details": details}})


def text(status: int, body: str | bytes) -> Answer:
    return lambda request: httpx.Response(status, content=body)


def fails(error: type[httpx.TransportError]) -> Answer:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"canary {request.url} {request.content!r}", request=request)

    return fail


NO_SUCH_ORDER = problem(404, "no_such_order")
