"""What these documents must not be asked for: other universities' rules, other people's private data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

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
    r"([\u4e00-\u9fff]{2,10}?)大学(?!生|城|英语|物理|数学|语文|生活|期间|毕业|四年|里|时|时代|计算机)"
)
_COLLEGE = re.compile(rf"((?:{_PLACES})[\u4e00-\u9fff]{{1,8}}?)学院")
_OTHER = re.compile(r"(?:别的|其他|其它|另外一?[所个]|隔壁|别人家|人家)的?(?:大学|学校|高校)|隔壁校|外校|别校|他校")

_PRIVATE = (
    "手机号码?|电话号?码?|微信号?|qq号?|身份证号?码?|学号|银行卡号?|密码|家庭住址|家庭地址|住址|地址|生日|成绩单?|分数|绩点|排名|课表|"
    "宿舍号|寝室号|房间号|病历|病情|诊断|(?:心理)?咨询记录|心理档案|家庭情况|家庭收入|处分记录|请假记录|消费记录|余额|定位|行踪|档案|聊天记录|照片"
)
_PEOPLE = (
    "别人|他人|其他同学|别的同学|另一个同学|某个同学|某同学|那个同学|这个同学|室友|舍友|同桌|班长|班上同学|同班同学|女朋友|男朋友|女友|男友|前任|"
    "前女友|前男友|学长|学姐|学弟|学妹|女生|男生|暗恋的人|喜欢的人|女神|男神|他|她|[A-Za-z]同学"
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
_NOT_NAMES = (
    "任课|任何|高数|高年|高中|万一|程序|金额|马上|白天|夏天|方式|方便|钱包|余额|石油|江苏|安全|和|方法|金钱|任务"
)
_NAMED = rf"(?!{_NOT_NAMES})(?:[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|小[{_SURNAMES}红明华丽刚强])(?:同学|老师)?"
_WANTS = r"(?:查|看|告诉|给我|发我|发给我|知道|要|找|帮我|弄到|搞到|打听|泄露|透露|说)"
_VALUE = r"(?:是多少|多少|是什么|是啥|是几|是哪|告诉我|给我|发我|发给我|几号|在哪|哪里|怎么查|能查|可以查|查一下|查询|呢|[？?]|$)"
_ASKS_FOR_PRIVATE = (
    re.compile(rf"{_WANTS}.{{0,6}}?(?:{_PEOPLE}|{_NAMED})的?(?:{_PRIVATE})(?!.*(?:处分|违规|违纪|合法|规定))"),
    re.compile(
        rf"(?:^|[，。,\s]|请问|帮我查|查|把|将)(?:我们?的?)?(?:(?:{_PEOPLE})的?|{_NAMED}的)(?:{_PRIVATE}){_VALUE}"
    ),
    re.compile(rf"(?:{_PEOPLE}|{_NAMED})(?:住在?|在)(?:哪|几号|什么)(?:个|间|栋|号)?(?:楼|宿舍|寝室|房间|里|儿|地方)"),
)


def other_university(question: str, own: frozenset[str]) -> bool:
    """Whether the question is about a university other than those the documents come from."""
    said = re.sub(r"\s", "", question)
    for name in own:
        said = said.replace(name, "本校")
    if _OTHER.search(said) or _COLLEGE.search(said):
        return True
    if any(not _NOT_A_NAME.match(found[1]) for found in _UNIVERSITY.finditer(said)):
        return True
    return bool(_nicknames().search(said))


def private_data(question: str) -> bool:
    """Whether the question asks for what belongs to another person: a mark, a phone, a room, a diagnosis."""
    said = re.sub(r"\s", "", question).lower()
    return any(pattern.search(said) for pattern in _ASKS_FOR_PRIVATE)


def own_universities(documents: Iterable[Document]) -> frozenset[str]:
    """The universities that issued the documents or stand in their titles."""
    found: set[str] = set()
    for document in documents:
        for text in (document.issuer or "", document.title):
            found.update(re.findall(r"^[\u4e00-\u9fff]{2,10}?(?:大学|学院)", text))
    return frozenset(found)


@cache
def _nicknames() -> re.Pattern[str]:
    """Only where a name can begin: 晚上外出 and 网上交 contain 上外 and 上交."""
    stored = yaml.safe_load((WORDS / "universities.yml").read_text(encoding="utf-8"))
    names = "|".join(sorted(map(re.escape, map(str, stored)), key=len, reverse=True))
    return re.compile(rf"(?:^|[的在去跟和与比像问从到读考报是查，。、！？\s])(?:{names})(?![门厅楼胆约概型家])")
