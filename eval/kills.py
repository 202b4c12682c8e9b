"""A writer that re-indexes is killed again and again, at any moment, while a reader asks: nobody may see a half.

:func:`write` and :func:`read` are the two processes; :func:`run` starts and ends them. Every clause of every document
carries the stamp of its version, so a mixture betrays itself.
"""

from __future__ import annotations

import json
import logging
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from eval.figures import Figure, share
from knowledge_base import Document, Library, open_encoder
from knowledge_base.document import Block, Passage
from knowledge_base.encoder import Encoder
from knowledge_base.store import KEPT, Store
from knowledge_base.verify import verify

KILLS = 200
SEED = 20261122
ROOT = Path(__file__).resolve().parent.parent
SUBJECTS = ("自习室", "体育馆", "洗衣房")
CLAUSES = ("每日七点开放", "凭校园卡进入", "损坏物品照价赔偿")
QUESTION = "自习室几点开放"
_START = "import sys; from eval import kills; getattr(kills, sys.argv[1])(*sys.argv[2:])"
STAMPS = 7
"""Versions there are; embedded once beforehand, so that most of a publication is writing, verifying and swapping."""
FURTHER = 0.7
"""Share of the writers that are killed in their second publication; the first one of a process also loads things."""
FRESH_EVERY = 10
"""After so many queries the reader opens the folder anew, as a process that just started does."""


def documents(stamp: int) -> list[Document]:
    """All documents of one version."""
    return [_document(subject, stamp) for subject in SUBJECTS]


def _document(subject: str, stamp: int) -> Document:
    title = f"{subject}管理办法"
    text, passages = title, []
    for number, clause in zip("一二三", CLAUSES, strict=True):
        start = len(text) + 1
        text += f"\n第{number}条 {subject}{clause}，以第{stamp}版为准。"
        passages.append(Passage(start, len(text), f"第{number}条", f"{title}\n{text[start:]}"))
    blocks = (Block("title", 0, len(title)), *(Block("text", each.start, each.end) for each in passages))
    number = f"示范〔2026〕{SUBJECTS.index(subject) + 1}号"
    return Document(title, number, None, None, None, text, blocks, tuple(passages), title)


def words(stamp: int) -> list[str]:
    """Every clause of a version: what a query for everything must find."""
    return sorted(each.text[p.start : p.end] for each in documents(stamp) for p in each.passages)


# the two processes


def write(where: str, stamp: str) -> None:
    """Publishes one version after another until it is killed, from the one after ``stamp`` on."""
    store, encoder, at = Store(Path(where)), open_encoder(), int(stamp)
    print("ready", flush=True)
    while True:
        at = (at + 1) % STAMPS
        store.publish(documents(at), encoder)
        print("published", flush=True)


def read(where: str) -> None:
    """Asks until it is asked to stop, then says what it saw as one JSON object."""
    folder, stopped = Path(where), False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)
    logging.disable(logging.ERROR)
    encoder = open_encoder()
    vector = encoder.query(QUESTION)
    library = Library.open(folder, encoder)
    seen: dict[str, Any] = {"queries": 0, "empty": 0, "mixed": [], "versions": 0}
    versions: set[int] = set()
    print("ready", flush=True)
    while not stopped:
        if seen["queries"] % FRESH_EVERY == 0:
            library = Library.open(folder, encoder)
        library.refresh()
        hits = library.find(QUESTION, date(2026, 11, 25), k=50, vector=vector)
        seen["queries"] += 1
        found = sorted(hit.document.text[hit.passage.start : hit.passage.end] for hit in hits)
        if not found:
            seen["empty"] += 1
            continue
        stamp = int(found[0].rpartition("以第")[2].removesuffix("版为准。"))
        versions.add(stamp)
        if found != words(stamp):
            seen["mixed"].append(found)
    seen["versions"] = len(versions)
    print(json.dumps(seen, ensure_ascii=False), flush=True)


# the measuring


def run(kills: int = KILLS) -> list[Figure]:
    """Kills, then looks what the reader saw and what is left on the disk."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="kills-") as made:
        folder = Path(made) / "knowledge"
        encoder = open_encoder()
        for stamp in range(STAMPS):
            Store(folder).publish(documents(stamp), encoder)
        started = time.monotonic()
        Store(folder).publish(documents(0), encoder)
        usual = time.monotonic() - started
        reader = _process("read", folder)
        for number in range(kills):
            writer = _process("write", folder, str(number))
            if chance.random() < FURTHER:
                _line(writer)
            # Anywhere within a publication and a half: every step of one is met, and the moment after it.
            time.sleep(chance.uniform(0.0, 1.5 * usual))
            writer.kill()
            writer.communicate()
        reader.send_signal(signal.SIGTERM)
        seen = json.loads(reader.communicate(timeout=60)[0])
        left = _left(folder, encoder)
    wrong = seen["empty"] + len(seen["mixed"])
    misses = (*(f"mixed: {each}" for each in seen["mixed"][:5]), *(["empty"] * min(5, seen["empty"])))
    asked = int(seen["queries"])
    return [
        Figure("keeping: kills while re-indexing", kills, unit="count", n=kills),
        Figure("keeping: versions the reader saw meanwhile", seen["versions"], unit="count", n=asked),
        Figure(
            "keeping: queries on a mixed or empty index",
            wrong,
            unit="count",
            goal=0,
            higher_is_better=False,
            n=asked,
            misses=misses,
        ),
        share("keeping: nothing left behind, every version whole", int(not left), 1, goal=100, misses=tuple(left)),
    ]


def _process(*arguments: str | Path) -> subprocess.Popen[str]:
    """One of the two, ready."""
    command = [sys.executable, "-c", _START, *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if _line(process) != "ready\n":
        raise RuntimeError(f"eval.kills {arguments[0]} did not start")
    return process


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _left(folder: Path, encoder: Encoder) -> list[str]:
    """What is wrong on the disk once somebody has published after the last kill."""
    store = Store(folder)
    store.publish(documents(STAMPS), encoder)
    wrong = [path.name for pattern in ("*/building-*", "current.tmp") for path in folder.glob(pattern)]
    if len(store.versions()) > KEPT or len(store.drafts()) > KEPT:
        wrong.append(f"{len(store.versions())} versions, {len(store.drafts())} drafts")
    wrong += [f"version {each.number}: {each.problem}" for each in verify(store, encoder) if each.problem]
    now = Library.open(folder, encoder)
    if sorted(each.text for each in now.documents()) != sorted(each.text for each in documents(STAMPS)):
        wrong.append("the last version is not the one that was published last")
    return wrong
