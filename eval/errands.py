"""Simulated students who report broken things in rooms of their own, while the house is killed under them.

A student repeats a message under its id until it is answered, as clients do; every sending and every answer goes into a diary
outside of the house first. Some say the next thing before the last one is answered, some cry for help in between.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.words import read_words

AHEAD, CRIES, QUESTIONS, FAULTS = 0.3, 0.1, 0.2, 0.3
"""Shares of telephones corrected before the first one is answered, of errands with a cry for help, of errands with a question in
between, and of orders whose back office fails."""
FAULTY: tuple[Mapping[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "delay", "delay_ms": 1500},
    {"kind": "reset_after_commit"},
    {"kind": "html_200"},
    {"kind": "truncated"},
)
HOUSES, FLOORS, DOORS = 12, 6, 30
MOST_TURNS = 20
"""Of one errand, without those that were not heard."""
PATIENCE_SECONDS = 150.0
CRY, QUESTION = "我不想活了", "宿舍晚上几点关门？"
TROUBLES = ("dialogue_down", "dialogue_starting", "dialogue_silent", "dialogue_busy", "still_working")


class Diary:
    """Append-only, on the disk before anything goes on; never read by the house."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.sent: dict[tuple[str, str], float] = {}
        """When each message (conversation, id) was first sent."""
        self.answered: dict[tuple[str, str], tuple[float, list[Any]]] = {}
        """When it was first answered, and with which replies."""
        self.fresh: list[tuple[str, str]] = []
        """Answered since somebody looked."""
        self.cards: dict[str, str] = {}
        """The telephone on the card that was shown last, by conversation."""
        self.wrong: list[str] = []

    def send(self, key: tuple[str, str], said: Mapping[str, str]) -> None:
        self.note("sent", *key, dict(said))
        self.sent.setdefault(key, time.monotonic())

    def receive(self, key: tuple[str, str], replies: list[Any]) -> None:
        self.note("got", *key, replies)
        if key not in self.answered:
            self.answered[key] = (time.monotonic(), replies)
            self.fresh.append(key)
        elif self.answered[key][1] != replies:
            self.wrong.append(f"I2: {key} was answered in two ways")

    def note(self, *said: Any) -> None:
        self._file.write(json.dumps([round(time.monotonic(), 4), *said], ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@dataclass(slots=True)
class Errand:
    """One broken thing."""

    conversation: str
    place: str
    phones: dict[str, str] = field(default_factory=dict)
    """By the id of the message that told it."""
    receipts: set[str] = field(default_factory=set)
    stopped: str = ""
    """The words with which the service ended without a receipt."""


class Student:
    """One signed-in browser."""

    def __init__(self, number: str, place: int, url: str, campus: httpx.AsyncClient, diary: Diary, seed: int) -> None:
        self.number, self._place, self._campus, self._diary = number, place, campus, diary
        self._chance = random.Random(seed)
        self._client = httpx.AsyncClient(base_url=url, timeout=100.0)
        self._words = read_words()
        self.errands: list[Errand] = []
        self.cries: list[str] = []
        self.talking = asyncio.Event()
        """Set once a service is open: from then on a kill is one in the middle of a form."""
        self.stopping = False
        self._messages = 0

    async def sign_in(self) -> None:
        (await self._client.post("/sign-in", json={"student": self.number})).raise_for_status()

    async def live(self) -> None:
        """One errand after another until it is asked to stop; the last one is finished."""
        try:
            while not self.stopping:
                await self._run()
        finally:
            await self._client.aclose()

    async def _run(self) -> None:
        chance, number = self._chance, len(self.errands) * 8 + self._place
        room = f"{1 + number // DOORS % FLOORS}{1 + number % DOORS:02}"
        errand = Errand(f"{self.number}-{len(self.errands)}", f"{1 + number // DOORS // FLOORS % HOUSES}号楼{room}")
        self.errands.append(errand)
        if chance.random() < CRIES:
            await self._cry()
        said: dict[str, str] = {"text": f"{errand.place}空调不制冷，帮我报修"}
        answer = await self._say(errand, said)
        asked = chance.random() >= QUESTIONS
        turns, until = 0, time.monotonic() + PATIENCE_SECONDS
        while turns < MOST_TURNS and time.monotonic() < until:
            replies, asking = answer["replies"], answer["trace"]["asking"]
            errand.receipts |= {each["number"] for each in replies if each["kind"] == "receipt"}
            if errand.receipts:
                self.talking.clear()
                return
            if (trouble := self._trouble(replies)) is not None:
                await asyncio.sleep(chance.uniform(0.1, 0.4))
                answer = await self._say(errand, {"payload": "resume"} if trouble == "still_working" else said)
                continue
            if asking is None:
                errand.stopped = "\n".join(str(each["text"]) for each in replies)
                return
            turns += 1
            self.talking.set()
            if not asked:
                asked = True
                answer = await self._say(errand, {"text": QUESTION})
                continue
            if asking == "phone":
                answer = await self._telephone(errand)
                said = {"text": next(reversed(errand.phones.values()))}
                continue
            said = await self._next(errand, asking, replies)
            answer = await self._say(errand, said)
        self._diary.wrong.append(f"I4: {errand.conversation} goes in circles: {answer}")

    async def _next(self, errand: Errand, asking: str, replies: list[Any]) -> dict[str, str]:
        if asking == "visit":
            return {"text": "随时可以进"}
        if asking == "confirmed":
            shown = next((each for each in reversed(replies) if each["kind"] == "confirm"), None)
            if shown is not None:
                card = {one["label"]: one["value"] for one in shown["fields"]}
                self._diary.note("card", errand.conversation, card)
                self._diary.cards[errand.conversation] = card.get("联系电话", "")
                if card.get("地点") != errand.place or card.get("联系电话") not in errand.phones.values():
                    self._diary.wrong.append(f"I6: {errand.conversation} told {errand} and the card says {card}")
            await self._spoil()
            return {"payload": "affirm"} if self._chance.random() < 0.5 else {"text": "确认"}
        offered = [one["payload"] for each in replies for one in each.get("choices", ())]
        return {"payload": "resume"} if "resume" in offered else {"text": "继续"}

    async def _telephone(self, errand: Errand) -> dict[str, Any]:
        """Perhaps another one at once, before the first is answered."""
        first = f"13{self._chance.randint(0, 9)}{self._chance.randrange(10**8):08d}"
        if self._chance.random() >= AHEAD:
            return await self._say(errand, {"text": first}, phone=first)
        second = f"13{self._chance.randint(0, 9)}{self._chance.randrange(10**8):08d}"
        early = asyncio.create_task(self._say(errand, {"text": first}, phone=first))
        await asyncio.sleep(self._chance.uniform(0.0, 0.01))
        late = await self._say(errand, {"text": f"电话改成{second}"}, phone=second)
        await early
        # Whichever came last is what stands now; what is open is asked for once more.
        return late if not self._trouble(late["replies"]) else await self._say(errand, {"text": second}, phone=second)

    async def _cry(self) -> None:
        conversation = f"{self.number}-cry-{len(self.cries)}"
        self.cries.append(conversation)
        answer = await self._tell(conversation, {"text": CRY})
        if [each["kind"] for each in answer["replies"]] != ["crisis"]:
            self._diary.wrong.append(f"I5: {conversation} cried and read {answer['replies']}")

    async def _spoil(self) -> None:
        """The back office fails at the next order, if it is there to be told."""
        if self._chance.random() < FAULTS:
            fault = {"path": "/repairs", "method": "POST", "times": 1, **self._chance.choice(FAULTY)}
            with suppress(httpx.HTTPError):
                await self._campus.post("/_faults", json=fault)

    def _trouble(self, replies: list[Any]) -> str | None:
        """The sentence that says that this was not heard, or that nobody knows yet."""
        said = {str(each["text"]) for each in replies}
        return next((each for each in TROUBLES if self._words[each] in said), None)

    async def _say(self, errand: Errand, said: Mapping[str, str], phone: str | None = None) -> dict[str, Any]:
        return await self._tell(errand.conversation, said, errand, phone)

    async def _tell(
        self, conversation: str, said: Mapping[str, str], errand: Errand | None = None, phone: str | None = None
    ) -> dict[str, Any]:
        """Repeats it under one id until it is answered."""
        self._messages += 1
        message = f"{self.number}-m{self._messages}"
        if errand is not None and phone is not None:
            errand.phones[message] = phone
        body = {"conversation": conversation, "message_id": message, **said}
        while True:
            self._diary.send((conversation, message), said)
            try:
                answer = await self._client.post("/api/chat", json=body)
                if answer.status_code == 200:
                    told: dict[str, Any] = answer.json()
                    self._diary.receive((conversation, message), told["replies"])
                    return told
                if answer.status_code != 503:
                    self._diary.wrong.append(f"I4: {conversation} {message}: {answer.status_code} {answer.text[:200]}")
            except (httpx.HTTPError, ValueError):
                pass
            await asyncio.sleep(self._chance.uniform(0.05, 0.2))
