"""Days as students name them: 明天, 下周三, 12月5号, 第八周周三."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.understanding.numerals import number

# A day further ahead than this without a year was most likely meant in the past: 「11月20号」 said on 22 November.
_AHEAD = timedelta(days=270)

_NUM = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_WEEKDAYS = "一二三四五六日天"
# 「下周一起去」, 「这周六级考试」, 「周日常」: the character belongs to the next word.
_WEEKDAY = (
    r"(?P<weekday>一(?!起[去来吃玩打学做看参报约跑聚上组写办]|[直定样般些下共边向切级月个次份名食饭号教])"
    r"|二(?![级月个次份名食饭号教手])|[三四五六](?![级月个次份名食饭号教])|日(?![常程期记历语])|天(?![天气])"
    r"|[1-7](?![\d:.级月个次份名号栋#-])|末)"
)
_SEP = r"\s?(?:-+|~+|—+|–+|到|至)\s?"

_WEEK = r"(?:周|星期|礼拜)"
# 「一周三次」 is no Wednesday, but 「周一周三」 names two days.
_NO_COUNT = r"(?:(?<![一二两三四五六七八九十几半整每\d])|(?<=[周期拜][一二三四五六日天]))"
# A bare day of the month must be followed by what follows a day: 「3号楼」, 「2号窗口」, 「1号线」 are none.
_AFTER_DAY = r"(?=$|[ ,。.;!?、)~—–-]|[到至去回请开走早上中下晚那有想要出起离我的和或吧就可这])"
_FEAST_ITSELF = (
    r"(?!假|放|前|后|期间|晚会|活动|联欢|左右|小长假|汇演|调休|值班|安排|通知|快乐|礼|树|演出|文艺"
    r"|三天|几天|七天|这几|那几)"
)
_NO_AMOUNT = r"(?![\d.:/]|\s?(?:分|元|块|米|km|公里|%|倍|折|学分|小时|个|万|kg|寸|号楼))"

_KINDS = {
    "past": (
        rf"大?前天|昨天|昨日|昨晚|前晚|上上?个?{_WEEK}(?:[一二三四五六日天末1-7])?|上个?月(?:\d{{1,2}}[号日])?"
        rf"|(?:去年|前年)(?:{_NUM}月(?:{_NUM}[日号]?)?)?|每个?(?:{_WEEK}|天|月)[一二三四五六日天末]?|单周|双周"
    ),
    "full": rf"(?P<fy>20\d\d)\s?[-/.年]\s?(?P<fm>{_NUM})\s?[-/.月]\s?(?P<fd>{_NUM})(?!\d)\s?[日号]?",
    "monthday": (
        rf"(?P<year>今年|明年)?(?<!\d)(?P<month>{_NUM})\s?月份?\s?(?P<dom>{_NUM})"
        r"(?![\d一二三四五六七八九十]|个|名|份|次)\s?[日号]?"
    ),
    "nextmonth": rf"(?P<which>下个?|这个?|本)月(?P<ndom>{_NUM})[号日]",
    "teaching": (
        rf"(?:本学期|这学期|这个学期)?第?(?P<teach>{_NUM})(?:教学)?周的?{_WEEK}?"
        rf"(?P<tday>[{_WEEKDAYS}](?!次|个|天|份|节))"
    ),
    "relative": (
        r"大后天|(?<![然以之今最往明])后[天日](?!性)|明天|明[日儿]|明(?=早|晚|晨|上午|下午|中午)"
        r"|今[天日儿]|今(?=早|晚|晨|夜)|当天(?!的)"
    ),
    "week": rf"(?P<shift>下下个?|下个?|这个?|本)?\s?{_NO_COUNT}{_WEEK}{_WEEKDAY}",
    "later": rf"(?P<later_n>{_NUM}|两)个?(?P<later_unit>天|{_WEEK})(?:之后|以后|后(?![台面勤来]))",
    "feast": (
        r"(?P<name>元旦|国庆节|国庆|劳动节|平安夜|圣诞节|圣诞|儿童节|五四青年节|教师节)(?:节|当天|那天)?"
        + _FEAST_ITSELF
    ),
    "bare": rf"(?<![\d第.])(?P<bdom>{_NUM})(?:[号日]{_AFTER_DAY}|(?={_SEP}{_NUM}[号日](?!楼|线|窗)))",
    "loose": rf"(?<![\d.:/])(?P<lm>\d{{1,2}})\s?[./](?P<ld>\d{{1,2}}){_NO_AMOUNT}",
}
_DAY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))

# 「绩点3.5-3.8」, 「版本12.5」: numbers, not days.
_MARK = re.compile(r"(?:绩点|gpa|均分|分数|学分|成绩|价格|版本|身高|温度|[a-z])[^,。]{0,3}$", re.IGNORECASE)
_BESIDE = re.compile(r"\s?[(,]?\s?")

_RELATIVE = {"今": 0, "明": 1, "后": 2, "大": 3, "当": 0}
_ORDER = {sign: index for index, sign in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_FEASTS = {"元旦": (1, 1), "劳动节": (5, 1), "五四青年节": (5, 4), "儿童节": (6, 1), "教师节": (9, 10), "国庆": (10, 1),
           "国庆节": (10, 1), "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25)}  # fmt: skip


_SHORT = re.compile(rf"([{_WEEKDAYS}])(?![月点号天个楼十日])")


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a named day is counted from."""

    today: date
    term_start: date | None = None
    """Any day of the first teaching week; without it teaching weeks mean nothing."""


