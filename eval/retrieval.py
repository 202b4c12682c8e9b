"""How often the knowledge base finds, quotes and declines rightly, on questions nobody tuned on."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from eval.figures import Figure, share
from knowledge_base import Answer, Decline, Library, open_encoder
from knowledge_base.embeddings import Embeddings
from knowledge_base.ingest import files
from knowledge_base.known import take_in
from knowledge_base.questions import Asked, answers, asked, outside
from knowledge_base.store import Store

ROOT = Path(__file__).resolve().parent.parent
POLICIES = ROOT / "knowledge_base" / "policies"
QUESTIONS = ROOT / "eval" / "heldout" / "questions.yml"
OUTSIDE = ROOT / "eval" / "heldout" / "outside.yml"
CACHE = ROOT / "build" / "embeddings"


def run(questions: Path = QUESTIONS, unanswerable: Path = OUTSIDE) -> list[Figure]:
    """Measures on the shipped documents. Empty, with a line on stderr, where the questions or documents are missing."""
    if not questions.exists() or not any(POLICIES.glob("*")):
        print(f"retrieval: nothing measured, {questions.name} or the documents are missing", file=sys.stderr)
        return []
    inside = asked(questions)
    with tempfile.TemporaryDirectory() as folder:
        library = _library(Path(folder))
        figures = [*_found(library, inside), *_answered(library, inside)]
        if unanswerable.exists():
            figures.append(_declined(library, outside(unanswerable)))
        else:
            print(f"retrieval: declining not measured, {unanswerable.name} is missing", file=sys.stderr)
    return figures


def _library(folder: Path) -> Library:
    documents = [take_in(path) for path in files([POLICIES])]
    encoder = open_encoder()
    embeddings = Embeddings(CACHE, encoder)
    Store(folder, embeddings).publish(documents, encoder)
    return Library.open(folder, encoder)


def _today() -> date:
    return date.today()


def _found(library: Library, inside: Sequence[Asked]) -> list[Figure]:
    ranks: list[int | None] = []
    misses: list[str] = []
    for each in inside:
        hits = library.find(each.question, _today(), k=5)
        rank = next((at for at, hit in enumerate(hits, 1) if answers(hit.document, hit.passage.locator, each)), None)
        ranks.append(rank)
        if rank != 1:
            first = f"《{hits[0].document.source}》{hits[0].passage.locator}" if hits else "nothing"
            place = f"rank {rank}" if rank else "not in five"
            misses.append(f"{each.question} → {each.document} {'/'.join(each.locators)}: {place}, first {first}")
    at_1 = sum(rank == 1 for rank in ranks)
    at_5 = sum(rank is not None for rank in ranks)
    beyond = tuple(miss for miss in misses if "not in five" in miss)
    return [
        share("policies: the right clause comes first (R@1)", at_1, len(inside), goal=80, misses=tuple(misses)),
        share("policies: the right clause is among five (R@5)", at_5, len(inside), goal=95, misses=beyond),
    ]


def _answered(library: Library, inside: Sequence[Asked]) -> list[Figure]:
    declined: list[str] = []
    wrong_quotes: list[str] = []
    answered = right = quotes = 0
    encoder = open_encoder()
    milliseconds: list[float] = []
    for each in inside:
        start = time.perf_counter()
        said = library.answer(each.question, _today(), encoder.query(each.question))
        milliseconds.append(1000 * (time.perf_counter() - start))
        if isinstance(said, Decline):
            declined.append(f"{each.question}: {said.reason}")
            continue
        answered += 1
        stored = [library.document(source.document_id) for source in said.sources]
        right += any(
            doc is not None and answers(doc, source.locator, each)
            for doc, source in zip(stored, said.sources, strict=True)
        )
        for doc, source in zip(stored, said.sources, strict=True):
            quotes += 1
            if doc is None or doc.text[source.start : source.end] != source.quote:
                wrong_quotes.append(f"{each.question}: {source.document} {source.locator}")
    return [
        share("policies: answerable questions answered", answered, len(inside), misses=tuple(declined)),
        share("policies: answers that quote the right clause", right, answered),
        share(
            "policies: quotes equal to their slice",
            quotes - len(wrong_quotes),
            quotes,
            goal=100,
            misses=tuple(wrong_quotes),
        ),
        Figure(
            "policies: one question, embedding included (p50)",
            statistics.median(milliseconds) if milliseconds else 0.0,
            unit="ms",
            higher_is_better=False,
            n=len(milliseconds),
        ),
    ]


def _declined(library: Library, questions: Sequence[str]) -> Figure:
    answered = []
    for question in questions:
        said = library.answer(question, _today())
        if isinstance(said, Answer):
            answered.append(f"{question} → {said.sources[0].document} {said.sources[0].locator} ({said.confidence})")
    right = len(questions) - len(answered)
    return share("policies: questions outside declined", right, len(questions), misses=tuple(answered))
