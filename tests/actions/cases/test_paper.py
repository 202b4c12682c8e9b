"""A paper ends collected, refunded or on a list with a name; and what the two sides disagree on is found at once."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.campus_sim.campus import Campus, Fate
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.server import application
from actions.cases.letters import Letters
from actions.cases.paper import Papers, Patience
from actions.cases.reconciling import reconcile
from actions.cases.workflows import database_url, open_database, workflows
from actions.offices import Offices
from actions.offices.breaker import Backoff
from actions.offices.papers import Entry
from actions.offices.reconcile import Ours, Stage, compare
from actions.offices.sending import Sending
from actions.offices.transcripts import Transcript
from tests.actions.campus_sim.back_office import SECRET

STUDENT = "2023010001"
TEN = Transcript(STUDENT, "zh", 10, False)
TWO = Transcript(STUDENT, "zh", 2, False)
PATIENCE = Patience(Sending(Backoff(first=0.01, most=0.02), attempts=3), look_every=0.01, looks=3)
NAMES = itertools.count()


@dataclass
class House:
    """Sagas over an office in this process."""

    papers: Papers
    offices: Offices
    letters: Letters
    path: Path
    fails: list[str]
    """Path endings for which the office is gone, ``POST /prints``."""
    fates: dict[str, Fate]

    async def ends(self, saga: str) -> str:
        async with asyncio.timeout(20):
            while (end := await self.papers.end(saga)) is None:  # noqa: ASYNC110 - dbos tells nobody of an end
                await asyncio.sleep(0.02)
        return end

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(sql).fetchall()

    def change(self, sql: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute(sql, values)

    def card(self, cents: int) -> None:
        self.change("UPDATE cards SET balance_cents = ? WHERE student = ?", cents, STUDENT)

    def balance(self) -> int:
        return int(dict(self.rows("SELECT student, balance_cents FROM cards"))[STUDENT])


@pytest.fixture
async def house(campus_ledger: Ledger, tmp_path: Path) -> AsyncIterator[House]:
    fails: list[str] = []
    fates: dict[str, Fate] = {}

    def fate(number: str) -> Fate:
        return fates.get("*", "taken")

    app = httpx.ASGITransport(application(Campus(campus_ledger, fate=fate), SECRET, Connections()))

    class Failing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if any(f"{request.method} {request.url.path}".find(one) >= 0 for one in fails):
                raise httpx.ReadTimeout("gone", request=request)
            return await app.handle_async_request(request)

    offices = Offices.connect("http://campus", SECRET, transport=Failing())
    url = database_url("", tmp_path)
    engine = open_database(url)
    letters = Letters(engine, datetime.now)
    papers = Papers(offices, letters, patience=PATIENCE, name=f"test-{next(NAMES)}")
    path = tmp_path / "campus_sim.sqlite"
    with workflows(url):
        made = House(papers, offices, letters, path, fails, fates)
        made.card(5000)
        yield made
    engine.dispose()


async def test_a_paper_that_is_taken_is_paid_once(house: House) -> None:
    saga = await house.papers.start("case-1", STUDENT, TEN)
    assert await house.ends(saga) == "collected"
    assert house.balance() == 4000
    assert [row[0] for row in house.rows("SELECT kind FROM paper_book")] == ["charge", "print"]
    assert house.rows("SELECT status FROM progress WHERE number LIKE 'CJ%'") == [("已取件",)]
    assert house.letters.open() == ()


@pytest.mark.parametrize("fate", ["jammed", "retracted"])
async def test_without_a_paper_the_money_comes_back(house: House, fate: Fate) -> None:
    house.fates["*"] = fate
    saga = await house.papers.start("case-1", STUDENT, TEN)
    assert await house.ends(saga) == "refunded"
    assert house.balance() == 5000


async def test_what_is_free_is_neither_paid_nor_refunded(house: House) -> None:
    assert await house.ends(await house.papers.start("case-1", STUDENT, TWO)) == "collected"
    house.fates["*"] = "jammed"
    assert await house.ends(await house.papers.start("case-2", STUDENT, TWO)) == "unprinted"
    assert [row[0] for row in house.rows("SELECT kind FROM paper_book")] == ["print"]


async def test_an_empty_card_prints_nothing_and_may_be_tried_again_at_the_next_visit(house: House) -> None:
    order = await house.offices.transcripts.submit(TEN, key="case-1")
    house.card(100)
    saga = await house.papers.start(order.number, STUDENT, visit="v1")
    assert await house.ends(saga) == "unpaid"
    assert house.rows("SELECT * FROM prints") == []
    house.card(1000)
    assert await house.papers.start(order.number, STUDENT, visit="v1") == saga
    assert await house.ends(await house.papers.start(order.number, STUDENT, visit="v2")) == "collected"
    assert house.balance() == 0


async def test_a_repeated_visit_and_a_second_one_at_once_are_the_same_saga(house: House) -> None:
    order = await house.offices.transcripts.submit(TEN, key="case-1")
    sagas = await asyncio.gather(
        *(house.papers.start(order.number, STUDENT, visit=visit) for visit in ("v1", "v1", "v2", "v3"))
    )
    assert len(set(sagas)) == 1
    assert await house.ends(sagas[0]) == "collected"
    assert await house.papers.start(order.number, STUDENT, visit="v4") == sagas[0]
    assert house.balance() == 4000


async def test_an_order_that_is_refused_ends_there(house: House) -> None:
    saga = await house.papers.start("case-1", "2023010002", Transcript("2023010002", "zh", 10, False))
    assert await house.ends(saga) == "refused"
    with pytest.raises(ValueError, match="visit"):
        await house.papers.start("case-1", STUDENT, TEN, visit="a-b")


@pytest.mark.parametrize(
    ("gone", "fate", "step"),
    [
        (["POST /transcripts", "by-key"], "taken", "order"),
        (["/charges", "by-key"], "taken", "pay"),
        (["/prints", "by-key"], "taken", "print"),
        (["GET /prints"], "taken", "collect"),
        (["/refund", "by-key"], "retracted", "refund"),
    ],
)
async def test_what_stays_unknown_is_on_a_list_with_a_name_and_what_to_do(
    house: House, gone: list[str], fate: Fate, step: str
) -> None:
    house.fates["*"] = fate
    house.fails.extend(gone)
    saga = await house.papers.start("case-1", STUDENT, TEN)
    assert await house.ends(saga) == "listed"
    (letter,) = house.letters.open()
    assert (letter.kind, letter.key, letter.person) == (f"paper.{step}", saga, "顾晓敏")
    assert STUDENT not in letter.what + letter.todo
    assert letter.todo


async def test_a_settled_letter_is_off_the_list_and_is_not_raised_again(house: House) -> None:
    assert house.letters.add("paper.pay", "x", "…", "…")
    assert not house.letters.add("paper.pay", "x", "…", "…")
    (letter,) = house.letters.open()
    assert house.letters.settle(letter.id, "顾晓敏", "已退款")
    assert not house.letters.settle(letter.id, "顾晓敏", "已退款")
    assert (house.letters.open(), house.letters.add("paper.pay", "x", "…", "…")) == ((), False)


# both sides compared


def since() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


async def test_an_office_that_applied_half_is_found_out_in_one_cycle_and_told_once(house: House) -> None:
    sagas = [await house.papers.start(f"case-{place}", STUDENT, TWO) for place in range(5)]
    sagas += [await house.papers.start("case-5", STUDENT, TEN)]
    for saga in sagas:
        assert await house.ends(saga) == "collected"
    assert await reconcile(house.offices, house.letters, since()) == 0
    lost = sagas[::2]
    for saga in lost:
        house.change("DELETE FROM paper_book WHERE key = ?", f"{saga}.print")
    assert await reconcile(house.offices, house.letters, since()) == len(lost)
    assert {one.key for one in house.letters.open()} == set(lost)
    assert {one.kind for one in house.letters.open()} == {"mismatch.print_missing"}
    assert {one.person for one in house.letters.open()} == {"陆建平"}
    assert await reconcile(house.offices, house.letters, since()) == 0


async def test_what_nobody_of_ours_asked_for_is_a_difference(house: House) -> None:
    order = await house.offices.transcripts.submit(TEN, key="case-1")
    await house.offices.papers.charge(order.number, STUDENT, 1000, key="somebody-else")
    assert await reconcile(house.offices, house.letters, since()) == 1
    (letter,) = house.letters.open()
    assert (letter.kind, letter.what.partition("：")[0]) == ("mismatch.unknown_entry", order.number)


AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def entry(deed: str, kind: str, place: int = 1, state: str | None = None) -> Entry:
    return Entry(kind, f"paper-a-1.{deed}", "CJ1", f"{kind}{place}", 1000, state, AT)  # type: ignore[arg-type]


PAID = entry("pay", "charge")
TAKEN, LEFT = (entry("print", "print", state=state) for state in ("taken", "retracted"))
BACK = entry("refund", "refund")


@pytest.mark.parametrize(
    ("stage", "book", "kinds"),
    [
        ("collected", [PAID, TAKEN], []),
        ("collected", [TAKEN], []),
        ("refunded", [PAID, BACK], []),
        ("refunded", [PAID, LEFT, BACK], []),
        ("unprinted", [], []),
        ("unprinted", [LEFT], []),
        ("unpaid", [], []),
        ("running", [PAID], []),
        ("listed", [PAID], []),
        ("collected", [PAID, entry("pay", "charge", 2), TAKEN], ["charged_twice"]),
        ("collected", [PAID, LEFT], ["paid_without_paper"]),
        ("collected", [PAID], ["print_missing"]),
        ("collected", [], ["print_missing"]),
        ("refunded", [PAID], ["refund_missing"]),
        ("refunded", [PAID, TAKEN, BACK], ["not_charged"]),
        ("unpaid", [PAID], ["unexpected_charge"]),
        ("unprinted", [TAKEN], ["not_charged"]),
        ("collected", [PAID, TAKEN, entry("pay", "refund")], ["unknown_entry"]),
    ],
)
def test_each_difference_has_its_name(stage: Stage, book: list[Entry], kinds: list[str]) -> None:
    found = compare([Ours("paper-a-1", stage)], book)
    assert [one.kind for one in found] == [f"mismatch.{kind}" for kind in kinds]
    assert all(one.todo and "CJ1" in one.what for one in found if book)
