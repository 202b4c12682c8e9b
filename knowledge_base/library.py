"""The published documents, open for questions."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .answer import Answer, Decline, answer
from .document import Document
from .encoder import Encoder, Vector, open_encoder
from .gate import Gate, OtherEngine
from .index import Hit, Index
from .scope import own_universities
from .store import Store

log = logging.getLogger(__name__)


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
        self._store = store
        self._encoder = encoder
        self._edition: _Edition | None = None
        self._seen: tuple[int, ...] | None = None
        self._refreshing = threading.Lock()

    @classmethod
    def open(cls, folder: Path, encoder: Encoder | None = None) -> Library:
        """The library in ``<data>/knowledge``. An empty or missing folder is an empty library, not an error."""
        library = cls(Store(Path(folder)), encoder or open_encoder())
        library.refresh()
        return library

    @property
    def version(self) -> int | None:
        """The number of the version in memory, or ``None``."""
        edition = self._edition
        return edition.number if edition else None

    def refresh(self) -> bool:
        """Loads what was published since the last look; one ``stat`` where nothing was. ``True`` when it swapped.

        A damaged version is logged and refused; what was in memory stays.
        """
        if self._store.stamp() == self._seen:
            return False
        with self._refreshing:
            stamp = self._store.stamp()
            if stamp == self._seen:
                return False
            loaded = self._load()
            self._seen = stamp
            if loaded is None or (self._edition is not None and loaded.number == self._edition.number):
                return False
            self._edition = loaded
            return True

    def answer(self, question: str, as_of: date, vector: Vector | None = None) -> Answer | Decline:
        """A quotation from a document in force on ``as_of``, or why there is none.

        ``vector`` is ``encoder.query(question)`` where the caller has it already; then nothing is embedded here.
        """
        edition = self._edition
        question = question.strip()
        if edition is None or not edition.index.passages:
            return Decline("not_found", ())
        if not question:
            return Decline("out_of_domain", ())
        return answer(edition.index, edition.gate, edition.own, question, self._vector(question, vector), as_of)

    def find(self, question: str, as_of: date, k: int = 5, vector: Vector | None = None) -> list[Hit]:
        """The ``k`` nearest passages in force on ``as_of``, best first; no judgement whether they answer."""
        edition = self._edition
        question = question.strip()
        if edition is None or not question:
            return []
        found = edition.index.search(question, self._vector(question, vector), as_of, k, edition.gate.usual)
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

    def _vector(self, question: str, vector: Vector | None) -> Vector:
        return self._encoder.query(question) if vector is None else vector

    def _load(self) -> _Edition | None:
        loaded = self._store.newest_good(self._encoder.id)
        if loaded is None:
            return None
        number, index = loaded
        try:
            gate = Gate.load(self._encoder.id)
        except OtherEngine as error:
            log.error("knowledge.version_refused version=%s reason=%s", number, error)
            return None
        own = own_universities(index.documents)
        return _Edition(number, index, gate, own, {document.id: document for document in index.documents})
