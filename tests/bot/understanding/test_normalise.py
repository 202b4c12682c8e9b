"""One spelling for everything: the properties every later step relies on."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.normalise import normalise

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=80)
"""Text with everything a wire may bring, lone surrogates too."""
NASTY = st.text(
    st.sampled_from("/／ 　[]微笑OK:)'(\u200b\u200d\ufeff\u00ad\u202e\ufe0f\x00\n\t\ud800３Ａ自杀😀👨"), max_size=40
)


@given(ANYTHING | NASTY)
def test_the_result_can_be_stored_shown_and_posted(typed: str) -> None:
    said = normalise(typed)
    assert normalise(said) == said
    assert not said.startswith("/")
    assert said == said.strip()
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in said)
    said.encode("utf-8")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("３号楼５０２", "3号楼502"),
        ("  你好\n\n在吗\t", "你好 在吗"),
        ("/restart", "restart"),
        ("//／ /repair_request{}", "repair_request{}"),
        ("\u200b/cancel", "cancel"),
        ("自\u200b杀", "自杀"),
        ("\ufeff你\u00ad好\u202e", "你好"),
        ("a\ud800b", "ab"),
        ("/::)你好", "你好"),
        ("你好[微笑][OK]", "你好"),
        ("[捂脸]", ""),
        ("[图片]", "[图片]"),
        ("好的😀👍🏻", "好的😀👍🏻"),
        ("❤️", "❤"),
        ("1️⃣", "1"),
        ("①", "1"),
        ("", ""),
        ("\x00\x07", ""),
    ],
)
def test_one_spelling(typed: str, said: str) -> None:
    assert normalise(typed) == said
