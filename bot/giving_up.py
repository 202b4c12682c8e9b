"""A service given up in its own words: 「取消请假」「成绩单先不打了」「报修不用了」「不想报名了，只要在读证明」."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.words import Service

LONGEST = 30
"""Characters of a clause that only gives something up."""

_LEAD = r"(?:那就?|还是|好吧|算了|哎|唉|我们?|我就|就|先|把|那个|帮我|给我|麻烦|请|确认|[,， ])*"
_NO = r"(?:取消|撤销|撤回|放弃|不想再?|不要|不用|不需要|不准备|不打算|先不|暂时不|别|不)(?:了|掉)?"
_THIS = r"(?:这个|这次|这份|这单|刚才的|刚刚的|那个|上面的|的|一下|再|给我|帮我|要|去|来|办理?|做)*"
_END = r"(?:这个|这次|的?申请|的?事|业务|服务|预约|单子?)?(?:取消|不办|不要)?(?:掉|了|吧|啦|啊|呀|谢谢|[。.!~ ])*"
_GONE = r"(?:就|都|也|先|那|还是|暂时|,|，| )*(?:不(?:用|要|需要|办|弄|做|搞|{verbs})(?:[了啦]|先)|先不(?:{verbs}|办|要|用|弄)|算了|就?算了|取消|撤销|作废)(?:掉|了|吧|啦|啊|呀|[。.!~ ])*"
_AFTER = re.compile(r"[,，。;；!！]\s*(?P<rest>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Which service a message gives up, and what it says besides."""

    task: str
    rest: str
    """What stands behind it, or nothing: 「取消请假，我要报修」."""


class GivingUp:
    """Recognises services that are given up. Only whole clauses count: 「不想请假了才来问的」 gives up nothing."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._patterns = {one.task: _pattern(one) for one in services.values()}
        self._names = {one.task: re.compile(_names(one)) for one in services.values()}

    def read(self, text: str, likely: Sequence[str]) -> GivenUp | None:
        """What normalised ``text`` gives up of the services that are ``likely``, the likeliest first; ``None`` when nothing.

        A verb alone (「不查了」) is many a service's, so it is read for the likely ones only.
        """
        head, rest = text, ""
        if found := _AFTER.search(text):
            head, rest = text[: found.start()], found["rest"].strip()
        for said, beside in dict.fromkeys([(text, ""), (head, rest)]):
            for task in likely:
                whole = task in self._patterns and len(said) <= LONGEST and self._patterns[task].fullmatch(said)
                # 「不去」 may be an answer; 「不去了」 hardly is.
                if whole and ("了" in said or self._names[task].search(said)):
                    return GivenUp(task, beside)
        return None

    def named(self, text: str) -> GivenUp | None:
        """The same of all services, where the message says nothing else and names the one that it means."""
        found = [task for task in self._patterns if self._names[task].search(text) and self.read(text, [task])]
        gone = self.read(text, [max(found, key=lambda task: _length(self._names[task], text))]) if found else None
        return gone if gone is not None and not gone.rest else None


def _length(names: re.Pattern[str], text: str) -> int:
    found = names.search(text)
    return len(found[0]) if found else 0


def _names(service: Service) -> str:
    """A pattern of what the service is called, the longest first."""
    return "|".join(re.escape(name) for name in sorted({service.title, *service.names}, key=len, reverse=True))


def _pattern(service: Service) -> re.Pattern[str]:
    verbs = "|".join(re.escape(verb) for verb in sorted(service.verbs, key=len, reverse=True)) or "办"
    thing = rf"(?:{verbs})?(?:一下|个|份|张|杯)?(?:{_names(service)})"
    return re.compile(
        rf"{_LEAD}(?:{_NO}{_THIS}(?:{thing}|{verbs})(?:的?申请)?(?:打印|查询|上报)?{_END}"
        rf"|{thing}(?:打印|申请)?{_GONE.replace('{verbs}', verbs)})"
    )
