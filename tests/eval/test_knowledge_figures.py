"""What the evaluation of the knowledge base counts as right."""

from __future__ import annotations

from pathlib import Path

import yaml

from eval.facts import contains, reliability, resolves
from eval.leaks import leaks
from eval.missing import _auc
from eval.scope import answerable, told_the_truth
from eval.tables import aligned
from knowledge_base.answer import Answer, Source

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = ROOT / "eval" / "heldout"
DEV = ROOT / "training_data" / "questions"


def test_a_fact_counts_whatever_its_width_and_line_ends() -> None:
    assert contains("每张２０\n元。", ["20元"])
    assert not contains("每张20元。", ["20元", "30元"])


def test_a_quote_must_be_its_slice_and_its_locator_one_of_the_document() -> None:
    assert resolves("第一条 甲。", "甲", 4, 5, ["第一条"], "第一条")
    assert not resolves("第一条 甲。", "乙", 4, 5, ["第一条"], "第一条")
    assert not resolves("第一条 甲。", "甲", 4, 5, ["第一条"], "第二条")


def test_the_calibration_error_is_how_far_confidence_is_from_being_right() -> None:
    [*_, error] = reliability([(0.98, True), (0.98, True), (0.98, False), (0.98, False)])
    assert round(error.value) == 48


def test_rows_are_paired_in_their_order() -> None:
    assert aligned([("甲", "1"), ("乙", "2")], [("甲", "1"), ("丙", "2")]) == 3
    assert aligned([("甲", "1")], [("甲", "1", "x")]) == 0


def test_an_area_of_one_half_tells_nothing() -> None:
    import numpy as np

    assert _auc(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0.5


def said(document: str, *locators: str) -> Answer:
    return Answer("", 0.9, tuple(Source("d", document, None, each, None, "", 0, 0) for each in locators))


def test_an_answer_after_all_is_right_only_with_the_clause_that_answers() -> None:
    card = "示范大学校园卡管理办法"
    question = "室友食堂一个月花多少钱，能查吗"
    assert told_the_truth(question, "private", said(card, "第三章 第十三条"))
    assert not told_the_truth(question, "private", said(card, "第三章 第十三条", "第四章 第十六条"))
    assert not told_the_truth(question, "private", said("示范大学学生社区公约", "第十三条"))
    assert not told_the_truth("室友挂了几科", "private", said(card, "第三章 第十三条"))
    grants = "示范大学本科生奖学金评定办法"
    assert told_the_truth("大一能评奖学金吗", "cohort", said(grants, "第一章 第二条"))
    assert not told_the_truth("大一能评奖学金吗", "cohort", said(grants, "第二章 第五条"))


def test_what_answers_after_all_was_asked() -> None:
    outside = yaml.safe_load((HELD_OUT / "outside.yml").read_text(encoding="utf-8"))
    scope = yaml.safe_load((HELD_OUT / "scope.yml").read_text(encoding="utf-8"))
    assert answerable().keys() <= {*outside, *(each["question"] for each in scope)}


def held_out() -> list[str]:
    facts = yaml.safe_load((HELD_OUT / "facts.yml").read_text(encoding="utf-8"))
    scope = yaml.safe_load((HELD_OUT / "scope.yml").read_text(encoding="utf-8"))
    talks = yaml.safe_load((HELD_OUT / "conversations.yml").read_text(encoding="utf-8"))
    return [
        *(each["question"] for each in [*facts, *scope]),
        *(each["question"] for each in [*talks["as_of"], *talks["typos"]]),
    ]


def test_there_are_at_least_three_hundred_held_out_questions_with_facts() -> None:
    assert len(yaml.safe_load((HELD_OUT / "facts.yml").read_text(encoding="utf-8"))) >= 300


def test_no_held_out_question_of_issue_three_stands_among_those_tuned_on() -> None:
    tuned: list[str] = []
    for path in sorted(DEV.glob("*.yml")):
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
        groups = stored.values() if isinstance(stored, dict) else [stored]
        for each in (each for group in groups for each in group):
            tuned += [each] if isinstance(each, str) else [each.get("question") or each["typed"]]
    for path in sorted((ROOT / "knowledge_base" / "policies").glob("*.questions.yml")):
        for asked in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            tuned += asked
    assert len(tuned) > 5000
    assert leaks(held_out(), tuned) == []
