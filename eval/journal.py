"""What the world outside saw of the intake, and whether that keeps the promises: append-only, never read by the product.

A message is ``<student>-<number>``; its answer ``<message> <place> <digest>`` comes from :class:`eval.intake_process.Chain`,
so that it tells how many of the student's messages had their effect before it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from eval.intake_process import CRY, link

ANSWER = re.compile(r"<([^\s<>]+ \d+ \w+)>")


class Journal:
    """Deliveries sent and answers got, with the times of one clock."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.sent: dict[str, float] = {}
        """When each message was first sent."""
        self.acknowledged: dict[str, float] = {}
        """When its own delivery was first answered."""
        self.answers: dict[str, set[str]] = {}
        """What was answered to it, in its own delivery or before a later one."""
        self.received = 0
        """Answers so far, repeated ones too."""
        self.fresh: list[str] = []
        """Acknowledged since somebody looked."""

    def send(self, message: str) -> None:
        self._write("sent", message)
        self.sent.setdefault(message, time.monotonic())

    def receive(self, message: str, text: str) -> bool:
        """Notes the answer to a delivery; False where it is none."""
        self._write("got", message, text)
        self.received += 1
        found = [each.partition(" ") for each in ANSWER.findall(text)]
        for name, _, content in found:
            self.answers.setdefault(name, set()).add(content)
        if message not in [name for name, _, _ in found]:
            return False
        if message not in self.acknowledged:
            self.acknowledged[message] = time.monotonic()
            self.fresh.append(message)
        return True

    def note(self, what: str, detail: Any = None) -> None:
        self._write(what, detail)

    def close(self) -> None:
        self._file.close()

    def _write(self, *said: Any) -> None:
        self._file.write(json.dumps([round(time.monotonic(), 4), *said], ensure_ascii=False) + "\n")
        self._file.flush()


def said(replies: str | None) -> str:
    """The words of replies as they are kept."""
    return "".join(each["text"] for each in json.loads(replies)) if replies else ""


def _rows(database: Path, names: list[str]) -> dict[str, list[tuple[str, str | None]]]:
    """Replies and outcome of every row of these messages."""
    found: dict[str, list[tuple[str, str | None]]] = {name: [] for name in names}
    with closing(sqlite3.connect(database, timeout=10)) as db, suppress(sqlite3.OperationalError):
        # Without even the table nothing is found.
        for start in range(0, len(names), 500):
            part = names[start : start + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT text, replies, outcome FROM messages WHERE text IN ({marks})"  # noqa: S608 - marks only
            for text, replies, outcome in db.execute(query, part):
                found[text].append((said(replies), outcome))
    return found


def lost(journal: Journal, database: Path, names: list[str]) -> list[str]:
    """I1 and I2 of acknowledged messages: each has exactly one row, which holds what was answered."""
    wrong = []
    for name, rows in _rows(database, names).items():
        if not rows:
            wrong.append(f"I1: {name} was acknowledged and is gone")
        elif len(rows) > 1:
            wrong.append(f"I2: {name} is there {len(rows)} times")
        elif (CRY not in name and rows[0][1] is None) or any(
            f"<{name} {content}>" not in rows[0][0] for content in journal.answers[name]
        ):
            wrong.append(f"I1: {name} was answered otherwise than it is kept")
    return wrong


def kept(journal: Journal, database: Path, students: list[str]) -> list[str]:
    """Everything, once all is quiet: every row has ended, nothing is there twice, every effect in the order of arrival."""
    wrong = lost(journal, database, sorted(journal.acknowledged))
    wrong += [f"I2: {name} was answered in {len(said)} ways" for name, said in journal.answers.items() if len(said) > 1]
    with closing(sqlite3.connect(database, timeout=10)) as db:
        for (name,) in db.execute("SELECT text FROM messages WHERE outcome IS NULL"):
            wrong.append(f"I1: {name} never ended")
        cries = "SELECT count(*), count(DISTINCT text) FROM crisis_records"
        records, distinct = db.execute(cries).fetchone()
        if records != distinct:
            wrong.append(f"I2: {records} crisis records of {distinct} messages")
        cried = db.execute("SELECT count(*) FROM messages WHERE text LIKE ?", (f"%{CRY}%",)).fetchone()[0]
        if cried != distinct:
            wrong.append(f"I1: {cried} cries and {distinct} crisis records")
        for student in students:
            wrong += _order(journal, db, student)
    return wrong


def _order(journal: Journal, db: sqlite3.Connection, student: str) -> list[str]:
    conversation = f"wechat:{hashlib.sha256(student.encode()).hexdigest()[:32]}"
    # What was given up after some tries had no effect, and is listed as such.
    query = "SELECT text, replies FROM messages WHERE conversation = ? AND outcome <> 'rejected_with_reason' ORDER BY arrived"
    rows = db.execute(query, (conversation,)).fetchall()
    wrong, digest, order = [], "", list[str]()
    for place, (name, replies) in enumerate(rows, start=1):
        digest = link(digest, name)
        order.append(name)
        if CRY not in name and f"<{name} {place} {digest}>" not in said(replies):
            wrong.append(f"I6: {name} arrived as number {place} and had its effect elsewhere: {replies}")
    state = db.execute("SELECT state FROM conversations WHERE id = ?", (conversation,)).fetchone()
    ended = ((json.loads(state[0]) if state else {}).get("asked") or {}).get("question", "")
    if ended != digest:
        wrong.append(f"I6: the effects of {student} are not those of its messages in the order of arrival")
    latest, of = 0.0, ""
    # Whoever was answered before another was sent came before it.
    for name in reversed(order):
        if latest and journal.sent.get(name, 0.0) > latest:
            wrong.append(f"I6: {name} had its effect before {of}, which had been answered when it was sent")
        acknowledged = journal.acknowledged.get(name)
        if acknowledged is not None and (not latest or acknowledged < latest):
            latest, of = acknowledged, name
    return wrong
