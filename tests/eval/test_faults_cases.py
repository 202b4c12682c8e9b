"""A small sample of the kills that ``eval/faults_cases.py`` counts."""

from __future__ import annotations

from eval.faults_cases import run


def test_cases_outlive_the_death_of_their_process() -> None:
    figures = run(kills=40)
    assert [(one.value, one.n) for one in figures] == [(0, 40)] * 3
