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
    r"(?:打个比方|举个例子)[吧嘛啊哈呀]?[,。 ]?(?:假如|要是|如果|有人|比如|是不是[写填])|(?:如果|要是|假如)(?:我)?[写填][\"“「'](?=[^\"”」']{0,12}[周期月号日天点午晚])"
    rf"|(?:如果|要是|假[如设])[^。;!?]{{0,14}}(?:比方说?|比如说?|例如)[^。;!?]*[?。]?[^。;!?]{{0,6}}(?:{_RULES_ONLY})"
    # 「假条怎么写，比如“11月20日至22日”这样写够不够」
    r"|(?:怎么|咋|如何)(?:写|填|说)[^。;!]{0,6}(?:比如|例如|譬如|像|好比)[说写填]?[,:]?[^。;!?]{2,26}(?:这样|这么|这种)(?:写|填|说|的)*(?:够|行|可以|对|好|合适|能)"
    rf"|(?:^|[,。;!? ])假[如设][^。;!]{{2,20}}(?:请[^。;!?]{{0,4}}假)[^。;!?]{{0,4}}(?:来得及|{_RULES_ONLY})"
)
_LEFT_OPEN = r"(?:时间|日子|日期|哪天|什么时候|啥时候|几号|场次|时段)[^,。;!?]{0,7}(?:再说|再定|再看|再约|再报|没想好|没定|没确定|待定|未定|不确定|说不准|说不好|不知道|不清楚)"
# 「室友要在周六请假，和我没关系」, 「隔壁寝说明天有人，关我什么事」
_NO_MATTER_OF_MINE = re.compile(
    r"[和跟与]我(?:们)?(?:没有?|无|没啥|没什么|毫无|没半点|有啥|有什么)关系|关我(?:们)?(?:什么|啥|屁|毛)事|不关我(?:们)?的?事|(?<!是)不是我的事|[他她]们?自己会(?:报|交|请|说|弄)"
    r"|我不知道我(?:自己)?(?:在不在|有没有(?:空|时间))|(?:那)?(?:都)?是[他她]们?(?:自己)?的(?:事|假)|(?:别|不要|不能|不该)(?:算|记|扣|赖|怪)[到在]?我们?(?:头上|身上|名下)"
    # 「我室友周四到周六请假了，我也想请，时间回头再说」, 「我们的场次还没想好」
    rf"|我们?(?:自己|也|的|这边|[寝宿]室?|班)[^。;!?]{{0,12}}{_LEFT_OPEN}"
)
_SOMEBODY = re.compile(
    r"(?:室友|舍友|同屋|同学|朋友|哥们儿?|闺蜜|对象|同桌|班长|组长|学长|学姐|对铺|[上下]铺|(?:隔壁|对面)(?:寝室?|宿舍|的)?|[哥姐弟妹爸妈]|[他她]们?|人家|别人)(?:(?!我|请)[^,。;!?]){0,10}$"
)
# 「老师是不是只有周一到周五才在」, 「我只有周六下午才在」 is a wish.
_ONLY_THEN = re.compile(r"(?<!我)(?<!我们)(?<!咱)(?<!寝室)(?<!宿舍)(?:是不是)?(?:只有|只在|平时|一般)(?:每周)?\s?$")
# 「我下周只有周五下午才在寝室，能约那时候吗」
_MINE = re.compile(r"(?:我|咱|寝室|宿舍)[^,。;!?]{0,6}$")
_AT_HOME = re.compile(r"[^,。;!?]{0,8}(?:在|回)(?:我们)?(?:寝室|宿舍|屋|家)")
_OPEN_THEN = re.compile(r"\s?(?:的?(?:上午|下午|晚上|白天))?(?:才|都)(?:在|开|上班|营业|有人|值班|办公|能用|来)")


