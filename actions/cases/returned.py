"""Complaints that a department sent back: why, and whose they are. Learnt from in two steps.

At once: the same or nearly the same words go to the right department from then on. Later: a person looks at each one
(``python -m actions.cases.dispatch review``), and what is accepted joins ``training_data/dispatch/learnt.yml`` for the next fit.
Kept are the words, masked, and days; nobody's name, number or room.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from actions.cases.dispatch import rule_for
from actions.offices.departments import departments
from actions.settings import Settings

LEARNT = Path(__file__).resolve().parents[2] / "training_data" / "dispatch" / "learnt.yml"
"""The hand of complaints that were sent back and accepted in a review."""
FILE = "dispatch.sqlite"
"""Under the data folder."""
REASONS: Mapping[str, str] = {
    "not_ours": "不属本部门职责",
    "other_leads": "应由其他部门牵头",
    "two_matters": "含两件事，需分开转办",
    "too_little": "信息不全，无法判断",
}
"""Why a department sends a complaint back. After ``too_little`` nobody knows whose it is, so nothing is learnt."""
ALIKE = 0.75
"""From this share of common trigrams on, two complaints are the same one in nearly the same words."""
KEEP_DAYS = 365

_TABLE = """
CREATE TABLE IF NOT EXISTS returned (
    id TEXT PRIMARY KEY,          -- SHA-256 of the masked words
    text TEXT NOT NULL,
    given TEXT NOT NULL,          -- the department it was sent to
    reason TEXT NOT NULL,         -- a key of REASONS
    department TEXT,              -- whose it is; null where nobody said
    count INTEGER NOT NULL,
    last TEXT NOT NULL,           -- a day
    verdict TEXT                  -- accepted or dropped; null until a person looked at it
)
"""
_NUMBER = re.compile(r"(?<![\d.])\d{6,}(?![\d.])|\d{3,4}[- ]\d{4}[- ]?\d{0,4}")
_ROOM = re.compile(
    r"(\d{1,2}\s*(?:号楼|栋|幢|舍|号))[-—的 ]?(?:[A-Za-z]?\d{3,4})(?:室|寝室|宿舍|房间?)?|(?<!\d)\d{3,4}(?:室|寝室|宿舍|房间?)"
)
_NAME = re.compile(r"((?:我叫|我的名字(?:是|叫)|本人|姓名|联系人)[是为：: ]*)[\u4e00-\u9fff]{2,3}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Returned:
    """One complaint as it waits for a review."""

    id: str
    text: str
    given: str
    reason: str
    department: str | None
    count: int
    last: date


def masked(text: str) -> str:
    """On one line, without names that are introduced as such, numbers of six digits and more, addresses of mail, and rooms."""
    said = " ".join(unicodedata.normalize("NFKC", text).split())
    said = _MAIL.sub("〈邮箱〉", said)
    said = _NAME.sub(r"\1〈姓名〉", said)
    said = _NUMBER.sub("〈号码〉", said)
    return _ROOM.sub(lambda match: f"{match[1] or ''}〈房间〉", said)


def trigrams(text: str) -> frozenset[str]:
    """Character trigrams of the masked text without punctuation; a shorter one is its own only gram."""
    kept = "".join(char for char in masked(text).lower() if char.isalnum())
    return frozenset(kept[at : at + 3] for at in range(len(kept) - 2)) or frozenset({kept})


class ReturnedCases:
    """The store, one small SQLite file, and what it remembers. Raises ``sqlite3.Error`` where it cannot be written."""

    def __init__(self, path: Path, keep_days: int = KEEP_DAYS) -> None:
        self.path, self.keep_days = path, keep_days
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._known: list[tuple[frozenset[str], str]] = []

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=3.0)) as db:
            db.execute("PRAGMA secure_delete=ON")
            db.execute(_TABLE)
            with db:
                yield db

    def record(self, text: str, given: str, reason: str, department: str | None, today: date) -> bool:
        """Keeps that ``given`` sent ``text`` back; ``False`` where a rule decides these words and nothing can be learnt.

        Raises ``ValueError`` for an unknown reason or department, for a missing one where somebody knows it, or one that is no other.
        """
        if reason not in REASONS:
            raise ValueError("no such reason")
        known = {row.name for row in departments()}
        if given not in known or (department is not None and department not in known) or department == given:
            raise ValueError("no such department")
        if (department is None) != (reason == "too_little"):
            raise ValueError("whose it is must be said, unless nobody can tell")
        if rule_for(text) is not None:
            # A rule is changed in overrides.yml; and who may hurt himself is not kept as an example.
            return False
        said = masked(text)
        row = (hashlib.sha256(said.encode()).hexdigest(), said, given, reason, department, today.isoformat())
        with self._open() as db:
            db.execute(
                "INSERT INTO returned (id, text, given, reason, department, count, last) VALUES (?, ?, ?, ?, ?, 1, ?)"
                " ON CONFLICT (id) DO UPDATE SET given = excluded.given, reason = excluded.reason,"
                " department = coalesce(excluded.department, department), count = count + 1, last = excluded.last,"
                " verdict = CASE WHEN excluded.department IS NOT department THEN NULL ELSE verdict END",
                row,
            )
            before = (today - timedelta(days=self.keep_days)).isoformat()
            db.execute("DELETE FROM returned WHERE last < ?", (before,))
        return True

    def find(self, text: str) -> str | None:
        """Whose these or nearly these words are, as staff said it; ``None`` where nobody did, or where the file cannot be read."""
        grams = trigrams(text)
        best, whose = ALIKE, None
        for known, department in self._corrections():
            alike = len(grams & known) / len(grams | known)
            if alike >= best:
                best, whose = alike, department
        return whose

    def _corrections(self) -> list[tuple[frozenset[str], str]]:
        """Read again only when the file has changed."""
        try:
            state = self.path.stat()
        except OSError:
            return []
        stamp = (state.st_mtime_ns, state.st_size)
        with self._lock:
            if stamp != self._stamp:
                try:
                    with self._open() as db:
                        rows = db.execute(
                            "SELECT text, department FROM returned WHERE department IS NOT NULL AND verdict IS NOT 'dropped' ORDER BY last, id"
                        ).fetchall()
                except sqlite3.Error:
                    return self._known
                self._stamp, self._known = stamp, [(trigrams(text), department) for text, department in rows]
            return self._known

    def waiting(self) -> list[Returned]:
        """What nobody has looked at yet and somebody could learn from, the most frequent first."""
        if not self.path.exists():
            return []
        with self._open() as db:
            rows = db.execute(
                "SELECT id, text, given, reason, department, count, last FROM returned"
                " WHERE verdict IS NULL AND department IS NOT NULL ORDER BY count DESC, last DESC, id"
            ).fetchall()
        return [
            Returned(name, text, given, reason, department, count, date.fromisoformat(last))
            for name, text, given, reason, department, count, last in rows
        ]

    def settle(self, name: str, verdict: str, department: str | None = None) -> None:
        """``accepted`` or ``dropped``; what is dropped is not remembered either. ``department`` where the person knew better."""
        with self._open() as db:
            db.execute(
                "UPDATE returned SET verdict = ?, department = coalesce(?, department) WHERE id = ?",
                (verdict, department, name),
            )


def add(text: str, department: str, path: Path) -> bool:
    """Writes a complaint at the end of the learnt hand; ``False`` when it is there already."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8")) or [] if path.exists() else []
    if any(row["text"] == text for row in rows):
        return False
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    entry = f"- text: {json.dumps(text, ensure_ascii=False)}\n  department: {department}\n"
    aside = path.with_suffix(".yml.part")
    aside.write_text(written + entry, encoding="utf-8")
    aside.replace(path)
    return True


