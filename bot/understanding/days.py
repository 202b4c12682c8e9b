"""Days as students name them: 明天, 下周三, 12月5号, 第八周周三, 国庆后第一天. Which date each is, says ``dating``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.understanding import solar
from bot.understanding.numerals import number
from bot.understanding.school_year import SchoolYear

_NUM = r"(?:\d{1,2}|[二三]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_WEEKDAYS = "一二三四五六日天"
# 「下周一起去」, 「这周六级考试」, 「周日常」, 「下周一整周」: the character belongs to the next word.
_WEEKDAY = (
    r"(?P<weekday>一(?!起[去来吃玩打学做看参报约跑聚上组写办]|[鸣帆凡航诺凌峰阳](?:同学|老师|说|他|她|的|和|跟)|[直定样般些共边向切级月个次份名食饭号教]|下(?![午昼班课晚周星礼个])|整个?(?:周|星期|礼拜))"
    r"|二(?![级月个次份名食饭号教手])|六[日天](?![常程期记历语气])|(?!三多(?:[的版著编那这本写《]|老师|教授))[三四五六](?![级月个次份名食饭号教])|日(?![常程期记历语])|天(?![天气])"
    r"|[1-7](?![\d:.级月个次份名号栋#-])|[1-7](?=-[1-7](?![\d:.点月号节-]))|末(?!愉快|快乐))"
)
# 「周四五」, 「下周一、二、三」: several days of one week; 「周四五点」 is one with an hour.
_SEVERAL = r"(?:[一二三四五](?:[、,]?[二三四五六])+(?:[、,][日天]|日)?)(?!\s?[点级月个次份名节时号:、到至-]|天(?!天)|食堂|教学|楼|[一二三四五六日天](?!天)|十)"
_SEP = r"\s?(?:-+|~+|—+|–+|到|至)\s?"

_WEEK = r"(?:周|星期|礼拜)"
# 「周五、六、日」 and 「周一三五」 are several days, not the first of them.
_MORE_DAYS = r"(?!、?[一二三四五六日](?:[、,]?[一二三四五六日])*(?=$|[ ,。都有请要上下]))"
_AFTER_WEEKDAY = r"(?<=[周期拜][一二三四五六日天])"
# 「一周三次」 is no Wednesday, but 「周一周三」 names two days.
_NO_COUNT = rf"(?:(?<![一二两三四五六七八九十几半整每\d])|{_AFTER_WEEKDAY}|(?<=\d[./月-]\d)|(?<=\d[./月-]\d\d))"
# 「八十天后」 is not ten days from now.
_FREE = rf"(?:(?<![\d.第一二三四五六七八九十百])|{_AFTER_WEEKDAY})"
_HOUR_FOLLOWS = rf"{_NUM}\s?(?:点|:|时(?!间|候))"
# A bare day of the month must be followed by what follows a day: 「3号楼」, 「2号窗口」, 「1号线」 are none.
_AFTER_DAY = (
    r"(?=$|[ ,。.;!?、)(~—–□-]|[到至去回请开走早上中下晚傍凌有想要出起离我或吧就可来拿取以行修交办领搬返是之前后也都再给全整周星礼发考缴截面约订预进该补比结申寄送签已过左右当还们呢哈呀嘛]|收(?=假|心)|连[续着请休]|续(?=[假请到起])|病(?=[到了倒])|这?[两三四五六七][天日](?!前|后|之|以)|一(?=整?天)|借(?!阅|书)|开(?!水)|[充丢买办落捡申]|扣(?!子)|放(?!映)|报(?!告厅|亭|刊)|停(?!车)|打(?!印|饭|卡|水)|换(?!衣)|那[天晚]|的[上下晚早中假课会票活讲教研讨咨预]|不[行在去来]|能[来去]"
    rf"|和(?:我|你|{_NUM}[号日](?![楼窗线机洗柜床门]))|考(?!场|点|室|生)|{_HOUR_FOLLOWS}|{_NUM}[号日])(?!(?:的|[呢嘛啊呀哈哦])[楼床门机柜窗桌铺座])"
)
_FEAST_ITSELF = (
    r"(?!节|假|放|前[一二两三几后面夕]|后|期间|晚会|活动|联欢|左右|小长假|长假|汇演|调休|值班|安排|通知|快乐|礼|树|月饼|演出|文艺|大礼包"
    r"|三天|几天|七天|这几|那几|节?(?:晚会|活动|快乐)|上河图|节?似的|节?一样)"
)
_NO_AMOUNT = r"(?![\d.:/%]|\s?(?:分|天|度|元|块|米|km|公里|倍|折|学分|小时|个|万|kg|寸|号楼|的人|以上|以下))"
_ERRAND = r"\s?(?:来|去|拿|取|回|走|号|早上|上午|下午|晚上|晚|中午|傍晚|请假|有空|全天|一整天|能|可以|修|开始|起|周[一二三四五六日天]|星期|\s?\d{1,2}:\d\d)"

_OF_MONTH = rf"(?:(?P<of_shift>下下个?|下个?|这个?|本)月|{_FREE}(?P<of_month>{_NUM})月份?)"

_KINDS = {
    "past": (
        rf"大?前天|昨天|昨日|昨晚|前晚|昨夜|上上?个?{_WEEK}(?:{_SEVERAL}|(?![围边刊报年岁])(?:(?!一[直起样般定])[一二三四五六日天末1-7])?)"
        rf"|上个?月(?:{_NUM}[号日]|底|末|的?最后一天|的?今天|一?整个?月)?|整个上个?月"
        rf"|(?:去年|前年)(?:{_NUM}月(?:{_NUM}[日号]?)?)?|每个?(?:{_WEEK}|天|月)[一二三四五六日天末]?|单周|双周"
        rf"|{_FREE}{_NUM}(?:天|个?(?:周|星期|礼拜|月))(?:之前|以前|前(?![台往门面]))"
    ),
    "full": rf"(?<!\d)(?P<fy>20\d\d|\d\d(?=年))\s?[-/.年]\s?(?P<fm>{_NUM})\s?[-/.月]\s?(?P<fd>{_NUM})(?!\d)\s?[日号]?",
    "packed": r"(?:(?<![\da-zA-Z单号-])|(?<=(?<!\d)20\d{6}-))20\d\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d|-\d{4}(?!\d))",
    "monthend": rf"(?:(?P<eshift>下下个?|下个?|这个?|本)?月|{_FREE}(?P<emonth>{_NUM})月份?)(?:底|末|的?最后一天)",
    "ofmonth": (
        rf"{_OF_MONTH}的?(?:(?:第(?P<rank>[一二三四五1-5])|最后一?)个?{_WEEK}(?P<nthday>[一二三四五六日天末])"
        rf"|(?:(?P<mdlast>最后)|开头|最初|头|前)(?P<mdcount>{_NUM})天)"
    ),
    "monthday": (
        rf"(?P<year>今年|明年|次年)?{_FREE}(?P<month>{_NUM})\s?月份?\s?(?P<dom>{_NUM})"
        r"(?![\d一二三四五六七八九十]|个|名|份|次|人|张|本)\s?[日号]?"
    ),
    "nextmonth": rf"(?P<which>下下个?|下个?|这个?|本)月(?P<ndom>{_NUM})(?:[号日]|(?={_SEP}{_NUM}(?![\d.:点])))",
    "teaching": (
        rf"(?<!最后)(?<!月)(?<!月的)(?<!月份)(?<!第)(?:(?P<of>本学期|这个?学期|下个?学期|开学)后?的?)?第?(?P<teach>{_NUM})(?:教学)?周的?(?:\s?{_WEEK})?"
        rf"(?P<tday>[{_WEEKDAYS}末](?!次|个|天|份|节|点|级|小时|一?整周|周(?![{_WEEKDAYS}末])))"
    ),
    "teachweek": rf"{_FREE}(?P<bare_from>1\d|十[一二三四五六七八九])周?(?:{_SEP}|(?P<bare_and>[、和]))第?(?P<bare_to>1\d|十[一二三四五六七八九])周(?!岁|年|之?[后前]|以[后前]|左右|内)|(?:(?P<week_of>本学期|这个?学期|下个?学期|开学)后?的?)?(?<!月)(?<!月的)(?<!月份)第(?P<tweek>{_NUM})周?(?:{_SEP}第?(?P<tweek_end>{_NUM})|(?P<tweek_more>(?:(?:\s?[、和及跟与]\s?第?|,\s?第){_NUM}周?)+(?:(?<=周)(?<!周周)|(?=(?:教学|两)?周))))?(?:教学|两(?=周))?(?:(?<=周)|周)(?P<fullweek>整周|一整周|全周)?",
    "opening": r"(?:(?:下个?|新)学期的?)?开学的?(?:第一天|当天|那天|首日)|下个?学期的?第一天",
    "break": "",
    "workday": r"(?:下一?个|最近的?一个)工作日",
    "monthwhole": (
        rf"整个(?:(?P<whole_shift>下下个?|下个?|这个?|本)月|(?P<whole_month>{_NUM})月份?)(?!\d|[初中下上底末])"
        rf"|(?:(?P<entire_shift>下下个?|下个?|这个?|本)月|{_FREE}(?P<entire_month>{_NUM})月份?)(?:一?整个?月|全月)"
    ),
    "lunar": r"(?:大年|正月|年)初(?P<spring_day>十|[二三四五六七八九])|(?P<lantern>正月十五|元宵节?(?!晚会|活动|灯))",
    "relative": (
        r"大?大后天|(?<![然以之今最往明])后[天日](?!性)|(?<![^明]明)(?<!^明)明天|明[日儿]个?(?!方)|(?<![说证声表注标申透聪文发])明个(?!人|体|性|别)|明(?=早|晚|晨|上午|下午|中午|起[一两二三四五六七\d][天日周])"
        r"|今[天日儿](?!头条)|今(?=早|晚|晨|夜|起)|当天(?!的)|即日(?=起|开始|到|至)"
    ),
    "pair": r"(?:今明|明后)(?:两天|两日|二天|(?P<loosely>[天日])(?!性))",
    "same": rf"下下?个?(?:{_WEEK}|(?P<same_month>月))的?(?:今天|这天|同一天)",
    "weekwhole": (
        rf"整个(?P<ws1>下下个?|下个?|这个?|本){_WEEK}|(?P<ws2>下下个?|下个?|这个?|本)(?:一整个?{_WEEK}|{_WEEK}(?:一?整个?{_WEEK}|一?整周|全周))"
        rf"|(?P<ws3>下下个?|下一个?|下个?){_WEEK}(?![一二三四五六日天末几1-7围边岁刊报年期长会内]|[的 ,]?{_WEEK}|之?[前后]|以[前后]|的?(?:第|头|前|后|最后))"
    ),
    "weekdays": rf"(?:(?P<days_shift>下下个?|下个?|这个?|本)\s?)?{_NO_COUNT}{_WEEK}(?P<several>{_SEVERAL})",
    "week": rf"(?<!月第[一二三四五]周)(?<!月第[一二三四五]周的)(?<!月的第[一二三四五]周)(?:(?P<shift>下下个?|下个?|这个?|本)(?:{_WEEK}(?:[的 ,]|(?={_WEEK})))?)?\s?{_NO_COUNT}{_WEEK}{_WEEKDAY}{_MORE_DAYS}",
    "later": (
        rf"{_FREE}(?P<later_n>{_NUM})个?(?P<later_unit>天|{_WEEK}|月)(?:之后|以后|后(?![台面勤来]))(?:的今天|的同一天|的?{_WEEK}(?P<later_day>[一二三四五六日天](?![个次])))?"
        r"|(?<![\d月零十廿二三])(?P<days_n>[一二两三四五六七八九]|十[一二三四五六七八九]?)日(?:之后|以后|后)(?!的|会)"
        r"|(?<![超经不度])(?:再过|过)(?P<past_n>[三四五六七八九十]|[3-9]|1\d)天(?![了的没请])"
    ),
    "feast": (
        r"(?<!叫.)(?P<name>元旦|国庆节|国庆|劳动节|平安夜|圣诞前夜|圣诞夜|圣诞节|圣诞|儿童节|五四青年节|教师节|双(?:十一|11)|双(?:十二|12)|跨年夜|跨年"
        r"(?=那[天晚]|当[天晚]|晚上)|情人节|(?:三八)?妇女节|女生节|植树节|愚人节|建党节|建军节|光棍节)"
        rf"(?:当天|那天|(?=放不放|放假吗)|节?{_FEAST_ITSELF})"
    ),
    "solar": (
        rf"(?P<term>{'|'.join(solar.TERMS)})(?=$|[ ,。!?]|[那当这][天晚]|的?(?:早|晚|中午|上午|下午)|[吃我你请想要食会包放是有])"
    ),
    "now": r"(?:(?<=从)|(?<=就)|(?<=自))现在|现在(?=起|开始|\s?[到至](?!底|今|现在|处|时候))",
    "next": r"第二天|次日|隔天|翌日|转天",
    "bare": rf"(?<![路街道])(?<![床座车机铺工展柜]位)(?<!考场)(?<!场地)(?<!柜子)(?<!窗口)(?<![衣干水]机)(?<!饮料机)(?<!工作台)(?:{_FREE})(?P<bdom>{_NUM})(?:[号日]{_AFTER_DAY}|(?=(?:(?:[、和]|(?<=\d),){_NUM})*(?:{_SEP}|[、和]|(?<=\d),){_NUM}[号日](?!楼|线|窗))|(?=(?:、{_NUM})+[两三四五]天)|(?:(?<=、\d)|(?<=、\d\d))(?=[两三四五]天))",
    "dashed": rf"(?<![\d./#号楼栋a-zA-Z-])(?<!\d:)(?P<dm>\d{{1,2}})-(?P<dd>\d{{1,2}})(?!\d)(?={_ERRAND}|\s?[到至~—]\s?\d{{1,2}}-\d{{1,2}}(?!\d))",
    "loose": rf"(?<![\d./])(?<!\d:)(?P<lm>\d{{1,2}})\s?[./](?P<ld>\d{{1,2}}){_NO_AMOUNT}(?P<lsign>[号日](?![楼栋窗线]))?",
}
"""In the order in which they are tried at each place of the text."""

_BEGINS = "一二两三四五六七八九十大前昨上去每单双整下这本月今明即次开新放期考最后当正年元周星礼再过国劳平圣儿教跨情妇女春植愚建光第隔翌转冬立夏秋谷霜现"
"""The characters that a day may begin with."""

DATED = frozenset({"full", "packed", "monthday", "nextmonth", "bare", "loose", "dashed", "relative"})
"""Kinds that a weekday may stand beside: 「12月5号周六」."""
_WIDE = frozenset({"pair", "teachweek", "weekwhole", "weekdays", "monthwhole"})

# What may follow the name of a break: 「国庆放假后的第一天」.
_TAIL = r"(?:节|放完?假|小长假|长假|假期|收假|假|结束)*"
_RELATION = (
    rf"(?:(?P<after>{_TAIL}(?:之后|以后|后|完|回来|收假)后?的?(?:第一天|首日|头一天|(?:第一|首)个{_WEEK}(?P<aday>[一二三四五六日天])|(?P<worked>(?:第一|首)个工作日)))"
    rf"|(?P<before>{_TAIL}(?:之前|以前|前)的?(?:一天|最后一天|头一天|最后一?个{_WEEK}(?P<bday>[一二三四五六日天])))"
    rf"|{_TAIL}的?(?:第(?P<nth>[一二三四五六七])天|(?P<firstday>首日))|(?P<lastday>{_TAIL}的?最后一天)"
    r"|(?P<whole>那(?P<those>[两二三四五六七八])天|节?(?:小长假|长假|放假(?!前|后|通知|安排|吗|时)|假期(?!前|后|通知|安排)|期间|(?:放|这|那)?[三五七八]天(?!之?[前后]|以[前后])(?:小?长假|假期?)?|那几天|这几天"
    # 「五一请假」: the days off, not the feast alone.
    r"|(?=节?(?:我们?|想|要|打算|准备|可以|能不能|能|都|也|就|申请|[跟和](?:同学|朋友|室友|舍友|家人|爸妈|对象)|一起)*(?:请(?!问|教)[^,。]{0,3}假|留校|离校|留宿|外出|出游|旅游|(?:出)?去玩|回家|回老家|出去|不回|不在校|住校|开门|营业|值班的)))))"
)
_COUNT = re.compile(_NUM)
_NUMERAL = re.compile(r"[一二三四五六七八九十]+")

# 「绩点3.5-3.8」, 「版本12.5」: numbers, not days.
_MARK = re.compile(r"(?:绩点|gpa|均分|分数|学分|成绩|价格|版本|身高|温度|[a-z])[^,。]{0,3}$", re.IGNORECASE)
_LUNAR = re.compile(r"[农阴]历的?$")
_BESIDE = re.compile(r"\s?[(,]?\s?")
# 「20日-22日(周五至周日)」 says a range twice; 周五 does not stand beside the 22nd.
_RANGE_OF_WEEKDAYS = re.compile(rf"\s?(?:-+|~+|—+|到|至)\s?{_WEEK}")
_CLOSE = re.compile(r"\s?\)")

_SHORT = re.compile(rf"([{_WEEKDAYS}]|[1-7](?!\d))(?![月点号天个楼十日:.])")
_DASHED_DAY = re.compile(r"(\d{1,2})-(\d{1,2})(?![\d:-])")
_SHORT_DAY = re.compile(rf"({_NUM})(?:[号日](?!楼|线|窗)|(?=$|[ ,。;)□请回走吧去借租外实参离培集]))")


@dataclass(frozen=True, slots=True)
class Named:
    """A day, or some days in a row, named in a text and not yet dated."""

    kind: str
    """One of :data:`_KINDS`."""
    parts: dict[str, str]
    start: int
    end: int
    told: bool = False
    """Whether it is told of as over: 「周一报的修」."""
    weekday: int | None = None
    """The weekday written beside the day (Monday is 0): 「12月5号周六」."""

    @property
    def weekend(self) -> bool:
        """Whether Saturday and Sunday are meant."""
        said = self.parts.get("weekday") if self.kind == "week" else self.parts.get("nthday") or self.parts.get("tday")
        return said in ("末", "六日", "六天")

    @property
    def wide(self) -> bool:
        """Whether more than one day is named."""
        if self.kind == "break":
            return "whole" in self.parts or "spell" in self.parts
        return self.weekend or self.kind in _WIDE or "mdcount" in self.parts

    @property
    def of_days(self) -> bool:
        """Whether a week is named in which another day may lie: 第13周, 下周."""
        return self.kind == "teachweek" or "ws3" in self.parts

    def beside(self, date_: Named, text: str) -> bool:
        """Whether this is the bare weekday written beside ``date_``."""
        bare = self.kind == "week" and "shift" not in self.parts and not self.weekend
        dated = date_.kind in DATED and date_.weekday is None
        return bare and dated and bool(_BESIDE.fullmatch(text, date_.end, self.start))


def named(text: str, year: SchoolYear | None = None) -> Iterator[Named]:
    """Every day named in normalised ``text``, in order; a weekday beside a date belongs to the date."""
    waiting: Named | None = None
    for match in _pattern(year).finditer(text):
        parts = {name: said for name, said in match.groupdict().items() if said is not None}
        kind = next(kind for kind in _KINDS if kind in parts)
        if more := parts.pop("tweek_more", None):
            parts |= _weeks(parts["tweek"], more)
        if parts.pop("bare_and", None) and "tweek_end" not in _weeks(parts["bare_from"], parts["bare_to"]):
            parts["tweek_apart"] = parts["bare_to"]
        if kind == "loose" and _MARK.search(text, max(0, match.start() - 6), match.start()):
            continue
        if kind == "monthday" and _LUNAR.search(text, max(0, match.start() - 3), match.start()):
            continue
        day = Named(kind, parts, match.start(), match.end())
        if waiting and day.beside(waiting, text) and not _RANGE_OF_WEEKDAYS.match(text, day.end):
            closed = _CLOSE.match(text, day.end) if "(" in text[waiting.end : day.start] else None
            waiting = replace(waiting, end=closed.end() if closed else day.end, weekday=order(parts["weekday"]))
            continue
        if waiting:
            yield waiting
        waiting = day
    if waiting:
        yield waiting


def _weeks(first: str, more: str) -> dict[str, str]:
    """What 「第12、13周」 adds to its first week: the last of weeks in a row, or that they are apart."""
    numbers = [number(said) or 0 for said in (first, *_COUNT.findall(more))]
    row = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return {"tweek_end": str(numbers[-1])} if row else {"tweek_apart": more}


def weekday_short(text: str, start: int) -> Named | None:
    """The end of 「周一到五」: a weekday without 周 at ``start``."""
    match = _SHORT.match(text, start)
    return Named("week", {"week": match[0], "weekday": match[1]}, start, match.end()) if match else None


def day_short(text: str, start: int) -> Named | None:
    """The end of 「12.1-3」 or 「12-1到12-3」 at ``start``: a day of the month, with or without its month."""
    if dashed := _DASHED_DAY.match(text, start):
        return Named("dashed", {"dm": dashed[1], "dd": dashed[2]}, start, dashed.end())
    match = _SHORT_DAY.match(text, start)
    return Named("bare", {"bare": match[0], "bdom": match[1]}, start, match.end()) if match else None


def order(said: str) -> int:
    """The place of a weekday in its week, Monday first: 0 to 6."""
    return int(said) - 1 if said.isdigit() else {"天": 6, "末": 5}.get(said, "一二三四五六日".find(said[0]))


@lru_cache(maxsize=8)
def _pattern(year: SchoolYear | None) -> re.Pattern[str]:
    kinds = dict(_KINDS)
    if year is None or not year.breaks:
        del kinds["break"]
    else:
        kinds["break"] = _breaks(year)
    # Most characters begin no day; to see that at once halves the time.
    names = "".join(name[0] for one in year.breaks for name in one.said) if year else ""
    begins = rf"(?=[\d\s{_BEGINS}{re.escape(names)}])"
    return re.compile(begins + "(?:" + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()) + ")")


def _breaks(year: SchoolYear) -> str:
    brief = {name for one in year.breaks if one.first == one.last for name in one.said}
    feasts = [name for one in year.breaks if one.day for name in one.said]
    spells = ["期末考试周", "考试周", "期末周", *(name for one in year.breaks if not one.day for name in one.said)]
    named = "|".join(_alone(name) for name in sorted(feasts, key=len, reverse=True))
    # 「端午放不放假」: of one day off it is clear which is meant.
    asked = "".join(rf"|(?<={name})放不放|(?<={name})放假[吗么不没]" for name in sorted(brief))
    spelt = "|".join(re.escape(name) for name in sorted(spells, key=len, reverse=True))
    alone = rf"(?:当天|那天)|的?{_WEEK}(?P<spellday>[一二三四五六日天](?![个次]))|(?P<spell>(?!结束|过后|过完|完|作业|实践|工|前|后|什么|几|多|怎|放|安排|时间))"
    return (
        rf"(?:(?<!叫.)(?P<feastname>{named})|(?<!时候)(?<!几号)(?<!时候放)(?<!几号放)放?(?P<spellname>{spelt}))"
        rf"(?:{_RELATION}|(?(feastname)(?:节?(?:当天|那天)|节?{_FEAST_ITSELF}{asked})|(?:{alone})))"
    )


def _alone(name: str) -> str:
    """A name that is a number too (五一, 十一) needs what follows a feast."""
    if not _NUMERAL.fullmatch(name):
        return re.escape(name)
    follows = (
        r"节?(?:放|收假|小?长假|假|期间|之?后的?第一|之?前的?(?:一天|最后)|(?:之|以)?前(?![后面台])|当天|[这那]|回|第[一二三]天|最后一天|(?:我|想|要|打算|可以|能)*(?:请假|留校|离校|出去|外出)"
        r"|[三五七八]天(?!之?[前后]))"
    )
    alone = "" if "十" in name else "|$|[,。 ]|[去不来]"
    # 「放假十一」: said the other way round.
    return rf"(?:(?<![第十一二三四五六七八九\d周期拜]){name}(?={follows}{alone})|(?<=放假){name}(?![一二三四五六七八九点月号天个日]))"
