"""Who is told of a change and has not been yet: students through the doors, partner systems by signed webhooks.

A row is made in the transaction of the change and told at least once. The body's ``id`` is the same each time: whoever hears it twice
knows so. Changes of one case reach a recipient in their order.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from sqlalchemy import Engine, RowMapping, func, select, update

from actions.cases.chain import canonical
from actions.cases.pen import Recipients
from actions.cases.stages import ASKING, LEVELS, REASONS, REPORTED, TELLS, State, stamp
from actions.cases.tables import cases, contents, for_writing, outbox, transitions

log = structlog.get_logger()

ATTEMPTS = 12
"""Then it is on the list that a person sees; with the times below that is after about a day."""
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=6)
SAID_TO_STUDENTS = ("report", "ask_student")
"""Acts whose words are the student's to read; the others' are what staff write for each other."""
BUTTONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "ask": (("已解决", "solved"), ("我这里还没好", "unsolved")),
    "silent": (("我这里还没好", "unsolved"),),
    "ask_student": (("补充情况", "supply"),),
}
"""Below what is told of an act: the words and what progress_query does."""
SIGNED_FOR = timedelta(minutes=5)
"""How old a signature may be."""
TIMESTAMP, SIGNATURE = "X-Counsellor-Timestamp", "X-Counsellor-Signature"


@dataclass(frozen=True, slots=True)
class Partner:
    """A system that wants to know what happens to cases."""

    name: str
    url: str
    secret: str = field(repr=False)
    departments: tuple[str, ...] = ()
    """Whose cases; empty means all."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError(f"the webhook of {self.name} has to be https")
        if len(self.secret) < 16:
            raise ValueError(f"the secret of {self.name} is shorter than 16 characters")


def partners(setting: str) -> tuple[Partner, ...]:
    """The partners of ``COUNSELLOR_PARTNERS``: a JSON list of ``{name, url, secret, departments?}``.

    Raises ``ValueError`` for anything else, without the secret in it.
    """
    try:
        rows = json.loads(setting or "[]")
        found = tuple(
            Partner(str(row["name"]), str(row["url"]), str(row["secret"]), tuple(row.get("departments", ())))
            for row in rows
        )
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise ValueError("COUNSELLOR_PARTNERS is no JSON list of objects with name, url and secret") from None
    if len({one.name for one in found}) != len(found):
        raise ValueError("two partners have the same name")
    return found


def recipients(known: Sequence[Partner]) -> Recipients:
    """Which partners hear of a case."""
    return lambda state: tuple(one.name for one in known if not one.departments or state.department in one.departments)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and HMAC-SHA256 over timestamp, a dot and the body."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """What a partner checks: the signature, and that it is fresh. ``now`` in seconds since 1970."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if (
        not timestamp.isascii()
        or not timestamp.isdigit()
        or len(timestamp) > 12
        or abs(now - int(timestamp)) > SIGNED_FOR.total_seconds()
    ):
        return False
    return hmac.compare_digest(given.encode(), signature(secret, timestamp, body).encode())


