"""Numbers as students write them: 12, 十二, 五零二, 两."""

from __future__ import annotations

CHINESE = "零〇一二两俩三四五六七八九十百"
NUMBER = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,5}})"
"""A pattern for a number below a thousand."""

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_ORDER = "零一二三四五六七八九十"


def number(said: str) -> int | None:
    """The value of ``said`` (below 10,000 for Chinese numerals), or ``None`` when it is no number.

    Without 十 or 百 the characters are read one by one, as room numbers are: 五零二 is 502.
    """
    if said.isascii():
        return int(said) if said.isdigit() else None
    if not said or any(sign not in _DIGITS and sign not in "十百" for sign in said):
        return None
    if not any(unit in said for unit in "十百"):
        return int("".join(str(_DIGITS[sign]) for sign in said))
    total, digit = 0, None
    for sign in said:
        if sign in "十百":
            unit = 10 if sign == "十" else 100
            # 十二 begins with its unit; 百 and 五十百 are no numbers.
            if digit is None and (unit == 100 or total % 100):
                return None
            total += (1 if digit is None else digit) * unit
            digit = None
        elif sign in "零〇":
            digit = None
        elif digit is not None:
            return None
        else:
            digit = _DIGITS[sign]
    return total + (digit or 0)


def digits(said: str) -> str:
    """Chinese digits one by one as ASCII digits: 五零二 → 502. Raises ``KeyError`` for anything else."""
    return "".join(sign if sign.isdigit() and sign.isascii() else str(_DIGITS[sign]) for sign in said)


def chinese(value: int) -> str:
    """1 to 99 in Chinese: 12 → 十二."""
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else ("十" if tens == 1 else _ORDER[tens] + "十")) + (_ORDER[ones] if ones else "")
