"""Asking or doing: what a sentence is taken for when it names a service and may only ask about it.

Three things are weighed: the intent head, the form of the sentence, and what the search finds. The reply lets one tap turn it round.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import policy, replies, tasks
from bot.messages import Answered, Reply, State, Trace
from bot.services_open import asking
from bot.understanding import Reading
from bot.understanding.intents import ACCEPT
from bot.words import Service
from knowledge_base.asking import goes_on

STILL_ABOUT = timedelta(minutes=30)
"""How long 「那研究生呢」 is taken to go on from the question before."""
DOING = 0.85
"""From here on a service is begun even for a sentence in the form of a question (「成绩单怎么打」)."""
POSSIBLE = 0.15
"""A service at least this likely is worth a button beside an answer or a decline."""
FARTHEST = 3.0
"""The head's say in log odds is cut here, so that it never stands alone against form and search."""
TURNS = 3.5
"""Between this and its negative a sentence could have meant the other: the reply carries the button that turns it round."""

WISHES = re.compile(r"帮我|帮忙|给我|我要(?!问)|我想要?(?!问|知道|了解)|麻烦|来[一个份杯]|替我|赶紧|快点|尽快")
RULES = re.compile(
    r"多少|几[点天个次号份]|多久|多长|谁|要不要|会不会|是不是|算不算|能不能|可不可以|可以.*吗|需要.*吗|要.{1,8}吗|吗[?？]?$|什么|为什么|为啥"
    r"|条件|规定|流程|标准|哪[些种里]|有没有(?!空)"
)
DOINGS = re.compile(r"怎么|咋|如何|[?？]$|[呢么]$")
"""A question that may just as well be a wish: 成绩单怎么打."""
AND_THEN = re.compile(r"那么?[^,，。]{1,10}呢[呀啊]?[?？。! ]*")
"""「那研究生呢」 asks nothing but the question before it."""
ONLY_ASKS = re.compile(
    r"(?:不是[^,，]{0,8}[,，])?(?:我|就|只|先|只是|就是|是|想)*(?:问问|问一?下|问一?问|问的?|了解一?下|咨询一?下|打听一?下)(?:规定|而已|一下|规则|的|啊|罢了)*"
)
"""「我只是想问规定」 in a student's own words."""


def form(text: str) -> float:
    """What the form of the sentence says, in log odds: above zero a wish, below zero a question."""
    wish = 1.5 if WISHES.search(text) else 0.0
    return wish - (1.5 if RULES.search(text) else 0.5 if DOINGS.search(text) else 0.0)


