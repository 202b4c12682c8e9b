"""Services under way: how a message is read for the open question, and the turn that is posted to Rasa."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.messages import Inbound, Reply, State
from bot.turns import Dialogue, DialogueDown, StillWorking
from bot.understanding import Reading, answers

PATIENCE_SECONDS = {"wechat": 3.0}
"""How long a service asked for while Rasa starts is held; WeChat wants its answer within five seconds."""
PATIENCE = 60.0

CORRECTION = re.compile(r"不对|不是|错了|弄错|说错|改成|改为|换成|应该是|更正|改一下")
ASKED = re.compile(r"[?？]\s*$|吗|么$|呢$|怎么|什么|多少|几[点天个]|谁|哪|是不是|能不能|可不可以|可以.*吗|要不要")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn for Rasa: ``/intent{entities}``."""

    intent: str
    entities: Mapping[str, str]
    certain: bool = False
    """Whether it can hardly be meant otherwise (a tapped or fully read answer)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a turn."""

    replies: tuple[Reply, ...] = ()
    state: State = field(default_factory=State)
    asking: str | None = None
    trouble: str | None = None
    """Name of the sentence to say when nothing came back."""


def looks_asked(text: str) -> bool:
    """Whether the sentence has the form of a question."""
    return ASKED.search(text) is not None


def as_fields(entities: Mapping[str, str]) -> dict[str, str]:
    """Entities as the fields of services know them: a single day is a period of that whole day."""
    fields = dict(entities)
    if "period" not in fields and (day := fields.get("date")):
        fields["period"] = f"{day}T00:00/{day}T23:59"
    return fields


def tapped(name: str, rest: str) -> Turn:
    """The turn of a tapped button."""
    if name == "answer":
        return Turn("answer", {"value": rest, "utterance": rest}, certain=True)
    if name in ("affirm", "deny"):
        return Turn("answer", {"value": "yes" if name == "affirm" else "no"}, certain=True)
    if name == "change":
        return Turn("change", {"field": rest}, certain=True)
    return Turn(name, {}, certain=True)


def unread(text: str) -> Turn:
    """An answer that could not be read for its kind: the form says so and asks again."""
    return Turn("answer", {"utterance": text})


def more(reading: Reading, state: State) -> Turn | None:
    """What a message adds to a service that waits for the sign-in."""
    prompt = state.prompt or {}
    wanted = {name: value for name, value in as_fields(reading.entities).items() if name in prompt.get("fields", ())}
    return Turn("correct", wanted) if wanted else None


def read_turn(reading: Reading, prompt: Mapping[str, Any], now: datetime) -> Turn | None:
    """Reads a message for the open question; ``None`` when it answers nothing."""
    kind, asking = prompt["kind"], prompt["asking"]
    exact = reading.vector is None
    if exact and reading.intent == "cancel":
        return Turn("cancel", {}, certain=True)
    if kind == "confirm":
        return _confirm(reading, prompt, now)
    value = answers.read(kind, reading.text, now, list(prompt.get("choices") or ()))
    if value is None and exact and reading.intent in ("affirm", "deny"):
        value = _yes_or_no(reading.intent, prompt)
    if exact and value is None:
        return None
    if kind == "text" and exact and reading.intent in ("greet", "thank", "goodbye", "human_handoff", "affirm", "deny"):
        return None
    others = _others(reading, prompt, kind)
    corrects = CORRECTION.search(reading.text) is not None
    if others and (corrects or (value is None) or kind != "text"):
        if value is not None and kind != "text":
            others = {asking: value, **others}
        return Turn("correct", {**others, "utterance": reading.text}, certain=corrects or kind != "text")
    if value is None:
        return None
    asked = looks_asked(reading.text) and reading.intent == "policy_question"
    certain = kind != "text" and not asked
    return Turn("answer", {"value": value, "utterance": reading.text}, certain=certain)


def _confirm(reading: Reading, prompt: Mapping[str, Any], now: datetime) -> Turn | None:
    others = _others(reading, prompt, "confirm")
    if others:
        return Turn(
            "correct", {**others, "utterance": reading.text}, certain=CORRECTION.search(reading.text) is not None
        )
    picked = answers.read("choice", reading.text, now, list(prompt.get("choices") or ()))
    payloads = {str(choice["payload"]) for choice in prompt.get("choices") or ()}
    if picked in payloads:
        name, _, rest = str(picked).partition(":")
        return tapped(name, rest)
    if answers.read("confirm", reading.text, now, []) == "yes" or (
        reading.intent == "affirm" and reading.vector is None
    ):
        return tapped("affirm", "")
    if reading.intent == "deny" and reading.confidence >= 0.5:
        return tapped("deny", "")
    if reading.intent == "affirm" and reading.confidence >= 0.8 and not looks_asked(reading.text):
        return tapped("affirm", "")
    return tapped("deny", "") if CORRECTION.search(reading.text) else None


def _yes_or_no(intent: str, prompt: Mapping[str, Any]) -> str | None:
    """「要」「不用」 answer a choice between yes and no."""
    wanted = "yes" if intent == "affirm" else "no"
    values = {str(choice["payload"]).removeprefix("answer:") for choice in prompt.get("choices") or ()}
    return wanted if wanted in values else None


def _others(reading: Reading, prompt: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Entities in the message that belong to other fields of the service than the one asked for."""
    fields, asking = prompt.get("fields", ()), prompt["asking"]
    given = {one["name"]: one["kind"] for one in prompt.get("given", ())}
    found = {}
    for name, value in as_fields(reading.entities).items():
        if name not in fields or name == asking:
            continue
        if given.get(name) == "text" and not CORRECTION.search(reading.text):
            # Free words are too easily found again in an answer to something else.
            continue
        found[name] = value
    return found


class Tasks:
    """Posts turns, and keeps what the form says is open now."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue

    async def post(self, turn: Turn, inbound: Inbound, state: State) -> Outcome:
        """Posts a turn for the open service. Nothing raises: trouble is named in the outcome."""
        if not await self.dialogue.ready(PATIENCE_SECONDS.get(inbound.channel, PATIENCE)):
            starting = self.dialogue.status == "starting"
            return Outcome(state=state, trouble="dialogue_starting" if starting else "dialogue_down")
        try:
            said = await self.dialogue.post(str(state.tracker), turn.intent, turn.entities, inbound.student)
        except StillWorking:
            return Outcome(state=state, trouble="still_working")
        except DialogueDown:
            return Outcome(state=state, trouble="dialogue_down")
        given = tuple(one.reply for one in said)
        last = said[-1]
        if last.done or last.prompt is None:
            return Outcome(given, state.closed())
        opened = replace(state, prompt=last.prompt, question=last.reply)
        return Outcome(given, opened, asking=str(last.prompt["asking"]))

    async def drop(self, state: State, inbound: Inbound) -> None:
        """Cancels a service without a word; its tracker is never used again, so a failure leaves nothing behind."""
        if self.dialogue.status == "ok" and state.tracker:
            try:
                await self.dialogue.post(state.tracker, "cancel", {}, inbound.student)
            except DialogueDown:
                return
