"""Two requests in one message, taken apart: 「水龙头坏了，顺便投诉一下宿管」.

Wherever a message could be cut (:mod:`bot.understanding.cuts`) its words alone say first whether both sides might be requests of
their own; the likeliest places are read in full, and a judge (:mod:`bot.understanding.apart`) says whether the two are two. A side
may be two again. What lies beside a request (a reason, a place, a time) stays with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.understanding import Reading, apart
from bot.understanding.apart import NO_REQUESTS, Chances, Pair, Side
from bot.understanding.cuts import Cut, cuts

Read = Callable[[str], Reading]
"""Reads a piece as it would read a message."""
Glance = Callable[[str], tuple[tuple[str, float], ...]]
"""Every intent with what the words of a piece alone say for it."""

LONGEST = 300
"""Characters of a message that is looked at; who writes more tells a story."""
WORTH = 2
"""Places of a message whose sides are read in full: each costs two sentence vectors."""
DEEPEST = 2
"""How often what was cut is cut again: at most four requests."""
THE_SAME = 0.9
"""How likely a wish that leaves unsaid what for means what was asked about before it."""
BESIDE = 0.5
"""How likely what stands beside an answer must be a request."""

_ALL = re.compile(r"(?:.*[,。;!?？ ])?(?:都|一共|到底|总共)(?!是|给|要)[^,。;!? ]*$")
"""「…，都处理到哪了」 is said of everything before it."""
_COMPLAINT = "complaint"
_WISHED = re.compile(
    r"帮|给我|我要|我想|麻烦|请(?!假)|顺便|另外|(?:查|看|打|约|订|开|充|报|办|挂|借|修)(?:一?下|[一二两三\d]|个|张)"
)
# Somebody else did something, at a time. That something simply came to pass (充了, 断过) is said of wishes, too.
_HAPPENED = re.compile(
    r"的时候|时(?=[,他她阿人店那]|$)|[他她]|人家|还[骂说不要收]|骂|吼|凶|态度|不给|不让|不肯|居然|竟然|卡纸|老[卡坏断掉]|每次"
)
_UNSAID = re.compile(
    r"(?:给我|帮我|替我)(?:也|就|直接|先)*(?:约|办|开|订|打|报|弄|整|来|安排)上?一?[个份张次回]?名?[吧呗了啊]*"
)
"""「心理咨询要钱不，不要钱就给我约一个」: a wish that leaves unsaid what for."""


@dataclass(frozen=True, slots=True)
class _Two:
    """A place that was read in full."""

    cut: Cut
    pair: Pair
    first: Reading
    second: Reading
    chance: float


def formed(text: str) -> bool:
    """Whether the words have the form of a wish or of a question."""
    return apart.WISH.search(text) is not None or apart.ASKED.search(text) is not None


def may_be_several(text: str) -> bool:
    """Whether there is any place where the message could be cut. Costs next to nothing."""
    return len(text) <= LONGEST and bool(cuts(text))


def split(whole: Reading, read: Read, glance: Glance) -> list[Reading]:
    """The requests of a message in the order in which they are to be done; the message itself where it is one request."""
    if len(whole.text) > LONGEST or _ALL.fullmatch(whole.text):
        return [whole]
    known: dict[str, Chances] = {}

    def glanced(text: str) -> Chances:
        if text not in known:
            known[text] = apart.requests_of(glance(text))
        return known[text]

    parts = _parts(whole, read, glanced, DEEPEST)
    merged: dict[str, Reading] = {}
    for part in parts:
        before = merged.get(part.intent)
        # Two things of one kind are one request, whatever stands between them.
        merged[part.intent] = part if before is None else _together(before, part, read)
    return list(merged.values()) if len(merged) > 1 else [whole]


def added(whole: Reading, read: Read) -> tuple[str, Reading] | None:
    """An answer's own words, and the request that stands behind it by a connecting word: 「13812345678，顺便查下余额」."""
    if len(whole.text) > LONGEST:
        return None
    for cut in cuts(whole.text):
        if not cut.joined:
            continue
        said = read(cut.then)
        likely = max(apart.requests_of(said.ranking).items(), key=lambda each: each[1], default=("", 0.0))
        if likely[1] >= BESIDE and not apart.denied(cut.then) and (likely[0] in apart.STATED or formed(cut.then)):
            return cut.first.strip(" ,。;"), replace(said, intent=likely[0], confidence=likely[1])
    return None


