"""Two requests in one message, taken apart: 「水龙头坏了，顺便投诉一下宿管」."""

from __future__ import annotations

from collections.abc import Callable

from bot.understanding import Reading

Read = Callable[[str], Reading]


def may_be_several(text: str) -> bool:
    return False


def split(reading: Reading, read: Read) -> list[Reading]:
    return [reading]
