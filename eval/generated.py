"""Generated dialogues: simulated students who digress, correct themselves, stop, fall silent and meet offices that fail.

``python -m eval.generated [--n 510] [--seed 7] [--only TASK]`` plays them against a running house; ``run()`` gives the figures. A
dialogue is right when every question came back after what was said in between, the card showed exactly what was told, the office
holds one order more for every receipt (none after a cancel or a refusal), and nothing is open at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from eval.figures import Figure, share
from eval.house import House, house
from eval.play import AT_WORK, CAMPUS, read_dialogues
from eval.students import Drawer, Said, Sayings, read_sayings

DIALOGUES = 510
SEED = 7
LONGEST = 80
"""Turns after which a dialogue is given up as going in circles."""

QUESTIONS = ("宿舍晚上几点关门？", "国家奖学金要什么条件？", "考试作弊会怎么处分？", "校园卡补办要多少钱？")
SMALL_TALK = ("谢谢", "你好", "在吗")
STOP = ("算了", "不办了", "取消")
GO_ON = ("继续", "接着办")
BETWEEN = ("question", "small_talk", "unread", "correction", "service", "silence")
ENDINGS = ("confirm", "cancel", "fault", "refusal")
DEPTH = 5
AWAY = timedelta(hours=13)
HOUSES, FLOORS, DOORS = 12, 6, 30
"""The dormitories as the simulator seeds them."""


class Wrong(AssertionError):
    """A dialogue did not go as it should."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in one dialogue."""

    seed: int
    task: str
    signed_in: bool
    ending: str
    """``confirm``, ``cancel`` (at a question or the card), ``fault`` (the office fails first, or somebody is quicker) or
    ``refusal`` (the office does not take it)."""
    between: tuple[str, ...]
    """What is said in between, each once: ``question``, ``small_talk``, ``unread``, ``correction``, ``service``, ``silence``."""
    depth: int
    """How many services are opened one inside the other by ``service``."""
    rooms: tuple[tuple[int, int], ...]
    """House and room of ``{place}`` and ``{place2}``; no two plans share one."""


def plans(sayings: dict[str, Sayings], n: int, seed: int, only: str | None = None) -> list[Plan]:
    """``n`` plans, every service in turn, drawn from ``seed``."""
    chance = random.Random(seed)
    names = [name for name in sorted(sayings) if only in (None, name)]
    rooms = [
        (at, floor * 100 + door)
        for at in range(1, HOUSES + 1)
        for floor in range(1, FLOORS + 1)
        for door in range(1, DOORS + 1)
    ]
    chance.shuffle(rooms)
    made = []
    for number in range(n):
        of = sayings[names[number % len(names)]]
        between = tuple(chance.sample(BETWEEN, chance.choice((0, 1, 1, 2, 3, 4))))
        weights = (6, 2, 2 if of.faults else 0, 1 if of.refused else 0)
        ending = chance.choices(ENDINGS, weights)[0]
        depth = chance.choice((1, 1, 2, DEPTH)) if "service" in between else 0
        if ending == "refusal":
            # Whoever the office refuses is refused everything; what is said in between is said by others.
            between, depth = tuple(kind for kind in between if kind in ("question", "small_talk")), 0
        own = tuple(rooms[2 * number + one] for one in (0, 1))
        made.append(Plan(chance.randrange(2**32), of.task, chance.random() < 0.85, ending, between, depth, own))
    return made


