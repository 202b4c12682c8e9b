"""The university's calendar: what it says, and how a wrong file is refused."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.campus_sim.courses import BELLS
from bot.understanding import dates, entities, school_year
from bot.understanding.school_year import SHIPPED, SchoolYear

YEAR = school_year.read(SHIPPED)
TERMS = "terms: [{name: '1', first_monday: 2026-09-07, teaching_weeks: 18, exam_weeks: 1}]\n"


def test_the_shipped_calendar_is_the_one_of_2026_2027() -> None:
    first, second = YEAR.terms
    assert (first.monday, first.week(18), first.exams) == (date(2026, 9, 7), date(2027, 1, 4), date(2027, 1, 11))
    assert (first.last, second.monday) == (date(2027, 1, 17), date(2027, 3, 1))
    assert first.week(0) is None
    assert first.week(20) is None


def test_in_a_vacation_the_coming_term_counts() -> None:
    assert YEAR.term(date(2027, 1, 17)) == YEAR.terms[0]
    assert YEAR.term(date(2027, 1, 18)) == YEAR.terms[1]
    assert YEAR.term(date(2027, 12, 1)) is None


def test_a_sunday_that_is_worked_is_a_workday_and_a_feast_is_none() -> None:
    assert [YEAR.works(date(2026, 9, day)) for day in (19, 20, 25)] == [False, True, False]
    assert YEAR.working(date(2026, 10, 1)) == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("now", "said", "found"),
    [
        (datetime(2026, 9, 28, 9), "国庆后第一天", {"date": "2026-10-08"}),
        (
            datetime(2026, 9, 28, 9),
            "国庆前一天下午三点",
            {"date": "2026-09-30", "time": "15:00", "moment": "2026-09-30T15:00"},
        ),
        (datetime(2026, 9, 28, 9), "国庆假期", {"period": "2026-10-01T00:00/2026-10-07T23:59"}),
        (datetime(2026, 9, 28, 9), "十一长假", {"period": "2026-10-01T00:00/2026-10-07T23:59"}),
        (datetime(2026, 9, 28, 9), "十一点", {}),
        (datetime(2026, 9, 28, 9), "中秋", {"past": "2026-09-25"}),
        (datetime(2026, 9, 19, 9), "下一个工作日", {"date": "2026-09-20"}),
        (datetime(2026, 10, 28, 9), "本学期第八周周三", {"date": "2026-10-28"}),
        (datetime(2027, 1, 20, 9), "第二周周一", {"date": "2027-03-08"}),
        (datetime(2027, 4, 30, 9), "端午", {"date": "2027-06-09"}),
    ],
)
def test_what_libraries_get_wrong_is_read_by_the_calendar(now: datetime, said: str, found: dict[str, str]) -> None:
    assert entities.find(said, now, year=YEAR) == found


def test_the_lessons_are_those_of_the_timetables() -> None:
    pairs = {f"{number}-{number + 1}": number for number in range(1, len(YEAR.lessons), 2)}
    told = {name: (YEAR.lessons[first - 1][0], YEAR.lessons[first][1]) for name, first in pairs.items()}
    assert told == BELLS


def test_what_is_held_in_a_lesson_is_asked_without_its_hours() -> None:
    assert "period" not in entities.find("明天第3节是什么课", datetime(2026, 11, 23, 9), year=YEAR)
    told = entities.find("请事假，后天第3、4节课", datetime(2026, 11, 23, 9), year=YEAR)
    assert told["period"] == "2026-11-25T10:00/2026-11-25T11:40"


def test_without_bells_a_lesson_has_no_hours() -> None:
    year = replace(YEAR, lessons=())
    assert dates.read("周四第3-4节", datetime(2026, 11, 23, 9), year=year, answering=True).period is None


def test_without_a_calendar_a_feast_is_only_its_day() -> None:
    now = datetime(2026, 11, 18, 10)
    assert entities.find("元旦", now) == {"date": "2027-01-01"}
    assert entities.find("元旦假期", now) == {}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("- 1", "the file must be a mapping"),
        ("holidays: []", "the file: terms is missing"),
        ("terms: []", "terms must not be empty"),
        ("terms: 3", "terms must be a list"),
        (TERMS + "feasts: []", "the file: there is no feasts"),
        (TERMS.replace("2026-09-07", "2026-09-08"), "terms, row 1: first_monday 2026-09-08 is no Monday"),
        (TERMS.replace("2026-09-07", "soon"), "terms, row 1: 'soon' is no day like 2026-09-07"),
        (TERMS.replace("18", "0"), "terms, row 1: teaching_weeks and exam_weeks must be whole numbers up to 30"),
        (
            "terms: [{name: a, first_monday: 2026-09-07, teaching_weeks: 18}, {name: b, first_monday: 2026-09-14, teaching_weeks: 2}]",
            "term b begins before a ends",
        ),
        (
            TERMS + "vacations: [{name: 寒假, first: 2027-02-01, last: 2027-01-01}]",
            "vacations, row 1: last 2027-01-01 lies before first 2027-02-01",
        ),
        (
            TERMS + "holidays: [{name: 元旦, day: 2027-01-05, first: 2027-01-01, last: 2027-01-03}]",
            "holidays, row 1: day 2027-01-05 is not among its days off",
        ),
        (
            TERMS + "holidays: [{name: 元旦, day: 2027-01-01, first: 2027-01-01, last: 2027-01-03, said: 元旦}]",
            "holidays, row 1: said must be a list of names",
        ),
        (TERMS + "workdays: [2026-09-21]", "workdays are Saturdays and Sundays that are worked, 2026-09-21 is neither"),
        (TERMS + "lessons: [08:00-08:45, '8']", "lessons, row 2: '8' is no lesson like 08:00-08:45"),
        (TERMS + "lessons: [08:45-08:00]", "lessons, row 1: 08:45-08:00 ends before it begins"),
        (TERMS + "lessons: [08:00-08:45, 08:30-09:15]", "lessons must follow one another, 08:30 lies before 08:45"),
    ],
)
def test_a_wrong_calendar_says_what_is_wrong(tmp_path: Path, content: str, wrong: str) -> None:
    path = tmp_path / "calendar.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="calendar ") as refused:
        school_year.read(path)
    assert str(refused.value) == f"calendar {path}: {wrong}"


def test_a_calendar_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"calendar .*nowhere\.yml"):
        school_year.read(tmp_path / "nowhere.yml")


def test_the_setting_names_another_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "calendar.yml"
    path.write_text(TERMS.replace("2026-09-07", "2026-08-31"), encoding="utf-8")
    monkeypatch.setenv(school_year.SETTING, str(path))
    school_year.current.cache_clear()
    try:
        assert school_year.current().terms[0].monday == date(2026, 8, 31)
    finally:
        school_year.current.cache_clear()


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_every_day_has_at_most_one_term_ahead_of_it_first(day: date) -> None:
    term = YEAR.term(day)
    assert term is None or term.last >= day
    assert SchoolYear().term(day) is None
