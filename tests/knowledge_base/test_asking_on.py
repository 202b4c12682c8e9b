"""One question that asks on: what stands in another clause is quoted too, what was quoted already is not quoted twice."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base import Answer, Library, open_encoder
from knowledge_base.asking import led
from knowledge_base.ingest import read
from knowledge_base.store import Store
from knowledge_base.structure import document

TODAY = date(2026, 11, 22)
RULES = """示范大学学〔2025〕9号

# 示范大学本科生奖学金评定办法

（2025年4月18日印发，自2025年9月1日起施行）

第一条　国家奖学金每人每学年10000元，名额以上级当年下达数为准。

第二条　国家奖学金在每年12月31日前一次性发放，由财务处汇入学生本人银行卡，不得发放现金。

第三条　宿舍报修24小时受理，学生可以通过智慧校园平台、值班室或者电话021-5550-1300提出。水管爆裂、停电、门锁故障等紧急报修30分钟内到场，一般报修24小时内上门。维修人员入室应当事先与学生约定时间，学生不在场的由值班员陪同。自然损耗的维修不收费；人为损坏的由责任人赔偿。
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("asking_on")
    (folder / "奖学金.md").write_text(RULES, encoding="utf-8")
    Store(folder / "knowledge").publish([document(read(folder / "奖学金.md"))], open_encoder())
    return Library.open(folder / "knowledge")


def clauses(library: Library, question: str) -> list[str]:
    said = library.answer(question, TODAY)
    assert isinstance(said, Answer), said
    for source in said.sources:
        stored = library.document(source.document_id)
        assert stored is not None
        assert stored.text[source.start : source.end] == source.quote
        assert f"“{source.quote}”" in said.text
    return [source.locator for source in said.sources]


@pytest.mark.parametrize(
    ("question", "first", "rest"),
    [
        ("国家奖学金多少钱，什么时候发", "国家奖学金多少钱", ("国家奖学金 什么时候发",)),
        ("缓考怎么申请，要什么材料，找谁批", "缓考怎么申请", ("缓考 申请 要什么材料", "缓考 申请 找谁批")),
        ("国家奖学金多少钱", "国家奖学金多少钱", ()),
        ("国家奖学金多少钱？什么时候发", "国家奖学金多少钱？什么时候发", ()),
        ("宿舍几点断电，可以用吹风机吗", "宿舍几点断电，可以用吹风机吗", ()),
    ],
)
def test_what_is_asked_first_and_what_is_asked_on(question: str, first: str, rest: tuple[str, ...]) -> None:
    assert led(question) == (first, rest)


def test_what_is_asked_on_is_answered_from_its_own_clause(published: Library) -> None:
    said = published.answer("国家奖学金多少钱，什么时候发", TODAY)
    assert isinstance(said, Answer)
    assert clauses(published, said.question) == ["第一条", "第二条"]
    assert "也可能" not in said.text  # each was found by its own question


def test_what_the_first_clause_says_already_is_not_asked_again(published: Library) -> None:
    assert clauses(published, "国家奖学金什么时候发，给现金还是打卡") == ["第二条"]


def test_of_one_clause_there_is_one_quotation_with_both(published: Library) -> None:
    said = published.answer("宿舍报修找谁，要钱吗", TODAY)
    assert isinstance(said, Answer)
    assert clauses(published, "宿舍报修找谁，要钱吗") == ["第三条"]
    assert said.sources[0].quote.startswith("宿舍报修24小时受理")
    assert said.sources[0].quote.endswith("自然损耗的维修不收费；人为损坏的由责任人赔偿。")


def test_without_the_money_the_sum_is_not_quoted(published: Library) -> None:
    said = published.answer("宿舍报修打什么电话", TODAY)
    assert isinstance(said, Answer)
    assert "不收费" not in said.sources[0].quote
