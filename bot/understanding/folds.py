"""How the head does on a hand it was not trained on: ``python -m bot.understanding.folds [--misses]``.

For each of :data:`bot.understanding.sentences.HANDS` a head is trained on everything else and reads that hand's
sentences. Shares, temperature and the accepting threshold in ``train.py`` and ``intents.py`` were chosen by these figures.
``own.yml`` is left out of all folds: it was written with the misses of these hands in view.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding import smalltalk
from bot.understanding.sentences import HANDS, HARD, hard_sentences, intent_sentences, once, plain_sentences
from bot.understanding.spelling_out import plain
from bot.understanding.train import embed, train

SURE = 100.0
"""The score of an intent that an exact match names."""
PARTS = 5
"""Of the plain sentences of each intent one fifth is read by each fold, and not trained on."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One unseen sentence with the scores of a head that had not seen it."""

    sentence: str
    hard: bool
    right: int
    scores: NDArray[np.float32]
    """float32[classes], before the temperature."""


def heard() -> tuple[tuple[str, ...], list[Heard]]:
    """The intents, and every sentence of the hands, and of the plain ones, as unseen."""
    hands = {hand: hard_sentences(HARD / f"{hand}.yml") for hand in HANDS}
    intents = intent_sentences()
    labels = tuple(sorted({intent for _, intent in intents}))
    found: list[Heard] = []
    for part, left_out in enumerate(HANDS):
        kept = once(intents[part::PARTS])
        unseen = {sentence for sentence, _ in kept} | {sentence for sentence, _ in hands[left_out]}
        pairs = plain_sentences() + [pair for hand in HANDS if hand != left_out for pair in hands[hand]]
        head = train([pair for pair in once(pairs) if pair[0] not in unseen])
        for hard, read in ((True, hands[left_out]), (False, kept)):
            for (sentence, intent), vector in zip(read, embed([plain(one) for one, _ in read]), strict=True):
                scores = head.scores(vector, plain(sentence))
                if exact := smalltalk.exact(sentence):
                    scores = np.zeros(len(labels), dtype=np.float32)
                    scores[labels.index(exact)] = SURE
                found.append(Heard(sentence, hard, labels.index(intent), scores))
    return labels, found


def chances(scores: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """float32[n, classes]: probabilities."""
    odds = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def temperature(read: list[Heard]) -> float:
    """The temperature with the least cross-entropy."""
    read = [one for one in read if one.scores.max() < SURE]
    scores, right = np.stack([one.scores for one in read]), np.array([one.right for one in read])

    def loss(tried: float) -> float:
        told = chances(scores, tried)[np.arange(len(right)), right]
        return float(-np.log(np.maximum(told, 1e-9)).mean())

    return min((float(tried) for tried in np.geomspace(0.03, 0.5, 80)), key=loss)


def lines(read: list[Heard], divided_by: float) -> Iterator[str]:
    """The figures as a reader would say them."""
    told = chances(np.stack([one.scores for one in read]), divided_by)
    right = np.array([one.right for one in read])
    hit, sure = told.argmax(axis=1) == right, told.max(axis=1)
    hard = np.array([one.hard for one in read])
    yield f"top-1: plain {hit[~hard].mean():.1%} of {(~hard).sum()}, hard {hit[hard].mean():.1%} of {hard.sum()}"
    for low in np.arange(0.1, 1.0, 0.1):
        there = (sure >= low) & (sure < low + 0.1 + 1e-9)
        if there.any():
            yield f"  {low:.1f}–{low + 0.1:.1f}: said {sure[there].mean():.2f}, right {hit[there].mean():.2f}, n {there.sum()}"
    # Plain and hard sentences count the same, as in the evaluation.
    weight = np.where(hard, 0.5 / hard.sum(), 0.5 / (~hard).sum())
    for accept in (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8):
        over = sure >= accept
        yield f"accept {accept:.2f}: wrong {weight[over & ~hit].sum():.1%}, asked back {weight[~over].sum():.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.understanding.folds", description=__doc__)
    parser.add_argument("--misses", action="store_true", help="also print every miss")
    chosen = parser.parse_args()
    labels, read = heard()
    fitted = temperature(read)
    print(f"temperature {fitted:.3f}")
    print("\n".join(lines(read, fitted)))
    if chosen.misses:
        told = chances(np.stack([one.scores for one in read]), fitted)
        for one, row in zip(read, told, strict=True):
            if (at := int(row.argmax())) != one.right:
                kind = "hard" if one.hard else "plain"
                print(
                    f"{kind}: {one.sentence} → {labels[at]} {row[at]:.2f}, not {labels[one.right]} {row[one.right]:.2f}"
                )


if __name__ == "__main__":
    main()
