"""``/cases``: list, show, act, and what is still to be told. For the doors, which carry the inner secret and say for whom they ask.

A student sees their own cases, officers their department's, the hall all; anything else is 404, the same as what is not there. Staff
numbers and what staff write for each other are not shown to students.
"""

# No `from __future__ import annotations` here: FastAPI could not read those of the functions within `routes`.

import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from actions.cases.callers import PARTNER, OfficeOf, Used, caller, partner
from actions.cases.log import Cases, Conflict, NoSuchCase, NotAllowed
from actions.cases.outbox import SAID_TO_STUDENTS, SIGNATURE, Outbox, Partner
from actions.cases.pen import Kept, Stale
from actions.cases.reading import Filters, Shown, awaited, find, show
from actions.cases.returned import masked
from actions.cases.stages import ACTS, ENDED, LEVELS, REASONS, STAGES, Actor, possible
from actions.offices import departments

INTERNAL = ("note",)
"""Rows of the log that staff write for each other."""


class Problem(Exception):
    """A refusal with its status, in the one shape of all errors."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.response = JSONResponse({"error": {"code": code, "message": message}}, status)


def _problem(failed: Exception) -> Problem | None:
    match failed:
        case Problem():
            return failed
        case NoSuchCase():
            return Problem(404, "no_such_case", "没有这件事。")
        case NotAllowed():
            return Problem(409, failed.refused.code, failed.refused.sentence)
        case Stale():
            return Problem(409, "stale", "刚才有人处理过这件事，请看过最新情况再操作。")
        case Conflict():
            return Problem(409, "conflict", "这个幂等键已经用于别的操作。")
        case RequestValidationError():
            return Problem(
                422, "invalid", "请求的内容不对：" + "、".join(str(one["loc"][-1]) for one in failed.errors())
            )
    return None


class Route(APIRoute):
    """Every refusal becomes its answer here; a bug stays a bug."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as failed:
                problem = _problem(failed)
                if problem is None:
                    raise
                return problem.response

        return answered


class Reason(BaseModel):
    code: str
    title: str


class Possible(BaseModel):
    """A button."""

    act: str
    title: str
    reasons: list[Reason]
    """One of them has to be given; empty where none may."""
    needs: list[str]


class Summary(BaseModel):
    """A case in a list. Times are campus time, ISO 8601 without an offset."""

    case: str
    seq: int
    """Send it along with an act: it is refused when somebody was quicker."""
    kind: str
    stage: str
    department: str
    assisting: list[str]
    level: str
    order: str | None
    """The office's number, which the student knows it by."""
    outcome: str | None
    """已解决, 静默办结 or 撤销; ``null`` while it is open."""
    opened_at: datetime
    due_response: datetime
    due_close: datetime
    responded_at: datetime | None
    waiting_since: datetime | None
    """The student was asked for more, and the clock stands still."""
    ended_at: datetime | None
    reopened: int
    rating: int | None
    incident: str | None
    follows: str | None
    overdue: bool


class Step(BaseModel):
    """A row of the log."""

    seq: int
    at: datetime
    act: str
    title: str
    actor: str
    """``student``, ``officer``, ``hall`` or ``system``."""
    number: str | None
    """Of the member of staff; not for students."""
    department: str
    reason: str | None
    rule: str
    from_stage: str
    to_stage: str
    facts: dict[str, Any]
    words: str | None
    hash: str


class Case(Summary):
    """A case with its whole log."""

    contents: dict[str, Any] | None
    """What the student said; ``null`` once erased."""
    student: str | None
    """For staff; of a confidential complaint for the hall alone."""
    may: list[Possible]
    log: list[Step]


class PageOfCases(BaseModel):
    cases: list[Summary]
    total: int
    next: str | None
    """Give it as ``start`` for the next page."""


class Asked(BaseModel):
    """Something to do to a case."""

    model_config = ConfigDict(extra="forbid")

    act: str = Field(max_length=20)
    reason: str | None = Field(None, max_length=40)
    words: str | None = Field(None, max_length=2000)
    seq: int | None = None
    """The ``seq`` on which the decision was made."""
    department: str | None = Field(None, max_length=40)
    departments: list[str] | None = Field(None, max_length=10)
    due_close: NaiveDatetime | None = None
    """Campus time: an offset would have to be guessed about, and is refused."""
    score: int | None = None

    def facts(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in ("department", "departments", "score")}
        facts = {name: value for name, value in given.items() if value is not None}
        if self.due_close is not None:
            facts["due_close"] = self.due_close.isoformat(timespec="microseconds")
        return facts


class Choice(BaseModel):
    label: str
    payload: str
    """As ``/api/chat`` takes it."""


class ToTell(BaseModel):
    """Something a student, or on the list of what was given up a partner, is to be told."""

    id: int
    case: str
    recipient: str
    student: str | None
    act: str
    attempts: int
    text: str
    choices: list[Choice] = []
    """Buttons below it; a tap is the answer."""


