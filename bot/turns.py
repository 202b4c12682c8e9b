"""The wire to Rasa: one posted turn, what the actions said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from itsdangerous import URLSafeTimedSerializer

from bot.line import Full, Line

log = structlog.get_logger()


class DialogueDown(Exception):
    """Rasa or the action server does not answer; nothing is known to have been done."""


class DialogueCut(DialogueDown):
    """The turn was posted and its answer is lost: perhaps it was heard."""


class StillWorking(DialogueDown):
    """The turn was taken but its answer did not come in time: the outcome is not known."""


class DialogueBusy(DialogueDown):
    """Too many turns wait for Rasa; this one was not posted."""


class DialogueSilent(DialogueDown):
    """Rasa took the turn and said nothing: the action server is down. The same turn may be posted again."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing an action said."""

    reply: dict[str, Any]
    prompt: dict[str, Any] | None
    done: bool


@dataclass(slots=True)
class Allowance:
    """How long all turns of one message may take together."""

    until: float
    """By the event loop's clock."""


_ALLOWANCE: ContextVar[Allowance | None] = ContextVar("allowance", default=None)
MOST_SECONDS = 10.0
"""For one turn where nobody said how long the message may take."""
LEAST_SECONDS = 0.1
"""With less than that left a turn is not begun."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever is posted inside ends in so many seconds together: a student is answered before that, whatever hangs."""
    token = _ALLOWANCE.set(Allowance(asyncio.get_running_loop().time() + seconds))
    try:
        yield
    finally:
        _ALLOWANCE.reset(token)


@contextmanager
def excused() -> Iterator[None]:
    """Time spent inside does not count: whoever is held while Rasa starts has agreed to wait for it."""
    allowance, clock = _ALLOWANCE.get(), asyncio.get_running_loop().time
    begun = clock()
    try:
        yield
    finally:
        if allowance is not None:
            allowance.until += clock() - begun


class Dialogue:
    """Posts turns to Rasa on loopback and knows how it is: ``starting``, ``ok`` or ``down``."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        at_once: int = 16,
        waiting: int = 200,
        patience: float = 2.5,
    ) -> None:
        self.status = "starting"
        self._ready = asyncio.Event()
        self._line = Line(at_once, waiting, patience)
        self._signer = URLSafeTimedSerializer(secret, salt="identity")
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"X-Counsellor-Secret": secret},
            timeout=httpx.Timeout(MOST_SECONDS, connect=1.0),
            transport=transport,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def look(self) -> str:
        """Asks Rasa how it is and gives the new status."""
        try:
            answer = await self._client.get("/webhooks/counsellor/health", timeout=2.0)
            alive = answer.status_code == 200
        except httpx.HTTPError:
            alive = False
        if alive:
            self.status = "ok"
            self._ready.set()
        elif self.status == "ok":
            self.status = "down"
            self._ready.clear()
        return self.status

    async def ready(self, patience: float) -> bool:
        """Waits up to ``patience`` seconds for a Rasa that is still starting; one that went down is not waited for."""
        if self.status == "starting":
            try:
                with excused():
                    await asyncio.wait_for(self._ready.wait(), patience)
            except TimeoutError:
                return False
        return self.status == "ok"

    async def post(self, tracker: str, intent: str, entities: Mapping[str, str], student: str | None) -> list[Said]:
        """One turn, when it is its turn. A crisis sentence needs none, so it never waits here.

        Raises :class:`DialogueDown` when nothing answered, :class:`DialogueCut` when it broke off, :class:`DialogueBusy` when there was no room,
        :class:`StillWorking` when it took too long.
        """
        metadata = {"identity": self._signer.dumps({"student": student})} if student else {}
        words = json.dumps(dict(entities), ensure_ascii=False) if entities else ""
        body = {"sender": tracker, "message": f"/{intent}{words}", "metadata": metadata}
        try:
            async with self._line.turn():
                timeout = httpx.Timeout(self._left(), connect=1.0)
                answer = await self._client.post("/webhooks/counsellor/turn", json=body, timeout=timeout)
            answer.raise_for_status()
            said = answer.json()
        except Full as error:
            log.warning("dialogue.busy", waiting=self._line.waiting)
            raise DialogueBusy from error
        except httpx.ReadTimeout as error:
            raise StillWorking from error
        except (httpx.HTTPError, ValueError) as error:
            self.status = "down" if self.status == "ok" else self.status
            self._ready.clear()
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise (DialogueDown if unsent else DialogueCut) from error
        if not said:
            # Rasa answers 200 with an empty list when the action server is down: never let that become silence.
            log.error("dialogue.silent", intent=intent)
            raise DialogueSilent
        return [Said(one["reply"], one.get("prompt"), bool(one.get("done"))) for one in said]

    @staticmethod
    def _left() -> float:
        """Seconds that a turn may take. Raises :class:`DialogueBusy` when too few are left to begin."""
        allowance = _ALLOWANCE.get()
        if allowance is None:
            return MOST_SECONDS
        left = allowance.until - asyncio.get_running_loop().time()
        if left < LEAST_SECONDS:
            raise DialogueBusy
        return min(left, MOST_SECONDS)
