"""Every message answered once, in time, or kept for the student's next one.

WeChat hangs up after five seconds and delivers the same message up to three times. All deliveries of a message share
one task; whoever comes when it is finished gets the same text. While it is not, the first two deliveries are refused,
which makes WeChat deliver again: together that is some twelve seconds. The third is the last chance to say anything, so
the student is told to come back; an answer too late for its own message is put in front of the student's next one.

`success` would end the deliveries. It is for accounts that may send the answer by themselves later; this one may not.

This memory is for speed and courtesy only and belongs to one process: another copy of the service simply asks
`converse` again, which answers the same message with the same replies. What outlives the process is the courier's.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, Protocol

import structlog

from connectors.channels.wechat.render import Reply, render
from connectors.channels.wechat.sentences import FAILED, NOT_YET
from connectors.doors import Unavailable

log = structlog.get_logger(__name__)

TRIES = 3
"""How often WeChat delivers a message that is not answered."""

_SORRY: Sequence[Reply] = ({"kind": "text", "text": FAILED},)


class Courier(Protocol):
    """Who remembers, over a restart too, which answers were handed over."""

    def missed(self, openid: str) -> Mapping[str, Sequence[Reply]]:
        """The follower's earlier answers by message id; asked for when something is said to them."""

    def handed(self, openid: str, ids: Sequence[str]) -> None:
        """The answers of these messages have been sent."""


@dataclass(frozen=True, slots=True)
class Given:
    """What to give WeChat."""

    text: str
    """What the student reads; empty if the outcome is `success` or `redeliver`."""
    again: bool
    """Whether the message had been delivered before."""
    outcome: Literal["reply", "later", "redeliver", "success"] = "reply"
    """`later`: not ready at the last delivery; `redeliver`: not ready, WeChat is to try again; `success`: no words."""
    ids: tuple[str, ...] = ()
    """The messages whose answers the text holds."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    replies: Sequence[Reply]
    failed: bool = False
    unkept: bool = False
    """Whether it failed before the message was kept: the one time when another delivery helps."""


@dataclass(slots=True)
class _Delivery:
    openid: str
    id: str
    task: asyncio.Task[_Outcome]
    used: float
    """When it was last asked for, in the clock's seconds."""
    seen: int = 0
    """How often WeChat has delivered it."""
    waiting: int = 0
    """Requests waiting for it right now."""
    told: bool = False
    """Whether the student has been given the answer, alone or in front of another."""
    text: str | None = None
    """Exactly what was given."""
    ids: tuple[str, ...] = ()
    """The messages it answers."""

    @property
    def outcome(self) -> _Outcome:
        return _Outcome(_SORRY, failed=True) if self.task.cancelled() else self.task.result()

    @property
    def late(self) -> bool:
        return self.task.done() and not self.waiting and not self.told


class Deliveries:
    """The messages of the last minutes, bounded in number and age."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        patience: float,
        capacity: int = 4096,
        memory: float = 600.0,
        public_url: str | None = None,
        courier: Courier | None = None,
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._capacity = capacity
        self._memory = memory
        self._public_url = public_url
        self._courier = courier
        self._kept: OrderedDict[str, _Delivery] = OrderedDict()
        self._of: dict[str, dict[str, _Delivery]] = {}
        """The same by openid, each follower's in their order."""
        # The loop itself holds tasks only weakly; one forgotten here must still run to its end.
        self._running: set[asyncio.Task[_Outcome]] = set()

    def __len__(self) -> int:
        return len(self._kept)

    async def answer(
        self, key: str, openid: str, ask: Callable[[], Awaitable[Sequence[Reply]]], *, id: str = ""
    ) -> Given:
        """What this delivery gets. `ask` runs at most once per key, unless it failed. `id` is the MsgId, if there is one."""
        delivery = self._take(key, openid, ask, id)
        seen = delivery.seen  # now: another delivery may come while this one waits
        delivery.waiting += 1
        try:
            # wait() leaves the task running when the patience ends, or when WeChat hangs up.
            if not delivery.task.done():
                await asyncio.wait({delivery.task}, timeout=self._patience)
        finally:
            delivery.waiting -= 1
        if delivery.task.done():
            if delivery.outcome.unkept and seen < TRIES:
                return Given("", again=seen > 1, outcome="redeliver")
            return Given(self._tell(delivery), again=seen > 1, ids=delivery.ids)
        if seen < TRIES:
            return Given("", again=seen > 1, outcome="redeliver")
        return Given(NOT_YET, again=True, outcome="later")

    def _take(self, key: str, openid: str, ask: Callable[[], Awaitable[Sequence[Reply]]], id: str) -> _Delivery:
        now = self._clock()
        delivery = self._kept.get(key)
        if delivery is not None and now - delivery.used > self._memory:
            delivery = None
        seen = 0 if delivery is None else delivery.seen
        if delivery is None or (delivery.task.done() and delivery.outcome.failed):
            # A failure is not an answer: a redelivery tries once more.
            task = asyncio.create_task(self._run(ask), name="wechat-answer")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            delivery = self._kept[key] = _Delivery(openid, id, task, now, seen)
        # Last among its follower's, as it is among all.
        own = self._of.setdefault(openid, {})
        own.pop(key, None)
        own[key] = delivery
        delivery.seen += 1
        delivery.used = now
        self._kept.move_to_end(key)
        self._forget(now)
        return delivery

    def _forget(self, now: float) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if len(self._kept) <= self._capacity and now - oldest.used <= self._memory:
                return
            key, _ = self._kept.popitem(last=False)
            own = self._of[oldest.openid]
            del own[key]
            if not own:
                del self._of[oldest.openid]

    def _tell(self, delivery: _Delivery) -> str:
        if delivery.text is None:
            same = self._of.get(delivery.openid, {}).values()
            late = [other for other in same if other.late and other is not delivery]
            missed = dict(self._courier.missed(delivery.openid)) if self._courier is not None else {}
            known = {other.id for other in same}
            before = [replies for id, replies in missed.items() if id not in known]
            before += [other.outcome.replies for other in late]
            delivery.text = render(
                delivery.outcome.replies,
                late=[reply for replies in before for reply in replies],
                public_url=self._public_url,
            )
            ids = (*missed, *(other.id for other in late), *(() if delivery.outcome.failed else (delivery.id,)))
            delivery.ids = tuple(id for id in dict.fromkeys(ids) if id)
            for other in late:
                other.told = True
        delivery.told = True
        return delivery.text

    async def _run(self, ask: Callable[[], Awaitable[Sequence[Reply]]]) -> _Outcome:
        """What `ask` gave, if it can be shown. A traceback or silence would be shown to the student as a broken
        service, so a bug ends here: logged by its name and place only, as its message may quote the student."""
        try:
            async with asyncio.timeout(self._memory):
                replies = tuple(await ask())
            if render(replies, public_url=self._public_url):
                return _Outcome(replies)
            log.error("wechat.nothing_said", replies=len(replies))
        except Unavailable:
            log.error("wechat.not_kept")
            return _Outcome(_SORRY, failed=True, unkept=True)
        except Exception as error:
            log.error("wechat.failed", error=type(error).__name__, where=_where(error))
        return _Outcome(_SORRY, failed=True)


def _where(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return "" if frame is None else f"{PurePath(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
