"""Files into documents: each read in a child process, with what lies beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from .document import Document
from .ingest import Child, Progress, Refused, UnreadableFile, files, readings
from .known import taken as dressed

__all__ = ["Child", "Progress", "Refused", "taken"]


def taken(paths: Iterable[Path], child: Child) -> Iterator[Document | Refused]:
    """Every document of these files and folders, one by one; a file that cannot be read is :class:`Refused`."""
    for path in files(paths):
        for got in readings(path, child):
            if isinstance(got, Refused):
                yield got
                continue
            try:
                yield dressed(got, path)
            except UnreadableFile as error:
                yield Refused(f"{path}/{got.inside}" if got.inside else str(path), error)
