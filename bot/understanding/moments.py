"""Moments in a message: each day with the hour said beside it, without those that are denied or taken back."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.understanding import clock, days
from bot.understanding.clock import Spoken
from bot.understanding.days import Named
from bot.understanding.numerals import number
from bot.understanding.school_year import SchoolYear

TO = re.compile(
    r"\s?(?:左右|多(?!少)|前后|来钟|不到)?\)?\s?(?:的|就|开始|起|出发|生?病|(?<=[号日天一二三四五六末])(?:发?烧|咳|躺)|走|放假|请假|离校|回家|用|借|开|打|玩|学|练|[借用租订](?:个|间|一下)?[^,。!?\d到至-]{1,6}?)?\s?,?\s?(?:一直|直|请假|请|休息|休|[借用租占打玩学练坐待留]|持续|连续)*\s?(?:到了?|至|-+|~+|—+|–+|→|to(?![a-z]))\s?"
)
"""What stands between the beginning and the end of a range."""

_JOIN = re.compile(r"\s?(?:的|\(|\)|,|T)?\s?")
_DENIED = re.compile(r"(?:不是|不要|别|并非|而非|不想要?)(?:在)?\s?$")
_EXCEPT = re.compile(r"除(?:了|去|开)?\s?$")
_BESIDES = re.compile(r"[^。;!?]{0,12}[也还]")
# 「除了周五下午，我都没空」: the one time that is free.
ALL_BUSY = re.compile(
    r"[^。;!?]{0,14}(?:都|全|其他时间|别的时间)[^,。;!?]{0,3}(?:没空|没时间|有课|有事|上课|满课|不行|不在|没人|要?上班|有?兼职|忙|不方便|排满|约满)"
)
_IMPOSSIBLE = re.compile(
    r"\s?,?(?:的话|那天)?(?:白天|全天|一?整天)?(?:我|就|都|也|又|是|可能|应该|大概|估计|恐怕|实在)*(?:不行|不可以|没空(?!调)|没时间|不方便|来不了|去不了|没法(?=[来去到过参约赴]|$|[,。;!])|不太行|不太方便|不(?:请假?|约|订)了|不用(?=$|[,。;!]))"
)
# 「周三下午除外都可以」
_ALL_BUT = re.compile(r"\s?(?:除外|以外|之外)(?![^,。;!?]{0,4}[也还])")
# 「只请周二晚上的假」
_NOTHING_ELSE = re.compile(
    r"(?<!不)(?<!不是)(?<!不止)(?:只(?:要|想|需要?)?(?:请|约|订|借|用)|(?P<free>(?<=[,。;!?])(?:我)?(?:只|就)有))\s?$"
)
# 「只有周末两天在」, and not 「周五到周日请假，只有周日晚上回来」
_IS_FREE = re.compile(r"(?:(?![不没])[^,。;!?]){0,4}(?:有空|有人|没课|方便|[可都才]以|行|[才都]?在)(?=$|[,。;!?])")
# 「假是4月3到5号，我请的是4月6号」
_MEANT = re.compile(r"(?:我|实际|其实)(?:要|想)?请的(?:假)?(?:就|其实)?是\s?$")
# 「连请五日，含元旦」
_INCLUDED = re.compile(r"(?:含|包括|包含)\s?$")
# 「上午有早八」 is a lesson, no hour asked for.
_LESSON = re.compile(r"[有上]早[八十]")
_THAT_IS = re.compile(r"(?:就是|也就是|即)\s?$")
_SIDE = re.compile(r"\s?[、和跟与及]?\s?")
_SO_MANY = re.compile(r"(?P<count>[两二三四五六七\d])[天日]")
_ENDED = re.compile(r"[,。;!]")
# 「周四上午去不了」, and no other day is said: to stay away then is what is told.
_ABSENT = re.compile(r"\s?,?(?:我|就|都|也|可能|实在)*(?:[去来到]不了|(?:不能|没(?:办)?法)[去来到])")
# 「原来约的三点，现在想四点」
_FORMERLY = re.compile(
    r"(?:(?:原来|原先|原本|本来|(?<![点半分刻钟天号])之前|上次)(?:是|说)?(?:约|订|定|报|选)?(?:的?是?|在|了)|原定(?:是|在)?)\s?$"
)
_BUSY = re.compile(
    r"\s?,?(?:那天)?(?:我|全天|都|也|又|在|正)*(?:有[^,。]{0,3}课|有早[八十]|满课|上课|要?上班|不上班|太[早晚]|(?:有点|稍微)?[早晚]了|[赶来]不[上及](?!课)|别来|有事|要?上课|要?考试|有考试|不在|没人|约满|满了|有安排)"
)
# 「周一报的修」, 「3号就报了」: what was done then is over; what was only booked for then (约的, 请的假) is not.
TOLD = re.compile(
    r"(?:我们?|就|才|刚|已经|在网上|在线)*(?:(?:交|领|取|修|拍|寄|问|填|签|挂|递交|上交|送)(?:的(?!时候|话|地方|时间)|了|过)|报(?:的?修|上去|备|障)?|提交|充值?|丢|掉|遗失|摔|漏|断|停|裂|堵|跳|烧|淹|扣|买|坏|办|申请|捡到?|落|寄|投诉|反映|反馈|付|缴|转)(?:的|了|过|到现在)"
    r"|(?!要是|如果|万一|要没|假如)[^。!?]{0,8}(?:没人来|没来|没见人|没人管|放.{0,2}鸽子)(?!的话|怎么办|就|可以)"
)
# 「周一下午打球的时候手机落在篮球场了」, 「周日开始就一直漏水」, 「周一师傅来看过了」: no day to come either.
_NO_WISH = r"(?!之?[前后]|以[前后]|如果|要是|万一|会|能|可以|想|要|怕|别|请|约|借|订|考试|比赛|演出|面试|体测|体检|答辩|上课|没|(?<!我)(?<!们)的(?!时候))"
_HAPPENED = re.compile(
    rf"\s?,?(?:{_NO_WISH}[^,。;!?吗]|(?<=时候),){{0,16}}?(?:(?:弄|搞)?丢了(?!吗)|[落忘掉](?:在|到)|忘拿|摔(?:了|倒|下)|不见了|[撞崴]了|捡到|被[^,。;!?]{{1,8}}(?:[拿偷骑领][走了]|[撞咬划砸罚骂]了))"
    r"|(?:就|才)?(?:开始|起)(?:我们?(?:宿舍|寝室|楼)?)?(?:就|便)?(?:(?:一直|老是?|总是?)(?!到)|(?:没(?:有?热?水|电|网|暖气|信号)|漏|坏|堵|连不上|不(?:亮|热|凉|转|出|制)|断)[^,。;!?吗]{0,5}(?=$|[,。;!]))"
    # 「从周一开始请了三天病假」
    r"|(?:就|才)?(?:开始|起)(?:我|就|已经)*(?:请|休|住|病|发烧|咳|拉肚子)了(?![^,。;!?]{0,6}(?:的话|才能|吗|会|可以|能不能|行不))"
    rf"|刚(?:刚|才)?[修换买领交装办充补贴发][^,。;!?]{{0,2}}的|(?:{_NO_WISH}[^,。;!?]){{0,7}}?[来修换看弄报交问去用说发打]过(?![来去程渡期年节户夜后完生])"
)
_GIVEN = re.compile(r"[用拿]我?的?\s?$")
_FOR = re.compile(r"[^,。;!?]{0,6}(?:换|抵|调)[^,。;!?到成为]{0,3}")
_TAKEN = re.compile(
    r"\s?,?(?:的时候)?(?:我|都|也|又|在|正|已经|要)*(?:有[^,。]{0,3}课|满课|上课|有事|有考试|考试|没空(?!调)|没时间|不行|不可以|不方便|约满|被占|有人用|被约)"
)
_CHANGED = re.compile(
    r"(?<=[,。!])\s?(?:不|等等|等一下|等下)(?=[,。!])|改到|改成|改为|改约|[改换]\s?$|换成|换到|换为|挪到|推迟到|延期到|延后到|延到|提前到|调整?到|调成|变成|移到|算了(?!(?:一下|下(?!周|星期|礼拜|午|个)|算|[一两二三四五六七八九十\d半几]+(?:个|天|周|小时|次|遍|节|分钟)))|不对|不不|说错|打错|应该是|啊呸|(?<=了,)其实是\s?$|[啊哦噢呃额诶欸哎]不(?![行是要用可能知会对])"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, with the time said beside it."""

    named: Named | None
    said: Spoken | None
    start: int
    end: int

    @property
    def hour(self) -> bool:
        """Whether an hour is said, not only a part of the day."""
        return self.said is not None and self.said.hour is not None

    def alike(self, other: Moment) -> bool:
        """Whether both say the same in the same words: the days of 「20号，不是20号，是21号」."""
        days_said = [(one.named.kind, one.named.parts) if one.named else None for one in (self, other)]
        hours = [(one.said.part, one.said.hour, one.said.minute) if one.said else None for one in (self, other)]
        return days_said[0] == days_said[1] and hours[0] == hours[1]


