"""Places on the campus, from the many ways students write them to the one an office reads: 3#502 → 3号楼502."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.understanding import addresses, aside, elsewhere, mentioned, whose
from bot.understanding.addresses import CALLED, DOOR, FLOOR, ROOM
from bot.understanding.place import Place, placed, room_number, storey

_AHEAD = re.compile(
    rf"(?P<room>{DOOR})\s?{CALLED}?(?:[ ,、。!的]{{0,2}}(?:我?(?:住在?|在|是))?\s?|\s?(?P<bracket>\())$"
)
# 「wifi名字5-301」 names no place.
_LABEL = re.compile(r"(?:(?:名字|名称|名叫|型号|密码|口令|代码|版本|wifi|WiFi|WIFI|热点)(?:是|叫|为|:)?|[名版]为)\s?$")
# 「502，不是，503」 takes back; 「502不是503」 says which of the two it is.
_WRONG = (
    rf"(?:(?<=[哦噢额呃啊诶欸哎])不(?!是|对)|不对|不是(?=[,。. ]|{DOOR}[^,。是]{{0,2}}[,。. ]*(?:应该)?是)|不不"
    r"|不(?=[, ]+(?:应该|是))|(?:说|打|写|输|记|看)?错(?:门牌|房号|房间)?了?|[说打写输记看填报][反颠]倒?了?)"
)
_REPLACED = re.compile(
    rf"[,。. ]*(?:[哦噢额呃啊诶唉哎]+[,。. ]*)?(?:(?:{_WRONG}[,。. ]*)+(?:{DOOR}\s?{CALLED}?[,。. ]*)?(?:[^\d,。!?;费价钱金号码班]{{0,6}}是|应该|就)?|(?:应该是|改成|改为|换成))\s?(?:{ROOM}(?!\s?[号栋#])|(?P<floor>{FLOOR}))"
)


def find(text: str) -> list[Place]:
    """Every place in normalised ``text``, in order. A room without a building is no place, nor is an unknown house."""
    found: list[Place] = []
    end = 0
    for match in addresses.pattern().finditer(text):
        place = None if _LABEL.search(text, max(0, match.start() - 6), match.start()) else placed(match)
        inside = found and place and place.start == end and text[place.start] in "abAB"
        if inside and (not match["lettered"] or found[-1].building.endswith("号楼")):
            # 「图书馆二楼自习区A区」, 「3栋A502」: a part of the building before it.
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
    found = [_put_right(text, place) for place in find(text)]
    not_meant = {place.name for place in found if _not_this(text, place)}
    if len(found) > 1 and len(left := [place for place in found if not _settled(text, place)]) == 1:
        found = left
    named = [
        place
        for index, place in enumerate(found)
        if place.name not in not_meant
        and not mentioned.only(text, place)
        and not mentioned.over(text, place, alone=len(found) == 1)
        and not (index + 1 < len(found) and _LANDMARK.fullmatch(text, place.end, found[index + 1].start))
        and not (index + 1 < len(found) and _on_the_way(text, place, found[index + 1]))
    ]
    if several := next((place for place in named if _ANOTHER.match(text, place.end)), None):
        return _which(text, several)
    told = [place for place in named if _TOLD_OF.search(text, max(0, place.start - 20), place.start)]
    if len(told) == 1 and len(named) > 1 and not _CORRECTED.search(text, told[0].end):
        named = told
    chosen: Place | None = None
    for place in named:
        if chosen is None or place.within(chosen):
            chosen = place
        elif not chosen.within(place):
            if not _CORRECTED.search(text, chosen.end, place.start) or _driven(text, place):
                chosen = _put_last(text, named) or whose.meant(text, named) or aside.topic(text, named)
                break
            chosen = place
    return elsewhere.in_estate(text, elsewhere.completed(text, chosen)) if chosen else None


def _which(text: str, place: Place) -> Place | None:
    """The one of several rooms or floors that is said to be meant: 「二楼水房和三楼水房，坏的是三楼那个」."""
    said = {match["floor"] or match["room"]: match for match in elsewhere.WHICH.finditer(text, place.end)}
    if len(said) != 1:
        return None
    match = next(iter(said.values()))
    if match["room"]:
        return replace(place, detail=match["room"]) if place.detail.isdigit() else None
    another = _ANOTHER.match(text, place.end)
    # 「3号楼二楼和三楼厕所，堵的是二楼」: what both floors have stands behind the second.
    shared = addresses.corner().match(text, another.end()) if another else None
    corner = addresses.corner().search(place.detail) or shared
    return replace(place, detail=storey(match["floor"]) + (corner["corner"] if corner else ""))


def _put_right(text: str, place: Place) -> Place:
    """The room or floor of the same house that is said instead of one denied: 「不是3号楼502，是503」."""
    right = _BUT.match(text, place.end)
    if right is None or not _DENIED.search(text, max(0, place.start - 8), place.start):
        return place
    room = room_number(right["room"]) if right["room"] else None
    if room and room not in elsewhere.NO_ROOM:
        return replace(place, detail=room, start=right.start("room"), end=right.end())
    if right["floor"]:
        corner = addresses.corner().match(text, right.end()) or addresses.corner().search(place.detail)
        detail = storey(right["floor"]) + (corner["corner"] if corner else "")
        return replace(place, detail=detail, start=right.start("floor"), end=right.end())
    return place


def denied(text: str, place: Place) -> bool:
    """Whether ``place`` is said not to be meant: 「不是3号楼」, 「我家小区3号楼」, 「去年我们住3号楼」."""
    return _not_this(text, place) or mentioned.only(text, place)


def _settled(text: str, place: Place) -> bool:
    """Whether what was the matter there is over: 「上次是7号楼310漏水已经修好啦，这次是7号楼311」."""
    if _AGAIN.search(text, place.end):
        return False
    return bool(_LAST_TIME.search(text, max(0, place.start - 8), place.start) and _MENDED.match(text, place.end))


def _not_this(text: str, place: Place) -> bool:
    if _NOT_TOLD.search(text, max(0, place.start - 9), place.start) and _BUT_TOLD.match(text, place.end):
        return False
    ahead = max(0, place.start - 8)
    if _NO_LONGER.search(text, ahead, place.start) and _ANY_MORE.match(text, place.end):
        return True
    denied = _DENIED.search(text, ahead, place.start)
    if denied and (
        _OR_THERE.match(text, place.end)
        or (_AWAY.search(text, ahead, place.start) and _ASKED_FOR.match(text, place.end))
    ):
        return False
    return bool(denied or _NOT_MINE.match(text, place.end))


def _on_the_way(text: str, place: Place, following: Place) -> bool:
    """Whether somebody only set out from there: 「我骑车从南门到1栋车棚，车座没了」; 「从3号楼到5号楼的路灯」 is both."""
    ahead = _SET_OUT.search(text, max(0, place.start - 8), place.start)
    behind = _ARRIVED.fullmatch(text, place.end, following.start)
    if _ROAD.match(text, following.end):
        return False
    return ahead is not None and behind is not None and bool(ahead["moves"] or behind["moves"])


def _put_last(text: str, named: list[Place]) -> Place | None:
    """Of several places the last, where it is put in the place of the others: 「帮我改成9号楼」."""
    last = named[-1]
    put = _PUT.search(text, max(0, last.start - 5), last.start)
    return last if put and not _driven(text, last) else None


def _driven(text: str, place: Place) -> bool:
    """Whether somebody had to go there meanwhile: 「投影坏了，我们只好换到教A201」, 「换到教A201上课了」."""
    changed = _CHANGED.search(text, max(0, place.start - 6), place.start)
    if changed is None:
        return False
    # 「可是快递送到9栋了」
    return bool(
        changed["forced"] or _MOVED_TO.match(text, place.end) or (changed["sent"] and text[place.end :][:1] == "了")
    )


_DENIED = re.compile(
    r"(?:(?<!是)不是|(?:(?<!在)|(?<=现在))不在|不住|并非|而非|不要)(?:在|住在?|[丢掉落忘放]在)?$"
    r"|(?<!有)没有?(?:丢|落|掉|忘|放)(?:在)?$|(?:^|[\s,。;])非$|(?:并非|(?<!是)不是)(?:要|想|在|来)?(?:反映|投诉|举报|反馈)(?:的是)?$"
)
# 「不是落在A座305就是操场」: either of the two.
_OR_THERE = re.compile(r"[^,。;!?]{0,3}[,。]?\s?(?:就|便)是(?!说|因为|想|要|怕|觉得)")
# 「我人不在3号楼502，你们直接找宿管开门修灯」: somebody is wanted there all the same.
_AWAY = re.compile(r"(?:(?<!本)(?<!他)(?<!她)人|寝室没人|我们?都)(?:现在|暂时|今天|这会儿|已经|都)*不在$")
_ASKED_FOR = re.compile(
    r"[,。]\s?(?!(?:我们?|人)?(?:现在|已经)?(?:是|在))[^。!?]{0,12}(?:修|开门|进去?|换|检查|上门|看看|处理|维修|刷卡|阿姨|宿管|师傅|钥匙)"
)
# 「不投诉3号楼502了，改投诉3号楼503」
_NO_LONGER = re.compile(
    r"(?:不|不再|不用|先不|别)(?:想|要|用|去|来)?(?:投诉|反映|举报|反馈|报修?|修|约|订|借|预约|申请)$"
)
_ANY_MORE = re.compile(r"[^,。;!?]{0,6}了(?=$|[,。;!? ])")
# 「不是3号楼502，是503」
_BUT = re.compile(
    rf"(?:的)?[,。;! ]\s?(?:而|其实|实际上?|准确(?:地)?说|确切说)*(?:就)?是(?:在|[丢掉落忘]在)?(?:(?:它的?)?(?:隔壁|对面|旁边)的?)?\s?(?:{ROOM}(?!\s?[号栋#幢])|(?P<floor>{FLOOR}))"
)
# 「我不是来投诉3号楼二楼水房的，是想报修」
_NOT_TOLD = re.compile(r"(?:并非|不是)(?:要|想|在|来)*(?:反映|投诉|举报|反馈)(?:的是)?$")
_BUT_TOLD = re.compile(
    r"的?[^,。;!?\d]{0,3}[,。]\s?(?:而|我)?(?:(?:就|只)?是(?:想|要|来)(?:报修|修|请|求|找)|只是[他她怕]|就是怕)"
)
# 「5号楼505和506都没电」, 「一楼和二楼」, 「502-505」: more than one, and a form takes one.
_ANOTHER = re.compile(
    rf"\s?[、和跟与及]\s?(?:\d{{3,4}}(?![\d分元块天人])|{FLOOR})|\s?[-~到至]\s?(?:\d{{3}}(?![\d分元块天人:-])|{FLOOR})|\s?\d{{3}}[-~]\d{{3}}(?!\d)"
)
_LAST_TIME = re.compile(r"(?:上次|上回|上周|之前|昨天|前天|前几天|刚才)[^,。;!?]{0,4}$")
# 「昨天502刚修好，今天去一食堂吃饭回来发现又漏了」
_AGAIN = re.compile(
    r"(?:结果|发现|回来|可是?|但是?|一看)[^。;!?]{0,8}(?:又|还|再|照样)(?:漏|坏|堵|停|断|打不开|不|没|开始)"
)
_MENDED = re.compile(r"[^,。;!?]{0,8}(?:修|换|弄|通|搞)(?:好|完)了?(?!吗|没|又|再|不)")
_MOVES = r"(?:骑车?|走路?|跑步?|开车|打车|坐车|步行|散步|推车?|赶)"
_SET_OUT = re.compile(rf"(?P<moves>{_MOVES}[^,。;!?]{{0,3}})?从$")
_ARRIVED = re.compile(
    rf"[出离]?(?:[来去]|发|开)?的?(?:时候|路上)?[ ,]?(?P<moves>{_MOVES}[过回]?)?(?:到了?|至|去|往|回)(?:我们?)?\s?"
)
# 「从二食堂往图书馆方向走的那条路」 lies at neither.
_ROAD = re.compile(r"(?:方向)?[走去来回]?的?(?:那[条段])?(?:路|方向)|要?(?:走|骑)?多[久远]")
# 「502和我没关系，我是520」
_NOT_MINE = re.compile(
    r"[^,。;!?\d]{0,8}?(?:[和跟与]我们?(?:没有?|无)关系?(?!系|[,。]?\s?(?:但|可|不过|只是|只不过|就是|虽然))|关我们?(?:什么|啥|屁|毛)事)|\s?不是[,。]\s?(?:而)?是|[^,。;!?\d]{0,2}?(?:不是我们?(?:宿舍|寝室|住|的|报|$|[,。 ])|不关我们?的?事|(?:那[个间]?)?是(?:隔壁|别人|邻居))"
)
# 「图书馆旁边的操场」: the first says only where the second lies.
_LANDMARK = re.compile(r"\s?(?:的)?(?:旁边?|对面|后面|前面|附近|隔壁|边上|东边|西边|南边|北边|楼下)的?(?:那个)?\s?")
# 「要说冷还是A座，今天我想反映的是实验楼五楼」, 「漏水的明明是10号楼」
_TOLD_OF = re.compile(
    r"(?:想|要)(?:反映|反馈|投诉|报修|报|说|问)的(?:不是[^,。;!?]{1,8}[,。]?\s?(?:而)?)?(?:其实)?就?是(?:在|我们)?\s?$|(?:我|我们|咱们?)就?只管(?:我们)?\s?$|(?:漏水|坏|出问题|停电|堵|没电|没水)了?的(?:其实|明明|分明)就?是(?:在|我们)?\s?$"
)
_PUT = re.compile(
    r"(?:(?:^|[,。;!?\s了哈啊哦噢])(?:其实|原来|最后|确认|确定)?(?:就|只)(?:是|有)?|[其确]实是|改成|改到|改为|换成|换到|换去|应该是|送到|送去)\s?$"
)
_CHANGED = re.compile(r"(?P<forced>(?:只[好能]|临时|被|已经|都)(?:都|给)?)?(?:[换改调][到成去]|(?P<sent>送[到去]))\s?$")
_MOVED_TO = re.compile(r"[去来]?(?:上课|考试|开会|自习)了")
_CORRECTED = re.compile(
    r"不对|(?<![楼座馆堂场院门\d])其实就?是|不好意思|抱歉|口误|[搞记弄]错|错了|[说写打输记填报弄搞][反颠]倒?了|应该是|更正|改成|改到|改为|换成|换到|不不"
    # 「3号楼，不，4号楼502」, 「3号楼，哦不，4号楼」, 「3号楼502，等等，4号楼502」
    r"|(?<=[,。!?])\s?[哦噢额呃啊诶欸哎]*(?:不|等等|等一下|等下)(?=[,。!])|[哦噢额呃啊诶欸哎]不(?=[,。 ]|是)"
)


def _with_room(text: str, place: Place, after: int) -> Place:
    """``place`` with a room that stands before it (502寝室，3号楼) or instead of one taken back (502，不对，503)."""
    if replaced := _REPLACED.match(text, place.end):
        if replaced["floor"]:
            corner = addresses.corner().match(text, replaced.end())
            detail = storey(replaced["floor"]) + (corner["corner"] if corner else "")
            return replace(place, detail=detail, end=corner.end() if corner else replaced.end())
        if room := room_number(replaced["room"]):
            return replace(place, detail=room, end=replaced.end())
    ahead = None if place.detail else _AHEAD.search(text, max(after, place.start - 16), place.start)
    if ahead and (ahead["bracket"] or place.building.endswith("号楼")) and (room := room_number(ahead["room"])):
        closed = 1 if ahead["bracket"] and text[place.end : place.end + 1] == ")" else 0
        return replace(place, detail=room, start=ahead.start(), end=place.end + closed)
    return place
