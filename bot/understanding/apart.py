"""Whether the two sides of a place in a message are two requests: judged by how both sides read.

Learnt by ``python -m bot.understanding.fit_apart`` from messages of several hands (``training_data/requests``), the weights lie
in ``apart.json``. A first judge, a logistic regression, sees the words alone and picks the places that are worth a sentence vector; the second,
boosted trees, sees both sides read in full.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.cuts import Cut

WEIGHTS = Path(__file__).with_name("apart.json")

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
TWO = 0.2
"""From this chance on two sides are two requests."""
LEAST = 0.0005
"""What is less likely is no pair."""
GLANCED = 0.01
"""From this chance by words alone on, a place is worth reading both its sides."""
_TOLD_APART = (
    "policy_question",
    "human_handoff",
    "progress_query",
    "counselling_appointment",
    "complaint",
    "leave_request",
    "timetable_query",
    "card_balance",
    "card_loss_report",
)
"""Intents that are another's reason, subject or circumstance more often than others, or less."""

Chances = Mapping[str, float]
"""Intent → probability."""
Glance = Callable[[str], Chances]
"""What the words of a text alone say, without a sentence vector."""

WISH = re.compile(
    r"帮|给我|给卡|给.{1,4}(?:充|打)|我要|要[一个张份]|想|来[一个杯份人点]|约|订|占|借|打[印一两三个张份]|打.*[份张]|^打(?!球|水|架|人|扰|电话|雷|车)|开[一个份张]|查|看[看下一眼]?|催|请|充|报[一名个修上下]|挂失|挂[个上]|找"
    r"|转人工|投诉|反映|举报|修|管管?|叫|喊|点[一个杯]|告诉|通知|申请|办|取消|撤|[一二两三][张份杯]|^[a-z]{2,4}(?![a-z])|停|冻|print|book|order|let me|i want|help",
    re.IGNORECASE,
)
ASKED = re.compile(r"[?？吗么呢没不]$|啥|咋|什么|怎么|多少|几|哪|谁|有没有|能不能|是不是|可不可以|过没过|第几")
FORMS: Mapping[str, re.Pattern[str]] = {
    "wish": WISH,
    "asked": ASKED,
    "do": re.compile(r"帮我|给我|我要|我想|把|[一二两三][张份杯]|一下|就给|给.{0,4}[修换约报订查]|现在就|麻烦|赶紧|快"),
    "told": re.compile(
        r"本来|原来|以前|当时|(?:好|完|过|定|上|到|下来|回来|出来)了(?![吗没么吧])|之前.{1,12}过$|已经|刚(?!好|才能)|上[次回周]|上个?[礼星]|昨|前[天几]|那[天次会]"
    ),
    "denied": re.compile(
        r"不(?:是|用|想|要|报|约|订|打|充|问|管|急|查|请|投|转|找)(?!钱|.{0,2}[吗么?不])|别(?![人的])|没(?:想|打算|人|谁|丢|说|让|课|事)|用不着|没必要|无关|甭|勿|也没"
    ),
    "perhaps": re.compile(r"要是|如果|的话|万一|再决定|等我|再说|不然|否则|假如"),
    "they": re.compile(r"他|她|人家|别人|同学|室友|舍友|老师说|群里|我妈|我爸|朋友|学姐|学长|听说"),
    "reason": re.compile(
        r"因为|所以|因此|害得|导致|搞得|弄得|结果|怕|为了|好(?:去|让|用)|用来|要用|急用|急着|着急|等着|就[能可行]"
    ),
    "story": re.compile(r"我(?!要|想)|了|的时候|着"),
    "all": re.compile(r"(?:都|一共|到底|总共)(?!是|给|要)"),
    "goes_on": re.compile(r"就|那|它|这|所以|才|还没|还是|再|也|都|结果|但|可是|不过|反正"),
    "fact": re.compile(
        r"(?:[\d\W零〇一二两三四五六七八九十百半点元块钱]|我?的?(?:电话|手机号?|号码|联系方式|联系电话|学号|地址|地点|时间)|是|在|住|到|至|从|号楼|[号月点分星]|[东南西北]区|栋|幢|舍|楼|室|寝室|宿舍|房间"
        r"|今天|明天|后天|大后天|明早|今晚|约|大概|左右|小时|钟头|分钟|下?周[一二三四五六日天末]|上午|下午|中午|晚上|早上|随时|都可以|谢谢|麻烦了?|你好|老师|您好|尽快|急)+"
    ),
}
"""Kinds of words that tell a wish from what is only told."""
_WHOLLY = frozenset({"fact"})
"""Forms that the whole side must have."""
_AT_FIRST = frozenset({"all", "goes_on"})
"""Forms that a side must begin with."""
_REFUSED = re.compile(
    r"(?:先|也|就|又|我|才)*(?!.{2,4}(?:的话|就))(?:不(?!要钱|多|知|对|过|管)|别(?!人|的)|没(?!课|事))"
)
"""「先不充钱」 asks for nothing; 「不够的话充一百」 does."""
_PIECES = re.compile(r"[\s,。;；!！?？、+~～…]+")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a cut as it reads."""

    text: str
    chances: Chances
    """Of requests alone; what is missing has none."""
    glance: Glance

    def evidence(self, intent: str) -> str:
        """The piece of this side that speaks for ``intent`` most: where it is denied, the side asks for nothing."""
        pieces = [piece for piece in _PIECES.split(self.text) if len(piece) > 1]
        if len(pieces) < 2:
            return self.text
        return max(pieces, key=lambda piece: self.glance(piece).get(intent, 0.0))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides with the likeliest two different requests."""

    first: str
    second: str
    chance: float
    """That the sides are these two, were they independent."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights by the features' names."""

    bias: float
    weights: Mapping[str, float]

    def chance(self, features: Mapping[str, float]) -> float:
        """Calibrated on hands that the fit had not seen."""
        odds = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees over the same features: what a form means depends on where it stands."""

    bias: float
    trees: Sequence[Sequence[Sequence[str | float]]]
    """Of each tree its nodes, the root first: ``[name, threshold, place if at most that, place otherwise]``, or ``[odds]``."""

    def chance(self, features: Mapping[str, float]) -> float:
        """Calibrated on hands that the fit had not seen."""
        odds = self.bias
        for tree in self.trees:
            node = tree[0]
            while len(node) > 1:
                name, threshold, low, high = node
                node = tree[int(low if features.get(str(name), 0.0) <= float(threshold) else high)]
            odds += float(node[0])
        return 1 / (1 + math.exp(-odds))


def requests_of(ranking: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """The probabilities of what can be done."""
    return {name: chance for name, chance in ranking if name not in NO_REQUESTS}


def pair(first: Chances, second: Chances) -> Pair | None:
    """The likeliest two different requests; ``None`` where a side is surely none."""
    best: Pair | None = None
    # Only the three likeliest of each side can be the best pair.
    for one in sorted(first, key=lambda name: -first[name])[:3]:
        for other in sorted(second, key=lambda name: -second[name])[:3]:
            chance = first[one] * second[other]
            if one != other and chance > (best.chance if best else LEAST):
                best = Pair(one, other, chance)
    return best


def features(cut: Cut, whole: Chances, first: Side, second: Side, found: Pair) -> dict[str, float]:
    """What the judge sees, by name."""
    a, b = first.chances.get(found.first, 0.0), second.chances.get(found.second, 0.0)
    same = sum(chance * second.chances.get(name, 0.0) for name, chance in first.chances.items())
    in_whole = whole.get(found.first, 0.0), whole.get(found.second, 0.0)
    by_words = first.glance(cut.first).get(found.first, 0.0) * second.glance(cut.then).get(found.second, 0.0)
    named: dict[str, float] = {
        "words": _odds(by_words),
        "asked_mark": float(cut.asked),
        "length": min(len(first.text) + len(second.text), 60) / 20,
        "first": _odds(a),
        "second": _odds(b),
        "pair": _odds(found.chance),
        "least": min(_odds(a), _odds(b)),
        "same": _odds(same),
        "request_first": _odds(sum(first.chances.values())),
        "request_second": _odds(sum(second.chances.values())),
        "whole_first": _odds(in_whole[0]),
        "whole_second": _odds(in_whole[1]),
        "whole_least": _odds(min(in_whole)),
        "whole_most": _odds(max(whole.values(), default=0.0)),
        f"mark_{cut.mark}": 1.0,
        f"mark_{cut.mark}_pair": _odds(found.chance),
        "joined": float(cut.joined),
        "joined_pair": cut.joined * _odds(found.chance),
        "turned": float(cut.turned),
        "length_first": min(len(first.text), 20) / 10,
        "length_second": min(len(second.text), 20) / 10,
        "short_first": float(len(first.text) <= 3),
        "short_second": float(len(second.text) <= 3),
    }
    for side, one, intent in (("first", first, found.first), ("second", second, found.second)):
        evidence = one.evidence(intent)
        for name in _forms(evidence):
            named[f"{name}_{side}"] = 1.0
        if _REFUSED.match(evidence):
            named[f"refused_{side}"] = 1.0
        for kind, members in (("stated", STATED), ("trouble", TROUBLES), ("query", QUERIES)):
            if intent in members:
                named[f"{kind}_{side}"] = 1.0
        if intent in _TOLD_APART:
            named[f"{intent}_{side}"] = 1.0
    for one_form in ("wish", "do", "asked"):
        for other_form in ("wish", "do", "asked"):
            if named.get(f"{one_form}_first") and named.get(f"{other_form}_second"):
                named[f"{one_form}_then_{other_form}"] = 1.0
    formed = any(named.get(f"{form}_first") for form in ("wish", "do", "asked"))
    if not formed and any(named.get(f"{form}_second") for form in ("wish", "do", "asked")):
        # What is told first is often the reason of the wish behind it; what is broken or annoys seldom is.
        named["reason_trouble" if found.first in TROUBLES else "reason_other"] = 1.0
    if found.first == "policy_question" or found.second == "policy_question":
        wish = second if found.first == "policy_question" else first
        # A service that is only named beside a question is what the question is about.
        named["about_do" if FORMS["do"].search(wish.text) else "about"] = 1.0
    return named


def denied(text: str) -> bool:
    """Whether what is said is refused, or told of the past: it asks for nothing now."""
    return _REFUSED.match(text) is not None or FORMS["told"].search(text) is not None


def _forms(text: str) -> list[str]:
    found = []
    for name, pattern in FORMS.items():
        match = pattern.fullmatch if name in _WHOLLY else pattern.match if name in _AT_FIRST else pattern.search
        if match(text):
            found.append(name)
    return found


def _odds(chance: float) -> float:
    return math.log((chance + 0.01) / (1.01 - min(chance, 1.0)))


@cache
def judges() -> tuple[Judge, Trees]:
    """The judge of words alone and the judge of both sides read."""
    raw = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Judge(**raw["words"]), Trees(**raw["read"])
