"""A value of a spreadsheet as its number format shows it: 0.5 is 50%, 45901 is 2025年9月1日."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

WEEKDAYS: Final = "一二三四五六日"
# What a Chinese Excel shows for the built-in formats that have no text of their own in a file (ECMA-376 part 1, 18.8.30)
BUILT_IN: Final = {
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: 'AM/PMh"时"mm"分"',
    35: 'AM/PMh"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: 'AM/PMh"时"mm"分"',
    56: 'AM/PMh"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?|a{3,4})"
    r"|(?P<number>[#0?][#0?,]*(?:\.[#0?]*,*)?)|(?P<percent>%)|_.|\*.|(?P<general>[Gg]eneral)|(?P<other>.)"
)


def shown(value: object, format: str, built_in: int = 0) -> str:
    """The text of a cell. ``format``: its number format; ``built_in``: the id of that format."""
    format = BUILT_IN.get(built_in, format) or "General"
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime() | date() | time() | timedelta():
            return _moment(value, _sections(format)[0])
        case int() | float():
            return _number(value, format)
        case _:
            return str(value)


def is_moment(format: str) -> bool:
    """Whether a format shows a number as a date or a time."""
    return any(found.group("date") or found.group("elapsed") for found in TOKEN.finditer(_sections(format)[0]))


def _sections(format: str) -> list[str]:
    """Positive; negative; zero; text."""
    parts, quoted = [""], False
    for char in format:
        quoted ^= char == '"'
        if char == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _number(value: float, format: str) -> str:
    sections = _sections(format)
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    amount = Decimal(repr(abs(value)))
    tokens = list(TOKEN.finditer(section))
    if (
        section.strip() in ("", "@")
        or any(found.group("general") for found in tokens)
        or "E+" in section
        or "/" in section
    ):
        return sign + _general(amount)
    percents = sum(found.group("percent") is not None for found in tokens)
    amount *= 100**percents
    text, placed = "", False
    for found in tokens:
        if found.group("number") and not placed:
            text += sign + _digits(amount, found.group("number"))
            placed = True
        elif found.group("number"):
            continue
        else:
            text += found.group("quoted") or found.group("escaped") or found.group("currency") or ""
            text += found.group("percent") or (found.group("other") or "") or (found.group("date") or "")
    return text.strip() if placed or text else sign + _general(amount)


def _general(amount: Decimal) -> str:
    """As Excel shows a number without a format: eleven digits at most."""
    if amount == amount.to_integral_value():
        return str(int(amount))
    places = max(0, 10 - len(str(int(amount))))
    text = f"{amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(amount: Decimal, pattern: str) -> str:
    digits = pattern.rstrip(",")
    amount /= 1000 ** (len(pattern) - len(digits))  # commas behind the last digit divide by a thousand each
    whole, _, fraction = digits.partition(".")
    amount = amount.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    left, _, right = f"{amount:f}".partition(".")
    left = left.zfill(whole.count("0")) if whole.count("0") > 1 else left
    if "," in whole:
        left = f"{int(left):,}"
    while right and right.endswith("0") and fraction[len(right) - 1] != "0":
        right = right[:-1]
    return f"{left}.{right}" if right else left


def _moment(value: datetime | date | time | timedelta, format: str) -> str:
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")
    if not is_moment(format):
        format = "h:mm" if isinstance(value, time) else "yyyy/m/d"
    day = value if isinstance(value, date) else None
    clock = value.time() if isinstance(value, datetime) else value if isinstance(value, time) else time()
    twelve = any(found.group("half") for found in TOKEN.finditer(format))
    tokens = list(TOKEN.finditer(format))
    text = ""
    for at, found in enumerate(tokens):
        if part := found.group("date") or found.group("elapsed"):
            text += _part(part.lower(), day, clock, twelve, _is_minute(tokens, at))
        elif found.group("half"):
            text += "上午" if clock.hour < 12 else "下午"
        else:
            text += (
                found.group("quoted") or found.group("escaped") or found.group("other") or found.group("number") or ""
            )
    return text.strip()


def _is_minute(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether an ``m`` means minutes: hours stand before it, or seconds behind it."""
    before = next(
        (
            each.group("date") or each.group("elapsed")
            for each in reversed(tokens[:at])
            if each.group("date") or each.group("elapsed")
        ),
        "",
    )
    behind = next((each.group("date") for each in tokens[at + 1 :] if each.group("date")), "")
    return before[:1].lower() == "h" or behind[:1].lower() == "s"


def _part(part: str, day: date | None, clock: time, twelve: bool, minute: bool) -> str:
    wide = len(part) > 1
    match part[0]:
        case "h":
            hour = (clock.hour % 12 or 12) if twelve else clock.hour
            return f"{hour:02d}" if wide else str(hour)
        case "s":
            return f"{clock.second:02d}" if wide else str(clock.second)
        case "m" if minute:
            return f"{clock.minute:02d}" if wide else str(clock.minute)
        case _ if day is None:
            return ""
        case "y":
            return f"{day.year:04d}" if len(part) > 2 else f"{day.year % 100:02d}"
        case "m":
            return f"{day.month:02d}" if wide else str(day.month)
        case "d" if len(part) > 2:
            return f"星期{WEEKDAYS[day.weekday()]}"
        case "d":
            return f"{day.day:02d}" if wide else str(day.day)
        case _:
            return f"{'星期' if len(part) > 3 else '周'}{WEEKDAYS[day.weekday()]}"
