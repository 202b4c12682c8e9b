"""What became of a follower's cases, in front of the next answer: an official account cannot speak first."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.messages import Reply
from connectors.case_desk import CaseDesk
from connectors.channels.wechat.sentences import NEWS, SAY

HELD = 4096
"""Answers whose hand-over is waited for; an older one is told once more."""
MOST = 5
"""Of one answer: what does not fit would be cut off."""


class News:
    """Told with an answer, and seen once that answer was handed over. What was not stays for the next one."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk
        self._held: OrderedDict[tuple[str, str], tuple[str, tuple[int, ...]]] = OrderedDict()
        """By follower and message: the student, and what they are told with its answer."""
        self._running: set[asyncio.Task[None]] = set()

    async def in_front(self, openid: str, message: str, student: str, replies: Sequence[Reply]) -> list[Reply]:
        """The answer with what is new before it. Nothing stands before a crisis card."""
        if any(reply.get("kind") == "crisis" for reply in replies):
            return [*replies]
        on_their_way = {id for (who, _), (_, ids) in self._held.items() if who == openid for id in ids}
        new = [one for one in await self._desk.notices(student) if one["id"] not in on_their_way][:MOST]
        if not new:
            return [*replies]
        self._held[openid, message] = (student, tuple(int(one["id"]) for one in new))
        while len(self._held) > HELD:
            self._held.popitem(last=False)
        lines = [_line(reply) for one in new for reply in one["replies"]]
        return [{"kind": "text", "text": "\n".join((NEWS, *lines))}, *replies]

    def handed(self, openid: str, messages: Iterable[str]) -> None:
        """The answers of these messages were sent."""
        for message in messages:
            student, ids = self._held.pop((openid, message), ("", ()))
            if ids:
                task = asyncio.create_task(self._desk.seen(student, ids), name="wechat-news")
                self._running.add(task)
                task.add_done_callback(self._running.discard)


def _line(reply: Mapping[str, Any]) -> str:
    """Buttons are said: only the question below can be answered by a number."""
    labels = [f"「{choice['label']}」" for choice in reply.get("choices", ())]
    return f"· {reply['text']}" + (SAY.format(labels="或".join(labels)) if labels else "")
