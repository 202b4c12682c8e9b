"""One message in, a list of replies out.

The order is the promise: a crisis sentence before anything else; a tapped button; the open question of a service; then what the
message means by itself. Every step's tools are arguments; nothing here is global.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from bot import policy, replies, tasks
from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.tasks import Tasks
from bot.understanding import Reading, Understanding, answers, crisis
from bot.understanding.normalise import normalise
from bot.words import Service

SMALLTALK = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "cancel"})

SURE = 0.5
"""From this calibrated probability on an intent is acted upon without asking."""
POSSIBLE = 0.15
"""Below ``SURE``, services at least this likely are offered as buttons."""
CRISIS = 0.4
"""The head's own crisis verdict counts from here: showing the card once too often costs little."""
LONGEST = 2000
"""Characters of one message that are still read; the crisis screen sees all of it."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything a message passes through."""

    understanding: Understanding
    policies: policy.Policies
    tasks: Tasks
    services: Mapping[str, Service]
    words: Mapping[str, str]
    crisis_card: Reply
    now: Callable[[], datetime]

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        """Answers one message; never raises for anything a student can type."""
        started = perf_counter()
        text, payload = normalise(inbound.text), inbound.payload
        if payload and payload.startswith("ask:"):
            text, payload = normalise(payload.removeprefix("ask:")), None
        answered = self.alarm(inbound, state)
        understood = 0.0
        if answered is None and payload is None:
            payload = self._offered(text, state)
        if answered is None and payload is not None:
            answered = await self._tapped(payload, inbound, state)
        if answered is None and not text:
            answered = Answered((replies.text(self.words["empty"]), *self._reminder(state)), state, Trace("smalltalk"))
        if answered is None and len(text) > LONGEST:
            answered = Answered((replies.text(self.words["too_long"]),), state, Trace("smalltalk"))
        if answered is None:
            begun = perf_counter()
            reading = await self._read(text, state)
            understood = (perf_counter() - begun) * 1000
            answered = await self._message(reading, inbound, state)
        total = (perf_counter() - started) * 1000
        timings = {"understand": understood, "total": total}
        return replace(answered, trace=replace(answered.trace, timings_ms=timings))

    # before anything else

    def alarm(self, inbound: Inbound, state: State) -> Answered | None:
        """The crisis card, when the words call for it; needs nothing but the word lists."""
        alarm = crisis.screen(normalise(f"{inbound.text} {(inbound.payload or '').removeprefix('ask:')}"))
        return self._card(state, alarm.rule, alarm.tier) if alarm else None

    def _card(self, state: State, rule: str, tier: str) -> Answered:
        """The fixed card. An open service is left as it is, neither filed with these words nor lost."""
        trace = Trace("crisis", intent="crisis", confidence=1.0)
        return Answered((self.crisis_card,), state, trace, alarm=rule, alarm_tier=tier)

    # buttons

    def _offered(self, text: str, state: State) -> str | None:
        """The payload of a choice picked by its number or label, outside a service."""
        if not state.offered:
            return None
        picked = answers.read("choice", text, self.now(), list(state.offered))
        return picked if picked in {one["payload"] for one in state.offered} else None

    async def _tapped(self, payload: str, inbound: Inbound, state: State) -> Answered:
        state = replace(state, offered=())
        name, _, rest = payload.partition(":")
        if name == "start" and rest in self.services:
            return await self._begin(rest, {}, "", inbound, state, confidence=1.0)
        if name == "human":
            return await self._human(state)
        if name == "switch" and state.held is not None:
            held, open_before = state.held, state
            await self.tasks.drop(open_before, inbound)
            return await self._begin(
                held["intent"], held["entities"], held["utterance"], inbound, replace(state.closed(), held=None), 1.0
            )
        if name == "keep":
            return self._back((), replace(state, held=None), Trace("task", task=state.task))
        if state.prompt is None:
            return self._smalltalk("cancel", state) if name == "cancel" else self._nothing_open(state)
        if name in ("answer", "affirm", "deny", "change", "cancel", "resume"):
            return await self._turn(tasks.tapped(name, rest), inbound, state)
        return self._nothing_open(state)

    def _nothing_open(self, state: State) -> Answered:
        return Answered((replies.text(self.words["nothing_open"]),), state, Trace("smalltalk"))

    # words

    async def _read(self, text: str, state: State) -> Reading:
        return await asyncio.to_thread(self.understanding.read, text, self.now())

    async def _message(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        if reading.chance("crisis") >= CRISIS and reading.vector is not None:
            return self._card(state, "head", "show")
        state = replace(state, offered=())
        if state.prompt is not None:
            answered = await self._in_service(reading, inbound, state)
            if answered is not None:
                return answered
        return await self._alone(reading, inbound, state)

    async def _in_service(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """A message while a service waits for an answer; ``None`` when it has nothing to do with the service."""
        prompt, now, sure = state.prompt or {}, self.now(), reading.confidence
        if prompt["kind"] == "sign_in":
            return await self._before_sign_in(reading, inbound, state)
        turn = tasks.read_turn(reading, prompt, now)
        if turn is not None and turn.certain:
            return await self._turn(turn, inbound, state)
        if reading.intent in ("cancel", "goodbye") and sure >= SURE:
            return await self._turn(tasks.Turn("cancel", {}), inbound, state)
        if reading.intent in ("greet", "thank") and sure >= SURE:
            return self._back(
                (replies.text(self.words[reading.intent]),), state, self._trace("smalltalk", reading, state)
            )
        if reading.intent == "human_handoff" and sure >= SURE:
            human = await self._human(state)
            return self._back(human.replies, state, human.trace)
        free = prompt["kind"] == "text"
        if reading.intent == "policy_question" and sure >= SURE and (tasks.looks_asked(reading.text) or not free):
            said = await self._policy(reading, state)
            return self._back(said.replies, state, said.trace)
        wanted = self.services.get(reading.intent)
        if wanted is not None and wanted.task != state.task and sure >= (0.9 if free else 0.6) and turn is None:
            return self._offer_switch(wanted, reading, state)
        return await self._turn(turn or tasks.unread(reading.text), inbound, state)

    async def _before_sign_in(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """A service waits for the sign-in: go on with it as soon as there is one, whatever was typed."""
        if reading.intent in ("cancel", "deny") and reading.confidence >= SURE:
            return await self._turn(tasks.Turn("cancel", {}), inbound, state)
        other = reading.intent in self.services and reading.intent != state.task and reading.confidence >= SURE
        if other:
            await self.tasks.drop(state, inbound)
            return await self._alone(reading, inbound, state.closed())
        asks = reading.intent in ("policy_question", "out_of_scope", "human_handoff") and reading.confidence >= SURE
        if inbound.student is None:
            if asks or (reading.intent in SMALLTALK and reading.intent != "affirm"):
                said = await self._alone(reading, inbound, replace(state, task=None, prompt=None))
                return self._back(said.replies, state, said.trace)
            turn = tasks.more(reading, state)
            return (
                await self._turn(turn, inbound, state)
                if turn
                else self._back((), state, Trace("task", task=state.task))
            )
        if asks:
            said = await self._alone(reading, inbound, replace(state, task=None, prompt=None))
            resumed = await self._turn(tasks.Turn("resume", {}), inbound, state)
            return replace(resumed, replies=(*said.replies, *resumed.replies), trace=said.trace)
        return await self._turn(tasks.more(reading, state) or tasks.Turn("resume", {}), inbound, state)

    async def _alone(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """A message by itself: what it most likely means decides."""
        intent, sure = reading.intent, reading.confidence
        if intent in self.services and sure >= SURE:
            return await self._begin(intent, reading.entities, reading.text, inbound, state, confidence=sure)
        if intent in SMALLTALK and sure >= SURE:
            return self._smalltalk(intent, state, reading)
        if intent == "human_handoff" and sure >= SURE:
            return await self._human(state, reading)
        found = await self._policy(reading, state)
        if found.trace.route == "policy":
            return found
        likely = [name for name, chance in reading.ranking if chance >= POSSIBLE and name in self.services][:3]
        if likely and intent not in ("policy_question", "out_of_scope"):
            return self._which(likely, reading, state)
        if intent == "policy_question":
            return found
        if intent == "out_of_scope" and sure >= SURE:
            trace = self._trace("declined", reading, state)
            return Answered((replies.text(self.words["out_of_scope"]),), state, trace)
        trace = self._trace("declined", reading, state)
        return Answered((replies.text(self.words["unclear"]),), state, trace)

    # what is done

    def _smalltalk(self, intent: str, state: State, reading: Reading | None = None) -> Answered:
        confidence = reading.confidence if reading else 1.0
        return Answered((replies.text(self.words[intent]),), state, Trace("smalltalk", intent, confidence))

    async def _human(self, state: State, reading: Reading | None = None) -> Answered:
        found = await asyncio.to_thread(self.policies.guide, "24小时值班辅导员")
        reply = replies.answer(found, self.words["human"]) if found else replies.text(self.words["human_unknown"])
        trace = Trace("handoff", "human_handoff", reading.confidence if reading else 1.0)
        return Answered((reply,), state, trace)

    async def _policy(self, reading: Reading, state: State) -> Answered:
        reply, answered = await asyncio.to_thread(self.policies.answer, reading, self.words)
        return Answered((reply,), state, self._trace("policy" if answered else "declined", reading, state))

    def _which(self, likely: list[str], reading: Reading, state: State) -> Answered:
        offered = [(self.services[name].title, f"start:{name}") for name in likely]
        offered.append((self.words["ask_instead"], "deny"))
        reply = replies.choices(self.words["which_one"], offered)
        return Answered((reply,), replace(state, offered=tuple(reply["choices"])), self._trace("task", reading, state))

    def _offer_switch(self, wanted: Service, reading: Reading, state: State) -> Answered:
        names = {"open": self.services[str(state.task)].title, "wanted": wanted.title}
        reply = replies.choices(
            self.words["switch"].format(**names),
            [
                (self.words["switch_yes"].format(**names), "switch"),
                (self.words["switch_no"].format(**names), "keep"),
            ],
        )
        held = {"intent": wanted.task, "entities": dict(reading.entities), "utterance": reading.text}
        state = replace(state, held=held, offered=tuple(reply["choices"]))
        return Answered((reply,), state, self._trace("task", reading, state))

    async def _begin(
        self, task: str, entities: Mapping[str, str], said: str, inbound: Inbound, state: State, confidence: float
    ) -> Answered:
        """Starts a service, or says where it is done when it is not online yet."""
        service = self.services[task]
        if state.prompt is not None and state.task not in (None, task):
            reading = Reading(said, task, confidence, ((task, confidence),), entities, None)
            return self._offer_switch(service, reading, state)
        trace = Trace("task", task, confidence, task=task)
        if not service.online:
            reply = await asyncio.to_thread(self.policies.not_online, service, self.words)
            return Answered((reply,), state, trace)
        if state.prompt is not None:
            # The same service asked for again: what is new in these words goes into the open form.
            again = tasks.Turn("correct", tasks.as_fields(entities)) if entities else tasks.Turn("resume", {})
            return await self._turn(again, inbound, state)
        tracker = f"{hashlib.sha256(inbound.conversation.encode()).hexdigest()[:20]}:{secrets.token_hex(6)}"
        opened = replace(state, task=task, tracker=tracker, held=None)
        turn = tasks.Turn(task, {**tasks.as_fields(entities), **({"utterance": said} if said else {})})
        return await self._turn(turn, inbound, opened, before=state, confidence=confidence)

    async def _turn(
        self,
        turn: tasks.Turn,
        inbound: Inbound,
        state: State,
        before: State | None = None,
        confidence: float | None = None,
    ) -> Answered:
        outcome = await self.tasks.post(turn, inbound, state)
        if outcome.trouble:
            kept = before if before is not None and outcome.trouble != "still_working" else state
            reply = replies.text(self.words[outcome.trouble])
            return Answered((reply,), kept, Trace("task", state.task, confidence, task=state.task))
        trace = Trace("task", state.task, confidence, task=state.task, asking=outcome.asking)
        return Answered(outcome.replies, outcome.state, trace)

    def _reminder(self, state: State) -> tuple[Reply, ...]:
        return (state.question,) if state.question else ()

    def _back(self, said: tuple[Reply, ...], state: State, trace: Trace) -> Answered:
        """After something said in between: the question that was open, once more."""
        asking = state.prompt.get("asking") if state.prompt else None
        trace = replace(trace, task=state.task, asking=asking)
        return Answered((*said, *self._reminder(state)), state, trace)

    @staticmethod
    def _trace(route: str, reading: Reading, state: State) -> Trace:
        return Trace(route, reading.intent, reading.confidence, task=state.task)