def distinct(moments: list[Moment]) -> list[Moment]:
    """``moments`` without those that only repeat an earlier one: 「昨天下午？反正就是昨天下午」."""
    return [one for index, one in enumerate(moments) if not any(one.alike(other) for other in moments[:index])]


def moments_of(text: str, year: SchoolYear | None, now: datetime) -> list[Moment]:
    """Every day with its time, and times that stand alone, in order; 现在 has the hour of ``now``."""
    found: list[Moment] = []
    for day in days.named(text, year):
        if found and day.start < found[-1].end:
            # The 9.30 of 「周五上午9.30」.
            continue
        joined = _JOIN.match(text, day.end)
        said = clock.spoken(text, joined.end() if joined else day.end)
        if day.kind == "now":
            found.append(Moment(day, _of(now, day), day.start, day.end))
            continue
        if day.parts.get("past", "").endswith(("晚", "夜")) and (said is None or said.part is None):
            # 「昨晚十一点」: the part of the day stands in the name of the day.
            said = said.within("晚") if said else Spoken("晚", None, 0, day.end, day.end)
        end = said.end if said else day.end
        happened = TOLD.match(text, end) or _HAPPENED.match(text, end)
        if _tellable(day) and happened and not (found and TO.fullmatch(text, found[-1].end, day.start)):
            day = replace(day, told=True)
        found.append(Moment(day, said, day.start, end))
    lone: list[Moment] = []
    for index, begin in enumerate([0, *(moment.end for moment in found)]):
        limit = found[index].start if index < len(found) else len(text)
        while (said := clock.first(text, begin)) and said.end <= limit:
            lone.append(Moment(None, said, said.start, said.end))
            begin = said.end
    return sorted(found + lone, key=lambda moment: moment.start)


