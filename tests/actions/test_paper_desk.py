"""The action server's own door to papers and letters, in one process with an office."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.ledger import Ledger
from actions.campus_sim.seed import seed
from actions.campus_sim.server import application
from actions.offices import Offices
from actions.offices.transcripts import Transcript
from actions.server import build
from actions.settings import Settings

SECRET = "made-up-inner-secret"
STUDENT = "2023010001"


async def test_a_printer_asks_for_a_paper_and_a_person_settles_what_was_found(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "campus_sim.sqlite")
    ledger.open(seed)
    transport = httpx.ASGITransport(application(Campus(ledger, fate=lambda _: "taken"), SECRET, Connections()))
    settings = Settings(data=tmp_path / "data", inner_secret=SecretStr(SECRET))
    app = build(settings, transport)
    offices = Offices.connect("http://campus", SECRET, transport=transport)
    order = await offices.transcripts.submit(Transcript(STUDENT, "zh", 2, False), key="case-1")
    await offices.papers.charge(order.number, STUDENT, 1, key="somebody-else")
    door = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://actions", headers={"X-Counsellor-Secret": SECRET}) as inner,
        httpx.AsyncClient(transport=door, base_url="http://actions") as stranger,
    ):
        visit = {"number": order.number, "student": STUDENT, "visit": "v1"}
        assert (await stranger.post("/papers", json=visit)).status_code == 401
        assert (await stranger.get("/letters")).status_code == 401
        assert (await inner.post("/papers", json=visit | {"visit": "v-1"})).status_code == 422
        asked = [await inner.post("/papers", json=visit) for _ in range(3)]
        assert {one.status_code for one in asked} == {202}
        (saga,) = {one.json()["paper"] for one in asked}
        assert saga == f"paper-{order.number}-v1"
        ended = await until(inner, f"/papers/{saga}", "end")
        assert ended == "collected"

        (letter,) = await until(inner, "/letters", "letters")
        assert (letter["kind"], letter["person"]) == ("mismatch.unknown_entry", "陆建平")
        path, settled = f"/letters/{letter['id']}/settle", {"by": "陆建平", "note": "测试扣款，已冲正"}
        assert (await inner.post(path, json=settled)).json() == {"settled": letter["id"]}
        again = await inner.post(path, json=settled)
        assert (again.status_code, again.json()["error"]["code"]) == (404, "no_such_letter")
        assert (await inner.get("/letters")).json() == {"letters": []}
    ledger.close()
    shutil.rmtree(tmp_path / "data")


async def until(client: httpx.AsyncClient, path: str, field: str) -> Any:
    """What stands in ``field`` as soon as something does."""
    async with asyncio.timeout(20):
        while True:
            said = (await client.get(path)).json()[field]
            if said:
                return said
            await asyncio.sleep(0.02)
