"""What the understanding evaluation computes, on readings made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understanding import Reading
from eval.understanding import Read, area, auroc, calibration_error


def read(right: str, intent: str, confidence: float, outside: float = 0.0) -> Read:
    ranking = ((intent, confidence), ("out_of_scope", outside))
    return Read("句", right, Reading("句", intent, confidence, ranking, {}, None))


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    assert auroc(np.array([0.9, 0.8, 0.3]), np.array([0.1, 0.5])) == pytest.approx(5 / 6)
    assert auroc(np.array([0.5]), np.array([0.5])) == 0.5


def test_sentences_out_of_scope_are_told_by_their_own_chance() -> None:
    sentences = [read("greet", "greet", 0.9, 0.1), read("thank", "thank", 0.8, 0.2)]
    sentences += [read("out_of_scope", "out_of_scope", 0.9, 0.9), read("out_of_scope", "greet", 0.85, 0.15)]
    figure = area("area", sentences, goal=0.97)
    assert (figure.value, figure.goal, figure.n, figure.reached) == (75.0, 97.0, 4, False)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= 75.0 <= figure.high


def test_the_calibration_error_is_how_far_confidence_is_from_being_right() -> None:
    sure_and_right = [read("greet", "greet", 0.95) for _ in range(3)]
    sure_and_wrong = [read("thank", "greet", 0.95)]
    assert calibration_error(sure_and_right + sure_and_wrong) == pytest.approx(0.2)
