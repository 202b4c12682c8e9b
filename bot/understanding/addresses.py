"""How places are written: a house, a room, a floor, a corner, each as a pattern over the words of ``places.yml``."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding import words

CN = "一二三四五六七八九十"
_DIGIT = "零〇一二三四五六七八九幺"
_HOUSE = rf"(?P<house>(?<!\d)(?<!\d[-~—–到至])\d{{1,2}}|(?<![{CN}])[{CN}]{{1,3}})"
# The 一 of 「五零二一直漏水」 belongs to the next word.
_DOOR_DIGIT = rf"(?:[{_DIGIT.replace('一', '')}]|一(?![直下个样般共起些定]))"
DOOR = (
    rf"(?:\d{{3,4}}(?!\d)|\d \d \d(?! ?\d)|(?<![{_DIGIT}])(?<![{_DIGIT}],)[{_DIGIT}],\s?[零〇],\s?[{_DIGIT}](?!,?\s?[{_DIGIT}十])|(?<![{_DIGIT}])(?:{_DOOR_DIGIT}{{3,4}}|\d[零〇]\d(?!\d)|[{_DIGIT}]0[{_DIGIT}])(?!{_DOOR_DIGIT}|[十百])"
    r"|[一二三四五六七八九]百[零〇]?[一二三四五六七八九十]{1,3}(?![一二三四五六七八九十]))"
    r"(?!年|月|级|届|元|块|天(?!花板|天)|个?人|位|名|次|分|点|-\d\d|\.\d)"
)
CALLED = r"(?:教室|房间|寝室|宿舍|室|房|寝|号房)"
ROOM = rf"(?P<room>{DOOR})\s?{CALLED}?"
FLOOR = (
    rf"(?:(?:负|地下|-(?=[12]层)|第)?(?:\d{{1,2}}|[{CN}]{{1,3}})\s?(?:个?楼层|楼|层|[fF](?![a-zA-Z]))|[bB][12](?![a-zA-Z\d])"
    rf"|负[一二三123](?![\d{CN}楼层百分度元块米.%定切部点些样起半个堆]))"
)
"""「三楼」, 「第四个楼层」, 「负一层」 and 「负一」."""
# 「有3栋楼没水」: how many, not which.
_SO_MANY = rf"(?<![有共这那][\d{CN}两][栋幢](?=楼))"
# 「2栋楼道」 is a corridor of house 2.
_HOUSE_ENDS = r"(?:楼(?![道梯顶]))?"
_UNIT = rf"(?:(?P<unit>\d|[{CN}])\s?单元)"
_GAP = r"[ 的,、#/.。·]{0,2}"
# 「房号是502」, 「男生宿舍404」
_NAMED = r"(?:(?:(?:room|rm)\b\.?|(?:男生|女生)?(?:宿舍|寝室|房间|房|门牌|公寓|实验室|教室|办公室|室)(?:号码?)?)(?:是|为|:)?\s?)?"
_SIDE = r"(?:的?(?:[东西南北][侧边头面区]|靠窗|左边|右边|左侧|右侧|尽头|里面|拐角))?"

# 「教学楼 A 座」, 「b 座」
_SPACED = re.compile(r"[教楼座](?=[ab])|[ab](?=[座楼栋教])")


@cache
def dormitories() -> tuple[int, int]:
    """The first and the last number that a house bears."""
    known = words.load_once("places")["dormitories"]
    return known["first"], known["last"]


@cache
def aliases() -> dict[str, str]:
    """What students write for a building, in small letters, with the name that offices know it by."""
    places: dict[str, list[str]] = words.load_once("places")["places"]
    return {said.lower(): name for name, spellings in places.items() for said in spellings}


def _corners() -> str:
    return "|".join(sorted(words.load_once("places")["corners"], key=len, reverse=True))


@cache
def estates() -> re.Pattern[str]:
    """An estate that is said apart from its house; group ``estate``."""
    said = "|".join(said for spellings in words.load_once("places")["estates"].values() for said in spellings)
    return re.compile(
        rf"(?<!不是)(?<!不在)(?<!从)(?<!离)(?<!和)(?P<estate>{said})(?![食门超快操篮的]?(?:堂|门|市|递|场|球|餐厅))"
    )


@cache
def corner() -> re.Pattern[str]:
    """A part of a building; group ``corner``."""
    return re.compile(rf"[ ,的]{{0,2}}(?P<corner>{_corners()})")


@cache
def floor_and_corner() -> re.Pattern[str]:
    """A part of a building with its floor; groups ``floor`` and ``corner``."""
    return re.compile(rf"(?<![\d{CN}])(?P<floor>{FLOOR})的?(?P<corner>{_corners()})")


@cache
def pattern() -> re.Pattern[str]:
    """A whole place, from its estate to its corner, each in a group of its own."""
    known = words.load_once("places")
    named = "|".join(_SPACED.sub(r"\g<0> ?", re.escape(said)) for said in sorted(aliases(), key=len, reverse=True))
    estates = "|".join(said for spellings in known["estates"].values() for said in spellings)
    initials = "".join(name[0] for name in known["estates"])
    estate = rf"(?:(?P<estate>{estates}|(?<![山广华江陕湖河京朝])[{initials}](?=\d|[{CN}]{{1,2}}(?:\s?\d{{3}}|[栋幢舍]|号[楼栋])))(?:[南北中](?:区|苑))?[ 的,、-]{{0,2}})?"
    house = (
        rf"(?:{_HOUSE}\s?(?:号\s?(?:男生|女生|学生|宿舍|寝室|公寓)*楼|号(?:学生)?公寓|号栋|号?(?:男生|女生|学生)?(?:宿舍|公寓)楼?(?={_GAP}(?:{DOOR}|{FLOOR}))|\#\s?(?:宿舍|公寓)?{_HOUSE_ENDS}"
        rf"|栋{_SO_MANY}(?:宿舍|公寓)?{_HOUSE_ENDS}(?:宿舍)?|幢{_SO_MANY}{_HOUSE_ENDS}|(?<!避.)号?舍(?![友五不弃长员监得予入利身生己近]))"
        rf"|(?:楼栋号?|楼号|栋号|宿舍楼号?|(?:(?<=[苑区,。 ])|(?<![^,]))楼(?=\s?\d{{1,2}}[, ]{{1,2}}(?:(?:房间|寝室|宿舍|房|门)|\d{{3,4}}(?:号?(?:房|寝室|宿舍)|室)))|(?<![a-z])(?:dorm(?:itory)?|building|bldg)\.?)\s?(?:是|为|:)?\s?(?P<labelled>\d{{1,2}}|[{CN}]{{1,3}})(?![\d.点{CN}]|\s?(?:[楼层]|[fF](?![a-zA-Z])))\s?[号栋幢#]?楼?[,;]?"
        r"|(?<![\da-zA-Z./])(?<![\da-zA-Z][:-])(?<![图表题例章第式])(?<!比分)(?<!比分是)(?P<short>\d{1,2})(?:\s?[-—–_·]{1,2}(?=\d{3,4}(?![\d.:/]|-\d\d))|号(?=\d{3}(?!\d)))"
        rf"|(?<![\d{CN}第])(?P<spoken>[{CN}]{{1,2}})号(?=(?:\d{{3,4}}(?!\d)|[{_DIGIT}]{{3}}(?![{_DIGIT}十百千]))(?!年|月|级|届|元|块|天|个?人|位|名|次|分|点))"
        # 「西三502」, 「东5 204」: the estate makes the number a house.
        rf"|(?(estate)(?P<bare_house>\d{{1,2}}(?=\s)|[{CN}]{{1,2}})\s?(?=\d{{3,4}}(?!\d))|(?!))"
        r"|(?<!\d)(?P<floorlike>\d{1,2})楼[- ]?(?=\d{3,4}(?!\d)))"
    )
    alias = (
        rf"(?P<alias>(?<![a-z])(?:(?<!\d)|(?![a-z\d第{CN}]))(?<![云海湖河济越](?=南门))(?<![广陕江山](?=西门))(?<![山广](?=东门))(?<![湖河东](?=北门))(?<!(?<!东)西(?=[南北](?:校|大)?门))(?<!东(?=[南北](?:校|大)?门))(?<!高(?=校图))(?<!高校(?=图书馆))"
        rf"(?:{named})(?![a-z](?!\d)|(?<=活)动|(?<=活动中心)(?:思想|主题|词|句|内容|任务|论点|工作)|(?<=操场)地(?![面上下])|(?<=校图)[书片像标案形纸表]|(?<=教)(?:室|授|练|师|材|学|育|务)|(?<=[一二]食堂)(?:阿姨)|(?<=馆)学(?=专业|系|院|的|概论|考|$)|(?<=区)(?:别|分(?!部)|域|间)|(?<=门)(?:子|庆|豹|票|面(?![前对])|户|诊|类|牌|店)|(?<=[大学]活)(?:人|体|跃|力|泼|儿|用|学|该|着|得)"
        r"|(?<=食)(?:堂阿姨|物|指|用|品|量|材|欲|言)|路(?![灯口面边上])|大街|大道))"
    )
    # 「A301」 alone is a class room in teaching block A.
    lettered = rf"(?P<lettered>(?<![a-z\d])[ab])[- ]?(?P<class_room>\d{{3}}|[{_DIGIT}]{{3}}(?![{_DIGIT}十百]))(?![\d.a-z])(?:教室|室)?"
    # 「图书馆北门」: a gate of the building, where it stands right behind its name.
    corner_said = rf"(?P<corner>(?:顶楼|地下室)的?(?:{_corners()})|{_corners()}|[东西南北]门(?![口卫外]))"
    # 「三楼开水间旁边的厕所」; 「403和404之间的走廊」 lies on the floor of both, 「2楼与3楼之间的楼梯间」 on none.
    beside = rf"[的 ]?(?:(?:{_corners()})(?=旁|对面|隔壁|边上))?(?:旁边?|[正斜]?对面|隔壁|边上)的?(?:那个|那间|那)?"
    between = rf"\s?[和与跟到、-]\s?(?:(?P<floor_two>{FLOOR})|{DOOR}\s?{CALLED}?)(?:之间|中间)的?(?:那[个间条段])?"
    near = rf"(?(room)(?P<near>{between})|(?(floor)(?:{beside}|{between.replace('floor_two', 'floor_other')})|(?!)))"
    corner = rf"(?:(?:{near}|{_SIDE}[的 ]?|(?(floor)[,、—–-] ?)|的?(?:那个|那间|这个|这间|有个)|(?(floor)(?!)|楼下的?(?:那个)?)){corner_said}(?:[ ,]{{0,2}}在?(?P<floor_after>{FLOOR})(?!\d))?(?:[的 ]?(?P<room_after>{DOOR}))?)?"
    # 「东区3号楼(不是西区的)312」, 「3号楼(东苑)402」: what is put in brackets between house and room.
    aside = rf"(?:\s?\((?:(?P<estate_after>{estates})|(?![^()]*\d)(?!{FLOOR}|{_corners()})[^()]{{1,12}})\))?"
    # 「6层21室」, 「五楼十五寝」; 「二楼一室友」 is nobody's door.
    flat = rf"(?(floor){_GAP}(?P<flat>[1-9]\d?|[零〇][{CN}]|[二三]?十[{CN}]?|[{CN}](?=室))\s?{CALLED}(?![友内外])|(?!))"
    # 「5号楼4楼16，窗帘轨断了」
    told = r"(?(floor)(?P<told>\d\d)(?=$|[,。;]|的(?![人号])|\s(?!(?:点|[号日月个人份张楼层栋天次]|\d)))|(?!))"
    # 「图书馆北区三楼自习室」: the floor is enough to find it.
    wing = rf"(?:的?[东西南北中](?:区|侧|翼|配楼)(?=的?(?:{FLOOR})))?"
    inside = (
        rf"\)?(?:里面?|内|[那这]边)?{aside}(?:{_GAP}{_UNIT})?{wing}(?:(?:{_GAP}上?|\s?[-—–]\s?)\(?(?P<floor>{FLOOR})\)?)?(?:(?:{_GAP}\(?{_NAMED}|\s?[-—–~]\s?){ROOM}\)?"
        rf"|{_GAP}(?P<door>0[1-9])(?:{CALLED}|(?=$|[ ,。的]))|{flat}|{told})?{corner}"
    )
    return re.compile(rf"(?:{lettered}|(?:{estate}{house}|{alias}){inside})", re.IGNORECASE)
