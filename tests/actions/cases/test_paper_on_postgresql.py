"""The same saga and the same list on PostgreSQL, by its URL alone."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.server import application
from actions.cases.letters import Letters
from actions.cases.paper import Papers
from actions.cases.workflows import database_url, open_database, workflows
from actions.offices import Offices
from actions.offices.transcripts import Transcript
from tests.actions.campus_sim.back_office import SECRET

STUDENT = "2023010001"


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
async def test_a_paper_is_printed_with_its_steps_on_postgresql(
    campus_ledger: Ledger, tmp_path: Path, server: str, driver: str
) -> None:
    url = database_url(server.replace("postgresql", driver, 1), tmp_path)
    engine = open_database(url)
    try:
        app = application(Campus(campus_ledger, fate=lambda _: "jammed"), SECRET, Connections())
        offices = Offices.connect("http://campus", SECRET, transport=httpx.ASGITransport(app))
        letters = Letters(engine, datetime.now)
        papers = Papers(offices, letters, name=f"test-{driver}")
        with workflows(url):
            saga = await papers.start(driver.replace("+", "-"), STUDENT, Transcript(STUDENT, "zh", 6, False))
            async with asyncio.timeout(20):
                while (end := await papers.end(saga)) is None:  # noqa: ASYNC110 - dbos tells nobody of an end
                    await asyncio.sleep(0.05)
        assert end == "refunded"
        assert letters.add("paper.pay", driver, "…", "…")
        assert not letters.add("paper.pay", driver, "…", "…")
        assert not (tmp_path / "workflows.sqlite").exists()
    finally:
        engine.dispose()
