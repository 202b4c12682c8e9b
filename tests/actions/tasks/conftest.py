from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.dates import CAMPUS
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed
from actions.campus_sim.server import application
from actions.offices import Offices
from tests.actions.campus_sim.back_office import SECRET
from tests.actions.campus_sim.clock import Clock


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The back office's file as it is on the first day."""
    path = tmp_path_factory.mktemp("first") / "campus_sim.sqlite"
    ledger = Ledger(path)
    ledger.open(seed)
    ledger.close()
    return path.read_bytes()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setenv("COUNSELLOR_TODAY", "2026-11-23")
    return Clock(datetime(2026, 11, 23, 10, 30, tzinfo=CAMPUS))  # a Monday


@pytest.fixture
async def offices(first_day: bytes, tmp_path: Path, clock: Clock) -> AsyncIterator[Offices]:
    """The real clients over the real back office, in this process."""
    path = tmp_path / "campus_sim.sqlite"
    path.write_bytes(first_day)
    ledger = Ledger(path)
    ledger.open(seed)
    app = application(Campus(ledger, clock, draw_case_code=lambda: "K7MQX4TX"), SECRET, Connections())
    opened = Offices.connect("http://campus", SECRET, transport=httpx.ASGITransport(app=app))
    yield opened
    await opened.close()
    ledger.close()
