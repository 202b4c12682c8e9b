"""Learns what questions are about (``about.py``) from the sentences of ``training_data/questions``; part of the fit of the gate."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from .about import BUCKETS, KINDS, About, Floats, others, runs, signs, spoken
from .document import Document, same_title
from .embeddings import Embeddings
from .encoder import Matrix
from .questions import Asked, outside

Kind = Literal["own", "outside", "person", "school", "beside", "unsorted"]
"""``beside``: campus life no rule here answers. It is a question for a university all the same, whose other documents may.
``unsorted``: nobody said; it is scored, and nothing is learnt from it."""

FOLDS = 5
PENALTY = 5.0
GAMMA = 9.0
RUNS, SIGNS = 1.0, 0.1
"""Of the machines: the likeness of characters and what points at another school, beside a Gaussian of one. All of them chosen by
folds without the documents asked about and without the hand that wrote the rest."""
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
OUTSIDE: dict[str, Kind] = {
    "outside": "unsorted",
    "outside_everyday": "outside",
    "outside_everyday_second": "outside",
}
"""Of the files of questions nothing answers; all others are of campus life."""
FORBIDDEN: dict[str, Kind] = {"private": "person", "school": "school"}
"""Of ``scope*.yml``; all others are questions for a university."""
BY_HAND: dict[str, Kind] = {
    "everyday": "outside",
    "private": "person",
    "school": "school",
    "own": "own",
    "exchange": "own",
    "rules": "own",
    "degree": "beside",
}
"""Of ``hand_*.yml``."""
ALLOWED = 1.5
"""What a question weighs that only looks as if it were for nobody here."""
WRONGLY = (0.02, 0.03)
"""Share of our own questions which, were they declined, would be said to be about a person, about a school; of hands not seen.
Those that only look so are a third of them."""
SURELY_WRONGLY = (0.015, 0.015)
"""Share of our own questions that are declined because they sound so much like one about somebody else. Chosen by folds over the
hands: of another person's questions 4 to 7 in a hundred more are found than at 0.007. Almost all that are taken for another
school's are by people who name one: with 0.02 a sixth hand was refused 9 times rather than 5, and as many are declined."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and what it is about."""

    question: str
    kind: Kind
    group: str
    """A document's title, or the file of one hand. Examples of one group are never on both sides of a fold: what is measured
    holds for a hand that wrote nothing else."""
    weight: float = 1.0
    judged: bool = True
    """Whether the thresholds look at it."""


def examples(folder: Path, inside: Sequence[Asked], documents: Sequence[Document]) -> Iterator[Example]:
    """Everything that was written down; ``folder`` is ``training_data/questions``."""
    chance = random.Random(11)  # noqa: S311 - the same at every fit
    for each in inside:
        yield Example(each.question, "own", same_title(each.document))
    for document in documents:
        known = list(dict.fromkeys(question for _, question in document.known))
        learnt_from = set(chance.sample(known, min(FROM_DOCUMENT, len(known))))
        for question in known:
            yield Example(
                question, "own", same_title(document.title), 0.5 if question in learnt_from else 0.0, judged=False
            )
    for path in sorted(folder.glob("scope*.yml")):
        scope = yaml.safe_load(path.read_text(encoding="utf-8"))
        for question in scope["allowed"]:
            yield Example(str(question), "own", path.stem, ALLOWED)
        for entry in scope["forbidden"]:
            yield Example(str(entry["question"]), FORBIDDEN.get(str(entry["kind"]), "beside"), path.stem)
    for path in sorted(folder.glob("hand_*.yml")):
        for name, questions in by_hand(path).items():
            kind = BY_HAND[name]
            for question in questions:
                yield Example(question, kind, path.stem, ALLOWED if kind == "own" else 1.0)
    for path in sorted(folder.glob("outside*.yml")):
        for question in outside(path):
            yield Example(question, OUTSIDE.get(path.stem, "beside"), path.stem)


def by_hand(path: Path) -> dict[str, list[str]]:
    """A file of ``hand_*.yml``: its questions by :data:`BY_HAND`."""
    stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {str(name): [str(each) for each in questions] for name, questions in stored.items()}


