"""Faults on request: the ways real back offices fail, each a number of times.

``POST /_faults`` asks for one; the next requests it fits get it. The oldest fitting fault goes first.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actions.campus_sim.connections import Connections

CONTROL = "/_"
"""Routes below it steer the simulator and never fail on request."""

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>统一身份认证</title></head><body>登录已过期，请重新登录。</body></html>"

router = APIRouter(tags=["faults"])


class Fault(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str = Field(pattern="^/", max_length=200)
    """The path itself and everything below it: ``/repairs`` also fits ``/repairs/BX20261122-0001``."""
    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    kind: Literal["status", "delay", "reset_before", "reset_after_commit", "html_200", "truncated"]
    """``status``: an error answer. ``delay``: late. ``reset_before``: the connection drops and nothing is done.
    ``reset_after_commit``: done, then the connection drops. ``html_200``: a login page. ``truncated``: done, and half
    of the answer comes."""
    status: int = Field(default=503, ge=400, le=599)
    delay_ms: int = Field(default=2000, ge=0, le=120_000)
    times: int = Field(default=1, ge=1, le=1_000_000)
    """How many more requests get it."""
    after_commit: bool = False
    """For ``status``, ``delay`` and ``html_200``: carry the request out first. A ``delay`` without it works late, even
    for a caller who has given up, as real servers do."""

    def fits(self, method: str, path: str) -> bool:
        below = self.path.rstrip("/") + "/"
        return method == self.method and (path == self.path or path.startswith(below))


class FaultList(BaseModel):
    faults: list[Fault]


@dataclass(slots=True)
class Faults:
    """The faults still to come. Only touched on the event loop."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, one time used up."""
        for fault in self.waiting:
            if fault.fits(method, path):
                fault.times -= 1
                if fault.times == 0:
                    self.waiting.remove(fault)
                return fault
        return None


def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults


@router.post("/_faults", response_model=FaultList, status_code=201)
async def ask_for_fault(fault: Fault, request: Request) -> FaultList:
    _faults(request).waiting.append(fault)
    return FaultList(faults=_faults(request).waiting)


@router.get("/_faults", response_model=FaultList)
async def waiting_faults(request: Request) -> FaultList:
    return FaultList(faults=_faults(request).waiting)


@router.delete("/_faults", response_model=FaultList)
async def forget_faults(request: Request) -> FaultList:
    _faults(request).waiting.clear()
    return FaultList(faults=[])


class FaultGate:
    """ASGI middleware that lets the asked-for faults happen.

    It stands outside the whole application: only there is the answer still in one piece, and the connection in reach.
    """

    def __init__(self, app: ASGIApp, faults: Faults, connections: Connections) -> None:
        self._app = app
        self._faults = faults
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith(CONTROL):
            fault = self._faults.take(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind == "delay" and not fault.after_commit:
            request = await _whole(receive)
            await asyncio.sleep(fault.delay_ms / 1000)
            await self._app(scope, _again(request, receive), send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer: list[Message] = []
        if fault.after_commit or fault.kind in {"reset_after_commit", "truncated"}:

            async def keep(message: Message) -> None:
                answer.append(message)

            await self._app(scope, receive, keep)
        if fault.kind in {"reset_before", "reset_after_commit"}:
            self._connections.reset(scope)
            while (await receive())["type"] != "http.disconnect":
                pass
        elif fault.kind == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
            for message in answer:
                await send(message)
        elif fault.kind == "truncated":
            whole = b"".join(message.get("body", b"") for message in answer[1:])
            await _say(send, answer[0]["status"], "application/json", whole[: len(whole) // 2])
        elif fault.kind == "html_200":
            await _say(send, 200, "text/html; charset=utf-8", LOGIN_PAGE.encode())
        else:
            problem = {"error": {"code": "fault_on_request", "message": "按要求模拟的故障。"}}
            await _say(send, fault.status, "application/json", json.dumps(problem, ensure_ascii=False).encode())


async def _whole(receive: Receive) -> list[Message]:
    """The request with all its body."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """A ``receive`` that starts over: what was taken in before the caller gave up is still worked on."""
    waiting = iter(messages)

    async def replay() -> Message:
        message = next(waiting, None)
        return message if message is not None else await receive()

    return replay


async def _say(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
