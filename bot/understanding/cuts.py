"""Where a message could be two: behind its punctuation, before its connecting words, before what begins like a wish.

Only forms are looked at here; whether the two sides are two requests is for :mod:`bot.understanding.apart` to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STRONG, WEAK, STOP, COMMA, SPACE, BARE = "strong", "weak", "stop", "comma", "space", "bare"
"""What stands at the place: a word that connects two things, one that may, a full stop or the like, a comma, a space, nothing."""
SHORTEST = 2
"""Characters of either side."""
MOST_BARE = 5
"""Places without any mark that are looked at in one message."""

_CONNECTING = (
    r"顺便|顺带|顺道|顺手|顺嘴|顺路|另外|此外|然后|同时|并且|而且|接着|(?:哦|噢|嗯|诶|啊)?对了|外加|加上|还想|也想|还得|重新给|其二|第二(?=[,件个])|再就是|再一个|再一件"
    r"|并(?=且?[查给帮替开打订约请充报])|等的(?:工夫|功夫|时候)|捎带手?|连带着?|附带|再者|其次|随后|末了|二是|二来|btw|plus(?=[ \u4e00-\u9fff])"
    r"|另(?=[找给帮想要开打查约订外])|还有(?!.{0,8}(?:没有?|吗|么|多少|几.|啥|什么).{0,2}$|[一二两三四五几\d]+(?:百|十|块|元|天|周|分|个月))"
    r"|还要(?!不要)|以及|再(?=来[个杯份一]|给|帮|看|查|约|订|告诉|叫|开[一个份张]|充|借|打[一个份张])"
)
_OPENING = (
    r"(?:最后|回头|等会儿?|待会儿?|之后|也|又|完了|哦对?了?|噢|诶|哎|那)(?=帮|给|想|要|能|可|麻烦|[约订打查开借报])"
)
_AFTER = r"(?:完了|完事|[说报办查弄打看点订约]完(?=了|之?后|以后|给|帮|我|再|就|查|看))(?:了|之?后|以后)?"
_STRONG = re.compile(rf"(?<!再)再?(?:{_CONNECTING})|{_AFTER}|and then |then |also ", re.IGNORECASE)
_WEAK = re.compile(r"和|跟|与|及|再|也|又|最后|回头|等会儿?|待会儿?|之后|先|and |哦对?")
_LED_IN = re.compile(
    rf"\s*(?:(?:and )?(?:哦|噢|嗯|诶)?,? ?(?:再?(?:{_CONNECTING})|{_AFTER}|{_OPENING}|and then |then |also |再|和|跟|与|及|哦对?了?)[, ]*)+",
    re.IGNORECASE,
)
_ALSO = re.compile(r"也?(?:一起|一块儿?|一并)(?:帮|给|替|办|弄|做|要|开|打|查|订|约)|也(?:得|请)?(?:帮|给|替)我")
_BEGINS = re.compile(
    r"帮我|给我|替我|我要|我想|我还|想|要|约|订|占|查|看|充|冲[一二三五\d]|开|打|报|借|来[一杯个份]|挂失|投诉|举报|反映|请|取消|撤|转人工|转接|叫|找|催|修|补|停|冻|点|申请|办"
    r"|弄|搞|整|麻烦|能|可|还|也|先|今|明|后天|昨|我|你|卡|[打开]|[\d一二两三]+[份张杯]|[A-Za-z]",
)
_PARTICLE = re.compile(r"[了吧呗啊吗呢哦哈嘛咯的么嘞哇呀噢喔没不]")
_WITHIN = re.compile(
    r"[挂投举反申转预打开充查][失诉报映请约印卡]|[\da-z][\da-z]|成绩|报[名修]|我[的们]|请[假问]|[不没别][\u4e00-\u9fff]|能不能|可不可以|要不要",
    re.I,
)
"""Two characters between which nothing ends."""
_BEGUN = re.compile(r"[给帮替我你想要能可再先也就把一不没请让跟找去来]$")
"""Where a wish has begun already it does not begin again: 「给我约」 begins at 给."""
_MARKS = re.compile(r"[\s,。;；!！?？、+~～…]+$")
_ENDED = re.compile(
    rf"(?:[\s,。;；!！?？、+~～…\U0001f000-\U0001faff\u2600-\u27bf]+(?:{_CONNECTING})?)+$", re.IGNORECASE
)
_EMOJI = re.compile(r"[\U0001f000-\U0001faff\u2600-\u27bf]+$")
_FIRST = re.compile(r"(?:你|我|得|要|那|麻烦|请|还是|对了|另外)*(?:帮我|给我)?先(?!生|后|进)")
_LAST_FIRST = re.compile(r"后(?:说|面|头|边).{0,5}先|先(?:办|弄|做|来)?(?:后(?=面|说|头|边|一|那)|第二)")
_BEFORE = re.compile(
    r"(?P<later>.*?)(?:之前|以前|前)(?=(?:你|我|得|要|也|麻烦|请|能不能)*(?:帮我|给我)?先)(?P<first>.+)"
)
"""「打成绩单之前你先查…」: what comes first is said last."""
_WHILE = re.compile(r"一边(?P<first>(?:帮|给|替).{2,}?)一边(?P<then>(?:帮|给|替).+)")


@dataclass(frozen=True, slots=True)
class Cut:
    """One place where a message could be two."""

    first: str
    """What stands before it."""
    then: str
    """What stands behind it, without the words that connect."""
    mark: str
    joined: bool
    """Whether a word says that something stands beside something."""
    turned: bool
    """Whether what stands behind is to be done first."""
    asked: bool = False
    """Whether a question mark stands there."""


def cuts(text: str) -> list[Cut]:
    """Every place where the normalised ``text`` could be cut, in its order. Costs some 20 µs."""
    if match := _WHILE.search(text):
        return [Cut(match["first"], match["then"].strip(" ,"), STRONG, True, False)]
    found: list[Cut] = []
    bare: list[Cut] = []
    if (
        (match := _BEFORE.fullmatch(text))
        and len(match["later"]) >= SHORTEST
        and not re.search(r"[,;。!?]", match["later"])
    ):
        found.append(Cut(_led_in(match["later"]), _led_in(match["first"]), STRONG, True, True))
    for place in range(SHORTEST, len(text) - SHORTEST + 1):
        mark = _mark(text, place)
        if mark is None:
            continue
        first = _ENDED.sub("", text[:place])
        then = text[place:].strip()
        joined = mark == STRONG or _ALSO.search(then[:12]) is not None
        plain = _led_in(then)
        turned = _turned(first, plain)
        if turned and (match := _BEFORE.fullmatch(plain)) and len(match["later"]) <= 4:
            plain = match["first"]
        asked = re.search(r"[?？][\s,。;；!！?？、+~～…]*$", text[:place]) is not None
        cut = Cut(first, plain, mark, joined, turned, asked)
        if min(len(cut.first), len(cut.then)) < SHORTEST:
            continue
        same = next((other for other in found if other.then == cut.then), None)
        if same is None:
            (bare if mark == BARE else found).append(cut)
    if len(bare) > MOST_BARE:
        # Where many could begin, those behind a particle are the likeliest.
        bare = sorted(bare, key=lambda cut: _PARTICLE.match(cut.first[-1]) is None)[:MOST_BARE]
    return sorted([*found, *bare], key=lambda cut: len(cut.first))


def _mark(text: str, place: int) -> str | None:
    before, behind = text[:place], text[place:]
    if re.match(r"[\s,。;；!！?？、+~～…]", behind):
        # A run of marks is one place, behind its end.
        return None
    marks = _MARKS.search(before)
    if _STRONG.match(behind) and not (marks is None and re.search(r"[再并]$", before)):
        return STRONG
    if marks is not None:
        said = marks[0]
        if re.search(r"[。;；!！?？+~～…]", said):
            return STOP
        if said == " " and re.search(r"[\x00-\x7f] $", before) and re.match(r"[A-Za-z0-9]", behind):
            # Words of a foreign language, or a number in groups.
            return None
        return SPACE if said.isspace() else COMMA
    if _EMOJI.search(before):
        return STOP
    if re.search(r"[A-Za-z\d]$", before) and re.match(r"[A-Za-z\d]", behind):
        return None
    if _WITHIN.match(text[place - 1 : place + 1]):
        return None
    if _WEAK.match(behind) and place > SHORTEST:
        return WEAK
    if _BEGINS.match(behind) and place > SHORTEST and not _BEGUN.search(before):
        return BARE
    return None


def _led_in(text: str) -> str:
    """Without the words that only connect; the text itself where nothing else is left."""
    match = _LED_IN.match(text)
    rest = text[match.end() :].strip(" ,") if match else text
    return rest if len(rest) >= SHORTEST else text


def _turned(first: str, then: str) -> bool:
    if _LAST_FIRST.search(then[-12:]):
        return True
    match = _BEFORE.fullmatch(then)
    if match is not None and len(match["later"]) <= 4:
        return True
    return _FIRST.match(then) is not None and re.search(r"先(?!生|后|进)", first) is None
