"""What these documents must not be asked for: other universities' rules, other people's private data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

import yaml

from .asking import Asking
from .document import Degree, Document
from .lexical import WORDS, Lexical, tokens

Because = Literal["school", "private", "campus", "learner", "degree", "cohort"]
"""What the question is about that these documents are not for."""

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
    r"([\u4e00-\u9fff]{2,10}?)(?<!的)(?<!上)大学(?!位|生|城|英语|物理|数学|语文|生活|期间|毕业|四年|里|时|时代|计算机)"
)
_COLLEGE = re.compile(rf"((?:{_PLACES})[\u4e00-\u9fff]{{1,8}}?)学院")
# 请外校乐队来演 and 跟隔壁大学联办 ask for our own rule on others.
_TOGETHER = re.compile(
    r"联办|合办|联合|一起[办搞做开]|共同|邀请|请.{2,10}(?:讲座|演出|来演)|(?:参加|打|去).{0,6}(?:比赛|竞赛)|竞赛|分会|转学|转去|外国?大学要|国外大学要|在.{2,6}交换|可以进|(?<!不)[能让]进|来接我|来找我|来看我|[请叫带让]外校|外校.{0,6}来|来.{0,4}学校|跨校|[到去在]外校.{0,10}(?:分|比赛|参加)|(?:外校|校外)的?(?:同学|朋友|人员?|学生|车|嘉宾|老师|男友|女友|对象)|交流|交换|访学|转来|转到|考到"
)
_OTHER = re.compile(r"(?:别的|其他|其它|另外一?[所个]|隔壁|别人家|人家)的?(?:大学|学校|高校)|隔壁校|外校|别校|他校")

_KIN = r"(?:弟|妹|哥|姐|对象|男朋友|女朋友|男友|女友|男票|女票|前女友|前男友|前任|闺蜜|同桌|发小|爱人|老公|老婆|表[弟妹哥姐]|堂[弟妹哥姐]|邻居|高中同学|朋友|孩子|儿子|女儿)"
_THEIRS = re.compile(
    rf"{_KIN}(?:的|在|去|读|考|念|报|上)?[^，。？?]{{0,6}}(?<!咱们)(?<!我们)(?:学校(?!让|允许|规定|有没有规定)|大学|院校|学院|中学|那所|那个[一二三]本|职校|师专)|(?:他|她|人家)(?:们|那)?(?:的)?(?:学校|那边的?(?:学校|大学))|(?:他|她)们(?:中学|高中|大学)"
    r"|(?:高中|中学|本科|初中|研究生|考研).{0,3}(?:母校|学校|目标院校|院校)|目标院校|(?:在|去)(?:英国|美国|日本|澳洲|澳大利亚|加拿大|德国|法国|韩国|新加坡|香港)读"
    r"|[一二三]本(?:和[一二三]本)?(?:学校|大学|院校)|(?:985|211|双一流|民办|师专|职高|技校)(?:的|大学|院校|学校|那)|那个(?:985|211|[一二三]本)|那边的(?:师专|大学|学院|职院)|隔[壁避](?:理工|财大|师大|那[个所]|工大|医学院|985|211)"
)
_OVER_THERE = re.compile(r"他们|她们|那边|人家|他那|她那|对方学校")
_LATIN = re.compile(
    r"(?<![A-Za-z])(?:ECNU|SJTU|FDU|Fudan|NTU|NUS|ZJU|NJU|PKU|THU|USTC|SUFE|MIT|HKU|HKUST|CUHK|SHU|SUIBE|Tongji|Tsinghua|Harvard|Stanford|ShanghaiTech|NYU|UCLA|BUPT|BNU|RUC|UIBE|HIT|XJTU|WHU|SYSU|UESTC)(?![A-Za-z])",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(r"(?:隔壁|别的|其他|其它)(?:大学|学校)")  # named nowhere: :data:`_OTHER` reads it

_PRIVATE = (
    "手机号码?|手机|电话号?码?|微信号?|qq号?|身份证号?码?|学号|银行卡号?|卡号|密码|家庭住址|家庭地址|住址|地址|生日|成绩单?|成绩表|分数|几分|多少分|绩点|排名|课表|"
    "宿舍号|寝室号|房间号|病历|病情|诊断|(?:心理)?咨询记录|心理档案|家庭情况|家庭收入|处分记录|请假记录|消费(?:记录|明细)?|余额|定位|行踪|档案|聊天记录|照片|"
    "联系方式|名字|姓名|年龄|家里?住|住哪|工资|离过?婚|对象是谁|体检结果|综测|挂没挂科|挂科没|挂了几门|挂了几科|贫困生|低保|抑郁|"
    "(?:休|退)过?学|(?:因为啥|为什么)休|刷(?:的|了|没刷)|几点(?:刷|回|进)|花了多少|请了什么假|去过心灵|去约?过?心理|门禁记录?|是不是少数民族"
)
_PEOPLE = (
    "别人|他人|其他同学|别的同学|另一个同学|某个同学|某同学|那个同学|这个同学|同组同学|班里同学|室友|舍友|同桌|班长|班上同学|同班同学|女朋友|男朋友|女友|男友|男票|女票|"
    "前任|前女友|前男友|闺蜜|我?对象|学长|学姐|学弟|学妹|女生|男生|暗恋的人|喜欢的人|女神|男神|他|她|[A-Za-z]同学|失主|那人|那个人|那个男的|那个女的|"
    "儿子|女儿|孩子|我弟|我妹妹?|我哥|我姐|阿姨|咨询师|监考老师|我学生|第一名|全班|全院"
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
_NOT_NAMES = (
    "任课|任何|高数|高年|高中|高考|高等|高温|万一|程序|金额|马上|白天|夏天|方式|方便|钱包|余额|石油|江苏|安全|和|方法|金钱|任务|段时间|于是|周[一二三四五六日天末内期]|"
    "陆续|田径|金融|严重|严格|毛概|石膏|龙卷|江湖|白开|白色|雷雨|何时|何种|邹|许多|许可|温度|钱(?:是|能|怎|会|还|交|退|打|到|可|都|要|没|被|花|去|存|充|够)"
)
_NAMED = rf"(?!{_NOT_NAMES})(?:[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|小[{_SURNAMES}红明华丽刚强])(?:同学|老师)?"
_WANTS = r"(?:查查?|看看?|告诉我?|给我|给一?份|发我|发给我|知道|要|找|帮我|弄到|搞到|打听|泄露|透露|说|列个?单|导出来?)"
_VALUE = r"(?:是多少|多少|是什么|是啥|是几|是哪|告诉我|给我|发我|发给我|几号|在哪|哪里|怎么查|能查|可以查|查一下|查询|呢|[？?]|$)"
_RULES = r"(?:规定|处理|违纪|违规|合法|怎么办|咋办|会不会|会怎|要不要|能不能给我?批|可以吗|行吗|允许|法条|合规|泄露.{0,6}(?:怎|处分))"
_ASKS_FOR_PRIVATE = (
    re.compile(rf"{_WANTS}.{{0,6}}?(?:{_PEOPLE}|{_NAMED})的?.{{0,4}}?(?:{_PRIVATE})(?!.*{_RULES})"),
    re.compile(
        rf"(?:{_PEOPLE}|{_NAMED}).{{0,8}}?(?:{_PRIVATE}).{{0,8}}(?:给我|发我|发给我|告诉我|给一?份|列个?单|导出|帮我[查看])"
    ),
    re.compile(
        rf"(?:^|[，。,\s]|请问|帮我查|查|把|将)(?:我们?的?)?(?:(?:{_PEOPLE})的?|{_NAMED}的)(?:{_PRIVATE}){_VALUE}"
    ),
    re.compile(
        rf"(?:{_PEOPLE}|{_NAMED}|老师|教授|院长|校长|辅导员|班主任|导师)(?:家?住在?|家在)(?:哪|几号|什么)(?:个|间|栋|号)?(?:楼|宿舍|寝室|房间|里|儿|地方|小区)?(?!.{0, 3}(?:办公|值班|上班|窗口))".replace(
            "{0,3}", "{0,3}"
        )
    ),
    re.compile(
        rf"(?:{_PEOPLE}|{_NAMED})(?:是不是|有没有|到底|最近|以前|昨晚|上周|今天|这个月|为什么|因为啥).{{0,12}}"
        r"(?:抑郁|贫困|挂科|处分|休学|退学|心理咨询|心灵驿站|回宿舍|回寝|刷卡|刷了|刷的|门禁|请了|花了|离婚|结婚|怀孕|生病|得了|对象|劈腿)(?!.{0,12}(?:怎么办|咋办|告诉谁|找谁|会被|会不会))"
    ),
    re.compile(r"(?:听说)?[\u4e00-\u9fff]{2,3}(?:被处分了|被开除了|被退学了)，?(?:是|因为)(?:什么|啥)"),
    # 谁举报了我, 举报我的人是谁; but 找谁投诉 asks for an office
    re.compile(
        r"(?<!找)(?<!向)(?<!跟)(?<!由)(?<!归)谁(?:在)?(?:举报|投诉|告的?我|告了我|把我|打小报告|看心理|去看心理|是贫困|是孤儿|是低保|挂了|被处分|被开除|被退|捡了?我?的?|偷了|去过心灵|家里|最近情绪|得了抑郁|当兵体检)"
    ),
    re.compile(
        r"(?:举报|投诉|打|骂|偷拍|告|跟踪|捡|偷)(?:了)?我(?:作弊)?的?(?:那个|那)?(?:人|男的|女的|同学|监考老师|学生)?.{0,6}(?:是谁|叫什么|叫啥|姓名|名字|学号|住哪|什么系)"
    ),
    re.compile(r"(?:都有谁|有哪些人|名单|列个?单)(?=[^，。]{0,6}(?:给|发|[？?]|$))(?<!公示名单)(?<!录取名单)"),
    re.compile(rf"(?:看|调|查|给).{{0,10}}监控.{{0,20}}(?:是谁|{_PEOPLE})|门禁.{{0,12}}(?:{_PEOPLE}).{{0,8}}几点"),
    re.compile(
        r"(?:学长|学姐|同学|女生|男生|阿姨|老师|那人|那个男的|那个女的|专家|咨询师).{0,4}(?:叫什么|叫啥|是谁(?![管批审]))|专家是谁"
    ),
    re.compile(
        r"(?:老师|教授|校长|院长|书记|处长|科长|主席|导师|辅导员|班主任|考官|专家|阿姨|小哥哥?|小姐姐)的?.{0,6}(?:工资|离婚|结婚|多大年纪|年龄|家地址|家庭住?址|家门牌|"
        r"私人(?:电话|微信|手机)|身份证|门牌号?|家住|住址|叫啥名|叫什么名|老公|老婆|孩子多大)"
    ),
    re.compile(
        rf"(?:{_PEOPLE}|{_NAMED}).{{0,4}}(?:微信号?|qq号?|身份证号?|住址|银行卡号)(?:码)?.{{0,10}}(?:多少|给我|发我|有吧)"
    ),
    re.compile(
        rf"(?:{_PEOPLE}|{_NAMED}).{{0,8}}(?:有没有挂过|有没有被|到底有没有|到底吃|被记过[？?]|谈恋爱|晚归记录|补考过了没|这周都有什么课|在不在学校|处分解除了.{{0,8}}查|住几号楼|家里什么情况)"
    ),
    re.compile(
        r"学号\d+的?(?:人|同学)?是谁|住的(?:都)?是谁|谁(?:晚归|旷课|迟到|挂科)(?:次数)?最多|谁一直没|姓啥|姓什么|能?定位到|手机号有没有|情敌|哪个学院的[？?]?$(?<=男生是哪个学院的)|问到叫什么"
    ),
    re.compile(
        r"(?:孩子|儿子|女儿|闺女|妹妹|弟弟|男朋友|女朋友|舍友|室友).{0,10}(?:请假记录|消费记录|晚归记录|挂没挂科|挂了几门|体检结果)|帮[他她]查下?|(?:孩子|儿子|女儿).{0,10}(?:花了多少|回宿舍|刷卡|成绩|挂科|在不在|去哪)"
    ),
)
_LISTS = _ASKS_FOR_PRIVATE[8]
_LISTS_OF_PEOPLE = re.compile(r"贫困|处分|退学|开除|抑郁|心理|贷款|挂科|低保|孤儿|休学|情绪|咨询")


def not_for(
    asking: Asking, own: frozenset[str], lexical: Lexical | None, nearest: Document | None, passage: str = ""
) -> Because | None:
    """Why these documents must not answer, as far as the question alone, the nearest document and its clause tell."""
    if other_university(asking.question, own):
        return "school"
    if private_data(asking.question):
        return "private"
    if asking.campus is not None and lexical is not None and _unheard_of(asking.campus, lexical):
        return "campus"
    if nearest is None:
        return None
    if asking.learner is not None and not _ruled_for(asking.learner, nearest, passage):
        return "learner"
    if asking.who.degree is not None and not nearest.audience.degrees:
        named = _DEGREE_WORDS[asking.who.degree]
        others = [words for degree, words in _DEGREE_WORDS.items() if degree != asking.who.degree]
        # It never says for whom it is: its title tells. One that names no degree there is for everybody.
        spoken = any(word in nearest.title for words in others for word in words)
        if spoken and not any(word in nearest.text for word in named):
            return "degree"
    return None


def speaks_to(degree: Degree, document: Document) -> bool:
    """Whether a document is for this degree by its audience or names it where it rules."""
    if document.audience.degrees:
        return degree in document.audience.degrees
    named = _DEGREE_WORDS[degree]
    sentences = (each for each in re.split(r"[。；\n]", document.text) if any(word in each for word in named))
    return any(not _ELSEWHERE.search(each) for each in sentences)


_DEGREE_WORDS: dict[Degree, tuple[str, ...]] = {
    "本科": ("本科", "全日制普通", "本专科"),
    "硕士": ("硕士", "研究生"),
    "博士": ("博士", "研究生"),
}


def _ruled_for(learner: str, document: Document, passage: str) -> bool:
    """Whether the document rules on these; parents, staff and graduates stand in many rules without being ruled on."""
    beside = next((names for names in _NO_LEARNERS if any(name in learner for name in names)), None)
    return any(name in passage for name in beside) if beside else _speaks_of(document, learner)


_NO_LEARNERS = (("家长",), ("校友", "毕业"), ("老师", "教师", "教工", "教职", "员工", "职工"))


def _unheard_of(campus: str, lexical: Lexical) -> bool:
    """A campus no document names, in a library that names others."""
    names_others = lexical.frequency("校区") or lexical.frequency("东苑") or lexical.frequency("西苑")
    return bool(names_others) and not all(lexical.frequency(token) for token in tokens(campus))


def _speaks_of(document: Document, learner: str) -> bool:
    """Whether a document rules on this kind of learner; 「国际学生另行规定」 does not."""
    names = next((names for names in _LEARNERS if any(name in learner for name in names)), (learner,))
    sentences = (each for each in re.split(r"[。；\n]", document.text) if any(name in each for name in names))
    return any(not _ELSEWHERE.search(each) for each in sentences)


_ELSEWHERE = re.compile(r"另行规定|另有规定|不适用|除外|不包括|不在此列|另行制定")
_LEARNERS = (
    ("留学生", "国际学生", "外国学生", "来华", "international"),
    ("家长",),
    ("校友", "毕业"),
    ("老师", "教师", "教工", "教职", "员工", "职工"),
    ("MBA", "在职", "非全", "同等学力"),
    ("专升本",),
    ("专科", "高职", "大专", "专生"),
    ("成人", "成教", "继续教育", "继教", "函授", "自考", "夜大", "夜校", "网络教育"),
    ("港澳台", "港澳", "台湾学生"),
    ("交换", "交流生", "访学", "访问学"),
    ("进修",),
    ("预科",),
    ("中学", "高中", "初中", "高一", "高二", "高三"),
)


def other_university(question: str, own: frozenset[str]) -> bool:
    """Whether the question is about a university other than those the documents come from."""
    said = re.sub(r"\s", "", question)
    for name in own:
        said = said.replace(name, "本校")
    if _TOGETHER.search(said) and not _OVER_THERE.search(said):
        return False
    if _OTHER.search(said) or _THEIRS.search(said) or _COLLEGE.search(said):
        return True
    if any(not _NOT_A_NAME.match(found[1]) for found in _UNIVERSITY.finditer(_NEIGHBOUR.sub("", said))):
        return True
    return bool(_nicknames().search(said)) or bool(_LATIN.search(question))


def private_data(question: str) -> bool:
    """Whether the question asks for what belongs to another person: a mark, a phone, a room, a diagnosis."""
    said = re.sub(r"\s", "", question).lower()
    found = next((pattern for pattern in _ASKS_FOR_PRIVATE if pattern.search(said)), None)
    # A list is private only where it lists what is nobody else's business.
    return found is not None and (found is not _LISTS or bool(_LISTS_OF_PEOPLE.search(said)))


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
    return re.compile(
        rf"(?:^|[的在去跟和与比像问从到读考报是查说道个她他们那了，。、（(！？\s])(?:{names})"
        r"(?![门厅楼胆约概型家学一二三四课班小声力量多部批夫事点规])"
    )
