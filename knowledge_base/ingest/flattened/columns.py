"""What is usual in one column of a flattened table: how wide, how long, how its cells begin and end, which words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TypeVar

from .fragments import Fragment, width
from .headings import Kind

Class = TypeVar("Class", str, int)

STARTS = ("bare", "dot", "paren", "letter", "han", "dash", "digit", "word")
ENDS = ("stop", "semicolon", "comma", "close", "people", "time", "digit", "word")
LENGTHS = 8
OPENING, CLOSING = "（(“《〈〔【", "）)”》〉〕】"
NEVER_FIRST = "，。、；：！？）)”》〉〕】,;:!?%％"

_START = re.compile(
    r"(?P<bare>[\d.]{1,4}$)|(?P<dot>\d{1,3}[.．、](?!\d))|(?P<paren>[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)])"
    r"|(?P<letter>[A-Z][.．、])|(?P<han>[一二三四五六七八九十]{1,3}[、.．])|(?P<dash>[—–\-/／无]+$)|(?P<digit>\d)"
)
_PEOPLE = "部处院办室会委局组科系所团馆站师员长位队人"
_TIME = "前底月日年时天周始末期"

_START_PRIOR: Mapping[Kind, Mapping[str, float]] = {
    "counter": {"bare": 6, "digit": 1, "letter": 0.5},
    "code": {"word": 2, "digit": 2, "bare": 1},
    "figure": {"bare": 3, "digit": 3, "word": 1},
    "time": {"digit": 3, "word": 2},
    "contact": {"digit": 4, "word": 1},
    "prose": {"word": 3, "dot": 1, "paren": 0.3},
    "name": {"word": 3, "dot": 1, "han": 0.5, "letter": 0.5, "paren": 0.5},
}
_END_PRIOR: Mapping[Kind, Mapping[str, float]] = {
    "counter": {"digit": 6},
    "code": {"digit": 4, "word": 0.5},
    "figure": {"digit": 4, "word": 2},
    "time": {"time": 4, "word": 1, "digit": 1},
    "contact": {"digit": 4, "word": 1},
    "prose": {"stop": 5, "word": 2, "semicolon": 0.5, "close": 0.5},
    "people": {"people": 5, "word": 1},
    "name": {"word": 4, "close": 0.3, "people": 0.3},
}
_LENGTH_PRIOR: Mapping[Kind, tuple[float, ...]] = {
    "counter": (6, 1, 0.3, 0.1, 0.01, 0.01, 0.01, 0.01),
    "code": (1, 2, 4, 3, 0.5, 0.1, 0.01, 0.01),
    "name": (1, 3, 5, 2, 0.5, 0.1, 0.03, 0.01),
    "prose": (0.1, 0.3, 1, 2, 4, 4, 3, 1),
    "people": (1, 3, 4, 3, 1, 0.2, 0.03, 0.01),
    "time": (0.5, 2, 4, 3, 0.7, 0.1, 0.03, 0.01),
    "figure": (4, 3, 2, 1, 0.3, 0.1, 0.03, 0.01),
    "place": (0.5, 2, 4, 3, 1, 0.2, 0.03, 0.01),
    "contact": (0.5, 1, 3, 4, 1, 0.2, 0.03, 0.01),
    "indicator": (0.5, 1, 3, 2, 2, 2, 1, 0.3),
    "note": (1, 2, 3, 2, 1, 0.7, 0.3, 0.1),
    "any": (1, 2, 3, 2, 1, 0.5, 0.2, 0.05),
}
_CHARACTERS: Mapping[Kind, str] = {
    "counter": "0000000000",
    "code": "0000000000aaa-",
    "figure": "0000000000..%分元",
    "contact": "000000000000----@.aa转",
    "time": "0000000000年年月月日日前前底每每学期初末周天个工作日内长期即时起至第—:：",
    "people": "处处部部院院室会委办公中心馆团各二级学院系教务学生工作保卫后勤党委人事财务组织宣传信息图书书记主任老师辅导员",
    "place": "楼楼室室馆厅区校座层号000行政教学图书活动中心大",
}
"""Characters such cells are made of, as if so many had been seen."""
IMPOSSIBLE = -18.0
"""Log likelihood of what no printer does, but what a mistake of the reading may look like."""
UNKNOWN = -4.0
"""Log likelihood of the first broken line of a cell while its column's width is not known."""


