"""Questions in traditional characters."""

from __future__ import annotations

import pytest
import yaml

from knowledge_base.lexical import WORDS
from knowledge_base.simplified import simplified


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("獎學金怎麼申請", "奖学金怎么申请"),
        ("宿舍幾點關門，週末呢", "宿舍几点关门，周末呢"),
        ("請問休學後怎麼復學", "请问休学后怎么复学"),
        ("對處分不服，向誰申訴", "对处分不服，向谁申诉"),
        ("奖学金怎么申请，著作算不算", "奖学金怎么申请，著作算不算"),
    ],
)
def test_a_question_is_the_same_in_traditional_characters(said: str, meant: str) -> None:
    assert simplified(said) == meant


def test_each_character_stands_once_and_none_is_replaced_by_another_that_is() -> None:
    pairs = yaml.safe_load((WORDS / "simplified.yml").read_text(encoding="utf-8"))["pairs"].split()
    from_, to = [pair[0] for pair in pairs], {pair[1] for pair in pairs}
    assert (len(set(from_)), to & set(from_)) == (len(from_), set())
    assert {len(pair) for pair in pairs} == {2}
