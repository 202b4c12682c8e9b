"""Which 年级 a question speaks of: their year of study today, and when they were here where they have left.

「19级学长当年」 must not be told today's rule as the one that held for him; 「刚入学」 is the first year of study.
"""

from __future__ import annotations

import re
from datetime import date

from .document import SCHOOL_YEAR_BEGINS, Degree, Stay

LENGTH: dict[Degree | None, int] = {"本科": 4, "硕士": 3, "博士": 4, None: 4}
"""Years a degree normally takes; who names none is taken for an undergraduate."""
LATE = 2
"""Years somebody who says 「我2021级」 without speaking of the past may have stayed longer."""
_COUNT = "一二三四五"
_KIN = "弟|妹|哥|姐|儿子|女儿|孩子|学[长姐弟妹]|师[兄姐弟妹]"

_COHORT = re.compile(
    r"(?<!\d)(?:(20\d{2})|([012]\d))级|(?<!\d)(20\d{2}|[12]\d)年(?:秋季?|春季?|九月|9月)?(?:入学|入校|进校|考进来|考上)"
)
_LEAVERS = re.compile(
    r"(?<!\d)(?:(20\d{2})|([012]\d))届(?!新生|入学|[学研]代会|运动会)|(?<!\d)(20\d{2})年(?:[夏秋冬春]天?|\d{1,2}月)?(?:本科|硕士|博士)?毕业"
)
_OWN_YEAR = re.compile(r"(?:我|咱|我们|本人)[^，。？?！!]{0,6}?(大|研|博)([一二三四五])")
# 大一的成绩, 大一挂的科 are a year's marks, not somebody in that year; 大一点, 大三元 are neither.
_YEAR = re.compile(
    r"(?<![\d大强扩最较更很太])(?:大([一二三四五])(?![点些笔堆早号圈种部大小]|元)|(?:本科)?([一二三四五])年级)(?!以上|及以上|以下|起|开始)"
)
_A_YEARS_MARKS = re.compile(
    r"^(?:整年|全年|学年|那年|那会儿?|的?时候?|期间|[上下]学?期?)*的?(?:成绩|绩点|学分|分数|排名|挂|课程|表现|那年|那会|的?时候|时期?|期间|当时)"
)
_NEWCOMER = re.compile(
    r"萌新|(?i:freshm[ae]n)|军训完(?:就|要|能|可以)|新来的(?:学生|同学)|新同学(?!们?好)|进来就(?:直接)?(?:给|能|可以)|刚上(?:的)?大学|"
    r"(?:大学|入学|进校|入校)的?(?:头|当|这)一?(?:年|学[年期])|大学第一次(?:期末|期中|考试)|刚从?高[中三](?:上来|过来|出来|毕业)|"
    r"(?:通知书|学生证|校园卡|一卡通)(?:才|刚刚?)(?:收到|拿到|领到|发)|第一学年(?:特别|成绩|就|表现)|(?:入学|进校|入校|报到)(?:才|刚|不到|还不到|没几)|新生(?!班|导|奖学金|辅导|杯|手册|群|周|卡|们?的?(?:班助|学长|学姐))|准大学生|"
    r"(?:刚|才|新)(?:刚|才)?(?:入学|入校|进校|进来|报到|录取|考[上进]|军训完|高考完)|(?:入学|入校|进校|大学|本科)的?第一(?:年|学[年期])|"
    r"今年(?:[89九]月份?)?(?:入学|入校|考进来|进来的|进校|录取|来的)|(?<![年级\d])[89九]月份?(?:才|刚|新)?(?:入学|入校|进校|报到|刚?来的|进来)|"
    r"第一(?:年|学年)(?:就|读完之?前|念完之?前|一年|给|能拿)|(?:才|刚刚?)(?:拿到|领到|收到)(?:的?)(?:学生证|校园卡|一卡通|录取通知书?)|"
    r"刚从?高[三中](?:刚)?毕业|高[三中]刚毕业|高[三中]毕业(?:才|不到|没几|还没)|(?:刚刚?|才)(?:踏|走|迈)?进(?:了|的)?(?:大学|校园|校门)|"
    r"(?:上|进|来|读|念)?大学的?(?:第一|头一?)个(?!暑假)|今年(?:刚|才|夏天|六月|6月)?(?:参加)?高考(?!.{0,6}(?:志愿|报名|分数线|招生))|"
    r"今年迎新|(?:刚|才)高考|初来乍到|(?:才|刚)(?:开始)?(?:上|读|念)(?:的)?大学|开学典礼(?:才|刚)|第一次离家(?:上|读|念)|"
    r"(?:才|刚)(?:上|读|来|念)了?(?:半|[一两二三四\d]+)个?多?(?:月|周|星期|礼拜|学期)的?(?:大学|学校|本科)"
)
_THEN = re.compile(
    r"当年|当初|当时|那[年届时会阵]|那几年|那个时候|(?:[大研博][一二三四五]|级|在校|读书|上学|住校)的?时候?(?!间)|老规定|旧规定|以前的|之前的|早先|从前"
)
# 上一届 is the school year before; 前几届, 学姐那一届 are several, and nobody says which.
_YEAR_BEFORE = re.compile(
    r"上一?届(?!(?:学生会|社团|班委|干部|团委|理事|会员|成员)|的?(?:社长|主席|会长|部长|负责人)|毕业)"
)
_YEARS_BEFORE = re.compile(
    r"前[几两三]届(?!毕业)|历届(?!毕业)|往届(?!毕业|生)|(?:学[长姐]|师[兄姐])们?那一?届|比我们?[高大早][一二两三四几]?届"
)
YEARS_BEFORE = 4
"""How many school years back those are who are spoken of without being named."""
_FIRST_YEAR_THEN = re.compile(r"(?:刚)?(?:入学|入校|进校|进来|报到|新生)(?:的)?(?:那[年会时]|时候?)|第一年")
# What one who has left may still ask of today's rules.
_STILL_ASKED = re.compile(
    r"毕业证|学位证|证书|证明|成绩单|成绩表|档案|补办|补发|补领|换发|换证|邮寄|寄到|校友|户口|现在|如今|今年|目前|回校|返校|回学校|回母校"
)
_WHETHER = re.compile(
    r"能不能|可不可以|给不给|有没有(?:资格|机会|份)|够不够格|有资格|有机会|(?:能|可以|行|应该|评)[^，。]{0,14}?[吗么嘛不没吧](?:[呀啊呢]?[？?。]?$|[，。？?\s])"
)
_DETAIL = re.compile(r"多少|几|怎|咋|什么|啥|哪|谁|条件|要求|材料|流程|标准")
_STILL_HERE = re.compile(r"延毕|延期毕业|没毕业|未毕业|在读|复学|休学|保留学籍|退役|退伍|降级|结业")


