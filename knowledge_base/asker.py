"""Who asks, or whom a question is about, and as of when."""

from __future__ import annotations

import re
from datetime import date

from .cohorts import cohort, school_year_then, stay, year_of_study
from .document import Degree, Who

# who asks

# Years of study say who it is whatever stands before them: 刚上研一.
_DEGREES: tuple[tuple[str, str, Degree], ...] = (
    (
        r"[博搏]士(?!后|点|学位论文抽检)(?:研究生|生)?|直博|硕博连读|联培博士|(?<![想要去攻考报])读博",
        r"博[一二三四](?![\u4e00-\u9fff]*会)",
        "博士",
    ),
    (
        r"硕士(?:研究生|生)?|(?<!博士)[研硏]究[生牲声僧]|学硕|专硕|(?<![想要去攻考报])读[研硕](?!究)|不想读[研硕]了",
        r"研[一二三](?!上?课题)|(?:我们|咱们)(?:研究生|硕士)",
        "硕士",
    ),
    (r"本科(?:生)?", r"大[一二三四五](?=[^\d小]|$)", "本科"),
)
_OUTRIGHT = re.compile(r"(?:我|本人)们?(?:现在)?是(?:个|一名|名|在读)?(本科|硕士|博士|研究)生?(?!的|妈|爸|家长|导师)")
# 我是本科生，我学长读博的，他退学能申诉吗: whom it is about is said later.
_OF_ANOTHER = re.compile(
    r"(?:学[长姐弟妹]|师[兄姐弟妹]|[我的](?:哥|姐|弟|妹|爸|妈)|老[公婆]|对象|[男女]朋?友|朋友|室友|同学|儿子|女儿|闺女)"
    r"[^，。？?]{0,4}(?:是|读|念|在读)[^，。,？?]*[，。,？?\s][他她]"
)
_SAID_OUTRIGHT: dict[str, Degree] = {"本科": "本科", "硕士": "硕士", "研究": "硕士", "博士": "博士"}
# 不是本科哈, 像本科那样, 本科阶段拿过 name a degree that is not theirs now.
_NOT_THEIRS = re.compile(
    r"不是(?:本科|硕士|博士|研究)生?|(?:像|跟|和|与|同)(?:本科|硕士|博士|研究)生?(?:那样|一样|似的)|(?:本科|硕士)(?:阶段|期间|时期?|那会儿?|的时候)(?!就读)|"
    # 本科拿过, where they have gone on to another degree
    r"本科(?:就|也|都)?[\u4e00-\u9fff]{1,2}过(?=.*(?:[读念考上][研硕博]|研究生|硕|博))|"
    r"本科(?:就|也|都)?是?在[^，。]{0,8}(?:读|念|上)的"
)
# 考研究生, 推荐免试攻读硕士, 研究生院 say nothing about who asks.
_BEFORE_ANOTHER = r"(?<!考)(?<!读)(?<!保)(?<!推)(?<!报)(?<!升)(?<!上)(?<!招)(?<!当)(?<!攻读)(?<!免试)(?<!成为)(?<!转)(?<!转成)(?<!改读)(?<!备考)"
_AFTER_ANOTHER = r"(?!院|处|会|部|工作部|支教|考试(?=报|科目|大纲|初试|复试|准考|分数|国家线|真题|难|上岸|时间|[？?。]?$)|招生|复试|入学考|推免|推荐|公寓|课程进修)"
_CAMPUS = re.compile(r"([\u4e00-\u9fff]{2,6})校区")
_BEFORE_CAMPUS = re.compile(r"[在到去从的跟和与是住我们]")
# 苏州研究院, 附属医院教学点: where some study without its being called a campus.
_SITE = re.compile(
    r"((?:[\u4e00-\u9fff]{2}(?<![我你咱他们学校考到去在的读])(?:研究生院|研究院)(?=[^，。]{0,6}(?:请假|宿舍|食堂|图书馆|住|上课|读|的?(?:研究生|学生|同学))))|"
    r"(?:附属?[\u4e00-\u9fff]{0,4}?)?(?:教学点|教学医院|办学点|实习基地|产教融合基地)|[\u4e00-\u9fff]{1,3}学院(?=那个[新老]?校区))"
)
_PART = re.compile(r"[东西南北中]苑|(?<![上下])[南北新老]校?区(?!别)|[\u4e00-\u9fff]{2}分校")
_TOWN = re.compile(
    r"(松江|嘉定|临港|奉贤|徐汇|闵行|浦东|宝山|杨浦|青浦|崇明|金山|普陀|静安|虹口|长宁|黄浦|张江|四平路|沙河|良乡|昌平|亦庄|仙林|鼓楼|江宁|紫金港|玉泉|下沙|小和山|大学城)"
    r"(?=那边|这边|校区|上课|住|分校|[^，。]{0,4}(?:宿舍|食堂|图书馆|校园))|搬[去到](松江|嘉定|临港|奉贤|徐汇|闵行|浦东|宝山|青浦|张江)|在(松江|嘉定|临港|奉贤|徐汇|闵行|宝山|青浦|张江)(?:上课|读|住)"
)
_NO_CAMPUS = re.compile(r"^(?:[这那哪各两几每本该新老主分东南西北一二三四个全所多跨别其他它]|学|我们|不同|咱们|什么)+$")


