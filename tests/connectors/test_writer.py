"""The writer: many works, one wait for the disk, and nobody's mistake is anybody else's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from connectors import failpoints, writer
from connectors.tables import open_engine
from connectors.writer import Overloaded, Writer

ROW = "INSERT INTO wechat_bindings VALUES ('{}', '1', '2026-11-20 08:00:00')"


@pytest.fixture
async def engine(database: str) -> AsyncIterator[Engine]:
    opened = open_engine(database)
    yield opened
    opened.dispose()


@pytest.fixture
async def busy(engine: Engine) -> AsyncIterator[Writer]:
    opened = Writer(engine)
    yield opened
    opened.close()


def put(name: str) -> object:
    return lambda db: db.execute(text(ROW.format(name)))


def rows(engine: Engine) -> list[str]:
    with engine.connect() as db:
        return list(db.execute(text("SELECT openid FROM wechat_bindings ORDER BY openid")).scalars())


async def held(busy: Writer) -> threading.Event:
    """Keeps the thread from its queue until the event is set."""
    release, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        loop.call_soon_threadsafe(begun.set)
        release.wait(10)

    task = asyncio.create_task(busy.alone(wait))
    await begun.wait()
    task.add_done_callback(lambda _: None)
    return release


async def test_what_waits_together_is_committed_once(busy: Writer, engine: Engine) -> None:
    commits: list[int] = []
    event.listen(engine, "commit", lambda db: commits.append(1))
    release = await held(busy)
    works = [asyncio.create_task(busy.write(put(f"o{n:02}"))) for n in range(40)]  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    release.set()
    await asyncio.gather(*works)
    assert (len(commits), rows(engine)) == (1, [f"o{n:02}" for n in range(40)])


async def test_one_work_s_mistake_undoes_nothing_of_the_others(busy: Writer, engine: Engine) -> None:
    release = await held(busy)
    works = [asyncio.create_task(busy.write(put(name))) for name in ("a", "b", "a", "c")]  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    release.set()
    done = await asyncio.gather(*works, return_exceptions=True)
    assert [type(each) is IntegrityError for each in done] == [False, False, True, False]
    assert rows(engine) == ["a", "b", "c"]


async def test_nobody_is_told_before_it_is_committed(
    busy: Writer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(writer, "reached", told.append)
    real = writer._tell

    def tell(results: list[writer._Result]) -> None:
        told.append(f"told of {len(rows(engine))}")
        real(results)

    monkeypatch.setattr(writer, "_tell", tell)
    await busy.write(put("a"))  # type: ignore[arg-type]
    assert told == ["before_transaction", "before_commit", "after_commit", "told of 1"]


async def test_a_transaction_that_fails_as_a_whole_is_tried_one_by_one(busy: Writer, engine: Engine) -> None:
    def breaks(db: Connection) -> None:
        db.exec_driver_sql("ROLLBACK")
        raise RuntimeError("gone")

    release = await held(busy)
    works = [asyncio.create_task(busy.write(work)) for work in (put("a"), breaks, put("b"))]  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    release.set()
    done = await asyncio.gather(*works, return_exceptions=True)
    assert [isinstance(each, Exception) for each in done] == [False, True, False]
    assert rows(engine) == ["a", "b"]


async def test_a_database_that_takes_too_long_is_told_in_time_and_the_work_is_done_all_the_same(
    busy: Writer, engine: Engine
) -> None:
    release = await held(busy)
    with pytest.raises(Overloaded):
        await busy.write(put("a"), 0.05)  # type: ignore[arg-type]
    release.set()
    await busy.alone(lambda: None)
    assert rows(engine) == ["a"]


async def test_more_work_than_may_wait_is_refused_at_once(busy: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WAITING", 2)
    release = await held(busy)
    works = [asyncio.create_task(busy.write(put(str(n)))) for n in range(2)]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await busy.write(put("x"))  # type: ignore[arg-type]
    release.set()
    await asyncio.gather(*works)


async def test_what_may_wait_goes_with_the_next_work_or_at_the_end(engine: Engine) -> None:
    opened = Writer(engine)
    opened.later(text("INSERT INTO wechat_bindings VALUES (:o, '1', '2026-11-20 08:00:00')"), {"o": "later"})
    assert rows(engine) == []
    await opened.write(put("now"))  # type: ignore[arg-type]
    assert rows(engine) == ["later", "now"]
    opened.later(text("INSERT INTO wechat_bindings VALUES (:o, '1', '2026-11-20 08:00:00')"), {"o": "last"})
    opened.close()
    assert rows(engine) == ["last", "later", "now"]


async def test_after_the_end_nothing_is_taken(engine: Engine) -> None:
    opened = Writer(engine)
    opened.close()
    with pytest.raises(Overloaded):
        await opened.alone(lambda: None)


def test_nothing_in_the_product_arms_a_failpoint() -> None:
    assert failpoints._armed is None
    for point in failpoints.POINTS:
        failpoints.reached(point)
