"""Fits the dispatch model and the judge of compound complaints: ``python -m actions.cases.dispatch fit``.

Shares of the kernel, the ridge, the temperature and both thresholds were chosen by leaving out one hand after the other
(``training_data/dispatch``); what ``eval/heldout`` holds is never read here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from actions.cases import parts
from actions.cases.dispatch_model import (
    MODEL,
    Model,
    Terms,
    Vector,
    characters,
    counted,
    duties_of,
    terms_of,
)
from actions.cases.parts import Cut, Judge, Judges, Trees
from knowledge_base import Encoder, open_encoder
from knowledge_base.embeddings import Embeddings
from knowledge_base.encoder import NotSetUp, quickest

ROOT = Path(__file__).resolve().parents[2]
HANDS = ROOT / "training_data" / "dispatch"
"""A file for each hand; ``learnt.yml`` is what was sent back and accepted in a review (``returned.py``)."""
KNEW: Mapping[str, frozenset[str]] = {
    "third": frozenset({"first", "second"}),
    "sixth": frozenset({"fourth", "fifth"}),
    "seventh": frozenset({"first", "second", "third", "fourth", "fifth", "sixth"}),
}
"""Which hands' complaints, and where models were mistaken on them, a hand's writer knew: it is learnt from, but not where one of those
is left out, or what is measured and calibrated there would be too kind."""

GAMMA = 0.5
NEARNESS, WRITTEN, DUTIES = 8.0, 2.0, 0.3
"""Shares of the vector, the characters and the duties in the kernel."""
RIDGE = 1.0
BALANCE = 0.3
"""A complaint of a department with n complaints weighs n to the power of minus this."""
RAREST = 3
"""Characters and pairs of fewer complaints are not kept."""
TRUSTED = 0.95
"""Of the proposals that are called sure so many shall be right."""
TOLD = 4.0
"""What a compound complaint that somebody told weighs beside one that was joined of two here."""
TREES, DEPTH, SHRINKAGE = 120, 3, 0.06
TORN = 0.08
"""At most so many single complaints are taken for two."""


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint of one hand."""

    text: str
    departments: tuple[str, ...]
    parts: tuple[str, ...]
    hand: str

    @property
    def single(self) -> bool:
        return len(self.departments) == 1


