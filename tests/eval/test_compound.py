"""The figures for compound messages, on the sentences the rules were written on."""

from __future__ import annotations

from eval.compound import DEVELOPMENT, measure, read


def test_most_compound_messages_are_taken_apart_and_single_ones_are_not() -> None:
    found, ordered, whole = measure(read(DEVELOPMENT, "compound"), read(DEVELOPMENT, "single"), "development")
    assert (found.n, ordered.n, whole.n) == (102, 102, 70)
    assert found.value >= 80.0
    assert ordered.value >= 78.0
    assert whole.value >= 92.0
    assert len(found.misses) == round(102 * (1 - found.value / 100))
