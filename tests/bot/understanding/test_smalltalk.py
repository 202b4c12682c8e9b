"""Messages that need no model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import smalltalk, words

TABLE: dict[str, list[object]] = words.load("smalltalk")


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("你好", "greet"),
        ("你好呀～", "greet"),
        ("在吗？？？", "greet"),
        ("HELLO!", "greet"),
        ("ｈｉ", "greet"),
        ("感恩", "thank"),
        ("谢谢老师！", "thank"),
        ("谢谢谢谢谢谢", "thank"),
        ("3Q", "thank"),
        ("🙏", "thank"),
        ("白白", "goodbye"),
        ("拜拜啦👋", "goodbye"),
        ("886", "goodbye"),
        ("好滴", "affirm"),
        ("好滴~", "affirm"),
        ("嗯嗯", "affirm"),
        ("嗯嗯嗯嗯嗯", "affirm"),
        ("好的好的", "affirm"),
        ("ok", "affirm"),
        ("OK👌", "affirm"),
        ("👌", "affirm"),
        ("👌🏻👌🏻", "affirm"),
        ("[OK]", "affirm"),
        ("yes", "affirm"),
        ("不用了谢谢", "deny"),
        ("不用了，谢谢", "deny"),
        ("no", "deny"),
        ("🙅‍♀️", "deny"),
        ("算了", "cancel"),
        ("算了算了", "cancel"),
        ("不办了", "cancel"),
        ("转人工", "human_handoff"),
        ("转人工！！！", "human_handoff"),
        ("人工人工人工", "human_handoff"),
        ("😭", None),
        ("👌😭", None),
        ("", None),
        ("？？？", None),
        ("8", None),
        ("88号", None),
        ("你好，3号楼502灯坏了", None),
        ("好的老师我想请假", None),
        ("不想活了", None),
    ],
)
def test_the_whole_message_decides(typed: str, intent: str | None) -> None:
    assert smalltalk.exact(typed) == intent


@pytest.mark.parametrize("intent", sorted(TABLE))
def test_every_saying_means_its_intent(intent: str) -> None:
    assert len(TABLE[intent]) >= 25
    assert [said for said in TABLE[intent] if smalltalk.exact(str(said)) != intent] == []


@given(st.text(max_size=30))
def test_any_text_is_looked_up_without_an_error(typed: str) -> None:
    assert smalltalk.exact(typed) in {None, *TABLE}