@dataclass(slots=True)
class Talk:
    """One conversation under way."""

    plan: Plan
    house: House
    client: httpx.Client
    campus: httpx.Client
    sayings: dict[str, Sayings]
    student: str
    chance: random.Random
    draw: Drawer
    conversation: str = field(default_factory=lambda: str(uuid.uuid4()))
    replies: list[dict[str, Any]] = field(default_factory=list)
    trace: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    receipts: int = 0
    number: str = ""
    """Of the last receipt."""
    open: list[str] = field(default_factory=list)
    """The services under way, the innermost last."""
    did: Counter[str] = field(default_factory=Counter)
    """What was really said in between, by kind."""

    def send(self, **what: str) -> None:
        """One turn; raises :class:`Wrong` when it is not answered, or goes on for ever."""
        if len(self.said) > LONGEST:
            raise Wrong("the dialogue goes in circles")
        self.said.append(what.get("text") or f"[{what.get('payload')}]")
        body = {"conversation": self.conversation, "message_id": str(uuid.uuid4()), **what}
        answer = self.client.post("/api/chat", json=body)
        if answer.status_code != 200:
            raise Wrong(f"status {answer.status_code}")
        self.replies, self.trace = answer.json()["replies"], answer.json()["trace"]
        if not self.replies:
            raise Wrong("no reply")
        for reply in self.replies:
            if reply["kind"] == "receipt":
                self.receipts, self.number = self.receipts + 1, str(reply["number"])

    @property
    def asking(self) -> str | None:
        """The open question."""
        asking: str | None = self.trace.get("asking")
        return asking

    @property
    def read(self) -> str:
        """Everything that the last replies say."""
        return "\n".join(str(reply["text"]) for reply in self.replies)

    @property
    def buttons(self) -> dict[str, str]:
        """The payloads on show by their labels."""
        return {one["label"]: one["payload"] for reply in self.replies for one in reply.get("choices", ())}

    def tap(self, label: str, *, part: bool = False) -> None:
        """Taps a button by its label, or by a ``part`` of it. Raises :class:`Wrong` where there is none."""
        offered = self.buttons
        found = [payload for name, payload in offered.items() if name == label or (part and label in name)]
        if not found:
            raise Wrong(f"there is no button {label!r} among {sorted(offered)}")
        self.send(payload=found[0])

    def wants(self, what: str, wanted: Any, came: Any) -> None:
        """Raises :class:`Wrong` where something else came than was wanted."""
        if wanted != came:
            raise Wrong(f"{what}: wanted {wanted!r}, came {came!r}; replies: {self.read!r}")


def _do(talk: Talk, said: Said, name: str) -> dict[str, str]:
    """Does what was drawn for the open field; gives what the card must show."""
    if said.tap == "any":
        answers = {
            label: payload
            for label, payload in talk.buttons.items()
            if payload.startswith("answer:") and payload != "answer:-"
        }
        if not answers:
            raise Wrong(f"nothing to choose from at {name}")
        label = talk.chance.choice(sorted(answers))
        talk.send(payload=answers[label])
        return {}
    if said.tap is not None:
        talk.tap(said.tap, part=True)
    else:
        talk.send(text=str(said.say))
    return dict(said.tells)


def _answer(talk: Talk, sayings: Sayings, name: str, told: dict[str, str]) -> None:
    """Answers the open question of one field in one of the ways that are known; only the new answer counts afterwards."""
    if name not in sayings.answers:
        raise Wrong(f"{sayings.task} asks for {name!r}, which no student was told to answer; replies: {talk.read!r}")
    told.pop(name, None)
    told |= _do(talk, talk.draw.said(talk.chance.choice(sayings.answers[name]), name), name)


def _digress(talk: Talk, kind: str, sayings: Sayings, depth: int, told: dict[str, str]) -> None:
    """Something in between at an open question, noting what it tells. The same question must stand afterwards."""
    before, chance = talk.asking, talk.chance
    talk.did[kind] += 1
    if kind == "question":
        talk.send(text=chance.choice(QUESTIONS))
        talk.wants("how the question was taken", "policy", talk.trace.get("route"))
    elif kind == "small_talk":
        talk.send(text=chance.choice(SMALL_TALK))
    elif kind == "silence":
        _fall_silent(talk)
    elif kind == "unread":
        talk.send(text=chance.choice(sayings.unread[str(before)]))
    elif kind == "correction":
        _correct(talk, sayings, told)
    elif kind == "service":
        _open_inside(talk, depth)
    talk.wants(f"the question after {kind}", before, talk.asking)
    talk.wants(f"the service after {kind}", sayings.task, talk.trace.get("task"))


