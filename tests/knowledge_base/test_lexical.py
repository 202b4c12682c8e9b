"""Search by characters, widened by students' words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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
