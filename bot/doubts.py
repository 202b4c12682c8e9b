"""Two close intents: asked back with two buttons, once; and what sentences the pipeline did not understand at first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import replies
from bot.asking import POSSIBLE, traced
from bot.messages import Answered, Candidate, State
from bot.understanding import Reading
from bot.understanding.intents import ACCEPT
from bot.words import Service

SURE = ACCEPT
"""From this calibrated probability on an intent is acted upon without asking."""
VERY_SURE = 0.8
"""What it takes to give up a form, or to take free words for something else than the answer."""
NEAR = 0.6
"""A second service at least this likely, measured by the first, is too close to be passed over."""
AGAIN = timedelta(minutes=10)
"""How long a new sentence is taken to say again what was not understood."""


def close(reading: Reading, services: Mapping[str, Service]) -> list[str]:
    """The two services that a sentence may mean alike; empty when one of them leads."""
    if reading.vector is None or len(reading.ranking) < 2:
        return []
    (first, most), (second, next_most) = reading.ranking[:2]
    both = first in services and second in services
    return [first, second] if both and next_most >= NEAR * most and most + next_most >= SURE else []


def same(one: str, other: str) -> bool:
    """Whether two sentences are the same but for punctuation and case."""
    return re.sub(r"[\W_]+", "", one).lower() == re.sub(r"[\W_]+", "", other).lower()


@dataclass(frozen=True, slots=True)
class Doubts:
    """Asks back, and remembers that it did."""

    services: Mapping[str, Service]
    words: Mapping[str, str]
    now: Callable[[], datetime]

    def ask(self, likely: list[str], reading: Reading, state: State) -> Answered:
        """The two likeliest services as buttons, or the one and 「都不是」."""
        offered = [(self.services[name].title, f"take:{name}") for name in likely[:2]]
        if len(offered) < 2:
            offered.append((self.words["ask_instead"], "rephrase"))
        reply = replies.choices(self.words["which_one"], offered)
        held = {"intent": likely[0], "entities": dict(reading.entities), "utterance": reading.text}
        state = replace(self.noted(reading, state, likely), offered=tuple(reply["choices"]), held=held)
        return Answered((reply,), state, traced("task", reading, state))

    def noted(self, reading: Reading, state: State, intents: list[str] | None = None) -> State:
        """The sentence is kept as one that was asked back about, or not understood."""
        doubt = {"utterance": reading.text, "intents": intents or [], "chosen": None, "at": self.now().isoformat()}
        return replace(state, doubt={**doubt, "taken": reading.intent})

    @staticmethod
    def settled(reading: Reading, state: State) -> str | None:
        """What a sentence means that was asked back about before: nobody is asked twice about the same words."""
        doubt = state.doubt
        if doubt is None or not doubt["intents"] or not same(reading.text, doubt["utterance"]):
            return None
        return str(doubt["chosen"] or doubt["intents"][0])

    def chosen(self, intent: str | None, because: str, state: State) -> tuple[State, tuple[Candidate, ...]]:
        """A button answered the doubt; ``None`` when neither was meant."""
        doubt = state.doubt
        if doubt is None or not doubt["intents"]:
            return state, ()
        kept = Candidate(doubt["utterance"], because, taken=doubt["taken"], label=intent)
        # Whoever meant neither will say it otherwise.
        intents = doubt["intents"] if intent else []
        return replace(state, doubt={**doubt, "chosen": intent, "intents": intents}), (kept,)

    def said_again(self, answered: Answered, before: State) -> Answered:
        """A sentence that was not understood and its other words that were: the first is kept for training."""
        doubt: Mapping[str, Any] | None = before.doubt
        trace = answered.trace
        if doubt is None or doubt["intents"] or trace.route not in ("task", "policy") or trace.intent is None:
            return answered
        state = replace(answered.state, doubt=None)
        if self.now() - datetime.fromisoformat(doubt["at"]) > AGAIN:
            return replace(answered, state=state)
        label = "policy_question" if trace.route == "policy" else trace.intent
        kept = Candidate(doubt["utterance"], "said_again", taken=doubt["taken"], label=label)
        return replace(answered, state=state, candidates=(*answered.candidates, kept))


def likely(reading: Reading, services: Mapping[str, Service], least: float = POSSIBLE) -> list[str]:
    """The services a sentence of no clear meaning may want, the likeliest first."""
    return [name for name, chance in reading.ranking if chance >= least and name in services][:2]
