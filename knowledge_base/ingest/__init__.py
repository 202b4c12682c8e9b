"""Reading files: one module per format, one list of which reader takes which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import md, txt
from .lines import Line, Reading, UnreadableFile

__all__ = ["READERS", "Line", "Reading", "UnreadableFile", "files", "read"]

READERS: dict[str, Callable[[str, bytes], Reading]] = {
    ".txt": txt.read,
    ".md": md.read,
    ".markdown": md.read,
}
"""Suffix → reader: ``reader(stem, content of the file)`` gives a :class:`Reading` or raises :class:`UnreadableFile`."""

BESIDE = ".questions.yml"
"""What stands beside a document and belongs to it (``known.py``) is no document."""

LARGEST = 20 * 2**20
"""Bytes. A rule book is a few hundred kilobytes; more than this is a mistake, and would hold up everybody else."""


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read: those named, and those in the folders named, in order. Hidden files are left out."""
    for path in paths:
        if path.is_dir():
            inside = (each for each in path.rglob("*") if each.is_file())
            yield from sorted(
                each
                for each in inside
                if not each.name.endswith(BESIDE)
                and not any(part.startswith(".") for part in each.relative_to(path).parts)
            )
        else:
            yield path


def read(path: Path) -> Reading:
    """One file, read by the reader of its format.

    Raises :class:`UnreadableFile`, one line, for a file that is missing, too large, of another format, empty or not
    what its name says.
    """
    reader = READERS.get(path.suffix.lower())
    try:
        if not path.is_file():
            raise UnreadableFile("没有这个文件")
        if reader is None:
            raise UnreadableFile(f"还不能读 {path.suffix or '没有扩展名的'} 文件，可以读：{' '.join(READERS)}")
        if path.stat().st_size > LARGEST:
            raise UnreadableFile(f"文件超过 {LARGEST // 2**20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"无法打开文件（{error.strerror}）") from error
    reading = reader(path.stem, content)
    if not any(line.text for line in reading.lines):
        raise UnreadableFile("文件里没有可以收录的文字")
    return reading
