"""The shipped documents as a library of their own, and the questions other hands asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from knowledge_base import Document, Library, open_encoder
from knowledge_base.embeddings import Embeddings
from knowledge_base.ingest import Child
from knowledge_base.intake import taken
from knowledge_base.store import Store

ROOT = Path(__file__).resolve().parent.parent
POLICIES = ROOT / "knowledge_base" / "policies"
HELD_OUT = ROOT / "eval" / "heldout"
CACHE = ROOT / "build" / "embeddings"
TODAY = date(2026, 11, 22)
"""The day the held-out questions were written on; the documents have versions that begin and end around it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A question, where its answer stands, and the words an answer must contain."""

    question: str
    document: str
    """The stem of the file."""
    locators: tuple[str, ...]
    facts: tuple[str, ...]


@cache
def documents() -> tuple[Document, ...]:
    """Every shipped document, read once."""
    with Child() as child:
        read = list(taken([POLICIES], child))
    return tuple(each for each in read if isinstance(each, Document))


@contextmanager
def library(of: Sequence[Document]) -> Iterator[Library]:
    """A library of these documents alone."""
    encoder = open_encoder()
    with TemporaryDirectory() as folder:
        Store(Path(folder), Embeddings(CACHE, encoder)).publish(list(of), encoder)
        yield Library.open(Path(folder), encoder)


def held_out(name: str = "facts.yml") -> list[Fact]:
    """The questions of a held-out file; empty where it is missing."""
    path = HELD_OUT / name
    if not path.exists():
        return []
    stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Fact(each["question"], each["document"], tuple(each["locators"]), tuple(each["facts"])) for each in stored]
