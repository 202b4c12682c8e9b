"""What judges us was never trained on."""

from __future__ import annotations

import yaml

from bot.understanding.sentences import SENTENCES, intent_sentences, read_sentences
from eval.house import ROOT
from eval.intents import read_held_out
from eval.leaks import leaks

DEV = ROOT / "training_data" / "questions"
HELD_OUT = ROOT / "eval" / "heldout"


def test_a_copied_sentence_is_a_leak() -> None:
    assert leaks(["宿舍几点关门？"], ["今天吃什么", "宿舍几点关门"]) == [("宿舍几点关门？", "宿舍几点关门", 1.0)]


def test_a_sentence_with_one_word_changed_is_a_leak() -> None:
    assert leaks(["请问宿舍晚上几点钟关门"], ["请问宿舍晚上几点钟关门呢"])


def test_a_sentence_of_one_s_own_is_no_leak() -> None:
    assert leaks(["楼下大门到几点锁"], ["宿舍几点关门"]) == []


def test_no_held_out_sentence_stands_or_nearly_stands_among_the_training_sentences() -> None:
    held_out = [sentence for sentence, _ in read_held_out()]
    for name in ("plain", "hard"):
        held_out += [sentence for sentence, _ in read_held_out(HELD_OUT / "understanding" / f"{name}.yml")]
    for name in ("compound", "single"):
        entries = yaml.safe_load((HELD_OUT / "understanding" / f"{name}.yml").read_text(encoding="utf-8"))
        held_out += [entry["text"] for entry in entries]
    assert len(held_out) >= 900
    # Only the training sentence is told: nobody should learn a held-out one from a failing test.
    assert [training for _, training, _ in leaks(held_out, [text for text, _ in read_sentences()])] == []


def test_every_intent_has_forty_training_sentences_of_its_own_file() -> None:
    few = {}
    for path in SENTENCES.glob("*.yml"):
        counted = len({sentence for sentence, intent in intent_sentences() if intent == path.stem})
        if counted < 40:
            few[path.stem] = counted
    assert few == {}
    assert {path.stem for path in SENTENCES.glob("*.yml")} == {intent for _, intent in read_sentences()}


def test_plain_and_hard_held_out_sentences_know_every_intent() -> None:
    for name, fewest in (("plain", 12), ("hard", 8)):
        counted: dict[str, int] = {}
        for _, intent in read_held_out(HELD_OUT / "understanding" / f"{name}.yml"):
            counted[intent] = counted.get(intent, 0) + 1
        assert min(counted.values()) >= fewest
        assert set(counted) == {intent for _, intent in read_sentences()}


def test_every_intent_has_at_least_six_held_out_sentences() -> None:
    counts: dict[str, int] = {}
    for _, intent in read_held_out():
        counts[intent] = counts.get(intent, 0) + 1
    assert min(counts.values()) >= 6
    assert set(counts) == {intent for _, intent in read_sentences()}


def test_no_held_out_question_stands_among_the_development_questions() -> None:
    held_out = yaml.safe_load((HELD_OUT / "questions.yml").read_text(encoding="utf-8"))
    tuned_on = yaml.safe_load((DEV / "policies.yml").read_text(encoding="utf-8"))
    assert len(held_out) >= 80
    assert leaks([one["question"] for one in held_out], [one["question"] for one in tuned_on]) == []


def test_no_held_out_outside_question_stands_among_those_the_gate_was_fitted_on() -> None:
    held_out = yaml.safe_load((HELD_OUT / "outside.yml").read_text(encoding="utf-8"))
    fitted_on = yaml.safe_load((DEV / "outside.yml").read_text(encoding="utf-8"))
    fitted_on = [one["question"] if isinstance(one, dict) else one for one in fitted_on]
    assert leaks(held_out, fitted_on) == []


def test_no_held_out_question_stands_among_the_known_questions_of_the_documents() -> None:
    held_out = yaml.safe_load((HELD_OUT / "questions.yml").read_text(encoding="utf-8"))
    known: list[str] = []
    for path in sorted((ROOT / "knowledge_base" / "policies").glob("*.questions.yml")):
        known += [question for asked in yaml.safe_load(path.read_text(encoding="utf-8")).values() for question in asked]
    assert len(known) > 1000
    assert leaks([one["question"] for one in held_out], known) == []


def test_no_held_out_question_stands_among_any_development_questions() -> None:
    held_out = yaml.safe_load((HELD_OUT / "questions.yml").read_text(encoding="utf-8"))
    for name in ("policies_more.yml", "short.yml"):
        tuned_on = yaml.safe_load((DEV / name).read_text(encoding="utf-8"))
        assert leaks([one["question"] for one in held_out], [one["question"] for one in tuned_on]) == []
