from __future__ import annotations

import shutil
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
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("campus") / "campus_sim.sqlite"
    ledger = Ledger(path)
    ledger.open(seed)
    ledger.close()
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 10, 30, tzinfo=CAMPUS))  # the Monday of week 12


@pytest.fixture
async def offices(first_day: Path, tmp_path: Path, clock: Clock) -> AsyncIterator[Offices]:
    """The offices over a simulator in this process, under a stopped clock."""
    path = tmp_path / "campus_sim.sqlite"
    shutil.copy(first_day, path)
    ledger = Ledger(path)
    ledger.open(seed)
    app = application(Campus(ledger, clock), SECRET, Connections())
    offices = Offices.connect("http://campus", SECRET, transport=httpx.ASGITransport(app=app))
    yield offices
    await offices.close()
    ledger.close()
