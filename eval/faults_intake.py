"""The intake is killed, and loses its power, again and again; a journal outside of it says whether the promises were kept.

Each season begins with an empty data folder, ends when everything is quiet, and can be repeated by its number: the seed.
What a season found is written down, so that an interrupted campaign goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from connectors.failpoints import POINTS
from eval.figures import Figure
from eval.intake_process import CRY
from eval.journal import Journal, kept, lost
from eval.wechat_wire import delivery, opened, posted

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261123
KILLS, CUTS = 20_000, 500
SEASON = 500
"""Kills or cuts of one data folder."""
STUDENTS = 3
PATIENCE = 1.5
"""Seconds after which a process that did not come to its failpoint is killed where it is."""
CLIENTS = 32
MESSAGES = 6000
AGAIN, TOGETHER, AHEAD, GIVEN_UP, CRIES = 0.15, 0.1, 0.25, 0.1, 0.03
"""Shares of messages delivered again after their answer, delivered twice at once, followed by the next one before they are
answered, delivered once only, and crying for help."""


@dataclass(slots=True)
class Season:
    """What one season found."""

    number: int
    kills: int = 0
    by_point: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    acknowledged: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Intake:
    """The process that is killed."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process, self.port = process, port

    @classmethod
    async def load(cls, pace: str = "slow", preload: Path | None = None) -> Intake:
        """Loads everything once."""
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **({"LD_PRELOAD": str(preload)} if preload else {})}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import sys; from eval.intake_process import main; main(sys.argv[1])",
            pace,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        intake = cls(process, 0)
        intake.port = int((await intake._said())["port"])
        return intake

    async def start(self, data: Path, arm: tuple[str, int] | None, **besides: str | None) -> int:
        """Buries the last child and makes the next; its process id."""
        order = {"data": str(data), "arm": arm, "without": None, **besides}
        return int((await self._ask(order))["pid"])

    async def end(self) -> None:
        """Kills the child, if it is not dead yet."""
        await self._ask({"end": True})

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._said()

    async def _said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        said: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return said


async def died(pid: int, seconds: float) -> bool:
    """Waits for a process that is not ours to bury."""
    loop, gone = asyncio.get_running_loop(), asyncio.Event()
    handle = os.pidfd_open(pid)
    loop.add_reader(handle, gone.set)
    try:
        await asyncio.wait_for(gone.wait(), seconds)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return True


class Student:
    """Writes one message after another, and WeChat delivers them as WeChat does."""

    def __init__(self, name: str, number: int, port: int, journal: Journal, chance: random.Random) -> None:
        self.name, self._number, self._port = name, number * 1_000_000, port
        self._journal, self._chance = journal, chance
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopped = False

    async def live(self) -> None:
        """Until it is stopped and everything that was begun has ended."""
        while not self.stopped:
            await self._pause()
            task = asyncio.create_task(self.write())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            if self._chance.random() >= AHEAD or len(self._tasks) > 3:
                await asyncio.wait({task})
        await asyncio.gather(*self._tasks)

    async def write(self, *, surely: bool = False) -> None:
        """One message with all its deliveries."""
        self._number += 1
        chance, number = self._chance, self._number
        name = f"{self.name}-{number}" + (CRY if chance.random() < CRIES else "")
        once = not surely and chance.random() < GIVEN_UP
        if not once and chance.random() < TOGETHER:
            await asyncio.gather(self._deliver(name, number), self._deliver(name, number))
        else:
            await self._deliver(name, number, once=once)
        if chance.random() < AGAIN:
            await self._pause()
            await self._deliver(name, number, once=True)

    async def _pause(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 0.006))

    async def _deliver(self, name: str, number: int, *, once: bool = False) -> None:
        while True:
            writer = None
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                self._journal.send(name)
                async with asyncio.timeout(10):
                    status, body = await posted(reader, writer, delivery(self.name, number, name))
                if status == 200 and self._journal.receive(name, opened(body)):
                    return
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                await asyncio.sleep(0.005)
            finally:
                if writer is not None:
                    writer.close()
            if once:
                return


