"""Tables that survive only as flattened text: every row against what a person transcribed or a real PDF was printed from."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import yaml

from eval.figures import Figure, share
from knowledge_base.ingest import read

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "knowledge_base" / "data"
PLAN = ROOT.parent / "shared" / "data" / "policies"
COLUMNS = ("first", "second", "third", "focus", "lead", "support")

Rows = list[tuple[str, ...]]


def run() -> list[Figure]:
    """The annex of the plan, where it lies beside the repository, and the two tables kept with the tests."""
    figures = [flattened()]
    plan = next(PLAN.glob("*185号.txt"), None)
    if plan is None:
        print("tables: the annex not measured, the plan is missing beside the repository", file=sys.stderr)
        return figures
    expected = annex()
    got = read_annex(plan)
    wrong = tuple(row[2][:30] for row in expected if row not in got)
    right = len(expected) - len(wrong)
    return [share("tables: rows of the plan's annex exact", right, len(expected), goal=100, misses=wrong), *figures]


def annex() -> Rows:
    """The rows as a person transcribed them."""
    stored = yaml.safe_load((DATA / "annex_185.yml").read_text(encoding="utf-8"))
    return [tuple(plain(each[name]) for name in COLUMNS) for each in stored]


def read_annex(plan: Path) -> Rows:
    """The rows as they are read, without the column that only says 基础指标, and without a third indicator's number."""
    found = []
    for row in rows_of(plan):
        first, _, second, third, *rest = row
        found.append((first, second, re.sub(r"^\d+\.", "", third), *rest))
    return found


def flattened() -> Figure:
    """The cells of two tables whose text pypdf took out of a printed PDF."""
    right = total = 0
    misses: list[str] = []
    for path in sorted((DATA / "flattened").glob("*.yml")):
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
        expected = [tuple(plain(cell) for cell in row) for row in stored["rows"]]
        got = rows_of(path.with_suffix(".txt"))
        cells = len(expected[0])
        found = aligned(expected, got)
        right += found
        total += cells * len(expected)
        misses += [" | ".join(row)[:60] for row in expected if row not in got]
    return share("tables: cells of the two other flattened tables", right, total, goal=95, misses=tuple(misses))


def rows_of(path: Path) -> Rows:
    """The rows of a file, a cell merged over rows said in each of them; no blanks."""
    found: Rows = []
    above: tuple[str, ...] = ()
    for line in read(path).lines:
        if line.kind != "row":
            continue
        own = tuple(plain(line.text[start:end]) for start, end in line.cells)
        above = tuple(above[at] if at in line.above else cell for at, cell in enumerate(own))
        found.append(above)
    return found


def aligned(expected: Sequence[tuple[str, ...]], got: Sequence[tuple[str, ...]]) -> int:
    """How many cells are equal under the best pairing of rows that keeps their order."""
    best = [[0] * (len(got) + 1) for _ in range(len(expected) + 1)]
    for here, wanted in enumerate(expected):
        for there, found in enumerate(got):
            same = sum(one == other for one, other in zip(wanted, found, strict=False)) * (len(wanted) == len(found))
            best[here + 1][there + 1] = max(best[here][there + 1], best[here + 1][there], best[here][there] + same)
    return best[-1][-1]


def plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
