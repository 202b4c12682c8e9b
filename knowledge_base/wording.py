"""The words of a question: which carry what it is about, which of them a text has, what kind of thing it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from operator import add

import yaml

from .lexical import WORDS, Lexical, pairs, plain, synonyms, tokens

SAID_OTHERWISE = 0.6
"""A word counts so much where a text has not it but what it means (``words/synonyms.yml``)."""
ALONE = 0.5
"""A single character counts so much: it stands in many words."""
KEPT = 64
"""Questions kept taken apart for :func:`overlap`, which compares each with many texts."""
CUT_UP = 8192
"""Words of the lists kept cut into tokens; there are half as many."""

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_UNIT = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Wording:
    """A question taken apart; all places count characters of :attr:`said`."""

    said: str
    """The question folded (:func:`lexical.plain`)."""
    content: tuple[bool, ...]
    """For each character whether it carries what the question is about, and not only makes it a question."""
    terms: tuple[tuple[int, int], ...]
    """Start and end of each pair of neighbouring content units, and of each unit that stands alone."""
    alone: frozenset[tuple[int, int]]
    """Those of :attr:`terms` that are single units."""
    meant: tuple[tuple[int, int, tuple[str, ...]], ...]
    """Start, end and the documents' words for each word of the students in it, the longest first."""

    @classmethod
    @lru_cache(maxsize=256)  # one question is taken apart for its support, its excerpts and its second clause
    def of(cls, question: str) -> Wording:
        said = plain(question)
        rest = said
        for word in question_words():
            rest = rest.replace(word, "\n" * len(word))
        units = [(found.start(), found.end()) for found in _UNIT.finditer(rest)]
        paired = [(left[0], right[1]) for left, right in pairwise(units) if left[1] == right[0]]
        inside = {at for start, end in paired for at in range(start, end)}
        alone = [unit for unit in units if unit[0] not in inside]
        content = [False] * len(said)
        for start, end in units:
            content[start:end] = [True] * (end - start)
        return cls(said, tuple(content), (*paired, *alone), frozenset(alone), tuple(_meant(said)))

    def covered(self, text: str) -> list[float]:
        """For each character how well ``text``, folded, has the word it belongs to: 0…1."""
        found = [0.0] * len(self.said)
        for start, end in self.terms:
            if self.said[start:end] in text:
                _raise(found, start, end, ALONE if (start, end) in self.alone else 1.0)
        for start, end, words in self.meant:
            if min(found[start:end]) < SAID_OTHERWISE and any(word in text for word in words):
                _raise(found, start, end, SAID_OTHERWISE)
        return found

    def heard_of(self, lexical: Lexical) -> list[float]:
        """For each character how well the library has the word it belongs to, anywhere: 0…1."""
        found = [0.0] * len(self.said)
        for start, end in self.terms:
            if lexical.frequency(self.said[start:end]):
                _raise(found, start, end, ALONE if (start, end) in self.alone else 1.0)
        for start, end, words in self.meant:
            if min(found[start:end]) < SAID_OTHERWISE and any(named(lexical, word) for word in words):
                _raise(found, start, end, SAID_OTHERWISE)
        return found

    def rarity(self, lexical: Lexical) -> list[float]:
        """For each character the idf of the most common pair it belongs to: the other pairs reach over a word's edge."""
        found = [0.0] * len(self.said)
        for start, end in self.terms:
            weight = lexical.idf(self.said[start:end]) * (ALONE if (start, end) in self.alone else 1.0)
            for at in range(start, end):
                found[at] = weight if not found[at] else min(found[at], weight)
        return found

    def share(self, covered: Sequence[float], weights: Sequence[float] | None = None) -> float:
        """Which share of the content is covered, each character weighed: 0…1; 0 where there is no content."""
        total = part = 0.0
        for at, counts in enumerate(self.content):
            if counts:
                weight = 1.0 if weights is None else weights[at]
                total += weight
                part += weight * covered[at]
        return part / total if total else 0.0

    def gap(self, covered: Sequence[float], weights: Sequence[float] | None = None) -> float:
        """The weight of the heaviest stretch of content that is not covered: the word a text lacks."""
        most = now = 0.0
        for at, counts in enumerate(self.content):
            if counts and covered[at] < ALONE:
                now += 1.0 if weights is None else weights[at]
                if now > most:
                    most = now
            else:
                now = 0.0
        return most

    def longest(self, text: str) -> int:
        """Characters of the longest stretch of content that stands in ``text`` as it was said."""
        most = 0
        start = 0
        while start < len(self.said):
            end = start + most + 1
            if end <= len(self.said) and all(self.content[start:end]) and self.said[start:end] in text:
                most += 1
            else:
                start += 1
        return most

    @property
    def spoken(self) -> float:
        """Which share of the question is words of the students that :data:`words/synonyms.yml` knows: 0…1."""
        return sum(end - start for start, end, _ in self.meant) / max(1, len(self.said))


