"""The touch screen in the dormitory lobby: the same elements, full screen, wiped after each student."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from connectors.doors import Doors

STATIC = Path(__file__).with_name("static")


def mount(app: FastAPI, doors: Doors) -> None:
    app.mount("/static/kiosk", StaticFiles(directory=STATIC), name="kiosk")

    @app.get("/kiosk")
    async def page() -> Response:
        # Never from a cache: the next student must not get the last one's page back.
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-store"})
