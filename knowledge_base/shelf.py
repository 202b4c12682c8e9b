"""Documents on disk, in memory only what the search filters by, and the last ones that were read.

``documents.json`` is a list with one document a line; ``catalogue.json`` has the small parts of each, and where its line is.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from .document import Block, Document, Passage, Span, from_json

READ = 20_000
"""Passages of the documents kept in memory after they were read (50 MB); those not used for longest go first."""
_HEAVY: dict[str, Any] = {"text": "", "blocks": [], "passages": [], "pages": None, "runs": [], "known": []}
"""What stays on disk until somebody asks for it, and what stands in the catalogue instead."""


class Shelved(Document):
    """A document whose text and passages are read when they are asked for; to everybody else simply a document."""

    __slots__ = ("_place", "_shelf")
    _shelf: Shelf
    _place: int

    def __new__(cls, *values: Any, **named: Any) -> Document:  # type: ignore[misc]
        """``dataclasses.replace`` makes a whole document of a shelved one."""
        return Document(*values, **named)

    @classmethod
    def of(cls, card: Document, shelf: Shelf, place: int) -> Document:
        """``card``: the document without what is heavy."""
        made = object.__new__(cls)
        for each in fields(Document):
            if each.name not in _HEAVY:
                object.__setattr__(made, each.name, getattr(card, each.name))
        object.__setattr__(made, "_shelf", shelf)
        object.__setattr__(made, "_place", place)
        return made

    def whole(self) -> Document:
        """The document itself."""
        return self._shelf.read(self._place)

    @property
    def text(self) -> str:
        return self.whole().text

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.whole().blocks

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self.whole().passages

    @property
    def pages(self) -> tuple[tuple[int, int], ...] | None:
        return self.whole().pages

    @property
    def runs(self) -> tuple[Span, ...]:
        return self.whole().runs

    @property
    def known(self) -> tuple[tuple[int, str], ...]:
        return self.whole().known

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document) or self.id != other.id:
            return NotImplemented if not isinstance(other, Document) else False
        return self.whole() == (other.whole() if isinstance(other, Shelved) else other)

    def __hash__(self) -> int:
        return hash(self.whole())


class Shelf(Sequence[Document]):
    """The documents of one version, in order; safe among threads."""

    def __init__(self, folder: Path) -> None:
        """Opens what :func:`write` wrote. Raises ``ValueError``, ``KeyError`` or ``OSError`` on anything else."""
        stored = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
        self._lines: NDArray[np.int64] = np.array(stored["lines"], dtype=np.int64)
        self.sizes: NDArray[np.int64] = np.array(stored["passages"], dtype=np.int64)
        """``int64[documents]``: how many passages each has."""
        cards = stored["documents"]
        steps = np.diff(self._lines)
        if len(self._lines) != len(cards) + 1 or len(self.sizes) != len(cards) or (steps <= 0).any():
            raise ValueError("the catalogue does not fit its documents")
        if int(self._lines[0]) != 2 or (folder / "documents.json").stat().st_size != int(self._lines[-1]) + 1:
            raise ValueError("documents.json is not as long as the catalogue says")
        self._cards = tuple(Shelved.of(from_json(card), self, place) for place, card in enumerate(cards))
        self._file = (folder / "documents.json").open("rb", buffering=0)
        self._read: OrderedDict[int, Document] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._cards)

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Document, ...]: ...
    def __getitem__(self, at: int | slice) -> Document | tuple[Document, ...]:
        return self._cards[at]

    def __iter__(self) -> Iterator[Document]:
        return iter(self._cards)

    def read(self, place: int) -> Document:
        """The whole document: 0.3 ms where it was not read lately."""
        with self._lock:
            found = self._read.get(place)
            if found is not None:
                self._read.move_to_end(place)
                return found
            start, end = int(self._lines[place]), int(self._lines[place + 1])
            self._file.seek(start)
            read = from_json(json.loads(self._file.read(end - start).rstrip(b",\n")))
            if read.id != self._cards[place].id or len(read.passages) != self.sizes[place]:
                raise ValueError(f"document {place} is not the one in the catalogue")
            self._read[place] = read
            self._weight += len(read.passages)
            while self._weight > READ and len(self._read) > 1:
                self._weight -= len(self._read.popitem(last=False)[1].passages)
            return read

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()


def write(folder: Path, documents: Sequence[Document]) -> None:
    """Writes documents for :class:`Shelf`."""
    lines = [2]
    cards: list[dict[str, Any]] = []
    with (folder / "documents.json").open("wb") as file:
        file.write(b"[\n")
        for at, each in enumerate(documents, 1):
            stored = each.to_json()
            line = json.dumps(stored, ensure_ascii=False).encode() + (b",\n" if at < len(documents) else b"\n")
            file.write(line)
            lines.append(lines[-1] + len(line))
            cards.append({**stored, **_HEAVY})
        file.write(b"]")
    catalogue = {"documents": cards, "lines": lines, "passages": [len(each.passages) for each in documents]}
    (folder / "catalogue.json").write_text(json.dumps(catalogue, ensure_ascii=False), encoding="utf-8")
