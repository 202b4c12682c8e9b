"""Replies as lines of a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""A document or an office must not be able to drive the student's terminal."""


def shown(reply: dict[str, Any]) -> str:
    """One reply with everything in it that a terminal can show."""
    lines = [reply["text"]]
    lines += [f"  {one['label']}：{one['value']}" for one in reply.get("fields", ())]
    lines += [f"  {one['name']} {one['phone']}（{one['hours']}）" for one in reply.get("hotlines", ())]
    for one in (*reply.get("sources", ()), *reply.get("suggestions", ())):
        number = f"（{one['number']}）" if one.get("number") else ""
        lines.append(f"  —— 《{one['document']}》{number}{one['locator']}")
    if reply.get("url"):
        lines.append(f"  {reply['url']}")
    return CONTROL.sub("", "\n".join(lines))


def buttons(replies: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """The buttons of the last reply that has any."""
    return next((list(reply["choices"]) for reply in reversed(replies) if reply.get("choices")), [])
