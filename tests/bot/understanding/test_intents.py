"""The intent head: what it learns, what it keeps, what it says of its certainty."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from bot.understanding import Understanding, signs, train
from bot.understanding.intents import ACCEPT, Head, HeadMissing, Vector, fingerprint_of, ngrams, spoken
from bot.understanding.sentences import HANDS, HARD, hard_sentences, intent_sentences, once, read_sentences
from bot.understanding.spelling_out import plain

NOW = datetime(2026, 9, 1, 9, 0)
PAIRS = [
    *((f"{said}成绩单", "transcript_print") for said in ("打一份", "我要打", "帮我打印", "来一张", "出一份", "开")),
    *((f"{said}请假", "leave_request") for said in ("我想", "明天", "帮我", "下周一", "发烧了", "要")),
    *((f"{said}校园卡", "card_top_up") for said in ("充值", "给我充", "充五十到", "充一百", "往里打钱", "微信充")),
]


class Letters:
    """A stand-in encoder: a fixed direction for each character."""

    id = "letters"
    dimensions = 32

    def query(self, text: str) -> Vector:
        total = np.full(self.dimensions, 0.1, dtype=np.float32)
        for char in text:
            total += np.random.default_rng(ord(char)).standard_normal(self.dimensions).astype(np.float32)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Head:
    def embed(texts: list[str]) -> Vector:
        return np.stack([Letters().query(text) for text in texts])

    monkeypatch.setattr(train, "embed", embed)
    return train.train(PAIRS)


def test_a_new_sentence_is_read_by_what_it_shares_with_the_known_ones(head: Head) -> None:
    understanding = Understanding(Letters(), head)
    assert understanding.read("给我一份成绩单吧", NOW).intent == "transcript_print"
    assert understanding.read("后天请假行不行", NOW).intent == "leave_request"


def test_an_abbreviation_is_read_as_the_word(head: Head) -> None:
    understanding = Understanding(Letters(), head)
    assert understanding.read("打cjd", NOW).ranking == understanding.read("打成绩单", NOW).ranking
    assert understanding.read("打cjd", NOW).text == "打cjd"


def test_all_chances_together_are_one_and_the_two_closest_come_first(head: Head) -> None:
    reading = Understanding(Letters(), head).read("成绩单和请假", NOW)
    assert sum(chance for _, chance in reading.ranking) == pytest.approx(1, abs=1e-5)
    assert reading.closest == (reading.ranking[0][0], reading.ranking[1][0])
    assert reading.ranking[0][1] >= reading.ranking[1][1] >= reading.ranking[2][1]


def test_a_stored_head_says_the_same(head: Head, tmp_path: Path) -> None:
    path = tmp_path / "intents.npz"
    head.save(path, "mark")
    again = Head.load(path)
    assert fingerprint_of(path) == "mark"
    assert (again.labels, again.accept, again.temperature) == (head.labels, ACCEPT, head.temperature)
    for text in ("打一份成绩单", "明天要请假", "天气怎么样"):
        vector = Letters().query(text)
        assert dict(again.ranking(vector, text)) == pytest.approx(dict(head.ranking(vector, text)), abs=0.02)


def test_without_training_the_missing_head_is_named(tmp_path: Path) -> None:
    with pytest.raises(HeadMissing, match="run scripts/train"):
        Head.load(tmp_path / "intents.npz")


def test_a_head_of_an_earlier_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "intents.npz"
    np.savez(path, fingerprint=np.array("old"), words=np.array("{}"))
    with pytest.raises(HeadMissing, match="earlier version"):
        Head.load(path)


def test_words_that_sound_alike_share_their_sounds() -> None:
    assert spoken("成绩丹") == spoken("程绩单")
    assert ngrams("成绩丹") != ngrams("程绩单")


def test_pinyin_sounds_like_the_characters() -> None:
    assert spoken("chengjidan") == spoken("成绩单")


def test_every_kind_of_word_occurs_in_training_and_in_few_enough_sentences() -> None:
    had = np.stack([signs.found(plain(sentence)) for sentence, _ in read_sentences()])
    shares = dict(zip((name for name, _ in signs.kinds()), had.mean(axis=0).tolist(), strict=True))
    assert {name: share for name, share in shares.items() if not 0.003 < share < 0.6} == {}


def test_every_sentence_is_trained_on_once() -> None:
    sentences = [sentence for sentence, _ in read_sentences()]
    assert len(sentences) == len(set(sentences)) > 7000
    assert once([("好", "affirm"), ("行", "affirm"), ("好", "deny")]) == [("好", "affirm"), ("行", "affirm")]


def test_every_hand_knows_every_intent() -> None:
    intents = {intent for _, intent in intent_sentences()}
    for hand in HANDS:
        assert {intent for _, intent in hard_sentences(HARD / f"{hand}.yml")} == intents


def test_the_fold_figures_count_plain_and_hard_alike() -> None:
    from bot.understanding.folds import Heard, lines, temperature

    sure, unsure = np.array([1, 0, 0], dtype=np.float32), np.array([0.4, 0.5, 0], dtype=np.float32)
    read = [Heard("一", False, 0, sure), Heard("二", True, 0, unsure), Heard("三", True, 0, sure)]
    said = list(lines(read, 0.1))
    assert said[0] == "top-1: plain 100.0% of 1, hard 50.0% of 2"
    assert next(line for line in said if line.startswith("accept 0.70")) == "accept 0.70: wrong 25.0%, asked back 0.0%"
    assert next(line for line in said if line.startswith("accept 0.75")) == "accept 0.75: wrong 0.0%, asked back 25.0%"
    assert 0.03 <= temperature(read) <= 0.5


def test_a_changed_word_list_makes_the_head_be_trained_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(train, "open_encoder", Letters)
    before = train.fingerprint()
    changed = tmp_path / "signs.yml"
    changed.write_text("drink: 茶", encoding="utf-8")
    monkeypatch.setattr(train, "files", lambda: [changed])
    assert before != train.fingerprint()
    assert re.fullmatch("[0-9a-f]{64}", before)