# 「我同桌的假是明天到后天，他让我问批了没」; 「帮他改成周五」 is asked for.
_HIS_LEAVE = re.compile(
    r"(?:室友|舍友|同屋|同学|朋友|哥们儿?|闺蜜|对象|同桌|班长|[他她])的假(?:条|期)?(?:就)?(?:是|从|请的?是?|在)\s?$"
)
_FOR_HIM = re.compile(r"[帮替给代]")
# 「不知道什么时候丢的，今天才发现」
_FOUND_OUT = re.compile(r"(?:我|[早中晚]上)?(?:才|刚刚?)(?:发现|知道|想起|注意到|意识到)")
_SINCE_UNKNOWN = re.compile(
    r"(?:不知道|不清楚|不记得|忘了|说不清|记不清)(?:是|到底|具体)*(?:什么时候|啥时候|啥时|几时|何时|哪天|几号)[^,。;!?]{0,4}(?:丢|掉|落|不见|没|被偷|坏)"
)
# 「下周有空的时候想约老师，哪天再定」
_SOME_DAY = re.compile(
    r"(?:具体)?(?:哪天|哪一天|几号|日子|日期)[^,。;!?]{0,4}(?:再[说定看约]|没想好|没定|待定|未定|不确定|说不准)"
)
# 「本来要请明天到周五的假，现在不请了」; what was booked already (之前请了…) names the booking.
_AT_FIRST = re.compile(r"(?:本来|原来|原本|原先|之前)[^,。;!?了的]{0,7}$")
_NO_MORE = re.compile(
    r"[,。;!? ](?:但是?|可是?|不过)?(?:我|现在|今天|后来|又|就|都|突然|已经)*不(?:想|用|打算|需要|准备|再)*(?:请|约|订|借|用|去|报|走|申请|预约|请假)了(?!吗|么)"
)


_STOP = re.compile(r"[,。;!?]")
# 「母校周六校庆，想请假回去」: that day is the one asked for.
_WISH = re.compile(r"请(?!问)|借|约|订|报备|离校|外出")


def supposed(text: str) -> bool:
    """Whether every day in ``text`` is only an example: 「打个比方，如果我周四请假」."""
    return _FOR_EXAMPLE.search(text) is not None


def ours(text: str, moments: list[Moment]) -> list[Moment]:
    """``moments`` without those of other people and other schools, and without habits."""
    moments = [one for index, one in enumerate(moments) if not _habit(text, moments, index)]
    found: list[Moment] = []
    gone: Moment | None = None
    for one in moments:
        # What closes a range goes with what opens it.
        closes = gone is not None and TO.fullmatch(text, gone.end, one.start) is not None
        if closes or _nobodys(text, one, others=_goes_on(text, moments, one)) or _withdrawn(text, one):
            gone = one
        else:
            found.append(one)
    return found


def _goes_on(text: str, moments: list[Moment], moment: Moment) -> bool:
    """Whether a later clause names another time."""
    return any(one.start > moment.end and _STOP.search(text, moment.end, one.start) for one in moments)


def _nobodys(text: str, moment: Moment, *, others: bool) -> bool:
    """Whether it is another's day, only when something was found out, or a week of which the day is left open."""
    ahead = max(0, moment.start - 16)
    if moment.named and schools.day_of_another(text, moment.start) and (others or not _WISH.search(text)):
        return True
    # Said before, it disowns something else: 「吵架不是我的事，我朋友周五来」.
    if _SOMEBODY.search(text, ahead, moment.start) and _NO_MATTER_OF_MINE.search(text, moment.end):
        return True
    if _HIS_LEAVE.search(text, ahead, moment.start) and not _FOR_HIM.search(text):
        return True
    today = moment.named is not None and moment.named.kind == "relative"
    if today and _FOUND_OUT.match(text, moment.end) and _SINCE_UNKNOWN.search(text):
        return True
    return bool(not others and moment.named and moment.named.of_days and _SOME_DAY.search(text, moment.end))


def _withdrawn(text: str, moment: Moment) -> bool:
    """Whether it was wished for and is no longer: 「本来要请明天到周五的假，现在不请了」."""
    at_first = _AT_FIRST.search(text, max(0, moment.start - 10), moment.start)
    return at_first is not None and _NO_MORE.search(text, moment.end) is not None


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
    only = _ONLY_THEN.search(text, max(0, moment.start - 8), moment.start)
    if only is None or _AT_HOME.match(text, moment.end):
        return False
    return _MINE.search(text, max(0, only.start() - 8), only.start()) is None
