"""A message by itself: what it most likely means decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot import for_others, replies
from bot.asking import DOINGS, POSSIBLE, RULES, TURNS, Asking, confidence, form, traced, weigh
from bot.doubts import SURE, Doubts, close, likely
from bot.giving_up import GivingUp
from bot.in_between import SMALLTALK, request
from bot.messages import Answered, Inbound, State, Trace
from bot.policy import BEYOND_DOUBT
from bot.reader import COMPLAINING, FOLLOWING
from bot.services_open import OpenServices
from bot.understanding import Reading, apart, overdue
from bot.words import Service

PERHAPS_ASKED = 0.02
"""Below this chance of a question a query in the form of one is a wish all the same: nothing is searched."""


@dataclass(frozen=True, slots=True)
class ByItself:
    """Answers a message while no service is open."""

    open: OpenServices
    asking: Asking
    doubts: Doubts
    services: Mapping[str, Service]
    words: Mapping[str, str]
    human: Callable[[State, float], Awaitable[Answered]]
    giving_up: GivingUp

    async def answer(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """Does what the message asks for, answers it, asks back, or says that it was not understood."""
        answered = await self._answer(reading, inbound, state)
        if answered.trace.route == "declined":
            return replace(answered, state=self.doubts.noted(reading, answered.state))
        return self.doubts.said_again(answered, state)

    async def _answer(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        if gone := self.giving_up.named(reading.text):
            return await self._taken_back(self.services[gone.task], reading, inbound, state)
        reading = _of_a_service(reading, self.services)
        intent, sure = reading.intent, reading.confidence
        if settled := self.doubts.settled(reading, state):
            return await self.open.begin(request(self.services[settled], reading), inbound, state, sure)
        if on := await self.asking.gone_on(reading, state):
            return on
        if alike := close(reading, self.services):
            return self.doubts.ask(alike, reading, state)
        if intent in SMALLTALK and sure >= SURE:
            return self.smalltalk(intent, state, sure)
        if intent == "human_handoff" and sure >= SURE:
            return await self.human(state, sure)
        if intent == FOLLOWING and overdue.meant(reading.text):
            return await self._followed(reading, inbound, state)
        if intent in self.services and sure >= SURE:
            return await self._wished(self.services[intent], reading, inbound, state)
        found = await self.asking.answer(reading, state)
        if wish := await self._meant_as_wish(found, reading, inbound, state):
            return wish
        service = next(iter(likely(reading, self.services)), None)
        if found.trace.route == "policy" and overdue.meant(reading.text):
            return self._with_ways_on(found, reading, (FOLLOWING, COMPLAINING))
        if found.trace.route == "policy":
            # A question with a service close behind it may have been a wish after all, and 「…怎么弄」 all the more.
            if service is None and DOINGS.search(reading.text) and not RULES.search(reading.text):
                service = next(iter(likely(reading, self.services, least=PERHAPS_ASKED)), None)
            return self.asking.with_wish(found, self.services[service], reading) if service else found
        if service and intent == "policy_question":
            return self.asking.with_wish(found, self.services[service], reading)
        if service and intent != "out_of_scope":
            return self.doubts.ask(likely(reading, self.services), reading, state)
        if intent == "policy_question":
            return found
        said = "out_of_scope" if intent == "out_of_scope" and sure >= SURE else "unclear"
        return Answered((replies.text(self.words[said]),), state, traced("declined", reading, state))

    async def _followed(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """What was done before and came to nothing: how far it has got, and where that says nothing, what else can be done."""
        begun = await self.open.begin(request(self.services[FOLLOWING], reading), inbound, state, reading.confidence)
        still = begun.state.prompt is not None or begun.state.waiting or begun.state.offered
        if still or self.open.tasks.dialogue.status != "ok":
            return begun
        found = await self.asking.answer(reading, state)
        said = found.replies if confidence(found) >= SURE else ()
        answered = replace(begun, replies=(*begun.replies, *said))
        return self._with_ways_on(answered, reading, (COMPLAINING,))

    def _with_ways_on(self, answered: Answered, reading: Reading, services: tuple[str, ...]) -> Answered:
        """The services that help on with what has come to nothing, as buttons that take these very words along."""
        offered = [(self.words[f"overdue_{name}"], f"take:{name}") for name in services if name in self.services]
        line = replies.choices(self.words["overdue"], offered)
        held = {"intent": services[0], "entities": dict(reading.entities), "utterance": reading.text}
        state = replace(answered.state, offered=tuple(line["choices"]), held=held)
        return replace(answered, replies=(*answered.replies, line), state=state)

    async def _taken_back(self, service: Service, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """「取消请假」 while nothing is open: what was handed in is taken back, where that can be done."""
        if not service.withdrawn_by:
            return self.smalltalk("cancel", state)
        wanted = request(self.services[service.withdrawn_by], reading)
        if service.withdrawn_by != service.task:
            wanted["entities"] = {**reading.entities, "deed": "withdraw"}
        return await self.open.begin(wanted, inbound, state, 1.0)

    async def _wished(self, service: Service, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """A service is what the head hears; a sentence that asks is weighed against what the documents say to it."""
        if for_others.meant(reading.text, service.task, reading.entities, inbound.student):
            said = self.words["own_only"].format(title=service.title)
            own = self.words["own_yes"].format(title=service.title)
            reply = replies.choices(said, [(own, f"start:{service.task}")])
            return Answered((reply,), replace(state, offered=tuple(reply["choices"])), traced("task", reading, state))
        asks = form(reading.text) < 0 and reading.vector is not None and _may_ask(service, reading)
        if not asks:
            return await self.open.begin(request(service, reading), inbound, state, reading.confidence)
        found = await self.asking.answer(reading, state)
        leaning = _leaning(service, found, reading)
        if leaning < 0 and confidence(found) >= SURE:
            return self.asking.with_wish(found, service, reading)
        begun = await self.open.begin(request(service, reading), inbound, state, reading.confidence)
        could_ask = found.trace.route == "policy" and confidence(found) >= SURE and leaning < TURNS
        return self.asking.with_question(begun, service) if could_ask else begun

    async def _meant_as_wish(
        self, found: Answered, reading: Reading, inbound: Inbound, state: State
    ) -> Answered | None:
        """「校园卡丢了…」 that the head takes for a question in no question's form, and that the documents do not answer."""
        service = next(iter(likely(reading, self.services)), None)
        if service is None or reading.intent != "policy_question" or confidence(found) >= BEYOND_DOUBT:
            return None
        chances = reading.chance(service), reading.chance("policy_question")
        answered = confidence(found) if found.trace.route == "policy" else None
        if chances[0] < 2 * POSSIBLE or weigh(*chances, reading.text, answered) <= 0 or form(reading.text) < 0:
            return None
        begun = await self.open.begin(request(self.services[service], reading), inbound, state, chances[0])
        return self.asking.with_question(begun, self.services[service])

    def smalltalk(self, intent: str, state: State, sure: float = 1.0) -> Answered:
        """A sentence for a greeting, thanks, a yes or a no that answers nothing."""
        return Answered((replies.text(self.words[intent]),), state, Trace("smalltalk", intent, sure))


def _of_a_service(reading: Reading, services: Mapping[str, Service]) -> Reading:
    """「取消活动报名」 while nothing is open: there is nothing to break off, so what speaks for that does not speak against the service."""
    if reading.intent not in services:
        return reading
    chance = reading.confidence / (1 - reading.chance("cancel"))
    return replace(reading, confidence=max(reading.confidence, min(chance, 1.0)))


def _may_ask(service: Service, reading: Reading) -> bool:
    """Whether a sentence in a question's form may ask about the service: 「成绩单怎么打」, however sure the head is.

    Queries are asked for in the form of a question, so there the head must think it possible.
    """
    how = service.task not in apart.QUERIES and DOINGS.search(reading.text) and not RULES.search(reading.text)
    return bool(how) or reading.chance("policy_question") >= PERHAPS_ASKED


def _leaning(service: Service, found: Answered, reading: Reading) -> float:
    """How much speaks for doing, with the documents asked."""
    answered = confidence(found) if found.trace.route == "policy" else None
    return weigh(reading.confidence, reading.chance("policy_question"), reading.text, answered)
