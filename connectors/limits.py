"""How many messages a session, a student and an address may post, so that one of them does not take the room of all others.

A campus is one address and a lobby's touch screen one session: the defaults meet programs, not people. What is counted may be
lost: it lies in this process, or in Redis, where several processes of the doors share it. With Redis away or slow everybody is let
in. Whoever cries for help is never counted out; the caller screens first (:meth:`connectors.doors.Doors.converse`).
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal, Protocol

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.problems import Problem

log = structlog.get_logger()

Who = Literal["session", "student", "address"]

SHORT, LONG = 10, 3600
"""Seconds of the two windows."""
REDIS_SECONDS = 0.05
"""A Redis that takes longer counts as away: no student waits for a count."""
RETURN_SECONDS = 2.0
"""How long one that is away may take to be taken back."""
LOOK_SECONDS = 1.0
SAY_SECONDS = 60.0
"""Between two lines in the log about the same Redis."""
KEPT = 20_000
"""Counts in this process before the old ones are swept out."""


class TooMany(Problem):
    """Not now: ``seconds`` later there is room again."""

    def __init__(self, seconds: int) -> None:
        wait = f"{seconds} 秒" if seconds <= 90 else f"{math.ceil(seconds / 60)} 分钟"
        said = f"消息发得太多了，这一条没有收下，请过 {wait}再发。紧急情况请拨打 120 或 110。"
        super().__init__(429, "too_many_messages", said)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages in any ten seconds, and in any hour."""

    short: int
    long: int

    @classmethod
    def read(cls, written: str) -> Rate | None:
        """Of ``40/1200``; ``None`` (no limit) for an empty text. Raises ``ValueError`` for anything else."""
        if not written.strip():
            return None
        short, slash, long = written.partition("/")
        rate = cls(int(short), int(long)) if slash else None
        if rate is None or not 0 < rate.short <= rate.long:
            raise ValueError(f"{written!r} is not messages in 10 s / messages in an hour, like 40/1200")
        return rate


@dataclass(frozen=True, slots=True)
class Window:
    """One thing that is counted: ``name`` may pass ``most`` times in ``seconds``."""

    name: str
    seconds: int
    most: int


class Counts(Protocol):
    """Where it is counted."""

    async def passed(self, windows: Sequence[Window], at: float) -> int:
        """Counts one message in all windows and gives 0; or counts it nowhere and gives the seconds to wait."""

    async def watch(self) -> None:
        """Looks after what it needs, until it is cancelled."""


class Here:
    """Counts of this process.

    Each window is counted in two: the running one, and the one before it, of which the part that is still within reach counts.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int, int], int] = {}

    async def passed(self, windows: Sequence[Window], at: float) -> int:
        wait = max((self._wait(window, at) for window in windows), default=0)
        if wait:
            return wait
        for window in windows:
            key = (window.name, window.seconds, int(at // window.seconds))
            self._counts[key] = self._counts.get(key, 0) + 1
        if len(self._counts) > KEPT:
            self._counts = {key: n for key, n in self._counts.items() if key[2] >= at // key[1] - 1}
        return 0

    async def watch(self) -> None:
        """Nothing to look after."""

    def _wait(self, window: Window, at: float) -> int:
        number = int(at // window.seconds)
        now = self._counts.get((window.name, window.seconds, number), 0)
        before = self._counts.get((window.name, window.seconds, number - 1), 0)
        return waits(now, before, at / window.seconds - number, window)


def waits(now: int, before: int, part: float, window: Window) -> int:
    """Whole seconds until one more fits; 0 when it does now. ``part`` of the running window has gone by."""
    if now + before * (1 - part) + 1 <= window.most:
        return 0
    # The one before fades away until the running one ends; from then on the running one fades.
    until = 1 - (window.most - 1 - now) / before if now + 1 <= window.most else 2 - (window.most - 1) / now
    return max(1, math.ceil((until - part) * window.seconds))


SCRIPT = """
local at, longest = tonumber(ARGV[1]), 0
for i = 1, #KEYS / 2 do
  local seconds, most = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local now = tonumber(redis.call('GET', KEYS[2 * i - 1]) or '0')
  local before = tonumber(redis.call('GET', KEYS[2 * i]) or '0')
  local part = at / seconds - math.floor(at / seconds)
  if now + before * (1 - part) + 1 > most then
    local till = now + 1 <= most and 1 - (most - 1 - now) / before or 2 - (most - 1) / now
    longest = math.max(longest, 1, math.ceil((till - part) * seconds))
  end
