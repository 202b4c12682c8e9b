"""What a student says to a question about a case that stands on no button: 「修好了」, 「没好，还是漏水」, 「是三楼那台」.

The question came as a notice, on this page, on another one or in front of an answer, so a conversation does not know of it. Whether a
case waits for its student is asked where the cases are, and only for words that would be an answer. Words that may mean something
else are asked back about: nothing is closed, sent or sent up a level by a guess.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal
from urllib.parse import quote

from bot import replies
from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.services_open import OpenServices
from bot.understanding import Reading, smalltalk, words

FOLLOWING = "progress_query"
LONGEST = 60
"""Characters of an answer that may be one to an office's question: a longer story is something new."""
BUTTONS: Mapping[str, Literal["solved", "unsolved"]] = {"已解决": "solved", "我这里还没好": "unsolved"}
OUTRIGHT = 0.96
"""A service that the head is so sure of is meant, whoever waits."""
NO_FEAR = 0.1
"""The head's chance of a crisis above which nothing is taken for an office's business."""

_THANKS = r"(?:谢谢?(?:你们?|师傅|老师|啦|了)*|感谢(?:你们?|师傅|老师)*|辛苦(?:了|你们?|师傅)*|好的|不错|赞|太好了)"
_TAIL = rf"(?:了|啦|咯|的|呢|啊|呀|哦|{_THANKS})*"
_WHO = (
    r"(?:嗯+|哦|恩|对|是的?|现在|今天|刚刚?|刚才|我(?:这里?|那里?|们?(?:宿舍|寝室|这边))|师傅|都|全|两个|已经?|应该|终于|总算"
    r"|确实|真的|其实|根本|压根)*"
)
_REPAIRED = re.compile(rf"{_WHO}(?P<thing>[^\s没不未]{{0,6}}?)(?:已经|都|全|也)*(?:修|弄|换)好{_TAIL}")
_SOLVED = re.compile(
    rf"{_WHO}(?P<thing>)(?:(?:处理|搞)好|解决|办好|搞定|恢复(?:正常)?|可以(?:用|制冷|办结|结单)?|好[了啦]|好用|能用|没(?:有)?问题|正常|行了|ok了?){_TAIL}",
    re.IGNORECASE,
)
_OF_A_ROOM = r"(?:空调|灯|热?水|电|网络?|水?龙头|马桶|门锁?|锁|插座|风扇|洗衣机|电梯|暖气|厕所|下水道?|漏水|停水|停电|断网|堵|跳闸)"
# 「灯亮了」, 「不漏了」, 「来水了」: asked back, because it may be told of something else.
_WORKS = re.compile(
    rf"{_WHO}(?:{_OF_A_ROOM}?(?:又|也)*(?:不[漏堵滴响闪卡]水?|能[用开关锁])"
    rf"|空调(?:又|也)*凉快?|(?:灯|插座)(?:又|也)*亮|{_OF_A_ROOM}(?:又|也)*(?:通|来|[会能]转|制[冷热])"
    rf"|(?:又|也)*[有来](?:热?水|电|网|信号|暖气))(?:了|啦){_TAIL}"
)
_STILL = r"(?:还是?|还在|仍然?|依然|依旧|照样|又|老是|一直)"
_BROKEN = re.compile(
    rf"{_WHO}(?P<thing>[^\s没不未还又仍]{{0,6}}?)(?:{_STILL}|都|根本|压根|也)*"
    rf"(?:没(?:有)?(?:修好?|弄好|处理好?|恢复)|没(?:有)?人(?:来|管|修|来修|处理))(?:过|上门)?{_TAIL}"
    rf"|{_WHO}(?P<worse>[^\s没不未还又仍]{{0,6}}?){_STILL}(?:都|有点)?(?:是?坏|[漏堵]水?|不(?:亮|制冷|制热|凉|热|通|出水|能用|好使)|用不了|打不开){_TAIL}"
)
_UNSOLVED = re.compile(
    rf"{_WHO}(?P<thing>(?:{_OF_A_ROOM}(?={_STILL}没))?)(?:{_STILL}|也|并)*(?:没(?:有)?(?:解决|搞定|好)?|未解决|不行|不好|老样子|原来?的?样子|一样){_TAIL}"
)
_NO = re.compile(r"没(?:有)?|不是|没呢|没啊|假的")
_GOES_ON = re.compile(rf"{_STILL}|老样子|一样|原来?的?样子")
_PARTS = re.compile(r"[，,。!！~;；\s]+")
_NUMBERS = re.compile(r"\d{3,}")
_WISHES = re.compile(
    r"我[想要]|想[要办问请知]|(?<![主重需])要(?![是么])(?=[办报投请修查约借])|帮[我忙]|请(?!勿)|麻烦|报修|投诉|举报|上报|怎么办|补办|办理|办个|查一?[下查]|查询|预约|借一?[下个]"
    r"|订[个一]|打印(?!机)|充值|挂失|取消|撤[销回]|催|谢|你好|人工|条件|规定|时间$"
)
_ASKS = re.compile(r"[?？]|[吗么嘛]$|怎么|什么|为什么|哪|多少|几(?:点|号|时|个工作)|能不能|可不可以|是不是")
_OF_MYSELF = re.compile(r"我(?!们?(?:宿舍|寝室|这|那|住|的|说))|难过|伤心|心情|睡不着|欺负|失恋|不知道|不清楚")
_YES = "(?:是|对|嗯+|好|行|可以|转|没错|ok)(?:的|啊|呀|吧|了|转|给他们)*"
_NAY = "(?:不|没|别)(?:是|用|要|转|了|有|对)*(?:的|啊|呀|吧|了)*"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A case that waits for its student."""

    number: str
    """Of the order."""
    title: str
    """What students call it: 宿舍报修."""
    wants: Literal["verdict", "words"]
    """Whether it is solved, or what the office asked."""
    department: str = ""
    """That asked."""
    asked: str | None = None
    """In the office's words."""
    about: str = ""
    """What the student said of it on the card: place, fault, …"""


