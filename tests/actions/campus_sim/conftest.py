from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
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
from tests.actions.campus_sim.back_office import SECRET, BackOffice
from tests.actions.campus_sim.clock import Clock


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackOffice]:
    office = BackOffice.start(tmp_path_factory.mktemp("campus"))
    yield office
    office.stop()


@pytest.fixture
def office(running: BackOffice) -> Iterator[httpx.Client]:
    """A client of the running server, which has no faults waiting before and after."""
    running.forget_faults()
    with running.client() as client:
        yield client
    running.forget_faults()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "campus_sim.sqlite"
    ledger = Ledger(path)
    ledger.open(seed)
    ledger.close()
    return path


@pytest.fixture
def ledger(seeded: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A file of its own, as it is on the first day."""
    path = tmp_path / "campus_sim.sqlite"
    shutil.copy(seeded, path)
    ledger = Ledger(path)
    ledger.open(seed)
    yield ledger
    ledger.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 10, 30, tzinfo=CAMPUS))  # a Monday


@pytest.fixture
async def desk(ledger: Ledger, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """The application in this process, under a stopped clock."""
    app = application(Campus(ledger, clock), SECRET, Connections())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://campus", headers={"X-Counsellor-Secret": SECRET}
    ) as client:
        yield client
