"""The services that are open: one at the front, those left in the middle waiting behind it, requests to begin after it.

A service that another one interrupts keeps its tracker, its prompt and its question; nothing is posted for it until it comes back
(``docs/decisions/0016-a-stack-of-services.md``).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import policy, replies, tasks
from bot.messages import Answered, Candidate, Inbound, Reply, State, Trace
from bot.tasks import Tasks, Turn
from bot.understanding import places_apart
from bot.understanding.places_apart import Told
from bot.words import Names, Service

HOUSE = re.compile(r"(?:[东西]苑)?\d{1,2}号楼")
DEEPEST = 5
"""So many services may wait behind the open one."""

ALL = re.compile(
    r"(?:全都?|全部|都|所有的?|统统)(?:给我)?(?:算了|取消|不办|不弄|不用办)了?(?:掉|吧)?|取消(?:全部|所有).{0,3}"
)
"""Gives up everything that is open or waits."""

Request = Mapping[str, Any]
"""A service asked for and not begun: ``{intent, entities, utterance}``."""


def waiting(state: State) -> list[Mapping[str, Any]]:
    """The services left in the middle, the next one last; requests that are not begun do not count."""
    return [one for one in state.waiting if one.get("tracker")]


def asking(state: State) -> str | None:
    """The step whose question is open."""
    return str(state.prompt["asking"]) if state.prompt else None


def task_of(entry: Mapping[str, Any]) -> str:
    """The service that waits, or that is still to begin."""
    return str(entry.get("task") or entry["intent"])


def opened(state: State, entry: Mapping[str, Any]) -> State:
    """The conversation with that service at the front again."""
    return replace(state, offered=(), **{name: entry[name] for name in ("task", "tracker", "prompt", "question")})


def one_by_one(request: Request, told: Told, facts: Callable[[str], Mapping[str, str]]) -> list[Request]:
    """A request for several places as one for each, with what is said of all of them."""
    shared = {name: value for name, value in request["entities"].items() if name not in ("location", "fault")}
    found: list[Request] = []
    for place, sentence in zip(told.places, told.sentences, strict=True):
        entities = {**shared, **facts(sentence)}
        of_place = {"place": place, **({} if told.housed else {"first": told.places[0]})}
        found.append({**request, "entities": entities, "utterance": sentence, **of_place})
    return found


def with_the_same(before: State, after: State) -> State:
    """What was told for one place holds for the next: only the place differs, and what was said of it alone."""
    given = (before.prompt or {}).get("given", ())
    told = {str(one.get("entity", one["name"])): str(one["value"]) for one in given}
    here = str(told.get("location", ""))
    waiting = []
    for entry in after.waiting:
        if entry.get("place") and not entry.get("tracker") and entry["intent"] == before.task:
            place, first, house = str(entry["place"]), entry.get("first"), HOUSE.match(here)
            if first and house:
                # Whichever room came first, the other one is left.
                place = f"{house[0]}{first if here == house[0] + place else place}"
            at = {"location": place} if house or not first else {}
            told_here = {name: value for name, value in told.items() if name != "location"}
            entry = {**entry, "entities": {**told_here, **entry["entities"], **at}, "place": place}
        waiting.append(entry)
    return replace(after, waiting=tuple(waiting))


@dataclass(frozen=True, slots=True)
class OpenServices:
    """Begins services, posts their turns, and lets what waits come back."""

    tasks: Tasks
    services: Mapping[str, Service]
    names: Names
    policies: policy.Policies
    words: Mapping[str, str]
    facts: Callable[[str], Mapping[str, str]]
    """The entities of a sentence."""

    def title(self, task: object) -> str:
        return self.services[str(task)].title

    # beginning

    async def begin(
        self, request: Request, inbound: Inbound, state: State, confidence: float = 1.0, then: Sequence[Request] = ()
    ) -> Answered:
        """Starts a service; an open one waits until it has ended. ``then`` are begun after it, in their order."""
        answered, _ = await self._start(request, inbound, state, confidence, then)
        return answered

    async def _start(
        self, request: Request, inbound: Inbound, state: State, confidence: float, then: Sequence[Request] = ()
    ) -> tuple[Answered, bool]:
        """As :meth:`begin`; the second tells whether the turn arrived."""
        task, entities, said = str(request["intent"]), request["entities"], str(request["utterance"])
        service = self.services[task]
        after = tuple(reversed(then))
        if not service.online:
            return await self._elsewhere(service, state, confidence, after), True
        if state.prompt is not None and state.task == task:
            return await self._again(entities, inbound, replace(state, waiting=(*state.waiting, *after))), True
        if any(one["task"] == task for one in waiting(state)):
            return await self._brought_forward(task, entities, inbound, state, after), True
        if state.prompt is not None and len(waiting(state)) >= DEEPEST:
            said_no = self.words["too_deep"].format(title=service.title, open=self.title(state.task))
            return self.back((replies.text(said_no),), state, Trace("task", task, confidence)), True
        lead: tuple[Reply, ...] = ()
        aside = state
        if state.prompt is not None:
            names = {"title": service.title, "open": self.title(state.task)}
            lead = (replies.text(self.words["first_this"].format(**names)),)
            aside = self.set_aside(state)
        aside, request = self._asked_before(task, request, aside)
        if service.one_place and not request.get("place") and (told := self.places(str(request["utterance"]))):
            request, *others = one_by_one(request, told, self.facts)
            after = (*after, *reversed(others))
            lead = (*lead, replies.text(self.one_place(told)))
        entities, said = request["entities"], str(request["utterance"])
        if aside.photos and "photo" not in entities:
            entities = {**entities, "photo": aside.photos[0]}
        tracker = f"{hashlib.sha256(inbound.conversation.encode()).hexdigest()[:20]}:{secrets.token_hex(6)}"
        # Begun anew, a stopped service is not waiting any more.
        paused = None if aside.paused is not None and task_of(aside.paused) == task else aside.paused
        fresh = replace(
            aside,
            task=task,
            tracker=tracker,
            prompt=None,
            question=None,
            held=None,
            offered=(),
            paused=paused,
            waiting=(*aside.waiting, *after),
        )
        turn = Turn(task, {**tasks.as_fields(entities), **({"utterance": said} if said else {})})
        answered, arrived = await self._post(turn, inbound, fresh, state, confidence)
        if not arrived:
            return answered, False
        if said and answered.state.prompt is not None:
            begun = {"task": task, "utterance": said}
            answered = replace(answered, state=replace(answered.state, begun=begun))
        if answered.state.prompt is None and not service.one_place:
            # Done already: there was nothing to do first.
            lead = ()
        return replace(answered, replies=(*lead, *answered.replies)), True

    async def _elsewhere(
        self, service: Service, state: State, confidence: float, after: tuple[Request, ...]
    ) -> Answered:
        """Where a service is done that cannot be done here yet; an open one stays open."""
        reply = await asyncio.to_thread(self.policies.not_online, service, self.words)
        trace = Trace("task", service.task, confidence, task=service.task)
        if state.prompt is not None:
            return self.back((reply,), state, trace)
        return Answered((reply,), replace(state, waiting=(*state.waiting, *after)), trace)

    async def _again(self, entities: Mapping[str, str], inbound: Inbound, state: State) -> Answered:
        """The same service asked for again: what is new in these words goes into the open form."""
        fields = tasks.as_fields(entities)
        return await self.turn(Turn("correct", fields) if fields else Turn("resume", {}), inbound, state)

    async def _brought_forward(
        self, task: str, entities: Mapping[str, str], inbound: Inbound, state: State, after: tuple[Request, ...]
    ) -> Answered:
        """A service that waits is asked for: it comes to the front, and the open one waits instead."""
        entry = next(one for one in reversed(waiting(state)) if one["task"] == task)
        rest = tuple(one for one in state.waiting if one is not entry)
        behind = replace(state, waiting=rest)
        behind = self.set_aside(behind) if state.prompt is not None else behind
        front = opened(replace(behind, waiting=(*behind.waiting, *after)), entry)
        lead = replies.text(self.words["back_to"].format(title=self.title(task)))
        fields = {name: value for name, value in tasks.as_fields(entities).items() if name in entry["prompt"]["fields"]}
        if fields or self._must_ask(entry, inbound):
            answered = await self.turn(Turn("correct", fields) if fields else Turn("resume", {}), inbound, front)
            return replace(answered, replies=(lead, *answered.replies))
        return self.back((lead,), front, Trace("task"))

    def _asked_before(self, task: str, request: Request, state: State) -> tuple[State, Request]:
        """A request for the same service that was still to begin is this one; a bare name has its words."""
        requests = [one for one in state.waiting if not one.get("tracker") and not one.get("place")]
        pending = next((one for one in requests if one["intent"] == task), None)
        if pending is None:
            return state, request
        state = replace(state, waiting=tuple(one for one in state.waiting if one is not pending))
        bare = not request["utterance"] or self.names.task(str(request["utterance"])) == task
        return state, pending if bare else request

    # several places for one order each

    def places(self, text: str) -> Told | None:
        """The places of a message, where there are several."""
        return places_apart.told(text, lambda clause: "fault" in self.facts(clause)) if text else None

    def one_place(self, told: Told) -> str:
        """What a student is told about them."""
        first, *others = told.places
        return self.words["one_place"].format(first=first, then="、".join(others))

    def at_another_place(self, told: Told, state: State) -> State:
        """The conversation with the other places of an answer waiting for their turn."""
        entry: dict[str, Any] = {"intent": str(state.task), "entities": {}, "utterance": ""}
        if not told.housed:
            entry["first"] = told.places[0]
        others = [{**entry, "place": place} for place in reversed(told.places[1:])]
        return replace(state, waiting=(*state.waiting, *others))

    # turns

    async def turn(self, turn: Turn, inbound: Inbound, state: State) -> Answered:
        """Posts one turn for the open service."""
        answered, _ = await self._post(turn, inbound, state, state, None)
        if answered.state.prompt is None and state.prompt is not None:
            answered = replace(answered, state=with_the_same(state, answered.state))
        begun = state.begun
        if turn.intent == "cancel" and begun is not None and answered.state.prompt is None:
            gone = Candidate(begun["utterance"], "cancelled_at_once", taken=begun["task"])
            return replace(answered, candidates=(*answered.candidates, gone))
        return answered

    async def _post(
        self, turn: Turn, inbound: Inbound, state: State, before: State, confidence: float | None
    ) -> tuple[Answered, bool]:
        """Posts a turn; when it does not arrive, the conversation is as it was ``before``."""
        outcome = await self.tasks.post(turn, inbound, state)
        if outcome.trouble == "still_working":
            return self._still_working(state, confidence), True
        if outcome.trouble:
            trace = Trace("task", state.task, confidence, task=state.task, asking=asking(before))
            # Nobody is sent to the documents while they cannot be read.
            alone = f"{outcome.trouble}_alone" if self.policies.unreadable else ""
            said = self.words.get(alone, self.words[outcome.trouble])
            if outcome.perhaps and before.tracker == state.tracker:
                before = tasks.unsure(before)
            return Answered((replies.text(said),), before, trace), False
        trace = Trace("task", state.task, confidence, task=state.task, asking=outcome.asking)
        answered = Answered(outcome.replies, replace(outcome.state, begun=None), trace)
        return await self._with_photo(answered, turn, inbound), True

    async def _with_photo(self, answered: Answered, turn: Turn, inbound: Inbound) -> Answered:
        """A photo sent before its question answers it; one that the form took is kept no longer."""
        state = answered.state
        if not state.photos:
            return answered
        given = [one["value"] for one in (state.prompt or {}).get("given", ())]
        state = replace(state, photos=tuple(one for one in state.photos if one not in given))
        answered = replace(answered, state=state)
        if not state.photos or state.prompt is None or state.prompt["kind"] != "photo":
            return answered
        photo, *others = state.photos
        used = replace(answered, state=replace(state, photos=tuple(others)))
        if photo in (turn.entities.get("value"), turn.entities.get("photo")):
            # The form did not take it: it would not the second time.
            return used
        outcome = await self.tasks.post(Turn("answer", {"value": photo}, certain=True), inbound, used.state)
        if outcome.trouble:
            return answered
        lead = replies.text(self.words["photo_used"])
        trace = replace(answered.trace, asking=outcome.asking)
        return Answered((*answered.replies[:-1], lead, *outcome.replies), outcome.state, trace)

    def _still_working(self, state: State, confidence: float | None) -> Answered:
        """Nobody knows yet what became of the turn: the same question can be taken up again."""
        reply = replies.choices(self.words["still_working"], [(self.words["still_working_look"], "resume")])
        unknown: dict[str, Any] = {
            "task": state.task,
            "asking": "waiting",
            "kind": "waiting",
            "choices": [],
            "fields": [],
        }
        state = replace(tasks.unsure(state), offered=tuple(reply["choices"]))
        state = replace(state, prompt=state.prompt or unknown)
        trace = Trace("task", state.task, confidence, task=state.task, asking=asking(state))
        return Answered((reply,), state, trace)

    # waiting and coming back

    @staticmethod
    def set_aside(state: State) -> State:
        """The open service waits."""
        return replace(state.closed(), waiting=(*state.waiting, state.open_now), offered=(), held=None)

    async def go_on(self, answered: Answered, inbound: Inbound) -> Answered:
        """When nothing is open any more, what waits comes back with its question, or begins."""
        while answered.state.waiting and answered.state.prompt is None and answered.state.paused is None:
            *rest, entry = answered.state.waiting
            state = replace(answered.state, waiting=tuple(rest), offered=(), held=None)
            key = "back_to" if entry.get("tracker") else "then_this"
            key = "then_place" if entry.get("place") else key
            lead = replies.text(self.words[key].format(title=self.title(task_of(entry)), place=entry.get("place")))
            arrived = True
            if entry.get("tracker"):
                came = await self.come_back(entry, inbound, state)
            else:
                came, arrived = await self._start(entry, inbound, state, 1.0)
            if not arrived:
                # Begun with the next message instead: nothing that was asked for is dropped.
                came = replace(came, state=replace(came.state, waiting=answered.state.waiting))
            said, kept = (*answered.replies, lead, *came.replies), (*answered.candidates, *came.candidates)
            trace = replace(answered.trace, task=came.trace.task, asking=came.trace.asking)
            answered = replace(answered, replies=said, state=came.state, trace=trace, candidates=kept)
            if not arrived:
                break
        return answered

    async def come_back(self, entry: Mapping[str, Any], inbound: Inbound, state: State) -> Answered:
        """A service at the front again, with exactly the question that was open."""
        front = opened(state, entry)
        if self._must_ask(entry, inbound):
            return await self.turn(Turn("resume", {}), inbound, front)
        return self.back((), front, Trace("task"))

    @staticmethod
    def _must_ask(entry: Mapping[str, Any], inbound: Inbound) -> bool:
        """Whether only the form knows what is open now: somebody signed in meanwhile, or an outcome was not known."""
        kind = entry["prompt"]["kind"]
        return kind == "waiting" or (kind == "sign_in" and inbound.student is not None)

    async def drop(self, inbound: Inbound, state: State) -> State:
        """Leaves the open service without a word; nothing of it was submitted."""
        await self.tasks.drop(state, inbound)
        return replace(state.closed(), held=None, offered=())

    async def drop_waiting(self, task: str, inbound: Inbound, state: State) -> Answered:
        """One service leaves the line, begun or not; the open question stands."""
        entry = next(one for one in reversed(state.waiting) if task_of(one) == task)
        if entry.get("tracker"):
            await self.tasks.drop(opened(state, entry), inbound)
        said = replies.text(self.words["dropped_waiting"].format(title=self.title(task)))
        kept = replace(state, waiting=tuple(one for one in state.waiting if one is not entry))
        return self.back((said,), kept, Trace("task", "cancel", 1.0))

    async def drop_all(self, inbound: Inbound, state: State) -> Answered:
        """Everything that is open or waits is given up, because the student said so."""
        for entry in (*([state.open_now] if state.prompt else ()), *waiting(state)):
            await self.tasks.drop(opened(state, entry), inbound)
        said = replies.text(self.words["all_dropped"])
        state = replace(state.closed(), waiting=(), paused=None, held=None, offered=())
        return Answered((said,), state, Trace("task", "cancel", 1.0))

    # what is said with the open question

    def reminder(self, state: State) -> tuple[Reply, ...]:
        """The open question, to stand behind whatever was said in between."""
        if state.prompt and state.prompt["kind"] == "sign_in":
            # The whole card once is help; after every answer it is nagging.
            said = self.words["sign_in_again"].format(title=self.title(state.task))
            return ({"kind": "link", "text": said, "url": "/sign-in", "label": self.words["sign_in_label"]},)
        return (state.question,) if state.question else ()

    def back(self, said: Sequence[Reply], state: State, trace: Trace) -> Answered:
        """After something said in between: the question that was open, once more."""
        trace = replace(trace, task=state.task, asking=asking(state))
        return Answered((*said, *self.reminder(state)), state, trace)
