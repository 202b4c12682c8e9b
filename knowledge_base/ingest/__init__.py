"""Reading files: what a format is, which module reads it, and a child process that does it.

    with Child() as child:                         # one process for the whole batch
        for path in files(paths):
            for got in readings(path, child):      # a zip gives several
                if isinstance(got, Refused): …     # got.name, got.error: one line for the person who sent it
                else: …                            # a Reading

No file is parsed in the process that asks. What a parser does with a hostile file, it does in the child, under limits of
time, memory and size (``limits.py``); a child that dies costs its file one line of error and the others nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from .child import Child, Progress
from .kinds import BESIDE, READERS
from .limits import DEFAULT, Limits
from .lines import Line, Reading, UnreadableFile

__all__ = [
    "BESIDE",
    "DEFAULT",
    "READERS",
    "Child",
    "Limits",
    "Line",
    "Progress",
    "Reading",
    "Refused",
    "UnreadableFile",
    "files",
    "read",
    "readings",
]


class Refused(NamedTuple):
    """A file that could not be taken in."""

    name: str
    """Its path, for a file in an archive followed by its place there: ``文件.zip/附件/宿舍规定.docx``."""
    error: UnreadableFile


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read: those named, and those in the folders named, in order. Hidden files are left out."""
    for path in paths:
        if path.is_dir():
            inside = (each for each in path.rglob("*") if each.is_file())
            yield from sorted(
                each
                for each in inside
                if not each.name.endswith(BESIDE)
                and not any(part.startswith((".", "~$")) for part in each.relative_to(path).parts)
            )
        else:
            yield path


def readings(path: Path, child: Child | None = None) -> Iterator[Reading | Refused]:
    """All documents of one file: one, or for a zip each of those in it, in the order of their names.

    Raises nothing for a file that cannot be read: it is :class:`Refused`, and what else an archive holds still comes.
    Without a ``child`` one is started and ended for this file.
    """
    if child is None:
        with Child() as own:
            yield from readings(path, own)
        return
    for inside, got in child.readings(path):
        if isinstance(got, Reading):
            yield got
        else:
            yield Refused(f"{path}/{inside}" if inside else str(path), got)


def read(path: Path, child: Child | None = None) -> Reading:
    """One file that holds one document, read by the reader of its format.

    Raises :class:`UnreadableFile`, one line, for a file that is missing, too large, of another format, empty, broken,
    or an archive of several documents (:func:`readings` reads those).
    """
    found = list(readings(path, child))
    match found:
        case [Reading() as reading]:
            return reading
        case [Refused() as refused]:
            raise refused.error
        case []:
            raise UnreadableFile("文件里没有可以收录的文字")
        case _:
            raise UnreadableFile(f"压缩包里有 {len(found)} 个文件，请作为压缩包收录")
