"""What a question says besides its topic: who asks, as of when, how many things at once, what it goes on from.

「那研究生呢？」 is a question only together with the one before it; 「我2023级」 chooses a version; 「挂科怎么补考，要钱吗」 are two.
Nothing here searches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from .document import ANYBODY, Degree, Who
from .lexical import plain
from .wording import question_words

MOST_PARTS = 3
"""More questions in one message are answered as one: each costs a search."""
SCHOOL_YEAR_BEGINS = 8
"""Month: from August on 大一 means those admitted this year."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One message, understood as far as a search needs it."""

    question: str
    """What is searched; a question that goes on from another is made whole."""
    who: Who = ANYBODY
    as_of: date | None = None
    """The last day of the time the question itself names (2021年); ``None`` where it names none."""
    parts: tuple[str, ...] = ()
    """The questions one by one, each whole, where there are several; empty for a single one."""
    learner: str | None = None
    """A kind of learner it names that no degree covers: 留学生, 函授."""
    campus: str | None = None
    """The campus it names: 奉浦校区."""
    follows: bool = False
    """Whether it was made whole from the question before."""
    one_of_several: bool = False
    """Whether it is one of the :attr:`parts` of a message."""
    dangling: bool = False
    """Whether it goes on from a question nobody knows: 「那研究生呢？」 as the first words."""


def heard(said: str, today: date, before: str | None = None) -> Asking:
    """``before`` is what :attr:`Asking.question` was for the message before, or ``None``."""
    said = " ".join(said.split())
    follows = before is not None and goes_on(said)
    question = whole(said, before) if follows and before is not None else said
    # What is said last about oneself counts: 「那硕士呢」 after a question that said 本科.
    earlier = who(before, today) if follows and before is not None else ANYBODY
    person = who(said, today).known_from(earlier)
    return Asking(
        question=question,
        who=person,
        as_of=named_day(question, today),
        parts=parts(question),
        learner=learner(question),
        campus=person.campus,
        follows=follows,
        dangling=not follows and bool(_AND_THEN.match(said)) and goes_on(said),
    )


# who asks

_DEGREES: tuple[tuple[str, Degree], ...] = (
    (
        r"[博搏]士(?!后|点|学位论文抽检)(?:研究生|生)?|博[一二三四](?![\u4e00-\u9fff]*会)|直博|硕博连读|联培博士|(?<![想要去攻考报])读博",
        "博士",
    ),
    (
        r"硕士(?:研究生|生)?|(?<!博士)[研硏]究[生牲]|学硕|专硕|研[一二三](?!上?课题)|(?<![想要去攻考报])读[研硕](?!究)",
        "硕士",
    ),
    (r"本科(?:生)?|大[一二三四五](?=[^\d小]|$)", "本科"),
)
# 考研究生, 推荐免试攻读硕士, 研究生院 say nothing about who asks.
_BEFORE_ANOTHER = r"(?<!考)(?<!读)(?<!保)(?<!推)(?<!报)(?<!升)(?<!上)(?<!招)(?<!当)(?<!攻读)(?<!免试)(?<!成为)"
_AFTER_ANOTHER = r"(?!院|处|会|部|工作部|支教|考试|招生|复试|入学|推免|推荐|公寓|课程进修)"
_COHORT = re.compile(
    r"(?<!\d)(?:(20\d{2})|([12]\d))级|(?<!\d)(20\d{2})年(?:秋季?|春季?|九月|9月)?(?:入学|入校|进校|考进来|考上)"
)
_YEAR_OF_STUDY = re.compile(r"(?:我|咱|我们|本人)[^，。？?！!]{0,6}?(大|研|博)([一二三四五])")
_CAMPUS = re.compile(r"([\u4e00-\u9fff]{2,6})校区")
_BEFORE_CAMPUS = re.compile(r"[在到去从的跟和与是住我们]")
_PART = re.compile(r"[东西南北中]苑|(?<![上下])[南北新老]校?区(?!别)|[\u4e00-\u9fff]{2}分校")
_TOWN = re.compile(
    r"(松江|嘉定|临港|奉贤|徐汇|闵行|浦东|宝山|杨浦|青浦|崇明|金山|普陀|静安|虹口|长宁|黄浦|张江|四平路|沙河|良乡|昌平|亦庄|仙林|鼓楼|江宁|紫金港|玉泉|下沙|小和山|大学城)"
    r"(?=那边|这边|校区|上课|住|分校|[^，。]{0,4}(?:宿舍|食堂|图书馆|校园))|搬[去到](松江|嘉定|临港|奉贤|徐汇|闵行|浦东|宝山|青浦|张江)|在(松江|嘉定|临港|奉贤|徐汇|闵行|宝山|青浦|张江)(?:上课|读|住)"
)
_NO_CAMPUS = re.compile(r"^(?:[这那哪各两几每本该新老主分东南西北一二三四个全所多跨别其他它]|学|我们|不同|咱们|什么)+$")
_LEARNERS = re.compile(
    r"留学生|国际学生|外国学生|来华学生|international student|专科生?(?!医院)|高职生?|大专生?(?!家)|专升本|成人(?:教育|高考|班|本科)|成教|继续教育|继教|函授|自考|网络教育|"
    r"夜大|夜校|博士后|MBA|在职读?研?究?生?|非全(?:日制)?|同等学力|(?:我|他|她|弟|妹)[^，。]{0,4}(?:中学生|高中生|初中生|小学生|高[一二三](?!数))|进修生|访问学[生者]|来.{0,5}(?:访学|交换)|"
    r"交换生|交换来的|预科生?|港澳台侨?(?:学?生)?|(?:我是|作为|本人是?|学生)[^，。]{0,4}(?:家长|老师|教师|员工|职工|辅导员|教授)|校友|(?:已经?|都)?毕业(?:了?[一二三四五六七八九十两\d]+年|多年|好几年)|已经毕业的",
    re.IGNORECASE,
)


def who(said: str, today: date) -> Who:
    """Who asks, or whom the question is about: 年级, degree, campus. Two degrees at once are none."""
    return Who(_cohort(said, today), _degree(said), _campus(said))


def _degree(said: str) -> Degree | None:
    found: list[Degree] = []
    rest = said
    for pattern, degree in _DEGREES:
        named = re.compile(f"{_BEFORE_ANOTHER}(?:{pattern}){_AFTER_ANOTHER}")
        if named.search(rest):
            found.append(degree)
            rest = named.sub("\n", rest)
    return found[0] if len(found) == 1 else None


def _cohort(said: str, today: date) -> int | None:
    years = {int(came if came else whole_year or f"20{short}") for whole_year, short, came in _COHORT.findall(said)}
    if len(years) == 1:
        return years.pop()
    if not years and (study := _YEAR_OF_STUDY.search(said)):
        begun = today.year if today.month >= SCHOOL_YEAR_BEGINS else today.year - 1
        return begun - "一二三四五".index(study[2])
    return None


def _campus(said: str) -> str | None:
    names = {_BEFORE_CAMPUS.split(name)[-1] for name in _CAMPUS.findall(said)}
    names = {name for name in names if 2 <= len(name) <= 4 and not _NO_CAMPUS.match(name)}
    if len(names) == 1:
        return f"{names.pop()}校区"
    if names:
        return None
    parts_named = set(_PART.findall(said))
    if len(parts_named) == 1:
        return str(parts_named.pop())
    town = _TOWN.search(said)
    return next((name for name in town.groups() if name), None) if town else None


def learner(said: str) -> str | None:
    """A kind of learner named beside the three degrees."""
    found = _LEARNERS.search(said)
    return found[0] if found else None


# as of when

_DAY = re.compile(
    r"(?<![\d第])(20\d{2})\s*[年.-]\s*(?:(1[0-2]|0?[1-9])\s*[月.-]\s*(?:(3[01]|[12]\d|0?[1-9])\s*[日号]?)?)?"
    r"(?!\d|级|届|秋?季?(?:入学|入校|进校|毕业)|考[进上]|毕业|出生|生的)"
)
_SCHOOL_YEAR = re.compile(r"(20\d{2})\s*[-—–~～至到]+\s*(20\d{2})\s*学年")
_LAST_YEAR = re.compile(r"(去年|前年|明年)的?(?:规定|办法|制度|政策|标准|规矩|要求|时候)")


