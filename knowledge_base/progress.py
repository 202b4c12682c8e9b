"""A line of progress on a terminal; nothing anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self, TextIO

WIDTH = 24
EVERY_SECONDS = 0.1


class Bar:
    """``嵌入 ████████░░░░ 120/300  40%  还要 0:12`` on standard error while it is a terminal, wiped at the end."""

    def __init__(self, what: str, out: TextIO | None = None) -> None:
        self.what = what
        self._out = out or sys.stderr
        self._shown = self._out.isatty()
        self._began = self._last = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total``; may be called as often as one likes."""
        now = time.monotonic()
        if not self._shown or total <= 0 or (now - self._last < EVERY_SECONDS and done < total):
            return
        self._last = now
        full = WIDTH * done // total
        said = f"{self.what} {'█' * full}{'░' * (WIDTH - full)} {done}/{total} {100 * done // total:3d}%"
        if 0 < done < total:
            left = round((now - self._began) / done * (total - done))
            said += f"  还要 {left // 60}:{left % 60:02d}"
        self._out.write(f"\r\x1b[K{said}")
        self._out.flush()

    def wipe(self) -> None:
        """The line is gone, and what is printed next starts at its beginning."""
        if self._shown and self._last:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._last = 0.0
