"""Whom a document is for: read where it says so, left open where it may mean something else."""

from __future__ import annotations

import pytest

from knowledge_base.audience import aimed, limited_to, years
from knowledge_base.document import Audience, Degree, Who

Degrees = tuple[Degree, ...]


@pytest.mark.parametrize(
    ("title", "scope", "degrees"),
    [
        ("示范大学本科生奖学金评定办法", "本办法适用于全日制学生。", ("本科",)),
        ("示范大学学籍管理规定", "本规定适用于全日制本科生（以下简称学生）。", ("本科",)),
        ("示范大学学生违纪处分办法", "本办法适用于学校全日制本科生和研究生。", ()),
        ("示范大学学生管理规定", "本规定适用于普通本专科生和研究生。", ()),
        ("示范大学学生管理规定", "本规定适用于普通本专科学生。", ("本科",)),
        ("示范大学研究生学籍管理规定", "制定本规定。", ("硕士", "博士")),
        ("示范大学博士研究生资格考核细则", "制定本细则。", ("博士",)),
        ("示范大学硕博连读管理办法", "制定本办法。", ("硕士", "博士")),
        ("示范大学学士学位授予工作细则", "制定本细则。", ("本科",)),
        ("示范大学推荐优秀应届本科毕业生免试攻读研究生办法", "本办法适用于应届本科毕业生。", ("本科",)),
        ("示范大学推免研究生工作办法", "制定本办法。", ()),
        ("示范大学研究生招生章程", "制定本章程。", ()),
        ("示范大学博士后管理办法", "本办法适用于在站博士后。", ()),
        ("示范大学图书馆借阅规则", "研究生每人可借30册，本科生每人可借20册。", ()),
        ("示范大学学生证管理办法", "本科生由教务处办理。", ()),
        ("示范大学学生请假办法", "第三章适用于研究生。", ()),
        ("示范大学学生公寓管理办法", "本办法所称学生，是指在校全日制本科生。", ("本科",)),
        ("示范大学课程考核办法", "适用对象：全日制本科生。", ("本科",)),
    ],
)
def test_the_degrees_a_document_is_for(title: str, scope: str, degrees: Degrees) -> None:
    assert aimed(title, [scope]).audience.degrees == degrees


@pytest.mark.parametrize(
    "clause",
    ["研究生参照本办法执行。", "研究生的困难补助参照执行，国家助学金另行发放。", "硕士、博士研究生按照本办法执行。"],
)
def test_rules_that_others_follow_too_exclude_nobody_and_say_so(clause: str) -> None:
    found = aimed("示范大学本科生请假办法", ["本办法适用于本科生。", clause])
    assert found.audience == Audience()
    assert found.uncertain == ("正文写有硕士、博士研究生可以参照的内容，没有按学历限定，请确认适用对象。",)


def test_an_exception_in_the_scope_is_reported_and_not_guessed() -> None:
    found = aimed("示范大学请假办法", ["本办法适用于除研究生以外的学生。"])
    assert found.audience == Audience()
    assert found.uncertain == ("适用范围里有例外（“除……外”或“不适用于”），没有按学历限定，请确认适用对象。",)


@pytest.mark.parametrize(
    ("title", "scope", "campuses", "uncertain"),
    [
        ("示范大学宿舍管理规定", "本规定适用于松江校区和徐汇校区的在校学生。", ("松江校区", "徐汇校区"), 0),
        ("示范大学宿舍管理规定", "本规定适用于各校区学生。", (), 0),
        ("示范大学徐汇校区班车时刻表", "班车停靠西门。", (), 1),
        ("示范大学宿舍管理规定", "松江校区的学生另行通知。", (), 0),
    ],
)
def test_the_campus_a_document_is_for(title: str, scope: str, campuses: tuple[str, ...], uncertain: int) -> None:
    found = aimed(title, [scope])
    assert (found.audience.campuses, len(found.uncertain)) == (campuses, uncertain)