def review(
    store: ReturnedCases, path: Path, read: Callable[[str], str], show: Callable[[str], None]
) -> tuple[int, int]:
    """Goes through what waits; gives how many complaints were added and dropped. Every verdict is kept at once.

    ``read`` gives what was typed and may raise ``EOFError`` or ``KeyboardInterrupt``: what was decided until then stays.
    """
    added = dropped = 0
    names = [row.name for row in departments()]
    waiting = store.waiting()
    for place, one in enumerate(waiting, 1):
        show(f"\n[{place}/{len(waiting)}] {one.text}")
        show(f"  转给{one.given}，退回：{REASONS[one.reason]}；应为{one.department}，{one.count} 次")
        verdict = _verdict(names, read, show)
        if verdict == "q":
            break
        if verdict == "d":
            store.settle(one.id, "dropped")
            dropped += 1
        elif verdict != "s":
            # First the file, then the mark: whoever stops in between is asked again, and nothing is written twice.
            added += add(one.text, verdict or str(one.department), path)
            store.settle(one.id, "accepted", verdict or None)
    return added, dropped


def _verdict(names: list[str], read: Callable[[str], str], show: Callable[[str], None]) -> str:
    while True:
        try:
            typed = read("  回车＝对  部门名＝另一个部门  d＝丢掉  s＝先放着  q＝下次再看： ").strip()
        except (EOFError, KeyboardInterrupt):
            return "q"
        if typed in ("", "d", "s", "q") or typed in names:
            return typed
        show(f"  没有这个部门。有：{'、'.join(names)}")


def main() -> None:
    """Reviews what lies in the data folder."""
    store = ReturnedCases(Settings().data / FILE)
    added, dropped = review(store, LEARNT, input, print)
    print(f"\n{added} 条加入训练，{dropped} 条丢掉。学进去：python -m actions.cases.dispatch fit")
