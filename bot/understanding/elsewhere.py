"""What of a place is said elsewhere in its message: 「502寝室的灯坏了，12号楼」, 「我在东苑住，3号楼502」."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.understanding import addresses
from bot.understanding.addresses import CALLED, CN, DOOR, FLOOR
from bot.understanding.place import Place, estate, room_number, storey

# A room or a floor said apart from its house: 「502寝室的灯坏了，12号楼」, 「三楼水房，我们7栋的」.
_APART_ROOM = re.compile(
    rf"(?:(?:寝室|宿舍|房间|房号|门牌|具体|那个|就是|报的修?)(?:号|是|为|在|:)?|(?<![他她友学们家])住(?:在|的是?)?)\s?(?P<named>{DOOR})(?!\s?[号栋#幢元块])|(?<![\d.-])(?P<called>{DOOR})\s?{CALLED}"
)
# The building said last, for what was told before: 「阅览室的插座没电，图书馆的」, 「502漏水了 3号楼」.
_LAST_SAID = re.compile(r"\s?的?\s?[。!~]*$")
_BEGINS = re.compile(rf"(?P<room>{DOOR})(?=\s?[\u4e00-\u9fff])(?![号栋幢#元块]|[和与跟、]\s?\d{{3}})")
# 「打饭窗口」 and 「新开的打印店」 belong to something else.
_STANDS_FREE = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[的在是了个间订约借租去到用修报和有给]|[用借订约租看修]一?下|发现|[看见]到)$"
)
# 「多开几个窗口」 is no window that stands there.
_SOME = re.compile(r"[几多两三四五十]\s?[个间扇台]?$")
_NEARBY = re.compile(r"(?:旁边?|对面|附近|隔壁|边上|楼下|校外)[^,。;!? ]{0,6}$")
_A_FLOOR = re.compile(rf"(?<![\d{CN}号]){FLOOR}")
_JUST_A_FLOOR = re.compile(rf"负?[{CN}]{{1,3}}楼")

# 「3号楼502的灯坏了，不对，是503」, 「图书馆三楼…？不不，是四楼自修室」
_SET_RIGHT = re.compile(
    rf"(?:(?:不不+|(?<=[,。!? .])不(?=[,。])|(?<=[,。!? .])不对|[说记写打弄搞看](?:错|反|颠倒)(?:楼层|楼号|门牌号?|房间号?|房号|楼)?了?|哦不|其实(?=是))[,。.! 啊哦呀额呃了]*(?:应该|就|那个|其实|我)*(?:是|在)?|(?<=[,。!? .])不是[,。. 啊哦]*(?:应该)?(?:是|在))"
    rf"\s?(?:(?P<room>{DOOR})(?!\s?[号栋#幢])|(?P<floor>{FLOOR}))"
)
# 「昨天报过的616修好了，现在是隔壁618」
_SETTLED = re.compile(r"报过|报的|报修过|修好|换好|弄好|解决|好了|修过")
_NEXT_DOOR = re.compile(
    rf"(?:现在|这次|这回|今天|但是?|可是?|结果|轮到|换成?|(?<=[,。])(?=是))(?:又?是|轮到|换成?了?|,)?(?:我们)?(?:隔壁|对面|旁边|另一间)?的?\s?(?P<room>{DOOR})(?!\s?[号栋#幢])(?:{CALLED})?(?=[的又也还在漏坏堵停没])"
)
# 「不是306，306是我同学的，我的是316」
_OURS = re.compile(
    rf"(?<=[,。!? ])(?:我|我们)的?(?:房间|寝室|宿舍)?(?:是|住)\s?(?P<room>{DOOR})(?!\s?[号栋#幢])(?P<floor>)"
)
# 「室友坏的是3号楼502，我的是503」, 「我同学住3号楼502，我住503」
_OF_OTHERS = re.compile(
    r"(?:室友|舍友|同学|朋友|隔壁|对门|别人|人家|[他她]们?)(?:那)?(?:坏|报|漏|堵|住|修)?(?:的)?(?:就|都|也)?(?:是|在)?\s?$"
)
# 「我说的是A座，204」
_ENDS = re.compile(rf"(?<![费钱价额分数扣充交共码号])[,。 ]\s?(?P<room>{DOOR})\s?{CALLED}?[。!~]*$")

# 「坏的是三楼那个」, 「3号楼502没事，坏的是503」
WHICH = re.compile(
    rf"(?:坏|漏水?|堵|停水?电?|没电|没水|出?有?问题|要修|要报|脏|吵)了?的(?:却|就|只|其实|明明)*是(?:那个|我们)?(?:(?P<floor>{FLOOR})|(?P<room>\d{{3,4}})(?![\d分元块天人年]))(?![和、跟与]|\s?[号栋幢#]|(?:那个)?[吗么]|还是)"
)
# 「403和404之间的走廊灯坏了，6号楼」
_BETWEEN = re.compile(
    rf"(?<![\d.-])(?P<room>\d{{3,4}})\s?[和与跟到、-]\s?\d{{3,4}}\s?{CALLED}?(?:之间|中间)的?(?:那[段条个间])?{addresses.corner().pattern.removeprefix('[ ,的]{0,2}')}"
)
# 「我在图书馆四楼自习，楼下三楼大厅太吵」
_UP_OR_DOWN = re.compile(
    rf"[,。; ](?:但是?|可是?|就是)?(?:我们?)?楼[上下]的?(?P<floor>{FLOOR})的?(?:{addresses.corner().pattern.removeprefix('[ ,的]{0,2}')})?"
)


_CORNER = addresses.corner().pattern.removeprefix("[ ,的]{0,2}")
# 「我住5号楼302，不过坏的不是我们屋，是我们楼二楼水房」
_IN_OUR_HOUSE = re.compile(
    rf"不是(?:我们?|咱们?)?(?:屋|宿舍|寝室|这)[,。]\s?是(?:在)?(?:我们|咱们?)(?:这)?[楼栋]的?(?P<floor>{FLOOR})的?{_CORNER}"
)
# 「路过实验楼，看到一楼配电房的门大敞着」
_SEEN_THERE = re.compile(rf"[,。 ][^。;!?]{{0,16}}(?:看[到见]|发现|见到)(?:它的?|他们)?(?P<floor>{FLOOR})的?{_CORNER}")
# 「9栋的洗衣房，一楼那个」
_WHICH_ONE = re.compile(rf"[吧啊呀哈]?[,。 (](?:是|就是)?(?P<floor>{FLOOR})的?那[个间台](?=$|[,。)])")


# 「10栋的，哪间？1003」, 「2号楼，几号？让我想想，哦315」
_ASKED = re.compile(
    rf"[^,。;!?\d]{{0,4}}[,。 ]?\s?(?:是)?(?:哪一?[间个](?:房|寝室|宿舍)?|几号|几零几|多少号?|(?:房|房间|寝室|门牌)号(?:是)?(?:多少)?)(?:呢|来着|啊|呀|的)?[?]"
    rf"\s?(?:让?我?想想|我?想一下|等我?看看|好像|应该|就|是|哦|噢|嗯|呃|[,。 .…])*(?P<room>{DOOR})(?!\s?[号栋幢#])"
)
# 「9号楼，你们总听错，七零一，洗手池下水慢」: a room alone in its clause, where a house has none; behind 转账, 报错 or 打了 it is none.
NO_ROOM = frozenset({"110", "119", "120", "122"})
_OTHER_NUMBER = re.compile(r"[钱费价额分数扣充剩转打网速报学码话机共交付花余测密度月有到]|号$|现在")
_ALONE = re.compile(rf"(?<=[,。!])\s?(?:就?是|哦|噢)?(?P<room>{DOOR})\s?{CALLED}?(?=[,。!])")
# 「11号楼，没电梯那栋，顶楼，晾衣绳断了」
_CORNER_ALONE = re.compile(rf"(?<=[,。!])\s?(?:在)?{_CORNER}(?=[,。!])")
# 「3号楼的学生，预约，会议室」: only says who is writing, and the room may lie anywhere.
_WRITER = re.compile(r"的?(?:学生|同学|本科生|研究生|新生|住户)[,。]|的[,。]\s?[^。;!?]{0,6}(?:借|订|约|预约|申请)")
# 「我住6号楼，楼下门口总有人抽烟」
_DOWNSTAIRS = re.compile(rf"的?[,。 ]\s?(?:我们?)?楼下的?(?:那个)?{_CORNER}(?!旁|对面|附近)")
# 「洗衣房在负一，我们是十号楼」
_LIES_ON = re.compile(rf"{_CORNER}(?:就|都|是)?在(?P<floor>{FLOOR})")
_OUR_HOUSE = re.compile(r"(?:我们|咱们?)的?楼?(?:是|在)?\s?$")
# 「图书馆占座太多，五楼自习区，一人占三张桌」, 「图书馆不好找，我说清楚点：六楼，男洗手间」
_FLOOR_ALONE = re.compile(rf"(?<=[,。:])\s?(?P<floor>{FLOOR})(?:的|[, ])?{_CORNER}(?=[,。的])")


# 「来图书馆还书，在借阅处被骂」: what every such house has one of; a way home lies in between in 「回宿舍后在大厅」.
_VISITED = re.compile(r"(?:[来去到在]|路过)(?:了|过)?\s?$")
_IN_THERE = re.compile(
    r"(?:(?!回|丢|落|捡|宿舍|寝室|[出离][来去开门]|后来又)[^。;!?□]){1,16}[,。 ](?:我|就|却|还|又|我们|有个?人|一个?人)*[在到](?:里面的?)?"
    r"(?P<corner>借阅处|前台|服务台|咨询台|自助服务区|大厅|阅览室|自习区|自习室|窗口|看台|更衣室|报告厅|展厅)(?![旁对外])"
)


# 「5号楼水房没水，6号呢，能有水吗」
_SHORT_HOUSE = re.compile(
    r"(?<![\d.])(?:\d{1,2}|十?[一二三四五六七八九十])号(?=呢|嘛|那[边栋]|(?:能|也|还|怎么)*(?:有|没有?)(?:热?水|电|网|暖气)|也(?:坏|漏|停|堵|一样))"
)
_SOME_TIME = re.compile(r"[周月点日天]|星期|礼拜|今[天晚早]|几号|假|上午|下午|晚上|中午")


def houses(text: str, named: list[Place]) -> list[Place]:
    """Houses that are called by their number alone beside one that is not, where no time is spoken of: 「6号呢」."""
    if _SOME_TIME.search(text) or not any(place.building.endswith("号楼") for place in named):
        return []
    return [
        Place(match[0] + "楼", "", match.start(), match.end())
        for match in _SHORT_HOUSE.finditer(text)
        if not any(place.start < match.end() and match.start() < place.end for place in named)
    ]


def completed(text: str, place: Place) -> Place:
    """``place`` with the room or the floor that is said elsewhere: 「502寝室的灯坏了，12号楼」."""
    if place.detail and (right := _set_right(text, place) or _chosen(text, place)):
        return right
    whole = _joined(text, place)
    return _set_right(text, whole) or whole


def _chosen(text: str, place: Place) -> Place | None:
    """The room or floor of the same house that is said to be the one: 「3号楼三楼水房没事，坏的是四楼水房」."""
    said = {match["floor"] or match["room"]: match for match in WHICH.finditer(text, place.end)}
    said |= {match["floor"]: match for match in _UP_OR_DOWN.finditer(text, place.end)}
    if len(said) != 1:
        return None
    match = next(iter(said.values()))
    if match.re is WHICH and match["room"]:
        return replace(place, detail=room_number(match["room"]) or place.detail) if place.detail.isdigit() else None
    corner = addresses.corner().match(text, match.end("floor")) or addresses.corner().search(place.detail)
    return replace(place, detail=storey(match["floor"]) + (corner["corner"] if corner else ""))


def _joined(text: str, place: Place) -> Place:
    if (below := _IN_OUR_HOUSE.search(text, place.end)) and place.detail.isdigit():
        return replace(place, detail=storey(below["floor"]) + below["corner"])
    if not place.building.endswith("号楼") and not place.detail and (seen := _SEEN_THERE.search(text, place.end)):
        return replace(place, detail=storey(seen["floor"]) + seen["corner"])
    if (
        not place.building.endswith("号楼")
        and not place.detail
        and _VISITED.search(text, max(0, place.start - 4), place.start)
        and (there := _IN_THERE.match(text, place.end))
    ):
        return replace(place, detail=there["corner"])
    if addresses.corner().fullmatch(place.detail) and (which := _WHICH_ONE.search(text, place.end)):
        return replace(place, detail=storey(which["floor"]) + place.detail)
    if not place.detail and place.building.endswith(("号楼", "座")) and (ends := _ENDS.search(text, place.end)):
        return replace(place, detail=room_number(ends["room"]) or "")
    if not place.detail and (found := _alone(text, place)):
        return found
    if place.detail and not addresses.corner().fullmatch(place.detail):
        return _on_floor(text, place) or _cornered(text, place)
    last = _LAST_SAID.match(text, place.end) is not None
    if not last and not place.building.endswith("号楼"):
        return place
    apart = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    if not place.detail and (between := _BETWEEN.search(apart)):
        return replace(place, detail=storey(f"{between['room'][:-2]}楼") + between["corner"])
    rooms = {room_number(match["named"] or match["called"]) for match in _APART_ROOM.finditer(apart)} - {None}
    if last and not rooms and (begins := _BEGINS.match(apart)):
        rooms = {room_number(begins["room"])} - {None}
    if len(rooms) == 1 and place.building.endswith("号楼"):
        # A room is enough to find a corner in it.
        return replace(place, detail=rooms.pop() or "")
    if place.detail:
        return place
    if len(rooms) == 1:
        return replace(place, detail=rooms.pop() or "")
    floors = {storey(match["floor"]) + match["corner"] for match in addresses.floor_and_corner().finditer(apart)}
    chosen = {storey(match["floor"]) for match in WHICH.finditer(text) if match["floor"]}
    if len(floors) > 1 and len(chosen) == 1:
        # 「二楼水房和三楼水房都去看了，7号楼，坏的是三楼那个」
        floors = {floor for floor in floors if floor.startswith(tuple(chosen))}
    if last and not floors:
        # 「水房 三楼 五号楼」, 「三楼的灯不亮，5号楼」
        storeys = {storey(match[0]) for match in _A_FLOOR.finditer(apart)}
        corners = {match["corner"] for match in addresses.corner().finditer(apart)}
        if len(storeys) > 1 or len(corners) > 1:
            return place
        floors = {"".join((*storeys, *corners))} - {""}
    return replace(place, detail=floors.pop()) if len(floors) == 1 and not rooms else place


def _alone(text: str, place: Place) -> Place | None:
    """A house with what stands in a clause of its own: 「10栋的，哪间？1003」, 「11号楼，没电梯那栋，顶楼」."""
    if place.building.endswith(("号楼", "座")):
        asked = _ASKED.match(text, place.end)
        alone = (match for match in _ALONE.finditer(text, place.end) if not _another_number(text, match))
        rooms = {asked["room"]} if asked else {match["room"] for match in alone}
        if len(rooms) == 1 and (room := room_number(rooms.pop())):
            return replace(place, detail=room)
        lies = _LIES_ON.finditer(text, 0, place.start) if _OUR_HOUSE.search(text, 0, place.start) else ()
        if len(floors := {storey(match["floor"]) + match["corner"] for match in lies}) == 1:
            return replace(place, detail=floors.pop())
        if (below := _DOWNSTAIRS.match(text, place.end)) is not None:
            return replace(place, detail=below["corner"])
        if _WRITER.match(text, place.end):
            return None
        if len(corners := {match["corner"] for match in _CORNER_ALONE.finditer(text, place.end)}) == 1:
            return replace(place, detail=corners.pop())
        return None
    floors = {storey(match["floor"]) + match["corner"] for match in _FLOOR_ALONE.finditer(text, place.end)}
    return replace(place, detail=floors.pop()) if len(floors) == 1 else None


def _another_number(text: str, match: re.Match[str]) -> bool:
    """Whether digits alone in their clause are a sum, a code, an hour or a telephone of the police."""
    before = re.split(r"[,。!;?]", text[: match.start()].rstrip(",。! "))[-1]
    return match["room"] in NO_ROOM or match["room"].startswith("0") or _OTHER_NUMBER.search(before) is not None


def _set_right(text: str, place: Place) -> Place | None:
    """The room or floor that is said later instead of the first; ``None`` where nothing is put right."""
    said = _SET_RIGHT.search(text, place.end, place.end + 40)
    if said and said["floor"] and not place.detail.isdigit():
        corner = addresses.corner().match(text, said.end())
        again = addresses.floor_and_corner().search(text, said.end())
        if again and storey(again["floor"]) != storey(said["floor"]):
            again = None
        corner = corner or again
        kept = addresses.corner().search(place.detail)
        return replace(
            place, detail=storey(said["floor"]) + (corner["corner"] if corner else kept["corner"] if kept else "")
        )
    # 「昨天报的616修好了，现在是隔壁618漏，5号楼」: the house comes last.
    told = 0 if _LAST_SAID.match(text, place.end) else place.end
    if said is None and place.detail.isdigit() and (later := _NEXT_DOOR.search(text, told)):
        said = later if _SETTLED.search(text, 0, later.start()) else None
    if said is None and place.detail.isdigit() and (ours := _OURS.search(text, place.end)):
        theirs = _OF_OTHERS.search(text, max(0, place.start - 12), place.start)
        said = (
            ours
            if theirs or re.search(rf"不是{place.detail}|{place.detail}是我?(?:同学|室友|隔壁|对门|朋友)", text)
            else None
        )
    room = room_number(said["room"]) if said and said["room"] and place.detail.isdigit() else None
    return replace(place, detail=room) if room else None


def _on_floor(text: str, place: Place) -> Place | None:
    """A floor with the one room on it that is said elsewhere: 「二号楼三楼最里面，门牌是324」."""
    if not _JUST_A_FLOOR.fullmatch(place.detail):
        return None
    apart = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    rooms = {room_number(match["named"] or match["called"]) for match in _APART_ROOM.finditer(apart)} - {None}
    room = replace(place, detail=rooms.pop() or "") if len(rooms) == 1 else None
    return room if room and room.within(place) else None


def _cornered(text: str, place: Place) -> Place:
    """A floor with the one corner that is said elsewhere: 「订舞蹈房，在大活三楼」, 「水房的灯坏了，3号楼五楼」."""
    if not _JUST_A_FLOOR.fullmatch(place.detail):
        return place
    apart = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    corners = {
        match["corner"]
        for match in addresses.corner().finditer(apart)
        if _STANDS_FREE.search(text, 0, match.start("corner"))
        and not _SOME.search(text, 0, match.start("corner"))
        and not _NEARBY.search(text, 0, match.start("corner"))
    }
    return replace(place, detail=place.detail + corners.pop()) if len(corners) == 1 else place


def in_estate(text: str, place: Place) -> Place:
    """``place`` in the estate that is said apart from it: 「我在东苑住，3号楼502」."""
    if not place.building[0].isdigit() or not place.building.endswith("号楼"):
        return place
    elsewhere = text[: place.start] + "□" * (place.end - place.start) + text[place.end :]
    named = {estate(match["estate"]) for match in addresses.estates().finditer(elsewhere)}
    return replace(place, building=named.pop() + place.building) if len(named) == 1 else place
