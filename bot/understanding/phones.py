"""Mobile numbers and student numbers in a message."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Mobile numbers of the mainland begin 13 to 19 (工信部《电信网编号计划》, 11 digits).
_RUN = re.compile(r"(?:(?:\+|(?<!\d)00)86[- ]?|(?<!\d))\d{2,}(?:[- ]\d{2,})*")
_GROUP = re.compile(r"\d+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SHAPES = ((3, 4, 4), (4, 4, 3), (3, 3, 5), (3, 8), (7, 4), (5, 6), (4, 7), (3, 2, 3, 3))
_STUDENT = re.compile(r"(?<!\d)20\d{8}(?!\d)")
_SPOKEN = re.compile(
    r"(?<![〇零一二三四五六七八九幺])[一幺][〇零一二三四五六七八九幺]{10}(?![〇零一二三四五六七八九幺])"
)
_SAID = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_COUNTRY = re.compile(r"(?:\+|(?<!\d)00)86[- ]?(?=1)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it stands in the text."""

    digits: str
    start: int
    end: int


def mobiles(text: str) -> list[Number]:
    """Every mobile number in normalised ``text``: whole, grouped (138 0013 8000, 138-0013-8000) or spoken (幺三八…).

    A number inside a longer run of digits (a bank card, an identity card) is none.
    """
    found = []
    for run in _RUN.finditer(text):
        start = run.start()
        if country := _COUNTRY.match(text, start):
            start = country.end()
        groups = list(_GROUP.finditer(text, start, run.end()))
        found += _in_groups(text, groups)
    for spoken in _SPOKEN.finditer(text):
        number = spoken[0].translate(_SAID)
        if _MOBILE.fullmatch(number):
            found.append(Number(number, spoken.start(), spoken.end()))
    return found


def _in_groups(text: str, groups: list[re.Match[str]]) -> list[Number]:
    found: list[Number] = []
    index = 0
    while index < len(groups):
        taken = 1
        if _MOBILE.fullmatch(groups[index][0]):
            found.append(Number(groups[index][0], groups[index].start(), groups[index].end()))
        else:
            for shape in _SHAPES:
                some = groups[index : index + len(shape)]
                whole = "".join(group[0] for group in some)
                if tuple(len(group[0]) for group in some) != shape or not _MOBILE.fullmatch(whole):
                    continue
                # Four more digits on either side: a bank card in groups of four.
                beside = groups[max(index - 1, 0) : index] + groups[index + len(shape) : index + len(shape) + 1]
                if len(shape) > 2 and any(len(group[0]) == 4 for group in beside):
                    continue
                found.append(Number(whole, some[0].start(), some[-1].end()))
                taken = len(shape)
                break
        index += taken
    return found


def mobile(text: str) -> str | None:
    """The one mobile number of ``text`` as eleven digits; ``None`` without one or with several."""
    numbers = {number.digits for number in mobiles(text)}
    return numbers.pop() if len(numbers) == 1 else None


def students(text: str) -> list[Number]:
    """Student numbers (ten digits, 20…): worth reporting, never proof of who is writing."""
    return [Number(match[0], match.start(), match.end()) for match in _STUDENT.finditer(text)]
