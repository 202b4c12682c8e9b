"""A hall of services on a fake wire: forms that ask, end, and remember each tracker; and a head that understands what it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from bot.messages import Answered, Inbound, State
from bot.pipeline import Pipeline
from bot.policy import Said
from bot.tasks import Tasks
from bot.turns import Dialogue
from bot.understanding import Reading, entities, smalltalk
from bot.words import Service, read_crisis_card, read_emergency_card, read_services, read_words

NOW = datetime(2026, 11, 20, 10, 0)
STUDENT = "2026020001"

SEALED = [{"label": "要密封", "payload": "answer:yes"}, {"label": "不用", "payload": "answer:no"}]
NO_PHOTO = [{"label": "没有照片", "payload": "answer:-"}]
FORMS: dict[str, list[tuple[str, str, list[dict[str, str]]]]] = {
    "repair_request": [("phone", "phone", []), ("visit", "choice", SEALED)],
    "leave_request": [("reason", "text", []), ("destination", "text", [])],
    "transcript_print": [("sealed", "choice", SEALED), ("count", "count", [])],
    "card_top_up": [("amount", "money", [])],
    "card_loss_report": [("confirmed", "confirm", [{"label": "确认提交", "payload": "affirm"}])],
    "complaint": [("story", "text", [])],
    "coffee_order": [("drink", "text", [])],
    "hazard_report": [("location", "location", []), ("photo", "photo", NO_PHOTO), ("story", "text", [])],
    "grade_query": [],
    "card_balance": [],
    "progress_query": [],
}
"""What each service of the fake hall asks: ``(field, kind, choices)``."""


class Hall:
    """Answers like Rasa with one form for every tracker, and keeps what was posted."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str, dict[str, str]]] = []
        """``(tracker, intent, entities)``."""
        self.forms: dict[str, tuple[str, int]] = {}
        self.alive = True
        self.after: list[dict[str, Any]] = []
        """More replies behind every receipt."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.alive:
            raise httpx.ConnectError("down", request=request)
        if request.url.path.endswith("/health"):
            return httpx.Response(200, json={"status": "ok"})
        body = json.loads(request.content)
        intent, _, words = str(body["message"]).removeprefix("/").partition("{")
        said = json.loads("{" + words) if words else {}
        self.posted.append((body["sender"], intent, said))
        return httpx.Response(200, json=self._answer(body["sender"], intent, said))

    @property
    def intents(self) -> list[str]:
        return [intent for _, intent, _ in self.posted]

    def _answer(self, tracker: str, intent: str, said: Mapping[str, str]) -> list[dict[str, Any]]:
        task, step = self.forms.get(tracker, (intent, 0))
        if intent == "cancel":
            return [{"reply": {"kind": "text", "text": f"{task} 取消了"}, "prompt": None, "done": True}]
        if intent == "answer" and "value" in said:
            step += 1
        self.forms[tracker] = (task, step)
        if step >= len(FORMS[task]):
            done = {"kind": "receipt", "text": f"{task} 办好了", "number": "N1", "task": task, "status": ""}
            return [{"reply": done, "prompt": None, "done": True}, *self.after]
        field, kind, choices = FORMS[task][step]
        prompt = {"task": task, "asking": field, "kind": kind, "choices": choices, "given": [], "fields": [field]}
        reply = {"kind": "choices" if choices else "text", "text": f"{task} {field}？"}
        return [{"reply": {**reply, **({"choices": choices} if choices else {})}, "prompt": prompt, "done": False}]


class Head:
    """Understands what it is told to; entities and small talk are read for real."""

    def __init__(self, meanings: dict[str, Any]) -> None:
        self.meanings = meanings

    def read(self, text: str, now: datetime) -> Reading:
        found = entities.find(text, now)
        if intent := smalltalk.exact(text):
            return Reading(text, intent, 1.0, ((intent, 1.0),), found, None)
        meaning = self.meanings.get(text) or self.both(text) or ("out_of_scope", 0.2)
        ranking = (meaning,) if isinstance(meaning[0], str) else tuple(meaning)
        return Reading(text, ranking[0][0], ranking[0][1], ranking, found, object())  # type: ignore[arg-type]

    def both(self, text: str) -> tuple[tuple[str, float], ...] | None:
        """A message that holds two things it knows sounds like both, as it does to a real head."""
        known = {self.meanings[piece] for piece in self.meanings if piece in text}
        intents = {str(intent): 0.45 for intent, *_ in known if isinstance(intent, str)}
        return tuple(intents.items()) if len(intents) > 1 else None

    def glance(self, text: str) -> tuple[tuple[str, float], ...]:
        return self.read(text, datetime.now()).ranking


class Rules:
    """Documents that answer what the head takes for a question, and what is told to them."""

    unreadable = False

    def __init__(self, known: Mapping[str, float] | None = None) -> None:
        self.known = known or {}

    def answer(self, reading: Reading, words: Any, before: str | None = None) -> Said:
        confidence = self.known.get(reading.text, 0.9 if reading.intent == "policy_question" else 0.0)
        if not confidence:
            return Said({"kind": "text", "text": "没有找到"}, False, reading.text)
        reply = {"kind": "answer", "text": f"规定：{reading.text}", "confidence": confidence, "sources": []}
        return Said(reply, True, reading.text)

    def guide(self, service: str) -> None:
        return None

    def not_online(self, service: Any, words: Any) -> dict[str, Any]:
        return {"kind": "text", "text": f"{service.title}不在线"}


class Talk:
    """One conversation."""

    def __init__(self, pipeline: Pipeline, student: str | None = STUDENT) -> None:
        self.pipeline, self.student, self.state = pipeline, student, State()
        self.kept: list[Any] = []

    async def __call__(self, text: str = "", payload: str | None = None, photos: tuple[str, ...] = ()) -> Answered:
        inbound = Inbound("c1", text, payload, "web", self.student, photos)
        answered = await self.pipeline.answer(inbound, self.state)
        # Between two messages the state lies in a database.
        self.state = State.from_json(json.loads(json.dumps(answered.state.to_json())))
        self.kept += answered.candidates
        return answered

    async def tap(self, label: str, answered: Answered) -> Answered:
        """A button of the replies before."""
        offered = {one["label"]: one["payload"] for reply in answered.replies for one in reply.get("choices", ())}
        return await self("", offered[label])


def texts(answered: Answered) -> list[str]:
    """What each reply says."""
    return [str(reply["text"]) for reply in answered.replies]


def services() -> dict[str, Service]:
    """The services of the fake hall are online, whatever is compiled."""
    return {name: replace(one, online=name in FORMS) for name, one in read_services().items()}


@asynccontextmanager
async def pipeline_over(hall: Hall, meanings: Mapping[str, Any], **more: Any) -> AsyncIterator[Pipeline]:
    """The real pipeline over the fake hall, with a head that understands ``meanings``; ``more`` is the pipeline's."""
    dialogue = Dialogue("http://rasa", "inner", transport=httpx.MockTransport(hall))
    await dialogue.look()
    yield Pipeline(
        understanding=Head(dict(meanings)),  # type: ignore[arg-type]
        policies=Rules(),  # type: ignore[arg-type]
        tasks=Tasks(dialogue),
        services=services(),
        words=read_words(),
        crisis_card=read_crisis_card("021-5550-1110"),
        emergency_card=read_emergency_card(),
        now=lambda: NOW,
        **more,
    )
    await dialogue.close()