def _parts(whole: Reading, read: Read, glanced: Callable[[str], Chances], deep: int) -> list[Reading]:
    two = _two(whole, read, glanced) if deep else None
    if two is None:
        return [whole]
    sides = [
        _parts(_meaning(reading, intent), read, glanced, deep - 1)
        for reading, intent in ((two.first, two.pair.first), (two.second, two.pair.second))
    ]
    if two.cut.turned:
        sides.reverse()
    return [part for side in sides for part in side]


def _two(whole: Reading, read: Read, glanced: Callable[[str], Chances]) -> _Two | None:
    """The likeliest place where ``whole`` is two requests, if it is."""
    words, judge = apart.judges()
    in_whole = apart.requests_of(whole.ranking)
    worth: list[tuple[float, Cut]] = []
    for cut in cuts(whole.text):
        first, second = (Side(text, glanced(text), glanced) for text in (cut.first, cut.then))
        if (pair := apart.pair(first.chances, second.chances)) is None:
            continue
        chance = words.chance(apart.features(cut, in_whole, first, second, pair))
        if chance >= apart.GLANCED:
            worth.append((chance, cut))
    found: list[_Two] = []
    for _, cut in sorted(worth, key=lambda each: -each[0])[:WORTH]:
        one, other = read(cut.first), read(cut.then)
        first, second = Side(cut.first, apart.requests_of(one.ranking), glanced), _second(cut, one, other, glanced)
        if (pair := apart.pair(first.chances, second.chances)) and not _a_story(cut, pair):
            chance = judge.chance(apart.features(cut, in_whole, first, second, pair))
            found.append(_Two(cut, pair, one, other, chance))
    best = max(found, key=lambda two: two.chance, default=None)
    return best if best is not None and best.chance >= apart.TWO else None


def _a_story(cut: Cut, pair: Pair) -> bool:
    """Whether one side only tells what the complaint on the other is about: 「投诉食堂阿姨，我刷卡充值她骂我」.

    What is asked for by telling (a repair, a loss) may stand beside a complaint; what is asked for by wishing needs a wish.
    """
    if cut.joined or _COMPLAINT not in (pair.first, pair.second):
        return False
    other, beside = (cut.then, pair.second) if pair.first == _COMPLAINT else (cut.first, pair.first)
    if beside in apart.STATED or beside in ("policy_question", "human_handoff") or cut.asked:
        return False
    return _WISHED.search(other) is None and _HAPPENED.search(other) is not None


def _second(cut: Cut, one: Reading, other: Reading, glanced: Callable[[str], Chances]) -> Side:
    """The side behind a cut; a wish that leaves unsaid what for means the service that the question before it is about."""
    wish = re.search(r"(?:给我|帮我|替我).*", cut.then)
    if one.intent == "policy_question" and wish is not None and _UNSAID.fullmatch(wish[0]):
        services = [name for name, _ in one.ranking if name not in {*NO_REQUESTS, "policy_question", "human_handoff"}]
        if services:
            return Side(cut.then, {services[0]: THE_SAME}, glanced)
    return Side(cut.then, apart.requests_of(other.ranking), glanced)


def _meaning(reading: Reading, intent: str) -> Reading:
    """The reading with what the pair says that it is, its chance among requests alone."""
    among = apart.requests_of(reading.ranking)
    chance = among.get(intent, 0.0) / (sum(among.values()) or 1.0)
    return replace(reading, intent=intent, confidence=max(chance, reading.chance(intent)))


def _together(one: Reading, other: Reading, read: Read) -> Reading:
    """One request of two pieces."""
    said = read(f"{one.text}，{other.text}")
    return replace(said, intent=one.intent, confidence=max(one.confidence, other.confidence))
