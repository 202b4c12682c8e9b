"""What a student says to a question about a case that stands on no button: 「修好了」, 「没好，还是漏水」, 「是三楼那台」.

The question came as a notice, on this page, on another one or in front of an answer, so a conversation does not know of it. Whether a
case waits for its student is asked where the cases are, and only for words that would be an answer.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot import replies
from bot.messages import Answered, Inbound, State, Trace
from bot.services_open import OpenServices
from bot.understanding import Reading, smalltalk

FOLLOWING = "progress_query"
LONGEST = 60
"""Characters of an answer that may be one to an office's question: a longer story is something new."""

BUTTONS: Mapping[str, Literal["solved", "unsolved"]] = {"已解决": "solved", "我这里还没好": "unsolved"}
OUTRIGHT = 0.96
"""A service that the head is so sure of is meant, whoever waits."""
FRESH = timedelta(minutes=3)
"""While the talk is that young, 「解决了」 may be about what was just said."""

_BEFORE = (
    r"(?:(?:嗯+|哦|恩|对|是的?|现在|今天|刚刚?|刚才|我(?:这里?|们?(?:宿舍|寝室|这边))?|空调|灯|水龙头|师傅|都|全|已经?|应该|终于"
    r"|总算|确实|真的)[，, ]?)*"
)
_AFTER = (
    r"(?:[，,。.!！~ ]|了|啦|咯|哈|的|呢|啊|呀|哦|谢谢?(?:你们?|师傅|老师|啦|了)?|感谢|辛苦(?:了|你们?|师傅)?|好的)*"
)
_REPAIRED = re.compile(rf"{_BEFORE}(?:修|弄|换|处理|搞)好{_AFTER}")
_SOLVED = re.compile(
    rf"{_BEFORE}(?:解决|办好|搞定|恢复|可以(?:用|制冷|办结|结单)?|好(?:了|用)|能用|没(?:有)?问题|正常){_AFTER}"
)
_BROKEN = re.compile(
    # A thing that is said to be broken without 还 or 又 is a report of its own.
    rf"{_BEFORE}(?:根本|压根|还是?|仍然?|依然|并)*没(?:有)?(?:修|弄好|处理|恢复|人(?:来|管|修))"
    rf"|{_BEFORE}(?:(?:还是?|仍然?|依然)(?:在)?|又(?:开始)?)(?:坏|[漏堵]|不(?:亮|制冷|制热|凉|热|通|出水|能用|好使))"
)
_UNSOLVED = re.compile(
    rf"{_BEFORE}(?:根本|压根|还是?|仍然?|依然|并)*"
    r"(?:没(?:有)?(?:解决|搞定|好)|未解决|又?不行|老样子|原来?的?样子|一样)"
)
_NO = re.compile(r"没(?:有)?[啊呢呀]?[，, 。]|不是[，, ]")
_WISHES = re.compile(
    r"我?[想要]|帮|请|麻烦|报修|投诉|举报|上报|办|查|约|订|借|打印|充|挂失|取消|撤|催|谢|你好|人工|老师"
)
_ASKS = re.compile(r"[?？吗么]|怎么|什么|为什么|哪|多少|几")


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


def verdict(text: str) -> Verdict | None:
    """``None`` for words that say nothing of the kind, and for questions."""
    if len(text) > LONGEST or _ASKS.search(text):
        return None
    # What stands on the buttons is what they say.
    button = text.strip("「」“”\"'。!！ ")
    if button in BUTTONS:
        return Verdict(BUTTONS[button], True)
    for words, sure in ((_REPAIRED, True), (_SOLVED, False)):
        if words.fullmatch(text):
            return Verdict("solved", sure)
    said = _NO.sub("", text, count=1)
    for words, sure in ((_BROKEN, True), (_UNSOLVED, False)):
        if found := words.match(said):
            # Two characters say no more than the button does.
            more = said if len(re.sub(_AFTER, "", said[found.end() :])) >= 2 or said != text else ""
            return Verdict("unsolved", sure or bool(more), more)
    return None


@dataclass(frozen=True, slots=True)
class FollowingUp:
    """Takes such words to the case that waits for them."""

    open: OpenServices
    awaiting: Awaiting
    words: Mapping[str, str]
    now: Callable[[], datetime]

    async def verdict(self, text: str, inbound: Inbound, state: State) -> Answered | None:
        """``None`` when nothing waits to hear whether it is solved."""
        if state.prompt is not None or inbound.student is None or (said := verdict(text)) is None:
            return None
        waits = [one for one in await self.awaiting(inbound.student) if one.wants == "verdict"]
        if not waits:
            return None
        if len(waits) == 1 and not said.sure and self._fresh(state):
            return self._asked(waits[0], state)
        entities: dict[str, str] = {"deed": said.deed}
        if len(waits) == 1:
            entities["ticket"] = waits[0].number
        if said.more:
            entities["supplied"] = said.more
        request: dict[str, Any] = {"intent": FOLLOWING, "entities": entities, "utterance": text}
        return await self.open.begin(request, inbound, state)

    def _fresh(self, state: State) -> bool:
        return state.at is not None and self.now() - datetime.fromisoformat(state.at) < FRESH

    def _asked(self, one: Awaited, state: State) -> Answered:
        """「可以了」 in the middle of a talk: nothing is closed for words that may have meant something else."""
        said = self.words["perhaps_solved"].format(title=one.title, number=one.number)
        to = f"start:{FOLLOWING}?ticket={one.number}&deed="
        offered = [(self.words["solved_yes"], f"{to}solved"), (self.words["solved_no"], f"{to}unsolved")]
        reply = replies.choices(said, offered)
        return Answered(
            (reply,), replace(state, offered=tuple(reply["choices"]), held=None), Trace("task", FOLLOWING, 1.0)
        )

    async def perhaps(self, reading: Reading, inbound: Inbound, state: State) -> Answered | None:
        """Words that wish for nothing and ask for nothing, while an office waits for some: they go to it when the student says so.

        「二楼靠窗那一排」 sounds like a repair to a head that does not know of the question.
        """
        text = reading.text
        if state.prompt is not None or inbound.student is None or len(text) > LONGEST:
            return None
        plain = smalltalk.exact(text) is not None or _ASKS.search(text) or _WISHES.search(text)
        if plain or (reading.intent in self.open.services and reading.confidence >= OUTRIGHT):
            return None
        waits = [one for one in await self.awaiting(inbound.student) if one.wants == "words"]
        if not waits:
            return None
        one = waits[0]
        said = self.words["perhaps_supplied"].format(department=one.department, asked=one.asked or "")
        offered = [(self.words["supplied_yes"], f"take:{FOLLOWING}"), (self.words["supplied_no"], "rephrase")]
        reply = replies.choices(said, offered)
        entities = {"ticket": one.number, "deed": "supply", "supplied": text}
        held = {"intent": FOLLOWING, "entities": entities, "utterance": ""}
        state = replace(state, offered=tuple(reply["choices"]), held=held)
        return Answered((reply,), state, Trace("task", FOLLOWING, 1.0))
