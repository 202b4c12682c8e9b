"""Two requests in one message, taken apart: 「水龙头坏了，顺便投诉一下宿管」.

A message is cut at its punctuation and before its connecting words, and each piece is read like a whole message. A piece that is
surely a request of its own begins a part; what lies between (a reason, a place, a time) stays with the part before it. Between two
requests that no word connects, both must have the form of one: 「卡丢了，请我一天假」 is one request with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.understanding import Reading

Read = Callable[[str], Reading]
"""Reads a piece as it would read a message."""

NO_REQUESTS = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "cancel", "crisis", "out_of_scope"})
"""What asks for nothing that could be done one after the other."""
STATED = frozenset({"repair_request", "hazard_report", "complaint", "card_loss_report", "leave_request"})
"""Services that are asked for by telling what is the matter."""
TROUBLES = frozenset({"repair_request", "hazard_report", "complaint"})
"""What is to be mended or looked into for its own sake, not the reason of another wish."""
QUERIES = frozenset(
    {"grade_query", "card_balance", "timetable_query", "progress_query", "coffee_order", "activity_signup"}
)
"""Services that are asked for in the form of a question."""

CONNECTED = 0.5
"""How likely a piece must be one request rather than another where a word says that something stands beside it."""
UNCONNECTED = 0.55
"""The same where no word says so."""
NOT_IDLE = 0.4
"""How likely it must be that it is this request at all."""
PLAIN = 0.9
"""From here on a bare name needs no form: 「还有英文成绩单」; two services as sure as this are two without any word between them."""
BEYOND_DOUBT = 0.95
"""From here on what ends like a thing that was named before is a wish all the same: 「转人工问问别的」."""
MOST = 8
"""Pieces of one message that are read; who writes more tells a story."""

_WORDS = (
    r"顺便|顺带|顺道|顺手|另外|此外|然后|同时|并且|而且|接着|对了|外加|加上|还想|也想|还得|重新给|其二|第二(?=[,，件个])|再就是|再一个"
    r"|顺嘴|并(?=且?[查给帮替开打订约请充报])|等的(?:工夫|功夫|时候)|捎带手?|连带着?|附带|再者|其次|随后|末了|二是|二来|btw|plus(?=[ \u4e00-\u9fff])|另(?=[找给帮想要开打查约订外])"
    r"|还有(?!.{0,8}(?:没有?|吗|么|多少|几.|啥|什么).{0,2}$|[一二两三四五几\d]+(?:百|十|块|元|天|周|分|个月))|还要(?!不要)|以及"
    r"|再(?=来[个杯份一]|给|帮|看|查|约|订|告诉|叫|开[一个份张]|充|借|打[一个份张])"
)
_OPENING = r"(?:最后|回头|等会儿?|待会儿?|之后|也|又)(?=帮|给我|想[约订打查开借报]|要[一约订打查开借报])"
"""Connect at the beginning of a piece only: 「成绩单也给我打出来」 is one piece."""
_ALSO = re.compile(r"也?(?:一起|一块儿?|一并)(?:帮|给|替|办|弄|做|要|开|打|查|订|约)|也(?:得|请)?(?:帮|给|替)我")
"""The same in the middle of a piece: 「请假条也一起帮我弄了」."""
_AND = re.compile(r"(?<=.)(?:和|跟|与|及|还有)(?=.{2})")
"""Connects two requests where nothing but a service's name follows: 「打英文成绩单和在读证明」."""
_AFTER = r"(?:完了|完事|[说报办查弄打看点订约]完(?=了|之?后|以后|给|帮|我|再|就|查|看))(?:了|之?后|以后)?"
_CUT = re.compile(
    rf"[,，。;；!！?？、+\n]+|(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])|(?<!再)(?=再?(?:{_WORDS}))|(?= (?:and then|then|also) )",
    re.IGNORECASE,
)
_JOINED = re.compile(
    rf"\s*(?:and )?(?:再?(?:{_WORDS})|{_AFTER}|{_OPENING}|然后|and then |then |also |再)", re.IGNORECASE
)
_BEFORE = re.compile(
    r"(?P<later>.+?)(?:之前|以前|前)(?=(?:你|我|得|要|也|麻烦|请|能不能)*(?:帮我|给我)?先)(?P<first>.+)"
)
"""「打成绩单之前你先查…」: what comes first is said last."""
_WHILE = re.compile(r"一边(?P<first>(?:帮|给|替).{2,}?)一边(?P<then>(?:帮|给|替).+)")
_FIRST = re.compile(r"(?:你|我|得|要|那|麻烦|请|还是|对了|另外)*(?:帮我|给我)?先(?!生|后|进)")
_LAST_FIRST = re.compile(r"后(?:说|面|头|边).{0,5}先|先(?:办|弄|做|来)?(?:后(?=面|说|头|边|一|那)|第二)")
_REFUSED = re.compile(
    r"(?:先|也|就|又|我|才)*(?!.{2,4}(?:的话|就))(?:不(?!要钱|多|知|对|过|管)|别(?!人|的)|没(?!课|事))"
)
"""「先不充钱」 asks for nothing; 「不够的话充一百」 does."""
_TORN = re.compile(r"想.{1,8}[又可但却]是?(?:怕|不|没)")
"""「想请假又怕点名」: a wish that was not made up yet."""
_TOLD = re.compile(
    r"本来|原来|以前|(?:好|完|过|定)了$|^(?!.*[约订要请占].{2,8}的$).*的$|之前.{1,12}过$|^(?:我|之前)?.{0,4}(?:报修|申请|投诉|请)的.{1,4}$"
)
"""What was done already, or only named: 「讲座嘉宾也请好了」「我报修的灯」."""
_THE_SAME = re.compile(
    r"(?:给我|帮我|替我)(?:也|就|直接|先)*(?:约|办|开|订|打|报|弄|整|来|安排)上?一?[个份张次回]?名?[吧呗了啊]*"
)
"""「心理咨询要钱不，不要钱就给我约一个」: a wish that leaves unsaid what for."""
_ALL = re.compile(r"(?:都|一共|到底|总共)(?!是|给|要)")
"""「…，都处理到哪了」 is said of everything before it."""
_WISH = re.compile(
    r"帮|给我|给卡|给.{1,4}(?:充|打)|我要|要[一个张份]|想|来[一个杯份人点]|约|订|占|借|打[印一两三个张份]|打.*[份张]|^打(?!球|水|架|人|扰|电话|雷|车)|开[一个份张]|查|看[看下一眼]?|催|请|充|报[一名个修上下]|挂失|挂[个上]|找"
    r"|转人工|投诉|反映|举报|修|管管?|叫|喊|点[一个杯]|告诉|通知|申请|办|取消|撤|[一二两三][张份杯]|^[a-z]{2,4}(?![a-z])|停|冻|print|book|order|let me|i want|help",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[?？吗么呢没不]$|啥|咋|什么|怎么|多少|几|哪|谁|有没有|能不能|是不是|可不可以|过没过|第几")
_FACT = re.compile(
    r"(?:[\d\W零〇一二两三四五六七八九十百半点元块钱]|我?的?(?:电话|手机号?|号码|联系方式|联系电话|学号|地址|地点|时间)|是|在|住|到|至|从|号楼|[号月点分星]|[东南西北]区|栋|幢|舍|楼|室|寝室|宿舍|房间"
    r"|今天|明天|后天|大后天|明早|今晚|约|大概|左右|小时|钟头|分钟|下?周[一二三四五六日天末]|上午|下午|中午|晚上|早上|随时|都可以|谢谢|麻烦了?|你好|老师|您好|尽快|急)+"
)
"""A place, a time, a number, a greeting: said beside a request, never one. Not worth reading."""
_DO = re.compile(r"帮我|给我|我要|我想|把|[一二两三][张份杯]|一下|就给|给.{0,4}[修换约报订查]|现在就|麻烦|赶紧|快")
"""What a wish beside a question must say, so that it is not the question's own subject (「请病假和请事假，有啥不一样」)."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of a message."""

    text: str
    plain: str
    """Without its connecting words."""
    joined: bool
    """Whether a connecting word begins it."""
    rank: int = 0
    """Below zero for what shall be done before the piece in front of it."""


def may_be_several(text: str) -> bool:
    """Whether there is any place where the message could be cut. Costs nothing."""
    return len(_pieces(text)) > 1 or _AND.search(text) is not None


def split(whole: Reading, read: Read) -> list[Reading]:
    """The requests of a message in the order in which they are to be done; the message itself where it is one request."""
    pieces = _pieces(whole.text)
    if len(pieces) <= MOST:
        pieces = [each for piece in pieces for each in _named_apart(piece, read)]
    if not 1 < len(pieces) <= MOST:
        return [whole]
    told = [_worth_reading(piece) for piece in pieces]
    if sum(told) < 2:
        return [whole]
    nothing = Reading("", "out_of_scope", 0.0, (), {}, None)
    readings = [_as_request(read(piece.plain)) if told[place] else nothing for place, piece in enumerate(pieces)]
    readings = [_meant_before(place, pieces, readings) for place in range(len(pieces))]
    beside = [
        piece.joined or (piece is not pieces[-1] and pieces[place + 1].joined) for place, piece in enumerate(pieces)
    ]
    anchors = [place for place, piece in enumerate(pieces) if _asks(piece, readings[place], beside[place])]
    if anchors and _ALL.match(pieces[anchors[-1]].plain):
        return [whole]
    parts: list[list[int]] = []
    for place in anchors:
        if not parts:
            parts.append([place])
            continue
        before = parts[-1][-1]
        same = readings[place].intent == readings[parts[-1][0]].intent
        if not same and _apart(pieces[before : place + 1], readings[before], readings[place]):
            parts.append([place])
        elif same:
            parts[-1].append(place)
    parts = _merged(parts, readings)
    if len(parts) < 2:
        return [whole]
    return _in_order(whole, pieces, readings, parts, read)


def added(whole: Reading, read: Read) -> Reading | None:
    """The request that stands behind an answer, beside it by a connecting word: 「13812345678，顺便查下余额」."""
    pieces = _pieces(whole.text)
    if len(pieces) > MOST:
        return None
    for place, piece in enumerate(pieces[1:], 1):
        if not piece.joined or not _worth_reading(piece):
            continue
        reading = _as_request(read(piece.plain))
        if _asks(piece, reading, True):
            said = read("，".join(each.plain for each in pieces[place:]))
            return replace(said, intent=reading.intent, confidence=reading.confidence)
    return None


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    for raw in _CUT.split(re.sub(r"\s*\+\s*", ",另外", text)):
        cut = raw.strip()
        if not re.search(r"\w", cut):
            continue
        if match := _WHILE.search(cut):
            found += [_Piece(match["first"], match["first"], False), _Piece(match["then"], match["then"], True)]
        elif match := _BEFORE.fullmatch(cut):
            first = _FIRST.sub("", match["first"], count=1)
            later = _JOINED.sub("", match["later"])
            if found and len(later) <= 4:
                # 「喊我辅导员，喊之前先…」: what comes later was said already.
                found.append(_Piece(first, first, True, rank=-1))
            else:
                found += [_Piece(first, first, False), _Piece(later, later, True)]
        else:
            joined = _JOINED.match(cut)
            plain = cut[joined.end() :].strip(" ,，") if joined else cut
            if len(plain) < 2 or plain.lower() == "and":
                if joined and not plain:
                    found.append(_Piece("", "", True))
                continue
            follows = bool(found) and not found[-1].text
            if follows:
                found.pop()
            also = bool(found) and _ALSO.search(plain) is not None
            rank = -1 if found and _FIRST.match(plain) and not _FIRST.match(found[0].plain) else 0
            found.append(_Piece(cut, plain, joined is not None or follows or also, rank))
    return [piece for piece in found if piece.text]


def _named_apart(piece: _Piece, read: Read) -> list[_Piece]:
    """The piece, cut before a service that is only named at its end."""
    for found in _AND.finditer(piece.plain):
        first, then = piece.plain[: found.start()], piece.plain[found.end() :]
        # A name by itself leaves the reader no second thought.
        if len(read(then).ranking) == 1:
            return [replace(piece, text=first, plain=first), _Piece(then, then, True)]
    return [piece]


def _as_request(reading: Reading) -> Reading:
    """The likeliest request in a piece, with its chance among requests alone; nothing where idle talk is likelier."""
    if reading.vector is None:
        return reading
    likely = [(name, chance) for name, chance in reading.ranking if name not in NO_REQUESTS]
    if not likely or likely[0][1] < NOT_IDLE:
        return replace(reading, intent="out_of_scope")
    name, chance = likely[0]
    return replace(reading, intent=name, confidence=chance / sum(each for _, each in likely))


def _meant_before(place: int, pieces: list[_Piece], readings: list[Reading]) -> Reading:
    """The reading of a piece; a wish that leaves unsaid what for means the service that the question before it is about."""
    own = readings[place]
    if not place or readings[place - 1].intent != "policy_question":
        return own
    wish = re.search(r"(?:给我|帮我|替我).*", pieces[place].plain)
    if wish is None or _THE_SAME.fullmatch(wish[0]) is None:
        return own
    about = next(
        (
            name
            for name, _ in readings[place - 1].ranking
            if name not in {*NO_REQUESTS, "policy_question", "human_handoff"}
        ),
        None,
    )
    return own if about is None else replace(own, intent=about, confidence=PLAIN, ranking=((about, PLAIN),))


def _asks(piece: _Piece, reading: Reading, beside: bool) -> bool:
    """Whether a piece is surely a request of its own; ``beside`` where a word connects it with another."""
    if reading.intent in NO_REQUESTS:
        return False
    most = _most(reading)
    if (reading.confidence < CONNECTED) if beside else (most < UNCONNECTED):
        return False
    asks = reading.intent in STATED or most >= PLAIN or formed(piece.plain)
    return asks and _worth_reading(piece) and (most >= BEYOND_DOUBT or _TOLD.search(piece.plain) is None)


def _worth_reading(piece: _Piece) -> bool:
    """Whether a piece can be a request at all: no bare fact, nothing refused, nothing told of the past."""
    text = piece.plain
    refused = _REFUSED.match(text) or _TORN.search(text) or _LAST_FIRST.search(text)
    told = _TOLD.search(text) is not None and not (text.endswith("的") and _WISH.search(text))
    return refused is None and not told and _FACT.fullmatch(text) is None


def formed(text: str) -> bool:
    """Whether the words have the form of a wish or of a question."""
    return _WISH.search(text) is not None or _ASKED.search(text) is not None


def _apart(between: list[_Piece], first: Reading, second: Reading) -> bool:
    """Whether two requests are two: a word connects them, each has the form of one, or each is all but certain and not the other's reason."""
    if any(piece.joined or piece.rank for piece in between[1:]):
        return True
    one, other = between[0].plain, between[-1].plain
    least = min(_most(first), _most(second))
    if "policy_question" in (first.intent, second.intent):
        # A service that is only named before the question is what the question is about.
        if least >= BEYOND_DOUBT and first.intent == "policy_question":
            return True
        wish, reading = (other, second) if first.intent == "policy_question" else (one, first)
        return bool(_DO.search(wish)) or (reading.intent in QUERIES and bool(_ASKED.search(wish)))
    # What is told first is often the reason of the wish behind it; what is broken or annoys seldom is.
    reason = not formed(one) and formed(other) and first.intent not in TROUBLES
    return (formed(one) and formed(other)) or (least >= PLAIN and not reason)


def _most(reading: Reading) -> float:
    return max((chance for _, chance in reading.ranking), default=0.0)


def _merged(parts: list[list[int]], readings: list[Reading]) -> list[list[int]]:
    """Parts of the same intent are one, whatever stands between them."""
    merged: dict[str, list[int]] = {}
    for part in parts:
        merged.setdefault(readings[part[0]].intent, []).extend(part)
    return list(merged.values())


def _in_order(
    whole: Reading, pieces: list[_Piece], readings: list[Reading], parts: list[list[int]], read: Read
) -> list[Reading]:
    """The parts as messages of their own, first things first."""
    owner = {place: number for number, part in enumerate(parts) for place in part}
    texts: list[list[str]] = [[] for _ in parts]
    current = owner[min(owner)]
    for place, piece in enumerate(pieces):
        current = owner.get(place, current)
        texts[current].append(piece.plain)
    order = list(range(len(parts)))
    if len(parts) == 2 and (any(pieces[place].rank < 0 for place in parts[1]) or _LAST_FIRST.search(pieces[-1].plain)):
        order.reverse()
    found = []
    for number in order:
        surest = max((readings[place] for place in parts[number]), key=lambda reading: reading.confidence)
        said = read("，".join(texts[number]))
        together = _as_request(said)
        # The pieces said what it is; where its words together say it more surely, they are believed.
        if together.intent in NO_REQUESTS or together.confidence <= surest.confidence:
            together = replace(said, intent=surest.intent, confidence=surest.confidence)
        found.append(together)
    return found if len({part.intent for part in found}) == len(found) else [whole]
