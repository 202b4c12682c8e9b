"""Shortening a text to a number of bytes without breaking what a reader would see as one thing."""

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

ELLIPSIS = "…"

# What must stay in one piece: a link and an anchor are either whole or useless.
_PIECE = re.compile(r"<a\s[^>]*>.*?</a>|(?:https?|weixin)://[!-~]+", re.DOTALL)
_SENTENCE = re.compile(r"[。！？!?；;\n][”’」』）)]*")
_JOINER = "\u200d"


def size(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(text.encode("utf-8"))


def cut(text: str, limit: int) -> str:
    """The text itself if it fits into `limit` bytes, else its beginning and `…`, together within `limit`.

    It ends after a sentence if one ends in the second half of the room, else between two characters as a reader counts
    them: never inside a link or an emoji sequence.
    """
    if size(text) <= limit:
        return text
    room = limit - size(ELLIPSIS)
    if room < 0:
        return ""
    sizes = list(accumulate(size(character) for character in text))
    end = bisect_right(sizes, room)
    pieces = [found.span() for found in _PIECE.finditer(text)]
    sentences = [found.end() for found in _SENTENCE.finditer(text) if found.end() <= end]
    if sentences and sizes[sentences[-1] - 1] * 2 >= room:
        end = sentences[-1]
    while end and (_joined(text, end) or _inside(end, pieces)):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def _inside(place: int, pieces: list[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in pieces)


def _joined(text: str, place: int) -> bool:
    """Whether the characters before and after `place` are drawn as one (Unicode UAX #29, the rules emoji need)."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or _extends(after):
        return True
    if _regional(before) and _regional(after):  # flags are pairs: count the letters up to here
        start = place
        while start and _regional(text[start - 1]):
            start -= 1
        return (place - start) % 2 == 1
    return False


def _extends(character: str) -> bool:
    # Marks (with variation selectors and keycaps), skin tones, and the tags of regional flags.
    return (
        unicodedata.category(character).startswith("M")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
