"""One message in, a list of replies out.

The order is the promise: a crisis sentence before anything else; a tapped button; the open question of a service; then what the
message means by itself. Every step's tools are arguments; nothing here is global.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from bot import policy, replies, tasks
from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.tasks import Tasks, Turn
from bot.understanding import Reading, Understanding, crisis, emergency, smalltalk
from bot.understanding.normalise import normalise
from bot.words import Names, Service
from knowledge_base.asking import goes_on

SMALLTALK = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "cancel"})

SURE = 0.5
"""From this calibrated probability on an intent is acted upon without asking."""
VERY_SURE = 0.8
"""What it takes to give up a form, or to take free words for something else than the answer."""
DOING = 0.85
"""From here on a service is begun even for a sentence in the form of a question (「成绩单怎么打」)."""
POSSIBLE = 0.15
"""Below ``SURE``, services at least this likely are offered as buttons."""
CRISIS = 0.6
"""The head's own crisis verdict counts from here: showing the card once too often costs little."""
GO_ON = re.compile(r"(?:继续|接着)(?:办|填|弄|刚才的?|之前的?|.{0,8})?[吧啊呀。!]*")
"""What takes a stopped service up again."""
STILL_ABOUT = timedelta(minutes=30)
"""How long 「那研究生呢」 is taken to go on from the question before."""
LONGEST = 500
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
    emergency_card: Reply
    now: Callable[[], datetime]
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", Names(self.services))

    async def answer(self, inbound: Inbound, state: State) -> Answered:
        """Answers one message; never raises for anything a student can type."""
        started = perf_counter()
        # A message too long to be read is still screened whole, out of everybody else's way.
        long = len(inbound.text) > LONGEST
        text = await asyncio.to_thread(normalise, inbound.text) if long else normalise(inbound.text)
        payload = inbound.payload
        if payload and payload.startswith("ask:"):
            text, payload = normalise(payload.removeprefix("ask:")), None
        answered = await asyncio.to_thread(self.alarm, inbound, state) if long else self.alarm(inbound, state)
        if answered is None and payload is None and emergency.happening(text) and not tasks.looks_asked(text):
            answered = await self._emergency(state)
        if answered is None and state.paused is not None and state.prompt is None:
            answered = await self._taken_up(text, payload, inbound, state)
        understood = 0.0
        if answered is None and payload is None:
            payload = self._offered(text, state)
        if answered is None and payload is not None:
            answered = await self._tapped(payload, inbound, state)
        if answered is None and not text:
            answered = self._back((replies.text(self.words["empty"]),), state, Trace("smalltalk"))
        if answered is None and len(text) > LONGEST:
            answered = self._back((replies.text(self.words["too_long"]),), state, Trace("smalltalk"))
        if answered is None:
            begun = perf_counter()
            reading = await self._read(text, state)
            understood = (perf_counter() - begun) * 1000
            answered = await self._message(reading, inbound, state)
        answered = self._reminded_of_pause(answered)
        total = (perf_counter() - started) * 1000
        timings = {"understand": understood, "total": total}
        return replace(answered, trace=replace(answered.trace, timings_ms=timings))

    # before anything else

    def alarm(self, inbound: Inbound, state: State) -> Answered | None:
        """The crisis card, when the words call for it; needs nothing but the word lists."""
        alarm = crisis.screen(normalise(f"{inbound.text} {(inbound.payload or '').removeprefix('ask:')}"))
        return self._card(state, alarm.rule, alarm.tier) if alarm else None

    def _card(self, state: State, rule: str, tier: str) -> Answered:
        """The fixed card. An open service stops here: it is neither filed with these words nor lost, nor goes on by itself."""
        if state.prompt is not None:
            stopped = {"task": state.task, "tracker": state.tracker, "prompt": state.prompt, "question": state.question}
            state = replace(state.closed(), paused={**stopped, "told": False}, held=None, offered=())
        trace = Trace("crisis", intent="crisis", confidence=1.0)
        return Answered((self.crisis_card,), state, trace, alarm=rule, alarm_tier=tier)

    async def _emergency(self, state: State) -> Answered:
        """Fire, violence, an accident: whom to call comes before any office's hours."""
        guard = await asyncio.to_thread(self.policies.guide, "保卫处报警电话")
        replies_ = (self.emergency_card, *((replies.answer(guard, self.words["emergency_guard"]),) if guard else ()))
        answered = self._back(replies_, state, Trace("task", "hazard_report", 1.0))
        return answered if state.prompt else replace(answered, trace=replace(answered.trace, task="hazard_report"))

    # what a crisis sentence stopped

    async def _taken_up(self, text: str, payload: str | None, inbound: Inbound, state: State) -> Answered | None:
        """Goes on with a stopped service when the student says so; ``None`` for anything else."""
        paused = state.paused or {}
        if payload == "cancel" or (payload is None and smalltalk.exact(text) == "cancel"):
            title = self.services[str(paused["task"])].title
            said = replies.text(self.words["paused_dropped"].format(title=title))
            return Answered((said,), replace(state, paused=None), Trace("task", "cancel", 1.0))
        again = payload in ("resume", f"start:{paused['task']}") or (payload is None and GO_ON.fullmatch(text))
        if not again:
            return None
        names = ("task", "tracker", "prompt", "question")
        opened = replace(state, paused=None, offered=(), **{name: paused[name] for name in names})
        if inbound.student is not None and (opened.prompt or {})["kind"] == "sign_in":
            return await self._turn(tasks.Turn("resume", {}), inbound, opened)
        return self._back((), opened, Trace("task"))

    def _reminded_of_pause(self, answered: Answered) -> Answered:
        """Says once, after the next ordinary answer, that a service was stopped and how it goes on."""
        paused = answered.state.paused
        # While another service is open, 继续 and 不办了 are said about that one.
        if paused is None or paused["told"] or answered.state.prompt is not None or answered.trace.route == "crisis":
            return answered
        title = self.services[str(paused["task"])].title
        offer = replies.choices(
            self.words["paused"].format(title=title),
            [(self.words["paused_on"].format(title=title), "resume"), (self.words["paused_off"], "cancel")],
        )
        state = replace(answered.state, paused={**paused, "told": True})
        return replace(answered, replies=(*answered.replies, offer), state=state)

    # buttons

    def _offered(self, text: str, state: State) -> str | None:
        """The payload of a choice picked by its number or label, outside a service's own question."""
        if not state.offered:
            return None
        if picked := tasks.pick(text, state.offered, self.now()):
            return picked
        if state.held is None:
            return None
        # A yes to 「改办吗？」 must not reach the form below it, where it could submit.
        return {"affirm": "switch", "deny": "keep", "cancel": "keep"}.get(smalltalk.exact(text) or "")

    async def _tapped(self, payload: str, inbound: Inbound, state: State) -> Answered:
        state = replace(state, offered=())
        name, _, rest = payload.partition(":")
        if name == "start" and rest in self.services:
            return await self._begin(rest, {}, "", inbound, state, confidence=1.0)
        if name == "human":
            human = await self._human(state)
            return self._back(human.replies, state, human.trace) if state.prompt else human
        if name == "switch" and state.held is not None:
            held, open_before = state.held, state
            await self.tasks.drop(open_before, inbound)
            return await self._begin(
                held["intent"], held["entities"], held["utterance"], inbound, replace(state.closed(), held=None), 1.0
            )
        if name == "keep" and state.prompt is not None:
            return self._back((), replace(state, held=None), Trace("task", task=state.task))
        state = replace(state, held=None)
        if name == "rephrase":
            return self._back((replies.text(self.words["rephrase"]),), state, Trace("smalltalk"))
        if state.prompt is None:
            return self._smalltalk("cancel", state) if name == "cancel" else self._nothing_open(state)
        if tasks.known(payload, state.prompt):
            return await self._turn(tasks.tapped(name, rest), inbound, state)
        return self._back((replies.text(self.words["stale_button"]),), state, Trace("task", task=state.task))

    def _nothing_open(self, state: State) -> Answered:
        return Answered((replies.text(self.words["nothing_open"]),), state, Trace("smalltalk"))

    # words

    async def _read(self, text: str, state: State) -> Reading:
        reading = await asyncio.to_thread(self.understanding.read, text, self.now())
        named = self.names.task(text)
        return replace(reading, intent=named, confidence=1.0) if named else reading

    async def _message(self, reading: Reading, inbound: Inbound, state: State) -> Answered:
        if reading.chance("crisis") >= CRISIS and reading.vector is not None:
            return self._card(state, "head", "show")
        state = replace(state, offered=(), held=None)
        if state.prompt is not None:
            answered = await self._in_service(reading, inbound, state)
            if answered is not None:
                return answered
        return await self._alone(reading, inbound, state)

    async def _in_service(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """A message while a service waits for an answer; ``None`` when it has nothing to do with the service."""
        prompt, now, sure = state.prompt or {}, self.now(), reading.confidence
        ready = prompt["kind"] in ("sign_in", "waiting") and inbound.student is not None
        if not ready and (asked := await self._asked_rule(reading, state)):
            return self._back(asked.replies, replace(state, asked=asked.state.asked), asked.trace)
        if prompt["kind"] in ("sign_in", "waiting"):
            return await self._before_sign_in(reading, inbound, state)
        turn = tasks.read_turn(reading, prompt, now)
        if turn is not None and prompt["kind"] == "text" and turn.intent == "answer":
            # The office reads what the student wrote, not our plain spelling of it.
            turn = replace(turn, entities={**turn.entities, "value": tasks.as_written(inbound.text)})
        if turn is not None and turn.certain:
            return await self._turn(turn, inbound, state)
        # Where any words may be the answer, only what can hardly be one is taken for something else.
        exact, free = reading.vector is None, prompt["kind"] == "text" and reading.vector is not None
        enough = VERY_SURE if free else SURE
        if reading.intent == "goodbye" and exact and prompt["kind"] == "confirm":
            return self._back((replies.text(self.words["not_submitted"]),), state, self._trace("task", reading, state))
        # A guess at a farewell gives up no form: 「去南京」 and 「我在的时候再来」 are answers.
        if (reading.intent == "goodbye" and exact) or (reading.intent == "cancel" and sure >= VERY_SURE):
            return await self._turn(tasks.Turn("cancel", {}), inbound, state)
        if reading.intent in ("greet", "thank") and sure >= VERY_SURE:
            said = replies.text(self.words["greet_again" if reading.intent == "greet" else reading.intent])
            return self._back((said,), state, self._trace("smalltalk", reading, state))
        if reading.intent == "human_handoff" and sure >= enough:
            human = await self._human(state)
            return self._back(human.replies, state, human.trace)
        asked_like = tasks.looks_asked(reading.text) or (not free and sure >= VERY_SURE)
        if reading.intent == "policy_question" and sure >= SURE and asked_like:
            said_of_rules = await self._policy(reading, state)
            return self._back(
                said_of_rules.replies, replace(state, asked=said_of_rules.state.asked), said_of_rules.trace
            )
        if (wanted := self._wanted(reading, free=free)) and (free or turn is None):
            if wanted.task == state.task:
                again = self.names.task(reading.text) is not None
                return await self._turn(
                    tasks.Turn("resume", {}) if again else turn or tasks.unread(reading.text), inbound, state
                )
            if not wanted.online:
                elsewhere = await self._begin(wanted.task, {}, "", inbound, state.closed(), sure)
                return self._back(elsewhere.replies, state, elsewhere.trace)
            return self._offer_switch(wanted, reading, state)
        return await self._turn(turn or tasks.unread(reading.text), inbound, state)

    async def _asked_rule(self, reading: Reading, state: State) -> Answered | None:
        """A question that the documents answer beyond doubt is no answer to the open question, whatever else it looks like."""
        doing = reading.intent in self.services and reading.confidence >= DOING
        if reading.vector is None or doing or not tasks.looks_asked(reading.text):
            return None
        found = await self._policy(reading, state)
        answer = found.replies[0]
        sure = answer["kind"] == "answer" and answer.get("confidence", 0.0) >= policy.BEYOND_DOUBT
        return found if sure else None

    def _wanted(self, reading: Reading, *, free: bool) -> Service | None:
        """The service a message asks for while another waits for an answer."""
        wanted = self.services.get(reading.intent)
        if wanted is None or self.names.task(reading.text):
            return wanted
        if free:
            return wanted if reading.confidence >= VERY_SURE and tasks.looks_requested(reading.text) else None
        return wanted if reading.confidence >= 0.6 else None

    async def _before_sign_in(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """A service waits for the sign-in, or for its own first answer: go on with it, whatever was typed."""
        waits_for_sign_in = (state.prompt or {})["kind"] == "sign_in"
        if reading.intent in ("cancel", "deny") and reading.confidence >= SURE:
            return await self._turn(tasks.Turn("cancel", {}), inbound, state)
        other = self._wanted(reading, free=False)
        if other is not None and other.task != state.task:
            if not other.online:
                elsewhere = await self._begin(other.task, {}, "", inbound, state.closed(), reading.confidence)
                return self._back(elsewhere.replies, state, elsewhere.trace)
            await self.tasks.drop(state, inbound)
            return await self._alone(reading, inbound, state.closed())
        asks = reading.intent in ("policy_question", "out_of_scope", "human_handoff") and reading.confidence >= SURE
        if inbound.student is None and waits_for_sign_in:
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
        if on := await self._gone_on(reading, state):
            return on
        if intent in self.services and sure >= SURE:
            asked = await self._asked_about(self.services[intent], reading, state)
            return asked or await self._begin(intent, reading.entities, reading.text, inbound, state, confidence=sure)
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

    async def _gone_on(self, reading: Reading, state: State) -> Answered | None:
        """「那研究生呢」 after a question on the rules: the head has seen no such words and would guess."""
        before = self._before(state)
        doing = reading.intent in self.services and reading.confidence >= DOING
        if before is None or reading.vector is None or doing or not goes_on(reading.text):
            return None
        said = await asyncio.to_thread(self.policies.answer, reading, self.words, before)
        # 「那研究生呢」 where the rule is for 本科 only: to say so is an answer too.
        return self._of_rules(said, reading, state) if said.answered or said.scope else None

    async def _asked_about(self, service: Service, reading: Reading, state: State) -> Answered | None:
        """「自习室几点关」 names a service's thing but asks a rule: the documents answer, one tap still does the service."""
        found = await self._asked_rule(reading, state)
        if found is None:
            return None
        answer = found.replies[0]
        choice = {"label": self.words["do_instead"].format(title=service.title), "payload": f"start:{service.task}"}
        return replace(found, replies=({**answer, "choices": [choice]},), state=replace(found.state, offered=(choice,)))

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
        said = await asyncio.to_thread(self.policies.answer, reading, self.words, self._before(state))
        return self._of_rules(said, reading, state)

    def _of_rules(self, said: policy.Said, reading: Reading, state: State) -> Answered:
        asked = {"question": said.question, "at": self.now().isoformat()}
        state = replace(state, asked=asked if said.answered else state.asked)
        trace = self._trace("policy" if said.answered else "declined", reading, state)
        if not said.answered and state.prompt is None:
            state = replace(state, offered=tuple(said.reply.get("choices", ())))
        return Answered((said.reply,), state, trace)

    def _before(self, state: State) -> str | None:
        """The question answered last, while it is still what the two are talking about."""
        if state.asked is None:
            return None
        asked = datetime.fromisoformat(state.asked["at"])
        return state.asked["question"] if self.now() - asked <= STILL_ABOUT else None

    def _which(self, likely: list[str], reading: Reading, state: State) -> Answered:
        offered = [(self.services[name].title, f"start:{name}") for name in likely]
        offered.append((self.words["ask_instead"], "rephrase"))
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
        trace = Trace("task", task, confidence, task=task)
        if not service.online:
            reply = await asyncio.to_thread(self.policies.not_online, service, self.words)
            return self._back((reply,), state, trace) if state.prompt else Answered((reply,), state, trace)
        if state.prompt is not None and state.task not in (None, task):
            if state.prompt["kind"] != "sign_in":
                reading = Reading(said, task, confidence, ((task, confidence),), entities, None)
                return self._offer_switch(service, reading, state)
            await self.tasks.drop(state, inbound)
            state = state.closed()
        if state.prompt is not None:
            # The same service asked for again: what is new in these words goes into the open form.
            again = tasks.Turn("correct", tasks.as_fields(entities)) if entities else tasks.Turn("resume", {})
            return await self._turn(again, inbound, state)
        tracker = f"{hashlib.sha256(inbound.conversation.encode()).hexdigest()[:20]}:{secrets.token_hex(6)}"
        # Begun anew, a stopped service is not waiting any more.
        paused = None if state.paused is not None and state.paused["task"] == task else state.paused
        opened = replace(state, task=task, tracker=tracker, held=None, paused=paused)
        turn = tasks.Turn(task, {**tasks.as_fields(entities), **({"utterance": said} if said else {})})
        return await self._turn(turn, inbound, opened, before=state, confidence=confidence)

    async def _turn(
        self,
        turn: Turn,
        inbound: Inbound,
        state: State,
        before: State | None = None,
        confidence: float | None = None,
    ) -> Answered:
        outcome = await self.tasks.post(turn, inbound, state)
        if outcome.trouble == "still_working":
            return self._still_working(state, confidence)
        if outcome.trouble:
            kept = before if before is not None else state
            return Answered(
                (replies.text(self.words[outcome.trouble]),),
                kept,
                Trace("task", state.task, confidence, task=state.task, asking=_asking(kept)),
            )
        trace = Trace("task", state.task, confidence, task=state.task, asking=outcome.asking)
        return Answered(outcome.replies, outcome.state, trace)

    def _still_working(self, state: State, confidence: float | None) -> Answered:
        """Nobody knows yet what became of the turn: the same question can be taken up again."""
        reply = replies.choices(self.words["still_working"], [(self.words["still_working_look"], "resume")])
        waiting: dict[str, Any] = {
            "task": state.task,
            "asking": "waiting",
            "kind": "waiting",
            "choices": [],
            "fields": [],
        }
        state = replace(state, offered=tuple(reply["choices"]), prompt=state.prompt or waiting)
        trace = Trace("task", state.task, confidence, task=state.task, asking=_asking(state))
        return Answered((reply,), state, trace)

    def _reminder(self, state: State) -> tuple[Reply, ...]:
        if state.prompt and state.prompt["kind"] == "sign_in":
            # The whole card once is help; after every answer it is nagging.
            said = self.words["sign_in_again"].format(title=self.services[str(state.task)].title)
            return ({"kind": "link", "text": said, "url": "/sign-in", "label": self.words["sign_in_label"]},)
        return (state.question,) if state.question else ()

    def _back(self, said: tuple[Reply, ...], state: State, trace: Trace) -> Answered:
        """After something said in between: the question that was open, once more."""
        trace = replace(trace, task=state.task, asking=_asking(state))
        return Answered((*said, *self._reminder(state)), state, trace)

    @staticmethod
    def _trace(route: str, reading: Reading, state: State) -> Trace:
        return Trace(route, reading.intent, reading.confidence, task=state.task, asking=_asking(state))


def _asking(state: State) -> str | None:
    """The step whose question is open."""
    return str(state.prompt["asking"]) if state.prompt else None
