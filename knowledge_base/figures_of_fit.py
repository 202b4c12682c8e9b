"""What the fit prints: how many questions are declined that should be, at how many answered that should be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .trials import Trial

ANSWERED = (99, 98, 97, 95, 92, 90, 85, 80, 70)
"""The points of the curve, in % of the answerable questions answered."""
BINS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
WORST = 12
SHARES: dict[str, float] = {"inside": 1.0, "outside": 0.10, "missing": 0.05}
"""For ``confidence``, which must hold for what students really ask: how many questions nothing answers, and how many whose
document is missing, come to one that can be answered. An estimate: nobody has counted yet (``gaps`` will)."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a judge that had not seen it said of a trial; probabilities 0…1."""

    trial: Trial
    supported: float
    right: float
    ours: float
    answered: bool


def report(judged: Sequence[Unseen]) -> str:
    """All tables, as text."""
    lines: list[str] = []
    said_elsewhere = [each for each in judged if each.trial.expected == "missing" and each.trial.elsewhere]
    judged = [each for each in judged if not (each.trial.expected == "missing" and each.trial.elsewhere)]
    lines.append(f"{len(said_elsewhere)} trials left out: the document is missing, but another one says the same")
    for knowing, name in ((True, "documents with known questions"), (False, "bare documents")):
        mine = [each for each in judged if each.trial.asked_knowing == knowing]
        lines += _curve(f"{name}, full library", mine, "full")
        lines += _curve(f"{name}, single documents", mine, "one")
        lines += _operating(name, mine)
        lines += _reliability(
            name, [each for each in mine if each.trial.where in ("full", "minus") and not each.trial.elsewhere]
        )
        outside = [
            each for each in mine if each.trial.expected == "outside" and each.answered and each.trial.where == "full"
        ]
        worst = sorted(outside, key=lambda each: -each.supported)[:WORST]
        lines.append("surest of what nothing should answer: " + "；".join(each.trial.question for each in worst))
        lines.append("")
    return "\n".join(lines)


def _curve(name: str, judged: Sequence[Unseen], where: str) -> list[str]:
    inside = np.array([e.supported for e in judged if e.trial.expected == "inside" and e.trial.where == where])
    others = {
        "everyday": [e for e in judged if _outside(e, where) and e.trial.near is False],
        "outside, mixed": [e for e in judged if _outside(e, where) and e.trial.near is None],
        "campus life": [e for e in judged if _outside(e, where) and e.trial.near is True],
        "document missing": [
            e
            for e in judged
            if e.trial.expected == "missing" and e.trial.where == ("minus" if where == "full" else where)
        ],
    }
    if len(inside) < 20:
        return []
    lines = [
        f"{name}: declined in %, by share of {len(inside)} answerable questions answered (unseen folds, 95 % intervals)"
    ]
    lines.append(f"{'':18}{'n':>6}{'AUC':>7}" + "".join(f"{f'at {each}':>16}" for each in ANSWERED))
    for kind, some in others.items():
        scores = np.array([each.supported for each in some])
        if not len(scores):
            continue
        cells = ""
        for share in ANSWERED:
            declined = int((scores < np.quantile(inside, 1 - share / 100)).sum())
            cells += f"{_interval(declined, len(scores)):>16}"
        lines.append(f"{kind:18}{len(scores):6}{_auc(inside, scores):7.3f}{cells}")
    return lines


def _operating(name: str, judged: Sequence[Unseen]) -> list[str]:
    lines = [f"{name}, as shipped:"]
    for where, minus in (("full", "minus"), ("mixed", ""), ("some", "some"), ("one", "one")):
        inside = [e for e in judged if e.trial.expected == "inside" and e.trial.where == where]
        missing = [e for e in judged if e.trial.expected == "missing" and e.trial.where == minus]
        outside = [e for e in judged if _outside(e, where)]
        if not inside:
            continue
        answered = [e for e in inside if e.answered]
        reasons = [e for e in outside if not e.answered and e.trial.near is not None]
        told = sum((e.ours < 0.5) != bool(e.trial.near) for e in reasons)
        lines.append(
            f"  {where:6} answerable answered {_interval(len(answered), len(inside))}, of these the first clause right "
            f"{_interval(sum(e.trial.right for e in answered), len(answered))}; outside declined "
            f"{_interval(sum(not e.answered for e in outside), len(outside))}; document missing, declined "
            f"{_interval(sum(not e.answered for e in missing), len(missing))}; reason right {_interval(told, len(reasons))}"
        )
    return lines


def _reliability(name: str, judged: Sequence[Unseen]) -> list[str]:
    """Of what was answered, with as many questions outside and of missing documents among it as :data:`SHARES` says."""
    some = [e for e in judged if e.answered]
    if not some:
        return []
    said = np.array([each.right for each in some])
    right = np.array([each.trial.right for each in some])
    asked = {kind: sum(e.trial.weight for e in judged if e.trial.expected == kind) for kind in SHARES}
    inside = asked["inside"]
    weight = np.array(
        [e.trial.weight * SHARES[e.trial.expected] * inside / max(1e-9, asked[e.trial.expected]) for e in some]
    )
    weight /= weight.sum()
    error = 0.0
    lines = [f"{name}, confidence of what was answered: said, right, n"]
    for low, high in pairwise(BINS):
        rows = (said >= low) & (said < high if high < 1 else said <= 1)
        if rows.any():
            share = weight[rows].sum()
            means = [float((weight[rows] * values[rows]).sum() / share) for values in (said, right)]
            error += share * abs(means[0] - means[1])
            lines.append(f"  {low:.2f}–{high:.2f}: {means[0]:.3f}  {means[1]:.3f}  {int(rows.sum())}")
    lines.append(f"  expected calibration error {100 * error:.1f} %")
    return lines


def _outside(each: Unseen, where: str) -> bool:
    return each.trial.expected == "outside" and each.trial.where == where


def _auc(inside: np.ndarray, others: np.ndarray) -> float:
    """The share of pairs in which the answerable question has more support."""
    order = np.sort(others)
    below = np.searchsorted(order, inside, "left") + 0.5 * (
        np.searchsorted(order, inside, "right") - np.searchsorted(order, inside, "left")
    )
    return float(below.mean() / len(others))


def _interval(count: int, of: int) -> str:
    """A share in % with its Wilson interval (95 %)."""
    if not of:
        return "–"
    share, z = count / of, 1.96
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{100 * share:.1f} [{100 * (middle - half):.0f}–{100 * (middle + half):.0f}]"