class Told(BaseModel):
    ok: bool = True


class AwaitedCase(BaseModel):
    """A case that cannot go on without its student."""

    number: str
    """Of the order."""
    title: str
    wants: Literal["verdict", "words"]
    """Whether it is solved, or what the department asked."""
    department: str
    asked: str | None
    """The department's question."""
    about: str
    """What the student said of it on the card."""


class ErrorBody(BaseModel):
    code: str
    message: str


class Error(BaseModel):
    error: ErrorBody


def _summary(kept: Kept, now: datetime) -> dict[str, Any]:
    state = kept.state
    names: tuple[str, ...] = (
        "kind",
        "stage",
        "department",
        "outcome",
        "opened_at",
        "due_response",
        "due_close",
        "responded_at",
    )
    names += ("waiting_since", "ended_at", "reopened", "rating", "incident", "follows")
    said = {name: getattr(state, name) for name in names}
    overdue = state.stage != ENDED and state.waiting_since is None and state.due_close < now
    level = LEVELS[state.level]
    return {
        "case": kept.id,
        "order": kept.number,
        "seq": kept.seq,
        **said,
        "assisting": list(state.assisting),
        "level": level,
        "overdue": overdue,
    }


def _known_to(actor: Actor, shown: Shown) -> bool:
    """Whether this person may learn whose case it is."""
    private = bool((shown.contents or {}).get("private"))
    return actor.kind in ("hall", "system") or (actor.kind == "officer" and not private)


def _words(row: Mapping[str, Any], shown: Shown, actor: Actor) -> str | None:
    """What somebody wrote, as far as this person may read it."""
    words: str | None = row["words"]
    by_student = row["actor_kind"] == "student"
    if words is None or (actor.kind == "student" and not by_student and row["act"] not in SAID_TO_STUDENTS):
        return None
    return masked(words) if by_student and actor.kind == "officer" and not _known_to(actor, shown) else words


def _contents(shown: Shown, actor: Actor) -> dict[str, Any] | None:
    """What the student said; for whoever may not learn whose it is, without what tells that."""
    if shown.contents is None:
        return None
    said = dict(shown.contents)
    if actor.kind == "officer" and not _known_to(actor, shown):
        said["answers"] = {name: masked(str(value)) for name, value in dict(said.get("answers") or {}).items()}
    return said


def _whole(shown: Shown, actor: Actor, now: datetime) -> Case:
    by_staff = actor.kind != "student"
    steps = [
        Step(
            **{name: row[name] for name in ("seq", "at", "act", "rule", "from_stage", "to_stage", "facts", "hash")},
            words=_words(row, shown, actor),
            title=ACTS[row["act"]],
            actor=row["actor_kind"],
            number=row["actor"] or None if by_staff else None,
            department=row["actor_department"],
            reason=REASONS.get(row["reason"]),
        )
        for row in shown.log
        if by_staff or row["act"] not in INTERNAL
    ]
    return Case(
        **_summary(shown.kept, now),
        contents=_contents(shown, actor),
        student=shown.kept.student or None if _known_to(actor, shown) else None,
        may=[
            Possible(
                act=rule.act,
                title=ACTS[rule.act],
                reasons=[Reason(code=code, title=REASONS[code]) for code in rule.reasons],
                needs=list(rule.needs),
            )
            for rule in possible(shown.kept.state, actor, now)
            if not (actor.kind == "student" and rule.act == "withdraw" and shown.kept.number)
        ],
        log=steps,
    )


