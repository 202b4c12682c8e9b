"""Years of study that a document leaves out of one matter: 三年级以上的不得转专业, 在第一学年可以申请转专业.

What a clause says of the rest is not for them: who is in the third year must not be told which form to fill in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .audience import study
from .document import Document

_YEARS = "一二三四五"
_NOT = re.compile(
    r"有下列情形之一的[，,](?:原则上|一律)?(?:不得|不能|不予|不可以?)(?:再|申请|办理|参加)?(?P<matter>[\u4e00-\u9fff]{2,8})[：:]"
    r"(?P<cases>(?:\s*[（(][一二三四五六七八九十]+[)）][^\n]*)+)"
)
"""A list of cases behind what they may not."""
_ONLY = re.compile(
    rf"学生在第(?P<year>[{_YEARS}])学年(?:第[一二]学期)?(?:可以|方可|才可以|才能)申请(?:\d次)?(?P<matter>[\u4e00-\u9fff]{{2,6}})[，。,]"
)
_CASE = re.compile(r"[（(][一二三四五六七八九十]+[)）][\s　]*([^\n]*)")
_EXCEPTED = re.compile(r"退役|退伍|复学|当兵|参军|入伍|创业")
"""Whom such clauses except; then nothing is left out here."""
_AFTERWARDS = re.compile(r"转[入来进完过了](?!不了)|已经?转|转的|之后|以后|成功|通过")
"""What is asked by those who have been through it."""
_WHETHER = re.compile(r"算不算|算.{0,6}[吗么嘛]")


def barred(document: Document, year: int | None, question: str) -> bool:
    """Whether the document leaves this year of study out of the matter asked about. ``year`` is as in :class:`document.Who`."""
    if not year or year < 0 or any(each.search(question) for each in (_EXCEPTED, _AFTERWARDS, _WHETHER)):
        return False
    return any(
        matter in question and not (first <= year and (last is None or year <= last))
        for matter, first, last in _admitted(document.text)
    )


@lru_cache(maxsize=256)
def _admitted(text: str) -> tuple[tuple[str, int, int | None], ...]:
    """Matters, and the first and last year of study that may."""
    found: list[tuple[str, int, int | None]] = []
    for each in _NOT.finditer(text):
        for case in _CASE.findall(each["cases"]):
            out = study(case)
            if out is not None and out[0] is not None and out[0] > 1:
                found.append((each["matter"], 1, out[0] - 1))
    for only in _ONLY.finditer(text):
        year = _YEARS.index(only["year"]) + 1
        found.append((only["matter"], year, year))
    return tuple(found)
