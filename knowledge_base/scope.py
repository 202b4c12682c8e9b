"""What these documents must not be asked for: other universities' rules, other people's private data."""

from __future__ import annotations

import re
from typing import Literal

from .asking import Asking
from .document import Document
from .learners import ruled_for, ruled_on, speaks_to
from .lexical import Lexical, tokens
from .schools import other_university, own_universities

__all__ = ["Because", "not_for", "other_university", "own_universities", "private_data", "speaks_to"]

Because = Literal["school", "private", "campus", "learner", "degree", "cohort"]
"""What the question is about that these documents are not for."""

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
_WHETHER_RIGHT = re.compile(
    r"合规|合法|违法|违不违规|侵犯|侵权|隐私权|这[么样](?:干|做|弄|搞)[^，。]{0,6}(?:吗|么|嘛|不|对|行)|(?:有没有|凭什么|凭啥)权?(?:公开|公布|公示|泄露)"
)
"""Asks whether others may tell it, not for it."""
_ON_MY_BEHALF = re.compile(
    r"(?:托|委托|找|请|让|叫).{1,6}(?:代办|代领|代打|代取|代拿|帮我?[打领取拿办])[^，。]{0,3}我的|替我[领打办取拿]"
)
_LISTS = _ASKS_FOR_PRIVATE[8]
_LISTS_OF_PEOPLE = re.compile(r"贫困|处分|退学|开除|抑郁|心理|贷款|挂科|低保|孤儿|休学|情绪|咨询")


def not_for(
    asking: Asking, own: frozenset[str], lexical: Lexical | None, nearest: Document | None, passage: str = ""
) -> Because | None:
    """Why these documents must not answer, as far as the question alone, the nearest document and its clause tell."""
    # A question alone is weighed by the gate; a part of a message that names another school goes on about it.
    if asking.message and other_university(asking.question, own, asking.message):
        return "school"
    if private_data(asking.question):
        return "private"
    if asking.campus is not None and lexical is not None and _unheard_of(asking.campus, lexical):
        return "campus"
    if nearest is None:
        return None
    if asking.learner is not None and not ruled_on(asking.learner, nearest, passage):
        return "learner"
    degree = asking.who.degree
    if degree is not None and not nearest.audience.degrees and not ruled_for(degree, nearest, passage, asking.question):
        return "degree"
    return None


def _unheard_of(campus: str, lexical: Lexical) -> bool:
    """A campus no document names, in a library that names others."""
    names_others = lexical.frequency("校区") or lexical.frequency("东苑") or lexical.frequency("西苑")
    return bool(names_others) and not all(lexical.frequency(token) for token in tokens(campus))


def private_data(question: str) -> bool:
    """Whether the question asks for what belongs to another person: a mark, a phone, a room, a diagnosis."""
    said = re.sub(r"\s", "", question).lower()
    found = next((pattern for pattern in _ASKS_FOR_PRIVATE if pattern.search(said)), None)
    if found is not None and (_WHETHER_RIGHT.search(said) or _ON_MY_BEHALF.search(said)):
        return False
    # A list is private only where it lists what is nobody else's business.
    return found is not None and (found is not _LISTS or bool(_LISTS_OF_PEOPLE.search(said)))
