"""The intake as a process that can be killed many times a second: the real doors over a counting pipeline.

The process of :func:`main` loads everything once, opens one port, and then makes a child of itself at each order: the
child opens the database, runs uvicorn on the port and is killed. Orders and answers are JSON lines on stdin and stdout:
``{"data": folder, "arm": [failpoint, times] | null, "without": safeguard | null}`` → ``{"pid": …}``; ``{"end": true}`` →
``{"ended": true}`` once the child is dead and buried.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import os
import signal
import socket
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import structlog
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Engine, event

from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.pipeline import Pipeline
from bot.turns import Dialogue
from connectors import failpoints, gateway
from connectors.case_desk import CaseDesk
from connectors.doors import Doors
from connectors.inbox import Accepted, Inbox, Repeated
from connectors.sessions import Sessions
from connectors.settings import Settings
from connectors.tables import open_engine
from connectors.turnstile import Place, Turnstile
from eval.wechat_wire import APPID, KEY, TOKEN, delivery

SAFEGUARDS = ("unique", "fsync", "order")
CRY = "我不想活了"


class Chain:
    """A pipeline whose answers betray every loss, repetition and change of order.

    Each message gets the next number of its conversation and the digest of all before it; both are in the answer, and
    the state that the next message starts from.
    """

    def __init__(self, slow: bool = True) -> None:
        self._slow = slow

    def alarm(self, inbound: Inbound, state: State) -> Answered | None:
        return self._linked(inbound, state, "page.campaign") if CRY in inbound.text else None

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        if (alarmed := self.alarm(inbound, state)) is not None:
            return alarmed
        if self._slow:
            # Between nothing and three milliseconds, always the same for the same words.
            await asyncio.sleep(hashlib.sha256(inbound.text.encode()).digest()[0] / 85_000)
        return self._linked(inbound, state, None)

    @staticmethod
    def _linked(inbound: Inbound, state: State, alarm: str | None) -> Answered:
        before = state.asked or {"at": "0", "question": ""}
        number = int(before["at"]) + 1
        digest = link(before["question"], inbound.text)
        # A card is the same whatever was said before it.
        shown = f"{number} {digest}" if alarm is None else "0 card"
        said = {"kind": "text", "text": f"<{inbound.text} {shown}>"}
        after = replace(state, asked={"at": str(number), "question": digest})
        route = "crisis" if alarm else "smalltalk"
        return Answered((said,), after, Trace(route), alarm=alarm, alarm_tier="page" if alarm else None)


def link(before: str, text: str) -> str:
    """The next digest of a chain."""
    return hashlib.sha256(f"{before}|{text}".encode()).hexdigest()[:12]


class NoOrder(Turnstile):
    """A turnstile that everybody passes at once."""

    def place(self, conversation: str, student: str | None) -> Place:
        return Place(Turnstile(), (conversation,))


class Acknowledging(Doors):
    """Doors that keep a message and say so; what it is answered is no part of what is measured."""

    async def _heard(
        self, inbound: Inbound, message: str, accepted: Accepted | Repeated
    ) -> tuple[tuple[Reply, ...], dict[str, Any] | None]:
        return ({"kind": "text", "text": "收到"},), None


def doors(data: Path, pipeline: Chain, kind: type[Doors] = Doors) -> Doors:
    """Real doors of an official account, except for what thinks; the inbox is opened by each child."""

    def well(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"offices": "ok"})

    settings = Settings(
        data=data,
        inner_secret=SecretStr("s"),
        wechat_token=SecretStr(TOKEN),
        wechat_appid=APPID,
        wechat_aes_key=SecretStr(KEY),
    )
    offices = httpx.AsyncClient(base_url="http://offices", transport=httpx.MockTransport(well))
    return kind(
        settings=settings,
        pipeline=cast(Pipeline, pipeline),
        library=cast(Any, None),
        dialogue=Dialogue("http://rasa", "s", transport=httpx.MockTransport(well)),
        inbox=cast(Any, None),
        sessions=cast(Any, None),
        services={},
        questions=(),
        offices=offices,
        cases=CaseDesk(offices, "s"),
    )


def engine(data: Path, without: str | None) -> Engine:
    """The inbox's database, with a safeguard taken out."""
    opened = open_engine(f"sqlite:///{data / 'doors.sqlite'}")
    if without == "fsync":

        @event.listens_for(opened, "connect")
        def careless(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")

        opened.dispose()
    if without == "unique":
        with opened.begin() as db:
            keyed = db.exec_driver_sql("SELECT count(*) FROM pragma_table_info('messages') WHERE pk > 0").scalar()
            if keyed:
                db.exec_driver_sql("CREATE TABLE without_key AS SELECT * FROM messages")
                db.exec_driver_sql("DROP TABLE messages")
                db.exec_driver_sql("ALTER TABLE without_key RENAME TO messages")
    return opened


def serve(server: uvicorn.Server, opened: Doors, port: socket.socket, order: dict[str, Any]) -> None:
    """The child, until it is killed."""
    data, without = Path(order["data"]), order["without"]
    if order.get("shadow"):
        os.environ.update(POWERCUT_SHADOW=order["shadow"], POWERCUT_FOLDER=str(data))
    if without == "order":
        opened.turnstile = NoOrder()
    opened.inbox = Inbox(engine(data, without))
    opened.sessions = Sessions(opened.inbox, "s", 30)
    if order["arm"]:
        failpoints.arm(*order["arm"])
    server.run(sockets=[port])


async def warm_up(app: FastAPI, opened: Doors) -> None:
    """One message, so that a child has nothing left to import and to compile."""
    with tempfile.TemporaryDirectory() as made:
        opened.inbox = Inbox(engine(Path(made), None))
        request = delivery("warm", 1, "warm")
        head, _, body = request.partition(b"\r\n\r\n")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://campaign") as client:
            (await client.post(head.split()[1].decode(), content=body)).raise_for_status()
        opened.inbox.close()


def main(pace: str = "slow") -> None:
    """``pace``: ``slow`` answers take up to 3 ms, ``quick`` ones nothing, ``acknowledge`` gives none."""
    # Standard output is the orders' own.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(50), logger_factory=structlog.ReturnLoggerFactory()
    )
    opened = doors(Path(), Chain(pace == "slow"), Acknowledging if pace == "acknowledge" else Doors)
    app = gateway.build(opened)
    port = socket.create_server(("127.0.0.1", 0), backlog=256)
    asyncio.run(warm_up(app, opened))
    opened.offices, opened.dialogue = (fresh := doors(Path(), Chain())).offices, fresh.dialogue
    config = uvicorn.Config(app, log_level="critical", access_log=False, server_header=False, ws="none")
    config.load()
    gc.collect()
    gc.freeze()
    child = 0
    print(json.dumps({"port": port.getsockname()[1]}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            child = 0
        if order.get("end"):
            print(json.dumps({"ended": True}), flush=True)
            continue
        child = os.fork()
        if child == 0:
            try:
                os.close(0)
                serve(uvicorn.Server(config), opened, port, order)
            finally:
                os._exit(1)
        print(json.dumps({"pid": child}), flush=True)
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
