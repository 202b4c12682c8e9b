"""The published documents, open for questions."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from .answer import Answer, Decline, Desk
from .asking import heard
from .document import ANYBODY, Document, Who
from .encoder import Encoder, Vector, open_encoder
from .gate import Gate, OtherEngine
from .index import Hit, Index
from .manifest import Damaged
from .scope import own_universities
from .simplified import simplified
from .store import Store

log = logging.getLogger(__name__)

State = Literal["ok", "empty", "degraded"]
"""``empty``: nothing was published. ``degraded``: something was, and it is not what serves."""


LONGEST = 500
"""Code points of a question that are read: nobody asks longer, and a pasted document would take minutes."""


@dataclass(frozen=True, slots=True)
class _Edition:
    """One published version in memory. Replaced whole, never changed."""

    number: int
    index: Index
    gate: Gate
    own: frozenset[str]
    by_id: dict[str, Document]


class Library:
    """Asked by many threads while :meth:`refresh` swaps in what was published since."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self.store = store
        self.encoder = encoder
        self._edition: _Edition | None = None
        self._seen: tuple[int, ...] | None = None
        self._refreshing = threading.Lock()

    @classmethod
    def open(cls, folder: Path, encoder: Encoder | None = None, *, other_engine: bool = False) -> Library:
        """The library in ``<data>/knowledge``. An empty or missing folder is an empty library, not an error.

        What an earlier edition of this program published is made anew from its stored documents first, and with
        ``other_engine`` what another encoder was used for; both embed what is not among the kept vectors.
        """
        library = cls(Store(Path(folder)), encoder or open_encoder())
        library.refresh()
        if library.state == "degraded" and library.version is None:
            try:
                library.store.renew(library.encoder, other_engine=other_engine)
            except (Damaged, OSError) as error:
                log.error("knowledge.not_renewed reason=%s", error)
            library.refresh()
        return library

    @classmethod
    def of(cls, store: Store, number: int, encoder: Encoder) -> Library:
        """One version or draft by itself, which nothing that is published later replaces. Raises :class:`Damaged`."""
        library = cls(store, encoder)
        library._edition = library._opened(number, store.load(number, encoder.id))
        library._seen = store.stamp()
        return library

    @property
    def version(self) -> int | None:
        """The number of the version in memory, or ``None``."""
        edition = self._edition
        return edition.number if edition else None

    @property
    def usual(self) -> Vector | None:
        """``float32[d]``: what all questions have in common, see :data:`index.USUAL`; ``None`` while nothing serves."""
        edition = self._edition
        return edition.gate.usual if edition else None

    @property
    def state(self) -> State:
        """Whether what was published is what serves."""
        if self.store.stamp() is None and not self.store.versions():
            return "empty"
        if self._edition is None or self._edition.number != self.store.serving():
            return "degraded"
        return "ok" if self._edition.index.documents else "empty"

    def refresh(self) -> bool:
        """Loads what was published since the last look; one ``stat`` where nothing was. ``True`` when it swapped.

        A damaged version is logged and refused; what was in memory stays.
        """
        if self.store.stamp() == self._seen:
            return False
        with self._refreshing:
            stamp = self.store.stamp()
            if stamp == self._seen:
                return False
            loaded = self._load()
            self._seen = stamp
            if loaded is None or (self._edition is not None and loaded.number == self._edition.number):
                return False
            self._edition = loaded
            return True

    def answer(
        self, question: str, as_of: date, vector: Vector | None = None, who: Who = ANYBODY, before: str | None = None
    ) -> Answer | Decline:
        """A quotation from a document in force on ``as_of`` for ``who``, or why there is none.

        ``vector`` is ``encoder.query(question)`` where the caller has it already; then nothing is embedded here.
        ``before`` is the question this one may go on from.
        """
        edition = self._edition
        question, vector = _meant(question, vector)
        before = before and _heard(before)
        if edition is None or not edition.index.passages:
            return Decline("not_found", ())
        if not question:
            return Decline("out_of_domain", ())
        asking = heard(question, as_of, before)
        asking = replace(asking, who=asking.who.known_from(who))
        return self._desk(edition, question, vector).answer(asking, as_of)

    def support(self, question: str, as_of: date, vector: Vector | None = None) -> float:
        """How sure the gate is that these documents answer, 0…1; 0 where scope forbids or nothing is published."""
        edition = self._edition
        question, vector = _meant(question, vector)
        if edition is None or not edition.index.passages or not question:
            return 0.0
        return self._desk(edition, question, vector).support(heard(question, as_of), as_of)

    def _desk(self, edition: _Edition, said: str, vector: Vector | None) -> Desk:
        """Embeds each text once; the message as it was said need not be embedded again."""
        done: dict[str, Vector] = {} if vector is None else {said: vector}

        def encode(text: str) -> Vector:
            if text not in done:
                done[text] = self.encoder.query(text)
            return done[text]

        return Desk(edition.index, edition.gate, edition.own, encode)

    def find(
        self, question: str, as_of: date, k: int = 5, vector: Vector | None = None, who: Who = ANYBODY
    ) -> list[Hit]:
        """The ``k`` nearest passages in force on ``as_of`` for ``who``, best first; no judgement whether they answer."""
        edition = self._edition
        question, vector = _meant(question, vector)
        if edition is None or not question:
            return []
        meant = edition.index.respelled(question)
        asked = self._vector(meant, vector if meant == question else None)
        found = edition.index.search(meant, asked, as_of, k, edition.gate.usual, who=who)
        return list(found.hits)

    def document(self, id: str) -> Document | None:
        """A published document, expired ones too."""
        edition = self._edition
        return edition.by_id.get(id) if edition else None

    def documents(self) -> list[Document]:
        """Every published document by title, the newest version first."""
        edition = self._edition
        every = list(edition.index.documents) if edition else []
        newest_first = sorted(every, key=lambda each: each.since or date.min, reverse=True)
        return sorted(newest_first, key=lambda each: each.title)

    def named(self, name: str) -> list[Document]:
        """The documents that an id, a 文号 or a title means; a title without its 《》 and without a unique end too."""
        every = self.documents()
        bare = name.strip().strip("《》")
        exact = [each for each in every if bare in (each.id, each.number, each.title, each.source)]
        return exact or [each for each in every if bare and bare in each.title]

    def _vector(self, question: str, vector: Vector | None) -> Vector:
        return self.encoder.query(question) if vector is None else vector

    def _load(self) -> _Edition | None:
        loaded = self.store.newest_good(self.encoder.id)
        if loaded is None:
            return None
        try:
            return self._opened(*loaded)
        except OtherEngine as error:
            log.error("knowledge.version_refused version=%s reason=%s", loaded[0], error)
            return None

    def _opened(self, number: int, index: Index) -> _Edition:
        gate = Gate.load(self.encoder.id)
        own = own_universities(index.documents)
        return _Edition(number, index, gate, own, {document.id: document for document in index.documents})


def _meant(question: str, vector: Vector | None) -> tuple[str, Vector | None]:
    """The question as it is heard, and its vector unless that is of other characters."""
    return _heard(question), vector if simplified(question) == question else None


def _heard(question: str) -> str:
    """The question in simplified characters, without control characters, cut at :data:`LONGEST`; white space stays, as one blank."""
    kept = "".join(
        " " if char.isspace() else char for char in question[: 4 * LONGEST] if char.isspace() or char.isprintable()
    )
    return simplified(kept.strip()[:LONGEST])
