"""Other schools than ours: their houses and their days off are nobody's here."""

from __future__ import annotations

import re

_TOWNS = (
    "北京|上海|天津|重庆|河北|河南|山西|陕西|辽宁|吉林|黑龙江|江苏|江西|浙江|安徽|福建|山东|湖北|湖南|广东|广西|海南|四川|贵州|云南|甘肃|青海|宁夏|新疆"
    "|武汉|南京|杭州|成都|西安|广州|深圳|苏州|厦门|郑州|长沙|合肥|济南|青岛|大连|沈阳|哈尔滨|昆明|南昌|福州|宁波"
)
_KINDS = "工商|师范|理工|工业|农业|医科|财经|外国语|交通|科技|民族|政法|林业|海洋|传媒|体育|艺术|石油|矿业|邮电|中医药"
_OURS = r"(?<!我们)(?<!咱们)(?<!咱)(?<!本)(?<!我校)"
_NAMED = (
    rf"(?:某(?:所|个|些)?(?:大学|高校|名校|校|学院|[\u4e00-\u9fff]{{1,4}}大学)|(?:{_TOWNS})(?:{_KINDS})?(?:大学|学院)|(?:{_KINDS})大学)(?!生)|(?:师范|理工|工商|工业|农业|医科|财经|民族|政法|林业|矿业|邮电|中医药)那[边儿]"
    rf"|清华|复旦|同济|{_OURS}(?<![东西南北其当])(?:[北交浙川武厦吉兰郑湖苏师工农理财医科林民]|[南人](?=大(?:的|那|宿舍|校区)))大(?![门厅堂楼道街学活部多概约致家会量小型夫作叔妈爷伯婶姐哥半垃件风雨事声力扫打面宗修检赛奖纲礼屏神佬牌规床包箱衣桶气卡块片批|]|[一二三四](?![号栋幢舍]|食堂|[零〇一二三四五六七八九]{{2}}))"
)
# 「我哥他们学校」, 「我以前的大学」, 「老校区」, 「重庆那边学校」
_OF_SOMEBODY = (
    r"(?:[哥姐弟妹]|同学|朋友|发小|对象|同桌|伙伴|兄弟|闺蜜|老乡)(?:他们?|她们?|们|的)*(?:学校|大学|高中)"
    r"|(?:(?:本科|高中|硕士|初中)(?:时期?|期间|[就所]?[读在上念])*的?|(?:以前|之前|原来|从前)(?:[就所]?[读在上念])*的|(?:以前|之前|原来|从前)[就所]?[读念上])(?:那[所个])?(?:大学|学校|校区)|(?:以前|之前|原来|从前)大学|母校|老校区"
    r"|(?:隔壁|对面|旁边|别的|其他|外地|那边)的?(?:学校|大学|高校)"
)
_OTHER = rf"(?:{_NAMED}|{_OF_SOMEBODY})"
# 「浙大玉泉3号楼」, 「像北大那样的宿舍楼3号楼」; 「从川大转来住3号楼」 is ours.
_THERE = r"(?:的|那[边样种里儿]|这种|里面?|宿舍楼?|校区|老校|新校|本部|玉泉|紫金港|西溪|华家池|仙林|鼓楼|江宁|珠海|沙河|良乡|昌平|嘉定|四平|张江|江湾|邯郸|闵行|徐汇|奉贤|南湖|望江|江安|华西|北洋园|[\u4e00-\u9fff]{2}校区)*"
_OF_ANOTHER = re.compile(rf"{_OTHER}{_THERE}\s?$|在[^,。;!?]{{0,4}}{_OTHER}(?:的时候|时|里)?[, ]\s?$")
_ONE = re.compile(_OTHER)
# 「我高中同学在隔壁理工大，他们1号楼大厅」
_THEIRS = re.compile(r"(?:[他她]们|那[里边儿])(?:学校|大学|高校|校区|那[里边儿])?的?\s?$")
# 「我发小在他们学校5号楼门口」; a parent who writes 「我孩子他们学校」 means ours.
_THEIR_SCHOOL = re.compile(r"[他她]们(?:自己)?(?:学校|大学|高中|校区)的?\s?$")
_CHILD = re.compile(r"孩子|儿子|女儿|闺女|家长|小孩")
# 「别的学校寒假从1月10号放到3月」
_DAYS_THERE = re.compile(rf"{_OTHER}的?(?:寒假|暑假|放假|开学|期末|考试|校庆|运动会|都|已经|早就|是|从|在|要)+\s?$")

# 「我去清华周五面试」, 「复旦老师下周三来交流」
_VISIT = re.compile(
    rf"(?:[去回到在]|参加|前往){_ONE.pattern}[^,。;!?]{{0,6}}$|(?:老师|教授|面试|交流|参加|开会)[^,。;!?]{{0,4}}$"
)
_VISITED = re.compile(r"[^,。;!?]{0,10}(?:面试|交流|来访|参观|来我们|来学校|比赛)")


def of_another(text: str, start: int) -> bool:
    """Whether what stands at ``start`` is another school's: 「清华宿舍5号楼」, 「我哥他们学校下周一」."""
    if text.startswith("校", start):
        # 「我哥他们学校图书馆」
        start += 1
    if _OF_ANOTHER.search(text, max(0, start - 20), start):
        return True
    if _THEIR_SCHOOL.search(text, max(0, start - 8), start) and not _CHILD.search(text):
        return True
    return bool(_THEIRS.search(text, max(0, start - 8), start) and _ONE.search(text, max(0, start - 24), start))


def day_of_another(text: str, start: int) -> bool:
    """Whether the day at ``start`` is another school's: 「我哥他们学校下周一」, 「别的学校寒假从1月10号」."""
    if _VISIT.search(text, max(0, start - 20), start) or _VISITED.match(text, start):
        return False
    return of_another(text, start) or _DAYS_THERE.search(text, max(0, start - 20), start) is not None
