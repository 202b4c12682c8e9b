"""Several places in one message, where an order takes one: 「3号楼502和503的空调都坏了」 told once for each.

Side by side (502和503) they share what is said of them; in clauses of their own (3号楼502漏水，4号楼305没电) each has its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.understanding import places
from bot.understanding.place import Place

_AND = r"\s?(?:[、,，/&]|和|跟|与|及|以及|还有|连同)+\s?"
_ROOM = (
    r"(?P<room>[1-9]\d{2,3})\s?(?:号?寝室?|号?宿舍|号?房间?|室)?(?!\s?[\d分元块天人点:号栋幢#楼层级届年月日斤份个名-])"
)
_NEXT_ROOM = re.compile(_AND + _ROOM)
_NEXT_FLOOR = re.compile(rf"{_AND}(?P<floor>[一二三四五六七八九十]{{1,2}})[楼层]")
_NEXT = re.compile(_AND)
_FIRST_ROOM = re.compile(rf"(?<![\d.#号栋幢楼座A-Za-z-]){_ROOM}")
_NEXT_CLAUSE = re.compile(rf"(?:还有|另外|而且|然后|顺便)?{_ROOM}")
_NEXT_HERE = re.compile(_ROOM)
_THING = re.compile(rf"的?\s?(?P<thing>[^\s,，。;；!！、和跟与及\d]{{1,10}}?){_AND}")
_ALIKE = re.compile(r"(?:两[间个处]|几[间个处]|全|都|也)*都(?=[坏不没漏断停堵掉有要需])")
_STOPS = re.compile(r"[,，。;；!！\n]\s*")
MOST = 4
"""More places in one message are a list for the office, not for a form."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message told once for each of its places."""

    sentences: tuple[str, ...]
    places: tuple[str, ...]
    """``3号楼502``; only ``502`` where no house is said."""
    housed: bool
    """Whether the places are told with their house."""


def told(text: str, broken: Callable[[str], bool]) -> Told | None:
    """``None`` for a message about one place or none; ``broken`` tells whether a clause says what is the matter."""
    found = places.find(text)
    if found and places.one(text) is not None:
        if len(found) > 1:
            return None
        only = found[0]
        paired = _paired(text, only.start, only.end, only.name, only.building, (), broken)
        return paired or _another_room(text, only, broken)
    for index, place in enumerate(found):
        if paired := _paired(text, place.start, place.end, place.name, place.building, found[index + 1 :], broken):
            return paired
        names, end = _row(text, place, found[index + 1 :])
        if 1 < len(names) <= MOST and not places.denied(text, place):
            return _each(text, place.start, end, names, housed=True)
    if not found:
        return _rooms(text, broken)
    return _clauses(text, found, broken)


def _row(text: str, first: Place, others: Sequence[Place]) -> tuple[list[str], int]:
    """The places that stand side by side from ``first`` on, and where they end."""
    names, end, building = [first.name], first.end, first.building
    while True:
        joined = _NEXT.match(text, end)
        following = next((one for one in others if joined and one.start == joined.end()), None)
        room, floor = _NEXT_ROOM.match(text, end), _NEXT_FLOOR.match(text, end)
        if following is not None:
            names, end, building = [*names, following.name], following.end, following.building
        elif room is not None and first.detail:
            names, end = [*names, f"{building}{room['room']}"], room.end()
        elif floor is not None and first.detail:
            names, end = [*names, f"{building}{floor['floor']}楼"], floor.end()
        else:
            return list(dict.fromkeys(names)), end


def _paired(
    text: str, start: int, end: int, name: str, building: str, others: Sequence[Place], broken: Callable[[str], bool]
) -> Told | None:
    """「502的空调和503的水龙头都坏了」: each place with a thing of its own. Without a ``building`` the rooms have no house."""
    thing = _THING.match(text, end)
    if thing is None:
        return None
    room = _NEXT_HERE.match(text, thing.end())
    following = next((one for one in others if one.start == thing.end()), None)
    if following is not None:
        second, rest = following.name, text[following.end :]
    elif room is not None:
        second, rest = f"{building}{room['room']}", text[room.end() :]
    else:
        return None
    if second == name:
        return None
    rest, before = rest.lstrip("的 "), text[:start]
    alike = _ALIKE.search(rest)
    if alike is not None:
        said = [f"{thing['thing']}{rest[alike.end() :]}", f"{rest[: alike.start()]}{rest[alike.end() :]}"]
    else:
        said = [thing["thing"], rest]
    if not all(broken(one) for one in said):
        return None
    if building:
        said = [f"{place}的{one}" for place, one in zip((name, second), said, strict=True)]
    return Told((f"{before}{said[0]}", f"{before}{said[1]}"), (name, second), housed=bool(building))


def _rooms(text: str, broken: Callable[[str], bool]) -> Told | None:
    """Rooms whose house is not said: 「502和503的空调都坏了」."""
    for first in _FIRST_ROOM.finditer(text):
        if paired := _paired(text, first.start(), first.end(), first["room"], "", (), broken):
            return paired
        names, end = [first["room"]], first.end()
        while room := _NEXT_ROOM.match(text, end):
            names, end = [*names, room["room"]], room.end()
        if 1 < len(dict.fromkeys(names)) <= MOST:
            return _each(text, first.start(), end, list(dict.fromkeys(names)), housed=False)
    return None


def _each(text: str, start: int, end: int, names: Sequence[str], *, housed: bool) -> Told:
    before, behind = text[:start], _ALIKE.sub("", text[end:], count=1)
    # A room without its house is no place: it would only be read as part of what is broken.
    said = [f"{before}{name}{behind}" if housed else f"{before}{behind.lstrip('的 ')}" for name in names]
    return Told(tuple(said), tuple(names), housed)


def _another_room(text: str, place: Place, broken: Callable[[str], bool]) -> Told | None:
    """「3号楼502的空调坏了，503的灯也不亮」: a room of the same house in a clause of its own."""
    building = place.building
    for stop in _STOPS.finditer(text, place.end):
        room = _NEXT_CLAUSE.match(text, stop.end())
        first, then = text[: stop.start()], text[room.start("room") :] if room else ""
        if room and place.name != f"{building}{room['room']}" and broken(first) and broken(then):
            return Told((first, f"{building}{then}"), (place.name, f"{building}{room['room']}"), housed=True)
    return None


def _clauses(text: str, found: Sequence[Place], broken: Callable[[str], bool]) -> Told | None:
    """Places in clauses of their own, each with what is the matter there."""
    if len(found) != 2 or found[0].name == found[1].name:
        return None
    stops = [stop.end() for stop in _STOPS.finditer(text, found[0].end, found[1].start)]
    if not stops:
        return None
    first, then = text[: stops[-1]].rstrip(" ,，。;；"), text[stops[-1] :]
    if not (broken(first) and broken(then)):
        return None
    return Told((first, then), (found[0].name, found[1].name), housed=True)
