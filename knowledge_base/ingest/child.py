"""The process that parses: started for a batch, given one file after another, started again when it dies or has grown."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .limits import DEFAULT, Limits
from .lines import Reading, UnreadableFile
from .wire import unpacked

# The package itself would load the index and the encoder, which takes seconds and memory that reading does not need. In
# the child `knowledge_base` is an empty package with the same folder: `ingest` and what it imports are all that loads.
_START = (
    "import sys, types; package = types.ModuleType('knowledge_base'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['knowledge_base'] = package; "
    "from knowledge_base.ingest.inside import serve; serve()"
)
_PACKAGE = Path(__file__).parent.parent
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
TOO_LONG = "解析超过时限，已停止"
_MESSAGE = 256 * 2**20
"""Bytes of one message from the child. Five million characters take some fifty megabytes."""
_GROWN = 500 * 2**20
"""Bytes resident after which a child is not used for another file."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long file is."""

    path: Path
    done: int
    total: int
    what: str
    """What is counted: ``文字识别``, ``PDF 页``."""


class Child:
    """A parser process. Not for several threads at once; each takes a child of its own."""

    def __init__(self, limits: Limits = DEFAULT, progress: Callable[[Progress], None] | None = None) -> None:
        """``progress`` is called before each page of a PDF."""
        self.limits = limits
        self._progress = progress
        self._process: subprocess.Popen[bytes] | None = None
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process now in use, ``None`` before the first file."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """Ends the process. A later file starts a new one."""
        process, self._process, self._received = self._process, None, b""
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def readings(self, path: Path) -> Iterator[tuple[str, Reading | UnreadableFile]]:
        """(place in the archive, what became of it) for each document of a file; the place is empty for the file itself.

        Raises nothing for a file that cannot be read: its :class:`UnreadableFile` is given.
        """
        if error := self._not_there(path):
            yield "", error
            return
        finished = False
        try:
            for message in self._said(path):
                if "reading" in message:
                    yield message["inside"], unpacked(message["reading"])
                elif "refused" in message:
                    yield message["inside"], UnreadableFile(message["refused"])
                elif message.get("done"):
                    finished = True
                    if message["resident"] > _GROWN:
                        self.close()
        except UnreadableFile as error:
            yield "", error
        except (ValueError, KeyError, TypeError):
            yield "", UnreadableFile("文件无法解析（解析进程给出的结果无效）")
        finally:
            if not finished:
                self.close()  # killed, hung, or the caller lost interest: what it still says belongs to nobody

    def _not_there(self, path: Path) -> UnreadableFile | None:
        try:
            if not path.is_file():
                return UnreadableFile("没有这个文件")
            if path.stat().st_size > self.limits.file_bytes:
                return UnreadableFile(f"文件超过 {_megabytes(self.limits.file_bytes)} MB")
        except OSError as error:
            return UnreadableFile(f"无法打开文件（{error.strerror}）")
        return None

    def _said(self, path: Path) -> Iterator[dict[str, Any]]:
        """The messages about one file. Raises :class:`UnreadableFile` where the child dies, hangs or says too much."""
        process = self._started()
        order = json.dumps({"path": str(path.absolute()), "limits": asdict(self.limits)}) + "\n"
        try:
            assert process.stdin is not None  # noqa: S101 - it was opened as a pipe
            process.stdin.write(order.encode())
            process.stdin.flush()
        except OSError as error:
            raise self._died(process) from error
        begun = time.monotonic()
        allowed, added = self.limits.seconds, 0.0
        most = self.limits.scans * self.limits.seconds_per_scan + self.limits.pages * self.limits.seconds_per_page
        while True:
            line = self._line(process, begun + 4 * (allowed + min(added, most)))
            message = json.loads(line)
            if not isinstance(message, dict):
                raise ValueError
            if "progress" in message:
                done, total, what, seconds = message["progress"]
                added += float(seconds)
                if self._progress:
                    self._progress(Progress(path, int(done), int(total), str(what)))
                continue
            yield message
            if message.get("done"):
                return

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-I", "-X", "utf8", "-c", _START, str(_PACKAGE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**_ENVIRONMENT, **{name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}},
                start_new_session=True,
            )
        return self._process

    def _line(self, process: subprocess.Popen[bytes], deadline: float) -> bytes:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        parts, size = [self._received], len(self._received)
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in parts[-1]:
                left = deadline - time.monotonic()
                if left <= 0 or not waiting.select(left):
                    raise UnreadableFile(TOO_LONG)
                read = os.read(process.stdout.fileno(), 2**20)
                if not read:
                    raise self._died(process)
                parts.append(read)
                size += len(read)
                if size > _MESSAGE:
                    raise UnreadableFile("文件里的文字太多，请拆分后再收录")
        line, _, self._received = b"".join(parts).partition(b"\n")
        return line

    def _died(self, process: subprocess.Popen[bytes]) -> UnreadableFile:
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return UnreadableFile("解析进程没有回应，已停止")
        if code == -signal.SIGXCPU:
            return UnreadableFile(TOO_LONG)
        name = signal.Signals(-code).name if code < 0 else str(code)
        return UnreadableFile(f"解析这个文件时进程中断（{name}），文件可能已损坏")


def _megabytes(size: int) -> int:
    return max(1, size // 2**20)
