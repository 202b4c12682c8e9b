"""The solar terms that students name as days: 冬至, 立秋. Counted by the usual rule of the almanac, which holds till 2100."""

from __future__ import annotations

from datetime import date

_CENTURY = {"立春": (2, 3.87), "春分": (3, 20.646), "谷雨": (4, 20.1), "立夏": (5, 5.52), "夏至": (6, 21.37),
            "立秋": (8, 7.5), "秋分": (9, 23.042), "霜降": (10, 23.438), "立冬": (11, 7.438), "冬至": (12, 21.94)}  # fmt: skip
_YEAR = 0.2422
"""What a year is longer than 365 days."""
TERMS = tuple(_CENTURY)


def day(name: str, year: int) -> date:
    """The day of a term of :data:`TERMS` in ``year`` (2000 to 2099)."""
    month, offset = _CENTURY[name]
    past = year % 100
    # What lies before the leap day counts the leap years before this one.
    leaps = (past - 1) // 4 if month < 3 else past // 4
    return date(year, month, int(past * _YEAR + offset) - leaps)
