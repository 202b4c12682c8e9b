"""Order and case numbers in a message: ``BX20261122-0001``, however it was typed."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date

from bot.understanding import spelling

_TICKET = re.compile(
    r"(?<![A-Za-z\d])(?P<kind>[A-Za-z]\s?[A-Za-z])[\s_·:#横杠-]{0,2}"
    r"(?P<year>20\d\d)[\s./年-]?(?P<month>\d\d)[\s./月-]?(?P<day>\d\d)[\s_./#:~日的第横杠-]{0,3}(?P<serial>\d{4}|\d(?: \d){3}|\d\d \d\d)(?![\dA-Za-z])"
)
# Looks like one, but is cut short, too long or of no known kind: nothing else may be read out of its digits.
_LIKE = re.compile(
    r"(?<![A-Za-z\d])(?:(?!(?:id|no|is|to|my|me|am|as|of|by)(?![a-z]))[A-Za-z]{2}[\s_—–-]?)?20\d{6}[\s_—–-]?\d{2,6}(?!\d)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"20\d{6}[ -]?\d\d")
_DENIED = re.compile(r"(?:不是|并非|而非|不要)\s?(?:查)?\s?$")
_PUT_RIGHT = re.compile(r"应该是|不对|改成|改为|更正|说错|写错|打错|输错")
_CODE = re.compile(
    r"(?:(?:我的)?(?:查询|跟踪|追踪|投诉|匿名)?(?:码|编号|单号|号码?)?(?:就?是|为|:)?\s?)(?P<code>[A-Za-z\d]{4,}(?:-[A-Za-z\d]{2,}){0,3})\s?[。.!]?"
)

_NAMED = re.compile(
    r"(?:(?:查询|跟踪|追踪|匿名|凭证|受理|投诉|案件)(?:码|编?号|单号)?|编号|单号|代码)(?:就?是|为|:)?\s?(?P<code>[A-Za-z\d]{8})(?![A-Za-z\d-])"
)
_CASE = re.compile(r"(?=.*\d)(?=.*[A-Z])[2-9A-HJKMNP-Z]{8}")
"""The code of a case without a name, in the letters it is drawn from."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket named in a text."""

    number: str
    """Upper case with one hyphen; empty for what only looks like a ticket."""
    start: int
    end: int


def find(text: str) -> list[Ticket]:
    """Every ticket in normalised ``text``, also such as only look like one."""
    found: list[Ticket] = []
    # As it is written first: the 一 of 「BX20261122-0001一直没人来」 is no digit.
    for said in (text, spelling.digits(text)):
        for match in _TICKET.finditer(said):
            number = _number(match)
            if number and all(match.end() <= one.start or match.start() >= one.end for one in found):
                found.append(Ticket(number, match.start(), match.end()))
    taken = {ticket.start for ticket in found}
    like = [
        Ticket("", match.start(), match.end())
        for match in _LIKE.finditer(text)
        # Ten digits alone are a student number.
        if match.start() not in taken and not _NUMBER.fullmatch(match[0])
    ]
    return sorted(found + like, key=lambda ticket: ticket.start)


def one(text: str) -> str | None:
    """The one ticket ``text`` is about; ``None`` without one or with several."""
    named = [
        ticket
        for ticket in find(text)
        if ticket.number and not _DENIED.search(text, max(0, ticket.start - 5), ticket.start)
    ]
    if not named:
        return _named(text)
    for one, following in itertools.pairwise(named):
        if _PUT_RIGHT.search(text, one.end, following.start):
            named = [left for left in named if left.start > one.start]
    numbers = {ticket.number for ticket in named}
    return numbers.pop() if len(numbers) == 1 else None


def _named(text: str) -> str | None:
    """The code of a case that is called one, or that is all there is: 「匿名投诉查询码 K7MN3PQR」."""
    named = _NAMED.search(text)
    said = named["code"].upper() if named else text.strip(" 。.!")
    return said if _CASE.fullmatch(said) else None


def code(text: str) -> str | None:
    """The code that an answer consists of, in upper case: what an anonymous case is followed by."""
    match = _CODE.fullmatch(text)
    if match is None or not any(sign.isdigit() for sign in match["code"]) or find(text) or len(match["code"]) > 20:
        return None
    return match["code"].upper()


def asked_after(text: str) -> bool:
    """Whether the message is about something done before: it names one order, or is nothing but a case's code."""
    if one(text) is not None:
        return True
    said = code(text)
    return said is not None and _CASE.fullmatch(said) is not None


def _number(match: re.Match[str]) -> str | None:
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return f"{match['kind'].replace(' ', '').upper()}{day:%Y%m%d}-{match['serial'].replace(' ', '')}"
