"""The solar terms on days that calendars give them."""

from datetime import date

import pytest

from bot.understanding import solar


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("冬至", date(2025, 12, 21)),
        ("冬至", date(2026, 12, 22)),
        ("立春", date(2025, 2, 3)),
        ("立春", date(2026, 2, 4)),
        ("春分", date(2027, 3, 21)),
        ("立夏", date(2027, 5, 6)),
        ("立秋", date(2027, 8, 8)),
        ("秋分", date(2028, 9, 22)),
        ("谷雨", date(2028, 4, 19)),
    ],
)
def test_a_term_falls_on_the_day_of_the_almanac(name: str, day: date) -> None:
    assert solar.day(name, day.year) == day
