"""Places on the campus, from the many ways students write them to the one an office reads: 3#502 → 3号楼502."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.understanding import addresses, aside, elsewhere
from bot.understanding.addresses import CALLED, DOOR, FLOOR, ROOM
from bot.understanding.place import Place, placed, room_number, storey

_AHEAD = re.compile(rf"(?P<room>{DOOR})\s?{CALLED}?(?:[ ,、。的]{{0,2}}(?:我?(?:住在?|在|是))?\s?|\s?(?P<bracket>\())$")
# 「wifi名字5-301」 names no place.
_LABEL = re.compile(r"(?:(?:名字|名称|名叫|型号|密码|口令|代码|版本|wifi|WiFi|WIFI|热点)(?:是|叫|为|:)?|[名版]为)\s?$")
# 「502，不是，503」 takes back; 「502不是503」 says which of the two it is.
_WRONG = (
    rf"(?:(?<=[哦噢额呃啊诶欸哎])不(?!是|对)|不对|不是(?=[,。. ]|{DOOR}[^,。是]{{0,2}}[,。. ]*(?:应该)?是)|不不"
    r"|(?:说|打|写|输|记|看)?错(?:门牌|房号|房间)?了?)"
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
    found = find(text)
    not_meant = {place.name for place in found if _not_this(text, place)}
    named = [
        place
        for index, place in enumerate(found)
        if place.name not in not_meant
        and not _aside(text, place)
        and not (index + 1 < len(found) and _LANDMARK.fullmatch(text, place.end, found[index + 1].start))
        and not (index + 1 < len(found) and _on_the_way(text, place, found[index + 1]))
    ]
    if any(_ANOTHER.match(text, place.end) for place in named):
        return None
    told = [place for place in named if _TOLD_OF.search(text, max(0, place.start - 14), place.start)]
    if len(told) == 1 and len(named) > 1 and not _CORRECTED.search(text, told[0].end):
        named = told
    chosen: Place | None = None
    for place in named:
        if chosen is None or place.within(chosen):
            chosen = place
        elif not chosen.within(place):
            if not _CORRECTED.search(text, chosen.end, place.start) or _driven(text, place):
                chosen = _put_last(text, named) or aside.topic(text, named)
                break
            chosen = place
    return elsewhere.in_estate(text, elsewhere.completed(text, chosen)) if chosen else None


def denied(text: str, place: Place) -> bool:
    """Whether ``place`` is said not to be meant: 「不是3号楼」, 「我家小区3号楼」, 「去年我们住3号楼」."""
    return _not_this(text, place) or _aside(text, place)


def _not_this(text: str, place: Place) -> bool:
    return bool(_DENIED.search(text, max(0, place.start - 3), place.start) or _NOT_MINE.match(text, place.end))


def _aside(text: str, place: Place) -> bool:
    ahead = max(0, place.start - 12)
    if _SUPPOSED.search(text, ahead, place.start) or _STORY.search(text) or _COMPARED.match(text, place.end):
        return True
    for before, behind in ((_NEWS, _SHOWN), (_HEARD, _OUR_OWN), (_OUT_OF, _TAKEN_OUT)):
        if before.search(text, ahead, place.start) and behind.match(text, place.end):
            return True
    theirs = _THEIRS.search(text, max(0, place.start - 4), place.start)
    if theirs and _ANOTHER_SCHOOL.search(text, 0, place.start):
        return True
    return bool(_ELSEWHERE.search(text, max(0, place.start - 6), place.start)) or _former(text, place)


def _former(text: str, place: Place) -> bool:
    """Whether somebody has left there: 「去年我们住3号楼」, 「刚从6号楼搬到12号楼」; 「刚从教B402出来」 is still about it."""
    former = _FORMER.search(text, max(0, place.start - 12), place.start)
    if former is None or not (former["left"] or former["was"]):
        return former is not None
    return (_MOVED if former["left"] else _MOVED_SINCE).match(text, place.end) is not None


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


_DENIED = re.compile(r"(?:(?<!是)不是|(?:(?<!在)|(?<=现在))不在|不住|并非|而非|不要)(?:在)?$")
# 「5号楼505和506都没电」, 「一楼和二楼」, 「502-505」: more than one, and a form takes one.
_ANOTHER = re.compile(
    rf"\s?[、和跟与及]\s?(?:\d{{3,4}}(?![\d分元块天人])|{FLOOR})|\s?[-~到至]\s?(?:\d{{3}}(?![\d分元块天人:-])|{FLOOR})|\s?\d{{3}}[-~]\d{{3}}(?!\d)"
)
# Where somebody lived before: 「去年我们住3号楼」, 「刚从6号楼搬到12号楼」.
_FORMER = re.compile(
    r"(?:去年|前年|以前|之前|原来|原先|从前|当时|曾经|大[一二三](?:时|的时候|那会儿?)?)[^,。;!?]{0,4}住(?:在|过)?的?$|(?P<left>刚[刚才]?从)$|(?P<was>(?:以前|之前|原来|原先|从前)[^,。;!?]{0,2}在)$"
)
_MOVED_SINCE = re.compile(r"[^。;!?]{0,10}(?:现在|如今|后来|[搬换调转])[^,。;!?]{0,4}[到在去进住]")
_MOVES = r"(?:骑车?|走路?|跑步?|开车|打车|坐车|步行|散步|推车?|赶)"
_SET_OUT = re.compile(rf"(?P<moves>{_MOVES}[^,。;!?]{{0,3}})?从$")
_ARRIVED = re.compile(
    rf"[出离]?(?:[来去]|发|开)?的?(?:时候|路上)?[ ,]?(?P<moves>{_MOVES}[过回]?)?(?:到了?|至|去|往|回)(?:我们?)?\s?"
)
# 「从二食堂往图书馆方向走的那条路」 lies at neither.
_ROAD = re.compile(r"(?:方向)?[走去来回]?的?(?:那[条段])?(?:路|方向)|要?(?:走|骑)?多[久远]")
# 「502和我没关系，我是520」
_NOT_MINE = re.compile(
    r"[^,。;!?\d]{0,2}?(?:[和跟与]我们?(?:没有?|无)关系?|不是我们?(?:宿舍|寝室|住|的|报|$|[,。 ])|不关我们?的?事|(?:那[个间]?)?是(?:隔壁|别人|邻居))"
)
_MOVED = re.compile(r"[^,。;!?]{0,6}[搬换转调挪]")
# 「市图书馆」, 「我家小区3号楼」: not on this campus.
# 「图书馆旁边的操场」: the first says only where the second lies.
_LANDMARK = re.compile(r"\s?(?:的)?(?:旁边?|对面|后面|前面|附近|隔壁|边上|东边|西边|南边|北边|楼下)的?(?:那个)?\s?")
_ELSEWHERE = re.compile(
    r"(?:国家|[市省县]立?|小区的?|车站的?|[铁动]站|公园的?|动物园|机场|商场|景区|(?:隔壁|别的|其他|外地)(?:学校|大学|高校)的?|外校的?|(?:隔壁|对面|旁边)[\u4e00-\u9fff]{1,3}(?:大学?|学院|[中小]学|职院)的?|(?<!我们)(?<!咱们)(?<!咱)(?<!本)[师工农理财医交科林民]大的?|老家的?|北大|清华|复旦|浙大|高中的?|北京|上海|广州|深圳|杭州|南京|武汉|成都|西安|天津|重庆|我家(?:小区)?的?|我家住?在?|家住)\s?$"
    r"|(?:(?<!校)医院|住院部|酒店|宾馆|旅馆|写字楼|大厦|商场|花园|家园|新村|新苑|雅苑|产业园|科技园|软件园|创业园|公司|工业园|火车站|法院|派出所|银行)的?$"
)
# 「为啥人家5号楼有洗衣房」, 「假如我住在7号楼」, 「地址怎么写，比如写3号楼502」: spoken of, and nothing is the matter there.
_SUPPOSED = re.compile(
    r"(?:为什么|为啥|凭什么|凭啥|怎么)(?:人家|别人)的?\s?$|(?:比如|例如)(?:写|填)[\"'「]?\s?$"
    r"|(?:假如|假设|比方说?|打个比方)[^,。;!?]{0,2}(?:我们?|有人|一个人)?(?:是)?(?:住在?|在)?\s?$"
)
_STORY = re.compile(r"编个[^,。;!?]{0,3}故事[吓给听]")
# 「图书馆三楼暖气那么足，我们寝室冷得像冰窖」: praise, and not 「漏水这么严重，我们寝室怎么住」
_COMPARED = re.compile(
    r"的?[^,。;!?\d]{1,6}那么(?:足|好|快|暖和?|凉快|新|干净|宽敞|漂亮|大)[,，]?(?:可|但是?|怎么|凭什么)?(?:我们|咱们?)(?:寝室|宿舍|楼|这)"
)
# 「公众号说图书馆三楼在展出校史照片」
_NEWS = re.compile(r"(?:公众号|推送)[^,。;!?]{0,5}[说写讲](?:了|的|是)*\s?$")
_SHOWN = re.compile(r"[^,。;!?]{0,3}(?:展|办|举行|开业)")
# 「听说体育馆二楼要换新灯，我们寝室这盏什么时候换」
_HEARD = re.compile(r"听说\s?$")
_OUR_OWN = re.compile(
    r"[^,。;!?]{0,3}(?:要|会|准备)[^,。;!?]{0,3}(?:换|装|建|翻新)[^,。;!?]{0,6}[,，](?:那|可|但是?)?(?:我们|咱们?)(?:寝室|宿舍|屋|楼|这)"
)
# 「书是从图书馆借的」
_OUT_OF = re.compile(r"书[^,。;!?]{0,3}从$")
_TAKEN_OUT = re.compile(r"里?借(?:来|回来|出来)?的")
# 「我高中同学在隔壁理工大，他们1号楼大厅」
_THEIRS = re.compile(r"[他她]们的?\s?$")
_ANOTHER_SCHOOL = re.compile(r"(?:隔壁|别的|其他|外地)[^,。]{0,3}(?:大学?|学校|高校)")
# 「要说冷还是A座，今天我想反映的是实验楼五楼」, 「漏水的明明是10号楼」
_TOLD_OF = re.compile(
    r"(?:想|要)(?:反映|反馈|投诉|报修|报|说|问)的(?:其实)?就?是(?:在|我们)?\s?$|(?:漏水|坏|出问题|停电|堵|没电|没水)了?的(?:其实|明明|分明)就?是(?:在|我们)?\s?$"
)
_PUT = re.compile(
    r"(?:(?:^|[,。;!?\s了哈啊哦噢])(?:其实|原来|最后|确认|确定)?(?:就|只)(?:是|有)?|[其确]实是|改成|改到|改为|换成|换到|换去|应该是|送到|送去)\s?$"
)
_CHANGED = re.compile(r"(?P<forced>(?:只[好能]|临时|被|已经|都)(?:都|给)?)?(?:[换改调][到成去]|(?P<sent>送[到去]))\s?$")
_MOVED_TO = re.compile(r"[去来]?(?:上课|考试|开会|自习)了")
_CORRECTED = re.compile(r"不对|不好意思|抱歉|口误|[搞记弄]错|错了|应该是|更正|改成|改到|改为|换成|换到|不不")


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
