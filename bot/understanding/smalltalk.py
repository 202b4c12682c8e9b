"""Whole messages whose meaning is known without a model: 好滴, 白白, 👌, 转人工."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.understanding import words
from bot.understanding.normalise import normalise

# Stickers that WeChat sends as text and that the normalised text no longer has.
_STICKERS = {"[ok]": "affirm", "/:ok": "affirm", "[强]": "affirm", "/:strong": "affirm", "[合十]": "thank",
             "[抱拳]": "thank", "[玫瑰]": "thank", "/:rose": "thank", "[再见]": "goodbye", "/:bye": "goodbye"}  # fmt: skip
_NOISE = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"\w")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff\u2640\u2642\\s]")
_PARTICLES = re.compile(r"(?<=\w)[啊阿呀呢哦噢喔哟呦嘛吧啦哈咯喽嘞滴哒鸭捏辣惹呗嗷]+$")
_RUN = re.compile(r"(\D)\1+")
_LONG_RUN = re.compile(r"(\D)\1{2,}")
_REPEATED = re.compile(r"(\D{1,6}?)\1+")


def exact(text: str) -> str | None:
    """The intent of a message that says nothing else, or ``None``. Takes text as typed or normalised."""
    # Nothing in the table is longer, and folding a pasted novel would be wasted.
    if len(text) > 100:
        return None
    if sticker := _STICKERS.get(text.strip().lower()):
        return sticker
    table = _table()
    said = normalise(text).lower()
    if not _LETTERS.search(said):
        return _emoji(said)
    for spelling in _spellings(_NOISE.sub("", said)):
        if intent := table.get(spelling):
            return intent
    return None


def _spellings(said: str) -> Iterator[str]:
    """``said`` and what it comes to without particles, long vowels and repetition, the nearest first."""
    for spelling in dict.fromkeys((said, _PARTICLES.sub("", said))):
        yield spelling
        yield _LONG_RUN.sub(r"\1\1", spelling)
        yield _RUN.sub(r"\1", spelling)
        if repeated := _REPEATED.fullmatch(spelling):
            yield repeated[1]


def _emoji(said: str) -> str | None:
    """The one intent of a message made of emoji only; 👌😭 is nothing."""
    table = _table()
    meant = {table.get(sign) for sign in _TONES.sub("", said)}
    return meant.pop() if len(meant) == 1 else None


@cache
def _table() -> dict[str, str]:
    return {_fold(said): intent for intent, sayings in words.load("smalltalk").items() for said in sayings}


def _fold(saying: object) -> str:
    said = normalise(str(saying)).lower()
    return _NOISE.sub("", said) if _LETTERS.search(said) else _TONES.sub("", said)
