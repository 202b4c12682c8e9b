"""Papers that are ordered, paid, printed and collected, while the process dies at every step of it.

:func:`office` is the back office in a process of its own, with faults. :func:`nursery` forks the processes that run the
sagas. :func:`run` kills those: a batch of sagas runs until all of them stand at the same point of their way, then SIGKILL;
the next process takes them up and is killed at the next point. What counts is what the office's own book says afterwards
beside what was asked for, which only this program knows.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from actions.campus_sim.__main__ import configuration
from actions.campus_sim.campus import Campus, Fate
from actions.campus_sim.connections import Connections
from actions.campus_sim.faults import Fault, FaultGate, Faults
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.orders import KEYS_IGNORED
from actions.campus_sim.seed import seed
from actions.campus_sim.server import SecretGate, routes
from actions.cases.letters import Letters
from actions.cases.paper import Papers, Patience
from actions.cases.workflows import open_database, workflows
from actions.offices import Offices
from actions.offices.breaker import Backoff
from actions.offices.sending import Sending
from actions.offices.transcripts import Transcript
from eval.figures import Figure
from eval.house import ROOT

RUNS = 1000
BATCH = 100
SEED = 20261123
SECRET = "made-up-inner-secret"  # noqa: S105 - made up
CUT = 0.1
"""Share of the POSTs whose connection is cut after they were carried out."""
STARTED = "started"
"""Before anything was done: the first point that is come to."""
POINTS = (
    STARTED,
    *(f"{deed} {moment}" for deed in ("order", "pay", "print") for moment in ("begun", "done", "recorded")),
    "collect begun",
    "collect recorded",
    *(f"refund {moment}" for moment in ("begun", "done", "recorded")),
    "ended",
)
"""Every place a saga passes: before a deed, done but not recorded, recorded."""
QUIET_SECONDS = 3.0
"""When nothing has moved for so long, all who come have come: those cut off are taken up again once a second."""
MOST_SECONDS = 60.0
SHEETS = {"paid": 10, "poor": 10, "free": 2}
FREE = 5
FEE = {kind: max(0, sheets - FREE) * 200 for kind, sheets in SHEETS.items()}
PATIENCE = Patience(Sending(Backoff(first=0.05, most=0.5), attempts=40, settles=0.05), look_every=0.1, looks=200)

Keys = Literal["kept", "looked up", "ignored"]
"""The office keeps keys; it does not, and is asked by marker first; it does not, and nobody asks."""
_START = "import sys; from eval import faults_paper; getattr(faults_paper, sys.argv[1])(*sys.argv[2:])"


@dataclass(frozen=True, slots=True)
class Asked:
    """One run, as it was asked for."""

    key: str
    student: str
    kind: str
    """``paid``, ``poor`` (the card is empty) or ``free``."""

    @property
    def transcript(self) -> Transcript:
        return Transcript(self.student, "zh", SHEETS[self.kind], False)


def fate(number: str) -> Fate:
    """What becomes of a paper: three of five are taken, one is left lying, one jams."""
    ends: tuple[Fate, ...] = ("taken", "taken", "taken", "retracted", "jammed")
    return ends[int(number[-4:]) % len(ends)]


# the processes


class Cutting:
    """ASGI middleware that asks for the fault *commit then reset*, by chance."""

    def __init__(self, app: ASGIApp, waiting: list[Fault]) -> None:
        self._app = app
        self._waiting = waiting
        self._chance = random.Random(SEED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and self._chance.random() < CUT:
            self._waiting.append(Fault(path=scope["path"], kind="reset_after_commit"))
        await self._app(scope, receive, send)


def office(folder: str, port: str) -> None:
    """The back office, until it is killed."""
    ledger = Ledger(Path(folder) / "campus_sim.sqlite")
    ledger.open(seed)
    connections, waiting = Connections(), Faults()
    app = routes(Campus(ledger, fate=fate))
    app.state.faults = waiting
    gate = SecretGate(Cutting(FaultGate(app, waiting, connections), waiting.waiting), SECRET)
    uvicorn.Server(configuration(gate, int(port), connections)).run()


def nursery() -> None:
    """Forks a process for each line ``{"folder", "url", "keys", "point", "runs"}`` and says how it ended.

    Everything is imported once here, where there are no threads, so that a process costs what its work costs.
    """
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(_sagas(json.loads(line)))
            except BaseException as error:
                print(f"failed {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


class Line:
    """Where all wait for each other, so that the process ends with everybody at the same point."""

    def __init__(self, point: str | None, journal: Path, all_of_them: int) -> None:
        self._point = point
        self._journal = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._all = all_of_them
        self._standing: set[str] = set()
        self.ended: set[str] = set()
        self._moved = time.monotonic()

    async def arrive(self, point: str, saga: str) -> None:
        self._moved = time.monotonic()
        if self._point in (point, STARTED):
            self.note(saga)
            await asyncio.Event().wait()
        if point == "ended":
            self.ended.add(saga)

    def note(self, saga: str) -> None:
        # One write for each line: it is in the file before anything else happens, and none is torn.
        os.write(self._journal, f"{self._point}\t{saga}\n".encode())
        self._standing.add(saga)

    async def watch(self) -> None:
        """Kill this process once everybody stands at the point or has ended, or nobody has moved for a while."""
        while True:
            await asyncio.sleep(0.01)
            everybody = len(self._standing | self.ended) == self._all
            if self._standing and (everybody or time.monotonic() - self._moved > QUIET_SECONDS):
                os.kill(os.getpid(), signal.SIGKILL)


async def _sagas(said: dict[str, Any]) -> None:
    """One process: everything that was asked for is started, again or not, and runs until it ends or is killed."""
    folder = Path(said["folder"])
    url = f"sqlite:///{folder / 'workflows.sqlite'}"
    line = Line(said["point"], folder / "journal.txt", len(said["runs"]))
    offices = Offices.connect(said["url"], SECRET, keeps_keys=said["keys"] != "looked up")
    letters = Letters(open_database(url), datetime.now)
    papers = Papers(offices, letters, patience=PATIENCE, at=line.arrive)
    with workflows(url):
        sagas = [await papers.start(one[0], one[1], Asked(*one).transcript) for one in said["runs"]]
        ends = {saga: await papers.end(saga) for saga in sagas}
        line.ended |= {saga for saga, end in ends.items() if end is not None}
        watching = asyncio.create_task(line.watch())
        until = time.monotonic() + MOST_SECONDS
        while not all(ends.values()) and time.monotonic() < until:
            await asyncio.sleep(0.05)
            for saga in tuple(line.ended):
                ends[saga] = ends[saga] or await papers.end(saga)
        watching.cancel()
    (folder / "ends.json").write_text(json.dumps(ends), encoding="utf-8")


# the campaign


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: Sequence[str | Path], **streams: Any) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _START, *map(str, command)], cwd=ROOT, text=True, **streams
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _prepare(folder: Path, runs: int, keys: Keys) -> list[Asked]:
    """A seeded office whose students can pay, or cannot; what will be asked for."""
    ledger = Ledger(folder / "campus_sim.sqlite")
    ledger.open(seed)
    with ledger.writing() as db:
        rows = db.execute(
            "SELECT student FROM students JOIN cards USING (student) WHERE students.status = '在籍'"
            " AND cards.status = '正常' AND student NOT IN (SELECT student FROM card_losses WHERE until IS NULL)"
            " ORDER BY student LIMIT ?",
            (runs,),
        ).fetchall()
        kinds = [("poor" if place % 10 == 3 else "free" if place % 10 == 7 else "paid") for place in range(runs)]
        asked = [Asked(f"run-{place}", row[0], kinds[place]) for place, row in enumerate(rows)]
        for one in asked:
            cents = 100 if one.kind == "poor" else 5000
            db.execute("UPDATE cards SET balance_cents = ? WHERE student = ?", (cents, one.student))
        if keys != "kept":
            db.execute("INSERT INTO modes VALUES (?)", (KEYS_IGNORED,))
    ledger.close()
    if len(asked) < runs:
        raise ValueError(f"the office has {len(asked)} students who can pay, not {runs}")
    return asked


def _compare(folder: Path, asked: list[Asked], ends: dict[str, str]) -> dict[str, list[str]]:
    """Everything that is wrong, by what is wrong with it; nobody of ours is asked, only files are read."""
    wrong: dict[str, list[str]] = defaultdict(list)
    with closing(sqlite3.connect(folder / "campus_sim.sqlite")) as db:
        orders, charges, prints = defaultdict(list), defaultdict(list), defaultdict(list)
        for student, number in db.execute("SELECT student, number FROM orders WHERE kind = 'transcript'"):
            orders[student].append(number)
        back = {charge for (charge,) in db.execute("SELECT charge FROM refunds")}
        for entry, kind, number, cents in db.execute("SELECT entry, kind, number, amount_cents FROM paper_book"):
            if kind == "charge":
                charges[number].append((entry, cents))
        for number, state in db.execute("SELECT number, state FROM prints"):
            prints[number].append(state)
        balances = dict(db.execute("SELECT student, balance_cents FROM cards"))
    for one in asked:
        mine = orders[one.student]
        if len(mine) != 1:
            wrong["orders lost or doubled"].append(f"{one.key}: {len(mine)} orders")
        paid = [charge for number in mine for charge in charges[number]]
        kept = [charge for charge, _ in paid if charge not in back]
        papers = [state for number in mine for state in prints[number]]
        taken = papers.count("taken")
        if len(paid) > 1:
            wrong["charged twice"].append(f"{one.key}: {len(paid)} charges")
        if len(kept) > taken:
            wrong["paid without paper or refund"].append(f"{one.key}: {len(kept)} kept, {papers}")
        began = 100 if one.kind == "poor" else 5000
        if FEE[one.kind] * taken != began - balances[one.student]:
            wrong["ledger not balanced"].append(f"{one.key}: {began - balances[one.student]} 分 for {taken} papers")
        if len(papers) > 1:
            wrong["printed twice"].append(f"{one.key}: {papers}")
        end = ends.get(f"paper-{one.key}-1")
        due = _due(one, mine)
        if end != due:
            wrong["ended otherwise than it should"].append(f"{one.key}: {end}, not {due}")
    return wrong


def _due(one: Asked, numbers: list[str]) -> str:
    if one.kind == "poor":
        return "unpaid"
    if numbers and fate(numbers[0]) == "taken":
        return "collected"
    return "unprinted" if one.kind == "free" else "refunded"


def campaign(
    runs: int, batch: int, points: Sequence[str], keys: Keys = "kept"
) -> tuple[int, Counter[str], dict[str, list[str]]]:
    """Kills, how many sagas stood at each point when they were killed, and what was wrong afterwards."""
    with tempfile.TemporaryDirectory(prefix="papers-") as made:
        folder = Path(made)
        asked = _prepare(folder, runs, keys)
        port, pipe = free_port(), subprocess.PIPE
        ends: dict[str, str] = {}
        kills = 0
        with (
            (folder / "office.txt").open("w") as told,
            # What it complains of is that callers died before their connection could be cut.
            _running(["office", folder, str(port)], stderr=told),
            _running(["nursery"], stdin=pipe, stdout=pipe) as nest,
        ):
            assert nest.stdin is not None
            assert nest.stdout is not None
            nest.stdout.readline()
            url = f"http://127.0.0.1:{port}"
            _wait_for(url)
            for first in range(0, runs, batch):
                these = [(one.key, one.student, one.kind) for one in asked[first : first + batch]]
                for point in (*points, None):
                    said = {"folder": str(folder), "url": url, "keys": keys, "point": point, "runs": these}
                    nest.stdin.write(json.dumps(said) + "\n")
                    nest.stdin.flush()
                    ended = int(nest.stdout.readline())
                    kills += ended == -signal.SIGKILL
                    if ended not in (0, -signal.SIGKILL):
                        raise RuntimeError(f"the process at {point} ended with {ended}")
                ends |= json.loads((folder / "ends.json").read_text(encoding="utf-8"))
        lines = (folder / "journal.txt").read_text(encoding="utf-8").splitlines()
        at = Counter(line.split("\t")[0] for line in lines)
        return kills, at, _compare(folder, asked, ends)


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{url}/health", trust_env=False)
            return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def run(runs: int = RUNS, batch: int = BATCH, points: Sequence[str] = POINTS, keys: Keys = "kept") -> list[Figure]:
    """All of it."""
    kills, at, wrong = campaign(runs, batch, points, keys)
    name = "papers" if keys == "kept" else f"papers, keys {keys}"
    never = [point for point in points if not at[point]]

    def none(what: str) -> Figure:
        misses = tuple(wrong.get(what, ()))
        return Figure(f"{name}: {what}", len(misses), "count", 0, higher_is_better=False, n=runs, misses=misses[:20])

    return [
        Figure(f"{name}: runs killed at every step on their way", runs, "count", n=runs),
        Figure(f"{name}: processes killed", kills, "count", n=kills),
        Figure(f"{name}: sagas under way when killed", sum(at.values()), "count", n=sum(at.values())),
        Figure(
            f"{name}: steps at which none was killed",
            len(never),
            "count",
            0,
            higher_is_better=False,
            n=len(points),
            misses=tuple(never),
        ),
        none("charged twice"),
        none("paid without paper or refund"),
        none("ledger not balanced"),
        none("orders lost or doubled"),
        none("printed twice"),
        none("ended otherwise than it should"),
    ]