@dataclass(frozen=True, slots=True)
class Named:
    """A day named in a text, not yet dated."""

    kind: str
    """One of :data:`_KINDS`."""
    parts: dict[str, str]
    start: int
    end: int
    weekday: int | None = None
    """The weekday written beside the day (Monday is 0): 「12月5号周六」."""

    def on(self, calendar: Calendar, after: date | None = None) -> date | None:
        """The date meant, or ``None`` when it is past, vague or does not exist.

        ``after`` is the first day of a range this day closes: 「12月5号到8号」, 「下周三到周五」.
        """
        try:
            day = _READERS[self.kind](self.parts, calendar, after)
        except ValueError:
            return None
        if day is None or day < (after or calendar.today):
            return None
        # 「12月5号(周五)」 on a Saturday: one of the two is wrong, and we do not know which.
        return day if self.weekday is None or day.weekday() == self.weekday else None

    def beside(self, date_: Named, text: str) -> bool:
        """Whether this is the bare weekday written beside ``date_``."""
        bare = self.kind == "week" and "shift" not in self.parts and not self.weekend
        dated = date_.kind in ("full", "monthday", "bare", "loose", "relative", "nextmonth")
        return bare and dated and date_.weekday is None and bool(_BESIDE.fullmatch(text, date_.end, self.start))

    @property
    def weekend(self) -> bool:
        """Whether Saturday and Sunday are meant."""
        return self.parts.get("weekday") == "末"


def named(text: str) -> Iterator[Named]:
    """Every day named in normalised ``text``, in order; a weekday beside a date belongs to the date."""
    waiting: Named | None = None
    for match in _DAY.finditer(text):
        parts = {name: said for name, said in match.groupdict().items() if said is not None}
        kind = next(kind for kind in _KINDS if kind in parts)
        if kind == "loose" and _MARK.search(text, max(0, match.start() - 6), match.start()):
            continue
        day = Named(kind, parts, match.start(), match.end())
        if waiting and day.beside(waiting, text):
            waiting = replace(waiting, end=day.end, weekday=_order(parts["weekday"]))
            continue
        if waiting:
            yield waiting
        waiting = day
    if waiting:
        yield waiting


def weekday_short(text: str, start: int) -> Named | None:
    """The end of 「周一到五」: a weekday without 周 at ``start``."""
    match = _SHORT.match(text, start)
    return Named("week", {"week": match[0], "weekday": match[1]}, start, match.end()) if match else None


def _order(said: str) -> int:
    return int(said) - 1 if said.isdigit() else _ORDER[said]


def _int(said: str) -> int:
    value = number(said)
    if value is None:
        raise ValueError(said)
    return value


def _coming(month: int, day: int, start: date) -> date | None:
    """The first such day from ``start`` on, unless it is so far ahead that a past one was meant."""
    for year in (start.year, start.year + 1):
        candidate = date(year, month, day)
        if candidate >= start:
            return candidate if candidate - start <= _AHEAD else None
    return None


def _full(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return date(_int(parts["fy"]), _int(parts["fm"]), _int(parts["fd"]))


def _monthday(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    month, day = _int(parts["month"]), _int(parts["dom"])
    if year := parts.get("year"):
        return date(calendar.today.year + (year == "明年"), month, day)
    return _coming(month, day, after or calendar.today)


def _loose(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return _coming(_int(parts["lm"]), _int(parts["ld"]), after or calendar.today)


def _nextmonth(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    first = calendar.today.replace(day=1)
    if parts["which"].startswith("下"):
        first = (first + timedelta(days=32)).replace(day=1)
    return first.replace(day=_int(parts["ndom"]))


def _bare(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    start = after or calendar.today
    first = start.replace(day=1)
    for month in (first, (first + timedelta(days=32)).replace(day=1)):
        candidate = month.replace(day=_int(parts["bdom"]))
        if candidate >= start:
            return candidate
    return None


def _teaching(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    if calendar.term_start is None:
        return None
    monday = calendar.term_start - timedelta(days=calendar.term_start.weekday())
    week = _int(parts["teach"])
    if not 1 <= week <= 30:
        return None
    return monday + timedelta(weeks=week - 1, days=_ORDER[parts["tday"]])


def _relative(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    said = parts["relative"]
    if said.startswith("当天"):
        return after
    return calendar.today + timedelta(days=_RELATIVE[said[0]])


def _week(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    said = parts["weekday"]
    index = _order(said)
    shift = parts.get("shift", "").rstrip("个")
    if not shift:
        # The coming one; said on that very day it is today.
        start = after or calendar.today
        return start + timedelta(days=(index - start.weekday()) % 7)
    weeks = {"下下": 2, "下": 1}.get(shift, 0)
    monday = calendar.today - timedelta(days=calendar.today.weekday())
    return monday + timedelta(weeks=weeks, days=index)


def _later(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    count = _int(parts["later_n"])
    return calendar.today + timedelta(days=count if parts["later_unit"] == "天" else 7 * count)


def _feast(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    return _coming(*_FEASTS[parts["name"]], after or calendar.today)


def _past(parts: dict[str, str], calendar: Calendar, after: date | None) -> date | None:
    # Known so that 「上周五」 is not read as the coming Friday; what is over is nobody's wish.
    return None


_READERS: dict[str, Callable[[dict[str, str], Calendar, date | None], date | None]] = {
    "past": _past,
    "full": _full,
    "monthday": _monthday,
    "nextmonth": _nextmonth,
    "teaching": _teaching,
    "relative": _relative,
    "week": _week,
    "later": _later,
    "feast": _feast,
    "bare": _bare,
    "loose": _loose,
}
