"""Places that are only spoken of: another school's, one left long ago, one supposed, announced, compared, denied."""

from __future__ import annotations

import re

from bot.understanding import schools
from bot.understanding.place import Place


def only(text: str, place: Place) -> bool:
    """Whether nothing is said to be the matter at ``place``: 「假如3号楼502…」, 「清华宿舍5号楼」, 「去年我们住3号楼」."""
    ahead = max(0, place.start - 20)
    if _STORY.search(text) or _COMPARED.match(text, place.end):
        return True
    example = _EXAMPLE.match(text, place.end) or _SUPPOSED.search(text, ahead, place.start)
    if example and not _TRUE_CASE.match(text, place.end):
        return True
    if any(before.search(text, ahead, place.start) and behind.match(text, place.end) for before, behind in _BOTH):
        return True
    if schools.of_another(text, place.start) or _quoted(text, place):
        return True
    return bool(_ELSEWHERE.search(text, max(0, place.start - 12), place.start)) or _former(text, place)


def over(text: str, place: Place, *, alone: bool) -> bool:
    """Whether what was the matter there is over, or never was; ``alone`` is the only place of ``text``.

    「上次2号楼那个事处理得挺好的，这回我们宿舍也是」, 「6号楼没有漏水，是我搞错了」.
    """
    if alone and _LAST_TIME.search(text, max(0, place.start - 8), place.start) and _WELL_DONE.match(text, place.end):
        return True
    return bool(_NO_TROUBLE.match(text, place.end) and _MISTAKEN.search(text))


def _quoted(text: str, place: Place) -> bool:
    """Whether the place stands in words that are only quoted: 「例如“5号楼301灯不亮”这样写行吗」, 「“操场见”是口号」."""
    opened = _OPENED.search(text, max(0, place.start - 12), place.start)
    closed = _CLOSED.match(text, place.end)
    if opened is None or closed is None:
        return False
    if _AS_NAME.match(text, closed.end()):
        return True
    if _AS_SAMPLE.match(text, closed.end()) and _SAMPLE_AHEAD.search(text, 0, opened.start()):
        return True
    # 「群里发的“图书馆着火了”」 is looked into whoever asks.
    if _DANGER.search(text, place.end, closed.end()):
        return False
    return bool(_SENT_ROUND.search(text, 0, opened.start()) and _NOT_OURS.match(text, closed.end()))


