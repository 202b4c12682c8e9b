"""Automatic numbering of Word: the labels that stand in no paragraph's text (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from .ooxml import Element, W

HAN: Final = "〇一二三四五六七八九"
LEGAL: Final = "零壹贰叁肆伍陆柒捌玖"
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
IN_BRACKETS: Final = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
WITH_STOP: Final = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
COUNTED: Final = (
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
)


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    """``第%1条``: ``%n`` stands for the number of level n, counted from 1."""
    suffix: str = "tab"
    legal: bool = False
    """Whether all its numbers are written in digits."""
    restart: int | None = None
    """Restarts after a paragraph of this level or a higher one (counted from 1); 0 never; ``None`` after any higher one."""
    style: str = ""
    """The paragraph style that belongs to it."""


@dataclass(slots=True)
class _List:
    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of a document, counting as its paragraphs come."""

    def __init__(self, root: Element | None) -> None:
        """``root``: the numbering part, ``None`` where the document has none."""
        self._lists: dict[str, _List] = {}
        self._levels: dict[str, dict[int, Level]] = {}
        self._of: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        if root is None:
            return
        defined: dict[str, dict[int, Level]] = {}
        linked, styled = {}, {}
        for each in root.iterfind(f"{W}abstractNum"):
            name = _value(each, f"{W}abstractNumId", own=True)
            defined[name] = {int(number): level for number, level in _levels(each)}
            if link := _value(each, "numStyleLink"):
                linked[name] = link
            if style := _value(each, "styleLink"):
                styled[style] = name
        for each in root.iterfind(f"{W}num"):
            number = _value(each, f"{W}numId", own=True)
            abstract = _value(each, "abstractNumId")
            abstract = styled.get(linked.get(abstract, ""), abstract)
            levels = dict(defined.get(abstract, {}))
            restarts = {}
            for override in each.iterfind(f"{W}lvlOverride"):
                at = _integer(override.get(f"{W}ilvl"), 0)
                levels.update(_levels(override))
                if start := _value(override, "startOverride"):
                    restarts[at] = _integer(start, 1)
                    levels[at] = replace(levels.get(at, Level()), start=restarts[at])
            self._of[number] = abstract
            self._levels[number] = levels
            self._restarts[number] = restarts

    def level_of(self, number: str, style: str) -> int | None:
        """The level of a list that belongs to a paragraph style."""
        return next((at for at, level in self._levels.get(number, {}).items() if style and level.style == style), None)

    def label(self, number: str, at: int) -> str:
        """The label of the next paragraph at level ``at`` of the list ``number``, with the blank behind it, if any.

        Empty for bullets and for lists the document does not define.
        """
        levels = self._levels.get(number)
        if not levels or at not in levels:
            return ""
        # Lists of one definition count on together, until one of them says where it starts.
        shared = self._lists.setdefault(self._of[number], _List(levels))
        for again, start in self._restarts[number].items():
            shared.counts[again] = start - 1
            for deeper in [each for each in shared.counts if each > again]:
                del shared.counts[deeper]
        self._restarts[number] = {}
        counts = shared.counts
        level = levels[at]
        counts[at] = counts.get(at, level.start - 1) + 1
        for deeper in [each for each in counts if each > at]:
            restart = levels.get(deeper, Level()).restart
            if restart is None or (restart and at < restart):
                del counts[deeper]
        for higher in range(at):
            if higher in levels:
                counts.setdefault(higher, levels[higher].start)
        if level.format in ("bullet", "none") and "%" not in level.text:
            return ""
        return _spaced(re.sub(r"%([1-9])", lambda found: self._number(levels, counts, level, found), level.text), level)

    def _number(self, levels: dict[int, Level], counts: dict[int, int], level: Level, found: re.Match[str]) -> str:
        at = int(found.group(1)) - 1
        format = "decimal" if level.legal else levels.get(at, Level()).format
        return written(counts.get(at, 1), format)


def written(number: int, format: str) -> str:
    """A number as Word writes it in a number format (ECMA-376 part 1, 17.18.59)."""
    match format:
        case "none" | "bullet":
            return ""
        case _ if format in COUNTED:
            return counted(number, HAN, "十百千万")
        case "chineseLegalSimplified":
            return counted(number, LEGAL, "拾佰仟万", first="壹")
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital":
            return "".join(HAN[int(digit)] for digit in str(number))
        case "ideographTraditional" if 1 <= number <= 10:
            return STEMS[number - 1]
        case "ideographZodiac" if 1 <= number <= 12:
            return BRANCHES[number - 1]
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if 1 <= number <= 20:
            return CIRCLED[number - 1]
        case "decimalEnclosedParen" if 1 <= number <= 20:
            return IN_BRACKETS[number - 1]
        case "decimalEnclosedFullstop" if 1 <= number <= 20:
            return WITH_STOP[number - 1]
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord("０") + int(digit)) for digit in str(number))
        case "decimalZero":
            return f"{number:02d}"
        case "lowerLetter" | "upperLetter" if number >= 1:
            letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letter.upper() if format == "upperLetter" else letter
        case "lowerRoman" | "upperRoman" if 1 <= number < 4000:
            return _roman(number).upper() if format == "upperRoman" else _roman(number)
        case _:
            return str(number)


def counted(number: int, digits: str, units: str, first: str = "") -> str:
    """A number up to 99,999 counted in Chinese: 十一, 一百零五. ``first``: the digit before ten, none in 十一."""
    if number == 0:
        return "零"
    if number >= 100_000:
        return str(number)
    text, waiting = "", False
    for at in range(4, -1, -1):
        digit = number // 10**at % 10
        if digit:
            text += ("零" if waiting and text else "") + digits[digit] + (units[at - 1] if at else "")
            waiting = False
        else:
            waiting = True
    return first + text[1:] if 10 <= number < 20 else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _spaced(label: str, level: Level) -> str:
    """The label and what stands behind it: a tab is a blank, and none is needed behind 、 or （一）."""
    label = label.strip()
    if not label or level.suffix == "nothing" or label[-1] in "、．。：）)】〕」":
        return label
    return label + " "


def _levels(element: Element) -> Iterator[tuple[int, Level]]:
    for each in element.iterfind(f"{W}lvl"):
        restart = _value(each, "lvlRestart")
        legal = each.find(f"{W}isLgl")
        yield (
            _integer(each.get(f"{W}ilvl"), 0),
            Level(
                _integer(_value(each, "start"), 0 if each.find(f"{W}start") is None else 1),
                _value(each, "numFmt") or "decimal",
                _value(each, "lvlText"),
                _value(each, "suff") or "tab",
                legal is not None and legal.get(f"{W}val") not in ("0", "false"),
                _integer(restart, 0) if restart else None,
                _value(each, "pStyle"),
            ),
        )


def _value(element: Element, name: str, *, own: bool = False) -> str:
    """The value of a child, or with ``own`` of an attribute; empty where it is missing."""
    if own:
        return str(element.get(name) or "")
    child = element.find(f"{W}{name}")
    return "" if child is None else str(child.get(f"{W}val") or "")


def _integer(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise
