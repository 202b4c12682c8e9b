"""The facts in a message: where, when, how many, what is broken. Canonical strings, as ``docs/seams.md`` asks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Protocol

from bot.understanding import (
    aside,
    dates,
    elsewhere,
    english,
    money,
    people,
    phones,
    pinyin,
    places,
    tickets,
    visiting,
    words,
)
from bot.understanding.normalise import normalise
from bot.understanding.numerals import number
from bot.understanding.place import Place
from bot.understanding.school_year import SchoolYear
from bot.understanding.spelling import spelled
from bot.understanding.when import iso

# Nobody states a place or a date after a thousand characters; a pasted document is full of both.
_READ = 1000

_MEASURES = "份杯碗套包瓶盒张本件台把支只顶辆桶箱双副条根盏扇束卷罐袋册打块位间人名次个"
"""Strongest first: in 「一个中文的，要两份」 and 「我们三个人要两份」 the copies are meant."""
_MEASURE = (
    rf"(?:人(?!间|寝|宿舍|桌|民|性|字|家|工|员|体|次|生)|个(?!头|性|体|人|税|学分|工作日)|张(?![老三])|位(?<![错少多漏后前末].位)(?!置|数|于|次|[是为:]?\d)|名(?!次|单|字|称|额)|次(?![序品要性方函曲型卧])|本(?![科校学人来月周期地])"
    rf"|台(?![阶灯风湾])|把(?![手关])|支(?![付持撑书部行队])|包(?![间厢括含装裹])|只(?![是有能要想会剩好不用可差知需在给收够到进充扣显])|条(?![件款约])|根(?!本)|双(?!人|选|休|学)|副(?![教院校科主书部处])|打(?=[矿饮啤可酸牛纯鸡铅]|水|饮料|袜|毛巾|$|[,。 ])"
    rf"|块(?=玻璃|瓷砖|地砖|墙砖|砖|面板|白板|黑板|展板|板子|床板|木板|硬盘|电池|肥皂|毛巾|地毯|屏|抹布|场地|蛋糕)|卷(?!子)|间(?<!一间)(?<!1间)(?=$|[,。 吧]|教室|研讨|讨论|会议|房|琴|活动|自习|办公|宿舍)|[{_MEASURES.translate(str.maketrans('', '', '间人个张位名次本台把支条根双副打块卷包只'))}]|(?<=份)卷)"
)
_COUNT = re.compile(
    rf"(?<!\d[-~到至])(?<![一二两三四五六七八九][到至])(?<![第每哪这那几月年周上\d.一二三四五六七八九十])(?<!(?<!得)下)"
    rf"(?P<count>\d{{1,4}}|[一二两俩仨三四五六七八九十百零]{{1,5}})\s?(?:个(?=人(?!月)))?(?P<measure>{_MEASURE})"
    r"(?!月|小时|星期|礼拜|学期|学年|半|人|正经|劲|钟头|钟|多|世纪|样|分钟)"
    # 「俩朋友」, 「三室友」: 俩 and 仨 hold their measure already.
    r"|(?P<both>[俩仨])(?=人|朋友|同学|室友|舍友|孩子|学生|女生|男生|哥们|姐妹|兄弟|$|[ ,。!吧了])"
)
# One of these after the price of one: 「五毛一张」, 「二十块一位」.
_EACH = re.compile(r"(?:□|块|元|毛|钱)\s?$")
_NOT_THESE = re.compile(r"(?:不是|不要|并非|而非)\s?$")
# 「份数：3」, 「拿铁*2」, 「2 copies」, 「双份」
_TOLD = re.compile(
    r"(?:份数|数量|杯数|张数|人数|件数|本数)(?:是|为|:|改成|有|大概|大约|约)?\s?(?P<number>\d{1,3}|[一二两三四五六七八九十]{1,2})(?![\d.点])"
    r"|(?<=[^\W\d])\s?[*x×X]\s?(?P<times>\d{1,2})(?![\d.a-zA-Z])|(?P<copies>\d{1,2}) cop(?:y|ies)|双份"
    r"|(?:[来要打印买借拿]|打印|坏了?|少了?|缺了?|丢了?|还?剩|差)(?P<both>[俩仨](?!人|朋友|同学|室友|舍友))|(?:打|印|要|开|办|出)(?:个|中文|英文)?(?P<slip>\d{1,2}|[一二两三四五六七八九十])分(?=$|[,。吧]|的?(?:中文|英文|成绩|在读|证明))"
)
# 「一共4份，中文2份英文2份」
_TOTAL = re.compile(
    rf"(?:一共|总共|共计|合计|加起来)(?:要|是|有|打印?|印|办|开|借|需要|来)?\s?(?P<number>\d{{1,3}}|[一二两三四五六七八九十]{{1,3}})\s?[{_MEASURES}]"
)
_TAKEN_BACK = re.compile(r"不对|[,。 ]不[,。 ]|不不|改成|改为|说错|打错|应该是|减到|加到|减为|增加到|变成|不是$")
# 「三号楼到五号楼都停水」
_TOGETHER = re.compile(r"\s?(?:到|至|和|跟|与|、|及|或者?|还是)\s?(?:(?:隔壁|对面|旁边)的?)?\s?")
# 「电影《后天》」 is no day.
_TITLE = re.compile(r"《[^《》]{1,40}》")
_ADDRESS = re.compile(
    r"(?:(?:地址|地点|位置)(?:是|在|为|:)|(?<![回去离到在从])(?:宿舍|寝室|房间)(?:是|在|为|:)?|(?:坏了?|出问题|报修|要修|报|漏水|丢)的(?:地方)?(?:是|在))\s?$"
)
# Where somebody is while writing: 「人在图书馆」.
_WHEREABOUTS = re.compile(r"(?:人(?:现在|还|正|已经)?在|(?:现在|正)在|我在)\s?$")
_PAPER = re.compile(r"成绩|证明|transcript|版|份|在读|学籍|打印", re.IGNORECASE)
_CHINESE = re.compile(r"中文|汉语版|中文版")
_ENGLISH = re.compile(
    r"英文(?!系|歌|课|老师|演讲|角|辩论|名)|英语(?=版|的?成绩单|的?证明)|(?<![a-z])english(?![a-z])", re.IGNORECASE
)
_KINDS = ("事假", "病假", "公假")
_ILL = re.compile(
    r"发烧|发热|感冒|生病|看病|住院|肚子疼|拉肚子|头疼|不舒服|手术|骨折|做检查|去医院|胃疼|牙疼|输液|打吊针"
)
_OTHERS = re.compile(r"[妈爸爷奶姥哥姐弟妹]|外公|外婆|家人|家里|亲戚|室友|舍友|同学|朋友|孩子|老人|宠物|猫|狗")
_OFF = re.compile(r"请[^,]{0,6}假|请假|休息")
_CLAUSES = re.compile(r"[,。;!?\n、]+|\.{2,}|(?<=[^\W\d_]) +| +(?=[^\W\d_])")
_NOISE = re.compile(
    r"(?:你好|您好|老师好?|hi|hello|在吗|请问|麻烦(?:你|您|了|老师)?|帮忙|谢谢(?:你|您|老师)?|辛苦了?|请(?:尽快|派人|安排)?|尽快|能不能|可不可以|可以)+",
    re.IGNORECASE,
)
_ERRAND = re.compile(
    r"(?:我们?|这边|这里)?(?:想|要|需要|来)?要?(?:报个?修|保修|申请维修|报一下修|维修申请|报修一下|登记报修)(?:一下)?:?"
    r"|(?:我们?)?的?(?:电话|手机|手机号|联系方式|联系电话|号码|学号)(?:是|为|:)?"
)
_EDGES = re.compile(
    r"^(?:[\s□,.:;的了是在把和呢啊吧这那里儿]|我们?(?=宿舍|寝室|房间|屋|这|那|的|在|住)|那个|这个|那边|这边|里面"
    r"|宿舍的?|寝室的?|房间的?|屋里的?|住在?|有(?=[个人]))+"
    r"|[\s□,.:;!?~的啊呢吧呀哦在]+$"
)


def find(text: str, now: datetime, term_start: date | None = None, *, year: SchoolYear | None = None) -> dict[str, str]:
    """What ``text`` states, by name; a name is missing when it is not said or not clear.

    ``location`` (3号楼502), ``phone`` (eleven digits, or a landline as written), ``student`` (a student number: a word,
    never an identity), ``ticket`` (BX20261122-0001), ``person`` (张老师), ``money`` (yuan: 100, 12.50), ``date``
    (YYYY-MM-DD), ``time`` (HH:MM on that date), ``moment`` (both, YYYY-MM-DDTHH:MM), ``period`` (ISO 8601 interval,
    whole days 00:00–23:59), ``past``, ``past_time`` and ``past_period`` (what is over: 昨晚十一点, 上周一到周三), ``until``
    and ``bound`` (a day and an hour that only bound: 周五之前, 四点以后), none of which is ever a wish for that time, ``visit_hours`` (an interval or a moment when they are there to be visited), ``days`` (a length without a beginning), ``count``, ``fault`` (what is broken, in the
    student's words), ``language`` (zh, en) and ``leave_kind`` (事假, 病假, 公假).

    ``year`` is the university's calendar, ``term_start`` any day of the first teaching week where nothing more of it is
    known; without either, teaching weeks are not read.
    """
    text = pinyin.in_characters(english.translated(normalise(text[:_READ])))
    # ``rest`` is what is left to be read; ``own`` the same in the student's own spelling, for the words of a fault.
    rest = spelled(text)
    found: dict[str, str] = {}
    taken = tickets.find(rest)
    if ticket := tickets.one(rest):
        found["ticket"] = ticket
    rest = _without(rest, taken)
    if phone := phones.phone(rest):
        found["phone"] = phone
    numbers = [*phones.mobiles(rest), *phones.landlines(rest)]
    rest = _without(rest, numbers)
    students = phones.students(rest)
    if student := phones.student(rest):
        found["student"] = student
    rest = _without(rest, students)
    named = places.find(rest)
    place = places.one(rest)
    seen: list[_Span] = [*taken, *numbers, *students, *named]
    own = _without(text, seen)
    rest = _without(rest, [*named, *elsewhere.houses(rest, named)])
    rest = _TITLE.sub(lambda title: "□" * len(title[0]), rest)
    if place is None and len(named) > 1:
        place = _given_place(named, text) or _broken_place(named, own)
    if place:
        found["location"] = place.name
    if person := people.one(rest):
        found["person"] = person
    if amount := money.one(rest):
        found["money"] = amount
    rest = _without(rest, money.find(rest))
    # 「周一鸣老师」 is no Monday.
    rest = _without(rest, people.find(rest))
    found |= _when(rest, now, term_start, year)
    if offered := visiting.hours(rest, now, term_start, year=year):
        found["visit_hours"] = offered
    found |= {
        name: value
        for name, value in (
            ("count", count(rest)),
            ("fault", _fault(own) or _fault(spelled(own))),
            ("language", _language(rest)),
            ("leave_kind", _leave_kind(rest)),
        )
        if value
    }
    return found


def unnumbered(text: str) -> str:
    """Spelled ``text`` with the numbers of tickets, telephones and students blanked, of the same length."""
    text = _without(text, [ticket for ticket in tickets.find(text) if ticket.number])
    text = _without(text, [*phones.mobiles(text), *phones.landlines(text)])
    return _without(text, phones.students(text))


def count(text: str) -> str | None:
    """How many, when a measure word says so: 两份 → ``2``; ``None`` when none or two different numbers are said."""
    if told := _TOLD.search(text):
        value = number(told["number"] or told["times"] or told["copies"] or told["both"] or told["slip"] or "2")
        return str(value) if value else None
    said: dict[str, list[int]] = {}
    for match in _COUNT.finditer(text):
        value = number(match["both"] or match["count"])
        ahead = max(0, match.start() - 4)
        if not value or _NOT_THESE.search(text, ahead, match.start()):
            continue
        if value == 1 and _EACH.search(text, ahead, match.start()):
            continue
        if said and _TAKEN_BACK.search(text, 0, match.start()):
            said.clear()
        measure = match["measure"] or "人"
        said.setdefault(measure, []).append(12 * value if measure == "打" else value)
    total = _TOTAL.search(text)
    if total and said and number(total["number"]) == max(value for values in said.values() for value in values):
        return str(number(total["number"]))
    for measure in _MEASURES:
        if measure in said:
            return str(said[measure][0]) if len(set(said[measure])) == 1 else None
    return None


def _when(text: str, now: datetime, term_start: date | None, year: SchoolYear | None) -> dict[str, str]:
    when = dates.read(text, now, term_start, year=year)
    found: dict[str, str] = {}
    if when.day:
        found["date"] = when.day.isoformat()
    if when.at:
        found["time"] = when.at.strftime("%H:%M")
    if when.day and when.at:
        found["moment"] = datetime.combine(when.day, when.at).strftime("%Y-%m-%dT%H:%M")
    if when.period:
        found["period"] = iso(when.period)
    if when.past:
        found["past"] = when.past.isoformat()
    if when.past_at:
        found["past_time"] = when.past_at.strftime("%H:%M")
    if when.past_period:
        found["past_period"] = iso(when.past_period)
    if when.bound:
        found["bound"] = when.bound.strftime("%H:%M")
    if when.until:
        found["until"] = when.until.isoformat()
    if when.count:
        found["days"] = str(when.count)
    return found


def _broken_place(named: list[Place], text: str) -> Place | None:
    """Of several places the one in whose clause something is broken: 「我住3号楼502，图书馆的打印机坏了」."""
    if aside.WAY.search(text) or any(
        _TOGETHER.fullmatch(text, one.end, two.start) for one, two in itertools.pairwise(named)
    ):
        return None
    broken = []
    for index, place in enumerate(named):
        end = named[index + 1].start if index + 1 < len(named) else len(text)
        clause = _CLAUSES.split(text[place.end : end].lstrip(" ,。的□"))[0]
        if _fault(clause):
            broken.append(place)
    return broken[0] if len(broken) == 1 else None


def _given_place(named: list[Place], text: str) -> Place | None:
    """Of several places the one that is given as the address: 「我在图书馆，地址是3号楼502」."""
    given = [place for place in named if _ADDRESS.search(text, max(0, place.start - 8), place.start)]
    if len(given) == 1:
        return given[0]
    meant = [place for place in named if not _WHEREABOUTS.search(text, max(0, place.start - 6), place.start)]
    return meant[0] if len(meant) == 1 and meant[0].detail else None


def _language(text: str) -> str | None:
    if not _PAPER.search(text):
        return None
    chinese, english = bool(_CHINESE.search(text)), bool(_ENGLISH.search(text))
    return None if chinese == english or "中英" in text else "zh" if chinese else "en"


def _leave_kind(text: str) -> str | None:
    named = {kind for kind in _KINDS if kind in text}
    if named:
        return named.pop() if len(named) == 1 else None
    # Someone else's illness is 事假.
    return "病假" if _OFF.search(text) and _ILL.search(text) and not _OTHERS.search(text) else None


def _fault(text: str) -> str | None:
    """The clauses that tell of something broken, without place, phone, greeting and errand words."""
    thing, trouble, alone, mend = _faults()
    kept = []
    for clause in _CLAUSES.split(_ERRAND.sub(" ", _NOISE.sub(" ", text))):
        clause = _EDGES.sub("", clause.replace("□", " ")).strip()
        if alone.search(clause) or (thing.search(clause) and (trouble.search(clause) or mend.search(clause))):
            kept.append(re.sub(r"\s+", "", clause) if not re.search(r"[a-zA-Z] [a-zA-Z]", clause) else clause)
    return "，".join(kept) or None


@cache
def _faults() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lists = words.load_once("faults")
    thing, trouble, alone, mend = (
        re.compile("|".join(re.escape(word) for word in sorted(lists[name], key=len, reverse=True)), re.IGNORECASE)
        for name in ("things", "troubles", "alone", "mend")
    )
    return thing, trouble, alone, mend


class _Span(Protocol):
    """Where something read stands in the text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def _without(text: str, spans: Iterable[_Span]) -> str:
    """``text`` with what was read blanked, of the same length: no later reader sees 「5号」 in 「5号楼」."""
    for span in spans:
        text = text[: span.start] + "□" * (span.end - span.start) + text[span.end :]
    return text
