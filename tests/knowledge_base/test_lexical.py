"""Search by characters, widened by students' words."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.lexical import Lexical, plain, synonyms, tokens, widened

TEXTS = ["家庭经济困难学生认定每学年进行1次", "国家奖学金每人每学年10000元", "校园卡遗失的应当立即挂失"]


def test_tokens_are_characters_and_pairs_that_do_not_reach_over_punctuation() -> None:
    assert tokens("GPA３.5，挂科") == ["gpa3.5", "挂", "科", "挂科"]


def test_width_and_case_do_not_matter() -> None:
    assert tokens("ＷｉＦｉ（校园）") == tokens("wifi(校园)")


def test_a_small_number_before_a_measure_word_is_the_same_in_both_writings() -> None:
    assert plain("请假三天") == plain("请假3天")


def test_a_student_word_finds_the_official_one() -> None:
    lexical = Lexical.build(TEXTS)
    found = lexical.scores(widened("贫困生"))
    assert int(np.argmax(found)) == 0
    assert float(lexical.scores(tokens("国奖")).max()) < float(lexical.scores(widened("国奖")).max())


def test_a_question_is_not_widened_by_its_own_words() -> None:
    assert set(widened("国家奖学金怎么评")) & set(tokens("国家奖学金怎么评")) == set()


def test_the_longest_spoken_word_is_read_first() -> None:
    lengths = [len(said) for said, _ in synonyms()]
    assert lengths == sorted(lengths, reverse=True)


def test_a_lexical_index_scores_the_same_after_it_was_stored(tmp_path: Path) -> None:
    built = Lexical.build(TEXTS)
    built.save(tmp_path)
    loaded = Lexical.load(tmp_path, len(TEXTS))
    assert loaded.scores(tokens("校园卡挂失")).tolist() == built.scores(tokens("校园卡挂失")).tolist()
    assert loaded.idf("挂失") == built.idf("挂失")


@given(st.text(max_size=60))
def test_no_question_is_too_strange_to_score(question: str) -> None:
    scores = Lexical.build(TEXTS).scores([*tokens(question), *widened(question)])
    assert scores.shape == (3,)
    assert bool(np.isfinite(scores).all())


def drawn(count: int, seed: int = 7) -> list[str]:
    """Texts of forty characters each, some of them far commoner than others."""
    draw = random.Random(seed)
    characters = [chr(0x4E00 + at) for at in range(300)]
    weights = [1 / (at + 1) for at in range(300)]
    return ["".join(draw.choices(characters, weights, k=draw.randint(10, 70))) for _ in range(count)]


def test_scores_are_those_of_bm25s() -> None:
    bm25s = pytest.importorskip("bm25s", reason="the reference to compare with is not installed: bm25s")
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    texts = drawn(400)
    reference = bm25s.BM25(method="lucene", k1=1.5, b=0.75, csc_backend="numpy")
    reference.index([tokens(text) for text in texts], show_progress=False)
    ours = Lexical.build(texts)
    for question in drawn(30, seed=8):
        known = [word for word in tokens(question) if word in reference.vocab_dict]
        expected = reference.get_scores_from_ids([reference.vocab_dict[word] for word in known])
        assert np.abs(ours.scores(tokens(question)) - expected).max() < 1e-5
        places = np.array([3, 77, 399])
        assert np.abs(ours.at(tokens(question), places) - expected[places]).max() < 1e-5


def test_the_best_are_those_with_the_highest_scores_among_the_allowed() -> None:
    lexical = Lexical.build(drawn(400))
    allowed = np.arange(400) % 3 > 0
    for question in drawn(10, seed=8):
        own, other = tokens(question[:12]), tokens(question[12:20])
        found = lexical.match(own, other, 20, allowed)
        total = lexical.scores(own) + 0.8 * lexical.scores(other)
        expected = np.sort(np.where(allowed, total, 0))[-20:]
        assert np.allclose(np.sort(found.at(found.places)[1]), expected, atol=1e-4)
        assert bool(allowed[found.places].all())


def test_in_a_large_library_the_commonest_tokens_are_only_looked_up() -> None:
    lexical = Lexical.build(drawn(2000))
    everything = np.ones(2000, dtype=bool)
    alike = 0
    for question in drawn(20, seed=8):
        own = tokens(question[:15])
        exact, quick = (lexical.match(own, [], 10, everything, at_most) for at_most in (10**9, 3000))
        alike += len(set(exact.places.tolist()) & set(quick.places.tolist()))
        assert np.allclose(quick.at(quick.places)[0], lexical.scores(own)[quick.places], atol=1e-4)
    assert alike / 200 > 0.9


def test_a_question_none_of_whose_tokens_occur_finds_nothing() -> None:
    found = Lexical.build(TEXTS).match(tokens("xyz"), [], 10, np.ones(3, dtype=bool))
    assert (found.places.tolist(), found.at(np.array([0, 2]))[1].tolist()) == ([], [0, 0])


@pytest.mark.parametrize("seed", range(5))
def test_built_on_the_one_before_it_is_equal_to_one_built_from_nothing(seed: int) -> None:
    draw = random.Random(seed)
    before, new = drawn(60, seed), drawn(8, seed + 100)
    texts = [*draw.sample(before, 50), *new, before[3], before[3], ""]
    draw.shuffle(texts)
    fresh, grown = Lexical.build(texts), Lexical.build(texts, Lexical.build(before))
    assert set(fresh.vocabulary) == set(grown.vocabulary)
    for word in fresh.vocabulary:
        assert grown.scores([word]).tolist() == fresh.scores([word]).tolist()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("indptr.npy", lambda values: values[::-1].copy()),
        ("indptr.npy", lambda values: values[:-1]),
        ("indices.npy", lambda values: values + 100),
        ("indices.npy", lambda values: values[::-1].copy()),
        ("indices.npy", lambda values: values.astype(np.int64)),
        ("data.npy", lambda values: values[:-1]),
        ("lengths.npy", lambda values: -values),
        ("prints.npy", lambda values: values[:-1]),
    ],
)
def test_arrays_that_point_nowhere_are_refused(name: str, change: object, tmp_path: Path) -> None:
    Lexical.build(TEXTS).save(tmp_path)
    np.save(tmp_path / name, change(np.load(tmp_path / name)))  # type: ignore[operator]
    with pytest.raises(ValueError, match="the lexical index does not fit its passages"):
        Lexical.load(tmp_path, len(TEXTS))
