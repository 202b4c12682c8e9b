"""An office that makes a second order of a second POST: nothing is made twice, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed
from actions.campus_sim.server import application
from actions.offices import OfficeClosed, Offices, OutcomeUnknown, Refusal
from actions.offices.sending import Sending, sending_to
from actions.offices.transcripts import Transcript
from tests.actions.campus_sim.back_office import SECRET
from tests.actions.offices.wires import Wire, fails, says

TRANSCRIPT = Transcript("2023010001", "zh", 1, False)
ORDERS = 1000


class Faulty(httpx.AsyncBaseTransport):
    """Cuts the connection of 30 % of the POSTs after they were carried out, and of 10 % of the look-ups."""

    def __init__(self, app: httpx.ASGITransport, chance: random.Random) -> None:
        self._app = app
        self._chance = chance
        self.cut = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        await answer.aread()
        if self._chance.random() < (0.3 if request.method == "POST" else 0.1):
            self.cut += request.method == "POST"
            raise httpx.ReadError("reset", request=request)
        return answer


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "campus_sim.sqlite"
    ledger = Ledger(path)
    ledger.open(seed)
    with ledger.writing() as db:
        db.execute("INSERT INTO modes VALUES ('keys_ignored')")
    ledger.close()
    return path


@pytest.fixture
async def faulty(seeded: Path, tmp_path: Path) -> AsyncIterator[tuple[Faulty, Path]]:
    path = tmp_path / "campus_sim.sqlite"
    shutil.copy(seeded, path)
    ledger = Ledger(path)
    ledger.open(seed)
    app = application(Campus(ledger), SECRET, Connections())
    yield Faulty(httpx.ASGITransport(app=app), random.Random(7)), path
    ledger.close()


def made(path: Path) -> Counter[str]:
    """How many orders carry each marker."""
    with sqlite3.connect(path) as db:
        return Counter(row[0] for row in db.execute("SELECT marker FROM markers JOIN orders USING (key)"))


async def no_pause(seconds: float) -> None:
    await asyncio.sleep(0)


async def test_a_thousand_orders_with_three_resets_in_ten_are_each_made_once(faulty: tuple[Faulty, Path]) -> None:
    transport, path = faulty
    offices = Offices.connect("http://campus", SECRET, transport=transport, keeps_keys=False)
    sending, chance = replace(sending_to(keeps_keys=False), attempts=40), random.Random(11)
    for place in range(ORDERS):
        key = f"case-{place}"
        await sending.until_known(
            lambda key=key: offices.transcripts.submit(TRANSCRIPT, key=key),  # type: ignore[misc]
            chance=chance,
            sleep=no_pause,
        )
    assert made(path) == {f"case-{place}": 1 for place in range(ORDERS)}
    assert transport.cut > ORDERS / 5


async def test_the_same_office_asked_by_key_makes_duplicates(faulty: tuple[Faulty, Path]) -> None:
    transport, path = faulty
    offices = Offices.connect("http://campus", SECRET, transport=transport)
    for place in range(20):
        for _ in range(20):
            try:
                await offices.transcripts.submit(TRANSCRIPT, key=f"case-{place}")
                break
            except OfficeClosed:
                continue
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM orders WHERE kind = 'transcript'").fetchone()[0] > 20


# what is said on the wire


ORDER = json.loads(
    (Path(__file__).parents[2] / "contracts" / "campus_sim" / "transcript_accepted.json").read_text(encoding="utf-8")
)["response"]["json"]
NONE = says(200, {"orders": []})
FOUND = says(200, {"orders": [{"kind": "transcript", "number": ORDER["number"], "order": ORDER}]})


def offices(told: Wire) -> Offices:
    return Offices.connect("http://campus", "made-up", transport=httpx.MockTransport(told._answer), keeps_keys=False)


async def test_nothing_is_sent_before_the_office_said_that_there_is_none() -> None:
    told = Wire(get=[NONE], post=[says(201, ORDER)])
    await offices(told).transcripts.submit(TRANSCRIPT, key="case-7")
    assert [(one.method, one.url.path) for one in told.requests] == [
        ("GET", "/orders/by-marker/case-7"),
        ("POST", "/transcripts"),
    ]
    assert json.loads(told.requests[1].content)["marker"] == "case-7"


async def test_what_is_found_is_not_sent_again() -> None:
    told = Wire(get=[FOUND])
    assert (await offices(told).transcripts.submit(TRANSCRIPT, key="case-7")).number == ORDER["number"]
    assert told.asked == ["GET"]


async def test_what_cannot_be_looked_up_is_not_sent() -> None:
    told = Wire(get=[fails(httpx.ReadTimeout)])
    with pytest.raises(OutcomeUnknown):
        await offices(told).transcripts.submit(TRANSCRIPT, key="case-7")
    assert told.asked == ["GET", "GET"]


async def test_an_address_without_a_search_by_marker_proves_nothing() -> None:
    told = Wire(get=[says(404, {"error": {"code": "no_such_order", "message": "…"}})])
    with pytest.raises(OutcomeUnknown):
        await offices(told).transcripts.submit(TRANSCRIPT, key="case-7")


async def test_a_lost_answer_is_looked_up_by_marker() -> None:
    told = Wire(get=[NONE, FOUND], post=[fails(httpx.ReadError)])
    assert (await offices(told).transcripts.submit(TRANSCRIPT, key="case-7")).number == ORDER["number"]


# when it is tried again


async def test_what_may_still_be_worked_on_is_left_to_settle_before_it_is_sent_again() -> None:
    ends = iter([OfficeClosed(), OfficeClosed(sent=True), OutcomeUnknown(), None])
    slept: list[float] = []

    async def once() -> str:
        end = next(ends)
        if end is not None:
            raise end
        return "made"

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    sending = sending_to(keeps_keys=False)
    assert await sending.until_known(once, chance=random.Random(7), sleep=sleep) == "made"
    assert slept[0] <= 1.0
    assert min(slept[1:]) >= 30.0


async def test_a_refusal_is_final_and_the_last_failure_is_told() -> None:
    calls = Counter[str]()

    async def refused() -> str:
        calls["refused"] += 1
        raise Refusal("too_many_copies")

    async def closed() -> str:
        calls["closed"] += 1
        raise OfficeClosed

    sending = Sending(attempts=4)
    with pytest.raises(Refusal):
        await sending.until_known(refused, chance=random.Random(7), sleep=no_pause)
    with pytest.raises(OfficeClosed):
        await sending.until_known(closed, chance=random.Random(7), sleep=no_pause)
    assert calls == {"refused": 1, "closed": 4}
