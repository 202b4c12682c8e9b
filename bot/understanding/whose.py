"""Of places that several people are at, the one of who is writing: 「我朋友在5号楼601，我在3号楼502，坏的是我这」."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.place import Place

_LIVES = r"(?:就|都|也|现在|人|这边|那边)*(?:住的?(?:在|是)?|[在是])?(?:的)?\s?$"
_BEGINS = r"(?:^|[,。;!? ])(?:但是?|而|可是?|不过)?"
_MINE = re.compile(rf"{_BEGINS}(?:我|我们|咱们?|本人)(?:自己)?(?:宿舍|寝室|家)?{_LIVES}")
_THEIRS = re.compile(
    rf"{_BEGINS}(?:我的?)?(?:[他她]们?|人家|别人|宿管(?:站|阿姨)?|阿姨|师傅|室友|舍友|同学|朋友|对象|闺蜜|老乡|[学师][长姐弟妹]|[男女]朋?友|打印店|快递[柜站])们?{_LIVES}"
)
# 「坏的是我这」, 「漏水的是我们寝室」
_IS_MINE = re.compile(
    r"(?:坏|漏水?|堵|停[水电]|没[电水网]|出?有?问题|要修|要报修?)了?的(?:就|只|其实|明明)*是(?:我们?|咱们?)(?:自己)?(?:这|那|屋|寝|宿舍|房间|家|的|住|$|[,。;!?啊呀哈])"
)
# What follows is told of somebody else.
_OF_THEM = re.compile(r"[他她]|那[边里]|人家")
_CLAUSE_ENDS = re.compile(r"(?:的|那边|那里)?\s?[,。;!]")
# 「他们5号楼二楼水房有热水，我们3号楼二楼水房没有」; what annoys is nothing to be envied for.
_HAS = re.compile(
    r"(?:那[边里])?(?:明明|就|都|却|倒|也|一直)*有(?!没有|人|问题|味|烟|老鼠|蟑螂|虫|噪|异|点)[^,。;!?没]{0,6}[,。;!]"
)
_HAS_AT_LAST = re.compile(
    r"(?:那[边里])?(?:明明|就|都|却|倒|一直)*有(?:啊|呀|的)?(?:热?水|电|网|暖气|灯|空调)?(?=$|[。!?])"
)
_LACKS = re.compile(r"(?:这[边里儿])?(?:的|却|就|怎么|为什么|为啥|凭什么|根本|一直|完全|都|从来|又|还是)*没(?!事|问题)")


def meant(text: str, named: Sequence[Place]) -> Place | None:
    """The one place of ``named`` that is the writer's own or lacks what another has; ``None`` where neither is said."""
    return _mine(text, named) or _lacking(text, named)


def _mine(text: str, named: Sequence[Place]) -> Place | None:
    mine = [one for one in named if _MINE.search(text, max(0, one.start - 14), one.start)]
    others = [one for one in named if one not in mine]
    if len({one.name for one in mine}) != 1 or not others:
        return None
    if not all(_THEIRS.search(text, max(0, one.start - 14), one.start) for one in others):
        return None
    if _IS_MINE.search(text):
        return mine[0]
    # 「宿管站在3号楼一楼，我5号楼502，钥匙忘带」: of the others only is told where they are.
    behind = text[mine[-1].end :].strip(" ,。的")
    told = all(one.end < mine[0].start and _CLAUSE_ENDS.match(text, one.end) for one in others)
    return mine[0] if told and behind and not _OF_THEM.search(behind) else None


def _lacking(text: str, named: Sequence[Place]) -> Place | None:
    if len(named) != 2:
        return None
    one, two = named
    if _HAS.match(text, one.end) and _LACKS.match(text, two.end):
        return two
    return one if _LACKS.match(text, one.end) and _HAS_AT_LAST.match(text, two.end) else None
