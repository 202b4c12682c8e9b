"""Where, when and what is wanted, out of free words."""

from __future__ import annotations

import pytest

from actions.told import clauses, in_any_house, place_in, plain, time_in, wish_of, without_times


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("第二食堂三号窗口的阿姨", "第二食堂三号窗口"),
        ("二食堂的饭", "二食堂"),
        ("教学楼A座三楼的厕所", "教学楼A座三楼厕所"),
        ("东苑3号楼二楼楼道里", "东苑3号楼二楼楼道"),
        ("西苑操场边", "西苑操场"),
        ("校门口有人", "校门口"),
        ("第一食堂后门的电线", "第一食堂后门"),
        ("楼道里有人抽烟", "楼道"),
        ("保安骂人", None),
    ],
)
def test_a_place_is_read_in_the_student_s_words(said: str, place: str | None) -> None:
    assert place_in(said) == place


@pytest.mark.parametrize(
    ("place", "any_house"), [("楼道", True), ("宿舍门口", True), ("3号楼二楼楼道", False), ("图书馆", False)]
)
def test_a_corridor_may_be_in_any_house(place: str, any_house: bool) -> None:
    assert in_any_house(place) is any_house


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("昨天晚上11点还在唱", "昨天晚上11点"),
        ("今天中午的菜", "今天中午"),
        ("上周三去的", "上周三"),
        ("最近总断网", "最近"),
        ("凌晨两点施工", "凌晨两点"),
        ("11月5日打饭", "11月5日"),
        ("3号楼很吵", None),
    ],
)
def test_a_time_is_read_in_the_student_s_words(said: str, time: str | None) -> None:
    assert time_in(said) == time


@pytest.mark.parametrize(
    ("clause", "wish"),
    [
        ("希望退钱", "退钱"),
        ("要求他们道歉", "他们道歉"),
        ("能不能安排人管管", "安排人管管"),
        ("请问几点", None),
        ("菜很咸", None),
    ],
)
def test_a_clause_that_asks_for_something_is_told_from_one_that_tells(clause: str, wish: str | None) -> None:
    assert wish_of(clause) == wish


def test_a_greeting_and_western_commas_go() -> None:
    assert plain("你好,老师,菜里有虫,要退钱") == "菜里有虫，要退钱"
    assert clauses("菜里有虫，要退钱！快点。") == ["菜里有虫", "要退钱", "快点"]
    assert without_times("明天下午3点到后天") == "到"
