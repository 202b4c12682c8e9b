"""Several requests in one message: done one after the other, none dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace

from bot import replies
from bot.asking import Asking
from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.reader import Reader
from bot.services_open import OpenServices
from bot.understanding import Reading, overdue, requests
from bot.understanding.intents import ACCEPT
from bot.words import Service

SHORT = 12
"""Characters of a piece of a list."""


@dataclass(frozen=True, slots=True)
class Several:
    """Takes a message apart where it asks for more than one thing."""

    open: OpenServices
    asking: Asking
    reader: Reader
    services: Mapping[str, Service]
    words: Mapping[str, str]
    human: Callable[[State, float], Awaitable[Answered]]

    async def added(self, reading: Reading) -> tuple[str, Reading] | None:
        """The words of a message that are an answer, and what it asks for beside them."""
        if reading.vector is None or not requests.may_be_several(reading.text):
            return None
        return await asyncio.to_thread(requests.added, reading, self.reader.read)

    async def answer(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """``None`` when the message asks for one thing only.

        Questions and the wish for a person are answered at once; the first service begins, the others wait for its end with their
        own words.
        """
        if reading.vector is None or not requests.may_be_several(reading.text):
            return None
        found = await asyncio.to_thread(parts, reading, self.reader, self.services)
        if len(found) < 2:
            return None
        said: list[Reply] = []
        trace = Trace("task")
        wishes = []
        for part in found:
            if part.intent in self.services:
                wishes.append({"intent": part.intent, "entities": dict(part.entities), "utterance": part.text})
                continue
            at_once = await (
                self.human(state, part.confidence)
                if part.intent == "human_handoff"
                else self.asking.answer(part, replace(state, prompt=None))
            )
            said += [_plain(reply) for reply in at_once.replies]
            state, trace = replace(state, asked=at_once.state.asked), at_once.trace
        if not wishes:
            return (
                self.open.back(said, state, trace) if state.prompt is not None else Answered(tuple(said), state, trace)
            )
        first, *others = wishes
        if others:
            title, *then = (self.open.title(wish["intent"]) for wish in wishes)
            line = self.words["one_by_one"].format(title=title, then="”、“".join(then))
            said.append(replies.text(line))
        begun = await self.open.begin(first, inbound, state, reading.confidence, then=others)
        return replace(begun, replies=(*said, *begun.replies))


def parts(reading: Reading, reader: Reader, services: Collection[str]) -> list[Reading]:
    """The requests of a message in the order in which they are done; the message itself where it is one.

    A list of services is taken piece by piece; everything else is judged.
    """
    if reading.vector is None or not requests.may_be_several(reading.text) or overdue.meant(reading.text):
        return [reading]
    if named := reader.names.listed(reading.text):
        return [reader.read(piece) for piece in named]
    return _listed(reading.text, reader, services) or requests.split(reading, reader.read, reader.glance)


def _listed(text: str, reader: Reader, services: Collection[str]) -> list[Reading]:
    """「打中文成绩单、查明天的课、报修空调」: short pieces between 、, each plainly another service."""
    pieces = [piece.strip(" ,。") for piece in text.split("、")]
    if len(pieces) < 2 or not all(2 <= len(piece) <= SHORT for piece in pieces):
        return []
    read = [reader.read(piece) for piece in pieces]
    plain = all(one.intent in services and one.confidence >= ACCEPT for one in read)
    return read if plain and len({one.intent for one in read}) == len(read) else []


def _plain(reply: Reply) -> Reply:
    """A reply without the buttons that would lead away from what comes next."""
    return {name: value for name, value in reply.items() if name != "choices"}
