"""Trains the intent head from ``training_data/intents/*.yml`` (Rasa's NLU format).

The only place that imports scikit-learn. Regularisation and temperature are chosen by cross-validation inside the training
sentences; the held-out ones in ``eval/heldout`` are never read here.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.understanding.intents import NGRAM_SCALE, VECTOR_SCALE, Head, Vector, fingerprint_of, ngrams, weigh
from bot.understanding.normalise import normalise
from knowledge_base import open_encoder

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = ROOT / "training_data" / "intents"
QUESTIONS = ROOT / "training_data" / "questions"
TASKS = ROOT / "actions" / "tasks"
"""A service that came in a folder of its own brings its sentences with it: ``<task>/sentences.yml``."""
MODEL = ROOT / "build" / "models" / "intents.npz"
VECTORS = ROOT / "build" / "vectors"

POLICY_QUESTIONS = ("policies.yml", "policies_more.yml", "policies_new.yml", "short.yml")
"""What has an answer; the other files beside them hold what has none, slips of the pen and what is out of scope."""

REGULARISATION = 3.0
FOLDS = 5


def read_sentences(folder: Path = SENTENCES) -> list[tuple[str, str]]:
    """Every ``(sentence, intent)``, normalised as the pipeline normalises what students type."""
    pairs = []
    for path in [*sorted(folder.glob("*.yml")), *sorted(TASKS.glob("*/sentences.yml"))]:
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                if line.strip():
                    pairs.append((normalise(line.strip().removeprefix("- ")), str(entry["intent"])))
    # What students ask of the documents is a policy question, whatever service it names.
    for name in POLICY_QUESTIONS:
        asked = yaml.safe_load((QUESTIONS / name).read_text(encoding="utf-8"))
        pairs += [(normalise(one["question"]), "policy_question") for one in asked]
    return pairs


def fingerprint(folder: Path = SENTENCES) -> str:
    """Changes when a sentence or the way of training changes."""
    digest = hashlib.sha256()
    for path in [
        *sorted(folder.glob("*.yml")),
        *sorted(TASKS.glob("*/sentences.yml")),
        *sorted(QUESTIONS.glob("*.yml")),
        Path(__file__),
        Path(__file__).with_name("intents.py"),
    ]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def embed(texts: list[str]) -> Vector:
    """float32[n, 384]; sentences embedded before are taken from ``build/vectors``."""
    encoder = open_encoder()
    store = VECTORS / f"{hashlib.sha256(encoder.id.encode()).hexdigest()[:12]}.npz"
    known: dict[str, Vector] = {}
    if store.exists():
        with np.load(store, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    for text in texts:
        if text not in known:
            known[text] = encoder.query(text)
    VECTORS.mkdir(parents=True, exist_ok=True)
    np.savez(store, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[text] for text in texts])


def _vocabulary(texts: list[str]) -> tuple[dict[str, int], Vector]:
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(ngrams(text)))
    kept = sorted(gram for gram, count in seen.items() if count >= 2)
    idf = np.array([math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in kept], dtype=np.float32)
    return {gram: place for place, gram in enumerate(kept)}, idf


def _temperature(logits: NDArray[np.float64], right: NDArray[np.int64]) -> float:
    """The temperature with the least cross-entropy on logits of sentences their model did not see."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chances = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-chances[np.arange(len(right)), right].mean())

    return min((float(t) for t in np.geomspace(0.1, 3.0, 60)), key=loss)


def train(pairs: list[tuple[str, str]]) -> tuple[Head, float]:
    """The head, and its cross-validated accuracy on the training sentences (an optimist's number)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    texts, intents = [text for text, _ in pairs], [intent for _, intent in pairs]
    labels = sorted(set(intents))
    right = np.array([labels.index(intent) for intent in intents])
    vocabulary, idf = _vocabulary(texts)
    vectors = embed(texts) * VECTOR_SCALE
    features = np.hstack([vectors, NGRAM_SCALE * np.stack([weigh(text, vocabulary, idf) for text in texts])])
    classifier = LogisticRegression(C=REGULARISATION, max_iter=2000, class_weight="balanced")
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    logits = cross_val_predict(classifier, features, right, cv=folds, method="decision_function")
    accuracy = float((logits.argmax(axis=1) == right).mean())
    classifier.fit(features, right)
    head = Head(
        labels=tuple(labels),
        weights=classifier.coef_.astype(np.float32),
        bias=classifier.intercept_.astype(np.float32),
        vocabulary=vocabulary,
        idf=idf,
        temperature=_temperature(logits, right),
    )
    return head, accuracy


def main() -> None:
    """Trains unless the stored head was trained from the very same sentences."""
    wanted = fingerprint()
    if fingerprint_of(MODEL) == wanted:
        print("intents: up to date")
        return
    pairs = read_sentences()
    head, accuracy = train(pairs)
    head.save(MODEL, wanted)
    print(f"intents: {len(pairs)} sentences, {len(head.labels)} intents, cross-validated {accuracy:.1%}")


if __name__ == "__main__":
    main()
