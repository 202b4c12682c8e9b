"""A service stopped by a crisis sentence, or left for a day: taken up or dropped by asking, never by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import replies, tasks
from bot.doubts import SURE, VERY_SURE
from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.services_open import ALL, OpenServices, task_of
from bot.understanding import Reading, smalltalk

GO_ON = re.compile(r"(?:那就?|好的?[,，]?|我?要?)?(?:继续|接着)(?:办|填|弄|刚才的?|之前的?|.{0,8})?[吧啊呀。!]*")
"""What takes a stopped service up again."""
LEFT_AFTER = timedelta(hours=12)
"""A service whose question stood for so long is asked about before it goes on."""


def stop(state: State, **how: Any) -> State:
    """The open service stops where it is; whatever was stopped before waits behind it."""
    if state.prompt is None and state.waiting and state.paused is None:
        # What was about to begin does not begin by itself either.
        *rest, entry = state.waiting
        return replace(state, waiting=tuple(rest), paused={**entry, "told": False, **how}, held=None, offered=())
    if state.prompt is None:
        return state
    before = (state.paused,) if state.paused is not None else ()
    paused = {**state.open_now, "told": False, **how}
    return replace(state.closed(), paused=paused, waiting=(*state.waiting, *before), held=None, offered=())


@dataclass(frozen=True, slots=True)
class Stopped:
    """Takes up what was stopped when the student says so, and reminds of it once."""

    open: OpenServices
    words: Mapping[str, str]
    now: Callable[[], datetime]
    left_after: timedelta

    def left(self, state: State) -> State:
        """A service left open for too long stops: it is asked about before it goes on."""
        if state.prompt is None or state.at is None:
            return state
        return stop(state, left=True) if self.now() - datetime.fromisoformat(state.at) >= self.left_after else state

    async def taken_up(self, text: str, payload: str | None, inbound: Inbound, state: State) -> Answered | None:
        """Goes on with the stopped service, or drops it; ``None`` for anything else."""
        paused = state.paused or {}
        said = smalltalk.exact(text) if payload is None else None
        asked = paused.get("left") and paused.get("told") and bool(state.offered)
        if payload is None and ALL.fullmatch(text):
            return await self.open.drop_all(inbound, state)
        if payload == "cancel" or said == "cancel" or (asked and said == "deny"):
            return self._dropped(state)
        begins = tasks.started(payload) if payload else None
        wanted = payload == "resume" or (begins is not None and begins == (task_of(paused), {}))
        if not (wanted or (payload is None and GO_ON.fullmatch(text)) or (asked and said == "affirm")):
            return None
        state = replace(state, paused=None, offered=())
        if paused.get("tracker"):
            return await self.open.come_back(paused, inbound, state)
        return await self.open.begin(paused, inbound, state)

    def _dropped(self, state: State) -> Answered:
        """What waits behind it does not begin by itself either: it is offered."""
        paused = state.paused or {}
        said = [replies.text(self.words["paused_dropped"].format(title=self.open.title(task_of(paused))))]
        state = replace(state, paused=None, held=None, offered=())
        if state.waiting:
            *rest, entry = state.waiting
            state = replace(state, waiting=tuple(rest), paused={**entry, "told": True})
            said.append(self._offer(entry))
        return Answered(tuple(said), state, Trace("task", "cancel", 1.0))

    def holds(self, reading: Reading, state: State) -> bool:
        """Whether a message after a long time seems to answer the old question, or says nothing of its own."""
        paused = state.paused or {}
        if not paused.get("left") or not paused.get("prompt"):
            return False
        prompt = paused["prompt"]
        readable = prompt["kind"] not in ("sign_in", "waiting")
        turn = tasks.read_turn(reading, prompt, self.now()) if readable else None
        if turn is not None and turn.certain:
            return True
        of_its_own = reading.intent not in ("affirm", "deny", "out_of_scope", paused["task"])
        sure = reading.confidence >= SURE
        if prompt["kind"] == "text" and reading.vector is not None and reading.intent != "policy_question":
            # Free words are held rather than taken for a wish.
            sure = reading.confidence >= VERY_SURE and tasks.looks_requested(reading.text)
        return not paused["told"] and not (of_its_own and sure)

    def asks(self, inbound: Inbound, state: State) -> Answered:
        """「…停在这一步，还没提交，接着办吗？」; the message is held until that is answered."""
        paused = state.paused or {}
        title, step = self.open.title(task_of(paused)), _step(paused)
        text = (
            self.words["left"].format(title=title, step=step) if step else self.words["left_short"].format(title=title)
        )
        reply = replies.choices(text, [(self.words["left_on"], "resume"), (self.words["paused_off"], "cancel")])
        held = {"text": inbound.text, "payload": inbound.payload, "attachments": list(inbound.attachments)}
        state = replace(state, held=held, offered=tuple(reply["choices"]), paused={**paused, "told": True})
        return Answered((reply,), state, Trace("task"))

    def reminded(self, answered: Answered, before: State) -> Answered:
        """Says once, after the next ordinary answer, that a service was stopped and how it goes on."""
        paused = answered.state.paused
        # While another service is open, 继续 and 不办了 are said about that one; when it ends, the old one is offered again.
        if paused is None or answered.state.prompt is not None or answered.trace.route == "crisis":
            return answered
        if paused["told"] and before.prompt is None:
            return answered
        state = replace(answered.state, paused={**paused, "told": True})
        offer = self._offer(paused)
        if paused.get("left"):
            state = replace(state, offered=tuple(offer["choices"]))
        return replace(answered, replies=(*answered.replies, offer), state=state)

    def _offer(self, paused: Mapping[str, Any]) -> Reply:
        title = self.open.title(task_of(paused))
        begun = bool(paused.get("tracker"))
        return replies.choices(
            self.words["paused" if begun else "paused_request"].format(title=title),
            [(self.words["paused_on"].format(title=title), "resume"), (self.words["paused_off"], "cancel")],
        )


def _step(paused: Mapping[str, Any]) -> str:
    """The first line of the question that was open, short enough to be said again."""
    lines = str((paused.get("question") or {}).get("text", "")).split("\n")
    return lines[0] if lines[0] and len(lines[0]) <= 60 else ""
