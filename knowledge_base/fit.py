"""Fits the gate: ``python -m knowledge_base fit``. scikit-learn is used here and nowhere else.

What is printed was measured on folds that were not seen: no question of a document is on both sides, so the figures hold for
documents nobody has seen. The gate itself is then fitted on everything.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .about import About
from .document import same_title
from .embeddings import Embeddings
from .encoder import open_encoder
from .figures_of_fit import SHARES, Unseen, report
from .fit_about import by_hand, examples, learnt
from .gate import AGAINST, HEADS, KNOTS, hinges, place, together
from .ingest import files
from .known import take_in
from .questions import asked, outside
from .scope import private_data
from .support import FEATURES, Common
from .trials import Bench, Outsider, Trial
from .validity import merged

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "training_data" / "questions"
POLICIES = Path(__file__).parent / "policies"
CACHE = ROOT / "build" / "embeddings"
NOT_QUESTIONS = ("scope", "typos", "hand_")
"""What the names of files begin with that have another shape."""
NEAR = {
    "outside.yml": None,
    "outside_everyday.yml": False,
    "outside_everyday_second.yml": False,
    "outside_campus.yml": True,
    "outside_detail.yml": True,
}
"""Questions nothing answers, and whether they are about campus life. What other documents of a university would answer
(``outside_elsewhere.yml``) only teaches what questions are about: judged with it, the gate came to decline what a document on a new
matter does answer."""
MISSES = "outside_detail.yml"
"""Near misses: a rule is about the matter and only does not say what is asked."""
NEAR_MISS = 0.3
"""What a near miss weighs where support is fitted; with more the gate came to decline plain questions, too. For bare documents it
weighs nothing, and campus life is like what is missing: else a document on a new matter was not believed what it says."""
LEAST_ANSWERED = {"knowing": 0.955, "unknowing": 0.90}
"""Share of the answerable questions of a full library that must pass; the threshold is the strictest that lets so many through. At 0.95 a
few plain development questions more were declined, and nothing of an unseen hand's that should be."""
FORGOTTEN = 0.35
"""Share of the questions whose topics the fit pretends not to know: the list of topics was made beside some of them."""
STRENGTH = 0.02
"""Inverse weight of the penalty on large coefficients; chosen by leave-one-document-out."""
FOLDS = 8

Array = NDArray[np.float64]


def fit(to: Path | None = None) -> str:
    """Fits on ``training_data/questions`` and the shipped documents, writes the encoder's gate, gives the figures as lines."""
    trials, common, about, engine = made()
    stored: dict[str, Any] = {
        "engine": engine,
        "features": FEATURES,
        "question": _rounded(common.question),
        "clause": _rounded(common.clause),
    }
    unseen: list[Unseen] = []
    for name, knows in (("knowing", True), ("unknowing", False)):
        mine = [each for each in trials if each.knows == knows]
        stored[name], judged = _judge(mine, LEAST_ANSWERED[name])
        unseen += judged
    about.save((to or place(engine)).with_suffix(".npz"))
    (to or place(engine)).write_text(json.dumps(stored, ensure_ascii=False) + "\n", encoding="utf-8")
    return report(unseen)


def made() -> tuple[list[Trial], Common, About, str]:
    """The trials, what questions and clauses have in common, what questions are about, and the encoder's id."""
    encoder = open_encoder()
    embeddings = Embeddings(CACHE, encoder)
    documents = merged([], [take_in(path) for path in files([POLICIES])])
    names = sorted(path.name for path in QUESTIONS.glob("*.yml") if not path.name.startswith(NOT_QUESTIONS))
    inside = [each for name in names if not name.startswith("outside") for each in asked(QUESTIONS / name)]
    given = list(examples(QUESTIONS, inside, documents))
    about, unseen = learnt(given, embeddings)
    strangers = [
        Outsider(question, near, misses=name == MISSES)
        for name, near in NEAR.items()
        for question in outside(QUESTIONS / name)
    ]
    strangers += [
        Outsider(question, near=False)
        for path in sorted(QUESTIONS.glob("hand_*.yml"))
        for question in by_hand(path).get("everyday", [])
    ]
    # What is asked of other people and other schools is no question for these documents either.
    others = [Outsider(each.question, None) for each in given if each.kind in ("person", "school")]
    outsiders = [each for each in [*strangers, *others] if not private_data(each.question)]
    today = max(each.since for each in documents if each.since)
    clauses = [passage.indexed for each in documents if each.in_force(today) for passage in each.passages]
    said = [embeddings.of([each.question for each in some], questions=True) for some in (inside, strangers)]
    embeddings.of([question for each in documents for _, question in each.known], questions=True)
    # Far more is asked that the documents answer than not: seven to three, as when the search was tuned.
    usual = 0.7 * said[0].mean(axis=0) + 0.3 * said[1].mean(axis=0)
    common = Common(usual.astype(np.float32), embeddings.of(clauses).mean(axis=0).astype(np.float32))
    embeddings.save()
    bench = Bench(documents, encoder, embeddings, common, unseen, today)
    # A hand is unseen as a whole, like a document: what it writes next is like what it wrote before.
    hands = {
        each.question: each.group for each in given if each.group not in {same_title(one.title) for one in documents}
    }
    trials = [
        replace(each, group=hands.get(each.question, each.group)) if each.expected == "outside" else each
        for each in bench.trials(inside, outsiders)
    ]
    return trials, common, about, encoder.id