def _correct(talk: Talk, sayings: Sayings, told: dict[str, str]) -> None:
    """A field is changed at the card, by words or by its button."""
    said = talk.draw.said(talk.chance.choice(sayings.corrections))
    (name,) = said.tells
    if talk.chance.random() < 0.5 or name not in sayings.answers or name not in sayings.labels:
        talk.send(text=str(said.say))
        told |= said.tells
        return
    talk.tap("修改")
    talk.tap(f"改{sayings.labels[name]}")
    talk.wants("the field to change", name, talk.asking)
    _answer(talk, sayings, name, told)


def _fall_silent(talk: Talk) -> None:
    """A day passes; the student says hello and takes up what was left, by the button or in words."""
    with sqlite3.connect(talk.house.data / "doors.sqlite", timeout=30) as db:
        ours = ("%" + talk.conversation,)
        state = json.loads(db.execute("SELECT state FROM conversations WHERE id LIKE ?", ours).fetchone()[0])
        state["at"] = (datetime.fromisoformat(state["at"]) - AWAY).isoformat()
        db.execute("UPDATE conversations SET state = ? WHERE id LIKE ?", (json.dumps(state), *ours))
    talk.said.append("(a day passes)")
    talk.send(text=talk.chance.choice(("你好", "在吗", "嗯")))
    talk.wants("what goes on by itself after a day", None, talk.asking)
    ways = [payload for payload in talk.buttons.values() if payload == "resume"]
    talk.wants("buttons that go on after a day", 1, len(ways))
    if talk.chance.random() < 0.5:
        talk.send(payload="resume")
    else:
        talk.send(text=talk.chance.choice(GO_ON))


def _open(talk: Talk, task: str, words: str) -> None:
    """A service is asked for; where the counsellor asks back which one is meant, or whether it may go first, a tap says so."""
    talk.send(text=words)
    for payload in (f"take:{task}", "switch"):
        if payload in talk.buttons.values():
            talk.did["asked_back"] += 1
            talk.send(payload=payload)


def _open_inside(talk: Talk, depth: int) -> None:
    """Another service in the middle of the open one; it is offered first where the words are not sure enough."""
    others = [
        one.task
        for one in sorted(talk.sayings.values(), key=lambda each: each.task)
        if one.aside and one.task not in talk.open and not set(one.not_within) & set(talk.open)
    ]
    inner = talk.chance.choice(others)
    _open(talk, inner, talk.chance.choice(talk.sayings[inner].aside))
    _serve(talk, inner, "confirm", depth - 1)


def _serve(talk: Talk, task: str, ending: str, depth: int, between: Sequence[str] = (), known: Any = None) -> None:
    """One service, already begun, to its end."""
    sayings, told = talk.sayings[task], dict(known or {})
    inside = bool(talk.open)
    talk.open.append(task)
    waiting = [*between] if not inside else (["service"] if depth else [])
    stop_at = talk.chance.randrange(4) if ending == "cancel" else None
    turns, receipts = 0, talk.receipts
    while talk.receipts == receipts and talk.trace.get("task") == task and (asking := talk.asking) is not None:
        if asking == "sign_in":
            talk.client.post("/sign-in", json={"student": talk.student}).raise_for_status()
            talk.send(payload="resume")
            continue
        if ending == "fault" and "再试一次" in talk.buttons:
            talk.tap("再试一次")
            continue
        if stop_at is not None and (turns >= stop_at or asking == "confirmed"):
            talk.send(text=talk.chance.choice(STOP))
            break
        turns += 1
        fitting = [kind for kind in waiting if _fits(kind, asking, sayings)]
        # What is still to be said is said at the card at the latest.
        if fitting and (asking == "confirmed" or talk.chance.random() < 0.6):
            kind = talk.chance.choice(fitting)
            waiting.remove(kind)
            _digress(talk, kind, sayings, depth, told)
            # The receipts of services inside are theirs.
            receipts = talk.receipts
        elif asking == "confirmed":
            _card(talk, sayings, told)
            if ending == "fault":
                _break(talk, sayings)
            talk.send(payload="affirm") if talk.chance.random() < 0.5 else talk.send(text="确认")
        else:
            _answer(talk, sayings, asking, told)
    talk.open.pop()
    _ended(talk, sayings, ending, talk.receipts - receipts, stopped=stop_at is not None)


