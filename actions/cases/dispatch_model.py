"""What speaks for each department: kernel ridge regression over the sentence vector, the characters and the duties named.

A Gaussian kernel over the vector finds complaints that mean something like this one; linear kernels over characters and
the duties of ``dispatch_words.yml`` are kept as one weight each. Trained by ``fit_dispatch.py``; numpy alone at run time.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

Vector = NDArray[np.float32]

WORDS = Path(__file__).with_name("dispatch_words.yml")
MODEL = Path(__file__).with_name("dispatch.npz")


def folded(text: str) -> str:
    """Half-width, small, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def characters(text: str) -> Counter[str]:
    """Characters and pairs of the folded text, with its ends marked."""
    small = f"^{folded(text)}$"
    return Counter(small[i : i + n] for n in (1, 2) for i in range(len(small) - n + 1))


@cache
def duties() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every duty, as ``department: duty``, with its words."""
    raw = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return tuple(
        (f"{department}: {duty}", tuple(folded(word) for word in words))
        for department, own in raw.items()
        for duty, words in own.items()
    )


def named(text: str) -> dict[str, tuple[str, ...]]:
    """The duties whose words ``text`` uses, with those words; a word within a longer one of its duty does not count again."""
    told = folded(text)
    found = {}
    for duty, words in duties():
        said = [word for word in words if word in told]
        whole = tuple(word for word in said if not any(word != other and word in other for other in said))
        if whole:
            found[duty] = whole
    return found


def counted(text: str) -> Counter[str]:
    """How many words of each duty."""
    return Counter({duty: len(words) for duty, words in named(text).items()})


@dataclass(frozen=True, slots=True)
class Terms:
    """Known terms, each with its place and its inverse document frequency."""

    places: Mapping[str, int]
    idf: Vector
    """float32[terms]"""
    root: bool = False
    """Whether a count weighs its square root instead of 1 + its logarithm."""

    def weigh(self, found: Counter[str]) -> tuple[NDArray[np.int64], Vector]:
        """Places and L2-normalised weights of those that are known."""
        known = [(place, count) for term, count in found.items() if (place := self.places.get(term)) is not None]
        places = np.array([place for place, _ in known], dtype=np.int64)
        said = [math.sqrt(count) if self.root else 1.0 + math.log(count) for _, count in known]
        weights = np.array(said, dtype=np.float32) * self.idf[places]
        norm = float(np.linalg.norm(weights))
        return places, (weights / norm if norm else weights).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Model:
    """The trained model."""

    labels: tuple[str, ...]
    encoder: str
    """The id of the encoder whose vectors it was trained on."""
    common: Vector
    """float32[d]: what all vectors have in common."""
    rows: Vector
    """float32[complaints, d]: centred vectors of unit length."""
    near: Vector
    """float32[complaints, classes]: what being like each complaint counts."""
    gamma: float
    characters: Terms
    written: Vector
    """float32[characters and pairs, classes]"""
    duties: Terms
    named: Vector
    """float32[duties, classes]"""
    temperature: float = 0.1
    """Divides the scores; fitted on hands the model had not seen, so that a confidence of 0.8 is right eight times in ten."""
    sure: float = 0.8
    """From this confidence on the proposal is one department; below it two are named and a person decides."""

    def centred(self, vector: Vector) -> Vector:
        """float32[d] of unit length."""
        rest = np.asarray(vector, dtype=np.float32) - self.common
        norm = float(np.linalg.norm(rest))
        return np.asarray(rest / norm if norm else rest, dtype=np.float32)

    def scores(self, vector: Vector, text: str) -> Vector:
        """float32[classes]: before the temperature."""
        likeness = np.exp((2 * self.gamma) * (self.rows @ self.centred(vector) - 1))
        return np.asarray(likeness @ self.near + self.by_words(text), dtype=np.float32)

    def by_words(self, text: str) -> Vector:
        """float32[classes]: what characters and duties say without the vector."""
        places, weighed = self.characters.weigh(characters(text))
        scores = weighed @ self.written[places]
        places, weighed = self.duties.weigh(counted(text))
        return np.asarray(scores + weighed @ self.named[places], dtype=np.float32)

    def chances(self, scores: Vector) -> Vector:
        """float32[classes]: calibrated probabilities."""
        odds = np.exp((scores - scores.max()) / self.temperature)
        return np.asarray(odds / odds.sum(), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Rows and weights in 8 bits with a scale each: under 2 MB, and no probability moves by more than 0.02."""
        words = {
            "labels": self.labels,
            "encoder": self.encoder,
            "gamma": self.gamma,
            "temperature": self.temperature,
            "sure": self.sure,
            "characters": list(self.characters.places),
            "duties": list(self.duties.places),
        }
        stored: dict[str, Any] = {
            "common": self.common,
            "near": self.near.astype(np.float16),
            "named": self.named.astype(np.float16),
            "characters_idf": self.characters.idf.astype(np.float16),
            "duties_idf": self.duties.idf,
            "words": np.array(json.dumps(words, ensure_ascii=False)),
        }
        for name, matrix in (("rows", self.rows), ("written", self.written)):
            scales = np.maximum(np.abs(matrix).max(axis=1), 1e-9).astype(np.float32) / 127
            stored[name] = np.round(matrix / scales[:, None]).astype(np.int8)
            stored[f"{name}_scales"] = scales.astype(np.float32)
        aside = path.with_suffix(".part.npz")
        np.savez_compressed(aside, **stored)
        aside.replace(path)

    @classmethod
    def load(cls, path: Path = MODEL) -> Model:
        """Raises ``FileNotFoundError``, or ``ValueError`` where the duties have changed since it was trained."""
        with np.load(path, allow_pickle=False) as stored:
            words: dict[str, Any] = json.loads(str(stored["words"]))
            if words["duties"] != [duty for duty, _ in duties()]:
                raise ValueError(f"{path.name} does not fit {WORDS.name}: python -m actions.cases.dispatch fit")

            def terms(name: str, root: bool) -> Terms:
                idf = stored[f"{name}_idf"].astype(np.float32)
                return Terms({term: place for place, term in enumerate(words[name])}, idf, root)

            def matrix(name: str) -> Vector:
                return np.asarray(stored[name].astype(np.float32) * stored[f"{name}_scales"][:, None])

            return cls(
                labels=tuple(words["labels"]),
                encoder=str(words["encoder"]),
                common=stored["common"],
                rows=matrix("rows"),
                near=stored["near"].astype(np.float32),
                gamma=float(words["gamma"]),
                characters=terms("characters", root=False),
                written=matrix("written"),
                duties=terms("duties", root=True),
                named=stored["named"].astype(np.float32),
                temperature=float(words["temperature"]),
                sure=float(words["sure"]),
            )


def terms_of(texts: Sequence[str], rarest: int) -> Terms:
    """The characters and pairs of at least ``rarest`` texts."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(characters(text).keys())
    kept = sorted(term for term, count in seen.items() if count >= rarest)
    idf = np.array([math.log((1 + len(texts)) / (1 + seen[term])) + 1 for term in kept], dtype=np.float32)
    return Terms({term: place for place, term in enumerate(kept)}, idf)


def duties_of(texts: Sequence[str]) -> Terms:
    """Every duty, weighed by how rare it is in ``texts``."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(counted(text).keys())
    names = [duty for duty, _ in duties()]
    idf = np.array([max(0.1, math.log(len(texts) / (1 + seen[name]))) for name in names], dtype=np.float32)
    return Terms({name: place for place, name in enumerate(names)}, idf, root=True)
