"""Whether a held-out sentence stands, or nearly stands, among the training sentences."""

from __future__ import annotations

from collections.abc import Iterable

from bot.understanding.normalise import normalise

TOO_LIKE = 0.6


def trigrams(text: str) -> frozenset[str]:
    """Character trigrams of the normalised text without punctuation; a shorter text is its own only gram."""
    kept = "".join(char for char in normalise(text).lower() if char.isalnum())
    return frozenset(kept[i : i + 3] for i in range(len(kept) - 2)) or frozenset({kept})


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared grams in all grams, 0…1."""
    return len(one & other) / len(one | other)


def leaks(held_out: Iterable[str], training: Iterable[str]) -> list[tuple[str, str, float]]:
    """Every held-out sentence with its nearest training sentence, where they are too like each other."""
    known = [(sentence, trigrams(sentence)) for sentence in training]
    having: dict[str, list[int]] = {}
    for at, (_, grams) in enumerate(known):
        for gram in grams:
            having.setdefault(gram, []).append(at)
    found = []
    for sentence in held_out:
        grams = trigrams(sentence)
        # Without a gram in common two sentences are not like each other at all.
        near = {at for gram in grams for at in having.get(gram, ())}
        if not near:
            continue
        nearest = max((known[at] for at in sorted(near)), key=lambda pair: jaccard(grams, pair[1]))
        likeness = jaccard(grams, nearest[1])
        if likeness >= TOO_LIKE:
            found.append((sentence, nearest[0], likeness))
    return found
