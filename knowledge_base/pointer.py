"""The file ``current``: which versions were published, the one that serves first. Replaced whole, never written into."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"(\d{1,9})(?: ([0-9a-f]{64}))?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A published version."""

    number: int
    seal: str | None = None
    """SHA-256 of its manifest; ``None`` where an earlier edition published it."""


def read(path: Path, there: Collection[int]) -> list[Entry]:
    """What is written there; nothing where it is missing or was changed. ``there`` are the versions on the disk.

    The last line is the digest of those above: a damaged pointer names nothing rather than something else.
    """
    try:
        content = path.read_bytes().decode("ascii")
    except (OSError, ValueError):
        return []
    if re.fullmatch(r"\d{1,9}\n?", content):
        # An earlier edition wrote the number alone, and it always was the highest.
        number = int(content)
        return [] if any(each > number for each in there) else [Entry(number)]
    *lines, digest = content.splitlines() or [""]
    if digest != _digest(lines):
        return []
    found = [_LINE.fullmatch(line) for line in lines]
    return [Entry(int(line[1]), line[2]) for line in found if line]


def write(path: Path, entries: Sequence[Entry]) -> None:
    """Replaces the file in one step, on the disk before and after."""
    lines = [f"{entry.number} {entry.seal}" if entry.seal else str(entry.number) for entry in entries]
    beside = path.with_name(f"{path.name}.tmp")
    beside.write_text("\n".join([*lines, _digest(lines)]) + "\n", encoding="ascii")
    fsync(beside)
    os.replace(beside, path)
    fsync(path.parent)


def fsync(path: Path) -> None:
    """A file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
