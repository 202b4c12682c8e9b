"""Which characters follow which in our own hands' sentences: ``python -m knowledge_base.fit_ordinary`` after new ones were written.

``words/ordinary.txt`` keeps what stands in two sentences or more, so that one slip of the pen does not become ordinary: a line for each
character, those that follow it behind. The sentences that are slips on purpose are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from .spelling import ORDINARY

SENTENCES = Path(__file__).resolve().parent.parent / "training_data"
FOLDERS = ("dispatch", "hard", "intents", "questions", "requests")
SLIPS = "typos.yml"
SEEN = 2
"""In so many sentences a pair must stand."""
_HAN = re.compile(r"[\u3400-\u9fff]+")


def counted() -> dict[str, str]:
    """Each character's followers, counted in ``training_data``."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    paths = sorted(path for folder in FOLDERS for path in (SENTENCES / folder).glob("*.yml") if path.name != SLIPS)
    sentences = {
        sentence
        for path in paths
        for sentence in _sentences(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506 - either is safe
    }
    seen = Counter(
        pair
        for sentence in sentences
        for pair in {left + right for run in _HAN.findall(sentence) for left, right in pairwise(run)}
    )
    found: dict[str, str] = {}
    for pair in sorted(pair for pair, often in seen.items() if often >= SEEN):
        found[pair[0]] = found.get(pair[0], "") + pair[1]
    return found


def write(found: Mapping[str, str]) -> None:
    """To :data:`spelling.ORDINARY`."""
    ORDINARY.write_text("".join(f"{char}{followers}\n" for char, followers in found.items()), encoding="utf-8")


def _sentences(stored: Any) -> Iterator[str]:
    """Every text in a file of sentences, whatever its shape; of a question with its document only the question."""
    if isinstance(stored, str):
        yield stored
    elif isinstance(stored, list):
        for each in stored:
            yield from _sentences(each)
    elif isinstance(stored, dict):
        for each in [stored["question"]] if "question" in stored else stored.values():
            yield from _sentences(each)


if __name__ == "__main__":
    write(counted())
