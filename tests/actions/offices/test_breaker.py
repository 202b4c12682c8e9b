"""An office that does not answer is left alone, one call tries, and an answer opens it to everybody again."""

from __future__ import annotations

import asyncio
import random

import httpx
import pytest

from actions.offices import OfficeClosed, Offices, OutcomeUnknown, Refusal
from actions.offices.breaker import LEAST_REST_SECONDS, LOST_CALLS, RESTS, Backoff, Breaker
from actions.offices.repairs import Repairs
from actions.offices.wire import open_wire
from tests.actions.offices.test_wire import FOUND, MADE, ORDER, REPAIR
from tests.actions.offices.wires import NO_SUCH_ORDER, Answer, Wire, fails, problem, says

LONGEST_REST = LEAST_REST_SECONDS + RESTS.most
HANGS = fails(httpx.ReadTimeout)


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock, random.Random(7))


def opened(breaker: Breaker) -> Breaker:
    for _ in range(LOST_CALLS):
        assert breaker.admits()
        breaker.lost()
    return breaker


def test_it_opens_at_the_fifth_lost_call_in_a_row_and_not_before(breaker: Breaker) -> None:
    for _ in range(LOST_CALLS - 1):
        breaker.lost()
    assert breaker.state == "closed"
    breaker.answered()
    for _ in range(LOST_CALLS - 1):
        breaker.lost()
    assert (breaker.state, breaker.admits()) == ("closed", True)
    breaker.lost()
    assert (breaker.state, breaker.admits()) == ("open", False)


def test_after_its_rest_one_call_tries_and_an_answer_lets_everybody_in(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.at += LONGEST_REST
    assert breaker.state == "half-open"
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.answered()
    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_a_trial_that_is_lost_begins_another_rest(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.at += LONGEST_REST
    assert breaker.admits()
    breaker.lost()
    assert (breaker.state, breaker.admits()) == ("open", False)
    clock.at += LONGEST_REST
    assert breaker.admits()


def test_a_trial_that_was_given_up_lets_the_next_one_try(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.at += LONGEST_REST
    assert breaker.admits()
    breaker.released()
    assert breaker.admits()


def test_calls_that_were_under_way_do_not_make_the_rest_longer(clock: Clock) -> None:
    breaker, alone = Breaker(clock, random.Random(7)), Breaker(clock, random.Random(7))
    opened(alone)
    opened(breaker)
    for _ in range(100):
        breaker.lost()
    clock.at += LEAST_REST_SECONDS + RESTS.first
    assert (breaker.state, alone.state) == ("half-open", "half-open")


def test_pauses_are_anywhere_below_a_bound_that_doubles_up_to_the_most() -> None:
    backoff, chance = Backoff(first=1.0, most=20.0), random.Random(7)
    for attempt, bound in enumerate([1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]):
        drawn = [backoff.pause(attempt, chance) for _ in range(2000)]
        assert 0.0 <= min(drawn) < bound * 0.01
        assert bound * 0.99 < max(drawn) <= bound
    assert backoff.pause(10_000, chance) <= 20.0
    assert backoff.pause(3, random.Random(1)) == backoff.pause(3, random.Random(1))


# on the wire


def repairs(told: Wire, breaker: Breaker) -> Repairs:
    return Repairs(open_wire("http://campus", "made-up", httpx.MockTransport(told._answer), breaker=breaker))


async def lose(office: Repairs, times: int = LOST_CALLS) -> None:
    for _ in range(times):
        with pytest.raises(OfficeClosed):
            await office.order("BX20261123-0001", student="2023010001")


async def test_an_office_that_hangs_is_not_asked_again_until_its_rest_is_over(breaker: Breaker, clock: Clock) -> None:
    told = Wire(get=[HANGS] * (2 * LOST_CALLS) + [says(200, ORDER)], post=[says(201, ORDER)])
    office = repairs(told, breaker)
    await lose(office)
    asked = len(told.asked)
    await lose(office, 3)
    with pytest.raises(OfficeClosed) as closed:
        await office.submit(REPAIR, key="case-7")
    with pytest.raises(OutcomeUnknown):
        await office.find(key="case-7")
    assert (len(told.asked), closed.value.sent) == (asked, False)
    clock.at += LONGEST_REST
    assert await office.order("BX20261123-0001", student="2023010001") == MADE
    assert await office.submit(REPAIR, key="case-7") == MADE


async def test_the_order_just_sent_is_looked_up_although_its_loss_was_one_too_many(breaker: Breaker) -> None:
    told = Wire(get=[HANGS], post=[HANGS], by_key=[FOUND])
    office = repairs(told, breaker)
    await lose(office, LOST_CALLS - 1)
    assert await office.submit(REPAIR, key="case-7") == MADE
    assert told.asked[-2:] == ["POST", "by-key"]


@pytest.mark.parametrize("answer", [NO_SUCH_ORDER, problem(409, "duplicate_repair")])
async def test_a_refusal_is_an_answer(breaker: Breaker, answer: Answer) -> None:
    told = Wire(get=[*[HANGS] * (2 * LOST_CALLS - 2), answer, HANGS])
    office = repairs(told, breaker)
    await lose(office, LOST_CALLS - 1)
    with pytest.raises(Refusal):
        await office.order("BX20261123-0001", student="2023010001")
    await lose(office, LOST_CALLS - 1)
    assert breaker.state == "closed"


async def test_one_office_that_hangs_closes_no_other() -> None:
    told = Wire(get=[HANGS], post=[says(201, ORDER)])
    offices = told.offices()
    for _ in range(LOST_CALLS):
        with pytest.raises(OfficeClosed):
            await offices.cards.card("2023010001")
    asked = len(told.asked)
    with pytest.raises(OfficeClosed):
        await offices.cards.card("2023010001")
    assert len(told.asked) == asked
    assert await offices.repairs.submit(REPAIR, key="case-7") == MADE


async def test_a_student_who_leaves_during_the_trial_does_not_close_the_office_for_ever(
    breaker: Breaker, clock: Clock
) -> None:
    asked = asyncio.Event()

    async def never(request: httpx.Request) -> httpx.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    opened(breaker)
    clock.at += LONGEST_REST
    office = Repairs(open_wire("http://campus", "made-up", httpx.MockTransport(never), breaker=breaker))
    leaving = asyncio.create_task(office.order("BX20261123-0001", student="2023010001"))
    await asked.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert breaker.admits()


async def test_closing_the_offices_closes_what_they_share() -> None:
    offices = Offices.connect("http://127.0.0.1:9", "made-up")
    await offices.close()
    assert offices.client.is_closed
