"""What an earlier edition of this program published, read once more: its documents, whatever they lack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from .document import Document, from_json
from .manifest import Damaged


def documents(stored: Iterable[Mapping[str, Any]]) -> list[Document]:
    """The documents of a version of any format. Raises :class:`Damaged` for what is not a document at all.

    A field that a later edition added gets what :class:`Document` gives it by default; one that is gone is passed over.
    A document whose places do not lie within its text is refused: nothing could be quoted from it.
    """
    found: list[Document] = []
    for each in stored:
        try:
            document = from_json({**_ADDED, **each})
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise Damaged("a stored document cannot be read") from error
        places = [(block.start, block.end) for block in document.blocks]
        places += [(passage.start, passage.end) for passage in document.passages]
        places += [cell for passage in document.passages for _, cell in passage.fields]
        if any(not 0 <= start <= end <= len(document.text) for start, end in places):
            raise Damaged(f"{document.id}: a place lies outside of the text")
        if any(not 0 <= at < len(document.passages) for at, _ in document.known):
            raise Damaged(f"{document.id}: a known question has no passage")
        found.append(document)
    return found


def _added() -> dict[str, Any]:
    """What a document says that has only what every format so far required, as ``to_json`` writes it."""
    required = {each.name for each in fields(Document) if each.default is MISSING}
    plain = Document("", None, None, None, None, "", (), (), "").to_json()
    return {name: value for name, value in plain.items() if name not in required} | {"id": ""}


_ADDED = _added()
