"""Replies as lines of a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""A document or an office must not be able to drive the student's terminal."""


def shown(reply: dict[str, Any], base: str = "", *, numbered: bool = False) -> str:
    """One reply with everything in it that a terminal can show; links whole, under ``base``.

    Its choices have numbers where they are the ones that can be picked.
    """
    lines = [reply["text"]]
    if (number := reply.get("number")) and number not in reply["text"]:
        lines.append(f"  受理编号：{number}")
    if status := reply.get("status"):
        lines.append(f"  状态：{status}")
    lines += [f"  {one['label']}：{one['value']}" for one in reply.get("fields", ())]
    lines += [f"  {one['name']} {one['phone']}（{one['hours']}）" for one in reply.get("hotlines", ())]
    for one in (*reply.get("sources", ()), *reply.get("suggestions", ())):
        number = f"（{one['number']}）" if one.get("number") else ""
        lines.append(f"  —— 《{one['document']}》{number}{one['locator']}")
    if reply.get("url"):
        label = f"{reply['label']}：" if reply.get("label") else ""
        lines.append(f"  {label}{urljoin(base, reply['url'])}")
    for place, one in enumerate(reply.get("choices") or (), 1):
        lines.append(f"  [{place}] {one['label']}" if numbered else f"  · {one['label']}")
    return CONTROL.sub("", "\n".join(lines))


def open_list(replies: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The reply whose choices a number picks: the last that has any."""
    return next((reply for reply in reversed(replies) if reply.get("choices")), None)
