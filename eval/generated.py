"""Generated dialogues: simulated students who digress, correct themselves, stop, fall silent and meet offices that fail.

``python -m eval.generated [--n 500] [--seed 7] [--only TASK] [--verbose]`` plays them against a running house; ``run()`` gives the
figures. A dialogue is right when every question came back after what was said in between, the card showed exactly what was told,
the office holds one order more (none after a cancel), and nothing is open at the end.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from eval.figures import Figure, share
from eval.house import House, house
from eval.play import CAMPUS
from eval.students import Drawer, Said, Sayings, read_sayings

DIALOGUES = 510
SEED = 7
LONGEST = 60
"""Turns after which a dialogue is given up as going in circles."""

QUESTIONS = ("宿舍晚上几点关门？", "国家奖学金要什么条件？", "考试作弊会怎么处分？", "校园卡补办要多少钱？")
SMALL_TALK = ("谢谢", "你好", "在吗")
STOP = ("算了", "不办了", "取消")
DEPTH = 5


class Wrong(AssertionError):
    """A dialogue did not go as it should."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in one dialogue."""

    seed: int
    task: str
    signed_in: bool
    ending: str
    """``confirm``, ``cancel`` (at a question or the card) or ``fault`` (the office fails first)."""
    between: tuple[str, ...]
    """What is said in between, each once: ``question``, ``small_talk``, ``unread``, ``correction``, ``service``, ``silence``."""
    depth: int
    """How many services are opened one inside the other by ``service``."""


