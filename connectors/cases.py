"""The cases at the doors: ``/api/cases`` for students, staff and partner systems, ``/api/notices`` for what a student is to be told."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from connectors.doors import Doors
from connectors.problems import Problem
from connectors.sessions import COOKIE, Session

PATH = re.compile(r"(/JB[0-9A-Z]{12}(/acts)?)?")
"""What of ``/cases`` is for everybody: the list, a case, and what is done to it."""
MOST_SEEN = 100


def mount(app: FastAPI, doors: Doors) -> None:
    desk = doors.cases

    async def session_of(request: Request) -> Session | None:
        return await doors.sessions.look(request.cookies.get(COOKIE))

    @app.get("/api/cases/openapi.json")
    async def openapi() -> dict[str, Any]:
        return await desk.openapi()

    @app.api_route("/api/cases{path:path}", methods=["GET", "POST"])
    async def cases(request: Request, path: str) -> Response:
        if not PATH.fullmatch(path):
            raise Problem(404, "no_such_case", "没有这件事。")
        body = await request.body()
        return await desk.ask(request.method, path, request.url.query, body, await session_of(request), request.headers)

    @app.post("/api/notices")
    async def notices(request: Request) -> Response:
        """Takes ``{"seen": [id, …]}``, what was shown before; gives what is new for whoever is signed in."""
        try:
            raw = await request.json()
            seen = raw["seen"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Problem(422, "invalid", "seen 要是看过的编号。") from error
        if not isinstance(seen, list) or len(seen) > MOST_SEEN or not all(type(one) is int and one > 0 for one in seen):
            raise Problem(422, "invalid", "seen 要是看过的编号。")
        session = await session_of(request)
        if session is None or session.student is None:
            return JSONResponse({"notices": []})
        await desk.seen(session.student, seen)
        return JSONResponse({"notices": await desk.notices(session.student)})
