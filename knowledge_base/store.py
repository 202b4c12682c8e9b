"""Published versions on disk: built aside, verified before use, swapped in at once, taken back in one step.

::

    <folder>/current            what was published, the version that serves first: number and seal a line, then their digest
    <folder>/versions/<n>/      manifest.json, documents.json and the files of the index
    <folder>/drafts/<n>/        the same for what is not published yet, or was taken back
    <folder>/embeddings/        vectors by the hash of their text (may be deleted)
    <folder>/lock               held while somebody publishes
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import building, manifest, pointer, probing, renewal
from .document import Document
from .embeddings import Embeddings
from .encoder import Encoder
from .index import Index
from .manifest import FORMAT, Damaged, Manifest, OtherEngine, OtherFormat
from .pointer import Entry
from .validity import merged

__all__ = ["FORMAT", "KEPT", "Damaged", "Entry", "NoSuchVersion", "OtherEngine", "OtherFormat", "Overtaken", "Store"]

log = logging.getLogger(__name__)

KEPT = 3
"""Versions that stay, the serving one included; and as many drafts."""
TAKEN_BACK = "taken-back"
"""An empty file in a draft that once served."""


class NoSuchVersion(LookupError):
    """There is no version of that number to serve, or none before the one that serves."""


class Overtaken(ValueError):
    """A draft was built beside a version that no longer serves: to publish it would lose what was published since."""


def _quiet(done: int, total: int) -> None:
    """Progress nobody looks at."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder ``<data>/knowledge``. Opening it creates nothing."""

    folder: Path
    embeddings: Embeddings | None = None
    """Vectors already computed elsewhere; by default those in the folder itself."""
    progress: Callable[[int, int], None] = _quiet
    """Told how many of how many texts are embedded."""

    # what there is

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
        """Every published version there is, the newest first."""
        return _numbers(self.folder / "versions")

    def drafts(self) -> list[int]:
        """Every version that was built aside or taken back, the newest first."""
        return _numbers(self.folder / "drafts")

    def published(self) -> list[Entry]:
        """What ``current`` names: the version that serves, then those before it. Empty where it cannot be read.

        Its last line is the digest of those above: a pointer that was changed names nothing rather than something else.
        """
        return pointer.read(self.current, self.versions())

    def serving(self) -> int | None:
        """The version ``current`` names, or ``None``."""
        published = self.published()
        return published[0].number if published else None

    def taken_back(self, number: int) -> bool:
        """Whether this draft once served."""
        return (self.folder / "drafts" / str(number) / TAKEN_BACK).exists()

    def place(self, number: int) -> Path:
        """The folder of a version or a draft."""
        published = self.folder / "versions" / str(number)
        return published if published.is_dir() else self.folder / "drafts" / str(number)

    def manifest(self, number: int) -> Manifest:
        """What a version or a draft says of itself. Raises :class:`Damaged`."""
        return manifest.read(self.place(number), self._seal(number))

    # reading

    def newest_good(self, engine_id: str) -> tuple[int, Index] | None:
        """The version that serves; where it is damaged, the one before it. ``None`` where none can be read.

        A version of another edition or another encoder is not damaged: what was published before it would be out of
        date, so nothing takes its place but itself made anew (:meth:`renew`).
        """
        while True:
            stamp = self.stamp()
            for entry in self._candidates():
                try:
                    return entry.number, self.load(entry.number, engine_id)
                except (OtherFormat, OtherEngine) as other:
                    log.error("knowledge.version_refused version=%s reason=%s", entry.number, other)
                    break
                except Damaged as damage:
                    log.error("knowledge.version_refused version=%s reason=%s", entry.number, damage)
            if self.stamp() == stamp:
                return None
            # Somebody published meanwhile, and what was to be read may have been swept away.

    def load(self, number: int, engine_id: str) -> Index:
        """A version, every file checked against the manifest before anything parses it. Raises :class:`Damaged`."""
        folder = self.place(number)
        return building.loaded(folder, manifest.verified(folder, self._seal(number)), engine_id)

    def documents(self, number: int) -> list[Document]:
        """The documents alone of a version or a draft, of whatever format and encoder. Raises :class:`Damaged`."""
        return renewal.documents(manifest.documents_of(self.place(number), self._seal(number)))

    def _candidates(self) -> list[Entry]:
        """What may serve, in order. Where ``current`` names nothing that exists, whatever was ever published."""
        there = self.versions()
        named = [entry for entry in self.published() if entry.number in there]
        first = self.published()[:1]
        below = [Entry(number) for number in there if named and number < min(entry.number for entry in named)]
        # The first is tried even where it is gone, so that somebody reads of it in the log.
        return list(dict.fromkeys([*first, *named, *below])) if named else [*first, *map(Entry, there)]

    def _seal(self, number: int) -> str | None:
        return next((entry.seal for entry in self.published() if entry.number == number), None)

    # writing

    def publish(
        self,
        incoming: Sequence[Document],
        encoder: Encoder,
        *,
        without: Collection[str] = (),
        draft: bool = False,
    ) -> int:
        """Takes documents in beside those published and makes the whole the current version; gives its number.

        ``without``: ids of documents that are taken back. A ``draft`` is built and verified, but does not serve; drafts
        add up until one of them is released. One writer at a time. Where nothing changes, nothing is written. Readers
        never see a half: a version is swapped in only after it was read back, counted and asked. Raises
        :class:`Damaged` when it fails that; then nothing has changed.
        """
        with self._locked():
            beneath = self._beneath(draft)
            before = [] if beneath is None else self.documents(beneath)
            documents = merged([each for each in before if each.id not in without], incoming)
            if beneath is not None and documents == before and self._is_good(beneath, encoder):
                return beneath
            return self._build(documents, encoder, beneath, draft=draft)

    def renew(self, encoder: Encoder, *, other_engine: bool) -> int | None:
        """Makes the serving version anew for this program; ``None`` where that is not needed. Its documents stay.

        One of ``other_engine`` is embedded anew only where the caller is the one whose encoder counts: two programs
        with different settings on one folder would take it from each other for ever. Raises :class:`OtherEngine` then,
        and :class:`Damaged` where not even its documents can be read.
        """
        with self._locked():
            if not self.versions() or self.newest_good(encoder.id) is not None:
                return None
            beneath = self._beneath(draft=False)
            if beneath is None:
                raise Damaged("the documents of no published version can be read")
            made_by = manifest.engine(self.place(beneath))
            if made_by != encoder.id and not other_engine:
                raise OtherEngine(f"made by the encoder {made_by!r}, this process uses {encoder.id!r}")
            return self._build(merged(self.documents(beneath), ()), encoder, beneath, draft=False)

    def release(self, number: int, encoder: Encoder) -> int:
        """Publishes a draft: verified, then swapped in. Raises :class:`NoSuchVersion`, :class:`Damaged`, :class:`Overtaken`."""
        with self._locked():
            if number not in self.drafts():
                raise NoSuchVersion(f"there is no draft {number}")
            folder = self.folder / "drafts" / str(number)
            listed = manifest.verified(folder)
            if listed.base != self.serving():
                raise Overtaken(f"draft {number} was built beside version {listed.base}, now {self.serving()} serves")
            probing.compare(building.loaded(folder, listed, encoder.id), encoder, _same_search(listed))
            self._place_published(folder, number)
            return number

    def rollback(self, number: int | None = None) -> int:
        """Lets an earlier version serve again, by default the one before; gives its number.

        What was published after it becomes drafts, so it can be published again. Raises :class:`NoSuchVersion`,
        and :class:`Damaged` where that version is not what was published.
        """
        with self._locked():
            published = self.published()
            there = self.versions()
            earlier = [entry for entry in published[1:] if entry.number in there]
            chosen = next((entry for entry in earlier if number in (None, entry.number)), None)
            if chosen is None:
                raise NoSuchVersion("there is no earlier version" if number is None else f"no earlier version {number}")
            manifest.verified(self.folder / "versions" / str(chosen.number), chosen.seal)
            # First away, then the pointer: a reader in between falls back to the very version that is wanted.
            for entry in published[: published.index(chosen)]:
                self._set_aside(entry.number)
            self._point_at(published[published.index(chosen) :])
            self._prune()
            log.info("knowledge.rolled_back version=%s", chosen.number)
            return chosen.number

    def _beneath(self, draft: bool) -> int | None:
        """What comes in goes on top of the version that serves, or for a draft of the newest draft beside that."""
        for number in self.drafts() if draft else ():
            folder = self.folder / "drafts" / str(number)
            try:
                beside = manifest.read(folder).base == self.serving()
            except Damaged:
                continue
            # What was taken back is a draft too, but nobody asked to build on it.
            if beside and not self.taken_back(number):
                return number
        for entry in self._candidates():
            try:
                self.documents(entry.number)
            except Damaged as damage:
                log.error("knowledge.documents_refused version=%s reason=%s", entry.number, damage)
            else:
                return entry.number
        return None

    def _is_good(self, number: int, encoder: Encoder) -> bool:
        try:
            return manifest.verified(self.place(number), self._seal(number)).engine == encoder.id
        except Damaged:
            return False

    def _build(self, documents: Sequence[Document], encoder: Encoder, beneath: int | None, *, draft: bool) -> int:
        embeddings = self.embeddings or Embeddings(self.folder / "embeddings", encoder)
        number = max([0, self.serving() or 0, *self.versions(), *self.drafts()]) + 1
        index = building.index_of(documents, embeddings, encoder, self._before(beneath, encoder), self.progress)
        aside = self.folder / "drafts" / f"building-{number}"
        building.write(aside, number, index, encoder, self.serving())
        embeddings.save()
        if draft:
            os.rename(aside, self.folder / "drafts" / str(number))
            pointer.fsync(self.folder / "drafts")
        else:
            self._place_published(aside, number)
        self._prune()
        counted = (number, len(documents), embeddings.computed)
        log.info("knowledge.%s version=%s documents=%s embedded=%s", "drafted" if draft else "published", *counted)
        return number

    def _before(self, number: int | None, encoder: Encoder) -> Index | None:
        """The version the new one is built on, from which it takes what has not changed."""
        try:
            return None if number is None else self.load(number, encoder.id)
        except Damaged:
            return None

    def _place_published(self, aside: Path, number: int) -> None:
        """Moves a verified folder to the versions and points at it."""
        versions = self.folder / "versions"
        versions.mkdir(exist_ok=True)
        seal = manifest.sha256(aside / manifest.NAME)
        (aside / TAKEN_BACK).unlink(missing_ok=True)
        os.rename(aside, versions / str(number))
        pointer.fsync(versions)
        self._point_at([Entry(number, seal), *self.published()])

    def _set_aside(self, number: int) -> None:
        """A published version becomes a draft, marked as one that was taken back."""
        folder, drafts = self.folder / "versions" / str(number), self.folder / "drafts"
        if folder.is_dir():
            drafts.mkdir(exist_ok=True)
            shutil.rmtree(drafts / str(number), ignore_errors=True)
            os.rename(folder, drafts / str(number))
            (drafts / str(number) / TAKEN_BACK).touch()
            pointer.fsync(drafts)

    def _point_at(self, entries: Sequence[Entry]) -> None:
        pointer.write(self.current, entries[:KEPT])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._sweep()
            yield

    def _sweep(self) -> None:
        """What a writer that was killed left behind: half a version, or a whole one that was never pointed at."""
        for leftover in (*self.folder.glob("*/building-*"), self.folder / "current.tmp"):
            shutil.rmtree(leftover, ignore_errors=True)
            if leftover.is_file():
                leftover.unlink()
        serving = self.serving()
        if serving is not None and serving in self.versions():
            for number in [each for each in self.versions() if each > serving]:
                self._set_aside(number)

    def _prune(self) -> None:
        named = [entry.number for entry in self.published()]
        others = [number for number in self.versions() if number not in named]
        for number in others[max(0, KEPT - len(named)) :]:
            shutil.rmtree(self.folder / "versions" / str(number), ignore_errors=True)
        for number in self.drafts()[KEPT:]:
            shutil.rmtree(self.folder / "drafts" / str(number), ignore_errors=True)


def _same_search(listed: Manifest) -> Sequence[probing.Probe]:
    """The probes of a version, where this program still orders passages as the one that wrote them did."""
    return listed.probes if listed.ranking == manifest.ranking() else ()


def _numbers(folder: Path) -> list[int]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted((int(name) for name in names if name.isdigit()), reverse=True)
