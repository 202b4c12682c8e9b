"""What a document says about itself, and what it leaves open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from knowledge_base import Document, terms
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


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("沪商院学〔2024〕185 号", "沪商院学〔2024〕185号"),
        ("校发[2023]12 号", "校发〔2023〕12号"),
        ("校发（2023）12号", "校发〔2023〕12号"),
        ("校发【2023】第012号", "校发〔2023〕12号"),
        ("校发﹝2023﹞12号", "校发〔2023〕12号"),
        ("教育部令第41号", "教育部令第41号"),
        ("中华人民共和国教育部令 第四十一号", "教育部令第41号"),
        ("学字 2023-5号", "学字2023-5号"),
        ("〔2023〕学字第5号", "〔2023〕学字第5号"),
        ("2023年第5号楼", None),
    ],
)
def test_a_number_is_kept_one_way_however_it_is_printed(printed: str, number: str | None) -> None:
    assert terms.number(printed) == number


@pytest.mark.parametrize("line", ["校发[2023]12 号", "（校发〔2023〕12号）", "校发〔2023〕12号　　　　签发人：李明"])
def test_a_number_may_stand_in_the_letterhead(made: Make, line: str) -> None:
    found = made(f"示 范 大 学 文 件\n\n{line}\n\n示范大学请假办法\n\n第一条 请假找辅导员。\n", "办法.txt")
    assert (found.number, found.title) == ("校发〔2023〕12号", "示范大学请假办法")
    assert [each.locator for each in found.passages] == ["第一条"]


@pytest.mark.parametrize(
    "day",
    ["二〇二四年九月一日", "二○二四年九月一日", "２０２４年９月１日", "2024.9.1", "2024-09-01", "2024 年 9 月 1日"],
)
def test_a_day_is_read_however_it_is_printed(made: Make, day: str) -> None:
    found = made(f"# 示范大学请假办法\n\n第一条　请假找辅导员。\n\n示范大学\n\n{day}\n")
    assert (found.issued, found.issuer) == (date(2024, 9, 1), "示范大学")


@pytest.mark.parametrize(
    ("clause", "effective", "uncertain"),
    [
        ("本办法自2025年秋季学期起施行。", None, "施行时间写作“2025年秋季学期起”，不是具体日期，请填写施行日期。"),
        (
            "本办法自2025-2026学年第一学期起执行。",
            None,
            "施行时间写作“2025-2026学年第一学期起”，不是具体日期，请填写施行日期。",
        ),
        ("本办法自2025年9月起实施。", None, "施行时间写作“2025年9月起”，不是具体日期，请填写施行日期。"),
        ("本办法自2025年6月31日起实施。", None, "施行日期“2025-6-31”不是一个日期，请填写施行日期。"),
        ("本办法自2024级学生起施行。", None, None),
        ("本办法2025年9月1日起实施。", date(2025, 9, 1), None),
        ("本办法自2025年9月1日起施行，2021年9月1日起施行的《旧办法》同时废止。", date(2025, 9, 1), None),
    ],
)
def test_a_beginning_that_is_no_day_is_reported_and_not_guessed(
    made: Make, clause: str, effective: date | None, uncertain: str | None
) -> None:
    found = made(f"# 示范大学请假办法\n\n第一条　{clause}\n\n示范大学\n\n2025年6月30日\n")
    assert (found.effective, found.uncertain) == (effective, (uncertain,) if uncertain else ())


def test_from_the_day_of_issue_without_such_a_day_is_reported(made: Make) -> None:
    found = made("# 示范大学请假办法\n\n第一条　本办法自发布之日起施行。\n")
    assert found.effective is None
    assert found.uncertain[0] == "写有“自发布之日起”施行，没有读到发布日期，请填写施行日期。"


def test_two_days_that_contradict_each_other_are_reported(made: Make) -> None:
    found = made(
        "# 示范大学请假办法\n\n（2025年7月1日印发，自2025年9月1日起施行）\n\n第一条　本办法自2025年10月1日起施行。\n"
    )
    assert found.effective == date(2025, 10, 1)
    assert found.uncertain == ("文首写施行日期是2025-09-01，正文写的是2025-10-01，按正文处理。",)


@pytest.mark.parametrize(
    ("clause", "expires"),
    [
        ("本办法自2024年9月1日起施行，有效期5年。", date(2029, 9, 1)),
        ("本办法自2024年9月1日起试行，试行期一年。", date(2025, 9, 1)),
        ("本办法自2024年9月1日起试行一年。", date(2025, 9, 1)),
        ("本办法自2024年9月1日起施行，有效期至2026年8月31日。", date(2026, 9, 1)),
        ("本办法自2024年9月1日起施行，试行期为六个月。", date(2025, 3, 1)),
        ("本办法有效期自2024年9月1日至2026年8月31日。", date(2026, 9, 1)),
        ("校外住宿经批准的，有效期1年。", None),
        ("本办法自2024年9月1日起施行。校园卡有效期5年。", None),
        ("学生证有效期至2026年8月31日。", None),
    ],
)
def test_only_its_own_term_ends_a_document(made: Make, clause: str, expires: date | None) -> None:
    found = made(f"# 示范大学请假办法\n\n（2024年8月1日印发，自2024年9月1日起施行）\n\n第一条　{clause}\n")
    assert found.expires == expires


@pytest.mark.parametrize(
    ("clause", "repeals"),
    [
        ("《甲办法》自本办法施行之日起同时废止。", [("甲办法", None)]),
        (
            "原《甲办法》（示大〔2016〕14号）、《乙细则》（示大[2017]3 号）即行废止。",
            [("甲办法", "示大〔2016〕14号"), ("乙细则", "示大〔2017〕3号")],
        ),
        ("现废止《甲办法》。", [("甲办法", None)]),
        ("本办法由《甲办法》修订而成。", [("甲办法", None)]),
        ("《甲办法》不再执行。", [("甲办法", None)]),
        ("原《规定》（教育部令第21号）同时废止。", [("规定", "教育部令第21号")]),
        ("按照《甲办法》签订的协议，逾期自动终止。", []),
        ("《甲办法》未废止的条款继续有效。", []),
    ],
)
def test_what_is_repealed_is_read_and_what_is_only_named_is_not(
    made: Make, clause: str, repeals: list[tuple[str, str | None]]
) -> None:
    found = made(f"# 示范大学请假办法\n\n第一条　{clause}\n")
    assert [(each.title, each.number) for each in found.repeals] == repeals


def test_a_document_that_only_comes_before_another_is_reported(made: Make) -> None:
    found = made("# 示范大学请假办法\n\n（2025年7月1日印发）\n\n第一条　《甲办法》与本办法不一致的，以本办法为准。\n")
    assert found.repeals == ()
    assert found.uncertain == ("写有与《甲办法》不一致时以本文件为准，没有写明废止，旧文件按仍然有效处理。",)


def test_clauses_that_do_not_count_on_are_reported(made: Make) -> None:
    found = made("# 示范大学请假办法\n\n（2025年7月1日印发）\n\n第一条　甲。\n\n第二条　乙。\n\n第四条　丁。\n")
    assert found.uncertain == ("条的编号不连续：第二条之后是第四条，请核对是否漏读或误读。",)


@pytest.mark.parametrize(
    ("line", "issuer"),
    [
        ("2021年4月1日 中华人民共和国国务院令第740号公布", "国务院"),
        ("2023年4月1日 中华人民共和国国务院、中华人民共和国中央军事委员会令第759号修订", "国务院、中央军委"),
    ],
)
def test_the_order_that_publishes_a_statute_is_its_number(made: Make, line: str, issuer: str) -> None:
    found = made(f"# 某某条例\n\n{line}\n\n第一条　制定本条例。\n")
    assert (found.number is not None and found.number.startswith("国务院"), found.issuer) == (True, issuer)