def _of(now: datetime, day: Named) -> Spoken:
    """The hour it is, said by 现在."""
    part = "凌晨" if now.hour < 6 else "上午" if now.hour < 12 else "中午" if now.hour == 12 else None
    return Spoken(part, now.hour, now.minute, day.start, day.end)


def _tellable(day: Named) -> bool:
    """Whether the name alone leaves open if the day is over or to come."""
    if day.kind == "week":
        return "shift" not in day.parts and not day.weekend
    return day.kind in ("bare", "loose", "dashed") or (day.kind == "monthday" and "year" not in day.parts)


def kept(text: str, moments: list[Moment]) -> list[Moment]:
    """The moments that are meant: 「不是周五」, 「明天不行，后天」 and 「周四改到周五」 leave one each.

    What is put in place of a moment takes from it what it does not say itself: 「周五下午3点不行，4点吧」.
    """
    moments = [
        one
        for one in moments
        if not _INCLUDED.search(text, max(0, one.start - 3), one.start)
        and not (one.named is None and _LESSON.fullmatch(text, one.start - 1, one.end))
    ] or moments
    only = [
        one
        for one, following in itertools.zip_longest(moments, moments[1:])
        if one.named and _nothing_else(text, one) and _ends(text, one, following)
    ]
    if len(only) == 1:
        return only
    said = [at for at, one in enumerate(moments) if _MEANT.search(text, max(0, one.start - 8), one.start)]
    moments = moments[max(said, default=0) :]
    if row := next(filter(None, (_spelt_out(text, moments, at) for at in range(len(moments)))), None):
        return row
    denied = [moment for moment in moments if _denied(text, moment)]
    # 「不是二十号二十一号，是二十一号二十二号」
    rows = [
        two
        for one, two in itertools.pairwise(moments)
        if one in denied and one.end == two.start and not two.hour and not (two.named and two.named.of_days)
    ]
    moments = [
        one
        for one in moments
        if one not in denied and one not in rows and not any(one.alike(other) for other in denied)
    ]
    gone: list[Moment] = []
    left = list(moments)
    for index, moment in enumerate(moments):
        before = moments[index - 1]
        if index and _CHANGED.search(text, before.end, moment.start) and not _swapped(text, before, moment):
            gone, left = moments[:index], [one for one in left if one.start >= moment.start]
    left = _free_ranges(text, left)
    for index, moment in enumerate(moments):
        if moment not in left or _in_range(text, moments, index):
            continue
        last = _row_end(moments, index)
        others = [
            one
            for one in left
            if one not in moments[index : last + 1] and one not in moments[_row_begin(moments, index) : index]
        ]
        if moment.named:
            elsewhere = any(one.named and one.named.kind != "past" for one in others)
            # 「明天上午有课，下午都在」: a part of the day gives way to another part of it.
            parted = moment.said is not None and not moment.hour
            elsewhere = elsewhere or (
                parted and any(one.said and one.said.part and one.named is None for one in others)
            )
        else:
            # 「十点有课，十一点行吗」: an hour gives way to another hour.
            elsewhere = any(one.hour for one in others)
        if not others and _ABSENT.match(text, moment.end):
            continue
        if _EXCEPT.search(text, max(0, moment.start - 3), moment.start) and ALL_BUSY.match(text, moment.end):
            continue
        formerly = elsewhere and _FORMERLY.search(text, max(0, moment.start - 8), moment.start)
        if formerly or _IMPOSSIBLE.match(text, moment.end) or (elsewhere and _BUSY.match(text, moments[last].end)):
            left.remove(moment)
            gone.append(moment)
    return _with_day(left, gone)


