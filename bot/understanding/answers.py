"""What a student says to an open question, read for the question's kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.understanding import dates, english, entities, money, phones, places, school_year, smalltalk, tickets, visiting
from bot.understanding.normalise import normalise
from bot.understanding.numerals import number
from bot.understanding.spelling import spelled
from bot.understanding.when import When, iso

_PREFIX = "answer:"
# An answer is short; only free words may be long.
_READ = 1000
_LETTER = re.compile(r"\w")
_BARE = re.compile(
    r"\s*(\d{1,3}|[一二两俩三四五六七八九十]{1,3})\s*[份张次个本]?\s*(?:吧|就行|就好|就够了|即可)?\s*[.。!]?\s*"
)
_ORDINAL = re.compile(
    r"(?:我?(?:选|要|是|就))?\s*(?:第\s*)?(\d{1,2}|[一二两三四五六七八九十]{1,2})\s*(?:个|项|号|种|条|选项)?\s*(?:吧|的|就行|就好|那个)?\s*[.。!、)]?"
)
_THAT = re.compile(
    r"(?:我?(?:说的|指的|要|选|查|看)?是?)(.{2,}?)的?(?:那|这)一?(?:个|条|单|份|项|场|节|门|次|张|位|家|间)?"
)
_LAST = re.compile(r"(?:我?(?:选|要|就)\s*)?最后(?:一|那)(?:个|项|种|条)?(?:吧)?")
_AGREED = r"没有问题|没问题|没毛病|没错|确认|确定|无误|正确|提交|就这样|同意|可以|是|对|好|行|嗯|恩|ok|yes"
_FILLER = r"信息|以上|内容|帮我|麻烦|直接|现在|全部|都|我|请|那|就|吧|的|了|啊|呀|哦|呢|滴|嘞|[,.!~ ]"
# Possessive: one reading of a long row of 好的 is enough.
_YES = re.compile(rf"(?=(?:{_FILLER})*+(?:{_AGREED}))(?:{_AGREED}|{_FILLER})++", re.IGNORECASE)
_IDLE = frozenset({"greet", "thank", "goodbye", "affirm", "cancel", "human_handoff"})
"""Small talk that is no answer in free words; 「没有」 may well be one."""


def read(
    kind: str,
    text: str,
    now: datetime,
    choices: Sequence[Mapping[str, str]] = (),
    term_start: date | None = None,
) -> str | None:
    """The value that ``text`` gives to a question of ``kind``, or ``None`` when it gives none.

    ``choices`` are the prompt's ``{"label", "payload"}`` in the order shown; a choice gives its payload without
    ``answer:``. A button that is no answer (``cancel``, ``change:…``) is never chosen here. A photo is never read from
    words; neither it nor an unknown kind gives a value. ``term_start`` is any day of the first teaching week; without
    it the configured calendar counts.
    """
    said = normalise(text)
    brief = said[:_READ] if kind in ("text", "choice", "confirm", "ticket") else english.translated(said[:_READ])
    match kind:
        case "location":
            place = places.one(spelled(brief))
            return place.name if place else None
        case "phone":
            return phones.phone(spelled(brief))
        case "date":
            day = _when(brief, now, term_start).day
            return day.isoformat() if day else None
        case "period":
            period = _when(brief, now, term_start).period
            return iso(period) if period else None
        case "hours":
            return visiting.written(_when(brief, now, term_start))
        case "moment":
            moment = _moment(_when(brief, now, term_start), now)
            return moment.strftime("%Y-%m-%dT%H:%M") if moment else None
        case "money":
            return money.one(spelled(brief)) or money.bare(spelled(brief))
        case "ticket":
            return tickets.one(spelled(brief)) or tickets.code(brief)
        case "count":
            return _count(brief)
        case "text":
            return said if _LETTER.search(said) and smalltalk.exact(said) not in _IDLE else None
        case "choice":
            return choose(brief, choices)
        case "confirm":
            return "yes" if smalltalk.exact(said) == "affirm" or _YES.fullmatch(brief) else None
        case _:
            return None


def _when(said: str, now: datetime, term_start: date | None) -> When:
    year = None if term_start else school_year.current()
    # The digits of a ticket or of a telephone are no date.
    return dates.read(entities.unnumbered(spelled(said)), now, term_start, year=year, answering=True)


def _moment(when: When, now: datetime) -> datetime | None:
    """Day and hour; an hour alone is the coming one: 「下午三点」 said at four is tomorrow's."""
    if when.at is None:
        return None
    if when.day:
        return datetime.combine(when.day, when.at)
    today = datetime.combine(now.date(), when.at)
    return today if today > now.replace(tzinfo=None) else today + timedelta(days=1)


def outright(text: str, choices: Sequence[Mapping[str, str]]) -> bool:
    """Whether ``text`` is nothing but a choice's label or its place among the choices: 「第二个」「最后一个」."""
    said = normalise(text)
    return bool(_by_position(said, len(choices))) or _fold(said) in {_fold(choice["label"]) for choice in choices}


def choose(said: str, choices: Sequence[Mapping[str, str]]) -> str | None:
    """The value of the one choice that ``said`` names: by label, value, position, or a part no other choice has."""
    labels = [_fold(choice["label"]) for choice in choices]
    values = [_fold(choice["payload"].removeprefix(_PREFIX)) for choice in choices]
    folded = _fold(said)
    if not folded:
        return None
    found = _chosen(said, folded, labels, values, choices)
    if found is None and (that := _THAT.fullmatch(folded)):
        # 「水龙头那个」
        found = _chosen(said, that[1], labels, values, choices)
    return found


def _chosen(
    said: str, folded: str, labels: list[str], values: list[str], choices: Sequence[Mapping[str, str]]
) -> str | None:
    exact = [index for index in range(len(choices)) if folded in (labels[index], values[index])]
    found = exact or _by_position(said, len(choices)) or _by_part(folded, labels, values)
    if len(found) != 1:
        return None
    payload = choices[found[0]]["payload"]
    return payload.removeprefix(_PREFIX) if payload.startswith(_PREFIX) else None


def _by_position(said: str, length: int) -> list[int]:
    if _LAST.fullmatch(said):
        return [length - 1] if length else []
    match = _ORDINAL.fullmatch(said)
    position = number(match[1]) if match else None
    return [position - 1] if position and position <= length else []


def _by_part(folded: str, labels: list[str], values: list[str]) -> list[int]:
    """A unique beginning, then a unique part of a label, then a label or value inside a longer sentence."""
    everywhere = range(len(labels))
    beginning = [index for index in everywhere if labels[index].startswith(folded) or values[index].startswith(folded)]
    inside = [index for index in everywhere if folded in labels[index]]
    # 「不是病假，是事假」, 「不是第一次」: what is denied is not chosen.
    around = [index for index in everywhere if _affirmed(labels[index], folded) or _affirmed(values[index], folded)]
    # 「中英文都要」 is not 英文.
    around = [one for one in around if not any(one != other and labels[one] in labels[other] for other in around)]
    return next((found for found in (beginning, inside, around) if found), [])


def _affirmed(name: str, folded: str) -> bool:
    """Whether ``name`` stands in the words and is not denied there."""
    return (
        len(name) > 1 and re.search(rf"(?<!不是)(?<!不要)(?<!不选)(?<![不没别非]){re.escape(name)}", folded) is not None
    )


def _count(said: str) -> str | None:
    bare = _BARE.fullmatch(said)
    value = number(bare[1]) if bare else None
    return str(value) if value else entities.count(said)


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", normalise(text)).lower()