_LAST_TIME = re.compile(r"(?:上次|上回|上周|之前|前几天|前阵子)[^,。;!?]{0,4}$")
_WELL_DONE = re.compile(
    r"[^,。;!?]{0,8}(?:(?:处理|解决|修|弄|搞|换)(?:得|的)?(?:挺|很|真|蛮|非常)?(?:好|快|及时|到位|满意|完)了?的?)[^。;!?]{0,6}[,。]\s?"
    r"(?:这[回次]|现在|今天)[^,。;!?]{0,3}我们?(?:宿舍|寝室|屋|这边|自己|楼)[^,。;!?]{0,3}(?:也|同样)"
)
_NO_TROUBLE = re.compile(
    r"[^,。;!?]{0,3}(?:没有?(?:在)?(?:漏水?|停[水电]|坏|堵|着火|冒烟|跳闸|故障|问题|这回事|人报修)|(?:是|一切)?(?:正常|好的))[^,。;!?]{0,2}[,。](?!\s?是(?!我|室友|同学|误))"
)
_MISTAKEN = re.compile(
    r"(?:是|都是)?(?:我|室友|同学)(?:自己)?(?:搞|弄|看|报|认|填|写)错了?(?!楼|房|门|地|号|成)|误报|(?:虚惊|乌龙)"
)
_DANGER = re.compile(r"火|烟|爆炸|煤气|燃气|触电|晕|跳楼|打架|流血")
_OPENED = re.compile(r"[\"“「『'《【][^\"”」』'》】“「]{0,8}$")
_CLOSED = re.compile(r"[^\"”」』'》】“「。;]{0,12}[\"”」』'》】]")
# 「“操场见”是我们社团的口号」
_AS_NAME = re.compile(
    r"(?:这[个句]|几个字)?(?:只|就)?(?:是|当|作为)[^,。;!?]{0,8}(?:口号|标语|歌词?|名字|书名|名|标题|题目|暗号|台词)"
)
_AS_SAMPLE = re.compile(
    r"\s?,?(?:这样|这么|这种)(?:写|填|说|的)?|\s?,?(?:行|对|够|可以|合格|规范|清楚)(?:吗|不|么|了吗)"
)
_SAMPLE_AHEAD = re.compile(r"(?:例如|比如|譬如|比方说?|好比|像|(?:怎么|咋|如何)(?:写|填|说))[^。;!]{0,6}$")
# 「群里转的那条「3号楼周五停水」，跟我们有关系吗」
_SENT_ROUND = re.compile(r"(?:[转发贴推]的?|通知|公告|消息|海报|告示|推送|短信|截图|写着?|那[条张个])[^,。;!?]{0,4}$")
_NOT_OURS = re.compile(
    r"[^。;!?]{0,6}[,。 ][^,。;!?]{0,3}(?:[和跟与对]我们?[^,。;!?]{0,4}(?:关系|影响)|关我们?|(?:包括|包不包括|含|算)我们)"
)


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
    r"(?:国家|[市省县]立?|小区的?|车站的?|[铁动]站|公园的?|动物园|机场|商场|景区|(?:隔壁|别的|其他|外地)(?:学校|大学|高校)的?|外校的?|(?:隔壁|对面|旁边)[\u4e00-\u9fff]{1,3}(?:大学?|学院|[中小]学|职院)的?|(?<![馆楼苑园])[南北](?:区|苑)的?|老家的?|高中的?|北京|上海|广州|深圳|杭州|南京|武汉|成都|西安|天津|重庆|我家(?:小区)?的?|我家住?在?|家住)\s?$"
    r"|(?:(?<!校)医院|住院部|酒店|宾馆|旅馆|写字楼|大厦|商场|花园|家园|新村|新苑|雅苑|产业园|科技园|软件园|创业园|公司|工业园|火车站|法院|派出所|银行)的?$"
    # 「我妈单位那栋行政楼」
    r"|(?:[爸妈爷奶哥姐弟妹舅姨叔姑]|家人|家里人|亲戚|父母|老公|老婆|对象|男友|女友|男朋友|女朋友)(?:的|他们?|她们?|所在的?|工作的)*(?:单位|公司|工厂|厂里?|部门|机关|局里|医院|研究所)(?:里|的|那|[栋座个幢边])*$"
)
# 「为啥人家5号楼有洗衣房」, 「假如我住在7号楼」, 「地址怎么写，比如写3号楼502」, 「打个比方，要是A座101着火」, 「写小说，主角住3号楼」
_SUPPOSED = re.compile(
    r"(?:为什么|为啥|凭什么|凭啥|怎么)(?:人家|别人)的?\s?$|(?:比如|例如)(?:写|填)[\"'「“]?\s?$"
    r"|(?:假如|假设|比方说?|打个比方)[^,。;!?]{0,2}(?:我们?|有人|一个人)?(?:是)?(?:住在?|在)?\s?$"
    r"|打个比方[吧嘛啊哈]?[,。]?\s?(?:说|比如说?|要是|如果|假如|万一)+(?:我们?)?(?:住在?|在)?\s?$"
    r"|举(?:个)?例子?[^,。;!?]{0,3}[,。]?[\"'「“]?(?:比如|例如)[\"'「“]?\s?$"
    r"|(?:主角|主人公|[男女]主(?![任播席管厨]))[^,。;!?]{0,6}$"
    r"|想当年[^,。;!?]{0,4}$"
    r"|(?:峡谷|游戏|小说|电影|电视剧|动漫|梦)里面?[^,。;!?]{0,8}(?:的|那个|那座)\s?$"
)
# 「举个例子，比如3号楼502的灯坏了十天没人修」 has happened.
_TRUE_CASE = re.compile(
    r"[^。;!?]{0,16}?(?:坏|漏|堵|停|断|没[水电网]|不[亮热转])[^,。;!?]{0,2}了?(?:都|快|已经|有)?(?:[\d一两二三四五六七八九十半]|好?几|整整)[\d十几个]*(?:天|周|个?月|星期|礼拜|次)"
    # 「假如3号楼502今晚还没电，我们能去哪住」
    r"|(?:的?(?:灯|空调|水管|水龙头|马桶|门锁))?(?:今[天晚]|明[天早]|到?晚上|到时候?)*(?:还是?|仍然?|一直)(?:没[有]?(?:热?水|电|网|暖气|人来?修|修)|在?漏|修不好|不[亮热通转]|停[水电])"
)
_STORY = re.compile(r"编个[^,。;!?]{0,3}故事[吓给听]")
# 「"第二食堂二楼"是例子还是要写我的」
_EXAMPLE = re.compile(r"[\"'」”]?\s?(?:就|只|也)*是(?:个|一个)?(?:例子|示例|范例|举例|样例)")
# 「图书馆三楼暖气那么足，我们寝室冷得像冰窖」: praise, and not 「漏水这么严重，我们寝室怎么住」; 「4号楼201都装了空调，我们啥时候轮到」
_COMPARED = re.compile(
    r"的?(?:(?!噪|声|风|味|水压|雨|费|漏|吵|潮|蚊|虫)[^,。;!?\d]){1,6}那么(?:足|好|快|暖和?|凉快|新|干净|宽敞|漂亮|大)[,，]?(?:可|但是?|怎么|凭什么)?(?:我们|咱们?)(?:寝室|宿舍|楼|这)"
    r"|都(?:(?!没)[^,。;!?\d]){0,3}(?P<done>[装换有配建供通]|能用)了?(?:(?![没坏鼠虫蟑破])[^,。;!?\d]){0,10}[, ]?(?:那|可|但是?)?(?:我们|咱们?)[^,。;!?\d]{0,6}(?:(?:啥|什么)时候|何时|几时|猴年马月)(?:才?轮到|[也才]{0,2}能?(?P=done)|$)"
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
_BY_CHANCE = re.compile(r"只是路过(?:了)?\s?$")
_ASKS_ELSE = re.compile(
    r"[,。]\s?(?:我)?(?:想|来)?顺便(?:想|来)?(?:问|咨询|打听)(?![^。;!]*(?:那[边里]|里面|地上|冒|漏|坏|掉|碎|火|没人|堵|灯|水|晕|倒))"
)
_NOT_GOING = re.compile(r"(?:不(?:是)?要|不是想|没(?:有)?(?:要|想))去\s?$")
_JUST = re.compile(r"[,。]\s?我?(?:就|只)是?(?:要|想)")
# 「朋友圈有人晒图书馆五楼的晚霞」
_PICTURED = re.compile(r"(?:有人|同学|朋友|朋友圈|别人|大家)(?:都|又|里|在|天天)*晒了?\s?$")
_A_SIGHT = re.compile(r"(?![^,。;!?]*(?:火|烟|漏|水|坏|塌|掉|碎|锁|垃圾))[^,。;!?]{0,4}的")
# 「工单说在6号楼604修好了，可我根本不住那」
_ON_RECORD = re.compile(r"(?:工单|单子|系统|记录|短信|登记|后台)[^,。;!?]{0,14}$")
_NO_HOME = re.compile(
    r"[^。;!?]{0,14}我(?:压根|根本|又|们|从来|就)*(?:不|没)住(?:那(?!么)|在那|过|这)(?!里?只是|里?就算|吗)"
)
_SAID_SO = re.compile(r"(?:说|讲|写|觉得|显示|听说|据说)(?:的是|是|了|着)?\s?$")
# 「我们实验室从实验楼601搬走啦」
_WE_FROM = re.compile(r"我们?(?:(?!把|将)[^,。;!?]){0,5}从\s?$")
_GONE = re.compile(r"搬(?:走|出[来去]?)了?(?![^,。;!?]{0,3}(?:东西|桌|床|柜|椅|机|箱|行李|冰|沙发))")
_ANYHOW = re.compile(r"")
# 「要是我住8号楼是不是就不用爬楼了」: what it would be like; 「如果我住3号楼502，怎么报修」 may well live there.
_WERE_I_THERE = re.compile(r"(?:要是|如果|假如|假设|假使)我们?(?:也|能|可以)*(?:住[在到进]?|[搬换调分][到去进])\s?$")
_LIFE_THERE = re.compile(
    r"(?:的话)?,?(?:(?:是不是|会不会|(?:那|能不能|不)*就)就?(?:不用|不必|能|可以|好|方便|离|近|不会|省)|(?:那)?(?:该)?(?:有)?多(?:好|爽|方便|省))"
)
# 「我们宿舍的热水跟7号楼比差远了」, 「跟7号楼一样也漏水」; not 「3号楼502和3号楼503一样漏水」, where both are named.
_WITH = re.compile(r"(?<![\d楼馆□])(?:跟|和|同|与)(?:人家|隔壁|对面)?\s?$")
_BESIDE_IT = re.compile(
    r"(?:的|那[边儿个]|他们|人家)*(?:相?比(?!赛|武|试)|一比|差远|差不多|差得远|没法比|不能比|一样|一个样|似的|同款|的(?:待遇|标准|条件)(?:差|一样))"
)
# 「能不能像图书馆那样给寝室也装个自动门」; 「像3号楼502这样没人修」 tells of it.
_WISHED_LIKE = re.compile(
    r"(?:能不能|能否|可不可以|可以|是否可以|希望|想|要是能?|啥时候|什么时候|何时|为什么不|为啥不|不能|应该)(?:让|把|给)?(?:我们?|咱们?)?(?:宿舍|寝室|楼|学校|这)?(?:也|都|能|就)*(?:像|学|参照|仿照|按照)(?:人家|隔壁|对面)?\s?$"
)
_LIKE_THAT = re.compile(r"(?:那[样种么边]|一样|似的|同款|的(?:做法|样子|标准))")
# 「有没有3号楼那种饮水机」
_HAVE_WE = re.compile(r"(?:有没有|想要|想装|想用|来个|装个|买)(?:像|跟|和)?\s?$")
_OF_THAT_KIND = re.compile(r"(?:那种|那样|同款)的?(?=[^\W\d])(?![味声烟气噪虫臭])")
_LEARN_FROM = re.compile(
    r"(?:学学|学一学|学习一下|参考一下|向)(?:人家|隔壁|对面)(?:的)?\s?$|(?:学学|学一学|学习一下|参考一下)\s?$"
)
# 「我从实验楼借了个梯子，放宿舍里算违规吗」
_BORROWED_FROM = re.compile(r"从(?:我们|学校)?\s?$")
_TAKEN_AWAY = re.compile(
    r"里?(?:那[边里儿])?借(?:了|来|回来?|出来)[^,。;!?]{1,8}[,。][^。;!?]{0,6}(?:放|带回?|拿回?|用|摆|搬回?|怎么还|还到|还给|什么时候还|要还|归还)[^。;!?]{0,14}(?:吗|么|不|没|哪|怎么|违规|呢|行|[?]|$)"
)
# 「做问卷的同学说1号楼的满意度最高，问卷在哪填」
_PRAISED = re.compile(
    r"的?[^,。;!?]{0,4}(?:满意度|评分|得分|打分|口碑|环境|条件|排名|评价|分数)(?:是|都|真|也|一直|排|得)*(?:最|第一|更|很|挺|特别)?(?:高|好|第一|棒|不错)[^,。;!?吗么]{0,3}[,。](?![^,。;!?]{0,4}(?:结果|可是|但|其实|却|不过|怎么(?:还|又|天天|老|总|这么|没))|[^。;!?]{0,10}(?:漏|坏|堵|停|没[水电网]|冒))"
)
_BOTH = (
    (_NEWS, _SHOWN),
    (_ANNOUNCED, _PASSED_ON),
    (_HEARD, _OUR_OWN),
    (_OUT_OF, _TAKEN_OUT),
    (_ANYHOW, _TO_BE_RETURNED),
    (_BY_CHANCE, _ASKS_ELSE),
    (_NOT_GOING, _JUST),
    (_PICTURED, _A_SIGHT),
    (_ON_RECORD, _NO_HOME),
    (_WE_FROM, _GONE),
    (_WERE_I_THERE, _LIFE_THERE),
    (_WITH, _BESIDE_IT),
    (_WISHED_LIKE, _LIKE_THAT),
    (_LEARN_FROM, _ANYHOW),
    (_HAVE_WE, _OF_THAT_KIND),
    (_BORROWED_FROM, _TAKEN_AWAY),
    (_SAID_SO, _PRAISED),
)
"""What stands before a place and what behind it, where both together say that it is only spoken of."""