def wait(attempts: int, chance: random.Random) -> timedelta:
    """Until the next attempt: doubled each time, and between half of it and all of it by chance."""
    longest: timedelta = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return longest * chance.uniform(0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that somebody is to be told."""

    id: int
    case: str
    recipient: str
    attempts: int
    row: Mapping[str, Any] = field(repr=False)
    """Of the log."""
    state: State = field(repr=False)
    """The case as it is now."""
    student: str | None = field(repr=False)
    words: str | None = field(repr=False)
    number: str | None = None
    """Of the office's order."""
    title: str = ""
    """What students call it: 宿舍报修."""

    @property
    def sentence(self) -> str:
        """What the student reads."""
        facts = json.loads(self.row["facts"])
        due = datetime.fromisoformat(facts["due_close"]) if "due_close" in facts else self.state.due_close
        words = {
            "department": facts.get("department")
            or self.row["actor_department"]
            or self.state.department
            or "办理部门",
            "reason": REASONS.get(self.row["reason"], ""),
            "level": LEVELS[self.state.level],
            "due_close": f"{due.month}月{due.day}日{due:%H:%M}",
        }
        about = f"{self.title} {self.number}" if self.number else "你反映的事"
        told = f"{about}：{str(TELLS[self.row['act']]).format(**words)}"
        return f"{told}\n{self.words}" if self.words and self.row["act"] in SAID_TO_STUDENTS else told

    @property
    def stale(self) -> bool:
        """A question that has been answered meanwhile."""
        return self.row["act"] == "ask" and self.state.stage not in (REPORTED, ASKING)

    @property
    def buttons(self) -> list[dict[str, str]]:
        """What the student can tap below it."""
        if not self.number:
            return []
        return [
            {"label": label, "payload": f"start:progress_query?ticket={self.number}&deed={deed}"}
            for label, deed in BUTTONS.get(self.row["act"], ())
        ]

    def body(self) -> dict[str, Any]:
        """What a partner gets: nothing of the student, no words."""
        names = ("case", "seq", "at", "act", "reason", "from_stage", "to_stage", "hash")
        said = {name: self.row[name] for name in names}
        state = {"kind": self.state.kind, "department": self.state.department, "outcome": self.state.outcome}
        return {"id": f"{self.row['pos']}", **said, **state}


class Outbox:
    """What is still to be told."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def due(self, at: datetime, *, to: str, limit: int = 50) -> list[Notice]:
        """The oldest of each case for ``student`` or ``partner:<name>`` whose time has come."""
        open_ones = (outbox.c.recipient == to) & outbox.c.done_at.is_(None) & outbox.c.dead.is_(False)
        oldest = select(func.min(outbox.c.id)).where(open_ones).group_by(outbox.c.case)
        rows = (
            select(outbox.c.id, outbox.c.recipient, outbox.c.attempts, outbox.c.pos)
            .where(outbox.c.id.in_(oldest), outbox.c.due <= stamp(at))
            .order_by(outbox.c.id)
            .limit(limit)
        )
        return self._notices(rows)

    def of_student(self, student: str, limit: int = 20) -> list[Notice]:
        """All that a student is still to be told, the oldest first: of one case too, as it is read at one sitting."""
        theirs = (outbox.c.recipient == "student") & outbox.c.done_at.is_(None) & (cases.c.student == student)
        rows = (
            select(outbox.c.id, outbox.c.recipient, outbox.c.attempts, outbox.c.pos)
            .join(cases, cases.c.id == outbox.c.case)
            .where(theirs)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        return self._notices(rows)

    def given_up(self) -> list[Notice]:
        """The list a person sees: what could not be told."""
        names = (outbox.c.id, outbox.c.recipient, outbox.c.attempts, outbox.c.pos)
        return self._notices(select(*names).where(outbox.c.dead.is_(True)).order_by(outbox.c.id))

    def _notices(self, rows: Any) -> list[Notice]:
        with self.engine.connect() as db:
            return [self._notice(db, row) for row in db.execute(rows).mappings().all()]

    def _notice(self, db: Any, row: RowMapping) -> Notice:
        step = db.execute(select(transitions).where(transitions.c.pos == row["pos"])).mappings().one()
        kept = db.execute(select(cases).where(cases.c.id == step["case"])).mappings().one()
        steps = select(contents.c.seq, contents.c.body).where(
            contents.c.case == step["case"], contents.c.seq.in_((1, step["seq"]))
        )
        written = {one.seq: json.loads(one.body) for one in db.execute(steps)}
        words = written.get(step["seq"], {}).get("words")
        title = (written.get(1, {}).get("contents") or {}).get("title", "")
        state = State.from_json(json.loads(kept["state"]))
        return Notice(
            row["id"],
            step["case"],
            row["recipient"],
            row["attempts"],
            step,
            state,
            kept["student"],
            words,
            kept["number"],
            str(title),
        )

    def claim(self, notice: Notice, until: datetime) -> bool:
        """Takes a notice before it is told: of two workers only one; who dies with it lets it go at ``until``."""
        same = (outbox.c.id == notice.id) & (outbox.c.attempts == notice.attempts) & outbox.c.done_at.is_(None)
        taken = update(outbox).where(same).values(attempts=notice.attempts + 1, due=stamp(until))
        with for_writing(self.engine).begin() as db:
            return db.execute(taken).rowcount == 1

    def done(self, notice: int, at: datetime, student: str | None = None) -> bool:
        """It was told. ``False`` for one that is not there, or not for ``student``."""
        which = outbox.c.id == notice
        if student is not None:
            theirs = select(cases.c.id).where(cases.c.student == student)
            which &= (outbox.c.recipient == "student") & outbox.c.case.in_(theirs)
        with for_writing(self.engine).begin() as db:
            first = func.coalesce(outbox.c.done_at, stamp(at))
            return db.execute(update(outbox).where(which).values(done_at=first)).rowcount == 1

    def give_up(self, notice: int) -> None:
        """No further attempt: a person has to see to it."""
        with for_writing(self.engine).begin() as db:
            db.execute(update(outbox).where(outbox.c.id == notice).values(dead=True))


async def deliver(
    box: Outbox, partner: Partner, client: httpx.AsyncClient, at: datetime, unix: float, chance: random.Random
) -> int:
    """One round of webhooks to a partner; how many it took. A failure waits for its next attempt, the twelfth is given up.

    ``at`` is campus time, ``unix`` the same in seconds since 1970, for the signature.
    """
    told = 0
    # The disk is waited for in threads: students' turns go on meanwhile.
    for notice in await asyncio.to_thread(box.due, at, to=f"partner:{partner.name}"):
        if not await asyncio.to_thread(box.claim, notice, at + wait(notice.attempts + 1, chance)):
            continue
        if await _post(partner, client, notice, unix):
            await asyncio.to_thread(box.done, notice.id, at)
            told += 1
        elif notice.attempts + 1 >= ATTEMPTS:
            await asyncio.to_thread(box.give_up, notice.id)
            log.error("webhook.given_up", partner=partner.name, notice=notice.id)
    return told


async def _post(partner: Partner, client: httpx.AsyncClient, notice: Notice, unix: float) -> bool:
    body, timestamp = canonical(notice.body()).encode(), str(int(unix))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP: timestamp,
        SIGNATURE: signature(partner.secret, timestamp, body),
    }
    try:
        answer = await client.post(partner.url, content=body, headers=headers, follow_redirects=False)
    except httpx.HTTPError as failed:
        log.warning("webhook.failed", partner=partner.name, why=type(failed).__name__)
        return False
    if not answer.is_success:
        log.warning("webhook.refused", partner=partner.name, status=answer.status_code)
    return answer.is_success
