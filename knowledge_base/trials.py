"""The trials the gate is fitted on: questions put to libraries that have the answer, that lack it, that never heard of it.

Every document is taken out of the library once, and its questions asked all the same. The libraries a document is missing
from are asked what they do answer, too: otherwise the gate would learn to tell the libraries apart and not the questions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .about import Floats
from .document import Document, same_title
from .embeddings import Embeddings
from .encoder import Encoder
from .index import Hit, Index
from .questions import Asked, answers
from .support import Common, support

Expected = Literal["inside", "missing", "outside"]
Where = Literal["full", "minus", "mixed", "some", "one"]

WEIGHTS: dict[Where, float] = {"full": 1.0, "minus": 0.7, "mixed": 0.7, "some": 0.5, "one": 0.4}
"""How much a trial counts by its library: all documents, all but one, one of them bare, four, a single one."""
SEVERAL = 4
"""Documents of a small library, and :data:`DRAWS` of those."""
DRAWS = 6
SAME = 0.6
"""Two clauses of different documents say the same from this cosine on, what all clauses have in common taken out (seen by
reading: below it they only share a topic). A question whose document is missing may then be answered all the same."""
FROM_DOCUMENT = 20
"""Known questions of a document that are put to bare libraries, besides the development questions."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """A question nothing answers."""

    question: str
    near: bool | None
    """Whether it is about campus life all the same; ``None`` where nobody said."""
    misses: bool = False
    """Whether a rule is about its matter and only does not say what is asked."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One question against one library."""

    question: str
    group: str
    """The title of the document it belongs to, or itself: trials of one group are never on both sides of a fold."""
    expected: Expected
    where: Where
    knows: bool
    """Whether the first document found knows how students ask: which judge has to judge."""
    asked_knowing: bool
    """Whether the library it was put to does."""
    numbers: NDArray[np.float64]
    right: bool
    """Whether the first clause is the right one."""
    elsewhere: bool = False
    """Whether the first clause stands in another document and says the same: then nobody knows what to expect."""
    near: bool | None = None
    """Of a question outside: whether it is about campus life all the same; ``None`` where nobody said."""
    misses: bool = False
    """Of a question outside: :attr:`Outsider.misses`."""

    @property
    def weight(self) -> float:
        return WEIGHTS[self.where]


