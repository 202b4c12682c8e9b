"""Fits the gate: ``python -m knowledge_base fit``. scikit-learn is used here and nowhere else.

The gate must hold for a full library and for one with a single document in it, so every question is scored against both.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .document import Document
from .embeddings import Embeddings
from .encoder import Encoder, open_encoder
from .gate import FEATURES, SHIPPED, features
from .index import Index
from .ingest import files
from .known import take_in
from .questions import asked, outside
from .scope import other_university, own_universities, private_data
from .validity import merged

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "training_data" / "questions"
POLICIES = Path(__file__).parent / "policies"
CACHE = ROOT / "build" / "embeddings"
LEAST_ANSWERED = {"knowing": 0.94, "unknowing": 0.85}
"""Share of answerable questions that must pass; the threshold is the strictest that lets so many through."""

ASKED = ("是什么", "有什么规定", "怎么规定的", "是怎么回事", "有哪些", "找谁", "")
FORMAL = 0.4
MISSING = 0.3
"""Weights of made cases beside 1 for a real question."""
FORGOTTEN = 0.35
"""Share of the questions whose topics the fit pretends not to know."""


@dataclass(frozen=True, slots=True)
class _Case:
    question: str
    features: tuple[float, ...]
    answerable: bool
    full: bool
    """Whether it is a real question against the full library: only those are counted and set the threshold."""
    weight: float


def fit(to: Path = SHIPPED) -> str:
    """Fits on ``training_data/questions`` and the shipped documents, writes ``gate.json``, gives a line of figures for each judge."""
    encoder = open_encoder()
    inside = [each for name in ("policies.yml", "policies_more.yml", "short.yml") for each in asked(QUESTIONS / name)]
    others = outside(QUESTIONS / "outside.yml")
    documents = merged([], [take_in(path) for path in files([POLICIES])])
    own = own_universities(documents)
    others = [question for question in others if not (other_university(question, own) or private_data(question))]
    vectors = {question: encoder.query(question) for question in [*(each.question for each in inside), *others]}
    usual = np.mean(list(vectors.values()), axis=0).astype(np.float32)
    pairs = [(each.question, each.document) for each in inside]
    stored: dict[str, Any] = {"engine": encoder.id, "features": FEATURES, "usual": _rounded(usual)}
    lines = []
    for name, library in (
        ("knowing", documents),
        ("unknowing", [replace(each, known=()) for each in documents]),
    ):
        stored[name], line = _judge(_cases(library, encoder, pairs, others, vectors, usual), LEAST_ANSWERED[name])
        lines.append(f"{name}: {line}")
    to.write_text(json.dumps(stored, ensure_ascii=False) + "\n", encoding="utf-8")
    return "\n".join(lines)


def _judge(cases: Sequence[_Case], least_answered: float) -> tuple[dict[str, Any], str]:
    """Fits one judge; gives its numbers, and one line of figures on folds it did not see."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    x = np.array([case.features for case in cases])
    # The list of topics was made beside these questions; others will name what it lacks. Forget part of it.
    chance = np.random.default_rng(7)
    x[chance.random(len(x)) < FORGOTTEN, FEATURES.index("foreign")] = 0.0
    y = np.array([case.answerable for case in cases])
    weight = np.array([case.weight for case in cases])
    means, spread = x.mean(axis=0), x.std(axis=0)
    scales = np.where(spread > 1e-6, spread, 1.0)
    standard = (x - means) / scales
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    groups = [case.question for case in cases]
    unseen: NDArray[np.float64] = cross_val_predict(
        model, standard, y, groups=groups, cv=GroupKFold(5), method="predict_proba", params={"sample_weight": weight}
    )[:, 1]
    model.fit(standard, y, sample_weight=weight)
    full = np.array([case.full for case in cases])
    answer_at = float(np.quantile(unseen[y & full], 1 - least_answered))
    fitted = {
        "means": _rounded(means),
        "scales": _rounded(scales),
        "weights": _rounded(model.coef_[0]),
        "bias": round(float(model.intercept_[0]), 5),
        "answer_at": round(answer_at, 4),
        "doubt_at": round(0.5 * answer_at, 4),
    }
    return fitted, (
        f"{int(y[full].sum())} answerable and {int((~y[full]).sum())} other questions; unseen folds: "
        f"AUC {roc_auc_score(y[full], unseen[full]):.3f}, "
        f"answered {100 * float((unseen[y & full] >= answer_at).mean()):.1f} %, "
        f"declined {100 * float((unseen[~y & full] < answer_at).mean()):.1f} %"
    )


def _cases(
    documents: Sequence[Document],
    encoder: Encoder,
    inside: Sequence[tuple[str, str]],
    others: Sequence[str],
    vectors: dict[str, NDArray[np.float32]],
    usual: NDArray[np.float32],
) -> list[_Case]:
    embeddings = Embeddings(CACHE, encoder)
    today = max(each.since for each in documents if each.since)

    def index(of: Sequence[Document]) -> Index:
        known = embeddings.of([question for each in of for _, question in each.known], questions=True)
        return Index.build(of, embeddings.of([p.indexed for each in of for p in each.passages]), encoder.id, known)

    def case(library: Index, question: str, *, answerable: bool, weight: float, full: bool = False) -> _Case:
        if question not in vectors:
            vectors[question] = encoder.query(question)
        found = library.search(question, vectors[question], today, 10, usual)
        return _Case(question, features(library, question, found), answerable, full, weight)

    current = [each for each in documents if each.in_force(today)]
    everything = index(documents)
    alone = {each.source: index([each]) for each in current}
    names = sorted(alone)
    draw = random.Random(7)  # noqa: S311 - which question meets which document, the same at every fit
    cases = [case(everything, question, answerable=True, weight=1, full=True) for question, _ in inside]
    cases += [case(everything, question, answerable=False, weight=1, full=True) for question in others]
    cases += [case(alone[name], question, answerable=True, weight=0.5) for question, name in inside if name in alone]
    cases += [case(alone[draw.choice(names)], question, answerable=False, weight=0.5) for question in others]
    # The right document missing: what another one says about something near is no answer.
    for question, name in inside:
        other = draw.choice([each for each in names if each != name])
        cases.append(case(alone[other], question, answerable=False, weight=MISSING))
    # Asked in the documents' own words.
    for each in current:
        for question in _formal(each, draw):
            library = draw.choice([everything, alone[each.source]])
            cases.append(case(library, question, answerable=True, weight=FORMAL))
    embeddings.save()
    return cases


def _rounded(values: NDArray[np.floating]) -> list[float]:
    return [round(float(value), 5) for value in values]


def _formal(document: Document, draw: random.Random) -> list[str]:
    """Questions in a document's own words: the opening words of some of its clauses."""
    openings = (re.split(r"[，。；：、\n]", document.text[each.start : each.end])[0] for each in document.passages)
    usable = [each for each in openings if 5 <= len(each) <= 16]
    return [each + draw.choice(ASKED) for each in draw.sample(usable, min(12, len(usable)))]
