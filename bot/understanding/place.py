"""One place as an office knows it: a building and the room, floor or corner in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding import addresses, words
from bot.understanding.numerals import chinese, digits, number


@dataclass(frozen=True, slots=True)
class Place:
    """A place named in a text."""

    building: str
    """``3号楼``, ``东苑3号楼``, ``图书馆``."""
    detail: str
    """Room, floor or corner as an office writes it: ``502``, ``二楼``, ``二楼卫生间``; empty for the building alone."""
    start: int
    end: int

    @property
    def name(self) -> str:
        """Building and detail: ``3号楼502``."""
        return self.building + self.detail

    def within(self, other: Place) -> bool:
        """Whether ``other`` is the same place, said more loosely."""
        same = self.building == other.building or self.building.endswith(other.building)
        return same and (
            self.detail.startswith(other.detail) or self.detail.endswith(other.detail) or self._above(other)
        )

    def _above(self, other: Place) -> bool:
        """Whether this room lies on the floor that ``other`` names."""
        return self.detail.isdigit() and other.detail == f"{chinese(int(self.detail[:-2] or 0))}楼"


def placed(match: re.Match[str]) -> Place | None:
    """The place that a match of :func:`addresses.pattern` stands for; ``None`` for a house or a door that does not exist."""
    parts = match.groupdict()
    said = parts["room"] or parts["class_room"] or parts["room_after"]
    room = room_number(said) if said else None
    if said and not room:
        return None
    floor = parts["floor"] or parts["floor_after"]
    if parts["lettered"]:
        return Place(f"教学楼{parts['lettered'].upper()}座", room or "", match.start(), match.end())
    if parts["alias"]:
        building = addresses.aliases()[parts["alias"].lower().replace(" ", "")]
    else:
        value = number(
            parts["house"]
            or parts["labelled"]
            or parts["short"]
            or parts["spoken"]
            or parts["bare_house"]
            or parts["floorlike"]
        )
        first, last = addresses.dormitories()
        if value is None or not first <= value <= last:
            return None
        if room is None and not parts["house"] and not parts["labelled"]:
            return None
        # 「3楼302」 is a floor of a house not named; 「3楼502」 can only be house 3.
        if parts["floorlike"] and room and int(room) // 100 == value:
            return None
        building = f"{estate(parts['estate'] or parts['estate_after'])}{value}号楼"
    if floor and parts["door"] and (level := number(_plain(floor))):
        # 「5层02室」
        room = f"{level}{parts['door']}"
    if (
        floor
        and (said := parts["flat"] or parts["told"])
        and (level := number(_plain(floor)))
        and (flat := number(said))
    ):
        # 「6层21室」
        room = f"{level}{flat:02}"
    if parts["near"] and room and parts["corner"] and not parts["floor_two"]:
        floor, room = f"{room[:-2]}楼", None
    if parts["floor_other"]:
        floor = None
    unit = f"{number(parts['unit'])}单元" if parts["unit"] else ""
    detail = unit + (
        room or storey(floor) + (parts["corner"] or "").replace("顶楼的", "顶楼").replace("地下室的", "地下室")
    )
    return Place(building, detail, match.start(), match.end())


def room_number(said: str) -> str | None:
    """The number of a room; ``None`` for what no door bears: 五百, 012."""
    said = re.sub(r"[ ,]", "", said)
    room = str(number(said)) if "百" in said else digits(said.replace("幺", "一"))
    return room if room.isdigit() and int(room) >= 100 and int(room) % 100 else None


def _plain(floor: str) -> str:
    return floor.lstrip("负bB地下-第").rstrip("楼层fF个 ")


def storey(said: str | None) -> str:
    """``2楼``, ``二层`` and ``2F`` are all 二楼."""
    if not said:
        return ""
    below = "负" if said[0] in "负bB地-" else ""
    value = number(_plain(said))
    return f"{below}{chinese(value)}楼" if value and value < 100 else ""


def estate(said: str | None) -> str:
    if not said:
        return ""
    for name, spellings in words.load_once("places")["estates"].items():
        if said in spellings or said == name[0]:
            return str(name)
    return ""
