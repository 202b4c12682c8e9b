"""One message at a time, in the order of arrival: of a conversation, and of a student in all conversations together."""

from __future__ import annotations

import asyncio


class Place:
    """A message's place in its lines. Whoever takes one leaves it, whatever happens."""

    def __init__(self, turnstile: Turnstile, keys: tuple[str, ...]) -> None:
        self._turnstile, self._keys = turnstile, keys
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._before = [turnstile.last[key] for key in keys if key in turnstile.last]
        self._handed_on = False
        for key in keys:
            turnstile.last[key] = self._done

    @property
    def first(self) -> bool:
        """Whether nobody stands in front."""
        return not self._before

    async def turn(self) -> None:
        """Waits for everybody in front. Nobody behind is ever waited for, so no two places wait for each other."""
        if self._before:
            await asyncio.wait(self._before)
            self._before = []

    def handed_on(self) -> Place:
        """The same place for somebody who goes on with it: the first :meth:`leave` after this one does nothing."""
        self._handed_on = True
        return self

    def leave(self) -> None:
        """Lets the next ones through; one who leaves before the turn is over only when those in front are done."""
        if self._handed_on:
            self._handed_on = False
            return
        if self._done.done():
            return
        self._before = [each for each in self._before if not each.done()]
        if self._before:
            self._before[0].add_done_callback(lambda _done: self.leave())
            return
        self._done.set_result(None)
        for key in self._keys:
            if self._turnstile.last.get(key) is self._done:
                del self._turnstile.last[key]


class Turnstile:
    """Gives places."""

    def __init__(self) -> None:
        self.last: dict[str, asyncio.Future[None]] = {}
        """Whoever came last, by conversation and by student; nothing where nobody waits."""

    def place(self, conversation: str, student: str | None) -> Place:
        """The last place in both lines, taken at once. A student number cannot be a conversation: those have a prefix."""
        return Place(self, (conversation,) if student is None else (conversation, student))
