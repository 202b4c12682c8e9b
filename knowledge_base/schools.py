"""Whether a question is about a university other than those the documents come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

import yaml

from .document import Document
from .lexical import WORDS

# Places: 上海外国语大学, 浙江工商学院. An institution's name opens with where it stands; 计算机学院 and 二级学院 do not.
_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|陕西|甘肃|"
    "青海|宁夏|新疆|西藏|内蒙古|香港|澳门|台湾|南京|杭州|苏州|武汉|广州|深圳|成都|西安|厦门|青岛|大连|宁波|长沙|郑州|合肥|济南|哈尔滨|"
    "沈阳|长春|昆明|南昌|福州|兰州|太原|石家庄|中国|中央|首都|国家|国际|华东|华南|华中|华北|东北|西南|西北|东南|中南|南方|北方"
)
_NOT_A_NAME = re.compile(
    r"^(?:(?:我|你|他|她|咱|们|本|该|这|那|哪|各|所|个|家|名|座|们|的|是|在|从|到|去|考|上|读|念|进|和|跟|与|比|对|像|给|想|要|能|会|让|把|"
    r"转|换|来|有|没|个|整|全|其他|别的|其它|外|另|一|二|三|四|两|几|每|老年|开放|综合性?|重点|名牌|好|普通|双一流|大|小|新|现在|以后|毕业|"
    r"刚|请问|关于|为什么|怎么|什么|知道|听说|介绍|如果|因为|所以|可以|学校|中国的?|国内|国外|世界)+)$"
)
_UNIVERSITY = re.compile(
    r"([\u4e00-\u9fff]{2,10}?)(?<!的)(?<!上)大学(?!位|生|城|习|英语|物理|数学|语文|生活|期间|毕业|四年|里|时|时代|计算机)"
)
# 武汉船舶职院, 广西某专科: a place and a kind of school, however the rest is shortened.
_COLLEGE = re.compile(
    rf"(?:{_PLACES})(?:[\u4e00-\u9fff]{{1,8}}?学院|[\u4e00-\u9fff]{{0,8}}?(?:职大|师院|工院|艺校|警校|某(?:专科|高校|本科|学院|大学)))|"
    r"(?!我们|咱|你们|本校|贵校)[\u4e00-\u9fff]{2,8}(?<![我咱你]们)(?<!本校)(?:职院|职业技术学院|职业学院|师专|高专|医专)"
)
_KINDS = (
    "民办本科|民办|公办本科|师范|师专|技校|技师学院|职高|职校|职院|高职|大专|专科|中专|卫校|护校|警校|警院|军校|艺校|体校|电大|独立学院|幼师|幼专|体院|"
    "[一二三]本|985|211|双一流|理工|财大|师大|工大|医学院|华五|C9"
)
# Signs that our own rule on others may be meant: 请外校乐队来演, 跟隔壁大学联办, 去复旦交换学分怎么认, 保研到外校要什么证明. They
# decide nothing alone: 「下学期去港大交换，港大的宿舍怎么申请」 is for the other. Where one stands, what was learnt decides (about.py).
_TOGETHER = re.compile(
    r"联办|合办|联合|联培|一起[办搞做开]|共同|邀请|请.{2,16}(?:讲座|演出|来演)|(?:参加|打|去|代表).{0,8}(?:比赛|竞赛|夏令营|会议)|竞赛|分会|外国?大学要|国外大学要|"
    r"可以进|(?<!不)[能让]进|来接我|来找我|来看我|来我们?.{0,8}[找看接]我|来我们?(?:校|学校|这|宿舍|寝室|楼)|[在住到]我们?(?:寝室?|宿舍|屋)|[请叫带让]外校|外校.{0,6}来|来.{0,4}学校|跨校|校际|[到去在]外校.{0,10}(?:分|比赛|参加)|"
    r"(?:外校|校外)的?(?:同学|朋友|人员?|学生|车|嘉宾|老师|男友|女友|对象)|交流|交换|访学|游学|暑校|转[学来到去进入回出过]|考到|"
    r"保[研外送]|推免|录取|考[上取]|预录|offer|回来|回国|回[本我原]校|学分|承认|认不认|[抵顶]我?[这们咱]?|支教|借调|"
    r"[去到在](?!读|念).{2,10}(?:实习|毕设|看病|急诊|就医|住院|开会|实验|旁听|支教|读[硕博研语]|读书|访问|辅修|修的|考四级|考六级|上课|学习)|"
    r"[和跟与].{2,8}的?(?:人|男生|女生|同学|朋友|哥们|学生)|.{2,6}的(?:同学|朋友|盆友|男友|女友)来|exchange|home university",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:别的|其他|其它|另外一?[所个]|隔壁|对[面门]那?[所间个家]?|别人家?|人家)的?(?:大学|学校|高校)|隔壁校|邻校|友校|兄弟(?:院校|学校|高校)|外校|别校|他校|清北|华五|C9|[常藤]?藤校|"
    r"(?:985|211|双一流|双非|常春藤|QS前?\d+)(?:大学|院校|学校|高校)?(?:里|中|当中|哪|的)|[那这](?:破|个|所|间|家)?学校(?!规定|食堂)|"
    r"同城那|海外那边|国外那边|那[几所]所(?=里|中|的)|(?<=[\u4e00-\u9fff]{2})那所(?=的|里|，|,|$)|(?:高中|初中|大学)(?:同学|死党|闺蜜|室友|同桌|朋友)[他她]?们?(?:那边|那儿|那破?学校|说[他她]们)",
    re.IGNORECASE,
)
# 慕尼黑工大, 西藏民大, 中央民大: what it is, shortened behind a name.
_SHORTENED = re.compile(
    r"([\u4e00-\u9fff]{2,4})(?:工大|师大|财大|农大|医大|民大|海大|科大|交大|理工|外院|邮电|政法|药科|中医药|美院|音院|体院|幼专|幼师|国立|诺丁汉|利物浦)(?![的]?专业|男|女|类|科)"
)
_ENGLISH = re.compile(
    r"(?<![a-z])(?!(?:this|our|the|my|your|home|a|an|any|which|at|in|of|another|other) )[a-z][a-z]+ (?:university|college|institute of technology)(?![a-z])|"
    r"(?<![a-z])university of (?!ours)[a-z]+",
    re.IGNORECASE,
)

_KIN = r"(?:弟|妹|哥|姐|对象|男朋友|女朋友|男友|女友|男票|女票|前女友|前男友|前任|闺蜜|同桌|发小|爱人|老公|老婆|表[弟妹哥姐]|堂[弟妹哥姐]|邻居|高中同学|朋友|孩子|儿子|女儿|侄[子女]|外甥女?|嫂子?|姐夫|妹夫|舅舅?|叔叔?|小?姨|姑姑?)"
_THEIRS = re.compile(
    rf"{_KIN}(?:的|在|去|读|考|念|报|上)?[^，。？?]{{0,6}}(?<![咱我你]们)(?<![咱我贵本])(?:学校(?!让|允许|规定|有没有规定|会|要|能|通知|告诉|给|管|怎么)|大学|院校|(?<!一个)学院|中学|那所|那个[一二三]本|职校|师专)|(?:他|她|人家)(?:们|那)?(?:的)?(?:学校|那边的?(?:学校|大学))|(?:他|她)们(?:中学|高中|大学)"
    r"|(?:高中|中学|本科|初中|研究生|考研).{0,3}(?:母校|学校|目标院校|院校)|目标院校|(?:在|去)(?:英国|美国|日本|澳洲|澳大利亚|加拿大|德国|法国|韩国|新加坡|香港)读"
    r"|[一二三]本(?:和[一二三]本)?(?:学校|大学|院校)|(?:985|211|双一流|民办|师专|职高|技校)(?:的|大学|院校|学校|那)|那个(?:985|211|[一二三]本)|那边的(?:师专|大学|学院|职院)|隔[壁避](?:理工|财大|师大|那[个所]|工大|医学院|985|211)"
)
# 读的那个民办本科, 一条马路之隔的师范, 他们技校: a kind of school that somebody else attends or that stands elsewhere.
_ELSEWHERE = re.compile(
    rf"(?:[他她]们?|人家|{_KIN})的?(?:那个|那所|这个)?(?:{_KINDS})|(?:读|念|上|考[上进]?|在)的?(?:那|这|某|一)?[个所]?(?:{_KINDS})(?!的?(?:国奖|奖学金|学位|同学|生))|"
    rf"(?:隔壁|对面|旁边|附近|对门|之隔|不远)的?(?:那|这|一)?[个所家]?(?:{_KINDS}|大学|高校|学校)|双一流里的?|那所(?:大学|学校|高校)|"
    rf"{_KIN}(?:今年|现在|刚|就)*(?:在|上了?|读|念|考[上进]了?)(?!我们|咱|你们|本校|这)[^，。？?]{{2,8}}，[^，。？?]{{0,10}}?[他她]们?(?:那儿|那边|那里|学校)"
)
_TOWN_SCHOOL = re.compile(
    rf"{_KIN}[^，。？?]{{0,4}}(?:在|去)(?!我们?|咱|你们|本校|这|同|一|学校|校|家|线)[\u4e00-\u9fff]{{2,6}}(?:上学|上大学|读书|念书|读大学|念大学|读大[一二三四]|留学)|"
    rf"{_KIN}[^，。？?]{{0,4}}(?:读|念|上|在)[^，。？?]{{0,4}}(?:小学|初中|高中|幼儿园|党校)"
)
"""表弟在成都上学, 小侄子念小学: somebody's school elsewhere, with no name."""
_NOT_OURS = re.compile(
    r"(?:[跟和与][我咱你]们?)?不[是在]?(?:[我咱你]们?|贵|本|同)?(?:一[个所])?(?:这[个所]?)?(?:学校|大学|校)(?:的|读|念|上)?"
)
"""跟咱不是一个学校, 不是你们学校: says of another that it is not ours."""
_FROM_THERE = re.compile(
    r"^(?:(?:老师|您|你)?好[，,！! ]*)?(?:我是?|本人是?|俺是?|是)?(?:在)?(?P<where>(?:(?![我和跟与不])[\u4e00-\u9fff]){2,12}?)(?:的(?:学生|本科生|研究生)?|(?:读书|念书|上学|就读)的(?:我|学生|人)?)[，,]"
)
"""上外的，问问我们学校…; 在外校念书的我，想问我们宿舍…: who asks is of another school, and 我们学校 is theirs."""
_SOME_KIND = re.compile(rf"(?:{_KINDS})$")
_OVER_THERE = re.compile(
    r"他们|她们|那边|人家|他那|她那|对方学校|那所(?:大学|学校|高校)|(?:隔壁|对面|附近|旁边)那[所个]|(?:对面|马路)[^，。]{0,4}大学"
)
_OURS = re.compile(r"我们学?校?|咱们?学?校?|你们学?校?|本校|我校|贵校|这儿|这边")
_MYSELF = re.compile(
    r"(?:^|[，,。？?！!])(?:我|本人|咱|俺)(?!们?的?(?:对象|朋友|[弟妹哥姐爸妈老儿女闺侄表堂]|男|女|前|发|初|高中|初中|室|同))"
)
_LATIN = re.compile(
    r"(?<![A-Za-z])(?:ECNU|SJTU|FDU|Fudan|NTU|NUS|ZJU|NJU|PKU|THU|USTC|SUFE|MIT|HKU|HKUST|CUHK|SHU|SUIBE|Tongji|Tsinghua|Harvard|Stanford|ShanghaiTech|NYU|UCLA|BUPT|BNU|RUC|UIBE|HIT|XJTU|WHU|SYSU|UESTC|UCL|LSE|KAIST|NYU\s?Shanghai|Tsing\s?hua|POSTECH|SNU|UNSW|ANU|USYD|UBC|UIUC|UCSD|UCSB|UCB|USC|CMU|Caltech|Yale|Princeton|Cornell|Columbia|Oxford|Cambridge|Imperial|ETH|EPFL|TUM|KTH|SMU|XJTLU|UNNC|SUSTech|Jiaotong|Jiao\s?Tong|Waseda|Keio|Todai|Monash|Melbourne\s?Uni)(?![A-Za-z])",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(r"(?:隔壁|别的|其他|其它)(?:大学|学校)")  # named nowhere: :data:`_OTHER` reads it


def names_another(question: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether another school is named or pointed at; what is asked may be our own rule all the same."""
    return _names_in_latin(question) or _names_another(_without(question, own))


def pointing(question: str) -> tuple[float, ...]:
    """0 or 1 each: what a question has that tells whether it is for another school or for our own rule on one.

    Names of our own have to be replaced before, see :func:`ours`. All 0 for a question that has nothing of it.
    """
    said = re.sub(r"\s", "", question)
    clauses = [each for each in re.split(r"[，,。；;？?！!]", said) if each] or [""]
    latin = _names_in_latin(question)
    found = (
        latin or _names_another(said),
        other_university(question, frozenset()),
        _names_another(clauses[-1]),
        bool(_TOGETHER.search(said)),
        _says_ours(said) and not _from_there(said),
        _says_ours(clauses[-1]) and not _from_there(said),
        bool(_OVER_THERE.search(said)),
        any(each.search(said) for each in (_THEIRS, _ELSEWHERE, _TOWN_SCHOOL)),
        bool(_MYSELF.search(said)),
        latin,
    )
    return tuple(float(each) for each in found)


def ours(question: str, own: frozenset[str]) -> str:
    """The question with the names of our own universities replaced by 本校."""
    return _without(question, own) if own else question


def other_university(question: str, own: frozenset[str], message: str = "") -> bool:
    """Whether the question is about a university other than those the documents come from.

    ``message`` is what the question is a part of: one that names another university in it and not ours goes on about it.
    """
    if _names_in_latin(question) and not _TOGETHER.search(question):
        return True
    said = _without(question, own)
    if _from_there(said) and not _TOGETHER.search(said):
        return True
    clauses = [each for each in re.split(r"[，,。；;？?！!]", said) if each]
    last = clauses[-1] if clauses else ""
    if len(clauses) > 1:
        names = _names_another(last)
        # What is asked at the end counts: 「她们能缓考，咱学校可以吗」, 「去港大交换，港大的宿舍怎么申请」.
        if names and not _TOGETHER.search(last):
            return True
        if not names and _says_ours(last) and not _OVER_THERE.search(last):
            return False
    if not (_TOGETHER.search(said) and not _OVER_THERE.search(said)) and _names_another(said):
        return True
    whole = _without(message, own)
    return bool(whole) and whole != said and not _says_ours(said) and other_university(whole, frozenset())


def _says_ours(said: str) -> bool:
    """Whether our own school is named; 不是你们学校 does not."""
    return bool(_OURS.search(_NOT_OURS.sub("", said)))


def _from_there(said: str) -> bool:
    """Whether who asks opens with a school of theirs that is not ours."""
    opens = _FROM_THERE.match(said)
    return opens is not None and (_names_another(opens["where"]) or bool(_SOME_KIND.search(opens["where"])))


def _names_in_latin(question: str) -> bool:
    """Of what is written with blanks, which are taken out of everything else."""
    return bool(_ENGLISH.search(question) or _LATIN.search(question))


def _without(said: str, own: frozenset[str]) -> str:
    """What is said without spaces, our own names replaced."""
    said = re.sub(r"\s", "", said)
    for name in own:
        said = said.replace(name, "本校")
        if (root := re.sub(r"(?:职业技术|职业|高等专科)(?:大学|学院|学校)$", "", name)) != name:
            said = re.sub(rf"{re.escape(root)}(?:职院|职大|高专)", "本校", said)
        for short in _short_names():
            # 上大 is 上海大学's own students' word for it.
            if short[0] == name[0] and _within(short, name):
                said = said.replace(short, "本校")
    return said


def _within(short: str, name: str) -> bool:
    """Whether the characters of a short name stand in the full one in their order."""
    rest = iter(name)
    return all(char in rest for char in short)


@lru_cache(maxsize=256)  # of one question it is asked half a dozen times
def _names_another(said: str) -> bool:
    if any(each.search(said) for each in (_OTHER, _THEIRS, _COLLEGE, _ELSEWHERE, _TOWN_SCHOOL, _LATIN)) or _nicknamed(
        said
    ):
        return True
    named = (*_UNIVERSITY.finditer(_NEIGHBOUR.sub("", said)), *_SHORTENED.finditer(said))
    return any(not _NOT_A_NAME.match(found[1]) for found in named)


def own_universities(documents: Iterable[Document]) -> frozenset[str]:
    """The universities that issued the documents or stand in their titles."""
    found: set[str] = set()
    for document in documents:
        for text in (document.issuer or "", document.title):
            found.update(re.findall(r"^[\u4e00-\u9fff]{2,10}?(?:大学|学院)", text))
    return frozenset(found)


@cache
def _short_names() -> tuple[str, ...]:
    """What students call universities, the longest first."""
    stored = yaml.safe_load((WORDS / "universities.yml").read_text(encoding="utf-8"))
    return tuple(sorted(map(str, stored), key=len, reverse=True))


_NOTHING_ELSE = frozenset({"复旦", "清华", "同济", "哈佛", "剑桥", "牛津", "耶鲁", "蓝翔"})
"""Short names that are no part of another word."""


@cache
def _nicknames() -> tuple[frozenset[str], tuple[int, ...]]:
    """All of them, and how long they are."""
    names = frozenset(_short_names())
    return names, tuple(sorted({len(each) for each in names}, reverse=True))


_BEFORE_NAME = re.compile(
    r"(?:^|一下|大学城|请教|[的在去跟和与比像同给替帮到读考报是查说问从往道个她他们那了里被，。、（(！？\s]|[刚考就念读转]上)$"
)
_NO_NAME = re.compile(
    r"[门厅楼胆约概型家课班声力量多部批夫事点规]|(?<=大)(?:小|学(?![生伴位分费籍]))|(?<=上大)[一二三四]|(?<=人大)(?:代表|会议|常委)"
)


def _nicknamed(said: str) -> bool:
    """Only where a name can begin and end: 晚上外出 and 网上交 contain 上外 and 上交."""
    names, lengths = _nicknames()
    for at in range(len(said)):
        for long in lengths:
            name = said[at : at + long]
            if name not in names or _NO_NAME.match(said, at + long):
                continue
            if long > 2 or name in _NOTHING_ELSE or _BEFORE_NAME.search(said[max(0, at - 2) : at]):
                return True
    return False