def length_class(length: int) -> int:
    """Classes of cell lengths in code points: 1–2, 3–4, 5–8, 9–16 …"""
    return min(max(length - 1, 1).bit_length() - 1, LENGTHS - 1)


def start_class(text: str) -> str:
    """How a cell that begins with this fragment begins."""
    found = _START.match(text)
    return (found.lastgroup or "word") if found else "word"


def end_class(char: str) -> str:
    """How a cell with this last character ends."""
    if char in "。！？!?…":
        return "stop"
    if char in "；;":
        return "semicolon"
    if char in "，、：—,:（(“《〈‘〔【":
        return "comma"
    if char in "”）)》’」』】〕]":
        return "close"
    if char in _PEOPLE:
        return "people"
    if char in _TIME:
        return "time"
    return "digit" if char in "0123456789%％" else "word"


def letter(char: str) -> str:
    """A character as the statistics see it: one digit is like another."""
    return "0" if char.isdigit() else "a" if char.isascii() and char.isalpha() else char


WORDS = 16
"""Code points up to which a cell is a name, whose characters say what is usual in its column; sentences say anything."""
WIDE = 13
"""Full-width characters from which on a column holds sentences."""


def _fits(kind: Kind, width: float) -> float:
    """Log likelihood, up to a constant, that a column with such a name is so wide."""
    if width >= WIDE:
        return {"prose": 0.0, "any": -3.0, "indicator": -2.0, "note": -2.0, "name": -20.0, "place": -20.0}.get(
            kind, -40.0
        )
    if kind == "counter":
        return 0.0 if width <= 4 else -20.0
    return -4.0 if kind == "prose" and width < 8 else 0.0


@dataclass(frozen=True, slots=True)
class Joint:
    """A line break and what stands around it."""

    pushed: float
    """How much shorter than the column its line may be because what follows cannot be broken."""
    paragraph: bool
    """Whether a paragraph may end there: a new entry of a list begins after it."""

    @classmethod
    def between(cls, above: Fragment, below: Fragment, line: str) -> Joint:
        """The break between two fragments, ``line`` being all that is printed on the line above."""
        text = below.text
        pushed = 0.12 * sum(char.isascii() for char in line)  # digits and Latin letters are not half as wide as 字
        if text[0].isascii() and text[0].isalnum():
            word = re.match(r"[!-~]+", text)
            pushed += min(width(word.group()) if word else 0.5, 8) - 0.5
        elif text[0] in OPENING or (len(text) > 1 and text[1] in NEVER_FIRST):
            pushed += 1.0
        if above.text[-1] in NEVER_FIRST:
            pushed += 0.5  # squeezed punctuation
        ends = above.text[-1] in "。；;：:！？"
        return cls(pushed, ends and start_class(text) in ("dot", "paren", "han", "letter"))


class Background:
    """How often each character stands in the whole text."""

    def __init__(self, pieces: Sequence[Fragment]) -> None:
        counts = Counter(letter(char) for piece in pieces for char in piece.text)
        total = sum(counts.values()) + len(counts) + 1
        self.share = {char: (count + 1) / total for char, count in counts.items()}

    def says(self, text: str) -> float:
        """Log likelihood of the characters of ``text``."""
        return sum(log(self.share[letter(char)]) for char in text)


