"""The house without its supervisor: the same four processes, each killed, stopped in the middle and started as a campaign wants.

Nobody here starts again what dies, so that a port refuses for as long as it has to.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from eval.house import free_port
from scripts.serve import Child, build, publish_shipped

DOORS, DIALOGUE, ACTIONS, CAMPUS = NAMES = ("doors", "dialogue", "actions", "campus_sim")
PATIENCE_SECONDS = 120.0


class Apart:
    """Four processes on one data folder; ``settings`` are environment variables."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.port = data, free_port()
        own = {
            "COUNSELLOR_TRACE": "1",
            "COUNSELLOR_SESSION_MESSAGES": "",
            "COUNSELLOR_STUDENT_MESSAGES": "",
            **settings,
        }
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        publish_shipped(data, {**os.environ, "COUNSELLOR_DATA": str(data)})
        self.children: dict[str, Child] = {each.name: each for each in build(data, "127.0.0.1", self.port).children}
        for each in self.children.values():
            each.environment = {**each.environment, **own}
        self.secret = self.children[DOORS].environment["COUNSELLOR_INNER_SECRET"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def port_of(self, name: str) -> int:
        """The loopback port of an inner process."""
        variable = {DIALOGUE: "DIALOGUE", ACTIONS: "ACTIONS", CAMPUS: "CAMPUS"}[name]
        return int(self.children[name].environment[f"COUNSELLOR_{variable}_PORT"])

    def campus(self) -> httpx.Client:
        """The back office, as actions reach it."""
        headers = {"X-Counsellor-Secret": self.secret}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port_of(CAMPUS)}", headers=headers, timeout=10.0)

    def start(self, *names: str) -> None:
        """Starts what is dead, goes on with what was stopped."""
        for name in names or NAMES:
            child = self.children[name]
            if child.alive:
                child.signal(signal.SIGCONT)
            else:
                child.start()

    def hang(self, name: str) -> None:
        """It still takes connections, and answers nobody."""
        self.children[name].signal(signal.SIGSTOP)

    def kill(self, *names: str) -> None:
        """SIGKILL, all of them before any is waited for."""
        for name in names or NAMES:
            self.children[name].signal(signal.SIGKILL)
        for name in names or NAMES:
            process = self.children[name].process
            if process is not None:
                process.wait()

    def wait(self, names: Iterable[str] = NAMES) -> None:
        """Until these are well, and the doors know it. Raises TimeoutError, with who is not, and what the doors say."""
        deadline, waiting = time.monotonic() + PATIENCE_SECONDS, set(names)
        known = {DIALOGUE: "dialogue", ACTIONS: "actions", CAMPUS: "offices"}
        said: dict[str, Any] = {}
        while time.monotonic() < deadline:
            waiting = {name for name in waiting if not self.children[name].well()}
            if not waiting:
                with suppress(httpx.HTTPError):
                    said = httpx.get(f"{self.url}/health", timeout=5.0).json()["components"]
                    if all(said[known[name]] == "ok" for name in names if name in known):
                        return
            time.sleep(0.05)
        raise TimeoutError(f"not well: {sorted(waiting)}; the doors say {said}")

    def rows(self, database: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a database of the data folder holds."""
        with sqlite3.connect(f"file:{self.data / database}?mode=ro", uri=True, timeout=10) as db:
            return db.execute(query, values).fetchall()


@contextmanager
def apart(data: Path, **settings: str) -> Iterator[Apart]:
    """The four processes, well; afterwards all are dead."""
    house = Apart(data, **settings)
    try:
        house.start()
        house.wait()
        yield house
    finally:
        house.kill()