async def season(
    number: int,
    kills: int,
    folder: Path,
    *,
    without: str | None = None,
    cuts: bool = False,
    intake: Intake | None = None,
) -> Season:
    """So many kills, or power cuts, of one data folder; stops at the first broken promise."""
    chance, found, begun = random.Random(SEED + number), Season(number), time.monotonic()
    journal = Journal(folder / f"journal-{number}.jsonl")
    process = intake or await Intake.load(preload=shim(folder) if cuts else None)
    data = folder / f"data-{number}-0"
    data.mkdir()
    students = [
        Student(f"s{number}x{n}", n + 1, process.port, journal, random.Random(SEED * 31 + number * 7 + n))
        for n in range(STUDENTS)
    ]
    lives = [asyncio.create_task(each.live()) for each in students]
    shadow: Path | None = None
    try:
        for kill in range(kills):
            point = chance.choice(POINTS) if not cuts and chance.random() < 0.5 else "random"
            arm = None if point == "random" else (point, chance.randint(1, 8))
            if cuts:
                shadow = _shadowed(data, folder / f"data-{number}-{kill + 1}")
            pid = await process.start(data, arm, without=without, shadow=str(shadow) if shadow else None)
            # At random: after some more answers, and some milliseconds more, wherever the process is by then.
            answers = chance.randint(0, 6) if arm is None else None
            pause = chance.uniform(0.0, 0.012)
            await _until(journal, answers, died(pid, PATIENCE))
            if arm is None:
                await asyncio.sleep(pause)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await process.end()
            journal.note("killed", point)
            found.kills += 1
            found.by_point[point] = found.by_point.get(point, 0) + 1
            if shadow is not None:
                shutil.rmtree(data)
                data = shadow
            # Whatever was acknowledged before this point is looked for on what is left.
            names = sorted(journal.acknowledged) if cuts else journal.fresh
            journal.fresh = []
            found.wrong += lost(journal, data / "doors.sqlite", names) if names else []
            if found.wrong:
                break
        if not found.wrong:
            found.wrong += await _quiet(process, data, without, students, lives, journal)
    finally:
        for each in lives:
            each.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        await process.end()
        if intake is None:
            await process.close()
        journal.close()
        shutil.rmtree(data, ignore_errors=True)
    found.messages, found.acknowledged = len(journal.sent), len(journal.acknowledged)
    found.seconds = time.monotonic() - begun
    return found


async def _until(journal: Journal, answers: int | None, death: Coroutine[Any, Any, bool]) -> None:
    """Waits for so many more answers, or for the end of the process."""
    before, dead = journal.received, asyncio.create_task(death)
    while not dead.done() and (answers is None or journal.received < before + answers):
        await asyncio.wait({dead}, timeout=None if answers is None else 0.003)
    dead.cancel()
    with suppress(asyncio.CancelledError):
        await dead


async def _quiet(
    process: Intake,
    data: Path,
    without: str | None,
    students: list[Student],
    lives: list[asyncio.Task[None]],
    journal: Journal,
) -> list[str]:
    """Lets everybody finish, asks each student once more, and then looks at everything."""
    await process.start(data, None, without=without)
    for each in students:
        each.stopped = True
    try:
        async with asyncio.timeout(30):
            await asyncio.gather(*lives)
            for each in students:
                await each.write(surely=True)
    except TimeoutError:
        return ["I4: somebody was still waiting for an answer after 30 s"]
    await asyncio.sleep(1.5)
    await process.end()
    return kept(journal, data / "doors.sqlite", [each.name for each in students])


def _shadowed(data: Path, shadow: Path) -> Path:
    """The disk as it will be after the next cut: what is on it now, and what is synced from now on."""
    shutil.copytree(data, shadow, ignore=shutil.ignore_patterns("*-shm"))
    return shadow


