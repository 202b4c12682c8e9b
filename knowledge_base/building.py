"""One version on the disk: built, written aside, read back, counted and asked before anybody may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from . import manifest, probing
from .document import Document
from .embeddings import Embeddings
from .encoder import Encoder, Matrix
from .index import Index
from .manifest import Damaged, Manifest, OtherEngine
from .pointer import fsync

AT_ONCE = 64
"""Texts embedded between two reports of progress."""


def index_of(
    documents: Sequence[Document],
    embeddings: Embeddings,
    encoder: Encoder,
    before: Index | None,
    progress: Callable[[int, int], None],
) -> Index:
    """The index of these documents; ``before`` is the version from which it takes what has not changed."""
    passages = [passage.indexed for each in documents for passage in each.passages]
    known = [question for each in documents for _, question in each.known]
    total = len(passages) + len(known)

    def of(texts: Sequence[str], already: int, *, questions: bool) -> Matrix:
        parts = [embeddings.of([])]
        for start in range(0, len(texts), AT_ONCE):
            progress(already + start, total)
            parts.append(embeddings.of(texts[start : start + AT_ONCE], questions=questions))
        return np.concatenate(parts)

    vectors = of(passages, 0, questions=False)
    asked = of(known, len(passages), questions=True)
    progress(total, total)
    return Index.build(documents, vectors, encoder.id, asked, before)


def write(folder: Path, number: int, index: Index, encoder: Encoder, base: int | None) -> None:
    """Writes a version to the disk and reads it back. Raises :class:`Damaged` where that is not what was built."""
    folder.mkdir(parents=True)
    index.save(folder)
    seal = manifest.write(
        folder,
        version=number,
        engine=encoder.id,
        dimensions=encoder.dimensions,
        **_held(index),
        base=base,
        probes=probing.probes(index, encoder),
    )
    for path in [*sorted(folder.rglob("*")), folder, folder.parent]:
        fsync(path)
    listed = manifest.verified(folder, seal)
    probing.compare(loaded(folder, listed, encoder.id), encoder, listed.probes)


def loaded(folder: Path, listed: Manifest, engine_id: str) -> Index:
    """The index of a verified folder. Raises :class:`Damaged` where its parts do not fit each other or the manifest."""
    if listed.engine != engine_id:
        raise OtherEngine(f"made by the encoder {listed.engine!r}, this process uses {engine_id!r}")
    try:
        index = Index.load(folder, None, engine_id)
    except Exception as error:  # whatever a parser makes of files that were listed, but do not belong together
        raise Damaged(f"{type(error).__name__}: {error}") from error
    said = {"documents": listed.documents, "passages": listed.passages, "known": listed.known}
    if _held(index) != said:
        raise Damaged(f"it holds {_held(index)}, its manifest says {said}")
    return index


def _held(index: Index) -> dict[str, int]:
    return {
        "documents": len(index.documents),
        "passages": len(index.passages),
        "known": len(index.known),
    }
