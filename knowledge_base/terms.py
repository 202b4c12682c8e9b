"""When a document holds: its numbers, its dates, its term, and what it repeals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from .dates import DAY, days, only_day
from .document import Repeal
from .numbering import HAN, value

_OPEN, _CLOSE = r"[〔\[［(（【﹝]", r"[〕\]］)）】﹞]"
NUMBER = re.compile(rf"([\u4e00-\u9fff]{{1,12}})\s*{_OPEN}\s*(\d{{4}})\s*{_CLOSE}\s*第?\s*(\d{{1,4}})\s*号")
YEAR_FIRST = re.compile(rf"{_OPEN}\s*(\d{{4}})\s*{_CLOSE}\s*([\u4e00-\u9fff]{{1,8}}字)\s*第?\s*(\d{{1,4}})\s*号")
DASHED = re.compile(r"([\u4e00-\u9fff]{1,10}[字发])\s*第?\s*(\d{4})\s*[-－—–]\s*(\d{1,4})\s*号")
ORDER = re.compile(
    rf"((?:[\u4e00-\u9fff]{{2,20}}、)?[\u4e00-\u9fff]{{2,20}}令)\s*[（(]?\s*第\s*(\d{{1,4}}|[{HAN}]{{1,6}})\s*号[）)]?"
)
_NUMBERED = rf"{_OPEN}\d{{4}}{_CLOSE}[^（）()]*号|令\s*第?\s*\d+\s*号|\d{{4}}\s*[-－]\s*\d+\s*号"

PASSED = re.compile(r"公布|发布|印发|颁布|审议通过|通过|修订|修正|批准|制定")
STARTS = "施行|实施|执行|生效|试行|起用|启用"
_KINDS = "规定|办法|细则|条例|方案|通知|规则|规程|制度|意见|守则|公约|指南|章程|须知|标准"
_BEFORE = r"(?:^|[。；;，,\n]|本[^，。；\n]{1,24}?|[现将]予[^。；\n]{0,12}?)\s*"
EFFECTIVE = re.compile(
    rf"{_BEFORE}(?:(?:自|从|于)\s*{DAY}\s*(?:起|开始)?|{DAY}\s*(?:起|开始)|"
    r"(?:自|从)\s*(印发|发布|公布|颁布|下发|签发|发文|通过|批准)之日起)"
    rf"\s*(?:正式|开始)?(?:{STARTS})(?!的|以来|至今|后)"
)
LATER = re.compile(
    rf"{_BEFORE}(?:自|从)\s*([^，。；\n《》]{{2,24}}?)\s*(?:起|开始)\s*(?:正式)?(?:{STARTS}|适用)(?!的|以来)"
)
"""A beginning in other words than a day: 自2025年秋季学期起施行."""

_TERM = r"(?:有效期限?|试行期限?)(?:为|限|暂定)?\s*"
_UNTIL = re.compile(rf"(?:有效期限?|试行期限?|试行|执行)[^，。；]{{0,4}}?(?:自\s*{DAY}\s*起?)?\s*(?:至|到)\s*{DAY}")
_YEARS = re.compile(rf"(?:{_TERM}|试行\s*)([一二三四五六七八九十两\d]{{1,2}})\s*(年|个?学年|个月)")
_ITSELF = re.compile(r"(?:^|[，,；;。]\s*|本[^，。；的]{1,14}|起)$")

REPEALING = re.compile(
    r"(?:同时|即行|自行|予以|一并|相应|同日|自动|均|即)\s*(?:废止|失效|作废)|起(?:废止|失效|作废)|"
    r"停止(?:执行|施行|使用)|同时停止|不再(?:执行|施行|适用)|终止执行|修订而成|代替本|予以替代|所?(?:代替|替代|取代)"
)
_REPEALS_AFTER = re.compile(
    r"(?:决定|现|予以|同时|相应)?\s*废止\s*(?=《)|修订自\s*(?=《)|(?:代替|替代|取代)(?:了|原)?\s*(?=《)"
)
_REPEALS_LIST = re.compile(
    r"废止(?:的|以下|下列|如下)[^。；]{0,20}[：:]$|(?:以下|下列)[^。；]{0,20}(?:予以)?废止[：:]$"
)
NAMED = re.compile(rf"《((?:[^《》]|《[^《》]*》)+)》\s*(?:[（(]([^（）()]*(?:{_NUMBERED}))[）)])?")
INSTEAD = re.compile(r"与本[^，。；]{1,8}不一致|以本[^，。；]{1,8}为准")


def number(text: str) -> str | None:
    """The first 文号 in ``text``, printed one way: 沪商院学〔2024〕185号, 教育部令第41号, 学字2023-5号."""
    if found := NUMBER.search(text):
        return f"{found[1]}〔{found[2]}〕{int(found[3])}号"
    if found := YEAR_FIRST.search(text):
        return f"〔{found[1]}〕{found[2]}第{int(found[3])}号"
    if found := DASHED.search(text):
        return f"{found[1]}{found[2]}-{int(found[3])}号"
    if found := ORDER.search(text):
        return f"{found[1].replace('中华人民共和国', '')}第{value(found[2])}号"
    return None


def only_number(text: str) -> str | None:
    """The 文号, where ``text`` is one and nothing else."""
    bare = text.strip("（）()[]【】 　")
    return number(bare) if any(each.fullmatch(bare) for each in (NUMBER, YEAR_FIRST, DASHED, ORDER)) else None


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
    for text in reversed(texts[-6:]):
        found = days(text)
        if found and re.search(r"印\s?发\s*$", text):
            return found[-1][0]
    return None


def signed(text: str) -> date | None:
    """The date of a signature on one line: ``示范大学学生处 2025年6月30日``."""
    found = days(text)
    if len(found) == 1 and found[0][2] == len(text) and re.fullmatch(rf"[\u4e00-\u9fff\s（）]{{2,24}}\s{DAY}", text):
        return found[0][0]
    return None


def beginnings(texts: Sequence[str]) -> Iterator[tuple[int, date | None, str]]:
    """Each place where the body says from when it holds: (paragraph, the day, the words); no day for the day of issue.

    A day that is none, the 31st of June, gives no day and its words.
    """
    for at, text in enumerate(texts):
        for found in EFFECTIVE.finditer(text):
            numbers = [each for each in found.groups()[:6] if each]
            if not numbers:
                yield at, None, found[7]
                continue
            try:
                yield at, date(*map(int, numbers)), ""
            except ValueError:
                yield at, None, "-".join(numbers)


def announced(texts: Sequence[str]) -> date | None:
    """The day from which it holds, as a line above the body says: （2025年7月10日印发，自2025年9月1日起施行）."""
    for text in texts:
        for day, _, end in days(text):
            if re.match(rf"\s*(?:起)?\s*(?:{STARTS})", text[end:]):
                return day
    return None


def expires(texts: Sequence[str], effective: date | None) -> date | None:
    """The first day after the term it states for itself: 「有效期5年」, 「试行一年」, 「有效期至…」.

    The term of a card or a permission is another matter: the words must follow 本办法 or the day it comes into force.
    """
    for text in texts:
        if not re.search(rf"(?:起|日)\s*(?:正式)?(?:{STARTS})|本(?:\S{{0,4}}?)(?:{_KINDS})", text):
            continue
        for found in _UNTIL.finditer(text):
            last = days(found.group())
            if last and _ITSELF.search(text[: found.start()]):
                return last[-1][0] + timedelta(days=1)
        for found in _YEARS.finditer(text):
            if effective and _ITSELF.search(re.sub(rf"(?:{DAY}|之日)\s*起?$", "起", text[: found.start()])):
                return _later(effective, found[1], found[2])
    return None


def _later(start: date, said: str, unit: str) -> date | None:
    count = int(said) if said.isdigit() else value(said)
    months = start.month - 1 + (count if unit == "个月" else 12 * count)
    if count <= 0:
        return None
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, 28)) if start.day > 28 else date(year, month, start.day)


def repeals(texts: Sequence[str]) -> tuple[Repeal, ...]:
    """Every 《…》 of a sentence that says 同时废止 or the like, and every entry of a list of what is repealed."""
    found: list[Repeal] = []
    listing = False
    for text in texts:
        names = NAMED.findall(text)
        if listing and names:
            found += _repeals(names)
            continue
        listing = bool(_REPEALS_LIST.search(text))
        for sentence in re.split(r"(?<=[。；])", text):
            if REPEALING.search(sentence):
                upto = sentence[: list(REPEALING.finditer(sentence))[-1].start()]
                found += _repeals(NAMED.findall(upto))
            if after := _REPEALS_AFTER.search(sentence):
                found += _repeals(NAMED.findall(sentence[after.end() :]))
    return tuple(dict.fromkeys(found))


def _repeals(named: Sequence[tuple[str, str]]) -> list[Repeal]:
    return [Repeal(name, number(said) if said else None) for name, said in named]


def instead(texts: Sequence[str]) -> list[str]:
    """The titles of documents of which it only says that it comes before them: 《…》与本办法不一致的，以本办法为准."""
    return [
        name
        for text in texts
        for sentence in re.split(r"(?<=[。；])", text)
        if INSTEAD.search(sentence) and not REPEALING.search(sentence)
        for name, _ in NAMED.findall(sentence)
    ]
