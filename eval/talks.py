"""Questions that need more than themselves: follow-ups, a day that is named, a change that is coming, slips of the pen."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from eval.facts import contains
from eval.figures import Figure, share
from eval.shipped import HELD_OUT, TODAY, documents, library
from knowledge_base import Answer, Library

FILE = HELD_OUT / "conversations.yml"


def run() -> list[Figure]:
    """Empty, with a line on stderr, where the held-out conversations are missing."""
    if not FILE.exists():
        print(f"talks: nothing measured, {FILE.name} is missing", file=sys.stderr)
        return []
    stored = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    with library(documents()) as shelf:
        return [
            _share(shelf, "follow-ups", stored["follow_ups"]),
            _share(shelf, "another day, or a coming change", stored["as_of"]),
            _share(shelf, "slips of the pen", stored["typos"]),
        ]


def _share(shelf: Library, name: str, asked: Iterable[Mapping[str, Any]]) -> Figure:
    cases = list(asked)
    missed: list[str] = []
    for each in cases:
        before = None
        if "before" in each:
            first = shelf.answer(each["before"], TODAY)
            before = first.question or each["before"]
        said = shelf.answer(each["question"], TODAY, before=before)
        wanted = [*each["facts"], *each.get("coming", [])]
        if not (isinstance(said, Answer) and contains(said.text, wanted)):
            missed.append(f"{each.get('before', '')} {each['question']}")
    return share(
        f"talks: {name}, the answer contains the asked fact", len(cases) - len(missed), len(cases), misses=tuple(missed)
    )