def shim(folder: Path) -> Path:
    """The library that watches fsync. Raises FileNotFoundError without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("power cuts need a C compiler (cc) for eval/powercut.c")
    built = folder / "powercut.so"
    if not built.exists():
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", built, ROOT / "eval" / "powercut.c"], check=True)
    return built


def _resumed(folder: Path) -> list[Season]:
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "seasons.jsonl"
    return [Season(**json.loads(line)) for line in done.read_text().splitlines()] if done.exists() else []


def _clear(folder: Path, number: int) -> None:
    """Takes away what an interrupted season left."""
    for stale in folder.glob("data-*"):
        shutil.rmtree(stale)
    (folder / f"journal-{number}.jsonl").unlink(missing_ok=True)


async def campaign(kills: int, folder: Path, **how: Any) -> list[Season]:
    """All seasons; those that the folder has already are not played again."""
    found, done = _resumed(folder), folder / "seasons.jsonl"
    process = await Intake.load(preload=shim(folder) if how.get("cuts") else None)
    try:
        while sum(each.kills for each in found) < kills:
            left = kills - sum(each.kills for each in found)
            _clear(folder, len(found))
            found.append(await season(len(found), min(SEASON, left), folder, intake=process, **how))
            with done.open("a") as file:
                file.write(json.dumps(asdict(found[-1]), ensure_ascii=False) + "\n")
            if found[-1].wrong:
                break
    finally:
        await process.close()
    return found


# throughput


async def throughput(
    pace: str = "acknowledge", messages: int = MESSAGES, clients: int = CLIENTS
) -> tuple[float, list[float]]:
    """Messages a second and the milliseconds of each: decrypted, parsed, kept on the disk, acknowledged, encrypted.

    With the pace ``quick`` also answered, by a pipeline that takes no time, and the answer kept before it is given.
    """
    requests = [delivery(f"o{n % 1000}", n + 1, f"m-{n}") for n in range(messages)]
    took: list[float] = []
    with tempfile.TemporaryDirectory(prefix="intake-", dir=ROOT / "build") as made:
        process = await Intake.load(pace)
        await process.start(Path(made), None)

        async def client(mine: list[bytes]) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
            for request in mine:
                begun = time.perf_counter()
                status, _body = await posted(reader, writer, request)
                took.append((time.perf_counter() - begun) * 1000)
                assert status == 200
            writer.close()

        begun = time.perf_counter()
        await asyncio.gather(*(client(requests[n::clients]) for n in range(clients)))
        seconds = time.perf_counter() - begun
        await process.end()
        await process.close()
    return messages / seconds, took


# the part of `python -m eval faults`


def figures(name: str, goal: int, seasons: list[Season]) -> list[Figure]:
    wrong = [line for each in seasons for line in each.wrong]
    kills = sum(each.kills for each in seasons)
    answered = sum(each.acknowledged for each in seasons)
    seconds = sum(each.seconds for each in seasons)
    return [
        Figure(f"intake: {name}", kills, unit="count", goal=goal, n=answered),
        Figure(f"intake: {name} a second", kills / max(seconds, 1e-9), unit="count", n=kills),
        Figure(
            f"intake: promises broken by {name}",
            len(wrong),
            unit="count",
            goal=0,
            higher_is_better=False,
            n=answered,
            misses=tuple(wrong[:20]),
        ),
    ]


def run(kills: int = KILLS, cuts: int = CUTS, folder: Path | None = None) -> list[Figure]:
    """Kills, cuts, the same cuts without fsync, and how much the intake takes. ``folder`` keeps the journals."""
    kept_in = folder or ROOT / "build" / "faults" / "intake"
    rate, took = asyncio.run(throughput())
    answered, _ = asyncio.run(throughput("quick"))
    killed = asyncio.run(campaign(kills, kept_in / "kills"))
    cut = asyncio.run(campaign(cuts, kept_in / "cuts", cuts=True))
    with tempfile.TemporaryDirectory(prefix="intake-") as made:
        careless = asyncio.run(season(0, 50, Path(made), without="fsync", cuts=True))
    return [
        Figure("intake: messages a second, 32 at a time", rate, unit="count", goal=1000, n=len(took)),
        Figure("intake: p99", float(np.percentile(took, 99)), unit="ms", goal=120, higher_is_better=False, n=len(took)),
        Figure("intake: answered a second, 32 at a time", answered, unit="count", n=MESSAGES),
        *figures("SIGKILLs", kills, killed),
        *figures("power cuts", cuts, cut),
        Figure(
            "intake: cut and lost with synchronous=NORMAL", len(careless.wrong), unit="count", goal=1, n=careless.kills
        ),
    ]