def who(said: str, today: date) -> Who:
    """Who asks, or whom the question is about: 年级, degree, campus. Two degrees at once are none."""
    degree = _degree(said)
    # A day the question names says more than when they were here.
    here = None if named_day(said, today) else stay(said, today, degree)
    return Who(cohort(said, today), degree, _campus(said), year_of_study(said, today), here)


def _degree(said: str) -> Degree | None:
    if own := _OUTRIGHT.search(said):
        if not (_OF_ANOTHER.search(said, own.end()) and (theirs := _degree(said[own.end() :]))):
            return _SAID_OUTRIGHT[own[1]]
        return theirs
    found: list[Degree] = []
    rest = _NOT_THEIRS.sub("\n", said)
    for pattern, year, degree in _DEGREES:
        named = re.compile(f"{_BEFORE_ANOTHER}(?:{pattern}){_AFTER_ANOTHER}|{year}")
        if named.search(rest):
            found.append(degree)
            rest = named.sub("\n", rest)
    return found[0] if len(found) == 1 else None


def _campus(said: str) -> str | None:
    names = {_BEFORE_CAMPUS.split(name)[-1] for name in _CAMPUS.findall(said)}
    names = {name for name in names if 2 <= len(name) <= 4 and not _NO_CAMPUS.match(name)}
    if len(names) == 1:
        return f"{names.pop()}校区"
    if names:
        return None
    if site := _SITE.search(said):
        return site[1]
    parts_named = set(_PART.findall(said))
    if len(parts_named) == 1:
        return str(parts_named.pop())
    town = _TOWN.search(said)
    return next((name for name in town.groups() if name), None) if town else None


# as of when

_DAY = re.compile(
    r"(?<![\d第])(20\d{2})\s*[年.-]\s*(?:(1[0-2]|0?[1-9])\s*[月.-]\s*(?:(3[01]|[12]\d|0?[1-9])\s*[日号]?)?)?"
    r"(?!\d|级|届|秋?季?(?:入学|入校|进校|毕业)|考[进上]|毕业|出生|生的)"
)
_SHORT_YEAR = re.compile(
    r"(?<![\d第近过前后满了])([12]\d)年(?=[春夏秋冬上下](?!级)|(1[0-2]|[1-9])月|那(?:[时年会阵]|个时候|几年)|的时候|当时|住|入伍|时)(?![春夏秋冬]?[天季]?(?:入学|入校|毕业))"
)
_SCHOOL_YEAR = re.compile(r"(20\d{2})\s*[-—–~～至到]+\s*(20\d{2})\s*学年")
_LAST_YEAR = re.compile(r"(去年|前年|明年)的?(?:规定|办法|制度|政策|标准|规矩|要求|时候)")

# 2021年的宿舍规定, 2016年印发的通知, 2019年版: the year tells which document is meant.
_DATED_DOCUMENT = re.compile(
    r"(?:(?<![\d第])(?:20)?\d{2}\s*学?年|去年|前年)(?:\d{1,2}月(?:\d{1,2}[日号])?)?"
    r"(?:[那这的]?个?版|[^，,。？?！!]{0,6}?(?:印发|发布|颁布|公布|出台|下发|制定|修订|修改)|"
    r"[^，,。？?！!]{0,14}?(?:规定|办法|细则|制度|条例|政策|标准|守则|规章|规矩|文件|通知|手册|公约|章程))"
)
_STILL_VALID = re.compile(
    r"有效|失效|无效|生效|废止|废除|废了|作废|过期|过时|取代|替代|现在|如今|目前|现行|"
    r"[还仍](?:然|在)?(?:能用|可以用|能[^，。]{0,2}算|算数|算不算|作数|管用|适用|使用|执行|沿用|用[吗么嘛不]|在用|有用|行[吗么嘛不])|"
    r"(?:有|出)[^，。]{0,3}新(?:的|版)?(?:规定|办法|细则|制度|版|文件)?|(?:更新|改|换|修订)(?:过|了)?(?:吗|么|嘛|没有?)"
)


def named_day(said: str, today: date) -> date | None:
    """The last day of the time a question names: 2021年 is 2021-12-31. ``None`` for none, and for the current year.

    ``None`` too where the year names a document and the question is whether that still holds: it asks about today.
    """
    if (dated := _DATED_DOCUMENT.search(said)) and _STILL_VALID.search(said, dated.end()):
        return None
    if years := _SCHOOL_YEAR.search(said):
        first = int(years[1])
        running = date(first, 9, 1) <= today <= date(first + 1, 8, 31)
        return None if running else date(first + 1, 8, 31)
    if last := _LAST_YEAR.search(said):
        year = today.year + {"去年": -1, "前年": -2, "明年": 1}[last[1]]
        return date(year, 12, 31)
    if not (found := _DAY.search(said)) or ("年" not in found[0] and not found[3]):
        if short := _SHORT_YEAR.search(said):
            return _last(2000 + int(short[1]), int(short[2] or 12), 31)
        return school_year_then(said, today)
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if year == today.year and not month:
        return None
    return _last(year, month or 12, day or 31)


def _last(year: int, month: int, day: int) -> date:
    """That day, or the last one of its month."""
    for last in range(day, 27, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, min(day, 27))
