"""Learns what questions are about (``about.py``) from the sentences of ``training_data/questions``; part of the fit of the gate."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from .about import KINDS, About, Floats, others, spoken
from .document import Document, same_title
from .embeddings import Embeddings
from .encoder import Matrix
from .questions import Asked, outside

Kind = Literal["own", "outside", "person", "school", "beside", "unsorted"]
"""``beside``: campus life no rule here answers. It is a question for a university all the same, whose other documents may.
``unsorted``: nobody said; it is scored, and nothing is learnt from it."""

FOLDS = 5
PENALTY = 10.0
GAMMA = 9.0
"""Of the machines; chosen by folds without the documents asked about."""
VECTOR = 6.0
"""How much a number of the vector counts in the regression beside a word."""
FROM_DOCUMENT = 40
"""Known questions of one document that are learnt from: more only make the file larger. All are scored."""
HEAVY = 0.5
"""What a kind weighs altogether, where everything it is learnt against weighs one."""
AGAINST: dict[str, tuple[Kind, ...]] = {
    "outside": ("own", "beside"),
    "person": ("own", "school"),
    "school": ("own", "person"),
}
OUTSIDE: dict[str, Kind] = {"outside": "unsorted", "outside_everyday": "outside"}
"""Of the files of questions nothing answers; all others are of campus life."""
WRONGLY = 0.01
"""Share of our own questions which, were they declined, would be said to be about somebody else."""
SURELY_WRONGLY = 0.002
"""Share of our own questions that are declined because they sound so much like one about somebody else. At that price six in
a hundred private ones are found that the gate would let pass."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and what it is about."""

    question: str
    kind: Kind
    group: str
    """Examples of one group are never on both sides of a fold."""
    weight: float = 1.0


def examples(folder: Path, inside: Sequence[Asked], documents: Sequence[Document]) -> Iterator[Example]:
    """Everything that was written down; ``folder`` is ``training_data/questions``."""
    chance = random.Random(11)  # noqa: S311 - the same at every fit
    for each in inside:
        yield Example(each.question, "own", same_title(each.document))
    for document in documents:
        known = list(dict.fromkeys(question for _, question in document.known))
        learnt_from = set(chance.sample(known, min(FROM_DOCUMENT, len(known))))
        for question in known:
            yield Example(question, "own", same_title(document.title), 0.5 if question in learnt_from else 0.0)
    scope = yaml.safe_load((folder / "scope.yml").read_text(encoding="utf-8"))
    for question in scope["allowed"]:
        yield Example(str(question), "own", str(question), 1.5)
    names: dict[str, Kind] = {"private": "person", "school": "school"}
    for entry in scope["forbidden"]:
        yield Example(str(entry["question"]), names.get(str(entry["kind"]), "beside"), str(entry["question"]))
    for path in sorted(folder.glob("outside*.yml")):
        for question in outside(path):
            yield Example(question, OUTSIDE.get(path.stem, "beside"), question)


def learnt(given: Sequence[Example], embeddings: Embeddings) -> tuple[About, dict[str, Floats]]:
    """The machines, and for each question its scores by machines that had not seen its group (:meth:`About.scores`)."""
    from sklearn.model_selection import GroupKFold

    texts = [each.question for each in given]
    vectors = embeddings.of(texts, questions=True)
    own = np.array([each.kind == "own" for each in given])
    common = vectors[own].mean(axis=0)
    centred, words = vectors - common, np.stack([spoken(text) for text in texts])
    unseen = np.zeros((len(given), len(KINDS) + 1), dtype=np.float32)
    groups = [each.group for each in given]
    for seen, kept in GroupKFold(FOLDS).split(centred, groups=groups):
        about = _fitted([given[at] for at in seen], centred[seen], words[seen], common)
        unseen[kept] = [about.scores(texts[at], vectors[at]) for at in kept]
    about = _fitted(given, centred, words, common)
    ours = others(unseen[own])
    at, surely = (np.quantile(ours, 1 - share, axis=0).astype(np.float32) for share in (WRONGLY, SURELY_WRONGLY))
    return replace(about, at=at, surely=surely), dict(zip(texts, unseen, strict=True))


def _fitted(given: Sequence[Example], centred: Matrix, words: Floats, common: Floats) -> About:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    weights = np.zeros((len(given), len(KINDS)), dtype=np.float32)
    biases = np.zeros(len(KINDS), dtype=np.float32)
    for place, kind in enumerate(KINDS):
        used, is_it, weight = _task(kind, given)
        machine = SVC(C=PENALTY, gamma=GAMMA).fit(centred[used], is_it[used], sample_weight=weight[used])
        weights[np.flatnonzero(used)[machine.support_], place] = machine.dual_coef_[0]
        biases[place] = machine.intercept_[0]
    used, is_it, weight = _task("person", given)
    both = np.hstack([centred * VECTOR, words])
    model = LogisticRegression(max_iter=3000).fit(both[used], is_it[used], sample_weight=weight[used])
    heard = model.coef_[0].astype(np.float32)
    heard[: centred.shape[1]] *= VECTOR
    kept = weights.any(axis=1)
    never = np.full(2, np.inf, dtype=np.float32)
    return About(common, centred[kept], weights[kept], biases, GAMMA, heard, float(model.intercept_[0]), never, never)


def _task(kind: str, given: Sequence[Example]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    """Which examples a kind is learnt from, which are of it, and how much each counts."""
    is_it = np.array([each.kind == kind for each in given])
    weight = np.array([each.weight for each in given])
    used = (is_it | np.array([each.kind in AGAINST[kind] for each in given])) & (weight > 0)
    weight[is_it] *= HEAVY * weight[used & ~is_it].sum() / weight[is_it].sum()
    return used, is_it, weight