def _ended(talk: Talk, sayings: Sayings, ending: str, receipts: int, *, stopped: bool) -> None:
    """The right end of one service: a receipt or an answer, or what a cancel or a refusal says."""
    if ending == "refusal":
        talk.wants("receipts of what is refused", 0, receipts)
    elif stopped and sayings.writes:
        talk.wants("receipts after a cancel", 0, receipts)
    elif sayings.writes:
        talk.wants(f"receipts of {sayings.task}", 1, receipts)
    elif not stopped and not any(words in talk.read for words in sayings.ends):
        raise Wrong(f"no answer of {sayings.task} but {talk.read!r}")
    if not talk.open:
        talk.wants("what is open at the end", None, talk.asking)


def _fits(kind: str, asking: str, sayings: Sayings) -> bool:
    if kind == "unread":
        return asking in sayings.unread
    if kind == "correction":
        return asking == "confirmed" and bool(sayings.corrections)
    return True


def _card(talk: Talk, sayings: Sayings, told: dict[str, str]) -> None:
    """The card shows everything that was told, as it was told."""
    card = next((reply for reply in reversed(talk.replies) if reply["kind"] == "confirm"), None)
    if card is None:
        raise Wrong(f"no card is on show but {talk.read!r}")
    shown = {one["label"]: one["value"] for one in card["fields"]}
    for name, wanted in told.items():
        if name in sayings.labels:
            label = sayings.labels[name]
            talk.wants(f"the card's {label}", wanted, shown.get(label, ""))


def _break(talk: Talk, sayings: Sayings) -> None:
    """The office fails at the next request, or somebody else takes what is wanted."""
    talk.did["fault"] += 1
    fault = talk.chance.choice(sayings.faults)
    if "rival" in fault:
        talk.campus.post("/_rivals", json={"service": fault["rival"]}).raise_for_status()
    else:
        talk.campus.post("/_faults", json={"times": 1, **fault}).raise_for_status()


def people(running: House, standing: str, seed: int) -> list[str]:
    """Students of one standing with a card that fits it, shuffled; none of those whom the written dialogues name."""
    named = {
        str(who)
        for dialogue in read_dialogues().values()
        for who in (
            dialogue.get("signed_in"),
            *(turn.get(way) for turn in dialogue["turns"] for way in ("sign_in", "sign_in_only")),
        )
        if who
    }
    card = "正常" if standing == "在籍" else "%"
    with sqlite3.connect(f"file:{running.data / 'campus_sim.sqlite'}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT student FROM students JOIN cards USING (student)"
            " WHERE students.status = ? AND cards.status LIKE ? ORDER BY student",
            (standing, card),
        ).fetchall()
    numbers = [str(row[0]) for row in rows if str(row[0]) not in named]
    random.Random(seed).shuffle(numbers)
    return numbers


def _prepare(talk: Talk, first: dict[str, Any]) -> None:
    """Another order before, so that there is something to take back or to ask about."""
    sayings = talk.sayings[first["task"]]
    way = first.get("opening") or talk.chance.choice([one for one in sayings.open if "first" not in one])
    opening = talk.draw.said(way)
    _open(talk, sayings.task, str(opening.say))
    _serve(talk, sayings.task, "confirm", 0, known=opening.tells)
    if "staff" in first:
        talk.campus.put(f"/_orders/{talk.number}", json={"status": first["staff"]}).raise_for_status()


