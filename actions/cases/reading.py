"""Reads the cases: pages of them, one with its whole log, an export, and the proof that nothing was touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, literal, or_, select, tuple_

from actions.cases.chain import FIELDS, Finding, broken, canonical, sealed
from actions.cases.log import NoSuchCase, sees
from actions.cases.pen import Kept, columns
from actions.cases.stages import ENDED, RULES, SYSTEM, Actor, Deed, State, after
from actions.cases.tables import cases, contents, head, snapshot, transitions

RESPONDS = {rule.name for rule in RULES if rule.responds}


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list; ``None`` is everything."""

    stage: str | None = None
    department: str | None = None
    kind: str | None = None
    incident: str | None = None
    level: int | None = None
    overdue_at: datetime | None = None
    """Only what has not ended and was due before."""


@dataclass(frozen=True, slots=True)
class Page:
    cases: tuple[Kept, ...]
    total: int
    after: str | None
    """Where the next page goes on; ``None`` on the last."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with its whole log."""

    kept: Kept
    contents: Mapping[str, Any] | None
    """What the student said; ``None`` once erased."""
    log: tuple[Mapping[str, Any], ...]
    """The rows, with ``words`` where somebody wrote some."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A case that cannot go on without its student."""

    number: str
    """Of the order."""
    title: str
    wants: Literal["verdict", "words"]
    """Whether it is solved, or what the department asked."""
    department: str
    asked: str | None = field(default=None, repr=False)
    """The department's question."""
    about: str = field(default="", repr=False)
    """What the student said of it on the card."""


def awaited(engine: Engine, student: str) -> list[Awaited]:
    """The cases of a student that wait for a word of theirs, the newest first."""
    theirs = (cases.c.student == student) & (cases.c.stage != ENDED) & cases.c.number.is_not(None)
    with engine.connect() as db:
        rows = db.execute(select(cases).where(theirs).order_by(cases.c.opened_at.desc(), cases.c.id))
        waiting = [kept for row in rows.mappings() if (kept := Kept.of(row)).state.waits]
    found = []
    for kept in waiting:
        shown = show(engine, kept.id, SYSTEM)
        asked = kept.state.waiting_since is not None
        found.append(
            Awaited(
                str(kept.number),
                str((shown.contents or {}).get("title", "")),
                "words" if asked else "verdict",
                kept.state.department,
                question(shown) if asked else None,
                " ".join(map(str, dict((shown.contents or {}).get("answers") or {}).values())),
            )
        )
    return found


def question(shown: Shown) -> str | None:
    """What the department wants to know from the student, in its words."""
    return next((row["words"] for row in reversed(shown.log) if row["act"] == "ask_student"), None)


def _theirs(actor: Actor) -> ColumnElement[bool]:
    """The same as :func:`actions.cases.log.sees`, for the database."""
    if actor.kind == "student":
        return cases.c.student == actor.number
    if actor.kind == "officer":
        helps = cases.c.assisting.contains(f"|{actor.department}|", autoescape=True)
        return and_(literal(actor.department) != "", or_(cases.c.department == actor.department, helps))
    return cases.c.id.is_not(None) if actor.kind in ("hall", "system") else cases.c.id.is_(None)


def _chosen(filters: Filters) -> list[ColumnElement[bool]]:
    names = ("stage", "department", "kind", "level")
    chosen = [cases.c[name] == getattr(filters, name) for name in names if getattr(filters, name) is not None]
    if filters.incident is not None:
        chosen.append(or_(cases.c.incident == filters.incident, cases.c.id == filters.incident))
    if filters.overdue_at is not None:
        late = cases.c.due_close < filters.overdue_at.isoformat(timespec="microseconds")
        chosen += [cases.c.stage != "办结", late]
    return chosen


def find(engine: Engine, actor: Actor, filters: Filters, *, size: int = 20, start: str | None = None) -> Page:
    """What this person may see, newest first, ``size`` at a time; ``start`` is ``after`` of the page before.

    Raises ``ValueError`` for a ``start`` that no page gave.
    """
    where = and_(_theirs(actor), *_chosen(filters))
    page = select(cases).where(where).order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(size + 1)
    if start is not None:
        at, case = start.split("_")
        page = page.where(tuple_(cases.c.opened_at, cases.c.id) < tuple_(at, case))
    with snapshot(engine) as db:
        rows = db.execute(page).mappings().all()
        total = db.execute(select(func.count()).select_from(cases).where(where)).scalar_one()
    more = f"{rows[size - 1]['opened_at']}_{rows[size - 1]['id']}" if len(rows) > size else None
    return Page(tuple(Kept.of(row) for row in rows[:size]), total, more)


