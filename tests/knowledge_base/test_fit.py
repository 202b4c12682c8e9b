"""What the gate is fitted on, and how the fit counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from knowledge_base.figures_of_fit import Unseen, _auc, _interval, report
from knowledge_base.fit import QUESTIONS, _calibrated, _target
from knowledge_base.questions import outside
from knowledge_base.trials import Trial

ASKED = Trial("宿舍几点关门", "宿舍规定", "inside", "full", True, True, np.zeros(1), right=True)
GONE = replace(ASKED, expected="missing", where="minus", right=False)
OUT = replace(ASKED, question="红烧肉怎么做", group="红烧肉怎么做", expected="outside", right=False, near=False)


def test_a_tie_counts_half() -> None:
    assert _auc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == 0.875


def test_a_share_is_printed_with_its_wilson_interval() -> None:
    assert (_interval(97, 100), _interval(0, 0)) == ("97.0 [92–99]", "–")


def test_what_is_answered_and_what_is_not_weigh_the_same() -> None:
    y, weight = _target("not_outside", [ASKED, GONE, OUT, OUT])
    assert list(y) == [True, False, False, False]
    assert weight[y].sum() == pytest.approx(weight[~y].sum())


def test_a_missing_document_whose_words_stand_elsewhere_too_says_nothing() -> None:
    _, weight = _target("not_missing", [ASKED, GONE, replace(GONE, elsewhere=True), OUT])
    assert [bool(each) for each in weight] == [True, True, False, False]


def test_a_near_miss_weighs_a_third_of_what_nothing_answers() -> None:
    _, weight = _target("not_outside", [ASKED, OUT, replace(OUT, misses=True)])
    assert weight[2] / weight[1] == pytest.approx(0.3)
    _, bare = _target("not_outside", [replace(each, knows=False) for each in (ASKED, OUT, replace(OUT, misses=True))])
    assert (bare[1] > 0, bare[2]) == (True, 0.0)


def test_everyday_questions_and_those_about_others_are_each_weighed_against_what_is_answered() -> None:
    trials = [ASKED, GONE, OUT, replace(OUT, near=True), replace(OUT, near=None)]
    weights = {name: [bool(each) for each in _target(name, trials)[1]] for name in ("not_everyday", "not_others")}
    assert weights == {
        "not_everyday": [True, False, True, False, False],
        "not_others": [True, False, False, False, True],
    }


@pytest.mark.parametrize("knows", [True, False])
def test_campus_life_is_like_what_is_missing_for_bare_documents_only(*, knows: bool) -> None:
    trials = [replace(each, knows=knows) for each in (ASKED, GONE, OUT, replace(OUT, near=True))]
    _, weight = _target("not_missing", trials)
    assert [bool(each) for each in weight] == [True, True, False, not knows]


def test_confidence_is_fitted_on_a_tenth_of_questions_outside_and_a_twentieth_of_missing_documents() -> None:
    y, weight = _target("right", [ASKED, replace(ASKED, right=False), GONE, OUT, OUT])
    assert list(y) == [True, False, False, False, False]
    assert list(weight) == pytest.approx([1.0, 1.0, 0.1, 0.1, 0.1])


def test_nobody_says_whether_an_unsorted_question_outside_is_ours() -> None:
    y, weight = _target("ours", [ASKED, OUT, replace(OUT, near=True), replace(OUT, near=None)])
    assert (list(y[:3]), weight[3]) == ([True, False, True], 0.0)


def test_logits_that_promise_too_much_are_flattened() -> None:
    chance = np.random.default_rng(3)
    true = chance.normal(size=4000)
    right = chance.random(4000) < 1 / (1 + np.exp(-true))
    slope, shift = _calibrated(3 * true + 1, right, np.ones(4000))
    assert (slope, shift) == (pytest.approx(1 / 3, abs=0.03), pytest.approx(-1 / 3, abs=0.06))


def test_the_report_counts_what_is_declined_where_a_share_of_the_answerable_is_answered() -> None:
    inside = [Unseen(ASKED, 0.5 + each / 100, 0.9, 0.9, answered=True) for each in range(40)]
    others = [Unseen(OUT, 0.01 * each, 0.1, 0.1, answered=each >= 50) for each in range(60)]
    lines = report([*inside, *others]).splitlines()
    everyday = next(line for line in lines if line.startswith("everyday"))
    # At 95 % answered the threshold lies between the second and the third weakest, at 0.5195.
    assert everyday.split()[:2] == ["everyday", "60"]
    assert "86.7 [76–93]" in everyday
    assert any("outside declined 83.3 [72–91]" in line for line in lines)


def test_every_question_outside_is_written_once() -> None:
    files = sorted(QUESTIONS.glob("outside*.yml"))
    counted = Counter(question for path in files for question in outside(path))
    assert [question for question, times in counted.items() if times > 1] == []
    assert len(counted) >= 500
