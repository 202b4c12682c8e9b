"""When a document holds: its dates, its term, and what it repeals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from .dates import DAY, days, only_day
from .document import Repeal

NUMBER = re.compile(r"([\u4e00-\u9fff]{2,12})\s*[〔\[［(（【]\s*(\d{4})\s*[〕\]］)）】]\s*第?\s*(\d{1,4})\s*号")
PASSED = re.compile(r"公布|发布|印发|颁布|审议通过|通过|修订|修正|批准|制定")
STARTS = "施行|实施|执行|生效|试行|起用"
EFFECTIVE = re.compile(
    rf"(?:^|[。；;，,\n]|本[^，。；\n]{{1,24}}?|[现将]予[^。；\n]{{0,12}}?)\s*(?:自|从|于)\s*(?:{DAY}\s*(?:起|开始)?|(印发|发布|公布|颁布|下发)之日起)"
    rf"\s*(?:正式)?(?:{STARTS})"
)
EXPIRES_ON = re.compile(rf"有效期?(?:至|到)\s*{DAY}")
EXPIRES_AFTER = re.compile(r"有效期(?:为|限)?\s*([一二三四五六七八九十两\d]{1,2})\s*年")
REPEALING = re.compile(r"同时废止|即行废止|自行废止|同时失效|予以废止|停止执行|同时停止|一并废止|相应废止")
NAMED = re.compile(
    r"《((?:[^《》]|《[^《》]*》)+)》\s*(?:[（(]([^（）()]*[〔\[［(（【]\d{4}[〕\]］)）】][^（）()]*号)[）)])?"
)


def number(text: str) -> str | None:
    """The first 文号 in ``text``, printed one way: 沪商院学〔2024〕185号."""
    found = NUMBER.search(text)
    return f"{found[1]}〔{found[2]}〕{int(found[3])}号" if found else None


def issued(texts: Sequence[str], head: int) -> date | None:
    """The day it was passed or published, from the ``head`` lines above the body; else the day it was signed."""
    passed: list[date] = []
    for text in texts[:head]:
        found = days(text)
        edges = [*(start for _, start, _ in found[1:]), len(text)]
        for (day, _, end), following in zip(found, edges, strict=False):
            if PASSED.search(text[end:following]) or (
                len(found) == 1 and re.search(r"(?:印发|发布|公布)\S{0,4}$", text)
            ):
                passed.append(day)
    if passed:
        return max(passed)
    for text in texts:
        if day_signed := only_day(text) or signed(text):
            return day_signed
    for text in reversed(texts[-4:]):
        found = days(text)
        if found and re.search(r"印发\s*$", text):
            return found[-1][0]
    return None


def signed(text: str) -> date | None:
    """The date of a signature on one line: ``示范大学学生处 2025年6月30日``."""
    found = days(text)
    if len(found) == 1 and found[0][2] == len(text) and re.fullmatch(rf"[\u4e00-\u9fff\s（）]{{2,24}}\s{DAY}", text):
        return found[0][0]
    return None


def effective(texts: Sequence[str], head: int, issued: date | None) -> date | None:
    """The day its own words say it comes into force; 「自印发之日起」 is the day of issue."""
    for text in reversed(texts):
        found = list(EFFECTIVE.finditer(text))
        if found:
            year, month, day, on_issue = found[-1].groups()
            if on_issue:
                return issued
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                return None
    for text in texts[:head]:
        for day, _, end in days(text):
            if re.match(rf"\s*(?:起)?\s*(?:{STARTS})", text[end:]):
                return day
    return None


def expires(text: str, effective: date | None) -> date | None:
    """The first day after the term it states, 「有效期5年」 or 「有效期至…」."""
    if (found := EXPIRES_ON.search(text)) and (last := days(found.group())):
        return last[-1][0] + timedelta(days=1)
    if effective and (found := EXPIRES_AFTER.search(text)):
        said = found[1]
        years = int(said) if said.isdigit() else "零一二三四五六七八九十".find(said.replace("两", "二"))
        if years > 0:
            return effective.replace(
                year=effective.year + years, day=min(effective.day, 28) if effective.month == 2 else effective.day
            )
    return None


def repeals(texts: Sequence[str]) -> tuple[Repeal, ...]:
    """Every 《…》 of a sentence that says 同时废止 or the like."""
    found: list[Repeal] = []
    for text in texts:
        for sentence in re.split(r"(?<=[。；])", text):
            if not REPEALING.search(sentence):
                continue
            upto = sentence[: list(REPEALING.finditer(sentence))[-1].start()]
            found += [Repeal(name, number(said) if said else None) for name, said in NAMED.findall(upto)]
    return tuple(dict.fromkeys(found))
