"""Times of day as students say them: 早八点, 下午3点半, 14:00, 今晚."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time

from bot.understanding.numerals import number

_NUM = r"(?:\d{1,2}|[二三]?十[一二三四五六七八九]?|[零一二两三四五六七八九])"

# What a part of the day spans when no hour is told: what offices and rooms here keep.
PARTS = {
    "凌晨": (time(0), time(6)),
    "早": (time(8), time(12)),
    "上午": (time(8), time(12)),
    "中午": (time(12), time(14)),
    "下午": (time(14), time(18)),
    "傍晚": (time(17), time(19)),
    "晚": (time(18), time(22)),
}
_PART = (
    r"(?P<part>凌晨|(?:大半夜|半夜|深夜|后半夜|午夜)(?=的?里?\s?[\d一二两三四五六七八九十零])里?|早上|早晨|清晨|一?大?清早|一?大早上?|一早(?:起来)?|早起(?=的?[五六七八\d])|大中午|中午头|午休(?!之?后|以后)(?:时间|时候)?|(?:吃完?)?(?:晚饭|晚自习)(?:之后|以后|后)|(?:吃完?)?(?:午饭|午休|午睡)(?:之后|以后|后)|晚自习(?:的?时间|时候?|期间)?(?!之?[前后]|以[前后]|结束|下课)|大下午|大晚上|早(?!一点)(?=[\s\d一二两三四五六七八九十]|$|[,。;!)到至-])|上午|中午|正午|下午|午后|傍晚"
    r"|晚上|夜里|夜晚|晚间|(?<=[今明后前昨]天)晚(?![会点自饭餐些归间辈于上了安])|(?<=[周期拜][一二三四五六日天])晚(?![会点自饭餐些归间辈于上了安])|晚(?!一点)(?=[\s\d一二两三四五六七八九十]|$|[,。;!)到至-])|(?<=[明今])[晚早晨夜])"
)
# 「早一点」, 「有一点」 and 「快一点」 are no hour.
_VAGUE = r"(?<![第扣])(?!(?<![午上晨])一点时间)(?!一点(?:都|也|儿|没|不|用|反应|声音?|水|办法|信号|问题|效果|变化|小))(?<!绩点)(?<!绩点是)(?<!均分)(?<!均绩)(?!(?<=[有快慢大小早晚多少差好高低远近贵轻重这那提往])一点(?![半整钟到至\d,\s十]))"
# 「我有两点建议」; 「两点了还没人来」 tells what time it is.
_POINTS = r"(?![\s的]?(?:水|建议|意见|要求|原因|问题|说明|疑问|想法|理由|体会|希望|补充|之间的?(?:距离|直线|最短|路|走)|确定|连线|一线|了(?!吧|吗|行)|\d(?![\d分:个人刻])|[一二三四五六七八九](?=$|[ ,。的能可行才])|\s?[:,]\s?(?:第一|一[是来、,:. ])))(?<!缺点.点)"
_MINUTE = (
    r"过?(?P<minute>\d{2}(?!\d)|\d(?=分)|[一二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九]|[一二三四五六七八九](?=分))"
    r"分?(?!之(?![间前后])|数|钟|个|人|份|号)"
)
# 「差一刻三点」
_LESS = r"(?:差(?P<less>一刻|\d{1,2}分?|[一二]?十[一二三四五六七八九]?分?|[一二三四五六七八九]分?)钟?\s?(?:到|就)?)?"
_CLOCK = (
    rf"{_LESS}(?:(?P<hh>(?<![\d.:])(?<!比分)(?<!比分是)\d{{1,2}}):(?P<mm>\d{{2}})(?![\d:])(?P<mmpm>\s?[ap]\.?m(?![a-z])\.?)?"
    rf"|(?P<hpm>(?<![\d.:])\d{{1,2}})\s?(?P<pm>[ap]\.?m(?![a-z])\.?)"
    rf"|{_VAGUE}(?P<hour>(?<![\d.:]){_NUM})\s?(?:点|时(?!间|候|段))钟?{_POINTS}(?:(?P<half>半|[一1三3]刻|整)|差(?P<under>一刻|十分?|五分?|\d{{1,2}}分?)|{_MINUTE})?)"
)
# 「下午2-4点」: the first hour leaves its 点 to the second.
_HOUR_SHARED = rf"(?P<shared>(?<![\d.:]){_NUM})(?=\s?(?:-+|~+|—+|–+|到|至)\s?{_NUM}(?:点|时(?!间|候)))"
# 「下午2-4借舞蹈房」; 「下午2-4节」 and 「下午2-3个人」 are no hours.
_HOUR_ENDS = r"(?![\d.:点时月号日栋楼层节周级班组#个人天次杯份张间位名元块小分半十-])"
# 「早八」, 「晚五」
_BRIEF = rf"(?:(?P<brief>[早晚]|朝(?=\S{{1,3}}晚))(?P<bare>{_NUM})(?![点时:个天周月年分小号日块元次节秒钟级步门期餐层楼栋\d一二两三四五六七八九十])|(?P<part_only>上午|下午|晚上)(?P<bare_after>\d{{1,2}}|[一二三四五六七八九]|十[一二]?)(?=$|[,。!?]|吧|到(?!货)|\s?[-~]\s?{_NUM}{_HOUR_ENDS}))"
# 「上午9.30」: only beside a part of the day, where it is no date.
_DOTTED = r"(?:\s?(?P<dotted>\d{1,2})\.(?P<after_dot>[0-5]\d)(?!\d))"
_TIME = re.compile(
    rf"{_BRIEF}|{_PART}?\s?的?(?:{_CLOCK}|{_HOUR_SHARED})|{_PART.replace('<part>', '<alone>')}{_DOTTED}?", re.IGNORECASE
)
_HOUR_ALONE = re.compile(rf"{_NUM}{_HOUR_ENDS}")
_MINUTES = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45, "整": 0}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A time of day as it was said."""

    part: str | None
    """A key of :data:`PARTS`."""
    hour: int | None
    minute: int
    start: int
    end: int

    def at(self, earlier: int | None = None) -> int | None:
        """Minutes since midnight, up to 1440; ``None`` without an hour or when the hour stays unclear.

        ``earlier`` is the beginning (in minutes) of a range this time closes: in 「下午2点到4点」 four is 16:00.
        """
        hour = self.hour
        if hour is None or hour > 24 or (hour == 24 and self.minute):
            return None
        if hour == 0:
            # 「晚上零点」 belongs to the next day, or does not.
            return self.minute if self.part in (None, "凌晨", "早") else None
        if hour <= 12:
            shifted = self._afternoon(hour, earlier)
            if shifted is None:
                return None
            hour = shifted
        return hour * 60 + self.minute

    def within(self, part: str) -> Spoken:
        """The same hour in a part of the day that was said elsewhere."""
        return replace(self, part=part)

    def _afternoon(self, hour: int, earlier: int | None) -> int | None:
        if self.part in ("下午", "傍晚"):
            return hour if hour == 12 else hour + 12
        if self.part == "晚":
            # 「晚上2点」 may be this night or the next: not ours to guess.
            return hour + 12 if hour >= 5 else None
        if self.part == "中午":
            return hour + 12 if hour <= 2 else hour
        if self.part == "凌晨":
            return 0 if hour == 12 else hour
        if self.part in ("早", "上午"):
            return hour if hour >= 5 else None
        if earlier is not None:
            for candidate in (hour, hour + 12):
                if candidate * 60 + self.minute > earlier:
                    return candidate
            return None
        # Nobody books a room at three in the night; seven may be either.
        return None if hour == 7 or hour == 0 else hour + 12 if hour < 7 else hour


