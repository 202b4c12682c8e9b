"""Whom the documents are not for, asked of a library: their 年级 and what held while they were here."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base import Answer, Decline, Library, open_encoder
from knowledge_base.ingest import read
from knowledge_base.store import Store
from knowledge_base.structure import document

TODAY = date(2026, 11, 22)
SOURCES = {
    "宿舍旧.md": """示范大学学〔2018〕22号

# 示范大学学生宿舍管理规定

（2018年7月6日印发，自2018年9月1日起施行）

第一条　宿舍住宿费为四人间每人每学年1000元。

第二条　宿舍楼每日6:00开门，23:00关门。
""",
    "宿舍.md": """示范大学学〔2025〕18号

# 示范大学学生宿舍管理规定

（2025年7月10日印发，自2025年9月1日起施行）

第一条　宿舍住宿费为四人间每人每学年1200元。

第二条　宿舍楼每日6:00开门，23:30关门。
""",
    "奖学金.md": """示范大学学〔2025〕9号

# 示范大学本科生奖学金评定办法

（2025年4月18日印发，自2025年9月1日起施行）

第一条　本办法适用于全日制二年级以上（含二年级）本科生。

第二条　一等奖学金每人每学年3000元，申请人平均学分绩点应当达到3.5。

第三条　奖学金于每年12月发放到学生本人银行卡。

第四条　一等奖学金名额按各学院二年级以上学生人数分配，每学院不少于两个。
""",
    "学籍.md": """示范大学学〔2025〕10号

# 示范大学本科生学籍管理规定

（2025年4月18日印发，自2025年9月1日起施行）

第一条　本规定适用于全日制本科生。

第二条　学生可以在第三周前申请中期退课，退课由学院教务员审核。
""",
    "硕士.md": """示范大学学〔2025〕11号

# 示范大学硕士学位授予工作细则

（2025年4月18日印发，自2025年9月1日起施行）

第一条　本细则适用于全日制硕士研究生。

