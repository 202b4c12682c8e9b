"""The intent head: kernel ridge regression over the sentence vector, the words, how they sound, and of what kinds they are.

A Gaussian kernel over the vector finds training sentences that mean something like this one; linear kernels over the rest
say what each word speaks for, and are kept as one weight a word. So a message costs one product with the rows and a few
look-ups (about 1 ms, numpy alone) beside its vector. Trained by ``bot/understanding/train.py``.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding import signs
from bot.understanding.spelling_out import folded, syllable, syllables_of

Vector = NDArray[np.float32]
Halves = NDArray[np.float16] | NDArray[np.float32]

ACCEPT = 0.65
"""From this calibrated probability on an intent is acted upon; below it the two most likely are offered. Chosen by
``python -m bot.understanding.folds``; each head carries its own (:attr:`Head.accept`)."""

GLANCING = 1.0
"""Scores of words alone are divided by so many times the temperature."""

_PIECE = re.compile(r"[\u3400-\u9fff]|[a-z]+|\d+|[^\s]")


class HeadMissing(FileNotFoundError):
    """There is no trained head; ``scripts/train`` makes one."""


def ngrams(text: str) -> Counter[str]:
    """Characters, pairs and triples of the folded text, with its ends marked."""
    small = "^" + unicodedata.normalize("NFKC", text).lower().replace(" ", "") + "$"
    return Counter(small[i : i + n] for n in (1, 2, 3) for i in range(len(small) - n + 1))


def spoken(text: str) -> Counter[str]:
    """Pairs and triples of folded syllables: 成绩丹 and 成绩单 have the same. A space stands between syllables."""
    said = ("^", *_syllables(text), "$")
    return Counter(" ".join(said[i : i + n]) for n in (2, 3) for i in range(len(said) - n + 1))


def _syllables(text: str) -> Iterator[str]:
    for piece in _PIECE.findall(unicodedata.normalize("NFKC", text).lower()):
        if piece.isdigit():
            yield "0"
        elif piece.isascii() and piece.isalpha():
            cut = syllables_of(piece) if len(piece) > 2 else ()
            if cut:
                yield from map(folded, cut)
            elif len(piece) <= 6:
                yield from piece
            else:
                yield piece
        else:
            yield syllable(piece) if piece.isalpha() else "|"


@dataclass(frozen=True, slots=True)
class Grams:
    """Known n-grams, each with its place and its inverse document frequency."""

    places: dict[str, int]
    idf: Vector
    """float32[places]"""

    def weigh(self, counted: Counter[str]) -> tuple[NDArray[np.int64], Vector]:
        """Places and L2-normalised tf-idf of those that are known."""
        known = [(place, count) for gram, count in counted.items() if (place := self.places.get(gram)) is not None]
        places = np.array([place for place, _ in known], dtype=np.int64)
        weights = np.array([1.0 + math.log(count) for _, count in known], dtype=np.float32) * self.idf[places]
        norm = float(np.linalg.norm(weights))
        return places, (weights / norm if norm else weights).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Features:
    """What turns a sentence and its vector into numbers."""

    common: Vector
    """float32[d]: what all sentence vectors have in common."""
    written: Grams
    sounding: Grams
    rarity: Vector
    """float32[kinds]: inverse document frequency of each kind of ``words/signs.yml``."""

    def centred(self, vector: Vector) -> Vector:
        """float32[d], of unit length: the vector less what all have in common."""
        rest = np.asarray(vector, dtype=np.float32) - self.common
        norm = float(np.linalg.norm(rest))
        return np.asarray(rest / norm if norm else rest, dtype=np.float32)

    def signs(self, text: str) -> Vector:
        """float32[kinds], of unit length unless there are none."""
        weighed = signs.found(text) * self.rarity
        norm = float(np.linalg.norm(weighed))
        return np.asarray(weighed / norm if norm else weighed, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Weights:
    """What speaks for each intent."""

    near: Vector
    """float32[sentences, classes]: what being like each training sentence counts."""
    written: Halves
    """float[n-grams, classes]: in 16 bits once loaded, for they are many and a message has few of them."""
    sounding: Halves
    """float[sounding n-grams, classes]"""
    signs: Vector
    """float32[kinds, classes]"""


@dataclass(frozen=True, slots=True)
class Head:
    """The trained head."""

    labels: tuple[str, ...]
    features: Features
    rows: Vector
    """float32[sentences, d]: centred vectors of the training sentences."""
    weights: Weights
    gamma: float
    temperature: float
    """Divides the scores; fitted on hands the head had not seen, so that a confidence of 0.8 is right eight times in ten."""
    accept: float = ACCEPT
    """From this probability on an intent is acted upon."""

    def ranking(self, vector: Vector, text: str) -> tuple[tuple[str, float], ...]:
        """Every intent with its calibrated probability, most likely first. ``text`` is spelled out, as ``vector``'s was."""
        return self._ranked(self.scores(vector, text) / self.temperature)

    def glance(self, text: str) -> tuple[tuple[str, float], ...]:
        """The same from the words alone, where a vector would cost too much: 0.3 ms, and wrong twice as often."""
        return self._ranked(self.by_words(text) / (GLANCING * self.temperature))

    def _ranked(self, scores: Vector) -> tuple[tuple[str, float], ...]:
        odds = np.exp(scores - scores.max())
        chances = odds / odds.sum()
        order = np.argsort(-chances)
        return tuple((self.labels[i], float(chances[i])) for i in order)

    def scores(self, vector: Vector, text: str) -> Vector:
        """float32[classes]: before the temperature."""
        centred = self.features.centred(vector)
        # Rows and vector are of unit length: the squared distance is 2 - 2·cosine.
        likeness = np.exp((2 * self.gamma) * (self.rows @ centred - 1))
        return np.asarray(likeness @ self.weights.near + self.by_words(text), dtype=np.float32)

    def by_words(self, text: str) -> Vector:
        """float32[classes]: what the words alone say, before the temperature."""
        scores = self.features.signs(text) @ self.weights.signs
        for grams, counted, weights in (
            (self.features.written, ngrams(text), self.weights.written),
            (self.features.sounding, spoken(text), self.weights.sounding),
        ):
            places, weighed = grams.weigh(counted)
            scores = scores + weighed @ weights[places].astype(np.float32)
        return np.asarray(scores, dtype=np.float32)

    def save(self, path: Path, fingerprint: str) -> None:
        """Rows are kept in 8 bits with a scale each, other weights in 16: that moves no probability by more than 0.01."""
        path.parent.mkdir(parents=True, exist_ok=True)
        words = {
            "labels": self.labels,
            "written": list(self.features.written.places),
            "sounding": list(self.features.sounding.places),
            "gamma": self.gamma,
            "temperature": self.temperature,
            "accept": self.accept,
        }
        scales = (np.abs(self.rows).max(axis=1) / 127).astype(np.float32)
        aside = path.with_suffix(".tmp.npz")
        np.savez_compressed(
            aside,
            common=self.features.common,
            written_idf=self.features.written.idf,
            sounding_idf=self.features.sounding.idf,
            rarity=self.features.rarity,
            rows=np.round(self.rows / scales[:, None]).astype(np.int8),
            scales=scales,
            near=self.weights.near.astype(np.float16),
            written=self.weights.written.astype(np.float16),
            sounding=self.weights.sounding.astype(np.float16),
            signs=self.weights.signs.astype(np.float16),
            words=np.array(json.dumps(words, ensure_ascii=False)),
            fingerprint=np.array(fingerprint),
        )
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Head:
        """Raises :class:`HeadMissing` when nothing was trained yet, or by an earlier way of training."""
        if not path.exists():
            raise HeadMissing(f"{path} is missing: run scripts/train.")
        with np.load(path, allow_pickle=False) as stored:
            if "near" not in stored:
                raise HeadMissing(f"{path} is of an earlier version: run scripts/train.")
            words: dict[str, Any] = json.loads(str(stored["words"]))
            if len(stored["rarity"]) != len(signs.kinds()):
                raise HeadMissing(f"{path} does not fit training_data/words/signs.yml: run scripts/train.")

            def grams(name: str) -> Grams:
                return Grams({gram: place for place, gram in enumerate(words[name])}, stored[f"{name}_idf"])

            return cls(
                labels=tuple(words["labels"]),
                features=Features(stored["common"], grams("written"), grams("sounding"), stored["rarity"]),
                rows=stored["rows"].astype(np.float32) * stored["scales"][:, None],
                weights=Weights(
                    near=stored["near"].astype(np.float32),
                    written=stored["written"],
                    sounding=stored["sounding"],
                    signs=stored["signs"].astype(np.float32),
                ),
                gamma=float(words["gamma"]),
                temperature=float(words["temperature"]),
                accept=float(words["accept"]),
            )


def fingerprint_of(path: Path) -> str | None:
    """What the stored head was trained from; ``None`` when there is none."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        return str(stored["fingerprint"])