def asked_for(said: str) -> list[str]:
    """The kinds of thing a folded question asks for, names of ``words/wants.yml``."""
    return [name for name, (_, asked, _) in _wants().items() if asked.search(said)]


def given(kind: str, text: str) -> bool:
    """Whether a folded text contains such a thing."""
    return bool(_wants()[kind][2].search(text))


def sharp(kind: str) -> bool:
    """Whether a clause without such a thing hardly answers."""
    return _wants()[kind][0]


def named(lexical: Lexical, word: str) -> bool:
    """Whether every token of a word occurs in the library."""
    return all(lexical.frequency(token) for token in _tokens(word))


def foreign(lexical: Lexical, question: str) -> list[str]:
    """Topics the question names and no document does."""
    rest = plain(question)
    found: list[str] = []
    for at in _topics().standing_in(rest):
        topic = topics()[at]
        if topic in rest:  # not within a longer one
            rest = rest.replace(topic, "\n")
            if not named(lexical, topic):
                found.append(topic)
    return found


def overlap(lexical: Lexical, question: str, text: str) -> float:
    """Which share of the question's content, weighed by idf, the text contains; said otherwise counts for less."""
    asked = _taken_apart(question)
    said = plain(text)
    # Chinese tokens are found without cutting up the text; like tokens(), over a full stop that is no decimal point.
    running = said.replace(".", "")
    others = frozenset() if len(asked.chinese) == len(asked.content) else frozenset(tokens(text))
    total = covered = 0.0
    meant = {token for own, words in asked.spoken if any(word in said for word in words) for token in own}
    for token in asked.content:
        weight = lexical.idf(token)
        total += weight
        has = token in running if token in asked.chinese else token in others
        covered += weight if has else SAID_OTHERWISE * weight if token in meant else 0.0
    return covered / total if total else 0.0


def content(question: str) -> list[str]:
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


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """The words of a list by how they begin: a text is compared only with those that can stand in it."""

    words: tuple[str, ...]
    beginning: Mapping[str, tuple[int, ...]]
    """The first two characters of words, or the only one → their places in the list."""

    @classmethod
    def of(cls, words: Iterable[str]) -> _Dictionary:
        listed = tuple(words)
        beginning: dict[str, list[int]] = {}
        for at, word in enumerate(listed):
            beginning.setdefault(word[:2], []).append(at)
        return cls(listed, {start: tuple(places) for start, places in beginning.items()})

    def standing_in(self, text: str) -> list[int]:
        """The places of the words that ``text`` contains, ascending."""
        starts = self.beginning.keys() & {*text, *map(add, text, text[1:])}
        return sorted(at for start in starts for at in self.beginning[start] if self.words[at] in text)


@cache
def _topics() -> _Dictionary:
    return _Dictionary.of(topics())


@cache
def _spoken() -> _Dictionary:
    return _Dictionary.of(said for said, _ in _synonyms())


@lru_cache(maxsize=CUT_UP)
def _tokens(word: str) -> tuple[str, ...]:
    return tuple(tokens(word))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What :func:`overlap` compares with a text."""

    content: tuple[str, ...]
    chinese: frozenset[str]
    """Those of :attr:`content` without letters and digits."""
    spoken: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """For each word of the students in the question its tokens, and what documents call it."""


@lru_cache(maxsize=KEPT)
def _taken_apart(question: str) -> _Asked:
    own = tuple(content(question))
    known = [_synonyms()[at] for at in _spoken().standing_in(plain(question))]
    spoken = tuple((tuple(pairs(said) or tokens(said)), words) for said, words in known)
    return _Asked(own, frozenset(token for token in own if _CHINESE.fullmatch(token)), spoken)


@cache
def _synonyms() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((said, tuple(plain(word) for word in meant.split())) for said, meant in synonyms())


@cache
def _wants() -> dict[str, tuple[bool, re.Pattern[str], re.Pattern[str]]]:
    stored = yaml.safe_load((WORDS / "wants.yml").read_text(encoding="utf-8"))
    return {
        name: (bool(kind["sharp"]), re.compile(kind["asked"]), re.compile(kind["given"]))
        for name, kind in stored.items()
    }


def _meant(said: str) -> list[tuple[int, int, tuple[str, ...]]]:
    rest, found = said, []
    for place in _spoken().standing_in(said):
        spoken, words = _synonyms()[place]
        at = rest.find(spoken)
        while at >= 0:
            end = at + len(spoken)
            found.append((at, end, words))
            rest = rest[:at] + "\n" * len(spoken) + rest[end:]
            at = rest.find(spoken)
    return found


def _raise(values: list[float], start: int, end: int, to: float) -> None:
    for at in range(start, end):
        if values[at] < to:
            values[at] = to
