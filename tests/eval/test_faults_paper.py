"""A small sample of the campaign against papers, and a look whether it would notice."""

from __future__ import annotations

from eval.faults_paper import POINTS, run

POINTS_IN_CI = ("pay done", "refund done")
"""Done at the office and not recorded here: where money could be moved twice."""


def test_killed_at_the_worst_steps_nothing_is_charged_twice_and_nothing_paid_for_nothing() -> None:
    figures = run(runs=15, batch=15, points=POINTS_IN_CI)
    assert set(POINTS_IN_CI) < set(POINTS)
    assert {figure.name: figure.misses for figure in figures if figure.reached is False} == {}
    killed = {figure.name: figure.value for figure in figures if figure.goal is None}
    assert killed["papers: processes killed"] == len(POINTS_IN_CI)
    assert killed["papers: sagas under way when killed"] >= 12


def test_an_office_that_ignores_keys_and_is_not_asked_first_is_noticed() -> None:
    figures = {figure.name: figure for figure in run(runs=5, batch=5, points=("pay done",), keys="ignored")}
    assert figures["papers, keys ignored: charged twice"].value > 0
    assert figures["papers, keys ignored: ledger not balanced"].reached is False
