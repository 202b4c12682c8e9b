"""Lay legal questions over statute articles (STARD, Su et al. 2024): the product's own search on a corpus it was not made for."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from eval.figures import Figure, share
from knowledge_base import Document, open_encoder
from knowledge_base.document import Passage
from knowledge_base.embeddings import Embeddings
from knowledge_base.gate import Gate
from knowledge_base.index import Index

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT.parent / "shared" / "data" / "retrieval" / "stard.jsonl"
CACHE = ROOT / "build" / "embeddings"
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?$")
AT_1, AT_5 = 54.0, 78.0
"""Goals, %."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the collection."""

    question: str
    right: frozenset[str]
    """Ids of the articles that answer."""
    split: str


def run() -> list[Figure]:
    """R@1 and R@5 of the 543 test questions over all articles. Empty, with a line on stderr, without the collection."""
    if not FILE.exists():
        print(f"stard: nothing measured, {FILE.name} is missing", file=sys.stderr)
        return []
    documents, places, questions = read()
    encoder = open_encoder()
    embeddings = Embeddings(CACHE, encoder)
    vectors = embeddings.of([passage.indexed for each in documents for passage in each.passages])
    asked = [each for each in questions if each.split == "test"]
    queries = embeddings.of([each.question for each in asked], questions=True)
    embeddings.save()
    index = Index.build(documents, vectors, encoder.id)
    usual = Gate.load(encoder.id).usual
    ids = {(each.id, passage.start): id for each, own in zip(documents, places, strict=True) for passage, id in own}
    ranks: list[int | None] = []
    misses: list[str] = []
    for each, vector in zip(asked, queries, strict=True):
        hits = index.search(each.question, np.asarray(vector), date.today(), k=10, usual=usual).hits
        found = [ids[hit.document.id, hit.passage.start] for hit in hits]
        rank = next((at for at, id in enumerate(found, 1) if id in each.right), None)
        ranks.append(rank)
        if rank is None or rank > 5:
            misses.append(f"{each.question} → first {hits[0].document.title} {hits[0].passage.locator}")
    n = len(asked)
    at = {k: sum(rank is not None and rank <= k for rank in ranks) for k in (1, 5, 10)}
    return [
        share("stard: the right article comes first (R@1)", at[1], n, goal=AT_1),
        share("stard: the right article is among five (R@5)", at[5], n, goal=AT_5, misses=tuple(misses)),
        share("stard: the right article is among ten (R@10)", at[10], n),
    ]


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
