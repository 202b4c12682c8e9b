"""Published versions on disk: built aside, verified before use, swapped in at once.

::

    <folder>/current            the number of the version that serves
    <folder>/versions/<n>/      manifest.json, documents.json, dense.faiss, lexical/
    <folder>/embeddings/        vectors by the hash of their text (may be deleted)
    <folder>/lock               held while somebody publishes
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .document import Document, from_json
from .embeddings import Embeddings
from .encoder import Encoder
from .index import Index
from .validity import merged

log = logging.getLogger(__name__)

FORMAT = 3
KEPT = 3


class Damaged(Exception):
    """A version that is not what its manifest says: half written, changed, or of another engine."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder ``<data>/knowledge``. Opening it creates nothing."""

    folder: Path
    embeddings: Embeddings | None = None
    """Vectors already computed elsewhere; by default those in the folder itself."""

    @property
    def current(self) -> Path:
        return self.folder / "current"

    def stamp(self) -> tuple[int, ...] | None:
        """Changes whenever something is published; one ``stat``. ``None`` while nothing is."""
        try:
            seen = self.current.stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_ino, seen.st_size

    def versions(self) -> list[int]:
        """Every version there is, the newest first."""
        try:
            names = os.listdir(self.folder / "versions")
        except OSError:
            return []
        return sorted((int(name) for name in names if name.isdigit()), reverse=True)

    def serving(self) -> int | None:
        """The version ``current`` names, or ``None``."""
        try:
            return int(self.current.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def newest_good(self, engine_id: str) -> tuple[int, Index] | None:
        """The version that serves; where it is damaged, the one before it. ``None`` where none can be read."""
        serving = self.serving()
        candidates = [] if serving is None else [serving]
        candidates += [number for number in self.versions() if number not in candidates]
        for number in candidates:
            try:
                return number, self.load(number, engine_id)
            except Damaged as damage:
                log.error("knowledge.version_refused version=%s reason=%s", number, damage)
        return None

    def load(self, number: int, engine_id: str) -> Index:
        """A version, every file checked against the manifest before anything parses it. Raises :class:`Damaged`."""
        folder = self.folder / "versions" / str(number)
        manifest = _verified(folder)
        if manifest.get("engine") != engine_id:
            raise Damaged(f"made by the encoder {manifest.get('engine')!r}, this process uses {engine_id!r}")
        try:
            stored = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
            return Index.load(folder, [from_json(each) for each in stored], engine_id)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise Damaged(str(error)) from error

    def publish(self, incoming: Sequence[Document], encoder: Encoder) -> int:
        """Takes documents in beside those published and makes the whole the current version; gives its number.

        One writer at a time. Where nothing changes, nothing is written. Readers never see a half.
        """
        with self._locked():
            published = self.newest_good(encoder.id)
            before = list(published[1].documents) if published else self._documents_of_other_engine()
            documents = merged(before, incoming)
            if published and documents == before and published[0] == self.serving():
                return published[0]
            embeddings = self.embeddings or Embeddings(self.folder / "embeddings", encoder)
            vectors = embeddings.of([passage.indexed for each in documents for passage in each.passages])
            known = embeddings.of([question for each in documents for _, question in each.known], questions=True)
            index = Index.build(documents, vectors, encoder.id, known)
            number = max([*self.versions(), self.serving() or 0]) + 1
            self._write(number, index, encoder)
            embeddings.save()
            self._point_at(number)
            self._prune(number)
            log.info(
                "knowledge.published version=%s documents=%s embedded=%s", number, len(documents), embeddings.computed
            )
            return number

    def _documents_of_other_engine(self) -> list[Document]:
        """After a change of the encoder the documents stay; only their vectors are made anew."""
        serving = self.serving()
        if serving is None:
            return []
        folder = self.folder / "versions" / str(serving)
        try:
            _verified(folder)
            return [from_json(each) for each in json.loads((folder / "documents.json").read_text(encoding="utf-8"))]
        except (Damaged, OSError, ValueError, KeyError, TypeError):
            return []

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, number: int, index: Index, encoder: Encoder) -> None:
        versions = self.folder / "versions"
        versions.mkdir(exist_ok=True)
        for leftover in versions.glob("building-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        aside = versions / f"building-{number}"
        aside.mkdir()
        stored = [document.to_json() for document in index.documents]
        (aside / "documents.json").write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        index.save(aside)
        manifest = {
            "format": FORMAT,
            "version": number,
            "engine": encoder.id,
            "dimensions": encoder.dimensions,
            "documents": len(index.documents),
            "passages": len(index.passages),
            "files": {
                name: {"sha256": _sha256(aside / name), "bytes": (aside / name).stat().st_size}
                for name in _files(aside)
            },
        }
        (aside / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for path in [
            *(aside / name for name in _files(aside)),
            *(each for each in aside.rglob("*") if each.is_dir()),
            aside,
        ]:
            _fsync(path)
        os.rename(aside, versions / str(number))
        _fsync(versions)

    def _point_at(self, number: int) -> None:
        beside = self.folder / "current.tmp"
        beside.write_text(f"{number}\n", encoding="ascii")
        _fsync(beside)
        os.replace(beside, self.current)
        _fsync(self.folder)

    def _prune(self, serving: int) -> None:
        for number in [each for each in self.versions() if each != serving][KEPT - 1 :]:
            shutil.rmtree(self.folder / "versions" / str(number), ignore_errors=True)


def _verified(folder: Path) -> dict[str, Any]:
    """The manifest of a version whose files are exactly what it says."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files = manifest["files"].items()
        if manifest["format"] != FORMAT:
            raise Damaged(f"format {manifest['format']}, this program reads {FORMAT}")
        for name, expected in files:
            path = folder / name
            if path.stat().st_size != expected["bytes"] or _sha256(path) != expected["sha256"]:
                raise Damaged(f"{name} is not the file that was published")
    except OSError as error:
        raise Damaged(f"{Path(error.filename or folder).name} is missing") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged("the manifest cannot be read") from error
    return dict(manifest)


def _files(folder: Path) -> Iterable[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
