"""Whom a document is for: 本科生 or 研究生, which 校区, which 年级. Nobody is excluded by what may mean something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .document import EVERYBODY, Audience, Degree

EVERY: tuple[Degree, ...] = ("本科", "硕士", "博士")
_KINDS = (
    "规定|办法|细则|条例|方案|通知|指南|章程|规则|规程|制度|意见|守则|公约|须知|手册|标准|规范|准则|计划|要求|流程|文件"
)
_SELF = rf"(?:本(?:实施|管理|暂行|试行)?(?:{_KINDS})|以上(?:{_KINDS}))"
SCOPE = re.compile(
    rf"(?:{_SELF}[^，。；：第]{{0,12}}?(?:只|仅|均)?适用于|适用(?:范围|对象|学生|人员|年级)(?:[为是：:\s　]|$)|(?:仅|只)适用于)"
)
CALLED = re.compile(rf"{_SELF}(?:中)?所称(?:的)?[“\"]?(?:学生|本校学生)[”\"]?[，,]?(?:是指|系指|指)")
NOT_FOR = re.compile(r"(?:不适用于|除[^，。；]{1,30}(?:外|以外))")
LIKEWISE = re.compile(r"(?:参照|按照|依照|比照|也适用|亦适用|同样适用)")
FOLLOWS = re.compile(r"参照(?:本|执行|办理|适用|施行|实行)")
_APPLICANTS = re.compile(r"推免|推荐|免试|招生|报考|复试|录取|考研|支教|攻读|升学|博士后|导师|申请审核|夏令营")

_YEAR = r"((?:19|20)\d{2})\s*(?:级|届(?=入学)|年级)"
FROM = re.compile(
    rf"{_YEAR}(?:[^，。；及以起]{{0,8}})(?:（含[^（）]*）|\(含[^()]*\))?\s*(?:学生|新生|本科生|研究生)?\s*(?:(?:及|和|或)?(?:以后|之后|往后)|(?:学生|新生|本科生|研究生)?(?:起|开始))"
)
UPTO = re.compile(rf"{_YEAR}(?:[^，。；及以]{{0,6}})(?:（含[^（）]*）|\(含[^()]*\))?\s*(?:及|和|或)?(?:以前|之前)")
BETWEEN = re.compile(rf"((?:19|20)\d{{2}})\s*级?\s*(?:至|到|—|–|-|~|～)\s*{_YEAR}")
_OLD = r"(?:按照|按|执行|适用|沿用|依照)[^，。；]{0,6}?(?:原|旧|此前|以前)"
OLD_RULES = re.compile(_OLD)
WHOLLY_OLD = re.compile(
    rf"(?:入学)?的?(?:各年级)?(?:全日制)?(?:学生|本科生|研究生|新生)?[，,]?(?:仍然|仍|继续|依旧)?{_OLD}"
    r"[^，。；]{0,20}?(?:办法|规定|细则|条例|(?<!培养)方案|文件|制度|规则)"
)
"""The old rules as a whole: 2023级及以前的学生仍按原办法执行, not 按原标准缴费."""
OLD_STUDENTS = re.compile(rf"(?:在校生|老生|在读学生|已入学|高年级)[^，。；]{{0,12}}{_OLD}")
_STUDY = r"(?:本科|大学)?(?:大([一二三四五])|([一二三四五])年级)"
STUDY_FROM = re.compile(
    rf"(?<![、至到—–-]){_STUDY}(?:学生|本科生)?(?:（含[^（）]*）)?(?P<from>及?(?:其)?以上|起|开始)(?P<without>（不含[^（）]*）)?"
)
STUDY_UPTO = re.compile(rf"{_STUDY}(?:学生|本科生)?(?:（含[^（）]*）)?(?:及?(?:其)?以下)")
_SPREAD = re.compile(
    r"大([一二三四五])\s*(?:至|到|—|–|-|~|～|、|和)\s*大?([一二三四五])|"
    r"(?<![第十])([一二三四五])(?:年级)?\s*(?:至|到|—|–|-|~|～|、|和)\s*([一二三四五])年级"
)
FIRST_YEARS_OUT = re.compile(
    r"(?:大学|本科)?(?:大一|一年级|当年入学|入学第一年)(?:新生|学生|本科生)?[^，。；]{0,4}(?:除外|不适用|不参加|不参评|不享受|不在此列|不纳入|不具备)|"
    r"(?:除|不(?:含|包括|适用于))(?:大学|本科)?(?:大一|一年级|当年入学的?)(?:新生|学生|本科生)?|(?:^|[，；、（])新生(?:除外|不适用|不参加评[选定审]|不参评|不在此列)"
)
"""First-year students are left out: 大学一年级新生除外, 一年级学生不参加评定."""
ENTITLED = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]+[)）、.．]|第[一二三四五六七八九十百\d]+条)?[\s　]*(?:本(?:办法|细则|规定)的?)?"
    r"(?:参评|评选|评定|评审|奖励|资助|申请|申报|参选|选拔|招募|适用)(?:对象|范围|人员)(?:及条件)?(?:为|是|：|:|\s|$)"
)
"""A clause that says for the whole document who may take part: 评选对象为二年级以上本科生."""
CAMPUS = re.compile(r"(?<![各两多新老本分跨])([\u4e00-\u9fff]{1,4}校区)")
_NO_CAMPUS = re.compile(r"^(?:.*(?:各|两|多|其他|所有|全部|不同|有关|新|老|本|分|跨|全校|的|在|和|与|及))?校区$")


@dataclass(frozen=True, slots=True)
class Aimed:
    """What was read, and what was left open on purpose."""

    audience: Audience = EVERYBODY
    uncertain: tuple[str, ...] = ()


def aimed(title: str, texts: Sequence[str], facts: Sequence[str] = ()) -> Aimed:
    """Reads title and paragraphs; ``facts`` are what the format itself says of the audience."""
    doubts: list[str] = []
    scope = [*facts, *_scope(texts)]
    degrees = _degrees(title, scope, texts, doubts)
    campuses = _campuses(title, scope, doubts)
    cohorts = _cohorts(title, scope, texts, doubts)
    return Aimed(Audience(degrees, campuses, cohorts, _years_of_study(scope, texts)), tuple(doubts))


def limited_to(texts: Sequence[str]) -> tuple[Degree, ...]:
    """The degrees the clause of application names, before what others follow is looked at; empty where it names none."""
    named = set().union(*(_named(each) for each in _scope(texts)))
    return tuple(each for each in EVERY if each in named)


def _scope(texts: Sequence[str]) -> list[str]:
    """The sentences that say for whom the document is, without what stands before that."""
    found: list[str] = []
    for at, text in enumerate(texts):
        for sentence in re.split(r"(?<=[。；])", text):
            begins = SCOPE.search(sentence) or CALLED.search(sentence)
            if begins and not re.search(
                r"第[一二三四五六七八九十\d]+[章节条款]", sentence[: begins.end()].split("　")[-1].split(" ")[-1]
            ):
                said = sentence[begins.end() :]
                if not re.search(r"[\u4e00-\u9fff]", said) and at + 1 < len(texts):
                    said = texts[at + 1]  # 适用范围 is a heading
                found.append(said)
    return found


def _named(said: str) -> set[Degree]:
    """The degrees that are named; 研究生 is both."""
    found: set[Degree] = set()
    plain = re.sub(
        r"研究生(?:院|处|部|工作部|导师|教育|培养)|博士后|(?:硕士|博士)生?导师|本科(?:教育|教学|招生|生院|以上|及以上)",
        "",
        said,
    )
    if re.search(r"本科|本专科|本、专科|本（专）科|学士学位|第二学士", plain):
        found.add("本科")
    if re.search(r"硕士|硕博", plain):
        found.add("硕士")
    if re.search(r"博士|硕博|博、硕", plain):
        found.add("博士")
    if "研究生" in plain and not found & {"硕士", "博士"}:
        found |= {"硕士", "博士"}
    return found


def _years_of_study(scope: Sequence[str], texts: Sequence[str]) -> tuple[int | None, int | None]:
    """First and last year of study the document is for: 二年级以上 is ``(2, None)``. Two that differ are none."""
    found = {bounds for each in (*(_first(each) for each in scope), *_entitled(texts)) if (bounds := study(each))}
    if not found and any(FIRST_YEARS_OUT.search(each) for each in (*scope, *_entitled(texts), *_excluding(texts))):
        return 2, None
    return found.pop() if len(found) == 1 else (None, None)


def study(said: str) -> tuple[int | None, int | None] | None:
    """The years of study a phrase names: 二年级以上, 一至三年级, 三年级以下; ``None`` where it names none as a range."""

    def number(*names: str | None) -> int:
        return "一二三四五".index(next(name for name in names if name)) + 1

    if FIRST_YEARS_OUT.search(said):
        return 2, None
    if spread := _SPREAD.search(said):
        first, last = sorted((number(spread[1], spread[3]), number(spread[2], spread[4])))
        return first, last
    if begins := STUDY_FROM.search(said):
        return number(begins[1], begins[2]) + bool(begins["without"]), None
    if ends := STUDY_UPTO.search(said):
        return None, number(ends[1], ends[2])
    return None


def limits_years(said: str) -> bool:
    """Whether a clause says for which years of study its document is; 按二年级以上学生人数分配 says nothing of that."""
    if FIRST_YEARS_OUT.search(said):
        return True
    return bool(SCOPE.search(said) or CALLED.search(said) or ENTITLED.search(said)) and study(said) is not None


def _entitled(texts: Sequence[str]) -> list[str]:
    """What is said of who may take part where a clause is about nothing else."""
    found: list[str] = []
    for at, text in enumerate(texts):
        if begins := ENTITLED.search(text):
            said = text[begins.end() :]
            if not re.search(r"[\u4e00-\u9fff]", said) and at + 1 < len(texts):
                said = texts[at + 1]
            found.append(_first(said))
    return found


def _excluding(texts: Sequence[str]) -> list[str]:
    """Sentences that begin with the first-year students and leave them out of these rules."""
    sentences = (sentence.strip() for text in texts for sentence in re.split(r"[。；]", text))
    begins = re.compile(r"^(?:第[一二三四五六七八九十百\d]+条)?[\s　]*(?:大学|本科)?(?:大一|一年级|新生)")
    return [each for each in sentences if begins.match(each) and re.search(rf"{_SELF}|参加评|参评|评[选定审]$", each)]


def _degrees(title: str, scope: Sequence[str], texts: Sequence[str], doubts: list[str]) -> tuple[Degree, ...]:
    titled = set() if _APPLICANTS.search(title) and "研究生" in title else _named(re.sub(r"本科教学", "", title))
    scope = [FIRST_YEARS_OUT.sub("", each) for each in scope]  # leaves out no degree
    clauses = [each for each in scope if _named(each) or NOT_FOR.search(each)]
    if any(NOT_FOR.search(each) and _named(each) for each in clauses):
        doubts.append("适用范围里有例外（“除……外”或“不适用于”），没有按学历限定，请确认适用对象。")
        return ()
    named = set().union(*(_named(each) for each in clauses)) if clauses else set()
    if not named and re.search(r"高职|专科|大专|成人教育|继续教育", "".join(scope)) and scope:
        doubts.append("适用范围没有写明本科生或研究生，没有按学历限定，请确认适用对象。")
    found = named | titled
    if not found or found == set(EVERY):
        return ()
    others = [each for each in EVERY if each not in found]
    if _likewise(texts, others):
        doubts.append(
            f"正文写有{'、'.join(others)}研究生可以参照的内容，没有按学历限定，请确认适用对象。"
            if "本科" not in others
            else "正文写有本科生可以参照的内容，没有按学历限定，请确认适用对象。"
        )
        return ()
    return tuple(each for each in EVERY if each in found)


def _likewise(texts: Sequence[str], others: Sequence[Degree]) -> bool:
    """Whether a sentence extends the document to the others: 研究生参照本办法执行."""
    for text in texts:
        for sentence in re.split(r"[。；]", text):
            named = _named(sentence.split("参照")[0]) & set(others)
            under_these = LIKEWISE.search(sentence) and re.search(_SELF, sentence)
            if named and (under_these or FOLLOWS.search(sentence)):
                return True
    return False


def _campuses(title: str, scope: Sequence[str], doubts: list[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(name for each in scope if not NOT_FOR.search(each) for name in _campus_names(each)))
    if found:
        return found
    if titled := _campus_names(title):
        doubts.append(f"标题里有“{titled[0]}”，正文没有写明只适用于这个校区，没有按校区限定。")
    return ()


def _campus_names(said: str) -> list[str]:
    if re.search(r"(?:各|所有|全部|两|三|四|多)个?校区", said):
        return []
    names = [
        re.sub(r"^.*(?:适用于|在|我校|学校|大学|学院|和|与|及|、|的|于)", "", name) for name in CAMPUS.findall(said)
    ]
    return [name for name in names if len(name) > 2 and not _NO_CAMPUS.fullmatch(name)]


def _cohorts(
    title: str, scope: Sequence[str], texts: Sequence[str], doubts: list[str]
) -> tuple[int | None, int | None]:
    ranges = {
        found
        for each in (title, *(_first(each) for each in scope), *_beginnings(texts))
        if (found := years(each)) != (None, None)
    }
    for sentence in (sentence for text in texts for sentence in re.split(r"[。；]", text)):
        if not OLD_RULES.search(sentence) or re.search(r"可以?选择", sentence):
            continue
        old = UPTO.search(sentence)
        if old and WHOLLY_OLD.match(sentence, old.end()):
            ranges.add((int(old[1]) + 1, None))
        elif old:
            doubts.append("正文写有部分年级的学生在个别事项上按原规定执行，没有按年级限定，请确认。")
        elif OLD_STUDENTS.search(sentence):
            doubts.append("正文写有部分在校学生按原办法执行，没有写明年级，请确认新旧办法各自适用的年级。")
    if len(ranges) > 1:
        ranges = _agreed(ranges)
    if len(ranges) > 1:
        doubts.append("正文里写到的适用年级不一致，没有按年级限定，请确认。")
        return None, None
    return next(iter(ranges), (None, None))


def _first(scope: str) -> str:
    """What the document is for, without what is only said about some of them behind a comma."""
    return re.split(r"[，,；;。]", scope)[0]


def _agreed(ranges: set[tuple[int | None, int | None]]) -> set[tuple[int | None, int | None]]:
    """One range where they only say the same in other words: from 2024, and those up to 2023 by the old rules."""
    firsts = {first for first, _ in ranges if first is not None}
    lasts = {last for _, last in ranges if last is not None}
    if len(firsts) <= 1 and len(lasts) <= 1:
        return {(next(iter(firsts), None), next(iter(lasts), None))}
    return ranges


def _beginnings(texts: Sequence[str]) -> list[str]:
    """Sentences by which the document begins with a 年级: 本办法自2024级学生起施行."""
    begins = re.compile(
        rf"(?:{_SELF}|^)\s*(?:自|从)\s*{_YEAR}[^，。；]{{0,12}}?(?:起|开始)(?:正式)?(?:施行|实施|执行|适用|试行)"
    )
    return [
        found.group()
        for text in texts
        for sentence in re.split(r"(?<=[。；])", text)
        if (found := begins.search(sentence))
    ]


def years(said: str) -> tuple[int | None, int | None]:
    """The 年级 that are named, first and last, ``None`` for an open end: ``2023级及以后`` → ``(2023, None)``."""
    if between := BETWEEN.search(said):
        first, last = sorted((int(between[1]), int(between[2])))
        return first, last
    if old := UPTO.search(said):
        return None, int(old[1])
    if new := FROM.search(said):
        return int(new[1]), None
    named = sorted({int(year) for year in re.findall(_YEAR, said)})
    # Several that do not follow on each other are no range.
    return (named[0], named[-1]) if named and named == list(range(named[0], named[-1] + 1)) else (None, None)
