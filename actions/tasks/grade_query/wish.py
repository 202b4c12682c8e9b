"""What of the marks a sentence asks for: 高数, 上学期, 大二下, 绩点, 挂科, 全部."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.course_names import named
from actions.offices.studies import Grades

POINTS = re.compile(
    r"绩点|gpa|均分|平均分|平均成绩|排名|名次|排第几|排多少|年级前|班里|多少学分|几个?学分|总学分|修了|已修",
    re.IGNORECASE,
)
FAILED = re.compile(r"挂科|挂了|不及格|没及格|没过|没通过|挂几门|挂没挂|补考|重修|学业(?:预警|警示)")
ALL = re.compile(r"全部|所有|历年|各科|每门|每科|四年|这几年")
ELSEWHERE = re.compile(
    r"四六级|[四六]级|体测|综测|综合测评|计算机[一二三四]级|[一二]级考试|雅思|托福|教资|普通话|驾照|考研"
)
OTHERS = re.compile(
    r"(?:(?:室友|舍友|同桌|同学(?!你好|您好|帮我|我)|朋友(?!圈)|对象|别人|弟弟|妹妹|哥哥|姐姐|孩子)(?!说|问|告诉|都)|[他她]们?的)"
    r"的?[^,，。]{0,8}(?:考|挂|过|查|成绩|绩点|分|第几)"
)
NUMBER = re.compile(r"(?<!\d)20\d{8}(?!\d)")

YEARS = "一二三四五"
OF_GRADE = re.compile(rf"(?:大|研)(?P<n>[{YEARS}])(?:学年)?的?(?:(?P<half>[上下])(?:半?学期|半年)?)?")
IN_FULL = re.compile(
    r"(?P<year>20\d\d)\s?[-—–~至到]\s?(?:20)?\d\d(?:学年)?(?:-(?P<n>[12])|第?(?P<half>[一二上下])学期)?"
)
THIS_TERM = re.compile(r"(?:这|本)个?学期|这次期末")
LAST_TERM = re.compile(r"(?:上一?个?学期)")
THIS_YEAR, LAST_YEAR = re.compile(r"(?:这|本)个?学年|今年"), re.compile(r"上个?学年|去年")

ASKED = re.compile(
    r"(?:期末|期中|考试|总评)*的?(?:成绩|分数|得分|总评)|考了?(?:多少|几分|得怎么样)|得?了?多少分|得?了?几分|及格了?|过了?没|过了|挂了?没|挂了|出分"
)
BEFORE = re.compile(
    r"^(?:你好|老师|同学|请问|麻烦|辛苦|帮忙?|帮我|给我|替我|我们?|想要?|要|知道|问一?下?|查一?下?|看一?[下看]?|看看|瞅瞅|一下|这次|上次|这门|那门|刚才|最近|的|,|，| )+"
)
BEHIND = re.compile(
    r"(?:的|这门|那门|这课|那课|课程|课|期末|期中|考试|总评|平时|最后|到底|是不是|我|又|都|给了?|门|考|,|，| )+$"
)
NOT_A_NAME = re.compile(r"[我你他她它们哪几多少了吗呢是有没不这那]|什么|老师|知道|学期|学年|今年|成绩|大[一二三四]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as the value of the one field."""

    value: str
    """``courses:GG001,GG005``, ``term:2025-2026-2``, ``year:2025-2026``, ``gpa``, ``failed``, ``all``, or what cannot be told:
    ``elsewhere:六级``, ``others``, ``unknown:量子力学``."""
    words: str
    """The piece of the sentence that says so."""


def wish(said: str, grades: Grades, student: str) -> Wish | None:
    """What ``said`` asks for; ``None`` when it names nothing."""
    if other := _of_others(said, student):
        return Wish("others", other)
    found = named(said, grades.courses.values())
    term = _term(said, grades, student)
    if found:
        codes = [code for code, name in grades.courses.items() if name in found.courses]
        return Wish(f"courses:{','.join(_within(codes, term, grades))}", found.words)
    if term:
        return term
    if elsewhere := ELSEWHERE.search(said):
        return Wish(f"elsewhere:{elsewhere[0]}", elsewhere[0])
    for pattern, value in ((POINTS, "gpa"), (ALL, "all")):
        if match := pattern.search(said):
            return Wish(value, match[0])
    # 「数据结构挂了没」 asks about a course, 「挂了没」 about all of them.
    if unknown := _unknown(said):
        return unknown
    failed = FAILED.search(said)
    return Wish("failed", failed[0]) if failed else None


def _of_others(said: str, student: str) -> str | None:
    """The words that ask for somebody else's marks."""
    number = NUMBER.search(said)
    if number and number[0] != student:
        return number[0]
    others = OTHERS.search(said)
    return others[0] if others else None


def _term(said: str, grades: Grades, student: str) -> Wish | None:
    """The term or academic year that is named."""
    entered = int(student[:4])
    if full := IN_FULL.search(said):
        half = {"一": 1, "上": 1, "二": 2, "下": 2}.get(full["half"] or "", int(full["n"] or 0))
        return Wish(_stretch(int(full["year"]), half), full[0])
    if of_grade := OF_GRADE.search(said):
        half = {"上": 1, "下": 2}.get(of_grade["half"] or "", 0)
        return Wish(_stretch(entered + YEARS.index(of_grade["n"]), half), of_grade[0])
    now = grades.term or max((one.term for one in grades.grades), default=None)
    if now is None:
        return None
    year, half = int(now[:4]), int(now[-1])
    before = (year, 1) if half == 2 else (year - 1, 2)
    for pattern, value in (
        (THIS_TERM, _stretch(year, half)),
        (LAST_TERM, _stretch(*before)),
        (THIS_YEAR, _stretch(year, 0)),
        (LAST_YEAR, _stretch(year - 1, 0)),
    ):
        if match := pattern.search(said):
            return Wish(value, match[0])
    return None


def _stretch(year: int, half: int) -> str:
    return f"term:{year}-{year + 1}-{half}" if half else f"year:{year}-{year + 1}"


def _within(codes: list[str], term: Wish | None, grades: Grades) -> list[str]:
    """The courses of the term that is named beside them, all of them where it has none."""
    if term is None:
        return codes
    stretch = term.value.partition(":")[2]
    then = {one.code for one in grades.grades if one.term.startswith(stretch)}
    then |= {one.code for one in grades.running if one.term.startswith(stretch)}
    return [code for code in codes if code in then] or codes


def _unknown(said: str) -> Wish | None:
    """A course that this student never had: what stands before 「考了多少」, when it can be a name at all."""
    asked = ASKED.search(said)
    if asked is None:
        return None
    name = BEHIND.sub("", BEFORE.sub("", re.split(r"[,，。!！?？\s]", said[: asked.start()])[-1]))
    if not re.fullmatch(r"[一-鿿]{2,10}", name) or NOT_A_NAME.search(name):
        return None
    return Wish(f"unknown:{name}", name)
