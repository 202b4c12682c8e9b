"""Learns when a message is two requests: ``python -m bot.understanding.fit_apart``.

Each hand's messages (``training_data/requests``, and single requests: the stories of ``training_data/hard``, plain ones of ``training_data/intents``) are read by a head that was not trained on
that hand, so that the judges learn how unseen words read. What is printed is for each hand what judges say that have not
seen it either; what is written to ``apart.json`` is learnt from all. Some ten minutes on two cores; vectors are kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.understanding import apart, smalltalk
from bot.understanding.apart import Chances, Judge, Pair, Side, Trees, features, pair, requests_of
from bot.understanding.cuts import Cut, cuts
from bot.understanding.intents import Head
from bot.understanding.normalise import normalise
from bot.understanding.sentences import HARD, REQUESTS, hard_sentences, intent_sentences, once, pieces, read_sentences
from bot.understanding.spelling_out import plain
from bot.understanding.train import embed, train

PAIN = 3.0
"""What the regression pays for each squared weight."""
TREES, PACE, LEAVES = 120, 0.08, 6
"""Trees, how far each goes, and how many ends it has."""
WORTH = 2
"""Places of a message whose sides are read in full."""
PARTS = 3
"""Of the plain sentences each head leaves out one third."""
WRONG_PLACE = 0.5
"""What the wrong places of a message of two weigh together, where the right one weighs 1."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one hand."""

    hand: str
    text: str
    intents: tuple[str, ...]
    """Two, or one where it only looks like two."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a message as a judge sees it."""

    cut: Cut
    pair: Pair
    features: Mapping[str, float]

    def right(self, message: Message) -> bool:
        return {self.pair.first, self.pair.second} == set(message.intents)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message with its places, by its words and read in full."""

    message: Message
    by_words: Sequence[Place]
    read: Mapping[Cut, Place]


def messages() -> list[Message]:
    """Every message of every hand."""
    found = []
    for path in sorted(REQUESTS.glob("*.yml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        hand = path.stem
        found += [Message(hand, normalise(row["text"]), tuple(row["intents"])) for row in raw["compound"]]
        found += [Message(hand, normalise(row["text"]), (row["intent"],)) for row in raw["single"]]
    for path in sorted(HARD.glob("*.yml")):
        found += [
            Message(f"hard {path.stem}", text, (intent,))
            for text, intent in hard_sentences(path)
            if intent not in apart.NO_REQUESTS and smalltalk.exact(text) is None
        ]
    for part in range(PARTS):
        found += [
            Message(f"plain {part}", text, (intent,))
            for text, intent in once(intent_sentences())[part::PARTS]
            if intent not in apart.NO_REQUESTS and smalltalk.exact(text) is None
        ]
    return found


def see(found: Sequence[Message]) -> Iterator[Seen]:
    """Every message as a head reads it that has not seen its hand."""
    everything = read_sentences()
    hands: dict[str, list[Message]] = defaultdict(list)
    for message in found:
        hands[message.hand].append(message)
    for hand, mine in hands.items():
        unseen = {message.text for message in mine}
        kind, _, stem = hand.rpartition(" ")
        if kind == "hard":
            unseen |= {text for text, _ in hard_sentences(HARD / f"{stem}.yml")}
        elif not kind:
            unseen |= {text for text, _ in pieces(REQUESTS / f"{stem}.yml")}
        head = train([each for each in once(everything) if each[0] not in unseen])
        yield from _seen(mine, head, full=not kind)


def _seen(mine: Sequence[Message], head: Head, full: bool) -> Iterator[Seen]:
    """``full`` where the sides of every place are read; else of the first :data:`WORTH` by the product of their chances."""
    glances: dict[str, Chances] = {}

    def glance(text: str) -> Chances:
        if text not in glances:
            glances[text] = requests_of(head.glance(plain(text)))
        return glances[text]

    by_words: list[list[tuple[Cut, Pair]]] = []
    for message in mine:
        paired = [(cut, pair(glance(cut.first), glance(cut.then))) for cut in cuts(message.text)]
        by_words.append([(cut, found) for cut, found in paired if found is not None])
    worth = [
        [cut for cut, _ in sorted(places, key=lambda place: -place[1].chance)][: None if full else WORTH + 1]
        for places in by_words
    ]
    texts = sorted(
        {message.text for message in mine} | {side for kept in worth for cut in kept for side in (cut.first, cut.then)}
    )
    said = [plain(text) for text in texts]
    readings = {
        text: requests_of(head.ranking(vector, plain(text))) for text, vector in zip(texts, embed(said), strict=True)
    }
    for message, places, kept in zip(mine, by_words, worth, strict=True):
        whole = readings[message.text]
        seen = [
            Place(
                cut,
                found,
                features(
                    cut,
                    whole,
                    Side(cut.first, glance(cut.first), glance),
                    Side(cut.then, glance(cut.then), glance),
                    found,
                ),
            )
            for cut, found in places
        ]
        read = {}
        for cut in kept:
            first, second = Side(cut.first, readings[cut.first], glance), Side(cut.then, readings[cut.then], glance)
            if (found := pair(first.chances, second.chances)) is not None:
                read[cut] = Place(cut, found, features(cut, whole, first, second, found))
        yield Seen(message, seen, read)


def learn(rows: Iterable[tuple[Mapping[str, float], bool, float]]) -> Judge:
    """A logistic regression by Newton's method. ``rows``: features, whether these are two requests, weight."""
    kept = list(rows)
    names = sorted({name for named, _, _ in kept for name in named})
    column = {name: place for place, name in enumerate(names)}
    x = np.zeros((len(kept), len(names) + 1))
    for row, (named, _, _) in enumerate(kept):
        x[row, -1] = 1
        for name, value in named.items():
            x[row, column[name]] = value
    y, weight = np.array([float(two) for _, two, _ in kept]), np.array([each for _, _, each in kept])
    scale = np.append(np.maximum(x[:, :-1].std(axis=0), 0.05), 1.0)
    x = x / scale
    pain = np.append(np.full(len(names), PAIN), 0.0)
    beta: NDArray[np.float64] = np.zeros(x.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        slope = x.T @ (weight * (chance - y)) + pain * beta
        bend = (x * (weight * chance * (1 - chance))[:, None]).T @ x + np.diag(pain + 1e-9)
        step = np.linalg.solve(bend, slope)
        beta = beta - step
        if float(np.abs(step).max()) < 1e-6:
            break
    beta = beta / scale
    return Judge(float(beta[-1]), {name: round(float(beta[column[name]]), 4) for name in names})


def grow(rows: Iterable[tuple[Mapping[str, float], bool, float]]) -> Trees:
    """Boosted trees. ``rows``: features, whether these are two requests, weight."""
    from sklearn.ensemble import GradientBoostingClassifier

    kept = list(rows)
    names = sorted({name for named, _, _ in kept for name in named})
    # The trees are kept with four digits; so they are grown.
    x = np.array([[round(named.get(name, 0.0), 4) for name in names] for named, _, _ in kept])
    y, weight = np.array([two for _, two, _ in kept]), np.array([each for _, _, each in kept])
    grown = GradientBoostingClassifier(
        n_estimators=TREES,
        learning_rate=PACE,
        max_leaf_nodes=LEAVES,
        max_depth=None,
        min_samples_leaf=25,
        random_state=7,
    ).fit(x, y, weight)
    prior = float(np.average(y, weights=weight))
    trees: list[list[list[str | float]]] = []
    for (one,) in grown.estimators_:
        tree = one.tree_
        trees.append(
            [
                [round(PACE * float(tree.value[place].item()), 4)]
                if tree.children_left[place] < 0
                else [
                    names[tree.feature[place]],
                    round(float(tree.threshold[place]), 4),
                    int(tree.children_left[place]),
                    int(tree.children_right[place]),
                ]
                for place in range(tree.node_count)
            ]
        )
    return Trees(round(float(np.log(prior / (1 - prior))), 4), trees)


def judges(seen: Sequence[Seen]) -> tuple[Judge, Trees]:
    """The judge of words alone and the judge of both sides read."""
    return learn(_rows(seen, read=False)), grow(_rows(seen, read=True))


def _rows(seen: Sequence[Seen], read: bool) -> Iterator[tuple[Mapping[str, float], bool, float]]:
    for one in seen:
        places = list(one.read.values()) if read else list(one.by_words)
        if not places:
            continue
        if len(one.message.intents) < 2:
            yield from ((place.features, False, len(places) ** -0.5) for place in places)
            continue
        # Whether a place is right is known from both sides read, also where only their words are judged.
        right = [one.read[place.cut].right(one.message) if place.cut in one.read else False for place in places]
        for place, good in zip(places, right, strict=True):
            yield place.features, good, 1 / sum(right) if good else WRONG_PLACE / len(places)


def found(one: Seen, words: Judge, read: Trees) -> tuple[float, Place | None]:
    """The likeliest place and its chance, as the product finds it."""
    likely = sorted(one.by_words, key=lambda place: -words.chance(place.features))[:WORTH]
    worth = [
        one.read[place.cut]
        for place in likely
        if place.cut in one.read and words.chance(place.features) >= apart.GLANCED
    ]
    judged = [(read.chance(place.features), place) for place in worth]
    return max(judged, key=lambda each: each[0], default=(0.0, None))


def lines(seen: Sequence[Seen]) -> Iterator[str]:
    """For each hand, what judges find that have not seen it."""
    for hand in dict.fromkeys(one.message.hand for one in seen):
        words, read = judges([one for one in seen if one.message.hand != hand])
        mine = [(one.message, *found(one, words, read)) for one in seen if one.message.hand == hand]
        two = [each for each in mine if len(each[0].intents) == 2]
        one = [each for each in mine if len(each[0].intents) == 1]
        told = [f"{hand:16}"]
        for least in (0.2, 0.25, 0.3, 0.4):
            right = [place is not None and chance >= least and place.right(message) for message, chance, place in two]
            whole = [chance < least for _, chance, _ in one]
            both = f"{100 * np.mean(right):5.1f}" if right else "    –"
            told.append(f"{least}: both {both} whole {100 * np.mean(whole):5.1f}")
        yield "  ".join(told) + f"  ({len(two)}, {len(one)})"


def main() -> None:
    """Learns from all hands, writes the weights, prints what unseen hands would get."""
    seen = list(see(messages()))
    for line in lines(seen):
        print(line, flush=True)
    write(*judges(seen))


def write(words: Judge, read: Trees) -> None:
    """Keeps both judges in :data:`bot.understanding.apart.WEIGHTS`."""
    told: dict[str, Any] = {
        "words": {"bias": round(words.bias, 4), "weights": dict(words.weights)},
        "read": {"bias": read.bias, "trees": []},
    }
    weights = json.dumps(told, indent=1, sort_keys=True)
    trees = ",\n".join("  " + json.dumps(tree, separators=(",", ":")) for tree in read.trees)
    apart.WEIGHTS.write_text(weights.replace('"trees": []', f'"trees": [\n{trees}\n ]') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