def _begin(talk: Talk) -> None:
    """The whole dialogue of a plan."""
    plan, sayings = talk.plan, talk.sayings[talk.plan.task]
    refused = talk.chance.choice(sayings.refused) if plan.ending == "refusal" else {}
    way = talk.chance.choice([one for one in sayings.open if not (refused and "first" in one)])
    between = plan.between
    if "first" in way:
        _prepare(talk, way["first"])
        if sayings.writes:
            # What is taken back has nothing in it to correct.
            between = tuple(kind for kind in between if kind != "correction")
    if "who" in refused:
        talk.student = talk.chance.choice(people(talk.house, refused["who"], plan.seed))
        if plan.signed_in:
            talk.client.post("/sign-in", json={"student": talk.student}).raise_for_status()
    if "again" in refused:
        way = {"say": refused["again"]}
        _open(talk, plan.task, str(talk.draw.said(way).say))
        _serve(talk, plan.task, "confirm", 0)
    opening = talk.draw.said(way)
    if plan.ending == "fault" and not sayings.writes and plan.signed_in:
        _break(talk, sayings)
    _open(talk, plan.task, str(opening.say))
    _serve(talk, plan.task, plan.ending, plan.depth, between, opening.tells)
    if refused and refused["words"] not in talk.read:
        raise Wrong(f"not refused with {refused['words']!r} but {talk.read!r}")


def play(plan: Plan, running: House, sayings: dict[str, Sayings], student: str) -> tuple[str | None, list[str]]:
    """Plays one plan; gives what went wrong (``None``: nothing) and what was said."""
    chance = random.Random(plan.seed)
    draw = Drawer(chance, datetime.now(CAMPUS).date(), plan.rooms)
    before = running.orders()
    with running.client() as client, running.campus() as campus:
        campus.delete("/_faults").raise_for_status()
        if plan.signed_in:
            client.post("/sign-in", json={"student": student}).raise_for_status()
        talk = Talk(plan, running, client, campus, sayings, student, chance, draw)
        try:
            _begin(talk)
            # What a rival took is an order too.
            rivals = sum("rival" in fault for fault in sayings[plan.task].faults) if plan.ending == "fault" else 0
            made = running.orders() - before
            if not talk.receipts <= made <= talk.receipts + rivals:
                raise Wrong(f"orders in the office: wanted {talk.receipts}, came {made}")
        except Wrong as wrong:
            return str(wrong), talk.said
        finally:
            campus.delete("/_faults").raise_for_status()
    return None, talk.said


def play_all(made: Sequence[Plan], running: House, sayings: dict[str, Sayings], *, verbose: bool = False) -> list[str]:
    """Plays every plan, each by a student of its own; gives the misses, one line each."""
    misses = []
    active = people(running, "在籍", SEED)
    with running.campus() as campus:
        for printer in campus.get("/printers").json()["printers"]:
            campus.put(f"/_printers/{printer['printer']}", json={"status": "ok"}).raise_for_status()
        for robot in ("KF01", "KF02"):
            campus.put(f"/_robots/{robot}", json=AT_WORK).raise_for_status()
    for plan, student in zip(made, active, strict=False):
        wrong, said = play(plan, running, sayings, student)
        if wrong is not None:
            how = f"{plan.task} seed {plan.seed} {'+'.join(plan.between) or 'straight'} {plan.ending}"
            misses.append(f"{how}: {re.sub(chr(10), ' ', wrong)} — {' / '.join(said)}")
            if verbose:
                print(misses[-1], file=sys.stderr, flush=True)
    return misses


def run() -> list[Figure]:
    """The figures: how many dialogues went right, and how often the rarest thing was said in between."""
    sayings = read_sayings()
    made = plans(sayings, DIALOGUES, SEED)
    with house() as running:
        misses = play_all(made, running, sayings)
    kinds = Counter(kind for plan in made for kind in plan.between)
    return [
        share(
            f"generated dialogues: right end and right slots, {len(sayings)} services",
            len(made) - len(misses),
            len(made),
            goal=100.0,
            misses=tuple(misses),
        ),
        Figure("generated dialogues: plans with the rarest kind in between", min(kinds.values()), "count", n=len(made)),
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command line; status 1 when a dialogue went wrong."""
    parser = argparse.ArgumentParser(prog="python -m eval.generated", description="Plays generated dialogues.")
    parser.add_argument("--n", type=int, default=DIALOGUES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", help="one service")
    chosen = parser.parse_args(arguments)
    sayings = read_sayings()
    made = plans(sayings, chosen.n, chosen.seed, chosen.only)
    with house() as running:
        misses = play_all(made, running, sayings, verbose=True)
    print(f"{len(made) - len(misses)} of {len(made)} right")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