def plans(sayings: dict[str, Sayings], n: int, seed: int, only: str | None = None) -> list[Plan]:
    """``n`` plans, every service in turn, drawn from ``seed``."""
    chance = random.Random(seed)
    names = [name for name in sorted(sayings) if only in (None, name)]
    made = []
    for number in range(n):
        task = names[number % len(names)]
        kinds = ["question", "small_talk", "unread", "correction", "service", "silence"]
        between = tuple(chance.sample(kinds, chance.choice((0, 1, 1, 2, 3, 4))))
        ending = chance.choices(("confirm", "cancel", "fault"), (6, 2, 2 if sayings[task].faults else 0))[0]
        depth = chance.choice((1, 1, 2, DEPTH)) if "service" in between else 0
        made.append(Plan(chance.randrange(2**32), task, chance.random() < 0.85, ending, between, depth))
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
    receipts: list[dict[str, Any]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    """The services under way, the innermost last."""
    orders: int = 0
    """Orders that should have come of it so far."""

    def send(self, **what: str) -> None:
        """One turn; raises :class:`Wrong` when it is not answered, or goes on for ever."""
        if len(self.said) > LONGEST:
            raise Wrong("the dialogue goes in circles")
        self.said.append(what.get("text") or what.get("payload") or "")
        body = {"conversation": self.conversation, "message_id": str(uuid.uuid4()), **what}
        answer = self.client.post("/api/chat", json=body)
        if answer.status_code != 200:
            raise Wrong(f"status {answer.status_code}")
        self.replies, self.trace = answer.json()["replies"], answer.json()["trace"]
        if not self.replies:
            raise Wrong("no reply")
        self.receipts += [reply for reply in self.replies if reply["kind"] == "receipt"]

    @property
    def asking(self) -> str | None:
        return self.trace.get("asking")

    def tap(self, label: str, *, part: bool = False) -> None:
        offered = {one["label"]: one["payload"] for reply in self.replies for one in reply.get("choices", ())}
        found = [payload for name, payload in offered.items() if name == label or (part and label in name)]
        if not found:
            raise Wrong(f"there is no button {label!r} among {sorted(offered)}")
        self.send(payload=found[0])

    def wants(self, what: str, wanted: Any, came: Any) -> None:
        if wanted != came:
            raise Wrong(f"{what}: wanted {wanted!r}, came {came!r}")


def _answers(talk: Talk) -> list[dict[str, str]]:
    """The buttons on show that answer the open question."""
    return [
        one
        for reply in talk.replies
        for one in reply.get("choices", ())
        if one["payload"].startswith("answer:") and one["payload"] != "answer:-"
    ]


def _do(talk: Talk, said: Said, name: str) -> dict[str, str]:
    """Does what was drawn for the open field; gives what the card must show."""
    if said.tap == "any":
        buttons = _answers(talk)
        if not buttons:
            raise Wrong(f"nothing to choose from at {name}")
        one = talk.chance.choice(buttons)
        talk.send(payload=one["payload"])
        return {name: one["label"]}
    if said.tap is not None:
        talk.tap(said.tap, part=True)
    else:
        talk.send(text=str(said.say))
    return dict(said.tells)


def _digress(talk: Talk, kind: str, task: str, depth: int) -> dict[str, str]:
    """Something in between at an open question; gives what it told. The same question must stand afterwards."""
    before, sayings = talk.asking, talk.sayings[task]
    told: dict[str, str] = {}
    if kind == "question":
        talk.send(text=talk.chance.choice(QUESTIONS))
    elif kind == "small_talk":
        talk.send(text=talk.chance.choice(SMALL_TALK))
    elif kind == "silence":
        _fall_silent(talk)
    elif kind == "unread" and before in sayings.unread:
        talk.send(text=talk.chance.choice(sayings.unread[str(before)]))
    elif kind == "correction" and before == "confirmed" and sayings.corrections:
        said = talk.draw.said(talk.chance.choice(sayings.corrections))
        talk.send(text=str(said.say))
        told = dict(said.tells)
    elif kind == "service" and depth > 0:
        others = [one for one in sorted(talk.sayings) if one not in talk.open and talk.sayings[one].aside]
        inner = talk.chance.choice(others)
        _serve(talk, inner, talk.chance.choice(talk.sayings[inner].aside), depth - 1)
    else:
        return told
    talk.wants(f"the question after {kind}", before, talk.asking)
    talk.wants(f"the service after {kind}", task, talk.trace.get("task"))
    return told


def _fall_silent(talk: Talk) -> None:
    """A day passes, then the student says hello and goes on."""
    raise NotImplementedError


def _serve(talk: Talk, task: str, opening: str | None, depth: int) -> None:
    """One service from its first sentence to its end."""
    sayings, outer = talk.sayings[task], bool(talk.open)
    talk.open.append(task)
    known: dict[str, str] = {}
    plan = talk.plan
    if opening is not None:
        talk.send(text=opening)
    else:
        said = talk.draw.said(talk.chance.choice(sayings.open))
        known |= said.tells
        talk.send(text=str(said.say))
    waiting = list(plan.between) if not outer else (["service"] if depth else [])
    ending = plan.ending if not outer else "confirm"
    stop_at = talk.chance.randrange(4) if ending == "cancel" else None
    number = 0
    while talk.trace.get("task") == task and (asking := talk.asking) is not None:
        if asking == "sign_in":
            talk.client.post("/sign-in", json={"student": talk.student}).raise_for_status()
            talk.send(payload="resume")
            continue
        if stop_at is not None and (number >= stop_at or asking == "confirmed"):
            talk.send(text=talk.chance.choice(STOP))
            break
        number += 1
        fitting = [kind for kind in waiting if _fits(kind, asking, sayings)]
        if fitting and talk.chance.random() < 0.6:
            kind = talk.chance.choice(fitting)
            waiting.remove(kind)
            known |= _digress(talk, kind, task, depth)
            continue
        if asking == "confirmed":
            _card(talk, sayings, known)
            _confirm(talk, sayings, ending)
            break
        if asking not in sayings.answers:
            raise Wrong(f"{task} asks for {asking!r}, which no student was told to answer")
        known |= _do(talk, talk.draw.said(talk.chance.choice(sayings.answers[asking]), asking), asking)
    talk.open.pop()
    if not talk.open:
        talk.wants("what is open at the end", None, talk.asking)


def _fits(kind: str, asking: str, sayings: Sayings) -> bool:
    if kind == "unread":
        return asking in sayings.unread
    if kind == "correction":
        return asking == "confirmed" and bool(sayings.corrections)
    return True


def _card(talk: Talk, sayings: Sayings, known: dict[str, str]) -> None:
    """The card shows everything that was told, as it was told."""
    card = next((reply for reply in reversed(talk.replies) if reply["kind"] == "confirm"), None)
    if card is None:
        raise Wrong("no card is on show")
    shown = {one["label"]: one["value"] for one in card["fields"]}
    for name, wanted in known.items():
        if name in sayings.labels:
            talk.wants(f"the card's {sayings.labels[name]}", wanted, shown.get(sayings.labels[name]))


def _confirm(talk: Talk, sayings: Sayings, ending: str) -> None:
    """Yes to the card; an office that fails is tried again until there is a receipt."""
    before = len(talk.receipts)
    if ending == "fault":
        fault = {**talk.chance.choice(sayings.faults), "times": 1}
        talk.campus.post("/_faults", json=fault).raise_for_status()
    yes = next(one for reply in talk.replies for one in reply.get("choices", ()) if one["payload"] == "affirm")
    talk.send(payload=yes["payload"]) if talk.chance.random() < 0.5 else talk.send(text="确认")
    if ending == "fault" and len(talk.receipts) == before:
        talk.tap("再试一次")
    if len(talk.receipts) != before + 1:
        raise Wrong(f"no receipt but {[reply['text'] for reply in talk.replies]}")
    talk.orders += 1


def students(running: House, n: int, seed: int) -> list[str]:
    """Active students with a working card, each for one dialogue."""
    with sqlite3.connect(f"file:{running.data / 'campus_sim.sqlite'}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT student FROM students JOIN cards USING (student)"
            " WHERE students.status = '在籍' AND cards.status = '正常' ORDER BY student"
        ).fetchall()
    numbers = [str(row[0]) for row in rows]
    random.Random(seed).shuffle(numbers)
    return numbers[:n]


def play(plan: Plan, running: House, sayings: dict[str, Sayings], student: str) -> tuple[str | None, list[str]]:
    """Plays one plan; gives what went wrong (``None``: nothing) and what was said."""
    chance = random.Random(plan.seed)
    draw = Drawer(chance, datetime.now(CAMPUS).date())
    before = running.orders()
    with running.client() as client, running.campus() as campus:
        campus.delete("/_faults").raise_for_status()
        if plan.signed_in:
            client.post("/sign-in", json={"student": student}).raise_for_status()
        talk = Talk(plan, running, client, campus, sayings, student, chance, draw)
        try:
            _serve(talk, plan.task, None, plan.depth)
            talk.wants("orders in the office", talk.orders, running.orders() - before)
        except Wrong as wrong:
            return str(wrong), talk.said
    return None, talk.said


def play_all(made: Sequence[Plan], running: House, sayings: dict[str, Sayings], *, verbose: bool = False) -> list[str]:
    """Plays every plan; gives the misses, one line each."""
    misses = []
    people = students(running, len(made), SEED)
    for plan, student in zip(made, people, strict=True):
        wrong, said = play(plan, running, sayings, student)
        if wrong is not None:
            misses.append(
                f"{plan.task} seed {plan.seed} {'+'.join(plan.between)} {plan.ending}: {wrong} — {' / '.join(said)}"
            )
            if verbose:
                print(misses[-1], file=sys.stderr, flush=True)
    return misses


def run() -> list[Figure]:
    sayings = read_sayings()
    made = plans(sayings, DIALOGUES, SEED)
    with house() as running:
        misses = play_all(made, running, sayings)
    kinds = Counter(kind for plan in made for kind in plan.between)
    least = min(kinds.values())
    return [
        share(
            f"generated dialogues: right end and right slots, {len(sayings)} services",
            len(made) - len(misses),
            len(made),
            goal=100.0,
            misses=tuple(misses),
        ),
        Figure("generated dialogues: least played kind in between", least, "count", n=len(made)),
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.generated", description=__doc__.splitlines()[0])
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