def weigh(service: float, question: float, text: str, found: float | None) -> float:
    """How much speaks for doing, in log odds: above zero the service is begun, below zero the question is answered.

    ``service`` and ``question`` are the head's chances, ``found`` is the confidence of what the documents answer, ``None`` when
    they answer nothing.
    """
    head = math.log(max(service, 1e-3) / max(question, 1e-3))
    search = 0.5 if found is None else -3.0 * (found - 0.4)
    return max(-FARTHEST, min(FARTHEST, head)) + form(text) + search


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions on the rules, as a conversation asks them."""

    policies: policy.Policies
    services: Mapping[str, Service]
    words: Mapping[str, str]
    now: Callable[[], datetime]

    async def answer(self, reading: Reading, state: State) -> Answered:
        """What the documents say, or an honest decline."""
        return self._of_rules(await self._found(reading, self.before(state)), reading, state)

    async def _found(self, reading: Reading, before: str | None) -> policy.Said:
        """What the documents say to a question, which may go on from the one ``before``.

        One that they answer beyond doubt by itself is a new one, however much it sounds like going on: 「那校园网怎么办理」.
        """
        if before is not None and goes_on(reading.text):
            alone = await asyncio.to_thread(self.policies.answer, reading, self.words)
            if alone.answered and float(alone.reply.get("confidence", 0.0)) >= policy.BEYOND_DOUBT:
                return alone
        return await asyncio.to_thread(self.policies.answer, reading, self.words, before)

    async def beyond_doubt(self, reading: Reading, state: State) -> Answered | None:
        """A question that the documents answer beyond doubt is no answer to the open question, whatever else it looks like."""
        doing = reading.intent in self.services and reading.confidence >= DOING
        # Inside a service its own words are no wish for it: 「心理咨询要收费吗」 asks.
        doing = doing and reading.intent != state.task
        if reading.vector is None or doing or not tasks.looks_asked(reading.text):
            return None
        found = await self.answer(reading, state)
        # Where the head hears a question as well, the documents need not be beyond doubt alone.
        agreed = reading.intent == "policy_question" and reading.confidence >= ACCEPT
        return found if confidence(found) >= (ACCEPT if agreed else policy.BEYOND_DOUBT) else None

    async def gone_on(self, reading: Reading, state: State) -> Answered | None:
        """「那研究生呢」 after a question on the rules: the head has seen no such words and would guess."""
        before = self.before(state)
        doing = reading.intent in self.services and reading.confidence >= DOING
        if before is None or reading.vector is None or doing or not goes_on(reading.text):
            return None
        said = await self._found(reading, before)
        # 「那研究生呢」 where the rule is for 本科 only: to say so is an answer too, and so is that nothing was found.
        nothing = AND_THEN.fullmatch(reading.text) is not None and reading.confidence < ACCEPT
        return self._of_rules(said, reading, state) if said.answered or said.scope or nothing else None

    def _of_rules(self, said: policy.Said, reading: Reading, state: State) -> Answered:
        asked = {"question": said.question, "at": self.now().isoformat()}
        state = replace(state, asked=asked if said.answered else state.asked)
        trace = traced("policy" if said.answered else "declined", reading, state)
        if not said.answered and state.prompt is None:
            state = replace(state, offered=tuple(said.reply.get("choices", ())))
        return Answered((said.reply,), state, trace)

    def before(self, state: State) -> str | None:
        """The question answered last, while it is still what the two are talking about."""
        if state.asked is None:
            return None
        asked = datetime.fromisoformat(state.asked["at"])
        return state.asked["question"] if self.now() - asked <= STILL_ABOUT else None

    def with_wish(self, answered: Answered, service: Service, reading: Reading) -> Answered:
        """The answer with 「我要办X」 below it; a tap begins the service with these very words."""
        choice = {"label": self.words["do_instead"].format(title=service.title), "payload": f"take:{service.task}"}
        first, *others = answered.replies
        first = {**first, "choices": [*first.get("choices", ()), choice]}
        held = {"intent": service.task, "entities": dict(reading.entities), "utterance": reading.text}
        state = replace(answered.state, offered=tuple(first["choices"]), held=held)
        return replace(answered, replies=(first, *others), state=state)

    def with_question(self, answered: Answered, service: Service) -> Answered:
        """The service's first reply, behind one line that says it was taken for a wish and how to turn that round."""
        if answered.state.begun is None or answered.state.begun["task"] != service.task:
            return answered
        choice = (self.words["only_ask"], "only_ask")
        line = replies.choices(self.words["taken_as_wish"].format(title=service.title), [choice])
        state = answered.state
        if not (state.prompt or {}).get("choices") and (state.prompt or {}).get("kind") not in ("count", "money"):
            # Its number would be read as an answer where the question has buttons or numbers of its own.
            state = replace(state, offered=tuple(line["choices"]))
        return replace(answered, replies=(line, *answered.replies), state=state)


def confidence(answered: Answered) -> float:
    """How sure the documents are of this answer; 0 when it is none."""
    reply: Reply = answered.replies[0]
    return float(reply.get("confidence", 0.0)) if reply["kind"] == "answer" else 0.0


def traced(route: str, reading: Reading, state: State) -> Trace:
    """How a message was taken, with what is open now."""
    return Trace(route, reading.intent, reading.confidence, task=state.task, asking=asking(state))
