"""The line in front of Rasa: so many turns at a time, so many waiting, nobody longer than so long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Full(Exception):
    """No room, or not in time; nothing was begun."""


class Line:
    """First come, first served.

    What waits here has a student behind it who looks at the screen, and WeChat who hangs up: an honest no at once is worth
    more than a yes that nobody gets.
    """

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._most, self._patience = waiting, patience
        self.waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises :class:`Full`."""
        if self._room.locked():
            await self._wait()
        else:
            await self._room.acquire()
        try:
            yield
        finally:
            self._room.release()

    async def _wait(self) -> None:
        if self.waiting >= self._most:
            raise Full
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError as error:
            raise Full from error
        finally:
            self.waiting -= 1