@dataclass(frozen=True, slots=True)
class _Scale:
    """Bounds, knots and spread of the numbers, from the trials a model is fitted on."""

    low: Array
    high: Array
    knots: Array
    means: Array
    spread: Array

    @classmethod
    def of(cls, numbers: Array) -> _Scale:
        low, high = np.quantile(numbers, (0.005, 0.995), axis=0)
        knots = np.quantile(numbers, np.arange(1, KNOTS + 1) * 0.3 - 0.1, axis=0)
        bent = hinges(numbers, low, high, knots)
        spread = bent.std(axis=0)
        return cls(low, high, knots, bent.mean(axis=0), np.where(spread > 1e-6, spread, 1.0))

    def standard(self, numbers: Array) -> Array:
        return np.asarray((hinges(numbers, self.low, self.high, self.knots) - self.means) / self.spread)


def _judge(trials: Sequence[Trial], least_answered: float) -> tuple[dict[str, Any], list[Unseen]]:
    """Fits one judge; gives its numbers, and what it said of the trials of folds it did not see."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
    numbers = np.stack([each.numbers for each in trials])
    chance = np.random.default_rng(7)
    numbers[chance.random(len(numbers)) < FORGOTTEN, FEATURES.index("foreign")] = 0.0
    targets = {name: _target(name, trials) for name in HEADS}

    def fitted(name: str, rows: NDArray[np.bool_], scale: _Scale) -> Any:
        y, weight = targets[name]
        used = rows & (weight > 0)
        model = LogisticRegression(C=STRENGTH, max_iter=1000)
        return model.fit(scale.standard(numbers[used]), y[used], sample_weight=weight[used])

    said = {name: np.zeros(len(trials)) for name in targets}
    groups = [each.group for each in trials]
    for seen, kept in GroupKFold(FOLDS).split(numbers, groups=groups):
        rows = np.zeros(len(trials), dtype=bool)
        rows[seen] = True
        scale = _Scale.of(numbers[rows])
        for name in targets:
            said[name][kept] = fitted(name, rows, scale).decision_function(scale.standard(numbers[kept]))
    everything = np.ones(len(trials), dtype=bool)
    scale = _Scale.of(numbers)
    stored: dict[str, Any] = {
        "low": _rounded(scale.low),
        "high": _rounded(scale.high),
        "knots": [_rounded(knot) for knot in scale.knots],
    }
    for name in targets:
        slope, shift = (1.0, 0.0)
        if name == "right":
            whole = np.array([each.where in ("full", "minus") for each in trials])
            y, weight = targets[name]
            slope, shift = _calibrated(said[name][whole], y[whole], weight[whole])
        said[name] = slope * said[name] + shift
        model = fitted(name, everything, scale)
        weights = model.coef_[0] / scale.spread
        bias = float(model.intercept_[0]) - float(weights @ scale.means)
        stored[name] = {"weights": _rounded(slope * weights), "bias": round(slope * bias + shift, 6)}
    said["supported"] = together(*(said[name] for name in AGAINST))
    said |= {name: 1 / (1 + np.exp(-said[name])) for name in ("right", "ours")}
    counted = np.array([each.expected == "inside" and each.where == "full" for each in trials])
    answer_at = float(np.quantile(said["supported"][counted], 1 - least_answered))
    stored |= {"answer_at": round(answer_at, 5), "doubt_at": round(0.5 * answer_at, 5)}
    judged = [
        Unseen(each, float(supported), float(right), float(ours), bool(supported >= answer_at))
        for each, supported, right, ours in zip(trials, said["supported"], said["right"], said["ours"], strict=True)
    ]
    return stored, judged


def _target(name: str, trials: Sequence[Trial]) -> tuple[NDArray[np.bool_], Array]:
    """What one regression has to tell apart, and how much each trial counts; those of weight 0 say nothing."""
    inside = np.array([each.expected == "inside" for each in trials])
    outside_ = np.array([each.expected == "outside" for each in trials])
    weight = np.array([each.weight for each in trials])
    weight[np.array([each.expected == "missing" and each.elsewhere for each in trials])] = 0.0
    if name == "right":
        asked_for = weight[inside].sum()
        for rows, share in ((outside_, SHARES["outside"]), (~inside & ~outside_, SHARES["missing"])):
            weight[rows] *= share * asked_for / max(1e-9, weight[rows].sum())
        weight[np.array([each.elsewhere for each in trials])] = 0.0
        return np.array([each.right for each in trials]), weight
    if name == "ours":
        weight = np.where(
            [outside and each.near is None for outside, each in zip(outside_, trials, strict=True)], 0.0, weight
        )
        y = ~outside_ | np.array([each.near is True for each in trials])
    else:
        y = inside
        misses, knows = np.array([(each.misses, each.knows) for each in trials], dtype=bool).T
        weight[misses] *= np.where(knows[misses], NEAR_MISS, 0.0)
        missing = ~outside_ | np.array([each.near is True and not each.knows for each in trials])
        near = [each.near for each in trials]
        of_kind = {
            "not_missing": missing,
            "not_everyday": outside_ & np.array([each is False for each in near]),
            "not_others": outside_ & np.array([each is None for each in near]),
        }
        weight[~inside & ~of_kind.get(name, outside_)] = 0.0
    weight = np.where(y, weight / weight[y].sum(), weight / max(1e-9, weight[~y].sum())) * len(trials) / 2
    return y, weight


def _calibrated(logits: Array, right: NDArray[np.bool_], weight: Array) -> tuple[float, float]:
    """Slope and shift that make logits of unseen folds into probabilities (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(logits[:, None], right, sample_weight=weight)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _rounded(values: NDArray[np.floating]) -> list[float]:
    return [float(f"{float(value):.6g}") for value in values]
