"""Trains the intent head from ``training_data``: ``python -m bot.understanding.train``.

Shares, the ridge and the temperature were chosen by leaving out one hand after the other (``folds.py``); the held-out
sentences in ``eval/heldout`` are never read here.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.intents import ACCEPT, Features, Grams, Head, Vector, Weights, fingerprint_of, ngrams, spoken
from bot.understanding.sentences import ROOT, Pairs, files, read_sentences
from bot.understanding.spelling_out import plain
from knowledge_base import Encoder, open_encoder
from knowledge_base.encoder import NotSetUp, quickest

MODEL = ROOT / "build" / "models" / "intents.npz"
VECTORS = ROOT / "build" / "vectors"

GAMMA = 1.0
NEARNESS, WRITTEN, SOUNDING, SIGNS = 2.0, 1.0, 0.5, 0.05
"""Shares of the vector, the n-grams, their sounds and the kinds of words in the kernel."""
RIDGE = 1.0
"""What the regression pays for each weight."""
BALANCE = 0.6
"""A sentence of an intent with n sentences weighs n to the power of minus this: at 1 each intent would weigh the same."""
TEMPERATURE = 0.066
"""As :func:`bot.understanding.folds.temperature` found it."""
RAREST = 2
"""N-grams of fewer sentences are not kept."""
TOGETHER = 400
"""From so many new sentences on, two processes embed them."""


def fingerprint() -> str:
    """Changes when a sentence, a word list or the way of training changes."""
    digest = hashlib.sha256()
    here = Path(__file__)
    ours = [
        here.with_name(f"{name}.py") for name in ("train", "intents", "sentences", "signs", "spelling_out", "normalise")
    ]
    for path in [*files(), *ours]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(open_encoder().id.encode())
    return digest.hexdigest()


def embed(texts: Sequence[str]) -> Vector:
    """float32[n, d]; sentences embedded before are taken from ``build/vectors``."""
    encoder = _encoder()
    store = VECTORS / f"{hashlib.sha256(encoder.id.encode()).hexdigest()[:12]}.npz"
    known: dict[str, Vector] = {}
    if store.exists():
        with np.load(store, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        known |= dict(zip(missing, _embedded(missing), strict=True))
        VECTORS.mkdir(parents=True, exist_ok=True)
        aside = store.with_suffix(".tmp.npz")
        np.savez(aside, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
        aside.replace(store)
    return np.stack([known[text] for text in texts])


def _embedded(texts: Sequence[str]) -> Vector:
    """One after another, in two processes where there are many: an engine uses one core."""
    if len(texts) < TOGETHER or (os.cpu_count() or 1) < 2:
        return _queries(texts)
    parts = [texts[at : at + 100] for at in range(0, len(texts), 100)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return np.concatenate(list(pool.map(_queries, parts)))


def _encoder() -> Encoder:
    try:
        return quickest(open_encoder())
    except NotSetUp:
        return open_encoder()


def _queries(texts: Sequence[str]) -> Vector:
    encoder = _encoder()
    return np.stack([encoder.query(text) for text in texts])


def _grams(texts: Sequence[str], counted: Callable[[str], Counter[str]]) -> Grams:
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(counted(text).keys())
    kept = sorted(gram for gram, count in seen.items() if count >= RAREST)
    idf = np.array([math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in kept], dtype=np.float32)
    return Grams({gram: place for place, gram in enumerate(kept)}, idf)


def _rows(texts: Sequence[str], grams: Grams, counted: Callable[[str], Counter[str]]) -> Any:
    """scipy.sparse.csr_matrix of float32[n, n-grams]."""
    from scipy import sparse  # type: ignore[import-untyped]

    weighed = [grams.weigh(counted(text)) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in weighed)])
    places = np.concatenate([places for places, _ in weighed])
    values = np.concatenate([values for _, values in weighed])
    return sparse.csr_matrix((values, places, ends), shape=(len(texts), len(grams.places)))


def train(pairs: Pairs) -> Head:
    """The head of these sentences; about 10 s for 7,000 when their vectors are known."""
    from bot.understanding import signs

    texts = [plain(sentence) for sentence, _ in pairs]
    labels = tuple(sorted({intent for _, intent in pairs}))
    right = np.array([labels.index(intent) for _, intent in pairs])
    vectors = embed(texts)
    had = np.stack([signs.found(text) for text in texts])
    rarity = np.log(len(texts) / (1 + had.sum(axis=0))).astype(np.float32)
    features = Features(vectors.mean(axis=0), _grams(texts, ngrams), _grams(texts, spoken), rarity)
    near = np.stack([features.centred(vector) for vector in vectors])
    kinds = np.stack([features.signs(text) for text in texts])
    written = _rows(texts, features.written, ngrams)
    sounding = _rows(texts, features.sounding, spoken)
    weight = np.bincount(right)[right] ** -BALANCE
    weight = (weight / weight.mean()).astype(np.float32)
    kernel = NEARNESS * np.exp((2 * GAMMA) * (near @ near.T - 1))
    for share, rows in ((WRITTEN, written), (SOUNDING, sounding)):
        kernel += share * (rows @ rows.T).toarray()
    kernel += SIGNS * (kinds @ kinds.T)
    duals = _duals(kernel, right, weight, len(labels))
    weights = Weights(
        near=NEARNESS * duals,
        written=WRITTEN * np.asarray(written.T @ duals, dtype=np.float32),
        sounding=SOUNDING * np.asarray(sounding.T @ duals, dtype=np.float32),
        signs=SIGNS * (kinds.T @ duals),
    )
    return Head(labels, features, near, weights, GAMMA, TEMPERATURE, ACCEPT)


def _duals(kernel: Vector, right: NDArray[np.int64], weight: Vector, classes: int) -> Vector:
    """float32[n, classes]: dual weights of the ridge regression on one column an intent. Overwrites ``kernel``."""
    from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]

    kernel[np.diag_indices(len(right))] += RIDGE / weight
    wanted = np.full((len(right), classes), -1 / classes, dtype=np.float32)
    wanted[np.arange(len(right)), right] += 1
    duals: Vector = cho_solve(cho_factor(kernel, overwrite_a=True, check_finite=False), wanted)
    return duals


def main() -> None:
    """Trains unless the stored head was trained from the very same sentences."""
    wanted = fingerprint()
    if fingerprint_of(MODEL) == wanted:
        print("intents: up to date")
        return
    pairs = read_sentences()
    head = train(pairs)
    head.save(MODEL, wanted)
    print(f"intents: {len(pairs)} sentences, {len(head.labels)} intents")


if __name__ == "__main__":
    main()