def show(engine: Engine, case: str, actor: Actor) -> Shown:
    """Raises :class:`NoSuchCase`, for somebody else's too."""
    with snapshot(engine) as db:
        row = db.execute(select(cases).where(cases.c.id == case)).mappings().one_or_none()
        if row is None or not sees(Kept.of(row), actor):
            raise NoSuchCase
        steps = db.execute(select(transitions).where(transitions.c.case == case).order_by(transitions.c.seq)).mappings()
        written = {one.seq: json.loads(one.body) for one in db.execute(select(contents).where(contents.c.case == case))}
        log = [{**step, "facts": json.loads(step["facts"])} for step in steps]
    words = [{**step, "words": written.get(step["seq"], {}).get("words")} for step in log]
    return Shown(Kept.of(row), written.get(1, {}).get("contents"), tuple(words))


def export(engine: Engine) -> Iterator[dict[str, Any]]:
    """Every row of the log in its order, as it was hashed; no word and no number of a student is in it."""
    with engine.connect() as db:
        for row in (
            db.execution_options(yield_per=500).execute(select(transitions).order_by(transitions.c.pos)).mappings()
        ):
            yield {name: row[name] for name in (*FIELDS, "hash")}


def states(engine: Engine) -> Iterator[State]:
    """Every case as it is now."""
    with engine.connect() as db:
        for (state,) in db.execution_options(yield_per=500).execute(select(cases.c.state)):
            yield State.from_json(json.loads(state))


def replayed(state: State | None, row: Mapping[str, Any]) -> State:
    """A case after one more row of its log."""
    actor = Actor(row["actor_kind"], row["actor"], row["actor_department"])
    deed = Deed(row["act"], actor, datetime.fromisoformat(row["at"]), row["reason"] or None, json.loads(row["facts"]))
    return after(state, deed, row["to_stage"], row["rule"] in RESPONDS)


def verify(engine: Engine, anchor: str | None = None) -> list[Finding]:
    """Everything that was changed, removed, reordered or put in; empty when nothing was.

    Looks at the chain, then at whether cases and contents are what the chain says. ``anchor`` is a hash noted elsewhere.
    """
    with snapshot(engine) as db:
        end = db.execute(select(head.c.pos, head.c.hash)).one_or_none()
        rows = [dict(row) for row in db.execute(select(transitions).order_by(transitions.c.pos)).mappings()]
        found = broken(rows, tuple(end) if end else (0, ""), anchor)
        return found or [*_cases_differ(db, rows), *_contents_differ(db, rows)]


def _cases_differ(db: Connection, rows: list[dict[str, Any]]) -> list[Finding]:
    """Cases that are not what their log makes of them. Only asked about a sound chain."""
    folded: dict[str, tuple[State, int, int, str | None]] = {}
    for row in rows:
        state, _, _, key = folded.get(row["case"], (None, 0, 0, row["key"]))
        folded[row["case"]] = (replayed(state, row), row["seq"], row["pos"], key)
    bodies = {one.case: json.loads(one.body) for one in db.execute(select(contents).where(contents.c.seq == 1))}
    found = []
    for kept in db.execute(select(cases)).mappings():
        if kept["id"] not in folded:
            found.append(Finding(0, "case"))
            continue
        state, seq, pos, key = folded.pop(kept["id"])
        body = bodies.get(kept["id"], {})
        wanted = {
            "seq": seq,
            "key": key,
            **columns(state),
            **{name: body.get(name) for name in ("student", "number", "mark")},
        }
        if any(kept[name] != value for name, value in wanted.items()):
            found.append(Finding(pos, "case"))
    return found + [Finding(pos, "case") for _, _, pos, _ in folded.values()]


def _contents_differ(db: Connection, rows: list[dict[str, Any]]) -> list[Finding]:
    """Contents that are not what was sealed, are gone without having been erased, or came from nowhere."""
    lying = {(one.case, one.seq): one for one in db.execute(select(contents))}
    erased = {row["case"] for row in rows if row["act"] == "erase"}
    found = []
    for row in rows:
        one = lying.pop((row["case"], row["seq"]), None)
        gone = one is None and (row["contents"] == "" or row["case"] in erased)
        if not (
            gone or (one is not None and row["case"] not in erased and sealed(one.salt, one.body) == row["contents"])
        ):
            found.append(Finding(row["pos"], "contents"))
    return found + [Finding(0, "contents") for _ in lying]


def line(row: Mapping[str, Any]) -> str:
    """A row of the export."""
    return canonical(dict(row))


def tip(engine: Engine) -> tuple[int, str]:
    """How many rows the log has, and the hash of the last: the anchor to note elsewhere."""
    with engine.connect() as db:
        end = db.execute(select(head.c.pos, head.c.hash)).one_or_none()
    return (end.pos, end.hash) if end else (0, "")


def last_time(engine: Engine) -> datetime | None:
    """The latest time in the log; ``None`` for an empty one."""
    with engine.connect() as db:
        last = db.execute(select(func.max(transitions.c.at))).scalar_one_or_none()
    return datetime.fromisoformat(last) if last else None
