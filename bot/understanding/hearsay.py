"""Days that are nobody's wish here: another person's, another school's, only supposed, or a habit."""

from __future__ import annotations

import re

from bot.understanding import schools
from bot.understanding.moments import TO, Moment

# 「打个比方嘛，比如我写周四请假」, 「如果超过一周，比方说1号到10号，要签字吗？只是了解一下」, 「如果写“周三上午”，几点来？」
_RULES_ONLY = (
    r"(?:只是|就是|就|先)(?:想)?(?:了解|好奇|打听|问问?(?:一下)?(?:规则|规定|流程|政策))|随便问问|纯(?:属)?好奇"
)
_FOR_EXAMPLE = re.compile(
    r"(?:打个比方|举个例子)[吧嘛啊哈呀]?[,。 ]?(?:假如|要是|如果|有人|比如|是不是[写填])|(?:如果|要是|假如)(?:我)?[写填][\"“「']"
    rf"|(?:如果|要是|假[如设])[^。;!?]{{0,14}}(?:比方说?|比如说?|例如)[^。;!?]*[?。]?[^。;!?]{{0,6}}(?:{_RULES_ONLY})"
    rf"|(?:^|[,。;!? ])假[如设][^。;!]{{2,20}}(?:请[^。;!?]{{0,4}}假)[^。;!?]{{0,4}}(?:来得及|{_RULES_ONLY})"
)
# 「室友要在周六请假，和我没关系」, 「隔壁寝说明天有人，关我什么事」
_NO_MATTER_OF_MINE = re.compile(
    r"[和跟与]我(?:们)?(?:没有?|无|没啥|没什么|毫无|没半点|有啥|有什么)关系|关我(?:们)?(?:什么|啥|屁|毛)事|不关我(?:们)?的?事|(?<!是)不是我的事|[他她]们?自己会(?:报|交|请|说|弄)"
    r"|我不知道我(?:自己)?(?:在不在|能不能|有没有)"
)
_SOMEBODY = re.compile(
    r"(?:室友|舍友|同屋|同学|朋友|哥们儿?|闺蜜|对象|(?:隔壁|对面)(?:寝室?|宿舍|的)?|[哥姐弟妹爸妈]|[他她]们?|人家|别人)[^。;!?]{0,10}$"
)
# 「老师是不是只有周一到周五才在」, 「我只有周六下午才在」 is a wish.
_ONLY_THEN = re.compile(r"(?<!我)(?<!我们)(?<!咱)(?<!寝室)(?<!宿舍)(?:是不是)?(?:只有|只在|平时|一般)(?:每周)?\s?$")
_OPEN_THEN = re.compile(r"\s?(?:的?(?:上午|下午|晚上|白天))?(?:才|都)(?:在|开|上班|营业|有人|值班|办公|能用|来)")


def supposed(text: str) -> bool:
    """Whether every day in ``text`` is only an example: 「打个比方，如果我周四请假」."""
    return _FOR_EXAMPLE.search(text) is not None


def ours(text: str, moments: list[Moment]) -> list[Moment]:
    """``moments`` without those of other people and other schools, and without habits."""
    stranger = _NO_MATTER_OF_MINE.search(text)
    return [
        one
        for index, one in enumerate(moments)
        if not _habit(text, moments, index)
        and not (one.named and schools.of_another(text, one.start))
        and not (stranger and _SOMEBODY.search(text, max(0, one.start - 16), one.start))
    ]


def _habit(text: str, moments: list[Moment], index: int) -> bool:
    """Whether it is when something is open at all, from here to there: 「只有周一到周五才在」."""
    one, before = moments[index], moments[index - 1] if index else None
    following = moments[index + 1] if index + 1 < len(moments) else None
    if _only(text, one):
        last = following if following and TO.fullmatch(text, one.end, following.start) else one
        return _OPEN_THEN.match(text, last.end) is not None
    return bool(
        before and _only(text, before) and TO.fullmatch(text, before.end, one.start) and _OPEN_THEN.match(text, one.end)
    )


def _only(text: str, moment: Moment) -> bool:
    return _ONLY_THEN.search(text, max(0, moment.start - 8), moment.start) is not None
