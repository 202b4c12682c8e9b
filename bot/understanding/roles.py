"""What part a day or an hour plays in its sentence: it opens a stretch, closes it, bounds, or is only what it is all for."""

from __future__ import annotations

import re

from bot.understanding.moments import Moment

_FROM = re.compile(r"(?:从|自|由|打)\s?$")
_STARTS = re.compile(
    r"\s?(?:的时候)?(?:就|便|才|我)?(?:请假|借用|使用|离校|外出)?(?:开始|起(?![来床飞哄点])|算起|起算|出发|动身|入住)"
)
_ENDS = re.compile(r"\s?(?:就|便|才|我)?(?:结束|为止|返校|回校|销假|归还|回学校)")
_UNTIL = re.compile(
    r"(?P<moved>改|推迟?|延期?|延后|约|换|挪|调|等|提前|定|移|排|订|拖|留|放|直接|回|来|去)?(?:到|至|截止日?期?(?:到|至|是)?|截至|直到)\s?$"
)
# 「延长到周五」 and 「留校到周五」 close what begins elsewhere; 「改到周五」 and 「约到周五」 do not.
_STRETCHED = re.compile(
    r"(?:请假?|假期?|续|延长|延|住|留校?|借用?|用|待|呆|离校|外出|一直|不在|出差|期限|有效期|时间|到期)[^,。]{0,3}(?:到|至)\s?$"
)
_BEFORE = re.compile(r"\s?(?:的)?(?:之前|以前|前(?!台|往|门|面|后)|截止|(?:之后|以后)|后(?!台|面|勤|天))")
# 「周五要交」, 「后天考试」: why somebody asks, not what for.
_OCCASION = re.compile(
    r"\s?(?:的时候|那天|当天)?(?:我们?|俺|咱们?|就|还|都|也|学院|老师|学校)*(?:急?(?:要|得|需要?|必须)(?:交|用|考|提交|面试|比赛|答辩|开会|出发|走|报到|上交|签)|急?用|要(?=$|[,。!?])|交(?=[,。!?])|就是(?:截止|最后期限)|(?:报名|申请|提交|缴费)?截止|就要(?!去|来)|面试|考试|比赛|答辩|ddl|到期|开会|有(?:个|场|一场|一个)?(?:考试|比赛|面试|答辩|会(?!议室))|的(?:火车|高铁|飞机|航班|车票))",
    re.IGNORECASE,
)
# 「到今天都没人来」, 「今天还没好」: how long it lasts.
_STILL = re.compile(
    r"(?:到了?|截至|截止|直到)?今[天日儿][^,。!?\d]{0,4}?(?:还|都|也|仍|依然|一直)(?:是|然|旧)?(?:没|未|不见|联系不上)"
)
# 「昨天放的，今天去说没有了」: how a story ends that began before.
_SEQUEL = re.compile(
    r"今(?:[天日儿])[^。!?\d]{0,14}(?:发现|结果|一看)又|"
    r"今(?:[天日儿][早晚]?|早|晨)(?:上|上午|中午|下午)?[^,。!?\d]{0,8}?(?:又(?:开始)?(?:漏|坏|堵|停|断|打不开|没|不|跳|闪)|没有?了|不见了|不在了|没找到|找不到|没见着?|空了|(?:已经)?被[^,。!?]{0,4}(?:拿|取|领|占|扔)(?:走|掉|了))"
)


def opens(text: str, moment: Moment) -> bool:
    """Whether something is said to begin then: 从周三, 周三开始, 周三起."""
    return bool(_FROM.search(text, max(0, moment.start - 3), moment.start) or _STARTS.match(text, moment.end))


def closes(text: str, moment: Moment) -> bool:
    """Whether something is said to last till then: 请假到周五, 周五结束."""
    if _ENDS.match(text, moment.end) or _STRETCHED.search(text, max(0, moment.start - 10), moment.start):
        return True
    until = _UNTIL.search(text, max(0, moment.start - 8), moment.start)
    return until is not None and not until["moved"]


def bound(text: str, moment: Moment) -> bool:
    """Whether a day is only a bound: 「周五之前」, 「到周五」; 「改到周五」 is none."""
    if not moment.said and bounded(text, moment):
        return True
    until = _UNTIL.search(text, max(0, moment.start - 8), moment.start)
    return until is not None and not until["moved"]


def bounded(text: str, moment: Moment) -> bool:
    """「周五之前」, 「十点半以后」: a bound is no day and no hour."""
    return _BEFORE.match(text, moment.end) is not None


def occasion(text: str, moment: Moment) -> bool:
    """Whether the day only says what the errand is for: 「下周一要交」."""
    return _OCCASION.match(text, moment.end) is not None


def still(text: str, moment: Moment) -> bool:
    """Whether it is only the end of a complaint: 「上周五报的修，到今天都没人来」."""
    if moment.said and moment.said.part and not _UNTIL.search(text, max(0, moment.start - 8), moment.start):
        # 「今天上午一直没人」 tells of the whole morning.
        return False
    return any(one.start() <= moment.start < one.end() for one in _STILL.finditer(text))


def sequel(text: str, moment: Moment) -> bool:
    """Whether it only tells how a story of an earlier day ends: 「昨天放的，今天去说没有了」."""
    return any(one.start() <= moment.start < one.end() for one in _SEQUEL.finditer(text))
