"""A correction in short words: which answer is changed, and to what.

「改成五十」, 「房间号改503」, 「电话错了，是13812345678」, 「不是明天，是后天」: the one answer of that kind is changed in place. What
is left unsaid is kept: the building of another room, the hours on another day. Where two answers could be meant, both are named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from bot.understanding import answers
from bot.understanding.normalise import normalise
from bot.understanding.numerals import number

Given = Mapping[str, Any]
"""One answer of the open service: ``{"name", "kind", "label", "value"}`` and perhaps ``"entity"``."""

LONGEST = 40
"""Characters of a correction that says nothing else."""
PARTICLES = "吧啊呀哦呢嘛啦哈。.!~ "
KINDS: Mapping[str, str] = {
    "location": r"(?:维修|报修)?(?:地点|位置|地址|地方)|房间号?码?|房号|门牌号?|寝室号?|宿舍号?|楼号|楼栋|楼",
    "phone": r"(?:联系|我的?|维修)?(?:电话|手机|联系方式|号码)(?:号码?)?",
    "money": r"(?:充值|充的)?(?:金额|数额|面额|价钱|钱数|钱)",
    "count": r"(?:打印)?(?:份数|数量|人数|个数|杯数|张数|几[份个杯张人])",
    "date": r"时间|日期|日子|哪天|天",
    "period": r"(?:请假|使用|预约)?(?:时间|日期|日子|时段|哪天|天)",
    "hours": r"(?:上门|维修|方便的?)?(?:时间|日期|日子|时段|哪天|几点|钟点)",
    "moment": r"时间|日期|日子|哪天|几点|钟点",
    "ticket": r"单号|编号|号码",
}
"""What students call an answer of a kind, whatever its label is."""
_LEAD = r"(?:不好意思|抱歉|算了|不对不对|不对|不是(?=[,，])|哦|噢|诶|哎|嗯|等等|那个?|还是|麻烦|请|帮我|给我|能不能|可以|我想|我要|想|要|把|将|就|先|再|也|都|[,，、 ])*"
_LESS_OR_MORE = r"(?:(?:再|要|充|打|来)*(?:[多少](?:一?[点些]儿?)?(?:充|打|来)?(?:一?[点些]儿?)?)[,， ]*)?"
_CHANGE = (
    r"(?:要|得|想|再|都|也|还是|给我|帮我|可以|能不能|,)*"
    r"(?:(?:改|换|更正|更改|修改|变更|挪|移|推迟|提前)(?:一下|下)?(?:成|为|到|回|作|做|至|去)?(?:了)?|调整?(?:成|为|到|一下)|变成|应该是|应为|应当是|其实是|写成|填成)"
)
_WRONG = r"(?:都)?(?:写|填|说|弄|报|搞|打|记|选|输)?(?:错|不对|有误|不是这个|反)了?"
_IS = r"(?:应该|应当|其实|而|要|得|就|改|换)*(?:是|为|成|到)?"
_CALLS = re.compile(r"^(?:不好意思|抱歉|算了|不对|那|就|把|将|[,，、 ])+")
"""What no answer's name begins with."""
_FORMS = (
    rf"(?P<lead>{_LEAD})(?P<named>.{{0,12}}?){_CHANGE}[: ]?(?P<value>.+)",
    rf"(?P<lead>{_LEAD})(?P<named>.{{0,12}}?){_WRONG}[,，。; ]+{_IS}(?P<value>.+)",
    rf"(?P<lead>{_LEAD})(?P<named>.{{0,8}}?)(?:不是|不要|不|别)(?P<old>[^,，。; ]{{1,14}}?)[,，。; ]+{_IS}(?P<value>.+)",
    rf"(?P<lead>{_LEAD})(?P<named>.{{0,8}}?)(?:应该)?(?:是|要)(?P<value>[^,，。; ]{{1,14}}?)[,，。; ]*(?:而)?不(?:是|要)(?P<old>.+)",
    rf"(?P<lead>{_LEAD})(?P<named>.{{0,8}}?)不是(?P<old>[^,，。; ]{{1,14}}?)(?:而|应该)*是(?P<value>.+)",
)
_PATTERNS = tuple(re.compile(form) for form in _FORMS)
_ENDS = r"(?:就够了|就够|够了|就好了?|就行了?|就可以了?|即可|才对|的)?"
_NAMED_ONLY = re.compile(rf"{_LEAD}(?P<named>[^\d,，。; ]{{1,8}}?)(?:应该)?(?:是|:)(?P<value>.+)")
_BARE = re.compile(rf"{_LEAD}{_LESS_OR_MORE}(?P<value>.+)")
_RELATIVE = re.compile(
    r"(?:那|还|再|就|给我|帮我|要|想|我)*(?:(?P<more>再?多|再加|加|多加|另加|追加)|(?P<less>再?少|减|去掉))"
    r"(?:加|打|印|来|要|充|开|点|订|掉|去|上)?(?P<by>\d{1,3}|[一二两俩三四五六七八九十百]{1,4})(?P<unit>[份张杯个人]|块钱?|元|)(?:就行|就好|就够了)?"
)
_DIGITS_ONLY = re.compile(r"\d{1,4}")
_ALL_DAY = re.compile(r"全天|整天|一天|整日|一周|整周")
_HOUSE = re.compile(
    r"(?:[东西]苑)?\d{1,2}号楼|教学楼[A-Z]座|[^\d一二三四五六七八九十负]+?(?=[\d一二三四五六七八九十负]|$)"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be changed."""

    field: str
    entity: str
    label: str
    value: str | None
    """As the form takes it; ``None`` where the answer is named but the new one could not be read."""
    named: bool
    """Whether it is called by its name, or by what it was before."""


def read(text: str, given: Sequence[Given], now: datetime, *, bare: bool = False) -> tuple[Correction, ...]:
    """What normalised ``text`` changes of what is ``given``: one correction, or several where any of them may be meant.

    ``bare``: nothing is asked but whether all is right, so a value alone (「200」) is a correction too.
    """
    said = normalise(text).strip(PARTICLES)
    if not said or len(said) > LONGEST or not given:
        return ()
    if more := _relative(said, given):
        return more
    for pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is None:
            continue
        parts = found.groupdict()
        value = re.sub(rf"{_ENDS}$", "", parts["value"].strip(PARTICLES + ",，"))
        # 「想问的改成…」: what leads in may belong to the name.
        whole, named = _CALLS.sub("", parts["lead"] + parts["named"]), parts["named"].strip(" ,，的")
        name = whole if called(whole, given) else named
        if meant := _meant(name, parts.get("old"), value, given, now):
            return meant
    if (found := _NAMED_ONLY.fullmatch(said)) and (named := called(found["named"], given)):
        read_now = _values(named, found["value"], now)
        return tuple(one for one in read_now if one.value is not None)
    if bare and (found := _BARE.fullmatch(said)):
        value = re.sub(rf"{_ENDS}$", "", found["value"].strip(PARTICLES))
        told = [one for one in given if _nothing_else(one, value, now)]
        return tuple(one for one in _values(told, value, now, named=False) if one.value is not None)
    return ()


def changes(text: str) -> bool:
    """Whether the words have the form of a change, whatever it may be of: 「换个地方」「改英文」."""
    said = normalise(text).strip(PARTICLES)
    found = _PATTERNS[0].fullmatch(said) if len(said) <= LONGEST else None
    return found is not None and len(found["named"]) <= 4


def _meant(named: str, old: str | None, value: str, given: Sequence[Given], now: datetime) -> tuple[Correction, ...]:
    """The answers that fit what is named, what it was and what it shall be."""
    by_name = called(named, given) if named else []
    several = re.search(r"[,，;；]", value) is not None
    if several and not (by_name and by_name[0]["kind"] == "text"):
        # More than one thing is told: that is no matter of short words.
        return ()
    if by_name:
        told = _values(by_name, value, now, old)
        return tuple(one for one in told if one.value is not None) or told[:1]
    if named:
        # 「明天改成后天」: what stands before the change may be the answer as it was.
        if old is not None:
            return ()
        old = named
    # Free words fit everything: they are changed only by their name, or by what they were.
    fitting = [one for one in given if one["kind"] != "text"]
    as_it_was = [] if old is None else [one for one in given if _was(one, old, now)]
    if named and not as_it_was:
        return ()
    told = _values(as_it_was or fitting, value, now, old, named=bool(as_it_was))
    return tuple(one for one in told if one.value is not None)


def called(words: str, given: Sequence[Given]) -> list[Given]:
    """The answers that are called so: by the label, or by what answers of their kind are called."""
    words = words.strip(" ,，的")
    if not words or re.search(r"\d", words):
        return []
    labelled = [one for one in given if words == one["label"]]
    labelled = labelled or [one for one in given if len(words) > 1 and words in one["label"]]
    called = [one for one in given if one["kind"] in KINDS and re.fullmatch(KINDS[one["kind"]], words)]
    exact = [one for one in labelled if words == one["label"]]
    return exact or [*labelled, *(one for one in called if one not in labelled)]


def _values(
    some: Sequence[Given], words: str, now: datetime, old: str | None = None, *, named: bool = True
) -> tuple[Correction, ...]:
    return tuple(_correction(one, _value(one, words, now, old), named=named) for one in some)


def _correction(one: Given, value: str | None, *, named: bool) -> Correction:
    return Correction(str(one["name"]), str(one.get("entity", one["name"])), str(one["label"]), value, named)


def _was(one: Given, old: str, now: datetime) -> bool:
    """Whether ``old`` is how this answer was said before."""
    value, kind = str(one["value"]), str(one["kind"])
    if kind == "text":
        return old in value
    told = _value(one, old, now)
    if told is None:
        return False
    if kind in ("period", "hours"):
        days = {part[:10] for part in value.split("/")}
        return told == value or bool(days & {part[:10] for part in told.split("/")})
    return told == value or (kind in ("location", "moment") and value.startswith(told))


def _value(one: Given, words: str, now: datetime, old: str | None = None) -> str | None:
    """``words`` as a new value of this answer, with what they leave unsaid kept from the present one."""
    kind, present = str(one["kind"]), str(one["value"])
    if kind in ("choice", "photo", "confirm"):
        return None
    if kind == "text":
        return present.replace(old, words) if old else words
    if kind == "location":
        return _location(words, present, now)
    if kind == "period":
        return _period(words, present, now, old)
    if kind == "moment":
        return _moment(words, present, now)
    if kind == "hours":
        kept = _period(words, present, now, old) if "/" in present else _moment(words, present, now)
        return kept or answers.read(kind, words, now)
    return answers.read(kind, words, now)


def _location(words: str, present: str, now: datetime) -> str | None:
    house = _HOUSE.match(present)
    if house and _DIGITS_ONLY.fullmatch(words):
        return answers.read("location", f"{house[0]}{words}", now)
    told = answers.read("location", words, now)
    if told is None and house:
        # 「502寝室」, 「三楼走廊」: in the same house.
        told = answers.read("location", f"{house[0]}{words}", now)
        return told if told != house[0] else None
    return told


def _period(words: str, present: str, now: datetime, old: str | None) -> str | None:
    start, end = (datetime.fromisoformat(part) for part in present.split("/"))
    told = answers.read("period", words, now)
    if told is None:
        # 「改到下午」, 「三点到五点」: on the same day.
        if start.date() != end.date():
            return None
        told = answers.read("period", f"{start.year}年{start.month}月{start.day}日{words}", now)
        return None if told is None or (told.endswith("23:59") and "T00:00/" in told) else told
    first, last = (datetime.fromisoformat(part) for part in told.split("/"))
    one_day = first.date() == last.date() and (first.time(), last.time()) == (time(0), time(23, 59))
    if not one_day or _ALL_DAY.search(words):
        return told
    if start.date() == end.date():
        return _interval(_moved(start, first.date()), _moved(end, first.date()))
    was = answers.read("date", old, now) if old else None
    if was == start.date().isoformat() and first.date() <= end.date():
        return _interval(_moved(start, first.date()), end)
    if was == end.date().isoformat() and first.date() >= start.date():
        return _interval(start, _moved(end, first.date()))
    return told


def _moment(words: str, present: str, now: datetime) -> str | None:
    at = datetime.fromisoformat(present)
    day = answers.read("date", words, now)
    if told := answers.read("moment", words, now):
        # An hour alone is meant on the day that was said before.
        return told if day else f"{present[:10]}{told[10:]}"
    return _moved(at, date.fromisoformat(day)).strftime("%Y-%m-%dT%H:%M") if day else None


def _moved(at: datetime, day: date) -> datetime:
    return datetime.combine(day, at.time())


def _interval(start: datetime, end: datetime) -> str:
    return f"{start:%Y-%m-%dT%H:%M}/{end:%Y-%m-%dT%H:%M}"


def _nothing_else(one: Given, words: str, now: datetime) -> bool:
    """Whether ``words`` are a value of this kind and nothing else."""
    kind = str(one["kind"])
    if kind in ("text", "choice", "photo", "ticket"):
        return False
    return len(words) <= 14 and not re.search(r"[,，。;]", words) and answers.read(kind, words, now) is not None


def _relative(said: str, given: Sequence[Given]) -> tuple[Correction, ...]:
    """「再多打一份」, 「少充20块」: counted from what stands there."""
    found = _RELATIVE.fullmatch(said)
    by = number(found["by"]) if found else None
    if found is None or not by:
        return ()
    kinds = {"": ("count", "money"), "块": ("money",), "块钱": ("money",), "元": ("money",)}.get(
        found["unit"], ("count",)
    )
    some = [one for one in given if one["kind"] in kinds and str(one["value"]).isdigit()]
    if not some:
        return ()
    sign = 1 if found["more"] else -1
    counted = [(one, int(one["value"]) + sign * by) for one in some]
    # Less than there is: how much it shall be is asked.
    return tuple(_correction(one, str(value) if value > 0 else None, named=False) for one, value in counted)
