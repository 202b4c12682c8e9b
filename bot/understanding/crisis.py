"""The crisis screen: does a message say that someone may be in danger of their own hand?

It stands before everything else and knows nothing but the words (``training_data/words/crisis.yml``). It would rather
show the card once too often than miss a student; calling a person (``page``) takes a first-person wish, plan or means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from bot.understanding import words
from bot.understanding.normalise import normalise

Tier = Literal["page", "show"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A message that must not be answered like any other."""

    tier: Tier
    """``page``: call a person now; ``show``: show the card and note the case."""
    rule: str
    """The rule's id, such as ``page.when``; never the student's words."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    disguises: tuple[tuple[re.Pattern[str], str], ...]
    benign: re.Pattern[str]
    rules: tuple[tuple[Alarm, re.Pattern[str]], ...]


def screen(text: str) -> Alarm | None:
    """The most serious alarm ``text`` raises, or ``None``. Takes any text as typed; linear in its length."""
    lexicon = _lexicon()
    said = squeeze(text)
    for disguise, plain in lexicon.disguises:
        said = disguise.sub(plain, said)
    said = lexicon.benign.sub("□", said)
    for alarm, pattern in lexicon.rules:
        if pattern.search(said):
            return alarm
    return None


# What separates clauses; anything else that is not a letter or digit is noise between letters.
_CLAUSE = re.compile(r"[,!?;:。]+|\.{2,}")
_NOISE = re.compile(r"[^\w\s,]|_")
_FRAGMENTS = re.compile(r"[ ,]+")


def squeeze(text: str) -> str:
    """``text`` without anything that could hide a word.

    Simplified, lower case; emoji, dots and spaces between letters are gone; ``,`` stands between clauses of two letters
    or more (「自，杀」 is one word), one space between Latin words of two letters or more (``k i l l`` is one word).
    """
    said = normalise(text).lower().translate(_simplified())
    said = _NOISE.sub("", _CLAUSE.sub(",", said))
    pieces: list[str] = []
    fragments = _FRAGMENTS.split(said)
    marks = _FRAGMENTS.findall(said)
    for index, fragment in enumerate(fragments):
        if index and fragment and len(fragments[index - 1]) > 1 and len(fragment) > 1:
            if "," in marks[index - 1]:
                pieces.append(",")
            elif fragments[index - 1][-1].isascii() and fragment[0].isascii():
                pieces.append(" ")
        pieces.append(fragment)
    return "".join(pieces)


@cache
def _simplified() -> dict[int, str]:
    """Traditional to simplified, for the characters the rules use."""
    return {ord(pair[0]): pair[1] for pair in words.load("simplified")["pairs"].split()}


@cache
def _lexicon() -> _Lexicon:
    source = words.load("crisis")
    parts: dict[str, str] = source["parts"]

    def compiled(patterns: list[str]) -> re.Pattern[str]:
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        # Twice, because a part may use a part.
        for name, part in [*parts.items(), *parts.items()]:
            joined = joined.replace(f"<{name}>", part)
        return re.compile(joined)

    def rules(tier: Tier) -> list[tuple[Alarm, re.Pattern[str]]]:
        named: dict[str, Any] = source[tier]
        return [(Alarm(tier, f"{tier}.{name}"), compiled(patterns)) for name, patterns in named.items()]

    return _Lexicon(
        disguises=tuple((compiled(hidden), plain) for plain, hidden in source["disguises"].items()),
        benign=compiled(source["benign"]),
        rules=(*rules("page"), *rules("show")),
    )
