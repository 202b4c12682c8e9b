"""Named places where the fault campaigns end this process. Nothing arms them in the product: then they do nothing."""

from __future__ import annotations

import os
import signal

POINTS = (
    "before_transaction",  # the writer has work and no transaction yet
    "before_commit",  # every row is written, none is safe
    "after_commit",  # all are safe, nobody was told
    "before_answer",  # the message is kept, its answer is not begun
    "before_finish",  # the answer is known, but only in memory
    "before_ack",  # the answer is kept, nothing of it has been sent
    "after_ack",  # it was sent, and that is not noted yet
)

_armed: str | None = None
_left = 0


def arm(name: str, times: int) -> None:
    """Ends this process with SIGKILL the ``times``-th time that it comes to the point."""
    global _armed, _left
    if name not in POINTS:
        raise ValueError(f"there is no failpoint {name}; there are {', '.join(POINTS)}")
    _armed, _left = name, times


def reached(name: str) -> None:
    """Called at the point."""
    global _left
    if name == _armed:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
