"""What the tests share, started once and for real: the house, and a PostgreSQL server from a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.house import House, house


@pytest.fixture(scope="session")
def running() -> Iterator[House]:
    """A running service on an empty data folder with the shipped documents."""
    with house() as started:
        yield started


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL of its own, as its URL. Not below pytest's folder: it runs as a user who may not look in there."""
    pgserver = pytest.importorskip("pgserver", reason="the PostgreSQL server of the tests is not installed: pgserver")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="counsellor-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        running = pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
