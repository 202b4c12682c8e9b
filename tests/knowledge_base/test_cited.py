"""A clause asked for by its number is quoted whole; one that is not there is not made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from knowledge_base import Answer, Decline, Document, Library
from knowledge_base.cited import article, cited

Make = Callable[..., Document]
TODAY = date(2026, 1, 1)
RULES = """# 示范大学学生考试与缓考管理办法

## 第一章　总则

第一条　为了规范考试，制定本办法。

## 第二章　缓考

第二条　学生因病可以申请缓考。

缓考应当在考试前三日申请。

第十一条　缓考的成绩按实际分数记载。
"""
OTHER = """# 示范大学学生社团管理办法

第一条　为了规范社团，制定本办法。
"""


@pytest.mark.parametrize(
    ("question", "title", "number"),
    [
        ("考试与缓考管理办法第二条", "示范大学学生考试与缓考管理办法", 2),
        ("考试管理办法第十一条说了什么", "示范大学学生考试与缓考管理办法", 11),
        ("查一下《学生社团管理办法》的第1条", "示范大学学生社团管理办法", 1),
    ],
)
def test_a_document_is_named_as_people_name_it(made: Make, question: str, title: str, number: int) -> None:
    documents = [made(RULES, "考试.md"), made(OTHER, "社团.md")]
    named = cited(question, documents)
    assert named is not None
    assert (named[0].title, named[1]) == (title, number)


@pytest.mark.parametrize(
    "question", ["第二条是什么", "管理办法第二条", "缓考怎么申请", "社团管理办法第一条和第二条", "食堂管理办法第三条"]
)
def test_no_document_no_number_or_several_name_nothing(made: Make, question: str) -> None:
    assert cited(question, [made(RULES, "考试.md"), made(OTHER, "社团.md")]) is None


def test_a_document_that_is_not_there_is_not_taken_for_the_only_one(made: Make) -> None:
    assert cited("食堂管理办法第一条", [made(OTHER, "社团.md")]) is None


def test_an_article_is_all_its_passages_and_no_other_number(made: Make) -> None:
    document = made(RULES, "考试.md")
    assert {each.locator for each in article(document, 2)} == {"第二章 第二条"}
    assert article(document, 12) == []


def test_the_clause_asked_for_by_number_is_quoted_whole(library: Library) -> None:
    said = library.answer("宿舍管理规定第一条", TODAY)
    assert isinstance(said, Answer)
    assert [each.locator for each in said.sources] == ["第一章 第一条"]
    stored = library.document(said.sources[0].document_id)
    assert stored is not None
    passages = article(stored, 1)
    assert said.sources[0].quote == stored.text[passages[0].start : passages[-1].end]


def test_a_number_the_document_does_not_have_is_not_found(library: Library) -> None:
    said = library.answer("宿舍管理规定第九十九条说了什么", TODAY)
    assert isinstance(said, Decline)
    assert (said.reason, said.because) == ("not_found", None)


def test_another_university_s_clause_is_still_another_university_s(library: Library) -> None:
    said = library.answer("复旦的宿舍管理规定第一条", TODAY)
    assert isinstance(said, Decline)
    assert said.because == "school"