def cohort(said: str, today: date) -> int | None:
    """The year of admission of whom a question speaks; ``None`` where it names several or none."""
    named = admitted(said)
    several = len({each[1] or each[2] for each in _YEAR.finditer(said)}) > 1
    if named is None and not several and not _COHORT.search(said) and (study := _OWN_YEAR.search(said)):
        return _begun(today) - _COUNT.index(study[2])
    return named


def admitted(said: str) -> int | None:
    """The year of admission a question writes out: 2019级, 19级, 2019年入学."""
    years = {int(f"20{whole or short or came}"[-4:]) for whole, short, came in _COHORT.findall(said)}
    return years.pop() if len(years) == 1 else None


def year_of_study(said: str, today: date) -> int | None:
    """1 for 大一, 一年级, 刚入学 and who was admitted this school year; ``None`` where nothing tells.

    0 where the question is which years may, and the year below 0 where it is whether that one may: 「大一新生能拿奖学金不」 is -1,
    answered by the very clause that leaves them out.
    """
    if _THEN.search(said):
        return None
    every = list(_YEAR.finditer(said))
    found = {_COUNT.index(each[1] or each[2]) + 1 for each in every}
    if len(found) > 1:
        return 0
    if any(_A_YEARS_MARKS.match(said[each.end() :]) for each in every):
        return None
    if _NEWCOMER.search(said):
        found.add(1)
    if (came := admitted(said)) is not None:
        found.add(_begun(today) - came + 1)
    if len(found) != 1 or min(found) < 1:
        return None
    year = found.pop()
    return -year if _WHETHER.search(said) and not _DETAIL.search(said) else year


def school_year_then(said: str, today: date) -> date | None:
    """The last day of the school year a question goes back to: 「22级当初大一的时候」 is 2023-07-31, 「上一届」 the last July."""
    came = admitted(said)
    if came is None and _YEAR_BEFORE.search(said):
        return date(_begun(today), 7, 31)
    if came is None or not (_THEN.search(said) or _FIRST_YEAR_THEN.search(said)):
        return None
    study = _YEAR.search(said)
    if study is None and not _FIRST_YEAR_THEN.search(said):
        return None
    ended = date(came + (_COUNT.index(study[1] or study[2]) + 1 if study else 1), 7, 31)
    return ended if ended < today else None


def stay(said: str, today: date, degree: Degree | None) -> Stay | None:
    """From the end of their first year to when a named 年级 normally left; ``None`` where they may still be here.

    A rule must have held all that time to be told as theirs. 2018届 were leaving when they are spoken of: their last year.
    """
    past = bool(_THEN.search(said))
    if not past and _STILL_ASKED.search(said):
        return None
    length = 5 if "五年制" in said else 3 if "专科" in said or "大专" in said else LENGTH[degree]
    if (came := admitted(said)) is not None:
        first, left = date(came + 1, 8, 31), date(came + length, 6, 30)
        themselves = re.search(r"我(?!们?的?(?:" + _KIN + "))|本人", said)
        if not past and _STILL_HERE.search(said):
            return None
        until = left.replace(year=left.year + LATE) if themselves and not past else left
        return (first, left) if until < today else None
    if _YEARS_BEFORE.search(said):
        return date(_begun(today) - YEARS_BEFORE, 9, 1), date(_begun(today), 7, 31)
    years = {int(of or whole or f"20{short}") for whole, short, of in _LEAVERS.findall(said)}
    if len(years) != 1:
        return None
    year = years.pop()
    return (date(year - 1, 9, 1), date(year, 6, 30)) if date(year, 6, 30) < today else None


def _begun(today: date) -> int:
    """The year in which the running school year began."""
    return today.year if today.month >= SCHOOL_YEAR_BEGINS else today.year - 1
