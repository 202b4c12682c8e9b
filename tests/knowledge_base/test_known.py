"""Known questions beside a document: they help to find its clauses and are never quoted themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_base import Library, open_encoder
from knowledge_base.ingest import UnreadableFile, files
from knowledge_base.known import take_in
from knowledge_base.store import Store
from tests.knowledge_base.conftest import DORMITORY_2025

ASKED = "第二条:\n  - 室友打呼噜受不了想搬走\n  - 跟舍友处不来能挪窝吗\n"
TODAY = date(2026, 11, 22)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "宿舍.md"
    path.write_text(DORMITORY_2025, encoding="utf-8")
    return path


def beside(rules: Path, text: str) -> Path:
    path = rules.with_name("宿舍.questions.yml")
    path.write_text(text, encoding="utf-8")
    return path


def opened(rules: Path, folder: Path) -> Library:
    Store(folder).publish([take_in(rules)], open_encoder())
    return Library.open(folder)


def test_a_question_asked_before_finds_the_clause_that_answers_it(rules: Path, tmp_path: Path) -> None:
    question = "和舍友合不来想挪个窝"
    without = opened(rules, tmp_path / "without").find(question, TODAY)
    beside(rules, ASKED)
    knowing = opened(rules, tmp_path / "knowing").find(question, TODAY)
    assert knowing[0].passage.locator.endswith("第二条")
    assert knowing[0].score > without[0].score


def test_a_known_question_is_never_quoted(rules: Path, tmp_path: Path) -> None:
    beside(rules, ASKED)
    library = opened(rules, tmp_path / "knowledge")
    document = library.documents()[0]
    assert "打呼噜" not in document.text
    hit = library.find("室友打呼噜受不了想搬走", TODAY)[0]
    assert "申请1次调宿" in document.text[hit.passage.start : hit.passage.end]


def test_changed_questions_are_published_without_changing_the_document(rules: Path, tmp_path: Path) -> None:
    first = opened(rules, tmp_path / "knowledge")
    beside(rules, ASKED)
    second = opened(rules, tmp_path / "knowledge")
    assert second.version != first.version
    assert [each.id for each in second.documents()] == [each.id for each in first.documents()]


def test_a_clause_that_is_not_there_is_one_clear_line(rules: Path) -> None:
    beside(rules, "第九十九条:\n  - 有这条吗\n")
    with pytest.raises(UnreadableFile, match=r"宿舍\.questions\.yml 里的“第九十九条”在文件中找不到"):
        take_in(rules)


@pytest.mark.parametrize("text", ["- 一\n- 二\n", "第二条: 5\n", "第二条: [\n"])
def test_a_file_of_another_shape_is_one_clear_line(rules: Path, text: str) -> None:
    beside(rules, text)
    with pytest.raises(UnreadableFile, match="不是"):
        take_in(rules)


def test_what_lies_beside_a_document_is_no_document(rules: Path) -> None:
    beside(rules, ASKED)
    assert list(files([rules.parent])) == [rules]


def test_a_document_without_known_questions_is_not_put_behind_one_that_has_some(rules: Path, tmp_path: Path) -> None:
    beside(rules, "第一条:\n  - 宿舍晚上几点关门\n  - 夜里几点以后不让进\n  - 宿舍大门啥时候关\n")
    hours = tmp_path / "图书馆.md"
    hours.write_text(
        "# 示范大学图书馆开放办法\n\n第一条　为规范开放，制定本办法。\n\n第二条　图书馆每日8:00开馆，22:30闭馆，闭馆后离馆。\n\n第三条　入馆须刷校园卡。\n",
        encoding="utf-8",
    )
    Store(tmp_path / "both").publish([take_in(rules), take_in(hours)], open_encoder())
    library = Library.open(tmp_path / "both")
    assert library.find("晚上几点闭馆", TODAY)[0].document.title == "示范大学图书馆开放办法"
    assert library.find("宿舍几点关门", TODAY)[0].document.title != "示范大学图书馆开放办法"
