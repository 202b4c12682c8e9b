"""Search by characters: BM25 over single characters and pairs, widened by what students call things."""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

WORDS = Path(__file__).parent / "words"
WIDENED = 0.8
"""Weight of the words that were added to a question beside its own."""

K1 = 1.5
B = 0.75
"""BM25's saturation and its share of the length (Robertson & Zaragoza 2009, section 3)."""
AT_MOST = 300_000
"""Occurrences one search walks through. What is rarest comes first; the commonest tokens of a question in a library of
hundreds of thousands of passages are only looked up for the passages the others found."""
FOUND_BY_RARE = 10
"""How many times the wanted passages are looked up for the commonest tokens."""

_UNIT = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff]")
_STRETCH = re.compile(r"[a-z0-9\u3400-\u9fff.]+")


@lru_cache(4096)
def plain(text: str) -> str:
    """One width, one case, one way to write small numbers before a measure word.

    What is found for one question is found for the next: the passages' texts are kept.
    """
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
    # libyaml where PyYAML was built with it: a tenth of the time, which every ingest would wait for.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stored = yaml.load((WORDS / "synonyms.yml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - either is safe
    spoken = [(plain(said), str(meant)) for line, meant in stored.items() for said in str(line).split()]
    return tuple(sorted(spoken, key=lambda pair: -len(pair[0])))


@cache
def _by_first() -> dict[str, list[tuple[int, str, str]]]:
    """The synonyms by the first character of what students say, each with its turn."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for turn, (said, meant) in enumerate(synonyms()):
        found.setdefault(said[0], []).append((turn, said, meant))
    return found


def spoken_in(question: str) -> list[tuple[str, str]]:
    """The synonyms whose spoken side stands in the question, the longest first."""
    rest = plain(question)
    near = [each for char in set(rest) for each in _by_first().get(char, ()) if each[1] in rest]
    return [(said, meant) for _, said, meant in sorted(near)]


def widened(question: str) -> list[str]:
    """Tokens to look for beside the question's own; every part of the question is widened once."""
    rest = plain(question)
    own = set(tokens(question))
    added: list[str] = []
    for said, meant in spoken_in(question):
        if said in rest:
            rest = rest.replace(said, "\n")
            added += [token for word in meant.split() for token in tokens(word)]
    return [token for token in dict.fromkeys(added) if token not in own]


