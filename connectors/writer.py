"""Group commit: one thread that takes whatever work waits and commits it together, with one wait for the disk."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from connectors.failpoints import reached

T = TypeVar("T")

MOST = 64
"""Works of one transaction."""
WAITING = 4096
"""Works that may wait; the next one is refused at once."""
PATIENCE = 3.5
"""Seconds a work may take with its wait. Then who asked is told no, within the five seconds that WeChat waits."""
IDLE = 1.0
"""Seconds after which what may wait is written though nothing else is."""


class Overloaded(SQLAlchemyError):
    """The database takes too long; the work may have been done all the same."""


@dataclass(frozen=True, slots=True)
class _Work:
    do: Callable[..., Any]
    alone: bool
    """Whether it opens its own transaction, or none: then it is not given a connection."""
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


_Result = tuple[_Work, Any, BaseException | None]


class Writer:
    """Does the work in the order in which it came. SQLite has one writer anyway, and the event loop never waits for a disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(begin="IMMEDIATE")
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._later: list[tuple[Any, dict[str, Any]]] = []
        self._lock = threading.Lock()
        # A daemon, so that a program that never says close() can end; what was acknowledged is on the disk by then.
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._thread.start()

    async def write(self, do: Callable[[Connection], T], patience: float | None = None) -> T:
        """Does the work in a transaction with whatever else waits, and returns once it is on the disk.

        The work may be done twice, the first time undone: it changes nothing but the database.
        Raises what the work raises, and then nothing of it stays; :class:`Overloaded` after ``patience`` seconds.
        """
        result: T = await self._ask(do, False, patience)
        return result

    async def alone(self, do: Callable[[], T]) -> T:
        """Does work that sees to its own transaction, or needs none."""
        result: T = await self._ask(do, True, None)
        return result

    def later(self, statement: Any, row: dict[str, Any]) -> None:
        """Executes the statement together with the next work, or soon by itself. For what may be lost."""
        with self._lock:
            self._later.append((statement, row))

    def close(self) -> None:
        """Does what waits and ends."""
        self._queue.put(None)
        self._thread.join()

    async def _ask(self, do: Callable[..., Any], alone: bool, patience: float | None) -> Any:
        if not self._thread.is_alive():
            raise Overloaded("closed")
        if self._queue.qsize() >= WAITING:
            raise Overloaded("full")
        loop = asyncio.get_running_loop()
        work = _Work(do, alone, loop.create_future(), loop)
        self._queue.put(work)
        if patience is None:
            return await work.future
        try:
            async with asyncio.timeout(patience):
                return await work.future
        except TimeoutError as error:
            raise Overloaded("slow") from error

    # in the thread

    def _run(self) -> None:
        while True:
            batch, ended = self._next()
            together: list[_Work] = []
            for work in batch:
                if not work.alone:
                    together.append(work)
                    continue
                self._together(together)
                together = []
                _tell([_done(work, work.do)])
            self._together(together)
            if ended:
                return

    def _next(self) -> tuple[list[_Work], bool]:
        batch: list[_Work] = []
        with suppress(queue.Empty):
            work = self._queue.get(timeout=IDLE if self._later else None)
            while work is not None:
                batch.append(work)
                if len(batch) == MOST:
                    return batch, False
                work = self._queue.get_nowait()
            return batch, True
        return batch, False

    def _together(self, works: list[_Work]) -> None:
        """One transaction. Where that fails as a whole, each work has one of its own, so that one cannot refuse the others."""
        with self._lock:
            later, self._later = self._later, []
        if not works and not later:
            return
        reached("before_transaction")
        try:
            results = self._committed(works, later, apart=False)
        except Exception as error:
            # Whose mistake it was is found out by doing it once more, each work so that it can be undone by itself.
            if len(works) == 1 and not later:
                _tell([(works[0], None, error)])
                return
            try:
                results = self._committed(works, later, apart=True)
            except Exception as again:
                if len(works) == 1:
                    _tell([(works[0], None, again)])
                for work in works if len(works) > 1 else ():
                    self._together([work])
                return
        reached("after_commit")
        _tell(results)

    def _committed(self, works: list[_Work], later: list[tuple[Any, dict[str, Any]]], *, apart: bool) -> list[_Result]:
        results: list[_Result] = []
        with self._engine.begin() as db:
            for work in works:
                if not apart:
                    results.append((work, work.do(db), None))
                    continue
                db.exec_driver_sql("SAVEPOINT work")
                result = _done(work, work.do, db)
                if result[2] is not None:
                    db.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
                db.exec_driver_sql("RELEASE SAVEPOINT work")
                results.append(result)
            for statement, row in later:
                db.execute(statement, row)
            reached("before_commit")
        return results


def _done(work: _Work, do: Callable[..., Any], *arguments: Any) -> _Result:
    try:
        return work, do(*arguments), None
    except Exception as error:
        return work, None, error


def _tell(results: list[_Result]) -> None:
    """Wakes each event loop once."""
    loops = {result[0].loop for result in results}
    for loop in loops:
        # The loop may have ended meanwhile; then nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_set, [result for result in results if result[0].loop is loop])


def _set(results: list[_Result]) -> None:
    for work, value, error in results:
        if work.future.done():
            continue
        if error is not None:
            work.future.set_exception(error)
        else:
            work.future.set_result(value)
