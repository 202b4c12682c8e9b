"""One plain spelling of whatever a student typed."""

from __future__ import annotations

import re
import unicodedata

from bot.understanding import words

_EMOJI = words.load("emoji")

# Codes that WeChat sends for its own stickers. They become a space, not nothing: taking one out must not make another.
_STICKER = re.compile(
    "|".join(re.escape(code) for code in sorted(_EMOJI["codes"], key=len, reverse=True))
    + r"|\[(?:"
    + "|".join(re.escape(name) for name in sorted(_EMOJI["names"], key=len, reverse=True))
    + r")\]"
)

# What the eye does not see but a pattern trips over: controls, format characters and joiners (categories Cc and Cf),
# surrogates, private use, non-characters, Hangul and Khmer fillers, the blank braille cell, variation selectors, and
# the key-cap frame around a digit (1️⃣ is an answer "1").
_INVISIBLE = re.compile(
    "["
    "\u0000-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff0-\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U000e0000-\U0010ffff"
    "]+"
)
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """``text`` in NFKC on one line, without invisible characters, sticker codes and leading slashes.

    Real emoji stay. The result is idempotent, encodable as UTF-8 and never begins with ``/``: Rasa would read that as
    an intent. Never raises; empty when nothing readable was typed.
    """
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return _SPACE.sub(" ", _STICKER.sub(" ", text)).lstrip(" /").rstrip()
