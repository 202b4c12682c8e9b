"""Two versions asked the same questions: whose answer changes, old and new side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .answer import Answer, Decline
from .describing import said
from .document import Document
from .embeddings import Embeddings
from .library import Library


@dataclass(frozen=True, slots=True)
class Change:
    """One question that is answered otherwise."""

    question: str
    old: Answer | Decline
    new: Answer | Decline
    worse: bool
    """It was answered and no longer is, or it no longer quotes the clause that is known to answer it."""

    def to_json(self) -> dict[str, Any]:
        return {"question": self.question, "worse": self.worse, "old": said(self.old), "new": said(self.new)}


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of the questions between two versions."""

    old: int | None
    new: int | None
    asked: int
    changes: tuple[Change, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.worse)

    def to_json(self) -> dict[str, Any]:
        counted = {"asked": self.asked, "changed": len(self.changes), "worse": len(self.worse)}
        changes = [change.to_json() for change in self.changes]
        return {"old": self.old, "new": self.new, **counted, "changes": changes}


def difference(
    old: Library,
    new: Library,
    questions: Iterable[str],
    as_of: date,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Difference:
    """Asks both. A question is embedded once, and not at all where its vector is among the kept ones."""
    every = list(dict.fromkeys(each.strip() for each in questions if each.strip()))
    embeddings = Embeddings(new.store.folder / "embeddings", new.encoder)
    changes: list[Change] = []
    for done, question in enumerate(every):
        progress(done, len(every))
        vector = embeddings.of([question], questions=True)[0]
        before, after = old.answer(question, as_of, vector), new.answer(question, as_of, vector)
        if _same(before, after):
            continue
        changes.append(Change(question, before, after, _worse(question, before, after, old, new)))
    progress(len(every), len(every))
    return Difference(old.version, new.version, len(every), tuple(changes))


def _same(before: Answer | Decline, after: Answer | Decline) -> bool:
    """The same words from the same place; why nothing is said does not matter to whom nothing is said."""
    return _quoted(before) == _quoted(after)


def _quoted(of: Answer | Decline) -> Sequence[tuple[str, str | None, str, str]] | None:
    if isinstance(of, Decline):
        return None
    return [(each.document, each.number, each.locator, each.quote) for each in of.sources]


def _worse(question: str, before: Answer | Decline, after: Answer | Decline, old: Library, new: Library) -> bool:
    if isinstance(before, Decline):
        return False
    if isinstance(after, Decline):
        return True
    return _from_known(question, before, old) and not _from_known(question, after, new)


def _from_known(question: str, answer: Answer, library: Library) -> bool:
    """Whether a source lies in a clause that is known to answer the question; ``True`` where none is known to."""
    expected = [
        (document.id, document.passages[place].start, document.passages[place].end)
        for document in _that_know(question, library)
        for place, asked in document.known
        if asked == question
    ]
    quoted = [(source.document_id, source.start) for source in answer.sources]
    return not expected or any(id == own and start <= at < end for id, start, end in expected for own, at in quoted)


def _that_know(question: str, library: Library) -> list[Document]:
    return [each for each in library.documents() if any(asked == question for _, asked in each.known)]