end
if longest == 0 then
  for i = 1, #KEYS / 2 do
    redis.call('INCR', KEYS[2 * i - 1])
    redis.call('EXPIRE', KEYS[2 * i - 1], 2 * tonumber(ARGV[2 * i]))
  end
end
return longest
"""
"""The same as :class:`Here` in one step, so that two processes never both take the last place."""


class Shared:
    """Counts in Redis. It is asked only while it answers; while it does not, everybody passes."""

    def __init__(
        self, url: str, *, seconds: float = REDIS_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        # Only who uses it needs the package.
        redis: Any = import_module("redis.asyncio")
        self._lost: type[Exception] = import_module("redis.exceptions").RedisError
        self._client = redis.Redis.from_url(url, socket_connect_timeout=RETURN_SECONDS)
        self._script = self._client.register_script(SCRIPT)
        self._seconds, self._clock, self._said = seconds, clock, -math.inf
        self.there = False
        """Whether it answered when it was asked last."""

    async def passed(self, windows: Sequence[Window], at: float) -> int:
        if not self.there:
            return 0
        keys, arguments = list[str](), list[str]([repr(at)])
        for window in windows:
            number = int(at // window.seconds)
            # Braces: a cluster keeps all of a caller's counts in one place.
            keys += [f"{{counsellor}}:{window.name}:{window.seconds}:{n}" for n in (number, number - 1)]
            arguments += [str(window.seconds), str(window.most)]
        try:
            async with asyncio.timeout(self._seconds):
                return int(await self._script(keys=keys, args=arguments))
        except (self._lost, OSError, TimeoutError) as error:
            self._away(error)
            return 0

    async def watch(self) -> None:
        try:
            while True:
                if not self.there:
                    await self._look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self._client.aclose()

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(RETURN_SECONDS):
                await self._client.ping()
            self.there = True
        except (self._lost, OSError, TimeoutError) as error:
            self._away(error)

    def _away(self, error: Exception) -> None:
        self.there = False
        if self._clock() - self._said >= SAY_SECONDS:
            self._said = self._clock()
            log.warning("limits.unavailable", error=type(error).__name__)


class Limits:
    """What everybody may post."""

    def __init__(
        self, rates: Mapping[Who, Rate | None], counts: Counts, secret: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._rates = {who: rate for who, rate in rates.items() if rate is not None}
        self._counts, self._key, self._clock = counts, secret.encode()[:64], clock

    async def admit(self, session: str, student: str | None, address: str | None) -> None:
        """Counts one message. Raises :class:`TooMany`, and then it is not counted."""
        given: dict[Who, str | None] = {"session": session, "student": student, "address": address}
        windows = []
        for who, name in given.items():
            rate = self._rates.get(who)
            if rate is not None and name:
                digest = self._digest(who, name)
                windows += [Window(digest, SHORT, rate.short), Window(digest, LONG, rate.long)]
        if windows and (wait := await self._counts.passed(windows, self._clock())):
            log.info("limits.refused")
            raise TooMany(wait)

    async def watch(self) -> None:
        """Looks after Redis, where there is one, until it is cancelled."""
        await self._counts.watch()

    def _digest(self, who: str, name: str) -> str:
        """Nobody who can read the counts reads a student number or an address there."""
        return hashlib.blake2b(f"{who}:{name}".encode(), key=self._key, digest_size=12).hexdigest()


ADDRESS: ContextVar[str | None] = ContextVar("address", default=None)
"""Where the request that is being answered comes from."""


class Addressed:
    """Notes the caller's address for :class:`Limits`. An IPv6 network of one household (/64) is one address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            client = scope.get("client")
            ADDRESS.set(network(client[0]) if client else None)
        await self.app(scope, receive, send)


@lru_cache(4096)
def network(host: str) -> str:
    """What counts as one address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
