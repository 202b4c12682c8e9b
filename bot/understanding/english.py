"""Days, places and numbers of a message in English, in the words that the readers know: ``next Monday`` → 下周一."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]{3}")
_DAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHIFTS = {"next": "下", "this": "这", "last": "上", "coming": "这"}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
            "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "a": 1, "an": 1}  # fmt: skip
_PARTS = {"morning": "上午", "noon": "中午", "afternoon": "下午", "evening": "晚上", "night": "晚上"}
_COUNT = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_NAMES = {
    "library": "图书馆", "gym": "体育馆", "gymnasium": "体育馆", "student center": "学生活动中心", "playground": "操场",
    "basketball court": "篮球场", "north gate": "北门", "south gate": "南门", "east gate": "东门", "west gate": "西门",
}  # fmt: skip
_WORDS = re.compile(
    r"(?<![A-Za-z\d])(?:"
    r"(?P<relative>day after tomorrow|day before yesterday|tomorrow|tmrw?|tmr|2moro|today|tonight|tonite|yesterday|this (?=morning|afternoon|evening))"
    r"|(?:(?P<shift>next|this|last|coming) )?(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs|r)?(?![a-z])"
    r"|week (?P<week>\d{1,2})(?!\d)|(?P<span_shift>next|this|last) (?P<span>weekend|week)(?![a-z])|(?P<weekend>weekend)(?![a-z])"
    rf"|(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.? (?:the )?(?P<dom>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)"
    rf"|(?:(?P<dom_from>\d{{1,2}})(?:st|nd|rd|th)? ?(?:-|to|–) ?)?(?P<dom_first>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month_last>{'|'.join(_MONTHS)})[a-z]{{0,6}}"
    rf"|(?:in |at |on )?(?:the )?(?P<part>{'|'.join(_PARTS)})(?![a-z])"
    r"|(?:dorm|dormitory|building|bldg|block)(?: building)?\.?,? (?:no\.? ?|#)?(?P<house>\d{1,2}|[ab])(?![a-z\d])|(?:room|rm)\.? ?(?P<room>\d{3,4})"
    rf"|(?:the )?(?P<name>{'|'.join(_NAMES)})(?![a-z])"
    rf"|(?:the )?(?P<floor>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_NUMBERS)}) floor|floor (?P<storey>\d{{1,2}})"
    rf"|{_COUNT} (?P<unit>cop(?:y|ies)|people|persons?|students|hours?|minutes?|mins?|days?|weeks?)(?! (?:ago|later))(?![a-z])"
    r"|(?P<to>until|till)(?![a-z])|(?:from|at|on|in|by|,) (?=\d|[a-z]))",
    re.IGNORECASE,
)
# 「tomorrow下午来修」, 「下周Monday」
_MIXED_IN = re.compile(
    r"(?<![A-Za-z\d]) ?(?:"
    r"(?P<relative>day after tomorrow|day before yesterday|tomorrow|today|tonight|yesterday)"
    r"|(?:(?P<shift>next|this|last) |(?<=[下上这]周) ?)?(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)"
    r"|(?P<name>library)(?! ?(?:card|卡))"
    r")(?![A-Za-z]) ?",
    re.IGNORECASE,
)
_RELATIVE = {"day after tomorrow": "后天", "day before yesterday": "前天", "tomorrow": "明天", "today": "今天",
             "tonight": "今晚", "tonite": "今晚", "tmr": "明天", "tmrw": "明天", "2moro": "明天", "yesterday": "昨天"}  # fmt: skip
_UNITS = {"h": "小时", "m": "分钟", "d": "天", "w": "周"}
# 「3rd floor of 图书馆」, 「502, 3号楼」: the building goes first here.
_TURNED = re.compile(
    r"(?P<inner>[一二三四五六七八九十\d]+楼|\d{3,4}) ?,? ?(?:of |in |at )?(?:the )?(?P<outer>图书馆|体育馆|学生活动中心|\d{1,2}号楼|教学楼[AB]座)"
)
# 「2-4pm」 and 「2 to 4 pm」: the first hour leaves its half of the day to the second.
_HALF_DAY = re.compile(
    r"(?<![\d:])(?P<one>\d{1,2}(?::\d\d)?) ?(?:-|–|to) ?(?P<two>\d{1,2}(?::\d\d)?) ?(?P<half>[ap])\.?m(?![a-z])\.?",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff\d])")


def translated(text: str) -> str:
    """``text`` with the days, places and numbers of English in Chinese; of a Chinese one only the days that are written out.

    The rest stays English: it is nobody's fact.
    """
    if not _LETTER.search(text):
        return text
    if _HAN.search(text):
        return _MIXED_IN.sub(_chinese, text)
    text = _HALF_DAY.sub(r"\g<one>\g<half>m-\g<two>\g<half>m", text)
    said = _TURNED.sub(r"\g<outer>\g<inner>", _WORDS.sub(_chinese, text))
    return _GLUED.sub("", said) if said != text else text


def _chinese(match: re.Match[str]) -> str:
    parts = {name: said.lower() for name, said in match.groupdict().items() if said}
    if said := parts.get("relative"):
        return _RELATIVE.get(said, "今天")
    if said := parts.get("day"):
        return f"{_SHIFTS.get(parts.get('shift', ''), '')}周{_DAYS[said]}"
    if said := parts.get("span"):
        shift = _SHIFTS[parts["span_shift"]]
        return f"{shift}周末" if said == "weekend" else f"{shift}周"
    if said := parts.get("week"):
        return f"第{said}周"
    if "weekend" in parts:
        return "周末"
    if said := parts.get("month") or parts.get("month_last"):
        first = f"{parts['dom_from']}号-" if "dom_from" in parts else ""
        return f"{_MONTHS.index(said) + 1}月{first}{parts.get('dom') or parts.get('dom_first')}号"
    if said := parts.get("part"):
        return _PARTS[said]
    return _place(parts) or _counted(parts)


def _place(parts: dict[str, str]) -> str:
    if said := parts.get("house"):
        return f"{said}号楼" if said.isdigit() else f"教学楼{said.upper()}座"
    if said := parts.get("name"):
        return _NAMES[said]
    if said := parts.get("floor") or parts.get("storey"):
        return f"{_number(said)}楼"
    return parts.get("room", "")


def _counted(parts: dict[str, str]) -> str:
    if unit := parts.get("unit"):
        measure = "份" if unit.startswith("cop") else "人" if unit[0] in "ps" else _UNITS[unit[0]]
        return f"{_number(parts['n'])}{measure}"
    return "到" if "to" in parts else ""


def _number(said: str) -> int:
    return _NUMBERS.get(said) or int(re.sub(r"\D", "", said))