@dataclass(frozen=True, slots=True)
class Match:
    """What one question's tokens found."""

    places: NDArray[np.int64]
    """The best passages, in no order; fewer where fewer have a token."""
    at: Callable[[NDArray[np.int64]], tuple[NDArray[np.float32], NDArray[np.float32]]]
    """For any places: BM25 of the question's own tokens, and with the widening ones; ``float32[len(places)]`` each."""


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 over passages with Lucene's idf: for each token the passages it occurs in, ascending, and how often.

    Nothing that depends on the whole library is stored for an occurrence, so a changed document changes only its own.
    A loaded one is mapped from its files: what no question touches takes no memory.
    """

    vocabulary: dict[str, int]
    starts: NDArray[np.int64]
    """``int64[v + 1]``: where each token's occurrences begin."""
    passages: NDArray[np.int32]
    """``int32[occurrences]``"""
    counts: NDArray[np.uint8]
    """``uint8[occurrences]``: at most 255."""
    lengths: NDArray[np.int32]
    """``int32[n]``: the tokens of each passage."""
    prints: NDArray[np.uint64]
    """``uint64[n]``: a hash of the text of each passage; one that is known already is not cut up again."""
    _idf: NDArray[np.float32]
    _norms: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        vocabulary: dict[str, int],
        starts: NDArray[np.int64],
        passages: NDArray[np.int32],
        counts: NDArray[np.uint8],
        lengths: NDArray[np.int32],
        prints: NDArray[np.uint64],
    ) -> Lexical:
        """Works out what depends on the whole library."""
        size = len(lengths)
        seen = np.diff(starts)
        idf = np.log1p((size - seen + 0.5) / (seen + 0.5)).astype(np.float32)
        mean = float(lengths.mean()) if size else 0.0
        norms = (K1 * (1 - B + B * lengths / max(mean, 1e-9))).astype(np.float32)
        return cls(vocabulary, starts, passages, counts, lengths, prints, idf, norms)

    @classmethod
    def build(cls, texts: Sequence[str], before: Lexical | None = None) -> Lexical:
        """Equal to one built from nothing; what ``before`` knows of the same texts is taken from there."""
        prints = np.fromiter((_print(text) for text in texts), dtype=np.uint64, count=len(texts))
        kept = _places(prints, before)
        vocabulary = {} if before is None else dict(before.vocabulary)
        lengths = np.zeros(len(texts), dtype=np.int32)
        if before is not None:
            lengths[kept >= 0] = before.lengths[kept[kept >= 0]]
        words, passages, counts = array("i"), array("i"), array("B")
        for place in np.flatnonzero(kept < 0).tolist():
            found = Counter(tokens(texts[place]))
            lengths[place] = found.total()
            words.extend([vocabulary.setdefault(token, len(vocabulary)) for token in found])
            passages.extend([place] * len(found))
            counts.extend([min(255, count) for count in found.values()])
        size = len(texts)
        key = np.frombuffer(words, dtype=np.int32).astype(np.int64) * size + np.frombuffer(passages, dtype=np.int32)
        often = np.frombuffer(counts, dtype=np.uint8)
        order = np.argsort(key, kind="stable")
        key, often = key[order], often[order]
        if before is not None and bool((kept >= 0).any()):
            key, often = _merged(key, often, *before._moved(kept))
        return cls.of(*_without_gaps(vocabulary, key, size), often, lengths, prints)

    @property
    def size(self) -> int:
        """How many passages."""
        return len(self.lengths)

    def scores(self, words: Iterable[str]) -> NDArray[np.float32]:
        """``float32[size]``: BM25 of every passage for these tokens, 0 where none occurs."""
        return self._summed(self._known(Counter(words)))

    def match(
        self,
        own: Sequence[str],
        other: Sequence[str],
        k: int,
        allowed: NDArray[np.bool_],
        at_most: int = AT_MOST,
    ) -> Match:
        """The ``k`` best of what is allowed (``bool[size]``) for a question's own tokens and, weighing less, others.

        Exact while the tokens occur ``at_most`` times in all. Beyond, the commonest of them are looked up only for
        those that the rarer ones bring up.
        """
        asked = Counter(own)
        weights: dict[str, float] = {**asked, **{word: asked[word] + WIDENED for word in other}}
        terms = sorted(self._known(weights), key=lambda term: int(self.starts[term[0] + 1] - self.starts[term[0]]))
        walked = np.cumsum([int(self.starts[at + 1] - self.starts[at]) for at, _ in terms])
        if not terms or walked[-1] <= at_most:
            scores = self.scores(own)
            total = scores + np.float32(WIDENED) * self.scores(other) if other else scores
            reached = np.flatnonzero(total * allowed > 0)
            return Match(_largest(reached, total[reached], k), lambda places: (scores[places], total[places]))
        rare = max(1, int(np.searchsorted(walked, at_most, side="right")))
        total = self._summed(terms[:rare]) * allowed
        reached = np.flatnonzero(total > 0)
        reached = np.sort(_largest(reached, total[reached], k * FOUND_BY_RARE))
        best = _largest(reached, total[reached] + self._looked_up(terms[rare:], reached), k)

        def told(places: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            scores = self.at(own, places)
            return scores, scores + np.float32(WIDENED) * self.at(other, places)

        return Match(best, told)

    def at(self, words: Iterable[str], places: NDArray[np.int64]) -> NDArray[np.float32]:
        """``float32[len(places)]``: what :meth:`scores` says of some passages only."""
        return self._looked_up(self._known(Counter(words)), places)

    def frequency(self, word: str) -> int:
        """In how many passages the token occurs."""
        at = self.vocabulary.get(word)
        return 0 if at is None else int(self.starts[at + 1] - self.starts[at])

    def idf(self, word: str) -> float:
        """ln(1 + (N − n + ½)/(n + ½)); a token that never occurs weighs most."""
        seen = self.frequency(word)
        return math.log1p((self.size - seen + 0.5) / (seen + 0.5))

    def save(self, folder: Path) -> None:
        """Writes the arrays as ``.npy`` and the vocabulary as JSON; nothing is pickled."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, (file, kind) in _ARRAYS.items():
            np.save(folder / file, np.asarray(getattr(self, name), dtype=kind), allow_pickle=False)
        (folder / "vocabulary.json").write_text(json.dumps(list(self.vocabulary), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, size: int) -> Lexical:
        """What :meth:`save` wrote, for ``size`` passages. Raises ``ValueError`` where anything points nowhere."""
        arrays = _mapped(folder)
        terms = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        vocabulary = {str(term): at for at, term in enumerate(terms)}
        starts, passages = np.array(arrays["starts"]), arrays["passages"]
        fits = (
            all(arrays[name].dtype == kind and arrays[name].ndim == 1 for name, (_, kind) in _ARRAYS.items())
            and len(vocabulary) == len(terms) == len(starts) - 1
            and len(arrays["lengths"]) == len(arrays["prints"]) == size
            and int(starts[0]) == 0
            and int(starts[-1]) == len(passages) == len(arrays["counts"])
            and bool((np.diff(starts) > 0).all())
            and int(arrays["lengths"].min(initial=0)) >= 0
        )
        if not fits or not _ascending(starts, passages, size):
            raise ValueError("the lexical index does not fit its passages")
        lengths = np.array(arrays["lengths"])
        fresh = _mapped(folder)  # mapped anew: the pages that were checked need not stay in memory
        return cls.of(vocabulary, starts, fresh["passages"], fresh["counts"], lengths, fresh["prints"])

    def _known(self, words: Mapping[str, float]) -> list[tuple[int, float]]:
        return [(at, weight) for word, weight in words.items() if (at := self.vocabulary.get(word)) is not None]

    def _summed(self, terms: Sequence[tuple[int, float]]) -> NDArray[np.float32]:
        """``float32[size]``: what these tokens, each with its weight, earn each passage."""
        if not terms:
            return np.zeros(self.size, dtype=np.float32)
        # All at once: a token by itself takes five small steps of numpy, which cost more than what they work on.
        stretches = [(int(self.starts[at]), int(self.starts[at + 1])) for at, _ in terms]
        passages = np.concatenate([self.passages[start:end] for start, end in stretches])
        often = np.concatenate([self.counts[start:end] for start, end in stretches]).astype(np.float32)
        weights = np.array([weight * self._idf[at] for at, weight in terms], dtype=np.float32)
        earned = np.repeat(weights, [end - start for start, end in stretches])
        earned *= often / (often + self._norms[passages])
        return np.bincount(passages, earned, minlength=self.size).astype(np.float32)

    def _looked_up(self, terms: Sequence[tuple[int, float]], places: NDArray[np.int64]) -> NDArray[np.float32]:
        total = np.zeros(len(places), dtype=np.float32)
        wanted, norms = places.astype(np.int32), self._norms[places]
        for at, weight in terms:
            start, end = int(self.starts[at]), int(self.starts[at + 1])
            passages = self.passages[start:end]
            near = np.minimum(np.searchsorted(passages, wanted), end - start - 1)
            often = np.where(passages[near] == wanted, self.counts[start:end][near], 0).astype(np.float32)
            total += np.float32(weight) * self._idf[at] * often / (often + norms)
        return total

    def _moved(self, kept: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The occurrences in passages that stay, as (token · n + new place), ascending."""
        new = np.full(self.size, -1, dtype=np.int64)
        new[kept[kept >= 0]] = np.flatnonzero(kept >= 0)
        places = new[self.passages]
        stays = places >= 0
        words = np.repeat(np.arange(len(self.vocabulary), dtype=np.int64), np.diff(self.starts))
        key, often = words[stays] * len(kept) + places[stays], self.counts[stays]
        if bool((np.diff(key) < 0).any()):
            order = np.argsort(key, kind="stable")
            key, often = key[order], often[order]
        return key, often


_AT_ONCE = 1_000_000
_ARRAYS = {
    "starts": ("indptr.npy", np.int64),
    "passages": ("indices.npy", np.int32),
    "counts": ("data.npy", np.uint8),
    "lengths": ("lengths.npy", np.int32),
    "prints": ("prints.npy", np.uint64),
}


def _print(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _places(prints: NDArray[np.uint64], before: Lexical | None) -> NDArray[np.int64]:
    """``int64[n]``: where ``before`` has the same text, each of its passages once; −1 where it has not."""
    kept = np.full(len(prints), -1, dtype=np.int64)
    if before is None:
        return kept
    there: dict[int, list[int]] = {}
    for place in range(before.size - 1, -1, -1):
        there.setdefault(int(before.prints[place]), []).append(place)
    for at, each in enumerate(prints.tolist()):
        if places := there.get(each):
            kept[at] = places.pop()
    return kept


def _merged(
    key: NDArray[np.int64], often: NDArray[np.uint8], old: NDArray[np.int64], counted: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Two ascending runs as one."""
    at = np.searchsorted(old, key)
    return np.insert(old, at, key), np.insert(counted, at, often)


def _without_gaps(
    vocabulary: dict[str, int], key: NDArray[np.int64], size: int
) -> tuple[dict[str, int], NDArray[np.int64], NDArray[np.int32]]:
    """Vocabulary, starts and passages without the tokens that no longer occur."""
    words = key // max(size, 1)
    seen = np.bincount(words, minlength=len(vocabulary))
    present = [word for word, at in vocabulary.items() if seen[at]]
    starts = np.concatenate([[0], np.cumsum(seen[seen > 0])]).astype(np.int64)
    return {word: at for at, word in enumerate(present)}, starts, (key - words * size).astype(np.int32)


def _mapped(folder: Path) -> dict[str, NDArray[Any]]:
    # As plain arrays over the same mapping: memmap's own class costs more than what is read of it.
    return {
        name: np.asarray(np.load(folder / file, mmap_mode="r", allow_pickle=False))
        for name, (file, _) in _ARRAYS.items()
    }


def _ascending(starts: NDArray[np.int64], passages: NDArray[np.int32], size: int) -> bool:
    """Whether the passages of every token ascend and are there."""
    for begin in range(0, len(passages), _AT_ONCE):
        part = passages[begin : begin + _AT_ONCE + 1]
        steps = np.diff(part)
        falls = starts[np.searchsorted(starts, begin, side="right") : np.searchsorted(starts, begin + len(part))]
        steps[falls - 1 - begin] = 1  # from one token to the next it may fall
        if not (steps > 0).all() or int(part.min()) < 0 or int(part.max()) >= size:
            return False
    return True


def _largest(places: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    return places if len(places) <= k else places[np.argpartition(-scores, k - 1)[:k]]
