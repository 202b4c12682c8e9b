"""Everybody who should be told is told at least once, in order, signed, and what cannot be told ends before a person's eyes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from actions.cases.log import Cases
from actions.cases.outbox import (
    ATTEMPTS,
    FIRST_WAIT,
    LONGEST_WAIT,
    SIGNATURE,
    TIMESTAMP,
    Outbox,
    Partner,
    deliver,
    genuine,
    partners,
    recipients,
    wait,
)
from tests.actions.cases.conftest import CLOCK, DAY, HALL, MINUTE, NOON, REPAIRS, STUDENT, reported, task

SECRET = "a secret of sixteen and more"
UNIX = 1_795_000_000.0
CITY = Partner("12345", "https://partner.example/hook", SECRET)
LOGISTICS = Partner("logistics", "http://127.0.0.1:9/hook", SECRET, ("后勤保障处",))

Answer = Callable[[httpx.Request], httpx.Response]


class Receiver:
    """A partner at the other end of the wire."""

    def __init__(self, answers: list[int | type[Exception]]) -> None:
        self.answers = answers
        self.heard: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, int):
            return httpx.Response(answer)
        raise answer("gone")

    @property
    def acts(self) -> list[str]:
        return [json.loads(one.content)["act"] for one in self.heard]


async def rounds(store: Cases, receiver: Receiver, at: datetime = NOON + DAY, partner: Partner = CITY) -> int:
    async with httpx.AsyncClient(transport=httpx.MockTransport(receiver)) as client:
        return await deliver(Outbox(store.engine), partner, client, at, UNIX, random.Random(1))


@pytest.fixture
def told(light: Cases) -> Cases:
    return Cases(light.engine, CLOCK, recipients((CITY, LOGISTICS)))


async def test_a_partner_hears_every_change_once_and_in_order(told: Cases) -> None:
    reported(told, told.open(task(), NOON))
    receiver = Receiver([])
    for _ in range(6):
        await rounds(told, receiver)
    assert receiver.acts == ["open", "dispatch", "take", "report"]
    assert await rounds(told, receiver) == 0


async def test_a_change_waits_for_the_one_before_it_of_the_same_case_and_for_no_other_case(told: Cases) -> None:
    reported(told, told.open(task(), NOON))
    told.open(task("task-2"), NOON + MINUTE)
    receiver = Receiver([500])
    assert await rounds(told, receiver) == 1
    assert await rounds(told, receiver) == 0
    assert receiver.acts == ["open", "open"]
    later = NOON + DAY + FIRST_WAIT
    for _ in range(4):
        assert await rounds(told, receiver, later) == 1
    assert receiver.acts[2:] == ["open", "dispatch", "take", "report"]


async def test_a_partner_of_one_department_hears_of_its_cases_until_they_are_gone(told: Cases) -> None:
    kept = told.open(task(), NOON)
    told.act(kept.id, "dispatch", HALL, NOON, facts={"department": "后勤保障处"})
    told.act(kept.id, "return", REPAIRS, NOON, reason="not_ours")
    told.act(kept.id, "dispatch", HALL, NOON, facts={"department": "保卫处"})
    receiver = Receiver([])
    for _ in range(4):
        await rounds(told, receiver, partner=LOGISTICS)
    assert receiver.acts == ["dispatch", "return"]


async def test_a_webhook_is_signed_and_a_forged_or_an_old_one_is_not_genuine(told: Cases) -> None:
    told.open(task(place="3号楼502", fault="空调"), NOON)
    receiver = Receiver([])
    await rounds(told, receiver)
    (request,) = receiver.heard
    body, headers = request.content, {name: request.headers[name] for name in (TIMESTAMP, SIGNATURE)}
    assert genuine(SECRET, headers, body, UNIX + 299)
    assert not genuine(SECRET, headers, body, UNIX + 301)
    assert not genuine(SECRET, headers, body + b" ", UNIX)
    assert not genuine("another secret of sixteen", headers, body, UNIX)
    assert not genuine(SECRET, {**headers, TIMESTAMP: str(int(UNIX) + 1)}, body, UNIX)
    assert not genuine(SECRET, {**headers, TIMESTAMP: "soon"}, body, UNIX)
    assert not genuine(SECRET, {}, body, UNIX)
    said = json.loads(body)
    assert (said["id"], said["seq"], said["act"], said["kind"]) == ("1", 1, "open", "repair_request")
    assert [leak for leak in ("2023010001", "13800001234", "3号楼") if leak in body.decode()] == []


@pytest.mark.parametrize("failure", [500, 302, 404, httpx.ConnectError, httpx.ReadTimeout])
async def test_whatever_is_no_success_is_told_again(told: Cases, failure: int | type[Exception]) -> None:
    told.open(task(), NOON)
    receiver = Receiver([failure])
    assert await rounds(told, receiver) == 0
    assert await rounds(told, receiver, NOON + DAY + FIRST_WAIT / 2 - MINUTE / 60) == 0
    assert len(receiver.heard) == 1
    assert await rounds(told, receiver, NOON + DAY + FIRST_WAIT) == 1
    assert [json.loads(one.content)["id"] for one in receiver.heard] == ["1", "1"]


async def test_what_was_tried_twelve_times_is_on_the_list_of_a_person(told: Cases) -> None:
    told.open(task(), NOON)
    receiver = Receiver([503] * 99)
    at = NOON
    for _ in range(20):
        at += LONGEST_WAIT
        await rounds(told, receiver, at)
    assert len(receiver.heard) == ATTEMPTS == 12
    assert [(one.recipient, one.attempts) for one in Outbox(told.engine).given_up()] == [("partner:12345", 12)]


async def test_of_two_workers_only_one_tells(told: Cases) -> None:
    told.open(task(), NOON)
    box = Outbox(told.engine)
    (notice,) = box.due(NOON, to="partner:12345")
    assert [box.claim(notice, NOON + MINUTE) for _ in range(2)] == [True, False]
    # The first one died with it.
    assert box.due(NOON, to="partner:12345") == []
    assert len(box.due(NOON + MINUTE, to="partner:12345")) == 1


def test_the_waits_double_up_to_six_hours_and_are_not_all_alike() -> None:
    chance = random.Random(2)
    for attempts in range(1, 40):
        longest = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
        waits = {wait(attempts, chance) for _ in range(20)}
        assert all(longest / 2 <= one <= longest for one in waits)
        assert len(waits) > 10
    assert timedelta(hours=8) < sum((wait(n, chance) for n in range(1, ATTEMPTS)), timedelta()) < timedelta(days=1)


# students


def test_a_student_reads_what_happened_in_words(told: Cases) -> None:
    kept = told.open(task(), NOON)
    told.act(kept.id, "dispatch", HALL, NOON, facts={"department": "保卫处"})
    guard = replace(REPAIRS, department="保卫处")
    told.act(kept.id, "return", guard, NOON, reason="not_ours")
    reported(told, kept)
    told.act(kept.id, "comment", STUDENT, NOON, words="谢谢")
    told.act(kept.id, "ask", HALL, NOON)
    box, said = Outbox(told.engine), []
    while notices := box.due(NOON + DAY, to="student"):
        said += [one.sentence for one in notices]
        box.done(notices[0].id, NOON)
    assert said == [
        "你反映的事：已转到保卫处。",
        "你反映的事：原部门退回了（不属于本部门职责），我们正在重新转办。",
        "你反映的事：已转到后勤保障处。",
        "你反映的事：后勤保障处已经接办。",
        "你反映的事：后勤保障处反馈了办理结果：\n已更换压缩机",
        "你反映的事：这件事解决了吗？没好的话，说一声「我这里还没好」就会接着办。",
    ]


# the setting


def test_partners_are_read_from_json() -> None:
    row = {"name": "12345", "url": "https://partner.example/hook", "secret": SECRET}
    assert partners("") == ()
    assert partners(json.dumps([row])) == (CITY,)
    assert partners(json.dumps([{**row, "departments": ["保卫处"]}])) == (replace(CITY, departments=("保卫处",)),)


@pytest.mark.parametrize(
    "setting",
    [
        "not json",
        "{}x",
        '[{"name": "a"}]',
        "[1]",
        "7",
        json.dumps([{"name": "a", "url": "http://partner.example", "secret": SECRET}]),
        json.dumps([{"name": "a", "url": "https://partner.example", "secret": "short"}]),
        json.dumps([{"name": "a", "url": "https://partner.example", "secret": SECRET}] * 2),
    ],
)
def test_partners_that_will_not_do_are_told_without_their_secrets(setting: str) -> None:
    with pytest.raises(ValueError) as failed:  # noqa: PT011  the sentence is not what matters here
        partners(setting)
    assert SECRET not in str(failed.value)