def read_rows(folder: Path = HANDS) -> list[Row]:
    """Every training complaint, in a stable order."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            departments = tuple(row["departments"]) if "departments" in row else (row["department"],)
            found.append(Row(row["text"], departments, tuple(row.get("parts", (row["text"],))), path.stem))
    return found


def strange(hand: str) -> frozenset[str]:
    """What a model must not have learnt from that is measured on ``hand``: the hand itself, and those that knew it."""
    return frozenset({hand}) | {other for other, known in KNEW.items() if hand in known}


def pieces(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """What is for one department each: single complaints, and the parts of the compound ones."""
    return [(part, of) for row in rows for part, of in zip(row.parts, row.departments, strict=True)]


class Vectors:
    """Sentence vectors, kept in ``build/embeddings`` and never computed twice."""

    def __init__(self) -> None:
        default = open_encoder()
        self.encoder: Encoder = default
        with suppress(NotSetUp):
            self.encoder = quickest(default)
        self._kept = Embeddings(ROOT / "build" / "embeddings", self.encoder)

    def of(self, texts: Sequence[str]) -> Vector:
        """float32[n, d]"""
        found = self._kept.of(texts, questions=True)
        self._kept.save()
        return found


def _sparse(texts: Sequence[str], terms: Terms, count: Any) -> Any:
    """scipy.sparse.csr_matrix of float32[n, terms]"""
    from scipy import sparse  # type: ignore[import-untyped]

    weighed = [terms.weigh(count(text)) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in weighed)])
    places = np.concatenate([places for places, _ in weighed])
    values = np.concatenate([values for _, values in weighed])
    return sparse.csr_matrix((values, places, ends), shape=(len(texts), len(terms.places)))


def train(pairs: Sequence[tuple[str, str]], vectors: Vectors) -> Model:
    """The model of these complaints, without a calibration."""
    texts = [text for text, _ in pairs]
    labels = tuple(sorted({department for _, department in pairs}))
    right = np.array([labels.index(department) for _, department in pairs])
    raw = vectors.of(texts)
    common = raw.mean(axis=0)
    near = raw - common
    near /= np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-9)
    written_terms, duty_terms = terms_of(texts, RAREST), duties_of(texts)
    written, named = _sparse(texts, written_terms, characters), _sparse(texts, duty_terms, counted)
    kernel = NEARNESS * np.exp((2 * GAMMA) * (near @ near.T - 1))
    kernel = kernel + WRITTEN * (written @ written.T).toarray() + DUTIES * (named @ named.T).toarray()
    weight = np.bincount(right)[right].astype(np.float64) ** -BALANCE
    weight /= weight.mean()
    kernel[np.diag_indices(len(right))] += RIDGE / weight
    wanted = np.full((len(right), len(labels)), -1 / len(labels))
    wanted[np.arange(len(right)), right] += 1
    duals = np.linalg.solve(kernel, wanted).astype(np.float32)
    return Model(
        labels=labels,
        encoder=open_encoder().id,
        common=common.astype(np.float32),
        rows=near.astype(np.float32),
        near=NEARNESS * duals,
        gamma=GAMMA,
        characters=written_terms,
        written=WRITTEN * np.asarray(written.T @ duals, dtype=np.float32),
        duties=duty_terms,
        named=DUTIES * np.asarray(named.T @ duals, dtype=np.float32),
    )


def scores(model: Model, texts: Sequence[str], vectors: Vectors) -> Vector:
    """float32[n, classes]"""
    return np.stack([model.scores(row, text) for row, text in zip(vectors.of(texts), texts, strict=True)])


def temperature_of(seen: Vector, right: NDArray[np.int64]) -> float:
    """The temperature under which what was right was likeliest."""
    steps = np.exp(np.linspace(np.log(0.02), np.log(0.5), 60))

    def surprise(temperature: float) -> float:
        logits = seen / temperature
        logits = logits - logits.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(right)), right]))

    return round(float(min(steps, key=surprise)), 4)


def sure_of(chances: Vector, right: NDArray[np.int64]) -> float:
    """The least confidence from which on :data:`TRUSTED` of the proposals are right."""
    most, good = chances.max(axis=1), chances.argmax(axis=1) == right
    for least in np.arange(0.3, 0.99, 0.01):
        kept = most >= least
        if kept.any() and good[kept].mean() >= TRUSTED:
            return round(float(least), 2)
    return 0.99


@dataclass(frozen=True, slots=True)
class Judged:
    """A complaint with every place as models see it that do not know its hand."""

    row: Row
    whole: Vector
    by_words: tuple[tuple[Cut, dict[str, float], bool], ...]
    """Each place with its features and whether it is right."""


def _right(cut: Cut, row: Row) -> bool:
    """Whether ``cut`` parts ``row`` where its parts meet."""
    if row.single:
        return False
    first, then = row.parts
    return first[-5:] in cut.first[-9:] and then[:5] in cut.then[:12]


def joined(rows: Sequence[Row], many: int, seed: int) -> list[Row]:
    """Compound complaints made of two single ones, as one tells two things in a breath."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    single = [row for row in rows if row.single and len(row.text) <= 60]
    links = [
        "。另外",
        "。还有，",
        "，还有",
        "。",
        "；",
        "，顺便说一下，",
        "。再说一个，",
        "，而且",
        "。对了，",
        "，",
        "。然后",
        "！",
    ]
    made: list[Row] = []
    if len({row.departments for row in single}) < 2:
        return made
    while len(made) < many:
        one, other = chance.sample(single, 2)
        if one.departments != other.departments:
            first = one.text.rstrip("。！？!?，…；; ")
            text = first + chance.choice(links) + other.text
            made.append(Row(text, one.departments + other.departments, (first, other.text), one.hand))
    return made


def see(rows: Sequence[Row], model: Model, vectors: Vectors) -> list[Judged]:
    """Every place of every complaint by words alone."""
    wholes = scores(model, [row.text for row in rows], vectors)
    found = []
    for row, raw in zip(rows, wholes, strict=True):
        whole = model.chances(raw)
        places = []
        for cut in parts.cuts(row.text):
            first, then = (model.chances(model.by_words(side)) for side in (cut.first, cut.then))
            told = parts.features(row.text, cut, len(cut.first) / len(row.text), whole, first, then)
            places.append((cut, told, _right(cut, row)))
        found.append(Judged(row, whole, tuple(places)))
    return found


