"""Places on the campus, from the many ways students write them to the one an office reads: 3#502 → 3号楼502."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.understanding import addresses, words
from bot.understanding.addresses import CALLED, CN, DOOR, FLOOR, ROOM
from bot.understanding.numerals import chinese, digits, number

_AHEAD = re.compile(rf"(?P<room>{DOOR})\s?{CALLED}?(?:[ ,、。的]{{0,2}}(?:我?(?:住在?|在|是))?\s?|\s?(?P<bracket>\())$")
# A room or a floor said apart from its house: 「502寝室的灯坏了，12号楼」, 「三楼水房，我们7栋的」.
_APART_ROOM = re.compile(
    rf"(?:(?:寝室|宿舍|房间|房号|那个|就是|报的修?)(?:号|是|为|在|:)?|(?<![他她友学们家])住(?:在|的是?)?)\s?(?P<named>{DOOR})(?!\s?[号栋#幢元块])|(?<![\d.-])(?P<called>{DOOR})\s?{CALLED}"
)
# The building said last, for what was told before: 「阅览室的插座没电，图书馆的」, 「502漏水了 3号楼」.
_LAST_SAID = re.compile(r"\s?的?\s?[。!~]*$")
_BEGINS = re.compile(rf"(?P<room>{DOOR})(?=\s?[\u4e00-\u9fff])(?![号栋幢#元块])")
_WRONG = r"(?:(?<=[哦噢额呃啊诶欸哎])不(?!是|对)|不对|不是|不不|(?:说|打|写|输)?错了?)"
_REPLACED = re.compile(
    rf"[,。. ]*(?:[哦噢额呃啊诶唉哎]+[,。. ]*)?(?:(?:{_WRONG}[,。. ]*)+(?:{DOOR}\s?{CALLED}?[,。. ]*)?(?:应该是|应该|是)?|(?:应该是|改成|改为|换成))\s?(?:{ROOM}(?!\s?[号栋#])|(?P<floor>{FLOOR}))"
)


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
        return same and (self.detail.startswith(other.detail) or self._above(other))

    def _above(self, other: Place) -> bool:
        """Whether this room lies on the floor that ``other`` names."""
        return self.detail.isdigit() and other.detail == f"{chinese(int(self.detail[:-2] or 0))}楼"


def find(text: str) -> list[Place]:
    """Every place in normalised ``text``, in order. A room without a building is no place, nor is an unknown house."""
    found: list[Place] = []
    end = 0
    for match in addresses.pattern().finditer(text):
        place = _place(match)
        if found and place and place.start == end and text[place.start] in "abAB" and not match["lettered"]:
            # 「图书馆二楼自习区A区」: a part of the building before it.
            continue
        if place and place.start >= end:
            found.append(_with_room(text, place, end))
            end = found[-1].end
    return found


def one(text: str) -> Place | None:
    """The place ``text`` is about, or ``None`` without one or when two different ones stand side by side.

    A place that is denied (不是3号楼，是5号楼) or taken back (3号楼，不对，5号楼) does not count; the fuller of two
    mentions of one place wins.
    """
    found = find(text)
    named = [
        place
        for index, place in enumerate(found)
        if not denied(text, place)
        and not (index + 1 < len(found) and _LANDMARK.fullmatch(text, place.end, found[index + 1].start))
    ]
    if any(_ANOTHER.match(text, place.end) for place in named):
        return None
    chosen: Place | None = None
    for place in named:
        if chosen is None or place.within(chosen):
            chosen = place
        elif not chosen.within(place):
            if not _CORRECTED.search(text, chosen.end, place.start):
                return _put_last(text, named)
            chosen = place
    return _in_estate(text, _completed(text, chosen)) if chosen else None


def denied(text: str, place: Place) -> bool:
    """Whether ``place`` is said not to be meant: 「不是3号楼」, 「我家小区3号楼」, 「去年我们住3号楼」."""
    return bool(
        _DENIED.search(text, max(0, place.start - 3), place.start)
        or _ELSEWHERE.search(text, max(0, place.start - 6), place.start)
        or _former(text, place)
    )


def _in_estate(text: str, place: Place) -> Place:
    """``place`` in the estate that is said apart from it: 「我在东苑住，3号楼502」."""
    if not place.building[0].isdigit() or not place.building.endswith("号楼"):
        return place
    elsewhere = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    named = {_estate(match["estate"]) for match in addresses.estates().finditer(elsewhere)}
    return replace(place, building=named.pop() + place.building) if len(named) == 1 else place


def _former(text: str, place: Place) -> bool:
    """Whether somebody has left there: 「去年我们住3号楼」, 「刚从6号楼搬到12号楼」; 「刚从教B402出来」 is still about it."""
    former = _FORMER.search(text, max(0, place.start - 12), place.start)
    return former is not None and (former["left"] is None or _MOVED.match(text, place.end) is not None)


def _put_last(text: str, named: list[Place]) -> Place | None:
    """Of several places the last, where it is put in the place of the others: 「帮我改成9号楼」."""
    last = named[-1]
    return last if _PUT.search(text, max(0, last.start - 5), last.start) else None


def _completed(text: str, place: Place) -> Place:
    """``place`` with the room or the floor that is said elsewhere: 「502寝室的灯坏了，12号楼」."""
    if place.detail and not addresses.corner().fullmatch(place.detail):
        return _cornered(text, place)
    last = _LAST_SAID.match(text, place.end) is not None
    if not last and not place.building.endswith("号楼"):
        return place
    apart = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    rooms = {_number(match["named"] or match["called"]) for match in _APART_ROOM.finditer(apart)} - {None}
    if last and not rooms and (begins := _BEGINS.match(apart)):
        rooms = {_number(begins["room"])} - {None}
    if len(rooms) == 1 and place.building.endswith("号楼"):
        # A room is enough to find a corner in it.
        return replace(place, detail=rooms.pop() or "")
    if place.detail:
        return place
    if len(rooms) == 1:
        return replace(place, detail=rooms.pop() or "")
    floors = {_storey(match["floor"]) + match["corner"] for match in addresses.floor_and_corner().finditer(apart)}
    if last and not floors:
        # 「水房 三楼 五号楼」, 「三楼的灯不亮，5号楼」
        storeys = {_storey(match[0]) for match in _A_FLOOR.finditer(apart)}
        corners = {match["corner"] for match in addresses.corner().finditer(apart)}
        if len(storeys) > 1 or len(corners) > 1:
            return place
        floors = {"".join((*storeys, *corners))} - {""}
    return replace(place, detail=floors.pop()) if len(floors) == 1 and not rooms else place


def _cornered(text: str, place: Place) -> Place:
    """A floor with the one corner that is said elsewhere: 「订舞蹈房，在大活三楼」, 「水房的灯坏了，3号楼五楼」."""
    if not _JUST_A_FLOOR.fullmatch(place.detail):
        return place
    apart = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    corners = {
        match["corner"]
        for match in addresses.corner().finditer(apart)
        if _STANDS_FREE.search(text, 0, match.start("corner")) and not _NEARBY.search(text, 0, match.start("corner"))
    }
    return replace(place, detail=place.detail + corners.pop()) if len(corners) == 1 else place


# 「打饭窗口」 and 「新开的打印店」 belong to something else.
_STANDS_FREE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[的在是了个间订约借租去到用修报和有给]|[用借订约租看修]一?下)$")
_NEARBY = re.compile(r"(?:旁边?|对面|附近|隔壁|边上|楼下|校外)[^,。;!? ]{0,6}$")
_A_FLOOR = re.compile(rf"(?<![\d{CN}号]){FLOOR}")
_JUST_A_FLOOR = re.compile(rf"负?[{CN}]{{1,3}}楼")
_DENIED = re.compile(r"(?:不是|不在|不住|并非|而非|不要)(?:在)?$")
# 「5号楼505和506都没电」, 「一楼和二楼」, 「502-505」: more than one, and a form takes one.
_ANOTHER = re.compile(
    rf"\s?[、和跟与及]\s?(?:\d{{3,4}}(?![\d分元块天人])|{FLOOR})|\s?[-~到至]\s?\d{{3}}(?![\d分元块天人:-])|\s?\d{{3}}[-~]\d{{3}}(?!\d)"
)
# Where somebody lived before: 「去年我们住3号楼」, 「刚从6号楼搬到12号楼」.
_FORMER = re.compile(
    r"(?:去年|前年|以前|之前|原来|原先|从前|当时|曾经|大[一二三](?:时|的时候|那会儿?)?)[^,。;!?]{0,4}住(?:在|过)?的?$|(?P<left>刚[刚才]?从)$"
)
_MOVED = re.compile(r"[^,。;!?]{0,6}[搬换转调挪]")
# 「市图书馆」, 「我家小区3号楼」: not on this campus.
# 「图书馆旁边的操场」: the first says only where the second lies.
_LANDMARK = re.compile(r"\s?(?:的)?(?:旁边?|对面|后面|前面|附近|隔壁|边上|东边|西边|南边|北边|楼下)的?(?:那个)?\s?")
_ELSEWHERE = re.compile(
    r"(?:国家|[市省县]立?|小区的?|车站的?|[铁动]站|公园的?|动物园|机场|商场|景区|(?:隔壁|别的|其他|外地)(?:学校|大学|高校)的?|外校的?|老家的?|北大|清华|复旦|浙大|高中的?|北京|上海|广州|深圳|杭州|南京|武汉|成都|西安|天津|重庆|我家(?:小区)?的?|我家住在?|家住)\s?$"
    r"|(?:(?<!校)医院|住院部|酒店|宾馆|旅馆|写字楼|大厦|商场|花园|家园|新村|新苑|雅苑|产业园|科技园|软件园|创业园|公司|工业园|火车站|法院|派出所|银行)的?$"
)
_PUT = re.compile(r"(?:改成|改到|改为|换成|换到|换去|应该是|送到|送去)\s?$")
_CORRECTED = re.compile(r"不对|不好意思|抱歉|口误|[搞记弄]错|错了|应该是|更正|改成|改到|改为|换成|换到|不不")


def _with_room(text: str, place: Place, after: int) -> Place:
    """``place`` with a room that stands before it (502寝室，3号楼) or instead of one taken back (502，不对，503)."""
    if replaced := _REPLACED.match(text, place.end):
        if replaced["floor"]:
            corner = addresses.corner().match(text, replaced.end())
            detail = _storey(replaced["floor"]) + (corner["corner"] if corner else "")
            return replace(place, detail=detail, end=corner.end() if corner else replaced.end())
        if room := _number(replaced["room"]):
            return replace(place, detail=room, end=replaced.end())
    ahead = None if place.detail else _AHEAD.search(text, max(after, place.start - 16), place.start)
    if ahead and (ahead["bracket"] or place.building.endswith("号楼")) and (room := _number(ahead["room"])):
        closed = 1 if ahead["bracket"] and text[place.end : place.end + 1] == ")" else 0
        return replace(place, detail=room, start=ahead.start(), end=place.end + closed)
    return place


def _number(said: str) -> str | None:
    """The number of a room; ``None`` for what no door bears: 五百, 012."""
    said = said.replace(" ", "")
    room = str(number(said)) if "百" in said else digits(said.replace("幺", "一"))
    return room if room.isdigit() and int(room) >= 100 and int(room) % 100 else None


def _place(match: re.Match[str]) -> Place | None:
    parts = match.groupdict()
    said = parts["room"] or parts["class_room"] or parts["room_after"]
    room = _number(said) if said else None
    if said and not room:
        return None
    floor = parts["floor"] or parts["floor_after"]
    if parts["lettered"]:
        return Place(f"教学楼{parts['lettered'].upper()}座", room or "", match.start(), match.end())
    if parts["alias"]:
        building = addresses.aliases()[parts["alias"].lower().replace(" ", "")]
    else:
        value = number(
            parts["house"] or parts["labelled"] or parts["short"] or parts["bare_house"] or parts["floorlike"]
        )
        first, last = addresses.dormitories()
        if value is None or not first <= value <= last:
            return None
        if room is None and not parts["house"] and not parts["labelled"]:
            return None
        # 「3楼302」 is a floor of a house not named; 「3楼502」 can only be house 3.
        if parts["floorlike"] and room and int(room) // 100 == value:
            return None
        building = f"{_estate(parts['estate'] or parts['estate_after'])}{value}号楼"
    if floor and parts["door"] and (storey := number(_plain(floor))):
        # 「5层02室」
        room = f"{storey}{parts['door']}"
    unit = f"{number(parts['unit'])}单元" if parts["unit"] else ""
    detail = unit + (room or _storey(floor) + (parts["corner"] or "").replace("顶楼的", "顶楼"))
    return Place(building, detail, match.start(), match.end())


def _plain(floor: str) -> str:
    return floor.lstrip("负bB地下-").rstrip("楼层fF ")


def _storey(said: str | None) -> str:
    """``2楼``, ``二层`` and ``2F`` are all 二楼."""
    if not said:
        return ""
    below = "负" if said[0] in "负bB地-" else ""
    value = number(_plain(said))
    return f"{below}{chinese(value)}楼" if value and value < 100 else ""


def _estate(said: str | None) -> str:
    if not said:
        return ""
    for name, spellings in words.load_once("places")["estates"].items():
        if said in spellings or said == name[0]:
            return str(name)
    return ""
