"""The intent head: a calibrated linear classifier over the sentence vector and its character n-grams.

One e5 vector serves the head and the policy search. Trained by ``bot/understanding/train.py``; at serving time it is two matrix
products in numpy, so that scikit-learn stays out of the doors' memory.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

VECTOR_SCALE = 10.0
"""e5 vectors are nearly parallel: unscaled, a regularised classifier gives every class the same probability."""


NGRAM_SCALE = 3.0
"""How much the words weigh against the vector; chosen by cross-validation on the training sentences (81 → 82 %)."""


class HeadMissing(FileNotFoundError):
    """There is no trained head; ``scripts/train`` makes one."""


def ngrams(text: str) -> Counter[str]:
    """Characters, pairs and triples of the folded text, with its ends marked."""
    folded = "^" + unicodedata.normalize("NFKC", text).lower().replace(" ", "") + "$"
    return Counter(folded[i : i + n] for n in (1, 2, 3) for i in range(len(folded) - n + 1))


@dataclass(frozen=True, slots=True)
class Head:
    """The trained head."""

    labels: tuple[str, ...]
    weights: Vector
    """float32[classes, 384 + vocabulary]"""
    bias: Vector
    """float32[classes]"""
    vocabulary: dict[str, int]
    idf: Vector
    """float32[vocabulary]"""
    temperature: float
    """Divides the logits; fitted so that a confidence of 0.8 is right eight times in ten."""

    def features(self, vector: Vector, text: str) -> Vector:
        """float32[384 + vocabulary]: the scaled sentence vector, then L2-normalised tf-idf of the n-grams."""
        return np.concatenate([vector * VECTOR_SCALE, weigh(text, self.vocabulary, self.idf) * NGRAM_SCALE])

    def ranking(self, vector: Vector, text: str) -> tuple[tuple[str, float], ...]:
        """Every intent with its calibrated probability, most likely first."""
        logits = (self.weights @ self.features(vector, text) + self.bias) / self.temperature
        odds = np.exp(logits - logits.max())
        chances = odds / odds.sum()
        order = np.argsort(-chances)
        return tuple((self.labels[i], float(chances[i])) for i in order)

    def save(self, path: Path, fingerprint: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        words = {"labels": self.labels, "vocabulary": self.vocabulary, "temperature": self.temperature}
        aside = path.with_suffix(".tmp.npz")
        np.savez_compressed(
            aside,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            idf=self.idf,
            words=np.array(json.dumps(words, ensure_ascii=False)),
            fingerprint=np.array(fingerprint),
        )
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Head:
        """Raises :class:`HeadMissing` when nothing was trained yet."""
        if not path.exists():
            raise HeadMissing(f"{path} is missing: run scripts/train.")
        with np.load(path, allow_pickle=False) as stored:
            words: dict[str, Any] = json.loads(str(stored["words"]))
            return cls(
                labels=tuple(words["labels"]),
                weights=stored["weights"].astype(np.float32),
                bias=stored["bias"],
                vocabulary=words["vocabulary"],
                idf=stored["idf"],
                temperature=float(words["temperature"]),
            )


def fingerprint_of(path: Path) -> str | None:
    """What the stored head was trained from; ``None`` when there is none."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        return str(stored["fingerprint"])


def weigh(text: str, vocabulary: dict[str, int], idf: Vector) -> Vector:
    """float32[vocabulary]: L2-normalised tf-idf of the text's known n-grams."""
    weights = np.zeros(len(vocabulary), dtype=np.float32)
    for gram, count in ngrams(text).items():
        if (place := vocabulary.get(gram)) is not None:
            weights[place] = (1.0 + math.log(count)) * idf[place]
    norm = float(np.linalg.norm(weights))
    return weights / norm if norm else weights
