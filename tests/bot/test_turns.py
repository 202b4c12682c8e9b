"""How long the turns of one message may take together, whatever hangs."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import date
from pathlib import Path

import httpx
import pytest

from bot.messages import Inbound, State
from bot.policy import Policies
from bot.tasks import Tasks, Turn
from bot.turns import MOST_SECONDS, Dialogue, DialogueBusy, StillWorking, excused, within
from bot.understanding import Reading
from bot.words import read_words
from knowledge_base import Library, open_encoder

SAID = [{"reply": {"kind": "text", "text": "好"}, "prompt": None, "done": True}]


class Rasa:
    """Keeps how long each turn was given."""

    def __init__(self) -> None:
        self.given: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/turn"):
            self.given.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, json=SAID)


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
def dialogue(rasa: Rasa) -> Dialogue:
    return Dialogue("http://rasa", "s", transport=httpx.MockTransport(rasa))


class Clock:
    """The loop's clock, moved by hand; what sleeps goes on sleeping by the real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        loop = asyncio.get_running_loop()
        real = loop.time
        monkeypatch.setattr(loop, "time", lambda: real() + self.ahead)


async def test_all_turns_of_one_message_share_its_time(
    dialogue: Dialogue, rasa: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    with within(4.2):
        await dialogue.post("t", "cancel", {}, None)
        clock.ahead += 3.0
        await dialogue.post("t", "start", {}, None)
        clock.ahead += 1.15
        with pytest.raises(DialogueBusy):
            await dialogue.post("t", "answer", {}, None)
    first, second = rasa.given
    assert 4.0 < first <= 4.2
    assert 1.0 < second <= 1.2


async def test_outside_of_a_message_a_turn_has_its_own_time(dialogue: Dialogue, rasa: Rasa) -> None:
    await dialogue.post("t", "start", {}, None)
    with within(60.0):
        await dialogue.post("t", "start", {}, None)
    assert rasa.given == [MOST_SECONDS, MOST_SECONDS]


async def test_whoever_is_held_for_a_start_is_not_cut_short(
    dialogue: Dialogue, rasa: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    with within(4.2):
        with excused():
            clock.ahead += 20.0
        await dialogue.post("t", "start", {}, None)
    assert 4.0 < rasa.given[0] <= 4.2


async def test_too_late_to_begin_is_said_as_not_done() -> None:
    def never(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/health"):
            return httpx.Response(200)
        raise AssertionError("posted")

    dialogue = Dialogue("http://rasa", "s", transport=httpx.MockTransport(never))
    await dialogue.look()
    with within(0.0):
        outcome = await Tasks(dialogue).post(Turn("start", {}), Inbound("c", "", None, "web", None, ()), State())
    assert outcome.trouble == "dialogue_busy"


async def test_a_rasa_that_takes_the_turn_and_hangs_is_left_in_time() -> None:
    """Over a real socket that nobody reads."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        dialogue = Dialogue(f"http://127.0.0.1:{nobody.getsockname()[1]}", "s")
        with within(0.3), pytest.raises(StillWorking):
            await dialogue.post("t", "start", {}, None)
        await dialogue.close()


# documents that cannot be read


def reading(text: str) -> Reading:
    return Reading(text=text, intent="policy_question", confidence=0.9, ranking=(), entities={}, vector=None)


def test_documents_that_cannot_be_read_are_not_said_to_hold_no_answer(tmp_path: Path) -> None:
    (tmp_path / "knowledge" / "1").mkdir(parents=True)
    (tmp_path / "knowledge" / "1" / "manifest.json").write_text(json.dumps({}))
    (tmp_path / "knowledge" / "current").write_text("damaged")
    policies, words = policies_of(tmp_path / "knowledge"), read_words()
    assert policies.unreadable
    said = policies.answer(reading("国家奖学金要什么条件？"), words)
    assert (said.reply["text"], said.answered) == (words["policies_down"], False)
    assert [one["payload"] for one in said.reply["choices"]] == ["human"]


def test_a_service_without_documents_declines_as_ever(tmp_path: Path) -> None:
    policies, words = policies_of(tmp_path / "knowledge"), read_words()
    assert not policies.unreadable
    assert policies.answer(reading("国家奖学金要什么条件？"), words).reply["text"] == words["declined"]


def policies_of(folder: Path) -> Policies:
    return Policies(Library.open(folder, open_encoder()), lambda: date(2026, 11, 23))
