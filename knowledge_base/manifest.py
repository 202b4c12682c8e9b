"""What a version says of itself: which files with which bytes, how much they hold, by which numbers it is searched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

FORMAT = 5
"""Raised whenever a file of a version is laid out otherwise; versions of earlier formats are made anew (``renewal.py``)."""

NAME = "manifest.json"
_HERE = Path(__file__).parent


class Damaged(Exception):
    """A version that is not what was published: half written, changed, or not to be served by this program.

    ::

        Damaged
        ├── OtherFormat    intact, but laid out as another edition of this program does
        └── OtherEngine    intact, but its vectors are another encoder's
    """


class OtherFormat(Damaged):
    """Only its documents can be read."""


class OtherEngine(Damaged):
    """Its documents are good, its vectors are another encoder's."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The file ``manifest.json`` of one version."""

    version: int
    engine: str
    """The encoder's id."""
    dimensions: int
    documents: int
    passages: int
    known: int
    """Known questions."""
    ranking: str
    """Digest of what orders passages, see :func:`ranking`."""
    gate: str
    """Digest of what declines, see :func:`gate`."""
    made: str
    """When it was built, UTC, ISO 8601."""
    base: int | None
    """The version that served when it was built."""
    probes: tuple[Mapping[str, Any], ...]
    """Questions with what they found before the version was written, see ``probing.py``."""
    files: Mapping[str, Mapping[str, Any]]
    """``{"documents.json": {"sha256": …, "bytes": …}, …}``, every file but this one."""
    format: int = FORMAT


def write(folder: Path, **said: Any) -> str:
    """Lists the files of ``folder`` and writes its manifest; gives the manifest's own SHA-256."""
    listed = {
        name: {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size} for name in names(folder)
    }
    made = datetime.now(UTC).isoformat(timespec="seconds")
    stored = {"format": FORMAT, **said, "made": made, "ranking": ranking(), "gate": gate(), "files": listed}
    (folder / NAME).write_text(json.dumps(stored, ensure_ascii=False, indent=1), encoding="utf-8")
    return sha256(folder / NAME)


def read(folder: Path, seal: str | None = None) -> Manifest:
    """The manifest of a version. ``seal`` is the SHA-256 it was published under, ``None`` where nobody knows it.

    Raises :class:`Damaged`; :class:`OtherFormat` for one of another edition.
    """
    stored = _stored(folder, seal)
    try:
        if stored["format"] != FORMAT:
            raise OtherFormat(f"format {stored['format']}, this program reads {FORMAT}")
        if str(stored["version"]) != folder.name and not folder.name.startswith("building-"):
            raise Damaged(f"it is version {stored['version']}")
        return Manifest(**{**stored, "probes": tuple(stored["probes"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged("the manifest cannot be read") from error


def verified(folder: Path, seal: str | None = None) -> Manifest:
    """The manifest of a version whose files are, byte for byte, what it lists. Raises :class:`Damaged`."""
    manifest = read(folder, seal)
    check(folder, manifest.files)
    return manifest


def check(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises :class:`Damaged` for the first file that is missing or not what is listed."""
    try:
        for name, expected in files.items():
            path = folder / name
            if path.stat().st_size != expected["bytes"] or sha256(path) != expected["sha256"]:
                raise Damaged(f"{name} is not the file that was published")
    except OSError as error:
        raise Damaged(f"{Path(error.filename or folder).name} is missing") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged("the manifest cannot be read") from error


def documents_of(folder: Path, seal: str | None = None) -> list[dict[str, Any]]:
    """The stored documents of a version of any format, verified. Raises :class:`Damaged`.

    The file ``documents.json`` and its entry in the manifest are where they were in every format so far.
    """
    stored = _stored(folder, seal)
    try:
        check(folder, {"documents.json": stored["files"]["documents.json"]})
        found = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        if not isinstance(found, list) or len(found) != stored["documents"]:
            raise Damaged("documents.json holds another number of documents")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged("documents.json cannot be read") from error
    return found


def engine(folder: Path) -> str:
    """The encoder's id of a version of any format. Raises :class:`Damaged`."""
    return str(_stored(folder, None).get("engine"))


def _stored(folder: Path, seal: str | None) -> dict[str, Any]:
    try:
        content = (folder / NAME).read_bytes()
    except OSError as error:
        raise Damaged(f"{NAME} is missing") from error
    if seal is not None and hashlib.sha256(content).hexdigest() != seal:
        raise Damaged("the manifest is not the one that was published")
    try:
        stored = json.loads(content)
    except ValueError as error:
        raise Damaged("the manifest cannot be read") from error
    if not isinstance(stored, dict):
        raise Damaged("the manifest cannot be read")
    return stored


@cache
def ranking() -> str:
    """What orders the passages: 12 hexadecimal digits over the modules and word lists that do."""
    chosen = [
        *_HERE.glob("ranking*"),
        _HERE / "index.py",
        *_HERE.glob("lexical*"),
        _HERE / "spelling.py",
        _HERE / "vectors.py",
        *(_HERE / "words").glob("*.yml"),
        *(_HERE / "words").glob("*.txt"),
    ]
    return _digest(chosen)


@cache
def gate() -> str:
    """What declines: 12 hexadecimal digits over the module and the fitted numbers."""
    return _digest(
        [
            path
            for path in [
                *_HERE.glob("gate*.py"),
                *_HERE.glob("support*.py"),
                *_HERE.glob("wording*.py"),
                _HERE / "about.py",
                *(_HERE / "gates").glob("*"),
            ]
            if path.is_file()
        ]
    )


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def names(folder: Path) -> list[str]:
    """Every file of a version but the manifest, as paths within it."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [name for name in found if name != NAME]


def sha256(path: Path) -> str:
    """Hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
