"""A real campus_sim in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
SECRET = "made-up-inner-secret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fresh_key() -> str:
    return uuid.uuid4().hex


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    """The process's environment: ours without any setting of the service, and these."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COUNSELLOR_")}
    said = {"COUNSELLOR_DATA": str(data), "COUNSELLOR_CAMPUS_PORT": str(port), "COUNSELLOR_INNER_SECRET": SECRET}
    return {name: value for name, value in {**ours, **said, **more}.items() if value}


@dataclass
class BackOffice:
    """Start it, speak to it, stop it."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, data: Path, **more: str) -> BackOffice:
        port = free_port()
        data.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with (data / "output.txt").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "actions.campus_sim"],
                cwd=ROOT,
                env=environment(data, port, **more),
                stdout=output,
                stderr=output,
            )
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() - began > 30:
                    process.kill()
                    raise RuntimeError((data / "output.txt").read_text()) from None
                time.sleep(0.02)
        return cls(data, port, process)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.data / "output.txt").read_text()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"X-Counsellor-Secret": SECRET}, trust_env=False, timeout=10)

    def fault(self, **fault: Any) -> None:
        with self.client() as client:
            assert client.post("/_faults", json=fault).status_code == 201

    def forget_faults(self) -> None:
        with self.client() as client:
            client.delete("/_faults")

    def printer(self, printer: str, status: str) -> None:
        with self.client() as client:
            assert client.put(f"/_printers/{printer}", json={"status": status}).status_code == 200

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit status."""
        self.process.send_signal(how)
        return self.process.wait(timeout=10)
