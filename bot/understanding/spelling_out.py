"""Spelling out what students abbreviate, mistype or say in dialect: cjd, chengjidan and 成绩丹 are all 成绩单.

It stands before the sentence vector and the intent head, and works from word lists alone
(``training_data/words/initials.yml``, ``sounds.yml``). What it gives is for understanding only: an office reads what
the student typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.understanding import words

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LETTERS = re.compile(r"(?<![A-Za-z0-9.@/_-])[A-Za-z]{2,24}(?![A-Za-z0-9.@/_-])")
_WIDE = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_LONGEST = 4
"""Characters of the longest word that is looked for by its sound."""


def folded(syllable: str) -> str:
    """``zheng`` → ``zen``: what many speakers do not tell apart."""
    for wide, narrow in _WIDE:
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    return syllable[:-1] if syllable.endswith(("ing", "eng")) else syllable


@cache
def sounds() -> dict[str, str]:
    """Each character of GB 2312 with its usual syllable, without tone."""
    return {char: syllable for syllable, chars in words.load("sounds").items() for char in chars}


def syllable(char: str) -> str:
    """The folded syllable of a character; the character itself where its sound is not known."""
    return _folded_sounds().get(char, char)


@cache
def _folded_sounds() -> dict[str, str]:
    return {char: folded(said) for char, said in sounds().items()}


@cache
def syllables_of(run: str) -> tuple[str, ...]:
    """A run of small letters cut into as few syllables as it can be; empty where it is not pinyin."""
    known = _all_syllables()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            if before is None or run[start:end] not in known:
                continue
            already = best[end]
            if already is None or len(before) + 1 < len(already):
                best[end] = (*before, run[start:end])
    return best[-1] or ()


@cache
def _all_syllables() -> frozenset[str]:
    return frozenset(sounds().values())


def plain(text: str) -> str:
    """Normalised ``text`` in plain words; the same text where there is nothing to spell out. Under 0.2 ms."""
    spelling = _spelling()
    said = spelling.dialect.sub(lambda match: spelling.plain[match[0]], text)
    said = _LETTERS.sub(lambda match: _letters(match[0], spelling), said)
    return _HAN.sub(lambda match: _without_slips(match[0], spelling), said)


@dataclass(frozen=True, slots=True)
class _Spelling:
    initials: dict[str, str]
    aloud: dict[str, str]
    """Pinyin without spaces → the word."""
    sounding: dict[tuple[str, ...], tuple[str, ...]]
    """Folded syllables → the words that sound so."""
    meant: frozenset[str]
    dialect: re.Pattern[str]
    plain: dict[str, str]


@cache
def _spelling() -> _Spelling:
    listed = words.load("initials")
    by_sound: dict[tuple[str, ...], tuple[str, ...]] = {}
    aloud: dict[str, str] = {}
    for word in listed["words"]:
        aloud.setdefault("".join(sounds().get(char, char) for char in word), word)
    for word in (*(word for word in listed["words"] if len(word) > 2), *listed["slips"]):
        key = tuple(syllable(char) for char in word)
        by_sound[key] = (*by_sound.get(key, ()), word)
    plain_words = {str(said): str(meant) for said, meant in listed["dialect"].items()}
    longest_first = sorted(plain_words, key=len, reverse=True)
    return _Spelling(
        initials={**listed["syllables"], **listed["initials"]},
        aloud=aloud,
        sounding=by_sound,
        meant=frozenset(listed["meant"]) | frozenset(listed["words"]),
        dialect=re.compile("|".join(map(re.escape, longest_first))),
        plain=plain_words,
    )


def _letters(run: str, spelling: _Spelling) -> str:
    small = run.lower()
    return spelling.initials.get(small) or _aloud(small, spelling) or run


def _aloud(run: str, spelling: _Spelling) -> str:
    """``chongzhiyikatong`` → 充值一卡通: known words, and the syllables between them if the list has them."""
    if len(run) < 4 or not syllables_of(run):
        return ""
    found: list[str] = []
    known = start = 0
    while start < len(run):
        for end in range(len(run), start, -1):
            part = run[start:end]
            word = spelling.aloud.get(part) or (spelling.initials.get(part) if part in _all_syllables() else None)
            if word:
                known += len(word) > 1
                found.append(word)
                start = end
                break
        else:
            return ""
    return "".join(found) if known else ""


def _without_slips(run: str, spelling: _Spelling) -> str:
    start = 0
    while start < len(run) - 1:
        for length in range(min(_LONGEST, len(run) - start), 1, -1):
            typed = run[start : start + length]
            if typed in spelling.meant:
                start += length - 1
                break
            if word := next(_meant(typed, spelling), None):
                run = run[:start] + word + run[start + length :]
                start += length - 1
                break
        start += 1
    return run


def _meant(typed: str, spelling: _Spelling) -> Iterator[str]:
    """The words that sound like ``typed`` and share a character with it."""
    for word in spelling.sounding.get(tuple(syllable(char) for char in typed), ()):
        if any(one == other for one, other in zip(typed, word, strict=True)):
            yield word
