"""Whether to answer at all: what supports an answer, how it is judged, and what the shipped gate makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import Document, open_encoder
from knowledge_base.about import BUCKETS, About, signs, spoken
from knowledge_base.embeddings import Embeddings
from knowledge_base.gate import AGAINST, Gate, Head, Judge, OtherEngine, hinges, place, together
from knowledge_base.index import Found, Index
from knowledge_base.known import take_in
from knowledge_base.support import FEATURES, Common, support
from knowledge_base.trials import without
from knowledge_base.validity import merged

Make = Callable[..., Document]
ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "knowledge_base" / "policies"
DAY = date(2026, 3, 1)

DORMITORY = """# 示范大学宿舍规定

第一条　宿舍楼每日23:30关门。

第二条　宿舍内不得饲养宠物。
"""
CARD = """# 示范大学校园卡办法

第一条　校园卡遗失的，应当立即挂失，补办费每张20元。
"""


NOTHING = (0.0, 0.0, 0.0, 0.0)
"""What a question is about, where it does not matter."""


def deaf(kind: int | None = None, *, sure: bool = False) -> About:
    """Machines for 64 numbers that find every question to be about one kind, or about none."""
    biases = np.array([1.0 if each == kind else -1.0 for each in range(3)], dtype=np.float32)
    words, nothing = np.zeros(64 + len(spoken("")), dtype=np.float32), np.zeros(64, dtype=np.float32)
    none = np.zeros((0, 3), dtype=np.float32)
    low, high = np.zeros(2, dtype=np.float32), np.full(2, 0.2 if sure else 9.0, dtype=np.float32)
    rows, rarity = np.zeros((0, 64), dtype=np.float32), np.zeros(BUCKETS, dtype=np.float32)
    runs, pointing = np.zeros((BUCKETS, 3), dtype=np.float32), np.zeros((len(signs("")), 3), dtype=np.float32)
    return About(nothing, rows, none, rarity, runs, pointing, biases, 1.0, words, 0.0, low, high)


@pytest.fixture
def small(made: Make, encoder: object) -> Index:
    documents = [made(DORMITORY, "宿舍.md"), made(CARD, "卡.md")]
    passages = [passage.indexed for each in documents for passage in each.passages]
    return Index.build(documents, encoder.passages(passages), encoder.id)  # type: ignore[attr-defined]


def numbers(index: Index, encoder: object, question: str) -> dict[str, float]:
    vector = encoder.query(question)  # type: ignore[attr-defined]
    nothing = np.zeros_like(vector)
    found = index.search(question, vector, DAY, 10, nothing)
    told = support(index, question, vector, found, Common(nothing, nothing), NOTHING)
    return dict(zip(FEATURES, map(float, told), strict=True))


def test_a_clause_that_has_every_word_and_what_is_asked_for_supports_an_answer(small: Index, encoder: object) -> None:
    told = numbers(small, encoder, "宿舍几点关门")
    assert (told["clause"], told["words"], told["clause_gap"], told["sharp_given"]) == (1.0, 1.0, 0.0, 1.0)
    assert told["title"] == 0.5


def test_a_word_no_document_has_is_a_gap_of_clause_document_and_library(small: Index, encoder: object) -> None:
    told = numbers(small, encoder, "宿舍无人机几点关门")
    assert (told["library_gap"], told["document_gap"], told["clause_gap"]) == (3.0, 3.0, 3.0)
    assert told["foreign"] == 1.0


def test_a_word_another_document_has_is_a_gap_of_the_first_one_only(small: Index, encoder: object) -> None:
    told = numbers(small, encoder, "宿舍楼关门补办费")
    assert told["library_gap"] == 0.0
    assert told["document_gap"] == 3.0


def test_a_clause_without_a_sum_does_not_give_what_how_much_asks_for(small: Index, encoder: object) -> None:
    assert numbers(small, encoder, "补办校园卡多少钱")["sharp_given"] == 1.0
    assert numbers(small, encoder, "饲养宠物多少钱")["sharp_given"] == 0.0


def test_the_common_part_of_questions_and_clauses_is_taken_out(small: Index, encoder: object) -> None:
    question = "宿舍几点关门"
    vector = encoder.query(question)  # type: ignore[attr-defined]
    found = small.search(question, vector, DAY, 10)
    clause = small.dense.reconstruct(np.arange(len(small.passages)))[0]
    common = Common(0.3 * vector, 0.5 * clause)
    told = dict(zip(FEATURES, support(small, question, vector, found, common, NOTHING), strict=True))
    rest = 0.5 * clause
    wanted = float(rest @ vector / np.linalg.norm(rest))
    assert told["centred"] == pytest.approx(wanted, abs=1e-5)


def test_nothing_found_is_nothing_to_judge(small: Index, encoder: object) -> None:
    vector = encoder.query("宿舍")  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="nothing was found"):
        support(small, "宿舍", vector, Found(), Common(vector, vector), NOTHING)


def test_a_number_is_bent_at_its_knots_and_kept_within_what_was_seen() -> None:
    low, high, knots = np.array([0.0]), np.array([1.0]), np.array([[0.25], [0.5], [0.75]])
    assert hinges(np.array([[0.6]]), low, high, knots)[0] == pytest.approx([0.6, 0.35, 0.1, 0.0])
    assert hinges(np.array([[9.0]]), low, high, knots)[0] == pytest.approx([1.0, 0.75, 0.5, 0.25])


def judge(supported: float, ours: float) -> Judge:
    flat = np.zeros(len(FEATURES))
    none = np.zeros(4 * len(FEATURES))

    def always(probability: float) -> Head:
        return Head(none, float(np.log(probability / (1 - probability))))

    knots = np.zeros((3, len(FEATURES)))
    # As likely of each kind that is not answered.
    against = (Head(none, float(np.log(len(AGAINST) * supported / (1 - supported)))),) * len(AGAINST)
    return Judge(flat, flat, knots, against, always(0.7), always(ours), answer_at=0.6, doubt_at=0.3)


def test_three_cases_share_one_probability() -> None:
    """Three to one against the first other case and one to one against the second: 3 : 1 : 3."""
    assert together(np.log(3.0), 0.0) == pytest.approx(3 / 7)
    assert together(30.0, 0.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("supported", "ours", "reason"),
    [
        (0.61, 0.9, None),
        (0.59, 0.9, "unsure"),
        (0.31, 0.1, "unsure"),
        (0.29, 0.9, "not_found"),
        (0.29, 0.1, "out_of_domain"),
    ],
)
def test_the_reason_follows_from_support_and_from_whose_question_it_is(
    small: Index, encoder: object, supported: float, ours: float, reason: str | None
) -> None:
    shipped = Gate.load(open_encoder().id)
    nothing = np.zeros(64, dtype=np.float32)
    each = judge(supported, ours)
    gate = replace(shipped, common=Common(nothing, nothing), about=deaf(), knowing=each, unknowing=each)
    vector = encoder.query("宿舍几点关门")  # type: ignore[attr-defined]
    said = gate.verdict(small, "宿舍几点关门", vector, small.search("宿舍几点关门", vector, DAY, 10))
    assert (said.answer, said.reason) == (reason is None, reason)
    assert said.probability == pytest.approx(0.7)
    assert said.support == pytest.approx(supported)


@pytest.mark.parametrize(("kind", "about"), [(0, None), (1, "private"), (2, "school")])
def test_what_is_declined_tells_whose_matters_it_was_about(
    small: Index, encoder: object, kind: int, about: str | None
) -> None:
    each = judge(0.4, 0.9)
    nothing = np.zeros(64, dtype=np.float32)
    shipped = Gate.load(open_encoder().id)
    gate = replace(shipped, common=Common(nothing, nothing), about=deaf(kind), knowing=each, unknowing=each)
    vector = encoder.query("他们学校宿舍几点关门")  # type: ignore[attr-defined]
    said = gate.verdict(small, "他们学校宿舍几点关门", vector, small.search("宿舍几点关门", vector, DAY, 10))
    assert (said.answer, said.about) == (False, about)


@pytest.mark.parametrize(("sure", "answered"), [(True, False), (False, True)])
def test_what_is_surely_another_persons_is_declined_however_well_a_clause_supports_it(
    small: Index, encoder: object, *, sure: bool, answered: bool
) -> None:
    each = judge(0.99, 0.9)
    nothing = np.zeros(64, dtype=np.float32)
    shipped = Gate.load(open_encoder().id)
    about = deaf(2, sure=sure)
    gate = replace(shipped, common=Common(nothing, nothing), about=about, knowing=each, unknowing=each)
    vector = encoder.query("他们学校宿舍几点关门")  # type: ignore[attr-defined]
    said = gate.verdict(small, "他们学校宿舍几点关门", vector, small.search("宿舍几点关门", vector, DAY, 10))
    assert (said.answer, said.about) == (answered, None if answered else "school")
    assert (said.support > 0) is answered


@pytest.mark.parametrize(
    ("question", "answered"),
    [("宿舍几点关门", True), ("游泳馆几点关门", False), ("打完羽毛球回宿舍，几点关门前要回去", True)],
)
def test_a_question_mostly_about_what_no_document_names_is_not_answered(
    small: Index, encoder: object, question: str, *, answered: bool
) -> None:
    each = judge(0.99, 0.9)
    nothing = np.zeros(64, dtype=np.float32)
    shipped = Gate.load(open_encoder().id)
    gate = replace(shipped, common=Common(nothing, nothing), about=deaf(), knowing=each, unknowing=each)
    vector = encoder.query(question)  # type: ignore[attr-defined]
    said = gate.verdict(small, question, vector, small.search(question, vector, DAY, 10))
    assert (said.answer, said.support > 0) == (answered, answered)


def test_nothing_found_is_not_found(small: Index, encoder: object) -> None:
    vector = encoder.query("宿舍")  # type: ignore[attr-defined]
    said = Gate.load(open_encoder().id).verdict(small, "宿舍", vector, Found())
    assert (said.answer, said.reason, said.probability) == (False, "not_found", 0.0)


def test_a_gate_of_another_encoder_or_of_other_numbers_is_refused(tmp_path: Path) -> None:
    stored = json.loads(place(open_encoder().id).read_text(encoding="utf-8"))
    with pytest.raises(OtherEngine):
        Gate.load("other/engine")
    other = tmp_path / "gate.json"
    other.write_text(json.dumps({**stored, "features": ["cosine"]}), encoding="utf-8")
    with pytest.raises(OtherEngine):
        Gate.load(stored["engine"], other)


def test_a_gate_with_a_weight_too_few_is_refused(tmp_path: Path) -> None:
    stored = json.loads(place(open_encoder().id).read_text(encoding="utf-8"))
    stored["knowing"]["right"]["weights"].pop()
    other = tmp_path / "gate.json"
    other.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(ValueError, match="fit it again"):
        Gate.load(stored["engine"], other)


def test_a_library_without_a_document_lacks_its_other_versions_and_what_it_repealed(made: Make) -> None:
    def version(year: int, repeals: str = "") -> str:
        return (
            f"# 示范大学请假办法（{year}年修订）\n\n第一条　学生请假应当申请。\n\n"
            f"第二条　本办法自{year}年9月1日起施行。{repeals}\n"
        )

    old = made("# 示范大学考勤暂行规定\n\n第一条　学生应当上课。\n", "旧.md")
    before, now = made(version(2021), "前.md"), made(version(2025, "《示范大学考勤暂行规定》同时废止。"), "今.md")
    other = made(CARD, "卡.md")
    left = without([old, before, now, other], "示范大学请假办法")
    assert [each.title for each in left] == ["示范大学校园卡办法"]


@pytest.fixture(scope="module")
def shipped() -> list[Document]:
    """A few of the shipped documents, with what they know."""
    stems = ("奖学金评定办法", "校园卡管理办法", "学生宿舍管理规定（2025年修订）", "考勤与请假管理办法")
    paths = [next(path for path in POLICIES.glob(f"{stem}.*") if path.suffix != ".yml") for stem in stems]
    return merged([], [take_in(path) for path in paths])


@pytest.mark.parametrize("knowing", [True, False], ids=["with known questions", "bare"])
@pytest.mark.parametrize(
    ("source", "question"),
    [
        ("奖学金评定办法", "国家奖学金要什么条件"),
        ("校园卡管理办法", "校园卡丢了补办要多少钱"),
        ("学生宿舍管理规定（2025年修订）", "宿舍晚上几点关门"),
        ("考勤与请假管理办法", "事假一学期最多请几天"),
    ],
)
def test_what_a_document_answers_is_declined_once_it_is_taken_away(
    shipped: list[Document], source: str, question: str, *, knowing: bool
) -> None:
    encoder = open_encoder()
    embeddings = Embeddings(ROOT / "build" / "embeddings", encoder)
    gate = Gate.load(encoder.id)
    documents = shipped if knowing else [replace(each, known=()) for each in shipped]
    vector = encoder.query(question)

    def answered(library: list[Document]) -> bool:
        known = embeddings.of([asked for each in library for _, asked in each.known], questions=True)
        passages = embeddings.of([passage.indexed for each in library for passage in each.passages])
        index = Index.build(library, passages, encoder.id, known)
        found = index.search(question, vector, DAY, 10, gate.usual)
        return gate.verdict(index, question, vector, found).answer

    left = [each for each in documents if each.source != source]
    assert (answered(documents), answered(left)) == (True, False)
