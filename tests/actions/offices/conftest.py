from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from actions.offices import Offices
from tests.actions.campus_sim.back_office import SECRET, BackOffice


@pytest.fixture(scope="session")
def back_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackOffice]:
    """A real server, under a day that never passes."""
    office = BackOffice.start(tmp_path_factory.mktemp("campus"), COUNSELLOR_TODAY="2026-11-23")
    yield office
    office.stop()


@pytest.fixture
async def offices(back_office: BackOffice) -> AsyncIterator[Offices]:
    back_office.forget_faults()
    offices = Offices.connect(back_office.url, SECRET)
    yield offices
    await offices.close()
    back_office.forget_faults()
