"""Moments that are said twice, or of which a part is said elsewhere: 「周三下午，下周三啊」, 「12月21号报到，请21号的」."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding import dating
from bot.understanding.counting import Calendar
from bot.understanding.moments import Moment
from bot.understanding.numerals import number

# 「周三下午，下周三啊」 says again which Wednesday.
_SAID_AGAIN = re.compile(r"[,。!]\s?(?:就?是|我说的是|我是说)?\s?")
# 「星期一上午那门课要请假，下星期一上午，去民政局」
_AT_LEISURE = re.compile(r"(?![^。;!?]*(?:或者?|还是|和|到|至|要么|换|改))[^。;!?]{1,14}[, ]")
_PAUSE = re.compile(r"(?:的|[上下]午|晚上)?(?=$|[,。;!?哈啊呀])")
_BOTH = re.compile(r"两天|都|分别|各")


def merged(moments: list[Moment]) -> list[Moment]:
    """``moments`` where what is said twice is said alike: 「夜里十一点…十一点啊」, 「周六凌晨…上周六那次」."""
    parts: dict[tuple[int | None, int], set[str]] = {}
    for one in moments:
        if one.said and one.hour and one.said.part:
            parts.setdefault((one.said.hour, one.said.minute), set()).add(one.said.part)
    over = {one.named.parts["past"][-1] for one in moments if one.named and one.named.kind == "past"}
    found = []
    for one in moments:
        said, day = one.said, one.named
        spoken = parts.get((said.hour, said.minute), set()) if said and one.hour and said.part is None else set()
        if said and len(spoken) == 1:
            one = replace(one, said=said.within(next(iter(spoken))))
        if day and day.kind == "week" and "shift" not in day.parts and day.parts["weekday"] in over - {"末"}:
            one = replace(one, named=replace(day, told=True))
        found.append(one)
    return found


def restated(text: str, moments: list[Moment]) -> list[Moment]:
    """``moments`` where a weekday that is said again at once with its week is in that week: 「周三下午，下周三啊」."""
    found = list(moments)
    for index, (one, two) in enumerate(itertools.pairwise(moments)):
        day, again = one.named, two.named
        if not day or not again or day.kind != "week" or again.kind != "week" or "shift" not in again.parts:
            continue
        same = "shift" not in day.parts and day.parts["weekday"] == again.parts["weekday"]
        joined = _SAID_AGAIN.fullmatch(text, one.end, two.start) or _AT_LEISURE.fullmatch(text, one.end, two.start)
        if same and joined and _PAUSE.match(text, two.end) and not _BOTH.search(text):
            found[index] = replace(one, named=replace(day, parts=again.parts))
    return found


def in_week(moments: list[Moment]) -> list[Moment]:
    """``moments`` with the week that is said apart from its day: 「下周有空吗，周三下午」 means next Wednesday."""
    weeks = [one for one in moments if one.named and "ws3" in one.named.parts]
    if len(weeks) != 1 or weeks[0].named is None:
        return moments
    shift = weeks[0].named.parts["ws3"]
    found = []
    for one in moments:
        day = one.named
        if day and day.kind == "week" and "shift" not in day.parts and one.start > weeks[0].end:
            one = replace(one, named=replace(day, parts={**day.parts, "shift": shift}))
        found.append(one)
    return found


def in_month(moments: list[Moment]) -> list[Moment]:
    """``moments`` where a day that was named with its month is meant by its number alone: 「12月21号报到，请21号的」."""
    found: list[Moment] = []
    put: Moment | None = None
    for one in moments:
        day = one.named
        if day and day.kind == "bare":
            of = number(day.parts["bdom"])
            same = [
                known.named
                for known in found
                if known.named and known.named.kind == "monthday" and number(known.named.parts["dom"]) == of
            ]
            if same:
                put = one = replace(one, named=replace(same[-1], told=day.told))
            elif put and put.named and of and one.start - put.end <= 1 and number(put.named.parts["dom"]) == of - 1:
                # 「12月21号到校，请21号22号两天」
                parts = {**put.named.parts, "dom": day.parts["bdom"]}
                put = one = replace(one, named=replace(day, kind="monthday", parts=parts))
        found.append(one)
    return found


def once(dated: Sequence[Moment], calendar: Calendar) -> list[Moment]:
    """``dated`` where a day that is named again counts as it is said last: 「下周一和周二请假，就是23号24号」."""
    known = [dating.on(one.named, calendar) if one.named else None for one in dated]
    if len(set(known)) < 2:
        return list(dated)
    return [one for at, one in enumerate(dated) if one.said or known[at] is None or known[at] not in known[at + 1 :]]
