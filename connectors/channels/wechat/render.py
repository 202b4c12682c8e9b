"""Replies → the one text message WeChat lets us answer with.

WeChat shows nothing at all above 2,047 bytes, so a reply that is too long is shortened here. What is shortened is
prose; sources, choices, numbers and the crisis card stay whole.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from urllib.parse import quote

from connectors.channels.wechat.cut import cut, size
from connectors.channels.wechat.envelope import printable
from connectors.channels.wechat.sentences import LATE, MORE, ON_THE_PAGE, PICK

Reply = Mapping[str, Any]
"""One reply in the shape of /api/chat."""

LIMIT = 2000
"""Bytes of UTF-8."""
_FLOOR = 150
"""Bytes of prose left standing beside what must stay whole: about fifty characters."""
_VALUE = 300
"""Bytes of one value on a confirm card. A student's long story must not push out the question below it."""
_LABEL = 120
"""Bytes of one choice: about forty characters."""
_LIST = 1100
"""Bytes of a list of choices, so that the question above it and a receipt before it have room."""
_GAP = "\n\n"


@dataclass(slots=True)
class _Block:
    """One reply on the page."""

    words: str
    """Prose, which may be shortened."""
    rest: str = ""
    """Lines that are only of use whole."""
    crisis: bool = False

    def __str__(self) -> str:
        return "\n".join(part for part in (self.words, self.rest) if part)


def render(replies: Sequence[Reply], *, late: Sequence[Reply] = (), public_url: str | None = None) -> str:
    """One text of at most LIMIT bytes: the crisis card, then `late` (an earlier message's replies), then the rest.

    Empty when the replies say nothing.
    """
    everything = [*late, *replies]
    # Only one list can be meant by 「回复数字选择」: the last, which is the question now open.
    open_list = max((place for place, reply in enumerate(everything) if reply.get("choices")), default=-1)
    blocks = [_block(reply, public_url, place == open_list) for place, reply in enumerate(everything)]
    crisis = [block for block in blocks if block.crisis]
    before = [block for block in blocks[: len(late)] if str(block) and not block.crisis]
    after = [block for block in blocks[len(late) :] if str(block) and not block.crisis]
    if before:
        before.insert(0, _Block("", LATE))
    return _fit(crisis, before + after)


def _fit(crisis: list[_Block], others: list[_Block]) -> str:
    over = size(_page(crisis + others)) - LIMIT
    for block in sorted(others, key=lambda block: size(block.words), reverse=True):
        if over <= 0:
            break
        full = size(block.words)
        block.words = cut(block.words, max(full - over, _FLOOR))
        over -= full - size(block.words)
    if over <= 0:
        return _page(crisis + others)
    head = _page(crisis)
    room = LIMIT - size(head) - (size(_GAP) if head else 0)
    if room >= _FLOOR:
        return _GAP.join(part for part in (head, cut(_page(others), room)) if part)
    if size(head) <= LIMIT:
        return head
    # A card longer than WeChat can show would reach nobody: its words give way, its telephone numbers never.
    for block in crisis:
        over = size(_page(crisis)) - LIMIT
        block.words = cut(block.words, max(size(block.words) - max(over, 0), 0))
    return _page(crisis)


def _page(blocks: Iterable[_Block]) -> str:
    return _GAP.join(str(block) for block in blocks if str(block))


def _block(reply: Reply, public_url: str | None, numbered: bool) -> _Block:
    kind = _text(reply, "kind")
    lines = _LINES[kind](reply, public_url) if kind in _LINES else []
    lines += _suggestions(reply, public_url)
    lines += _choices(reply, numbered)
    return _Block(_text(reply, "text"), "\n".join(lines), crisis=kind == "crisis")


def _text(thing: Mapping[str, Any], name: str) -> str:
    value = thing.get(name)
    return "" if value is None else printable(str(value)).strip()


def _answer(reply: Reply, public_url: str | None) -> list[str]:
    return _cited("出处", reply.get("sources") or (), public_url)


def _suggestions(reply: Reply, public_url: str | None) -> list[str]:
    """The nearest clauses beside a decline; never under the name of a source."""
    return _cited("可能相关", reply.get("suggestions") or (), public_url)


def _cited(name: str, sources: Iterable[Mapping[str, Any]], public_url: str | None) -> list[str]:
    lines: list[str] = []
    for source in sources:
        document, number = _text(source, "document"), _text(source, "number")
        if document and not document.startswith("《"):
            document = f"《{document}》"
        line = document + (f"（{number}）" if number else "") + _text(source, "locator")
        for found in (line and f"{name}：{line}", _link(_text(source, "url"), public_url)):
            if found and found not in lines:
                lines.append(found)
    return lines


def _confirm(reply: Reply, _: str | None) -> list[str]:
    fields = reply.get("fields") or ()
    return [f"{_text(field, 'label')}：{cut(_text(field, 'value'), _VALUE)}" for field in fields]


def _receipt(reply: Reply, _: str | None) -> list[str]:
    number, status = _text(reply, "number"), _text(reply, "status")
    lines = [f"受理编号：{number}"] if number else []
    # A status in English letters is a code for programs.
    return lines + ([f"状态：{status}"] if status and not status.isascii() else [])


def _to(reply: Reply, public_url: str | None) -> list[str]:
    url, label = _text(reply, "url"), _text(reply, "label")
    link = _link(url, public_url)
    if link:
        # On a line of its own: WeChat would take whatever follows a link for a part of it.
        return [f"{label}：\n{link}" if label else link]
    return [ON_THE_PAGE] if url.startswith("/") else []


def _crisis(reply: Reply, _: str | None) -> list[str]:
    lines: list[str] = []
    for hotline in reply.get("hotlines") or ():
        hours = _text(hotline, "hours")
        lines.append(f"{_text(hotline, 'name')}：{_text(hotline, 'phone')}" + (f"（{hours}）" if hours else ""))
    return lines


def _handoff(reply: Reply, _: str | None) -> list[str]:
    position = _text(reply, "position")
    return [f"当前排在第 {position} 位"] if position.isdecimal() and int(position) > 0 else []


_LINES: dict[str, Callable[[Reply, str | None], list[str]]] = {
    "answer": _answer,
    "confirm": _confirm,
    "receipt": _receipt,
    "link": _to,
    "crisis": _crisis,
    "handoff": _handoff,
}
"""What each kind shows below its words; `text` and `choices` have nothing of their own."""


def _choices(reply: Reply, numbered: bool) -> list[str]:
    labels = [cut(" ".join(_text(choice, "label").split()), _LABEL) for choice in reply.get("choices") or ()]
    lines = [f"{number}. {label}" if numbered else f"· {label}" for number, label in enumerate(labels, 1)]
    room = list(accumulate(size(line) + 1 for line in lines))
    shown = lines[: bisect_right(room, _LIST)]
    left = [MORE.format(n=len(lines) - len(shown))] if numbered and len(shown) < len(lines) else []
    return shown + left + ([PICK] if numbered else [])


def _link(url: str, public_url: str | None) -> str:
    """An absolute link, or nothing: inside WeChat a path leads nowhere."""
    if url.startswith("/") and public_url:
        url = public_url.rstrip("/") + url
    if not url.startswith(("https://", "http://")):
        return ""
    # WeChat ends a link at the first character that is not ASCII.
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~-._")