def spoken(text: str, start: int) -> Spoken | None:
    """The time of day that stands at ``start`` of normalised ``text``."""
    match = _TIME.match(text, start)
    return _read(match) if match else None


def hour_alone(text: str, start: int, part: str) -> Spoken | None:
    """The hour without its 点 that closes 「下午2-4」, in the part of the day said before."""
    match = _HOUR_ALONE.match(text, start)
    hour = number(match[0]) if match else None
    return Spoken(part, hour, 0, start, match.end()) if match and hour and hour <= 24 else None


def first(text: str, start: int = 0) -> Spoken | None:
    """The next time of day from ``start`` on."""
    match = _TIME.search(text, start)
    return _read(match) if match else None


def _read(match: re.Match[str]) -> Spoken | None:
    said = match.groupdict()
    part = _part(said["part"] or said["alone"] or said["brief"] or said["part_only"])
    hour_said = (
        said["hh"]
        or said["hpm"]
        or said["hour"]
        or said["shared"]
        or said["bare"]
        or said["bare_after"]
        or said["dotted"]
    )
    if hour_said is None:
        return Spoken(part, None, 0, match.start(), match.end())
    hour = number(hour_said)
    minute = int(said["mm"] or said["after_dot"] or 0)
    if said["half"]:
        minute = _MINUTES[said["half"]]
    elif said["minute"]:
        minute = number(said["minute"]) or 0
    if hour is None or hour > 24 or minute > 59:
        return None
    if less_said := said["less"] or said["under"]:
        # 「差一刻三点」 is 2:45.
        less = _MINUTES.get(less_said) or number(less_said.rstrip("分")) or 0
        hour, minute = divmod(hour * 60 + minute - less, 60)
        if hour < 0:
            return None
        # Eight is in the morning, and so is a little before it.
        part = part or ("早" if hour == 7 else None)
    if part == "半夜":
        part = "凌晨" if hour < 6 else "晚"
    # 「08:30」 and 「14:00」 are on the 24-hour clock; 「2:30」 is not.
    if said["hh"] and said["hh"].startswith("0"):
        part = part or "早"
    if noon := said["pm"] or said["mmpm"]:
        part = "下午" if noon.strip().lower().startswith("p") else "上午"
    return Spoken(part, hour, minute, match.start(), match.end())


def _part(said: str | None) -> str | None:
    if said is None:
        return None
    if said in PARTS:
        return said
    if said in ("午休", "午休时间", "午休时候", "正午", "大中午", "中午头"):
        return "中午"
    if "午" in said and "夜" not in said:
        return "下午"
    if "夜" in said and said.endswith(("半夜", "深夜", "午夜", "夜里")) and said != "夜里":
        return "半夜"
    return "早" if any(sign in said for sign in "早晨朝") else "晚"
