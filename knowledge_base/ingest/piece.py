"""A piece of extracted text whose characters know where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BLANKS = " \t\n\r\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d\u00ad"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text and, for each code point, its offset in the extracted source."""

    text: str = ""
    origins: Sequence[int] = ()

    def __add__(self, other: Piece) -> Piece:
        if not self.text:
            return other
        if not other.text:
            return self
        first, second = self.origins, other.origins
        if isinstance(first, range) and isinstance(second, range) and first.stop == second.start:
            return Piece(self.text + other.text, range(first.start, second.stop))
        return Piece(self.text + other.text, [*first, *second])

    def part(self, start: int, end: int) -> Piece:
        """The slice from ``start`` to ``end``."""
        return Piece(self.text[start:end], self.origins[start:end])

    def stripped(self) -> Piece:
        """Without the blanks around it."""
        left = len(self.text) - len(self.text.lstrip(BLANKS))
        return self.part(left, max(left, len(self.text.rstrip(BLANKS))))

    def kept(self, places: Sequence[int]) -> Piece:
        """Only the code points at these places."""
        if len(places) == len(self.text):
            return self
        return Piece("".join(self.text[at] for at in places), [self.origins[at] for at in places])

    def one_line(self) -> Piece:
        """Stripped, every run of blanks that holds a line end made one space, invisible characters gone."""
        if not any(char in "\n\r\t\v\f\ufeff\u200b\u200c\u200d\u00ad" for char in self.text):
            return self.stripped()
        text: list[str] = []
        origins: list[int] = []
        for char, origin in zip(self.text, self.origins, strict=True):
            if char in "\ufeff\u200b\u200c\u200d\u00ad":
                continue
            if char in "\n\r\t\v\f":
                if not text or text[-1] in " \u3000":
                    continue
                char = " "
            elif char == " " and text and text[-1] == " ":
                continue
            text.append(char)
            origins.append(origin)
        return Piece("".join(text), origins).stripped()


class Source:
    """Counts what is extracted from a file whose text has no offsets of its own."""

    def __init__(self) -> None:
        self.length = 0

    def take(self, text: str) -> Piece:
        """The next text, at the place where it comes."""
        start = self.length
        self.length += len(text)
        return Piece(text, range(start, self.length))


def joined(pieces: Iterable[Piece], between: str = "") -> Piece:
    """The pieces that are not empty; what stands ``between`` them comes from where the piece before it ends."""
    text: list[str] = []
    origins: list[int] = []
    last: Sequence[int] = ()
    whole: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if whole is None and not text:
            whole, last = piece, piece.origins
            continue
        if whole is not None:
            text.append(whole.text)
            origins += whole.origins
            whole = None
        text.append(between + piece.text)
        origins += [last[-1]] * len(between)
        origins += piece.origins
        last = piece.origins
    if whole is not None:
        return whole
    return Piece("".join(text), origins)


def flowing(pieces: Iterable[Piece]) -> Piece:
    """Printed lines of one cell or paragraph as running text: a blank only between Latin words."""
    whole = Piece()
    for piece in pieces:
        if whole.text and piece.text and _words(whole.text[-1], piece.text[0]):
            whole = joined((whole, piece), " ")
        else:
            whole = whole + piece
    return whole


def _words(before: str, after: str) -> bool:
    latin = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    return latin and not (before.isdigit() and after.isdigit())
