"""Lay legal questions over statute articles (STARD, Su et al. 2024): the product's own search on a corpus it was not made for."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from eval.figures import Figure, share
from knowledge_base import Document, open_encoder
from knowledge_base.document import Passage
from knowledge_base.embeddings import Embeddings
from knowledge_base.encoder import Vector
from knowledge_base.gate import Gate
from knowledge_base.index import Hit, Index

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT.parent / "shared" / "data" / "retrieval" / "stard.jsonl"
CACHE = ROOT / "build" / "embeddings"
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?$")
AT_1, AT_5 = 54.0, 78.0
"""Goals, %, of what the product does with all that is at hand: the questions of the training split recorded."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the collection."""

    question: str
    right: frozenset[str]
    """Ids of the articles that answer."""
    split: str


def run() -> list[Figure]:
    """R@1, R@5 and R@10 of the 543 test questions over all articles. Empty, with a line on stderr, without the collection.

    Twice: the articles by themselves, and with the questions of the training split kept beside the articles that answer them, as the
    product keeps what students asked (docs/decisions/0010). Two thirds of the test questions ask for an article that a training
    question asks for too; the others are counted apart, because for them nothing can be remembered.
    """
    if not FILE.exists():
        print(f"stard: nothing measured, {FILE.name} is missing", file=sys.stderr)
        return []
    documents, places, questions = read()
    encoder = open_encoder()
    embeddings = Embeddings(CACHE, encoder)
    vectors = embeddings.of([passage.indexed for each in documents for passage in each.passages])
    asked = [each for each in questions if each.split == "test"]
    recorded = [each for each in questions if each.split == "train"]
    queries = embeddings.of([each.question for each in asked], questions=True)
    knowing = [_knowing(each, own, recorded) for each, own in zip(documents, places, strict=True)]
    known = embeddings.of([question for each in knowing for _, question in each.known], questions=True)
    embeddings.save()
    usual = Gate.load(encoder.id).usual
    ids = {(each.id, passage.start): id for each, own in zip(documents, places, strict=True) for passage, id in own}
    named = frozenset(id for each in recorded for id in each.right)
    figures: list[Figure] = []
    for of, index, goals in (
        ("articles alone", Index.build(documents, vectors, encoder.id), (None, None)),
        ("questions of the training split recorded", Index.build(knowing, vectors, encoder.id, known), (AT_1, AT_5)),
    ):
        found = [
            [ids[hit.document.id, hit.passage.start] for hit in _search(index, each, vector, usual)]
            for each, vector in zip(asked, queries, strict=True)
        ]
        figures += _figures(f"stard, {of}", asked, found, goals)
        for apart, inside in (("article named in training", True), ("article not named in training", False)):
            some = [at for at, each in enumerate(asked) if bool(each.right & named) == inside]
            figures += _figures(
                f"stard, {of}, {apart}", [asked[at] for at in some], [found[at] for at in some], (None, None)
            )
    return figures


def _search(index: Index, each: Asked, vector: Vector, usual: Vector) -> Sequence[Hit]:
    return index.search(each.question, np.asarray(vector), date.today(), k=10, usual=usual).hits


def _figures(
    of: str, asked: Sequence[Asked], found: Sequence[Sequence[str]], goals: tuple[float | None, float | None]
) -> list[Figure]:
    ranks = [
        next((at for at, id in enumerate(ids, 1) if id in each.right), None)
        for each, ids in zip(asked, found, strict=True)
    ]
    at = {k: sum(rank is not None and rank <= k for rank in ranks) for k in (1, 5, 10)}
    misses = tuple(each.question for each, rank in zip(asked, ranks, strict=True) if rank is None or rank > 5)
    n = len(asked)
    return [
        share(f"{of}: the right article comes first (R@1)", at[1], n, goal=goals[0]),
        share(f"{of}: among five (R@5)", at[5], n, goal=goals[1], misses=misses if goals[1] else ()),
        share(f"{of}: among ten (R@10)", at[10], n),
    ]


def _knowing(document: Document, own: list[tuple[Passage, str]], recorded: Sequence[Asked]) -> Document:
    """The law with the recorded questions that its articles answer."""
    known = [(at, each.question) for at, (_, id) in enumerate(own) for each in recorded if id in each.right]
    return replace(document, known=tuple(known))


def read() -> tuple[list[Document], list[list[tuple[Passage, str]]], list[Asked]]:
    """A document for each law, its articles with their ids, and the questions."""
    laws: dict[str, list[tuple[str, str, str]]] = {}
    questions: list[Asked] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        each = json.loads(line)
        if each["type"] == "passage":
            article = ARTICLE.search(each["title"])
            law = each["title"][: article.start()] if article else each["title"]
            laws.setdefault(law, []).append((article[0] if article else "全文", each["text"], each["id"]))
        elif each["type"] == "query":
            questions.append(Asked(each["text"], frozenset(each["positive"]), each["split"]))
    made = [_law(title, articles) for title, articles in laws.items()]
    return [document for document, _ in made], [places for _, places in made], questions


def _law(title: str, articles: list[tuple[str, str, str]]) -> tuple[Document, list[tuple[Passage, str]]]:
    text = "\n".join(words for _, words, _ in articles)
    passages = list(_passages(title, articles))
    ids = [id for _, _, id in articles]
    document = Document(title, None, None, None, None, text, (), tuple(passages), title)
    return document, list(zip(passages, ids, strict=True))


def _passages(title: str, articles: list[tuple[str, str, str]]) -> Iterator[Passage]:
    at = 0
    for number, words, _ in articles:
        whole = title if number == "全文" else f"{title}{number}"
        yield Passage(at, at + len(words), number, f"{whole} {words}")
        at += len(words) + 1