第二条　研究生应当参加中期考核，考核由学院组织，未通过的硕士研究生第四学期再考。
""",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("scope")
    for name, text in SOURCES.items():
        (folder / name).write_text(text, encoding="utf-8")
    Store(folder / "knowledge").publish([document(read(folder / name)) for name in SOURCES], open_encoder())
    return Library.open(folder / "knowledge")


def numbers(said: Answer | Decline) -> list[str | None]:
    return [source.number for source in said.sources] if isinstance(said, Answer) else []


@pytest.mark.parametrize("asker", ["大一新生", "我是26级的，", "刚入学，"])
def test_a_rule_for_later_years_is_not_told_to_who_has_just_come(published: Library, asker: str) -> None:
    said = published.answer(f"{asker}申请一等奖学金平均学分绩点要多少", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "cohort")
    assert numbers(published.answer("大二申请一等奖学金平均学分绩点要多少", TODAY)) == ["示范大学学〔2025〕9号"]


@pytest.mark.parametrize("asker", ["大一", "萌新", "我九月刚来的，", "进校第一年"])
@pytest.mark.parametrize("asked", ["可以拿一等奖学金吗", "能不能拿一等奖学金的名额"])
def test_whether_a_year_may_is_answered_by_the_clause_that_leaves_it_out(
    published: Library, asker: str, asked: str
) -> None:
    said = published.answer(f"{asker}{asked}", TODAY)
    assert isinstance(said, Answer)
    assert [source.locator for source in said.sources] == ["第一条"]
    later = published.answer(f"大三{asked}", TODAY)
    assert not isinstance(later, Answer) or "第一条" not in [source.locator for source in later.sources][:1]


def test_the_clause_that_leaves_a_year_out_is_quoted_without_doubt_and_alone(
    published: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_base.answer.DOUBTFUL", 1.1)
    monkeypatch.setattr("knowledge_base.answer.UNSURE", 1.1)
    said = published.answer("大一新生可以拿一等奖学金吗", TODAY)
    assert isinstance(said, Answer)
    assert len(said.sources) == 1
    assert "不太确定" not in said.text
    assert "不太确定" in published.answer("申请一等奖学金平均学分绩点要多少", TODAY).text  # type: ignore[union-attr]


def test_who_has_left_is_told_what_held_while_they_were_here(published: Library) -> None:
    assert numbers(published.answer("19级学长当年四人间住宿费一学年多少", TODAY)) == ["示范大学学〔2018〕22号"]
    assert numbers(published.answer("25级四人间住宿费一学年多少", TODAY)) == ["示范大学学〔2025〕18号"]


@pytest.mark.parametrize("asker", ["2016级那时候", "2019届毕业的学姐当年"])
def test_what_did_not_hold_while_they_were_here_is_not_told_as_theirs(published: Library, asker: str) -> None:
    said = published.answer(f"{asker}申请一等奖学金平均学分绩点要多少", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "cohort")


def test_what_only_a_rule_for_another_degree_says_is_not_answered_from_one_that_shares_the_degree(
    published: Library,
) -> None:
    said = published.answer("研究生中期退课什么时候申请，谁审核退课", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "degree")
    assert numbers(published.answer("研究生中期考核未通过怎么办", TODAY)) == ["示范大学学〔2025〕11号"]
    assert numbers(published.answer("本科生中期退课什么时候申请，谁审核退课", TODAY)) == ["示范大学学〔2025〕10号"]


def test_who_is_left_out_of_many_documents_is_answered_only_where_it_is_surer(
    published: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "四人间住宿费一学年多少"
    assert numbers(published.answer(f"研究生{asked}", TODAY)) == ["示范大学学〔2025〕18号"]
    monkeypatch.setattr("knowledge_base.answer.SURER", 1.1)
    monkeypatch.setattr("knowledge_base.answer.SUREST", 1.1)
    said = published.answer(f"研究生{asked}", TODAY)
    assert isinstance(said, Decline)
    assert said.reason == "unsure"
    assert numbers(published.answer(asked, TODAY)) == ["示范大学学〔2025〕18号"]


def test_questions_in_one_breath_about_another_person_are_not_answered_one_by_one(published: Library) -> None:
    gossip = "室友昨晚跟谁出去的，是不是宿舍楼关门了才回来"
    said = published.answer(gossip, TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because, published.support(gossip, TODAY)) == ("out_of_scope", "private", 0.0)
    assert set(numbers(published.answer("一等奖学金多少钱，几月发放", TODAY))) == {"示范大学学〔2025〕9号"}


def test_a_question_in_traditional_characters_is_answered_like_the_same_in_simplified_ones(published: Library) -> None:
    plain = published.answer("申请一等奖学金平均学分绩点要多少", TODAY)
    assert numbers(plain) == ["示范大学学〔2025〕9号"]
    assert published.answer("申請一等獎學金平均學分績點要多少", TODAY) == plain
    vector = published.encoder.query("申請一等獎學金平均學分績點要多少")
    assert published.answer("申請一等獎學金平均學分績點要多少", TODAY, vector) == plain


@pytest.mark.parametrize(
    "question", ["上中医四人间住宿费一学年多少", "复旦宿舍楼几点关门", "同济一等奖学金每人每学年多少"]
)
def test_a_school_whose_name_no_document_has_is_not_mended_away(published: Library, question: str) -> None:
    said = published.answer(question, TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("out_of_scope", "school")


@pytest.mark.parametrize(
    "question", ["去复旦交换一学期，回来一等奖学金每学年多少", "听说同济23:00关门，我们宿舍楼几点关门"]
)
def test_who_names_a_school_and_asks_for_our_own_rule_is_heard(published: Library, question: str) -> None:
    said = published.answer(question, TODAY)
    assert not (isinstance(said, Decline) and said.because == "school")
