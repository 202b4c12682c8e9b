"""A message while a service waits for an answer: the answer, a question in between, another service, or the end of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from bot import replies, tasks
from bot.asking import Asking, traced
from bot.doubts import SURE, VERY_SURE
from bot.giving_up import GivenUp, GivingUp
from bot.messages import Answered, Inbound, State, Trace
from bot.policy import Policies
from bot.services_open import ALL, HOUSE, OpenServices, task_of
from bot.understanding import Reading, apart, requests
from bot.words import Names, Service

SMALLTALK = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "cancel"})

PERHAPS = 0.6
"""From here on another service is offered; words like 先 and 帮我 make it certain."""
PLAIN = 0.85
"""From here on a request for another service is plain."""
PLAIN_FREE = 0.95
"""The same where any words may be the answer."""

FIRST = re.compile(
    r"^(?:等下|等一?下|等等|稍等|慢着|先等等|先等一下|对了|哦对了|诶|哎|话说|算了)?[,，。 ]*"
    r"(?:(?:顺便|顺带|顺手|另外|对了[,，]?)(?:再|也|先)?(?:帮我|给我|麻烦)?(?=[查看打开报充约订问点办])|(?:你|我|那|还是|要不|麻烦|请|能不能|可不可以|可以|我想|我要)*(?:先|帮我|替我|给我)|(?:等下|等一?下|等等|稍等|慢着)[,，]?)"
    r"(?!打(?:我|这个)?(?:电话|手机)|联系|不|别|这样|放)"
)
"""「先帮我挂失」「等下，查下余额」: said to whoever waits for an answer, not an answer."""


@dataclass(frozen=True, slots=True)
class InBetween:
    """Reads a message while a service is open."""

    open: OpenServices
    asking: Asking
    policies: Policies
    services: Mapping[str, Service]
    names: Names
    words: Mapping[str, str]
    now: Callable[[], datetime]
    alone: Callable[[Reading, Inbound, State], Awaitable[Answered]]
    several: Callable[[Reading, Inbound, State], Awaitable[Answered | None]]
    added: Callable[[Reading], Awaitable[tuple[str, Reading] | None]]
    giving_up: GivingUp
    read: Callable[[str], Reading]

    async def answer(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """``None`` when the message has nothing to do with the service."""
        prompt, sure = state.prompt or {}, reading.confidence
        if ALL.fullmatch(reading.text.rstrip(tasks.PARTICLES)):
            return await self.open.drop_all(inbound, state)
        mine = [str(state.task), *(task_of(entry) for entry in reversed(state.waiting))]
        chosen = tasks.pick(reading.text, list(prompt.get("choices") or ()), self.now())
        if not chosen and (gone := self.giving_up.read(reading.text, mine)):
            return await self._given_up(gone, inbound, state)
        ready = prompt["kind"] in ("sign_in", "waiting") and inbound.student is not None
        if not ready and (asked := await self.asking.beyond_doubt(reading, state)):
            return self._beside(asked, state)
        if prompt["kind"] in ("sign_in", "waiting"):
            return await self._before_sign_in(reading, inbound, state)
        if prompt["kind"] == "confirm" and (confirmed := await self._confirmed_and(reading, inbound, state)):
            return confirmed
        if not chosen and (alike := self._which_of(reading, state)):
            return alike
        if not chosen and (placed := await self._placed(reading, inbound, state)):
            return placed
        turn = tasks.read_turn(reading, prompt, self.now())
        if turn is not None and prompt["kind"] == "text" and turn.intent == "answer":
            # The office reads what the student wrote, not our plain spelling of it.
            value = turn.entities.get("value", "")
            written = value if f"answer:{value}" == tasks.SKIPPED else tasks.as_written(inbound.text)
            turn = replace(turn, entities={**turn.entities, "value": written})
        if other := self._interrupts(reading, state):
            return await self.open.begin(request(other, reading), inbound, state, sure)
        if turn is not None and turn.certain:
            return await self._answered(turn, reading, inbound, state)
        # Where any words may be the answer, only what can hardly be one is taken for something else.
        exact, free = reading.vector is None, prompt["kind"] == "text" and reading.vector is not None
        enough = VERY_SURE if free else SURE
        if reading.intent == "goodbye" and exact and prompt["kind"] == "confirm":
            return self.open.back((replies.text(self.words["not_submitted"]),), state, traced("task", reading, state))
        # A guess at a farewell gives up no form: 「去南京」 and 「我在的时候再来」 are answers.
        if (reading.intent == "goodbye" and exact) or (reading.intent == "cancel" and sure >= VERY_SURE):
            return await self.open.turn(tasks.Turn("cancel", {}), inbound, state)
        if reading.intent in ("greet", "thank") and sure >= VERY_SURE:
            thanks = "thank_card" if prompt["kind"] == "confirm" else "thank_open"
            words = self.words["greet_again" if reading.intent == "greet" else thanks]
            said = replies.text(words.format(title=self.open.title(state.task)))
            return self.open.back((said,), state, traced("smalltalk", reading, state))
        if reading.intent == "human_handoff" and sure >= enough:
            human = await self.human(state)
            return self.open.back(human.replies, state, human.trace)
        if free and (what_if := tasks.WHAT_IF.search(reading.text)):
            found = await self.asking.answer(reading, state)
            if found.trace.route == "policy" or what_if["then"]:
                return self._beside(found, state)
        if free and turn is not None and turn.intent == "answer" and (two := await self.added(reading)):
            words, beside = two
            # Free words may tell of anything: only what plainly asks for something is not part of them.
            if words and beside.confidence >= PLAIN and requests.formed(beside.text):
                own = replace(turn, entities={**turn.entities, "value": words, "utterance": words})
                return await self._and_then(beside, await self.open.turn(own, inbound, state), state)
        if (not free or FIRST.search(reading.text)) and (many := await self.several(reading, inbound, state)):
            return many
        asked_like = tasks.looks_asked(reading.text) or (not free and sure >= VERY_SURE)
        if reading.intent == "policy_question" and sure >= SURE and asked_like:
            found = await self.asking.answer(reading, state)
            # 「过几天吧」: what neither asks nor is answered is an answer gone wrong.
            if found.trace.route == "policy" or tasks.looks_asked(reading.text):
                return self._beside(found, state)
        wanted = self._wanted(reading, free=free)
        if wanted is None or not (free or turn is None or FIRST.search(reading.text)):
            return await self._unread(turn, reading, inbound, state, free=free)
        if wanted.task == state.task and self.names.task(reading.text):
            return await self.open.turn(tasks.Turn("resume", {}), inbound, state)
        if wanted.task == state.task:
            return await self._unread(turn, reading, inbound, state, free=free)
        if self._plainly(reading, free=free) or not wanted.online:
            return await self.open.begin(request(wanted, reading), inbound, state, sure)
        return self._offer(wanted, reading, state)

    async def _placed(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """Several places as an answer to 「哪里？」: the first is taken, the others wait with everything else."""
        prompt = state.prompt or {}
        if prompt["kind"] != "location" or not self.services[str(state.task)].one_place or tasks.asks(reading.text):
            return None
        rooms = [str(one["first"]) for one in state.waiting if one.get("first") and one["intent"] == state.task]
        if rooms and (house := HOUSE.fullmatch(reading.entities.get("location", ""))):
            # 「502和503」「哪栋楼？」「3号楼」
            said = {"value": f"{house[0]}{rooms[-1]}", "utterance": reading.text}
            return await self.open.turn(tasks.Turn("answer", said, certain=True), inbound, state)
        told = self.open.places(f"{prompt.get('so_far', '')}{reading.text}")
        if told is None:
            return None
        line = replies.text(self.open.one_place(told))
        waiting = self.open.at_another_place(told, state)
        if not told.housed:
            return self.open.back((line,), waiting, traced("task", reading, state))
        turn = tasks.Turn("answer", {"value": told.places[0], "utterance": told.sentences[0]}, certain=True)
        answered = await self.open.turn(turn, inbound, waiting)
        return replace(answered, replies=(line, *answered.replies))

    def _which_of(self, reading: Reading, state: State) -> Answered | None:
        """A new value that fits several answers alike: which of them is meant is asked, and a tap changes it."""
        prompt = state.prompt or {}
        told = tasks.corrected(reading.text, prompt, self.now())
        if len(told) < 2:
            return None
        offered = [
            (self.words["change_one"].format(label=one.label), f"set:{one.entity}={quote(str(one.value), safe='')}")
            for one in told
        ]
        reply = replies.choices(self.words["change_which"], offered)
        return Answered((reply,), replace(state, offered=tuple(reply["choices"])), traced("task", reading, state))

    async def _unread(
        self, turn: tasks.Turn | None, reading: Reading, inbound: Inbound, state: State, *, free: bool
    ) -> Answered:
        """What the form makes of the words. A question changes no field: 「病假最多请几天」 is no wish for 病假."""
        if turn is None and not free and tasks.asks(reading.text):
            found = await self.asking.answer(reading, state)
            if found.trace.route == "policy":
                return self._beside(found, state)
            return await self.open.turn(tasks.unread(""), inbound, state)
        return await self.open.turn(turn or tasks.unread(reading.text), inbound, state)

    def _interrupts(self, reading: Reading, state: State) -> Service | None:
        """「等下，先帮我报修3号楼502」: another service, though a place may be what was asked for."""
        wanted = self.services.get(reading.intent)
        plain = reading.confidence >= VERY_SURE and FIRST.search(reading.text) is not None
        return wanted if wanted is not None and plain and wanted.task != state.task else None

    async def _answered(self, turn: tasks.Turn, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """The answer goes to the form; what was asked for beside it is answered too, or done afterwards."""
        two = await self.added(reading) if turn.intent in ("answer", "correct") else None
        return await self._and_then(two[1] if two else None, await self.open.turn(turn, inbound, state), state)

    async def _and_then(self, added: Reading | None, answered: Answered, state: State) -> Answered:
        if added is None or added.intent == state.task:
            return answered
        if added.intent == "policy_question":
            found = await self.asking.answer(added, answered.state)
            said = tuple({name: part for name, part in one.items() if name != "choices"} for one in found.replies)
            kept = replace(answered.state, asked=found.state.asked)
            return replace(answered, replies=(*said, *answered.replies), state=kept)
        wanted = self.services.get(added.intent)
        if wanted is None:
            return answered
        names = {"title": self.open.title(state.task), "then": wanted.title}
        line = replies.text(self.words["one_by_one"].format(**names))
        kept = replace(answered.state, waiting=(*answered.state.waiting, request(wanted, added)))
        return replace(answered, replies=(line, *answered.replies), state=kept)

    async def _confirmed_and(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """「确认，再帮我查下课表」: the card is submitted, and what is asked for beside it comes after it."""
        head = re.split(r"[,，。;；]", reading.text, maxsplit=1)[0]
        if head == reading.text or not tasks.affirms(head, self.now()) or await self.added(reading) is None:
            return None
        return await self._answered(tasks.confirmed(state.prompt or {}), reading, inbound, state)

    async def _given_up(self, gone: GivenUp, inbound: Inbound, state: State) -> Answered:
        """The open service ends, or one that waits leaves the line; what is wished instead is heard."""
        if gone.task == state.task:
            answered = await self.open.turn(tasks.Turn("cancel", {}), inbound, state)
        else:
            answered = await self.open.drop_waiting(gone.task, inbound, state)
        if not gone.rest or answered.state.prompt is not None:
            return answered
        said = await asyncio.to_thread(self.read, gone.rest)
        wanted = self.services.get(said.intent)
        if wanted is None or said.confidence < SURE:
            return answered
        # What waits already comes by itself.
        if any(task_of(entry) == wanted.task for entry in answered.state.waiting):
            return answered
        begun = await self.open.begin(request(wanted, said), inbound, answered.state, said.confidence)
        return replace(begun, replies=(*answered.replies, *begun.replies))

    def _beside(self, asked: Answered, state: State) -> Answered:
        """An answer from the documents, and the open question again."""
        return self.open.back(asked.replies, replace(state, asked=asked.state.asked), asked.trace)

    def _wanted(self, reading: Reading, *, free: bool) -> Service | None:
        """The service a message asks for while another waits for an answer."""
        wanted = self.services.get(reading.intent)
        if wanted is None or self.names.task(reading.text):
            return wanted
        first = FIRST.search(reading.text) is not None
        if free and not first:
            return wanted if reading.confidence >= VERY_SURE and tasks.looks_requested(reading.text) else None
        # 「周三上午的」 to a question that could not read it is an answer gone wrong, whatever service it reminds the head of.
        like_a_wish = first or wanted.task in apart.STATED or requests.formed(reading.text)
        return wanted if reading.confidence >= PERHAPS and like_a_wish else None

    def _plainly(self, reading: Reading, *, free: bool) -> bool:
        """Whether the other service can be begun without asking."""
        if self.names.task(reading.text) or FIRST.search(reading.text):
            return True
        return reading.confidence >= (PLAIN_FREE if free else PLAIN)

    def _offer(self, wanted: Service, reading: Reading, state: State) -> Answered:
        names = {"open": self.open.title(state.task), "wanted": wanted.title}
        yes, no = (self.words[name].format(**names) for name in ("switch_yes", "switch_no"))
        reply = replies.choices(self.words["switch"].format(**names), [(yes, "switch"), (no, "keep")])
        held = request(wanted, reading)
        state = replace(state, held=held, offered=tuple(reply["choices"]))
        return Answered((reply,), state, traced("task", reading, state))

    async def _before_sign_in(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        """A service waits for the sign-in, or for its own first answer: go on with it, whatever was typed."""
        waits_for_sign_in = (state.prompt or {})["kind"] == "sign_in"
        if reading.intent in ("cancel", "deny") and reading.confidence >= SURE:
            return await self.open.turn(tasks.Turn("cancel", {}), inbound, state)
        if many := await self.several(reading, inbound, state):
            return many
        other = self._wanted(reading, free=False)
        if other is not None and other.task != state.task:
            return await self.open.begin(request(other, reading), inbound, state, reading.confidence)
        asks = reading.intent in ("policy_question", "out_of_scope", "human_handoff") and reading.confidence >= SURE
        if inbound.student is None and waits_for_sign_in:
            if asks or (reading.intent in SMALLTALK and reading.intent != "affirm"):
                said = await self.alone(reading, inbound, replace(state, task=None, prompt=None, waiting=()))
                return self.open.back(said.replies, replace(state, asked=said.state.asked), said.trace)
            # 「匿名」, or the code of a case, makes the sign-in needless: the form knows the words of its choices.
            turn = tasks.more(reading, state)
            if turn is None and reading.vector is not None:
                turn = tasks.Turn("correct", {"utterance": reading.text})
            if turn is None:
                return self.open.back((), state, Trace("task", task=state.task))
            return await self.open.turn(turn, inbound, state)
        if asks:
            said = await self.alone(reading, inbound, replace(state, task=None, prompt=None, waiting=()))
            resumed = await self.open.turn(tasks.Turn("resume", {}), inbound, state)
            return replace(resumed, replies=(*said.replies, *resumed.replies), trace=said.trace)
        return await self.open.turn(tasks.more(reading, state) or tasks.Turn("resume", {}), inbound, state)

    async def human(self, state: State, confidence: float = 1.0) -> Answered:
        """Whom to call, from the documents."""
        found = await asyncio.to_thread(self.policies.guide, "24小时值班辅导员")
        reply = replies.answer(found, self.words["human"]) if found else replies.text(self.words["human_unknown"])
        return Answered((reply,), state, Trace("handoff", "human_handoff", confidence))


def request(service: Service, reading: Reading) -> dict[str, object]:
    """A service asked for in these words."""
    return {"intent": service.task, "entities": dict(reading.entities), "utterance": reading.text}
