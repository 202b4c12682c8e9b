"""Each safeguard is taken out, and the suite has to turn red: here those whose tests stand elsewhere.

The unique key, fsync and the order are taken out of the intake in :mod:`tests.faults.test_intake`, and the office's own unique key in
``tests/actions/offices/test_without_keys.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from eval.house import ROOT

FAILED = 1
"""pytest's status when tests ran and some failed."""


@pytest.mark.parametrize(
    ("safeguard", "tests"),
    [
        ("look-up", "tests/actions/offices/test_without_keys.py"),
        ("look-up", "tests/actions/offices/test_wire.py"),
        ("chain", "tests/actions/cases/test_chain.py"),
        ("chain", "tests/actions/cases/test_log.py::test_a_log_that_was_computed_anew_does_not_hold_the_anchor"),
    ],
)
def test_without_a_safeguard_the_suite_is_red(safeguard: str, tests: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.faults.without", "-p", "no:cacheprovider", tests],
        cwd=ROOT,
        env={**os.environ, "WITHOUT": safeguard},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == FAILED, run.stdout[-2000:]
