"""Places that are only spoken of: another school's, one left long ago, one supposed, announced, compared, denied."""

from __future__ import annotations

import re

from bot.understanding import schools
from bot.understanding.place import Place


def only(text: str, place: Place) -> bool:
    """Whether nothing is said to be the matter at ``place``: 「假如3号楼502…」, 「清华宿舍5号楼」, 「去年我们住3号楼」."""
    ahead = max(0, place.start - 20)
    if _STORY.search(text) or _COMPARED.match(text, place.end) or _EXAMPLE.match(text, place.end):
        return True
    if _SUPPOSED.search(text, ahead, place.start):
        return True
    if any(before.search(text, ahead, place.start) and behind.match(text, place.end) for before, behind in _BOTH):
        return True
    if schools.of_another(text, place.start):
        return True
    return bool(_ELSEWHERE.search(text, max(0, place.start - 6), place.start)) or _former(text, place)


def _former(text: str, place: Place) -> bool:
    """Whether somebody has left there: 「去年我们住3号楼」, 「刚从6号楼搬到12号楼」; 「刚从教B402出来」 is still about it."""
    former = _FORMER.search(text, max(0, place.start - 12), place.start)
    if former is None or not (former["left"] or former["was"]):
        return former is not None
    if former["was"] and _MOVED_TO.search(text, 0, place.start):
        return True
    return (_MOVED if former["left"] else _MOVED_SINCE).match(text, place.end) is not None


# Where somebody lived before: 「去年我们住3号楼」, 「刚从6号楼搬到12号楼」.
_FORMER = re.compile(
    r"(?:去年|前年|以前|之前|原来|原先|从前|当时|曾经|大[一二三](?:时|的时候|那会儿?)?)[^,。;!?]{0,4}住(?:在|过)?的?$|(?:旧|原)(?:宿舍|寝室)(?:是|在|的)?\s?$|(?P<left>刚[刚才]?从)$|(?P<was>(?:以前|之前|原来|原先|从前)[^,。;!?]{0,2}在)$"
)
# 「我搬到3号楼502了，之前在5号楼」
_MOVED_TO = re.compile(r"我们?[^,。;!?]{0,6}[搬换调转][到进去][^。;!?]{0,12}[,。]")
_MOVED_SINCE = re.compile(r"[^。;!?]{0,10}(?:现在|如今|后来|[搬换调转])[^,。;!?]{0,4}[到在去进住]")
_MOVED = re.compile(r"[^,。;!?]{0,6}[搬换转调挪]")
# 「市图书馆」, 「我家小区3号楼」: not on this campus.
_ELSEWHERE = re.compile(
    r"(?:国家|[市省县]立?|小区的?|车站的?|[铁动]站|公园的?|动物园|机场|商场|景区|(?:隔壁|别的|其他|外地)(?:学校|大学|高校)的?|外校的?|(?:隔壁|对面|旁边)[\u4e00-\u9fff]{1,3}(?:大学?|学院|[中小]学|职院)的?|(?<![馆楼])[南北](?:区|苑)的?|老家的?|高中的?|北京|上海|广州|深圳|杭州|南京|武汉|成都|西安|天津|重庆|我家(?:小区)?的?|我家住?在?|家住)\s?$"
    r"|(?:(?<!校)医院|住院部|酒店|宾馆|旅馆|写字楼|大厦|商场|花园|家园|新村|新苑|雅苑|产业园|科技园|软件园|创业园|公司|工业园|火车站|法院|派出所|银行)的?$"
)
# 「为啥人家5号楼有洗衣房」, 「假如我住在7号楼」, 「地址怎么写，比如写3号楼502」, 「打个比方，要是A座101着火」, 「写小说，主角住3号楼」
_SUPPOSED = re.compile(
    r"(?:为什么|为啥|凭什么|凭啥|怎么)(?:人家|别人)的?\s?$|(?:比如|例如)(?:写|填)[\"'「“]?\s?$"
    r"|(?:假如|假设|比方说?|打个比方)[^,。;!?]{0,2}(?:我们?|有人|一个人)?(?:是)?(?:住在?|在)?\s?$"
    r"|打个比方[吧嘛啊哈]?[,。]?\s?(?:说|比如说?|要是|如果|假如|万一)+(?:我们?)?(?:住在?|在)?\s?$"
    r"|举(?:个)?例子?[^,。;!?]{0,3}[,。]?[\"'「“]?(?:比如|例如)[\"'「“]?\s?$"
    r"|(?:主角|主人公|男主|女主)[^,。;!?]{0,6}$"
    r"|想当年[^,。;!?]{0,4}$"
    r"|(?:峡谷|游戏|小说|电影|电视剧|动漫|梦)里面?[^,。;!?]{0,8}(?:的|那个|那座)\s?$"
)
_STORY = re.compile(r"编个[^,。;!?]{0,3}故事[吓给听]")
# 「"第二食堂二楼"是例子还是要写我的」
_EXAMPLE = re.compile(r"[\"'」”]?\s?(?:就|只|也)*是(?:个|一个)?(?:例子|示例|范例|举例|样例)")
# 「图书馆三楼暖气那么足，我们寝室冷得像冰窖」: praise, and not 「漏水这么严重，我们寝室怎么住」; 「4号楼201都装了空调，我们啥时候轮到」
_COMPARED = re.compile(
    r"的?[^,。;!?\d]{1,6}那么(?:足|好|快|暖和?|凉快|新|干净|宽敞|漂亮|大)[,，]?(?:可|但是?|怎么|凭什么)?(?:我们|咱们?)(?:寝室|宿舍|楼|这)"
    r"|都[^,。;!?\d]{0,3}(?:[装换有配建供通]了?|能用)[^,。;!?\d]{0,10}[, ]?(?:那|可|但是?)?(?:我们|咱们?)[^,。;!?\d]{0,6}(?:(?:啥|什么)时候|何时|几时|猴年马月)(?:才?轮到|[也才]?能?[装换有配]|$)"
)