def named_day(said: str, today: date) -> date | None:
    """The last day of the time a question names: 2021年 is 2021-12-31. ``None`` for none, and for the current year."""
    if years := _SCHOOL_YEAR.search(said):
        first = int(years[1])
        running = date(first, 9, 1) <= today <= date(first + 1, 8, 31)
        return None if running else date(first + 1, 8, 31)
    if last := _LAST_YEAR.search(said):
        year = today.year + {"去年": -1, "前年": -2, "明年": 1}[last[1]]
        return date(year, 12, 31)
    if not (found := _DAY.search(said)) or ("年" not in found[0] and not found[3]):
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if year == today.year and not month:
        return None
    return _last(year, month or 12, day or 31)


def _last(year: int, month: int, day: int) -> date:
    """That day, or the last one of its month."""
    for last in range(day, 27, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, min(day, 27))


# several questions in one

_ASKS = re.compile(
    r"什么|啥|怎么|怎样|咋|如何|多少|多久|多长|多大|几|哪|谁|[吗么嘛呢]\s*$|能不能|可不可以|可否|能否|是否|是不是|要不要|会不会|有没有|行不行|用不用|"
    r"需不需要|该不该|算不算|可以.{0,8}[吗不]|[？?]"
)
_CUTS = re.compile(
    r"(?<=[？?；;。！!\n])|[，,、\s]*(?=(?:还有就是|还有|另外|以及|顺便|同时|再就是|再问|然后再?问)[，,]?)|[，,](?=[^，,]*$)|[，,]"
)
_JOINS = re.compile(
    r"^(?:还有就是|还有|另外|以及|顺便(?:再?问一?下|问问)?|同时|再就是|再问一?下|然后再?问?|请问|那么?)[，,：:\s]*"
)
_BOTH = re.compile(
    r"^(?P<lead>.{0,8}?)(?P<x>[\u4e00-\u9fffA-Za-z0-9]{2,10}?)(?:和|与|跟|、|以及)(?P<y>[\u4e00-\u9fffA-Za-z0-9]{2,10}?)"
    r"(?P<tail>(?:分别|各自|各)[^，,]{1,16}|(?:的?(?:区别|差别|不同)|有什么(?:区别|差别|不同)|有啥(?:区别|不同))[^，,]{0,6})$"
)


def parts(question: str) -> tuple[str, ...]:
    """The questions of a message one by one, each understandable alone; empty where there is only one."""
    if both := _BOTH.match(question.rstrip("？?。 ")):
        tail = re.sub(r"分别|各自|各|的?(?:区别|差别|不同)|有什么|有啥|(?:是什么)?$", "", both["tail"], count=2)
        return tuple(f"{both['lead']}{each}{tail}" for each in (both["x"], both["y"]))
    pieces = [piece.strip(" ，,；;。") for piece in _CUTS.split(question) if piece and piece.strip(" ，,；;。")]
    asked: list[str] = []
    context = ""
    for piece in pieces:
        bare = _JOINS.sub("", piece)
        if not bare:
            continue
        if _ASKS.search(bare):
            asked.append(f"{context}，{bare}" if context else bare)
            context = ""
        else:
            context = f"{context}，{bare}" if context else bare
    if context and asked:
        asked[-1] = f"{asked[-1]}，{context}"
    if not 2 <= len(asked) <= MOST_PARTS:
        return ()
    about = topic(asked[0])
    return (asked[0], *(each if _stands_alone(each) else f"{about} {each}" for each in asked[1:]))


# going on from the question before

