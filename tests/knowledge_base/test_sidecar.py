"""What staff write beside a document comes before what it says itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_base.document import Audience, Repeal
from knowledge_base.ingest import UnreadableFile
from knowledge_base.known import take_in
from tests.knowledge_base.conftest import DORMITORY_2025


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "宿舍.md"
    path.write_text(DORMITORY_2025, encoding="utf-8")
    return path


def beside(rules: Path, text: str) -> None:
    rules.with_name("宿舍.meta.yml").write_text(text, encoding="utf-8")


EVERYTHING = """
title: 示范大学宿舍规定
number: 示大学[2026] 3 号
issuer: 后勤保障处
issued: 2026-01-02
effective: 2026-03-01
expires: 2028-03-01
repeals: [示大学〔2020〕1号, 《宿舍卫生办法》, {title: 宿舍用电办法, number: 示大学〔2019〕2号}]
audience: {degrees: [本科], campuses: [东校区], cohorts: [2023, null]}
"""


def test_everything_it_says_comes_first(rules: Path) -> None:
    beside(rules, EVERYTHING)
    found = take_in(rules)
    assert (found.title, found.number, found.issuer) == ("示范大学宿舍规定", "示大学〔2026〕3号", "后勤保障处")
    assert (found.issued, found.effective, found.expires) == (date(2026, 1, 2), date(2026, 3, 1), date(2028, 3, 1))
    assert found.repeals == (
        Repeal("", "示大学〔2020〕1号"),
        Repeal("宿舍卫生办法"),
        Repeal("宿舍用电办法", "示大学〔2019〕2号"),
    )
    assert found.audience == Audience(("本科",), ("东校区",), (2023, None))


def test_what_it_leaves_out_is_read_from_the_text(rules: Path) -> None:
    without = take_in(rules)
    beside(rules, "issuer: 后勤保障处\n")
    found = take_in(rules)
    assert found.issuer == "后勤保障处"
    assert (found.title, found.number, found.effective, found.repeals, found.text) == (
        without.title,
        without.number,
        without.effective,
        without.repeals,
        without.text,
    )


def test_null_takes_back_what_the_text_seems_to_say(rules: Path) -> None:
    beside(rules, "repeals: []\neffective: null\n")
    found = take_in(rules)
    assert (found.repeals, found.effective, found.issued) == ((), None, date(2025, 7, 10))


def test_a_doubt_is_gone_once_somebody_has_said_it(rules: Path) -> None:
    rules.write_text("# 示范大学规定\n\n第一条　本规定自2025年秋季学期起施行。\n", encoding="utf-8")
    assert take_in(rules).uncertain == (
        "施行时间写作“2025年秋季学期起”，不是具体日期，请填写施行日期。",
        "没有读到印发日期和施行日期，按一直有效处理。",
    )
    beside(rules, "issued: 2025-06-30\neffective: 2025-09-01\n")
    found = take_in(rules)
    assert (found.effective, found.uncertain) == (date(2025, 9, 1), ())


def test_an_empty_one_says_nothing(rules: Path) -> None:
    without = take_in(rules)
    beside(rules, "# 还没有写\n")
    assert take_in(rules) == without


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "titel: 规定\n",
            "里有不认识的项“titel”，可以写：title、number、issuer、issued、effective、expires、repeals、audience",
        ),
        ("title: [规定]\n", "里的“title”应当是文字"),
        ("title:\n", "里的“title”不能是空的"),
        ("effective: 明年\n", "里的“effective”应当是日期，例如 2025-09-01"),
        ("effective: 2025-13-01\n", "不是可以读的 YAML"),
        ("repeals: 旧规定\n", "里的“repeals”应当是列表"),
        ("repeals: [{number: 1}]\n", "里的“repeals”每一项应当是文件名、文号，或者 {title: …, number: …}"),
        ("audience: 本科\n", "里的“audience”只可以写 degrees、campuses、cohorts"),
        ("audience: {degrees: [专科]}\n", "里的“degrees”只可以写：本科、硕士、博士"),
        ("audience: {campuses: [1]}\n", "里的“campuses”每一项应当是文字"),
        ("audience: {cohorts: [2025, 2023]}\n", "里的“cohorts”应当是 [第一个年级, 最后一个年级]，例如 [2023, null]"),
        ("audience: {cohorts: [2023级, null]}\n", "里的“cohorts”应当是 [第一个年级, 最后一个年级]，例如 [2023, null]"),
        ("- 一\n", "不是“项: 值”的 YAML"),
        ("title: [\n", "不是可以读的 YAML"),
    ],
)
def test_what_cannot_be_understood_is_one_clear_line(rules: Path, text: str, said: str) -> None:
    beside(rules, text)
    with pytest.raises(UnreadableFile) as error:
        take_in(rules)
    assert str(error.value) == f"宿舍.meta.yml {said}"
