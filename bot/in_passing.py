"""What is said in passing and answers nothing: 「哦」「？」「😊」「我登录好了」, and thanks in the middle of a service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import replies
from bot.messages import Answered, Inbound, Reply, State, Trace
from bot.services_open import OpenServices
from bot.understanding import smalltalk

_HEARD = re.compile(
    r"(?:哦|噢|喔|额|呃|唔|嗯|啊|诶|欸|哈|呵|嘿|嘻|哇|哎|e?mmm*|hh+|这样啊?|原来(?:如此|是这样|这样)|是吗|真的吗?|好吧|行吧|懂了|晓得了|看到了|我?(?:知道|明白|了解)了?|[,。.!~… ])+",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"(?=.*[等想看虑找翻急])(?:你?(?:等一?下下?|等等|稍等|等一?会儿?|别急)|让?我(?:先)?(?:想想|看看|想一?下|看一?下|考虑一?下|找一?下|找找|翻一?下)|[啊哈哦吧,。.!~ ])+"
)
_SIGNED_IN = re.compile(
    r"(?:我|已经|刚刚?|都|这就|好了|[,， ])*(?:登录|登陆|登入|登)(?:好|上|进去|进来|成功|完|过)*(?:了|啦|咯)(?:[啊呀哦吧,。.!~ ])*"
)
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class InPassing:
    """Answers what needs no understanding, so that nothing absurd is made of it."""

    open: OpenServices
    words: Mapping[str, str]

    def answer(self, text: str, inbound: Inbound, state: State) -> Answered | None:
        """``None`` for everything that may mean something."""
        prompt = state.prompt or {}
        if _SIGNED_IN.fullmatch(text):
            return self._signed_in(inbound, state, prompt)
        known = smalltalk.exact(text)
        if not _WORD.search(text) and known is None:
            # A lone 「？」 or an emoji: the question again, without a reproach.
            return self._back("puzzled" if re.search("[?？]", text) else "heard", state, prompt, quiet=bool(prompt))
        if known == "thank" and prompt and prompt["kind"] not in ("sign_in", "waiting"):
            name = "thank_card" if prompt["kind"] == "confirm" else "thank_open"
            said = replies.text(self.words[name].format(title=self.open.title(state.task)))
            return self.open.back((said,), state, Trace("smalltalk", "thank", 1.0))
        if prompt and (prompt["kind"] in ("sign_in", "waiting") or (known == "affirm" and _takes_a_yes(prompt))):
            return None
        waits = known is None and _WAIT.fullmatch(text) is not None
        if not (waits or (known in (None, "affirm") and _HEARD.fullmatch(text)) or (known == "affirm" and prompt)):
            return None
        if not prompt:
            return None if known == "affirm" else self._back("heard", state, prompt)
        if waits:
            return self._back("no_hurry", state, prompt)
        return self._back("not_submitted" if prompt["kind"] == "confirm" else "heard_open", state, prompt)

    def _signed_in(self, inbound: Inbound, state: State, prompt: Mapping[str, Any]) -> Answered | None:
        if prompt and prompt["kind"] in ("sign_in", "waiting") and inbound.student is not None:
            return None
        if inbound.student is not None:
            return self._back("signed_in_already" if prompt else "signed_in_next", state, prompt)
        waits = bool(prompt) and prompt["kind"] == "sign_in"
        return self._back("not_signed_in" if waits else "not_signed_in_next", state, prompt)

    def _back(self, name: str, state: State, prompt: Mapping[str, Any], *, quiet: bool = False) -> Answered:
        said: tuple[Reply, ...] = () if quiet else (replies.text(self.words[name]),)
        if not prompt:
            return Answered(said, state, Trace("smalltalk"))
        return self.open.back(said, state, Trace("smalltalk"))


def _takes_a_yes(prompt: Mapping[str, Any]) -> bool:
    """Whether a bare yes answers the open question: it does not answer 「哪里需要维修？」."""
    payloads = {str(one["payload"]) for one in prompt.get("choices") or ()}
    if prompt["kind"] == "confirm" or payloads & {"affirm", "resume", "answer:yes"}:
        return True
    # The number that is offered, where nothing else is.
    return prompt["kind"] == "phone" and len([one for one in payloads if one.startswith("answer:")]) == 1
