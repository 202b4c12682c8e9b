"""The back office as one ASGI application: the secret, then the faults, then the routes."""

from __future__ import annotations

import hmac
from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from actions.campus_sim import (
    activities,
    applications,
    bookings,
    cards,
    cashier,
    certificates,
    coffee,
    complaints,
    counselling,
    faults,
    hazards,
    leaves,
    orders,
    papers,
    printers,
    progress,
    registry,
    repairs,
    staff,
    studies,
    timetables,
    top_ups,
    transcripts,
    tutors,
    unfreezes,
    venues,
)
from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.problems import Problem, ProblemAnswer, answer, speak_problems

SECRET_HEADER = "X-Counsellor-Secret"  # noqa: S105 - the name of the header, not what it holds
OPEN_PATHS = ("/health", "/openapi.json")
OPEN_PAGES = ("/pay/", "/verify/")
"""Pages a student opens in a browser: whoever knows the token in the address was given it."""

health = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok"]


@health.get("/health", response_model=Health)
async def is_up() -> Health:
    return Health(status="ok")


def routes(campus: Campus | None) -> FastAPI:
    """Every route; without a campus only good for the contract."""
    problems: dict[int | str, dict[str, Any]] = {
        "4XX": {"model": ProblemAnswer, "description": "Refused"},
        "5XX": {"model": ProblemAnswer, "description": "Failed"},
    }
    app = FastAPI(
        title="示范大学 campus_sim",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=problems,
    )
    speak_problems(app)
    app.include_router(health)
    # Only declares the header in the contract; SecretGate asks for it, on unknown routes too.
    declared = [Security(APIKeyHeader(name=SECRET_HEADER, auto_error=False))]
    for room in (
        registry,
        staff,
        repairs,
        transcripts,
        certificates,
        printers,
        papers,
        leaves,
        complaints,
        hazards,
        cards,
        unfreezes,
        top_ups,
        coffee,
        cashier,
        studies,
        timetables,
        counselling,
        tutors,
        venues,
        activities,
        bookings,
        applications,
        orders,
        progress,
        faults,
    ):
        app.include_router(room.router, dependencies=declared)
    app.state.campus = campus
    return app


class SecretGate:
    """ASGI middleware: nothing but the open paths without the inner secret."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS and not scope["path"].startswith(OPEN_PAGES):
            said = dict(scope["headers"]).get(SECRET_HEADER.lower().encode(), b"")
            if not hmac.compare_digest(said, self._secret):
                refusal = answer(Problem(401, "secret_missing", "缺少内部密钥，或密钥不对。"))
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def application(campus: Campus, secret: str, connections: Connections) -> ASGIApp:
    """What the server serves. ``campus``'s ledger must be open."""
    app = routes(campus)
    app.state.faults = faults.Faults()
    return SecretGate(faults.FaultGate(app, app.state.faults, connections), secret)
