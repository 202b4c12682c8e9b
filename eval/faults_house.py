"""The whole house is killed, and Rasa alone in the middle of forms, while students talk; a diary outside says what was promised.

Each season begins with an empty data folder, ends when everything is quiet, and is written down, so that an interrupted campaign
goes on where it stopped. A killed house loses its memory, not its disk: power cuts are ``eval/faults_intake.py``'s.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from connectors.failpoints import POINTS
from eval.apart import DIALOGUE, DOORS
from eval.errands import Diary, Errand, Student
from eval.figures import Figure
from eval.house import ROOT
from eval.quick_house import QuickHouse, quick_house

What = Literal["house", "rasa"]
SEED = 20261124
KILLS: dict[What, int] = {"house": 1000, "rasa": 100}
SEASON = 50
"""Kills of one data folder."""
STUDENTS = ("2023010001", "2023010003", "2024050001", "2024050002")
ARMED, STARTING = 0.5, 0.1
"""Shares of house kills at a failpoint of the doors, and in the middle of the start; the others at any moment of the talk."""
TALK_SECONDS, POINT_SECONDS = 2.5, 4.0
QUIET_SECONDS = 120.0
ORDERS = "SELECT number FROM orders WHERE kind = 'repair'"


@dataclass(slots=True)
class Season:
    """What one season found."""

    number: int
    what: str
    kills: int = 0
    by_point: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    acknowledged: int = 0
    receipts: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


async def season(number: int, name: str, kills: Sequence[What], folder: Path) -> Season:
    """These kills on one data folder; stops at the first broken promise."""
    found, begun, chance = Season(number, name), time.monotonic(), random.Random(SEED + number)
    data = folder / f"data-{name}-{number}"
    diary = Diary(folder / f"diary-{name}-{number}.jsonl")
    with quick_house(data) as house:
        # The back office is not new: these orders are other people's.
        before = {row[0] for row in _rows(data / "campus_sim.sqlite", ORDERS)}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{house.port_of('campus_sim')}",
            headers={"X-Counsellor-Secret": house.secret},
            timeout=2.0,
        ) as campus:
            students = [
                Student(who, place, house.url, campus, diary, SEED * 31 + number * 7 + place)
                for place, who in enumerate(STUDENTS)
            ]
            for each in students:
                await each.sign_in()
            lives = [asyncio.create_task(each.live()) for each in students]
            try:
                for what in kills:
                    point = await (_kill_house if what == "house" else _kill_rasa)(house, chance, students)
                    diary.note("killed", point)
                    found.kills += 1
                    found.by_point[point] = found.by_point.get(point, 0) + 1
                    fresh, diary.fresh = diary.fresh, []
                    found.wrong += [*diary.wrong, *lost(diary, data, fresh)]
                    found.wrong += [f"a student ended: {life.exception()!r}" for life in lives if life.done()]
                    if found.wrong:
                        break
                    if what == "rasa":
                        await asyncio.to_thread(house.start)
                        await asyncio.to_thread(house.wait)
                if not found.wrong:
                    found.wrong += await _quiet(house, students, lives, diary, data, before)
            finally:
                for life in lives:
                    life.cancel()
                await asyncio.gather(*lives, return_exceptions=True)
    diary.close()
    found.messages, found.acknowledged = len(diary.sent), len(diary.answered)
    found.receipts = sum(bool(errand.receipts) for each in students for errand in each.errands)
    found.seconds = time.monotonic() - begun
    if not found.wrong:
        shutil.rmtree(data, ignore_errors=True)
    return found


async def _kill_house(house: QuickHouse, chance: random.Random, _students: list[Student]) -> str:
    """Starts what is dead, and kills all of it; where."""
    where = chance.random()
    point = chance.choice(POINTS) if where < ARMED else "starting" if where < ARMED + STARTING else "random"
    if house.zygotes[DOORS].alive:
        # The first of a season: nothing was armed at its start.
        point = "random"
    arm = (point, chance.randint(1, 12)) if point in POINTS else None
    await asyncio.to_thread(house.start, arm=arm)
    if point == "starting":
        await asyncio.sleep(chance.uniform(0.0, 3.0))
    else:
        await asyncio.to_thread(_talked, house, POINT_SECONDS if arm else chance.uniform(0.0, TALK_SECONDS))
        if arm and house.zygotes[DOORS].alive:
            point = "random"
    await asyncio.to_thread(house.kill)
    return point


async def _kill_rasa(house: QuickHouse, chance: random.Random, students: list[Student]) -> str:
    """Rasa alone, while somebody is in the middle of a form."""
    await asyncio.to_thread(house.start)
    async with asyncio.timeout(60):
        await students[chance.randrange(len(students))].talking.wait()
    await asyncio.sleep(chance.uniform(0.0, 0.6))
    await asyncio.to_thread(house.kill, DIALOGUE)
    return "form" if any(each.talking.is_set() for each in students) else "between"


def _talked(house: QuickHouse, seconds: float) -> None:
    """Returns so long after everybody answers, or when the doors are dead."""
    doors, deadline = house.zygotes[DOORS], time.monotonic() + 60
    while doors.alive and time.monotonic() < deadline and not all(each.well() for each in house.children.values()):
        time.sleep(0.02)
    until = time.monotonic() + seconds
    while doors.alive and time.monotonic() < until:
        time.sleep(0.002)


async def _quiet(
    house: QuickHouse,
    students: list[Student],
    lives: list[asyncio.Task[None]],
    diary: Diary,
    data: Path,
    before: set[str],
) -> list[str]:
    """Everything well and nobody killed any more: all errands end, then everything is looked at."""
    await asyncio.to_thread(house.start)
    await asyncio.to_thread(house.wait)
    for each in students:
        each.stopping = True
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            await asyncio.gather(*lives)
    except TimeoutError:
        return [f"I4: somebody was still waiting after {QUIET_SECONDS:.0f} s"]
    left = await asyncio.to_thread(_still_open, data)
    errands = [errand for each in students for errand in each.errands]
    return [
        *diary.wrong,
        *(f"I1: {name} never ended" for name in left),
        *lost(diary, data, sorted(diary.answered)),
        *_orders(data, errands, diary, before),
        *_cries(data, [cry for each in students for cry in each.cries]),
        *_order(diary, data),
    ]


def _rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database, timeout=10)) as db:
        return db.execute(query).fetchall()


def lost(diary: Diary, data: Path, keys: list[tuple[str, str]]) -> list[str]:
    """I1 and I2: what was answered is kept once, with the very answer."""
    wanted = set(keys)
    query = "SELECT conversation, message, replies FROM messages"
    kept: dict[tuple[str, str], list[str]] = {}
    for conversation, message, replies in _rows(data / "doors.sqlite", query) if wanted else ():
        kept.setdefault((conversation.removeprefix("web:"), message), []).append(replies)
    wrong = []
    for key in keys:
        rows = kept.get(key, [])
        if len(rows) != 1:
            wrong.append(f"{'I2' if rows else 'I1'}: {key} was answered and is there {len(rows)} times")
        elif rows[0] is None or json.loads(rows[0]) != diary.answered[key][1]:
            wrong.append(f"I1: {key} was answered otherwise than it is kept")
    return wrong


def _still_open(data: Path) -> list[str]:
    """Messages without an end, once there was time for them."""
    deadline = time.monotonic() + 30
    while True:
        left = [row[0] for row in _rows(data / "doors.sqlite", "SELECT message FROM messages WHERE outcome IS NULL")]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.2)


def _orders(data: Path, errands: list[Errand], diary: Diary, before: set[str]) -> list[str]:
    """I1, I2 and I6 of what was confirmed: one order for every receipt and none besides, with what was said last."""
    orders = {row[0] for row in _rows(data / "campus_sim.sqlite", ORDERS)} - before
    places = dict(_rows(data / "campus_sim.sqlite", "SELECT number, location FROM repairs"))
    arrived = dict(_rows(data / "doors.sqlite", "SELECT message, arrived FROM messages"))
    wrong, known = list[str](), set[str]()
    for errand in errands:
        known |= errand.receipts
        mine = [number for number in orders if places[number] == errand.place]
        if errand.stopped:
            wrong.append(f"I1: {errand.conversation} stopped with {len(mine)} orders and the words {errand.stopped!r}")
        elif len(errand.receipts) != 1 or mine != [*errand.receipts]:
            wrong.append(f"I2: {errand.conversation} has receipts {sorted(errand.receipts)} and orders {mine}")
    wrong += [f"I2: the order {number} was told to nobody" for number in orders if number not in known]
    wrong += [f"I1: the receipt {number} is of no order" for number in known if number not in orders]
    for errand in errands:
        # The card that was confirmed shows the telephone that arrived last.
        last = max(errand.phones, key=lambda message: arrived.get(message, 0), default=None)
        shown = diary.cards.get(errand.conversation)
        if last is not None and shown is not None and shown != errand.phones[last]:
            wrong.append(f"I6: {errand.conversation} told {errand.phones} and confirmed {shown}")
    return wrong


def _cries(data: Path, cries: list[str]) -> list[str]:
    found = [row[0] for row in _rows(data / "doors.sqlite", "SELECT conversation FROM crisis_records")]
    return [
        f"I5: {cry} cried once and is recorded {found.count(f'web:{cry}')} times"
        for cry in cries
        if found.count(f"web:{cry}") != 1
    ]


def _order(diary: Diary, data: Path) -> list[str]:
    """I6: who was answered before another was sent came before it."""
    wrong = []
    rows = _rows(
        data / "doors.sqlite", "SELECT conversation, message FROM messages ORDER BY conversation, arrived DESC"
    )
    earliest: dict[str, tuple[float, str]] = {}
    for conversation, message in rows:
        key = (conversation.removeprefix("web:"), message)
        answered, name = earliest.get(key[0], (float("inf"), ""))
        if diary.sent.get(key, 0.0) > answered:
            wrong.append(f"I6: {key} came before {name}, which had been answered when it was sent")
        if key in diary.answered and diary.answered[key][0] < answered:
            earliest[key[0]] = (diary.answered[key][0], message)
    return wrong


# the campaign


def campaign(what: What, kills: int, folder: Path) -> list[Season]:
    """All seasons; those that the folder has already are not played again."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / f"seasons-{what}.jsonl"
    found = [Season(**json.loads(line)) for line in done.read_text().splitlines()] if done.exists() else []
    while (left := kills - sum(each.kills for each in found)) > 0 and not any(each.wrong for each in found):
        number = len(found)
        shutil.rmtree(folder / f"data-{what}-{number}", ignore_errors=True)
        (folder / f"diary-{what}-{number}.jsonl").unlink(missing_ok=True)
        found.append(asyncio.run(season(number, what, [what] * min(SEASON, left), folder)))
        with done.open("a") as file:
            file.write(json.dumps(asdict(found[-1]), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return found


def figures(what: What, goal: int, found: list[Season]) -> list[Figure]:
    wrong = [line for each in found for line in each.wrong]
    kills, answered = sum(each.kills for each in found), sum(each.acknowledged for each in found)
    name = {"house": "SIGKILLs of the whole house", "rasa": "SIGKILLs of Rasa in the middle of forms"}[what]
    return [
        Figure(f"house: {name}", kills, "count", goal=goal, n=answered),
        Figure(f"house: orders confirmed over {name}", sum(each.receipts for each in found), "count", n=kills),
        Figure(f"house: seconds for each of {name}", sum(each.seconds for each in found) / max(1, kills), "s", n=kills),
        Figure(
            f"house: lost, twice, out of order or untrue over {name}",
            len(wrong),
            "count",
            goal=0,
            higher_is_better=False,
            n=answered,
            misses=tuple(wrong[:40]),
        ),
    ]


def edition() -> str:
    """What the product is now, in twelve digits: kills of another one do not count."""
    every = (path for room in ("actions", "bot", "connectors", "scripts") for path in (ROOT / room).rglob("*.py"))
    digest = hashlib.sha256()
    for path in sorted(path for path in every if ".venv" not in path.parts):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def run(folder: Path | None = None) -> list[Figure]:
    """1,000 kills of the house and 100 of Rasa, or as many as ``FAULTS_HOUSE_KILLS`` and ``FAULTS_RASA_KILLS`` say.

    The diaries and what was found lie in ``folder``, or in ``FAULTS_FOLDER``, or below the temporary folder.
    """
    kept_in = folder or Path(os.environ.get("FAULTS_FOLDER") or Path(tempfile.gettempdir()) / "counsellor-faults")
    where = kept_in / "house" / edition()
    house = int(os.environ.get("FAULTS_HOUSE_KILLS", KILLS["house"]))
    rasa = int(os.environ.get("FAULTS_RASA_KILLS", KILLS["rasa"]))
    return [
        *figures("house", KILLS["house"], campaign("house", house, where)),
        *figures("rasa", KILLS["rasa"], campaign("rasa", rasa, where)),
    ]
