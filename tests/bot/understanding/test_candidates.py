"""What is kept of misunderstood sentences, without whom, and how a person goes through it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.messages import Candidate
from bot.understanding import review
from bot.understanding.__main__ import main
from bot.understanding.candidates import FILE, Candidates, without_identity
from connectors.masking import masked

DAY = date(2026, 11, 20)


@pytest.fixture
def store(tmp_path: Path) -> Candidates:
    return Candidates(tmp_path / FILE)


@pytest.fixture
def of(tmp_path: Path) -> dict[str, Path]:
    """Two intents with a sentence each, one of them in the folder of its service."""
    intents, tasks = tmp_path / "intents", tmp_path / "tasks"
    for path, intent, said in (
        (intents / "card_balance.yml", "card_balance", "查余额"),
        (tasks / "card_top_up" / "sentences.yml", "card_top_up", "充一百"),
    ):
        path.parent.mkdir(parents=True)
        text = f'version: "3.1"\nnlu:\n  - intent: {intent}\n    examples: |\n      - {said}\n'
        path.write_text(text, encoding="utf-8")
    return review.files(intents, tasks)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小明，电话13812345678，灯坏了", "我叫〈姓名〉,电话〈电话〉,灯坏了"),
        ("3号楼502灯坏了", "3号楼〈房间〉灯坏了"),
        ("3-502的灯坏了", "3号楼〈房间〉的灯坏了"),
        ("学号2023010001查一下", "学号〈学号〉查一下"),
        ("BX20261122-0001到哪了", "〈单号〉到哪了"),
        ("约张伟老师答疑", "约〈姓名〉老师答疑"),
        ("图书馆的灯坏了", "图书馆的灯坏了"),
    ],
)
def test_nobody_is_named_in_what_is_kept(said: str, kept: str) -> None:
    assert masked(without_identity(said)) == kept


def test_the_same_words_are_kept_once_and_counted(store: Candidates) -> None:
    store.keep([Candidate("卡的事情", "none_fits", "card_top_up")], DAY)
    store.keep([Candidate("卡的事情", "chosen", "card_top_up", "card_balance")], DAY + timedelta(days=1))
    (one,) = store.waiting()
    assert (one.text, one.count, one.label, one.because) == ("卡的事情", 2, "card_balance", "chosen")
    assert one.last == DAY + timedelta(days=1)


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate("我不想活了", "said_again"),
        Candidate("心里难受", "said_again", taken="crisis"),
        Candidate("心里难受", "said_again", label="crisis"),
        Candidate("字" * 300, "said_again"),
        Candidate("。", "said_again"),
    ],
)
def test_a_crisis_sentence_a_story_and_nothing_are_never_kept(store: Candidates, candidate: Candidate) -> None:
    store.keep([candidate], DAY)
    assert store.waiting() == []


def test_what_nobody_looked_at_is_forgotten(tmp_path: Path) -> None:
    store = Candidates(tmp_path / FILE, keep_days=10)
    store.keep([Candidate("卡的事情", "none_fits")], DAY)
    store.keep([Candidate("饭卡那个", "none_fits")], DAY + timedelta(days=11))
    assert [one.text for one in store.waiting()] == ["饭卡那个"]


def test_nothing_is_kept_where_nothing_may_be(tmp_path: Path) -> None:
    Candidates(tmp_path / FILE, keep_days=0).keep([Candidate("卡的事情", "none_fits")], DAY)
    assert not (tmp_path / FILE).exists()


def test_no_column_could_name_a_conversation(store: Candidates) -> None:
    store.keep([Candidate("卡的事情", "none_fits")], DAY)
    with sqlite3.connect(store.path) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(candidates)")]
    assert columns == ["id", "text", "because", "taken", "label", "count", "first", "last", "verdict"]


def typed(*words: str) -> Iterator[str]:
    yield from words


def go_through(store: Candidates, of: dict[str, Path], *words: str) -> tuple[int, int]:
    answers = typed(*words)

    def answer(_prompt: str) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    return review.review(store, of, answer, lambda _line: None)


def filled(store: Candidates) -> None:
    for text, label in (("卡里还有没有", "card_balance"), ("加点钱", None), ("随便说说", None)):
        store.keep([Candidate(text, "chosen", "card_top_up", label)], DAY)


def test_a_person_accepts_renames_and_drops(store: Candidates, of: dict[str, Path]) -> None:
    filled(store)
    by_text = {"卡里还有没有": "", "加点钱": "card_top_up", "随便说说": "d"}
    order = [by_text[one.text] for one in store.waiting()]
    assert go_through(store, of, *order) == (2, 1)
    assert store.waiting() == []
    assert of["card_balance"].read_text(encoding="utf-8").endswith("      - 查余额\n      - 卡里还有没有\n")
    assert review.sentences(of) == {"查余额", "卡里还有没有", "充一百", "加点钱"}


def test_what_was_decided_before_an_interruption_stays(store: Candidates, of: dict[str, Path]) -> None:
    filled(store)
    go_through(store, of, "card_balance")
    assert len(store.waiting()) == 2
    assert len(review.sentences(of)) == 3


def test_a_sentence_is_never_written_twice(store: Candidates, of: dict[str, Path]) -> None:
    store.keep([Candidate("查余额", "none_fits")], DAY)
    assert go_through(store, of, "card_top_up") == (0, 0)
    assert store.waiting() == []
    assert review.sentences(of) == {"查余额", "充一百"}


def test_an_intent_that_does_not_exist_is_asked_again(store: Candidates, of: dict[str, Path]) -> None:
    store.keep([Candidate("加点钱", "none_fits")], DAY)
    assert go_through(store, of, "cardtopup", "card_top_up") == (1, 0)


def test_the_command_lists_what_waits(
    store: Candidates, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COUNSELLOR_DATA", str(store.path.parent))
    store.keep([Candidate("卡的事情", "none_fits", "card_top_up")], DAY)
    assert main(["review", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["text"], row["taken"], row["count"], row["last"]) == ("卡的事情", "card_top_up", 1, "2026-11-20")
    assert main(["review", "--list"]) == 0
    assert capsys.readouterr().out.startswith("1×  卡的事情  [card_top_up → ?]")
