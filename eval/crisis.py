"""How well the crisis screen does on text it was not written from.

The outside set is PsyGUARD's validation split (EMNLP 2024, MIT), used for evaluation only: rows are counted, never
shown. No sentence of it was read, but its counts helped to decide which patterns are too broad, so its figures flatter
the screen a little. Its unrelated rows are counselling talk, which is harder than campus talk.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.crisis import screen
from eval.figures import Figure, share

ROOT = Path(__file__).resolve().parents[1]
PSYGUARD = ROOT.parent / "shared" / "data" / "crisis" / "psysuicide_valid.json"
CASES = ROOT / "tests" / "bot" / "understanding"

ACTIVE = frozenset({"自杀未遂", "自杀准备行为", "自杀计划", "主动自杀意图", "自伤行为", "自伤意图"})
PASSIVE = frozenset({"被动自杀意图"})
UNRELATED = frozenset({"与自杀/自伤/攻击行为无关"})


def run() -> list[Figure]:
    """Recall and false alarms on PsyGUARD, where it is at hand, and on this project's own sentences."""
    benign: list[str] = yaml.safe_load((CASES / "crisis_benign.yml").read_text(encoding="utf-8"))
    genuine: dict[str, list[str]] = yaml.safe_load((CASES / "crisis_genuine.yml").read_text(encoding="utf-8"))
    ours = [said for sayings in genuine.values() for said in sayings]
    traps = [said for said in benign if screen(said)]
    missed = [said for said in ours if not screen(said)]
    own = [
        share("crisis: own sentences found", len(ours) - len(missed), len(ours), goal=100.0, misses=tuple(missed)),
        _alarms("crisis: false alarms, campus traps", len(traps), len(benign), goal=0.0, misses=tuple(traps)),
    ]
    return [*_psyguard(), *own]


def _psyguard() -> list[Figure]:
    if not PSYGUARD.exists():
        print("eval crisis: psysuicide_valid.json is not at hand; its figures are left out")
        return []
    rows: list[dict[str, Any]] = json.loads(PSYGUARD.read_text(encoding="utf-8"))
    tiers: dict[frozenset[str], list[str | None]] = {ACTIVE: [], ACTIVE | PASSIVE: [], UNRELATED: []}
    for row in rows:
        alarm = screen(row["text"])
        for classes, found in tiers.items():
            if classes & set(row["labels"]):
                found.append(alarm.tier if alarm else None)
    active, both, unrelated = tiers.values()
    return [
        share("crisis: recall, active classes, any alarm", _any(active), len(active), goal=99.5),
        share("crisis: recall, active classes, paged", active.count("page"), len(active), goal=98.0),
        share("crisis: recall, active and passive, any alarm", _any(both), len(both)),
        _alarms("crisis: false alarms, unrelated counselling talk", _any(unrelated), len(unrelated), goal=5.0),
        _alarms("crisis: false pages, unrelated counselling talk", unrelated.count("page"), len(unrelated)),
    ]


def _any(found: list[str | None]) -> int:
    return sum(tier is not None for tier in found)


def _alarms(name: str, wrong: int, n: int, *, goal: float | None = None, misses: tuple[str, ...] = ()) -> Figure:
    """A share of false alarms in percent: fewer is better."""
    measured = share(name, wrong, n, goal=goal, misses=misses)
    return Figure(
        name,
        measured.value,
        goal=goal,
        higher_is_better=False,
        n=n,
        low=measured.low,
        high=measured.high,
        misses=misses,
    )
