"""The chain of hashes over the log, and what proves that nobody touched it. Pure.

``hash = SHA-256(canonical JSON of the row without it)``, and ``before``, the hash of the row in front, is one of the row's fields
(after Crosby & Wallach, *Efficient Data Structures for Tamper-Evident Logging*, 2009, section 2: the hash chain). One chain for all
cases: taking out a whole case breaks it too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""In front of the first row."""
FIELDS = (
    *("pos", "case", "seq", "at", "act", "actor_kind", "actor", "actor_department", "reason", "rule"),
    *("from_stage", "to_stage", "facts", "contents", "key", "before"),
)
"""What is hashed: every column but the hash itself."""


def canonical(value: Any) -> str:
    """JSON with sorted keys, no blanks, and its characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(row: Mapping[str, Any]) -> str:
    """The hash of a row, 64 hexadecimal digits."""
    return hashlib.sha256(canonical({name: row[name] for name in FIELDS}).encode()).hexdigest()


def sealed(salt: str, body: str) -> str:
    """The digest of contents that the chain holds: HMAC-SHA256, whose key is deleted with them."""
    return hmac.new(bytes.fromhex(salt), body.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    pos: int
    """Place in the chain where it shows; 0 where no row is meant."""
    what: str
    """``order``, ``chain``, ``hash``, ``seq``, ``stage``, ``time``, ``head``, ``anchor``, ``case`` or ``contents``."""


def broken(rows: Iterable[Mapping[str, Any]], end: tuple[int, str], anchor: str | None = None) -> list[Finding]:
    """Every place where the rows, in the order of ``pos``, do not hold together; empty for a log as it was written.

    ``end`` is place and hash of the last row as the head knows it. ``anchor`` is a hash that was noted elsewhere at some time: it
    has to be in the chain still, which also finds a log that was computed anew from some row on.
    """
    found: list[Finding] = []
    expected, before = 1, GENESIS
    seqs: dict[str, tuple[int, str, str]] = {}
    anchored = anchor is None or anchor == GENESIS
    for row in rows:
        pos = row["pos"]
        seq, stage, at = seqs.get(row["case"], (0, "", ""))
        wrong = {
            "order": pos != expected,
            "chain": row["before"] != before,
            "hash": row["hash"] != digest(row),
            "seq": row["seq"] != seq + 1,
            "stage": row["from_stage"] != stage,
            "time": row["at"] < at,
        }
        found += [Finding(pos, what) for what, is_so in wrong.items() if is_so]
        expected, before = pos + 1, row["hash"]
        seqs[row["case"]] = (row["seq"], row["to_stage"], row["at"])
        anchored = anchored or row["hash"] == anchor
    if end != (expected - 1, before):
        found.append(Finding(expected - 1, "head"))
    if not anchored:
        found.append(Finding(0, "anchor"))
    return found
