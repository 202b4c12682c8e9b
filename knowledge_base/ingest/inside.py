"""Inside the child: takes orders on stdin, reads files under limits, writes what they hold to stdout (``wire.py``)."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from .asked import Asked
from .kinds import kind
from .limits import Limits
from .lines import Reading, UnreadableFile
from .wire import packed

FORBIDDEN: Final = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.symlink",
    "os.link",
    "shutil.rmtree",
)
"""Audit events of what reading a file never needs."""

Given = tuple[str, Reading | UnreadableFile]
"""The place in an archive (empty for the file itself) and what became of it."""


def serve() -> None:
    """Reads files until stdin ends. Runs only as a process of its own."""
    # Whatever a library prints goes nowhere; messages go to the pipe that was stdout.
    out = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(2, 1)
    sys.setrecursionlimit(2_000)
    _alone()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def say(message: dict[str, Any]) -> None:
        out.write(json.dumps(message, separators=(",", ":")) + "\n")
        out.flush()

    for line in sys.stdin:
        order = json.loads(line)
        limits = Limits(**order["limits"])
        path = Path(order["path"])
        until = _spent() + limits.seconds
        _bounded(until, limits.memory)

        def progress(done: int, total: int, what: str, seconds: float, scan: bool, limits: Limits = limits) -> None:
            nonlocal until
            until += seconds
            _bounded(until, limits.memory_for_scans if scan else None)
            say({"progress": [done, total, what, seconds]})

        for inside, got in guarded(path, Asked(limits, progress)):
            if isinstance(got, Reading):
                say({"inside": inside, "reading": packed(replace(got, inside=inside))})
            else:
                say({"inside": inside, "refused": str(got)})
        say({"done": True, "resident": _most_resident()})


def _most_resident() -> int:
    """Bytes of memory this process has had at most.

    ``ru_maxrss`` is not it: Linux keeps that number across ``exec``, so that a child is born with its parent's.
    """
    status = Path("/proc/self/status")
    found = re.search(rb"VmHWM:\s*(\d+) kB", status.read_bytes()) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


def guarded(path: Path, asked: Asked) -> Iterator[Given]:
    """The documents of a file; whatever goes wrong in a parser is one line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        yield "", UnreadableFile(f"无法打开文件（{error.strerror}）")
        return
    yield from given(path.name, content, asked)


def given(name: str, content: bytes, asked: Asked, inside: str = "", depth: int = 0) -> Iterator[Given]:
    """The documents of a content by its file name: itself, or what is in it when it is a zip."""
    try:
        reader, notes = kind(PurePosixPath(name).suffix, content)
        if reader == "zip":
            from .archive import members

            empty = True
            for member, within in members(content, asked.limits, depth):
                empty = False
                place = f"{inside}/{member}" if inside else member
                if isinstance(within, UnreadableFile):
                    yield place, within
                else:
                    yield from given(PurePosixPath(member).name, within, asked, place, depth + 1)
            if empty:
                raise UnreadableFile("压缩包里没有文件")
            return
        yield inside, _read(reader, PurePosixPath(name).stem, content, asked, notes)
    except UnreadableFile as error:
        yield inside, error
    except MemoryError:
        yield inside, UnreadableFile(f"解析需要的内存超过 {asked.limits.memory // 2**20} MB，已停止")
    except RecursionError:
        yield inside, UnreadableFile("文件内部嵌套太深，无法解析")
    except Exception as error:  # a parser's own error on a broken file, whatever it is, is this file's and no other's
        yield inside, UnreadableFile(f"文件无法解析，可能已损坏（{type(error).__name__}）")


def _read(reader: str, stem: str, content: bytes, asked: Asked, notes: tuple[str, ...]) -> Reading:
    module = importlib.import_module(f".{reader}", __package__)  # a reader loads its libraries only when it is needed
    reading: Reading = module.read(stem, content, asked)
    if reader in ("txt", "pdf") and not any(line.kind == "row" for line in reading.lines):
        # What knows no tables may hold some of which only the text is left.
        flattened = importlib.import_module(".flattened", __package__)
        reading = replace(reading, lines=flattened.unflattened(reading.lines))
    if not any(line.text for line in reading.lines):
        raise UnreadableFile("文件里没有可以收录的文字")
    if sum(len(line.text) for line in reading.lines) > asked.limits.characters:
        raise UnreadableFile(f"文字超过 {asked.limits.characters // 10_000} 万字，请拆分后再收录")
    return replace(reading, notes=(*notes, *reading.notes))


def _spent() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _bounded(until: float, memory: int | None) -> None:
    """CPU seconds of this process, past which the kernel ends it, and bytes of address space (``None``: as before)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(until) + 1, hard))
    if memory is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard))


def _alone() -> None:
    """No network, no other process, nothing written: by the interpreter, and by the kernel where it lets us."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_user, new_network = 0x10000000, 0x40000000
    # A network of its own, with nothing in it. Who is not root needs a user of its own for that; root would lose with it the
    # right to read what belongs to others. Some containers refuse both: then the watch below is all.
    libc.unshare(new_network if os.geteuid() == 0 else new_user | new_network)
    libc.prctl(1, 9, 0, 0, 0)  # ends when its parent ends

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN:
            raise PermissionError(event)
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise PermissionError(event)

    sys.addaudithook(watch)
