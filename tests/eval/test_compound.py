"""The figures for compound messages, on the sentences the rules were written on."""

from __future__ import annotations

import pytest

from eval.compound import DEVELOPMENT, measure, read


def test_most_compound_messages_are_taken_apart_and_single_ones_are_not() -> None:
    found, ordered, whole = measure(read(DEVELOPMENT, "compound"), read(DEVELOPMENT, "single"), "development")
    assert (found.n, ordered.n, whole.n) == (102, 102, 70)
    assert found.value >= 92.0
    assert ordered.value >= 92.0
    assert whole.value >= 95.0
    assert len(found.misses) == round(102 * (1 - found.value / 100))


@pytest.mark.parametrize(("hand", "least"), [("second", 80.0), ("third", 85.0)])
def test_messages_of_other_hands_are_mostly_taken_apart_too(hand: str, least: float) -> None:
    path = DEVELOPMENT.with_name(f"compound_{hand}.yml")
    found, _ordered, whole = measure(read(path, "compound"), read(path, "single"), hand)
    assert (found.n, whole.n) == (90, 40)
    assert found.value >= least
    assert whole.value >= 92.0
