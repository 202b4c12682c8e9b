"""``python -m actions.campus_sim [--openapi]``.

Settings: ``COUNSELLOR_INNER_SECRET`` (required), ``COUNSELLOR_CAMPUS_PORT`` (8091), ``COUNSELLOR_DATA`` (``var``) and
``COUNSELLOR_TODAY`` (a fixed day instead of the clock's, for rehearsals).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import sys
from datetime import date
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from actions.campus_sim.campus import Campus
from actions.campus_sim.connections import Connections
from actions.campus_sim.dates import clock_on
from actions.campus_sim.ledger import Ledger, WrongEdition
from actions.campus_sim.seed import seed
from actions.campus_sim.server import application, routes

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8091
HIGHEST_PORT = 65535
KEEP_ALIVE_SECONDS = 75
"""Longer than any client keeps an idle connection: who reuses one must not find it just closed."""


def contract() -> str:
    """The OpenAPI document as it is committed."""
    return json.dumps(routes(None).openapi(), ensure_ascii=False, indent=2) + "\n"


def configuration(app: ASGIApp, port: int, connections: Connections) -> uvicorn.Config:
    """How ``app`` is served: on loopback, without a word about who asks for whom."""
    return uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        http=connections.protocol(),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        # Paths hold student numbers.
        access_log=False,
        # Faults find the connection by the caller's true address.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )


def serve() -> str | None:
    """Serve until SIGTERM or Ctrl-C; what was wrong when it could not."""
    secret = os.environ.get("COUNSELLOR_INNER_SECRET", "")
    if not secret:
        return "COUNSELLOR_INNER_SECRET is not set: the back office would be open to anybody on this machine."
    port = os.environ.get("COUNSELLOR_CAMPUS_PORT", "") or str(DEFAULT_PORT)
    if not (port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT):
        return "COUNSELLOR_CAMPUS_PORT is not a port number."
    try:
        fixed = os.environ.get("COUNSELLOR_TODAY", "")
        now = clock_on(date.fromisoformat(fixed) if fixed else None)
    except ValueError:
        return "COUNSELLOR_TODAY is not a day like 2026-11-22."
    path = Path(os.environ.get("COUNSELLOR_DATA", "") or "var") / "campus_sim.sqlite"
    ledger = Ledger(path)
    try:
        ledger.open(seed)
    except WrongEdition:
        return f"{path} was written by another edition of campus_sim: move it away."
    except (OSError, sqlite3.Error) as error:
        return f"{path} cannot be opened: {error}."
    connections = Connections()
    app = application(Campus(ledger, now), secret, connections)
    # Uvicorn finishes its requests, then raises the signal anew: an asked-for end is a success, with the file closed.
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: sys.exit(0))
    try:
        uvicorn.Server(configuration(app, int(port), connections)).run()
    finally:
        ledger.close()
    return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m actions.campus_sim", description="The simulated back office.")
    parser.add_argument("--openapi", action="store_true", help="print the contract and stop")
    if parser.parse_args().openapi:
        sys.stdout.write(contract())
        return
    wrong = serve()
    if wrong is not None:
        sys.exit(wrong)


if __name__ == "__main__":
    main()
