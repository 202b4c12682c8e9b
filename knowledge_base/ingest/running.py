"""What a page carries besides its text: running heads, feet and page numbers, found because they stand there on most pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Final

from .layout import Printed
from .txt import DASHED_MARK, WORDED_MARK

ZONE: Final = 0.14
"""The part of a page's height, from the top and from the foot, in which heads and feet stand."""
NUMBER: Final = re.compile(r"[\divxlcIVXLC]{1,5}|\d{1,4}\s*/\s*\d{1,4}|共\s*\d+\s*页\s*[,，]?\s*第\s*\d+\s*页")


COUNTED: Final = re.compile(r"第\d+页|共\d+页|[—–\-－]\d+[—–\-－]|\d+/\d+|^\d+(?=\D)|(?<=\D)\d+$")
"""The part of a running head that counts pages."""
LARGE: Final = 1.15
"""How much larger than the text a line is that may be a title: it goes only from the second time on."""


def furniture(pages: Sequence[Sequence[Printed]], heights: Sequence[float]) -> list[set[int]]:
    """For each page the places of the lines that are no text of the document."""
    candidates = [_candidates(lines, height) for lines, height in zip(pages, heights, strict=True)]
    counts: Counter[tuple[str, int]] = Counter()
    for found in candidates:
        counts.update({key for keys in found.values() for key in keys})
    # Of two pages both must carry it; a book may have other heads on its left pages than on its right ones.
    needed = max(2, 0.4 * sum(bool(lines) for lines in pages)) if len(pages) != 2 else 2
    usual = median([line.size for lines in pages for line in lines] or [1.0])
    gone: list[set[int]] = []
    titles: set[str] = set()
    for lines, found, height in zip(pages, candidates, heights, strict=True):
        repeated = {at for at, keys in found.items() if any(counts[key] >= needed for key in keys)}
        for at in sorted(repeated):
            if lines[at].size > LARGE * usual and lines[at].text not in titles:
                titles.add(lines[at].text)
                repeated.discard(at)
        gone.append(repeated | _numbers(lines, found, height, repeated))
    return gone


def _candidates(lines: Sequence[Printed], height: float) -> dict[int, list[tuple[str, int]]]:
    """The first and last lines of a page: what each says, digits aside, and how high it stands, in two roundings."""
    found: dict[int, list[tuple[str, int]]] = {}
    by_height = sorted(range(len(lines)), key=lambda at: lines[at].top)
    for at in {*by_height[:4], *by_height[-4:]}:
        line = lines[at]
        if line.bottom > ZONE * height and line.top < (1 - ZONE) * height:
            continue
        said = COUNTED.sub(lambda found: re.sub(r"\d+", "#", found.group()), "".join(line.text.split()))
        found[at] = [(said, round(line.top / 6)), (said, -1 - round((line.top + 3) / 6))]
    return found


def _numbers(
    lines: Sequence[Printed], found: dict[int, list[tuple[str, int]]], height: float, gone: set[int]
) -> set[int]:
    """Page numbers: beyond all other text of the page, at its head or foot."""
    rest = [line for at, line in enumerate(lines) if at not in gone]
    numbers: set[int] = set()
    for at in found:
        line = lines[at]
        if not (DASHED_MARK.fullmatch(line.text) or WORDED_MARK.fullmatch(line.text) or NUMBER.fullmatch(line.text)):
            continue
        others = [each for each in rest if each is not line]
        foot, head = line.top > (1 - ZONE) * height, line.bottom < ZONE * height
        gap = 1.2 * line.size
        if (foot and all(each.bottom + gap <= line.top for each in others)) or (
            head and all(each.top - gap >= line.bottom for each in others)
        ):
            numbers.add(at)
    return numbers
