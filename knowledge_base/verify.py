"""Everything that is kept, looked at: every file of every version, the counts, the probes, every place that is quoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from . import manifest, probing
from .document import Document
from .encoder import Encoder
from .index import Index
from .manifest import Damaged, OtherEngine, OtherFormat
from .store import Store

Role = Literal["serving", "earlier", "draft", "taken_back"]


@dataclass(frozen=True, slots=True)
class Version:
    """What there is to say about one version or draft."""

    number: int
    role: Role
    made: str | None = None
    """UTC, ISO 8601."""
    documents: int | None = None
    passages: int | None = None
    engine: str | None = None
    base: int | None = None
    problem: str | None = None
    """Why it cannot serve."""
    notes: tuple[str, ...] = ()
    """What differs without harm."""

    def to_json(self) -> dict[str, Any]:
        counted = {"documents": self.documents, "passages": self.passages, "engine": self.engine, "base": self.base}
        found = {"problem": self.problem, "notes": list(self.notes)}
        return {"version": self.number, "role": self.role, "made": self.made, **counted, **found}


def versions(store: Store) -> list[Version]:
    """Every version and draft by its manifest alone, the newest first: quick, no file is checked."""
    found = [_described(store, number) for number in {*store.versions(), *store.drafts()}]
    missing = [Version(number, "serving", problem="it is missing") for number in _gone(store)]
    return sorted([*found, *missing], key=lambda each: -each.number)


def verify(
    store: Store, encoder: Encoder, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Version]:
    """The same with every byte checked, every index loaded and asked, every place in every document resolved."""
    found: list[Version] = []
    every = versions(store)
    for done, each in enumerate(every):
        progress(done, len(every))
        found.append(each if each.problem == "it is missing" else _checked(store, each, encoder))
    progress(len(every), len(every))
    return found


def role(store: Store, number: int) -> Role:
    """What a version or draft is for."""
    if number == store.serving():
        return "serving"
    if number in store.versions():
        return "earlier"
    return "taken_back" if store.taken_back(number) else "draft"


def _gone(store: Store) -> list[int]:
    serving = store.serving()
    return [serving] if serving is not None and serving not in store.versions() else []


def _described(store: Store, number: int) -> Version:
    try:
        listed = store.manifest(number)
    except Damaged as damage:
        return Version(number, role(store, number), problem=str(damage))
    counted = (listed.made, listed.documents, listed.passages, listed.engine, listed.base)
    return Version(number, role(store, number), *counted)


def _checked(store: Store, each: Version, encoder: Encoder) -> Version:
    notes: list[str] = []
    problem: str | None = None
    try:
        listed = store.manifest(each.number)
        index = store.load(each.number, encoder.id)
        if listed.ranking == manifest.ranking():
            probing.compare(index, encoder, listed.probes)
        else:
            notes.append("生成时的排序参数与现在不同")
        if listed.gate != manifest.gate():
            notes.append("生成时的判断参数与现在不同")
        problem = unresolved(index)
    except (OtherFormat, OtherEngine) as other:
        problem = str(other)
    except Damaged as damage:
        problem = str(damage)
    known = (each.made, each.documents, each.passages, each.engine, each.base)
    return Version(each.number, each.role, *known, problem=problem, notes=tuple(notes))


def unresolved(index: Index) -> str | None:
    """The first place of any document that does not resolve: a passage, a cell or a block outside of its text."""
    for document in index.documents:
        if wrong := _wrong(document):
            return f"{document.id}: {wrong}"
    return None


def _wrong(document: Document) -> str | None:
    size = len(document.text)
    for passage in document.passages:
        if not 0 <= passage.start < passage.end <= size or not document.text[passage.start : passage.end].strip():
            return f"the passage {passage.locator} quotes nothing"
        if any(not 0 <= start <= end <= size for _, (start, end) in passage.fields):
            return f"a cell of {passage.locator} lies outside of the text"
    if any(not 0 <= block.start <= block.end <= size for block in document.blocks):
        return "a block lies outside of the text"
    if any(not 0 <= place < len(document.passages) for place, _ in document.known):
        return "a known question has no passage"
    return None