def learnt(given: Sequence[Example], embeddings: Embeddings) -> tuple[About, dict[str, Floats]]:
    """The machines, and for each question its scores by machines that had not seen its group (:meth:`About.scores`)."""
    from sklearn.model_selection import GroupKFold

    texts = [each.question for each in given]
    vectors = embeddings.of(texts, questions=True)
    own = np.array([each.kind == "own" for each in given])
    common = vectors[own].mean(axis=0)
    centred, words = vectors - common, np.stack([spoken(text) for text in texts])
    written = _Written(_counted(texts), np.stack([signs(text) for text in texts]))
    unseen = np.zeros((len(given), len(KINDS) + 1), dtype=np.float32)
    groups = [each.group for each in given]
    for seen, kept in GroupKFold(FOLDS).split(centred, groups=groups):
        about = _fitted([given[at] for at in seen], centred[seen], words[seen], written.some(seen), common)
        unseen[kept] = [about.scores(texts[at], vectors[at]) for at in kept]
    about = _fitted(given, centred, words, written, common)
    # Known questions are many and tame: nobody names a room-mate or a school in them.
    ours = others(unseen[own & np.array([each.judged for each in given])])
    at, surely = (
        np.array([np.quantile(ours[:, kind], 1 - share) for kind, share in enumerate(shares)], dtype=np.float32)
        for shares in (WRONGLY, SURELY_WRONGLY)
    )
    return replace(about, at=at, surely=surely), dict(zip(texts, unseen, strict=True))


@dataclass(frozen=True, slots=True)
class _Written:
    """What is linear of the kernel."""

    counts: Any
    """``csr_matrix[n, BUCKETS]``: 1 where a question has a run."""
    signs: Floats
    """``float32[n, s]``"""

    def some(self, rows: NDArray[np.int64]) -> _Written:
        return _Written(self.counts[rows], self.signs[rows])

    def rarity(self) -> Floats:
        """``float32[BUCKETS]``; what stands in one sentence says nothing of the next."""
        found = np.asarray(self.counts.sum(axis=0))[0]
        rare: Floats = np.where(found > 1, np.log((1 + self.counts.shape[0]) / (1 + found)) + 1, 0).astype(np.float32)
        return rare


def _counted(texts: Sequence[str]) -> Any:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    found = [runs(text) for text in texts]
    places = np.concatenate([np.array(each, dtype=np.int64) for each in found])
    starts = np.cumsum([0, *map(len, found)])
    return csr_matrix((np.ones(len(places), dtype=np.float32), places, starts), shape=(len(texts), BUCKETS))


def _fitted(given: Sequence[Example], centred: Matrix, words: Floats, written: _Written, common: Floats) -> About:
    from scipy.sparse import diags
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize
    from sklearn.svm import SVC

    rarity = written.rarity()
    shares = normalize(written.counts @ diags(rarity))
    lengths = np.einsum("ij,ij->i", centred, centred)
    apart = np.maximum(0, lengths[:, None] + lengths - 2 * centred @ centred.T)
    kernel = np.exp(-GAMMA * apart) + RUNS * (shares @ shares.T).toarray() + SIGNS * written.signs @ written.signs.T
    weights = np.zeros((len(given), len(KINDS)), dtype=np.float32)
    biases = np.zeros(len(KINDS), dtype=np.float32)
    for place, kind in enumerate(KINDS):
        used, is_it, weight = _task(kind, given)
        rows = np.flatnonzero(used)
        machine = SVC(C=PENALTY, kernel="precomputed")
        machine.fit(kernel[np.ix_(rows, rows)], is_it[rows], sample_weight=weight[rows])
        weights[rows[machine.support_], place] = machine.dual_coef_[0]
        biases[place] = machine.intercept_[0]
    used, is_it, weight = _task("person", given)
    both = np.hstack([centred * VECTOR, words])
    model = LogisticRegression(max_iter=3000).fit(both[used], is_it[used], sample_weight=weight[used])
    heard = model.coef_[0].astype(np.float32)
    heard[: centred.shape[1]] *= VECTOR
    kept = weights.any(axis=1)
    never = np.full(2, np.inf, dtype=np.float32)
    return About(
        common,
        centred[kept],
        weights[kept],
        rarity,
        RUNS * np.asarray(shares.T @ weights, dtype=np.float32),
        (SIGNS * written.signs.T @ weights).astype(np.float32),
        biases,
        GAMMA,
        heard,
        float(model.intercept_[0]),
        never,
        never,
    )


def _task(kind: str, given: Sequence[Example]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    """Which examples a kind is learnt from, which are of it, and how much each counts."""
    is_it = np.array([each.kind == kind for each in given])
    weight = np.array([each.weight for each in given])
    used = (is_it | np.array([each.kind in AGAINST[kind] for each in given])) & (weight > 0)
    weight[is_it] *= HEAVY * weight[used & ~is_it].sum() / weight[is_it].sum()
    return used, is_it, weight
