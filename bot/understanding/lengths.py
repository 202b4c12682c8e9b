"""How long something lasts: 三天, 两周, 两个半小时, and how soon it is: 半小时后."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.understanding.numerals import number

_NUM = r"(?:\d{1,2}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两俩仨三四五六七八九])"
_DAYS = re.compile(
    rf"(?<![第\d.月年半一二三四五六七八九十几])(?P<count>{_NUM})\s?(?P<unit>天|个?(?:星期|礼拜)|周)"
    r"(?!半|前|内|左右|以上|以内|以下|一次|[一二三四五六日末]|之?后|以后|没|多|[\d]|(?<=周)(?:周|星期)[一二三四五六日天末])"
)
_LEAVE = re.compile(
    r"请|假|(?:没法|不能|没办法)(?:去|来)?(?:上课|上学|到课)|上不了课|(?<![网选抢])课上不了|离校|外出|回家|出差|不在校|(?:(?:起|开始|连续|连着)[^,。\d了过]{0,3}|(?:借|租|用|住|待|出差|为期|期限|时长|一共|总共|共|前后)(?:个|满|是|为)?)(?:\d|[一二两三四五六七八九十])+(?:天|周|个?星期|个?礼拜)"
)
_OVER = re.compile(r"(?:最后|后|超过|大于|不足|少于|至少|最多|不到|满|前|近|这|那|过|坏了|已经|等了|漏了|停了|好|放)$")
# 「十三至十四周不在」: teaching weeks, no length.
_WEEKS_FROM = re.compile(
    r"(?:第(?:\d{1,2}|[一二三四五六七八九十]{1,3})|1\d|十[一二三四五六七八九])周?(?:到|至|-+|~|[、和及跟与]|,(?=第))\s?第?$"
)
_WEEKS_TO = re.compile(r"(?:到|至|-+|~)第?(?:1\d|十[一二三四五六七八九])周")
_HOURS = re.compile(
    rf"(?:(?P<count>{_NUM}|半)\s?个?(?P<half>半)?\s?(?:小时|钟头|钟(?!头)|h(?![a-z]))|(?P<minutes>\d{{2,3}}|[一二三四五六七八九]?十五?)(?:分钟|min))"
)
# 「每次要等两小时」, 「提前半小时通知」, 「走路十分钟」: no length of what is wished for.
_NO_LENGTH = re.compile(
    r"(?:每次[^,。;!?]{0,5}等|上次[^,。;!?]{0,4}|等了?|提前|走路|步行|骑车|坐车|开车|路上|过去|迟到|晚到|早到|(?<![今明昨当夜每周])[晚早](?!上)|推迟|推后|延后|提早|往[前后][推挪移]|[推挪]后)(?:要|得|个|大概|大约|了|有)*$"
)
_NOT_SINCE = r"(?!之?[前后内]|以[前后内]|了|多?没)"
_WISHED = re.compile(
    rf"(?:[用借约订租占打练玩学开坐要]|大概|需要|时长|一共|总共|为时|每[次场]|一[次场])(?:个|是|为|满|约)?(?P<length>(?:{_NUM}|半)\s?个?半?\s?(?:小时|钟头)){_NOT_SINCE}"
    rf"|(?P<enough>(?:{_NUM}|半)\s?(?:个?半?\s?(?:小时|钟头)|分钟))(?=就够(?!用)|就行|足够|够了)"
)
_LENGTH = rf"(?P<hours>\d\.5|{_NUM}|半)\s?个?(?P<half>半)?\s?(?:小时|钟头|(?<=个)钟(?!头)|h(?![a-z]))|(?P<minutes>{_NUM})(?:分钟|\s?min(?:s|utes)?)|(?P<quarters>[一两二三1-3])刻钟"
_LENGTH_AGAIN = _LENGTH.replace("(?P<", "(?P<then_")
_SOON = re.compile(
    rf"(?<![一二三四五六七八九十\d.])(?:{_LENGTH})(?:之后|以后|后)"
    rf"|(?:再|等|我)?过(?:{_LENGTH_AGAIN})(?:就|再|来|去|到|下|给|能|可以|开|$)"
)
_AHEAD = re.compile(rf"(?:接下来|未来|从?现在(?:起|开始)|从现在(?:到)?)的?,?(?:{_LENGTH})")


def lasting(text: str) -> bool:
    """Whether a length of days in ``text`` is one that is wished for: a leave, a loan."""
    return _LEAVE.search(text) is not None


def days(text: str) -> int | None:
    """The number of days of a leave; ``None`` when none or several are said, or one that is only compared with."""
    found = set()
    for match in _DAYS.finditer(text):
        value = number(match["count"])
        week_of_term = match["unit"] == "周" and (
            _WEEKS_FROM.search(text, max(0, match.start() - 8), match.start()) or _WEEKS_TO.match(text, match.end())
        )
        if week_of_term:
            continue
        if value and not _OVER.search(text, max(0, match.start() - 3), match.start()):
            found.add(value if match["unit"] == "天" else 7 * value)
    return found.pop() if len(found) == 1 else None


def hours(text: str, start: int) -> timedelta | None:
    """The hours or minutes that are said from ``start`` on: 「两个半小时」."""
    found = (one for one in _HOURS.finditer(text, start) if not _NO_LENGTH.search(text, start, one.start()))
    said = next(found, None)
    if said is None:
        return None
    if said["minutes"]:
        return timedelta(minutes=number(said["minutes"]) or 0)
    return _span(said["count"], said["half"])


def wished(text: str) -> timedelta | None:
    """The hours something shall last, wherever they are said: 「用两个小时，三点开始」."""
    said = [one for one in _WISHED.finditer(text) if not _NO_LENGTH.search(text, max(0, one.start() - 8), one.start())]
    return hours(text, said[0].start("length" if said[0]["length"] else "enough")) if len(said) == 1 else None


def soon(text: str) -> timedelta | None:
    """How far ahead 「半小时后」 is."""
    said = _SOON.search(text)
    return _said(said) if said else None


def ahead(text: str) -> timedelta | None:
    """How long what begins now shall last: 「接下来三个小时」."""
    said = _AHEAD.search(text)
    return _said(said) if said else None


def _said(match: re.Match[str]) -> timedelta:
    parts = {name.removeprefix("then_"): said for name, said in match.groupdict().items() if said}
    if minutes := parts.get("minutes"):
        return timedelta(minutes=number(minutes) or 0)
    if quarters := parts.get("quarters"):
        return timedelta(minutes=15 * (number(quarters) or 0))
    if "." in parts["hours"]:
        return timedelta(hours=float(parts["hours"]))
    return _span(parts["hours"], parts.get("half"))


def _span(count: str, half: str | None) -> timedelta:
    """The length of 「两个半小时」."""
    if count == "半":
        return timedelta(minutes=30)
    return timedelta(hours=number(count) or 0, minutes=30 if half else 0)
