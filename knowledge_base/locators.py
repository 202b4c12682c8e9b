"""Where a clause stands, as people cite it."""

from __future__ import annotations

from .numbering import HAN
from .outline import Part

HAN_NUMBERS = [
    HAN[0],
    *"一二三四五六七八九十",
    *(f"十{one}" for one in "一二三四五六七八九"),
    *(f"二十{one}" for one in "一二三四五六七八九"),
]
SPACED = {"编", "章", "节", "条", "附件", "#"}


def locator(part: Part) -> str:
    """Where a part stands, as people cite it: ``第三章 第十二条``, ``三、（五）18``, ``附件 A.4.9``."""
    said = ""
    before = ""
    for each in part.path():
        said += (" " if said and (before in SPACED or each.kind in SPACED) else "") + each.label
        before = each.kind
    return said


def below(part: Part, label: str) -> str:
    place = locator(part)
    return f"{place} {label}".strip() if part.kind in SPACED or label[0] not in "（(" else f"{place}{label}"
