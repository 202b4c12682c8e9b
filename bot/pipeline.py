"""One message in, a list of replies out.

The order is the promise: a crisis sentence before anything else; a tapped button; the open question of a service; then what the
message means by itself. When a service ends, what waits behind it comes back. Every step's tools are arguments; nothing here is
global.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from bot import photos, policy, replies, tasks
from bot.asking import ONLY_ASKS, Asking
from bot.by_itself import ByItself
from bot.doubts import Doubts
from bot.following_up import Awaited, Awaiting, FollowingUp
from bot.giving_up import GivingUp
from bot.in_between import InBetween
from bot.in_passing import InPassing
from bot.messages import Answered, Candidate, Inbound, Reply, State, Trace
from bot.reader import Reader
from bot.services_open import OpenServices
from bot.several import Several
from bot.stopped import LEFT_AFTER, Stopped, stop
from bot.tasks import Tasks
from bot.understanding import Reading, Understanding, answers, crisis, emergency, entities, school_year, smalltalk
from bot.understanding.normalise import normalise
from bot.words import Names, Service

CRISIS = 0.6
"""The head's own crisis verdict counts from here: showing the card once too often costs little."""
LONGEST = 500
"""Characters of one message that are still read; the crisis screen sees all of it."""


async def _nothing(_student: str) -> tuple[Awaited, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything a message passes through."""

    understanding: Understanding
    policies: policy.Policies
    tasks: Tasks
    services: Mapping[str, Service]
    words: Mapping[str, str]
    crisis_card: Reply
    emergency_card: Reply
    now: Callable[[], datetime]
    left_after: timedelta = LEFT_AFTER
    awaiting: Awaiting = _nothing
    """Cases that wait for a student."""
    names: Names = field(init=False)
    open: OpenServices = field(init=False)
    asking: Asking = field(init=False)
    doubts: Doubts = field(init=False)
    several: Several = field(init=False)
    in_between: InBetween = field(init=False)
    by_itself: ByItself = field(init=False)
    stopped: Stopped = field(init=False)
    in_passing: InPassing = field(init=False)
    following_up: FollowingUp = field(init=False)

    def __post_init__(self) -> None:
        services, words, now = self.services, self.words, self.now
        names = Names(services)
        opened = OpenServices(self.tasks, services, names, self.policies, words, self._facts)
        asking = Asking(self.policies, services, words, now)
        doubts = Doubts(services, words, now)

        async def human(state: State, confidence: float = 1.0) -> Answered:
            return await in_between.human(state, confidence)

        giving_up = GivingUp(services)
        by_itself = ByItself(opened, asking, doubts, services, words, human, giving_up)
        reader = Reader(self.understanding, services, names, now)
        several = Several(opened, asking, reader, services, words, human)
        in_between = InBetween(
            opened,
            asking,
            self.policies,
            services,
            names,
            words,
            now,
            by_itself.answer,
            several.answer,
            several.added,
            giving_up,
            reader.read,
        )
        built: dict[str, Any] = {
            "names": names,
            "open": opened,
            "asking": asking,
            "doubts": doubts,
            "several": several,
            "in_between": in_between,
            "by_itself": by_itself,
            "in_passing": InPassing(opened, words),
            "following_up": FollowingUp(opened, self.awaiting, words),
            "stopped": Stopped(opened, words, now, self.left_after),
        }
        for name, part in built.items():
            object.__setattr__(self, name, part)

    def _facts(self, text: str) -> Mapping[str, str]:
        return entities.find(text, self.now(), year=school_year.current())

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        """Answers one message; never raises for anything a student can type."""
        started = perf_counter()
        # A message too long to be read is still screened whole, out of everybody else's way.
        long = len(inbound.text) > LONGEST
        alarmed = await asyncio.to_thread(self.alarm, inbound, state) if long else self.alarm(inbound, state)
        if alarmed is not None:
            return _timed(alarmed, 0.0, started)
        before = self.stopped.left(state)
        before = replace(before, photos=photos.kept(before, inbound))
        understanding = _Clock()
        answered = await self._heard(inbound, before, understanding)
        if answered.alarm is None:
            answered = await self.open.go_on(answered, inbound)
        answered = self.stopped.reminded(answered, before)
        answered = photos.acknowledged(answered, inbound, self.words)
        answered = replace(answered, state=replace(answered.state, at=self.now().isoformat()))
        return _timed(answered, understanding.ms, started)

    async def _heard(self, inbound: Inbound, state: State, clock: _Clock) -> Answered:
        """The steps after the crisis screen, in their order."""
        text = await asyncio.to_thread(normalise, inbound.text) if len(inbound.text) > LONGEST else None
        text = normalise(inbound.text) if text is None else text
        payload = inbound.payload
        if payload and payload.startswith("ask:"):
            text, payload = normalise(payload.removeprefix("ask:")), None
        if payload is None and emergency.happening(text) and not tasks.looks_asked(text):
            return await self._emergency(state)
        if state.paused is not None and state.prompt is None:
            taken_up = await self._taken_up(text, payload, inbound, state, clock)
            if taken_up is not None:
                return taken_up
        if payload is None:
            payload = self._offered(text, state)
        if payload is not None and self._held_back(payload, state):
            return self.stopped.asks(inbound, state)
        if payload is not None:
            return await self._tapped(payload, inbound, state, clock)
        if inbound.attachments and photos.asked_for(state):
            return await self.open.turn(photos.turn(inbound, text), inbound, photos.taken(state, inbound))
        if not text:
            said = () if inbound.attachments else (replies.text(self.words["empty"]),)
            return self.open.back(said, state, Trace("smalltalk"))
        if len(text) > LONGEST:
            return self.open.back((replies.text(self.words["too_long"]),), state, Trace("smalltalk"))
        if (state.paused is None or state.prompt is not None) and not inbound.attachments:
            passing = self.in_passing.answer(text, inbound, state)
            if passing is not None:
                return passing
        with clock:
            reading = await self._read(text)
        return await self._message(reading, inbound, state)

    # before anything else

    def alarm(self, inbound: Inbound, state: State) -> Answered | None:
        """The crisis card, when the words call for it; needs nothing but the word lists."""
        alarm = crisis.screen(normalise(f"{inbound.text} {(inbound.payload or '').removeprefix('ask:')}"))
        return self._card(state, alarm.rule, alarm.tier) if alarm else None

    def _card(self, state: State, rule: str, tier: str) -> Answered:
        """The fixed card. An open service stops here: it is neither filed with these words nor lost, nor goes on by itself."""
        trace = Trace("crisis", intent="crisis", confidence=1.0)
        return Answered((self.crisis_card,), replace(stop(state), at=None), trace, alarm=rule, alarm_tier=tier)

    async def _emergency(self, state: State) -> Answered:
        """Fire, violence, an accident: whom to call comes before any office's hours."""
        guard = await asyncio.to_thread(self.policies.guide, "保卫处报警电话")
        replies_ = (self.emergency_card, *((replies.answer(guard, self.words["emergency_guard"]),) if guard else ()))
        answered = self.open.back(replies_, state, Trace("task", "hazard_report", 1.0))
        return answered if state.prompt else replace(answered, trace=replace(answered.trace, task="hazard_report"))

    # what was stopped

    async def _taken_up(
        self, text: str, payload: str | None, inbound: Inbound, state: State, clock: _Clock
    ) -> Answered | None:
        """What was stopped goes on; a message that was held meanwhile is heard then, as if it had just been said."""
        held = state.held if (state.paused or {}).get("left") else None
        answered = await self.stopped.taken_up(text, payload, inbound, state)
        if answered is None or not held or "text" not in held or answered.state.prompt is None:
            return answered
        if _yes_or_no(held, self.now()):
            # Said to a card or a question that was not on show any more: it stands there again, for a yes to what it shows.
            return replace(answered, state=replace(answered.state, held=None))
        again = replace(
            inbound, text=held["text"], payload=held["payload"], attachments=tuple(held.get("attachments") or ())
        )
        return await self._heard(again, replace(answered.state, held=None), clock)

    @staticmethod
    def _held_back(payload: str, state: State) -> bool:
        """Whether a button of a question that was left for a day was tapped."""
        paused = state.paused or {}
        return bool(state.prompt is None and paused.get("left") and tasks.known(payload, paused.get("prompt") or {}))

    # buttons

    def _offered(self, text: str, state: State) -> str | None:
        """The payload of a choice picked by its number or label, outside a service's own question."""
        if state.begun is not None and state.prompt is not None and ONLY_ASKS.fullmatch(text.rstrip(tasks.PARTICLES)):
            return "only_ask"
        if not state.offered:
            return None
        if picked := tasks.pick(text, state.offered, self.now()):
            return picked
        if state.held is None or "intent" not in state.held or state.prompt is None:
            return None
        # A yes to 「先办…吗？」 must not reach the form below it, where it could submit.
        return {"affirm": "switch", "deny": "keep", "cancel": "keep"}.get(smalltalk.exact(text) or "")

    async def _tapped(self, payload: str, inbound: Inbound, state: State, clock: _Clock) -> Answered:
        state = replace(state, offered=())
        name, _, rest = payload.partition(":")
        begins = tasks.started(payload)
        if begins is not None and begins[0] in self.services:
            request = {"intent": begins[0], "entities": begins[1], "utterance": ""}
            return await self.open.begin(request, inbound, replace(state, held=None))
        if name == "take" and rest in self.services:
            return await self._taken(rest, inbound, state)
        if name == "only_ask" and state.begun is not None and state.prompt is not None:
            return await self._only_asked(inbound, state, clock)
        if name == "human":
            human = await self.in_between.human(state)
            return self.open.back(human.replies, state, human.trace) if state.prompt else human
        if name == "switch" and state.held is not None and "intent" in state.held:
            return await self._switched(inbound, state)
        if name == "keep" and state.prompt is not None:
            return self._kept(state)
        if name == "rephrase":
            state, candidates = self.doubts.chosen(None, "none_fits", replace(state, held=None))
            said = replies.text(self.words["rephrase"])
            return replace(self.open.back((said,), state, Trace("smalltalk")), candidates=candidates)
        state = replace(state, held=None)
        if state.prompt is None:
            if name == "cancel":
                return self.by_itself.smalltalk("cancel", state)
            return Answered((replies.text(self.words["nothing_open"]),), state, Trace("smalltalk"))
        if tasks.known(payload, state.prompt):
            return await self.open.turn(tasks.tapped(name, rest), inbound, state)
        said = replies.text(self.words["stale_button"])
        return self.open.back((said,), state, Trace("task", task=state.task))

    async def _taken(self, task: str, inbound: Inbound, state: State) -> Answered:
        """The choice between two services, or 「我要办X」 below an answer: on with the words that were said."""
        held = state.held if state.held is not None and "intent" in state.held else None
        request = {"intent": task, "entities": {}, "utterance": "", **(held or {})} | {"intent": task}
        state, candidates = self.doubts.chosen(task, "chosen", replace(state, held=None))
        if held and not candidates:
            candidates = (Candidate(str(held["utterance"]), "turned_round", taken="policy_question", label=task),)
        begun = await self.open.begin(request, inbound, state)
        return replace(begun, candidates=(*begun.candidates, *candidates))

    async def _only_asked(self, inbound: Inbound, state: State, clock: _Clock) -> Answered:
        """The service was begun by a question: it is left with nothing written, and the question is answered."""
        begun = state.begun or {}
        task, said = str(begun["task"]), str(begun["utterance"])
        state = await self.open.drop(inbound, state)
        with clock:
            reading = await self._read(said)
        found = await self.asking.answer(replace(reading, intent="policy_question"), state)
        found = self.asking.with_wish(found, self.services[task], reading)
        kept = Candidate(said, "turned_round", taken=task, label="policy_question")
        return replace(found, candidates=(kept,))

    async def _switched(self, inbound: Inbound, state: State) -> Answered:
        """The other service after all; the open one waits."""
        held = state.held or {}
        kept = Candidate(str(held["utterance"]), "chosen", taken=str(held["intent"]), label=str(held["intent"]))
        begun = await self.open.begin(held, inbound, replace(state, held=None))
        return replace(begun, candidates=(*begun.candidates, kept))

    def _kept(self, state: State) -> Answered:
        """The open service after all."""
        held = state.held or {}
        kept = (Candidate(str(held["utterance"]), "declined_switch", taken=str(held["intent"])),) if held else ()
        answered = self.open.back((), replace(state, held=None), Trace("task", task=state.task))
        return replace(answered, candidates=kept)

    # words

    async def _read(self, text: str) -> Reading:
        return await asyncio.to_thread(self.several.reader.read, text)

    async def _message(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        if reading.chance("crisis") >= CRISIS and reading.vector is not None and not _chosen(reading, state):
            return self._card(state, "head", "show")
        if state.prompt is None and self.stopped.holds(reading, state):
            return self.stopped.asks(inbound, state)
        state = replace(state, offered=(), held=None)
        if state.paused is None or state.prompt is not None:
            told = await self.following_up.verdict(reading, inbound, state)
            if told := told or await self.following_up.perhaps(reading, inbound, state):
                return told
        if state.prompt is not None:
            answered = await self.in_between.answer(reading, inbound, state)
            if answered is not None:
                return answered
        elif many := await self.several.answer(reading, inbound, state):
            return many
        return await self.by_itself.answer(reading, inbound, state)


def _chosen(reading: Reading, state: State) -> bool:
    """Whether the words are only a choice of the open question: 「最后一个」「我不想留名」 sound worse to the head than they are."""
    prompt = state.prompt or {}
    if prompt.get("choices") and answers.outright(reading.text, prompt["choices"]):
        return True
    meant = [found for said in prompt.get("said", {}).values() if (found := re.search(said, reading.text))]
    return any(2 * len(found[0]) >= len(reading.text) for found in meant)


def _yes_or_no(held: Mapping[str, Any], now: datetime) -> bool:
    """Whether a held message is a bare yes or no."""
    if held["payload"] is not None:
        return held["payload"] in ("affirm", "deny")
    said = str(held["text"])
    return smalltalk.exact(said) in ("affirm", "deny") or answers.read("confirm", said, now) == "yes"


class _Clock:
    """Adds up the milliseconds spent inside it."""

    def __init__(self) -> None:
        self.ms, self._begun = 0.0, 0.0

    def __enter__(self) -> None:
        self._begun = perf_counter()

    def __exit__(self, *_exception: object) -> None:
        self.ms += (perf_counter() - self._begun) * 1000


def _timed(answered: Answered, understood: float, started: float) -> Answered:
    timings = {"understand": understood, "total": (perf_counter() - started) * 1000}
    return replace(answered, trace=replace(answered.trace, timings_ms=timings))
