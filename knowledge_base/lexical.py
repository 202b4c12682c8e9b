"""Search by characters: BM25 over single characters and pairs, widened by what students call things."""

from __future__ import annotations

import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

WORDS = Path(__file__).parent / "words"
WIDENED = 0.8
"""Weight of the words that were added to a question beside its own."""

_UNIT = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff]")
_STRETCH = re.compile(r"[a-z0-9\u3400-\u9fff.]+")


def _bm25s() -> ModuleType:
    """bm25s without SciPy: it would load it (0.3 s, 30 MB) where it is installed, and not use it here."""
    loaded = "bm25s" in sys.modules or "scipy" in sys.modules
    absent: Any = None
    if not loaded:
        sys.modules["scipy"] = absent
    try:
        import bm25s
    finally:
        if not loaded:
            del sys.modules["scipy"]
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG
    return bm25s  # type: ignore[no-any-return]


def plain(text: str) -> str:
    """One width, one case, one way to write small numbers before a measure word."""
    return _HAN_COUNT.sub(lambda found: _HAN_DIGITS[found[1]] + found[2], unicodedata.normalize("NFKC", text).lower())


_HAN_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九十")} | {"两": "2"}
_HAN_COUNT = re.compile(
    r"(?<![第一二三四五六七八九十百千周期])([一二两三四五六七八九十])([天次门年个月周分人学])(?!致|般|律|些|定)"
)


def tokens(text: str) -> list[str]:
    """Single characters and neighbouring pairs; Latin words and numbers count as one character.

    Punctuation is removed, and no pair reaches over it.
    """
    found: list[str] = []
    for stretch in _STRETCH.findall(plain(text)):
        units = _UNIT.findall(stretch)
        found += units
        found += [left + right for left, right in pairwise(units)]
    return found


def pairs(text: str) -> list[str]:
    """Only the neighbouring pairs."""
    return [token for token in tokens(text) if len(_UNIT.findall(token)) == 2]


@cache
def synonyms() -> tuple[tuple[str, str], ...]:
    """(what students say, what documents say), the longest first."""
    stored = yaml.safe_load((WORDS / "synonyms.yml").read_text(encoding="utf-8"))
    spoken = [(plain(said), str(meant)) for line, meant in stored.items() for said in str(line).split()]
    return tuple(sorted(spoken, key=lambda pair: -len(pair[0])))


def widened(question: str) -> list[str]:
    """Tokens to look for beside the question's own; every part of the question is widened once."""
    rest = plain(question)
    own = set(tokens(question))
    added: list[str] = []
    for said, meant in synonyms():
        if said in rest:
            rest = rest.replace(said, "\n")
            added += [token for word in meant.split() for token in tokens(word)]
    return [token for token in dict.fromkeys(added) if token not in own]


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 (k1 1.5, b 0.75, Lucene's idf) over passages."""

    engine: Any
    size: int

    @classmethod
    def build(cls, texts: Sequence[str]) -> Lexical:
        """Needs at least one text."""
        engine = _bm25s().BM25(method="lucene", k1=1.5, b=0.75, csc_backend="numpy")
        engine.index([tokens(text) or [" "] for text in texts], show_progress=False)
        return cls(engine, len(texts))

    def scores(self, words: Iterable[str]) -> NDArray[np.float32]:
        """``float32[size]``: BM25 of every passage for these tokens, 0 where none occurs."""
        known = [self.engine.vocab_dict[word] for word in words if word in self.engine.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self.engine.get_scores_from_ids(known), dtype=np.float32)

    def frequency(self, word: str) -> int:
        """In how many passages the token occurs."""
        at = self.engine.vocab_dict.get(word)
        if at is None:
            return 0
        indptr = self.engine.scores["indptr"]
        return int(indptr[at + 1] - indptr[at])

    def idf(self, word: str) -> float:
        """ln(1 + (N − n + ½)/(n + ½)); a token that never occurs weighs most."""
        seen = self.frequency(word)
        return float(np.log1p((self.size - seen + 0.5) / (seen + 0.5)))

    def save(self, folder: Path) -> None:
        """Writes the arrays as ``.npy`` and the vocabulary as JSON; nothing is pickled."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("data", "indices", "indptr"):
            np.save(folder / f"{name}.npy", self.engine.scores[name], allow_pickle=False)
        vocabulary = json.dumps(self.engine.vocab_dict, ensure_ascii=False)
        (folder / "vocabulary.json").write_text(vocabulary, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, size: int) -> Lexical:
        """What :meth:`save` wrote."""
        engine = _bm25s().BM25(method="lucene", k1=1.5, b=0.75, csc_backend="numpy")
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("data", "indices", "indptr")}
        engine.scores = {**arrays, "num_docs": size}
        engine.vocab_dict = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        engine.unique_token_ids_set = set(engine.vocab_dict.values())
        engine.nonoccurrence_array = None
        return cls(engine, size)
