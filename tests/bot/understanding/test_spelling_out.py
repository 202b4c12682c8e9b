"""Abbreviations, pinyin, slips and dialect become plain words before anything is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import words
from bot.understanding.spelling_out import folded, plain, sounds, syllables_of


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cjd 打一份", "成绩单 打一份"),
        ("CJD打一份", "成绩单打一份"),
        ("我要dayin成绩单", "我要打印成绩单"),
        ("kaliduoshaoqian", "卡里多少钱"),
        ("成绩丹能给我弄一份不", "成绩单能给我弄一份不"),
        ("校猿卡充个钱", "校园卡充个钱"),
        ("青假三天", "请假三天"),
        ("有冇自习室", "有没有自习室"),
        ("这个咋弄", "这个怎么弄"),
    ],
)
def test_what_is_abbreviated_or_mistyped_is_spelled_out(typed: str, meant: str) -> None:
    assert plain(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "诗歌朗诵比赛我想试试",
        "心里有点难受",
        "电脑还在保修期吗",
        "大学生怎么自荐",
        "滴滴答答一整夜",
        "忘记点返校确认",
        "my gpa",
        "cjd@example.edu.cn",
        "3-502",
        "你好",
    ],
)
def test_what_is_right_already_stays(typed: str) -> None:
    assert plain(typed) == typed


def test_every_listed_abbreviation_is_read_as_listed() -> None:
    listed = words.load("initials")["initials"]
    assert {letters: plain(letters) for letters in listed} == listed


def test_a_slip_list_names_only_words_of_known_sound() -> None:
    listed = words.load("initials")
    assert [char for word in (*listed["words"], *listed["slips"]) for char in word if char not in sounds()] == []
    assert [word for word in listed["slips"] if len(word) != 2] == []


def test_speakers_need_not_tell_wide_sounds_from_narrow_ones() -> None:
    assert (folded("zheng"), folded("shi"), folded("ling")) == ("zen", "si", "lin")


def test_letters_that_are_no_pinyin_have_no_syllables() -> None:
    assert syllables_of("chengjidan") == ("cheng", "ji", "dan")
    assert syllables_of("xyz") == ()


@given(st.text(max_size=80))
def test_anything_can_be_spelled_out(text: str) -> None:
    assert isinstance(plain(text), str)
