"""How often the head names the right intent on sentences written by another hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import yaml

from bot.understanding import Understanding
from bot.understanding.intents import Head
from bot.understanding.normalise import normalise
from bot.understanding.train import MODEL
from eval.figures import Figure, share
from knowledge_base import open_encoder

HELD_OUT = Path(__file__).with_name("heldout") / "intents.yml"


def read_held_out(path: Path = HELD_OUT) -> list[tuple[str, str]]:
    """Every ``(sentence, intent)``."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [(str(sentence), str(intent)) for intent, sentences in raw.items() for sentence in sentences]


def run() -> list[Figure]:
    understanding = Understanding(open_encoder(), Head.load(MODEL))
    held_out = read_held_out()
    misses, sure, wrong_and_sure = [], 0, 0
    for sentence, intent in held_out:
        reading = understanding.read(normalise(sentence), datetime.now())
        sure += reading.confidence >= 0.5
        if reading.intent != intent:
            wrong_and_sure += reading.confidence >= 0.5
            misses.append(f"{sentence} → {reading.intent} {reading.confidence:.2f}, not {intent}")
    right = len(held_out) - len(misses)
    fewest = min(Counter(intent for _, intent in held_out).values())
    return [
        share("intents: top-1 on held-out sentences", right, len(held_out), goal=88.0, misses=tuple(misses)),
        share("intents: acted upon without asking (≥ 0.5)", sure, len(held_out)),
        share("intents: wrong among those acted upon", wrong_and_sure, sure),
        Figure("intents: fewest held-out sentences of an intent", fewest, unit="count", goal=6, n=len(held_out)),
    ]
