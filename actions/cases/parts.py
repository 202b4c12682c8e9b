"""Whether a complaint is two, for two departments: where it could be cut, and a judge learnt from complaints told in parts.

Places are found by form alone (behind punctuation, before words like 另外); a first judge, over the words, picks the
likeliest three, and only their sides get a vector for the second judge. The first is a logistic regression, the second a few
boosted trees, over the features named here; fitted by ``fit_dispatch.py`` with a model that had not seen the complaints.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from actions.cases.dispatch_model import Vector

WEIGHTS = Path(__file__).with_name("dispatch_parts.json")
SHORTEST = 7
"""Characters of either side."""
WORTH = 3
"""Places whose sides are read in full."""

_JOINING = (
    r"顺便(?:讲|说|提)?(?:一声|一句|一下)?|另外|此外|还有(?:就是|一件|一个)?(?!\d)|还有一(?:件|个)事|同时|与此同时|而且|并且|再者|其次|第二(?:个|件|点|，)?|二是|二来|其二|再就是|再一个|再一件"
    r"|再说了?|再骂|再有|对了|哦对|更要紧的是|更(?:气|烦|离谱|过分)的(?:是)?|然后|接着|连带着?|不光|不止|除此之外|末了|最后|也想|又一件|另一(?:件|个)"
)
_JOINED = re.compile(rf"^(?:{_JOINING})")
_LED_IN = re.compile(rf"^(?:(?:{_JOINING})(?:还有|就是|是|呢|啊)?[，,：:、 ]*)+")
_TWO = re.compile(r"两(?:件|个|点|桩)|两(?:件|个)(?:事|问题)|第一|一是|其一|一来|先说|先骂|一方面|首先")
_STOP = re.compile(r"[。！？!?；;…\n～~]+[”」』）)]*")
_COMMA = re.compile(r"[，,、：:]+")
_BARE = re.compile(r"(?=(?:另外|还有就是|还有一|然后(?!就)|第二个|再就是|顺便|对了|而且))")
_GOES_ON = re.compile(
    r"^(?:所以|因为|结果|导致|害得|搞得|但|可|不过|就|才|他|她|它|这|那|说|还说|问|都|也|只|难道|能不能|希望|建议|请|谁|哪怕|至少|于是|怎么|为什么)"
)
_BLAME = re.compile(
    r"没|不|坏|骂|扣|拖|错|漏|少|断|卡|堵|脏|臭|馊|丢|偷|骗|罚|撤|乱|慢|贵|吵|裂|破|空着|空号|停了|锁|拒|催|逼|强制|取消|退回|凭什么|凭啥|居然|竟|只有|才|白|黑|满|独|零分|晚|迟|假|翻|撞|砍|删|挡|抢|石沉|敷衍|形同虚设|摆设"
)
"""What a side says that complains; what was only passed on the way says none of it."""
_FINE = re.compile(
    r"挺好|很好|也好|不错|没问题|热心|客气|顺利|齐了|办好|签了字|批了|帮我|帮忙|都买好|订好|交清|准点|放心|体谅|理解|刚|那天|的时候|一早|路上|回来"
)
"""What tells of what was fine, or when it was."""
_OWN = re.compile(r"^(?:我|咱|楼|寝|宿舍|食堂|老师|学校|辅导员|室友)")


@dataclass(frozen=True, slots=True)
class Cut:
    """One place where a complaint could be two."""

    first: str
    then: str
    """What stands behind it, without the words that connect."""
    mark: str
    """``stop``, ``comma`` or ``bare``."""
    joined: bool
    """Whether a word says that something stands beside something."""


def cuts(text: str) -> list[Cut]:
    """Every place where ``text`` could be cut, in its order."""
    marks: dict[int, str] = {match.start(): "bare" for match in _BARE.finditer(text)}
    marks |= {match.end(): "comma" for match in _COMMA.finditer(text)}
    marks |= {match.end(): "stop" for match in _STOP.finditer(text)}
    found = []
    for place in sorted(marks):
        first, rest = text[:place].strip(" ，,、；;：:"), text[place:].strip()
        then = _LED_IN.sub("", rest)
        then = then if len(then) >= SHORTEST else rest
        if min(len(first), len(then)) >= SHORTEST:
            found.append(Cut(first, then, marks[place], _JOINED.match(rest) is not None))
    return found


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights by the features' names."""

    bias: float
    weights: Mapping[str, float]

    def chance(self, features: Mapping[str, float]) -> float:
        """That the place parts two complaints for two departments."""
        odds = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees over the same features: what a mark means depends on what stands beside it."""

    bias: float
    trees: Sequence[Sequence[Sequence[str | float]]]
    """Of each tree its nodes, the root first: ``[name, threshold, place if at most that, place otherwise]``, or ``[odds]``."""

    def chance(self, features: Mapping[str, float]) -> float:
        """That the place parts two complaints for two departments."""
        odds = self.bias
        for tree in self.trees:
            node = tree[0]
            while len(node) > 1:
                name, threshold, low, high = node
                node = tree[int(low if features.get(str(name), 0.0) <= float(threshold) else high)]
            odds += float(node[0])
        return 1 / (1 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Judges:
    words: Judge
    """Sees what words alone say."""
    read: Trees
    """Sees both sides read in full."""
    least: float
    """From this chance on a complaint is two."""


@cache
def judges(path: Path = WEIGHTS) -> Judges:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Judges(Judge(**raw["words"]), Trees(**raw["read"]), float(raw["least"]))


def pair(first: Vector, then: Vector) -> tuple[int, int, float]:
    """The likeliest two different departments of two sides, and the chance of both, were they independent."""
    both = np.outer(first, then)
    np.fill_diagonal(both, 0.0)
    one, other = divmod(int(both.argmax()), len(then))
    return one, other, float(both[one, other])


def features(text: str, cut: Cut, place: float, whole: Vector, first: Vector, then: Vector) -> dict[str, float]:
    """What a judge sees: ``whole``, ``first`` and ``then`` are calibrated probabilities, ``place`` is the share before the cut."""
    one, other, chance = pair(first, then)
    same = float(first @ then)
    told = {
        "pair": _odds(chance),
        "same": _odds(same),
        "least": _odds(min(float(first[one]), float(then[other]))),
        "first": _odds(float(first[one])),
        "then": _odds(float(then[other])),
        "whole_first": _odds(float(whole[one])),
        "whole_then": _odds(float(whole[other])),
        "whole_least": _odds(min(float(whole[one]), float(whole[other]))),
        "whole_most": _odds(float(whole.max())),
        "differ": float(first.argmax() != then.argmax()),
        "joined": float(cut.joined),
        "two": float(_TWO.search(text) is not None),
        "goes_on": float(_GOES_ON.match(cut.then) is not None),
        "own": float(_OWN.match(cut.then) is not None),
        "middle": 4 * place * (1 - place),
        "length": min(len(text), 120) / 60,
        "short": min(len(cut.first), len(cut.then), 40) / 20,
        "blame_first": min(len(_BLAME.findall(cut.first)), 4) / 4,
        "blame_then": min(len(_BLAME.findall(cut.then)), 4) / 4,
        "fine_first": min(len(_FINE.findall(cut.first)), 3) / 3,
        "fine_then": min(len(_FINE.findall(cut.then)), 3) / 3,
        "whole_pair": _odds(min(1.0, float(whole[one] + whole[other]))),
        f"mark_{cut.mark}": 1.0,
    }
    told["blame_least"] = min(told["blame_first"], told["blame_then"])
    told["joined_pair"] = told["joined"] * told["pair"]
    told["stop_pair"] = (cut.mark == "stop") * told["pair"]
    return told


def _odds(chance: float) -> float:
    return math.log((chance + 0.01) / (1.01 - min(chance, 1.0)))


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest place, whether or not it is likely enough."""

    cut: Cut
    first: Vector
    then: Vector
    chance: float


def find(
    text: str, whole: Vector, glance: Callable[[str], Vector], read: Callable[[str], Vector], judging: Judges
) -> Found | None:
    """The likeliest place of ``text``. ``glance`` reads by words alone, ``read`` in full (at most six times)."""
    ranked = []
    for cut in cuts(text):
        seen = features(text, cut, len(cut.first) / len(text), whole, glance(cut.first), glance(cut.then))
        ranked.append((judging.words.chance(seen), cut))
    best: Found | None = None
    for _, cut in sorted(ranked, key=lambda each: -each[0])[:WORTH]:
        first, then = read(cut.first), read(cut.then)
        chance = judging.read.chance(features(text, cut, len(cut.first) / len(text), whole, first, then))
        if best is None or chance > best.chance:
            best = Found(cut, first, then, chance)
    return best
