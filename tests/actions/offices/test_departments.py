"""The department a complaint is sent to is proposed from the plan's table, and the words that decided can be shown."""

from __future__ import annotations

import pytest

from actions.offices.departments import Department, departments, propose


@pytest.mark.parametrize(
    ("complaint", "department", "because"),
    [
        ("第二食堂的菜里有虫子", "后勤保障处", ("食堂", "菜里", "虫子")),
        ("保安态度恶劣，不让我进校门", "保卫处", ("保安", "校门")),
        ("选课系统一到抢课就崩，课程都选不上", "教务处", ("选课", "抢课", "课程")),
        ("校园网晚上慢得打不开网页", "信息化办公室", ("校园网",)),
        ("住宿费多收了我两百块", "财务处", ("住宿费",)),
        ("宿管阿姨随便翻我们东西", "学生工作部（处）", ("宿管阿姨",)),
        ("志愿时长一直没录", "校团委", ("志愿时长",)),
        ("体测器材坏的，成绩不准", "体育健康学院", ("体测",)),
        ("校长信箱写了三封都没回", "学校办公室", ("校长信箱",)),
    ],
)
def test_the_words_of_a_duty_propose_its_department(complaint: str, department: str, because: tuple[str, ...]) -> None:
    proposal = propose(complaint)
    assert proposal.department == department
    assert set(because) <= set(proposal.because)


def test_what_no_department_is_known_for_goes_to_the_first() -> None:
    proposal = propose("就是很不满意")
    assert (proposal.department, proposal.because) == ("学生工作部（处）", ())


def test_a_word_within_a_longer_one_does_not_count_again_and_of_equals_the_first_named_wins() -> None:
    rows = (Department("甲", (), ("网", "校园网")), Department("乙", (), ("断网啦", "WiFi")))
    assert propose("校园网好慢", rows).because == ("校园网",)
    assert propose("断网啦，校园网", rows).department == "乙"
    assert propose("校园网，断网啦", rows).department == "甲"
    assert propose("wifi 断网啦", rows).because == ("WiFi", "断网啦")


def test_no_word_stands_for_two_departments() -> None:
    told = [word for row in departments() for word in row.words]
    assert sorted(told) == sorted(set(told))


def test_every_duty_is_quoted_from_the_plan() -> None:
    names = [row.name for row in departments()]
    assert len(names) == len(set(names)) == 11
    assert all(row.duty for row in departments())
