"""The house that the tests share: started once, for real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eval.house import House, house


@pytest.fixture(scope="session")
def running() -> Iterator[House]:
    """A running service on an empty data folder with the shipped documents."""
    with house() as started:
        yield started
