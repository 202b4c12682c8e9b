"""Which words of a question carry what it is about, and what a text has of them."""

from __future__ import annotations

import math

import pytest

from knowledge_base.lexical import Lexical, plain
from knowledge_base.wording import Wording, asked_for, foreign, given, overlap, sharp


def test_what_only_makes_a_sentence_a_question_carries_nothing() -> None:
    wording = Wording.of("请问宿舍几点关门呢")
    assert "".join(char for char, counts in zip(wording.said, wording.content, strict=True) if counts) == "宿舍关门"
    assert [wording.said[start:end] for start, end in wording.terms] == ["宿舍", "关门"]


def test_a_clause_with_every_word_covers_the_whole_question() -> None:
    wording = Wording.of("宿舍几点关门")
    covered = wording.covered("宿舍楼每日6:00开门，23:30关门。")
    assert (wording.share(covered), wording.gap(covered)) == (1.0, 0.0)


def test_a_pair_that_reaches_over_the_edge_of_a_word_leaves_no_gap() -> None:
    wording = Wording.of("宿舍关门")
    assert [wording.said[start:end] for start, end in wording.terms] == ["宿舍", "舍关", "关门"]
    assert wording.gap(wording.covered("宿舍楼每日关门")) == 0.0


def test_the_gap_is_the_longest_word_a_text_lacks() -> None:
    wording = Wording.of("无人机宿舍能飞吗")
    covered = wording.covered("宿舍每日开门")
    assert wording.gap(covered) == 3.0
    assert wording.share(covered) == pytest.approx(2 / 6)


def test_a_single_character_counts_half() -> None:
    wording = Wording.of("猫呢")
    assert wording.share(wording.covered("不得养猫")) == 0.5


def test_what_students_say_is_covered_by_what_documents_call_it_and_counts_for_less() -> None:
    wording = Wording.of("国奖")
    assert wording.share(wording.covered("国家奖学金每年评定一次")) == 0.6
    assert wording.share(wording.covered("宿舍每日开门")) == 0.0
    assert wording.spoken == 1.0


def test_the_library_has_heard_of_a_word_that_stands_in_any_passage() -> None:
    lexical = Lexical.build(["宿舍每日开门", "校车每日两班"])
    assert Wording.of("校车").share(Wording.of("校车").heard_of(lexical)) == 1.0
    assert Wording.of("食堂").share(Wording.of("食堂").heard_of(lexical)) == 0.0


def test_a_character_is_as_rare_as_the_most_common_pair_it_belongs_to() -> None:
    lexical = Lexical.build(["宿舍关门", "宿舍开门", "宿舍"])
    rarity = Wording.of("宿舍关门").rarity(lexical)
    common, rare = lexical.idf("宿舍"), lexical.idf("关门")
    assert common < rare
    # 舍 stands in 宿舍 and in 舍关: only the first is a word.
    assert [round(each, 4) for each in rarity] == [round(each, 4) for each in (common, common, rare, rare)]


def test_the_longest_stretch_is_counted_as_it_was_said() -> None:
    wording = Wording.of("国家励志奖学金怎么申请")
    assert wording.longest("申请国家励志奖学金的学生") == 7
    assert wording.longest("宿舍") == 0


@pytest.mark.parametrize(
    ("question", "kind", "has", "lacks"),
    [
        ("补卡要多少钱", "money", "补办费每张20元", "由本人办理"),
        ("宿舍几点关门", "day", "每日23:30关门", "由值班员关门"),
        ("处分期多久", "length", "警告6个月", "予以警告"),
        ("能补考几次", "count", "可以补考1次", "可以补考"),
        ("成绩单在哪打印", "place", "教务处2号窗口", "由本人打印"),
        ("找谁签字", "person", "由辅导员签字", "应当签字"),
        ("保卫处电话", "telephone", "021-5550-1101", "报保卫处"),
        ("能不能养猫", "permission", "不得饲养宠物", "宠物由本人领走"),
        ("怎么请假", "procedure", "在平台申请", "按自然日计算"),
        ("晚归会怎样", "consequence", "给予警告处分", "凭卡登记"),
        ("国奖条件", "condition", "应当符合下列条件", "每年评定一次"),
    ],
)
def test_what_a_question_asks_for_is_looked_for_in_the_clause(question: str, kind: str, has: str, lacks: str) -> None:
    assert kind in asked_for(plain(question))
    assert (given(kind, plain(has)), given(kind, plain(lacks))) == (True, False)


def test_a_clause_without_a_sum_hardly_answers_how_much_but_one_without_steps_may_answer_how() -> None:
    assert (sharp("money"), sharp("procedure")) == (True, False)


def test_a_topic_no_document_names_is_foreign() -> None:
    lexical = Lexical.build(["学生党员应当提交思想汇报", "宿舍每日开门"])
    assert (foreign(lexical, "思想汇报怎么写"), foreign(lexical, "校车几点开")) == ([], ["校车"])


def test_a_topic_within_a_longer_one_is_not_asked_for_by_itself() -> None:
    lexical = Lexical.build(["宿舍每日开门"])
    assert foreign(lexical, "停车费多少，停车位够吗") == ["停车费", "停车"]
    assert foreign(lexical, "停车费多少") == ["停车费"]


def test_of_what_students_say_the_longest_word_counts_and_every_time_it_is_said() -> None:
    said = [(start, end) for start, end, _ in Wording.of("国奖难拿吗，国奖几月申请").meant]
    assert said == [(8, 12), (0, 2), (6, 8)]


def test_overlap_counts_what_documents_call_a_word_of_the_students_for_less() -> None:
    lexical = Lexical.build(["国家奖学金每年评定", "宿舍每日开门"])
    assert math.isclose(overlap(lexical, "国奖", "国家奖学金每年评定"), 0.6)
    assert (overlap(lexical, "国奖", "国奖每年评定"), overlap(lexical, "国奖", "宿舍每日开门")) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("熄灯", "宿舍熄.灯", 1.0),  # a full stop within a word is a slip of who typed the text
        ("熄灯", "宿舍熄，灯", 0.0),
        ("30元", "罚款30元", 1.0),
        ("30元", "罚款130元", 0.0),
        ("3.5元", "罚款3.5元", 1.0),
        ("wifi密", "校园WIFI密码", 1.0),
        ("猫", "不得养猫", 1.0),
    ],
)
def test_overlap_finds_the_tokens_that_search_finds(question: str, text: str, share: float) -> None:
    assert overlap(Lexical.build(["宿舍开门", "宿舍关门"]), question, text) == share


def test_overlap_weighs_the_rare_words_of_a_question_more() -> None:
    lexical = Lexical.build(["宿舍开门", "宿舍关门", "宿舍熄灯"])
    seldom, often = lexical.idf("熄灯"), lexical.idf("宿舍")
    across = lexical.idf("舍熄")
    assert math.isclose(overlap(lexical, "宿舍熄灯", "熄灯"), seldom / (seldom + often + across), rel_tol=1e-6)
