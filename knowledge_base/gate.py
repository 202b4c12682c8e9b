"""Is this a question these documents can answer? A logistic regression on absolute scores, never on fused ones.

A fused score is relative to its own question: the best passage for 「今天天气怎么样」 has a high one too. What is judged
here can be compared across questions: cosine, BM25 against the most the question could have earned, how much of the
question's content the clause contains.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from .encoder import Vector
from .index import Found, Index
from .lexical import WORDS, Lexical, pairs, plain, synonyms, tokens

SHIPPED = Path(__file__).parent / "gate.json"
FEATURES = ("cosine", "meaning", "bm25", "overlap", "spoken", "agreement", "foreign", "asked_before")


class OtherEngine(ValueError):
    """The gate was fitted on another encoder's scores: run ``python -m knowledge_base fit``."""


@dataclass(frozen=True, slots=True)
class Judge:
    """One logistic regression; see ``fit.py``."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    answer_at: float
    """Answer from this probability on."""
    doubt_at: float
    """Below it the question is outside; between the two it is near, and declined as unsure."""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Judge:
        return cls(
            means=tuple(stored["means"]),
            scales=tuple(stored["scales"]),
            weights=tuple(stored["weights"]),
            bias=stored["bias"],
            answer_at=stored["answer_at"],
            doubt_at=stored["doubt_at"],
        )

    def probability(self, features: tuple[float, ...]) -> float:
        """That the best clause answers the question, 0…1."""
        terms = zip(features, self.means, self.scales, self.weights, strict=True)
        logit = self.bias + sum(weight * (value - mean) / scale for value, mean, scale, weight in terms)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Gate:
    """Two judges: a document that knows how students ask is judged otherwise than one that was just dropped in."""

    engine_id: str
    usual: Vector
    """``float32[d]``: the mean vector of the questions it was fitted on; see :data:`index.USUAL`."""
    knowing: Judge
    unknowing: Judge

    @classmethod
    def load(cls, engine_id: str, path: Path = SHIPPED) -> Gate:
        """The gate for this encoder. Raises :class:`OtherEngine`."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["engine"] != engine_id or tuple(stored["features"]) != FEATURES:
            raise OtherEngine(f"the gate was fitted for {stored['engine']!r}, not for {engine_id!r}: fit it again")
        usual = np.array(stored["usual"], dtype=np.float32)
        return cls(engine_id, usual, Judge.of(stored["knowing"]), Judge.of(stored["unknowing"]))

    def judge(self, found: Found) -> Judge:
        """The judge for the document the best clause stands in."""
        return self.knowing if found.hits[0].document.known else self.unknowing


def features(index: Index, question: str, found: Found) -> tuple[float, ...]:
    """The numbers of :data:`FEATURES` for a search that found something."""
    lexical = index.lexical
    if lexical is None or not found.hits:
        return (0.0,) * len(FEATURES)
    best = max(overlap(lexical, question, hit.passage.indexed) for hit in found.hits[:3])
    return (
        found.cosine,
        found.meaning,
        found.bm25 / math.sqrt(max(1, len(tokens(question)))),
        best,
        spoken(lexical, question),
        found.agreement,
        min(2.0, len(foreign(lexical, question))),
        found.asked_before,
    )


def spoken(lexical: Lexical, question: str) -> float:
    """Which share of the question is students' words for something the documents name."""
    rest = plain(question)
    length = max(1, len(rest))
    covered = 0
    for said, meant in synonyms():
        if said in rest and any(_named(lexical, word) for word in meant.split()):
            covered += len(said) * rest.count(said)
            rest = rest.replace(said, "\n")
    return covered / length


def foreign(lexical: Lexical, question: str) -> list[str]:
    """Topics the question names and no document does."""
    rest = plain(question)
    found: list[str] = []
    for topic in topics():
        if topic in rest:
            rest = rest.replace(topic, "\n")
            if not _named(lexical, topic):
                found.append(topic)
    return found


def _named(lexical: Lexical, word: str) -> bool:
    return all(lexical.frequency(token) for token in tokens(word))


def overlap(lexical: Lexical, question: str, text: str) -> float:
    """Which share of the question's content, weighed by idf, the text contains; said otherwise counts half."""
    have = set(tokens(text))
    said = plain(text)
    asked = plain(question)
    total = covered = 0.0
    meant = {
        token
        for spoken, words in synonyms()
        if spoken in asked and any(plain(word) in said for word in words.split())
        for token in pairs(spoken) or tokens(spoken)
    }
    for token in _content(question):
        weight = lexical.idf(token)
        total += weight
        covered += weight if token in have else 0.6 * weight if token in meant else 0.0
    return covered / total if total else 0.0


def known(lexical: Lexical, question: str) -> float:
    """Which share of the question's content, weighed by idf, the documents use at all."""
    weights = [(lexical.idf(token), lexical.frequency(token) > 0) for token in _content(question)]
    total = sum(weight for weight, _ in weights)
    return sum(weight for weight, seen in weights if seen) / total if total else 0.0


def _content(question: str) -> list[str]:
    """The pairs of the question without what only makes it a question; single characters where no pair is left."""
    rest = plain(question)
    for word in question_words():
        rest = rest.replace(word, "\n")
    found = list(dict.fromkeys(pairs(rest)))
    return found or list(dict.fromkeys(tokens(rest)))


@cache
def question_words() -> tuple[str, ...]:
    """The longest first."""
    stored = yaml.safe_load((WORDS / "questions.yml").read_text(encoding="utf-8"))
    return tuple(sorted(map(str, stored), key=lambda word: -len(word)))


@cache
def topics() -> tuple[str, ...]:
    """The longest first."""
    stored = yaml.safe_load((WORDS / "topics.yml").read_text(encoding="utf-8"))
    return tuple(
        sorted({plain(word) for line in stored.values() for word in line.split()}, key=lambda word: (-len(word), word))
    )
