"""Versions side by side: who is in force when, who replaces whom."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations

import pytest

from knowledge_base import Document, validity
from knowledge_base.document import Audience, Repeal, Who, from_json, same_title
from knowledge_base.validity import coming, merged


def version(
    title: str,
    number: str | None = None,
    effective: date | None = None,
    issued: date | None = None,
    *,
    text: str = "",
    issuer: str | None = "示范大学",
    repeals: tuple[Repeal, ...] = (),
    expires: date | None = None,
    cohorts: tuple[int | None, int | None] = (None, None),
) -> Document:
    body = text or f"{title}{effective}"
    return Document(
        title,
        number,
        issuer,
        issued,
        effective,
        body,
        (),
        (),
        source=title,
        repeals=repeals,
        expires=expires,
        audience=Audience(cohorts=cohorts),
    )


OLD = version("示范大学请假规定", "示大学〔2016〕14号", date(2016, 9, 1))
NEW = version(
    "示范大学考勤办法",
    "示大学〔2024〕21号",
    date(2024, 9, 1),
    repeals=(Repeal("示范大学请假规定", "示大学〔2016〕14号"),),
)


def test_what_another_document_repeals_ends_when_that_one_begins() -> None:
    assert [each.repealed for each in merged([OLD], [NEW])] == [date(2024, 9, 1), None]


def test_the_order_in_which_documents_arrive_does_not_matter() -> None:
    other = version("示范大学请假规定", "示大学〔2010〕1号", date(2010, 9, 1))
    ends = [{each.number: each.repealed for each in merged([], order)} for order in permutations([OLD, NEW, other])]
    assert all(each == ends[0] for each in ends)
    assert ends[0] == {
        "示大学〔2016〕14号": date(2024, 9, 1),
        "示大学〔2024〕21号": None,
        "示大学〔2010〕1号": date(2016, 9, 1),
    }


def test_a_later_version_of_the_same_title_supersedes_the_earlier_one() -> None:
    early = version("示范大学宿舍规定（2021年）", "示大学〔2021〕1号", date(2021, 9, 1))
    late = version("示范大学宿舍规定（2025年修订）", "示大学〔2025〕2号", date(2025, 9, 1))
    assert [each.repealed for each in merged([], [early, late])] == [date(2025, 9, 1), None]


def test_the_same_title_of_another_university_supersedes_nothing() -> None:
    ours = version("学生请假办法", "甲〔2016〕1号", date(2016, 9, 1), issuer="示范大学")
    theirs = version("学生请假办法", "乙〔2024〕1号", date(2024, 9, 1), issuer="某某学院")
    assert [each.repealed for each in merged([], [ours, theirs])] == [None, None]


def test_a_school_that_leaves_its_own_name_out_is_understood() -> None:
    naming = version("示范大学考勤办法", "示大学〔2024〕21号", date(2024, 9, 1), repeals=(Repeal("请假规定"),))
    assert merged([], [OLD, naming])[0].repealed == date(2024, 9, 1)


def test_a_document_does_not_repeal_itself() -> None:
    law = version("信访条例", None, date(2005, 5, 1), issuer="国务院", repeals=(Repeal("信访条例"),))
    assert merged([], [law])[0].repealed is None


def test_the_same_number_again_replaces_the_content() -> None:
    corrected = version("示范大学请假规定", "示大学〔2016〕14号", date(2016, 9, 1), text="改正后的内容")
    assert [each.text for each in merged([OLD], [corrected])] == ["改正后的内容"]


def test_without_a_number_the_same_title_and_day_replaces_and_another_day_stands_beside() -> None:
    first = version("学位条例", None, date(1981, 1, 1), text="甲")
    again = version("学位条例", None, date(1981, 1, 1), text="乙")
    later = version("学位条例", None, date(2004, 8, 28), text="丙")
    assert [each.text for each in merged([first], [again, later])] == ["乙", "丙"]


def test_the_same_content_again_replaces_it_whatever_its_number_is() -> None:
    unnumbered = version("学位条例", None, date(1981, 1, 1), text="甲")
    numbered = version("学位条例", "国发〔1981〕1号", date(1981, 1, 1), text="甲")
    assert [each.number for each in merged([unnumbered], [numbered])] == ["国发〔1981〕1号"]


def test_of_several_that_replace_each_other_the_last_stays_in_its_own_place() -> None:
    first, second, third = (version("请假规定", "示大〔2016〕14号", date(2016, 9, 1), text=each) for each in "甲乙丙")
    other = version("宿舍规定", "示大〔2016〕15号", date(2016, 9, 1), text="丁")
    assert [each.text for each in merged([first], [second, other, third])] == ["丁", "丙"]


def test_a_number_is_not_taken_for_a_title() -> None:
    named = version("示大〔2016〕14号", None, date(2020, 1, 1), text="甲")
    assert len(merged([OLD], [named])) == 2


def test_of_two_that_end_a_version_on_one_day_the_first_says_for_whom_it_stays() -> None:
    old = version("转专业办法", "示大〔2021〕1号", date(2021, 9, 1))
    everybody = version("转专业办法（2024年修订）", "示大〔2024〕2号", date(2024, 9, 1))
    newcomers = version(
        "转专业规定", "示大〔2024〕3号", date(2024, 9, 1), repeals=(Repeal("转专业办法"),), cohorts=(2024, None)
    )
    assert [of(0, old, *both).kept_for for both in permutations([everybody, newcomers])] == [None, (None, 2023)]


def test_only_documents_of_one_name_or_number_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    follows = validity.follows

    def counted(other: Document, document: Document) -> bool:
        compared.append((other.title, document.title))
        return follows(other, document)

    monkeypatch.setattr(validity, "follows", counted)
    others = [version(f"办法{at}", f"示大〔2020〕{at}号", date(2020, 9, 1)) for at in range(300)]
    assert merged(others, [OLD, NEW])[-2].repealed == date(2024, 9, 1)
    apart = [pair for pair in compared if pair[0] != pair[1]]
    assert (len(compared), apart) == (303, [(NEW.title, OLD.title)])


@pytest.mark.parametrize(
    ("day", "in_force"),
    [(date(2016, 8, 31), False), (date(2016, 9, 1), True), (date(2024, 8, 31), True), (date(2024, 9, 1), False)],
)
def test_a_version_is_in_force_from_its_first_day_to_the_day_before_its_repeal(day: date, in_force: bool) -> None:
    assert merged([], [OLD, NEW])[0].in_force(day) is in_force


def test_an_amended_text_is_in_force_from_its_amendment() -> None:
    law = version("教育法", None, effective=date(1995, 9, 1), issued=date(2021, 4, 29))
    assert (law.in_force(date(2020, 1, 1)), law.in_force(date(2021, 4, 29))) == (False, True)


def test_a_document_that_has_reached_its_own_term_is_over() -> None:
    short = version("试行办法", None, date(2020, 9, 1), expires=date(2022, 9, 1))
    assert merged([], [short])[0].repealed == date(2022, 9, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宿舍管理规定（2025年修订）", "宿舍管理规定"),
        ("《宿舍管理规定》", "宿舍 管理规定（2019版）"),
        ("关于<社区>的办法(2021年)", "关于《社区》的办法"),
    ],
)
def test_titles_of_two_versions_are_recognised_as_the_same(one: str, other: str) -> None:
    assert same_title(one) == same_title(other)


def test_a_trial_version_is_not_the_final_one() -> None:
    assert same_title("请假办法（试行）") != same_title("请假办法")


def test_a_document_survives_being_written_and_read() -> None:
    assert from_json(NEW.to_json()) == NEW


TODAY = date(2026, 11, 22)
MAJOR_2021 = version("转专业办法", "示大〔2021〕1号", date(2021, 9, 1))
MAJOR_2024 = version("转专业办法（2024年修订）", "示大〔2024〕2号", date(2024, 9, 1), cohorts=(2024, None))
MAJOR_2027 = version("转专业办法（2027年修订）", "示大〔2026〕3号", date(2027, 3, 1), date(2026, 10, 16))


def of(number: int, *documents: Document) -> Document:
    return merged([], documents)[number]


@pytest.mark.parametrize(
    ("cohort", "old", "new"), [(2022, True, False), (2023, True, False), (2024, False, True), (None, False, True)]
)
def test_an_old_version_is_kept_for_those_whom_the_new_one_leaves_out(cohort: int | None, old: bool, new: bool) -> None:
    first, second = merged([], [MAJOR_2021, MAJOR_2024])
    who = Who(cohort=cohort)
    assert (first.repealed, first.kept_for, first.kept_until) == (date(2024, 9, 1), (None, 2023), None)
    assert (first.in_force(TODAY, who), second.in_force(TODAY, who)) == (old, new)


def test_a_version_that_is_for_everybody_ends_what_was_kept() -> None:
    first = of(0, MAJOR_2021, MAJOR_2024, MAJOR_2027)
    assert (first.kept_for, first.kept_until) == ((None, 2023), date(2027, 3, 1))
    assert (first.in_force(TODAY, Who(2022)), first.in_force(date(2027, 3, 1), Who(2022))) == (True, False)


def test_a_later_version_that_leaves_out_the_same_people_ends_nothing_for_them() -> None:
    later = version("转专业办法（2025年修订）", "示大〔2025〕4号", date(2025, 9, 1), cohorts=(2025, None))
    assert (of(0, MAJOR_2021, MAJOR_2024, later).kept_until, of(1, MAJOR_2021, MAJOR_2024, later).kept_for) == (
        None,
        (None, 2024),
    )


def test_nobody_keeps_a_version_whose_successor_is_for_everybody() -> None:
    assert (of(0, OLD, NEW).kept_for, of(0, OLD, NEW).in_force(TODAY, Who(2015))) == (None, False)


def test_a_repeal_by_number_alone_is_enough() -> None:
    other = version("关于废止文件的决定", "示大〔2025〕9号", date(2025, 1, 1), repeals=(Repeal("", "示大〔2021〕1号"),))
    assert of(0, MAJOR_2021, other).repealed == date(2025, 1, 1)
    assert of(0, version("甲办法", None, date(2020, 1, 1)), other).repealed is None


def test_a_change_that_is_coming_is_known() -> None:
    documents = merged([], [MAJOR_2024, MAJOR_2027])
    assert coming(documents, documents[0], TODAY) == documents[1]


@pytest.mark.parametrize("as_of", [date(2026, 10, 15), date(2027, 3, 1)])
def test_a_change_is_coming_from_its_issue_until_it_is_there(as_of: date) -> None:
    documents = merged([], [MAJOR_2024, MAJOR_2027])
    assert coming(documents, documents[0], as_of) is None


def test_of_several_changes_the_next_one_is_coming() -> None:
    later = version("转专业办法（2028年修订）", "示大〔2026〕5号", date(2028, 9, 1), date(2026, 10, 20))
    documents = merged([], [later, MAJOR_2024, MAJOR_2027])
    assert coming(documents, documents[1], TODAY) == documents[2]


def test_no_change_is_coming_to_another_document() -> None:
    documents = merged([], [OLD, NEW, MAJOR_2027])
    assert [coming(documents, each, TODAY) for each in documents] == [None, None, None]


def test_a_document_that_will_be_repealed_by_name_is_told() -> None:
    naming = version(
        "考勤与请假办法", "示大〔2026〕7号", date(2027, 9, 1), date(2026, 11, 1), repeals=(Repeal("示范大学考勤办法"),)
    )
    documents = merged([], [NEW, naming])
    assert coming(documents, documents[0], TODAY) == documents[1]


def test_all_of_a_document_survives_being_written_and_read() -> None:
    kept = of(0, MAJOR_2021, MAJOR_2024, MAJOR_2027)
    assert kept.kept_until is not None
    assert from_json(json.loads(json.dumps(kept.to_json()))) == kept
