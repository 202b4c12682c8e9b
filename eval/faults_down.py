"""What the house says while parts of it are down: all 64 combinations of six, once hanging and once refusing.

A hanging part takes connections and answers nobody (SIGSTOP); a refusing one is dead and its port closed. The published index
hangs by being damaged under the running service, and refuses by being damaged when the doors start. Nobody is given time to
notice: what is said is said right after the part went down.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from bot.words import read_words
from eval.apart import ACTIONS, CAMPUS, DIALOGUE, DOORS, NAMES, Apart, apart
from eval.figures import Figure
from eval.house import free_port
from eval.redis_server import RedisServer

Kind = Literal["hangs", "refuses"]
KINDS: tuple[Kind, ...] = ("hangs", "refuses")
REDIS, NOTIFICATIONS, OFFICES, DEEDS, RASA, SEARCH = PARTS = (
    "Redis",
    "notifications",
    "back office",
    "actions",
    "Rasa",
    "search",
)
"""From the one that is quickest to bring back to the slowest."""
INNER = {OFFICES: CAMPUS, DEEDS: ACTIONS, RASA: DIALOGUE}
ANSWER_MS, CRISIS_MS = 4500.0, 2000.0
CLIENT_SECONDS = 20.0

QUESTION = "国家奖学金要什么条件？"
SMALL_TALK = "谢谢"
CRY = "我不想活了"
FIRSTS = (
    "我要打两份成绩单",
    "帮我请假，明天一天事假",
    "我想预约心理咨询",
    "我饭卡里还有多少钱",
    "5号楼301的灯坏了，帮我报修",
)
PHONE = "13812345678"
STUDENT, OTHER = "2023010001", "2023010003"

SHAPES = {"text", "choices", "confirm", "receipt", "answer", "link", "crisis"}
DONE = re.compile(
    r"已(?:经)?(?:提交|登记|受理|预约|报名|办好|办理|挂失|充值|下单|约好)|(?:提交|预约|报名|下单|报修)成功|办好了|[A-Z]{2}20\d{6}-\d{4}"
)
"""Words that say that something was done."""
UNREADABLE = re.compile(r"Traceback|Exception|<html|\{\w+\}|\bNone\b|您", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """What a campaign saw."""

    combinations: int = 0
    took: dict[str, list[float]] = field(default_factory=dict)
    """Milliseconds at the client by what was said."""
    wrong: list[str] = field(default_factory=list)

    def worst(self, *said: str) -> float:
        return max((ms for name, every in self.took.items() if not said or name in said for ms in every), default=0.0)


def gray(parts: Sequence[str]) -> Iterator[frozenset[str]]:
    """All subsets, each a neighbour of the one before; the first part changes most often."""
    for number in range(2 ** len(parts)):
        code = number ^ (number >> 1)
        yield frozenset(part for place, part in enumerate(parts) if code >> place & 1)


class Listener:
    """A partner system that takes webhooks: refusing, or hanging in the middle of the connection."""

    def __init__(self) -> None:
        self.port = free_port()
        self._socket: socket.socket | None = None

    def hang(self) -> None:
        self.close()
        # Connections are made by the kernel; nobody ever reads them.
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=64)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Faulty:
    """The house, its Redis and its partner, with a switch for each part."""

    def __init__(self, house: Apart, redis: RedisServer, partner: Listener) -> None:
        self.house, self.redis, self.partner = house, redis, partner
        self.down: dict[str, Kind] = {}
        self._whole = house.data.parent / "knowledge-whole"
        shutil.copytree(house.data / "knowledge", self._whole)

    def take(self, wanted: frozenset[str], kind: Kind) -> None:
        """Exactly these parts are down, in this way; whatever else was down is well again, and the doors know it."""
        back = {part for part, how in self.down.items() if part not in wanted or how != kind}
        if SEARCH in wanted and kind == "refuses" and self.down.get(SEARCH) != kind:
            # The doors start while everything else is well: a service asked for during a start is another matter.
            back = set(self.down)
        for part in back:
            self._mend(part)
        if back:
            self.house.wait(name for name in NAMES if self._is_well(name))
        if SEARCH in wanted and SEARCH not in self.down:
            self._damage(kind)
        for part in sorted(wanted - set(self.down)):
            self._break(part, kind)
            self.down[part] = kind

    def _is_well(self, name: str) -> bool:
        parts = {process: part for part, process in INNER.items()}
        # The doors hear of the back office from the actions.
        return parts.get(name) not in self.down and not (name == CAMPUS and DEEDS in self.down)

    def _break(self, part: str, kind: Kind) -> None:
        if part in INNER:
            self.house.hang(INNER[part]) if kind == "hangs" else self.house.kill(INNER[part])
        elif part == REDIS:
            self.redis.hang() if kind == "hangs" else self.redis.kill()
        elif part == NOTIFICATIONS:
            self.partner.hang() if kind == "hangs" else self.partner.close()

    def _mend(self, part: str) -> None:
        del self.down[part]
        if part in INNER:
            self.house.start(INNER[part])
        elif part == REDIS:
            self.redis.start()
        elif part == SEARCH:
            shutil.rmtree(self.house.data / "knowledge")
            shutil.copytree(self._whole, self.house.data / "knowledge")
            self._restart_doors()

    def _damage(self, kind: Kind) -> None:
        for path in sorted((self.house.data / "knowledge").rglob("*")):
            if path.is_file():
                # Replaced, not written into: what is cut short under a process that has it mapped ends that process.
                beside = path.with_name("damaged")
                beside.write_bytes(b"\x00damaged" * 8)
                beside.replace(path)
        if kind == "refuses":
            self._restart_doors()
        self.down[SEARCH] = kind

    def _restart_doors(self) -> None:
        self.house.kill(DOORS)
        self.house.start(DOORS)
        self.house.wait(name for name in NAMES if self._is_well(name))


@contextmanager
def faulty(folder: Path) -> Iterator[Faulty]:
    """Everything well. Raises ImportError without the Redis wheel."""
    redis, partner = RedisServer(folder), Listener()
    with ExitStack() as stack:
        redis.start()
        stack.callback(redis.kill)
        stack.callback(redis.start)
        partners = [{"name": "督办平台", "url": f"http://127.0.0.1:{partner.port}/hook", "secret": "0123456789abcdef"}]
        settings = {"COUNSELLOR_REDIS_URL": redis.url, "COUNSELLOR_PARTNERS": json.dumps(partners)}
        house = stack.enter_context(apart(folder / "data", COUNSELLOR_SESSION_MESSAGES="1000/100000", **settings))
        stack.callback(partner.close)
        yield Faulty(house, redis, partner)


@dataclass(slots=True)
class Form:
    """A service begun while all was well, waiting for the telephone."""

    conversation: str
    place: str


def campaign(
    folder: Path, combinations: Sequence[frozenset[str]] | None = None, kinds: Sequence[Kind] = KINDS
) -> Found:
    """Every combination in every way, in one house; afterwards every form goes on to its receipt."""
    wanted = [*gray(PARTS)] if combinations is None else [*combinations]
    with faulty(folder) as broken:
        return asyncio.run(_played(broken, [(parts, kind) for kind in kinds for parts in wanted]))


async def _played(broken: Faulty, wanted: list[tuple[frozenset[str], Kind]]) -> Found:
    found, url = Found(), broken.house.url
    async with (
        httpx.AsyncClient(base_url=url, timeout=CLIENT_SECONDS) as student,
        httpx.AsyncClient(base_url=url, timeout=CLIENT_SECONDS) as other,
        httpx.AsyncClient(base_url=url, timeout=CLIENT_SECONDS) as stranger,
        httpx.AsyncClient(base_url=url, timeout=CLIENT_SECONDS) as crying,
    ):
        for client, who in ((student, STUDENT), (other, OTHER)):
            (await client.post("/sign-in", json={"student": who})).raise_for_status()
        for client in (stranger, crying):
            await client.get("/")
        forms = [await _begun(student, number) for number in range(len(wanted))]
        await _say(stranger, str(uuid.uuid4()), SMALL_TALK)
        for number, ((parts, kind), form) in enumerate(zip(wanted, forms, strict=True)):
            await asyncio.to_thread(broken.take, parts, kind)
            turns = {
                "a question": (stranger, f"q{number}", QUESTION),
                "small talk": (stranger, f"s{number}", SMALL_TALK),
                "a first sentence": (other, f"f{number}", FIRSTS[number % len(FIRSTS)]),
                "an answer in a form": (student, form.conversation, PHONE),
                "a cry for help": (crying, f"c{number}", CRY),
            }
            where = f"{' + '.join(sorted(parts)) or 'nothing'} {kind}"
            said = await asyncio.gather(*(_timed(*turn) for turn in turns.values()))
            for name, (ms, answer) in zip(turns, said, strict=True):
                found.took.setdefault(name, []).append(ms)
                limit = CRISIS_MS if name == "a cry for help" else ANSWER_MS
                wrong = [f"took {ms:.0f} ms"] if ms > limit else []
                wrong += _wrong(name, answer, parts, kind)
                found.wrong += [f"{where}: {name}: {each}" for each in wrong]
            if not _recorded(broken.house, f"c{number}"):
                found.wrong.append(f"{where}: the cry for help is not in the database")
            found.combinations += 1
        await asyncio.to_thread(broken.take, frozenset(), "hangs")
        found.wrong += await _finished(broken.house, student, forms)
    return found


async def _say(client: httpx.AsyncClient, conversation: str, text: str) -> httpx.Response:
    body = {"conversation": conversation, "message_id": str(uuid.uuid4()), "text": text}
    return await client.post("/api/chat", json=body)


async def _begun(client: httpx.AsyncClient, number: int) -> Form:
    """Rooms differ, so that nobody reports what another has reported."""
    house, floor, door = 1 + number % 12, 1 + number // 12 % 6, 1 + number // 72
    form = Form(f"form-{number}", f"{house}号楼{floor}{door:02}")
    answer = await _say(client, form.conversation, f"{form.place}空调不制冷，帮我报修")
    if (asking := answer.json()["trace"]["asking"]) != "phone":
        raise RuntimeError(f"the form asked for {asking}, not for a telephone: {answer.text}")
    return form


async def _timed(client: httpx.AsyncClient, conversation: str, text: str) -> tuple[float, httpx.Response | str]:
    begun = time.perf_counter()
    try:
        answer: httpx.Response | str = await _say(client, conversation, text)
    except httpx.HTTPError as error:
        answer = type(error).__name__
    return (time.perf_counter() - begun) * 1000, answer


def _wrong(name: str, answer: httpx.Response | str, parts: frozenset[str], kind: Kind) -> list[str]:
    """What is wrong with an answer: its shape, its words, what it promises."""
    if isinstance(answer, str):
        return [answer]
    if answer.status_code != 200:
        return [f"status {answer.status_code}: {answer.text[:120]}"]
    said = answer.json()
    replies, trace = said.get("replies") or [], said.get("trace") or {}
    if not replies or any(each.get("kind") not in SHAPES or not each.get("text") for each in replies):
        return [f"not the shape of /api/chat: {answer.text[:200]}"]
    read = "\n".join(str(each["text"]) for each in replies)
    wrong = []
    if not re.search(r"[一-鿿]", read) or UNREADABLE.search(read):
        wrong.append(f"not words for a student: {read[:200]}")
    if any(each["kind"] == "receipt" for each in replies) or (name != "a question" and DONE.search(read)):
        wrong.append(f"says that something was done: {read[:200]}")
    wrong += [f"{trouble}: {read[:200]}" for trouble in _untrue(name, replies, trace, parts, kind)]
    return wrong


def _untrue(
    name: str, replies: list[dict[str, Any]], trace: dict[str, Any], parts: frozenset[str], kind: Kind
) -> Iterator[str]:
    """Where an answer does not fit what is down."""
    words, read = read_words(), "\n".join(str(each["text"]) for each in replies)
    searched = SEARCH not in parts or kind == "hangs"
    if not searched and "查规定、问问题现在" in read:
        yield "sends to documents that cannot be read"
    if name == "a cry for help":
        if [each["kind"] for each in replies] != ["crisis"] or not replies[0].get("hotlines"):
            yield "no card"
    elif name == "small talk":
        if replies[0]["text"] != words["thank"]:
            yield "not the usual words"
    elif name == "a question":
        if searched and (replies[0]["kind"] != "answer" or not replies[0].get("sources")):
            yield "no answer, though the documents can be read"
        if not searched and replies[0]["text"] != words["policies_down"]:
            yield "does not say that the documents cannot be read"
    elif RASA in parts or DEEDS in parts:
        # Nothing can have been heard: it says so, and asks nothing new.
        troubles = ("dialogue_down", "dialogue_down_alone", "still_working", "dialogue_silent", "dialogue_busy")
        if replies[-1]["text"] not in {words[each] for each in troubles}:
            yield "does not say that it cannot be done now"
    elif OFFICES not in parts and (
        trace.get("route") != "task" or (name != "a first sentence" and not trace.get("asking"))
    ):
        yield "the service does not go on, though all it needs is well"


def _recorded(house: Apart, conversation: str) -> bool:
    query = "SELECT count(*) FROM crisis_records WHERE conversation = ?"
    return house.rows("doors.sqlite", query, f"web:{conversation}") == [(1,)]


async def _finished(house: Apart, client: httpx.AsyncClient, forms: Iterable[Form]) -> list[str]:
    """Every form goes on where it stopped: the same answer again, the card, one order."""
    wrong = []
    for form in forms:
        answer, numbers = await _say(client, form.conversation, PHONE), list[str]()
        for _ in range(6):
            said = answer.json()
            numbers += [each["number"] for each in said["replies"] if each["kind"] == "receipt"]
            if numbers:
                break
            again = {"confirmed": "确认", "phone": PHONE, "visit": "随时可以进"}.get(said["trace"]["asking"], "继续")
            answer = await _say(client, form.conversation, again)
        held = house.rows("campus_sim.sqlite", "SELECT number FROM repairs WHERE location = ?", form.place)
        if len(numbers) != 1 or [row[0] for row in held] != numbers:
            wrong.append(f"{form.conversation} {form.place}: receipts {numbers}, orders {held}: {answer.text[:300]}")
    return wrong


def figures(found: Found) -> list[Figure]:
    n = sum(map(len, found.took.values()))
    others = [name for name in found.took if name != "a cry for help"]
    worst = {"goal": ANSWER_MS, "unit": "ms", "higher_is_better": False}
    return [
        Figure("down: combinations of six parts, hanging and refusing", found.combinations, "count", goal=128, n=n),
        *(
            Figure(f"down: slowest answer to {name}", found.worst(name), **worst, n=len(found.took[name]))  # type: ignore[arg-type]
            for name in others
        ),
        Figure(
            "down: slowest crisis card",
            found.worst("a cry for help"),
            "ms",
            goal=CRISIS_MS,
            higher_is_better=False,
            n=len(found.took.get("a cry for help", ())),
        ),
        Figure(
            "down: answers late, untrue or in the wrong shape; cries not recorded; forms that did not go on",
            len(found.wrong),
            "count",
            goal=0,
            higher_is_better=False,
            n=n,
            misses=tuple(found.wrong[:40]),
        ),
    ]


def run() -> list[Figure]:
    """All 64 combinations, hanging and refusing, in one house: some minutes."""
    with tempfile.TemporaryDirectory(prefix="counsellor-down-") as made:
        return figures(campaign(Path(made)))
