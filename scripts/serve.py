"""Starts the four processes, watches them, restarts what dies, and leaves none behind. Run by ``scripts/up``."""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
RASA_PYTHON = ROOT / "bot" / "dialogue" / ".venv" / "bin" / "python"
POLICIES = ROOT / "knowledge_base" / "policies"

STEADY_SECONDS = 30.0
"""A process that lived so long is restarted at once; one that dies sooner is given more and more time."""


def say(text: str) -> None:
    print(text, flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reached(host: str) -> str:
    """Where this machine itself reaches doors that listen on ``host``, as it stands in a URL."""
    if host in ("", "0.0.0.0", "::"):  # noqa: S104  (only compared)
        return "127.0.0.1" if host != "::" else "[::1]"
    return f"[{host}]" if ":" in host else host


def taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _die_with_parent() -> None:
    """Asks Linux to end this child should the supervisor be killed without a chance to clean up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass
class Child:
    """One of the processes."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    healthy: str
    """URL that answers 200 when the process is well."""
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def well(self) -> bool:
        try:
            with urllib.request.urlopen(self.healthy, timeout=2.0) as answer:  # noqa: S310  (our own loopback URL)
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def signal(self, number: int) -> None:
        if self.process is not None:
            try:
                # The whole group: a process may have children of its own.
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


@dataclass
class House:
    """The four processes together."""

    children: list[Child]
    stopping: threading.Event = field(default_factory=threading.Event)

    def watch(self, ready: Callable[[], None]) -> None:
        """Restarts what dies until asked to stop; calls ``ready`` once at every look until it has said everything."""
        for child in self.children:
            child.start()
        while not self.stopping.wait(0.1):
            ready()
            for child in self.children:
                if child.alive:
                    continue
                now = time.monotonic()
                if child.restart_at == 0.0:
                    steady = now - child.started > STEADY_SECONDS
                    child.failures = 0 if steady else child.failures + 1
                    child.restart_at = now + min(30.0, 0.5 * 2 ** min(child.failures, 6))
                    code = child.process.returncode if child.process else None
                    say(f"{child.name} ended (code {code}), starting it again; its log: {child.log}")
                elif now >= child.restart_at:
                    child.restart_at = 0.0
                    child.start()

    def stop(self) -> None:
        """Asks everybody to end, then makes sure."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + 8.0
        while time.monotonic() < deadline and any(child.alive for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def publish_shipped(data: Path, environment: dict[str, str]) -> None:
    """An empty data folder is an empty service: the first start puts the shipped documents into it."""
    if (data / "knowledge" / "current").exists():
        return
    say("publishing the shipped documents (about a minute the first time) …")
    # Their vectors are kept beside the models, so that an emptied data folder costs seconds, not a minute.
    kept, here = ROOT / "build" / "embeddings", data / "knowledge" / "embeddings"
    if kept.exists() and not here.exists():
        shutil.copytree(kept, here)
    command = [str(PYTHON), "-m", "knowledge_base", "ingest", str(POLICIES)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SystemExit("up: the shipped documents could not be published; see the lines above.")
    if not kept.exists() and here.exists():
        shutil.copytree(here, kept)


def build(data: Path, host: str, port: int) -> House:
    """The processes with their ports and their secret, which is new at every start."""
    ports = {name: free_port() for name in ("campus", "actions", "dialogue")}
    logs = data / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    outer = {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    environment = {
        **outer,
        "COUNSELLOR_DATA": str(data),
        "COUNSELLOR_PORT": str(port),
        "COUNSELLOR_HOST": host,
        "COUNSELLOR_INNER_SECRET": secrets.token_urlsafe(32),
        "COUNSELLOR_CAMPUS_PORT": str(ports["campus"]),
        "COUNSELLOR_CAMPUS_URL": outer.get("COUNSELLOR_CAMPUS_URL", f"http://127.0.0.1:{ports['campus']}"),
        "COUNSELLOR_ACTIONS_PORT": str(ports["actions"]),
        "COUNSELLOR_ACTIONS_URL": f"http://127.0.0.1:{ports['actions']}",
        "COUNSELLOR_DIALOGUE_PORT": str(ports["dialogue"]),
        "COUNSELLOR_DIALOGUE_URL": f"http://127.0.0.1:{ports['dialogue']}",
        "COUNSELLOR_DIALOGUE_MODEL": str(ROOT / "build" / "models" / "dialogue.tar.gz"),
    }
    app = str(PYTHON)

    def child(name: str, command: list[str], healthy: str, folder: Path = ROOT) -> Child:
        return Child(name, command, environment, folder, healthy, logs / f"{name}.log")

    rasa = [str(RASA_PYTHON), "serve.py"]
    children = [
        child("doors", [app, "-m", "connectors"], f"http://{reached(host)}:{port}/health"),
        child(
            "dialogue",
            rasa,
            f"http://127.0.0.1:{ports['dialogue']}/webhooks/counsellor/health",
            ROOT / "bot" / "dialogue",
        ),
        child("actions", [app, "-m", "actions"], f"http://127.0.0.1:{ports['actions']}/health"),
    ]
    if "COUNSELLOR_CAMPUS_URL" not in outer:
        children.append(
            child("campus_sim", [app, "-m", "actions.campus_sim"], f"http://127.0.0.1:{ports['campus']}/health")
        )
    # For people and scripts that want to look behind the doors; the folder is the owner's alone.
    (data / "run").mkdir(exist_ok=True, mode=0o700)
    running = data / "run" / "processes.json"
    running.touch(mode=0o600)
    running.write_text(
        json.dumps(
            {
                "ports": {**ports, "doors": port},
                "secret": environment["COUNSELLOR_INNER_SECRET"],
                "supervisor": os.getpid(),
            },
            indent=1,
        )
    )
    return House(children)


def main() -> int:
    host = os.environ.get("COUNSELLOR_HOST", "127.0.0.1")
    try:
        port = int(os.environ.get("COUNSELLOR_PORT", "8080"))
    except ValueError:
        print("up: COUNSELLOR_PORT must be a number, for example COUNSELLOR_PORT=8090 scripts/up.", file=sys.stderr)
        return 1
    if taken(host, port):
        print(
            f"up: port {port} is taken; stop what uses it, or choose another: COUNSELLOR_PORT=8090 scripts/up.",
            file=sys.stderr,
        )
        return 1
    data = Path(os.environ.get("COUNSELLOR_DATA", str(ROOT / "var"))).resolve()
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data / ".writable").touch()
        (data / ".writable").unlink()
    except OSError:
        print(f"up: {data} cannot be written to; choose another folder with COUNSELLOR_DATA.", file=sys.stderr)
        return 1
    publish_shipped(data, {**os.environ, "COUNSELLOR_DATA": str(data)})
    # What students say and sign is the owner's alone, whoever made the folder.
    os.umask(0o077)
    house = build(data, host, port)

    def stop(_number: int, _frame: FrameType | None) -> None:
        house.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    said: set[str] = set()
    doors, dialogue, actions = house.children[:3]

    def ready() -> None:
        if "ready" not in said and doors.alive and doors.well():
            said.add("ready")
            say(f"ready http://{reached(host)}:{port}")
        if "ready" in said and "dialogue" not in said and dialogue.alive and dialogue.well() and actions.well():
            said.add("dialogue")
            say("dialogue ready")

    try:
        house.watch(ready)
    finally:
        house.stop()
        (data / "run" / "processes.json").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