Awaiting = Callable[[str], Awaitable[Sequence[Awaited]]]
"""A student number → their cases that wait for them; none when that cannot be known now."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What words say of something that was to be done."""

    deed: Literal["solved", "unsolved"]
    sure: bool
    """Whether they can only be about a thing that was broken: 「修好了」, not 「可以了」."""
    more: str = ""
    """What else was said, for whoever does it."""


def _button(text: str) -> Literal["solved", "unsolved"] | None:
    """What the words of a button say, however they are quoted."""
    return BUTTONS.get(text.strip("「」“”\"'。!！ "))


def verdict(text: str) -> Verdict | None:
    """``None`` for words that say nothing of the kind, for questions and for whatever goes on to something else."""
    # What stands on the buttons is what they say.
    if deed := _button(text):
        return Verdict(deed, True)
    if len(text) > LONGEST or _ASKS.search(text):
        return None
    first, *others = [part for part in _PARTS.split(text) if part] or [""]
    rest = [part for part in others if not re.fullmatch(f"{_THANKS}{_TAIL}", part)]
    for pattern, sure in ((_REPAIRED, True), (_SOLVED, False), (_WORKS, False)):
        if pattern.fullmatch(first):
            return None if rest else Verdict("solved", sure)
    if rest and not all(_goes_on(part) for part in rest):
        return None
    for pattern, sure in ((_BROKEN, True), (_UNSOLVED, False)):
        if pattern.fullmatch(first):
            # A bare no is one to anything.
            bare = _NO.fullmatch(first) is not None
            if bare and not rest:
                return None
            more = "，".join(rest) if bare else text if rest else ""
            return Verdict("unsolved", sure or bool(rest), more)
    return None


def _goes_on(part: str) -> bool:
    """Whether a clause only tells that the trouble goes on: 「晚上还是不亮」."""
    return _GOES_ON.search(part) is not None and not _WISHES.search(part)


@cache
def _things() -> tuple[str, ...]:
    return tuple(sorted(map(str, words.load_once("faults")["things"]), key=len, reverse=True))


