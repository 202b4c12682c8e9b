"""Whether two requests in one message are both found, in their order, and one request is left whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.reader import Reader
from bot.several import parts
from bot.understanding import Understanding, crisis
from bot.understanding.apart import NO_REQUESTS
from bot.understanding.intents import Head
from bot.understanding.normalise import normalise
from bot.understanding.train import MODEL
from bot.words import Names, read_services
from eval.figures import Figure, share
from eval.intents import read_held_out
from knowledge_base import open_encoder

HELD_OUT = Path(__file__).with_name("heldout") / "understanding"
COMPOUND, SINGLE = HELD_OUT / "compound.yml", HELD_OUT / "single.yml"
DEVELOPMENT = Path(__file__).resolve().parents[1] / "training_data" / "requests" / "compound.yml"
"""What the rules were written on: ``compound`` with ``text`` and ``intents``, ``single`` with ``text`` and ``intent``."""


def read(path: Path, key: str) -> list[dict[str, Any]]:
    """The rows of a file that is a list, or a mapping with a list under ``key``."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = raw[key] if isinstance(raw, dict) else raw
    return rows


def splitter() -> Callable[[str], list[str]]:
    """What takes a message apart as the product does: text → the intents of its requests, in the order in which they are done."""
    services = read_services()
    names = Names(services)
    reader = Reader(Understanding(open_encoder(), Head.load(MODEL)), services, names, datetime.now)

    def found(text: str) -> list[str]:
        whole = reader.read(normalise(text))
        if names.task(whole.text):
            return [whole.intent]
        return [part.intent for part in parts(whole, reader, services)]

    return found


def measure(compound: list[dict[str, Any]], single: list[dict[str, Any]], of: str) -> list[Figure]:
    """The figures of these sentences; ``of`` says which they are."""
    taken = splitter()
    both = [row for row in compound if not NO_REQUESTS & set(row["intents"])]
    beside = [row for row in compound if NO_REQUESTS & set(row["intents"])]
    lost, disordered, dropped, torn = [], [], [], []
    for row in both:
        found = taken(row["text"])
        told = f"{row['text']} → {found}, not {row['intents']}"
        if not set(found) >= set(row["intents"]) or len(found) < 2:
            lost.append(told)
        if found != row["intents"]:
            disordered.append(told)
    for row in beside:
        # Who is in danger gets a person before anything else is read.
        danger = "crisis" in row["intents"] and crisis.screen(normalise(row["text"])) is not None
        if not danger and not set(found := taken(row["text"])) >= set(row["intents"]) - NO_REQUESTS:
            dropped.append(f"{row['text']} → {found}, not {row['intents']}")
    for row in single:
        found = taken(row["text"])
        if len(found) > 1:
            torn.append(f"{row['text']} → {found}")
    n, whole = len(both), len(single)
    figures = [
        share(f"compound: both found, {of}", n - len(lost), n, goal=90.0, misses=tuple(lost)),
        share(f"compound: both found and in order, {of}", n - len(disordered), n, misses=tuple(disordered)),
        share(f"compound: one request left whole, {of}", whole - len(torn), whole, goal=90.0, misses=tuple(torn)),
    ]
    if beside:
        name = f"compound: the request beside thanks, a greeting, a yes or a no found, {of}"
        figures.append(share(name, len(beside) - len(dropped), len(beside), misses=tuple(dropped)))
    return figures


def run() -> list[Figure]:
    """Two requests each of which can be done or answered; what stands beside thanks and the like is counted apart."""
    alone = [
        {"text": text, "intent": intent}
        for name in ("plain", "hard")
        for text, intent in read_held_out(HELD_OUT / f"{name}.yml")
        if intent not in NO_REQUESTS
    ]
    *figures, whole, beside = measure(read(COMPOUND, "compound"), read(SINGLE, "single"), "held out")
    _, _, ordinary = measure([], alone, "plain and hard sentences, held out")
    return [*figures, whole, ordinary, beside]