def learn(examples: Sequence[tuple[dict[str, float], bool, float]], cost: float) -> Judge:
    """A logistic regression over features by name."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    names = sorted({name for told, _, _ in examples for name in told})
    table = np.array([[told.get(name, 0.0) for name in names] for told, _, _ in examples])
    scale = StandardScaler().fit(table)
    model = LogisticRegression(C=cost, max_iter=2000)
    model.fit(scale.transform(table), [good for _, good, _ in examples], sample_weight=[w for _, _, w in examples])
    weights = model.coef_[0] / scale.scale_
    bias = float(model.intercept_[0] - weights @ scale.mean_)
    return Judge(round(bias, 5), {name: round(float(weight), 5) for name, weight in zip(names, weights, strict=True)})


def first_judge(seen: Sequence[Judged]) -> Judge:
    """From words alone: which place is the likeliest."""
    return learn([(told, good, 1.0) for one in seen for _, told, good in one.by_words], 0.3)


def worth(one: Judged, words: Judge) -> list[tuple[Cut, bool]]:
    """The places that are read in full."""
    ranked = sorted(one.by_words, key=lambda place: -words.chance(place[1]))
    return [(cut, good) for cut, _, good in ranked[: parts.WORTH]]


def read_in_full(
    seen: Sequence[Judged], words: Judge, model: Model, vectors: Vectors
) -> list[list[tuple[Cut, dict[str, float], bool, tuple[str, str]]]]:
    """For each complaint its likeliest places with the features of both sides read, and the two departments."""
    sides = [side for one in seen for cut, _ in worth(one, words) for side in (cut.first, cut.then)]
    known = dict(zip(sides, scores(model, sides, vectors), strict=True)) if sides else {}
    found = []
    for one in seen:
        places = []
        for cut, good in worth(one, words):
            first, then = model.chances(known[cut.first]), model.chances(known[cut.then])
            told = parts.features(one.row.text, cut, len(cut.first) / len(one.row.text), one.whole, first, then)
            a, b, _ = parts.pair(first, then)
            places.append((cut, told, good, (model.labels[a], model.labels[b])))
        found.append(places)
    return found


Read = tuple[Judged, list[tuple[Cut, dict[str, float], bool, tuple[str, str]]]]


def grow(read: Sequence[Read], real: frozenset[str]) -> Trees:
    """Boosted trees. A place is right where the parts meet, or where both departments come out right."""
    from sklearn.ensemble import GradientBoostingClassifier

    table, right, weight = [], [], []
    names = sorted({name for _, places in read for _, told, _, _ in places for name in told})
    for one, places in read:
        two = not one.row.single
        for _, told, good, departments in places:
            table.append([told.get(name, 0.0) for name in names])
            right.append(two and (good or set(departments) == set(one.row.departments)))
            weight.append(TOLD if two and one.row.text in real else 1.0)
    model = GradientBoostingClassifier(
        n_estimators=TREES, max_depth=DEPTH, learning_rate=SHRINKAGE, subsample=0.7, min_samples_leaf=15, random_state=0
    ).fit(np.array(table), right, sample_weight=weight)
    trees = []
    for (grown,) in model.estimators_:
        tree, nodes = grown.tree_, []
        for at in range(tree.node_count):
            if tree.children_left[at] < 0:
                nodes.append([round(SHRINKAGE * float(tree.value[at][0][0]), 5)])
            else:
                name, least = names[tree.feature[at]], round(float(tree.threshold[at]), 5)
                nodes.append([name, least, int(tree.children_left[at]), int(tree.children_right[at])])
        trees.append(nodes)
    share = float(np.average(right, weights=weight))
    return Trees(round(float(np.log(share / (1 - share))), 5), trees)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt, and what hands that were left out would get."""

    model: Model
    judges: Judges
    lines: tuple[str, ...]


