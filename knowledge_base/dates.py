"""Dates as official documents print them."""

from __future__ import annotations

import re
from datetime import date

DAY = r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?"
_HAN_DAY = re.compile(
    r"([〇○◯零OoＯ0一二三四五六七八九]{4})\s*年\s*([一二三四五六七八九十]{1,3})\s*月\s*([一二三四五六七八九十]{1,3})\s*日"
)
_HAN = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○◯零OoＯ0", "0")
_WIDE = str.maketrans("０１２３４５６７８９．－／", "0123456789.-/")


def arabic(text: str) -> str:
    """``二〇二五年六月三十日`` and ``２０２５年６月３０日`` → ``2025年6月30日``; everything else as it is."""

    def number(han: str) -> str:
        if "十" not in han:
            return "".join(_HAN[char] for char in han)
        tens, _, ones = han.partition("十")
        return str(int(_HAN.get(tens, "1")) * 10 + int(_HAN.get(ones, "0")))

    return _HAN_DAY.sub(lambda day: f"{number(day[1])}年{number(day[2])}月{number(day[3])}日", text.translate(_WIDE))


def days(text: str) -> list[tuple[date, int, int]]:
    """Every real date in ``text`` with its span; the 31st of June is none."""
    found = []
    for each in re.finditer(DAY, text):
        try:
            found.append((date(int(each[1]), int(each[2]), int(each[3])), each.start(), each.end()))
        except ValueError:
            continue
    return found


def only_day(text: str) -> date | None:
    """The date, where ``text`` is a date and nothing else."""
    said = arabic(text.strip("（）() 　"))
    found = days(said)
    return found[0][0] if len(found) == 1 and found[0][1:] == (0, len(said)) else None
