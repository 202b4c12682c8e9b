"""What became of a follower's cases, in front of the next answer: an official account cannot speak first."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.messages import Reply
from connectors.case_desk import CaseDesk
from connectors.channels.wechat.cut import cut, size
from connectors.channels.wechat.sentences import NEWS, SAY

HELD, HELD_SECONDS = 4096, 900.0
"""Answers whose hand-over is waited for, and how long: whoever fetched none by then is told once more."""
ROOM, LONGEST = 900, 600
"""Bytes of all news in one answer, which has to show its own words below, and of one of them."""


class News:
    """Told with an answer, and seen once that answer was handed over. What was not stays for the next one."""

    def __init__(self, desk: CaseDesk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._clock = desk, clock
        self._held: OrderedDict[tuple[str, str], tuple[str, tuple[int, ...], float]] = OrderedDict()
        """By follower and message: the student, what they are told with its answer, and since when."""
        self._running: set[asyncio.Task[None]] = set()

    async def in_front(self, openid: str, message: str, student: str, replies: Sequence[Reply]) -> list[Reply]:
        """The answer with what is new before it. Nothing stands before a crisis card."""
        if any(reply.get("kind") == "crisis" for reply in replies):
            return [*replies]
        notices = await self._desk.notices(student)
        now = self._clock()
        while self._held and (len(self._held) > HELD or next(iter(self._held.values()))[2] < now - HELD_SECONDS):
            self._held.popitem(last=False)
        on_their_way = {id for (who, _), (_, ids, _) in self._held.items() if who == openid for id in ids}
        ids, lines, room = list[int](), list[str](), ROOM
        for one in notices:
            line = "\n".join(_line(reply) for reply in one["replies"])
            if one["id"] in on_their_way or (room := room - size(line)) < 0:
                # The next answer tells the rest, in its order.
                break
            ids.append(int(one["id"]))
            lines.append(line)
        if not ids:
            return [*replies]
        self._held[openid, message] = (student, tuple(ids), now)
        return [{"kind": "text", "text": "\n".join((NEWS, *lines))}, *replies]

    def handed(self, openid: str, messages: Iterable[str]) -> None:
        """The answers of these messages were sent."""
        for message in messages:
            student, ids, _ = self._held.pop((openid, message), ("", (), 0.0))
            if ids:
                task = asyncio.create_task(self._desk.seen(student, ids), name="wechat-news")
                self._running.add(task)
                task.add_done_callback(self._running.discard)


def _line(reply: Mapping[str, Any]) -> str:
    """Buttons are said: only the question below can be answered by a number."""
    labels = [f"「{choice['label']}」" for choice in reply.get("choices", ())]
    return f"· {cut(str(reply['text']), LONGEST)}" + (SAY.format(labels="或".join(labels)) if labels else "")