# 「公众号说图书馆三楼在展出校史照片」
_NEWS = re.compile(r"(?:公众号|推送)[^,。;!?]{0,5}[说写讲](?:了|的|是)*\s?$")
_SHOWN = re.compile(r"[^,。;!?]{0,3}(?:展|办|举行|开业)")
# 「公告说9号楼三楼水房检修，我想转发」
_ANNOUNCED = re.compile(r"(?:公告|通知|告示|海报)[^,。;!?]{0,4}[说写讲](?:了|的|是)*\s?$")
_PASSED_ON = re.compile(r"[^,。;!?]{0,8}[,。]\s?我们?(?:想|要|能|可以)*(?:转发|转载|推送)")
# 「听说体育馆二楼要换新灯，我们寝室这盏什么时候换」
_HEARD = re.compile(r"听说\s?$")
_OUR_OWN = re.compile(
    r"[^,。;!?]{0,3}(?:要|会|准备)[^,。;!?]{0,3}(?:换|装|建|翻新)[^,。;!?]{0,6}[,，](?:那|可|但是?)?(?:我们|咱们?)(?:寝室|宿舍|屋|楼|这)"
)
# 「书是从图书馆借的」, 「校医院借的轮椅什么时候要还」
_OUT_OF = re.compile(r"书[^,。;!?]{0,3}从$")
_TAKEN_OUT = re.compile(r"里?借(?:来|回来|出来)?的")
_TO_BE_RETURNED = re.compile(
    r"[^,。;!?]{0,4}借(?:来)?的[^,。;!?]{1,8}(?:什么时候|啥时候|几时|哪天|几号|多久)(?:之?内)?[^,。;!?]{0,4}还"
)
# 「我只是路过实验楼四楼，顺便问问…」, 「我不要去图书馆三楼，只是想知道…」
_BY_CHANCE = re.compile(r"(?:只是|就是|刚好?|正好)路过(?:了)?\s?$")
_ASKS_ELSE = re.compile(r"[,。]\s?(?:我)?(?:就|只是|顺便|想|来)*(?:问|咨询|打听)")
_NOT_GOING = re.compile(r"(?:不(?:是)?要|不是想|没(?:有)?(?:要|想))去\s?$")
_JUST = re.compile(r"[,。]\s?我?(?:就|只)是?(?:要|想)")
# 「朋友圈有人晒图书馆五楼的晚霞」
_PICTURED = re.compile(r"(?:有人|同学|朋友|朋友圈|别人|大家)(?:都|又|里|在|天天)*晒了?\s?$")
# 「工单说在6号楼604修好了，可我根本不住那」
_ON_RECORD = re.compile(r"(?:工单|单子|系统|记录|短信|登记|后台)[^,。;!?]{0,14}$")
_NO_HOME = re.compile(r"[^。;!?]{0,14}我(?:压根|根本|又|们|从来|就)*(?:不|没)住(?:那|在那|过|这)(?!里?只是)")
# 「我们实验室从实验楼601搬走啦」
_WE_FROM = re.compile(r"我们?[^,。;!?]{0,5}从\s?$")
_GONE = re.compile(r"搬(?:走|出[来去]?)了?(?![^,。;!?]{0,3}(?:东西|桌|床|柜|椅))")
_ANYHOW = re.compile(r"")
_BOTH = (
    (_NEWS, _SHOWN),
    (_ANNOUNCED, _PASSED_ON),
    (_HEARD, _OUR_OWN),
    (_OUT_OF, _TAKEN_OUT),
    (_ANYHOW, _TO_BE_RETURNED),
    (_BY_CHANCE, _ASKS_ELSE),
    (_NOT_GOING, _JUST),
    (_PICTURED, _ANYHOW),
    (_ON_RECORD, _NO_HOME),
    (_WE_FROM, _GONE),
)
"""What stands before a place and what behind it, where both together say that it is only spoken of."""
