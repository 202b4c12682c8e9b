"""Where a message could be cut, what stands on both sides, and what is to be done first."""

import pytest

from bot.understanding.cuts import cuts


def sides(text: str) -> list[tuple[str, str]]:
    return [(cut.first, cut.then) for cut in cuts(text)]


@pytest.mark.parametrize(
    ("text", "first", "then", "mark"),
    [
        ("灯坏了,查余额", "灯坏了", "查余额", "comma"),
        ("灯坏了!!!查余额", "灯坏了", "查余额", "stop"),
        ("灯坏了 查余额", "灯坏了", "查余额", "space"),
        ("灯坏了😭查余额", "灯坏了", "查余额", "stop"),
        ("灯坏了,顺便查余额", "灯坏了", "查余额", "strong"),
        ("灯坏了顺便查余额", "灯坏了", "查余额", "strong"),
        ("灯坏了,哦对了,查余额", "灯坏了", "查余额", "strong"),
        ("开证明、打成绩单", "开证明", "打成绩单", "comma"),
        ("英文成绩单和在读证明", "英文成绩单", "在读证明", "weak"),
        ("饭卡丢了帮我挂失", "饭卡丢了", "帮我挂失", "bare"),
        ("print my transcript and then book a room", "print my transcript", "book a room", "strong"),
    ],
)
def test_a_place_has_two_sides_without_the_words_that_connect(text: str, first: str, then: str, mark: str) -> None:
    assert (first, then, mark) in [(cut.first, cut.then, cut.mark) for cut in cuts(text)]


@pytest.mark.parametrize(
    "text", ["灯坏了", "挂失", "3号楼502", "2026.12.01", "book a room", "我们", "13812345678", "能不能", "", ","]
)
def test_what_is_one_word_or_one_number_has_no_place(text: str) -> None:
    assert cuts(text) == []


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("打成绩单,先查一下大物过没过", True),
        ("打成绩单之前先查一下大物过没过", True),
        ("喊我辅导员,喊之前先请明天的假", True),
        ("先查余额,再充一百", False),
        ("先查余额,先充一百", False),
        ("灯坏了,先生您好", False),
    ],
)
def test_what_is_said_last_and_done_first_is_turned(text: str, turned: bool) -> None:
    assert any(cut.turned for cut in cuts(text)) is turned


def test_a_question_mark_at_the_place_is_kept() -> None:
    asked = {cut.then: cut.asked for cut in cuts("几点关门?卡丢了,查余额")}
    assert (asked["卡丢了,查余额"], asked["查余额"]) == (True, False)


def test_no_side_is_shorter_than_two_characters_and_bare_places_are_few() -> None:
    text = "我想约我想查我想订我想看我想开我想打我想报我想借我想来我想点"
    assert all(len(side) >= 2 for cut in cuts(text) for side in (cut.first, cut.then))
    assert len(cuts(text)) == 5
    assert sides("嗯,灯坏了") == []