def _denied(text: str, moment: Moment) -> bool:
    """Whether it is not meant: 「不是周五」, 「除了周三都行」; 「除了周三，周四也请」 means both."""
    if _DENIED.search(text, max(0, moment.start - 4), moment.start):
        return True
    if _ALL_BUT.match(text, moment.end):
        return True
    excepted = _EXCEPT.search(text, max(0, moment.start - 3), moment.start)
    if excepted is None or ALL_BUSY.match(text, moment.end):
        return False
    return _BESIDES.match(text, moment.end) is None


def _row_end(moments: list[Moment], index: int) -> int:
    """Where the days end that stand side by side from ``index`` on: 「周四周五我都要上班」."""
    while index + 1 < len(moments) and _touching(moments[index], moments[index + 1]):
        index += 1
    return index


def _row_begin(moments: list[Moment], index: int) -> int:
    while index > 0 and _touching(moments[index - 1], moments[index]):
        index -= 1
    return index


def _touching(one: Moment, two: Moment) -> bool:
    return bool(one.named and two.named and not one.said and one.end == two.start)


def _spelt_out(text: str, moments: list[Moment], at: int) -> list[Moment]:
    """The days in a row that say again which so many days are meant: 「连着请两天，就是1月4号5号」."""
    if not _THAT_IS.search(text, max(0, moments[at].start - 6), moments[at].start):
        return []
    last = at
    while last + 1 < len(moments) and _SIDE.fullmatch(text, moments[last].end, moments[last + 1].start):
        last += 1
    many = any(number(one["count"]) == last - at + 1 > 1 for one in _SO_MANY.finditer(text, 0, moments[at].start))
    return moments[at : last + 1] if many else []