def fits(text: str, one: Awaited) -> bool:
    """Whether nothing in the words, no thing and no room, is another than that of the case."""
    named = [thing for thing in _things() if thing in text]
    alike = not named or any(thing in one.about for thing in named)
    return alike and all(number in one.about or number in one.number for number in _NUMBERS.findall(text))


@dataclass(frozen=True, slots=True)
class FollowingUp:
    """Takes such words to the case that waits for them."""

    open: OpenServices
    awaiting: Awaiting
    words: Mapping[str, str]

    async def verdict(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """``None`` when nothing that waits to hear whether it is solved is meant.

        What stands on a button is a wish even where nothing waits: a case that is closed may be taken up again by it.
        """
        text = reading.text
        said = verdict(text) if inbound.student is not None and reading.chance("crisis") < NO_FEAR else None
        label = _button(text) is not None
        # In the middle of a service only what stands on a button is heard.
        if said is None or inbound.student is None or (state.prompt is not None and not label):
            return None
        waits = [one for one in await self.awaiting(inbound.student) if one.wants == "verdict" and fits(text, one)]
        if not waits and not (label and state.prompt is None):
            return None
        if not said.sure:
            # As the first words, and right behind a crisis card, they are an answer to something else.
            return self._asked_back(said, waits, state) if len(waits) == 1 and state.at is not None else None
        entities: dict[str, str] = {"deed": said.deed}
        if len(waits) == 1:
            entities["ticket"] = waits[0].number
        if said.more:
            entities["more"] = said.more
        request: dict[str, Any] = {"intent": FOLLOWING, "entities": entities, "utterance": text}
        return await self.open.begin(request, inbound, state)

    def _asked_back(self, said: Verdict, waits: Sequence[Awaited], state: State) -> Answered:
        """「可以了」 may mean anything."""
        one = waits[0]
        line = self.words[f"perhaps_{said.deed}"].format(title=one.title, number=one.number)
        to = f"start:{FOLLOWING}?ticket={one.number}&deed="
        yes, no = ("solved", "unsolved") if said.deed == "solved" else ("unsolved", "solved")
        return self._offers(
            line, [(self.words[f"{yes}_yes"], f"{to}{yes}"), (self.words[f"{no}_yes"], f"{to}{no}")], state
        )

    async def perhaps(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """Words that wish for nothing and ask for nothing, while an office waits for some: they go to it when the student says so.

        「二楼靠窗那一排」 sounds like a repair to a head that does not know of the question.
        """
        text = reading.text
        if state.prompt is not None or inbound.student is None or len(text) > LONGEST:
            return None
        if smalltalk.exact(text) is not None or verdict(text) is not None or reading.chance("crisis") >= NO_FEAR:
            return None
        if any(pattern.search(text) for pattern in (_ASKS, _WISHES, _OF_MYSELF)):
            return None
        outright = reading.confidence >= OUTRIGHT and reading.intent in self.open.services
        if outright or reading.chance("policy_question") >= 0.5:
            return None
        waits = [one for one in await self.awaiting(inbound.student) if one.wants == "words"]
        if not waits:
            return None
        to = f"start:{FOLLOWING}?ticket={{number}}&deed=supply&supplied={quote(text)}"
        if len(waits) == 1:
            one = waits[0]
            line = self.words["perhaps_supplied"].format(said=text, department=one.department, asked=one.asked or "")
            offered = [(self.words["supplied_yes"], to.format(number=one.number))]
        else:
            line = self.words["perhaps_supplied_which"].format(said=text)
            offered = [(f"{one.department}：{one.asked or one.number}", to.format(number=one.number)) for one in waits]
        return self._offers(line, [*offered, (self.words["supplied_no"], "rephrase")], state)

    def _offers(self, line: str, offered: Sequence[tuple[str, str]], state: State) -> Answered:
        """A question with its buttons; of two a plain yes or no is the first or the second."""
        reply: Reply = replies.choices(line, offered)
        if len(offered) == 2:
            for choice, said in zip(reply["choices"], (_YES, _NAY), strict=True):
                choice["said"] = said
        state = replace(state, offered=tuple(reply["choices"]), held=None)
        return Answered((reply,), state, Trace("task", FOLLOWING, 1.0))