def fit(rows: Sequence[Row], vectors: Vectors) -> Fitted:
    """Fits everything; a few minutes from nothing, most of them for vectors."""
    hands = sorted({row.hand for row in rows})
    kept: list[tuple[Vector, NDArray[np.int64], str]] = []
    others: dict[str, Model] = {}
    for hand in hands:
        mine = [row for row in rows if row.hand == hand]
        model = train(pieces([row for row in rows if row.hand not in strange(hand)]), vectors)
        others[hand] = model
        asked = [(row.text, row.departments[0]) for row in mine if row.single]
        seen = scores(model, [text for text, _ in asked], vectors)
        kept.append((seen, np.array([model.labels.index(of) for _, of in asked]), hand))
    seen, right = np.concatenate([each[0] for each in kept]), np.concatenate([each[1] for each in kept])
    temperature = temperature_of(seen, right)
    others = {hand: replace(model, temperature=temperature) for hand, model in others.items()}
    chances = np.stack([others[hands[0]].chances(row) for row in seen])
    sure = sure_of(chances, right)
    lines = [f"temperature {temperature}, sure from {sure}"]
    for each, good, hand in kept:
        lines.append(f"{hand:8} left out: {100 * np.mean(each.argmax(axis=1) == good):5.1f} % of {len(good)} singles")
    certain = chances.max(axis=1) >= sure
    precise = 100 * np.mean(chances.argmax(axis=1)[certain] == right[certain])
    two = np.argsort(-chances, axis=1)[:, :2]
    lines.append(
        f"sure: {100 * certain.mean():.1f} % of them, {precise:.1f} % right; among two: {100 * np.mean((two == right[:, None]).any(axis=1)):.1f} %"
    )

    everything: list[Judged] = []
    groups: list[tuple[str, list[Judged]]] = []
    for place, hand in enumerate(hands):
        mine = [row for row in rows if row.hand == hand]
        mine = mine + joined(mine, len(mine) // 4, place)
        judged = see(mine, others[hand], vectors)
        groups.append((hand, judged))
        everything += judged
    words = first_judge(everything)
    read: list[Read] = []
    for hand, judged in groups:
        read += list(zip(judged, read_in_full(judged, words, others[hand], vectors), strict=True))
    real = frozenset(row.text for row in rows)
    judge = grow(read, real)
    guessed = _crossed(read, real)
    least = _least([(one, chance) for one, chance, _ in guessed if one.row.single])
    for hand in hands:
        pairs = [(one, chance, named) for one, chance, named in guessed if one.row.hand == hand and not one.row.single]
        for told, of in (
            ("told", [e for e in pairs if e[0].row.text in real]),
            ("joined", [e for e in pairs if e[0].row.text not in real]),
        ):
            if of:
                parted = [chance >= least for _, chance, _ in of]
                both = [chance >= least and set(named) == set(one.row.departments) for one, chance, named in of]
                lines.append(
                    f"{hand:8} {told:6}: parted {100 * np.mean(parted):5.1f}, both right {100 * np.mean(both):5.1f} % of {len(of)}"
                )
    single = [chance >= least for one, chance, _ in guessed if one.row.single]
    lines.append(f"least {least}: {100 * np.mean(single):.1f} % of {len(single)} singles torn")
    model = replace(train(pieces(rows), vectors), temperature=temperature, sure=sure)
    return Fitted(model, Judges(words, judge, least), tuple(lines))


def _crossed(read: Sequence[Read], real: frozenset[str], folds: int = 5) -> list[tuple[Judged, float, tuple[str, str]]]:
    """Each complaint's likeliest place as a judge sees it that has not learnt from it."""
    found = []
    for fold in range(folds):
        known = [each for place, each in enumerate(read) if place % folds != fold]
        judge = grow(known, real)
        for place, (one, places) in enumerate(read):
            if place % folds == fold:
                best = max(((judge.chance(told), named) for _, told, _, named in places), default=(0.0, ("", "")))
                found.append((one, *best))
    return found


def _least(single: Sequence[tuple[Judged, float]]) -> float:
    """The least chance at which at most :data:`TORN` of the single complaints are torn."""
    return round(float(np.quantile([chance for _, chance in single], 1 - TORN)) + 0.005, 2)


def main() -> None:
    """Learns from all hands, writes what was learnt, prints what unseen hands would get."""
    fitted = fit(read_rows(), Vectors())
    fitted.model.save(MODEL)
    told = {
        "words": {"bias": fitted.judges.words.bias, "weights": dict(fitted.judges.words.weights)},
        "read": {"bias": fitted.judges.read.bias, "trees": fitted.judges.read.trees},
        "least": fitted.judges.least,
    }
    parts.WEIGHTS.write_text(json.dumps(told, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    for line in fitted.lines:
        print(line)