@pytest.mark.parametrize(
    ("title", "scope", "cohorts"),
    [
        ("示范大学转专业办法", "本办法适用于2023级及以后年级的本科生。", (2023, None)),
        ("示范大学转专业办法", "本办法自2024级学生起施行。", (2024, None)),
        ("示范大学转专业办法", "本办法从2024级新生开始执行。", (2024, None)),
        ("示范大学转专业办法", "本办法适用于2022级及以前的学生。", (None, 2022)),
        ("示范大学转专业办法", "本办法适用于2021级至2023级学生。", (2021, 2023)),
        ("示范大学2024级本科生培养方案", "制定本方案。", (2024, 2024)),
        ("示范大学转专业办法", "本办法适用于全日制本科生。2022级及以前学生按原办法执行。", (2023, None)),
        ("示范大学转专业办法", "本办法适用于转专业工作，2026级学生在第二学期的转专业按本办法执行。", (None, None)),
        ("示范大学转专业办法", "例如2023级某学生转入计算机专业。", (None, None)),
        ("示范大学转专业办法", "2022级及以前学生可以选择按原办法执行。", (None, None)),
    ],
)
def test_the_cohorts_a_document_is_for(title: str, scope: str, cohorts: tuple[int | None, int | None]) -> None:
    assert aimed(title, [scope]).audience.cohorts == cohorts


def test_old_students_under_old_rules_without_a_year_are_reported() -> None:
    found = aimed("示范大学转专业办法", ["本办法自2025年9月1日起施行，在校生仍按原办法执行。"])
    assert found.audience.cohorts == (None, None)
    assert found.uncertain == ("正文写有部分在校学生按原办法执行，没有写明年级，请确认新旧办法各自适用的年级。",)


@pytest.mark.parametrize(
    "clause",
    ["2023级及以前的学生在学制年限内仍按原标准执行。", "2022级及以前学生按原培养方案毕业，重修按照原规定缴费。"],
)
def test_old_rules_on_one_matter_do_not_take_a_document_from_anybody(clause: str) -> None:
    found = aimed("示范大学学籍管理规定", [clause])
    assert found.audience == Audience()
    assert found.uncertain == ("正文写有部分年级的学生在个别事项上按原规定执行，没有按年级限定，请确认。",)


def test_cohorts_that_contradict_each_other_are_reported_and_left_open() -> None:
    found = aimed("示范大学转专业办法", ["本办法适用于2023级及以后的学生。", "本办法自2024级学生起施行。"])
    assert found.audience.cohorts == (None, None)
    assert found.uncertain == ("正文里写到的适用年级不一致，没有按年级限定，请确认。",)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2023级（含）以后入学的学生", (2023, None)),
        ("2023级、2024级学生", (2023, 2024)),
        ("2021级、2024级学生", (None, None)),
        ("2021-2023级学生", (2021, 2023)),
        ("2023年9月", (None, None)),
    ],
)
def test_years_are_read_as_a_range(said: str, expected: tuple[int | None, int | None]) -> None:
    assert years(said) == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("本办法适用于全日制二年级以上（含二年级）本科生。", (2, None)),
        ("本办法适用于大三及以上本科生。", (3, None)),
        ("本办法适用于二年级以上（不含二年级）本科生。", (3, None)),
        ("本办法适用于本科一、二年级学生。", (1, 2)),
        ("本办法适用于一至三年级本科生。", (1, 3)),
        ("本办法适用于三年级及以下的本科生。", (None, 3)),
        ("本办法适用于全日制本科生，大学一年级新生除外。", (2, None)),
        ("本办法适用于除一年级新生外的全日制本科生。", (2, None)),
        ("第三条　评选对象为二年级以上在籍本科生。", (2, None)),
        ("一年级学生不参加评定。", (2, None)),
        ("国家励志奖学金的评选对象为二年级以上学生。", (None, None)),
        ("社团负责人应当是二年级以上本科生。", (None, None)),
        ("新生应当按本办法报到。", (None, None)),
        ("第一、二学期适用于新生。", (None, None)),
    ],
)
def test_the_years_of_study_a_document_is_for(clause: str, expected: tuple[int | None, int | None]) -> None:
    assert aimed("示范大学本科生评优办法", [clause]).audience.years == expected


def test_leaving_out_the_first_years_does_not_leave_the_degree_open() -> None:
    found = aimed("示范大学评优办法", ["本办法适用于除一年级新生外的全日制本科生。"])
    assert (found.audience, found.uncertain) == (Audience(("本科",), years=(2, None)), ())


@pytest.mark.parametrize(
    ("person", "admitted"),
    [
        (Who(year=1), False),
        (Who(degree="本科", year=1), False),
        (Who(degree="硕士", year=1), True),
        (Who(year=2), True),
        (Who(year=0), True),
        (Who(), True),
    ],
)
def test_a_limit_of_years_asks_nothing_of_other_degrees_and_of_whom_nothing_is_known(
    person: Who, admitted: bool
) -> None:
    assert Audience(years=(2, None)).admits(person) is admitted


def test_the_clause_of_application_tells_the_degrees_whoever_follows_the_rules_too() -> None:
    assert limited_to(["本办法适用于全日制本科生。研究生参照执行。"]) == ("本科",)