_ASPECT = re.compile(
    r"申请|办理|提交|审批|批准|报名|需要|材料|条件|流程|手续|步骤|时间|时候|日期|截止|期限|费用|收费|要钱|花钱|交钱|多少钱|金额|标准|电话|地点|地方|"
    r"联系|负责|部门|办公室|老师|名额|人数|比例|要求|规定|原因|后果|结果|次数|去哪|在哪|找|办|交|批|要|去|领|拿|钱|花|贵|用|能|可以|可|会|有|是|的|了|"
    r"还|也|就|都|吧|呀|啊|呢|吗|嘛|么|得|到|算|最多|最少|至少|最晚|最早|一次|一年|一般|具体|详细|再|又|被|给|让|把|我|你|他|她|它|人|请问|想问|知道|"
    r"上限|下限|免费|网上|线上|线下|现场|周末|假期|几|天|次|个|年|月|多|少|大|小|长|久|快|慢|本人|代办|别人|帮忙|补|过期|超过|超了|没|不"
)
_POINTS = re.compile(
    r"^(?:那|这个|这种|这样|这些|它|此|上述|上面|刚才|前面|同样|如果(?:是|换成)|要是|换成|换作|改成)|(?:这种情况|这个情况|刚才说的|上面说的)"
)
_ASKING = re.compile(
    r"请问一?下?|(?:我)?想(?:问|知道|了解)一?下?|是什么样的?|有什么|有哪些|什么时候|什么时间|什么样的?|是什么|什么|是啥|有啥|啥|怎么(?:样|办(?!理))?|怎样|咋办?|如何|"
    r"为什么|为啥|多少钱|多少|多久|多长时间|多长|几[天次个点年门分号]钟?|哪里|哪儿|哪些|哪个|找谁|谁|能不能|可不可以|可否|能否|是否|是不是|要不要|会不会|"
    r"有没有|行不行|用不用|需不需要|算不算|[吗么嘛呢](?=[？?。\s]*$)"
)
_AND_THEN = re.compile(
    r"^(?:那么?|如果是?|要是|换成|换作|改成)?(?P<what>[^，,。？?！!]{1,14}?)(?:呢|又怎么样|怎么说|也一样[吗嘛]?|一样[吗嘛]|也是这样[吗嘛]?)[呀啊]?[？?。！!\s]*$"
)
_STOPS = "的了在和与跟把被对从到能可要是有没吗我你他她，,。？? 、：:；;请问想于及或"


def goes_on(said: str) -> bool:
    """Whether a message can only be understood with the question before it."""
    body = said.strip()
    if len(body) > 30 or not body:
        return False
    if _AND_THEN.match(body) and len(body) <= 16:
        return True
    if _POINTS.search(body):
        # 「这个学期什么时候放假」 and 「这种情况」 differ: what points must be nearly all there is.
        return body.startswith(("那", "它", "刚才", "上述", "上面")) or len(_content(_POINTS.sub("", body))) <= 2
    return bool(_ASKS.search(body)) and not _stands_alone(body)


def whole(said: str, before: str) -> str:
    """The question as one would ask it without the one before."""
    body = said.strip()
    if (then := _AND_THEN.match(body)) is None:
        rest = re.sub(r"^(?:那么?|这个|它|刚才说的|上面说的)[，,\s]*", "", body)
        return f"{topic(before)} {rest}"
    what = re.sub(r"^(?:对于?|关于|作为|我是|是)", "", then["what"])
    if who(what, date.today()) != ANYBODY or learner(what):
        return f"{what}{_without_person(before)}"
    return _exchanged(what, before) or f"{what} {before}"


def topic(question: str) -> str:
    """What a question is about, without what it asks about it: 「缓考怎么申请」 → 「缓考 申请」."""
    rest = _ASKING.sub(" ", question)
    rest = re.sub(r"[？?。！!，,；;、\s]+", " ", rest).strip()
    return rest or question


def _stands_alone(question: str) -> bool:
    return len(_content(question)) >= 2


def _content(question: str) -> str:
    """What is left of a question without what asks and without aspects any matter has."""
    rest = plain(question)
    for word in question_words():
        rest = rest.replace(word, "\n")
    rest = _ASPECT.sub("\n", rest)
    return "".join(re.findall(r"[\u4e00-\u9fffa-z]{2,}", rest))


def _without_person(question: str) -> str:
    """The question before without whom it was about."""
    rest = re.sub(
        r"(?:我是|作为)?(?:20)?\d{2}级的?|(?:我是|作为)?(?:本科|硕士|博士)(?:研究生|生)?的?|(?:我是|作为)?研究生的?|[\u4e00-\u9fff]{2,4}校区的?",
        "",
        question,
    )
    return rest.lstrip("，, ") or question


def _exchanged(what: str, before: str) -> str | None:
    """「国家奖学金多少钱」, 「那励志奖学金呢」: what ends alike is exchanged."""
    for length in range(min(len(what), 5), 1, -1):
        ending = what[-length:]
        at = before.find(ending)
        if at < 0 or what in before:
            continue
        first = at
        while first and at - first < 6 and before[first - 1] not in _STOPS:
            first -= 1
        return before[:first] + what + before[at + length :]
    return None


def about(asking: Asking, question: str) -> Asking:
    """The same person and day, one of several questions."""
    return replace(asking, question=question, parts=(), one_of_several=bool(asking.parts))