def routes(
    store: Cases,
    secret: str,
    office_of: OfficeOf,
    now: Callable[[], datetime],
    *,
    partners: Sequence[Partner] = (),
    learnt: Callable[[Shown], object] | None = None,
) -> APIRouter:
    """The router. ``secret`` is the inner one, which also signs ``X-Counsellor-Identity``; whoever mounts it checks the callers.

    ``learnt`` is shown each case after the hall sent it to a department.
    """
    errors: dict[int | str, dict[str, Any]] = {code: {"model": Error} for code in (401, 404, 409, 422)}
    router = APIRouter(prefix="/cases", tags=["cases"], route_class=Route, responses=errors)
    box, used = Outbox(store.engine), Used()

    async def somebody(request: Request, x_counsellor_identity: Annotated[str | None, Header()] = None) -> Actor:
        if PARTNER in request.headers:
            query = f"?{request.url.query}" if request.url.query else ""
            line = f"{request.method} {request.url.path}{query}\n"
            actor = partner(request.headers, line.encode() + await request.body(), partners, time.time())
            if (
                actor is not None
                and request.method != "GET"
                and not used.first(request.headers.get(SIGNATURE, ""), time.time())
            ):
                # Somebody who heard it says it once more; a partner who repeats itself signs anew, under the same key.
                actor = None
        else:
            actor = await caller(x_counsellor_identity, secret, office_of)
        if actor is None:
            raise Problem(401, "unauthorised", "请先登录。")
        return actor

    def doors(actor: Annotated[Actor, Depends(somebody)]) -> Actor:
        if actor.kind not in ("system", "hall"):
            raise Problem(404, "no_such_page", "没有这个页面。")
        return actor

    def person(actor: Annotated[Actor, Depends(somebody)]) -> Actor:
        if actor.kind == "system":
            # What the system does, its timers do: nothing that reaches a door may do it in the system's name.
            raise NoSuchCase
        return actor

    Who = Annotated[Actor, Depends(person)]

    # Plain functions: FastAPI runs them in threads, and the event loop waits for no disk.

    @router.get("", response_model=PageOfCases)
    def listed(
        actor: Who,
        stage: Annotated[str | None, Query(pattern="^(" + "|".join(STAGES) + ")$")] = None,
        department: Annotated[str | None, Query(max_length=40)] = None,
        kind: Annotated[str | None, Query(max_length=40)] = None,
        incident: Annotated[str | None, Query(max_length=14)] = None,
        level: Annotated[int | None, Query(ge=0, lt=len(LEVELS))] = None,
        overdue: bool = False,
        size: Annotated[int, Query(ge=1, le=100)] = 20,
        start: Annotated[str | None, Query(pattern=r"^[0-9T:.-]{26}_JB[0-9A-Z]{12}$")] = None,
    ) -> PageOfCases:
        filters = Filters(stage, department, kind, incident, level, now() if overdue else None)
        page = find(store.engine, actor, filters, size=size, start=start)
        cases = [Summary(**_summary(one, now())) for one in page.cases]
        return PageOfCases(cases=cases, total=page.total, next=page.after)

    @router.get("/notices", response_model=list[ToTell])
    def notices(
        _doors: Annotated[Actor, Depends(doors)],
        student: Annotated[str | None, Query(min_length=1, max_length=20)] = None,
    ) -> list[ToTell]:
        """What students, or one of them, are to be told; say so with POST when they were. Erased cases tell nobody any more."""
        waiting = box.due(now(), to="student", limit=200) if student is None else box.of_student(student)
        return [
            ToTell(**_to_tell(one), text=one.sentence, choices=[Choice(**button) for button in one.buttons])
            for one in waiting
            if one.student and not one.stale
        ]

    @router.post("/notices/{notice}", response_model=Told)
    def told(
        notice: int,
        _doors: Annotated[Actor, Depends(doors)],
        student: Annotated[str | None, Query(min_length=1, max_length=20)] = None,
    ) -> Told:
        """They were. With ``student`` only what is theirs."""
        if not box.done(notice, now(), student):
            raise Problem(404, "no_such_notice", "没有这条通知。")
        return Told()

    @router.get("/awaited", response_model=list[AwaitedCase])
    def awaiting(
        _doors: Annotated[Actor, Depends(doors)], student: Annotated[str, Query(min_length=1, max_length=20)]
    ) -> list[AwaitedCase]:
        """Which cases of a student wait for a word of theirs, the newest first."""
        return [AwaitedCase(**asdict(one)) for one in awaited(store.engine, student)]

    @router.get("/undelivered", response_model=list[ToTell])
    def undelivered(_doors: Annotated[Actor, Depends(doors)]) -> list[ToTell]:
        """What was tried twelve times: for a person to see to."""
        return [ToTell(**_to_tell(one), text="") for one in box.given_up()]

    @router.get("/{case}", response_model=Case)
    def one(case: str, actor: Who) -> Case:
        return _whole(show(store.engine, case, actor), actor, now())

    @router.post("/{case}/acts", response_model=Case)
    def act(
        case: str,
        asked: Asked,
        actor: Who,
        idempotency_key: Annotated[str | None, Header(min_length=8, max_length=120)] = None,
    ) -> Case:
        facts = asked.facts()
        named = {one for one in (asked.department, *(asked.departments or ())) if one is not None}
        if unknown := named - departments.names():
            raise Problem(409, "no_such_department", "没有这个部门：" + "、".join(sorted(unknown)))
        if actor.kind == "student" and asked.act == "withdraw" and show(store.engine, case, actor).kept.number:
            # The office would go on with what nobody follows any more.
            raise Problem(409, "withdraw_at_the_office", "请在对话里说“撤销”，办的部门会一起撤掉。")
        store.act(
            case,
            asked.act,
            actor,
            now(),
            reason=asked.reason,
            facts=facts,
            words=asked.words,
            expect=asked.seq,
            key=idempotency_key,
        )
        # What was just done may have taken it out of the actor's sight, as a return does: shown as the system sees it,
        # but only what this actor may read.
        shown = show(store.engine, case, Actor("system"))
        if learnt is not None and asked.act == "dispatch":
            learnt(shown)
        return _whole(shown, actor, now())

    return router


def _to_tell(notice: Any) -> dict[str, Any]:
    names = ("id", "case", "recipient", "student", "attempts")
    return {**{name: getattr(notice, name) for name in names}, "act": notice.row["act"]}