@dataclass(slots=True)
class Bench:
    """Puts questions to libraries. ``documents`` include those no longer in force."""

    documents: Sequence[Document]
    encoder: Encoder
    embeddings: Embeddings
    common: Common
    about: Mapping[str, Floats]
    """What each question is about by machines that had not seen it (``fit_about.py``)."""
    today: date
    _draw: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - the same at every fit

    def trials(self, inside: Sequence[Asked], outside: Sequence[Outsider]) -> Iterator[Trial]:
        """All trials, a few minutes."""
        current = [each for each in self.documents if each.in_force(self.today)]
        asked_of = [(each, title) for each in inside if (title := _title(each, current)) is not None]
        for knowing in (True, False):
            library = self.documents if knowing else [_bare(each) for each in self.documents]
            yield from self._whole(library, knowing, current, asked_of, outside)
            yield from self._small(library, knowing, current, asked_of, outside)
        for each in current:
            if not each.known:
                continue
            mixed = self._index([_bare(one) if one is each else one for one in self.documents])
            own = same_title(each.title)
            chosen = [pair for pair in asked_of if pair[1] == own or self._now_and_then(0.06)]
            for question, title in chosen:
                yield self._put(mixed, question.question, title, "inside", "mixed", knowing=True, asked=question)
            for one in outside:
                if self._now_and_then(0.06):
                    yield self._put(mixed, one.question, one.question, "outside", "mixed", knowing=True, outsider=one)

    def _whole(
        self,
        library: Sequence[Document],
        knowing: bool,
        current: Sequence[Document],
        inside: Sequence[tuple[Asked, str]],
        outside: Sequence[Outsider],
    ) -> Iterator[Trial]:
        """The full library, and all but one document."""
        # A bare library may be asked what the documents know, too: it does not remember.
        more = [] if knowing else list(self._own_questions(current))
        everything = self._index(library)
        for question, title in [*inside, *more]:
            yield self._put(everything, question.question, title, "inside", "full", knowing=knowing, asked=question)
        for one in outside:
            yield self._put(everything, one.question, one.question, "outside", "full", knowing=knowing, outsider=one)
        for title in sorted({same_title(each.title) for each in current}):
            left = self._index(without(library, title))
            for question, own in [*inside, *more]:
                if own == title:
                    yield self._put(left, question.question, own, "missing", "minus", knowing=knowing, asked=question)
                elif self._now_and_then(0.07):
                    yield self._put(left, question.question, own, "inside", "minus", knowing=knowing, asked=question)
            for one in outside:
                if self._now_and_then(0.05):
                    yield self._put(left, one.question, one.question, "outside", "minus", knowing=knowing, outsider=one)

    def _small(
        self,
        library: Sequence[Document],
        knowing: bool,
        current: Sequence[Document],
        inside: Sequence[tuple[Asked, str]],
        outside: Sequence[Outsider],
    ) -> Iterator[Trial]:
        """Single documents, and a few together."""
        sources = {each.source for each in current}
        usable = [each for each in library if each.source in sources]
        shelves: list[tuple[Where, list[Document], float, float, float]] = [
            ("one", [each], 1.0, 0.04, 0.04) for each in usable
        ]
        few = min(SEVERAL, len(usable))
        shelves += [("some", self._draw.sample(usable, few), 0.35, 0.1, 0.1) for _ in range(DRAWS)]
        for where, shelf, take_own, take_missing, take_outside in shelves:
            index = self._index(shelf)
            titles = {same_title(each.title) for each in shelf}
            for question, title in inside:
                there = title in titles
                if self._now_and_then(take_own if there else take_missing):
                    expected: Expected = "inside" if there else "missing"
                    yield self._put(index, question.question, title, expected, where, knowing=knowing, asked=question)
            for one in outside:
                if self._now_and_then(take_outside):
                    yield self._put(index, one.question, one.question, "outside", where, knowing=knowing, outsider=one)

    def _own_questions(self, current: Sequence[Document]) -> Iterator[tuple[Asked, str]]:
        for each in current:
            for place, question in self._draw.sample(list(each.known), min(FROM_DOCUMENT, len(each.known))):
                locator = each.passages[place].locator
                yield Asked(question, each.source, (locator,)), same_title(each.title)

    def _put(
        self,
        index: Index,
        question: str,
        group: str,
        expected: Expected,
        where: Where,
        *,
        knowing: bool,
        asked: Asked | None = None,
        outsider: Outsider | None = None,
    ) -> Trial:
        vector = self.embeddings.of([question], questions=True)[0]
        found = index.search(question, vector, self.today, 10, self.common.question)
        first = found.hits[0]
        right = asked is not None and answers(first.document, first.passage.locator, asked)
        elsewhere = asked is not None and not right and self._says_the_same(first, asked)
        numbers = support(index, question, vector, found, self.common, self.about[question])
        knows = bool(first.document.known)
        near, misses = (outsider.near, outsider.misses) if outsider else (None, False)
        return Trial(question, group, expected, where, knows, knowing, numbers, right, elsewhere, near, misses)

    def _says_the_same(self, first: Hit, asked: Asked) -> bool:
        """Whether the first clause says what a right one says, in another document."""
        right = [
            passage.indexed
            for each in self.documents
            if each.in_force(self.today) and each.id != first.document.id
            for passage in each.passages
            if answers(each, passage.locator, asked)
        ]
        if not right:
            return False
        rows = self.embeddings.of([first.passage.indexed, *right]) - self.common.clause
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return bool((rows[1:] @ rows[0]).max() >= SAME)

    def _index(self, documents: Sequence[Document]) -> Index:
        known = self.embeddings.of([question for each in documents for _, question in each.known], questions=True)
        passages = self.embeddings.of([passage.indexed for each in documents for passage in each.passages])
        return Index.build(documents, passages, self.encoder.id, known)

    def _now_and_then(self, share: float) -> bool:
        return self._draw.random() < share


def without(library: Sequence[Document], title: str) -> list[Document]:
    """A library that never had a document: its other versions and what it repealed go with it."""
    gone = {title}
    for each in library:
        if same_title(each.title) == title:
            gone |= {same_title(repeal.title) for repeal in each.repeals}
    return [each for each in library if same_title(each.title) not in gone]


def _bare(document: Document) -> Document:
    """The same document without the questions it knows."""
    return replace(document, known=())


def _title(asked: Asked, current: Sequence[Document]) -> str | None:
    """The plain title of the document in force that a question belongs to."""
    for each in current:
        if asked.document == each.source or same_title(asked.document) == same_title(each.title):
            return same_title(each.title)
    return None
