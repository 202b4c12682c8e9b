"""Processes that write cases are killed at random; what they had acknowledged is there once, and the chain holds.

The journal is held outside: a child writes a line into a pipe before it tries something and after it was acknowledged, and the pipe
outlives it. What was tried and not acknowledged is delivered again by the next child, sometimes twice, as doors do.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from actions.cases.log import Cases, Clock, New
from actions.cases.reading import export, show, verify
from actions.cases.stages import SYSTEM, Actor
from actions.cases.tables import open_engine
from eval.figures import Figure

KILLS = 2000
SEED = 20261123
NOON = datetime(2026, 11, 23, 12)


def run(kills: int = KILLS) -> list[Figure]:
    """Goals: nothing lost, nothing twice, nothing out of order, the chain whole."""
    with tempfile.TemporaryDirectory() as folder:
        # A process of its own: it forks, and has to be without threads.
        said = f"from eval.faults_cases import drive; drive({folder!r}, {kills})"
        done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    counts = json.loads(done.stdout)
    names = {
        "lost": "cases and acts lost after a SIGKILL of their process",
        "twice": "cases and acts made twice after a SIGKILL and redelivery",
        "broken": "places where the chain, the cases or the contents do not hold after SIGKILLs",
    }
    return [
        Figure(name, counts[key], "count", goal=0, higher_is_better=False, n=counts["kills"])
        for key, name in names.items()
    ]


def drive(folder: str, kills: int) -> None:
    """Forks, kills, forks again; prints the counts as JSON."""
    chance, url = random.Random(SEED), f"sqlite:///{Path(folder) / 'cases.sqlite'}"
    tried: dict[str, str | None] = {}
    """Key of everything that was tried → what was acknowledged."""
    differs = 0
    for life in range(kills):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _write(url, life, [key for key, known in tried.items() if known is None], writer)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            # Counted from its first line on, so that it is killed at work and not while it opens the file.
            lines = [pipe.readline()]
            time.sleep(chance.uniform(0, 0.03))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            lines += pipe.readlines()
        for one in lines:
            key, known = json.loads(one)
            differs += known is not None and tried.get(key) not in (None, known)
            tried[key] = known or tried.get(key)
    print(json.dumps({"kills": kills, **_judge(url, tried, differs)}))


def _write(url: str, life: int, again: list[str], journal: int) -> None:
    """The child: first what is to be delivered again, then new work, until it is killed."""
    chance = random.Random(SEED + life)
    clock = Clock(
        lambda kind, at, urgent: (at + timedelta(hours=2), at + timedelta(days=3)), lambda due, paused, at: due
    )
    store = Cases(open_engine(url), clock)
    number = 0
    while True:
        key = again.pop() if again else f"{chance.choice(['open', 'note'])}:{life}:{number}"
        number += 1
        os.write(journal, f"{json.dumps([key, None])}\n".encode())
        for _ in range(chance.choice([1, 1, 2])):
            os.write(journal, f"{json.dumps([key, _do(store, key)])}\n".encode())


def _do(store: Cases, key: str) -> str:
    """Opens a case under the key, or writes a comment under it into a case of the key's own; what came of it."""
    new = New(key.replace("note", "of"), "complaint", "2023010001", {"words": key}, "A", key[-1])
    kept = store.open(new, NOON)
    if key.startswith("note"):
        store.act(kept.id, "comment", Actor("student", "2023010001"), NOON, words=key, key=key)
    return str(kept.id)


def _judge(url: str, tried: dict[str, str | None], differs: int) -> dict[str, int]:
    """What the journal knows against what the log holds."""
    engine = open_engine(url)
    opened: dict[str, list[str]] = {}
    for row in export(engine):
        if row["act"] == "open":
            opened.setdefault(row["key"], []).append(row["case"])
    lost = twice = 0
    for key, case in tried.items():
        there = opened.get(key.replace("note", "of"), [])
        twice += len(there) > 1
        if case is None:
            continue
        lost += there != [case]
        if key.startswith("note"):
            words = [step["words"] for step in show(engine, case, SYSTEM).log]
            lost, twice = lost + (key not in words), twice + (words.count(key) > 1)
    broken = len(verify(engine))
    engine.dispose()
    return {"lost": lost, "twice": twice + differs, "broken": broken}