class Column:
    """The habits of one column; before anything is known of its cells those its name lets one expect."""

    BACKING = 300.0
    """The background counts as much as so many characters of the column."""

    def __init__(self, kind: Kind, background: Background) -> None:
        self.kind = kind
        self.background = background
        self.width: float | None = None
        """Printed width in full-width characters; ``None`` while no cell is known."""
        self.sure = False
        """Whether the width was seen in wrapped lines; else the column may as well be wider."""
        self.learn((), ())

    @property
    def named(self) -> float:
        """How likely a column of this name is so wide."""
        return _fits(self.kind, self.width) if self.width is not None else 0.0

    def learn(self, texts: Sequence[tuple[str, str]], printed: Sequence[Sequence[float]]) -> None:
        """Takes the habits of cells: the first fragment and all characters of each, the widths of its printed lines."""
        kind = self.kind
        starts = Counter(start_class(first) for first, _ in texts)
        ends = Counter(end_class(text[-1]) for _, text in texts)
        lengths = Counter(length_class(len(text)) for _, text in texts)
        self.starts = _smoothed(STARTS, starts, _START_PRIOR.get(kind, {}))
        self.ends = _smoothed(ENDS, ends, _END_PRIOR.get(kind, {}))
        self.lengths = list(_smoothed(range(LENGTHS), lengths, dict(enumerate(_LENGTH_PRIOR[kind]))).values())
        counts = Counter(letter(char) for _, text in texts if len(text) <= WORDS for char in text)
        counts.update(char for char in _CHARACTERS.get(kind, "") if char in self.background.share)
        share = self.background.share
        self.often = {char: log(1 + count / (self.BACKING * share[char])) for char, count in counts.items()}
        """How much likelier each character is than in the whole text, up to :attr:`scale`."""
        self.scale = log(1 + sum(counts.values()) / self.BACKING)
        said = Counter(text for _, text in texts)
        self.sayings = {text: log((count - 1) / (len(texts) + 2)) - 1 for text, count in said.items() if count >= 2}
        """Cells that come again and again, as the names of offices do: the log likelihood of each."""
        breaks = sum(len(widths) - 1 for widths in printed)
        wraps = 1.5 if kind == "prose" else 0.2 if kind in ("counter", "figure") else 0.7
        goes_on = (breaks + wraps) / (breaks + wraps + len(texts) + 1)
        self.goes_on, self.stops = log(goes_on), log(1 - goes_on)
        numbered = starts["dot"] + starts["bare"] + starts["paren"] + starts["letter"]
        self.counts = numbered >= 0.5 * len(texts) if texts else kind == "counter"
        """Whether its cells are numbered."""
        self.bare = bool(texts) and starts["bare"] >= 0.5 * len(texts)
        """Whether its cells are numbers."""
        self._measure(printed)

    def _measure(self, printed: Sequence[Sequence[float]]) -> None:
        wrapped = sorted(width for widths in printed for width in widths[:-1])
        every = sorted(width for widths in printed for width in widths)
        self.sure = len(wrapped) >= 3
        if not every:
            self.width = None
        elif self.sure:
            # A line is wrapped up to two characters early; the widest few may be mistakes.
            self.width = wrapped[int(0.85 * (len(wrapped) - 1))]
            over = [width for width in every if self.width < width <= self.width + 1.5]
            if len(over) > 0.05 * len(every):
                self.width = over[len(over) // 2]
        else:
            self.width = every[int(0.95 * (len(every) - 1))]

    def full(self, width: float, joint: Joint, usual: float | None = None) -> float:
        """Log likelihood that a cell is broken after a line of this width.

        ``usual``: the width of the lines above it in the cell, where the width of the column is not known yet.
        """
        if (known := self.width or usual) is None:
            return UNKNOWN
        short = known - width - joint.pushed
        if short < -1.5 - joint.pushed:
            worth = IMPOSSIBLE if self.sure else UNKNOWN
        elif short <= 0.75:
            worth = -1.0
        elif short <= 1.5:
            worth = -4.0
        else:
            worth = IMPOSSIBLE if self.sure else -12.0
        return max(worth, -5.0) if joint.paragraph else worth

    def last(self, width: float, usual: float | None = None) -> float:
        """Log likelihood that a cell ends with a line of this width; ``usual`` as for :meth:`full`."""
        if (known := self.width or usual) is None:
            return self.stops - 3.5
        over = width - known
        if over > 1:
            return self.stops + (IMPOSSIBLE if self.sure or self.width is None else -3.0 - over)
        return self.stops - log(2 * known + 2)


def _smoothed(
    classes: Iterable[Class], counts: Mapping[Class, int], prior: Mapping[Class, float]
) -> dict[Class, float]:
    """Logarithms of the shares, the prior counting as four cells."""
    classes = tuple(classes)
    weight = sum(prior.get(each, 0.15) for each in classes)
    total = sum(counts.values()) + 4
    return {each: log((counts.get(each, 0) + 4 * prior.get(each, 0.15) / weight) / total) for each in classes}
