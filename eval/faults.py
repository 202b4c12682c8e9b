"""Everything issue 5 asks to be proved: ``python -m eval faults``. Hours at full size; each part says what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval import (
    faults_cases,
    faults_clock,
    faults_dispatch,
    faults_down,
    faults_house,
    faults_intake,
    faults_paper,
)
from eval.figures import Figure

PARTS: Sequence[Callable[[], list[Figure]]] = (
    faults_dispatch.run,
    faults_clock.run,
    faults_cases.run,
    faults_intake.run,
    faults_paper.run,
    faults_down.run,
    faults_house.run,
)
"""In the order of the table."""


def run() -> list[Figure]:
    return [figure for part in PARTS for figure in part()]