def _nothing_else(text: str, one: Moment) -> bool:
    """Whether it is all that is asked for: 「只请周二」, 「只有周末在」, and not 「周五到周日请假，只有周日晚上回来」."""
    found = _NOTHING_ELSE.search(text, max(0, one.start - 8), one.start)
    if found is None or not found["free"]:
        return found is not None
    return "请" not in text[: one.start] and _IS_FREE.match(text, one.end) is not None


def _ends(text: str, one: Moment, following: Moment | None) -> bool:
    """Whether what is said of a moment ends before the next: 「只请周三到周五」 and 「只用明天下午，三点到五点」 go on."""
    if following is None:
        return TO.match(text, one.end) is None
    return following.named is not None and _ENDED.search(text, one.end, following.start) is not None


def _swapped(text: str, given: Moment, wanted: Moment) -> bool:
    """「用周六上午换周五下午的班」: both days stay, and neither is put in the place of the other."""
    return bool(_GIVEN.search(text, 0, given.start) and _FOR.fullmatch(text, given.end, wanted.start))


def _free_ranges(text: str, moments: list[Moment]) -> list[Moment]:
    """``moments`` without the ranges in which nobody has time, where another is offered: 「8点到10点有课，14点到16点可以」."""
    pairs = [(one, two) for one, two in itertools.pairwise(moments) if TO.fullmatch(text, one.end, two.start)]
    free = [
        (one, two)
        for one, two in pairs
        if not _TAKEN.match(text, two.end) and not _FORMERLY.search(text, max(0, one.start - 8), one.start)
    ]
    gone = [one for pair in pairs if pair not in free for one in pair] if free else []
    left = [one for one in moments if one not in gone]
    # The day stands with the range that is gone: 「周三8点到10点有课，14点到16点可以」.
    return _with_day(left, gone) if gone else left


def _in_range(text: str, moments: list[Moment], index: int) -> bool:
    """Whether the moment opens or closes a 「从…到…」, which is denied as a whole or not at all."""
    pairs = [(one, two) for one, two in ((index - 1, index), (index, index + 1)) if one >= 0 and two < len(moments)]
    return any(TO.fullmatch(text, moments[one].end, moments[two].start) for one, two in pairs)


def _with_day(left: list[Moment], gone: list[Moment]) -> list[Moment]:
    """``left`` with the day of what is gone, when only an hour was put in its place."""
    dated = [moment for moment in gone if moment.named]
    timed = [moment.said.part for moment in gone if moment.hour and moment.said and moment.said.part]
    if not dated and timed:
        # 「晚上八点，不对，九点」 is nine in the evening.
        return [replace(one, said=one.said.within(one.said.part or timed[-1])) if one.said else one for one in left]
    if not dated or any(moment.named for moment in left):
        return left
    day = dated[-1]
    if not any(moment.hour for moment in left):
        return [replace(one, named=day.named) if one.said else one for one in left]
    part = Spoken(day.said.part, None, 0, day.said.start, day.said.end) if day.said and day.said.part else None
    return [replace(day, said=part), *left]
