"""The real house, quick to start again: each of its four processes is a child of one that has imported everything already.

What runs is what ``scripts/up`` starts, with the same settings and ports; only the imports have been done before. So a campaign
kills the whole house every few seconds instead of four times a minute.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from eval.apart import ACTIONS, CAMPUS, DIALOGUE, DOORS, NAMES, Apart
from eval.house import ROOT
from scripts.serve import RASA_PYTHON

PROGRAMS = {
    DOORS: (sys.executable, "connectors.bootstrap,uvicorn,uvicorn.lifespan.on,httptools,uvloop", "connectors", ROOT),
    ACTIONS: (sys.executable, "actions.server,actions.logs,uvicorn,uvicorn.lifespan.on", "actions", ROOT),
    CAMPUS: (sys.executable, "actions.campus_sim.__main__", "actions.campus_sim", ROOT),
    DIALOGUE: (
        str(RASA_PYTHON),
        "rasa.core.run,rasa.core.agent,channel,quicker,trackers",
        "serve.py",
        ROOT / "bot" / "dialogue",
    ),
}
_RUN = "import runpy, sys; runpy.run_path(sys.argv.pop(1))['main']()"
"""By its path: Rasa's Python shall not find our rooms."""
QUIET = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}


class Zygote:
    """One of the processes, over and over."""

    def __init__(self, python: str, modules: str, program: str, folder: Path) -> None:
        threads = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "RASA_TELEMETRY_ENABLED": "false"}
        self._process = subprocess.Popen(
            [python, "-c", _RUN, str(ROOT / "eval" / "zygote.py"), modules, program],
            cwd=folder,
            env={**os.environ, **QUIET, **threads},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.pid = 0

    def ready(self) -> None:
        self._said()

    def start(self, environment: dict[str, str], log: Path, arm: tuple[str, int] | None = None) -> None:
        assert self._process.stdin is not None
        order = {"environment": environment, "log": str(log), "arm": arm}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        self.pid = int(self._said()["pid"])

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            if self.pid:
                os.kill(self.pid, number)

    @property
    def alive(self) -> bool:
        """Whether the child runs: one that nobody has buried yet is dead."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
        except OSError:
            return False

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said


class QuickHouse(Apart):
    """A house whose processes are children of :class:`Zygote`."""

    def __init__(self, data: Path, **settings: str) -> None:
        super().__init__(data, **settings)
        self.zygotes = {name: Zygote(*PROGRAMS[name]) for name in NAMES}
        for zygote in self.zygotes.values():
            zygote.ready()

    def start(self, *names: str, arm: tuple[str, int] | None = None) -> None:
        """Starts what is dead; ``arm`` is a failpoint of the doors."""
        for name in names or NAMES:
            child = self.children[name]
            if not self.zygotes[name].alive:
                self.zygotes[name].start(child.environment, child.log, arm if name == DOORS else None)

    def hang(self, name: str) -> None:
        self.zygotes[name].signal(signal.SIGSTOP)

    def kill(self, *names: str) -> None:
        for name in names or NAMES:
            self.zygotes[name].signal(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(self.zygotes[name].alive for name in names or NAMES) and time.monotonic() < deadline:
            time.sleep(0.002)

    def close(self) -> None:
        """Ends everything."""
        self.kill()
        for zygote in self.zygotes.values():
            zygote.close()


@contextmanager
def quick_house(data: Path, **settings: str) -> Iterator[QuickHouse]:
    """The house, well; afterwards all are dead."""
    house = QuickHouse(data, **settings)
    try:
        house.start()
        house.wait()
        yield house
    finally:
        house.close()
