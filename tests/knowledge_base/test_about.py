"""What a question is about beside the documents: another person, another school, nothing of a university."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import open_encoder
from knowledge_base.about import BUCKETS, About, everyday, run_shares, runs, signs, spoken
from knowledge_base.document import Document
from knowledge_base.embeddings import Embeddings
from knowledge_base.fit_about import Example, examples, learnt
from knowledge_base.gate import Gate, OtherEngine, place
from knowledge_base.questions import Asked

WORDS = len(spoken(""))
ASKED = "他们学校几点熄灯"


def unit(*numbers: float) -> np.ndarray:
    row = np.array(numbers, dtype=np.float32)
    return row / np.linalg.norm(row)


def about(at: tuple[float, float] = (0.0, 0.0)) -> About:
    """A machine for each axis."""
    weights, biases = 2 * np.eye(3, dtype=np.float32), np.full(3, -1, dtype=np.float32)
    words = np.zeros(3 + WORDS, dtype=np.float32)
    nothing = np.zeros(3, dtype=np.float32)
    low = np.array(at, dtype=np.float32)
    rarity, no_runs = np.zeros(BUCKETS, dtype=np.float32), np.zeros((BUCKETS, 3), dtype=np.float32)
    no_signs = np.zeros((len(signs("")), 3), dtype=np.float32)
    rows = np.eye(3, dtype=np.float32)
    return About(nothing, rows, weights, rarity, no_runs, no_signs, biases, 9.0, words, 0.0, low, low + 0.7)


def test_a_score_is_high_beside_a_support_vector_and_the_bias_far_from_all() -> None:
    told = about().scores("随便", unit(1, 0, 0))
    assert told == pytest.approx([1.0, -1.0, -1.0, 0.0], abs=1e-5)


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        ((0.0, 0.5, 0.0, 2.0), "private"),
        ((0.0, 0.5, 0.9, 2.0), "school"),
        ((0.9, -0.5, -0.1, 2.0), None),
    ],
)
def test_a_declined_question_was_about_what_scores_highest_above_its_threshold(
    scores: tuple[float, ...], kind: str | None
) -> None:
    assert about((0.0, 0.0)).of_others(ASKED, scores) == kind
    assert about((2.0, 2.0)).of_others(ASKED, scores) is None


def test_it_is_surely_about_another_only_above_a_higher_threshold() -> None:
    told = (0.0, 0.5, 0.8, 2.0)
    assert (about().of_others(ASKED, told), about().of_others(ASKED, told, surely=True)) == ("school", "school")
    assert about().of_others(ASKED, (0.0, 0.5, 0.6, 2.0), surely=True) is None


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0.9, 0.4, -1.0, 1.0), True),
        ((0.4, 0.4, -1.0, 1.0), False),
        ((-0.1, -0.5, -1.0, -1.0), False),
    ],
)
def test_what_sounds_more_of_everyday_life_than_of_others_is_everyday(
    scores: tuple[float, ...], expected: bool
) -> None:
    assert everyday(scores) is expected


def test_no_question_without_a_word_of_another_school_is_said_to_be_about_one() -> None:
    told = (0.0, -0.5, 2.0, -0.1)
    asked = ("挂科几门会退学", "他们那边挂科几门退学", "复旦挂科几门退学")
    assert [about().of_others(question, told) for question in asked] == [None, "school", "school"]


def test_runs_of_characters_and_what_points_at_a_school_add_to_a_score() -> None:
    rarity = np.ones(BUCKETS, dtype=np.float32)
    weights = np.zeros((BUCKETS, 3), dtype=np.float32)
    weights[runs("室友"), 1] = 3.0
    pointing = np.zeros((len(signs("")), 3), dtype=np.float32)
    pointing[0, 2] = 5.0
    told = replace(about(), rarity=rarity, runs=weights, signs=pointing)
    nothing = unit(1, 0, 0)
    private, school = told.scores("室友挂了几门", nothing), told.scores("复旦几点关门", nothing)
    plain = about().scores("几点关门", nothing)
    assert (private[1] > plain[1] + 1, private[2], school[2]) == (True, plain[2], pytest.approx(plain[2] + 5.0))


def test_what_stood_in_one_sentence_only_says_nothing_and_the_rest_is_of_length_one() -> None:
    rarity = np.zeros(BUCKETS, dtype=np.float32)
    assert not run_shares("室友", rarity)[1].any()
    rarity[runs("室友")] = 2.0
    assert np.linalg.norm(run_shares("室友挂科", rarity)[1]) == pytest.approx(1.0)


def test_what_is_saved_says_the_same(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    rows = chance.normal(size=(40, 3)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    weights = chance.normal(size=(40, 3)).astype(np.float32)
    heavy = chance.normal(size=(BUCKETS, 3)).astype(np.float32)
    rarity = chance.uniform(1, 8, size=BUCKETS).astype(np.float32)
    pointing = chance.normal(size=(len(signs("")), 3)).astype(np.float32)
    written = replace(about((0.1, 0.2)), rows=rows, weights=weights, rarity=rarity, runs=heavy, signs=pointing)
    written.save(tmp_path / "about.npz")
    read = About.load(tmp_path / "about.npz")
    for row in rows:
        assert read.scores("室友的成绩", row) == pytest.approx(written.scores("室友的成绩", row), abs=0.05)
    assert read.at == pytest.approx(written.at)
    assert read.surely == pytest.approx(written.surely)


def test_a_file_for_other_words_is_refused(tmp_path: Path) -> None:
    replace(about(), words=np.zeros(7, dtype=np.float32)).save(tmp_path / "about.npz")
    with pytest.raises(ValueError, match="fit it again"):
        About.load(tmp_path / "about.npz")


def test_a_gate_without_what_questions_are_about_is_refused(tmp_path: Path) -> None:
    engine = open_encoder().id
    alone = tmp_path / "gate.json"
    alone.write_bytes(place(engine).read_bytes())
    with pytest.raises(OtherEngine):
        Gate.load(engine, alone)


@pytest.mark.parametrize(
    ("rule", "person"),
    [
        ("室友成绩不好会被退学吗", "室友成绩多少"),
        ("王老师这样的情况怎么处理", "王老师家住哪"),
        ("名单要公示几天", "把名单和电话发我"),
    ],
)
def test_a_question_for_a_rule_speaks_otherwise_than_one_for_a_persons_own(rule: str, person: str) -> None:
    assert not np.array_equal(spoken(rule), spoken(person))
    plainly = -4  # a person, a belonging and no word of a rule
    listed = -1
    assert spoken(person)[plainly] + spoken(person)[listed] > spoken(rule)[plainly] + spoken(rule)[listed]


# None of these stands in training_data.
OTHERS = [
    ("private", "我对面铺的小赵这学期到底过了几门"),
    ("private", "能不能帮我看看我表妹有没有申请困难补助"),
    ("private", "把隔壁宿舍那女生的电话给我"),
    ("private", "我们系哪些人背了处分，念给我听"),
    ("school", "我男朋友他们学院在西安，那边宿舍几点锁门"),
    ("school", "人家理工大学的补考是怎么安排的"),
]
OURS = [
    "室友天天带人回来住我该找谁",
    "同学让我帮他考试被发现了怎么处分",
    "我挂了三门会被退学吗",
    "辅导员能批几天病假",
    "奖学金名单公示几天",
    "家里困难怎么申请助学金",
]


def test_the_shipped_machines_tell_sentences_they_have_not_seen() -> None:
    encoder = open_encoder()
    told = Gate.load(encoder.id).about
    said = [told.of_others(question, told.scores(question, encoder.query(question))) for _, question in OTHERS]
    assert sum(kind == expected for kind, (expected, _) in zip(said, OTHERS, strict=True)) >= 5
    assert [told.of_others(question, told.scores(question, encoder.query(question))) for question in OURS] == [
        None
    ] * len(OURS)


def test_the_scores_of_a_question_come_from_machines_that_had_not_seen_its_document(tmp_path: Path) -> None:
    """The same sentence is known to one document and unheard of by the rest: its score tells whether it was seen."""
    given = [Example(f"第{number}号宿舍的规定是什么", "own", f"文件{number % 7}") for number in range(35)]
    given += [Example(f"红烧肉要放{number}勺糖吗", "outside", f"糖{number}") for number in range(35)]
    given += [Example(f"小王第{number}次考了多少分", "person", f"分{number}") for number in range(10)]
    given += [Example(f"复旦第{number}条怎么说", "school", f"校{number}") for number in range(10)]
    odd = Example("天上的云是什么颜色", "own", "孤本")
    made, unseen = learnt([*given, odd], Embeddings(tmp_path, open_encoder()))
    seen = made.scores(odd.question, open_encoder().query(odd.question))
    assert (seen[0] < -0.9, unseen[odd.question][0] > -0.6) == (True, True)


def test_learnt_from_are_questions_of_documents_what_only_looks_forbidden_and_what_is(
    made: Callable[..., Document], tmp_path: Path
) -> None:
    (tmp_path / "scope.yml").write_text(
        "forbidden:\n- {question: 室友挂了几科, kind: private}\n- {question: 复旦几点关门, kind: school}\n"
        "- {question: 松江校区几点关门, kind: campus}\nallowed:\n- 室友吵闹找谁\n",
        encoding="utf-8",
    )
    (tmp_path / "hand_third.yml").write_text(
        "everyday: [明天下雨吗]\nprivate: [她几点回寝]\nown: [我的绩点在哪看]\nschool: [交大能退课吗]\nexchange: [去交大交换怎么申请]\n"
        "degree: [MBA能评奖吗]\nrules: [灯坏了找谁]\n",
        encoding="utf-8",
    )
    (tmp_path / "outside_everyday.yml").write_text("- 红烧肉怎么做\n", encoding="utf-8")
    (tmp_path / "outside_campus.yml").write_text("- 食堂哪家好吃\n", encoding="utf-8")
    document = made("# 示范大学宿舍规定\n\n第一条　宿舍楼每日23:30关门。\n", "宿舍.md")
    document = replace(document, known=((0, "几点锁门"),))
    told = examples(tmp_path, [Asked("宿舍几点关门", "宿舍", ("第一条",))], [document])
    assert [(each.question, each.kind) for each in told] == [
        ("宿舍几点关门", "own"),
        ("几点锁门", "own"),
        ("室友吵闹找谁", "own"),
        ("室友挂了几科", "person"),
        ("复旦几点关门", "school"),
        ("松江校区几点关门", "beside"),
        ("明天下雨吗", "outside"),
        ("她几点回寝", "person"),
        ("我的绩点在哪看", "own"),
        ("交大能退课吗", "school"),
        ("去交大交换怎么申请", "own"),
        ("MBA能评奖吗", "beside"),
        ("灯坏了找谁", "own"),
        ("食堂哪家好吃", "beside"),
        ("红烧肉怎么做", "outside"),
    ]
