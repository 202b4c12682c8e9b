"""What a document says about itself, and what it leaves open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from knowledge_base import Document
from knowledge_base.document import Repeal

Make = Callable[..., Document]


def test_the_title_may_stand_on_two_lines(made: Make) -> None:
    text = "示范大学学〔2023〕30号\n\n示范大学学生违纪处分\n与申诉办法\n\n第一章 总则\n第一条 制定本办法。\n"
    found = made(text, "办法.txt")
    assert (found.title, found.number) == ("示范大学学生违纪处分与申诉办法", "示范大学学〔2023〕30号")


def test_the_title_may_stand_only_in_the_notice_that_encloses_it(made: Make) -> None:
    text = (
        "示大学〔2024〕 8 号\n\n各部门：\n现将《示范大学晚自习管理办法（试行）》印发给你们，请遵照执行。\n"
        "示 范 大 学\n2024 年 3月 5日\n一、总则\n晚自习应当考勤。\n"
    )
    found = made(text, "通知.txt")
    assert (found.title, found.number, found.issuer, found.issued) == (
        "示范大学晚自习管理办法（试行）",
        "示大学〔2024〕8号",
        "示范大学",
        date(2024, 3, 5),
    )


def test_a_number_inside_a_sentence_belongs_to_another_document(made: Make) -> None:
    found = made("# 示范大学请假办法\n\n第一条　根据《总则》（沪教委德〔2024〕33 号），制定本办法。\n")
    assert found.number is None


@pytest.mark.parametrize(
    ("clause", "effective"),
    [
        ("本办法自2025年9月1日起施行。", date(2025, 9, 1)),
        ("本办法自印发之日起施行。", date(2025, 6, 30)),
        ("本办法从2025年9月1日开始执行。", date(2025, 9, 1)),
        ("本办法自二〇二五年九月一日起施行。", date(2025, 9, 1)),
        ("《总则》自2020年1月1日施行以来，成效显著。", None),
        ("本办法自2025年13月1日起施行。", None),
    ],
)
def test_the_day_of_coming_into_force_is_read_or_left_open(made: Make, clause: str, effective: date | None) -> None:
    found = made(f"# 示范大学请假办法\n\n第一条　制定本办法。\n\n第二条　{clause}\n\n示范大学\n\n2025年6月30日\n")
    assert (found.issued, found.effective) == (date(2025, 6, 30), effective)


def test_without_dates_and_issuer_nothing_is_guessed(made: Make) -> None:
    found = made("第一条 学生应当请假。\n第二条 请假找辅导员。\n", "请假须知.txt")
    assert (found.title, found.number, found.issuer, found.issued, found.effective) == (
        "请假须知",
        None,
        None,
        None,
        None,
    )


def test_the_term_of_a_document_ends_it(made: Make) -> None:
    found = made("# 示范大学请假办法\n\n第一条　本办法自2020年9月1日起施行，有效期5年。\n")
    assert found.expires == date(2025, 9, 1)


def test_what_a_document_repeals_is_read_with_its_number(made: Make) -> None:
    found = made(
        "# 示范大学请假办法\n\n第一条　本办法自2025年9月1日起施行。原《示范大学请假规定》（示大学〔2016〕 14 号）、《考勤细则》同时废止。\n"
    )
    assert found.repeals == (Repeal("示范大学请假规定", "示大学〔2016〕14号"), Repeal("考勤细则", None))


def test_what_the_front_matter_says_comes_first(made: Make) -> None:
    found = made(
        "---\n标题: 示范大学请假办法\n文号: 示大学〔2025〕3号\n施行日期: 2025-09-01\n---\n\n第一条　请假找辅导员。\n"
    )
    assert (found.title, found.number, found.effective) == ("示范大学请假办法", "示大学〔2025〕3号", date(2025, 9, 1))
