"""Traditional characters in simplified ones: 「獎學金怎麼申請」 is the question that 「奖学金怎么申请」 is."""

from __future__ import annotations

from functools import cache

import yaml

from .lexical import WORDS


def simplified(text: str) -> str:
    """``text`` with each traditional character of ``words/simplified.yml`` replaced by one; the length stays."""
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    stored = yaml.safe_load((WORDS / "simplified.yml").read_text(encoding="utf-8"))
    return {ord(pair[0]): pair[1] for pair in stored["pairs"].split()}
