"""The rasa-sdk action server: every task's actions behind one door.

``POST /webhook`` is what Rasa calls, ``GET /students…`` and ``GET /staff…`` are what the sign-in asks, ``POST /papers`` what
a printer calls when a student asks for a paper, ``GET /letters`` what a person must see to, ``/cases`` the cases. ``GET /health`` is open. Every other call without the inner secret is 401.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

import httpx
import structlog
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints
from rasa_sdk.executor import ActionExecutor
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from actions.cases.calendar import read_calendar
from actions.cases.deadlines import Deadlines
from actions.cases.following import Following
from actions.cases.http import routes
from actions.cases.learning import learn
from actions.cases.letters import Letters
from actions.cases.limits import read_limits
from actions.cases.log import Cases
from actions.cases.outbox import partners, recipients
from actions.cases.paper import VISIT, Papers
from actions.cases.reconciling import keep_reconciling
from actions.cases.returned import FILE, ReturnedCases
from actions.cases.rounds import Rounds
from actions.cases.tables import open_engine
from actions.cases.workflows import database_url, open_database, workflows
from actions.offices import OfficeClosed, Offices, Refusal
from actions.offices.wire import SEGMENT
from actions.rasa_actions import CancelTask, SubmitTask, ValidateForm
from actions.settings import Settings
from actions.standing import office_of
from actions.task import read_tasks

log = structlog.get_logger()


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Visit(BaseModel):
    """A student who asks for a paper at a printer."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, StringConstraints(pattern=f"^{SEGMENT.pattern}$")]
    """Of the order."""
    student: Annotated[str, StringConstraints(pattern=f"^{SEGMENT.pattern}$")]
    visit: Annotated[str, StringConstraints(pattern=f"^{VISIT.pattern}$")]
    """The printer's own name for this time; the same one when it repeats its call."""


class Settled(BaseModel):
    """Who saw to a letter, and how."""

    model_config = ConfigDict(extra="forbid")

    by: Word
    note: Word


class KnownCallersOnly:
    """ASGI middleware: nothing but ``/health`` without the inner secret."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self.app = app
        self.secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/health":
            given = Headers(scope=scope).get("x-counsellor-secret", "")
            if not hmac.compare_digest(given.encode(), self.secret):
                refusal = JSONResponse({"error": {"code": "unauthorised", "message": "inner calls only"}}, 401)
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def build_actions(
    offices: Offices, secret: str, now: Callable[[], datetime], following: Following | None = None
) -> ActionExecutor:
    """Every action Rasa may call: two for each folder of ``actions/tasks``, and the one that cancels."""
    executor = ActionExecutor()
    tasks = read_tasks()
    for task in tasks.values():
        office = office_of(task)
        executor.register_action(ValidateForm(task, office, offices, secret, now))
        executor.register_action(SubmitTask(task, office, offices, secret, following))
    executor.register_action(CancelTask(tasks))
    return executor


def build(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The app. ``transport`` replaces the wire to the back office in tests."""
    secret = settings.inner_secret.get_secret_value()
    if not secret:
        raise SystemExit("COUNSELLOR_INNER_SECRET is not set: start the service with scripts/up.")

    offices = Offices.connect(
        settings.campus_url, settings.office_secret(), transport=transport, keeps_keys=settings.campus_keys
    )
    deadlines = Deadlines(read_calendar(settings.hours, settings.holidays), read_limits(settings.limits))
    known = partners(settings.partners.get_secret_value())
    store = Cases(open_engine(settings.cases_database()), deadlines.clock, recipients(known))
    following = Following(store, offices.progress, settings.now, settings.timezone)
    offices = replace(offices, followed=following)
    executor = build_actions(offices, secret, settings.now, following)
    returned = ReturnedCases(settings.data / FILE)

    async def staff_office(number: str) -> str | None:
        try:
            return (await offices.registry.staff(number)).office
        except (Refusal, OfficeClosed):
            # Who cannot be looked up is nobody for now: what is not certain opens nothing.
            return None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = database_url(settings.workflows_url, settings.data)
        engine = open_database(url)
        app.state.letters = letters = Letters(engine, settings.now)
        app.state.papers = Papers(offices, letters)
        with workflows(url):
            rounds = Rounds(following, deadlines, known)
            tasks = [
                asyncio.create_task(keep_reconciling(offices, letters, settings.timezone)),
                asyncio.create_task(rounds.keep_on()),
            ]
            yield
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await rounds.close()
        engine.dispose()
        store.engine.dispose()
        await offices.close()

    app = FastAPI(title="actions", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    app.add_middleware(KnownCallersOnly, secret=secret)
    app.include_router(
        routes(
            store,
            secret,
            staff_office,
            settings.now,
            partners=known,
            learnt=lambda shown: learn(shown, returned, settings.now().date()),
        )
    )

    @app.get("/cases.json")
    async def cases_openapi() -> dict[str, Any]:
        """What ``/cases`` speaks, as OpenAPI; the doors show it under ``/api/cases/openapi.json``."""
        of_cases = [route for route in app.routes if getattr(route, "path", "").startswith("/cases")]
        return get_openapi(title="接诉即办", version="1", routes=of_cases)

    @app.post("/webhook")
    async def webhook(call: dict[str, Any]) -> Any:
        result = await executor.run(call)
        return result.model_dump() if result else {}

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "offices": "ok" if await offices.reachable() else "down"}

    @app.get("/students")
    async def students(limit: int = 5) -> Any:
        """A few sample numbers, for the development sign-in page only."""
        try:
            return {"students": await offices.registry.samples(limit)}
        except OfficeClosed:
            return JSONResponse({"error": {"code": "office_closed", "message": "the registry does not answer"}}, 503)

    @app.get("/students/{number}")
    async def student(number: str) -> Any:
        try:
            found = await offices.registry.student(number)
        except Refusal:
            return JSONResponse({"error": {"code": "no_such_student", "message": "no such student"}}, 404)
        except OfficeClosed:
            return JSONResponse({"error": {"code": "office_closed", "message": "the registry does not answer"}}, 503)
        return {"student": found.student, "name": found.name}

    @app.get("/staff/{number}")
    async def staff(number: str) -> Any:
        try:
            found = await offices.registry.staff(number)
        except Refusal:
            return JSONResponse({"error": {"code": "no_such_staff", "message": "no such member of staff"}}, 404)
        except OfficeClosed:
            return JSONResponse({"error": {"code": "office_closed", "message": "the registry does not answer"}}, 503)
        return {"staff": found.staff, "name": found.name, "office": found.office}

    @app.post("/papers", status_code=202)
    async def paper(said: Visit) -> dict[str, str]:
        """From here on the paper is printed or the money given back, whatever dies."""
        papers: Papers = app.state.papers
        return {"paper": await papers.start(said.number, said.student, visit=said.visit)}

    @app.get("/papers/{saga}")
    async def how_it_ended(saga: str) -> dict[str, str | None]:
        papers: Papers = app.state.papers
        return {"paper": saga, "end": await papers.end(saga)}

    @app.get("/letters")
    async def letters() -> dict[str, Any]:
        """What no program could finish, each with the person who sees to it."""
        listed: Letters = app.state.letters
        return {"letters": [asdict(one) for one in await asyncio.to_thread(listed.open)]}

    @app.post("/letters/{letter}/settle")
    async def settle(letter: int, said: Settled) -> Any:
        listed: Letters = app.state.letters
        if not await asyncio.to_thread(listed.settle, letter, said.by, said.note):
            return JSONResponse({"error": {"code": "no_such_letter", "message": "no such letter is open"}}, 404)
        return {"settled": letter}

    return app
