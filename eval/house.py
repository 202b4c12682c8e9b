"""The real house for evaluations and tests: four processes, the trained Rasa, a data folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 240.0


@dataclass(slots=True)
class House:
    """A running service."""

    url: str
    data: Path
    supervisor: subprocess.Popen[str]
    ready_seconds: float
    dialogue_ready_seconds: float

    def running(self) -> dict[str, Any]:
        """Ports and secret of the inner processes."""
        said: dict[str, Any] = json.loads((self.data / "run" / "processes.json").read_text())
        return said

    def campus(self) -> httpx.Client:
        """The back office, as actions reach it."""
        running = self.running()
        headers = {"X-Counsellor-Secret": running["secret"]}
        return httpx.Client(base_url=f"http://127.0.0.1:{running['ports']['campus']}", headers=headers, timeout=10.0)

    def orders(self) -> int:
        """How many orders the back office holds."""
        with sqlite3.connect(f"file:{self.data / 'campus_sim.sqlite'}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM orders").fetchone()[0])

    def client(self) -> httpx.Client:
        """A browser of one's own: a session cookie, patience for a service that is held."""
        return httpx.Client(base_url=self.url, timeout=90.0)

    def processes(self) -> dict[str, int]:
        """The children's process ids by the last word of their command."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError):
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) != self.supervisor.pid:
                    continue
                command = (entry / "cmdline").read_bytes().decode().rstrip("\0").split("\0")
                found[command[-1]] = int(entry.name)
        return found

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of every process of the house, in MB (proportional share where the kernel tells it)."""
        usage = {}
        for name, pid in {**self.processes(), "supervisor": self.supervisor.pid}.items():
            status = Path(f"/proc/{pid}/status").read_text()
            usage[name] = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
        return usage


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(deadline: float, supervisor: subprocess.Popen[str], log: Path, said: str) -> float:
    while time.monotonic() < deadline:
        if said in log.read_text():
            return time.monotonic()
        if supervisor.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"the house did not say {said!r}:\n{log.read_text()[-3000:]}")


@contextmanager
def house(data: Path | None = None, *, wait_for_dialogue: bool = True, **settings: str) -> Iterator[House]:
    """A running house; ``settings`` are environment variables. Ends it, and the temporary folder, afterwards."""
    with tempfile.TemporaryDirectory(prefix="counsellor-") as made:
        folder = data or Path(made) / "data"
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        log = Path(made) / "up.log"
        environment = {**os.environ, **settings, "COUNSELLOR_DATA": str(folder), "COUNSELLOR_PORT": str(port)}
        environment.setdefault("COUNSELLOR_TRACE", "1")
        # Played students speak faster than anybody types, and many of them are one.
        environment.setdefault("COUNSELLOR_SESSION_MESSAGES", "")
        environment.setdefault("COUNSELLOR_STUDENT_MESSAGES", "")
        started = time.monotonic()
        with log.open("w") as out:
            supervisor = subprocess.Popen(
                [sys.executable, str(ROOT / "scripts" / "serve.py")],
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=out,
                text=True,
            )
        try:
            deadline = started + PATIENCE_SECONDS
            ready = _until(deadline, supervisor, log, "ready http://") - started
            dialogue = _until(deadline, supervisor, log, "dialogue ready") - started if wait_for_dialogue else 0.0
            yield House(f"http://127.0.0.1:{port}", folder, supervisor, ready, dialogue)
        finally:
            supervisor.send_signal(signal.SIGTERM)
            try:
                supervisor.wait(20)
            except subprocess.TimeoutExpired:
                supervisor.kill()
